/** Disagreements between shop and bank that no rule can settle: named, explained, and with a way out. */
import type { EventType } from "./events.js";
import { type GuardContext, guards } from "./guards.js";

const paid = ["processing", "completed"];
const givenUp = ["cancelled", "failed"];
const waits = (c: GuardContext) =>
  c.payment.readAt !== null &&
  c.payment.exists &&
  ["TASK_REDIRECTION_REQUIRED", "SUPPLEMENTING_REQUIRED", "INSPECTION"].includes(c.payment.status);
const ours = (c: GuardContext) => c.payment.gateway !== null && c.payment.readAt !== null && c.payment.hasOrder;
const accepted = (c: GuardContext) => ours(c) && c.payment.status === "ACCEPTED";
const held = (c: GuardContext) => c.payment.authorized + c.payment.captured - c.payment.refunded;
/** The guard alone takes an order whose lines were reserved anew and captured since for a cancelled one. */
const cancelledInFull = (c: GuardContext) => guards.isCancelledInFull({ context: c }) && c.payment.captured === 0;
const status = (c: GuardContext) => c.order.status;

/** By how much the bank's books show more than all our calls asked for; 0 while a call is under way. */
const more = (c: GuardContext, shown: number, intended: number | null): number =>
  c.operation !== null || !ours(c) || intended === null ? 0 : Math.max(0, shown - intended);
const excess = {
  refunded: (c: GuardContext) => more(c, c.payment.refunded, c.payment.intended.refunded),
  captured: (c: GuardContext) => more(c, c.payment.captured, c.payment.intended.captured),
  reserved: (c: GuardContext) => more(c, c.payment.authorized + c.payment.captured, c.payment.intended.reserved),
};

export interface FlagRule {
  test(c: GuardContext): boolean;
  /** By how much shop and bank differ, in minor units. */
  amount?(c: GuardContext): number;
  says: string;
  remedy: string;
}

/** Each test looks at the facts alone; `says` and `remedy` are what a person reads. */
export const flags = {
  "discrepancy:paid-but-cancelled": {
    test: (c: GuardContext) => accepted(c) && givenUp.includes(status(c)) && held(c) > 0,
    says: "The bank holds the customer's money for an order that the shop has given up.",
    remedy: "Release the money in the Merchant Portal, or place a new order for the customer.",
  },
  "discrepancy:processing-but-unpaid": {
    test: (c: GuardContext) => c.payment.gateway !== null && c.order.total > 0 && paid.includes(status(c)) && waits(c),
    says: "The shop treats the order as paid, but the customer has not finished paying.",
    remedy: "Do not ship. Wait for the customer, or cancel the order.",
  },
  "discrepancy:completed-not-captured": {
    test: (c: GuardContext) =>
      accepted(c) && status(c) === "completed" && c.payment.captured === 0 && c.order.total > 0,
    says: "The order reads completed, but the money was never captured.",
    remedy: "Capture the payment in the Merchant Portal before the reservation runs out.",
  },
  "discrepancy:payment-cancelled-order-active": {
    test: (c: GuardContext) =>
      ours(c) &&
      ["on-hold", "processing", "completed"].includes(status(c)) &&
      cancelledInFull(c) &&
      c.operation === null,
    says: "The payment was cancelled at the bank while the order goes on.",
    remedy: "Cancel the order, or press Recalculate to reserve the money again within the credit limit.",
  },
  "discrepancy:rejected-at-gateway": {
    test: (c: GuardContext) =>
      c.payment.gateway !== null &&
      c.payment.exists &&
      c.payment.status === "REJECTED" &&
      ["on-hold", "processing", "completed", "refunded"].includes(status(c)),
    says: "The bank rejected the payment, and the order cannot follow on its own.",
    remedy: "Check the payment in the Merchant Portal; do not ship goods that are not paid.",
  },
  "discrepancy:frozen-at-gateway": {
    test: (c: GuardContext) =>
      c.payment.gateway !== null && c.payment.exists && c.payment.status === "FROZEN" && paid.includes(status(c)),
    says: "The bank froze the payment on suspicion of fraud after the order went on.",
    remedy: "Do not ship. The bank usually decides within hours.",
  },
  "discrepancy:amount-mismatch": {
    test: (c: GuardContext) =>
      accepted(c) &&
      ["on-hold", "processing", "completed"].includes(status(c)) &&
      !cancelledInFull(c) &&
      c.operation === null &&
      Math.abs(c.payment.authorized + c.payment.captured - c.order.total) > c.payment.tolerance,
    says: "The order total does not match the amount at the bank.",
    remedy: "Correct the order lines or the payment; nothing is captured until they match.",
  },
  "discrepancy:refunded-not-credited": {
    test: (c: GuardContext) => accepted(c) && status(c) === "refunded" && c.payment.captured > c.payment.refunded,
    says: "The order reads refunded, but the bank has not given the money back.",
    remedy: "Refund the payment in the Merchant Portal.",
  },
  "discrepancy:refunded-twice": {
    test: (c: GuardContext) => excess.refunded(c) > 0,
    amount: (c: GuardContext) => excess.refunded(c),
    says: "The bank gave back more than was asked for here.",
    remedy: "Compare the refunds in the Merchant Portal with the order, and have the bank take back what is too much.",
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
    says: "The bank holds more than was asked for here.",
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
  "discrepancy:processing-but-unpaid": ["merchant.cancelled"],
  "discrepancy:completed-not-captured": [],
  "discrepancy:payment-cancelled-order-active": ["merchant.cancelled", "merchant.recalculated"],
  "discrepancy:rejected-at-gateway": ["merchant.cancelled", "merchant.failed"],
  "discrepancy:frozen-at-gateway": [],
  "discrepancy:amount-mismatch": ["merchant.recalculated"],
  "discrepancy:refunded-not-credited": [],
  "discrepancy:refunded-twice": ["merchant.acknowledged"],
  "discrepancy:captured-twice": ["merchant.acknowledged"],
  "discrepancy:reserved-twice": ["merchant.acknowledged"],
  "capture-failed": ["merchant.completed"],
};
