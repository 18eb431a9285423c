/** The older flows in JSON, the hosted page and the checkout, as far as the double speaks them. */
import {
  either,
  type Field,
  flag,
  group,
  type Kind,
  listOf,
  may,
  must,
  number,
  text,
  type WireOperation,
  webAddress,
  whole,
  words,
} from "./fields.js";
import { payment } from "./soap-flows.js";

const nonEmpty = text({ least: 1 });
const string = text();
/** Nobody publishes limits of these. */
const decimal = number();

const HOSTED = "S4 preparePayload, handlePayload: required is what it always sends";
const SPEC_LINES = "S4 renderPaymentSpec, sanitizePaymentSpec";
const ADDRESS = "S4 renderAddress, handlePayload";
/** S4 sends whatever it is given besides; its own page shows this. */
const YOUR_ID = "S2 _exclude/development/php-and-development-libraries/version-1-x--ecomphp-/7438490";
const hostedAddress = group(
  ...["fullName", "firstName", "lastName", "addressRow1", "addressRow2", "postalArea", "postalCode", "country"].map(
    (name) => may(name, string),
  ),
  must("countryCode", text({ least: 2, most: 2 })),
);
const line = (...more: Field[]): Kind =>
  group(
    must("artNo", string),
    must("description", string),
    must("quantity", decimal),
    must("unitMeasure", string),
    must("unitAmountWithoutVat", decimal),
    must("vatPct", decimal),
    ...more,
  );
const RCO = "S2 _exclude/resurs-checkout-web/index";
const cartLine = line(
  may("totalAmountWithVat", decimal),
  may("totalVatAmount", decimal),
  may("type", words("ORDER_LINE", "DISCOUNT", "SHIPPING_FEE")),
);
const rcoAddress = group(
  ...["fullName", "firstName", "lastName", "addressRow1", "addressRow2", "postalArea", "postalCode", "countryCode"].map(
    (name) => may(name, string),
  ),
);
/** As a text where it is sent, as a number where it is answered. */
const governmentId = may("governmentId", either(string, whole()));
const texts = (...names: string[]): Field[] => names.map((name) => may(name, string));
const session: Field[] = [
  must("paymentSessionId", nonEmpty),
  must("iframe", nonEmpty),
  may("script", string),
  may(
    "customer",
    group(
      governmentId,
      ...texts("mobile", "email", "customerType", "mobileNotValidated", "emailNotValidated"),
      may("invoiceAddress", rcoAddress),
      may("deliveryAddress", rcoAddress),
    ),
  ),
  may("baseUrl", webAddress()),
  must("html", nonEmpty),
];

export const hostedAndCheckout: readonly WireOperation[] = [
  {
    name: "hosted",
    asks: "POST /back-channel",
    by: "shop",
    source: HOSTED,
    request: [
      must("paymentData", group(must("preferredId", nonEmpty), may("paymentMethodId", string))),
      may("waitForFraudControl", flag),
      may("annulIfFrozen", flag),
      may("finalizeIfBooked", flag),
      must(
        "orderData",
        group(
          listOf(must("orderLines", line(must("totalVatAmount", decimal), must("totalAmount", decimal))), 1),
          must("totalAmount", decimal),
          must("totalVatAmount", decimal),
        ),
        SPEC_LINES,
      ),
      may(
        "customer",
        group(
          may("governmentId", string),
          may("address", hostedAddress, ADDRESS),
          ...["phone", "email", "type", "cellPhone"].map((name) => may(name, string)),
          may("yourCustomerId", string, YOUR_ID),
          may("deliveryAddress", hostedAddress, ADDRESS),
          may("contactGovernmentId", string),
        ),
        "S4 setCustomer",
      ),
      must("successUrl", nonEmpty),
      must("failUrl", nonEmpty),
      may("backUrl", string),
    ],
    answer: [must("location", webAddress(), "S4 createPaymentExecute")],
  },
  {
    name: "checkout",
    asks: "POST /checkout/payments/{id}",
    by: "shop",
    source: RCO,
    request: [
      listOf(must("orderLines", cartLine), 1),
      listOf(may("metaData", group(must("key", string), must("value", string)))),
      may("customer", group(governmentId, ...texts("mobile", "email"), may("deliveryAddress", rcoAddress))),
      must("successUrl", nonEmpty),
      must("backUrl", nonEmpty),
      may("shopUrl", string),
      may("paymentCreatedCallbackUrl", string),
    ],
    answer: session,
  },
  {
    name: "readCheckout",
    asks: "GET /checkout/payments/{id}",
    by: "shop",
    source: `${RCO}, GET /payments/{orderReference}`,
    request: null,
    answer: payment,
  },
  {
    name: "updateCart",
    asks: "PUT /checkout/payments/{id}",
    by: "shop",
    source: RCO,
    request: [listOf(must("orderLines", cartLine), 1)],
    answer: null,
  },
  {
    name: "updateReference",
    asks: "PUT /checkout/payments/{id}/updatePaymentReference",
    by: "shop",
    source: "S4 updatePaymentReference, about line 3758",
    request: [must("paymentReference", nonEmpty)],
    answer: null,
  },
  {
    name: "error",
    asks: "an answer of 4xx or 5xx in JSON",
    by: "shop",
    source: "S4 updatePaymentReference; S2 _exclude/resurs-checkout-web/index, Errors",
    request: null,
    answer: [
      must("errorCode", either(nonEmpty, whole()), "S4 updatePaymentReference"),
      may("description", string),
      may("detailedMessage", string),
      may("message", string),
    ],
  },
];
