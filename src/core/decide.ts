/**
 * One event, one decision. Pure: no clock, no I/O.
 *
 * The facts are remembered first, then its actors are folded: the payment follows the reading, the order
 * acts on whatever the cooldown lets through, and the cooldown decides what waits for the next reading.
 */

import { type Envelope, type ReadReply, statusWantedBy, waitsForReading } from "../../machines/events.js";
import { type Reading, unheardTries } from "../../machines/facts.js";
import { dueAt } from "../../machines/hold.js";
import { registry as currentRegistry } from "../../machines/index.js";
import { isAtCheckout } from "../../machines/questions.js";
import { defaultSettings } from "../../machines/settings.js";
import type { WaitingEvent } from "../../machines/waiting.js";
import { acknowledge } from "./acknowledge.js";
import { askAnew, attached, awaitReading, callback, isAboutOther, wish } from "./asking.js";
import { DecisionBuilder, type Rules } from "./builder.js";
import {
  attach,
  attachEarlier,
  beginCheckout,
  isSuperseded,
  notCreated,
  rejected,
  unanswered,
  watchUndecided,
  watchUnheard,
} from "./checkout.js";
import { rememberEarlierTry } from "./earlier-try.js";
import { answerBeside, readElsewhere } from "./elsewhere.js";
import { endUnpaid, readSinceCancelled } from "./ending.js";
import { type Decision, finished } from "./finish.js";
import { anotherGatewaysOrder, follow, readFor } from "./follow.js";
import { isLeftToTheShop, letThrough } from "./let-through.js";
import {
  answerOther,
  BESIDES,
  holdsMoney,
  lookAtOther,
  otherAnswered,
  otherNamed,
  othersToLookAt,
  othersToRead,
  readBeside,
  readOther,
  readOthers,
  renamed,
} from "./others.js";
import type { OrderRecord } from "./record.js";
import { notOurs } from "./refuse.js";
import { placed, waitingFor } from "./remember.js";
import { shopDiffers } from "./shop-differs.js";
import { COOLDOWN_TIMER, UNANSWERED } from "./timer-names.js";

export type { Decision } from "./finish.js";

export const defaultRules: Rules = { settings: defaultSettings, registry: currentRegistry };

/**
 * What the order becomes when `envelope` happens to it at `now`.
 * @param record null for an order that is being placed
 * @throws Error on a bug: an event for an order that does not exist, or a money law broken
 */
export const decide = (
  record: OrderRecord | null,
  envelope: Envelope,
  now: number,
  rules: Rules = defaultRules,
): Decision => {
  const facts = record === null ? placed(envelope) : record.facts;
  const builder = new DecisionBuilder(record, envelope, now, rules, facts);
  if (record === null) place(builder);
  else if (isPaidOtherwise(builder)) anotherGatewaysOrder(builder);
  else {
    rememberEarlierTry(builder);
    happen(builder);
  }
  askAnew(builder);
  readElsewhere(builder);
  watchUndecided(builder);
  return finished(builder);
};

const place = (builder: DecisionBuilder): void => {
  const shown = { ...builder.itself, seen: builder.facts.order.status };
  builder.moveOrder(shown);
  if (isAtCheckout(builder.facts.order)) watchUnheard(builder);
  builder.answer(shown, "moved", { rule: "order/placed" });
};

/** The customer chose to pay here after all. */
const opensPayment = new Set<string>(["checkout.began", "payment.created", "payment.notCreated"]);

/** A bank may have made a payment of the order, and nobody has heard of it: what tells of that is ours. */
const tellsOfTry = ({ facts: { tries }, envelope: { event } }: DecisionBuilder): boolean => {
  const named = unheardTries(tries);
  if (event.type === "callback.received") return named.some(({ paymentId }) => paymentId === event.paymentId);
  const isTimer = event.type === "timer.fired" && event.timer === UNANSWERED;
  return named.length > 0 && (isTimer || event.type === "order.updated");
};

/** What a merchant does with an order that is paid another way is between him and the shop. */
const isPaidOtherwise = (builder: DecisionBuilder): boolean => {
  const { payment, order } = builder.facts;
  const { type } = builder.envelope.event;
  if (payment.gateway === null) return !opensPayment.has(type) && !tellsOfTry(builder);
  return order.paidOtherwise === true && type in statusWantedBy;
};

const happen = (builder: DecisionBuilder): void => {
  const { event } = builder.envelope;
  switch (event.type) {
    case "order.placed":
      return builder.answer(builder.itself, "ignored", { reason: "already-placed" });
    case "timer.fired":
      return wake(builder, event.timer, event.generation);
    case "order.seen":
      if (event.version !== undefined && event.version + 1 !== builder.seq)
        return builder.answer(builder.itself, "ignored", { reason: "superseded" });
      follow(builder, event.status);
      return readSince(builder);
    case "shop.conflicted":
      follow(builder, event.status);
      return readSince(builder);
    case "shop.differs":
      return shopDiffers(builder);
    case "payment.read":
      return read(builder, event.effectId, event.reading);
    case "checkout.began":
      return beginCheckout(builder, event);
    case "payment.created":
      return isSuperseded(builder, event.attempt) ? attachEarlier(builder, event) : attach(builder, event);
    case "payment.notCreated":
      return notCreated(builder, event);
    case "data.revealed":
      return builder.answer(builder.itself, "ignored", { reason: "recorded" });
    case "merchant.acknowledged":
      return acknowledge(builder);
    case "payment.attached":
      return attached(builder, event.paymentId, event.gateway);
    case "checkout.rejected":
      return rejected(builder, event.rejection, event.message);
    case "order.updated":
      return updated(builder);
    case "callback.received":
      return callback(builder, event.kind, event.paymentId);
    default:
      if (waitsForReading(event.type)) return wish(builder);
      return result(builder);
  }
};

/** Where a change of the order may let a payment pay it that was read before. */
const MAY_BE_PAID_NOW = new Set<unknown>(["pending", "on-hold", "failed"]);

/** The shop wrote the order: it may cost now what the bank holds, or be in the payment's currency, or be paid here again. */
const updated = (builder: DecisionBuilder): void => {
  const before = builder.facts.order;
  builder.facts = builder.remembered;
  const meta = builder.moveOrder(builder.itself);
  const cooldown = builder.moveCooldown("order.updated");
  const { order, payment } = builder.facts;
  // The customer chose to pay another way.
  if (before.paidOtherwise !== true && order.paidOtherwise === true) endUnpaid(builder, payment);
  const isBack = before.paidOtherwise === true && order.paidOtherwise !== true;
  const isOther = order.changedIn === builder.seq || isBack;
  const wasRead = payment.readAt !== null || order.status === "on-hold";
  if (
    isOther &&
    wasRead &&
    MAY_BE_PAID_NOW.has(builder.states.order) &&
    payment.id !== null &&
    order.paidOtherwise !== true
  )
    return awaitReading(builder, waitingFor(builder.envelope, builder.facts));
  builder.answer(builder.itself, "ignored", { rule: cooldown?.rule ?? meta?.rule ?? null, reason: "no-change" });
};

const readSince = (builder: DecisionBuilder): void => {
  const { payment, order } = builder.facts;
  if (payment.id !== null && order.status !== builder.from) readFor(builder, builder.envelope.event.type);
};

/** A timer that was replaced or cancelled since is stale, whatever it says. */
const wake = (builder: DecisionBuilder, timer: string, generation: number): void => {
  const me = builder.itself;
  if (builder.timers[timer]?.generation !== generation) {
    return builder.answer(me, "ignored", { reason: "stale-timer" });
  }
  builder.dropTimer(timer);
  if (timer === UNANSWERED) return unanswered(builder);
  const [own = "", besides] = timer.split(BESIDES, 2);
  if (besides !== undefined) return wakeOther(builder, own, timer.slice(own.length + 1));
  if (timer === COOLDOWN_TIMER) {
    const meta = builder.moveCooldown(timer);
    const asks = builder.states.cooldown === "reading";
    return builder.answer(me, "ignored", { rule: meta?.rule ?? null, reason: asks ? "reading-payment" : "cooldown" });
  }
  if (builder.facts.payment.id === null) {
    // A payment that the order did not take may hold money all the same.
    readBeside(builder, othersToLookAt(builder, [waitingFor(builder.envelope, builder.facts)]));
    return isLeftToTheShop(builder) ? notOurs(builder, me) : builder.show({ ...me, type: timer });
  }
  awaitReading(builder, waitingFor(builder.envelope, builder.facts));
};

/** A timer of another payment of the order. */
const wakeOther = (builder: DecisionBuilder, type: string, id: string): void => {
  const me = builder.itself;
  if (otherNamed(builder.facts, id) === undefined) return builder.answer(me, "ignored", { reason: "stale-timer" });
  lookAtOther(builder, { ...waitingFor(builder.envelope, builder.facts), type }, id);
  builder.answer(me, "deferred", { reason: "reading-payment" });
};

/** The reading is here: the payment follows it, and whoever waited for it is let through in the order of arrival. */
const read = (builder: DecisionBuilder, readingId: string, reading: Reading): void => {
  const me = builder.itself;
  const whoAsked = () => builder.facts.waiting.filter((w) => w.readingId === readingId);
  let asked = whoAsked();
  const isCurrent = reading.paymentId === builder.facts.payment.id;
  if (isCurrent ? asked.length === 0 : otherNamed(builder.facts, reading.paymentId)?.readingId !== readingId) {
    return builder.answer(me, "ignored", { reason: "superseded" });
  }
  const { pendingRefund: wasPending } = builder.facts.payment;
  builder.facts = builder.remembered;
  // The bank may still fail to carry it out, whoever asked for it.
  if (isCurrent && (builder.facts.payment.pendingRefund ?? 0) > (wasPending ?? 0)) builder.lookAgainLater();
  if (isCurrent) {
    builder.movePayment();
    readSinceCancelled(builder);
  } else readOther(builder, reading, asked, readingId);
  // Where another payment became the current one, who asked about it asks about the current one now.
  asked = whoAsked();
  builder.facts = { ...builder.facts, waiting: builder.facts.waiting.filter((w) => w.readingId !== readingId) };
  const status = builder.facts.order.status;
  // Asked of all before the first one moves the order: callbacks that piled up become one reading.
  const considered = builder.guardContext();
  const early = asked.filter((waiting) => waiting.held && builder.now < dueAt(considered, waiting));
  // The order was written while the gateway was being asked: the customer's minute begins anew for these.
  putBack(builder, early);
  const due = asked.filter((waiting) => !early.includes(waiting));
  // Nobody is kept waiting for a payment that cannot change his answer.
  const keptBack = isCurrent ? (holdsMoney(builder) ? due.filter(isAboutOther) : due) : [];
  const others = keptBack.length > 0 ? othersToRead(builder, keptBack) : [];
  if (others.length > 0) readOthers(builder, others, keptBack);
  else if (isCurrent && holdsMoney(builder)) readBeside(builder, othersToLookAt(builder, due));
  const answered = others.length > 0 ? due.filter((waiting) => !keptBack.includes(waiting)) : due;
  if (others.length > 0 && answered.length === 0) {
    return builder.answer(me, "ignored", { rule: "cooldown/every-payment", reason: "reading-payment" });
  }
  const tookOver = !isCurrent && reading.paymentId === builder.facts.payment.id;
  // The order follows the payment that took the place, also where whoever asked spoke of another one.
  const pays = (tookOver || holdsMoney(builder)) && !isLeftToTheShop(builder);
  if (answered.length > 0 && answered.every(isAboutOther) && pays) builder.moveOrder({ ...me, type: "payment.read" });
  for (let left = answered; left.length > 0; ) {
    const [waiting, ...rest] = left as [WaitingEvent, ...WaitingEvent[]];
    const { id: before } = builder.facts.payment;
    // Whoever came before it on this reading has set money in motion.
    const isBeside = isAboutOther(waiting) && holdsMoney(builder);
    if (waiting.held && builder.facts.operation !== null && !isBeside) waitForEnd(builder, waiting, isCurrent);
    else letThrough(builder, waiting);
    const { id: now } = builder.facts.payment;
    left = now === null || now === before ? rest : renamed(rest, before, now);
  }
  if (!isCurrent) answerBeside(builder, reading.paymentId, readingId);
  const moved = builder.facts.order.status !== status;
  builder.answer(me, moved ? "moved" : "ignored", {
    rule: tookOver ? "attempt/pays-the-order" : null,
    reason: moved ? null : "no-change",
  });
  builder.answers.unshift(...builder.answers.splice(-1));
};

const putBack = (builder: DecisionBuilder, some: WaitingEvent[]): void => {
  const again = some.map((waiting) => ({ ...waiting, readingId: null }));
  builder.facts = { ...builder.facts, waiting: [...builder.facts.waiting, ...again] };
  // The current payment's own reading ended before.
  if (again.length > 0 && builder.states.cooldown === "idle") builder.moveCooldown("callback.received");
};

/** The call under way may be seen to have ended; the callback is answered after that, by a reading of its own. */
const waitForEnd = (builder: DecisionBuilder, waiting: WaitingEvent, isCurrent: boolean): void => {
  const { operation } = builder.facts;
  if (isCurrent) builder.moveOrder({ ...builder.itself, type: "payment.read" });
  putBack(builder, [{ ...waiting, ...(operation !== null && { readDuring: operation.key }) }]);
};

/** The answer of a call, or a merchant's wish that needs no reading. */
const result = (builder: DecisionBuilder): void => {
  const event = builder.envelope.event as ReadReply;
  const other = otherAnswered(builder.facts, event);
  if (other !== undefined) return answerOther(builder, other, event);
  const { payment } = builder.facts;
  builder.facts = builder.remembered;
  if (builder.facts.payment !== payment) builder.movePayment();
  const detail = "reason" in event ? event.detail || event.reason : undefined;
  builder.show({ ...builder.itself, detail });
};
