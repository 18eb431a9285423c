/**
 * What may never be seen of one decision, whatever the bank, the shop and the people do. Held against random lives,
 * every interleaving and the whole reachable space; they know no machine, so a shop's own machines keep them too.
 */
import { OrderStatus } from "../../machines/facts.js";
import type { Settings } from "../../machines/settings.js";
import type { Decision } from "../core/decide.js";
import type { OrderRecord } from "../core/record.js";

const cooldownEnd = ({ facts: { order } }: OrderRecord, { choices, cooldownSeconds }: Settings): number =>
  (choices.cooldownFrom === "created" ? order.createdAt : Math.max(order.createdAt, order.updatedAt)) +
  cooldownSeconds * 1000;

const ends: Partial<Record<OrderStatus, OrderStatus[]>> = { cancelled: [], refunded: [], completed: ["refunded"] };
/** Another hand wrote the status to the shop. */
const another = new Set(["order.seen", "shop.conflicted"]);
const uncapturable = ["FROZEN", "INSPECTION", "REJECTED"];

type Law = (before: OrderRecord, decision: Decision, settings: Settings) => boolean;

/** The changes of status that the shop is told of, in turn: one reading may answer several who wait. */
const told = ({ effects }: Decision) => effects.flatMap(({ effect }) => ("to" in effect ? [effect] : []));

const each = (type: Decision["effects"][number]["effect"]["type"], holds: (law: Asked) => boolean): Law => {
  return (before, decision, settings) =>
    decision.effects.every(
      ({ effect }) => effect.type !== type || holds({ effect: effect as Asked["effect"], before, decision, settings }),
    );
};

interface Asked {
  effect: { amount: number };
  before: OrderRecord;
  decision: Decision;
  settings: Settings;
}

const paymentAfter = ({ decision }: Asked) => decision.record.facts.payment;

/** Each by its sentence; the invariants are those of the fault model. */
export const decisionLaws: Record<string, Law> = {
  "I1 the status is one of WooCommerce's words": (_, { record }) =>
    OrderStatus.safeParse(record.facts.order.status).success,
  "the shop hears of every change once, and of nothing else": (before, decision) => {
    const last = told(decision).at(-1)?.to ?? before.facts.order.status;
    return another.has(decision.entry.event.type) || last === decision.record.facts.order.status;
  },
  "each change begins where the last one ended": (before, decision) => {
    const path = [before.facts.order.status, ...told(decision).map(({ to }) => to)];
    return told(decision).every(({ from, to }, i) => from === path[i] && to !== from);
  },
  "the shop is not told what it said itself": (_, decision) =>
    !another.has(decision.entry.event.type) || told(decision).length === 0,
  "I2 an end is left only by another hand": (before, decision, { choices }) =>
    before.facts.payment.gateway === null ||
    told(decision).every(
      ({ from, to }) =>
        (choices.cancelledThenAccepted === "revive" && from === "cancelled" && to === "processing") ||
        (ends[from]?.includes(to) ?? true),
    ),
  "the history says what happened": (before, { entry, record }) =>
    entry.from === before.facts.order.status && entry.to === record.facts.order.status,
  "I9 the history has no gap": (before, { entry, record }) =>
    record.version === before.version + 1 && entry.seq === record.version,
  "I13 every effect has an id of its own": (_, { effects }) =>
    new Set(effects.map((e) => e.id)).size === effects.length,
  "an effect belongs to its decision and to no earlier moment": (_, { record, effects, entry }) =>
    effects.every(
      ({ id, notBefore }) => id.startsWith(`${record.orderId}:${record.version}:`) && notBefore >= entry.at,
    ),
  "I5 never captured from a payment that is frozen, looked at or rejected": each("capturePayment", (asked) => {
    const { status, exists } = paymentAfter(asked);
    return exists && !uncapturable.includes(status);
  }),
  "I5 captured only where the bank offers it": each("capturePayment", (asked) =>
    paymentAfter(asked).offers.some((offer) => offer === "CAPTURE" || offer === "PARTIAL_CAPTURE"),
  ),
  "I5 never captured twice": each("capturePayment", (asked) => paymentAfter(asked).authorized > 0),
  "nothing is captured for a merchant who switched captures off": each(
    "capturePayment",
    ({ settings, before, decision }) =>
      settings.enableCapture || before.facts.operation !== null || decision.entry.event.type !== "merchant.completed",
  ),
  "what is there is never booked again": each("bookSignedPayment", (asked) => !paymentAfter(asked).exists),
  "nothing is cancelled after a capture": each("cancelPayment", (asked) => paymentAfter(asked).captured === 0),
  "I4 never more is given back than was captured": each("refundPayment", (asked) => {
    const { captured, refunded } = paymentAfter(asked);
    return asked.effect.amount > 0 && asked.effect.amount <= captured - refunded;
  }),
  "never more is reserved than the bank authorised": each("addOrderLines", (asked) => {
    const { creditLimit, total } = paymentAfter(asked);
    return asked.effect.amount <= (creditLimit ?? total);
  }),
  "the bank is asked about this order's payment": (_, { record, effects }) =>
    effects.every(({ effect }) => !("paymentId" in effect) || effect.paymentId === record.facts.payment.id),
  "I7 no callback moves anything before the customer's minute is over": (before, { entry }, settings) =>
    entry.answers.every(
      ({ type, eventId, outcome, reason }) =>
        type !== "callback.received" ||
        // What was let through and asked the bank for something is answered whenever the bank answers.
        before.facts.operation?.askedBy === eventId ||
        (outcome !== "moved" && reason !== "awaiting-gateway") ||
        entry.at >= cooldownEnd(before, settings),
    ),
  "I8 every event has an answer": (_, { entry }) => entry.answers.length > 0,
  "every no says why": (_, { entry }) =>
    entry.answers.every(({ outcome, reason }) => outcome === "moved" || reason !== null),
  "timers are as stored": (_, { record, timers }) =>
    timers.set.every(({ timer, generation }) => record.timers[timer]?.generation === generation),
  "money is on the move exactly while the order stands in such a state": (_, { record }) =>
    (record.facts.operation !== null) === (typeof record.states.order === "object"),
};

const all = Object.entries(decisionLaws);

/** The first law that a decision breaks, by its sentence; null = none. */
export const brokenBy = (before: OrderRecord, decision: Decision, settings: Settings): string | null => {
  for (const [sentence, holds] of all) if (!holds(before, decision, settings)) return sentence;
  return null;
};
