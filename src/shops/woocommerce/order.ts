/** An order of the shop in the engine's words: status, money in minor units, lines. */
import type { PlacedOrder } from "../../../machines/events.js";
import { type Line, OrderStatus } from "../../../machines/facts.js";
import type { ShopOrder } from "../../../machines/shop-order.js";
import { Id, JsonObject, Moment, quoted } from "../../../machines/text.js";
import type { WooOrder } from "./schema.js";

/** Statuses that a plugin of the shop adds, each with the engine's word that it stands for. */
export type CustomStatuses = Record<string, OrderStatus>;

/** @returns null for a status that nobody has explained */
export const statusOf = (word: string, custom: CustomStatuses): OrderStatus | null => {
  const bare = word.startsWith("wc-") ? word.slice(3) : word;
  return ((Object.hasOwn(custom, bare) && custom[bare]) || OrderStatus.safeParse(bare).data) ?? null;
};

export const linesOf = (order: WooOrder): Line[] => [
  ...order.line_items.map(({ id, sku, product_id, quantity, total, total_tax }) => ({
    sku: quoted(sku ?? "", 100) || (product_id > 0 ? `product-${product_id}` : `line-${id}`),
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

/** As our plugin names its payment methods: the gateway, and behind it the bank's own method. */
const OF_OUR_PLUGIN = /^ose_([^_]+)(?:_|$)/;
/** Resurs's own plugin has the bank's id of the method there, and is called by its name in `gateways`. */
const OF_RESURS_PLUGIN = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const RESURS_PLUGIN = "resursbank";
const RESURS_PAYMENT = "resursbank_payment_id";

/** null = somebody else takes the money. */
const gatewayFor = ({ payment_method: method }: WooOrder, gateways: Record<string, string>): string | null => {
  const ours = OF_OUR_PLUGIN.exec(method)?.[1];
  if (ours !== undefined) return ours;
  const name = OF_RESURS_PLUGIN.test(method) ? RESURS_PLUGIN : method;
  return (Object.hasOwn(gateways, name) && gateways[name]) || null;
};

/** Who is to be paid, as far as the way of paying says. An order that was made by hand names none. */
const gatewayOf = (order: WooOrder, gateways: Record<string, string>): Pick<ShopOrder, "gateway"> =>
  order.payment_method === "" || Object.keys(gateways).length === 0 ? {} : { gateway: gatewayFor(order, gateways) };

/** Resurs's own plugin leaves the transaction id empty. */
const paymentIdOf = ({ transaction_id, meta_data }: WooOrder): string | null => {
  const kept = meta_data.findLast(({ key }) => key === RESURS_PAYMENT)?.value;
  return transaction_id.trim() || Id.safeParse(kept).data || null;
};

/** @param gateways WooCommerce's payment method → the engine's gateway; none = it is not said how it is paid */
export const shopOrder = (order: WooOrder, gateways: Record<string, string> = {}): ShopOrder => ({
  total: order.total,
  currency: order.currency,
  lines: linesOf(order),
  ...gatewayOf(order, gateways),
  gone: order.status === "trash",
});

/** null = the shop does not say, as with the zero dates of a draft. */
const moment = (gmt: string | null): number | null => Moment.safeParse(Date.parse(`${gmt}Z`)).data ?? null;

/** The metadata that the engine reads; the rest is the shop's own. */
const KNOWN_META = ["rco_rejected", "rco_rejected_once", "resursReference"];
const metaOf = (order: WooOrder): Record<string, unknown> => {
  const known = order.meta_data.filter(({ key }) => KNOWN_META.includes(key));
  return Object.fromEntries(
    known.flatMap(({ key, value }) => (JsonObject.safeParse({ [key]: value }).success ? [[key, value]] : [])),
  );
};

/**
 * What `engine.place` takes.
 *
 * @param gateways WooCommerce's payment method → the engine's gateway; what is not named is paid another way
 * @param now for an order of which the shop does not say when it was made
 */
export const placedOrder = (
  order: WooOrder,
  gateways: Record<string, string>,
  custom: CustomStatuses,
  now: number,
): Omit<PlacedOrder, "tolerance"> => {
  const created = moment(order.date_created_gmt) ?? now;
  return {
    status: statusOf(order.status, custom) ?? "pending",
    total: order.total,
    currency: order.currency,
    lines: linesOf(order),
    needsProcessing: order.needs_processing ?? true,
    gateway: gatewayFor(order, gateways),
    paymentId: paymentIdOf(order),
    previousPaymentIds: [],
    createdAt: created,
    updatedAt: moment(order.date_modified_gmt) ?? created,
    customerReturned: false,
    meta: metaOf(order),
  };
};
