/** Nets Easy's payment API as far as the double speaks it: every field, and where it is published. */
import { type Field, flag, group, listOf, may, must, text, type WireOperation, webAddress, whole } from "./fields.js";
import {
  checkout,
  currency,
  INT32,
  id,
  items,
  myReference,
  notifications,
  orderOf,
  orderReference,
  paymentMethods,
  positive,
  shipping,
} from "./nets-order.js";
import { charge, GET, payment, refund } from "./nets-payment.js";
import { begun, netsSubscriptions } from "./nets-subscriptions.js";

const CHARGE = "N2 Request/Charge";
const money = (name: string, asks: string, answer: Field[] | null, ...more: Field[]): WireOperation => ({
  name,
  asks: `POST /v1/${asks}`,
  by: "shop",
  source: "N2 Request/RefundPayment",
  request: [must("amount", whole({ least: 0, most: INT32.most })), items(may, "orderItems"), ...more],
  answer,
});

const created = (hosted: boolean): Field[] => [
  must("paymentId", id, "N2 Result/PaymentResult"),
  (hosted ? must : may)("hostedPaymentPageUrl", webAddress(), "N2 Result/Payment/PaymentWithHostedCheckoutResult"),
];

export const netsEasy: readonly WireOperation[] = [
  {
    name: "createPayment",
    asks: "POST /v1/payments",
    by: "shop",
    source: "N2 Request/Payment",
    request: [
      // Nothing is paid where a card is only to be known for what comes later: N1, "Manage subscriptions".
      orderOf(whole({ least: 0, most: INT32.most }), shipping),
      must("checkout", checkout, "N2 Request/Payment/Checkout; limits N1"),
      notifications,
      may("merchantNumber", text()),
      ...begun,
      listOf(
        may(
          "paymentMethodsConfiguration",
          group(must("name", text({ least: 1 })), may("enabled", flag)),
          "N2 Request/Payment/MethodConfiguration",
        ),
      ),
      paymentMethods,
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
      may("shipping", group(...["trackingNumber", "provider"].map((one) => may(one, text()))), `${CHARGE}/Shipping`),
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
      shipping,
      paymentMethods,
      may("currency", currency, "N3 Nets_Easy_Order_Helper"),
      { ...orderReference, source: "N3 Nets_Easy_Order_Helper" },
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
  ...netsSubscriptions,
];
