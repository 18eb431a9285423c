/** A person has settled with the bank what was too much, or not enough. */
import type { Facts } from "../../machines/facts.js";
import type { DecisionBuilder } from "./builder.js";
import { atLeastAsShown } from "./intended.js";

/** What the bank holds or gave back too much was settled by a person: it is taken as asked for. */
export const acknowledge = (builder: DecisionBuilder): void => {
  const { payment } = builder.facts;
  const { recorded = 0, refundUndone = 0 } = payment;
  const settled: Facts["payment"] = {
    ...payment,
    intended: atLeastAsShown(payment),
    refundUndone: 0,
    // The shop has it as refunded, and the bank has not: what is refunded next is recorded anew.
    ...(refundUndone > 0 && { recorded: Math.max(0, recorded - refundUndone) }),
  };
  builder.facts = { ...builder.facts, payment: settled };
  builder.answer(builder.itself, "ignored", { reason: "recorded" });
};
