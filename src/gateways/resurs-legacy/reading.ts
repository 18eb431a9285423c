/**
 * A payment as the older services describe it, by status words and a history, as a reading in the words of the
 * machines. Facts 6.2: what ecomphp makes of the same words.
 */
import type { PossibleAction, Reading } from "../../../machines/facts.js";
import { shortened, Word } from "../../../machines/text.js";
import { keyOf } from "./ids.js";
import type { LegacyPayment } from "./schema.js";

const KNOWN = ["DEBITABLE", "CREDITABLE", "IS_DEBITED", "IS_CREDITED", "IS_ANNULLED"];

const sumOf = ({ paymentDiffs }: LegacyPayment, type: string): number =>
  paymentDiffs.filter((diff) => diff.type === type).reduce((sum, { paymentSpec }) => sum + paymentSpec.totalAmount, 0);

/** A part that is annulled leaves the rest debitable; only when nothing is left was the payment annulled. */
const annulled = ({ status }: LegacyPayment, captured: number): boolean =>
  status.includes("IS_ANNULLED") && !status.includes("DEBITABLE") && captured === 0;

const statusOf = (payment: LegacyPayment, captured: number): string => {
  const { status, frozen, fraud } = payment;
  // An annulled payment may still carry the mark of the control that ended it.
  if (annulled(payment, captured)) return "REJECTED";
  if (frozen) return "FROZEN";
  if (fraud) return "INSPECTION";
  if (status.some((word) => KNOWN.includes(word))) return "ACCEPTED";
  // Kept as it came: the machines read it as unrecognised.
  return shortened(status.join(" "), 100) || "NO_STATUS";
};

const offersOf = ({ status, frozen }: LegacyPayment): PossibleAction[] => [
  ...(status.includes("DEBITABLE") && !frozen
    ? (["CAPTURE", "PARTIAL_CAPTURE", "CANCEL", "PARTIAL_CANCEL"] as const)
    : []),
  ...(status.includes("CREDITABLE") ? (["REFUND", "PARTIAL_REFUND"] as const) : []),
];

/** An escaped key is longer than the key; what is too long for one is no key of ours. */
const keyIn = (transactionId: string | undefined): string[] => {
  const key = Word(200).safeParse(keyOf(transactionId ?? "")).data;
  return key ? [key] : [];
};

export const readingOf = (payment: LegacyPayment): Reading => {
  const captured = sumOf(payment, "DEBIT");
  const canceled = sumOf(payment, "ANNUL");
  const history = payment.paymentDiffs.length > 0;
  // Swish and its like are debited without having been authorised.
  const total = Math.max(sumOf(payment, "AUTHORIZE"), captured + canceled);
  // Frozen money is reserved; what may no longer be debited is not.
  const reserved = payment.status.includes("DEBITABLE") || payment.frozen || payment.fraud;
  const status = statusOf(payment, captured);
  return {
    paymentId: payment.id,
    exists: true,
    status,
    rejectedReason: status === "REJECTED" ? "CANCELED" : null,
    hasOrder: history,
    total: history ? total : payment.totalAmount,
    authorized: reserved && status !== "REJECTED" ? total - captured - canceled : 0,
    captured,
    canceled,
    refunded: sumOf(payment, "CREDIT"),
    offers: offersOf(payment),
    // "The limit (if any)": zero is none.
    creditLimit: payment.limit || null,
    // Facts 6.3: annulled makes the order cancelled, not failed. The older services know no tasks.
    taskCompleted: status === "REJECTED" ? false : null,
    transactionIds: payment.paymentDiffs.flatMap(({ transactionId }) => keyIn(transactionId)),
  };
};
