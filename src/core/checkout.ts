/** A payment of the order is opened at the bank: one at a time, and a late answer is an earlier attempt. */
import { notes } from "../../machines/effects.js";
import type { Facts, Rejection } from "../../machines/facts.js";
import type { DecisionBuilder } from "./builder.js";
import { handles } from "./explain.js";
import { rejectionMeta } from "./metadata.js";
import { ofEarlierAttempt, remember } from "./remember.js";
import { initialValue } from "./step.js";

/** As long as the bank may take to open a payment; whoever died meanwhile keeps nobody out for longer. */
const CHECKOUT_MS = 35_000;
const KEPT_ATTEMPTS = 20;

/** One payment of an order is opened at a time, whichever node the customer's clicks come to. */
export const beginCheckout = (builder: DecisionBuilder, attempt: string): void => {
  const me = builder.itself;
  const { checkout } = builder.facts;
  if (!handles(builder.rules.registry.order, builder.states.order, "payment.created")) {
    return builder.answer(me, "refused", { reason: "not-awaiting-payment", rule: "refused/not-awaiting-payment" });
  }
  if (checkout?.open && builder.now < checkout.since + CHECKOUT_MS) {
    return builder.answer(me, "refused", { reason: "checkout-under-way", rule: "checkout/under-way" });
  }
  const unanswered = checkout?.open ? [checkout.attempt] : [];
  const earlier = [...(checkout?.earlier ?? []), ...unanswered].slice(-KEPT_ATTEMPTS);
  builder.facts = { ...builder.facts, checkout: { attempt, since: builder.now, open: true, earlier } };
  builder.answer(me, "ignored", { rule: "checkout/began", reason: "recorded" });
};

/** The bank opened it so late that the customer had tried again. */
export const isSuperseded = ({ facts }: DecisionBuilder, attempt: string | undefined): boolean =>
  attempt !== undefined && (facts.checkout?.earlier.includes(attempt) ?? false);

/** The bank has answered. */
const answered = ({ checkout }: Facts): Facts["checkout"] => checkout && { ...checkout, open: false };

/** A message about this payment is known to be about one of the order's own. */
const keepAsEarlier = (builder: DecisionBuilder, paymentId: string): void => {
  const { payment } = builder.facts;
  if (paymentId === payment.id || payment.previousIds.includes(paymentId)) return;
  builder.facts = { ...builder.facts, payment: { ...payment, previousIds: [...payment.previousIds, paymentId] } };
};

/** The order keeps the newer try. */
export const attachEarlier = (builder: DecisionBuilder, paymentId: string): void => {
  keepAsEarlier(builder, paymentId);
  const reason = "checkout-superseded";
  builder.answer(builder.itself, "refused", { rule: "checkout/superseded", reason });
};

/** A new payment attempt: the old one's messages are stale from now on, and whoever waits is answered by the new one. */
export const attach = (builder: DecisionBuilder, paymentId: string, meta: Record<string, string>): void => {
  const status = builder.facts.order.status;
  const shown = builder.itself;
  if (!handles(builder.rules.registry.order, builder.states.order, "payment.created")) {
    keepAsEarlier(builder, paymentId);
    return builder.answer(shown, "refused", { reason: "not-awaiting-payment", rule: "refused/not-awaiting-payment" });
  }
  // The older flows name the payment themselves, so its callback may come before the answer to the checkout.
  const another = paymentId !== builder.facts.payment.id;
  const late = builder.facts.waiting.filter((w) => another && w.held);
  const { attempt } = builder.facts.payment;
  builder.facts = { ...remember(builder.facts, builder.envelope), checkout: answered(builder.facts) };
  if (another || builder.facts.payment.attempt !== attempt) builder.facts = ofEarlierAttempt(builder.facts);
  if (another) {
    builder.facts = { ...builder.facts, waiting: builder.facts.waiting.filter((w) => !w.held) };
    builder.states = { ...builder.states, payment: initialValue(builder.flow.payment) };
  }
  const taken = builder.moveOrder(shown);
  if (another) builder.moveCooldown("payment.created");
  if (Object.keys(meta).length > 0) builder.add({ type: "setOrderMeta", meta }, builder.now);
  builder.answer(shown, "moved", { rule: taken?.rule ?? null, from: status });
  for (const { eventId } of late) {
    const reason = "stale-payment";
    builder.answer({ eventId, type: "callback.received" }, "refused", { rule: `callback/${reason}`, reason });
  }
};

/** "Log, handle and return what happened": the order is told, and stays what it was. */
export const notCreated = (builder: DecisionBuilder, detail: string, attempt: string | undefined): void => {
  if (!isSuperseded(builder, attempt)) builder.facts = { ...builder.facts, checkout: answered(builder.facts) };
  const note = notes["not-created"].replace("{bank}", () => builder.flow.bank).replace("{reason}", () => detail);
  builder.add({ type: "addOrderNote", note }, builder.now);
  builder.answer(builder.itself, "ignored", { rule: "checkout/not-created", reason: "payment-not-created" });
};

/** Kept for the merchant, who would else only see that the bank knows no payment. */
export const rejected = (builder: DecisionBuilder, rejection: Rejection["type"], message: string | null): void => {
  builder.facts = remember(builder.facts, builder.envelope);
  builder.add({ type: "setOrderMeta", meta: rejectionMeta(builder.facts.order.rejections, message) }, builder.now);
  builder.add({ type: "addOrderNote", note: notes["customer-rejected"].replace("{reason}", rejection) }, builder.now);
  builder.answer(builder.itself, "ignored", { rule: "checkout/rejected", reason: "checkout-rejected" });
};
