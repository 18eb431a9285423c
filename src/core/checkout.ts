/** A payment of the order is opened at the bank: one at a time, and a late answer is an earlier attempt. */
import { notes } from "../../machines/effects.js";
import type { Command } from "../../machines/events.js";
import { type Facts, type Rejection, type Try, unheardTries } from "../../machines/facts.js";
import { flowOf } from "../../machines/index.js";
import { perhapsMade } from "./asking.js";
import type { DecisionBuilder } from "./builder.js";
import { handles } from "./explain.js";
import { isUndecided, unheardLooks } from "./intended.js";
import { rejectionMeta } from "./metadata.js";
import { keepAsOther, otherNamed, readNow, replaceCurrent } from "./others.js";
import { ofEarlierAttempt } from "./remember.js";
import { initialValue } from "./step.js";
import { CHECKOUT_MS, isLaterLook, LINK_TIMER, UNANSWERED, UNHEARD } from "./timer-names.js";

const KEPT_TRIES = 20;

/** One payment of an order is opened at a time, whichever node the customer's clicks come to. */
export const beginCheckout = (builder: DecisionBuilder, event: Extract<Command, { type: "checkout.began" }>): void => {
  const { type: _, attempt, ...asked } = event;
  const me = builder.itself;
  const { tries, order } = builder.facts;
  if (!handles(builder.rules.registry.order, builder.states.order, "payment.created")) {
    return builder.answer(me, "refused", { reason: "not-awaiting-payment", rule: "refused/not-awaiting-payment" });
  }
  const latest = tries.at(-1);
  const isUnderWay = latest !== undefined && isAwaited(latest) && builder.now < latest.since + CHECKOUT_MS;
  // What the try before may have made is read first, also where its timer is late.
  if (isUnderWay || UNANSWERED in builder.timers) {
    return builder.answer(me, "refused", { reason: "checkout-under-way", rule: "checkout/under-way" });
  }
  const began: Try = { attempt, since: builder.now, answer: "awaited", ...asked };
  builder.facts = {
    ...builder.facts,
    tries: [...tries, began].slice(-KEPT_TRIES),
    // The customer chose to pay here.
    order: { ...order, paidOtherwise: false },
  };
  if (asked.paymentId !== undefined) builder.setTimers([{ set: UNANSWERED, delayMs: CHECKOUT_MS }]);
  builder.answer(me, "ignored", { rule: "checkout/began", reason: "recorded" });
};

/** Nobody waits for the answer to these tries any more. */
const ended = (builder: DecisionBuilder, answer: "lost" | "came", isOf: (one: Try) => boolean): void => {
  const tries = builder.facts.tries.map((one) => (one.answer !== "came" && isOf(one) ? { ...one, answer } : one));
  builder.facts = { ...builder.facts, tries };
  if (!unheardTries(tries).some(isAwaited)) builder.dropTimer(UNANSWERED);
};

const isAwaited = ({ answer }: Try): boolean => answer === "awaited";

/** The process that asked may be dead: the bank may have made the payment all the same. */
export const unanswered = (builder: DecisionBuilder): void => {
  const asked = unheardTries(builder.facts.tries).filter(isAwaited);
  const latest = asked.at(-1);
  if (latest === undefined) return builder.answer(builder.itself, "ignored", { reason: "no-change" });
  ended(builder, "lost", (one) => asked.some(({ attempt }) => attempt === one.attempt));
  perhapsMade(builder, latest);
};

/** The bank opened it so late that the customer had tried again. */
export const isSuperseded = ({ facts: { tries } }: DecisionBuilder, attempt: string | undefined): boolean =>
  tries.slice(0, -1).some((one) => one.attempt === attempt);

/** Where no link of ours runs out, nothing else would have the payment read if nobody is heard of. */
export const watchUnheard = (builder: DecisionBuilder): void => {
  const { id, gateway } = builder.facts.payment;
  if (id !== null && gateway !== null && !builder.flow.linkExpires) builder.setTimers(unheardLooks);
};

/** When the last of these looks is due. */
const lastOf = (timers: DecisionBuilder["timers"], isOne: (timer: string) => boolean): number =>
  Math.max(
    Number.NEGATIVE_INFINITY,
    ...Object.entries(timers).flatMap(([timer, { at }]) => (isOne(timer) ? [at] : [])),
  );

const isUnheard = (timer: string): boolean => timer.startsWith(UNHEARD);
const isOtherLook = (timer: string): boolean => isLaterLook(timer) && !isUnheard(timer);

/**
 * A payment that may still be paid is looked at until the bank has decided, whatever became of the order: callback and
 * return may be lost. The looks begin anew with each change of the order's status.
 */
export const watchUndecided = (builder: DecisionBuilder): void => {
  const { from, facts, timers } = builder;
  const undecided = isUndecided(facts);
  const others = lastOf(timers, isOtherLook);
  const hasChanged = from !== null && from !== facts.order.status;
  if (undecided && hasChanged && !(LINK_TIMER in timers)) builder.setTimers(unheardLooks);
  if (!undecided || others >= lastOf(builder.timers, isUnheard)) {
    for (const { set } of unheardLooks) if (set in builder.timers) builder.dropTimer(set);
  }
};

/** A payment that the bank opened and the order did not take: it may be paid by now, or later. */
const watch = (builder: DecisionBuilder, id: string, gateway: string | undefined): void => {
  keepAsOther(builder, id, gateway);
  if (otherNamed(builder.facts, id) === undefined) return;
  readNow(builder, id);
  builder.lookAgainLater();
};

/** The order keeps the newer try. */
export const attachEarlier = (
  builder: DecisionBuilder,
  { paymentId, gateway, attempt }: Extract<Command, { type: "payment.created" }>,
): void => {
  ended(builder, "came", (one) => one.attempt === attempt);
  watch(builder, paymentId, gateway);
  const reason = "checkout-superseded";
  builder.answer(builder.itself, "refused", { rule: "checkout/superseded", reason });
};

/** A new payment attempt takes the place of the old one, which is watched until the bank says that it is over. */
export const attach = (builder: DecisionBuilder, event: Extract<Command, { type: "payment.created" }>): void => {
  const { paymentId, gateway, meta = {} } = event;
  const status = builder.facts.order.status;
  const shown = builder.itself;
  ended(builder, "came", (one) => one.attempt === event.attempt || one.paymentId === paymentId);
  if (!handles(builder.rules.registry.order, builder.states.order, "payment.created")) {
    watch(builder, paymentId, gateway);
    return builder.answer(shown, "refused", { reason: "not-awaiting-payment", rule: "refused/not-awaiting-payment" });
  }
  // The older flows name the payment themselves, so its callback may come before the answer to the checkout.
  const another = paymentId !== builder.facts.payment.id;
  const { attempt, id: before } = builder.facts.payment;
  let remembered: Facts = builder.remembered;
  if (another || remembered.payment.attempt !== attempt)
    remembered = ofEarlierAttempt(remembered, another ? before : null);
  if (another) replaceCurrent(builder, paymentId, remembered);
  else if (builder.facts.payment.gateway === remembered.payment.gateway) builder.facts = remembered;
  else {
    builder.facts = remembered;
    builder.states = { ...builder.states, payment: initialValue(builder.flow.payment) };
  }
  const taken = builder.moveOrder(shown);
  watchUnheard(builder);
  if (Object.keys(meta).length > 0) builder.add({ type: "setOrderMeta", meta }, builder.now);
  builder.answer(shown, "moved", { rule: taken?.rule ?? null, from: status });
};

/** "Log, handle and return what happened": the order is told, and stays what it was. */
export const notCreated = (builder: DecisionBuilder, event: Extract<Command, { type: "payment.notCreated" }>): void => {
  const { detail, attempt, paymentId, gateway, total = builder.facts.order.total, meta = {} } = event;
  const isNewest = !isSuperseded(builder, attempt);
  ended(builder, paymentId === undefined ? "came" : "lost", (one) => one.attempt === attempt);
  if (isNewest && Object.keys(meta).length > 0) builder.add({ type: "setOrderMeta", meta }, builder.now);
  const { bank } = gateway === undefined ? builder.flow : flowOf(builder.rules.registry, gateway);
  const note = notes["not-created"].replace("{bank}", () => bank).replace("{reason}", () => detail);
  builder.add({ type: "addOrderNote", note }, builder.now);
  if (paymentId === undefined)
    return builder.answer(builder.itself, "ignored", { rule: "checkout/not-created", reason: "payment-not-created" });
  perhapsMade(builder, { paymentId, gateway, total });
};

/** Kept for the merchant, who would else only see that the bank knows no payment. */
export const rejected = (builder: DecisionBuilder, rejection: Rejection["type"], message: string | null): void => {
  builder.facts = builder.remembered;
  builder.add({ type: "setOrderMeta", meta: rejectionMeta(builder.facts.order.rejections, message) }, builder.now);
  builder.add({ type: "addOrderNote", note: notes["customer-rejected"].replace("{reason}", rejection) }, builder.now);
  builder.answer(builder.itself, "ignored", { rule: "checkout/rejected", reason: "checkout-rejected" });
};
