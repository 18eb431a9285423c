/** Where the engine differs from Resurs's plugin 1.0.53 in the order editor: what a merchant may choose. */
import type { Difference } from "./differences.js";
import {
  all,
  fromOneOf,
  hasCaptured,
  isCancelled,
  isChange,
  isEditable,
  not,
  offers,
  partOf,
  reads,
  wants,
} from "./row-facts.js";

/** The statuses that a choice is made from; the plugin never looks at the one before. */
const open = ["pending", "on-hold", "processing", "failed"];
const turnedDown = (to: string, reason: string, froms = open): string[] =>
  froms.filter((from) => from !== to).map((from) => `done ${to} → refused ${from} (${reason})`);
const letGo = (to: string): string[] =>
  open.filter((from) => from !== to).map((from) => `refused ${from} → done ${to}`);

export const choiceDifferences: Difference[] = [
  {
    name: "a-draft-is-no-choice",
    plugin: "lets an order become a draft again",
    engine: "there is no such wish",
    why: "a draft is only a way in: 000, Purchasing, begins with pending",
    rows: { "resurs-before-status-change-rules": 35 },
    pairs: turnedDown("checkout-draft", "no such event.to"),
    when: all(isChange, wants("checkout-draft")),
  },
  {
    name: "no-capture-of-what-the-bank-looks-at",
    plugin: "completes a FROZEN, INSPECTION or REJECTED payment that offers a capture, or is captured already",
    engine: "refused",
    why: "003 Conditions required for capturing payments: must not be REJECTED, FROZEN or INSPECTION; Additional HPOS handling",
    rows: { "resurs-before-status-change-rules": 8 },
    pairs: ["unable-to-capture-frozen-order", "payment-in-inspection", "payment-rejected"].flatMap((reason) =>
      turnedDown("completed", reason),
    ),
    when: all(
      isChange,
      wants("completed"),
      reads("FROZEN", "INSPECTION", "REJECTED"),
      (one) => offers("CAPTURE", "PARTIAL_CAPTURE")(one) || hasCaptured(one),
    ),
  },
  {
    name: "what-is-captured-is-not-cancelled",
    plugin: "cancels a payment that is captured in part, or captured while it waits for the customer",
    engine: "refused",
    why: "003 Order Management, Cancelled: only possible if the order has not yet been captured",
    rows: { "resurs-before-status-change-rules": 3 },
    pairs: turnedDown("cancelled", "cannot-cancel-captured"),
    when: all(isChange, wants("cancelled"), hasCaptured),
  },
  {
    name: "an-inspection-is-waited-for",
    plugin: "cancels a payment that the bank is inspecting",
    engine: "refused until the bank has decided",
    why: "the library's newer `isFrozen` counts INSPECTION (facts, Resurs 1.5 [X]); a frozen payment is left alone until it is decided (1.6)",
    rows: { "resurs-before-status-change-rules": 2 },
    pairs: turnedDown("cancelled", "payment-in-inspection"),
    when: all(isChange, wants("cancelled"), reads("INSPECTION"), not(hasCaptured)),
  },
  {
    name: "nothing-to-cancel-is-no-obstacle",
    plugin: "refuses to cancel an order whose payment holds nothing that could be cancelled",
    engine: "cancelled; nothing is sent",
    why: "003 Status::update, 5: REJECTED is to be treated as cancelled; the plugin itself lets an order go whose customer is still at the bank",
    rows: { "resurs-before-status-change-rules": 2 },
    pairs: letGo("cancelled"),
    when: all(
      isChange,
      wants("cancelled"),
      reads("REJECTED", "SUPPLEMENTING_REQUIRED"),
      not(hasCaptured),
      not(isEditable),
    ),
  },
  {
    name: "failed-is-the-merchants-to-say",
    plugin: "refuses `failed` when the payment is cancelled in full",
    engine: "failed; nothing is sent",
    why: "003 names Completed, Refunded and Cancelled as the actions at the bank; `failed` sends nothing in the plugin either (facts, Resurs 4.3)",
    rows: { "resurs-before-status-change-rules": 2 },
    pairs: letGo("failed"),
    when: all(isChange, wants("failed"), isCancelled, not(reads("REJECTED"))),
  },
  {
    name: "a-payment-that-stands-is-not-called-unpaid",
    plugin: "makes an order failed or pending whose payment holds money, is frozen or is inspected",
    engine: "refused",
    why: "the next reading would make it paid again, and until then its customer is asked to pay a second time",
    rows: { "resurs-before-status-change-rules": 27 },
    pairs: ["is-paid", "payment-frozen", "payment-in-inspection"].flatMap((reason) => [
      ...turnedDown("failed", reason),
      ...turnedDown("pending", reason),
    ]),
    when: all(isChange, wants("failed", "pending"), reads("ACCEPTED", "FROZEN", "INSPECTION")),
  },
  {
    name: "a-frozen-order-is-not-shipped",
    plugin: "makes an order with a frozen payment processing",
    engine: "refused",
    why: "003 Administrative Considerations: frozen orders are kept from being mishandled",
    rows: { "resurs-before-status-change-rules": 3 },
    pairs: turnedDown("processing", "payment-frozen"),
    when: all(isChange, wants("processing"), reads("FROZEN")),
  },
  {
    name: "only-a-paid-order-is-refunded",
    plugin: "looks at the payment alone, so that a pending or failed order can become refunded",
    engine: "refused from pending and failed; from the other statuses the same",
    why: "000 and 003: such an order was never paid as far as the shop knows; a reading of the payment moves it on first",
    rows: { "resurs-before-status-change-rules": 8 },
    pairs: turnedDown("refunded", "not-possible-now", ["pending", "failed"]),
    when: all(isChange, wants("refunded"), fromOneOf("pending", "failed")),
  },
  {
    name: "refunded-is-all-given-back",
    plugin: "the order becomes refunded though a part of the reservation was never captured",
    engine: "what was captured is refunded; the order keeps its status while the rest is still reserved",
    why: "003 Order Management, Refunded: the order is refunded completely; money first, status after it",
    rows: { "resurs-before-status-change-rules": 1 },
    pairs: ["done refunded → done on-hold", "done refunded → done processing"],
    when: all(
      isChange,
      wants("refunded"),
      fromOneOf("on-hold", "processing"),
      hasCaptured,
      (one) => (partOf(one)?.authorizedAmount ?? 0) > 0,
    ),
  },
];
