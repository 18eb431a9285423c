/** Where the engine differs from the Nets plugin 2.14.6, as recorded. What it shares with Resurs's stands there. */
import type { Difference } from "./differences.js";
import type { Replayed } from "./replay.js";

const named =
  (...cases: string[]) =>
  ({ row }: Replayed): boolean =>
    cases.includes(String(row.case));

const open = ["pending", "on-hold", "processing"];

export const netsDifferences: Difference[] = [
  {
    name: "a-refused-step-is-not-taken",
    plugin:
      "the order is completed or cancelled first, mail included, and jumps to on-hold when Nets says no or knows no payment",
    engine: "refused; the order stays what it was",
    why: "003 Order Management: the status triggers the action, and a failed one must not read as done; facts, Nets 9.6 [X]; ecosystem E, a capture that keeps failing",
    rows: { "nets-easy": 6 },
    pairs: [
      "done on-hold → refused processing (no-payment)",
      "done on-hold → refused on-hold (no-payment)",
      "done on-hold → refused pending (no-payment)",
      "done on-hold capture 200 → refused on-hold capture 200 (gateway-refused)",
      "done on-hold cancel 200 → refused pending cancel 200 (gateway-refused)",
    ],
    when: named(
      "complete order: no payment id",
      "complete order: GET payment 404",
      "complete order: charge 402 declined",
      "cancel order: cancel 400",
    ),
  },
  {
    name: "a-lost-answer-is-looked-for",
    plugin: "a charge or a refund without a clear answer counts as failed: on-hold, or the shop's refund deleted",
    engine: "the payment is read back before anything is sent or said; the order stays meanwhile",
    why: "facts, Nets 9.6: a timeout after a successful charge leaves the order on hold while charged; our rule capture/unknown, refund/unknown",
    rows: { "nets-easy": 5 },
    pairs: [
      ...open.map((from) => `done on-hold capture 200 → open ${from} capture 200 (outcome-unknown)`),
      "refused completed refund 200 → open completed refund 200 (outcome-unknown)",
    ],
    when: named(
      "complete order: charge 500",
      "complete order: charge network error",
      "api refund: 500",
      "api refund: 200 without refundId",
    ),
  },
  {
    name: "a-silent-bank-is-asked-again",
    plugin: "the payment cannot be read on Completed: the order jumps to on-hold",
    engine: "the wish waits until Nets answers; the order stays meanwhile",
    why: "003 Callbacks, 2: a secure request comes before anything is done; facts, Nets 9.6",
    rows: { "nets-easy": 3 },
    pairs: open.map((from) => `done on-hold → open ${from} (reading-payment)`),
    when: named("complete order: GET payment 500", "complete order: GET payment network error"),
  },
  {
    name: "completed-needs-a-payment",
    plugin: "completes an order that it never saw paid, and charges nothing",
    engine: "refused: there is nothing to capture",
    why: "004 Embedded: not paid for yet, and not to be set to Completed by hand; 003 Conditions required for capturing payments",
    rows: { "nets-easy": 3 },
    pairs: open.map((from) => `done completed → refused ${from} (capture-not-possible)`),
    when: named("complete order: no _dibs_date_paid"),
  },
  {
    name: "nothing-reserved-nothing-captured",
    plugin: "charges without looking whether anything is reserved (the double said yes; Nets says 1003)",
    engine: "refused, and nothing is sent",
    why: "003 Conditions required for capturing payments: a capture has to be offered; facts, Nets 10.3, code 1003",
    rows: { "nets-easy": 2 },
    pairs: ["on-hold", "pending"].map((from) => `done completed capture 200 → refused ${from} (capture-not-possible)`),
    when: named("complete order: nothing reserved, charge ok"),
  },
  {
    name: "what-does-not-exist-needs-no-cancelling",
    plugin: "Nets knows no such payment: a cancelled order jumps to on-hold",
    engine: "cancelled; nothing is sent",
    why: "003 Enable Cancel releases what is reserved, and nothing is; our rule cancel/nothing-to-cancel",
    rows: { "nets-easy": 2 },
    pairs: ["done on-hold → done cancelled"],
    when: named("cancel order: GET payment 404"),
  },
  {
    name: "what-is-charged-is-not-cancelled",
    plugin: "sends the cancellation of a charged payment, which Nets refuses, and jumps to on-hold",
    engine: "refused, and nothing is sent",
    why: "003 Order Management, Cancelled: you cannot cancel an order that is already captured; facts, Nets 9.6 [X]",
    rows: { "nets-easy": 3 },
    pairs: open.map((from) => `done on-hold cancel 200 → refused ${from} (cannot-cancel-captured)`),
    when: named("cancel order: already charged, cancel 400"),
  },
];
