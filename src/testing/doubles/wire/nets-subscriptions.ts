/** Nets Easy's subscriptions, as far as the double speaks of them: asked for, and charged. */
import {
  type Field,
  flag,
  group,
  listOf,
  may,
  moment,
  must,
  text,
  type WireOperation,
  whole,
  words,
} from "./fields.js";
import { INT32, id, notifications, orderOf, positive } from "./nets-order.js";
import { paidWith } from "./nets-payment.js";

/** What a new payment says of the subscription that it begins. The plugin sends the end without its seconds. */
const end = text({
  called: "date and time, with seconds or without",
  pattern: /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?$/,
});
export const begun: Field[] = [
  may(
    "subscription",
    group(
      may("subscriptionId", id),
      may("endDate", end, "N2 Request/Payment/Subscription; without seconds N3 Nets_Easy_Subscriptions"),
      may("interval", whole({ least: 0, most: INT32.most })),
    ),
    "N2 Request/Payment/Subscription",
  ),
  may(
    "unscheduledSubscription",
    group(may("create", flag), may("unscheduledSubscriptionId", id)),
    "N2 Request/Payment/UnscheduledSubscription",
  ),
];

const RETRIEVED = "N2 Result/RetrieveSubscription";
const paymentDetails = must("paymentDetails", group(...paidWith(must)), `${RETRIEVED}/PaymentDetails`);
const scheduled: Field[] = [
  must("subscriptionId", id),
  may("frequency", whole()),
  must("interval", whole({ least: 0, most: INT32.most })),
  must("endDate", moment),
  paymentDetails,
  may(
    "importError",
    group(
      ...["importStepsResponseCode", "importStepsResponseSource", "importStepsResponseText"].map((name) =>
        must(name, text()),
      ),
    ),
    `${RETRIEVED}/ImportError`,
  ),
];
const unscheduled: Field[] = [must("unscheduledSubscriptionId", id), paymentDetails];

const CHARGED = "N2 Result/SubscriptionCharges/SingleSubscriptionCharge";
const order = orderOf(positive);
const charged: Field[] = [must("paymentId", id, CHARGED), must("chargeId", id, CHARGED)];
const bulk = text({ least: 1, most: 64 });

const read = (name: string, asks: string, answer: Field[], source: string): WireOperation => ({
  name,
  asks: `GET /v1/${asks}`,
  by: "shop",
  source,
  request: null,
  answer,
});
const charging = (name: string, asks: string, request: Field[], answer: Field[], source: string): WireOperation => ({
  name,
  asks: `POST /v1/${asks}`,
  by: "shop",
  source,
  request,
  answer,
});

export const netsSubscriptions: readonly WireOperation[] = [
  read("getSubscription", "subscriptions/{id}", scheduled, `${RETRIEVED}Result`),
  // By `externalreference`, in whatever letters.
  read("findSubscription", "subscriptions", scheduled, `${RETRIEVED}Result`),
  read("getUnscheduledSubscription", "unscheduledsubscriptions/{id}", unscheduled, "N7 UnscheduledSubscriptionDetails"),
  read("findUnscheduledSubscription", "unscheduledsubscriptions", unscheduled, "N7 UnscheduledSubscriptionDetails"),
  charging(
    "chargeSubscription",
    "subscriptions/{id}/charges",
    [order, notifications],
    charged,
    "N2 Request/ChargeSubscription",
  ),
  charging(
    "chargeUnscheduledSubscription",
    "unscheduledsubscriptions/{id}/charges",
    [order, notifications],
    charged,
    "N7 UnscheduledSubscriptionCharge",
  ),
  charging(
    "chargeSubscriptions",
    "subscriptions/charges",
    [
      must("externalBulkChargeId", bulk, "N2 Request/BulkChargeSubscription; its limit N7"),
      notifications,
      listOf(
        must(
          "subscriptions",
          group(may("subscriptionId", id), may("externalReference", text()), order),
          "N2 Request/BulkChargeSubscription/Subscription",
        ),
        1,
      ),
    ],
    [must("bulkId", id, "N2 Result/BulkChargeSubscriptionResult")],
    "N2 Request/BulkChargeSubscription",
  ),
  read(
    "getBulkCharge",
    "subscriptions/charges/{id}",
    [
      listOf(
        must(
          "page",
          group(
            must("subscriptionId", id),
            must("status", words("Pending", "Succeeded", "Failed"), "N2 Result/SubscriptionCharges/ChargeStatusEnum"),
            may("paymentId", id),
            may("chargeId", id),
            ...["message", "code", "source", "externalReference"].map((name) => may(name, text())),
          ),
          "N2 Result/SubscriptionCharges/SubscriptionCharge",
        ),
      ),
      must("more", flag),
      must("status", words("Done", "Processing"), "N2 Result/Shared/BulkOperationStatusEnum"),
    ],
    "N2 Result/RetrieveSubscriptionBulkChargesResult",
  ),
];
