/** What fills the gaps of the sentences: amounts, the bank's word, and what it said of each payment. */
import type { StateValue } from "xstate";
import { type Facts, moneyHeld, type Reading } from "../../../machines/facts.js";
import { surplusOf } from "../../../machines/flags.js";
import { flowOf, type Registry } from "../../../machines/index.js";
import { stateInSwedish } from "../../../machines/swedish-states.js";
import { metaOf } from "../explain.js";
import { isReviewed } from "../intended.js";
import type { OrderRecord } from "../record.js";
import { ofRejected } from "./cause.js";
import { abandoned, evidence, holds, noMoney, unpaid } from "./under-way.js";
import { moment, money, type Said, said, statusNames, type Values } from "./words.js";

const amount = (minor: number, currency: string): Said => ({
  en: money(minor, currency, "en"),
  sv: money(minor, currency, "sv"),
});

/** Reserved, captured or both, on every payment of the order. */
const holdsSaid = ({ order, payment, others }: Facts): Said => {
  const all = [payment, ...others];
  const reserved = all.reduce((sum, one) => sum + one.authorized, 0);
  const captured = all.reduce((sum, one) => sum + one.captured - one.refunded, 0);
  const which = captured <= 0 ? "reserved" : reserved > 0 ? "both" : "captured";
  return said(holds[which], {
    reserved: amount(reserved, order.currency),
    captured: amount(captured, order.currency),
  });
};

/** @param flagAmount by how much shop and bank differ, in minor units */
export const valuesOf = ({ facts }: OrderRecord, flagAmount: number): Values => {
  const { order, payment, others, operation } = facts;
  const sum = (minor: number): Said => amount(minor, order.currency);
  const name = said(statusNames[order.status]);
  const isSilent = payment.readAt === null || !payment.exists;
  const tooMany = surplusOf(others);
  const surplus = tooMany.reduce((all, one) => all + moneyHeld(one), 0);
  const onHowMany = tooMany.length + (moneyHeld(payment) > 0 ? 1 : 0);
  const lostAts = tooMany.flatMap(({ release }) => release?.lostAt ?? []);
  return {
    Status: name,
    leadsTo: said(statusNames[operation?.leadsTo ?? order.status]),
    currency: order.currency,
    word: isSilent ? { en: "no payment", sv: "ingen betalning" } : payment.status,
    total: sum(order.total),
    held: sum(moneyHeld(payment)),
    all: sum(moneyHeld(payment) + surplus),
    abandoned: said(abandoned[onHowMany > 1 ? "several" : "one"]),
    holds: holdsSaid(facts),
    noMoney: said(noMoney[payment.status] ?? ["there is no money yet", "det finns inga pengar än"]),
    bank: sum(payment.authorized + payment.captured),
    reserved: sum(payment.authorized),
    captured: sum(payment.captured),
    refunded: sum(payment.refunded),
    released: sum(payment.canceled),
    pendingRefund: sum(payment.pendingRefund ?? 0),
    surplus: sum(surplus),
    flagAmount: sum(flagAmount),
    sum: sum(operation?.amount ?? 0),
    asked: moment(operation?.since ?? order.createdAt),
    lost: moment(operation?.lostAt ?? order.createdAt),
    surplusLost: moment(lostAts[0] ?? order.createdAt),
  };
};

const stateSaid = (machine: { id: string } & Parameters<typeof metaOf>[0], value: StateValue): Said => {
  const english = metaOf(machine, value).says ?? "";
  return { en: english, sv: stateInSwedish(machine.id, value) ?? english };
};

type Says = Pick<Reading, "rejectedReason" | "taskCompleted">;
const ended: Partial<Record<ReturnType<typeof ofRejected>, keyof typeof unpaid>> = {
  expired: "late",
  unfinished: "late",
  aborted: "aborted",
  annulled: "annulled",
};

/**
 * What a payment is, in words. The Merchant API's states leave open whether its customer is still there, and why it
 * ended.
 */
export const paymentSaid = (machine: Parameters<typeof stateSaid>[0], value: StateValue, says: Says): Said => {
  const own = machine.id === "payment";
  if (own && value === "TASK_REDIRECTION_REQUIRED") return said(unpaid.open);
  const end = own && value === "REJECTED" ? ended[ofRejected(says)] : undefined;
  return end === undefined ? stateSaid(machine, value) : said(unpaid[end]);
};

export const evidenceOf = ({ facts, states }: OrderRecord, registry: Registry): Said => {
  const { payment } = facts;
  if (payment.id === null) return said(evidence.none);
  if (payment.readAt === null) return said(evidence.unread);
  const says = paymentSaid(flowOf(registry, payment.gateway).payment, states.payment, payment);
  return said(evidence.read, { word: payment.status, says, readAt: moment(payment.readAt) });
};

/** Where an order has more than one: which one pays it, what the others are, and what the bank has in all. */
export const paymentsSaid = ({ facts }: OrderRecord, registry: Registry): Said | null => {
  const { payment, others, order } = facts;
  if (others.length === 0) return null;
  const sum = (minor: number): Said => amount(minor, order.currency);
  const isPaying = moneyHeld(payment) > 0;
  const pays = said(isPaying ? evidence.pays : evidence.current, {
    id: payment.id ?? "-",
    amount: sum(moneyHeld(payment)),
  });
  const rest = others.map((one) => {
    const { id } = one;
    if (one.readAt === null) return said(evidence.otherUnread, { id });
    const wasLetGo = moneyHeld(one) === 0 && one.canceled > 0;
    if (wasLetGo) return said(evidence.otherReleased, { id, released: sum(one.canceled) });
    if (isReviewed(one)) return said(evidence.otherReviewed, { id, bank: sum(one.authorized + one.captured) });
    return said(evidence.other, { id, says: stateSaid(registry.attempt, one.state), amount: sum(moneyHeld(one)) });
  });
  const all = [payment, ...others].reduce((held, one) => held + moneyHeld(one), 0);
  const listed = [pays, ...rest];
  return said(evidence.payments, {
    n: String(others.length + 1),
    list: { en: listed.map(({ en }) => en).join("; "), sv: listed.map(({ sv }) => sv).join("; ") },
    all: sum(all),
  });
};
