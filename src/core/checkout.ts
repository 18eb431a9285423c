/** A payment of the order is opened at the bank: one at a time, and a late answer is an earlier attempt. */
import { notes } from "../../machines/effects.js";
import type { Facts, Rejection } from "../../machines/facts.js";
import { handles } from "./explain.js";
import type { Fold } from "./fold.js";
import { rejectionMeta } from "./metadata.js";
import { ofEarlierAttempt, remember } from "./remember.js";
import { initialValue } from "./step.js";

/** As long as the bank may take to open a payment; whoever died meanwhile keeps nobody out for longer. */
const CHECKOUT_MS = 35_000;
const KEPT_ATTEMPTS = 20;

/** One payment of an order is opened at a time, whichever node the customer's clicks come to. */
export const beginCheckout = (fold: Fold, attempt: string): void => {
  const me = fold.itself;
  const { checkout } = fold.facts;
  if (!handles(fold.rules.registry.order, fold.states.order, "payment.created")) {
    return fold.answer(me, "refused", { reason: "not-awaiting-payment", rule: "refused/not-awaiting-payment" });
  }
  if (checkout?.open && fold.now < checkout.since + CHECKOUT_MS) {
    return fold.answer(me, "refused", { reason: "checkout-under-way", rule: "checkout/under-way" });
  }
  const unanswered = checkout?.open ? [checkout.attempt] : [];
  const earlier = [...(checkout?.earlier ?? []), ...unanswered].slice(-KEPT_ATTEMPTS);
  fold.facts = { ...fold.facts, checkout: { attempt, since: fold.now, open: true, earlier } };
  fold.answer(me, "ignored", { rule: "checkout/began", reason: "recorded" });
};

/** The bank opened it so late that the customer had tried again. */
export const isSuperseded = ({ facts }: Fold, attempt: string | undefined): boolean =>
  attempt !== undefined && (facts.checkout?.earlier.includes(attempt) ?? false);

/** The bank has answered. */
const answered = ({ checkout }: Facts): Facts["checkout"] => checkout && { ...checkout, open: false };

/** A message about this payment is known to be about one of the order's own. */
const keepAsEarlier = (fold: Fold, paymentId: string): void => {
  const { payment } = fold.facts;
  if (paymentId === payment.id || payment.previousIds.includes(paymentId)) return;
  fold.facts = { ...fold.facts, payment: { ...payment, previousIds: [...payment.previousIds, paymentId] } };
};

/** The order keeps the newer try. */
export const attachEarlier = (fold: Fold, paymentId: string): void => {
  keepAsEarlier(fold, paymentId);
  const reason = "checkout-superseded";
  fold.answer(fold.itself, "refused", { rule: "checkout/superseded", reason });
};

/** A new payment attempt: the old one's messages are stale from now on, and whoever waits is answered by the new one. */
export const attach = (fold: Fold, paymentId: string, meta: Record<string, string>): void => {
  const status = fold.facts.order.status;
  const shown = fold.itself;
  if (!handles(fold.rules.registry.order, fold.states.order, "payment.created")) {
    keepAsEarlier(fold, paymentId);
    return fold.answer(shown, "refused", { reason: "not-awaiting-payment", rule: "refused/not-awaiting-payment" });
  }
  // The older flows name the payment themselves, so its callback may come before the answer to the checkout.
  const another = paymentId !== fold.facts.payment.id;
  const late = fold.facts.waiting.filter((w) => another && w.held);
  const { attempt } = fold.facts.payment;
  fold.facts = { ...remember(fold.facts, fold.envelope), checkout: answered(fold.facts) };
  if (another || fold.facts.payment.attempt !== attempt) fold.facts = ofEarlierAttempt(fold.facts);
  if (another) {
    fold.facts = { ...fold.facts, waiting: fold.facts.waiting.filter((w) => !w.held) };
    fold.states = { ...fold.states, payment: initialValue(fold.flow.payment) };
  }
  const taken = fold.moveOrder(shown);
  if (another) fold.moveCooldown("payment.created");
  if (Object.keys(meta).length > 0) fold.add({ type: "setOrderMeta", meta }, fold.now);
  fold.answer(shown, "moved", { rule: taken?.rule ?? null, from: status });
  for (const { eventId } of late) {
    const reason = "stale-payment";
    fold.answer({ eventId, type: "callback.received" }, "refused", { rule: `callback/${reason}`, reason });
  }
};

/** "Log, handle and return what happened": the order is told, and stays what it was. */
export const notCreated = (fold: Fold, detail: string, attempt: string | undefined): void => {
  if (!isSuperseded(fold, attempt)) fold.facts = { ...fold.facts, checkout: answered(fold.facts) };
  const note = notes["not-created"].replace("{bank}", () => fold.flow.bank).replace("{reason}", () => detail);
  fold.add({ type: "addOrderNote", note }, fold.now);
  fold.answer(fold.itself, "ignored", { rule: "checkout/not-created", reason: "payment-not-created" });
};

/** Kept for the merchant, who would else only see that the bank knows no payment. */
export const rejected = (fold: Fold, rejection: Rejection["type"], message: string | null): void => {
  fold.facts = remember(fold.facts, fold.envelope);
  fold.add({ type: "setOrderMeta", meta: rejectionMeta(fold.facts.order.rejections, message) }, fold.now);
  fold.add({ type: "addOrderNote", note: notes["customer-rejected"].replace("{reason}", rejection) }, fold.now);
  fold.answer(fold.itself, "ignored", { rule: "checkout/rejected", reason: "checkout-rejected" });
};
