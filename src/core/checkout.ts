/** A payment of the order is opened at the bank: one at a time, and a late answer is an earlier attempt. */
import { notes } from "../../machines/effects.js";
import type { Command } from "../../machines/events.js";
import type { Facts, Rejection } from "../../machines/facts.js";
import { flowOf } from "../../machines/index.js";
import { perhapsMade } from "./asking.js";
import type { DecisionBuilder } from "./builder.js";
import { handles } from "./explain.js";
import { rejectionMeta } from "./metadata.js";
import { keepAsOther, otherNamed, readNow, replaceCurrent } from "./others.js";
import { ofEarlierAttempt } from "./remember.js";
import { CHECKOUT_MS, UNANSWERED } from "./timer-names.js";

const KEPT_ATTEMPTS = 20;

/** One payment of an order is opened at a time, whichever node the customer's clicks come to. */
export const beginCheckout = (builder: DecisionBuilder, event: Extract<Command, { type: "checkout.began" }>): void => {
  const { type: _, attempt, ...named } = event;
  const me = builder.itself;
  const { checkout } = builder.facts;
  if (!handles(builder.rules.registry.order, builder.states.order, "payment.created")) {
    return builder.answer(me, "refused", { reason: "not-awaiting-payment", rule: "refused/not-awaiting-payment" });
  }
  // What the try before may have made is read first, also where its timer is late.
  const isUnderWay = builder.now < (checkout?.since ?? 0) + CHECKOUT_MS || UNANSWERED in builder.timers;
  if (checkout?.open && isUnderWay) {
    return builder.answer(me, "refused", { reason: "checkout-under-way", rule: "checkout/under-way" });
  }
  const unanswered = checkout?.open ? [checkout.attempt] : [];
  const earlier = [...(checkout?.earlier ?? []), ...unanswered].slice(-KEPT_ATTEMPTS);
  builder.facts = { ...builder.facts, checkout: { attempt, since: builder.now, open: true, earlier, ...named } };
  if (named.paymentId !== undefined) builder.setTimers([{ set: UNANSWERED, delayMs: CHECKOUT_MS }]);
  builder.answer(me, "ignored", { rule: "checkout/began", reason: "recorded" });
};

/** The process that asked may be dead: the bank may have made the payment all the same. */
export const unanswered = (builder: DecisionBuilder): void => {
  const { checkout, order } = builder.facts;
  if (!checkout?.open || checkout.paymentId === undefined)
    return builder.answer(builder.itself, "ignored", { reason: "no-change" });
  const { paymentId, gateway, total = order.total } = checkout;
  builder.facts = { ...builder.facts, checkout: answered(builder.facts) };
  perhapsMade(builder, { paymentId, gateway, total });
};

/** The bank opened it so late that the customer had tried again. */
export const isSuperseded = ({ facts }: DecisionBuilder, attempt: string | undefined): boolean =>
  attempt !== undefined && (facts.checkout?.earlier.includes(attempt) ?? false);

/** The bank has answered. */
const answered = ({ checkout }: Facts): Facts["checkout"] => checkout && { ...checkout, open: false };

/** A payment that the bank opened and the order did not take: it may be paid by now, or later. */
const watch = (builder: DecisionBuilder, id: string, gateway: string | undefined): void => {
  keepAsOther(builder, id, gateway);
  if (otherNamed(builder.facts, id) === undefined) return;
  readNow(builder, id);
  builder.lookAgainLater();
};

/** The order keeps the newer try. */
export const attachEarlier = (builder: DecisionBuilder, paymentId: string, gateway: string | undefined): void => {
  watch(builder, paymentId, gateway);
  const reason = "checkout-superseded";
  builder.answer(builder.itself, "refused", { rule: "checkout/superseded", reason });
};

/** A new payment attempt takes the place of the old one, which is watched until the bank says that it is over. */
export const attach = (
  builder: DecisionBuilder,
  paymentId: string,
  gateway: string | undefined,
  meta: Record<string, string>,
): void => {
  const status = builder.facts.order.status;
  const shown = builder.itself;
  builder.dropTimer(UNANSWERED);
  if (!handles(builder.rules.registry.order, builder.states.order, "payment.created")) {
    watch(builder, paymentId, gateway);
    return builder.answer(shown, "refused", { reason: "not-awaiting-payment", rule: "refused/not-awaiting-payment" });
  }
  // The older flows name the payment themselves, so its callback may come before the answer to the checkout.
  const another = paymentId !== builder.facts.payment.id;
  const { attempt, id: before } = builder.facts.payment;
  let remembered: Facts = {
    ...builder.remembered,
    checkout: answered(builder.facts),
  };
  if (another || remembered.payment.attempt !== attempt)
    remembered = ofEarlierAttempt(remembered, another ? before : null);
  if (another) replaceCurrent(builder, paymentId, remembered);
  else builder.facts = remembered;
  const taken = builder.moveOrder(shown);
  if (Object.keys(meta).length > 0) builder.add({ type: "setOrderMeta", meta }, builder.now);
  builder.answer(shown, "moved", { rule: taken?.rule ?? null, from: status });
};

/** "Log, handle and return what happened": the order is told, and stays what it was. */
export const notCreated = (builder: DecisionBuilder, event: Extract<Command, { type: "payment.notCreated" }>): void => {
  const { detail, attempt, paymentId, gateway, total = builder.facts.order.total, meta = {} } = event;
  if (!isSuperseded(builder, attempt)) {
    builder.dropTimer(UNANSWERED);
    builder.facts = { ...builder.facts, checkout: answered(builder.facts) };
    if (Object.keys(meta).length > 0) builder.add({ type: "setOrderMeta", meta }, builder.now);
  }
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
