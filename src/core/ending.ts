/** A payment that nobody is to pay any more is ended at the bank, where the bank has a call for it. */
import { type Facts, type OrderStatus, waitsForCustomer } from "../../machines/facts.js";
import { flowOf } from "../../machines/index.js";
import type { DecisionBuilder } from "./builder.js";

/** The bank refuses where it was paid at the same moment. It is watched in any case, so nobody waits for the answer. */
export const endUnpaid = (builder: DecisionBuilder, payment: Facts["payment"]): void => {
  const { id, gateway, readAt } = payment;
  const isOpen = readAt === null || waitsForCustomer(payment);
  if (id === null || !isOpen || !flowOf(builder.rules.registry, gateway).endsUnpaid) return;
  builder.add({ type: "endPayment", paymentId: id }, builder.now);
  const { order, payment: current } = builder.facts;
  if (order.status === "cancelled" && current.id === id)
    builder.facts = { ...builder.facts, payment: { ...current, endAsked: true } };
};

/** The order took this status: what was asked of its payment while it was cancelled counts no more. */
export const endedWith = (builder: DecisionBuilder, status: OrderStatus): void => {
  const { endAsked, ...payment } = builder.facts.payment;
  if (endAsked !== undefined) builder.facts = { ...builder.facts, payment };
  if (status === "cancelled") endUnpaid(builder, builder.facts.payment);
};
