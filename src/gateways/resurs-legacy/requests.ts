/** The contents we send. Money leaves in major units with two decimals. */
import { randomUUID } from "node:crypto";
import type { Line } from "../../../machines/facts.js";
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
/** The documents' samples give a unit's price five decimals. */
const perUnit = (total: number, quantity: number): string => (total / 100 / quantity).toFixed(5);

/** The lines when they add up to the amount, else one line that does. */
const summing = (lines: Line[] | null, amount: number): Line[] => {
  const sum = (lines ?? []).reduce((total, line) => total + line.total, 0);
  return lines?.length && lines.length <= MOST_LINES && sum === amount
    ? lines
    : [{ sku: "Order", quantity: 1, total: amount }];
};

const specLine = ({ sku, quantity, total }: Line, index: number) => ({
  id: String(index + 1),
  artNo: sku || "Order",
  description: sku || "Order",
  quantity: String(quantity),
  unitMeasure: "pcs",
  unitAmountWithoutVat: perUnit(total, quantity),
  vatPct: "0",
  totalVatAmount: "0",
  totalAmount: major(total),
});

/** Without lines an invoice would show none, and without the amount the bank acts on all that is left. */
const paymentSpec = (lines: Line[] | null, amount: number) => ({
  specLines: summing(lines, amount).map(specLine),
  totalAmount: major(amount),
  totalVatAmount: "0",
});

/** finalizePayment and creditPayment; the elements in the order of the documents, which a schema insists on. */
export const partOf = (call: { paymentId: string; amount: number; lines?: Line[] | null; key: string }) => ({
  paymentId: call.paymentId,
  preferredTransactionId: transactionIdOf(call.key),
  partPaymentSpec: paymentSpec(call.lines ?? null, call.amount),
  createdBy: CREATOR,
});

/** annulPayment takes no transaction id; its proof is the annulled amount. */
export const annulmentOf = ({ paymentId, amount }: { paymentId: string; amount: number }) => ({
  paymentId,
  partPaymentSpec: paymentSpec(null, amount),
  createdBy: CREATOR,
});

/** What a shop's checkout adds to the payment. */
export interface CheckoutOptions {
  /** false: the payment is frozen at first, and AUTOMATIC_FRAUD_CONTROL tells how the control ended. */
  waitForFraudControl?: boolean | undefined;
}

/** The schema of bookPayment has no payment without a method and a customer. */
export interface BookingOptions extends CheckoutOptions {
  /** Which of the bank's payment methods the customer chose. */
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

/** The addresses as getSigningUrl makes them (002). */
export const attemptOf = (payment: NewPayment, checkoutType: string, paymentMethodId?: string): PaymentAttempt => {
  const { orderId } = payment;
  // The order's own number otherwise: a second booking under it is refused rather than made twice.
  const preferredId = payment.preferredId ?? (isPreferredId(orderId) ? orderId : referenceOf(orderId));
  const method = paymentMethodId === undefined ? {} : { paymentMethodId };
  const { data, meta } = containerOf({ orderId, preferredId, checkoutType, ...method });
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
  customer: customerElement(await options.customerOf(payment.orderId)),
  signing: { successUrl: to.successUrl, failUrl: to.failUrl },
});

/** The same line in JSON: without its number, and its amounts as numbers. */
const hostedLine = (line: Line, index: number) => {
  const { id: _, artNo, description, unitMeasure, ...amounts } = specLine(line, index);
  const numbers = Object.fromEntries(Object.entries(amounts).map(([name, text]) => [name, Number(text)]));
  return { artNo, description, unitMeasure, ...numbers };
};

/**
 * The hosted flow's documents are gone. As ecomphp sends it, it is bookPayment in JSON with the three marks of
 * paymentData and the addresses beside it, lines by another name, and the country by another name.
 */
export const hostedBodyOf = async (payment: NewPayment, attempt: PaymentAttempt, options: HostedOptions) => ({
  paymentData: { preferredId: attempt.preferredId, paymentMethodId: options.paymentMethodId },
  ...control(options),
  orderData: {
    orderLines: summing(payment.lines, payment.total).map(hostedLine),
    totalAmount: payment.total / 100,
    totalVatAmount: 0,
  },
  customer: options.customerOf && hostedCustomer(await options.customerOf(payment.orderId)),
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

/** The checkout multiplies: a line that cannot be divided evenly is sent as one piece. */
const orderLine = ({ sku, quantity, total }: Line) => {
  const even = Number.isInteger(total / quantity);
  return {
    artNo: sku || "Order",
    description: even ? sku || "Order" : `${quantity} x ${sku || "Order"}`,
    quantity: even ? quantity : 1,
    unitMeasure: "pcs",
    unitAmountWithoutVat: (even ? total / quantity : total) / 100,
    vatPct: 0,
  };
};

export const checkoutBodyOf = (checkout: NewCheckout) => ({
  orderLines: summing(checkout.lines, checkout.total).map(orderLine),
  successUrl: checkout.successUrl,
  backUrl: checkout.failUrl,
  // The page that shows the frame has to be of this origin.
  shopUrl: new URL(checkout.successUrl).origin,
  paymentCreatedCallbackUrl: checkout.callbackUrl,
});
