/** Disagreements between shop and bank that no rule can settle: named, explained, and with a way out. */
import type { NoteKey } from "./effects.js";
import type { EventType } from "./events.js";
import { moneyHeld, type OtherPayment, waitsForCustomer } from "./facts.js";
import { type GuardContext, guards } from "./guards.js";

const paid = ["processing", "completed"];
const givenUp = ["cancelled", "failed"];
const waits = (c: GuardContext) =>
  c.payment.readAt !== null &&
  (waitsForCustomer(c.payment) ||
    (c.payment.exists && c.payment.status === "INSPECTION") ||
    // What nobody has signed is not booked, and the bank knows no such payment.
    (!c.payment.exists && c.payment.foreign == null && c.flow.booksWhenSigned));
/** Whether the order stands on its payment here. */
const follows = (c: GuardContext) => c.order.paidOtherwise !== true;
const ours = (c: GuardContext) => c.payment.gateway !== null && c.payment.readAt !== null && c.payment.hasOrder;
const accepted = (c: GuardContext) => ours(c) && c.payment.status === "ACCEPTED";
const held = (c: GuardContext) => moneyHeld(c.payment);
/** The payments that hold money beside the one that pays the order. */
export const surplusOf = (others: OtherPayment[]): OtherPayment[] => others.filter((one) => moneyHeld(one) > 0);
const surplus = (c: GuardContext): number => surplusOf(c.others).reduce((sum, one) => sum + moneyHeld(one), 0);
const heldHere = (c: GuardContext): number => (accepted(c) ? held(c) : 0);
/** What the bank holds of an order that pays for nothing any more, on whichever payment. */
const heldInVain = (c: GuardContext): number => heldHere(c) + surplus(c);
const paysNothing = (c: GuardContext): boolean =>
  [...givenUp, "refunded", "checkout-draft"].includes(status(c)) ||
  c.order.paidOtherwise === true ||
  c.order.gone === true;
const onOnePayment = (c: GuardContext): boolean => heldHere(c) === 0 && surplusOf(c.others).length === 1;
const refundedInFull = (c: GuardContext) => guards.isRefundedInFull({ context: c });
/** The guard alone takes an order whose lines were reserved anew and captured since for a cancelled one. */
const cancelledInFull = (c: GuardContext) => guards.isCancelledInFull({ context: c }) && c.payment.captured === 0;
const status = (c: GuardContext) => c.order.status;

/** By how much the bank's books show more than all our calls asked for; 0 while a call is under way. */
const more = (c: GuardContext, what: "captured" | "refunded" | "reserved", shown: number): number => {
  const { foreign, beyond, intended } = c.payment;
  if (c.operation !== null) return 0;
  if (foreign === "currency") return beyond?.[what] ?? 0;
  const asked = intended[what];
  return !ours(c) || asked === null ? 0 : Math.max(0, shown - asked);
};
const excess = {
  refunded: (c: GuardContext) => more(c, "refunded", c.payment.refunded),
  captured: (c: GuardContext) => more(c, "captured", c.payment.captured),
  reserved: (c: GuardContext) => more(c, "reserved", c.payment.authorized + c.payment.captured),
};

/** What the shop was told to record as refunded, and the bank's books do not show. */
const toRefund = ({ payment }: GuardContext): number => Math.max(0, (payment.recorded ?? 0) - payment.refunded);

export interface FlagRule {
  test(c: GuardContext): boolean;
  /** By how much shop and bank differ, in minor units. */
  amount?(c: GuardContext): number;
  says: string;
  remedy: string;
  /** Written to the order once, when it is raised. */
  note?: NoteKey;
}

/** Each test looks at the facts alone; `says` and `remedy` are what a person reads. */
export const flags = {
  "discrepancy:paid-but-cancelled": {
    test: (c: GuardContext) => givenUp.includes(status(c)) && heldInVain(c) > 0,
    says: "The bank has the customer's money for an order that the shop has given up.",
    remedy: "Release the money in the Merchant Portal, or place a new order for the customer.",
  },
  "discrepancy:paid-but-pending": {
    test: (c: GuardContext) => status(c) === "pending" && c.order.restored === true && follows(c) && heldHere(c) > 0,
    says: "The order is pending in the shop again and again, but the bank has the customer's money.",
    remedy: "Find out which plugin sets it to pending, and switch that off; then set the order to processing.",
  },
  "discrepancy:processing-but-unpaid": {
    test: (c: GuardContext) =>
      follows(c) && c.payment.gateway !== null && c.order.total > 0 && paid.includes(status(c)) && waits(c),
    says: "The shop treats the order as paid, but the bank has not accepted the payment.",
    remedy: "Do not ship. Wait for the bank, or cancel the order.",
  },
  "discrepancy:completed-not-captured": {
    test: (c: GuardContext) =>
      follows(c) && accepted(c) && status(c) === "completed" && c.payment.captured === 0 && c.order.total > 0,
    says: "The order is completed, but the money was never captured.",
    remedy: "Capture the payment before the reservation runs out.",
  },
  "discrepancy:completed-set-back": {
    test: (c: GuardContext) =>
      c.order.setBack === true && accepted(c) && c.payment.captured > 0 && !refundedInFull(c) && c.operation === null,
    says: "The order was completed and its money captured, but it was set back in the shop.",
    remedy: "Set it to completed again.",
  },
  "discrepancy:payment-cancelled-order-active": {
    test: (c: GuardContext) =>
      follows(c) &&
      ours(c) &&
      ["on-hold", "processing", "completed"].includes(status(c)) &&
      c.order.total > 0 &&
      (cancelledInFull(c) || refundedInFull(c)) &&
      c.operation === null,
    says: "The payment was cancelled or refunded in full at the bank, but the order is still open.",
    remedy:
      "Set the order to cancelled or refunded. If it was cancelled by mistake, press Recalculate to reserve the money again.",
    note: "payment-holds-nothing",
  },
  "discrepancy:payment-of-another-order": {
    test: (c: GuardContext) => [c.payment, ...c.others].some(({ foreign }) => foreign === "order"),
    says: "A payment of this order belongs to another order at the bank, so nothing is done with it.",
    remedy: "Look up the payment in the Merchant Portal, and have the customer pay this order.",
  },
  "discrepancy:currency-mismatch": {
    test: (c: GuardContext) => [c.payment, ...c.others].some(({ foreign }) => foreign === "currency"),
    says: "The payment is in another currency than the order, so it does not pay it.",
    remedy: "Cancel or refund the payment in the Merchant Portal, and have the customer pay in the order's currency.",
  },
  "discrepancy:paid-draft": {
    test: (c: GuardContext) => status(c) === "checkout-draft" && heldInVain(c) > 0,
    says: "The bank has money for an order that is still a draft; WooCommerce deletes drafts after a day.",
    remedy: "Set the order to processing, or release the money in the Merchant Portal.",
  },
  "discrepancy:paid-another-way": {
    test: (c: GuardContext) => c.order.paidOtherwise === true && heldInVain(c) > 0,
    says: "The customer chose another way to pay, and the bank has money on the abandoned payment.",
    remedy: "Release or refund that payment in the Merchant Portal, or have the other one refunded.",
  },
  "discrepancy:order-gone": {
    test: (c: GuardContext) => c.order.gone === true && heldInVain(c) > 0,
    says: "The order was deleted in the shop, and the bank has the customer's money.",
    remedy: "Do not ship. Restore the order in the shop, or release the money in the Merchant Portal.",
  },
  "discrepancy:paid-twice": {
    test: (c: GuardContext) => surplus(c) > 0 && !(paysNothing(c) && onOnePayment(c)),
    amount: (c: GuardContext) => surplus(c),
    says: "The bank has money on more than one payment for this order.",
    remedy: "Refund or cancel the payment that is not needed in the Merchant Portal; the order names it.",
    note: "paid-twice",
  },
  "discrepancy:rejected-at-gateway": {
    test: (c: GuardContext) =>
      follows(c) &&
      c.payment.gateway !== null &&
      c.payment.exists &&
      c.payment.status === "REJECTED" &&
      ["on-hold", "processing", "completed", "refunded"].includes(status(c)),
    says: "The bank rejected the payment, and the order cannot follow on its own.",
    remedy: "Check the payment in the Merchant Portal; do not ship goods that are not paid.",
  },
  "discrepancy:frozen-at-gateway": {
    test: (c: GuardContext) =>
      follows(c) &&
      c.payment.gateway !== null &&
      c.payment.exists &&
      c.payment.status === "FROZEN" &&
      paid.includes(status(c)),
    says: "The bank froze the payment on suspicion of fraud after the order was accepted.",
    remedy: "Do not ship. The bank usually decides within hours.",
  },
  "discrepancy:amount-mismatch": {
    test: (c: GuardContext) =>
      follows(c) &&
      accepted(c) &&
      ["on-hold", "processing", "completed"].includes(status(c)) &&
      !cancelledInFull(c) &&
      c.operation === null &&
      Math.abs(c.payment.authorized + c.payment.captured - c.order.total) > c.payment.tolerance,
    says: "The order total does not match the amount at the bank.",
    remedy: "Correct the order lines or the payment; nothing is captured until they match.",
  },
  "discrepancy:refunded-not-credited": {
    test: (c: GuardContext) => status(c) === "refunded" && heldInVain(c) > 0,
    says: "The order is refunded, but the bank still has the customer's money.",
    remedy: "Refund what was captured and release what is reserved, in the Merchant Portal.",
  },
  "discrepancy:refunded-twice": {
    test: (c: GuardContext) => excess.refunded(c) > 0,
    amount: (c: GuardContext) => excess.refunded(c),
    says: "The bank refunded more than was asked for here.",
    remedy: "Compare the refunds in the Merchant Portal with the order, and have the bank take back what is too much.",
  },
  "refund-by-hand": {
    test: (c: GuardContext) => ours(c) && !c.settings.enableRefund && toRefund(c) > 0,
    amount: (c: GuardContext) => toRefund(c),
    says: "The shop recorded a refund that the bank has not made, because automatic refunds are switched off.",
    remedy: "Refund the amount in the Merchant Portal.",
  },
  "refund-failed": {
    test: (c: GuardContext) => ours(c) && (c.payment.refundUndone ?? 0) > 0,
    amount: (c: GuardContext) => c.payment.refundUndone ?? 0,
    says: "A refund that the bank had accepted failed, so the customer did not get the money.",
    remedy: "Refund the amount again.",
    note: "refund-undone",
  },
  "discrepancy:captured-twice": {
    test: (c: GuardContext) => excess.captured(c) > 0,
    amount: (c: GuardContext) => excess.captured(c),
    says: "The bank captured more than was asked for here.",
    remedy: "Compare the captures in the Merchant Portal with the order, and refund what is too much.",
  },
  "discrepancy:reserved-twice": {
    test: (c: GuardContext) => excess.reserved(c) > 0,
    amount: (c: GuardContext) => excess.reserved(c),
    says: "The bank has more reserved than was asked for here.",
    remedy: "Cancel in the Merchant Portal what is reserved too much, before anything is captured.",
  },
  "capture-failed": {
    test: (c: GuardContext) => c.payment.captureFailed,
    says: "The bank refused the capture, or never confirmed it.",
    remedy: "Look at the payment in the Merchant Portal, then set the order to completed again.",
  },
} as const;

export type FlagName = keyof typeof flags;

/** What a merchant can do here about a flag; where there is nothing, the way out lies at the bank. */
export const remedies: Record<FlagName, EventType[]> = {
  "discrepancy:paid-but-cancelled": [],
  "discrepancy:paid-but-pending": ["merchant.processed"],
  "discrepancy:processing-but-unpaid": ["merchant.cancelled"],
  "discrepancy:completed-not-captured": ["merchant.captured"],
  "discrepancy:completed-set-back": ["merchant.completed"],
  "discrepancy:payment-cancelled-order-active": ["merchant.cancelled", "merchant.refunded", "merchant.recalculated"],
  "discrepancy:payment-of-another-order": [],
  "discrepancy:currency-mismatch": [],
  "discrepancy:paid-draft": [],
  "discrepancy:paid-another-way": [],
  "discrepancy:order-gone": [],
  "discrepancy:paid-twice": [],
  "discrepancy:rejected-at-gateway": ["merchant.cancelled", "merchant.failed"],
  "discrepancy:frozen-at-gateway": [],
  "discrepancy:amount-mismatch": ["merchant.recalculated"],
  "discrepancy:refunded-not-credited": [],
  "discrepancy:refunded-twice": ["merchant.acknowledged"],
  "refund-by-hand": [],
  "refund-failed": ["merchant.refunded", "merchant.refundedAmount", "merchant.acknowledged"],
  "discrepancy:captured-twice": ["merchant.acknowledged"],
  "discrepancy:reserved-twice": ["merchant.acknowledged"],
  "capture-failed": ["merchant.completed"],
};
