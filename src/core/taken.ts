/** A reading of a payment is taken into the facts. */
import { type Facts, noSuchPayment, type Reading } from "../../machines/facts.js";
import { beyondIntended, intendedAt, withoutFailed } from "./intended.js";

/** Whose payment it is by the bank's word; null = this order's, as far as the bank says. */
const foreignTo = (
  { reference, currency }: Facts["order"],
  reading: Reading,
  paidIn: string | null | undefined,
): "order" | "currency" | null => {
  const { orderReference } = reading;
  if (orderReference != null && reference !== undefined && orderReference !== reference) return "order";
  return paidIn != null && paidIn !== currency ? "currency" : null;
};

/** What the bank says to have failed of our refunds since it said so last. */
const failedSince = ({ failedRefund }: Facts["payment"], reading: Reading): number =>
  failedRefund == null ? 0 : Math.max(0, (reading.failedRefund ?? 0) - failedRefund);

/** @param moves money of it is on the move: whether the order's currency was edited meanwhile is asked at the end */
export const taken = (
  payment: Facts["payment"],
  reading: Reading,
  at: number,
  order: Facts["order"],
  moves: boolean,
): Facts["payment"] => {
  const currency = reading.currency ?? payment.currency;
  const isOf = foreignTo(order, reading, currency);
  const foreign = moves && isOf === "currency" ? null : isOf;
  const { paymentId: _, ...says } = foreign === null ? reading : noSuchPayment(reading.paymentId);
  const failed = foreign === null ? failedSince(payment, reading) : 0;
  const intended =
    foreign === null ? intendedAt(withoutFailed(payment.intended, failed), reading, at) : payment.intended;
  const undone = (payment.intended.refunded ?? 0) - (intended.refunded ?? 0);
  const { isOnlyNamed: __, ...seen } = payment;
  return {
    ...(reading.exists ? seen : payment),
    ...says,
    foreign,
    intended,
    beyond: foreign === "currency" ? beyondIntended(payment.intended, reading) : undefined,
    ...(undone > 0 ? { refundUndone: (payment.refundUndone ?? 0) + undone, awaitsRefund: false } : {}),
    currency,
    pendingRefund: reading.pendingRefund ?? 0,
    readAt: at,
    captureFailed: payment.captureFailed && reading.captured === 0,
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
