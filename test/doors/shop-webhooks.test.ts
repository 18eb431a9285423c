/** The shop's webhooks when a stranger repeats what he saw on the wire: a signed body under headers of his own. */
import { createHmac, randomUUID } from "node:crypto";
import { afterEach, expect, test } from "vitest";
import { wooShop, wooWebhooks } from "../../src/shops/woocommerce/index.js";
import { type WooServer, wooServer } from "../../src/testing/index.js";
import { bankHas, callback, MINUTE, order, Place, T0 } from "../engine/place.js";
import { ask } from "../testing/woocommerce-rest.js";
import { taking } from "../woo/taking.js";

const SECRET = "secret of the shop's webhook";
const TOPICS = [
  "order.updated",
  "order.deleted",
  "order.restored",
  "order.created",
  "action.woocommerce_x",
  "nonsense",
];

interface Headers {
  topic?: string;
  delivery?: string | null;
}

const signed = (body: string, { topic = "order.updated", delivery = randomUUID() }: Headers = {}) =>
  new Request("http://engine.test/shop/webhooks", {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-wc-webhook-topic": topic,
      "x-wc-webhook-signature": createHmac("sha256", SECRET).update(body).digest("base64"),
      ...(delivery === null ? {} : { "x-wc-webhook-delivery-id": delivery }),
    },
    body,
  });

let ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.reverse()) await end();
  ends = [];
});

/** Order 7 in a WooCommerce and in an engine; its payment is at the bank. */
const world = async (
  placed: Parameters<typeof order>[2] = {},
  gateways: Record<string, string> = { resurs: "resurs-mapi" },
) => {
  const place = await Place.made();
  ends.push(() => place.end());
  const asked: string[] = [];
  let lost = 0;
  const server: WooServer = await wooServer({
    clock: place.clock,
    disturb: ({ method, path }) => {
      if (/\/orders\/\d+$/.test(path)) asked.push(method);
      if (lost === 0) return undefined;
      lost -= 1;
      return { front: { status: 502 } };
    },
  });
  ends.push(() => server.close());
  const { key: consumerKey, secret: consumerSecret } = server.keys.engine;
  const shop = wooShop({ url: server.url, consumerKey, consumerSecret, clock: place.clock });
  const engine = await place.start({ shop });
  const known = { total: 100_000, currency: "SEK", lines: [], needsProcessing: true, createdAt: T0, updatedAt: T0 };
  const add = (id: string) => server.woo.addOrder({ id, status: placed.status ?? "pending", ...known, datePaid: null });
  add("7");
  await place.order("7");
  await engine.place("7", order("pay-7", T0, placed));
  const node = () => taking(wooWebhooks({ engine, shop, secrets: [SECRET], gateways }));
  const take = node();
  const outcomeOf = async (response: Response) => ((await response.json()) as { outcome: string }).outcome;
  return {
    place,
    server,
    engine,
    node,
    add,
    outcome: async (body: string, headers?: Headers) => outcomeOf(await take(signed(body, headers))),
    outcomeOf,
    merchant: (status: string) => ask(server, place.clock.now(), "PUT", "/orders/7", { status }),
    entries: async () => (await engine.queries.history("7", 0, 5000)).length,
    /** How often the shop was asked for an order since the last time. */
    reads: () => asked.splice(0).filter((method) => method === "GET").length,
    loseNext: (n: number) => {
      lost = n;
    },
  };
};

const updated = (more: object = {}) =>
  JSON.stringify({ id: 7, status: "pending", date_modified: "2026-11-20", ...more });

test.each([
  ["an update", [updated()]],
  ["an action", ['{"action":"woocommerce_order_status_changed","arg":7}']],
  ["a deletion", ['{"id":7}']],
  ["four bodies of one order", [updated(), updated({ total: "1.00" }), '{"id":7}', '{"id":7,"status":"completed"}']],
])("doors 12: %s, repeated 1,000 times under other topics and delivery ids, writes nothing", async (_, bodies) => {
  const { outcome, entries, engine, reads } = await world();
  const before = await engine.queries.read("7");
  for (let i = 0; i < 1000; i += 1) {
    const topic = TOPICS[i % TOPICS.length] as string;
    // A third under one delivery id, a third under ids of their own, a third under none.
    const delivery = [undefined, "one", null][i % 3];
    await outcome(bodies[i % bodies.length] as string, delivery === undefined ? { topic } : { topic, delivery });
  }
  expect(await entries()).toBe(1);
  expect(await engine.queries.read("7")).toEqual(before);
  expect(reads()).toBeLessThanOrEqual(bodies.length + 3);
});

test("doors 12: a body repeated for ten minutes reads the shop at most three times a minute", async () => {
  const { outcome, entries, reads, place } = await world();
  await outcome(updated());
  for (let minute = 0; minute < 10; minute += 1) {
    reads();
    for (let i = 0; i < 120; i += 1) {
      await outcome(updated(), { topic: TOPICS[i % TOPICS.length] as string });
      place.clock.set(place.clock.now() + 500);
    }
    expect(reads()).toBeLessThanOrEqual(4);
  }
  expect(await entries()).toBe(1);
});

test("doors 12: an order that the engine does not know is asked about no more often", async () => {
  const { outcome, add, reads } = await world();
  add("8");
  for (const body of ['{"id":8}', '{"id":404}']) {
    for (let i = 0; i < 200; i += 1) await outcome(body, { topic: "order.created" });
    expect(reads()).toBeLessThanOrEqual(4);
  }
});

test.each([...TOPICS, "the right one, many times"])(
  "doors 12: repeated under the topic %s, a body does not put a held callback off",
  async (topic) => {
    const { outcome, engine, place } = await world();
    await engine.submit("7", callback("pay-7"));
    for (let second = 0; second < 60; second += 10) {
      await outcome(updated(), { topic });
      await outcome('{"id":7}', { topic });
      await place.after(10_000);
    }
    await place.after(1000);
    expect((await engine.queries.read("7"))?.facts.order.status).toBe("processing");
  },
);

test.each(TOPICS)("doors 12: under the topic %s the shop's own answer decides", async (topic) => {
  const { outcome, engine, merchant } = await world();
  expect(await outcome(updated(), { topic })).toBe("nothing-new");
  await merchant("cancelled");
  expect(await outcome(updated({ note: "later" }), { topic })).toBe("moved");
  expect((await engine.queries.read("7"))?.facts.order.status).toBe("cancelled");
});

test.each([
  ["deleted", "?force=true"],
  ["put into the trash", ""],
])("doors 12: an order is %s when the shop says so, whatever the topic; written once", async (_, how) => {
  const { outcome, engine, server, place, entries } = await world();
  for (const topic of TOPICS) expect(await outcome('{"id":7}', { topic })).not.toBe("noted");
  expect(await entries()).toBe(1);
  await ask(server, place.clock.now(), "DELETE", `/orders/7${how}`);
  place.clock.set(T0 + 2 * MINUTE);
  const told = [];
  for (const [i, topic] of TOPICS.entries()) told.push(await outcome(`{"id":7,"i":${i}}`, { topic }));
  expect(new Set(told)).toEqual(new Set(["noted"]));
  const noted = (await engine.queries.history("7")).filter(({ event }) => event.type === "order.updated");
  const event = { type: "order.updated", by: "shop", change: "order.deleted", order: { gone: true } };
  expect(noted.map((entry) => entry.event)).toEqual([event]);
});

test("doors 12: a new body is read, whichever delivery id it carries and however much was repeated before", async () => {
  const { outcome, merchant, engine, place } = await world();
  for (let i = 0; i < 50; i += 1) await outcome(updated(), { delivery: "the next one's" });
  for (let i = 0; i < 50; i += 1) await outcome(updated());
  await merchant("on-hold");
  expect(await outcome(updated({ status: "on-hold" }), { delivery: "the next one's" })).toBe("moved");
  // An action's body is the same each time; its delivery is not.
  const action = '{"action":"woocommerce_order_status_changed","arg":7}';
  expect(await outcome(action)).toBe("nothing-new");
  await merchant("failed");
  place.clock.set(T0 + MINUTE);
  expect(await outcome(action)).toBe("moved");
  expect((await engine.queries.read("7"))?.facts.order.status).toBe("failed");
});

test("doors 12: a body is not remembered while the shop could not be asked", async () => {
  const { outcome, merchant, loseNext } = await world();
  await merchant("cancelled");
  loseNext(1);
  expect(await outcome(updated(), { delivery: "same" })).toBe("left-to-reconcile");
  expect(await outcome(updated(), { delivery: "same" })).toBe("moved");
  expect(await outcome(updated(), { delivery: "same" })).toBe("repeated");
});

test("doors 12: what several nodes hear at the same moment is written once", async () => {
  const { node, merchant, engine, outcomeOf } = await world();
  await merchant("cancelled");
  const nodes = Array.from({ length: 8 }, node);
  const bodies = [updated(), updated({ a: 1 }), '{"id":7}'];
  const told = await Promise.all(
    nodes.flatMap((take) => bodies.map(async (body) => outcomeOf(await take(signed(body))))),
  );
  expect(told).toContain("moved");
  const types = (await engine.queries.history("7"))
    .map(({ event }) => event.type)
    .filter((type) => type !== "payment.read");
  expect(types).toEqual(["order.placed", "order.seen"]);
});

test("doors 12: a status that the engine does not take is written no second time", async () => {
  const { outcome, server, entries, place } = await world();
  server.woo.setStatus("7", "checkout-draft");
  for (let i = 0; i < 20; i += 1) {
    place.clock.set(place.clock.now() + 30_000);
    await outcome(updated({ i }));
  }
  expect(await entries()).toBe(1);
});

test("doors 12: while money is on the move, another hand's status is written once", async () => {
  const { outcome, server, engine, place } = await world({ status: "processing" });
  bankHas(place.bank, "pay-7", "ACCEPTED", { capture: "timeout-after-apply:1" });
  await engine.submit("7", { type: "merchant.completed", via: "api" });
  await place.rest();
  expect((await engine.queries.read("7"))?.facts.operation?.kind).toBe("capture");
  server.woo.setStatus("7", "on-hold");
  for (let i = 0; i < 20; i += 1) await outcome(updated({ i }), { topic: TOPICS[i % TOPICS.length] as string });
  const seen = (await engine.queries.history("7")).filter(({ event }) => event.type === "order.seen");
  expect(seen.map(({ answers }) => answers[0]?.reason)).toEqual(["operation-in-flight"]);
});

test("an order that was edited in the shop is taken as it is there, once", async () => {
  const { outcome, engine, server, place } = await world({ status: "processing" });
  server.woo.edit("7", { total: 60_000, lines: [{ sku: "LAMP", quantity: 1, total: 60_000 }] });
  for (let i = 0; i < 3; i += 1) await outcome(updated({ i }));
  expect((await engine.queries.read("7"))?.facts.order).toMatchObject({ total: 60_000, lines: [{ total: 60_000 }] });
  const edits = (await engine.queries.history("7")).filter(({ event }) => event.type === "order.updated");
  expect(edits.map(({ event }) => event)).toMatchObject([{ change: "order.edited", order: { total: 60_000 } }]);
  await ask(server, place.clock.now(), "PUT", "/orders/7", { payment_method: "bacs" });
  await outcome(updated({ i: 9 }));
  expect((await engine.queries.read("7"))?.facts.order.paidOtherwise).toBe(true);
});

test.each([
  ["cash on delivery, told by the plugin", "cod", true],
  ["none at all, told by the plugin", "", true],
  ["one of the plugin's own again", "ose_resurs-mapi_7d63", false],
] as const)("where no payment methods are named, a webhook takes nothing back: %s", async (_, method, otherwise) => {
  const { outcome, engine, server, place } = await world({ status: "pending" }, {});
  const change = { type: "order.updated", by: "shop", change: "order.edited", order: { gateway: null } } as const;
  await engine.submit("7", change, { wait: "settled" });
  await ask(server, place.clock.now(), "PUT", "/orders/7", { payment_method: method });
  await outcome(updated());
  expect((await engine.queries.read("7"))?.facts.order.paidOtherwise === true).toBe(otherwise);
});
