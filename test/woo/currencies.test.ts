/** Amounts go to the shop and come from it with the digits of the order's currency. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../src/ports/clock.js";
import { wooDoctor } from "../../src/shops/woocommerce/doctor.js";
import { wooShop } from "../../src/shops/woocommerce/index.js";
import { type WooServer, type WooServerOptions, wooServer } from "../../src/testing/doubles/woocommerce/server.js";
import { VirtualClock } from "../../src/testing/virtual-clock.js";
import { MINUTE, order, T0 } from "../engine/place.js";
import { type Behind, engineBehind, TOKEN } from "./behind.js";
import { php, type Site, type Step, wordpressDoes } from "./wordpress.js";

const open: WooServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});
const shopOf = async (currency: string, options: Partial<WooServerOptions> = {}) => {
  const clock = new VirtualClock(T0);
  const bodies: string[] = [];
  const server = await wooServer({ clock, currency, ...options });
  open.push(server);
  const at = { createdAt: T0, updatedAt: T0, datePaid: null };
  const lines = [{ sku: "tea", quantity: 3, total: 12_345, vat: 1122 }];
  server.woo.addOrder({ id: "7", status: "completed", total: 12_345, currency, lines, needsProcessing: true, ...at });
  const { key: consumerKey, secret: consumerSecret } = server.keys.engine;
  const spying: typeof fetch = async (...asked) => {
    const body = asked[1]?.body;
    if (typeof body === "string") bodies.push(body);
    return fetch(...asked);
  };
  const shop = wooShop({ url: server.url, consumerKey, consumerSecret, clock, fetch: spying });
  return { server, shop, bodies, keys: { consumerKey, consumerSecret } };
};

describe.each([
  ["SEK", "5.00", "112.23", 2],
  ["JPY", "500", "11223", 0],
  ["KWD", "0.500", "11.223", 3],
])("%s", (currency, refunded, net, digits) => {
  test("an order is read in its minor units", async () => {
    const { shop } = await shopOf(currency);
    expect(await shop.readOrder?.("7")).toMatchObject({ total: 12_345, lines: [{ total: 12_345, vat: 1122 }] });
  });

  test("a refund and lines are written in its major units", async () => {
    const { shop, server, bodies } = await shopOf(currency);
    expect(await shop.execute("7", "e1", { type: "recordRefund", amount: 500, lines: null })).toEqual({ kind: "done" });
    expect(JSON.parse(bodies[0] ?? "{}")).toMatchObject({ amount: refunded });
    expect(server.woo.order("7").refunds.map(({ amount }) => amount)).toEqual([500]);
    const lines = [{ sku: "tea", quantity: 2, total: 12_345, vat: 1122 }];
    await shop.execute("7", "e2", { type: "setOrderLines", lines, total: 12_345 });
    expect(JSON.parse(bodies.at(-1) ?? "{}")).toMatchObject({ line_items: [{ quantity: 2, total: net }] });
    expect(server.woo.order("7").total).toBe(12_345);
  });

  test("a refund by hand is found again", async () => {
    const { shop, server } = await shopOf(currency);
    server.woo.refund("7", 300, { _order_status_engine_refund: "by-hand" });
    expect(await shop.execute("7", "e1", { type: "recordRefund", amount: 500, lines: null })).toEqual({ kind: "done" });
    expect(server.woo.order("7").refunds.map(({ amount }) => amount)).toEqual([300, 200]);
  });

  test("doctor wants as many decimals as the currency has", async () => {
    for (const decimals of [0, 2, 3]) {
      const { server, keys } = await shopOf(currency, { decimals });
      const told = { callbackUrl: null, webhookSecret: null, holdStockMinutes: 60, statuses: [] };
      const findings = await wooDoctor({ url: server.url, ...keys, clock: new VirtualClock(T0), ...told });
      const found = findings.find(({ check }) => check === "decimals");
      expect(found?.verdict).toBe(decimals === digits ? "ok" : "wrong");
      if (decimals !== digits) expect(found?.fix).toContain(`Number of decimals to ${digits};`);
    }
  });
});

describe.skipIf(php === null)("the plugin", () => {
  let behind: Behind;
  beforeAll(async () => {
    behind = await engineBehind();
    const made = systemClock().now() - 10 * MINUTE;
    for (const currency of ["JPY", "KWD"])
      await behind.engine.place(currency === "JPY" ? "1" : "2", order(null, made, { currency, gateway: null }));
  });
  afterAll(() => behind.end());

  const does = (step: Step, site: Pick<Site, "currency" | "decimals">) =>
    wordpressDoes([step], {
      constants: { ORDER_STATUS_ENGINE_URL: behind.served.url, ORDER_STATUS_ENGINE_TOKEN: TOKEN },
      follows: [],
      ...site,
    });

  test.each([
    ["1", 1500, { currency: "JPY", decimals: 0 }, "1,500", "0", "1500"],
    ["2", 12.345, { currency: "KWD", decimals: 3 }, "12.345", "0.000", "12.345"],
  ])("order %s: a part by hand is told as it was typed", async (id, amount, site, inShop, atBank, typed) => {
    const method = "ose_resurs-mapi";
    const list = { do: "list", order: id, status: "processing", method, refunded: amount, byHand: true } as const;
    const [told] = await does(list, site);
    expect(told?.answer).toContain(
      `The shop has refunds of ${inShop}\\u00a0${site.currency}, and the bank has refunded ${atBank}\\u00a0${site.currency}.`,
    );
    const refund = { do: "refund", order: id, status: "processing", refund: 90, byHand: true } as const;
    const [noted] = await does({ ...refund, amount, lines: [], to: "processing", method }, site);
    expect(noted?.notes).toEqual([expect.stringContaining(`A refund of ${typed} ${site.currency} was recorded`)]);
  });
});
