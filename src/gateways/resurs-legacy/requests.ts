/** The contents we send. Money leaves in major units with two decimals. */
import { randomUUID } from "node:crypto";
import { type Line, type LineType, linesFor, vatOf, vatRateOf } from "../../../machines/lines.js";
import { shortened } from "../../../machines/text.js";
import { referenceOf } from "../../http-client/order-reference.js";
import type { NewPayment } from "../../ports/gateway.js";
import { type ApiData, encodeApiData } from "./api-data.js";
import { customerElement, type HostedCustomer, hostedCustomer, type LegacyCustomer } from "./customer.js";
import { isPreferredId, transactionIdOf } from "./ids.js";

/** Shown in the bank's history of the payment. */
const CREATOR = "order-status-engine";
/** The older services name no limit; the newer one's will do. */
const MOST_LINES = 1000;

const major = (minor: number): string => (minor / 100).toFixed(2);
/** As xsd:decimal has it, which knows no exponent: JavaScript writes 1e-7 for what is smaller than 0.000001. */
const writtenOut = (quantity: number): string => {
  const [, whole = "", part = "", power = ""] = /^(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(String(quantity)) ?? [];
  if (power === "") return String(quantity);
  // From 1e21 on there are no more digits than places.
  return power.startsWith("+")
    ? (whole + part).padEnd(1 + Number(power), "0")
    : `0.${"0".repeat(-1 - Number(power))}${whole}${part}`;
};

/** As much as any price: beyond it a number is written with an exponent. */
const DEAREST = 1e20;
/** A unit's price without VAT, in major units; the documents' samples give it five decimals. */
const perUnit = (net: number, quantity: number): string =>
  Math.max(-DEAREST, Math.min(DEAREST, net / 100 / quantity)).toFixed(5);

/** The lines when they add up to the amount, else one line that does. */
const summing = (lines: Line[] | null | undefined, amount: number): Line[] => {
  const told = linesFor(lines ?? [], amount);
  return told !== null && told.length <= MOST_LINES ? told : [{ sku: "Order", quantity: 1, total: amount }];
};

const named = (line: Line) => ({
  artNo: shortened(line.sku, 100) || "Order",
  description: shortened(line.description || line.sku, 100) || "Order",
  unitMeasure: shortened(line.unit ?? "", 50) || "pcs",
});

const specLine = (line: Line, index: number) => {
  const { artNo, description, unitMeasure } = named(line);
  const vat = vatOf(line);
  return {
    id: String(index + 1),
    artNo,
    description,
    quantity: writtenOut(line.quantity),
    unitMeasure,
    unitAmountWithoutVat: perUnit(line.total - vat, line.quantity),
    vatPct: String(vatRateOf(line) / 100),
    totalVatAmount: major(vat),
    totalAmount: major(line.total),
  };
};

const vatIn = (lines: Line[]): number => lines.reduce((sum, line) => sum + vatOf(line), 0);

/** Without lines an invoice would show none, and without the amount the bank acts on all that is left. */
const paymentSpec = (lines: Line[] | null | undefined, amount: number) => {
  const told = summing(lines, amount);
  return { specLines: told.map(specLine), totalAmount: major(amount), totalVatAmount: major(vatIn(told)) };
};

/** finalizePayment and creditPayment; the elements in the order of the documents, which a schema insists on. */
export const partOf = (call: {
  paymentId: string;
  amount: number;
  lines?: Line[] | null | undefined;
  key: string;
}) => ({
  paymentId: call.paymentId,
  preferredTransactionId: transactionIdOf(call.key),
  partPaymentSpec: paymentSpec(call.lines, call.amount),
  createdBy: CREATOR,
});

/** annulPayment takes no transaction id; its proof is the annulled amount. */
export const annulmentOf = (call: { paymentId: string; amount: number; lines?: Line[] | null | undefined }) => ({
  paymentId: call.paymentId,
  partPaymentSpec: paymentSpec(call.lines, call.amount),
  createdBy: CREATOR,
});

/** What a shop's checkout adds to the payment. */
export interface CheckoutOptions {
  /** false: the payment is frozen at first, and AUTOMATIC_FRAUD_CONTROL tells how the control ended. */
  waitForFraudControl?: boolean | undefined;
}

/** The schema of bookPayment has no payment without a method and a customer. */
export interface BookingOptions extends CheckoutOptions {
  /** Of the bank's payment methods, where the checkout names none that its customer chose. */
  paymentMethodId: string;
  customerOf: (orderId: string) => LegacyCustomer | Promise<LegacyCustomer>;
}

export interface HostedOptions extends CheckoutOptions {
  paymentMethodId?: string | undefined;
  /** Whoever is not known is asked on the bank's page. */
  customerOf?: ((orderId: string) => HostedCustomer | Promise<HostedCustomer>) | undefined;
}

/** One attempt to pay: its id, and what the shop has to keep of it. */
export interface PaymentAttempt {
  preferredId: string;
  /** Where the bank sends the customer: with the container, so that the order is found without the shop's session. */
  successUrl: string;
  failUrl: string;
  meta: Record<string, string>;
}

/** The container, and the metadata under the keys of setOrderCheckoutMeta (002). */
export const containerOf = (of: {
  orderId: string;
  preferredId: string;
  checkoutType: string;
  paymentMethodId?: string;
}): { data: ApiData; meta: PaymentAttempt["meta"] & { apiDataId: string } } => {
  const { orderId, preferredId, checkoutType, paymentMethodId } = of;
  const method: Record<string, string> = paymentMethodId === undefined ? {} : { paymentMethod: paymentMethodId };
  const data: ApiData = {
    checkoutType,
    ...method,
    wc_order_id: orderId,
    preferred_id: preferredId,
    isReturningCustomer: false,
  };
  const orderSigningPayload = encodeApiData(data, "base64");
  const meta = { checkoutType, apiDataId: randomUUID(), orderSigningPayload, resursReference: preferredId, ...method };
  return { data, meta };
};

/** No order's id has a control character, so none has the reference that is made of this. */
const furtherId = (orderId: string, n: number): string => referenceOf(`${orderId}\n${n}`);

/**
 * The order's own number, unless it has a payment: a second booking under it is refused rather than made twice. A number
 * whose payment is over is taken for good, so the next one has a number that is no order's.
 */
export const preferredIdOf = (
  { orderId, preferredId, endedIds = [] }: Pick<NewPayment, "orderId" | "preferredId" | "endedIds">,
  fits: (id: string) => boolean = isPreferredId,
): string => {
  const own = fits(orderId) ? orderId : referenceOf(orderId);
  const further = ["", ...endedIds].map((_, n) => furtherId(orderId, n + 2));
  return [preferredId ?? own, ...further].find((id) => !endedIds.includes(id)) as string;
};

/** The order as the shop knows it, whatever reference the bank has it under. */
export const inShop = ({ orderId, shopOrderId = orderId }: Pick<NewPayment, "orderId" | "shopOrderId">): string =>
  shopOrderId;

/** The addresses as getSigningUrl makes them (002). */
export const attemptOf = (
  payment: NewPayment,
  preferredId: string,
  checkoutType: string,
  paymentMethodId?: string,
): PaymentAttempt => {
  const method = paymentMethodId === undefined ? {} : { paymentMethodId };
  const { data, meta } = containerOf({ orderId: inShop(payment), preferredId, checkoutType, ...method });
  // Whoever comes from signing is not there yet: his page is the one that books.
  const successUrl = new URL(payment.signedUrl ?? payment.successUrl);
  successUrl.searchParams.set("apiDataId", meta.apiDataId);
  successUrl.searchParams.set("apiData", encodeApiData(data));
  return { preferredId, successUrl: successUrl.href, failUrl: payment.signingFailedUrl ?? payment.failUrl, meta };
};

/** The money is taken when the order is completed, not at the checkout; a frozen payment is waited for. */
const control = ({ waitForFraudControl = true }: CheckoutOptions) => ({
  waitForFraudControl,
  annulIfFrozen: false,
  finalizeIfBooked: false,
});

export const bookingOf = async (
  payment: NewPayment,
  { preferredId, ...to }: PaymentAttempt,
  options: BookingOptions,
) => ({
  paymentData: { preferredId, paymentMethodId: options.paymentMethodId, ...control(options) },
  orderData: paymentSpec(payment.lines, payment.total),
  customer: customerElement(await options.customerOf(inShop(payment))),
  signing: { successUrl: to.successUrl, failUrl: to.failUrl },
});

/** The same line in JSON: without its number, and its amounts as numbers. */
const hostedLine = ({ id: _, artNo, description, unitMeasure, ...amounts }: ReturnType<typeof specLine>) => {
  const numbers = Object.fromEntries(Object.entries(amounts).map(([name, text]) => [name, Number(text)]));
  return { artNo, description, unitMeasure, ...numbers };
};

const hostedOrder = ({ lines, total }: NewPayment) => {
  const { specLines, totalAmount, totalVatAmount } = paymentSpec(lines, total);
  return {
    orderLines: specLines.map(hostedLine),
    totalAmount: Number(totalAmount),
    totalVatAmount: Number(totalVatAmount),
  };
};

/**
 * The hosted flow's documents are gone. As ecomphp sends it, it is bookPayment in JSON with the three marks of
 * paymentData and the addresses beside it, lines by another name, and the country by another name.
 */
export const hostedBodyOf = async (payment: NewPayment, attempt: PaymentAttempt, options: HostedOptions) => ({
  paymentData: { preferredId: attempt.preferredId, paymentMethodId: options.paymentMethodId },
  ...control(options),
  orderData: hostedOrder(payment),
  customer: options.customerOf && hostedCustomer(await options.customerOf(inShop(payment))),
  successUrl: attempt.successUrl,
  failUrl: attempt.failUrl,
  backUrl: attempt.failUrl,
});

export interface NewCheckout {
  preferredId: string;
  /** Minor units. */
  total: number;
  currency: string;
  lines: Line[];
  successUrl: string;
  failUrl: string;
  callbackUrl: string;
}

const TYPES: Partial<Record<LineType, string>> = {
  shipping: "SHIPPING_FEE",
  fee: "SHIPPING_FEE",
  discount: "DISCOUNT",
};

/** The checkout multiplies quantity, price and rate: a line that this does not lead to is sent as one piece. */
const orderLine = (line: Line) => {
  const { quantity, total, type } = line;
  const { artNo, description, unitMeasure } = named(line);
  const rate = 1 + vatRateOf(line) / 10_000;
  const each = Number(perUnit(total / rate, quantity));
  const even = Number.isInteger(total / quantity) && Math.round(each * quantity * rate * 100) === total;
  return {
    artNo,
    description: even ? description : shortened(`${quantity} x ${description}`, 100),
    quantity: even ? quantity : 1,
    unitMeasure,
    unitAmountWithoutVat: even ? each : Number(perUnit(total / rate, 1)),
    vatPct: vatRateOf(line) / 100,
    type: (type && TYPES[type]) ?? "ORDER_LINE",
  };
};

/** What is to be paid, as the frame shows it. */
export const cartBodyOf = ({ lines, total }: Pick<NewCheckout, "lines" | "total">) => ({
  orderLines: summing(lines, total).map(orderLine),
});

export const checkoutBodyOf = (checkout: NewCheckout) => ({
  ...cartBodyOf(checkout),
  successUrl: checkout.successUrl,
  backUrl: checkout.failUrl,
  // The page that shows the frame has to be of this origin.
  shopUrl: new URL(checkout.successUrl).origin,
  paymentCreatedCallbackUrl: checkout.callbackUrl,
});
