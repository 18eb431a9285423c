/** Where the engine differs from Resurs's plugin 1.0.53 as the payment is read: callbacks, returns and the checkout. */
import type { Difference } from "./differences.js";
import { all, fromOneOf, isCancelled, isEditable, named, not, reads, taskIsCompleted, waits } from "./row-facts.js";

export const readingDifferences: Difference[] = [
  {
    name: "a-draft-is-not-yet-an-order",
    plugin: "a `checkout-draft` follows the payment like any other order",
    engine: "stays a draft",
    why: "000 and 003, Purchasing: the order is created as pending, and the payment after it; the drafts of the block checkout are made pending before a payment is created (facts, WooCommerce 7.2)",
    rows: { "nets-easy": 1, "resurs-status-update": 14, "resurs-callbacks": 1 },
    pairs: ["processing", "on-hold", "failed", "cancelled"].map((to) => `done ${to} → done checkout-draft`),
    when: fromOneOf("checkout-draft"),
  },
  {
    name: "an-end-is-not-reopened",
    plugin: "a payment that waits again puts a completed, cancelled or refunded order on hold",
    engine: "stays at its end",
    why: "003 Enable Capture, Cancel, Refund: can't be reverted to another status",
    rows: { "resurs-status-update": 17 },
    pairs: ["completed", "cancelled", "refunded"].map((end) => `done on-hold → done ${end}`),
    when: all(fromOneOf("completed", "cancelled", "refunded"), waits, isEditable),
  },
  {
    name: "a-rejection-does-not-overwrite-an-end",
    plugin: "REJECTED makes a completed or refunded order failed or cancelled",
    engine: "stays, flagged rejected-at-gateway",
    why: "B5; 003 Enable Capture and Refund: can't be reverted",
    rows: { "resurs-status-update": 9, "resurs-checkout": 1 },
    pairs: [
      "done failed → done completed",
      "done failed → done refunded",
      "done cancelled → done completed",
      "done cancelled → done refunded",
    ],
    when: all(fromOneOf("completed", "refunded"), reads("REJECTED")),
  },
  {
    name: "a-late-payment-does-not-revive",
    plugin: "ACCEPTED makes a cancelled order processing",
    engine: "stays cancelled, flagged paid-but-cancelled",
    why: "B6; 003 Enable Cancel: can't be reverted",
    rows: { "nets-easy": 1, "resurs-status-update": 1 },
    pairs: ["done processing → done cancelled"],
    when: (one) =>
      fromOneOf("cancelled")(one) &&
      ((reads("ACCEPTED")(one) && !isCancelled(one)) || one.row.nexi_state === "charged"),
    option: {
      named: "`choices.cancelledThenAccepted`: `revive`",
      settings: { choices: { cancelledThenAccepted: "revive" } },
    },
  },
  {
    name: "a-payment-let-go-pays-for-nothing",
    plugin: "ACCEPTED counts as paid though all of it was cancelled or refunded",
    engine:
      "is not paid by it: a pending order goes on hold, any other stays as it is; flagged payment-cancelled-order-active",
    why: "003 Enable Cancel: the payment is cancelled, so there is nothing left to capture; facts, Nets 9.5 [X]",
    rows: { "nets-easy": 1, "resurs-status-update": 5 },
    pairs: ["on-hold", "failed", "cancelled"].map((status) => `done processing → done ${status}`),
    when: (one) =>
      (fromOneOf("on-hold", "failed", "cancelled")(one) &&
        ((reads("ACCEPTED")(one) && isCancelled(one)) || one.row.nexi_state === "cancelled")) ||
      (fromOneOf("pending")(one) &&
        reads("ACCEPTED")(one) &&
        /^(refunded|cancelled)_full$/.test(String(one.row.payment_preset))),
  },
  {
    name: "accepted-leads-on-whatever-the-bank-still-offers",
    plugin: "an order on hold or failed is stuck when the accepted payment offers neither capture nor cancellation",
    engine: "processing",
    why: "B4: the plugin asks `canEdit`, which is false once all is captured; 003 Callbacks, 3: pushed further to processing when ready",
    rows: { "resurs-status-update": 7, "resurs-checkout": 1 },
    pairs: ["done on-hold → done processing", "done failed → done processing"],
    when: all(fromOneOf("on-hold", "failed"), reads("ACCEPTED"), not(isEditable)),
  },
  {
    name: "an-aborted-payment-ends-the-hold",
    plugin: "REJECTED before the customer's task was done leaves an order on hold as it is",
    engine: "cancelled",
    why: "003 Status::update, 5: completed false is cancelled; facts, ecosystem E",
    rows: { "resurs-status-update": 1, "resurs-checkout": 1 },
    pairs: ["done on-hold → done cancelled"],
    when: all(fromOneOf("on-hold"), reads("REJECTED"), not(taskIsCompleted), not(isEditable)),
    option: { named: "`choices.onHoldThenAborted`: `stay`", settings: { choices: { onHoldThenAborted: "stay" } } },
  },
  {
    name: "an-aborted-payment-ends-processing",
    plugin: "REJECTED before the customer's task was done leaves a processing order as it is",
    engine: "cancelled",
    why: "003 Status::update, 5: completed false is cancelled",
    rows: { "resurs-status-update": 5, "resurs-checkout": 1 },
    pairs: ["done processing → done cancelled"],
    when: all(fromOneOf("processing"), reads("REJECTED"), not(taskIsCompleted), not(isEditable)),
    option: {
      named: "`choices.processingThenRejected`: `stay`",
      settings: { choices: { processingThenRejected: "stay" } },
    },
  },
  {
    name: "the-minute-is-the-same-for-everyone",
    plugin: "a callback is acted on within the 60 seconds once the thank-you page was seen",
    engine: "held until they are over, and then ends the same",
    why: "003 Order Status Flow: 60 seconds from the moment the order was created or updated, without exception; facts, ecosystem E",
    rows: { "resurs-callbacks": 9 },
    pairs: ["processing", "on-hold", "failed", "cancelled"].map((to) => `done ${to} → held pending`),
    when: ({ row, theirs, answer }) =>
      row.thankyou_triggered === true && Number(row.age_s) < 60 && answer.end.to === theirs.status,
    option: { named: "`cooldownSeconds`: `0`", settings: { cooldownSeconds: 0 } },
  },
  {
    name: "a-failed-reading-loses-nothing",
    plugin: "the payment cannot be read: the update is dropped, a callback answered 202",
    engine: "asked again until the bank answers",
    why: "B3; facts, Nets 9.4 and 9.5: what was dropped is tried again by nobody",
    rows: { "nets-easy": 14, "resurs-callbacks": 3 },
    pairs: ["pending", "processing", "on-hold", "failed", "cancelled", "completed", "refunded"].map(
      (status) => `done ${status} → open ${status} (reading-payment)`,
    ),
    when: ({ row, question }) =>
      question.line.payment === "unavailable" && /^(MAPI GET|wc_dibs_confirm|payment_created)/.test(String(row.case)),
  },
  {
    name: "an-unknown-word-is-a-hint",
    plugin: "a callback with a status or a type that it does not know is turned away with 415",
    engine: "a hint like any other: the reading decides",
    why: "003 Callbacks, 2: the payment is asked for, so the word decides nothing; facts, ecosystem E",
    rows: { "resurs-callbacks": 2 },
    pairs: ["done processing"].flatMap((ours) => [`refused pending → ${ours}`, `refused processing → ${ours}`]),
    when: named(/^(bad status enum|unknown type)$/),
  },
  {
    name: "a-strangers-callback-is-not-taken",
    plugin: "a management callback about a payment that no order has is answered 202",
    engine: "refused, as an authorization callback is",
    why: "facts, Resurs 2.3: the plugin looks for no order there; a 202 would say that the message is in good hands",
    rows: { "resurs-callbacks": 1 },
    pairs: ["done pending → refused pending (unknown-payment)"],
    when: named(/^management callback unknown payment$/),
  },
  {
    name: "a-new-attempt-is-pending-again",
    plugin: "a failed order stays failed when the customer tries again and a payment is created",
    engine: "pending: it waits for a payment again",
    why: "000 Purchasing, 1: the shop sets pending first, and then the payment is created. 002 has no status updated there, and speaks of no order that failed before; failed, it would have no time to pay",
    rows: { "resurs-checkout": 1 },
    pairs: ["done failed → done pending"],
    when: all(fromOneOf("failed"), named(/^process_payment: ok$/)),
  },
];
