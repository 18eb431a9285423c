/**
 * Every branch of the order machine, taken once: seed 003, "Order Status Flow", "Status::update Process" and "Order
 * Management", and for the older flows seed 002. Beside each: where it leads, the rule, why nothing is done, what is asked for.
 */
import { describe, expect, test } from "vitest";
import type { StateValue } from "xstate";
import type { Operation } from "../../machines/facts.js";
import { orderMachine } from "../../machines/index.js";
import { step } from "../../src/core/step.js";
import { considered, type Said } from "./considered.js";

const LINK = "xstate.after.linkLifetime.order.pending";
const nets = "nets-easy";
const simplified = "resurs-simplified";
const checkout = "resurs-rco";
const virtual = { needsProcessing: false };
const smaller = { lines: [], total: 60_000 };
const littleCredit = { authorized: 0, canceled: 100_000, offers: [], creditLimit: 50_000 };
const customer: Partial<Operation> = { kind: "book", askedType: "customer.signed" };
const whole: Partial<Operation> = {
  kind: "refund",
  before: { authorized: 0, captured: 100_000, canceled: 0, refunded: 0 },
};
const part: Partial<Operation> = { ...whole, amount: 40_000 };
const letGo: Partial<Operation> = { kind: "cancel", leadsTo: "cancelled" };
/** After 400 of 1000 were captured. */
const theRest: Partial<Operation> = {
  kind: "cancel",
  amount: 60_000,
  before: { authorized: 60_000, captured: 40_000, canceled: 0, refunded: 0 },
};
const released: Said["pays"] = { captured: 40_000, authorized: 0, canceled: 60_000 };
const rest: Partial<Operation> = { kind: "rebuild", amount: 60_000, lines: [] };

type Row = [event: string, facts: Said, comes: string];

/** What a person may not call unpaid is the same in every status. */
// biome-ignore format: a table has a line per row
const failedByHand: Row[] = [
  ["merchant.failed", { pays: "rejected, task done" }, "failed | merchant/failed | setStatus(set-by-merchant)"],
  ["merchant.failed", { pays: "accepted" }, "no branch"],
  ["merchant.failed", { pays: "frozen" }, "no branch"],
  ["merchant.failed", { pays: "inspection" }, "no branch"],
];
// biome-ignore format: a table has a line per row
const pendingByHand: Row[] = [
  ["merchant.reopened", { pays: "missing" }, "pending | merchant/pending | setStatus(set-by-merchant)"],
  ["merchant.reopened", { pays: "captured" }, "no branch"],
  ["merchant.reopened", { pays: "frozen" }, "no branch"],
];

/** State → what happens, the facts, and what comes of it. */
// biome-ignore format: a table has a line per row
const branches: Record<string, Row[]> = {
  "checkout-draft": [
    ["order.placed", { seen: "pending" }, "pending | shop/seen"],
    ["order.placed", { seen: "processing" }, "processing | shop/seen"],
    ["order.placed", { seen: "on-hold" }, "on-hold | shop/seen"],
    ["order.placed", { seen: "failed" }, "failed | shop/seen"],
    ["order.placed", { seen: "cancelled" }, "cancelled | shop/seen"],
    ["order.placed", { seen: "completed" }, "completed | shop/seen"],
    ["order.placed", { seen: "refunded" }, "refunded | shop/seen"],
    ["order.placed", { seen: "checkout-draft" }, "no branch"],
  ],
  "pending": [
    ["payment.read", { pays: "accepted" }, "processing | status-update/accepted | completePayment"],
    ["payment.read", { pays: "captured", order: virtual }, "completed | status-update/accepted-virtual | completePayment"],
    ["payment.read", { pays: "accepted", order: virtual }, "capturing.asked | status-update/accepted-virtual | capturePayment"],
    ["payment.read", { pays: "accepted", order: virtual, settings: { enableCapture: false } }, "completed | status-update/accepted-virtual | completePayment"],
    ["payment.read", { pays: "too little", gateway: nets }, "on-hold | status-update/amount-differs | setStatus(amount-differs)"],
    ["payment.read", { pays: "rejected, task done" }, "failed | status-update/rejected-failed | setStatus(payment-status-failed)"],
    ["payment.read", { pays: "rejected, task open" }, "cancelled | status-update/rejected-cancelled | setStatus(payment-status-cancelled)"],
    ["payment.read", { pays: "missing" }, "pending | status-update/no-such-payment (payment-missing)"],
    ["payment.read", { pays: "at the bank" }, "on-hold | status-update/otherwise | setStatus(payment-status-on-hold)"],
    ["payment.read", { pays: "at the bank", gateway: nets }, "pending | status-update/still-at-the-bank"],
    ["payment.read", { pays: "supplementing", choices: { pendingWhileCustomerIsAway: "stay" } }, "pending | status-update/still-at-the-bank"],
    ["payment.read", { pays: "frozen", choices: { pendingWhileCustomerIsAway: "stay" } }, "on-hold | status-update/otherwise | setStatus(payment-status-on-hold)"],
    ["payment.read", { pays: "a new word" }, "on-hold | status-update/otherwise | setStatus(payment-status-on-hold)"],
    [LINK, { pays: "accepted" }, "processing | status-update/accepted | completePayment"],
    [LINK, { pays: "rejected, task done" }, "failed | status-update/rejected-failed | setStatus(payment-status-failed)"],
    [LINK, { pays: "at the bank" }, "cancelled | ttl/expired | setStatus(time-limit-reached)"],
    [LINK, { pays: "missing" }, "cancelled | ttl/expired | setStatus(time-limit-reached)"],
    [LINK, { pays: "frozen" }, "on-hold | status-update/otherwise | setStatus(payment-status-on-hold)"],
    ["shop.holdStockDue", { pays: "supplementing" }, "cancelled | ttl/expired | setStatus(time-limit-reached)"],
    ["reconcile.asked", { pays: "at the bank" }, "pending | reconcile/still-at-the-bank (still-at-the-bank)"],
    ["reconcile.asked", { pays: "accepted" }, "processing | status-update/accepted | completePayment"],
    ["reconcile.asked", { pays: "missing", gateway: checkout }, "pending | status-update/no-such-payment (payment-missing)"],
    ["reconcile.asked", { pays: "inspection" }, "on-hold | status-update/otherwise | setStatus(payment-status-on-hold)"],
    ["customer.signed", { pays: "missing", gateway: simplified }, "booking.asked | book/signed | bookSignedPayment"],
    ["customer.signed", { pays: "missing" }, "pending | status-update/no-such-payment (payment-missing)"],
    ["customer.signed", { pays: "accepted", gateway: simplified }, "processing | status-update/accepted | completePayment"],
    ["callback.received", { pays: "missing", gateway: simplified }, "booking.asked | book/signed | bookSignedPayment"],
    ["callback.received", { pays: "missing", gateway: checkout }, "pending | status-update/no-such-payment (payment-missing)"],
    ["callback.received", { pays: "at the bank" }, "on-hold | status-update/otherwise | setStatus(payment-status-on-hold)"],
    ["checkout.asked", { pays: "accepted" }, "processing | status-update/accepted | completePayment"],
    ["checkout.asked", { pays: "frozen" }, "on-hold | status-update/otherwise | setStatus(payment-status-on-hold)"],
    ["checkout.asked", { pays: "inspection" }, "on-hold | status-update/otherwise | setStatus(payment-status-on-hold)"],
    ["checkout.asked", { pays: "at the bank" }, "pending | checkout/open-payment-read (still-at-the-bank)"],
    ["checkout.asked", { pays: "rejected, task done" }, "pending | checkout/open-payment-read (no-change)"],
    ["checkout.asked", { pays: "cancelled" }, "pending | checkout/open-payment-read (no-change)"],
    ["checkout.asked", { pays: "refunded" }, "pending | checkout/open-payment-read (no-change)"],
    ["checkout.asked", { pays: "missing" }, "pending | checkout/open-payment-read (payment-missing)"],
    ["customer.failed", { pays: "accepted" }, "processing | status-update/accepted | completePayment"],
    ["customer.failed", { pays: "rejected, task done" }, "cancelled | fail-page/cancelled | setStatus(payment-status-cancelled)"],
    ["customer.failed", { pays: "at the bank" }, "cancelled | fail-page/cancelled | setStatus(customer-cancelled)"],
    ["customer.failed", { pays: "missing" }, "cancelled | fail-page/cancelled | setStatus(customer-cancelled)"],
    ["customer.failed", { pays: "frozen" }, "on-hold | status-update/otherwise | setStatus(payment-status-on-hold)"],
    ["order.updated", {}, "pending | ttl/restarted"],
    ["payment.created", {}, "pending | checkout/payment-created"],
    ["merchant.completed", { pays: "captured" }, "completed | capture/already-captured | setStatus(payment-already-captured)"],
    ["merchant.completed", { pays: "accepted", order: { total: 0} }, "completed | capture/nothing-to-pay | setStatus(nothing-to-capture)"],
    ["merchant.completed", { pays: "missing", order: { total: 0} }, "completed | capture/nothing-to-pay | setStatus(nothing-to-capture)"],
    ["merchant.completed", { pays: "frozen", order: { total: 0} }, "no branch"],
    ["merchant.completed", { pays: "missing" }, "no branch"],
    ["merchant.completed", { pays: "missing", settings: { enableCapture: false} }, "completed | capture/off | setStatus(capture-off)"],
    ["merchant.completed", { pays: "accepted", settings: { enableCapture: false} }, "completed | capture/off | setStatus(capture-off)"],
    ["merchant.completed", { pays: "inspection", settings: { enableCapture: false} }, "completed | capture/off | setStatus(capture-off)"],
    ["merchant.completed", { pays: "rejected, task done", settings: { enableCapture: false} }, "completed | capture/off | setStatus(capture-off)"],
    ["merchant.completed", { pays: "frozen", settings: { enableCapture: false} }, "no branch"],
    ["merchant.completed", { pays: "accepted" }, "capturing.asked | capture/full | capturePayment"],
    ["merchant.completed", { pays: "no offers" }, "no branch"],
    ["merchant.cancelled", { settings: { enableCancel: false} }, "cancelled | cancel/off | setStatus(cancel-off)"],
    ["merchant.cancelled", { pays: "missing" }, "cancelled | cancel/nothing-to-cancel | setStatus(nothing-to-cancel)"],
    ["merchant.cancelled", { pays: "at the bank" }, "cancelled | cancel/nothing-to-cancel | setStatus(nothing-to-cancel)"],
    ["merchant.cancelled", { pays: "rejected, task done" }, "cancelled | cancel/nothing-to-cancel | setStatus(nothing-to-cancel)"],
    ["merchant.cancelled", { pays: "cancelled" }, "cancelled | cancel/nothing-to-cancel | setStatus(nothing-to-cancel)"],
    ["merchant.cancelled", { pays: { id: null, exists: false} }, "cancelled | cancel/nothing-to-cancel | setStatus(nothing-to-cancel)"],
    ["merchant.cancelled", { pays: "partly cancelled" }, "cancelling.asked | cancel/full | cancelPayment"],
    ["merchant.cancelled", { pays: "partly captured" }, "no branch"],
    ["merchant.processed", {}, "processing | merchant/processing | setStatus(set-by-merchant)"],
    ["merchant.processed", { pays: "frozen" }, "no branch"],
    ["merchant.held", {}, "on-hold | merchant/on-hold | setStatus(set-by-merchant)"],
    ...failedByHand,
    ["merchant.editedLines", { wish: smaller, settings: { enableModify: false} }, "pending | modify/off | setOrderLines, addNote(modify-off)"],
    ["merchant.editedLines", { wish: { ...smaller, total: 100_000 } }, "pending | modify/same-total (same-total) | setOrderLines, addNote(modify-same-total)"],
    ["merchant.editedLines", { pays: "cancelled", wish: smaller }, "rebuilding.adding | modify/rebuild | setOrderLines, addOrderLines"],
    ["merchant.editedLines", { pays: "cancelled", wish: { ...smaller, total: 100_000 } }, "rebuilding.adding | modify/rebuild | setOrderLines, addOrderLines"],
    ["merchant.editedLines", { wish: smaller }, "rebuilding.cancelling | modify/cancel-and-recreate | setOrderLines, cancelPayment"],
    ["merchant.editedLines", { pays: "cancelled", wish: { ...smaller, total: 100_001 } }, "no branch"],
    ["merchant.editedLines", { pays: "cancelled", wish: smaller, gateway: nets }, "no branch"],
    ["merchant.editedLines", { wish: smaller, gateway: nets }, "no branch"],
    ["merchant.recalculated", { wish: { total: 60_000 }, settings: { enableModify: false} }, "pending | modify/off"],
    ["merchant.recalculated", { wish: { total: 100_000} }, "pending | modify/same-total (same-total)"],
    ["merchant.recalculated", { pays: "cancelled", wish: { total: 60_000} }, "rebuilding.adding | modify/recalculate | addOrderLines"],
    ["merchant.recalculated", { wish: { total: 60_000} }, "rebuilding.cancelling | modify/recalculate | cancelPayment"],
    ["merchant.recalculated", { wish: { total: 60_000 }, gateway: nets }, "no branch"],
  ],
  "booking.asked": [
    ["book.refused", { pays: "missing", call: customer }, "booking.refused | book/read-after-refusal | readBack, addNote(signing-failed)"],
    ["book.refused", { pays: "missing", call: { ...customer, askedType: "callback.received" } }, "booking.refused | book/read-after-refusal | readBack"],
    ["book.unknown", { call: customer }, "booking.unknown | book/unknown | readBack"],
    ["merchant.endedWait", { pays: "missing", call: customer }, "booking.unknown | book/unknown (outcome-unknown) | readBack"],
    ["book.confirmed", { pays: "missing", call: customer }, "booking.unknown | book/unknown | readBack"],
    ["book.confirmed", { pays: "accepted", call: customer }, "processing | status-update/accepted | completePayment"],
    ["book.confirmed", { pays: "rejected, task done", call: customer }, "failed | status-update/rejected-failed | setStatus(payment-status-failed)"],
    ["book.confirmed", { pays: "frozen", call: customer }, "on-hold | status-update/otherwise | setStatus(payment-status-on-hold)"],
    ["book.confirmed", { pays: "accepted", call: customer, order: { status: "on-hold"} }, "processing | status-update/accepted | completePayment"],
    ["book.confirmed", { pays: "accepted", call: customer, order: { status: "on-hold", heldByHand: true} }, "on-hold | status-update/held-by-hand (held-by-hand)"],
    ["book.confirmed", { pays: "frozen", call: customer, order: { status: "on-hold"} }, "on-hold | status-update/already"],
    ["book.confirmed", { pays: "refunded", call: customer, order: { status: "on-hold"} }, "on-hold | status-update/already"],
    ["book.confirmed", { pays: "refunded", call: customer }, "on-hold | status-update/holds-nothing | setStatus(payment-holds-nothing)"],
    ["book.confirmed", { pays: "too little", gateway: nets, call: customer, order: { status: "on-hold"} }, "on-hold | status-update/amount-differs"],
    ["book.confirmed", { pays: "too little", gateway: nets, call: customer }, "on-hold | status-update/amount-differs | setStatus(amount-differs)"],
    ["book.confirmed", { pays: "rejected, task open", call: customer, order: { status: "on-hold" }, choices: { onHoldThenAborted: "stay" } }, "on-hold | status-update/rejected-stays-on-hold"],
    ["book.confirmed", { pays: "rejected, task open", call: customer, order: { status: "on-hold"} }, "cancelled | status-update/rejected-cancelled | setStatus(payment-status-cancelled)"],
    ["book.confirmed", { pays: "accepted", call: customer, order: { status: "processing"} }, "processing | status-update/already"],
    ["book.confirmed", { pays: "frozen", call: customer, order: { status: "processing"} }, "processing | status-update/not-validated"],
    ["book.confirmed", { pays: "in inspection, still offered", call: customer, order: { status: "processing"} }, "on-hold | status-update/otherwise | setStatus(payment-status-on-hold)"],
    ["book.confirmed", { pays: "rejected, task done", call: customer, order: { status: "processing" }, choices: { processingThenRejected: "stay" } }, "processing | status-update/rejected-stays-processing"],
    ["book.confirmed", { pays: "rejected, task done", call: customer, order: { status: "processing"} }, "failed | status-update/rejected-failed | setStatus(payment-status-failed)"],
    ["payment.read", { call: customer }, "booking.asked | money/under-way"],
    ["payment.readBack", { pays: "accepted", call: customer }, "processing | status-update/accepted | completePayment"],
  ],
  "booking.unknown": [
    ["payment.readBack", { pays: "missing", call: { ...customer, tries: 5} }, "booking.asked | book/again | bookSignedPayment"],
    ["payment.readBack", { pays: "missing", call: { ...customer, tries: 6} }, "pending | book/given-up | addNote(signing-failed)"],
    ["payment.readBack", { pays: "accepted", call: customer }, "processing | status-update/accepted | completePayment"],
  ],
  "booking.refused": [
    ["payment.readBack", { pays: "missing", call: customer }, "failed | book/refused | setStatus(payment-status-failed)"],
    ["payment.readBack", { pays: "missing", call: { ...customer, askedType: "callback.received" } }, "pending | book/not-signed"],
    ["payment.readBack", { pays: "missing", call: customer, order: { status: "processing"} }, "failed | book/refused | setStatus(payment-status-failed)"],
    ["payment.readBack", { pays: "missing", call: customer, order: { status: "processing" }, choices: { processingThenRejected: "stay" } }, "processing | book/refused"],
    ["payment.readBack", { pays: "accepted", call: customer }, "processing | status-update/accepted | completePayment"],
  ],
  "on-hold": [
    ["payment.read", { pays: "accepted", order: { heldByHand: true} }, "on-hold | status-update/held-by-hand (held-by-hand)"],
    ["payment.read", { pays: "rejected, task done", order: { heldByHand: true} }, "failed | status-update/rejected-failed | setStatus(payment-status-failed)"],
    ["payment.read", { pays: "refunded", order: { heldByHand: true} }, "on-hold | status-update/already"],
    ["payment.read", { pays: "too little", gateway: nets }, "on-hold | status-update/amount-differs"],
    ["payment.read", { pays: "captured", order: virtual }, "completed | status-update/accepted-virtual | completePayment"],
    ["payment.read", { pays: "accepted", order: virtual }, "capturing.asked | status-update/accepted-virtual | capturePayment"],
    ["payment.read", { pays: "accepted" }, "processing | status-update/accepted | completePayment"],
    ["payment.read", { pays: "refunded" }, "on-hold | status-update/already"],
    ["payment.read", { pays: "rejected, task done" }, "failed | status-update/rejected-failed | setStatus(payment-status-failed)"],
    ["payment.read", { pays: "rejected, task open", choices: { onHoldThenAborted: "stay" } }, "on-hold | status-update/rejected-stays-on-hold"],
    ["payment.read", { pays: "rejected, task open" }, "cancelled | status-update/rejected-cancelled | setStatus(payment-status-cancelled)"],
    ["payment.read", { pays: "at the bank" }, "on-hold | status-update/already"],
    ["customer.signed", { pays: "missing", gateway: simplified }, "booking.asked | book/signed | bookSignedPayment"],
    ["customer.signed", { pays: "missing", gateway: checkout }, "on-hold | status-update/already"],
    ["callback.received", { pays: "missing", gateway: simplified }, "booking.asked | book/signed | bookSignedPayment"],
    ["callback.received", { pays: "accepted", gateway: simplified }, "processing | status-update/accepted | completePayment"],
    ["customer.failed", { pays: "rejected, task done" }, "cancelled | fail-page/cancelled | setStatus(payment-status-cancelled)"],
    ["customer.failed", { pays: "rejected, task open" }, "cancelled | status-update/rejected-cancelled | setStatus(payment-status-cancelled)"],
    ["customer.failed", { pays: "rejected, task open", choices: { onHoldThenAborted: "stay" } }, "on-hold | status-update/rejected-stays-on-hold"],
    ["customer.failed", { pays: "frozen" }, "on-hold | status-update/already"],
    ["merchant.completed", { pays: "captured" }, "completed | capture/already-captured | setStatus(payment-already-captured)"],
    ["merchant.cancelled", { settings: { enableCancel: false} }, "cancelled | cancel/off | setStatus(cancel-off)"],
    ["merchant.refunded", { pays: "refunded", wish: {} }, "refunded | refund/already-refunded | setStatus(already-refunded)"],
    ["merchant.refunded", { pays: "captured", wish: {}, settings: { enableRefund: false} }, "refunded | refund/off | setStatus(refund-off)"],
    ["merchant.refunded", { pays: "captured", wish: {} }, "refunding.asked | refund/full | refundPayment"],
    ["merchant.refunded", { pays: "captured", wish: { amount: 40_000} }, "no branch"],
    ["merchant.refunded", { pays: "captured", wish: { amount: 40_000 }, settings: { enableRefund: false} }, "no branch"],
    ["merchant.refunded", { pays: "refunded", wish: { amount: 40_000} }, "no branch"],
    ["merchant.refunded", { pays: "partly refunded", wish: { amount: 60_000} }, "refunding.asked | refund/full | refundPayment"],
    ["merchant.processed", {}, "processing | merchant/processing | setStatus(set-by-merchant)"],
    ...failedByHand,
    ...pendingByHand,
    ["merchant.captured", { wish: {} }, "capturing.asked | capture/full | capturePayment"],
    ["merchant.captured", { wish: { lines: []} }, "no branch"],
    ["merchant.refundedAmount", { pays: "captured", wish: { amount: 40_000 }, settings: { enableRefund: false} }, "on-hold | refund/off | recordRefund"],
    ["merchant.refundedAmount", { pays: "captured", wish: { amount: 40_000} }, "refunding.asked | refund/part | refundPayment"],
    ["merchant.refundedAmount", { pays: "partly refunded", wish: { amount: 60_001} }, "no branch"],
    ["merchant.editedLines", { wish: smaller, settings: { enableModify: false} }, "on-hold | modify/off | setOrderLines, addNote(modify-off)"],
    ["merchant.recalculated", { wish: { total: 60_000 }, settings: { enableModify: false} }, "on-hold | modify/off"],
  ],
  "processing": [
    ["order.seen", { seen: "completed" }, "completed | shop/seen"],
    ["shop.conflicted", { seen: "failed" }, "failed | shop/seen"],
    ["payment.read", { pays: "accepted" }, "processing | status-update/already"],
    ["payment.read", { pays: "rejected, task done", choices: { processingThenRejected: "stay" } }, "processing | status-update/rejected-stays-processing"],
    ["payment.read", { pays: "rejected, task done" }, "failed | status-update/rejected-failed | setStatus(payment-status-failed)"],
    ["payment.read", { pays: "rejected, task open" }, "cancelled | status-update/rejected-cancelled | setStatus(payment-status-cancelled)"],
    ["payment.read", { pays: "in inspection, still offered" }, "on-hold | status-update/validated | setStatus(payment-status-on-hold)"],
    ["payment.read", { pays: "inspection" }, "processing | status-update/not-validated"],
    ["customer.signed", { pays: "missing", gateway: simplified }, "booking.asked | book/signed | bookSignedPayment"],
    ["customer.signed", { pays: "missing" }, "processing | status-update/not-validated"],
    ["callback.received", { pays: "missing", gateway: simplified }, "booking.asked | book/signed | bookSignedPayment"],
    ["callback.received", { pays: "rejected, task done", gateway: simplified }, "failed | status-update/rejected-failed | setStatus(payment-status-failed)"],
    ["customer.failed", { pays: "accepted" }, "processing | status-update/already"],
    ["customer.failed", { pays: "rejected, task done", choices: { processingThenRejected: "stay" } }, "processing | status-update/rejected-stays-processing"],
    ["customer.failed", { pays: "rejected, task done" }, "cancelled | fail-page/cancelled | setStatus(payment-status-cancelled)"],
    ["customer.failed", { pays: "rejected, task open" }, "cancelled | status-update/rejected-cancelled | setStatus(payment-status-cancelled)"],
    ["customer.failed", { pays: "in inspection, still offered" }, "on-hold | status-update/validated | setStatus(payment-status-on-hold)"],
    ["customer.failed", { pays: "at the bank" }, "processing | status-update/not-validated"],
    ["payment.read", { pays: { status: "INSPECTION", authorized: 0, canceled: 100_000, offers: [] } }, "on-hold | status-update/validated | setStatus(payment-status-on-hold)"],
    ["payment.read", { pays: { status: "INSPECTION", authorized: 0, canceled: 100_000, offers: [], creditLimit: null } }, "processing | status-update/not-validated"],
    ["merchant.cancelled", { pays: { authorized: 60_000, canceled: 40_000, offers: ["PARTIAL_CANCEL"] } }, "cancelling.asked | cancel/full | cancelPayment"],
    ["merchant.cancelled", { pays: { captured: 20_000, authorized: 40_000, canceled: 40_000 } }, "no branch"],
    ["merchant.cancelled", { pays: { status: "INSPECTION", authorized: 60_000, canceled: 40_000 } }, "no branch"],
    ["merchant.captured", { wish: {}, settings: { enableCapture: false} }, "capturing.asked | capture/full | capturePayment"],
    ["merchant.released", { pays: { captured: 40_000, authorized: 60_000 }, settings: { enableCancel: false} }, "releasing.asked | cancel/rest | cancelPayment"],
    ["merchant.completed", { pays: "captured" }, "completed | capture/already-captured | setStatus(payment-already-captured)"],
    ["merchant.cancelled", { settings: { enableCancel: false} }, "cancelled | cancel/off | setStatus(cancel-off)"],
    ["merchant.refunded", { pays: "refunded", wish: {} }, "refunded | refund/already-refunded | setStatus(already-refunded)"],
    ["merchant.held", {}, "on-hold | merchant/on-hold | setStatus(set-by-merchant)"],
    ...failedByHand,
    ...pendingByHand,
    ["merchant.captured", { wish: {} }, "capturing.asked | capture/full | capturePayment"],
    ["merchant.refundedAmount", { pays: "captured", wish: { amount: 40_000 }, settings: { enableRefund: false} }, "processing | refund/off | recordRefund"],
    ["merchant.editedLines", { pays: "partly captured", wish: { ...smaller, total: 100_000 } }, "processing | modify/same-total (same-total) | setOrderLines, addNote(modify-same-total)"],
    ["merchant.editedLines", { wish: smaller, settings: { enableModify: false} }, "processing | modify/off | setOrderLines, addNote(modify-off)"],
    ["merchant.recalculated", { wish: { total: 60_000 }, settings: { enableModify: false} }, "processing | modify/off"],
    ["merchant.recalculated", { pays: "cancelled", wish: { total: 100_000} }, "rebuilding.adding | modify/recalculate | addOrderLines"],
    ["merchant.recalculated", { pays: "cancelled", wish: { total: 100_000 }, choices: { modifyWhenFullyCancelled: "refuse"} }, "no branch"],
    ["merchant.recalculated", { pays: "cancelled", wish: { total: 100_000 }, gateway: nets }, "no branch"],
    ["merchant.recalculated", { pays: "released after the task", wish: { total: 100_000} }, "no branch"],
    ["merchant.editedLines", { pays: "released after the task", wish: smaller }, "no branch"],
  ],
  "capturing.asked": [
    ["capture.confirmed", { pays: "captured", call: { leadsTo: "completed"} }, "completed | capture/confirmed | setStatus(capture-success)"],
    ["capture.confirmed", { pays: "captured", call: {}, order: { status: "on-hold"} }, "on-hold | capture/confirmed | addNote(capture-success)"],
    ["capture.confirmed", { pays: "accepted", call: { leadsTo: "completed"} }, "capturing.unknown | capture/unknown | readBack"],
    ["capture.refused", { call: {}, order: { status: "processing"} }, "processing | capture/refused | rememberFailedCapture, addNote(capture-failed)"],
    ["capture.unknown", { call: {} }, "capturing.unknown | capture/unknown | readBack"],
    ["payment.read", { call: {} }, "capturing.asked | money/under-way"],
    ["merchant.completed", { call: {} }, "capturing.asked | money/under-way"],
    ["merchant.cancelled", { call: {} }, "no branch"],
  ],
  "capturing.unknown": [
    ["payment.readBack", { pays: "captured", call: { leadsTo: "completed"} }, "completed | capture/read-back | setStatus(capture-success)"],
    ["payment.readBack", { pays: "captured", call: {}, order: { status: "processing"} }, "processing | capture/read-back | addNote(capture-success)"],
    ["payment.readBack", { pays: "accepted", call: {} }, "capturing.asked | capture/again | capturePayment"],
    ["payment.readBack", { pays: "frozen", call: {}, order: { status: "processing"} }, "processing | capture/given-up | rememberFailedCapture, addNote(capture-failed)"],
    ["payment.readBack", { pays: "accepted", call: { tries: 6 }, order: { status: "processing"} }, "processing | capture/given-up | rememberFailedCapture, addNote(capture-failed)"],
  ],
  "completed": [
    ["payment.read", {}, "completed | terminal/completed"],
    ["merchant.refunded", { pays: "refunded", wish: {} }, "refunded | refund/already-refunded | setStatus(already-refunded)"],
    ["merchant.refundedAmount", { pays: "captured", wish: { amount: 40_000 }, settings: { enableRefund: false} }, "completed | refund/off | recordRefund"],
  ],
  "refunding.asked": [
    ["refund.confirmed", { pays: "refunded", call: whole }, "refunded | refund/confirmed | setStatus(refund-success)"],
    ["refund.confirmed", { pays: "partly refunded", call: part, order: { status: "completed"} }, "completed | refund/confirmed-part | recordRefund, addNote(refund-success)"],
    ["refund.confirmed", { pays: "captured", call: part }, "refunding.unknown | refund/unknown | readBack"],
    ["refund.refused", { pays: "captured", call: part, order: { status: "completed"} }, "completed | refund/refused | addNote(refund-failed)"],
    ["refund.unknown", { call: part }, "refunding.unknown | refund/unknown | readBack"],
    ["payment.read", { call: part }, "refunding.asked | money/under-way"],
    ["merchant.refunded", { call: part }, "refunding.asked | money/under-way"],
  ],
  "refunding.unknown": [
    ["payment.readBack", { pays: "refunded", call: whole }, "refunded | refund/read-back | setStatus(refund-success)"],
    ["payment.readBack", { pays: "partly refunded", call: part, order: { status: "completed"} }, "completed | refund/read-back | recordRefund, addNote(refund-success)"],
    ["payment.readBack", { pays: "captured", call: part }, "refunding.asked | refund/again | refundPayment"],
    ["payment.readBack", { pays: "captured", call: { ...part, tries: 6 }, order: { status: "completed"} }, "completed | refund/given-up | addNote(refund-failed)"],
  ],
  "refunded": [
    ["payment.read", {}, "refunded | terminal/refunded"],
  ],
  "releasing.asked": [
    ["cancel.confirmed", { pays: released, call: theRest, order: { status: "completed"} }, "completed | cancel/confirmed | addNote(rest-released)"],
    ["cancel.refused", { call: theRest, order: { status: "completed"} }, "completed | cancel/refused | addNote(cancel-failed)"],
    ["cancel.unknown", { call: theRest }, "releasing.unknown | cancel/unknown | readBack"],
  ],
  "releasing.unknown": [
    ["payment.readBack", { pays: released, call: theRest, order: { status: "processing"} }, "processing | cancel/read-back | addNote(rest-released)"],
    ["payment.readBack", { pays: { captured: 40_000, authorized: 60_000 }, call: { ...theRest, tries: 6 }, order: { status: "processing"} }, "processing | cancel/given-up | addNote(cancel-failed)"],
  ],
  "cancelling.asked": [
    ["cancel.confirmed", { pays: "cancelled", call: letGo }, "cancelled | cancel/confirmed | setStatus(cancel-success)"],
    ["cancel.confirmed", { pays: "accepted", call: letGo }, "cancelling.unknown | cancel/unknown | readBack"],
    ["cancel.refused", { call: letGo, order: { status: "on-hold"} }, "on-hold | cancel/refused | addNote(cancel-failed)"],
    ["cancel.unknown", { call: letGo }, "cancelling.unknown | cancel/unknown | readBack"],
    ["payment.read", { call: letGo }, "cancelling.asked | money/under-way"],
    ["merchant.cancelled", { call: letGo }, "cancelling.asked | money/under-way"],
  ],
  "cancelling.unknown": [
    ["payment.readBack", { pays: "cancelled", call: letGo }, "cancelled | cancel/read-back | setStatus(cancel-success)"],
    ["payment.readBack", { pays: "accepted", call: letGo }, "cancelling.asked | cancel/again | cancelPayment"],
    ["payment.readBack", { pays: "accepted", call: { ...letGo, tries: 6 }, order: { status: "failed"} }, "failed | cancel/given-up | addNote(cancel-failed)"],
  ],
  "cancelled": [
    ["payment.read", {}, "cancelled | terminal/cancelled"],
    ["payment.read", { choices: { cancelledThenAccepted: "revive"} }, "processing | terminal/revived | completePayment"],
    ["payment.read", { pays: "refunded", choices: { cancelledThenAccepted: "revive"} }, "cancelled | terminal/cancelled"],
    ["payment.read", { choices: { cancelledThenAccepted: "give-back"} }, "cancelled | terminal/cancelled"],
  ],
  "failed": [
    ["payment.read", { pays: "accepted" }, "processing | status-update/accepted | completePayment"],
    ["payment.read", { pays: "too little", gateway: nets }, "on-hold | status-update/amount-differs | setStatus(amount-differs)"],
    ["payment.read", { pays: "cancelled" }, "failed | status-update/not-validated"],
    ["payment.read", { pays: "rejected, task done" }, "failed | status-update/already"],
    ["payment.read", { pays: "released after the task" }, "cancelled | status-update/rejected-cancelled | setStatus(payment-status-cancelled)"],
    ["payment.read", { pays: "in inspection, still offered" }, "on-hold | status-update/validated | setStatus(payment-status-on-hold)"],
    ["payment.read", { pays: "at the bank" }, "failed | status-update/not-validated"],
    ["payment.read", { pays: "frozen" }, "failed | status-update/not-validated"],
    ["checkout.asked", { pays: "accepted" }, "processing | status-update/accepted | completePayment"],
    ["checkout.asked", { pays: "frozen" }, "on-hold | status-update/otherwise | setStatus(payment-status-on-hold)"],
    ["checkout.asked", { pays: "inspection" }, "on-hold | status-update/otherwise | setStatus(payment-status-on-hold)"],
    ["checkout.asked", { pays: "at the bank" }, "failed | return/unproven (still-at-the-bank)"],
    ["checkout.asked", { pays: "rejected, task done" }, "failed | status-update/already"],
    ["checkout.asked", { pays: "rejected, task open" }, "failed | status-update/not-validated"],
    ["checkout.asked", { pays: "released after the task" }, "failed | status-update/not-validated"],
    ["checkout.asked", { pays: "refunded" }, "failed | status-update/not-validated"],
    ["checkout.asked", { pays: "missing" }, "failed | status-update/not-validated"],
    ["customer.failed", { pays: "missing" }, "cancelled | fail-page/cancelled | setStatus(customer-cancelled)"],
    ["payment.created", {}, "pending | checkout/tries-again | setStatus(customer-tries-again)"],
    ["merchant.completed", { pays: "captured" }, "completed | capture/already-captured | setStatus(payment-already-captured)"],
    ["merchant.cancelled", { settings: { enableCancel: false} }, "cancelled | cancel/off | setStatus(cancel-off)"],
    ["merchant.processed", {}, "processing | merchant/processing | setStatus(set-by-merchant)"],
    ["merchant.held", {}, "on-hold | merchant/on-hold | setStatus(set-by-merchant)"],
    ...pendingByHand,
  ],
  "rebuilding.cancelling": [
    ["cancel.confirmed", { pays: "cancelled", call: rest }, "rebuilding.adding | modify/recreate | addOrderLines"],
    ["cancel.confirmed", { pays: littleCredit, call: rest, order: { status: "processing"} }, "processing | modify/given-up | addNote(modify-failed)"],
    ["cancel.confirmed", { pays: "cancelled", call: { ...rest, amount: 0 }, order: { status: "processing"} }, "processing | modify/confirmed | addNote(modify-success)"],
    ["cancel.refused", { call: rest, order: { status: "processing"} }, "processing | modify/refused | addNote(modify-failed)"],
    ["cancel.unknown", { call: rest }, "rebuilding.cancelUnknown | modify/unknown | readBack"],
    ["merchant.endedWait", { call: rest }, "rebuilding.cancelUnknown | modify/unknown (outcome-unknown) | readBack"],
    ["payment.read", { call: rest }, "rebuilding.cancelling | money/under-way"],
  ],
  "rebuilding.cancelUnknown": [
    ["payment.readBack", { pays: "cancelled", call: rest }, "rebuilding.adding | modify/read-back | addOrderLines"],
    ["payment.readBack", { pays: littleCredit, call: rest, order: { status: "processing"} }, "processing | modify/given-up | addNote(modify-failed)"],
    ["payment.readBack", { pays: "cancelled", call: { ...rest, amount: 0 }, order: { status: "processing"} }, "processing | modify/read-back | addNote(modify-success)"],
    ["payment.readBack", { pays: "accepted", call: rest }, "rebuilding.cancelling | modify/again | cancelPayment"],
    ["payment.readBack", { pays: "accepted", call: { ...rest, tries: 6 }, order: { status: "processing"} }, "processing | modify/given-up | addNote(modify-failed)"],
  ],
  "rebuilding.adding": [
    ["rebuild.confirmed", { call: rest, order: { status: "processing"} }, "rebuilding.addUnknown | modify/unknown | readBack"],
    ["rebuild.confirmed", { pays: { total: 160_000, authorized: 60_000, canceled: 100_000 }, call: rest, order: { status: "processing"} }, "processing | modify/confirmed | addNote(modify-success)"],
    ["rebuild.refused", { call: rest, order: { status: "processing"} }, "processing | modify/refused | addNote(modify-failed)"],
    ["rebuild.unknown", { call: rest }, "rebuilding.addUnknown | modify/unknown | readBack"],
    ["merchant.endedWait", { call: rest }, "rebuilding.addUnknown | modify/unknown (outcome-unknown) | readBack"],
  ],
  "rebuilding.addUnknown": [
    ["payment.readBack", { pays: { total: 160_000, authorized: 60_000, canceled: 100_000 }, call: rest, order: { status: "processing"} }, "processing | modify/read-back | addNote(modify-success)"],
    ["payment.readBack", { pays: "cancelled", call: rest }, "rebuilding.adding | modify/again | addOrderLines"],
    ["payment.readBack", { pays: "cancelled", call: { ...rest, tries: 6 }, order: { status: "processing"} }, "processing | modify/given-up | addNote(modify-failed)"],
  ],
};

const standing = (state: string): StateValue => {
  const [outer = "", inner] = state.split(".");
  return inner === undefined ? outer : { [outer]: inner };
};
const inWords = (value: StateValue): string =>
  typeof value === "string" ? value : Object.entries(value).flat().join(".");

const comesOf = (state: string, event: string, facts: Said): string => {
  const { value, taken, actions } = step(orderMachine, standing(state), considered(facts), { type: event });
  if (taken === null) return "no branch";
  const asked = actions.map(({ type, params }) => (params?.note === undefined ? type : `${type}(${params.note})`));
  const rule = taken.reason === undefined ? taken.rule : `${taken.rule} (${taken.reason})`;
  return [inWords(value), rule, asked.join(", ")].filter((word) => word !== "").join(" | ");
};

describe.each(Object.entries(branches))("%s", (state, rows) => {
  test.each(rows)("%s of %j: %s", (event, facts, comes) => {
    expect(comesOf(state, event, facts)).toBe(comes);
  });
});
