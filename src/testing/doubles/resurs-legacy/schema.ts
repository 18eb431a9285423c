/** The published schemas (XSD) of the older services, as far as the double speaks them: names, order, types. */

/** Why a text is not of the type; null = it is. */
type Simple = (text: string) => string | null;

interface Part {
  name: string;
  of: Simple | Part[];
  least: 0 | 1;
  many: boolean;
}

const matching =
  (pattern: RegExp, what: string): Simple =>
  (text) =>
    pattern.test(text) ? null : `"${text}" is no ${what}`;
const oneOf = (...words: string[]): Simple => matching(new RegExp(`^(?:${words.join("|")})$`), words.join(" or "));

const string: Simple = () => null;
const id = matching(/^[\p{L}0-9 ._/-]+$/u, "id");
const nonEmpty = matching(/./su, "text with anything in it");
const decimal = matching(/^[+-]?(?:\d+(?:\.\d*)?|\.\d+)$/, "decimal");
const positive = matching(/^\+?(?:\d+(?:\.\d*)?|\.\d+)$/, "decimal of nothing or more");
const percent: Simple = (text) =>
  positive(text) ?? (Number(text) <= 100 ? null : `"${text}" is more than a hundred percent`);
const whole = matching(/^\+?\d+$/, "whole number");
const flag = oneOf("true", "false", "1", "0");
const day = matching(/^\d{4}-\d\d-\d\d(?:Z|[+-]\d\d:\d\d)?$/, "date");
const moment = matching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?$/, "moment");

const one = (name: string, of: Part["of"]): Part => ({ name, of, least: 1, many: false });
const maybe = (name: string, of: Part["of"]): Part => ({ name, of, least: 0, many: false });
const several = (name: string, of: Part["of"]): Part => ({ name, of, least: 0, many: true });

const address = [
  maybe("fullName", nonEmpty),
  maybe("firstName", nonEmpty),
  maybe("lastName", nonEmpty),
  one("addressRow1", string),
  maybe("addressRow2", nonEmpty),
  one("postalArea", nonEmpty),
  one("postalCode", nonEmpty),
  one("country", oneOf("SE", "NO", "DK", "FI")),
];
const customer = [
  one("governmentId", nonEmpty),
  one("address", address),
  maybe("phone", string),
  maybe("email", nonEmpty),
  one("type", oneOf("LEGAL", "NATURAL")),
];
const entry = [one("key", nonEmpty), maybe("value", string)];
const extendedCustomer = [
  ...customer,
  maybe("cellPhone", string),
  maybe("yourCustomerId", string),
  maybe("deliveryAddress", address),
  maybe("contactGovernmentId", string),
  several("additionalData", entry),
];
const specLine = [
  one("id", id),
  one("artNo", string),
  one("description", string),
  one("quantity", decimal),
  one("unitMeasure", string),
  one("unitAmountWithoutVat", decimal),
  one("vatPct", percent),
  one("totalVatAmount", decimal),
  one("totalAmount", decimal),
];
const paymentSpec = [
  several("specLines", specLine),
  one("totalAmount", positive),
  maybe("totalVatAmount", decimal),
  maybe("bonusPoints", whole),
];
const delivery = oneOf("NONE", "EMAIL", "POSTAL");

const requests: Record<string, Part[]> = {
  bookPayment: [
    one("paymentData", [
      maybe("preferredId", id),
      maybe("preferredTransactionId", id),
      one("paymentMethodId", id),
      maybe("customerIpAddress", string),
      maybe("waitForFraudControl", flag),
      maybe("annulIfFrozen", flag),
      maybe("finalizeIfBooked", flag),
    ]),
    one("orderData", paymentSpec),
    several("metaData", entry),
    one("customer", extendedCustomer),
    maybe("card", [maybe("cardNumber", string), maybe("amount", positive)]),
    maybe("signing", [one("successUrl", string), one("failUrl", string), maybe("forceSigning", flag)]),
    maybe("invoiceData", [maybe("invoiceId", id), maybe("invoiceDate", day), maybe("invoiceDeliveryType", delivery)]),
    maybe("bookedCallbackUrl", nonEmpty),
  ],
  bookSignedPayment: [one("paymentId", id)],
  getPayment: [one("paymentId", id)],
  finalizePayment: [
    one("paymentId", id),
    maybe("preferredTransactionId", id),
    maybe("partPaymentSpec", paymentSpec),
    maybe("createdBy", nonEmpty),
    maybe("orderId", id),
    maybe("orderDate", day),
    maybe("invoiceId", id),
    maybe("invoiceDate", day),
    maybe("invoiceDeliveryType", delivery),
  ],
  annulPayment: [one("paymentId", id), maybe("partPaymentSpec", paymentSpec), maybe("createdBy", nonEmpty)],
  creditPayment: [
    one("paymentId", id),
    maybe("preferredTransactionId", id),
    maybe("partPaymentSpec", paymentSpec),
    maybe("createdBy", nonEmpty),
    maybe("creditNoteId", id),
    maybe("creditNoteDate", day),
    maybe("invoiceDeliveryType", delivery),
  ],
};

const booked = [
  one("paymentId", id),
  one("bookPaymentStatus", oneOf("FINALIZED", "BOOKED", "FROZEN", "DENIED", "SIGNING")),
  one("signingUrl", string),
  one("approvedAmount", positive),
  one("customer", customer),
];
const answers: Record<string, Part[]> = {
  bookPaymentResponse: [one("return", booked)],
  getPaymentResponse: [
    one("return", [
      one("id", id),
      one("totalAmount", positive),
      several("metaData", entry),
      one("limit", positive),
      several("paymentDiffs", [
        one("type", oneOf("AUTHORIZE", "DEBIT", "CREDIT", "ANNUL")),
        maybe("transactionId", id),
        one("created", moment),
        maybe("createdBy", string),
        one("paymentSpec", paymentSpec),
        maybe("orderId", id),
        maybe("invoiceId", id),
        several("documentNames", nonEmpty),
      ]),
      one("customer", customer),
      maybe("deliveryAddress", address),
      one("booked", moment),
      maybe("finalized", moment),
      one("paymentMethodId", id),
      one("paymentMethodName", string),
      one("fraud", flag),
      one("frozen", flag),
      several("status", oneOf("DEBITABLE", "CREDITABLE", "IS_DEBITED", "IS_CREDITED", "IS_ANNULLED")),
      maybe("storeId", id),
      one("paymentMethodType", oneOf("INVOICE", "REVOLVING_CREDIT", "CARD", "PAYMENT_PROVIDER")),
      one("totalBonusPoints", whole),
    ]),
  ],
  finalizePaymentResponse: [],
  annulPaymentResponse: [],
  creditPaymentResponse: [],
};

/** The first fault of what was read of an element, and where; null = none. */
const faultIn = (read: unknown, parts: Part[], path: string): string | null => {
  const given = typeof read === "object" && read !== null ? (read as Record<string, unknown>) : {};
  const names = Object.keys(given);
  const unknown = names.find((name) => !parts.some((part) => part.name === name));
  if (unknown !== undefined) return `${path}: there is no element ${unknown}`;
  const due = parts.map(({ name }) => name).filter((name) => names.includes(name));
  const misplaced = names.find((name, index) => due[index] !== name);
  if (misplaced !== undefined) return `${path}: ${misplaced} stands out of order`;
  for (const { name, of, least, many } of parts) {
    const value = given[name];
    const all = value === undefined ? [] : Array.isArray(value) ? value : [value];
    if (all.length < least) return `${path}: ${name} is missing`;
    if (all.length > 1 && !many) return `${path}: ${name} stands there more than once`;
    for (const item of all) {
      const where = `${path}.${name}`;
      const wrong = typeof of === "function" ? of(typeof item === "string" ? item : "") : faultIn(item, of, where);
      if (wrong !== null) return typeof of === "function" ? `${where}: ${wrong}` : wrong;
    }
  }
  return null;
};

/** What the schema has against a request; an operation that it does not know is none. */
export const requestFault = (operation: string, content: unknown): string | null => {
  const parts = Object.hasOwn(requests, operation) ? requests[operation] : undefined;
  return parts === undefined ? `there is no operation ${operation}` : faultIn(content, parts, operation);
};

/** What it has against an answer, by the answer's element. */
export const answerFault = (element: string, content: unknown): string | null => {
  const parts = Object.hasOwn(answers, element) ? answers[element] : undefined;
  return parts === undefined ? `there is no answer ${element}` : faultIn(content, parts, element);
};
