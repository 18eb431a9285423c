/** `/orders` and all below it, as WooCommerce's REST API v3 answers. */
import { z } from "zod";
import type { OrderStatus } from "../../../../machines/facts.js";
import { type Line, vatOf, vatRateOf } from "../../../../machines/lines.js";
import { toMinor } from "../../../core/money.js";
import type { WooDouble } from "./double.js";
import {
  type Details,
  failure,
  needsPayment,
  newestSecondFirst,
  type Product,
  type RestAnswer,
  type restJson,
  type ThingNumbers,
} from "./json.js";
import { refundable, type StoredOrder } from "./rules.js";

export interface OrderRouteParts {
  woo: WooDouble;
  numbers: ThingNumbers;
  products: Product[];
  customStatuses: Record<string, string>;
  json: ReturnType<typeof restJson>;
  describe(orderId: string, details: Partial<Details>): void;
  now(): number;
}

type OrderBody = Record<string, unknown>;

/** As WooCommerce lists them. */
const registered: OrderStatus[] = [
  "pending",
  "processing",
  "on-hold",
  "completed",
  "cancelled",
  "refunded",
  "failed",
  "checkout-draft",
];

const OrderPatch = z.object({
  transaction_id: z.string().optional(),
  payment_method: z.string().optional(),
  payment_method_title: z.string().optional(),
  billing: z.record(z.string(), z.string()).optional(),
  meta_data: z.array(z.object({ key: z.string(), value: z.unknown() })).optional(),
  line_items: z
    .array(
      z.object({
        id: z.number().optional(),
        product_id: z.number().optional(),
        sku: z.string().optional(),
        quantity: z.number().optional(),
        total: z.string().optional(),
      }),
    )
    .optional(),
  set_paid: z.boolean().optional(),
});
type OrderPatch = z.infer<typeof OrderPatch>;

export const ordersApi = (parts: OrderRouteParts) => {
  const { woo, numbers, products, json, now } = parts;
  const { rules, orders } = woo;
  const slugs = [...registered, ...Object.keys(parts.customStatuses)];

  const invalid = (name: string, told: string, message: string, code: string, data: unknown): RestAnswer =>
    failure(400, "rest_invalid_param", `Invalid parameter(s): ${name}`, {
      params: { [name]: message },
      details: { [name]: { code: `rest_${code}`, message: told, data } },
    });
  const oneOf = (subject: string, words: string[]): string =>
    `${subject} is not one of ${words.slice(0, -1).join(", ")}, and ${words.at(-1)}.`;

  /** A word that is none is refused here; the batch takes it for `pending`. */
  const badStatus = (status: unknown): RestAnswer | null => {
    if (status === undefined || status === null) return null;
    if (typeof status !== "string") {
      const told = "status is not of type string.";
      return invalid("status", told, told, "invalid_type", { param: "status" });
    }
    const words = ["auto-draft", ...slugs];
    const told = oneOf("status", words);
    return words.includes(status) ? null : invalid("status", told, told, "not_in_enum", null);
  };

  /** What is written is without tax, and the shop adds it. */
  const withTax = (net: number, line: Line | undefined): number =>
    line === undefined ? net : net + Math.round((net * vatRateOf(line)) / 10_000);

  const changed = (line: Line, quantity: number, total: number): Partial<Line> => {
    const vat = vatOf({ ...line, total, vat: undefined, vatRate: vatRateOf(line) });
    return { quantity, total, ...(line.vat !== undefined && { vat }) };
  };

  const setLines = (order: StoredOrder, items: NonNullable<OrderPatch["line_items"]>): void => {
    for (const item of items) {
      const line = order.lines.find((one) => item.id !== undefined && numbers.of(one) === item.id);
      const product = products.find((one) => one.id === item.product_id || one.sku === item.sku);
      const quantity = item.quantity ?? line?.quantity ?? 1;
      const price = line === undefined ? (product?.price ?? 0) : Math.round(line.total / line.quantity);
      const total =
        item.total === undefined ? price * quantity : withTax(toMinor(Number(item.total), order.currency), line);
      if (line !== undefined && quantity === 0) order.lines.splice(order.lines.indexOf(line), 1);
      else if (line !== undefined) Object.assign(line, changed(line, quantity, total));
      else order.lines.push({ sku: product?.sku ?? item.sku ?? "", quantity, total });
    }
    order.total = order.lines.reduce((sum, line) => sum + line.total, 0);
  };

  const write = (order: StoredOrder, body: OrderBody, creating: boolean): void => {
    const change = OrderPatch.parse(body);
    const inBin = order.status === "trash";
    const { id } = order;
    if (change.transaction_id !== undefined) order.transactionId = change.transaction_id;
    if (change.billing) parts.describe(id, { billing: change.billing });
    if (change.payment_method !== undefined) parts.describe(id, { paymentMethod: change.payment_method });
    if (change.payment_method_title !== undefined) {
      parts.describe(id, { paymentMethodTitle: change.payment_method_title });
      order.meta._payment_method_title = change.payment_method_title;
    }
    for (const { key, value } of change.meta_data ?? []) {
      if (value === null) delete order.meta[key];
      else order.meta[key] = value;
    }
    if (change.line_items && !creating) setLines(order, change.line_items);
    const { set_paid: _, status, ...rest } = body;
    if (Object.keys(rest).length > 0) order.updatedAt = now();
    if (typeof status === "string") rules.setStatus(order, status, "");
    if (!inBin) onUpdate(id);
    // Already in the order's own words: only an order that still waits for its payment is paid.
    if (change.set_paid && (creating || needsPayment(order))) rules.paymentComplete(order, order.transactionId ?? "");
  };
  const onUpdate = (id: string) => rules.saved(id);

  const create = (body: OrderBody): RestAnswer => {
    const bad = badStatus(body.status);
    if (bad !== null) return bad;
    const lines = (OrderPatch.parse(body).line_items ?? []).map((item) => {
      const product = products.find((one) => one.id === item.product_id || one.sku === item.sku);
      const quantity = item.quantity ?? 1;
      return { sku: product?.sku ?? "", quantity, total: (product?.price ?? 0) * quantity };
    });
    const id = String(numbers.next());
    const total = lines.reduce((sum, line) => sum + line.total, 0);
    const at = { createdAt: now(), updatedAt: now(), datePaid: null };
    const known = { currency: "EUR", lines, needsProcessing: true, createdVia: "rest-api" };
    woo.addOrder({ id, status: "pending", total, ...known, ...at });
    rules.created(id);
    const order = orders.get(id) as StoredOrder;
    write(order, body, true);
    return { status: 201, body: json.orderOf(order) };
  };

  const list = (query: URLSearchParams): RestAnswer => {
    const wanted = (query.get("status") ?? "any").split(",");
    const words = ["any", "trash", "auto-draft", ...slugs];
    const odd = wanted.findIndex((word) => !words.includes(word));
    if (odd >= 0) {
      const told = oneOf(`status[${odd}]`, words);
      return invalid("status", told, told, "not_in_enum", null);
    }
    const size = Number(query.get("per_page") ?? 10);
    const from = (Number(query.get("page") ?? 1) - 1) * size;
    const since = query.get("modified_after");
    const found = [...orders.values()]
      .filter(({ status }) => wanted.includes(status) || (wanted.includes("any") && status !== "trash"))
      .filter(({ updatedAt }) => since === null || updatedAt > Date.parse(`${since}Z`))
      .sort((a, b) => b.createdAt - a.createdAt || Number(b.id) - Number(a.id));
    return { status: 200, body: found.slice(from, from + size).map(json.orderOf) };
  };

  const batch = (body: OrderBody): RestAnswer => {
    const update = (Array.isArray(body.update) ? body.update : []).map((one: OrderBody & { id: number }) => {
      const order = orders.get(String(one.id));
      if (order === undefined) {
        const { body: error } = unknownId(400);
        return { id: one.id, error };
      }
      const { id: _, ...rest } = one;
      write(order, rest, false);
      return json.orderOf(order);
    });
    return { status: 200, body: { update } };
  };

  const notes = (order: StoredOrder, method: string, query: URLSearchParams, body: OrderBody): RestAnswer => {
    if (method === "GET") {
      const wanted = order.notes.filter((note) => query.get("type") !== "customer" || note.toCustomer);
      return { status: 200, body: newestSecondFirst(wanted).map((note) => json.noteOf(order, note)) };
    }
    if (typeof body.note !== "string") {
      const params = { params: ["note"] };
      return failure(400, "rest_missing_callback_param", "Missing parameter(s): note", params);
    }
    const note: StoredOrder["notes"][number] = { at: now(), text: body.note };
    if (body.customer_note) note.toCustomer = true;
    if (body.added_by_user) note.author = "admin";
    order.notes.push(note);
    if (note.toCustomer) rules.addNote(order, 'Email "Customer note" sent.');
    numbers.count(order);
    return { status: 201, body: json.noteOf(order, note) };
  };

  const refunds = (order: StoredOrder, method: string, body: OrderBody): RestAnswer => {
    if (method === "GET") {
      return { status: 200, body: [...order.refunds].reverse().map((refund) => json.refundOf(order, refund)) };
    }
    const cannot = (message: string): RestAnswer => ({
      status: 500,
      body: { code: "woocommerce_rest_cannot_create_order_refund", message, data: 500 },
    });
    if (body.api_refund !== false) return cannot("The payment gateway for this order does not exist.");
    const unnamed = body.amount === undefined;
    const amount = unnamed ? 0 : toMinor(Number(String(body.amount)), order.currency);
    const reason = typeof body.reason === "string" ? body.reason : "";
    if (amount < 0 || amount > refundable(order)) return cannot("Invalid refund amount.");
    rules.createRefund(order, amount, true, reason);
    const refund = order.refunds.findLast((one) => one.amount === amount) as StoredOrder["refunds"][number];
    if (unnamed) refund.unnamed = true;
    numbers.count(order);
    return { status: 201, body: json.refundOf(order, refund) };
  };

  const unknownId = (status: 400 | 404): RestAnswer =>
    failure(status, "woocommerce_rest_shop_order_invalid_id", status === 404 ? "Invalid ID." : "ID is invalid.");

  const bin = (order: StoredOrder, force: boolean): RestAnswer => {
    const body = json.orderOf(order);
    if (force) orders.delete(order.id);
    else rules.trash(order);
    return { status: 200, body };
  };

  const removed = (kept: object[], id: number): RestAnswer => {
    const index = kept.findIndex((one) => numbers.of(one) === id);
    if (index < 0) return failure(404, "woocommerce_rest_invalid_id", "Invalid resource ID.");
    kept.splice(index, 1);
    return { status: 200, body: { id } };
  };

  return (method: string, path: string, query: URLSearchParams, body: OrderBody): RestAnswer => {
    if (path === "reports/orders/totals") {
      const total = (slug: string) => [...orders.values()].filter(({ status }) => status === slug).length;
      return {
        status: 200,
        body: slugs.map((slug) => ({ slug, name: rules.labelOf(slug), total: total(slug) })),
      };
    }
    if (path === "orders/statuses") {
      return { status: 200, body: slugs.map((slug) => ({ slug, name: rules.labelOf(slug) })) };
    }
    if (path === "orders/batch") return batch(body);
    const [, id, kind, childId] = path.split("/");
    if (id === undefined && method === "OPTIONS") return options(slugs);
    if (id === undefined) return method === "GET" ? list(query) : create(body);
    const order = orders.get(id);
    if (order === undefined) return unknownId(method === "GET" ? 404 : 400);
    if (kind === "notes" || kind === "refunds") {
      if (method === "DELETE") return removed(order[kind], Number(childId));
      return kind === "notes" ? notes(order, method, query, body) : refunds(order, method, body);
    }
    if (method === "GET") return { status: 200, body: json.orderOf(order) };
    if (method === "DELETE") return bin(order, query.get("force") === "true");
    const bad = badStatus(body.status);
    if (bad !== null) return bad;
    write(order, body, false);
    return { status: 200, body: json.orderOf(order) };
  };
};

/** The schema in outline; the words that describe each property are left out. */
const options = (slugs: string[]): RestAnswer => ({
  status: 200,
  body: {
    namespace: "wc/v3",
    methods: ["GET", "POST"],
    schema: { title: "shop_order", properties: { status: { type: "string", enum: ["auto-draft", ...slugs] } } },
  },
});
