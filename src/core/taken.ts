/** A reading of a payment is taken into the facts. */
import { type Facts, noSuchPayment, type Operation, type Reading } from "../../machines/facts.js";
import { beyondIntended, refundsRead } from "./intended.js";

/** Whose payment it is by the bank's word; null = this order's, as far as the bank says. */
const foreignTo = (
  { reference, currency }: Facts["order"],
  reading: Reading,
  { currency: paidIn, perhapsMadeFor: asked, tolerance }: Facts["payment"],
): "order" | "currency" | null => {
  const { orderReference } = reading;
  // Two shops of one user may number their orders alike, and the older flows name no order.
  if (asked !== undefined && reading.exists && !asked.some((total) => Math.abs(reading.total - total) <= tolerance))
    return "order";
  if (orderReference != null && reference !== undefined && orderReference !== reference) return "order";
  return paidIn != null && paidIn !== currency ? "currency" : null;
};

/** @param moves the call that moves its money: whether the order's currency was edited meanwhile is asked at its end */
export const taken = (
  payment: Facts["payment"],
  reading: Reading,
  at: number,
  order: Facts["order"],
  moves: Operation["kind"] | null,
): Facts["payment"] => {
  const currency = reading.currency ?? payment.currency;
  const isOf = foreignTo(order, reading, { ...payment, currency });
  const foreign = moves !== null && isOf === "currency" ? null : isOf;
  const { paymentId: _, ...says } = foreign === null ? reading : noSuchPayment(reading.paymentId);
  const { isOnlyNamed: __, perhapsMadeFor: ___, ...seen } = payment;
  return {
    ...(reading.exists && foreign !== "order" ? seen : payment),
    ...says,
    foreign,
    beyond: foreign === "currency" ? beyondIntended(payment.intended, reading) : undefined,
    ...(foreign === null && refundsRead(payment, reading, at, moves)),
    currency,
    pendingRefund: reading.pendingRefund ?? 0,
    readAt: at,
    // A part that was captured elsewhere says nothing of the rest, which the bank refused.
    captureFailed: payment.captureFailed && (reading.captured === 0 || reading.authorized > 0),
  };
};

const inOrderCurrency = <P extends Facts["payment"]>(payment: P, { currency }: Facts["order"]): P => {
  if (payment.currency == null || payment.foreign === "order") return payment;
  const foreign = payment.currency === currency ? null : ("currency" as const);
  if ((payment.foreign ?? null) === foreign) return payment;
  // Its amounts are no longer looked at, but for what is too much.
  return { ...payment, foreign, beyond: foreign === null ? undefined : beyondIntended(payment.intended, payment) };
};

/** A payment in another currency does not pay the order. Of one whose money is on the move, the end is waited for. */
export const inCurrency = (facts: Facts): Facts => ({
  ...facts,
  payment: facts.operation === null ? inOrderCurrency(facts.payment, facts.order) : facts.payment,
  others: facts.others.map((one) => (one.release === null ? inOrderCurrency(one, facts.order) : one)),
});
