/** Resurs's older flows over SOAP, as far as the double speaks them: every element, and where it is published. */
import {
  type Field,
  flag,
  group,
  listOf,
  may,
  moment,
  must,
  number,
  text,
  type WireOperation,
  whole,
  words,
} from "./fields.js";

const id = text({ called: "letters, digits, space, . _ / -", pattern: /^[\p{L}0-9 ._/-]*$/u, least: 1 });
const nonEmpty = text({ least: 1 });
const string = text();
const amount = number({ least: 0 });
const decimal = number();
const percent = number({ least: 0, most: 100 });
const day = text({ called: "date", pattern: /^\d{4}-\d\d-\d\d(?:Z|[+-]\d\d:\d\d)?$/ });

const TYPES = words("INVOICE", "REVOLVING_CREDIT", "CARD", "PAYMENT_PROVIDER");
const country = words("SE", "NO", "DK", "FI");
const address = group(
  may("fullName", nonEmpty),
  may("firstName", nonEmpty),
  may("lastName", nonEmpty),
  must("addressRow1", string),
  may("addressRow2", nonEmpty),
  must("postalArea", nonEmpty),
  must("postalCode", nonEmpty),
  must("country", country),
);
const ADDRESS = "S3 common.xsd, address";
const CUSTOMER = "S3 common.xsd, customer";
const customer: Field[] = [
  must("governmentId", nonEmpty, CUSTOMER),
  must("address", address, ADDRESS),
  may("phone", string, CUSTOMER),
  may("email", nonEmpty, CUSTOMER),
  must("type", words("LEGAL", "NATURAL"), "S3 common.xsd, customerType"),
];
const entry = group(must("key", nonEmpty), may("value", string));
const ENTRY = "S3 common.xsd, mapEntry";
const extendedCustomer = group(
  ...customer,
  may("cellPhone", string),
  may("yourCustomerId", string),
  may("deliveryAddress", address, ADDRESS),
  may("contactGovernmentId", string),
  listOf(may("additionalData", entry, ENTRY)),
);
const specLine = group(
  must("id", id),
  must("artNo", string),
  must("description", string),
  must("quantity", decimal),
  must("unitMeasure", string),
  must("unitAmountWithoutVat", decimal),
  must("vatPct", percent),
  must("totalVatAmount", decimal),
  must("totalAmount", decimal),
);
const paymentSpec = group(
  listOf(may("specLines", specLine, "S3 common.xsd, specLine")),
  must("totalAmount", amount),
  may("totalVatAmount", decimal),
  may("bonusPoints", whole({ least: 0 })),
);
const SPEC = "S3 common.xsd, paymentSpec";
const delivery = words("NONE", "EMAIL", "POSTAL");

const SHOP = "S3 SimplifiedShopFlowServiceMessages.xsd";
const AFTER = "S3 AfterShopFlowServiceMessages.xsd";
const FLOW = "S3 simplifiedshopflow.xsd";

const booked = must(
  "return",
  group(
    must("paymentId", id),
    must(
      "bookPaymentStatus",
      words("FINALIZED", "BOOKED", "FROZEN", "DENIED", "SIGNING"),
      `${FLOW}, bookPaymentStatus`,
    ),
    must("signingUrl", string),
    must("approvedAmount", amount),
    must("customer", group(...customer), CUSTOMER),
  ),
  `${FLOW}, bookPaymentResult`,
);
const diff = group(
  must("type", words("AUTHORIZE", "DEBIT", "CREDIT", "ANNUL")),
  may("transactionId", id),
  must("created", moment),
  may("createdBy", string),
  must("paymentSpec", paymentSpec, SPEC),
  may("orderId", id),
  may("invoiceId", id),
  listOf(may("documentNames", nonEmpty)),
);
export const payment = [
  must("id", id),
  must("totalAmount", amount),
  listOf(may("metaData", entry, ENTRY)),
  must("limit", amount),
  listOf(may("paymentDiffs", diff, "S3 aftershopflow.xsd, paymentDiff")),
  must("customer", group(...customer), CUSTOMER),
  may("deliveryAddress", address, ADDRESS),
  must("booked", moment),
  may("finalized", moment),
  must("paymentMethodId", id),
  must("paymentMethodName", string),
  must("fraud", flag),
  must("frozen", flag),
  listOf(
    may(
      "status",
      words("DEBITABLE", "CREDITABLE", "IS_DEBITED", "IS_CREDITED", "IS_ANNULLED"),
      "S3 common.xsd, paymentStatus",
    ),
  ),
  may("storeId", id),
  must("paymentMethodType", TYPES, "S3 common.xsd, paymentMethodType"),
  must("totalBonusPoints", whole({ least: 0 })),
];

const soap = (service: "SimplifiedShopFlow" | "AfterShopFlow", name: string, request: Field[], answer: Field[]) => ({
  name,
  asks: `SOAP ${service}Service ${name}`,
  by: "shop" as const,
  source: service === "AfterShopFlow" ? AFTER : SHOP,
  request,
  answer,
});
const part = [may("partPaymentSpec", paymentSpec, SPEC), may("createdBy", nonEmpty)];
const paymentData = group(
  may("preferredId", id),
  may("preferredTransactionId", id),
  must("paymentMethodId", id),
  may("customerIpAddress", string),
  may("waitForFraudControl", flag),
  may("annulIfFrozen", flag),
  may("finalizeIfBooked", flag),
);
const customerType = may("customerType", words("LEGAL", "NATURAL"), "S3 common.xsd, customerType");
const link = group(must("appendPriceLast", flag), must("endUserDescription", nonEmpty), must("url", nonEmpty));
const method = group(
  must("id", id),
  must("description", string),
  listOf(may("legalInfoLinks", link, "S3 shopflow.xsd, webLink")),
  must("minLimit", amount),
  must("maxLimit", amount),
  must("type", TYPES, "S3 common.xsd, paymentMethodType"),
  listOf(customerType),
  must("specificType", string),
);
const signing = group(must("successUrl", string), must("failUrl", string), may("forceSigning", flag));

/** In the order of their elements. */
export const afterShopAndSimplified: readonly WireOperation[] = [
  soap(
    "SimplifiedShopFlow",
    "bookPayment",
    [
      must("paymentData", paymentData, `${FLOW}, paymentData`),
      must("orderData", paymentSpec, SPEC),
      listOf(may("metaData", entry, ENTRY)),
      must("customer", extendedCustomer, `${FLOW}, extendedCustomer`),
      may("card", group(may("cardNumber", string), may("amount", amount)), `${FLOW}, cardData`),
      may("signing", signing, `${FLOW}, signing`),
      may(
        "invoiceData",
        group(may("invoiceId", id), may("invoiceDate", day), may("invoiceDeliveryType", delivery)),
        `${FLOW}, invoiceData`,
      ),
      may("bookedCallbackUrl", nonEmpty),
    ],
    [booked],
  ),
  soap("SimplifiedShopFlow", "bookSignedPayment", [must("paymentId", id)], [booked]),
  soap(
    "SimplifiedShopFlow",
    "getPaymentMethods",
    [
      may("language", words("sv", "no", "da", "fi"), "S3 common.xsd, language"),
      customerType,
      may("purchaseAmount", amount),
    ],
    [listOf(may("return", method, "S3 shopflow.xsd, paymentMethod"))],
  ),
  soap(
    "AfterShopFlow",
    "getPayment",
    [must("paymentId", id)],
    [must("return", group(...payment), "S3 aftershopflow.xsd, payment")],
  ),
  soap(
    "AfterShopFlow",
    "finalizePayment",
    [
      must("paymentId", id),
      may("preferredTransactionId", id),
      ...part,
      may("orderId", id),
      may("orderDate", day),
      may("invoiceId", id),
      may("invoiceDate", day),
      may("invoiceDeliveryType", delivery),
    ],
    [],
  ),
  soap("AfterShopFlow", "annulPayment", [must("paymentId", id), ...part], []),
  soap(
    "AfterShopFlow",
    "creditPayment",
    [
      must("paymentId", id),
      may("preferredTransactionId", id),
      ...part,
      may("creditNoteId", id),
      may("creditNoteDate", day),
      may("invoiceDeliveryType", delivery),
    ],
    [],
  ),
  {
    name: "fault",
    asks: "ECommerceError in the detail of a SOAP fault",
    by: "shop",
    source: "S3 Exceptions.xsd, ECommerceError",
    request: null,
    answer: [
      must("errorTypeDescription", nonEmpty),
      must("errorTypeId", whole()),
      must("fixableByYou", flag),
      must("userErrorMessage", nonEmpty),
    ],
  },
];
