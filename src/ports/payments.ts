/** Which order has a payment follows from the records; what a store keeps to find it by may be damaged. */

import { moneyHeld, type OrderStatus } from "../../machines/facts.js";
import { type OrderRecord, paymentsOf } from "../core/record.js";
import { summaryOf } from "../core/summary.js";

export interface PaymentRow {
  orderId: string;
  /** As the store's list has it. */
  current: boolean;
  /** null = it cannot be read, and the store is believed. */
  record: OrderRecord | null;
}

const OVER = new Set<OrderStatus>(["completed", "cancelled", "refunded"]);

/**
 * How much of a claim an order has to a payment that others have named, too: most, where the bank was seen to have it for
 * this order; then where it can still be paid by it; least, where it was seen to be another's.
 */
const claimOf = ({ facts }: OrderRecord, paymentId: string): number => {
  const all = paymentsOf(facts);
  const own = all.find(({ id }) => id === paymentId);
  if (own?.foreign != null) return own.foreign === "currency" ? 0 : 1;
  if (own?.exists && own.readAt !== null) return 4;
  const isPaid = all.some((one) => one.id !== paymentId && moneyHeld(one) > 0);
  return isPaid || OVER.has(facts.order.status) ? 2 : 3;
};

/** Those of the orders that have or had the payment, the one that is paid by it first. */
export const ownersOf = (paymentId: string, named: PaymentRow[]): { orderId: string; current: boolean }[] =>
  named
    .filter(({ record }) => record === null || summaryOf(record).payments.includes(paymentId))
    .map(({ orderId, current, record }) => ({
      orderId,
      current: record === null ? current : record.facts.payment.id === paymentId,
      claim: record === null ? 0 : claimOf(record, paymentId),
    }))
    .sort((a, b) => b.claim - a.claim || Number(b.current) - Number(a.current) || (a.orderId < b.orderId ? -1 : 1))
    .map(({ orderId, current }) => ({ orderId, current }));
