/** Nets Easy's payment API as far as the double speaks it: every field, and where it is published. */
import {
  anything,
  type Field,
  flag,
  group,
  groupLike,
  listOf,
  may,
  moment,
  must,
  number,
  text,
  type WireOperation,
  webAddress,
  whole,
  words,
} from "./fields.js";

const INT32 = { least: -2_147_483_648, most: 2_147_483_647 };
const int = whole(INT32);
const positive = whole({ least: 1, most: INT32.most });
const id = text({ called: "32 hexadecimal digits", pattern: /^[0-9a-f]{32}$/i });
/** @param without characters that Nets does not take */
const named = (called: string, without: RegExp, least = 1): ReturnType<typeof text> =>
  text({ called, pattern: without, least, most: 128 });
const NAME = named('text without < > " & \\', /^[^<>"&\\]*$/);
const PLAIN = /^[^<>'"&\\]*$/;
const REFERENCE = "N2 Request/MyReference; its limit N7";
const myReference = may("myReference", text({ most: 36 }), REFERENCE);

const item = group(
  must("reference", NAME),
  must("name", NAME),
  must("quantity", number({ least: 0 })),
  must("unit", named("text without < > ' \" & \\", PLAIN)),
  must("unitPrice", int),
  may("taxRate", whole({ least: 0, most: 99_999 })),
  may("taxAmount", int),
  must("grossTotalAmount", int),
  must("netTotalAmount", int),
);
const items = (one: typeof must, name: string, least = 0): Field =>
  listOf(one(name, item, "N2 Request/Item; limits N1, N3, N7"), least);

const url = may("url", webAddress(256));
const checkout = group(
  may("integrationType", words("HostedPaymentPage", "EmbeddedCheckout"), "N2 Request/Payment/IntegrationTypeEnum"),
  url,
  may("returnUrl", webAddress(), "N2 Request/Payment/HostedCheckout"),
  may("cancelUrl", webAddress(), "N2 Request/Payment/HostedCheckout"),
  must("termsUrl", webAddress()),
  may("merchantTermsUrl", webAddress()),
  may("charge", flag),
  may("expiresAt", moment, "N1"),
  may("merchantHandlesConsumerData", flag),
  may("publicDevice", flag),
  may("countryCode", text()),
  may("consumer", anything),
  may("consumerType", anything),
  may("shipping", anything),
  may("appearance", anything),
  listOf(may("shippingCountries", anything)),
);

/** Over TLS alone; a test's own server on this computer has none. */
const hookUrl = text({
  called: "web address over TLS",
  pattern: /^https:\/\/|^http:\/\/(?:127\.|localhost)/,
  most: 256,
});
const webhook = group(
  must("eventName", text({ called: "name of an event", pattern: /^payment\.[a-z.0-9]+$/ })),
  must("url", hookUrl),
  may("authorization", text({ called: "letters and digits", pattern: /^[A-Za-z0-9]*$/, least: 8, most: 64 })),
  listOf(may("headers", anything)),
);

const CHARGE = "N2 Request/Charge";
const money = (name: string, asks: string, answer: Field[] | null, ...more: Field[]): WireOperation => ({
  name,
  asks: `POST /v1/${asks}`,
  by: "shop",
  source: "N2 Request/RefundPayment",
  request: [must("amount", whole({ least: 0, most: INT32.most })), items(may, "orderItems"), ...more],
  answer,
});

const GET = "N2 Result/RetrievePayment";
const phoneNumber = may(
  "phoneNumber",
  group(may("prefix", text()), may("number", text())),
  "N2 Result/Shared/PhoneNumber",
);
const texts = (...names: string[]): Field[] => names.map((name) => may(name, text()));
const address = group(
  ...texts("addressLine1", "addressLine2", "receiverLine", "postalCode", "city"),
  may("country", text(), "N4 PaymentGet/ShippingAddress"),
  phoneNumber,
);
const person = texts("merchantReference", "dateOfBirth", "firstName", "lastName", "email");
const TYPES = words(
  ...["CARD", "INVOICE", "INSTALLMENT", "WALLET"],
  // N2 writes them otherwise than N3 and N4.
  ...["A2A", "A2a", "PREPAID-INVOICE", "PREPAID_INVOICE"],
);
const charge = [
  must("chargeId", id),
  must("amount", int),
  must("surchargeAmount", int),
  must("created", moment),
  items(must, "orderItems"),
];
const refund = [
  must("refundId", id),
  must("amount", int),
  must("surchargeAmount", int),
  must("state", words("Pending", "Cancelled", "Failed", "Completed", "Expired"), `${GET}/RefundStateEnum`),
  must("lastUpdated", moment),
  items(must, "orderItems"),
];
const orderReference = may("reference", named("text without < > ' \" & \\", PLAIN, 0));
const payment = group(
  must("paymentId", id),
  must("created", moment),
  may("terminated", moment),
  must(
    "checkout",
    group(must("url", webAddress()), may("cancelUrl", webAddress()), may("expiresAt", moment, "N1")),
    `${GET}/Checkout`,
  ),
  must(
    "consumer",
    group(
      must("shippingAddress", address, `${GET}/Consumer/Address`),
      must("billingAddress", address, `${GET}/Consumer/Address`),
      must("privatePerson", group(...person, phoneNumber), `${GET}/Consumer/PrivatePerson`),
      must(
        "company",
        group(
          ...texts("merchantReference", "name", "registrationNumber"),
          may("contactDetails", group(...texts("firstName", "lastName", "email"), phoneNumber)),
        ),
        `${GET}/Consumer/Company`,
      ),
    ),
    `${GET}/Consumer`,
  ),
  must(
    "orderDetails",
    group(must("amount", int), must("currency", text({ least: 3, most: 3 })), orderReference),
    `${GET}/OrderDetails`,
  ),
  may(
    "paymentDetails",
    group(may("paymentType", TYPES, "N2 Result/Shared/PaymentTypeEnum"), may("paymentMethod", text())),
    `${GET}/PaymentDetails`,
  ),
  may(
    "summary",
    group(...["reservedAmount", "chargedAmount", "refundedAmount", "cancelledAmount"].map((one) => may(one, int))),
    `${GET}/Summary`,
  ),
  listOf(may("charges", groupLike("charge", charge), `${GET}/Charge`)),
  listOf(may("refunds", groupLike("refund", refund), `${GET}/Refund`)),
  may("subscription", group(may("id", text())), `${GET}/Subscription`),
  myReference,
);

const created = (hosted: boolean): Field[] => [
  must("paymentId", id),
  (hosted ? must : may)("hostedPaymentPageUrl", webAddress(), "N2 Result/Payment/PaymentWithHostedCheckoutResult"),
];

export const netsEasy: readonly WireOperation[] = [
  {
    name: "createPayment",
    asks: "POST /v1/payments",
    by: "shop",
    source: "N2 Request/Payment",
    request: [
      must(
        "order",
        group(
          items(must, "items", 1),
          must("amount", positive),
          must("currency", text({ least: 3, most: 3 })),
          orderReference,
        ),
        "N2 Request/Shared/Order; limits N1",
      ),
      must("checkout", checkout, "N2 Request/Payment/Checkout; limits N1"),
      may(
        "notifications",
        group(listOf(may("webHooks", webhook), 0, 32)),
        "N2 Request/Shared/Notification/Webhook; limits N1, N7",
      ),
      may("merchantNumber", text()),
      may("subscription", anything),
      may("unscheduledSubscription", anything),
      listOf(may("paymentMethodsConfiguration", anything)),
      myReference,
    ],
    answer: created(false),
  },
  {
    name: "getPayment",
    asks: "GET /v1/payments/{id}",
    by: "shop",
    source: GET,
    request: null,
    answer: [must("payment", payment, `${GET}/Payment`)],
  },
  {
    ...money(
      "charge",
      "payments/{id}/charges",
      [must("chargeId", id, "N2 Result/ChargeResult")],
      may("finalCharge", flag),
      may("shipping", anything),
      myReference,
      may("paymentMethodReference", text()),
    ),
    source: CHARGE,
  },
  { ...money("cancel", "payments/{id}/cancels", null), source: "N2 Request/Cancel, N1 for a part" },
  money("refundPayment", "payments/{id}/refunds", [must("refundId", id, "N2 Result/RefundPaymentResult")], myReference),
  {
    ...money(
      "refundCharge",
      "charges/{id}/refunds",
      [must("refundId", id, "N2 Result/RefundChargeResult")],
      myReference,
    ),
    source: "N2 Request/RefundCharge",
  },
  {
    name: "updateOrder",
    asks: "PUT /v1/payments/{id}/orderitems",
    by: "shop",
    source: "N2 Request/UpdateOrder",
    request: [
      must("amount", positive),
      items(must, "items", 1),
      may("shipping", group(may("costSpecified", flag))),
      listOf(may("paymentMethods", anything)),
    ],
    answer: null,
  },
  {
    name: "terminate",
    asks: "PUT /v1/payments/{id}/terminate",
    by: "shop",
    source: "N2 Api/PaymentApi",
    request: null,
    answer: null,
  },
  {
    name: "updateReference",
    asks: "PUT /v1/payments/{id}/referenceinformation",
    by: "shop",
    source: "N2 Request/ReferenceInformation; limits N7",
    request: [must("checkoutUrl", webAddress(256)), must("reference", text({ most: 128 }))],
    answer: null,
  },
  {
    name: "updateMyReference",
    asks: "PUT /v1/payments/{id}/myreference",
    by: "shop",
    source: "N2 Request/MyReference",
    request: [myReference],
    answer: null,
  },
  { name: "getCharge", asks: "GET /v1/charges/{id}", by: "shop", source: "N1", request: null, answer: charge },
  { name: "getRefund", asks: "GET /v1/refunds/{id}", by: "shop", source: "N1", request: null, answer: refund },
  {
    name: "cancelRefund",
    asks: "POST /v1/pending-refunds/{id}/cancel",
    by: "shop",
    source: "N2 Api/PaymentApi",
    request: null,
    answer: null,
  },
];
