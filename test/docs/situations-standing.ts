/** An order that stands where it stands: each status with each thing the bank can say of its payment. */
import { Life } from "../../src/testing/decision/life.js";
import { anOrder, callback, payments, reading } from "../../src/testing/decision/samples.js";
import { MINUTE, T0 } from "../../src/testing/simulator/script.js";
import {
  answered,
  back,
  came,
  cancel,
  captured,
  complete,
  paid,
  partRefund,
  type Row,
  refund,
  rejected,
  stood,
  told,
} from "./lived.js";

/** The bank's frame turned the customer away (seed 002, "Payment failures"). */
const failedAtCheckout = (status: "pending" | "on-hold") => {
  const { life } = stood(status);
  life.settle({ type: "checkout.rejected", rejection: "deny", message: null });
  return told(life, { type: "reconcile.asked" }, payments.missing);
};

export const standing: Row[] = [
  ["a draft", "checkout-draft/other", () => stood("checkout-draft")],
  ["just placed", "pending/unread", () => stood("pending")],
  ["the customer is at the bank", "pending/at-bank", () => stood("pending", payments["at the bank"])],
  [
    "the bank wants more information, nothing moved yet",
    "pending/supplementing",
    () => stood("pending", payments.supplementing),
  ],
  ["the bank has no payment", "pending/missing", () => stood("pending", payments.missing)],
  ["the payment failed at the checkout", "pending/turned-away", () => failedAtCheckout("pending")],
  ["no payment was begun", "pending/no-payment", () => stood("pending", undefined, { paymentId: null })],
  ["paid another way", "pending/elsewhere", () => stood("pending", undefined, { gateway: null, paymentId: null })],
  [
    "a callback is held",
    "pending/held",
    () => {
      const life = new Life(anOrder({ createdAt: T0, updatedAt: T0 }));
      life.tell(callback());
      return { life };
    },
  ],
  [
    "put back to pending after a rejection",
    "pending/other",
    () => {
      const life = came(callback(), rejected("CREDIT_DENIED")).life;
      return told(life, { type: "merchant.reopened", via: "dropdown" }, rejected("CREDIT_DENIED"));
    },
  ],
  ["on hold, not read yet", "on-hold/unread", () => stood("on-hold")],
  ["the customer came back too early", "on-hold/at-bank", () => came(back("success"), payments["at the bank"])],
  ["the bank wants more information", "on-hold/supplementing", () => came(back("success"), payments.supplementing)],
  ["in inspection", "on-hold/inspection", () => came(callback(), payments.inspection)],
  ["frozen", "on-hold/frozen", () => came(callback(), payments.frozen)],
  [
    "frozen, and completing was refused",
    "on-hold/frozen",
    () => told(came(callback(), payments.frozen).life, complete, payments.frozen),
  ],
  [
    "in inspection, and cancelling was refused",
    "on-hold/inspection",
    () => told(came(callback(), payments.inspection).life, cancel, payments.inspection),
  ],
  ["a word that nobody knows", "on-hold/other", () => came(callback(), payments["a new word"])],
  ["on hold, and the bank has no payment", "on-hold/missing", () => stood("on-hold", payments.missing)],
  ["on hold, and the payment failed at the checkout", "on-hold/turned-away", () => failedAtCheckout("on-hold")],
  ["on hold, and no payment was begun", "on-hold/no-payment", () => stood("on-hold", undefined, { paymentId: null })],
  ["paid, and put on hold by hand", "on-hold/by-hand", () => told(paid(), { type: "merchant.held", via: "dropdown" })],
  ["on hold, nothing to pay", "on-hold/free", () => stood("on-hold", undefined, { total: 0, lines: [] })],
  [
    "on hold, paid another way",
    "on-hold/elsewhere",
    () => stood("on-hold", undefined, { gateway: null, paymentId: null }),
  ],
  ["paid", "processing/reserved", () => ({ life: paid() })],
  ["paid, and refunding was refused", "processing/reserved", () => told(paid(), refund)],
  [
    "paid, a later callback is held",
    "processing/reserved",
    () => {
      const life = paid();
      life.tell({ type: "order.updated", by: "shop", change: "status" });
      life.tell(callback({ content: "later" }));
      return { life };
    },
  ],
  ["partly captured at the bank", "processing/partly-captured", () => stood("processing", payments["partly captured"])],
  ["captured at the bank", "processing/captured", () => stood("processing", payments.captured)],
  ["partly refunded at the bank", "processing/partly-refunded", () => stood("processing", payments["partly refunded"])],
  ["processing, not read yet", "processing/unread", () => stood("processing")],
  ["processing, and the bank has no payment", "processing/missing", () => stood("processing", payments.missing)],
  [
    "processing, and no payment was begun",
    "processing/no-payment",
    () => stood("processing", undefined, { paymentId: null }),
  ],
  ["processing, nothing to pay", "processing/free", () => stood("processing", undefined, { total: 0, lines: [] })],
  [
    "processing, paid another way",
    "processing/elsewhere",
    () => stood("processing", undefined, { gateway: null, paymentId: null }),
  ],
  ["processing, a word that nobody knows", "processing/other", () => stood("processing", payments["a new word"])],
  ["credit denied", "failed/denied", () => came(callback(), rejected("CREDIT_DENIED"))],
  ["not enough funds", "failed/funds", () => came(callback(), rejected("INSUFFICIENT_FUNDS"))],
  ["a technical error at the bank", "failed/technical", () => came(callback(), rejected("TECHNICAL_ERROR"))],
  ["rejected as fraud", "failed/fraud", () => came(callback(), rejected("PAYMENT_FROZEN"))],
  ["rejected without a reason", "failed/rejected", () => came(callback(), rejected(null))],
  [
    "set to failed by hand",
    "failed/by-hand",
    () => told(new Life(), { type: "merchant.failed", via: "dropdown" }, payments["at the bank"]),
  ],
  ["set to failed in the shop, and frozen", "failed/frozen", () => stood("failed", payments.frozen)],
  ["set to failed in the shop, and in inspection", "failed/inspection", () => stood("failed", payments.inspection)],
  ["placed as failed", "failed/other", () => stood("failed")],
  [
    "failed, another payment method",
    "failed/elsewhere",
    () => stood("failed", undefined, { gateway: null, paymentId: null }),
  ],
  ["cancelled in the shop, and frozen", "cancelled/frozen", () => stood("cancelled", payments.frozen)],
  ["cancelled in the shop, and in inspection", "cancelled/inspection", () => stood("cancelled", payments.inspection)],
  [
    "credit denied, the customer came back",
    "cancelled/denied",
    () => came(back("fail"), rejected("CREDIT_DENIED", false)),
  ],
  [
    "not enough funds, the customer came back",
    "cancelled/funds",
    () => came(back("fail"), rejected("INSUFFICIENT_FUNDS", false)),
  ],
  [
    "a technical error, the customer came back",
    "cancelled/technical",
    () => came(back("fail"), rejected("TECHNICAL_ERROR", false)),
  ],
  [
    "stopped as fraud, the customer came back",
    "cancelled/fraud",
    () => came(back("fail"), rejected("PAYMENT_FROZEN", false)),
  ],
  ["rejected, the customer came back", "cancelled/rejected", () => came(back("fail"), rejected(null, null))],
  [
    "the customer cancelled at the bank",
    "cancelled/aborted",
    () => came(back("fail"), rejected("ABORTED_BY_CUSTOMER", false)),
  ],
  ["cancelled in the bank's portal", "cancelled/annulled", () => came(callback(), rejected("CANCELED", false))],
  ["the bank ended it", "cancelled/unfinished", () => came(callback(), rejected(null, false))],
  ["the bank's own time ran out", "cancelled/expired", () => came(callback(), rejected("TIMEOUT", false))],
  [
    "the link ran out",
    "cancelled/expired",
    () => {
      const life = new Life();
      life.wait(110 * MINUTE, payments.missing);
      return { life };
    },
  ],
  ["the customer left", "cancelled/left", () => came(back("fail"), payments["at the bank"])],
  ["cancelled by hand, nothing paid", "cancelled/by-hand", () => told(new Life(), cancel, payments.missing)],
  ["cancelled by hand, reservation released", "cancelled/released", () => answered(paid(), cancel, payments.cancelled)],
  ["cancelled, refunded at the bank", "cancelled/refunded", () => stood("cancelled", payments.refunded)],
  [
    "cancelled, another payment method",
    "cancelled/elsewhere",
    () => stood("cancelled", undefined, { gateway: null, paymentId: null }),
  ],
  ["placed as cancelled", "cancelled/other", () => stood("cancelled")],
  ["completed", "completed/captured", captured],
  ["completed, a part captured", "completed/partly-captured", () => stood("completed", payments["partly captured"])],
  [
    "completed, a part refunded",
    "completed/partly-refunded",
    () => answered(captured().life, partRefund(40_000), payments["partly refunded"], payments.captured),
  ],
  [
    "completed, a refund accepted and not paid out",
    "completed/refund-pending",
    () =>
      answered(
        captured().life,
        partRefund(40_000),
        reading({ authorized: 0, captured: 100_000, refunded: 40_000, pendingRefund: 40_000, offers: ["REFUND"] }),
        payments.captured,
      ),
  ],
  ["completed, nothing to pay", "completed/free", () => stood("completed", undefined, { total: 0, lines: [] })],
  ["completed, not read yet", "completed/unread", () => stood("completed")],
  [
    "completed, paid another way",
    "completed/elsewhere",
    () => stood("completed", undefined, { gateway: null, paymentId: null }),
  ],
  ["completed, and the bank has no payment", "completed/other", () => stood("completed", payments.missing)],
  ["refunded", "refunded/refunded", () => answered(captured().life, refund, payments.refunded, payments.captured)],
  [
    "refunded, accepted and not paid out",
    "refunded/refund-pending",
    () =>
      stood(
        "refunded",
        reading({ authorized: 0, captured: 100_000, refunded: 100_000, pendingRefund: 100_000, offers: [] }),
      ),
  ],
  ["refunded before it was captured", "refunded/released", () => stood("refunded", payments.cancelled)],
  [
    "refunded, another payment method",
    "refunded/elsewhere",
    () => stood("refunded", undefined, { gateway: null, paymentId: null }),
  ],
  ["placed as refunded", "refunded/other", () => stood("refunded")],
];
