/** An order, a note, a refund as WooCommerce's REST API v3 writes them. */

import { vatOf, vatRateOf } from "../../../../machines/lines.js";
import { decimal, toMajor } from "../../../core/money.js";
import { flags } from "./effects.js";
import { refundable, type StoredOrder, type WoocommerceRules } from "./rules.js";

export interface RestAnswer {
  status: number;
  body: unknown;
}

export const failure = (status: number, code: string, message: string, data: object = {}): RestAnswer => ({
  status,
  body: { code, message, data: { status, ...data } },
});

/** What an order has beside what the rules know of it. */
export interface Details {
  billing: Record<string, string>;
  paymentMethod: string;
  paymentMethodTitle: string;
  coupons: { code: string; discount: number }[];
  orderKey: string;
}

export interface Product {
  id: number;
  name: string;
  sku: string;
  /** Minor units. */
  price: number;
}

const noAddress = {
  first_name: "",
  last_name: "",
  company: "",
  address_1: "",
  address_2: "",
  city: "",
  state: "",
  postcode: "",
  country: "",
};
const symbols: Record<string, string> = { EUR: "€", SEK: "kr", NOK: "kr", DKK: "kr.", USD: "$" };
/** Kept as columns of the order, so no REST client sees them. */
const internalMeta = new Set<string>([...Object.values(flags), "_payment_method_title"]);
const everything = ["GET", "POST", "PUT", "PATCH", "DELETE"];

const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString().slice(0, 19));
const dates = (name: string, ms: number | null) => ({ [`date_${name}`]: iso(ms), [`date_${name}_gmt`]: iso(ms) });

/** How WordPress lists what belongs to an order: within a second in the order in which it was written. */
export const newestSecondFirst = <T extends { at: number }>(things: T[]): T[] =>
  [...things].sort((a, b) => Math.floor(b.at / 1000) - Math.floor(a.at / 1000));

/** Numbers for what the rules keep without one: in the order in which things came, never used twice. */
export class ThingNumbers {
  private last: number;
  private readonly ofThing = new WeakMap<object, number>();
  private readonly ofName = new Map<string, number>();
  constructor(first: number) {
    this.last = first;
  }
  next(): number {
    this.last += 1;
    return this.last;
  }
  of(thing: object): number {
    const number = this.ofThing.get(thing) ?? this.next();
    this.ofThing.set(thing, number);
    return number;
  }
  named(name: string): number {
    const number = this.ofName.get(name) ?? this.next();
    this.ofName.set(name, number);
    return number;
  }
  /** Called at the end of each request: what came first has the smaller number, whoever asks for it first. */
  count(order: StoredOrder): void {
    for (const thing of [...order.notes, ...order.refunds, ...order.lines]) this.of(thing);
  }
}

const besides: StoredOrder["lines"][number]["type"][] = ["shipping", "fee", "discount"];
const isItem = ({ type }: StoredOrder["lines"][number]): boolean => !besides.includes(type);

export interface JsonContext {
  /** Where the shop is, without a slash at the end. */
  url: string;
  numbers: ThingNumbers;
  rules: WoocommerceRules;
  products: Product[];
  detailsOf(order: StoredOrder): Details;
}

export const restJson = ({ url, numbers, products, detailsOf }: JsonContext) => {
  const api = `${url}/wp-json/wc/v3`;

  /** Without tax, and the tax beside it. */
  const priced = (line: StoredOrder["lines"][number], { currency }: StoredOrder) => {
    const vat = vatOf(line);
    const total = decimal(vat, currency);
    const taxes = vat === 0 ? [] : [{ id: taxRateId(vatRateOf(line)), total, subtotal: total }];
    return { total: decimal(line.total - vat, currency), total_tax: total, taxes, meta_data: [] };
  };
  const taxRateId = (rate: number): number => numbers.named(`tax rate ${rate}`);
  const taxLinesOf = (order: StoredOrder) =>
    [...new Set(order.lines.filter((line) => vatOf(line) !== 0).map(vatRateOf))].map((rate) => ({
      id: numbers.named(`tax at ${rate} of ${order.id}`),
      rate_code: `TAX-${rate}`,
      rate_id: taxRateId(rate),
      label: "VAT",
      compound: false,
      tax_total: decimal(
        order.lines.filter((line) => vatRateOf(line) === rate).reduce((sum, one) => sum + vatOf(one), 0),
        order.currency,
      ),
      shipping_tax_total: decimal(0, order.currency),
      rate_percent: rate / 100,
      meta_data: [],
    }));
  const nameOf = ({ description, sku }: StoredOrder["lines"][number]): string => description ?? sku;

  const lineOf = (order: StoredOrder, line: StoredOrder["lines"][number], discount: number) => {
    const taken = order.taken.find(({ sku }) => sku === line.sku);
    const value = String(taken?.quantity);
    const key = "_reduced_stock";
    const reduced = { key, value, display_key: key, display_value: value };
    const product = products.find(({ sku }) => sku === line.sku);
    return {
      id: numbers.of(line),
      name: product?.name ?? nameOf(line),
      product_id: product?.id ?? 0,
      variation_id: 0,
      quantity: line.quantity,
      tax_class: "",
      subtotal: decimal(line.total - vatOf(line) + discount, order.currency),
      subtotal_tax: decimal(vatOf(line), order.currency),
      ...priced(line, order),
      meta_data: taken === undefined ? [] : [{ id: numbers.named(`stock of ${numbers.of(line)}`), ...reduced }],
      sku: line.sku,
      global_unique_id: "",
      price: toMajor((line.total - vatOf(line)) / line.quantity, order.currency),
      image: { id: "", src: "" },
      parent_name: null,
    };
  };

  const couponOf = (order: StoredOrder, coupon: Details["coupons"][number]) => {
    const amount = toMajor(coupon.discount, order.currency);
    const id = numbers.named(`coupon of ${order.id}`);
    const value = JSON.stringify([numbers.named(`coupon ${coupon.code}`), coupon.code, null, amount]);
    const info = { key: "coupon_info", value, display_key: "coupon_info", display_value: value };
    return {
      id,
      code: coupon.code,
      discount: String(amount),
      discount_tax: "0",
      meta_data: [{ id: numbers.named(`coupon info of ${order.id}`), ...info }],
      discount_type: "fixed_cart",
      nominal_amount: amount,
      free_shipping: false,
    };
  };

  /** WooCommerce prints what it was given: nothing at all where no amount was named. */
  const amountOf = (refund: StoredOrder["refunds"][number], { currency }: StoredOrder): string =>
    refund.unnamed ? "" : decimal(refund.amount, currency);

  const orderOf = (order: StoredOrder) => {
    const details = detailsOf(order);
    const discount = details.coupons.reduce((sum, coupon) => sum + coupon.discount, 0);
    const id = Number(order.id);
    const self = `${api}/orders/${id}`;
    const nothing = decimal(0, order.currency);
    return {
      id,
      parent_id: 0,
      status: order.status,
      currency: order.currency,
      version: "11.0.1",
      prices_include_tax: false,
      date_created: iso(order.createdAt),
      date_modified: iso(order.updatedAt),
      discount_total: decimal(discount, order.currency),
      discount_tax: nothing,
      shipping_total: nothing,
      shipping_tax: nothing,
      cart_tax: nothing,
      total: decimal(order.total, order.currency),
      total_tax: nothing,
      customer_id: 0,
      order_key: details.orderKey,
      billing: { ...noAddress, email: "", phone: "", ...details.billing },
      shipping: { ...noAddress, phone: "" },
      payment_method: details.paymentMethod,
      payment_method_title: details.paymentMethodTitle,
      transaction_id: order.transactionId ?? "",
      customer_ip_address: "",
      customer_user_agent: "",
      created_via: order.createdVia,
      customer_note: "",
      date_completed: iso(order.dateCompleted),
      date_paid: iso(order.datePaid),
      cart_hash: "",
      number: String(id),
      meta_data: Object.entries(order.meta)
        .filter(([key]) => !internalMeta.has(key))
        .map(([key, value]) => ({ id: numbers.named(`meta ${key} of ${id}`), key, value })),
      line_items: order.lines.filter(isItem).map((line, index) => lineOf(order, line, index === 0 ? discount : 0)),
      tax_lines: taxLinesOf(order),
      shipping_lines: order.lines
        .filter(({ type }) => type === "shipping")
        .map((line) => ({
          id: numbers.of(line),
          method_title: nameOf(line),
          method_id: "flat_rate",
          ...priced(line, order),
        })),
      fee_lines: order.lines
        .filter(({ type }) => type === "fee" || type === "discount")
        .map((line) => ({ id: numbers.of(line), name: nameOf(line), tax_class: "", ...priced(line, order) })),
      coupon_lines: details.coupons.map((coupon) => couponOf(order, coupon)),
      refunds: newestSecondFirst(order.refunds).map((refund) => ({
        id: numbers.of(refund),
        reason: refund.reason ?? "",
        total: `-${amountOf(refund, order)}`,
        total_tax: nothing,
      })),
      payment_url: `${url}/checkout/order-pay/${id}/?pay_for_order=true&key=${details.orderKey}`,
      is_editable: ["pending", "on-hold", "auto-draft"].includes(order.status),
      needs_payment: needsPayment(order),
      needs_processing: order.needsProcessing,
      date_created_gmt: iso(order.createdAt),
      date_modified_gmt: iso(order.updatedAt),
      date_completed_gmt: iso(order.dateCompleted),
      date_paid_gmt: iso(order.datePaid),
      currency_symbol: symbols[order.currency] ?? order.currency,
      _links: {
        self: [{ href: self, targetHints: { allow: everything } }],
        collection: [{ href: `${api}/orders` }],
        email_templates: [{ embeddable: true, href: `${self}/actions/email_templates` }],
      },
    };
  };

  const child = (order: StoredOrder, kind: string, id: number) => ({
    self: [{ href: `${api}/orders/${order.id}/${kind}/${id}`, targetHints: { allow: ["GET", "DELETE"] } }],
    collection: [{ href: `${api}/orders/${order.id}/${kind}` }],
    up: [{ href: `${api}/orders/${order.id}` }],
  });

  const noteOf = (order: StoredOrder, note: StoredOrder["notes"][number]) => ({
    id: numbers.of(note),
    author: note.author ?? "WooCommerce",
    ...dates("created", note.at),
    note: note.text,
    customer_note: note.toCustomer ?? false,
    _links: child(order, "notes", numbers.of(note)),
  });

  const refundOf = (order: StoredOrder, refund: StoredOrder["refunds"][number]) => ({
    id: numbers.of(refund),
    ...dates("created", refund.at),
    amount: amountOf(refund, order),
    reason: refund.reason ?? "",
    refunded_by: 1,
    refunded_payment: false,
    meta_data: [
      {
        id: numbers.named(`type of refund ${numbers.of(refund)}`),
        key: "_refund_type",
        value: refund === order.refunds.at(-1) && refundable(order) === 0 ? "full" : "partial",
      },
      ...Object.entries(refund.meta ?? {}).map(([key, value]) => ({
        id: numbers.named(`meta ${key} of refund ${numbers.of(refund)}`),
        key,
        value,
      })),
    ],
    line_items: [],
    shipping_lines: [],
    tax_lines: [],
    fee_lines: [],
    _links: child(order, "refunds", numbers.of(refund)),
  });

  return { orderOf, noteOf, refundOf };
};

/** 1.2: "needs payment". */
export const needsPayment = (order: StoredOrder): boolean =>
  ["pending", "failed", "checkout-draft"].includes(order.status) && order.total > 0;
