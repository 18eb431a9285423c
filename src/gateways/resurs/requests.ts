/** The bodies we send. Money leaves in major units with at most two decimals. */
import { type Line, type LineType, linesFor, vatOf, vatRateOf } from "../../../machines/lines.js";
import { shortened } from "../../../machines/text.js";
import { referenceOf } from "../../http-client/order-reference.js";
import type { NewPayment } from "../../ports/gateway.js";

/** Shown in the bank's action log. */
export const CREATOR = "order-status-engine";

/** The API takes at most so many lines. */
const MOST_LINES = 1000;

const majorUnits = (minor: number): number => Number((minor / 100).toFixed(2));

const TYPES: Record<LineType, string> = {
  goods: "PHYSICAL_GOODS",
  digital: "DIGITAL_GOODS",
  shipping: "SHIPPING",
  fee: "FEE",
  discount: "DISCOUNT",
  "gift-card": "GIFT_CARD",
};

const orderLine = (line: Line, otherwise: string) => {
  const { quantity, total, type } = line;
  const sent = Math.max(0.01, Number(quantity.toFixed(2)));
  const each = total / sent;
  return {
    description: shortened(line.description || line.sku, 100) || otherwise,
    reference: shortened(line.sku, 50) || undefined,
    type: type && TYPES[type],
    quantity: sent,
    quantityUnit: shortened(line.unit ?? "", 50) || "pcs",
    vatRate: vatRateOf(line) / 100,
    // A unit's price that multiplies to something else would be none.
    unitAmountIncludingVat: Number.isInteger(each) ? majorUnits(each) : undefined,
    totalVatAmount: majorUnits(vatOf(line)),
    totalAmountIncludingVat: majorUnits(total),
  };
};

/**
 * The lines when they add up to the amount, else one line that does. Without lines the bank acts on everything
 * that is left, so an amount is never sent without a line that carries it.
 */
export const orderLines = (lines: Line[] | null, amount: number, description: string) => {
  const told = linesFor(lines ?? [], amount);
  return told !== null && told.length <= MOST_LINES
    ? told.map((line) => orderLine(line, description))
    : [orderLine({ sku: "", description, quantity: 1, total: amount }, description)];
};

/** Where the reference is not the order's id, the id goes along: it comes back with every reading. */
export const KEPT_ID = "orderId";
/** Tells the payment that one call made from those of other tries under the same reference. */
export const MARK = "createId";

/** @param mark of this call alone */
export const createBody = (
  payment: NewPayment,
  mark: string,
  shop: { storeId?: string; paymentMethodId?: string },
) => ({
  ...shop,
  order: {
    orderReference: referenceOf(payment.orderId),
    orderLines: orderLines(payment.lines, payment.total, "Order"),
  },
  metadata: {
    creator: CREATOR,
    custom: [
      { key: MARK, value: mark },
      ...(referenceOf(payment.orderId) === payment.orderId ? [] : [{ key: KEPT_ID, value: payment.orderId }]),
    ],
  },
  options: {
    initiatedOnCustomersDevice: true,
    handleManualInspection: false,
    // Frozen payments come back as FROZEN instead of being rejected; excludes automatic capture.
    handleFrozenPayments: true,
    automaticCapture: false,
    redirectionUrls: { customer: { successUrl: payment.successUrl, failUrl: payment.failUrl } },
    callbacks: {
      authorization: { url: payment.callbackUrl },
      // Captures, refunds and cancellations, whoever made them: the portal's are heard of no other way.
      ...(payment.managementUrl !== undefined && { management: { url: payment.managementUrl } }),
    },
    timeToLiveInMinutes: payment.linkLifetimeMinutes,
  },
});
