/** "MAPI Checkout Flow"; the same text stands in the document of the plugin, too. */
import { BRANCHES, CELLS, type Document, differs, done, PAGES } from "./row.js";

export const checkoutFlow: Document = {
  code: "000",
  name: "Checkout Flow",
  title: "MAPI Checkout Flow",
  url: "https://developers.resurs.com/platform-plugins/woocommerce/resurs-merchant-api-2-0-for-woocommerce/mapi-checkout-flow/",
  file: "000-mapi-checkout-flow.md",
  sections: [
    {
      title: "Purchasing with the new Merchant API",
      rows: [
        done(
          "will (as before) be created first",
          "The shop creates the order, pending. The engine learns of it from the shop's webhook or at the checkout.",
          ["woo/woocommerce.test.ts", "an order that is paid our way is placed when the shop first tells of it"],
          {
            rules: ["order/placed"],
            also: [
              [
                "http/http-flows.test.ts",
                "brings the order along, and the bank is asked for the method that was chosen",
              ],
            ],
          },
        ),
        done(
          "WooCommerce starts handling the order, setting the first Pending status.",
          "WooCommerce does. The plugin's payment method takes over from there: it hands the order over, pending, and sends the customer to the bank.",
          ["woo/plugin.test.ts", "hands the order over as it is, pending, and sends the customer to the bank"],
          { pages: ["woocommerce.md"] },
        ),
        done(
          "plugin takes over to create the payment. During this process, signing the payment also occurs.",
          "The checkout hands the order over, and the payment is created for it. The customer is sent to the bank's page to sign; if the bank accepts at once, with nothing to sign, to the success page.",
          ["http/http-flows.test.ts", "brings the order along, and the bank is asked for the method that was chosen"],
          {
            rules: ["checkout/payment-created"],
            also: [
              ["http/http-flows.test.ts", "success leads to the bank, and the order keeps its status"],
              ["gateways/resurs.test.ts", "%s at once, with the bank's page at %j, leads to %s"],
            ],
          },
        ),
        done(
          "the order can be either accepted (*processing*)",
          "An accepted payment that holds money makes a pending order processing, if it has goods to send.",
          [...CELLS, '["P", "H    H    H    H    R'],
        ),
        done(
          "rejected (*failed*)",
          "A rejected payment makes a pending order failed if the customer had completed the task at the bank, and cancelled if not. If the bank cannot be asked about the task, it is failed, or cancelled with one setting; with another it is cancelled at every rejection. If the customer comes back by the fail page first, it is cancelled.",
          [...CELLS, '["P", "H    H    H    H    R    F    X'],
          {
            options: ["settings.choices.taskStatusUnavailable", "settings.choices.rejected"],
            also: [[...PAGES, '["fail", "rejected, task done", "cancelled"]']],
          },
        ),
        done("paused (*on-hold*)", "A payment that is frozen or in inspection puts a pending order on hold.", [
          ...CELLS,
          '["P", "H    H    H    H',
        ]),
        done(
          "Resurs will redirect customers back, either to the final order received-page",
          "The bank sends the customer to the engine, which reads the payment and sends him on to the page that the shop names. The plugin shows the thank-you page to a customer who has paid, or whose payment the bank still reviews; one whose order failed or was cancelled lands at the checkout.",
          ["http/http-flows.test.ts", "is sent where the shop says, which is told that he paid"],
          {
            pages: ["woocommerce.md#at-the-checkout"],
            also: [
              ["http/http-flows.test.ts", "and why not, in the bank's word"],
              ["woo/plugin.test.ts", "is sent to the thank-you page with the order's key"],
              ["woo/plugin.test.ts", "or to the checkout, with the bank's reason; unless the order is paid after all"],
            ],
          },
        ),
        differs(
          "customers redirected to a fail-page will render the order to be *canceled*",
          "A pending, failed or on-hold order is cancelled where the bank rejected the payment, still waits for the customer or knows no payment. Where the bank holds the money, the order is paid, and only one that a person put on hold after it was paid stays so. In any other case, as with a frozen payment, it goes or stays on hold: a page of the browser proves less than the bank. A processing order is cancelled where the bank rejected the payment, and otherwise follows it as at a callback. At a rejection, one setting keeps an order on hold whose customer did not complete the task, and another keeps a processing order. A closed order stays what it is. All this goes for the address that the bank was given; another one only has the payment read, and what the bank says counts.",
          {
            rules: ["fail-page/cancelled"],
            options: ["settings.choices.onHoldThenAborted", "settings.choices.processingThenRejected"],
            test: [...PAGES, '["fail", "accepted", "processing"]'],
            also: [
              ["core/watched.test.ts", "cancels it, and never a paid one or one that the bank looks at"],
              [
                "core/watched.test.ts",
                "cancels it once, however often it is opened, where the bank rejected the payment: %s",
              ],
              ["core/watched.test.ts", "leaves it on hold where the shop chose that for a customer who gave up"],
              ["core/watched.test.ts", "leaves a processing order where the shop chose that: %s"],
              ["core/watched.test.ts", "leaves an order that a person holds as it is"],
              ["doors/returns.test.ts", "/%s moves no order whose customer is at the bank, in any status that is open"],
            ],
          },
        ),
        done(
          "in case that the customer fails to return to the thank you page",
          "A callback waits until a minute after the order's last change, and no longer than ten minutes. Then the payment is read, and the order follows it. The minute is a setting; if it is set to more than ten minutes, that is the longest wait.",
          [
            "core/decide.test.ts",
            "a callback waits until a minute after the last write, then the payment is read once for all who wait",
          ],
          {
            rules: ["cooldown/over"],
            options: ["settings.cooldownSeconds", "settings.choices.cooldownFrom"],
            also: [["core/held-long.test.ts", "the payment is read ten minutes after the callback came"]],
          },
        ),
      ],
    },
    {
      title: "How callbacks works",
      rows: [
        done(
          "a few callbacks are executed synchronously from Resurs",
          "Each payment of the Merchant API is created with two addresses for callbacks: about its authorisation, and about changes made later, as in the portal.",
          ["gateways/resurs.test.ts", "the request says what the documents ask for"],
        ),
        done(
          "will make a secure request with Resurs to confirm the order status",
          "The status that a callback claims decides nothing: the payment is read, and the reading decides.",
          ["core/decide.test.ts", "a callback that says %s decides nothing; the payment reads %s and that counts"],
          { rules: ["cooldown/next-reading"] },
        ),
        done(
          "update to either *processing, on-hold* or *failed*",
          "A pending order becomes processing, on hold or failed by the payment's status, and stays pending while the bank knows no payment. If it has nothing to send, an accepted payment is captured and the order completed; it is completed at once where capturing is switched off or nothing is left to capture, and processing where it cannot be captured, as with another amount at the bank. It becomes cancelled if the bank rejected the payment and the customer had not completed the task there (Merchant API 2), or comes back by the fail page first.",
          [...CELLS, '["P", "H    H    H    H    R    F    X'],
          {
            options: ["settings.enableCapture"],
            also: [
              [...PAGES, '["fail", "rejected, task done", "cancelled"]'],
              [...BRANCHES, '"capturing.asked | status-update/accepted-virtual | capturePayment"'],
              ["core/uncaptured.test.ts", "at %s is %s, flagged and not captured"],
              [
                "scenarios/status-resolution.json",
                "A download with automatic capture switched off completes, and the uncaptured money is flagged",
              ],
            ],
          },
        ),
        done(
          "will be pushed further (to *processing*) when ready to handle",
          "A pending order whose payment is frozen goes on hold. When the bank accepts the payment, it becomes processing, if it has goods to send.",
          [
            "scenarios/cooldown-race.json",
            "Back within seconds to a frozen payment, which the bank lets go half an hour later",
          ],
          {
            rules: ["status-update/otherwise", "status-update/accepted"],
            also: [[...CELLS, '["H", "H    H    H    H    R']],
          },
        ),
      ],
    },
  ],
};
