/** "Nets Easy - Checkout Flow Logic". */
import { BRANCHES, type Document, differs, done, PAGES } from "./row.js";

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
          "If the customer stays away, the order stays pending, and nothing is flagged, until the shop's job for unpaid orders ends it, by the minutes of Hold stock in the settings, or its session at Nets is over: the engine looks at the payment 20 minutes, 2 hours and 24 hours after it was opened, and cancels the order when it finds the session over.",
          ["scenarios/nets.json", "Redirected and never seen again: two hours later still pending, and no error"],
          {
            options: ["settings.stockManagement", "settings.holdStockMinutes"],
            also: [
              [
                "scenarios/nets.json",
                "Checked out and never seen again: pending while the session lasts, cancelled once a look finds it over",
              ],
              [
                ...BRANCHES,
                '["payment.read", { pays: "at the bank", gateway: nets }, "pending | status-update/still-at-the-bank"]',
              ],
            ],
          },
        ),
      ],
    },
    {
      title: "Two different flows",
      rows: [
        done(
          "These two flows can be changed in the plugin settings.",
          "With the checkout key in the configuration, `serve` shows Nets's checkout in a page of the engine, for an order that the shop has made already. Without it, customers go to Nets's own page.",
          [
            "cli/frames-config.test.ts",
            "with Nets's checkout key: the page has the key, the payment and Nets's script",
          ],
          {
            options: ["gateways.nets-easy.checkoutKey"],
            pages: ["rules.md#nets-easy-embedded-and-redirect"],
            also: [["cli/frames-config.test.ts", "without a checkout key: customers go to Nets's own page"]],
          },
        ),
      ],
    },
    {
      title: "Embedded checkout flow",
      rows: [
        done(
          "an initialize session request is sent to Nets",
          "`openCheckout` opens the payment at Nets for a checkout in the shop's own page, and gives its id.",
          ["gateways/nets.test.ts", "opens a session for the shop's own page, and sends nobody anywhere"],
        ),
        done("an update checkout request is sent to Nets", "`updateCheckout` tells Nets what the cart comes to now.", [
          "gateways/nets.test.ts",
          "the customer is known and the cart calculated anew: he pays what it comes to now",
        ]),
        done(
          "a pending order is created in WooCommerce",
          "When the customer presses Pay, the program is asked for the shop's order (`onPayInitialized`); with `serve` the shop has made it before. It is pending before the customer has paid.",
          ["gateways/nets.test.ts", "true with the order that the shop made"],
          {
            also: [
              ["scenarios/nets.json", "The whole embedded way: order on Pay, paid on the confirmation"],
              [
                "cli/frames-config.test.ts",
                "with Nets's checkout key: the page has the key, the payment and Nets's script",
              ],
            ],
          },
        ),
        differs(
          "you should not change the status to Processing/Completed manually",
          "Completed is refused while nothing is reserved or charged, unless capturing is switched off or the order costs nothing. Processing is allowed for a pending, on-hold or failed order, as WooCommerce lets a merchant. Unless the order costs nothing, either is flagged while the customer has a payment open at Nets that he has not paid.",
          {
            rules: ["merchant/processing"],
            test: [
              "core/decide.test.ts",
              "%s, the payment %s: a person is shown %j",
              '["processing", "at the bank", ["discrepancy:processing-but-unpaid"]]',
            ],
            options: ["settings.enableCapture"],
            also: [
              [
                "core/decide.test.ts",
                "processing may be set by hand before anything is paid, and a person is shown that",
              ],
              [
                "core/decide.test.ts",
                "completed by hand while nothing is reserved, with capturing %s: %j, and the order is %s",
              ],
              ["core/decide.test.ts", "%s of an order that costs nothing shows nobody that its payment is open"],
              [...BRANCHES, '["merchant.completed", { pays: "missing", order: { total: 0} }, "completed |'],
              [...BRANCHES, '["merchant.completed", { pays: "captured" }, "completed | capture/already-captured'],
            ],
          },
        ),
        done(
          "responds with a true message in the JavaScript event",
          "`reply` is true if the engine has a pending order for the payment; it is false, with an error, if the order could not be made, is not placed with this payment, or is no longer pending.",
          ["scenarios/nets.json", "The shop cannot create the order: Nets is told no, and there is no order"],
          {
            also: [
              ["gateways/nets.test.ts", "true with the order that the shop made"],
              ["gateways/nets.test.ts", "false when %s"],
              ["gateways/nets.test.ts", "false for an order that is paid or given up: no money is taken twice"],
              ["doors/admission.test.ts", "no where the program names %s", '"one that is paid by another payment"'],
            ],
          },
        ),
        done(
          "a pay-initialized JavaScript event is triggered by Nets",
          "The page tells the engine (`POST /nets/pay-initialized`). If it comes again, no second order is made for the payment.",
          ["doors/admission.test.ts", "%s, pressed again", '["/nets/pay-initialized", "nets-easy"]'],
          {
            also: [
              [
                "doors/admission.test.ts",
                "%s, pressed five times in one moment",
                '["/nets/pay-initialized", "nets-easy"]',
              ],
            ],
          },
        ),
        done(
          "redirects the customer to the confirmation URL",
          "A return by the success page has the payment read, and leads to the page that the shop names, or to its page for a payment that failed if the order is cancelled or failed by then. An address without a proof always leads to the first: it tells nobody how the order stands.",
          ["http/http-flows.test.ts", "is sent where the shop says, which is told that he paid"],
          {
            also: [
              ["http/http.test.ts", "a customer who comes back to %s with a payment that reads %s is sent on to %s"],
              ["http/http-flows.test.ts", "an address that proves nothing is told apart"],
            ],
          },
        ),
        differs(
          "WooCommerce then decides if the order status should be set to Processing or Completed",
          "By the kind of goods, as there; but an order with nothing to send is charged first, unless it is charged already, and completed when that is confirmed: completed here means that the money was taken. If the charge is refused, or never confirmed, the order is processing, and flagged. With capturing switched off it is completed at once. If Nets has another amount than the order costs, by more than its rounding, the order goes on hold (its own plugin).",
          {
            rules: ["status-update/accepted-virtual", "status-update/amount-differs"],
            options: ["settings.enableCapture"],
            test: [
              "core/branches.test.ts",
              "%s of %j: %s",
              '"capturing.asked | status-update/accepted-virtual | capturePayment"',
            ],
            also: [
              [...BRANCHES, '"on-hold | status-update/amount-differs | setStatus(amount-differs)"'],
              [
                ...BRANCHES,
                '{ pays: "accepted", order: virtual, settings: { enableCapture: false } }, "completed | status-update/accepted-virtual | completePayment"',
              ],
              [
                "scenarios/nets.json",
                "Sold through Nets, nothing to ship, already charged: completed when the customer returns",
              ],
              ["core/uncaptured.test.ts", "at %s, %s, is paid and flagged", '["nets-easy", "pending"]'],
              ["core/uncaptured.test.ts", "is paid, too, where the bank never confirms"],
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
          "The checkout answers with the window's address. When the customer comes back and has paid what the order costs, the order becomes processing; one with nothing to send is charged, and completed, or completed at once where capturing is switched off.",
          ["gateways/nets.test.ts", "sends the customer to Nets, who reports back to the webhook"],
          {
            rules: ["checkout/payment-created"],
            options: ["settings.enableCapture"],
            also: [
              [
                "scenarios/status-resolution.json",
                "A download with automatic capture switched off completes, and the uncaptured money is flagged",
              ],
              [
                "scenarios/nets.json",
                "The customer is back before the webhook: paid at once, and the webhook changes nothing",
              ],
              [...PAGES, '["success", "accepted", "processing"]'],
              [...BRANCHES, '"capturing.asked | status-update/accepted-virtual | capturePayment"'],
            ],
          },
        ),
      ],
    },
  ],
};
