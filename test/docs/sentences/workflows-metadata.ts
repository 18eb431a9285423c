/** The second half of "Checkout workflows and metadata store described": the container of an order's data. */
import { differs, done, type Section } from "./row.js";

const legacy = "gateways/resurs-legacy.test.ts";
const FOUND = "with %s reference at the bank, the order is found by what its customer carries";

export const metadata = (container: string): Section[] => [
  {
    title: "Collecting meta- and session data",
    rows: [
      done(
        "will be injected into an apiData-container",
        "In the simplified and the hosted flow the container carries the payment's id and the order's.",
        [legacy, container],
        {
          also: [
            [legacy, "the customer is sent to the bank's page, and comes back with a payment"],
            ["engine/reference-legacy.test.ts", FOUND],
          ],
        },
      ),
      done(
        "again be base64-decoded",
        "`GET /returns/landing` decodes it and finds the order by it, if the payment that it names is the order's current one. As a container proves nothing, the payment is read, at most once a minute, and the order follows what the bank says of it; nothing is booked, and an order whose customer is still at the bank is left alone.",
        [
          "http/http-flows.test.ts",
          "finds the order by what its customer carries; as a container proves nothing, it follows only what the bank says",
        ],
        {
          also: [
            ["http/http-flows.test.ts", "%s in it leads nowhere, and the bank is not asked"],
            ["http/http-flows.test.ts", "opened again and again has the payment read once a minute"],
            ["engine/reference-legacy.test.ts", FOUND],
          ],
        },
      ),
    ],
  },
  {
    title: "The API Data",
    rows: [
      done(
        "the checkout type that was used",
        "`checkoutType` says `simplified`, `hosted` or `rco`.",
        [legacy, container],
        {
          also: [
            [legacy, "the customer is sent to the bank's page, and comes back with a payment"],
            [legacy, "process_payment fills in what is missing, and sends nothing"],
            [legacy, "an order whose id has %i characters is opened, paid, read and captured"],
          ],
        },
      ),
      differs(
        "the payment method that was used",
        "`paymentMethod` stands there where the checkout named its customer's method (`method`), or the flow was given one (`paymentMethodId`). In Resurs Checkout the customer chooses it in the bank's frame, after the container was made.",
        { test: [legacy, container] },
      ),
      done(
        "The order number given by WooCommerce",
        "`wc_order_id` and `preferred_id` are in the container.",
        [legacy, container],
        { also: [[legacy, "process_payment fills in what is missing, and sends nothing"]] },
      ),
      differs(
        "A flag that is set depending on where the customer is and has been",
        "`isReturningCustomer` is always false: the document does not say when it is true, nothing here reads it, and the engine follows no customers.",
        { test: [legacy, container] },
      ),
    ],
  },
  {
    title: 'What if...? The ending customer never reach the "thank you" page?',
    rows: [
      done(
        "will also be injected into the signing data object",
        "In the simplified flow the address to come back to after signing carries `apiDataId` and `apiData`.",
        [legacy, container],
      ),
      done(
        "The data that is stored at this moment is also stored as metaData",
        "The keys of setOrderCheckoutMeta are written to the order when the payment is opened. In the simplified flow, which books at once, they are written as well if the bank says no or its answer is lost on the way; after a lost answer, the payment is read under the id that it was booked with.",
        ["engine/lost-booking.test.ts", "what the bank answered: the order has the keys of setOrderCheckoutMeta"],
        {
          also: [
            ["engine/lost-booking.test.ts", "is found at once by a reading, and pays the order"],
            ["engine/lost-booking.test.ts", "%s: the order has them too, and no payment"],
          ],
        },
      ),
      done(
        "this gives the chance for Resurs callbacks to finalize the last parts",
        "If the customer of the simplified flow signed and closed the browser, and the order is not closed, the next callback has the payment booked. In the hosted flow and Resurs Checkout the bank books by itself, and the callback has the payment read.",
        [
          "scenarios/legacy-flow.json",
          "Signed, and the browser never came back: the callback books it from what is stored",
        ],
        {
          rules: ["book/signed"],
          also: [["core/signed-meanwhile.test.ts", "is booked at the %s, and pays the order, unflagged"]],
        },
      ),
    ],
  },
];
