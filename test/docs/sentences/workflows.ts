/** "Checkout workflows and metadata store described": the older flows, purchase by purchase. */
import { BRANCHES, type Document, differs, done, outside, PAGES } from "./row.js";
import { metadata } from "./workflows-metadata.js";

const container = "the landing page gets the container, and the order keeps it (002)";

export const workflows: Document = {
  code: "002",
  name: "Workflows",
  title: "Checkout workflows and metadata store described",
  url: "https://tornevall.atlassian.net/wiki/spaces/TORNEVALL/pages/329078/Checkout+workflows+and+metadata+store+described",
  file: "002-workflows-and-metadata.txt",
  sections: [
    {
      title: "A word about order statuses",
      rows: [
        differs(
          "never updates any order statuses during the order creation",
          "Opening a payment moves no order but one: a failed order is pending again as soon as its customer opens another payment. It would read failed while he pays, and have no end of its time to pay. Pressing Pay again reads the payment before: where that one was accepted or frozen without a word, no other is opened, and the order is processing or on hold.",
          {
            rules: ["checkout/tries-again"],
            test: ["http/http-flows.test.ts", "success leads to the bank, and the order keeps its status"],
          },
        ),
      ],
    },
    {
      title: "Purchasing with simplified and hosted flow",
      rows: [
        outside("the order won't simply proceed", "WooCommerce checks its stock before it asks anybody to take money."),
        done(
          "processing the payment is split up in three parts",
          "The checkout prepares, creates and answers: `success` with an address, or `failure`.",
          ["http/http-flows.test.ts", "success leads to the bank, and the order keeps its status"],
          { rules: ["checkout/began", "checkout/payment-created"] },
        ),
        done(
          "Log, handle and return what happened in step 2",
          "A payment that was not created is written to the log with its order, noted on the order and answered as `failure`.",
          ["engine/failures-logged.test.ts", "a payment that the bank does not create"],
          { rules: ["checkout/not-created"] },
        ),
        differs(
          "Success or fail will be handled here.",
          "In the hosted flow the bank decides on its own page, after the answer: the checkout says `success` with that page, and a denial shows when the customer is back.",
          {
            test: [
              "gateways/resurs-legacy.test.ts",
              "the customer is sent to the bank's page, and comes back with a payment",
            ],
          },
        ),
        done(
          'returns a "successUrl" back to the store',
          "Booked, finalised and frozen are answered with the thank-you page.",
          ["gateways/resurs-legacy.test.ts", "%s: to the shop's own page", '[["BOOKED"], ["FINALIZED"], ["FROZEN"]]'],
        ),
        done(
          "WooCommerce is the URL for signing",
          "Where signing is needed, the answer is `success` with the page to sign on.",
          ["gateways/resurs-legacy.test.ts", "SIGNING: to where the customer signs, and no payment yet"],
        ),
        done(
          "another step takes place to complete the missing parts of the order (bookSignedPayment)",
          "The landing page books what was signed, once however often it is opened, and leads to the thank-you page.",
          ["scenarios/legacy-flow.json", "The landing page opened three times in one second: one booking, one mail"],
          { rules: ["book/signed"] },
        ),
        done(
          "the redirecturl will instead point back to a cancellation page",
          "Signing that was cancelled or refused leads back to the cart with the error.",
          [
            "scenarios/legacy-flow.json",
            "Signed, and the bank denies it on booking: back to the cart with an error, the order failed",
          ],
          { rules: ["book/refused", "fail-page/cancelled"] },
        ),
        done(
          "statuses are beginning to be handled here, while still waiting for callbacks",
          "The landing page and a callback in the same second: one booking, one change, one mail.",
          [
            "scenarios/legacy-flow.json",
            "The landing page and the bank's callback at the same second: booked once, one mail",
          ],
        ),
        done(
          "is stored as metadata in the current order",
          "`checkoutType`, `apiDataId`, `orderSigningPayload`, `resursReference` are kept with the order.",
          ["gateways/resurs-legacy.test.ts", container],
        ),
        done(
          "success/fail-data is stored as a base64-encoded jsonstring",
          "The addresses of the way back carry the container in base64 JSON.",
          ["gateways/resurs-legacy.test.ts", "there and back, in either alphabet, padded or not"],
        ),
      ],
    },
    {
      title: "Resurs Checkout",
      rows: [
        outside(
          "will work very much as the intended customer forms",
          "The bank's frame and the shop's scripts around it live in the browser; the engine answers what they ask.",
        ),
      ],
    },
    {
      title: "Purchasing with Resurs Checkout",
      rows: [
        differs(
          "From that point we call, by ajax, resursbank_checkout_create_order",
          "The page calls `POST /resurs-checkout/create-order` of a program that gives `onCheckoutSubmitted`: how a shop makes an order out of a cart is its own. With `order-status serve` the shop has made the order before its customer sees the frame, in a page of the engine, so nothing is to be asked for.",
          {
            pages: ["configuration.md"],
            test: ["http/http-flows.test.ts", "asks for the shop's order: one, however often the customer presses"],
          },
        ),
        done(
          "marking the session with order_awaiting_payment",
          "One order per payment: whoever presses again, or five times in one moment, gets the order that is there.",
          ["doors/admission.test.ts", "%s, pressed again", '["/resurs-checkout/create-order", "resurs-rco"]'],
        ),
        differs(
          "stores customer data in session",
          "The customer is handed on to the shop (`onCheckoutSubmitted`) and kept nowhere: the shop has him, and the engine needs nobody's address.",
        ),
        differs(
          "we are discovering whether RCOv1 or RCOv2 is used",
          "Both versions call the same endpoint, so the engine need not know which one is in use. The page that `serve` shows uses v1.",
        ),
        done(
          "contains an extra layer for the frontend scripts to handle if something goes wrong",
          "A shop that makes no order, or fails at it, is answered to the page as `failure` with a word.",
          ["http/http-flows.test.ts", "a shop that makes no order says so, example %#"],
        ),
        done(
          "most of the data- and metas is now filling in the missing gap of information",
          "process_payment only fills in what is missing and answers `success` with the way back; nothing is sent to the bank.",
          ["gateways/resurs-legacy.test.ts", "process_payment fills in what is missing, and sends nothing"],
        ),
        done(
          'Resurs Bank returns the customer either to the "Thank you"-success page',
          "The bank sends the customer on by itself, to the addresses that it was told.",
          ["gateways/resurs-legacy.test.ts", "opened first, the order after it, the payment last"],
        ),
      ],
    },
    {
      title: "Payments successful - best practices",
      rows: [
        done(
          "actually resynchronize them after a successful payment, by using Resurs Bank getPayment",
          "The payment is read even if the customer lands on the success page; only the reading counts.",
          [...PAGES, '["success", "at the bank", "on-hold"]'],
        ),
      ],
    },
    {
      title: "Payment failures",
      rows: [
        done(
          "we have a created order in WooCommerce, but no created payment at Resurs Bank",
          "The order waits, pending, and its payment reads as missing.",
          [...BRANCHES, '"pending | status-update/no-such-payment (payment-missing)"'],
          { rules: ["status-update/no-such-payment"] },
        ),
        done(
          "errors generating code 8, 3, or 404",
          "Each of the three is read as a payment that is not there, and is no error.",
          ["gateways/resurs-legacy.test.ts", "%s: there is no such payment (002)", '["not-exist:8"]'],
        ),
        done(
          "be replaced by a closer explanation why Resurs has no purchase registered",
          "`why`, the order's page, the panel in WooCommerce and `GET /orders/<id>/payment` say from the first rejection on that the customer failed at least once at the checkout.",
          [
            "scenarios/legacy-flow.json",
            "Turned away in the frame and gone: the order view says why there is no payment",
          ],
          { pages: ["situations.md"] },
        ),
        done(
          "The purchase has at least been rejected once",
          "`rco_rejected_once` is written to the order; the order stays what it is.",
          ["http/http-flows.test.ts", "a rejection is kept with the order and changes nothing else"],
          { rules: ["checkout/rejected"] },
        ),
        done(
          "which kind of state, with datestamps",
          "`rco_rejected` is a list of the last twenty, each with its kind and an ISO date; what the older plugin wrote as text is read, too. The same words in the same ten seconds are one rejection; a page that tells of many adds five at once, then one in ten minutes.",
          [
            "http/http-flows.test.ts",
            "each rejection is kept with its date, also in the same words; the message is that of the last",
          ],
          { rules: ["checkout/rejected"] },
        ),
        done(
          "This is the message that has been shown on the customer view",
          "`rco_reject_message` keeps the latest one.",
          [
            "http/http-flows.test.ts",
            "each rejection is kept with its date, also in the same words; the message is that of the last",
          ],
        ),
      ],
    },
    ...metadata(container),
  ],
};
