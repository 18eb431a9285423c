/** The bodies we send. Money leaves in major units with at most two decimals. */
import type { Line } from "../../../machines/facts.js";
import { shortened } from "../../../machines/text.js";
import { referenceOf } from "../../http-client/order-reference.js";
import type { NewPayment } from "../../ports/gateway.js";

/** Shown in the bank's action log. */
export const CREATOR = "order-status-engine";

/** The API takes at most so many lines. */
const MOST_LINES = 1000;

const majorUnits = (minor: number): number => Number((minor / 100).toFixed(2));

const orderLine = (description: string, quantity: number, total: number, reference?: string) => ({
  description,
  reference,
  quantity: Math.max(0.01, Number(quantity.toFixed(2))),
  quantityUnit: "pcs",
  vatRate: 0,
  totalAmountIncludingVat: majorUnits(total),
});

/**
 * The lines when they add up to the amount, else one line that does. Without lines the bank acts on everything
 * that is left, so an amount is never sent without a line that carries it.
 */
export const orderLines = (lines: Line[] | null, amount: number, description: string) => {
  const sum = (lines ?? []).reduce((total, line) => total + line.total, 0);
  return lines?.length && lines.length <= MOST_LINES && sum === amount
    ? lines.map((line) =>
        orderLine(
          shortened(line.sku, 100) || description,
          line.quantity,
          line.total,
          shortened(line.sku, 50) || undefined,
        ),
      )
    : [orderLine(description, 1, amount)];
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
