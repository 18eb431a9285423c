/**
 * The payment in Resurs's older flows (simplified, hosted, Resurs Checkout): a payment comes into being only once it
 * is booked, so until then the bank knows none. Seed 002; the adapter turns what getPayment says into a reading.
 */
import { setup } from "xstate";
import type { OrderEvent } from "./events.js";
import { type GuardContext, guards } from "./guards.js";
import type { Meta } from "./meta.js";

export const legacyMachine = setup({
  types: {
    context: {} as GuardContext,
    events: {} as OrderEvent,
    meta: {} as Meta,
  },
  guards,
}).createMachine({
  id: "legacy",
  initial: "UNREAD",
  context: {} as GuardContext,
  states: {
    UNREAD: { meta: { says: "not read at the bank yet" } },
    notBooked: { meta: { says: "nothing is booked at the bank" } },
    FROZEN: { meta: { says: "booked, but frozen on suspicion of fraud" } },
    inspected: { meta: { says: "booked, but under review by hand" } },
    DEBITABLE: { meta: { says: "booked, not yet debited" } },
    partlyDebited: { meta: { says: "some debited, the rest booked" } },
    IS_DEBITED: { meta: { says: "debited" } },
    partlyCredited: { meta: { says: "debited, partly credited" } },
    IS_CREDITED: { meta: { says: "debited and credited" } },
    IS_ANNULLED: { meta: { says: "annulled: nothing is left to debit" } },
    unrecognised: { meta: { says: "a status that the documentation does not mention" } },
  },
  on: {
    "payment.read": [
      { guard: "isMissing", target: ".notBooked" },
      { guard: "isFrozen", target: ".FROZEN" },
      { guard: "isInInspection", target: ".inspected" },
      { guard: "isRejected", target: ".IS_ANNULLED" },
      { guard: "isAcceptedAndRefunded", target: ".IS_CREDITED" },
      { guard: "isAcceptedAndPartlyRefunded", target: ".partlyCredited" },
      { guard: "isAcceptedAndCaptured", target: ".IS_DEBITED" },
      { guard: "isAcceptedAndPartlyCaptured", target: ".partlyDebited" },
      { guard: "isAcceptedAndCancelled", target: ".IS_ANNULLED" },
      { guard: "isAccepted", target: ".DEBITABLE" },
      { target: ".unrecognised" },
    ],
  },
});
