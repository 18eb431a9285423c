/** An order of a paid payment whose lines are changed in WooCommerce: what the bank has of it then (seed 003, "Enable Modify"). */
import { createHmac } from "node:crypto";
import { afterEach, expect, test } from "vitest";
import { httpApp } from "../../src/http/app.js";
import type { Engine } from "../../src/runtime/embedded/engine.js";
import { wooShop, wooWebhooks } from "../../src/shops/woocommerce/index.js";
import { VirtualClock, type WooServer, wooServer } from "../../src/testing/index.js";
import { bankHas, lines, MINUTE, order, Place, T0 } from "../engine/place.js";
import { ask } from "../testing/woocommerce-rest.js";

const SECRET = "secret of the webhook";
let place: Place | null = null;
let server: WooServer | null = null;
afterEach(async () => {
  await place?.end();
  await server?.close();
});

interface Told {
  status?: "processing" | "pending";
  /** By whom the engine hears of it before the webhook comes. */
  first?: (engine: Engine) => Promise<unknown>;
}

/** A paid order of 600.00 and 400.00, of which a merchant takes out the 400.00 in WooCommerce. */
const edited = async (sendEdits: boolean | undefined, { status = "processing", first }: Told = {}) => {
  const clock = new VirtualClock(T0);
  server = await wooServer({ clock });
  const { key: consumerKey, secret: consumerSecret } = server.keys.engine;
  const gateways = { resurs: "resurs-mapi" };
  const shop = wooShop({ url: server.url, consumerKey, consumerSecret, clock, gateways });
  place = await Place.made({ shop });
  const { engine, bank } = place;
  const at = { createdAt: T0 - 10 * MINUTE, updatedAt: T0 - 10 * MINUTE, datePaid: null };
  server.woo.addOrder({ id: "7", status, total: 100_000, currency: "SEK", lines, needsProcessing: true, ...at });
  server.describe("7", { paymentMethod: "resurs" });
  bankHas(bank, "pay-7", status === "pending" ? "TASK_REDIRECTION_REQUIRED" : "ACCEPTED");
  await engine.place("7", order("pay-7", T0 - 10 * MINUTE, { status, currency: "SEK" }));
  const { body: told } = await ask(server, clock.now(), "GET", "/orders/7");
  const [, second] = (told as { line_items: { id: number }[] }).line_items;
  await ask(server, clock.now(), "PUT", "/orders/7", { line_items: [{ id: second?.id, quantity: 0 }] });
  await first?.(engine);
  await place.rest();
  const shopWebhooks = wooWebhooks({ engine, shop, secrets: [SECRET], gateways, sendEdits });
  const app = httpApp({ engine, apiToken: null, shopWebhooks });
  const body = '{"id":7}';
  const tell = async (topic: string) => {
    const signature = createHmac("sha256", SECRET).update(body).digest("base64");
    const headers = { "x-wc-webhook-topic": topic, "x-wc-webhook-signature": signature };
    await app.fetch(new Request("http://engine.test/shop/webhooks", { method: "POST", headers, body }));
    await place?.rest();
  };
  await tell("order.updated");
  await tell("order.updated");
  return { engine, bank, facts: async () => (await engine.queries.read("7"))?.facts };
};

const moneyCalls = (bank: Place["bank"]) => bank.calls.map(({ op, amount }) => [op, amount]);

test("sent at once where the shop wants it: the reservation becomes that of the lines that are left", async () => {
  const { engine, bank, facts } = await edited(true);
  expect(moneyCalls(bank)).toEqual([
    ["cancel", 1000],
    ["addOrderLines", 600],
  ]);
  expect(await facts()).toMatchObject({ order: { total: 60_000 }, payment: { authorized: 60_000 } });
  await engine.submit("7", { type: "merchant.completed", via: "api" });
  await place?.rest();
  expect(bank.books("pay-7")).toMatchObject({ captured: 600 });
});

/** As class-edits.php tells of it when the request ends: `by` the shop, with the lines that are left. */
const told = { type: "order.updated", by: "shop", change: "order.edited" } as const;
const plugin = (engine: Engine) =>
  engine.submit("7", { ...told, order: { total: 60_000, currency: "SEK", lines: lines.slice(0, 1) } });
const capture = (engine: Engine) => engine.submit("7", { type: "merchant.completed", via: "api" });

/** The bank lets a part of it go, as in its portal, and the engine reads that. */
const released = async (engine: Engine, order: object) => {
  if (place) bankHas(place.bank, "pay-7", "ACCEPTED", undefined, order);
  await engine.submit("7", { type: "reconcile.asked" });
  await place?.rest();
};
const recalculations = async (engine: Engine) =>
  (await engine.queries.history("7")).filter(({ event }) => event.type === "merchant.recalculated").length;

test.each([
  ["the plugin", plugin],
  ["the reading before a capture", capture],
])("sent once, also where %s told of it before the webhook", async (_, first) => {
  const { engine, bank } = await edited(true, { first });
  const sent = [
    ["cancel", 1000],
    ["addOrderLines", 600],
  ];
  expect([moneyCalls(bank), await recalculations(engine)]).toEqual([sent, 1]);
});

test("an edit from before the payment is none: what the portal lets go later is not reserved anew", async () => {
  const first = async (engine: Engine) => {
    await plugin(engine);
    await released(engine, { totalOrderAmount: 600, authorizedAmount: 600 });
    await released(engine, { totalOrderAmount: 600, authorizedAmount: 500, canceledAmount: 100 });
  };
  const { engine, facts } = await edited(true, { status: "pending", first });
  expect(await facts()).toMatchObject({ order: { status: "processing" }, payment: { canceled: 10_000 } });
  expect(await recalculations(engine)).toBe(0);
});

test("nor is one that somebody has sent: what the portal lets go later is not reserved anew", async () => {
  const first = async (engine: Engine) => {
    await plugin(engine);
    await engine.submit("7", { type: "merchant.recalculated", via: "dropdown" });
    await place?.rest();
    await released(engine, { totalOrderAmount: 1600, authorizedAmount: 500, canceledAmount: 1100 });
  };
  const { engine, facts } = await edited(true, { first });
  expect(await facts()).toMatchObject({ payment: { authorized: 50_000 } });
  expect(await recalculations(engine)).toBe(1);
});

test("left to Recalculate where nothing is said: the bank hears nothing, the order is flagged, and not captured", async () => {
  const { engine, bank } = await edited(undefined);
  await engine.submit("7", { type: "merchant.completed", via: "api" });
  await place?.rest();
  expect(moneyCalls(bank)).toEqual([]);
  const { flags = [] } = (await engine.queries.read("7")) ?? {};
  expect(flags.filter(({ clearedAt }) => clearedAt === null).map(({ flag }) => flag)).toEqual([
    "discrepancy:amount-mismatch",
  ]);
});

test("of an order that nobody has paid nothing is sent", async () => {
  const { bank, facts } = await edited(true, { status: "pending" });
  expect(moneyCalls(bank)).toEqual([]);
  expect(await facts()).toMatchObject({ order: { status: "pending", total: 60_000 } });
});
