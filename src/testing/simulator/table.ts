/**
 * What the documents make of an order when its payment is read, as one straight table (seed 003, "Status::update
 * Process" and "Order Status Flow"; 000, "Purchasing"; 004). Written from the documents, not from the machines: it
 * knows nothing of states, guards or rules, and the laws hold the engine against it.
 */
import type { OrderStatus, Reading } from "../../../machines/facts.js";
import type { Flow } from "../../../machines/index.js";
import type { Settings } from "../../../machines/settings.js";

export interface TableInput {
  payment: Omit<Reading, "paymentId">;
  total: number;
  needsProcessing: boolean;
  settings: Settings;
  flow: Flow;
  tolerance: number;
  /** A capture came to nothing: only a person asks for another. */
  captureFailed?: boolean | undefined;
  /** A person put the paid order on hold. */
  heldByHand?: boolean | undefined;
}

/**
 * Who asked: the bank or a person, the customer on the page for failed payments, a clock that ran out, somebody who
 * opened a return page and proved nothing by its address, or the customer who presses Pay once more.
 */
export type Asker = "anybody" | "reconcile" | "fail page" | "time is up" | "stranger" | "pays again";

type Paid = Pick<TableInput, "payment">;
export const waitsForCustomer = ({ payment }: Paid): boolean =>
  payment.exists && ["TASK_REDIRECTION_REQUIRED", "SUPPLEMENTING_REQUIRED"].includes(payment.status);

const letGo = ({ payment: p }: Paid) => p.total > 0 && p.authorized === 0 && p.canceled === p.total;
const givenBack = ({ payment: p }: Paid) => p.authorized === 0 && p.captured > 0 && p.captured === p.refunded;
const isTaken = ({ payment: p }: TableInput) => p.authorized === 0 && p.captured > 0 && p.captured !== p.refunded;
const agrees = ({ payment: p, total, tolerance }: TableInput) =>
  Math.abs(p.authorized + p.captured - total) <= tolerance;

/** "Conditions required for capturing payments", as far as an accepted payment is concerned. */
export const isCapturable = (k: TableInput): boolean =>
  k.payment.status === "ACCEPTED" &&
  k.payment.authorized > 0 &&
  k.payment.offers.some((offer) => offer === "CAPTURE" || offer === "PARTIAL_CAPTURE") &&
  (k.settings.choices.amountMismatch === "capture" || agrees(k));

export const holdsMoney = (k: Paid): boolean =>
  k.payment.exists && k.payment.status === "ACCEPTED" && !letGo(k) && !givenBack(k);

/** "Validated": the bank offers something to do with it. */
const canStillBeWorkedWith = ({ payment }: TableInput) =>
  payment.exists && payment.status !== "FROZEN" && payment.offers.some((offer) => !offer.includes("REFUND"));

/** Paid: processing, or at once completed where nothing needs processing and the money is taken. */
const whenPaid = (k: TableInput): OrderStatus => {
  if (k.needsProcessing) return "processing";
  const done = holdsMoney(k) && (k.total === 0 || isTaken(k) || !k.settings.enableCapture);
  return done || (isCapturable(k) && !k.captureFailed) ? "completed" : "processing";
};

const whenRejected = ({ payment, settings }: TableInput): OrderStatus => {
  if (settings.choices.rejected === "cancelled") return "cancelled";
  const done =
    payment.taskCompleted === "unavailable"
      ? settings.choices.taskStatusUnavailable === "failed"
      : payment.taskCompleted === true;
  return done ? "failed" : "cancelled";
};

const whenPending = (k: TableInput, asker: Asker): OrderStatus => {
  const { payment, flow, settings } = k;
  // He may: what failed before, or is still open, is no reason to give the order up.
  if (asker === "pays again" && (waitsForCustomer(k) || payment.status === "REJECTED")) return "pending";
  if (!payment.exists) return asker === "fail page" || asker === "time is up" ? "cancelled" : "pending";
  // Accepted, and released or refunded since: it pays for nothing.
  if (payment.status === "ACCEPTED" && !holdsMoney(k)) return "on-hold";
  if (payment.status === "ACCEPTED") return flow.comparesAmounts && !agrees(k) ? "on-hold" : whenPaid(k);
  if (payment.status === "REJECTED") return asker === "fail page" ? "cancelled" : whenRejected(k);
  if (!waitsForCustomer(k)) return "on-hold";
  if (asker === "fail page" || asker === "time is up") return "cancelled";
  const stays = settings.choices.pendingWhileCustomerIsAway === "stay" || flow.unpaidStaysPending;
  return asker === "reconcile" || stays ? "pending" : "on-hold";
};

/** The status that an order has once its payment was read. */
export const afterReading = (status: OrderStatus, k: TableInput, asker: Asker = "anybody"): OrderStatus => {
  const { payment, settings, flow } = k;
  const { choices } = settings;
  const accepted = payment.exists && payment.status === "ACCEPTED";
  const rejected = payment.exists && payment.status === "REJECTED";
  // Time is up for a customer only where one is waited for.
  if (asker === "time is up" && status !== "pending") return status;
  // Nobody moves an order whose customer is at the bank by knowing its number.
  if ((asker === "stranger" || asker === "pays again") && waitsForCustomer(k)) return status;
  switch (status) {
    case "pending":
      return whenPending(k, asker);
    case "on-hold":
      if (k.heldByHand && holdsMoney(k)) return status;
      if (holdsMoney(k) && flow.comparesAmounts && !agrees(k)) return status;
      if (holdsMoney(k)) return whenPaid(k);
      // An early callback may have put it on hold while its customer was at the bank.
      if (asker === "fail page" && (waitsForCustomer(k) || !payment.exists)) return "cancelled";
      if (!rejected) return status;
      if (whenRejected(k) === "cancelled" && choices.onHoldThenAborted === "stay") return status;
      return asker === "fail page" ? "cancelled" : whenRejected(k);
    case "processing":
      if (rejected && choices.processingThenRejected === "stay") return status;
      if (rejected) return asker === "fail page" ? "cancelled" : whenRejected(k);
      return accepted || !canStillBeWorkedWith(k) ? status : "on-hold";
    case "failed":
      if (asker === "fail page") return whenPending(k, asker);
      if (holdsMoney(k) && flow.comparesAmounts && !agrees(k)) return "on-hold";
      if (holdsMoney(k)) return whenPaid(k);
      // The bank looks at it: a second payment would be one too many.
      if (asker === "pays again") return accepted || rejected || !payment.exists ? status : "on-hold";
      return accepted || rejected || !canStillBeWorkedWith(k) ? status : "on-hold";
    case "cancelled":
      return holdsMoney(k) && choices.cancelledThenAccepted === "revive" ? "processing" : status;
    default:
      return status;
  }
};

/** Every change that the documents know of; "completed can no longer be reverted", a refund goes on from it. */
export const edges: Record<string, string[]> = {
  "checkout-draft": ["pending", "processing", "on-hold", "failed", "cancelled", "completed"],
  pending: ["on-hold", "processing", "completed", "failed", "cancelled"],
  "on-hold": ["pending", "processing", "completed", "failed", "cancelled", "refunded"],
  processing: ["pending", "on-hold", "completed", "failed", "cancelled", "refunded"],
  failed: ["pending", "on-hold", "processing", "completed", "cancelled"],
  completed: ["refunded"],
  cancelled: [],
  refunded: [],
};
