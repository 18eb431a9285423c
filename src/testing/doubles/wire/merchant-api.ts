/** Resurs's Merchant API 2.0 as far as the double speaks it: every field, and where it is published. */
import {
  type Field,
  flag,
  group,
  groupLike,
  listOf,
  mapOf,
  may,
  moment,
  must,
  number,
  text,
  uuid,
  type WireOperation,
  webAddress,
  whole,
  words,
} from "./fields.js";
import {
  ACTION,
  action,
  address,
  customer,
  customerType,
  metadata,
  options,
  orderLines,
  PAYMENT,
  payment,
} from "./merchant-payment.js";

/** A test needs no store. */
const WITHOUT_STORE = "S1 Model/Payment/CreatePaymentRequest has it as required; the double does without";

const PAGE = "S1 Model/PaymentMethod/Pagination";
const page = may(
  "page",
  group(...["number", "size", "totalElements", "totalPages"].map((name) => must(name, whole()))),
  PAGE,
);
const money = (op: string, ...more: Field[]): WireOperation => ({
  name: op,
  asks: `POST /v2/payments/{id}/${op}`,
  by: "shop",
  source: `S1 Payment/Api/${op[0]?.toUpperCase()}${op.slice(1)}`,
  request: [orderLines(may), may("creator", text()), ...more],
  answer: payment,
});

/** "isPositive": zero is. */
const amount = number({ least: 0 });
const METHODS = [
  ...["RESURS_CARD", "RESURS_NEW_CARD", "RESURS_REVOLVING_CREDIT", "RESURS_NEW_REVOLVING_CREDIT", "RESURS_INVOICE"],
  ...["RESURS_PART_PAYMENT", "RESURS_ZERO", "RESURS_INVOICE_ACCOUNT", "CARD", "DEBIT_CARD", "CREDIT_CARD", "SWISH"],
  ...["INTERNET", "PAYPAL", "MASTERPASS", "OTHER"],
];
const method = group(
  must("id", uuid),
  must("name", text({ least: 1 })),
  must("type", words(...METHODS), "S1 Order/PaymentMethod/Type"),
  must("minPurchaseLimit", amount),
  must("maxPurchaseLimit", amount),
  must("minApplicationLimit", amount),
  must("maxApplicationLimit", amount),
  listOf(
    must(
      "legalLinks",
      group(
        must("url", webAddress()),
        must("type", words("GENERAL_TERMS", "SECCI", "PRICE_INFO"), "S1 Order/PaymentMethod/LegalLink/Type"),
        must("appendAmount", flag),
      ),
      "S1 Model/PaymentMethod/LegalLink",
    ),
  ),
  must("enabledForLegalCustomer", flag),
  must("enabledForNaturalCustomer", flag),
  must("priceSignagePossible", flag),
);
const store = group(
  must("id", uuid),
  must("nationalStoreId", whole({ least: 1 })),
  must("countryCode", words("SE", "NO", "FI", "DK", "UNKNOWN"), "S1 Store/Enum/Country"),
  must("name", text({ least: 1 })),
  may("organizationNumber", text()),
);
const task = group(must("customerUrl", webAddress()), must("hasActiveTask", flag));

const CALLBACK_STATUSES = ["AUTHORIZED", "CAPTURED", "FROZEN", "REJECTED"];

export const merchantApi: readonly WireOperation[] = [
  {
    name: "token",
    asks: "POST /oauth2/token",
    by: "shop",
    source: "S2 merchant-api-e-commerce, Authentication",
    request: [
      must("grant_type", words("client_credentials")),
      must("client_id", text({ least: 1 })),
      must("client_secret", text({ least: 1 })),
      must("scope", words("merchant-api", "mock-merchant-api"), "S1 Api/Scope"),
    ],
    answer: [
      must("access_token", text({ least: 1 }), "S1 Model/Network/Auth/Jwt/Token"),
      must("token_type", text({ least: 1 }), "S1 Model/Network/Auth/Jwt/Token"),
      must("expires_in", whole(), "S1 Model/Network/Auth/Jwt/Token"),
    ],
  },
  {
    name: "createPayment",
    asks: "POST /v2/payments",
    by: "shop",
    source: "S1 Model/Payment/CreatePaymentRequest",
    request: [
      may("storeId", uuid, WITHOUT_STORE),
      may("paymentMethodId", uuid, WITHOUT_STORE),
      must(
        "order",
        group(
          orderLines(must),
          may("orderReference", text({ pattern: /^[\w\-/]{1,32}$/, called: "1 to 32 letters, digits, _ - /" })),
        ),
        "S1 Model/Payment/CreatePaymentRequest/Order",
      ),
      may(
        "application",
        group(may("requestedCreditLimit", number({ least: 0 }))),
        "S1 Model/Payment/CreatePaymentRequest/Application",
      ),
      may("customer", customer, "S1 Model/Payment/Customer"),
      may("metadata", group(...metadata), "S1 Model/Payment/Metadata"),
      may("options", options, "S1 Model/Payment/CreatePaymentRequest/Options"),
    ],
    answer: payment,
  },
  {
    name: "search",
    asks: "POST /v2/payments/search",
    by: "shop",
    source: "S1 Payment/Api/Search",
    request: [may("storeId", uuid), may("orderReference", text()), may("governmentId", text())],
    answer: [listOf(must("content", groupLike("payment", payment), PAYMENT)), page],
  },
  { name: "getPayment", asks: "GET /v2/payments/{id}", by: "shop", source: PAYMENT, request: null, answer: payment },
  {
    name: "getTaskStatuses",
    asks: "GET /v2/payments/{id}/tasks/status",
    by: "shop",
    source: "S1 Model/Payment/TaskStatusDetails",
    request: null,
    answer: [
      must("completed", flag),
      may("customer", task, "S1 Model/Payment/Status/CustomerTaskData"),
      may("merchant", group(must("merchantUrl", webAddress())), "S1 Model/Payment/Status/MerchantTaskData"),
      may("coApplication", task, "S1 Model/Payment/Status/CustomerTaskData"),
    ],
  },
  money("capture", may("transactionId", text()), may("invoiceId", text())),
  money("cancel"),
  money("refund", may("transactionId", text()), may("refundNoteId", text())),
  {
    name: "addOrderLines",
    asks: "POST /v2/payments/{id}/order",
    by: "shop",
    source: "S1 Payment/Api/Order/ActionLog/OrderLines/Add",
    request: [orderLines(must)],
    answer: payment,
  },
  {
    name: "putMetadata",
    asks: "PUT /v2/payments/{id}/metadata",
    by: "shop",
    source: "S1 Payment/Api/Metadata/Put",
    request: metadata,
    answer: metadata,
  },
  {
    name: "getAction",
    asks: "GET /v2/payments/{id}/actions/{action}",
    by: "shop",
    source: ACTION,
    request: null,
    answer: action,
  },
  {
    name: "getStores",
    asks: "GET /v2/stores",
    by: "shop",
    source: "S1 Model/Store/Store",
    request: null,
    answer: [listOf(must("content", store)), page],
  },
  {
    name: "getPaymentMethods",
    asks: "GET /v2/stores/{id}/payment_methods",
    by: "shop",
    source: "S1 Model/PaymentMethod",
    request: null,
    answer: [listOf(must("content", method)), page],
  },
  {
    name: "testCallback",
    asks: "POST /v2/callbacks/test",
    by: "shop",
    source: "S1 Model/Callback/TestResponse",
    request: [must("url", text({ least: 1 }), "S1 Callback/Repository")],
    answer: [
      must(
        "status",
        words("OK", "FAILED", "INVALID_URL", "ERROR", "TIMEOUT", "RATE_LIMITED"),
        "S1 Model/Callback/Enum/TestStatus",
      ),
      must("code", whole()),
    ],
  },
  {
    name: "getAddress",
    asks: "POST /v2/customers/address/by_government_id",
    by: "shop",
    source: "S1 Customer/Api/GetAddress",
    request: [
      must("storeId", uuid),
      may("customerIp", text()),
      must("governmentId", text({ least: 1 })),
      customerType(must),
    ],
    answer: [address(must, "address")],
  },
  {
    name: "callback AUTHORIZATION",
    asks: "POST authorization.url",
    by: "bank",
    source: "S1 Model/Callback/Authorization",
    request: [
      must("paymentId", uuid),
      must("status", words(...CALLBACK_STATUSES), "S1 Model/Callback/Enum/Status"),
      must("created", moment),
      may("checkoutId", text()),
    ],
    answer: null,
  },
  {
    name: "callback MANAGEMENT",
    asks: "POST management.url",
    by: "bank",
    source: "S1 Model/Callback/Management",
    request: [
      must("paymentId", uuid),
      must("action", words("CAPTURE", "REFUND", "CANCEL", "MODIFY_ORDER"), "S1 Model/Callback/Enum/Action"),
      must("actionId", uuid),
      must("created", moment),
      may("checkoutId", text()),
    ],
    answer: null,
  },
  {
    name: "callback CREDIT_APPLICATION",
    asks: "POST credit-application",
    by: "bank",
    source: "S5 Model/Callback/CreditApplication",
    request: [
      must("applicationId", uuid),
      must("status", words(...CALLBACK_STATUSES), "S5 Model/Callback/Enum/Status"),
      must("created", moment),
      may("checkoutId", text()),
    ],
    answer: null,
  },
  {
    name: "error",
    asks: "any answer of 4xx or 5xx but the token's",
    by: "shop",
    source: "S1 Model/Network/Response/Error",
    request: null,
    answer: [
      must("traceId", text({ least: 1 })),
      must("code", text({ least: 1 })),
      must("message", text()),
      must("timestamp", moment),
      may("parameters", mapOf(text()), "S1 Exception/CurlException"),
    ],
  },
];
