/** The rules about an order's payments: how one is opened, and what becomes of those that do not pay the order. */
import { named, own, r } from "./rule.js";

export const paymentRules = {
  "checkout/payment-created": r(
    "000 Purchasing with the new Merchant API, 2",
    "the plugin creates the payment",
    "The payment was created at the bank.",
  ),
  "checkout/began": r(own, "-", "A payment is being opened at the bank."),
  "checkout/open-payment-read": r(own, "-", "The order's payments are read before another one is opened."),
  "checkout/under-way": r(own, "-", "Only one payment of an order is opened at a time."),
  "checkout/id-in-use": r(
    own,
    "-",
    "An order has one payment of an id, so two banks that both name it after the order take turns.",
  ),
  "checkout/superseded": r(own, "-", "A newer payment attempt had begun when the bank answered."),
  "checkout/tries-again": r(own, "-", "The customer is trying to pay again."),

  "checkout/rejected": r(
    "002 Payment failures",
    "each rejection in the frame is kept with the order",
    "The bank's checkout turned the customer away; the customer may try again.",
  ),
  "checkout/not-created": r(
    "002 Purchasing with simplified and hosted flow, 3",
    "success or failure is logged and handed back; the status stays",
    "The bank created no payment; the customer may try again.",
  ),

  ...named("late", {
    "let-go": r(own, "-", "What was reserved after the order was cancelled unpaid is released."),
    refund: r(own, "-", "What was charged after the order was cancelled unpaid is refunded."),
  }),

  ...named("attempt", {
    open: r(own, "-", "Another payment of the order was read; it holds no money yet."),
    closed: r(own, "-", "Another payment of the order was read; it is closed."),
    "holds-money": r(own, "-", "Another payment of the order was read; it holds money too."),
    "pays-the-order": r(own, "-", "The payment of an earlier attempt holds the money, so it now pays the order."),
    "let-go": r(own, "-", "Two payments of the order hold money, so the one that is not needed is cancelled."),
  }),
};
