/** What the Merchant API has of a payment: what it is created with, and what is answered. */
import {
  anything,
  decimal,
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
  uuid,
  webAddress,
  whole,
  words,
} from "./fields.js";

const LINE = "S1 Model/Payment/Order/ActionLog/OrderLine";
const orderLine = group(
  may("description", text({ most: 100 }), LINE),
  may("reference", text({ most: 50 }), LINE),
  may(
    "type",
    words("NORMAL", "PHYSICAL_GOODS", "DIGITAL_GOODS", "DISCOUNT", "SHIPPING", "FEE", "GIFT_CARD", "OTHER_PAYMENT"),
    "S1 Order/OrderLineType",
  ),
  must("quantity", decimal({ least: 0.01 }), LINE),
  must("quantityUnit", text({ most: 50 }), LINE),
  must("vatRate", decimal({ least: 0, most: 100 }), LINE),
  may("unitAmountIncludingVat", decimal(), LINE),
  may("totalVatAmount", decimal(), LINE),
  must("totalAmountIncludingVat", decimal(), LINE),
);
/** @param one `must` or `may` */
export const orderLines = (one: typeof must): Field =>
  listOf(one("orderLines", orderLine, "S1 Model/Payment/CreatePaymentRequest/Order"), 1, 1000);

export const metadata = [
  may("creator", text(), "S2 merchant-api-e-commerce"),
  listOf(
    may(
      "custom",
      group(must("key", text({ least: 1, most: 50 })), must("value", text({ most: 1000 }))),
      "S1 Model/Payment/Metadata/Entry",
    ),
  ),
];

const country = text({ called: "ISO 3166-1 alpha-2", pattern: /^[A-Z]{2}$/ });
export const address = (one: typeof must, name: string): Field =>
  one(
    name,
    group(
      may("fullName", text({ most: 50 })),
      may("firstName", text({ most: 50 })),
      may("lastName", text({ most: 50 })),
      must("addressRow1", text({ least: 1, most: 100 })),
      may("addressRow2", text({ most: 100 })),
      must("postalArea", text({ least: 1, most: 50 })),
      // S1 has up to ten digits; the payload that S2 shows has a town here.
      must("postalCode", text({ least: 1 }), "S2 merchant-api-e-commerce"),
      may("countryCode", country),
    ),
    "S1 Model/Address",
  );
/** @param one `must` or `may` */
export const customerType = (one: typeof must): Field =>
  one("customerType", words("NATURAL", "LEGAL"), "S1 Order/CustomerType");
export const customer = group(
  address(may, "deliveryAddress"),
  customerType(may),
  may("contactPerson", text()),
  may("email", text()),
  may("governmentId", text({ least: 1 })),
  may("mobilePhone", text()),
  may(
    "deviceInfo",
    group(may("ip", text()), may("userAgent", text({ least: 1, most: 200 }))),
    "S1 Model/Payment/Customer/DeviceInfo",
  ),
);

const OPTIONS = "S1 Model/Payment/CreatePaymentRequest/Options";
const urls = group(
  ...["failUrl", "successUrl"].map((name) => may(name, webAddress(), `${OPTIONS}/ParticipantRedirectionUrls`)),
);
const callback = group(may("url", webAddress(), `${OPTIONS}/Callback`));
export const options = group(
  may("initiatedOnCustomersDevice", flag),
  may("deliverLinks", flag, "S2 merchant-api-e-commerce"),
  may("handleManualInspection", flag),
  may("handleFrozenPayments", flag),
  may("automaticCapture", flag),
  may(
    "redirectionUrls",
    group(may("customer", urls), may("coApplicant", urls), may("merchant", urls)),
    `${OPTIONS}/RedirectionUrls`,
  ),
  may("callbacks", group(may("authorization", callback), may("management", callback)), `${OPTIONS}/Callbacks`),
  may("timeToLiveInMinutes", whole({ least: 1, most: 43_200 })),
);

export const ACTION = "S1 Model/Payment/Order/ActionLog";
export const action = [
  must("actionId", uuid, ACTION),
  must("type", words("CREATE", "MODIFY_ORDER", "CAPTURE", "REFUND", "CANCEL"), "S1 Payment/Enum/ActionType"),
  must("created", moment, ACTION),
  orderLines(must),
  may("transactionId", text(), ACTION),
  may("creator", text(), ACTION),
];

/** S1 types them, and says no more. */
const amount = number();
const POSSIBLE = words("CAPTURE", "PARTIAL_CAPTURE", "REFUND", "PARTIAL_REFUND", "CANCEL", "PARTIAL_CANCEL");
const order = group(
  must("orderReference", text({ pattern: /^[\w\-/]{1,36}$/, called: "1 to 36 letters, digits, _ - /" })),
  listOf(must("actionLog", groupLike("action", action))),
  listOf(must("possibleActions", group(may("action", POSSIBLE, "S1 Payment/Enum/PossibleAction")))),
  must("totalOrderAmount", amount),
  must("canceledAmount", amount),
  must("authorizedAmount", amount),
  must("capturedAmount", amount),
  must("refundedAmount", amount),
);
const REJECTED = words(
  "UNKNOWN",
  "TECHNICAL_ERROR",
  "CREDIT_DENIED",
  "PAYMENT_FROZEN",
  "TIMEOUT",
  "ABORTED_BY_CUSTOMER",
  "INSUFFICIENT_FUNDS",
  "CANCELED",
);
export const PAYMENT = "S1 Model/Payment";
const paymentFields: Field[] = [
  must("id", uuid),
  must("created", moment),
  must("storeId", uuid),
  must("customer", customer, "S1 Model/Payment/Customer"),
  must(
    "status",
    words("TASK_REDIRECTION_REQUIRED", "INSPECTION", "SUPPLEMENTING_REQUIRED", "FROZEN", "ACCEPTED", "REJECTED"),
    "S1 Payment/Enum/Status",
  ),
  may(
    "rejectedReason",
    group(may("category", REJECTED, "S1 Payment/Enum/RejectedReasonCategory")),
    "S1 Model/Payment/RejectedReason",
  ),
  listOf(may("paymentActions", anything)),
  may("paymentMethod", group(must("name", text({ least: 1 }))), "S1 Model/Payment/PaymentMethod"),
  may("countryCode", country),
  may("order", order, "S1 Model/Payment/Order"),
  may(
    "application",
    group(must("requestedCreditLimit", number()), may("approvedCreditLimit", whole()), may("reference", whole())),
    "S1 Model/Payment/ApplicationResponse",
  ),
  may("metadata", group(...metadata), "S1 Model/Payment/Metadata"),
  may(
    "taskRedirectionUrls",
    group(must("merchantUrl", webAddress()), must("customerUrl", webAddress()), may("coApplicantUrl", webAddress())),
    "S1 Model/Payment/TaskRedirectionUrls",
  ),
];

/** Several answers are a payment: whatever says no more of itself is published with it. */
export const payment: Field[] = paymentFields.map((field) => ({ ...field, source: field.source ?? PAYMENT }));
