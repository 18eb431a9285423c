/** Which order has a payment follows from the records; what a store keeps to find it by may be damaged. */

import type { OrderRecord } from "../core/record.js";
import { summaryOf } from "../core/summary.js";

export interface PaymentRow {
  orderId: string;
  /** As the store's list has it. */
  current: boolean;
  /** null = it cannot be read, and the store is believed. */
  record: OrderRecord | null;
}

/** Those of the orders that have or had the payment, the one that is paid by it first. */
export const ownersOf = (paymentId: string, named: PaymentRow[]): { orderId: string; current: boolean }[] =>
  named
    .filter(({ record }) => record === null || summaryOf(record).payments.includes(paymentId))
    .map(({ orderId, current, record }) => ({
      orderId,
      current: record === null ? current : record.facts.payment.id === paymentId,
    }))
    .sort((a, b) => Number(b.current) - Number(a.current) || (a.orderId < b.orderId ? -1 : 1));
