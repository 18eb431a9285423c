/**
 * What WooCommerce 11.0.1 does when an order enters a status, as data.
 *
 * An effect hangs on the status that is entered and on its own "already done" flag, hardly ever on where the order
 * came from; only the e-mails do that. Read from the fact sheet (sections 1.2 and 2.5), checked against the rows
 * recorded on a real shop.
 */
import type { OrderStatus } from "../../../../machines/facts.js";

/** WooCommerce also takes these two, without any listener of its own. */
export type WooStatus = OrderStatus | "trash" | "auto-draft";

export const labels: Record<WooStatus, string> = {
  "checkout-draft": "Draft",
  pending: "Pending payment",
  processing: "Processing",
  "on-hold": "On hold",
  failed: "Failed",
  cancelled: "Cancelled",
  completed: "Completed",
  refunded: "Refunded",
  trash: "trash",
  "auto-draft": "auto-draft",
};

export type Consequence =
  | "count sales"
  | "take back sales"
  | "count coupons"
  | "give back coupons"
  | "reduce stock"
  | "restore stock"
  | "release reservation"
  | "refund the rest";

const goodsLeave: Consequence[] = ["count sales", "count coupons", "reduce stock", "release reservation"];

export const onEntering: Record<WooStatus, Consequence[]> = {
  "checkout-draft": [],
  pending: ["count coupons", "restore stock"],
  processing: goodsLeave,
  // Nothing is paid yet, still the goods are put aside.
  "on-hold": goodsLeave,
  // The reservation stays: the customer may try again.
  failed: ["give back coupons", "restore stock"],
  cancelled: ["take back sales", "give back coupons", "restore stock", "release reservation"],
  completed: goodsLeave,
  refunded: ["refund the rest"],
  trash: [],
  "auto-draft": [],
};

/** Sales are taken back only on the way from these; a refunded order keeps its sales (note below table 2.5). */
export const salesAreTakenBackFrom: WooStatus[] = ["on-hold", "processing", "completed"];

/** Leaving the draft writes no transition note, since 10.4. */
export const silentFrom: WooStatus[] = ["checkout-draft"];

/** Where payment_complete() acts; anywhere else it does nothing and still returns true. */
export const validForPaymentComplete: WooStatus[] = ["checkout-draft", "pending", "on-hold", "failed", "cancelled"];

/** The hold-stock job looks at orders that a checkout made, nothing else. */
export const cancelledWhenUnpaid: string[] = ["checkout", "store-api"];

/** E-mails for the status alone: sent from everywhere, and before the transition note. */
export const mailOnEntering: Partial<Record<WooStatus, string>> = {
  completed: "customer_completed_order",
  failed: "customer_failed_order",
};

const fresh: WooStatus[] = ["pending", "failed", "cancelled"];

/** E-mails for a pair, after the note, in this order. `customer_cancelled_order` is off by default. */
export const mailOnPair: { mail: string; from: WooStatus[]; to: WooStatus[] }[] = [
  { mail: "new_order", from: fresh, to: ["processing", "completed", "on-hold"] },
  { mail: "cancelled_order", from: ["pending", "processing", "on-hold"], to: ["cancelled"] },
  { mail: "failed_order", from: ["pending", "on-hold"], to: ["failed"] },
  { mail: "customer_on_hold_order", from: fresh, to: ["on-hold"] },
  { mail: "customer_processing_order", from: [...fresh, "on-hold"], to: ["processing"] },
];

/** The name that the order note about an e-mail carries. */
export const mailTitles: Record<string, string> = {
  new_order: "New order",
  cancelled_order: "Cancelled order",
  failed_order: "Failed order",
  customer_on_hold_order: "Order on-hold",
  customer_processing_order: "Processing order",
  customer_completed_order: "Completed order",
  customer_failed_order: "Failed order",
  customer_refunded_order: "Refunded order",
  customer_partially_refunded_order: "Refunded order",
};

/** WooCommerce's keys for "already done". */
export const flags = {
  stock: "_order_stock_reduced",
  sales: "_recorded_sales",
  coupons: "_recorded_coupon_usage_counts",
  newOrderMail: "_new_order_email_sent",
} as const;

/** The flags of an order that came to this status by the ordinary road. */
export const flagsIn = (status: OrderStatus, manageStock: boolean, notified: boolean | undefined) => {
  const goodsLeft = ["on-hold", "processing", "completed", "refunded"].includes(status);
  return {
    [flags.stock]: goodsLeft && manageStock,
    [flags.sales]: goodsLeft,
    [flags.coupons]: goodsLeft,
    [flags.newOrderMail]: notified ?? goodsLeft,
  };
};
