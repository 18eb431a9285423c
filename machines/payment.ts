/**
 * The payment, as the gateway reports it. It never moves on its own: every reading puts it where the
 * gateway says it is, in the Merchant API's words (seed 003, "Status::update Process").
 */
import { setup } from "xstate";
import type { OrderEvent } from "./events.js";
import { type GuardContext, guards } from "./guards.js";
import type { Meta } from "./meta.js";

export const paymentMachine = setup({
  types: {
    context: {} as GuardContext,
    events: {} as OrderEvent,
    meta: {} as Meta,
  },
  guards,
}).createMachine({
  id: "payment",
  initial: "UNREAD",
  context: {} as GuardContext,
  states: {
    UNREAD: { meta: { says: "not read at the bank yet" } },
    TASK_REDIRECTION_REQUIRED: { meta: { says: "the customer is at the bank" } },
    SUPPLEMENTING_REQUIRED: { meta: { says: "the bank has asked the customer for more information" } },
    INSPECTION: { meta: { says: "the bank is reviewing it by hand" } },
    FROZEN: { meta: { says: "the bank froze it on suspicion of fraud" } },
    ACCEPTED: {
      meta: { says: "the bank has accepted it" },
      initial: "authorized",
      states: {
        authorized: { meta: { says: "reserved, not yet captured" } },
        partlyCaptured: { meta: { says: "some captured, the rest reserved" } },
        captured: { meta: { says: "captured" } },
        partlyRefunded: { meta: { says: "captured, partly refunded" } },
        refunded: { meta: { says: "captured and refunded" } },
        cancelled: { meta: { says: "the reservation was released" } },
      },
    },
    REJECTED: { meta: { says: "the bank rejected it" } },
    unrecognised: { meta: { says: "a status that the documentation does not mention" } },
    missing: { meta: { says: "the bank has no such payment" } },
  },
  on: {
    "payment.read": [
      { guard: "isMissing", target: ".missing" },
      { guard: "isAtTheBank", target: ".TASK_REDIRECTION_REQUIRED" },
      { guard: "isSupplementing", target: ".SUPPLEMENTING_REQUIRED" },
      { guard: "isInInspection", target: ".INSPECTION" },
      { guard: "isFrozen", target: ".FROZEN" },
      { guard: "isRejected", target: ".REJECTED" },
      { guard: "isAcceptedAndRefunded", target: ".ACCEPTED.refunded" },
      { guard: "isAcceptedAndPartlyRefunded", target: ".ACCEPTED.partlyRefunded" },
      { guard: "isAcceptedAndCaptured", target: ".ACCEPTED.captured" },
      { guard: "isAcceptedAndPartlyCaptured", target: ".ACCEPTED.partlyCaptured" },
      { guard: "isAcceptedAndCancelled", target: ".ACCEPTED.cancelled" },
      { guard: "isAccepted", target: ".ACCEPTED.authorized" },
      { target: ".unrecognised" },
    ],
  },
});
