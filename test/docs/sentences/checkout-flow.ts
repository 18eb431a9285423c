/** "MAPI Checkout Flow"; the same text stands in the document of the plugin, too. */
import { CELLS, type Document, differs, done, PAGES } from "./row.js";

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
          "The shop creates the order, pending; the engine knows it from the checkout or from the first webhook.",
          ["woo/woocommerce.test.ts", "an order that is paid our way is placed when the shop first tells of it"],
          { rules: ["order/placed"] },
        ),
        done(
          "WooCommerce starts handling the order, setting the first Pending status.",
          "WooCommerce does; the plugin's payment methods take over from there.",
          ["woo/plugin.test.ts", "hands the order over as it is, pending, and sends the customer to the bank"],
          { pages: ["woocommerce.md"] },
        ),
        done(
          "plugin takes over to create the payment. During this process, signing the payment also occurs.",
          "The checkout hands the order over and the payment is created for it; the customer is sent to sign.",
          ["http/http-flows.test.ts", "brings the order along, and the bank is asked for the method that was chosen"],
          { rules: ["checkout/payment-created"] },
        ),
        done("the order can be either accepted (*processing*)", "Accepted makes it processing.", [
          ...CELLS,
          '["P", "H    H    H    H    R',
        ]),
        done(
          "rejected (*failed*)",
          "Rejected makes it failed, or cancelled if the customer had not completed their task.",
          [...CELLS, '["P", "H    H    H    H    R    F    X'],
        ),
        done("paused (*on-hold*)", "Frozen or in inspection makes it on hold.", [...CELLS, '["P", "H    H    H    H']),
        done(
          "Resurs will redirect customers back, either to the final order received-page",
          "The bank sends him to the engine, and the engine to the order's own thank-you page or to where he can pay again.",
          ["http/http-flows.test.ts", "is sent where the shop says, which is told that he paid"],
          { pages: ["woocommerce.md#at-the-checkout"] },
        ),
        differs(
          "customers redirected to a fail-page will render the order to be *canceled*",
          "It is cancelled, unless the bank says that it holds the money (processing) or looks at the payment (on hold): a page of the browser proves less than the bank.",
          { rules: ["fail-page/cancelled"], test: [...PAGES, '["fail", "accepted", "processing"]'] },
        ),
        done(
          "in case that the customer fails to return to the thank you page",
          "A callback waits out the customer's minute; then the payment is read, and the order follows it.",
          [
            "core/decide.test.ts",
            "a callback waits until a minute after the last write, then the payment is read once for all who wait",
          ],
          { rules: ["cooldown/over"] },
        ),
      ],
    },
    {
      title: "How callbacks works",
      rows: [
        done(
          "a few callbacks are executed synchronously from Resurs",
          "Each payment is created with the addresses for its callbacks: of the authorisation and of changes made in the portal.",
          ["gateways/resurs.test.ts", "the request says what the documents ask for"],
        ),
        done(
          "will make a secure request with Resurs to confirm the order status",
          "What a callback claims decides nothing; the payment is read.",
          ["core/decide.test.ts", "a callback that says %s decides nothing; the payment reads %s and that counts"],
          { rules: ["cooldown/next-reading"] },
        ),
        done(
          "update to either *processing, on-hold* or *failed*",
          "Yes. Also to cancelled, when the bank rejected the payment and the customer's task was not completed (Merchant API 2).",
          [...CELLS, '["P", "H    H    H    H    R    F    X'],
        ),
        done(
          "will be pushed further (to *processing*) when ready to handle",
          "A frozen order is on hold until the bank releases it, and processing then.",
          [
            "scenarios/cooldown-race.json",
            "Back within seconds to a frozen payment, which the bank lets go half an hour later",
          ],
          { rules: ["status-update/otherwise", "status-update/accepted"] },
        ),
      ],
    },
  ],
};
