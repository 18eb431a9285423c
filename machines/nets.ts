/**
 * The payment at Nets Easy, as its summary of amounts reports it. Nets has no word for its state: reserved,
 * charged, refunded and cancelled amounts say it. Seed 004; the adapter turns the summary into a reading.
 */
import { setup } from "xstate";
import type { OrderEvent } from "./events.js";
import { type GuardContext, guards } from "./guards.js";
import type { Meta } from "./meta.js";

export const netsMachine = setup({
  types: {
    context: {} as GuardContext,
    events: {} as OrderEvent,
    meta: {} as Meta,
  },
  guards,
}).createMachine({
  id: "nets",
  initial: "UNREAD",
  context: {} as GuardContext,
  states: {
    UNREAD: { meta: { says: "not read at Nets yet" } },
    created: { meta: { says: "the customer has not paid" } },
    reserved: { meta: { says: "reserved, not yet charged" } },
    partlyCharged: { meta: { says: "some charged, the rest reserved" } },
    charged: { meta: { says: "charged" } },
    partlyRefunded: { meta: { says: "charged, partly refunded" } },
    refunded: { meta: { says: "charged and refunded" } },
    cancelled: { meta: { says: "the reservation was released" } },
    terminated: { meta: { says: "the payment was ended before it was paid" } },
    missing: { meta: { says: "Nets has no such payment" } },
  },
  on: {
    "payment.read": [
      { guard: "isMissing", target: ".missing" },
      { guard: "isRejected", target: ".terminated" },
      { guard: "isAcceptedAndRefunded", target: ".refunded" },
      { guard: "isAcceptedAndPartlyRefunded", target: ".partlyRefunded" },
      { guard: "isAcceptedAndCaptured", target: ".charged" },
      { guard: "isAcceptedAndPartlyCaptured", target: ".partlyCharged" },
      { guard: "isAcceptedAndCancelled", target: ".cancelled" },
      { guard: "isAccepted", target: ".reserved" },
      { target: ".created" },
    ],
  },
});
