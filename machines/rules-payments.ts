/** The rules about an order's payments: how one is opened, and what becomes of those that do not pay the order. */
import { named, own, r } from "./rule.js";

export const paymentRules = {
  "checkout/payment-created": r(
    "003 Purchasing, 2",
    "the plugin creates the payment",
    "the payment was created at the bank",
  ),
  "checkout/began": r(own, "-", "a payment is being opened at the bank"),
  "checkout/open-payment-read": r(own, "-", "the payments of the order are read before another one is opened"),
  "checkout/under-way": r(own, "-", "one payment of an order is opened at a time"),
  "checkout/superseded": r(own, "-", "a newer try to pay had begun when the bank answered"),
  "checkout/tries-again": r(own, "-", "the customer tries the payment again"),

  "checkout/rejected": r(
    "002 Payment failures",
    "each rejection in the frame is kept with the order",
    "the bank's frame turned the customer away, who may try again",
  ),
  "checkout/not-created": r(
    "002 Simplified and Hosted, 3",
    "success or failure is logged and handed back; the status stays",
    "the bank took no payment, and the customer may try again",
  ),

  ...named("attempt", {
    open: r(own, "-", "another payment of the order was read, and it holds no money yet"),
    closed: r(own, "-", "another payment of the order was read, and it is over"),
    "holds-money": r(own, "-", "another payment of the order was read, and it holds money too"),
    "pays-the-order": r(
      own,
      "-",
      "the payment of an earlier attempt holds the money, so it is the one that pays the order",
    ),
    "let-go": r(own, "-", "two payments of the order hold money, so the one that is not needed is cancelled"),
  }),
};
