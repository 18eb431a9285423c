/** An order of the shop in the engine's words: status, money in minor units, lines. */
import type { PlacedOrder } from "../../../machines/events.js";
import type { OrderStatus } from "../../../machines/facts.js";
import { type Line, sumOf } from "../../../machines/lines.js";
import type { ShopOrder } from "../../../machines/shop-order.js";
import { type Statuses, type StatusTold, statusNamed } from "../../../machines/statuses.js";
import { Id, JsonObject, Moment, quoted } from "../../../machines/text.js";
import type { WooOrder } from "./schema.js";

/** @returns null for a status that nobody has declared */
export const statusIn = (word: string, statuses: Statuses): StatusTold | null =>
  statusNamed(word.startsWith("wc-") ? word.slice(3) : word, statuses);
export const statusOf = (word: string, statuses: Statuses): OrderStatus | null =>
  statusIn(word, statuses)?.status ?? null;

/** Hundredths of a percent; null = the shop does not say, and the amounts have to. */
const rateOf = ({ taxes }: Taxed, { tax_lines }: WooOrder): number | null => {
  const due = taxes.filter(({ total }) => total !== 0);
  const rates = due.map(({ id }) => tax_lines.find((rate) => rate.rate_id === id));
  // A tax on a tax is in no sum of rates.
  if (rates.length === 0 || rates.some((rate) => rate === undefined || rate.compound)) return null;
  return Math.round(rates.reduce((sum, rate) => sum + (rate?.rate_percent ?? 0) * 100, 0));
};

type Taxed = Pick<WooOrder["fee_lines"][number], "total" | "total_tax" | "taxes">;
const lineOf = (order: WooOrder, item: Taxed, of: { sku: string; name: string; quantity?: number }): Line => {
  const vatRate = rateOf(item, order);
  const { sku, quantity = 1 } = of;
  const description = quoted(of.name.trim(), 200);
  return {
    sku,
    quantity,
    total: item.total + item.total_tax,
    ...(description !== "" && description !== sku && { description }),
    ...(item.total_tax !== 0 && { vat: item.total_tax, ...(vatRate !== null && { vatRate }) }),
  };
};

/** Stands for what the total has and no line: the rounding of taxes, or what a plugin takes off, such as a gift card. */
export const DIFFERENCE = "difference";

export const linesOf = (order: WooOrder): Line[] => {
  const lines: Line[] = [
    ...order.line_items.map(({ id, sku, product_id, name, quantity, ...item }) => {
      const own = quoted((sku ?? "").trim(), 100) || (product_id > 0 ? `product-${product_id}` : `line-${id}`);
      return lineOf(order, item, { sku: own, name, quantity: quantity || 1 });
    }),
    ...order.shipping_lines.map((item): Line => {
      const line = lineOf(order, item, { sku: `shipping-${item.id}`, name: item.method_title });
      return { ...line, type: "shipping" };
    }),
    ...order.fee_lines.map((item): Line => {
      const line = lineOf(order, item, { sku: `fee-${item.id}`, name: item.name });
      return { ...line, type: item.total < 0 ? "discount" : "fee" };
    }),
  ];
  const rest = order.total - sumOf(lines);
  if (rest === 0 || lines.length === 0) return lines;
  return [
    ...lines,
    {
      sku: DIFFERENCE,
      quantity: 1,
      total: rest,
      description: "Difference to the total",
      type: rest < 0 ? "discount" : "fee",
    },
  ];
};

/** Costs that are no number and count as 0, each with the line that it stands on: `Post: free`. */
export const unreadCosts = ({ line_items, shipping_lines, fee_lines }: WooOrder): string[] => {
  const named = [
    ...line_items.map(({ name, unread }) => ({ name, unread })),
    ...shipping_lines.map(({ method_title: name, unread }) => ({ name, unread })),
    ...fee_lines.map(({ name, unread }) => ({ name, unread })),
  ];
  return named.flatMap(({ name, unread = [] }) =>
    unread.map((told) => `${quoted(name.trim(), 100)}: ${quoted(told, 50)}`),
  );
};

/** The note of it, for whoever looks at the order; the plugin writes the same. */
export const unreadNote = (costs: string[]): string => `Counted as 0, because it is no number: ${costs.join(", ")}`;

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
const gatewayOf = (order: WooOrder, gateways: Record<string, string>): Pick<ShopOrder, "gateway"> => {
  const { payment_method: method } = order;
  const isNamed = Object.keys(gateways).length > 0 || OF_OUR_PLUGIN.test(method);
  return method !== "" && isNamed ? { gateway: gatewayFor(order, gateways) } : {};
};

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
  statuses: Statuses,
  now: number,
): Omit<PlacedOrder, "tolerance"> => {
  const created = moment(order.date_created_gmt) ?? now;
  return {
    ...(statusIn(order.status, statuses) ?? { status: "pending" }),
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
