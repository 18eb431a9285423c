import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { signatureBase, withKeys } from "../../src/shops/woocommerce/keys.js";
import { type WooServer, wooServer } from "../../src/testing/doubles/woocommerce/server.js";
import { phpJson } from "../../src/testing/doubles/woocommerce/webhooks.js";
import { VirtualClock } from "../../src/testing/virtual-clock.js";
import { oracle, type Row, rowsOf } from "./woocommerce-replay.js";
import { ask, RestReplay, settled } from "./woocommerce-rest.js";
import { WebhookReplay } from "./woocommerce-webhooks.js";

const absent = (name: string): boolean => !existsSync(new URL(name, oracle));

/** Only the outline of a schema of 36 kB is given, and only that is compared. */
const outline = (body: unknown): unknown => {
  const { namespace, methods, schema } = body as { namespace: string; methods: string[]; schema: Row };
  const { type, enum: words } = ((schema.properties as Row).status ?? {}) as Row;
  return { namespace, methods, title: schema.title, status: { type, words } };
};

if (absent("rest.jsonl")) test.skip(`the recorded REST rows: ${oracle.pathname} is not there`, () => {});

describe.skipIf(absent("rest.jsonl"))("REST as recorded on WooCommerce 11.0.1", () => {
  const rows = absent("rest.jsonl") ? [] : rowsOf("rest.jsonl");
  let replay: RestReplay;
  beforeAll(async () => {
    replay = await RestReplay.start();
  });
  afterAll(() => replay.close());

  test("every row is played", () => expect(rows.length).toBe(125));

  // In their order: some rows find what the one before left.
  test.each(rows.map((row, index) => [index, `${row.case} ${row.from ?? ""} ${row.to ?? ""}`.trim(), row] as const))(
    "row %i: %s",
    async (_, __, row) => {
      const {
        env: _env,
        case: name,
        method: _m,
        path: _p,
        query: _q,
        request_body: _b,
        from: _f,
        to: _t,
        ...told
      } = row;
      const seen = await replay.play(row);
      if (name === "GET statuses schema") {
        expect(outline(seen.body)).toEqual(outline(told.body));
        expect(seen.http_status).toBe(told.http_status);
      } else expect(settled(seen)).toEqual(settled(told));
    },
  );
});

if (absent("webhooks.jsonl")) test.skip(`the recorded webhooks: ${oracle.pathname} is not there`, () => {});

describe.skipIf(absent("webhooks.jsonl"))("webhooks as recorded on WooCommerce 11.0.1", () => {
  const rows = absent("webhooks.jsonl") ? [] : rowsOf("webhooks.jsonl");
  const name = (row: Row) => String(row.case);
  const registered = rows.filter((row) => name(row).startsWith("REST create webhook"));
  const failing = rows.filter((row) => "failure_count" in row);
  const delivered = rows.filter((row) => !registered.includes(row) && !failing.includes(row));
  const cases = [...new Set(delivered.map(name))];
  let replay: WebhookReplay;
  beforeAll(async () => {
    replay = await WebhookReplay.start();
  });
  afterAll(() => replay.close());

  test("every row is played", () => expect([registered.length, delivered.length, failing.length]).toEqual([7, 46, 39]));

  test.each(registered)("$case", async (row) => {
    const seen = await replay.register(row);
    const path = (body: unknown) => new URL((body as { delivery_url: string }).delivery_url).pathname;
    expect(path(seen.body)).toBe(path(row.body));
    const bare = (one: Row) => settled({ ...one, body: { ...(one.body as Row), delivery_url: "" } });
    expect(bare(seen)).toEqual(bare({ http_status: row.http_status, body: row.body }));
  });

  /** What belongs to the connection and not to the message is left out, and what is random is only told to be there. */
  const headersOf = (headers: unknown): Row => {
    const sent = ["user-agent", "content-type", "x-wc-webhook-topic", "x-wc-webhook-resource", "x-wc-webhook-event"];
    const present = ["x-wc-webhook-source", "x-wc-webhook-signature", "x-wc-webhook-id", "x-wc-webhook-delivery-id"];
    const lower = Object.fromEntries(Object.entries(headers as Row).map(([key, value]) => [key.toLowerCase(), value]));
    return Object.fromEntries([
      ...sent.map((key) => [key, lower[key]]),
      ...present.map((key) => [key, String(lower[key]).length]),
      ["others", Object.keys(lower).filter((key) => key.startsWith("x-") && ![...sent, ...present].includes(key))],
    ]);
  };
  const bodyOf = (row: Row): unknown => {
    const text = String(row.body_raw);
    return text.startsWith("{") ? settled(JSON.parse(text)) : text.replace(/\d+/, "~");
  };
  const compared = (row: Row): Row => ({
    phase: row.phase,
    method: row.method,
    url: row.url,
    signature_matches: row.signature_matches,
    body_status: row.body_status,
    body: bodyOf(row),
    headers: { ...headersOf(row.headers), "x-wc-webhook-source": "~", "x-wc-webhook-id": "~" },
  });

  test.each(cases)("%s", async (one) => {
    const { deliveries, summary } = await replay.play(one);
    const { env: _, case: __, ...expected } = delivered.find((row) => name(row) === one && row.summary) as Row;
    expect(summary).toEqual(expected);
    const told = delivered.filter((row) => name(row) === one && !row.summary);
    expect(deliveries.map(compared)).toEqual(told.map(compared));
  });

  test("the bytes of a body are PHP's, because the signature is over them", () => {
    const bodies = delivered.map((row) => String(row.body_raw)).filter((text) => text.startsWith("{"));
    expect(bodies.length).toBeGreaterThan(20);
    for (const text of bodies) expect(phpJson(JSON.parse(text))).toBe(text);
  });

  test.each(
    failing.map((row, index) => [index, `${row.case} ${row.path ?? ""} ${row.attempt ?? ""}`.trim(), row] as const),
  )("failure row %i: %s", async (_, __, row) => {
    const seen = await replay.fail(row);
    const { env, case: ___, path, attempt, seconds, action_scheduler_statuses, ...told } = row;
    // The recorder counted all actions of its shop, and took the time that its receiver took.
    void [env, path, attempt, seconds, action_scheduler_statuses];
    const kinds = (told.requests_kind as string[] | undefined)?.map((kind) => kind.replace(/ \(.*\)/, ""));
    expect(seen).toMatchObject({ ...told, ...(kinds ? { requests_kind: kinds } : {}) });
  });
});

describe("our own rows, where the recorded ones are not at hand", () => {
  const clock = new VirtualClock(1_800_000_000_000);
  let shop: WooServer;
  beforeAll(async () => {
    const products = [{ id: 5, name: "Tea", sku: "tea", price: 500 }];
    shop = await wooServer({ clock, products, customStatuses: { picking: "Being picked" }, decimals: 3 });
    const at = { createdAt: clock.now(), updatedAt: clock.now(), datePaid: null };
    const lines = [{ sku: "tea", quantity: 2, total: 1000 }];
    shop.woo.addOrder({
      id: "7",
      status: "pending",
      total: 1000,
      currency: "SEK",
      lines,
      needsProcessing: true,
      ...at,
    });
  });
  afterAll(() => shop.close());

  const message = (text: string) => ({ message: text });
  const rows: [method: string, path: string, body: unknown, status: number, told: object][] = [
    ["GET", "/orders/7", undefined, 200, { status: "pending", total: "10.00", needs_payment: true }],
    ["PUT", "/orders/7", { status: "wc-processing" }, 400, { code: "rest_invalid_param" }],
    ["PUT", "/orders/7", { set_paid: true, transaction_id: "T" }, 200, { status: "processing", transaction_id: "T" }],
    ["PUT", "/orders/7", { set_paid: true, transaction_id: "U" }, 200, { status: "processing", transaction_id: "U" }],
    ["PUT", "/orders/7", { status: "picking" }, 200, { status: "picking" }],
    ["PUT", "/orders/7", { status: "cancelled" }, 200, { status: "cancelled", date_paid: "2027-01-15T08:00:00" }],
    ["GET", "/orders/statuses", undefined, 200, expect.arrayContaining([{ slug: "picking", name: "Being picked" }])],
    ["POST", "/orders/7/refunds", { amount: "10.01", api_refund: false }, 500, message("Invalid refund amount.")],
    ["POST", "/orders/7/notes", { note: "Hi" }, 201, { note: "Hi", author: "WooCommerce" }],
    ["POST", "/orders", { line_items: [{ sku: "tea", quantity: 3 }] }, 201, { status: "pending", total: "15.00" }],
    ["GET", "/orders/8", undefined, 404, { code: "woocommerce_rest_shop_order_invalid_id" }],
    ["PUT", "/orders/8", { status: "completed" }, 400, { code: "woocommerce_rest_shop_order_invalid_id" }],
    ["GET", "/settings/general/woocommerce_price_num_decimals", undefined, 200, { value: "3" }],
    ["GET", "/nothing", undefined, 404, { code: "rest_no_route" }],
  ];
  test.each(rows)("%s %s %j answers %i", async (method, path, body, status, told) => {
    const seen = await ask(shop, clock.now(), method, path, body);
    expect(seen.status).toBe(status);
    expect(seen.body).toEqual(Array.isArray(seen.body) ? told : expect.objectContaining(told));
  });

  test("a signature is good once, and for fifteen minutes", async () => {
    const { key, secret } = shop.keys.merchant;
    const address = new URL(`${shop.url}/wp-json/wc/v3/orders/7`);
    const signed = (at: number) => withKeys({ consumerKey: key, consumerSecret: secret }, "GET", address, at).url;
    const once = signed(clock.now());
    const told = async (url: URL) => ((await (await fetch(url)).json()) as { message?: string }).message ?? "ok";
    expect([await told(once), await told(once)]).toEqual(["ok", "Invalid nonce - nonce has already been used."]);
    expect(await told(signed(clock.now() - 16 * 60_000))).toBe("Invalid timestamp.");
  });

  test("OAuth's own example is put together as the document has it", () => {
    const url = new URL("http://photos.example.net/photos?size=original&file=vacation.jpg");
    url.searchParams.set("oauth_consumer_key", "dpf43f3p2l4k3l03");
    url.searchParams.set("oauth_nonce", "kllo9940pd9333jh");
    url.searchParams.set("oauth_signature_method", "HMAC-SHA1");
    url.searchParams.set("oauth_timestamp", "1191242096");
    url.searchParams.set("oauth_token", "nnch734d00sl2jdk");
    url.searchParams.set("oauth_version", "1.0");
    expect(signatureBase("GET", url)).toBe(
      "GET&http%3A%2F%2Fphotos.example.net%2Fphotos&file%3Dvacation.jpg%26oauth_consumer_key%3Ddpf43f3p2l4k3l03" +
        "%26oauth_nonce%3Dkllo9940pd9333jh%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D1191242096" +
        "%26oauth_token%3Dnnch734d00sl2jdk%26oauth_version%3D1.0%26size%3Doriginal",
    );
  });
});
