/** Why an order stands where it stands, in one word: what the bank says first, then whoever moved it. */
import { type Facts, moneyHeld, type Reading } from "../../../machines/facts.js";
import { isReviewed } from "../intended.js";
import type { HistoryEntry, OrderRecord } from "../record.js";

const rejections: Record<string, BankCause> = {
  CREDIT_DENIED: "denied",
  INSUFFICIENT_FUNDS: "funds",
  TECHNICAL_ERROR: "technical",
  PAYMENT_FROZEN: "fraud",
  TIMEOUT: "expired",
  ABORTED_BY_CUSTOMER: "aborted",
  CANCELED: "annulled",
};

const waits: Record<string, BankCause> = {
  TASK_REDIRECTION_REQUIRED: "at-bank",
  SUPPLEMENTING_REQUIRED: "supplementing",
  INSPECTION: "inspection",
  FROZEN: "frozen",
};

export type BankCause =
  | "elsewhere"
  | "free"
  | "no-payment"
  | "unread"
  | "missing"
  | "turned-away"
  | "at-bank"
  | "supplementing"
  | "inspection"
  | "frozen"
  | "denied"
  | "funds"
  | "technical"
  | "fraud"
  | "expired"
  | "aborted"
  | "annulled"
  | "unfinished"
  | "rejected"
  | "reserved"
  | "partly-captured"
  | "captured"
  | "partly-refunded"
  | "refund-pending"
  | "refunded"
  | "released"
  | "unrecognised"
  | "left"
  | "held"
  | "by-hand";

const ofAccepted = ({ authorized, captured, refunded, pendingRefund }: Facts["payment"]): BankCause => {
  if ((pendingRefund ?? 0) > 0) return "refund-pending";
  if (captured === 0) return authorized > 0 ? "reserved" : "released";
  if (refunded >= captured) return "refunded";
  if (authorized > 0) return "partly-captured";
  return refunded > 0 ? "partly-refunded" : "captured";
};

/** Why the bank has rejected a payment, as far as it says. */
export const ofRejected = ({
  rejectedReason,
  taskCompleted,
}: Pick<Reading, "rejectedReason" | "taskCompleted">): BankCause =>
  rejections[rejectedReason ?? ""] ?? (taskCompleted === false ? "unfinished" : "rejected");

/** Seed 002, "Payment failures": what the customer saw replaces the bare word that there is no payment. */
const wasTurnedAway = ({ status, rejections: seen }: Facts["order"]): boolean =>
  seen.length > 0 && (status === "pending" || status === "on-hold");

const ofBank = ({ order, payment }: Facts): BankCause => {
  if (payment.gateway === null || order.paidOtherwise === true) return "elsewhere";
  // What is frozen holds up an order that costs nothing, too.
  if (order.total === 0 && moneyHeld(payment) === 0 && payment.status !== "FROZEN") return "free";
  if (payment.id === null) return "no-payment";
  if (payment.readAt === null || !payment.exists) {
    if (wasTurnedAway(order)) return "turned-away";
    return payment.readAt === null ? "unread" : "missing";
  }
  if (payment.status === "ACCEPTED") return ofAccepted(payment);
  if (payment.status === "REJECTED") return ofRejected(payment);
  return waits[payment.status] ?? "unrecognised";
};

/** The bank has accepted the payment, so it is not the bank that the order waits for. */
export const isHeldByHand = ({ facts }: Pick<OrderRecord, "facts">): boolean =>
  facts.order.status === "on-hold" && moneyHeld(facts.payment) > 0;

/** What the bank says explains nothing here: it never saw money of this order. */
const explainsNothing: readonly BankCause[] = [
  "no-payment",
  "unread",
  "missing",
  "turned-away",
  "at-bank",
  "supplementing",
  "unfinished",
];

const cancelledBy = (rule: string, by: HistoryEntry["source"] | null): BankCause | null => {
  if (rule === "order/placed") return null;
  if (rule.startsWith("ttl/")) return "expired";
  if (rule === "fail-page/cancelled") return "left";
  // The shop's job for unpaid orders is no hand: it has the bank asked, and the bank's word decides.
  const isByHand =
    rule.startsWith("cancel/") || by === "merchant" || (by === "shop" && !rule.startsWith("status-update/"));
  return isByHand ? "by-hand" : null;
};

/** @param rule of the last change of the status; "" = none is known */
export const causeOf = (record: OrderRecord, rule: string, by: HistoryEntry["source"] | null): BankCause => {
  const bank = ofBank(record.facts);
  const { status } = record.facts.order;
  if (isHeldByHand(record)) return "by-hand";
  if (status === "pending" && record.facts.waiting.some(({ held }) => held) && record.facts.operation === null)
    return "held";
  if (status === "cancelled" && explainsNothing.includes(bank)) return cancelledBy(rule, by) ?? bank;
  if (status === "failed" && rule === "merchant/failed" && !isReviewed(record.facts.payment)) return "by-hand";
  return bank;
};
