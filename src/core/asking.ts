/** Whoever has to wait for a reading of the payment: callbacks, customers, merchants, jobs. */
import { notes } from "../../machines/effects.js";
import { type Facts, type OtherPayment, unheardTries } from "../../machines/facts.js";
import { dueAt } from "../../machines/hold.js";
import type { WaitingEvent } from "../../machines/waiting.js";
import type { DecisionBuilder } from "./builder.js";
import { endsRelease } from "./end-release.js";
import { handles } from "./explain.js";
import {
  change,
  exchange,
  holdsMoney,
  isOwnTimer,
  keepAsOther,
  otherNamed,
  othersToRead,
  readNow,
  takeOver,
} from "./others.js";
import type { OrderMessage } from "./record.js";
import { notOurs, turnDown } from "./refuse.js";
import { waitingFor } from "./remember.js";
import { isLaterLook, isOfAMachine } from "./timer-names.js";

/** A callback is about this payment, or it is about nothing that concerns the order now. */
export const callback = (builder: DecisionBuilder, kind: string, paymentId: string): void => {
  const { payment, waiting } = builder.facts;
  const me = builder.itself;
  if (kind === "TEST") return builder.answer(me, "ignored", { rule: "callback/test", reason: "test-callback" });
  if (paymentId !== payment.id && otherNamed(builder.facts, paymentId) === undefined) {
    const asked = unheardTries(builder.facts.tries).findLast((one) => one.paymentId === paymentId);
    const reason = "unknown-payment";
    if (asked === undefined) return builder.answer(me, "refused", { rule: `callback/${reason}`, reason });
    keepAsked(builder, asked);
  }
  // Nothing stands in its way.
  if (builder.facts.payment.id === null) takeOver(builder, paymentId);
  const mine = waitingFor(builder.envelope, builder.facts);
  const { content, paymentId: about, afterCheckout } = mine;
  const isTwin = (w: WaitingEvent) =>
    w.held &&
    w.readingId === null &&
    content !== null &&
    w.content === content &&
    w.paymentId === about &&
    w.afterCheckout === afterCheckout;
  const twin = waiting.find(isTwin);
  if (twin !== undefined) {
    if (twin.readDuring !== undefined) readAnew(builder, twin);
    return builder.answer(me, "ignored", { rule: "callback/duplicate", reason: "duplicate" });
  }
  awaitReading(builder, mine);
};

/** What came since the reading during a call is read as well; one of them waits for the end of the call. */
const readAnew = (builder: DecisionBuilder, { readDuring: _, ...twin }: WaitingEvent): void => {
  const waiting = builder.facts.waiting.map((one) => (one.eventId === twin.eventId ? twin : one));
  builder.facts = { ...builder.facts, waiting };
  builder.moveCooldown("callback.received");
};

/** Everything else that needs to know the payment first. What the order would not do anyway is answered at once. */
export const wish = (builder: DecisionBuilder): void => {
  const { event } = builder.envelope;
  const { payment, order } = builder.facts;
  const me = builder.itself;
  const mine = waitingFor(builder.envelope, builder.facts);
  const shown: OrderMessage = { ...me, wish: mine.wish };
  if (isSameClick(builder, mine)) {
    return builder.answer(me, "ignored", { rule: "refund/same-click", reason: "already-asked" });
  }
  if (event.type === "shop.holdStockDue" && !holdStockIsOver(builder)) {
    return builder.answer(me, "ignored", { rule: "ttl/not-due", reason: "not-due" });
  }
  if (event.type === "checkout.asked") builder.facts = builder.remembered;
  if (endsRelease(builder, mine)) return;
  const alwaysReads =
    event.type === "customer.returned" || event.type === "reconcile.asked" || event.type === "checkout.asked";
  const known = handles(builder.rules.registry.order, builder.states.order, event.type);
  if (!alwaysReads && !known) return turnDown(builder, shown);
  if (payment.id === null) {
    if (alwaysReads) return askAboutOthers(builder, mine);
    if (order.paidOtherwise === true) return notOurs(builder, me);
    return builder.show(shown);
  }
  if (event.type === "customer.returned") {
    builder.facts = builder.remembered;
    const first = order.customerReturnedAt === null && builder.facts.order.customerReturnedAt !== null;
    if (first) builder.add({ type: "addOrderNote", note: notes["customer-landingpage-return"] }, builder.now);
  }
  awaitReading(builder, mine);
};

/** The order has no payment, but one that a person has named may be its own: the bank is being asked. */
const askAboutOthers = (builder: DecisionBuilder, mine: WaitingEvent): void => {
  if (othersToRead(builder, [mine]).length === 0)
    return builder.answer(builder.itself, "ignored", { reason: "no-payment" });
  builder.facts = { ...builder.facts, waiting: [...builder.facts.waiting, mine] };
  builder.answer(builder.itself, "deferred", { reason: "reading-payment" });
};

/**
 * Those who wait are answered in the order in which they came, by readings that begin after that: one round at a time,
 * or whoever asks again and again would keep everybody waiting.
 */
const askOthersAnew = (builder: DecisionBuilder): void => {
  const isAsking = (one: WaitingEvent) => one.readingId === null && !isOwnTimer(one);
  const asking = builder.facts.waiting.filter(isAsking);
  if (asking.length === 0) return;
  const ids = othersToRead(builder, asking);
  if (ids.some((id) => otherNamed(builder.facts, id)?.readingId !== null)) return;
  const readingId = ids.map((id) => readNow(builder, id)).at(-1);
  const left = builder.facts.waiting.flatMap((one) => {
    if (!isAsking(one)) return [one];
    if (readingId !== undefined) return [{ ...one, readingId }];
    builder.answer({ ...one, called: calledAs(one.type) }, "ignored", { reason: "no-payment" });
    return [];
  });
  builder.facts = { ...builder.facts, waiting: left };
};

/** What a person has named, and the bank does not have for this order, is forgotten once nobody waits for it. */
const forgetNamed = (builder: DecisionBuilder): void => {
  const { others, waiting } = builder.facts;
  const isKept = (one: OtherPayment) =>
    one.isOnlyNamed !== true ||
    one.exists ||
    one.foreign === "currency" ||
    one.readingId !== null ||
    waiting.some(({ paymentId }) => paymentId === one.id);
  if (!others.every(isKept)) builder.facts = { ...builder.facts, others: others.filter(isKept) };
};

/** Whoever waits for nothing that is under way is asked for. */
export const askAnew = (builder: DecisionBuilder): void => {
  forgetNamed(builder);
  if (builder.facts.payment.id === null) return askOthersAnew(builder);
  const { waiting } = builder.facts;
  const isAwaited = waiting.some((one) => one.readingId !== null && !isOwnTimer(one) && !waitsForOther(builder, one));
  if (builder.states.cooldown === "reading" && !isAwaited) builder.moveCooldown("payment.read");
  // The order has a payment since: whoever waited for another asks about this one first.
  if (builder.states.cooldown === "idle" && waiting.some((one) => one.readingId === null && !isOwnTimer(one)))
    builder.moveCooldown(waiting.some(({ held }) => !held) ? "someone.asked" : "callback.received");
};

/** The bank of another payment keeps those waiting who ask about that one, and nobody else where the order is paid. */
const waitsForOther = (builder: DecisionBuilder, waiting: WaitingEvent): boolean =>
  isAboutOther(waiting) &&
  holdsMoney(builder) &&
  builder.facts.others.some(({ readingId }) => readingId === waiting.readingId);

/** Two clicks of one person come within this time. */
const SAME_INSTANT_MS = 1_000;

/** The same refund was asked for a moment ago, and neither has an id of its own. */
const isSameClick = ({ facts, now }: DecisionBuilder, { type, wish }: WaitingEvent): boolean => {
  if (type !== "merchant.refundedAmount" || wish === null || wish.refund !== undefined) return false;
  const isNow = (at: number) => Math.abs(now - at) < SAME_INSTANT_MS;
  const waits = facts.waiting.some(
    (one) => one.type === type && isNow(one.at) && JSON.stringify(one.wish) === JSON.stringify(wish),
  );
  const { operation, payment } = facts;
  const last = operation?.kind === "refund" ? { amount: operation.amount, at: operation.since } : payment.lastRefund;
  return waits || (wish.lines === null && last !== undefined && last.amount === wish.amount && isNow(last.at));
};

/** WooCommerce's own rule: the order has to be older, since its last write, than the minutes that stock is held. */
export const holdStockIsOver = (builder: DecisionBuilder): boolean => {
  const { stockManagement, holdStockMinutes } = builder.rules.settings;
  const { createdAt, updatedAt } = builder.facts.order;
  return (
    stockManagement &&
    (holdStockMinutes ?? 0) >= 1 &&
    builder.now >= Math.max(createdAt, updatedAt) + (holdStockMinutes ?? 0) * 60_000
  );
};

export const awaitReading = (builder: DecisionBuilder, mine: WaitingEvent): void => {
  builder.facts = { ...builder.facts, waiting: [...builder.facts.waiting, mine] };
  const meta = builder.moveCooldown(mine.held ? "callback.received" : "someone.asked");
  const due = dueAt(builder.guardContext(), mine);
  const holds = mine.held && builder.now < due;
  // The payment is read at once; it is answered when the call has ended all the same.
  const waitsForCall = mine.held && builder.facts.operation !== null;
  builder.answer({ eventId: mine.eventId, type: builder.envelope.event.type }, "deferred", {
    rule: meta?.rule ?? null,
    reason: holds ? "cooldown" : waitsForCall ? "operation-in-flight" : "reading-payment",
    until: holds ? due : null,
  });
};

/** A merchant names a payment of the order; the bank is asked before it counts. */
export const attached = (builder: DecisionBuilder, paymentId: string, gateway: string | undefined): void => {
  const { payment } = builder.facts;
  // One that is known is at the bank where it was tried, whatever a person says.
  const at = otherNamed(builder.facts, paymentId)?.gateway ?? gateway;
  if (keepAsOther(builder, paymentId, at)) change(builder, paymentId, { isOnlyNamed: true });
  const mine = waitingFor(builder.envelope, builder.facts);
  if (payment.id !== null) return awaitReading(builder, mine);
  builder.facts = { ...builder.facts, waiting: [...builder.facts.waiting, mine] };
  builder.answer(builder.itself, "deferred", { reason: "reading-payment" });
};

interface Asked {
  paymentId: string;
  gateway?: string | undefined;
  total?: number | undefined;
}

/** The bank may have made it, or make it later: it is the order's, also where the bank does not know it yet. */
const keepAsked = (
  builder: DecisionBuilder,
  { paymentId, gateway, total = builder.facts.order.total }: Asked,
): void => {
  builder.lookAgainLater();
  const isNew = keepAsOther(builder, paymentId, gateway);
  const asked = <P extends Facts["payment"]>(one: P): P => {
    const isOurs = !isNew && one.perhapsMadeFor === undefined && one.isOnlyNamed !== true && one.exists;
    if (one.id !== paymentId || isOurs) return one;
    return { ...one, isOnlyNamed: false, perhapsMadeFor: [...new Set([...(one.perhapsMadeFor ?? []), total])] };
  };
  builder.facts = {
    ...builder.facts,
    payment: asked(builder.facts.payment),
    others: builder.facts.others.map(asked),
  };
  // Nothing stands in its way.
  if (builder.facts.payment.id === null) exchange(builder, paymentId, null);
};

/** It is read as well. */
export const perhapsMade = (builder: DecisionBuilder, made: Asked): void => {
  keepAsked(builder, made);
  const { paymentId } = made;
  const about = builder.facts.payment.id === paymentId ? null : paymentId;
  const mine = waitingFor(builder.envelope, builder.facts);
  awaitReading(builder, { ...mine, type: "payment.attached", paymentId: about });
};

/** Whose a payment is that the bank does not have for this order. */
const FOREIGN = { order: "payment-of-another-order", currency: "currency-mismatch" } as const;

/** The bank knows no payment of the name that a person gave, or has it for another order: this one is as it was before. */
export const isForgotten = (builder: DecisionBuilder, { eventId, type, paymentId }: WaitingEvent): boolean => {
  const named = otherNamed(builder.facts, paymentId);
  if (type !== "payment.attached" || named?.isOnlyNamed !== true || named.exists) return false;
  // It may be this order's once its currency is put right.
  if (named.foreign === "currency") return false;
  const reason = named.foreign == null ? "payment-missing" : FOREIGN[named.foreign];
  builder.answer({ eventId, type }, "refused", { rule: `refused/${reason}`, reason });
  return true;
};

/** Whoever asked about a payment that does not pay the order, now that it was read. */
export const answerAboutOther = (builder: DecisionBuilder, { eventId, type, paymentId }: WaitingEvent): void => {
  const { state: idle, foreign } = otherNamed(builder.facts, paymentId) ?? {};
  if (type === "payment.attached") {
    const isIdle = idle === "open" || idle === "closed";
    const held = isIdle ? ("not-paid" as const) : ("surplus-payment" as const);
    const reason = foreign == null ? held : FOREIGN[foreign];
    return builder.answer({ eventId, type }, "refused", { rule: `refused/${reason}`, reason });
  }
  if (idle !== "open" && idle !== "closed") {
    return builder.answer({ eventId, type }, "ignored", { rule: "attempt/holds-money", reason: "surplus-payment" });
  }
  const reason = "stale-payment";
  builder.answer({ eventId, type }, "refused", { rule: `callback/${reason}`, reason });
};

/** What an answer calls an event that waits under another name. */
export const calledAs = (type: string): string => {
  if (isOfAMachine(type) || isLaterLook(type)) return "timer.fired";
  return type.startsWith("customer.") ? "customer.returned" : type;
};

/** It speaks of a payment that does not pay the order. */
export const isAboutOther = ({ held, type, paymentId }: WaitingEvent): boolean =>
  paymentId !== null && (held || type === "payment.attached" || isOfAMachine(type));
