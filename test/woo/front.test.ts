/** A shop that answers 404, 400 or a page for a while: every change is written all the same, and none is parked. */
import { afterEach, describe, expect, test } from "vitest";
import { wooShop } from "../../src/shops/woocommerce/index.js";
import { type Disturbance, type WooServer, wooServer } from "../../src/testing/index.js";
import { VirtualClock } from "../../src/testing/virtual-clock.js";
import { bankHas, callback, gatewayTo, lines, MINUTE, order, Place, T0 } from "../engine/place.js";

let ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.reverse()) await end();
  ends = [];
});

const IDS = ["1", "2", "3", "4", "5"];
const SECOND = 1000;

const orderIn = (server: WooServer, id: string) =>
  server.woo.addOrder({
    id,
    status: "pending",
    total: 100_000,
    currency: "SEK",
    lines,
    needsProcessing: true,
    createdAt: T0,
    updatedAt: T0,
    datePaid: null,
  });

const shops: [string, Disturbance][] = [
  ["nginx's page, 404", { front: { status: 404 } }],
  ["a line of text, 404", { front: { status: 404, body: "plain" } }],
  ["nothing, 404", { front: { status: 404, body: "empty" } }],
  ["a JSON of the front, 404", { front: { status: 404, body: "json" } }],
  ["a page, 400", { front: { status: 400 } }],
  ["a page, 403", { front: { status: 403 } }],
  ["a page, 405", { front: { status: 405 } }],
  ["a page with a good status", { front: { status: 200 } }],
  ["rest_no_route", { code: { status: 404, code: "rest_no_route" } }],
  ["rest_forbidden", { code: { status: 403, code: "rest_forbidden" } }],
  ["rest_invalid_json", { code: { status: 400, code: "rest_invalid_json" } }],
  // WooCommerce itself says no, while it is being updated.
  ["WooCommerce's no such order", { code: { status: 404, code: "woocommerce_rest_shop_order_invalid_id" } }],
  ["WooCommerce's no to a parameter", { code: { status: 400, code: "rest_invalid_param" } }],
  ["a page, 404, and all was written", { front: { status: 404, passedOn: true } }],
];

describe.each(shops)("the shop answers %s for twelve seconds", (_, disturbance) => {
  test("all orders are right, each note is there once, and nothing is a dead letter", { timeout: 60_000 }, async () => {
    const place = await Place.made({ gateways: [] });
    ends.push(() => place.end());
    let away = false;
    const server = await wooServer({ clock: place.clock, disturb: () => (away ? disturbance : undefined) });
    ends.push(() => server.close());
    const { key: consumerKey, secret: consumerSecret } = server.keys.engine;
    const shop = wooShop({ url: server.url, consumerKey, consumerSecret, clock: place.clock });
    const engine = await place.start({ gateways: [gatewayTo(place.bank.url, place.clock)], shop });
    for (const id of IDS) {
      orderIn(server, id);
      bankHas(place.bank, `pay-${id}`);
      await engine.place(id, order(`pay-${id}`, T0));
    }
    await place.after(MINUTE);
    away = true;
    for (const id of IDS) await engine.submit(id, callback(`pay-${id}`));
    await place.after(12 * SECOND);
    expect((await engine.queries.health()).counts).toMatchObject({ deadEffects: 0 });
    away = false;
    await place.after(2 * MINUTE);
    expect(IDS.map((id) => server.woo.order(id).status)).toEqual(IDS.map(() => "processing"));
    expect(IDS.map((id) => server.woo.confirmationMails(id))).toEqual(IDS.map(() => 1));
    for (const id of IDS) {
      const own = server.woo.order(id).notes.filter(({ text }) => /\[#[0-9a-f]{8}\]$/.test(text));
      expect(new Set(own.map(({ text }) => text)).size).toBe(own.length);
    }
    expect((await engine.queries.health()).counts).toMatchObject({ waitingEffects: 0, deadEffects: 0, deadEvents: 0 });
  });
});

const answers: [string, Disturbance, "gone" | "refused" | "retry"][] = [
  ["no such order", { code: { status: 404, code: "woocommerce_rest_shop_order_invalid_id" } }, "gone"],
  ["no such order, to a write", { code: { status: 400, code: "woocommerce_rest_shop_order_invalid_id" } }, "gone"],
  ["no such order, to a note", { code: { status: 404, code: "woocommerce_rest_order_invalid_id" } }, "gone"],
  ["no such order, to a refund", { code: { status: 404, code: "woocommerce_rest_invalid_order_id" } }, "gone"],
  ["a wrong parameter", { code: { status: 400, code: "rest_invalid_param" } }, "refused"],
  ["an unknown product", { code: { status: 400, code: "woocommerce_rest_product_invalid_id" } }, "refused"],
  ["a coupon that is none", { code: { status: 400, code: "woocommerce_rest_invalid_coupon" } }, "refused"],
  ["no route", { code: { status: 404, code: "rest_no_route" } }, "retry"],
  ["a guard's no", { code: { status: 403, code: "rest_forbidden" } }, "retry"],
  ["a cut body", { code: { status: 400, code: "rest_invalid_json" } }, "retry"],
  ["a plugin's own code", { code: { status: 400, code: "jwt_auth_bad_request" } }, "retry"],
  ["a page, 410", { front: { status: 410 } }, "retry"],
  ["a front's JSON, 400", { front: { status: 400, body: "json" } }, "retry"],
];

test.each(answers)("%s: what it means", async (_, disturbance, meaning) => {
  const clock = new VirtualClock(T0);
  const server = await wooServer({ clock, disturb: () => disturbance });
  ends.push(() => server.close());
  const { key: consumerKey, secret: consumerSecret } = server.keys.engine;
  const shop = wooShop({ url: server.url, consumerKey, consumerSecret, clock });
  const told = await shop.execute("7", "e1", { type: "addOrderNote", note: "n" });
  expect(told.kind).toBe(meaning === "gone" ? "refused" : meaning);
  if (meaning === "gone") expect(told).toMatchObject({ detail: "the shop has no order 7" });
  const status = await shop.readStatus("7").catch(() => "cannot say");
  expect(status).toBe(meaning === "gone" ? null : "cannot say");
  const order = await shop.readOrder("7").catch(() => "cannot say");
  expect(order).toEqual(meaning === "gone" ? { gone: true } : "cannot say");
});
