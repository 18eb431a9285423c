/** Why an order is where it is, in at most six plain lines. Pure. */

import { moneyHeld, type Operation } from "../../machines/facts.js";
import { flags } from "../../machines/flags.js";
import { registry as currentRegistry, flowOf, type Registry } from "../../machines/index.js";
import { reasonInWords } from "../../machines/reasons.js";
import { rules } from "../../machines/rules.js";
import { metaOf } from "./explain.js";
import { isLaterLook } from "./intended.js";
import type { HistoryEntry, OrderRecord } from "./record.js";

export interface PendingCall {
  effect: { type: string };
  attempts: number;
  notBefore: number;
  dead: boolean;
}

const at = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

const who: Record<HistoryEntry["source"], string> = {
  customer: "the customer came back",
  callback: "the bank sent a callback",
  merchant: "the merchant asked for it",
  timer: "its time had come",
  shop: "the shop said so",
  gateway: "the bank answered",
  reconcile: "a reconciliation asked",
};

/** The last entry that changed the status, or the first of all. */
const lastChange = (history: HistoryEntry[]): HistoryEntry | undefined =>
  history.findLast((h) => h.from !== h.to) ?? history[0];

const since = (record: OrderRecord, history: HistoryEntry[], registry: Registry): string => {
  const change = lastChange(history);
  const state = metaOf(registry.order, record.states.order).says ?? "";
  return `${record.facts.order.status}${state === "" ? "" : ` (${state})`} since ${at(change?.at ?? record.facts.order.createdAt)}.`;
};

const cause = (record: OrderRecord, history: HistoryEntry[], registry: Registry): string => {
  const change = lastChange(history);
  const moved = change?.answers.findLast((a) => a.outcome === "moved" && a.rule !== null);
  const rule = moved?.rule ?? null;
  const { payment } = record.facts;
  const says = metaOf(flowOf(registry, payment.gateway).payment, record.states.payment).says;
  const evidence =
    payment.readAt === null
      ? "the payment was not read yet"
      : `payment read at ${at(payment.readAt)}: ${payment.status}, ${says}`;
  const why = rule === null ? "placed by the shop" : (rules[rule]?.rule ?? rule);
  // The bank's answer moved it; whoever made us ask is the cause.
  const asked = history.find((h) => h.eventId === moved?.eventId) ?? change;
  const by = asked === undefined ? "" : ` after ${who[asked.source]}`;
  return `Because: ${why}${by}; ${evidence}.`;
};

const money = (amount: number, { currency }: OrderRecord["facts"]["order"]): string =>
  `${(amount / 100).toFixed(2)} ${currency}`;

/** Where an order has more than one: which one pays it, what the others are, and what the bank holds in all. */
const payments = ({ facts }: OrderRecord, registry: Registry): string | null => {
  const { payment, others, order } = facts;
  if (others.length === 0) return null;
  const told = [
    `${payment.id} pays the order (${money(moneyHeld(payment), order)})`,
    ...others.map(
      (one) => `${one.id}: ${one.readAt === null ? "not read yet" : metaOf(registry.attempt, one.state).says}`,
    ),
  ];
  const all = [payment, ...others].reduce((sum, one) => sum + moneyHeld(one), 0);
  return `Payments: ${told.join("; ")}; the bank holds ${money(all, order)} in all.`;
};

const lastWord = (history: HistoryEntry[]): string | null => {
  const last = history.at(-1);
  const answer = last?.answers.find((a) => a.outcome === "refused" || a.outcome === "deferred");
  if (last === undefined || answer === undefined) return null;
  const reason = answer.reason ?? "";
  return `Last: ${answer.type} at ${at(last.at)} was ${answer.outcome}: ${reasonInWords(reason)}`;
};

const calls: Record<Operation["kind"], string> = {
  book: "booking",
  capture: "capture",
  cancel: "cancellation",
  refund: "refund",
  rebuild: "change of lines",
};

/** The bank's answer was lost, so nothing of that call is sent again before the bank can no longer act on it. */
const waitForLostAnswer = ({ facts, timers }: OrderRecord): string | null => {
  const { operation } = facts;
  const look = Object.entries(timers).find(([name]) => name.includes("nextLook"))?.[1];
  if (operation?.lostAt == null || look === undefined) return null;
  const call = calls[operation.kind];
  return `Next: the answer to the ${call} was lost at ${at(operation.lostAt)}; the payment is read again at ${at(look.at)}.`;
};

const nextSteps = (record: OrderRecord, open: PendingCall[]): string => {
  const waits = waitForLostAnswer(record);
  if (waits !== null && open.every((e) => !e.dead)) return waits;
  const dead = open.find((e) => e.dead);
  if (dead !== undefined)
    return `Next: nothing by itself; ${dead.effect.type} was given up after ${dead.attempts} attempts.`;
  const effect = open[0];
  if (effect !== undefined) {
    const when = effect.attempts > 0 ? `, attempt ${effect.attempts + 1} not before ${at(effect.notBefore)}` : "";
    return `Next: ${effect.effect.type} is under way${when}.`;
  }
  const timer = Object.entries(record.timers).sort(([, a], [, b]) => a.at - b.at)[0];
  if (timer !== undefined && isLaterLook(timer[0]))
    return `Next: the payment is read again at ${at(timer[1].at)}, in case the bank has booked something since.`;
  if (timer === undefined) return "Next: nothing is planned; the bank's next callback or a person moves it.";
  const [name, { at: due }] = timer;
  return name.includes("cooldownRemaining")
    ? `Next: ${record.facts.waiting.length} waiting callback(s) are looked at from ${at(due)}.`
    : `Next: the customer's link runs out at ${at(due)}; then the bank is asked before anything is cancelled.`;
};

/** The bank has accepted the payment, so it is not the bank that the order waits for. */
export const isHeldByHand = ({ facts }: OrderRecord): boolean =>
  facts.order.status === "on-hold" && facts.payment.status === "ACCEPTED";

const whatToDo = (record: OrderRecord): string => {
  const raised = record.flags.filter((f) => f.clearedAt === null);
  if (raised.length > 0) {
    const said = raised.map(({ flag, amount }) => {
      const by = amount === undefined ? "" : ` (${money(amount, record.facts.order)})`;
      return `${flags[flag].says.replace(/\.$/, `${by}.`)} ${flags[flag].remedy}`;
    });
    return `Do: ${said.join(" ")}`;
  }
  const { operation } = record.facts;
  if (operation?.lostAt != null)
    return `Do: nothing; or ask the bank whether it has the ${calls[operation.kind]}, and end the wait if it has not.`;
  if (operation !== null) return "Do: nothing; wait for the bank's answer.";
  switch (record.facts.order.status) {
    case "processing":
      return "Do: ship, then set the order to completed; that captures the money.";
    case "on-hold":
      return isHeldByHand(record)
        ? "Do: look why somebody put it on hold; set it to processing when it may go on."
        : "Do: nothing; the bank decides. Do not ship.";
    case "pending":
      return "Do: nothing; the customer may still pay.";
    case "checkout-draft":
      return "Do: nothing; the customer is still at the checkout.";
    case "failed":
      return "Do: nothing; the customer may try again.";
    case "completed":
      return "Do: nothing; refund the order if the goods come back.";
    default:
      return "Do: nothing; this is an end.";
  }
};

/**
 * Why an order is where it is, what comes next and what to do: at most six plain lines.
 *
 * @param history the latest entries in order; the more, the further back a cause is found
 */
export const why = (
  record: OrderRecord,
  history: HistoryEntry[],
  open: PendingCall[],
  parked: string | null = null,
  registry: Registry = currentRegistry,
): string[] => {
  if (parked !== null) {
    return [
      since(record, history, registry),
      `Set aside: ${parked}.`,
      "Next: nothing; its events wait until a version with a migration is deployed.",
      "Do: deploy the machines that know it, or add a migration; other orders go on.",
    ];
  }
  return [
    since(record, history, registry),
    cause(record, history, registry),
    lastWord(history),
    payments(record, registry),
    nextSteps(record, open),
    whatToDo(record),
  ].filter((line): line is string => line !== null);
};
