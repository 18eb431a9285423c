/** A payment that nobody is to pay any more is ended at the bank, where the bank has a call for it. */
import type { Facts } from "../../machines/facts.js";
import { flowOf } from "../../machines/index.js";
import type { DecisionBuilder } from "./builder.js";

const AT_THE_BANK = ["TASK_REDIRECTION_REQUIRED", "SUPPLEMENTING_REQUIRED"];

/** Its customer may still pay it, as far as anybody has read. */
const isOpen = ({ id, readAt, exists, status }: Facts["payment"]): boolean =>
  id !== null && (readAt === null || (exists && AT_THE_BANK.includes(status)));

/** The bank refuses where it was paid at the same moment. It is watched in any case, so nobody waits for the answer. */
export const endUnpaid = (builder: DecisionBuilder, payment: Facts["payment"]): void => {
  const { id, gateway } = payment;
  if (id === null || !isOpen(payment) || !flowOf(builder.rules.registry, gateway).endsUnpaid) return;
  builder.add({ type: "endPayment", paymentId: id }, builder.now);
};
