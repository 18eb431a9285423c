/** What Nets Easy posts to a shop's webhooks, as far as the double sends it. */
import {
  type Field,
  group,
  listOf,
  mapOfLists,
  may,
  moment,
  must,
  number,
  text,
  type WireOperation,
  whole,
  words,
} from "./fields.js";

const id = text({ called: "32 hexadecimal digits", pattern: /^[0-9a-f]{32}$/i });
const string = text({ least: 1 });
const int = whole();
const amount = must(
  "amount",
  group(must("amount", int), must("currency", text({ least: 3, most: 3 }))),
  "N2 Data/Amount",
);
const item = group(
  must("reference", string),
  must("name", string),
  must("quantity", number({ least: 0 })),
  must("unit", string),
  ...["unitPrice", "taxRate", "taxAmount", "netTotalAmount", "grossTotalAmount"].map((name) => must(name, int)),
);
const orderItems = listOf(must("orderItems", item, "N2 Data/OrderItem"));
const error = must(
  "error",
  group(must("code", string), must("message", string), must("source", string)),
  "N2 Data/Error",
);
const method = [must("paymentMethod", string), must("paymentType", string)];
const address = group(
  ...["addressLine1", "addressLine2", "city", "country", "postcode", "receiverLine"].map((name) => may(name, text())),
);
const reconciliationReference = must("reconciliationReference", string);

/** The newer messages have another name for the merchant. */
const merchant = (event: string): Field[] => {
  // Nexi's SDK reads the older name here, and the older reference shows the newer one.
  if (event === "payment.refund.initiated.v2") {
    return [must("merchantId", int), may("merchantNumber", int, "N7 Payloads/RefundInitiated")];
  }
  return [must(event.endsWith(".v2") ? "merchantNumber" : "merchantId", int)];
};
const webhook = (event: string, model: string, ...data: Field[]): WireOperation => ({
  name: event,
  asks: `POST ${event}`,
  by: "bank",
  source: `N2 Webhook/${model}`,
  request: [
    must("id", id),
    must("event", words(event), "N2 Webhook/EventNameEnum"),
    must("timestamp", moment),
    ...merchant(event),
    must("data", group(must("paymentId", id), ...data), `N2 Webhook/Data/${model}Data`),
  ],
  answer: null,
});

export const netsWebhooks: readonly WireOperation[] = [
  webhook("payment.reservation.created.v2", "ReservationCreated", ...method, amount),
  webhook("payment.reservation.failed", "ReservationFailed", error, orderItems, amount),
  webhook(
    "payment.checkout.completed",
    "CheckoutCompleted",
    must("order", group(amount, may("reference", text()), orderItems), "N2 Data/Order"),
    must(
      "consumer",
      group(
        must("email", string),
        must("ip", string),
        must("country", string),
        must("billingAddress", address, "N2 Data/Consumer/Address"),
        must("shippingAddress", address, "N2 Data/Consumer/Address"),
        ...["firstName", "lastName", "merchantReference"].map((name) => may(name, text())),
        may("phoneNumber", group(must("prefix", text()), must("number", text())), "N2 Data/Consumer/PhoneNumber"),
      ),
      "N2 Data/Consumer",
    ),
  ),
  webhook("payment.charge.created.v2", "ChargeCreated", must("chargeId", id), ...method, orderItems, amount),
  webhook(
    "payment.charge.failed",
    "ChargeFailed",
    error,
    must("chargeId", id),
    reconciliationReference,
    orderItems,
    amount,
  ),
  webhook(
    "payment.refund.initiated.v2",
    "RefundInitiated",
    may("refundId", id, "N7 Payloads/RefundInitiated"),
    may("chargeId", id, "N7 Payloads/RefundInitiated"),
    must("paymentActionId", string),
    must("executed", moment),
    reconciliationReference,
    orderItems,
    amount,
  ),
  webhook("payment.refund.completed", "RefundCompleted", must("refundId", id), amount),
  webhook("payment.refund.failed", "RefundFailed", error, must("refundId", id), reconciliationReference, amount),
  webhook("payment.cancel.created", "CancelCreated", must("cancelId", id), orderItems, amount),
  webhook(
    "payment.cancel.failed",
    "CancelFailed",
    error,
    must("cancelId", string),
    orderItems,
    amount,
    may("myReference", text()),
  ),
];

/** Nets's own no: one with a code, or one for each field that is wrong. */
export const netsErrors: readonly WireOperation[] = [
  {
    name: "error",
    asks: "an answer of 402 or 500",
    by: "shop",
    source: "N2 Api/Exception/InternalErrorPaymentApiException",
    request: null,
    answer: [must("code", string), must("message", text()), must("source", string)],
  },
  {
    name: "validation error",
    asks: "an answer of 400",
    by: "shop",
    source: "N2 Api/Exception/ClientErrorPaymentApiException",
    request: null,
    answer: [must("errors", mapOfLists(text()))],
  },
];
