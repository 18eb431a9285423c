/** A payment as the bank describes it (major units, floats) as a reading in minor units. */
import { PossibleAction, type Reading } from "../../../machines/facts.js";
import { toMinor } from "../../core/money.js";
import { orderIdOf } from "../../http-client/order-reference.js";
import { KEPT_ID } from "./requests.js";
import type { ResursPayment } from "./schema.js";

const keptId = ({ metadata }: ResursPayment): string | null =>
  metadata?.custom?.find(({ key }) => key === KEPT_ID)?.value ?? null;

/** @param currency whose minor units are counted; each that the bank sells in has two digits */
export const readingOf = (
  payment: ResursPayment,
  taskCompleted: Reading["taskCompleted"] = null,
  currency = "SEK",
): Reading => {
  // Floats such as 301.5 or 1.1 * 3 must not leak into comparisons, so every amount is rounded once, here.
  const minorUnits = (major: number): number => toMinor(major, currency);
  const { order } = payment;
  const limit = payment.application?.approvedCreditLimit;
  return {
    paymentId: payment.id,
    exists: true,
    status: payment.status,
    rejectedReason: payment.rejectedReason?.category ?? null,
    hasOrder: Boolean(order),
    total: minorUnits(order?.totalOrderAmount ?? 0),
    authorized: minorUnits(order?.authorizedAmount ?? 0),
    captured: minorUnits(order?.capturedAmount ?? 0),
    canceled: minorUnits(order?.canceledAmount ?? 0),
    refunded: minorUnits(order?.refundedAmount ?? 0),
    offers: (order?.possibleActions ?? []).flatMap(({ action }) => {
      const known = PossibleAction.safeParse(action);
      return known.success ? [known.data] : [];
    }),
    creditLimit: limit == null ? null : minorUnits(limit),
    taskCompleted,
    orderReference: order?.orderReference ? orderIdOf(order.orderReference, keptId(payment)) : null,
    currency: order?.currency ?? null,
    transactionIds: (order?.actionLog ?? []).flatMap(({ transactionId }) => transactionId ?? []),
  };
};
