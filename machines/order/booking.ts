/** Signing and booking are two steps in the older flows; the customer signs once, and it is booked once. */
import { lost, staysOpen, underWay } from "./bank-calls.js";
import { whenBooked } from "./reading.js";
import { note, orderSetup, outcome, rule, status } from "./setup.js";

const readBack = { target: "unknown", actions: "readBack", ...rule("book/unknown") } as const;
const noPayment = {
  target: "#order.failed",
  actions: status("payment-status-failed"),
  ...outcome("failed", "book/refused"),
} as const;
/** It had failed before, with another payment, or the shop keeps it in processing: that is what it is again. */
const leftAsItWas = { target: "#order.returning", ...outcome("failed", "book/refused") } as const;
const notBooked = { guard: "isMissing", target: "#order.returning", actions: note("signing-failed") } as const;

const looked = [
  { guard: "mayTryBookingAgain", target: "asked", actions: "bookSignedPayment", ...outcome("again", "book/again") },
  { ...staysOpen("unknown"), guard: "isMissingAndMayStillCome", ...rule("book/waits", "outcome-unknown") },
  { guard: "isLeftAsItWasAfterRefusal", ...leftAsItWas },
  { guard: "customerFindsNoPaymentAfterRefusal", ...noPayment },
  { ...notBooked, ...outcome("not-confirmed", "book/given-up") },
] as const;

export const booking = orderSetup.createStateConfig({
  meta: { says: "What the customer signed is being booked" },
  initial: "asked",
  states: {
    asked: {
      on: {
        "book.refused": [
          { guard: "answerWasLost", target: "unknown", actions: "readBack", ...rule("book/refused-after-loss") },
          {
            guard: "customerAsked",
            target: "refused",
            actions: ["readBack", note("signing-failed")],
            ...rule("book/read-after-refusal"),
          },
          { target: "refused", actions: "readBack", ...rule("book/read-after-refusal") },
        ],
        "book.unknown": readBack,
        "merchant.endedWait": { ...readBack, ...rule("book/unknown", "outcome-unknown") },
        "book.confirmed": { guard: "isMissing", ...readBack },
      },
    },
    unknown: {
      meta: { says: lost },
      after: {
        /** The payment is there: what it says decides. */
        nextLook: [...looked, readBack],
      },
      on: {
        "payment.readBack": looked,
        "merchant.endedWait": { ...notBooked, ...outcome("not-confirmed", "book/ended-by-person") },
      },
    },
    refused: {
      meta: { says: "The bank refused to book; the payment is read to be sure" },
      on: {
        "payment.readBack": [
          { guard: "isLeftAsItWas", ...leftAsItWas },
          { guard: "customerFindsNoPayment", ...noPayment },
          { guard: "isMissing", target: "#order.returning", ...rule("book/not-signed") },
        ],
      },
    },
  },
  on: { "book.confirmed": whenBooked, "payment.readBack": whenBooked, "payment.read": underWay },
});
