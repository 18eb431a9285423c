/** "Nets Easy - Checkout Flow Logic". */
import { type Document, differs, done } from "./row.js";

export const nets: Document = {
  code: "004",
  name: "Nets Easy",
  title: "Nets Easy - Checkout Flow Logic",
  url: "https://docs.krokedil.com/nets-easy-for-woocommerce/get-started/checkout-flow-logic/",
  file: "004-nets-easy-flow.txt",
  sections: [
    {
      title: "Nets Easy - Checkout Flow Logic",
      rows: [
        done(
          "it does not implicate that something is wrong",
          "An order that was never paid stays pending, and nothing is flagged. When its session at Nets is over, a reconciliation or the shop's job for unpaid orders cancels it.",
          ["scenarios/nets.json", "Redirected and never seen again: two hours later still pending, and no error"],
        ),
      ],
    },
    {
      title: "Two different flows",
      rows: [
        done(
          "These two flows can be changed in the plugin settings.",
          "With the checkout key in the configuration, Nets's checkout is shown in a page of the engine, for an order that the shop has made already; without it, customers go to Nets's own page. Inside the shop's own checkout page, before there is an order, it is for a program (`openCheckout`, `onPayInitialized`).",
          [
            "cli/frames-config.test.ts",
            "with Nets's checkout key: the page has the key, the payment and Nets's script",
          ],
          { options: ["gateways.nets-easy.checkoutKey"], pages: ["rules.md#nets-easy-embedded-and-redirect"] },
        ),
      ],
    },
    {
      title: "Embedded checkout flow",
      rows: [
        done("an initialize session request is sent to Nets", "`openCheckout` opens the payment and gives its id.", [
          "gateways/nets.test.ts",
          "opens a session for the shop's own page, and sends nobody anywhere",
        ]),
        done("an update checkout request is sent to Nets", "`updateCheckout` tells what the cart comes to now.", [
          "gateways/nets.test.ts",
          "the customer is known and the cart calculated anew: he pays what it comes to now",
        ]),
        done(
          "a pending order is created in WooCommerce",
          "Pay asks for the shop's order, which is placed, pending, over the session's payment.",
          ["gateways/nets.test.ts", "true with the order that the shop made"],
        ),
        differs(
          "you should not change the status to Processing/Completed manually",
          "Completed is refused while nothing is reserved. Processing is allowed, as WooCommerce lets a merchant, and flagged until the order is paid.",
          {
            rules: ["merchant/processing"],
            test: [
              "core/decide.test.ts",
              "%s, the payment %s: a person is shown %j",
              '["processing", "at the bank", ["discrepancy:processing-but-unpaid"]]',
            ],
          },
        ),
        done(
          "responds with a true message in the JavaScript event",
          "True where the order is there; false, with a word for the customer, where it could not be made or is paid already.",
          ["scenarios/nets.json", "The shop cannot create the order: Nets is told no, and there is no order"],
        ),
        done(
          "a pay-initialized JavaScript event is triggered by Nets",
          "However often it comes, there is one order for one payment.",
          ["doors/admission.test.ts", "%s, pressed again", '["/nets/pay-initialized", "nets-easy"]'],
        ),
        done(
          "redirects the customer to the confirmation URL",
          "The return reads the payment, and leads to the thank-you page.",
          ["http/http-flows.test.ts", "is sent where the shop says, which is told that he paid"],
        ),
        differs(
          "WooCommerce then decides if the order status should be set to Processing or Completed",
          "By the kind of goods, as there; but an order with nothing to send is charged first, and completed when that is confirmed: completed here means that the money was taken. If the charge is refused, the order is processing, and flagged.",
          {
            rules: ["status-update/accepted-virtual"],
            options: ["settings.enableCapture"],
            test: [
              "core/branches.test.ts",
              "%s of %j: %s",
              '"capturing.asked | status-update/accepted-virtual | capturePayment"',
            ],
          },
        ),
      ],
    },
    {
      title: "Redirect checkout flow",
      rows: [
        done(
          "Customer is redirected to Nets Easy payment window.",
          "The checkout answers with the window's address; the customer's return pays the order.",
          ["gateways/nets.test.ts", "sends the customer to Nets, who reports back to the webhook"],
          { rules: ["checkout/payment-created"] },
        ),
      ],
    },
  ],
};
