/** A payment as Nets describes it, which is by its amounts alone, as a reading in the words of the machines. */
import type { PossibleAction, Reading } from "../../../machines/facts.js";
import type { Charge, NetsPayment } from "./schema.js";

/** Money moves from account to account at once: what is reserved is taken, and no charge is ever sent. */
const ACCOUNT_TO_ACCOUNT = "A2A";
/** The reference writes it in capitals, and Nexi's own SDK `A2a`. */
const typeOf = ({ paymentDetails }: NetsPayment): string | undefined => paymentDetails?.paymentType?.toUpperCase();
/** A refund in one of these never reached the customer. */
const PENDING = "Pending";
const CAME_TO_NOTHING = ["Cancelled", "Failed", "Expired"];

const refundsIn = ({ refunds }: NetsPayment, counts: (state: string) => boolean): number =>
  (refunds ?? []).reduce((sum, { state, amount }) => sum + (counts(state ?? "") ? amount : 0), 0);
const failed = (state: string): boolean => CAME_TO_NOTHING.includes(state);

/** Pending refunds count too: money on its way must not be refunded a second time. */
const refundedOf = (payment: NetsPayment): number =>
  Math.max(
    payment.summary?.refundedAmount ?? 0,
    refundsIn(payment, (state) => !failed(state)),
  );

/** What the Nets plugin takes as paid. The money decides first: a payment that holds any was not ended unpaid. */
const statusOf = (payment: NetsPayment, reserved: number, charged: number, now: number): string => {
  if (reserved > 0 || charged > 0 || payment.subscription?.id) return "ACCEPTED";
  const isOver = Date.parse(payment.checkout?.expiresAt ?? "") <= now;
  return payment.terminated || isOver ? "REJECTED" : "TASK_REDIRECTION_REQUIRED";
};

export const capturedOf = (payment: NetsPayment): number => {
  const { reservedAmount = 0, chargedAmount = 0, cancelledAmount = 0 } = payment.summary ?? {};
  return typeOf(payment) === ACCOUNT_TO_ACCOUNT
    ? Math.max(chargedAmount, reservedAmount - cancelledAmount)
    : chargedAmount;
};

/** Of an invoice nothing is cancelled any more once some of it was charged (1007). Which payment it is may be unsaid. */
const LETS_A_PART_GO = ["CARD", "WALLET", undefined];

const offersOf = (payment: NetsPayment, authorized: number, refundable: number): PossibleAction[] => {
  const part = LETS_A_PART_GO.includes(typeOf(payment));
  const whole = authorized === payment.summary?.reservedAmount;
  return [
    ...(authorized > 0 ? (["CAPTURE", "PARTIAL_CAPTURE"] as const) : []),
    ...(authorized > 0 && whole ? (["CANCEL"] as const) : []),
    ...(authorized > 0 && part ? (["PARTIAL_CANCEL"] as const) : []),
    ...(refundable > 0 ? (["REFUND", "PARTIAL_REFUND"] as const) : []),
  ];
};

/** @param now epoch milliseconds: a session that is over by then is not paid any more */
export const readingOf = (payment: NetsPayment, now: number): Reading => {
  const { reservedAmount: reserved = 0, chargedAmount = 0, cancelledAmount: canceled = 0 } = payment.summary ?? {};
  const captured = capturedOf(payment);
  const refunded = refundedOf(payment);
  const authorized = Math.max(0, reserved - captured - canceled);
  const status = statusOf(payment, reserved, chargedAmount, now);
  // Charged without a reservation, as with automatic charging, leaves the order's amount to go by.
  const total = reserved > 0 ? reserved : Math.max(payment.orderDetails?.amount ?? 0, chargedAmount);
  return {
    paymentId: payment.paymentId,
    exists: true,
    status,
    rejectedReason: null,
    hasOrder: true,
    total,
    authorized,
    captured,
    canceled,
    refunded,
    pendingRefund: refundsIn(payment, (state) => state === PENDING),
    failedRefund: refundsIn(payment, failed),
    offers: offersOf(payment, authorized, captured - refunded),
    creditLimit: total,
    taskCompleted: status === "REJECTED" ? false : null,
    currency: payment.orderDetails?.currency ?? null,
    // Nets keeps our keys to itself, so only the amounts can prove that a call took effect.
    transactionIds: [],
  };
};

/**
 * What is left on each charge, oldest first. A refund does not name its charge: the oldest are taken as spent.
 * @param refunded what counts as spent: a call that is repeated goes to the same charge
 */
export const chargesLeft = (
  payment: NetsPayment,
  refunded = refundedOf(payment),
): { chargeId: string; amount: number; left: number }[] => {
  let spent = refunded;
  const oldestFirst = [...(payment.charges ?? [])].sort((a: Charge, b: Charge) =>
    (a.created ?? "").localeCompare(b.created ?? ""),
  );
  return oldestFirst.flatMap(({ chargeId, amount }) => {
    const taken = Math.min(spent, amount);
    spent -= taken;
    return amount > taken ? [{ chargeId, amount, left: amount - taken }] : [];
  });
};
