/**
 * The payments of an order beside the current one. Each message about one of them, and whatever would give the order up,
 * has them read after the current one; the one that holds the money pays the order, and becomes the current one.
 */
import { notes } from "../../machines/effects.js";
import type { ReadReply } from "../../machines/events.js";
import { earlierPayment, type Facts, type OtherPayment, otherPayment, type Reading } from "../../machines/facts.js";
import type { GuardName } from "../../machines/guards.js";
import { linkEndsIn } from "../../machines/link.js";
import type { Meta } from "../../machines/meta.js";
import type { WaitingEvent } from "../../machines/waiting.js";
import type { DecisionBuilder } from "./builder.js";
import { endUnpaid } from "./ending.js";
import { evaluate } from "./explain.js";
import { isReviewed } from "./intended.js";
import type { OrderMessage } from "./record.js";
import { initialValue, step, type TimerChange } from "./step.js";
import { inCurrency, taken } from "./taken.js";
import { isLaterLook, isOfAMachine, LINK_TIMER } from "./timer-names.js";

/** These ask about all that the order has at the bank, whatever the current payment says. */
const ASKS_FOR_ALL = new Set<string>([
  "reconcile.asked",
  "checkout.asked",
  "merchant.cancelled",
  "merchant.refunded",
  "shop.holdStockDue",
]);

/** The timers of a payment that is not the current one carry its id. */
export const BESIDES = "@";
const besides = (change: TimerChange, id: string): TimerChange =>
  "cancel" in change
    ? { cancel: `${change.cancel}${BESIDES}${id}` }
    : { ...change, set: `${change.set}${BESIDES}${id}` };

/** Shows an event to another payment of the order, which stands in the current one's place meanwhile. */
export const moveOther = (
  builder: DecisionBuilder,
  id: string,
  shown: Pick<OrderMessage, "eventId" | "type" | "detail">,
): Meta | null => {
  const { payment, operation, others, order } = builder.facts;
  const other = otherNamed(builder.facts, id) as OtherPayment;
  builder.facts = { ...builder.facts, payment: other, operation: other.release };
  const began = builder.effects.length;
  const moved = step(builder.rules.registry.attempt, other.state, builder.guardContext(), { type: shown.type });
  builder.setTimers(moved.timers.map((timer) => besides(timer, id)));
  builder.carry(moved.actions, shown, moved.taken, order.status);
  const sent = builder.effects.slice(began).find(({ lane }) => lane === "gateway");
  const after: Partial<OtherPayment> = {
    state: moved.value as OtherPayment["state"],
    release: typeof moved.value === "string" ? null : builder.facts.operation,
    asked: sent?.id ?? other.asked,
  };
  builder.facts = { ...builder.facts, payment, operation, others };
  change(builder, id, after);
  return moved.taken;
};

const says = (builder: DecisionBuilder, guard: GuardName): boolean =>
  evaluate(builder.rules.registry.order, guard, builder.guardContext());

export const holdsMoney = (builder: DecisionBuilder): boolean => says(builder, "holdsMoney");

/** The payment with this id, where it is one of the order's and not the current one. */
export const otherNamed = ({ others }: Facts, id: string | null): OtherPayment | undefined =>
  others.find((one) => one.id === id);

/** It is read now; whoever waited for an earlier reading of it waits for this one. @returns the reading's id */
export const readNow = (builder: DecisionBuilder, id: string): string => {
  const before = otherNamed(builder.facts, id)?.readingId ?? null;
  const readingId = builder.add({ type: "readPayment", paymentId: id }, builder.now);
  change(builder, id, { readingId });
  const waiting = builder.facts.waiting.map((one) => ({
    ...one,
    ...(before !== null && one.readingId === before && { readingId }),
    ...(before !== null && one.besideId === before && { besideId: readingId }),
  }));
  builder.facts = { ...builder.facts, waiting };
  return readingId;
};

/** They are read, and nobody waits for it. */
export const readBeside = (builder: DecisionBuilder, ids: string[]): void => {
  for (const id of ids) readNow(builder, id);
};

/** Those that hold money beside the one that pays. */
export const readSurplus = (builder: DecisionBuilder): void =>
  readBeside(
    builder,
    builder.facts.others.filter(({ state }) => state === "surplus").map(({ id }) => id),
  );

export const change = (builder: DecisionBuilder, id: string, to: Partial<OtherPayment>): void => {
  const others = builder.facts.others.map((one) => (one.id === id ? { ...one, ...to } : one));
  builder.facts = { ...builder.facts, others };
};

/** A message about this payment is known to be about one of the order's own. @returns whether it was not so far */
export const keepAsOther = (builder: DecisionBuilder, id: string, gateway = builder.facts.payment.gateway): boolean => {
  const { payment, others } = builder.facts;
  const known = otherNamed(builder.facts, id);
  // It was asked for at another bank, which does not know it.
  if (known !== undefined && !known.exists && known.gateway !== gateway) change(builder, id, { gateway });
  if (id === payment.id || known !== undefined) return false;
  builder.facts = { ...builder.facts, others: [...others, earlierPayment({ ...payment, gateway }, id)] };
  return true;
};

/** It may hold money, now or later. */
export const mayHold = ({ state }: OtherPayment): boolean => state === "open" || state === "surplus";

/**
 * Which of the others are read before those who asked are answered: those that they speak of, and all of them where the
 * current payment holds no money.
 */
export const othersToRead = (builder: DecisionBuilder, asked: WaitingEvent[]): string[] => {
  const named = new Set(asked.map(({ paymentId }) => paymentId));
  const all = !holdsMoney(builder);
  return builder.facts.others.filter((one) => named.has(one.id) || (all && mayHold(one))).map(({ id }) => id);
};

/** Which of them are read without keeping anybody: the current payment holds the money, and they may hold some, too. */
export const othersToLookAt = (builder: DecisionBuilder, asked: WaitingEvent[]): string[] => {
  const all = asked.some(({ type }) => ASKS_FOR_ALL.has(type) || isLaterLook(type));
  // What was let go may hold money again: a call of ours, booked late.
  const mayHoldAgain = (one: OtherPayment) => mayHold(one) || (one.exists && one.status === "ACCEPTED");
  return all ? builder.facts.others.filter(mayHoldAgain).map(({ id }) => id) : [];
};

/** They are read one after the other; whoever asked is answered with the last of them. */
export const readOthers = (builder: DecisionBuilder, ids: string[], asked: WaitingEvent[]): void => {
  let readingId: string | null = null;
  for (const id of ids) readingId = readNow(builder, id);
  builder.facts = {
    ...builder.facts,
    waiting: [...asked.map((one) => ({ ...one, readingId })), ...builder.facts.waiting],
  };
};

/** A timer of another payment: it alone is read. */
export const lookAtOther = (builder: DecisionBuilder, mine: WaitingEvent, id: string): void => {
  const readingId = readNow(builder, id);
  builder.facts = { ...builder.facts, waiting: [...builder.facts.waiting, { ...mine, paymentId: id, readingId }] };
};

export const isEndOfRelease = ({ type, paymentId }: WaitingEvent): boolean =>
  paymentId !== null && type === "merchant.endedWait";
export const isOwnTimer = ({ type, paymentId }: WaitingEvent): boolean => paymentId !== null && isOfAMachine(type);

/** What the bank says of another payment; the current one was read just before, unless a timer of its own asked. */
export const readOther = (
  builder: DecisionBuilder,
  reading: Reading,
  asked: WaitingEvent[],
  readingId: string,
): void => {
  const { paymentId: id } = reading;
  const other = otherNamed(builder.facts, id) as OtherPayment;
  const { id: eventId } = builder.envelope;
  const timer = asked.find(isOwnTimer);
  const isBeside = builder.facts.waiting.some(({ besideId }) => besideId === readingId);
  const { order } = builder.facts;
  const says = taken(other, reading, builder.envelope.at, order, other.release?.kind ?? null);
  change(builder, id, { ...says, id, readingId: null });
  if (timer === undefined && asked.some(isEndOfRelease)) return;
  moveOther(builder, id, { eventId, type: timer?.type ?? "payment.read" });
  const now = otherNamed(builder.facts, id) as OtherPayment;
  if (timer !== undefined) return;
  if (isReviewed(now) && nothingElsePays(builder)) return takeOver(builder, id, readingId);
  if (now.state !== "surplus") return;
  // Which of the two is too much shows when the money of the current one has come to rest.
  if (builder.facts.operation !== null) return builder.lookAgainLater();
  if (!paysTheOrder(builder, id)) {
    // Which of the two is too much shows when the bank of the current one has spoken, too.
    return isBeside ? undefined : void moveOther(builder, id, { eventId, type: "surplus.found" });
  }
  const { id: before } = builder.facts.payment;
  takeOver(builder, id, readingId);
  // The one before may hold money all the same, of another amount.
  if (otherNamed(builder.facts, before)?.state === "surplus") {
    moveOther(builder, before as string, { eventId, type: "surplus.found" });
  }
};

/** The order is not paid, and no payment that the bank looks at keeps it from being given up. */
const nothingElsePays = (builder: DecisionBuilder): boolean => {
  const { order, payment, operation } = builder.facts;
  const isUnpaid = order.status === "pending" || order.status === "on-hold";
  return isUnpaid && operation === null && !holdsMoney(builder) && !isReviewed(payment);
};

/** The bank holds as much of it as the order costs. */
const fits = ({ order }: Facts, { authorized, captured, tolerance }: Facts["payment"]): boolean =>
  Math.abs(authorized + captured - order.total) <= tolerance;

/** Another payment that holds money pays the order, unless the current one does, or the merchant has ended the order. */
const paysTheOrder = (builder: DecisionBuilder, id: string): boolean => {
  const { facts } = builder;
  const { status } = facts.order;
  if (status === "refunded" || status === "completed") return false;
  // Of two that hold money the one with the order's total pays it.
  const isBetter = !fits(facts, facts.payment) && fits(facts, otherNamed(facts, id) as OtherPayment);
  if (holdsMoney(builder) && !(isBetter && facts.payment.captured === 0)) return false;
  return !(status === "cancelled" && says(builder, "isCancelledInFull"));
};

/** Callbacks are about the payment that they name, whichever is the current one. */
export const renamed = (waiting: WaitingEvent[], before: string | null, now: string): WaitingEvent[] =>
  waiting.map((one) => {
    if (one.paymentId === now) return { ...one, paymentId: null };
    return one.held && one.paymentId === null ? { ...one, paymentId: before } : one;
  });

/** Its actor is shown what was read of the payment while it was the current one. */
const showAsOther = (builder: DecisionBuilder, { id, readAt }: Facts["payment"]): void => {
  if (id !== null && readAt !== null) moveOther(builder, id, { eventId: builder.envelope.id, type: "payment.read" });
};

/** The payment `id` becomes the current one, and the current one another; see `exchange`. */
export const takeOver = (builder: DecisionBuilder, id: string, chosenBy: string | null = null): void => {
  exchange(builder, id, chosenBy);
  const text = notes[isReviewed(builder.facts.payment) ? "payment-reviewed" : "payment-overtaken"];
  const note = text.replace("{payment}", id).replace("{bank}", () => builder.flow.bank);
  builder.add({ type: "addOrderNote", note }, builder.now);
};

/** @param chosenBy the reading that showed it; whoever waits for it is answered by it */
export const exchange = (builder: DecisionBuilder, id: string, chosenBy: string | null): void => {
  const { payment, others, waiting } = builder.facts;
  const {
    state: _,
    release: __,
    asked: ___,
    readingId: ____,
    ...chosen
  } = otherNamed(builder.facts, id) as OtherPayment;
  const rest = others.filter((one) => one.id !== id);
  builder.facts = {
    ...builder.facts,
    payment: chosen,
    others: payment.id === null ? rest : [...rest, otherPayment(payment, payment.id)],
    // What was asked of the payment that it takes the place of is asked anew.
    waiting: renamed(waiting, payment.id, id).map((one) =>
      isOwnTimer(one) || rest.some(({ readingId }) => readingId === one.readingId) || one.readingId === chosenBy
        ? one
        : { ...one, readingId: null },
    ),
  };
  builder.states = { ...builder.states, payment: initialValue(builder.flow.payment) };
  builder.movePayment();
  showAsOther(builder, payment);
  builder.lookAgainLater();
};

/** The newer attempt is the current one again after a booking that came to nothing, and the time to pay it runs on. */
export const exchangeBack = (builder: DecisionBuilder, id: string): void => {
  exchange(builder, id, null);
  if (builder.states.order === "pending")
    builder.setTimers([{ set: LINK_TIMER, delayMs: linkEndsIn(builder.guardContext()) }]);
};

/** A new attempt takes the current one's place; whoever waits is answered anew, callbacks by the payment they name. */
export const replaceCurrent = (builder: DecisionBuilder, paymentId: string, remembered: Facts): void => {
  const { payment } = builder.facts;
  const { others } = remembered;
  builder.facts = {
    ...remembered,
    others: [
      ...others.filter(({ id }) => id !== paymentId),
      ...(payment.id === null ? [] : [otherPayment(payment, payment.id)]),
    ],
    waiting: renamed(remembered.waiting, payment.id, paymentId).map((one) =>
      isOwnTimer(one) ? one : { ...one, readingId: null },
    ),
  };
  builder.states = { ...builder.states, payment: initialValue(builder.flow.payment) };
  showAsOther(builder, payment);
  endUnpaid(builder, payment);
  if (payment.id !== null) builder.lookAgainLater();
};

/** The other payment that a reply is about; undefined = it is about the current one. */
export const otherAnswered = (facts: Facts, event: ReadReply): OtherPayment | undefined =>
  facts.others.find(({ asked }) => "effectId" in event && asked === event.effectId);

/** The answer to the call that lets another payment's money go. */
export const answerOther = (builder: DecisionBuilder, { id, ...other }: OtherPayment, event: ReadReply): void => {
  const { envelope } = builder;
  if ("reading" in event && event.reading !== null && event.reading.paymentId === id) {
    change(builder, id, { ...taken({ ...other, id }, event.reading, envelope.at, builder.facts.order, "cancel"), id });
  }
  const detail = "reason" in event ? event.detail || event.reason : undefined;
  const meta = moveOther(builder, id, { eventId: envelope.id, type: event.type, ...(detail && { detail }) });
  builder.facts = inCurrency(builder.facts);
  builder.answer(builder.itself, "ignored", { rule: meta?.rule ?? null, reason: meta?.reason ?? "recorded" });
};
