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
          "Opening a payment changes a status in one case: a failed order is pending again, because it would read failed while its customer pays, and have no end of its time to pay. Pressing Pay again reads the payment before. If that one holds the money, the order is paid by it; if the bank has frozen it, reviews it or has a word for it that is not known here, the order goes on hold; no other payment is opened then. After one that was rejected, cancelled or refunded, another is opened. In the older flows, where a payment has the order's number, the next one has a number of its own.",
          {
            rules: ["checkout/tries-again"],
            test: ["http/http-flows.test.ts", "success leads to the bank, and the order keeps its status"],
            also: [
              [
                "core/branches.test.ts",
                "%s of %j: %s",
                '"pending | checkout/tries-again | setStatus(customer-tries-again)"',
              ],
              ["core/decide.test.ts", "a failed order whose payment the bank has frozen gets no second payment"],
              ["core/decide.test.ts", "%s, the payment %s: its customer may pay again"],
              [
                "engine/engine.test.ts",
                "%s, and its payment was %s and ended in the bank's portal %j: another is opened",
              ],
              ["engine/engine.test.ts", "an order that is paid gets no second payment: its customer is thanked"],
              [
                "engine/pay-again-legacy.test.ts",
                "%s in the portal, the order %s: another is opened, and pays the order",
              ],
            ],
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
          "The checkout prepares the payment, creates it and answers: `success` with an address, or `failure`.",
          ["http/http-flows.test.ts", "success leads to the bank, and the order keeps its status"],
          {
            rules: ["checkout/began", "checkout/payment-created"],
            also: [["http/http-flows.test.ts", "failure is noted on the order, which keeps its status"]],
          },
        ),
        done(
          "Log, handle and return what happened in step 2",
          "A payment that the bank does not create is written to the log with its order, noted on the order and answered as `failure`. A checkout that throws is logged and answered in the same way, and noted if the payment was asked for under an id of the shop's. Where the bank is asked for no payment, as for a cancelled order or while another try is under way, the answer is `failure`, and nothing is logged or noted; if the payment before holds the money, it is `success` with the success address.",
          ["engine/failures-logged.test.ts", "a payment that the bank does not create"],
          {
            rules: ["checkout/not-created"],
            also: [
              ["engine/failures-logged.test.ts", "a checkout that throws, of a payment %s, is answered as a failure"],
              ["engine/lost-booking.test.ts", "a checkout that throws ends its try, and whoever pressed hears why"],
              [
                "engine/engine.test.ts",
                "an order that does not wait for a payment gets none: the bank is not asked to make one",
              ],
              ["engine/engine.test.ts", "an order that is paid gets no second payment: its customer is thanked"],
              ["http/http-flows.test.ts", "failure is noted on the order, which keeps its status"],
            ],
          },
        ),
        differs(
          "Success or fail will be handled here.",
          "In the hosted flow the bank decides on its own page, after the answer: the checkout says `success` with that page, and the order hears of a denial later, as when the customer is back.",
          {
            test: [
              "gateways/resurs-legacy.test.ts",
              "the customer is sent to the bank's page, and comes back with a payment",
            ],
          },
        ),
        done(
          'returns a "successUrl" back to the store',
          "BOOKED, FINALIZED and FROZEN are answered with the success address, which leads to the thank-you page.",
          ["gateways/resurs-legacy.test.ts", "%s: to the shop's own page", '[["BOOKED"], ["FINALIZED"], ["FROZEN"]]'],
          {
            also: [
              [
                "scenarios/legacy-flow.json",
                "Frozen at the booking: success all the same, and on hold only when the customer is back",
              ],
            ],
          },
        ),
        done(
          "WooCommerce is the URL for signing",
          "If the payment has to be signed, the answer is `success` with the page to sign on.",
          ["gateways/resurs-legacy.test.ts", "SIGNING: to where the customer signs, and no payment yet"],
          { also: [["http/http-flows.test.ts", "success leads to the bank, and the order keeps its status"]] },
        ),
        done(
          "another step takes place to complete the missing parts of the order (bookSignedPayment)",
          "In the simplified flow, opening the landing page under the address that the bank was given has the bank book what was signed, once even if the page is opened again, and leads to the thank-you page. If the bank refuses, opening the page again asks it again. It does so for a pending or failed order, and for one that a person put on hold or set to processing meanwhile; for a closed one nothing is booked. In the hosted flow the bank books it by itself, and the order waits until the bank shows the payment.",
          ["scenarios/legacy-flow.json", "The landing page opened three times in one second: one booking, one mail"],
          {
            rules: ["book/signed"],
            also: [
              ["core/signed-meanwhile.test.ts", "is booked at the %s, and pays the order, unflagged"],
              ["core/signed-meanwhile.test.ts", "an order that is %s has nothing booked"],
              ["doors/returns.test.ts", "the signing's landing page books nothing; with its proof it books"],
              [
                "scenarios/legacy-flow.json",
                "Put on hold by a person while its customer signs: booked when he lands, and paid",
              ],
              [
                ...BRANCHES,
                '["customer.signed", { pays: "missing", gateway: simplified }, "booking.asked | book/signed',
              ],
              [
                "scenarios/legacy-flow.json",
                "Hosted: the bank has booked it by the time the customer is back, so nothing is booked again",
              ],
              [
                "scenarios/legacy-flow.json",
                "Hosted: the customer is back on the landing page before the bank shows the payment; the callback settles it",
              ],
            ],
          },
        ),
        done(
          "the redirecturl will instead point back to a cancellation page",
          "Signing that the customer cancelled, or that the bank refuses on booking, leads back to the cart with an error, and with the plugin to the checkout, where the customer reads it. If a person set the order to processing and one setting keeps it so, a refused booking leads to the thank-you page.",
          [
            "scenarios/legacy-flow.json",
            "Signed, and the bank denies it on booking: back to the cart with an error, the order failed",
          ],
          {
            rules: ["book/refused", "fail-page/cancelled"],
            options: ["settings.choices.processingThenRejected"],
            also: [
              ["scenarios/legacy-flow.json", "Hosted: the customer gave up at the bank, and the order is cancelled"],
              ["core/signed-meanwhile.test.ts", "processing, and rejected"],
              ["woo/plugin.test.ts", "or to the checkout, with the bank's reason; unless the order is paid after all"],
            ],
          },
        ),
        done(
          "statuses are beginning to be handled here, while still waiting for callbacks",
          "The landing page has the payment booked, in the simplified flow, and moves the order. With a callback in the same second there is one booking, one change and one e-mail.",
          [
            "scenarios/legacy-flow.json",
            "The landing page and the bank's callback at the same second: booked once, one mail",
          ],
          {
            also: [
              [
                "scenarios/legacy-flow.json",
                "The landing page opened three times in one second: one booking, one mail",
              ],
            ],
          },
        ),
        done(
          "is stored as metadata in the current order",
          "`checkoutType`, `apiDataId`, `orderSigningPayload` and `resursReference` are written to the order once the payment is opened; in the simplified flow also where the bank refused it or its answer was lost.",
          ["gateways/resurs-legacy.test.ts", container],
          {
            also: [
              ["engine/lost-booking.test.ts", "what the bank answered: the order has the keys of setOrderCheckoutMeta"],
            ],
          },
        ),
        differs(
          "success/fail-data is stored as a base64-encoded jsonstring",
          "In the simplified and the hosted flow the success address carries the container in base64 JSON. The fail address carries none: it names the order and the try by a proof of its own, and nothing would read a container there.",
          {
            test: ["gateways/resurs-legacy.test.ts", container],
            also: [
              [
                "gateways/resurs-legacy.test.ts",
                "the customer is sent to the bank's page, and comes back with a payment",
              ],
              ["gateways/resurs-legacy.test.ts", "there and back, in either alphabet, padded or not"],
            ],
          },
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
          "One order per payment, even if the customer presses again, or five times in one moment.",
          ["doors/admission.test.ts", "%s, pressed again", '["/resurs-checkout/create-order", "resurs-rco"]'],
          {
            also: [
              [
                "doors/admission.test.ts",
                "%s, pressed five times in one moment",
                '["/resurs-checkout/create-order", "resurs-rco"]',
              ],
            ],
          },
        ),
        differs(
          "stores customer data in session",
          "The customer's data is handed on to the shop (`onCheckoutSubmitted`), and the engine stores none of it: the shop has it already.",
        ),
        differs(
          "we are discovering whether RCOv1 or RCOv2 is used",
          "Both versions call the same endpoint, so the engine need not know which one is in use. The page that `serve` shows uses v1.",
        ),
        done(
          "contains an extra layer for the frontend scripts to handle if something goes wrong",
          "If the shop makes no order, fails at it, or names one that is not placed with this payment, the page is answered `failure` with an error (`no-order`).",
          ["http/http-flows.test.ts", "a shop that makes no order says so, example %#"],
          {
            also: [
              ["doors/admission.test.ts", "no where the program names %s", '"one that waits for another payment"'],
            ],
          },
        ),
        done(
          "most of the data- and metas is now filling in the missing gap of information",
          "For an order that was made in the frame, process_payment fills in the missing metadata, unless the bank holds the money already, and answers with the success address; the bank is only asked what it has of the payment.",
          ["gateways/resurs-legacy.test.ts", "process_payment fills in what is missing, and sends nothing"],
        ),
        done(
          'Resurs Bank returns the customer either to the "Thank you"-success page',
          "The bank's checkout is opened with the addresses for success and for going back, and the bank sends the customer there by itself.",
          ["gateways/resurs-legacy.test.ts", "opened first, the order after it, the payment last"],
        ),
      ],
    },
    {
      title: "Payments successful - best practices",
      rows: [
        done(
          "actually resynchronize them after a successful payment, by using Resurs Bank getPayment",
          "When the customer lands on the success page, the payment is read, and the reading decides.",
          [...PAGES, '["success", "at the bank", "on-hold"]'],
          {
            also: [
              [...PAGES, '["success", "accepted", "processing"]'],
              [
                "scenarios/legacy-flow.json",
                "Resurs Checkout: the customer returns before the bank has booked it; the callback settles it",
              ],
            ],
          },
        ),
      ],
    },
    {
      title: "Payment failures",
      rows: [
        done(
          "we have a created order in WooCommerce, but no created payment at Resurs Bank",
          "With Resurs Checkout, a pending order whose payment the bank does not know stays pending when a callback, the success page or a reconciliation has it read.",
          [...BRANCHES, '"pending | status-update/no-such-payment (payment-missing)"'],
          {
            rules: ["status-update/no-such-payment"],
            also: [
              [
                "scenarios/legacy-flow.json",
                "Turned away in the frame and gone: the order view says why there is no payment",
              ],
            ],
          },
        ),
        done(
          "errors generating code 8, 3, or 404",
          "In the older flows, each of the three in the bank's own fault reads as a payment that does not exist, and not as an error. An HTTP 404 of what stands before the bank does not.",
          ["gateways/resurs-legacy.test.ts", "%s: there is no such payment (002)", '["not-exist:8"]'],
          { also: [["gateways/resurs-legacy.test.ts", "%s", '["http-404", { kind: "unknown" }]']] },
        ),
        done(
          "be replaced by a closer explanation why Resurs has no purchase registered",
          "If the customer was rejected in the frame and the bank has no payment, `GET /orders/<id>/payment` says that the customer failed at least once at the checkout. While the order is pending or on hold, so does `why`, if nothing more urgent is to be told, such as a held callback.",
          [
            "scenarios/legacy-flow.json",
            "Turned away in the frame and gone: the order view says why there is no payment",
          ],
          {
            pages: ["situations.md"],
            also: [
              [
                "http/http-flows.test.ts",
                "each rejection is kept with its date, also in the same words; the message is that of the last",
              ],
            ],
          },
        ),
        done(
          "The purchase has at least been rejected once",
          "`rco_rejected_once` is written to the order, whose status stays.",
          ["http/http-flows.test.ts", "a rejection is kept with the order and changes nothing else"],
          { rules: ["checkout/rejected"] },
        ),
        done(
          "which kind of state, with datestamps",
          "`rco_rejected` lists the last twenty that were kept, each with its kind and an ISO date. The same kind with the same words, told again within the same ten seconds of the clock, counts as one. Of one order, five are kept at once and then one every ten minutes (`http.limits`); the others are dropped.",
          [
            "http/http-flows.test.ts",
            "each rejection is kept with its date, also in the same words; the message is that of the last",
          ],
          {
            rules: ["checkout/rejected"],
            also: [
              ["http/http-flows.test.ts", "a rejection is kept with the order and changes nothing else"],
              ["http/http-flows.test.ts", "a hundred rejections keep the record small"],
              [
                "doors/admission.test.ts",
                "400 different ones are a few notes, and another order's is kept all the same",
              ],
              ["doors/admission.test.ts", "one that is told again and again takes nothing from the next, %s"],
            ],
          },
        ),
        done(
          "This is the message that has been shown on the customer view",
          "`rco_reject_message` keeps the latest message of the rejections that were kept.",
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
