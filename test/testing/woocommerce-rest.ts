/** Plays the recorded REST rows against the double, over HTTP. */

import type { OrderStatus } from "../../machines/facts.js";
import { withKeys } from "../../src/shops/woocommerce/keys.js";
import type { RestKey } from "../../src/testing/doubles/woocommerce/keys.js";
import { type WooServer, wooServer } from "../../src/testing/doubles/woocommerce/server.js";
import { VirtualClock } from "../../src/testing/virtual-clock.js";
import type { Row } from "./woocommerce-replay.js";

export interface Told {
  status: number;
  body: unknown;
  text: string;
}

export const ask = async (
  shop: WooServer,
  at: number,
  method: string,
  path: string,
  body?: unknown,
  key: RestKey | null = shop.keys.merchant,
): Promise<Told> => {
  const address = new URL(`${shop.url}/wp-json/wc/v3${path}`);
  const keys = { consumerKey: key?.key ?? "", consumerSecret: key?.secret ?? "" };
  const { url, headers } = key === null ? { url: address, headers: {} } : withKeys(keys, method, address, at);
  const response = await fetch(url, {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { "content-type": "application/json" }) },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, text, body: text === "" ? null : JSON.parse(text) };
};

/** What differs between any two shops: numbers, moments, keys, names and addresses. */
const RANDOM = new Set(["id", "order_key", "sku", "number", "product_id", "arg", "href", "payment_url", "code"]);

export const settled = (value: unknown, key = ""): unknown => {
  if (Array.isArray(value)) return value.map((one) => settled(one));
  if (typeof value === "object" && value !== null) {
    const meta = (value as Row).key === "_wp_trash_meta_time" || (value as Row).key === "coupon_info";
    return Object.fromEntries(
      Object.entries(value).map(([name, one]) => [name, meta && name.includes("value") ? "~" : settled(one, name)]),
    );
  }
  // The name of a status is no product's, and the code of an error is no coupon's.
  if (key === "code" && typeof value === "string" && /^(rest|woocommerce)_/.test(value)) return value;
  if (RANDOM.has(key)) return `~${typeof value}`;
  if (key === "name" && String(value).startsWith("P physical")) return "~product";
  // How many orders the recorder had.
  if (key === "total" && typeof value === "number") return "~count";
  if (typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value)) return "~moment";
  if (typeof value === "string") return value.replace(/^Stock levels (reduced|increased).*/, "Stock levels $1");
  return value;
};

const T0 = Date.parse("2026-11-21T00:06:15.000Z");
const buyer = {
  first_name: "Test",
  last_name: "Buyer",
  address_1: "Katu 1",
  city: "Helsinki",
  postcode: "00100",
  country: "FI",
  email: "buyer@shop.test",
  phone: "0401234567",
};
const product = { id: 4789, name: "P physical", sku: "physical", price: 10_000 };

/** As `road` of the fact sheet: how an order naturally comes to a status. */
const roads: Partial<Record<string, OrderStatus[]>> = {
  "checkout-draft": ["checkout-draft"],
  pending: ["pending"],
  completed: ["pending", "processing", "completed"],
  refunded: ["pending", "processing", "refunded"],
};

export class RestReplay {
  private last = 0;
  /** The order that a run of rows is about, and what the recorder had called it. */
  private current = "";
  private recordedAs: number | null = null;

  private constructor(
    private readonly shop: WooServer,
    private readonly clock: VirtualClock,
  ) {}

  static async start(): Promise<RestReplay> {
    const clock = new VirtualClock(T0);
    return new RestReplay(await wooServer({ clock, products: [product] }), clock);
  }

  close(): Promise<void> {
    return this.shop.close();
  }

  /** An order of 2 × 100 that came to its status by the natural road. */
  private async order(status: string, coupon = false): Promise<string> {
    this.last += 1;
    const id = String(this.last);
    const total = coupon ? 19_000 : 20_000;
    const [first = "pending", ...further] = roads[status] ?? ["pending", status as OrderStatus];
    this.shop.woo.addOrder({
      id,
      status: first,
      total,
      currency: "EUR",
      lines: [{ sku: product.sku, quantity: 2, total }],
      needsProcessing: true,
      createdAt: this.clock.now(),
      updatedAt: this.clock.now(),
      datePaid: null,
    });
    this.shop.describe(id, {
      billing: buyer,
      paymentMethod: "oracle",
      paymentMethodTitle: "Oracle Pay",
      ...(coupon ? { coupons: [{ code: "ten", discount: 1000 }] } : {}),
    });
    for (const one of further) this.shop.woo.setStatus(id, one);
    return id;
  }

  /** What a row found when it began. */
  private async given(row: Row): Promise<void> {
    const name = String(row.case);
    const inStatus = /^GET order in (.*)$/.exec(name)?.[1];
    const recordedId = (row.body as { id?: number } | undefined)?.id;
    if (inStatus) this.current = await this.order(inStatus, true);
    else if (row.case === "PUT status") this.current = await this.order(String(row.from));
    else if (name === "GET order after payment_complete with transaction id") {
      this.current = await this.order("pending");
      this.shop.woo.paymentComplete(this.current, "TXN-REST");
    } else if (name === 'PUT invalid status "nonsense"' || name.startsWith("PUT set_paid true")) {
      // "cold": the order of the row before, read anew.
      if (!name.endsWith("(cold)") || recordedId !== this.recordedAs)
        this.current = await this.order(name.endsWith("(cold)") ? "completed" : "pending");
    } else if (name === "POST note private") {
      this.current = await this.order("processing");
      // The recorder had written this status past the dates.
      const kept = this.shop.woo.orders.get(this.current);
      if (kept) kept.datePaid = null;
    }
    if (recordedId !== undefined) this.recordedAs = recordedId;
    // The shop's own notes are a second older than these.
    if (name === "POST note added_by_user" || name === "GET unknown order") this.clock.set(this.clock.now() + 1000);
  }

  private keyFor(name: string): { key: RestKey | null } {
    const { merchant, readOnly } = this.shop.keys;
    if (name === "GET no auth" || name === "GET basic auth over http") return { key: null };
    if (name === "GET bad signature") return { key: { ...merchant, secret: "another" } };
    if (name === "GET bad key") return { key: { ...merchant, key: "ck_nobody" } };
    return { key: name === "PUT read-only key" ? readOnly : merchant };
  }

  /** The double's version of the row. */
  async play(row: Row): Promise<Row> {
    await this.given(row);
    const name = String(row.case);
    const id = name.includes("unknown order") ? "999999" : this.current;
    const before = this.shop.woo.orders.get(this.current)?.notes.length ?? 0;
    const shelf = () => this.shop.woo.orders.get(id)?.stockChange[product.sku] ?? 0;
    const stockBefore = shelf();
    if (row.case === "PUT status") {
      const told = await ask(this.shop, this.clock.now(), "PUT", `/orders/${id}`, { status: row.to });
      const after = this.shop.woo.order(id);
      return {
        http_status: told.status,
        returned_status: (told.body as Row).status,
        error: (told.body as Row).code ?? null,
        db_status: `wc-${after.status}`,
        notes_added: after.notes.slice(before).map(({ text, author }) => [text, author ?? "WooCommerce"]),
        stock_delta: shelf() - stockBefore,
      };
    }
    const query = new URLSearchParams(
      Object.entries((row.query ?? {}) as Record<string, unknown>).map(([key, value]) => [key, String(value)]),
    );
    const path = `${String(row.path).replace("{id}", id)}${query.size > 0 ? `?${query}` : ""}`;
    const method = String(row.method);
    const body = this.mine(row.request_body);
    const told = await ask(this.shop, this.clock.now(), method, path, body ?? undefined, this.keyFor(name).key);
    return { http_status: told.status, body: told.body };
  }

  /** The recorder's numbers of products and orders in ours. */
  private mine(body: unknown): unknown {
    if (body === null) return null;
    if (typeof body === "string") return body;
    return JSON.parse(
      JSON.stringify(body, (key, value) => {
        if (key === "product_id") return product.id;
        return key === "id" && value !== 999_999 ? Number(this.current) : value;
      }),
    );
  }
}
