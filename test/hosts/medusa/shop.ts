/** What the administrator and the storefront say to Medusa's APIs, over HTTP. */
import { randomUUID } from "node:crypto";
import { setTimeout } from "node:timers/promises";

export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: the answers of Medusa's routes, of which each test reads its part
  body: any;
}
export interface Client {
  get(path: string): Promise<Answer>;
  post(path: string, body?: object): Promise<Answer>;
}

/** No server takes longer, also on a busy machine. */
const LONGEST_MS = 180_000;

export const clientOf = (url: string, headers: Record<string, string>): Client => {
  const send = async (method: string, path: string, body?: object): Promise<Answer> => {
    const signal = AbortSignal.timeout(LONGEST_MS);
    const sent = { method, signal, headers: { "content-type": "application/json", ...headers } };
    const answer = await fetch(`${url}${path}`, { ...sent, ...(body && { body: JSON.stringify(body) }) });
    return { status: answer.status, body: await answer.json().catch(() => null) };
  };
  /** Medusa fails at a list now and then while orders are written. */
  const get = async (path: string, more = 3): Promise<Answer> => {
    const answer = await send("GET", path);
    if (answer.status < 500 || more === 0) return answer;
    process.stderr.write(`Medusa: ${path}: ${JSON.stringify(answer)}\n`);
    await setTimeout(500);
    return get(path, more - 1);
  };
  return { get: (path) => get(path), post: (path, body = {}) => send("POST", path, body) };
};

export const adminOf = async (url: string, member: object): Promise<Client> => {
  const { body } = await clientOf(url, {}).post("/auth/user/emailpass", member);
  return clientOf(url, { authorization: `Bearer ${body.token}` });
};

export const PROVIDER = "pp_order-status_resurs";

export interface Wares {
  region: string;
  channel: string;
  lamp: string;
  table: string;
  post: string;
  yen: string;
}

/** A lamp for 100 kr, a table for 500 kr, delivery for 30 kr; and a region that pays in yen. */
export const setUp = async (admin: Client): Promise<{ wares: Wares; key: string }> => {
  const make = async (path: string, body: object) => {
    const answer = await admin.post(path, body);
    if (answer.status !== 200) throw new Error(`${path}: ${JSON.stringify(answer)}`);
    return Object.values(answer.body)[0] as { id: string; token: string; variants: { id: string }[] };
  };
  const { stores } = (await admin.get("/admin/stores")).body;
  const currencies = [{ currency_code: "sek", is_default: true }, { currency_code: "jpy" }];
  await make(`/admin/stores/${stores[0].id}`, { supported_currencies: currencies });
  const channel = (await make("/admin/sales-channels", { name: "web" })).id;
  const key = await make("/admin/api-keys", { title: "web", type: "publishable" });
  await make(`/admin/api-keys/${key.id}/sales-channels`, { add: [channel] });
  const region = (name: string, currency_code: string, country: string) =>
    make("/admin/regions", { name, currency_code, countries: [country], payment_providers: [PROVIDER] });
  const [sweden, japan] = [await region("Sweden", "sek", "se"), await region("Japan", "jpy", "jp")];
  const place = (await make("/admin/stock-locations", { name: "Lund" })).id;
  await make(`/admin/stock-locations/${place}/sales-channels`, { add: [channel] });
  await make(`/admin/stock-locations/${place}/fulfillment-providers`, { add: ["manual_manual"] });
  await make(`/admin/stock-locations/${place}/fulfillment-sets`, { name: "post", type: "shipping" });
  const { body } = await admin.get(`/admin/stock-locations/${place}?fields=*fulfillment_sets`);
  const set = body.stock_location.fulfillment_sets[0].id;
  const geo_zones = ["se", "jp"].map((country_code) => ({ type: "country", country_code }));
  const zones = await admin.post(`/admin/fulfillment-sets/${set}/service-zones`, { name: "all", geo_zones });
  const zone = zones.body.fulfillment_set.service_zones[0].id;
  const profile = (await make("/admin/shipping-profiles", { name: "goods", type: "goods" })).id;
  const priced = (amount: number) => ["sek", "jpy"].map((currency_code) => ({ currency_code, amount }));
  const post = await make("/admin/shipping-options", {
    ...{ name: "By post", service_zone_id: zone, shipping_profile_id: profile, provider_id: "manual_manual" },
    ...{
      type: { label: "post", description: "post", code: "post" },
      price_type: "flat",
      prices: priced(30),
      rules: [],
    },
  });
  const product = async (title: string, amount: number) => {
    const made = await make("/admin/products", {
      ...{ title, status: "published", shipping_profile_id: profile, sales_channels: [{ id: channel }] },
      options: [{ title: "size", values: ["one"] }],
      variants: [{ title, manage_inventory: false, options: { size: "one" }, prices: priced(amount) }],
    });
    return made.variants[0]?.id ?? "";
  };
  const [lamp, table] = [await product("A lamp", 100), await product("A table", 500)];
  const wares = { region: sweden.id, channel, lamp, table, post: post.id, yen: japan.id };
  return { wares, key: key.token };
};

export interface Session {
  id: string;
  status: string;
  amount: number;
  data: { payment_id?: string; redirect_url?: string };
}

export const storefrontOf = ({ get, post }: Client, wares: Wares) => ({
  async cart(...items: string[]): Promise<string> {
    const address = { first_name: "Ada", last_name: "A", address_1: "1", city: "Lund", postal_code: "22222" };
    const answer = await post("/store/carts", {
      // Of two new carts of a new customer at one moment Medusa refuses one.
      ...{ region_id: wares.region, sales_channel_id: wares.channel, email: `${randomUUID()}@shop.example` },
      ...{
        shipping_address: { ...address, country_code: "se" },
        items: items.map((id) => ({ variant_id: id, quantity: 1 })),
      },
    });
    if (answer.status !== 200) throw new Error(`no cart: ${JSON.stringify(answer)}`);
    const { id } = answer.body.cart;
    await post(`/store/carts/${id}/shipping-methods`, { option_id: wares.post });
    return id;
  },
  add: (cart: string, variant_id: string) => post(`/store/carts/${cart}/line-items`, { variant_id, quantity: 1 }),
  /** A session for what the cart costs now. */
  async pay(cart: string): Promise<Answer & { session?: Session }> {
    const { body } = await post("/store/payment-collections", { cart_id: cart });
    const collection = body.payment_collection.id;
    const answer = await post(`/store/payment-collections/${collection}/payment-sessions`, { provider_id: PROVIDER });
    return { ...answer, session: answer.body?.payment_collection?.payment_sessions?.at(-1) };
  },
  complete: (cart: string) => post(`/store/carts/${cart}/complete`),
  read: async (cart: string) => (await get(`/store/carts/${cart}`)).body.cart,
});
export type Storefront = ReturnType<typeof storefrontOf>;

export interface Payment {
  id: string;
  amount: number;
  captured_at: string | null;
  canceled_at: string | null;
  captures: { amount: number }[];
  refunds: { amount: number }[];
  data: { payment_id: string; bank_status?: string };
}

const PAYMENTS =
  "*payment_collections,*payment_collections.payments,*payment_collections.payments.captures,*payment_collections.payments.refunds";

export const officeOf = ({ get, post }: Client) => {
  /** @throws with what Medusa says instead */
  const read = async (path: string): Promise<Answer> => {
    const answer = await get(path);
    if (answer.status !== 200) throw new Error(`${path}: ${JSON.stringify(answer)}`);
    return answer;
  };
  return {
    /** The order of the cart's payment; undefined = it is not placed. */
    async orderPaidBy(paymentId: string) {
      const { body } = await read(`/admin/orders?limit=500&order=-created_at&fields=id,status,total,${PAYMENTS}`);
      for (const order of body.orders) {
        const payments: Payment[] = order.payment_collections.flatMap((one: { payments: Payment[] }) => one.payments);
        const payment = payments.find(({ data }) => data?.payment_id === paymentId);
        if (payment)
          return { id: order.id as string, status: order.status as string, total: order.total as number, payment };
      }
      return undefined;
    },
    capture: (payment: string, amount?: number) =>
      post(`/admin/payments/${payment}/capture`, amount === undefined ? {} : { amount }),
    refund: (payment: string, amount: number) => post(`/admin/payments/${payment}/refund`, { amount }),
    /** One item of it. */
    async fulfil(order: string): Promise<Answer> {
      const [item] = (await read(`/admin/orders/${order}?fields=*items`)).body.order.items;
      return post(`/admin/orders/${order}/fulfillments`, { items: [{ id: item.id, quantity: 1 }] });
    },
    cancel: (order: string) => post(`/admin/orders/${order}/cancel`),
  };
};
export type Office = ReturnType<typeof officeOf>;
