/** What Nets Easy answers of a payment, of one charge or refund of it, and of how it was paid. */
import { type Field, group, groupLike, listOf, may, moment, must, text, webAddress, words } from "./fields.js";
import { currency, id, int, keptItems, myReference, orderReference } from "./nets-order.js";

export const GET = "N2 Result/RetrievePayment";
const CONSUMER = `${GET}/Consumer`;
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
const company = group(
  ...texts("merchantReference", "name", "registrationNumber"),
  may(
    "contactDetails",
    group(...texts("firstName", "lastName", "email"), phoneNumber),
    `${GET}/Company/ContactDetails`,
  ),
);
const privatePerson = group(
  may("merchantReference", text()),
  may("dateOfBirth", text(), "N4 PaymentGet/PrivatePerson"),
  ...texts("firstName", "lastName", "email"),
  phoneNumber,
);
const TYPES = words(
  ...["CARD", "INVOICE", "INSTALLMENT", "WALLET"],
  // N2 writes them otherwise than N3 and N4.
  ...["A2A", "A2a", "PREPAID-INVOICE", "PREPAID_INVOICE"],
);
const card = group(
  may("maskedPan", text()),
  may(
    "expiryDate",
    text({ called: "MMYY", pattern: /^(?:0[1-9]|1[0-2])\d\d$/ }),
    "N4 PaymentGet/CardDetails; its form N7",
  ),
);
const invoice = group(
  may("invoiceNumber", text()),
  ...["ocr", "pdfLink", "dueDate"].map((name) => may(name, text(), "N4 PaymentGet/InvoiceDetails")),
);
/** @param one `must` where it is sure that it was paid */
export const paidWith = (one: typeof must): Field[] => [
  one("paymentType", TYPES, "N2 Result/Shared/PaymentTypeEnum; A2A and PREPAID-INVOICE N4 PaymentGet/PaymentDetails"),
  one("paymentMethod", text()),
  one("cardDetails", card, "N2 Result/Shared/CardDetails"),
];

const published = (source: string, ...fields: Field[]): Field[] => fields.map((field) => ({ ...field, source }));
export const charge = [
  ...published(
    `${GET}/Charge`,
    must("chargeId", id),
    must("amount", int),
    must("surchargeAmount", int),
    must("created", moment),
  ),
  keptItems,
];
export const refund = [
  ...published(`${GET}/Refund`, must("refundId", id), must("amount", int), must("surchargeAmount", int)),
  must("state", words("Pending", "Cancelled", "Failed", "Completed", "Expired"), `${GET}/RefundStateEnum`),
  must("lastUpdated", moment, `${GET}/Refund`),
  keptItems,
];
export const payment = group(
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
      must("shippingAddress", address, `${CONSUMER}/Address`),
      must("billingAddress", address, `${CONSUMER}/Address`),
      must("privatePerson", privatePerson, `${CONSUMER}/PrivatePerson`),
      must("company", company, `${CONSUMER}/Company`),
    ),
    CONSUMER,
  ),
  must("orderDetails", group(must("amount", int), must("currency", currency), orderReference), `${GET}/OrderDetails`),
  may(
    "paymentDetails",
    group(...paidWith(may), may("invoiceDetails", invoice, `${GET}/PaymentDetails/InvoiceDetails`)),
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
  may("unscheduledSubscription", group(may("unscheduledSubscriptionId", text())), `${GET}/UnscheduledSubscription`),
  myReference,
);
