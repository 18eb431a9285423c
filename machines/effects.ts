/** Everything a machine may ask the world for. The machines name these; `core/ask.ts` fills them in. */
import type { OrderAsExpected } from "./expected.js";
import type { OrderStatus } from "./facts.js";
import type { Line } from "./lines.js";

/** What an action in a machine may carry. */
export interface EffectParams {
  /** A key of `notes`, below. */
  note?: NoteKey;
}

/** The words of the order notes, which are the audit trail (seed 003, "Order Management with Resurs Bank Plugin"). */
export const notes = {
  "payment-complete": "Payment complete.",
  "payment-status-on-hold": "Payment is waiting for more information from {bank}.",
  "payment-holds-nothing": "The payment at {bank} was cancelled or refunded in full, so the order is not paid.",
  "amount-differs": "The paid amount differs from the order total. Someone needs to check the order.",
  "payment-status-failed": "Payment failed.",
  "payment-status-cancelled": "Payment aborted.",
  "customer-landingpage-return": "Customer returned from external source.",
  "customer-cancelled": "Order cancelled by customer.",
  "time-limit-reached": "Unpaid order cancelled - time limit reached.",
  "payment-already-captured": "The payment is already captured at the bank; nothing was sent.",
  "capture-success": "Successfully captured {amount} of payment at {bank}.",
  "capture-off": "Set to completed without a capture: automatic capture is switched off.",
  "nothing-to-capture": "Set to completed without a capture: the order has no amount to pay.",
  "cancel-success": "Successfully cancelled payment at {bank}.",
  "late-released": "The customer paid at {bank} after the order was cancelled; the reservation was cancelled there.",
  "late-refunded": "The customer paid at {bank} after the order was cancelled; {amount} was refunded.",
  "rest-released": "Released what was still reserved of the payment at {bank}.",
  "nothing-to-cancel": "Order cancelled; there was nothing to cancel at the bank.",
  "cancel-off": "Order cancelled without cancelling the payment: automatic cancel is switched off.",
  "refund-success": "Successfully refunded {amount} of payment at {bank}.",
  "refund-success-late": "The refund of the payment at {bank} was carried out.",
  "refund-undone": "A refund at {bank} came to nothing: the money is with the shop again.",
  "refund-off": "Set to refunded without a credit: automatic refund is switched off.",
  "already-refunded": "The payment is already refunded at the bank; nothing was sent.",
  "modify-success": "Successfully updated payment at {bank} to {amount}.",
  "modify-off": "Order lines changed; the payment was left alone: modify is switched off.",
  "modify-same-total": "Order lines changed; the total is the same, so the payment was left alone.",
  "modify-failed":
    "Updating payment at {bank} failed ({reason}). The payment may have been partially, or completely, cancelled. Check the payment, then press Recalculate to push the order again.",
  "capture-failed": "Capturing payment at {bank} failed ({reason}).",
  "cancel-failed": "Cancelling payment at {bank} failed ({reason}).",
  "refund-failed": "Refunding payment at {bank} failed ({reason}).",
  "customer-rejected": "The customer's payment was rejected at the checkout ({reason}).",
  "not-created": "Creating the payment at {bank} failed ({reason}).",
  "signing-failed": "Booking the signed payment at {bank} failed ({reason}).",
  "customer-tries-again": "Customer tries the payment again.",
  "set-by-merchant": "Status set by the merchant.",
  "surplus-released": "Payment {payment} at {bank} was not needed: another one pays this order. It was cancelled.",
  "surplus-not-released":
    "Payment {payment} at {bank} holds money that this order does not need, and cancelling it failed ({reason}).",
  "paid-twice": "Payment {payment} at {bank} holds money beside the payment that pays this order.",
  "payment-reviewed":
    "Payment {payment} at {bank}, of an earlier attempt, is being reviewed by the bank; the order waits for it.",
  "payment-overtaken": "Payment {payment} at {bank} was made in an earlier attempt; it pays this order.",
} as const;
export type NoteKey = keyof typeof notes;

/** Left out: it is carried out whatever the shop has. */
interface Expecting {
  expects?: OrderAsExpected;
}

/** Requests to the gateway. `verify-first`: never sent twice without looking at the payment in between. */
export type GatewayEffect =
  | { type: "readPayment"; paymentId: string }
  | { type: "readBack"; paymentId: string }
  /** Its customer can no longer pay it. No money moves, and what the bank answers is not waited for. */
  | { type: "endPayment"; paymentId: string }
  | { type: "bookSignedPayment"; paymentId: string; amount: number; key: string }
  /** `lines`: the order's, where they add up to the amount. */
  | ({ type: "capturePayment"; paymentId: string; amount: number; lines?: Line[]; key: string } & Expecting)
  | ({ type: "cancelPayment"; paymentId: string; amount: number; lines?: Line[]; key: string } & Expecting)
  | ({
      type: "refundPayment";
      paymentId: string;
      amount: number;
      lines: Line[] | null;
      all: boolean;
      refundedBefore: number;
      key: string;
    } & Expecting)
  | ({ type: "addOrderLines"; paymentId: string; amount: number; lines: Line[]; key: string } & Expecting);

/** Requests to the shop. Each may be carried out twice without harm. */
export type ShopEffect =
  | { type: "completePayment"; from: OrderStatus; to: OrderStatus; transactionId: string | null; note: string }
  /** `child`: of `to`, a status of the shop's own. Without it, a shop that has the order in any child of `to` leaves it there. */
  | { type: "setOrderStatus"; from: OrderStatus; to: OrderStatus; child?: string; note: string }
  | ({ type: "setOrderLines"; lines: Line[]; total: number } & Expecting)
  | { type: "setOrderMeta"; meta: Record<string, unknown> }
  | { type: "addOrderNote"; note: string }
  /** `refund`: the shop has it under this id already, unless it was taken back meanwhile. */
  | { type: "recordRefund"; amount: number; lines: Line[] | null; refund?: string };

export type Effect = GatewayEffect | ShopEffect;
export type EffectType = Effect["type"];

/** Whether the effect is a call to the bank that changes something, so that it is never repeated blind. */
export const movesMoney = (type: EffectType): boolean => type in resultOf;

/** Whether the effect asks the bank for the payment and changes nothing there. */
export const isReading = (type: EffectType): boolean => type === "readPayment" || type === "readBack";

/** The event family that a call's result comes back in. */
export const resultOf = {
  bookSignedPayment: "book",
  capturePayment: "capture",
  cancelPayment: "cancel",
  refundPayment: "refund",
  addOrderLines: "rebuild",
} as const;

const named =
  () =>
  (_: unknown, _params?: EffectParams): void => {};

/** The machines' vocabulary of actions: names only, nothing happens here. */
export const actions = {
  readPayment: named(),
  readBack: named(),
  bookSignedPayment: named(),
  capturePayment: named(),
  cancelPayment: named(),
  refundPayment: named(),
  addOrderLines: named(),
  completePayment: named(),
  setStatus: named(),
  setOrderLines: named(),
  addNote: named(),
  /** The shop's own record of a refund that did not close the order. */
  recordRefund: named(),
  /** Remembered until a capture succeeds; raises the flag `capture-failed`. */
  rememberFailedCapture: named(),
};
export type ActionName = keyof typeof actions;
