/** A payment that nobody is to pay any more is ended at the bank, where the bank has a call for it. */
import { type Facts, waitsForCustomer } from "../../machines/facts.js";
import { flowOf } from "../../machines/index.js";
import type { DecisionBuilder } from "./builder.js";

/** The bank refuses where it was paid at the same moment. It is watched in any case, so nobody waits for the answer. */
export const endUnpaid = (builder: DecisionBuilder, payment: Facts["payment"]): void => {
  const { id, gateway, readAt } = payment;
  const isOpen = readAt === null || waitsForCustomer(payment);
  if (id === null || !isOpen || !flowOf(builder.rules.registry, gateway).endsUnpaid) return;
  builder.add({ type: "endPayment", paymentId: id }, builder.now);
};
