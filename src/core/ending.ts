/** A payment that nobody is to pay any more is ended at the bank, where the bank has a call for it. */
import { type Facts, type OrderStatus, waitsForCustomer } from "../../machines/facts.js";
import { flowOf } from "../../machines/index.js";
import type { DecisionBuilder } from "./builder.js";
import { readFor } from "./follow.js";

/** The bank refuses where it was paid at the same moment. It is watched in any case, so nobody waits for the answer. */
export const endUnpaid = (builder: DecisionBuilder, payment: Facts["payment"]): void => {
  const { id, gateway, readAt } = payment;
  const isOpen = readAt === null || waitsForCustomer(payment);
  if (id === null || !isOpen || !flowOf(builder.rules.registry, gateway).endsUnpaid) return;
  builder.add({ type: "endPayment", paymentId: id }, builder.now);
};

/** Only what comes after this is known to have come late. */
const noteUnpaid = (builder: DecisionBuilder): void => {
  const { payment } = builder.facts;
  if (waitsForCustomer(payment) && builder.flow.endsUnpaid)
    builder.facts = { ...builder.facts, payment: { ...payment, endAsked: true } };
};

/** The order took this status: how its payment was read while it was cancelled counts no more. */
export const endedWith = (builder: DecisionBuilder, status: OrderStatus): void => {
  const { endAsked, ...payment } = builder.facts.payment;
  if (endAsked !== undefined) builder.facts = { ...builder.facts, payment };
  if (status !== "cancelled") return;
  endUnpaid(builder, builder.facts.payment);
  const { event } = builder.envelope;
  if (event.type !== "payment.read") return;
  if (event.reading.paymentId === payment.id) return noteUnpaid(builder);
  // It was read before the order's other payments were, and may have been paid since.
  const { cancelledThenAccepted } = builder.rules.settings.choices;
  if (waitsForCustomer(builder.facts.payment) && cancelledThenAccepted === "give-back") readFor(builder, "order.seen");
};

/** The current payment was read, of an order that may have been cancelled before this reading began. */
export const readSinceCancelled = (builder: DecisionBuilder): void => {
  const { order, payment } = builder.facts;
  const isSince = order.status === "cancelled" && (payment.readAt ?? 0) >= order.updatedAt;
  if (isSince && payment.endAsked === undefined) noteUnpaid(builder);
};
