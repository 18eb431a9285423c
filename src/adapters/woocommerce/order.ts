/** An order of the shop in the engine's words: status, money in minor units, lines. */
import type { PlacedOrder } from "../../../machines/events.js";
import { type Line, OrderStatus } from "../../../machines/facts.js";
import type { WooOrder } from "./schema.js";

/** Statuses that a plugin of the shop adds, each with the engine's word that it stands for. */
export type CustomStatuses = Record<string, OrderStatus>;

/** @returns null for a status that nobody has explained */
export const statusOf = (word: string, custom: CustomStatuses): OrderStatus | null => {
  const bare = word.startsWith("wc-") ? word.slice(3) : word;
  return custom[bare] ?? OrderStatus.safeParse(bare).data ?? null;
};

export const linesOf = (order: WooOrder): Line[] => [
  ...order.line_items.map(({ id, sku, product_id, quantity, total, total_tax }) => ({
    sku: sku || (product_id > 0 ? `product-${product_id}` : `line-${id}`),
    quantity: quantity || 1,
    total: total + total_tax,
  })),
  ...order.shipping_lines.map((line) => ({
    sku: `shipping-${line.id}`,
    quantity: 1,
    total: line.total + line.total_tax,
  })),
  ...order.fee_lines.map((line) => ({ sku: `fee-${line.id}`, quantity: 1, total: line.total + line.total_tax })),
];

const moment = (gmt: string | null): number | null => (gmt === null ? null : Date.parse(`${gmt}Z`));

/**
 * What `engine.place` takes.
 *
 * @param gateways WooCommerce's payment method → the engine's gateway; what is not named is paid another way
 */
export const placedOrder = (
  order: WooOrder,
  gateways: Record<string, string>,
  custom: CustomStatuses,
): Omit<PlacedOrder, "tolerance"> => {
  const created = moment(order.date_created_gmt) ?? 0;
  return {
    status: statusOf(order.status, custom) ?? "pending",
    total: order.total,
    currency: order.currency,
    lines: linesOf(order),
    needsProcessing: order.needs_processing ?? true,
    gateway: gateways[order.payment_method] ?? null,
    paymentId: order.transaction_id || null,
    previousPaymentIds: [],
    createdAt: created,
    updatedAt: moment(order.date_modified_gmt) ?? created,
    customerReturned: false,
    meta: Object.fromEntries(order.meta_data.map(({ key, value }) => [key, value])),
  };
};
