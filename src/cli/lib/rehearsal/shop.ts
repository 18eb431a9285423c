/** The shop as its customers and its other programs reach it: the checkout of blocks, and REST v3 unsigned. */
import { z } from "zod";
import type { Clock } from "../../../ports/clock.js";
import { withKeys } from "../../../shops/woocommerce/keys.js";

export interface ShopAnswered {
  status: number;
  body: unknown;
}
export interface Ordered {
  id: number;
  /** Where the checkout sends the customer on to; null = it opened no payment. */
  redirect: string | null;
  /** What the shop says where there is none. */
  says: string;
}
export interface ShownOrder {
  status: string;
  total: number;
  notes: string[];
  /** In minor units, each refund. */
  refunds: number[];
}

/** A person of Resurs's test environment. */
const customer = {
  first_name: "Rehearsal",
  last_name: "Testsson",
  address_1: "Testgatan 1",
  city: "Teststad",
  postcode: "25220",
  country: "SE",
  phone: "0701234567",
  email: "rehearsal@example.com",
};
const WAIT_MS = 60_000;

const Made = z.object({ id: z.int() });
const Placed = z.object({
  order_id: z.int(),
  payment_result: z.object({ payment_status: z.string(), redirect_url: z.string().nullish() }).nullish(),
});
const Told = z.object({ message: z.string() });
const minor = (amount: string): number => Math.round(Number(amount) * 100);
const Order = z.object({ status: z.string(), total: z.string().transform(minor) });
const Notes = z.array(z.object({ id: z.number(), note: z.string() }));
const Refunds = z.array(z.object({ amount: z.string().transform(minor) }));
const Stock = z.object({ stock_quantity: z.number() });

export class RehearsedShop {
  readonly #base: string;
  readonly #keys: { consumerKey: string; consumerSecret: string };
  readonly #clock: Clock;
  /** What was made here, and is taken out at the end. */
  readonly orders = new Set<number>();
  product = 0;

  constructor(options: { url: string; consumerKey: string; consumerSecret: string; clock: Clock }) {
    this.#base = `${options.url.replace(/\/+$/, "")}/wp-json`;
    this.#keys = options;
    this.#clock = options.clock;
  }

  /** As another program of the shop asks; `space` below /wp-json. @throws Error where nothing answers */
  async rest(method: string, path: string, body?: object, space = "wc/v3"): Promise<ShopAnswered> {
    const address = new URL(`${this.#base}/${space}/${path}`);
    const { url, headers } = withKeys(this.#keys, method, address, this.#clock.now());
    return this.#fetched(url, {
      method,
      headers: { ...headers, ...(body === undefined ? {} : { "content-type": "application/json" }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  async #fetched(url: URL | string, init: RequestInit): Promise<ShopAnswered> {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(WAIT_MS) });
    const text = await response.text();
    try {
      return { status: response.status, body: JSON.parse(text) };
    } catch {
      return { status: response.status, body: { message: text.replace(/<[^>]*>/g, " ").slice(0, 200) } };
    }
  }

  /** @throws Error with the shop's own words */
  async #asked<T>(schema: z.ZodType<T>, method: string, path: string, body?: object): Promise<T> {
    const { status, body: told } = await this.rest(method, path, body);
    const parsed = schema.safeParse(told);
    if (status < 300 && parsed.success) return parsed.data;
    throw new Error(`${method} ${path}: HTTP ${status} ${Told.safeParse(told).data?.message ?? ""}`);
  }

  /** A product that nobody else sees or buys. */
  async makeProduct(stock: number): Promise<void> {
    const { id } = await this.#asked(Made, "POST", "products", {
      name: "Rehearsal of the order status engine",
      regular_price: "250",
      virtual: true,
      catalog_visibility: "hidden",
      manage_stock: true,
      stock_quantity: stock,
      tax_status: "none",
    });
    this.product = id;
  }

  async stock(): Promise<number> {
    return (await this.#asked(Stock, "GET", `products/${this.product}`)).stock_quantity;
  }

  /** Fills a cart and presses the button. @throws Error where the shop takes no order */
  async buys(method: string, quantity = 1): Promise<Ordered> {
    const store = `${this.#base}/wc/store/v1`;
    const began = await fetch(`${store}/cart`, { signal: AbortSignal.timeout(WAIT_MS) });
    await began.body?.cancel();
    const token = began.headers.get("cart-token");
    if (token === null) throw new Error(`the shop gives no cart (HTTP ${began.status})`);
    const send = (path: string, body: object) =>
      this.#fetched(`${store}/${path}`, {
        method: "POST",
        headers: { "content-type": "application/json", "cart-token": token },
        body: JSON.stringify(body),
      });
    const added = await send("cart/add-item", { id: this.product, quantity });
    if (added.status >= 300) throw new Error(`the cart: ${Told.safeParse(added.body).data?.message ?? added.status}`);
    const { status, body } = await send("checkout", { billing_address: customer, payment_method: method });
    const placed = Placed.safeParse(body).data;
    if (placed !== undefined) this.orders.add(placed.order_id);
    const redirect = placed?.payment_result?.payment_status === "success" ? placed.payment_result.redirect_url : null;
    const says = Told.safeParse(body).data?.message ?? `HTTP ${status}`;
    return { id: placed?.order_id ?? 0, redirect: redirect || null, says };
  }

  async order(id: number): Promise<ShownOrder> {
    const { status, total } = await this.#asked(Order, "GET", `orders/${id}`);
    const notes = await this.#asked(Notes, "GET", `orders/${id}/notes`);
    const refunds = await this.#asked(Refunds, "GET", `orders/${id}/refunds`);
    return {
      status,
      total,
      notes: notes.sort((a, b) => a.id - b.id).map(({ note }) => note),
      refunds: refunds.map(({ amount }) => amount),
    };
  }

  /** The plugin tries the engine and fetches its methods anew: it forgets that the engine was down. */
  async wakePlugin(): Promise<void> {
    await this.rest("GET", "doctor", undefined, "wc-order-status-engine/v1");
  }

  /** @returns what is left of it in the shop, in words */
  async restore(): Promise<string[]> {
    const left: string[] = [];
    const gone = async (path: string): Promise<void> => {
      const { status } = await this.rest("DELETE", `${path}?force=true`).catch(() => ({ status: 0 }));
      // 404: it was deleted during an act.
      if (status !== 200 && status !== 404) left.push(`${path} (HTTP ${status})`);
    };
    for (const id of this.orders) await gone(`orders/${id}`);
    if (this.product !== 0) await gone(`products/${this.product}`);
    return left;
  }
}
