/** What it costs a shop that orders were paid while the engine was away: PHP takes a fifth of a second for each request. */
import { afterEach, describe, expect, test } from "vitest";
import type { OrderStatus } from "../../machines/facts.js";
import { systemClock } from "../../src/ports/clock.js";
import { createEngine, type Engine } from "../../src/runtime/embedded/engine.js";
import { wooShop } from "../../src/shops/woocommerce/index.js";
import { memoryStore } from "../../src/stores/memory/store.js";
import { type ResursDouble, resursDouble, type WooServer, wooServer } from "../../src/testing/index.js";
import { bankHas, gatewayTo, MINUTE, order, shopHas, until } from "../engine/place.js";

let ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.reverse()) await end();
  ends = [];
});

/** Orders that wait for their payment, and an engine that knows them. */
const waiting = async (ids: string[]) => {
  const clock = systemClock();
  const asked: string[] = [];
  const server: WooServer = await wooServer({
    clock,
    disturb: ({ method, path }) => void asked.push(`${method} ${path.replace(/^.*\/v3\//, "")}`),
  });
  ends.push(() => server.close());
  const bank: ResursDouble = await resursDouble({ clock });
  ends.push(() => bank.close());
  const { key: consumerKey, secret: consumerSecret } = server.keys.engine;
  const shop = wooShop({ url: server.url, consumerKey, consumerSecret, clock });
  const engine: Engine = createEngine({
    store: memoryStore(),
    gateways: [gatewayTo(bank.url, clock)],
    shop,
    clock,
  });
  await engine.start();
  ends.push(() => engine.stop());
  const made = clock.now() - 20 * MINUTE;
  for (const id of ids) {
    bankHas(bank, `pay-${id}`, "TASK_REDIRECTION_REQUIRED");
    shopHas(server.woo, id, made);
    await engine.place(id, order(`pay-${id}`, made));
  }
  const rests = () => until(() => engine.idle, "rest");
  await rests();
  asked.length = 0;
  return { server, bank, engine, asked, rests };
};

const night = async (engine: Engine): Promise<void> => {
  for await (const _ of engine.reconcile({ dryRun: false, freshMs: 0 }));
};

describe("an order that another look finds", () => {
  test("as it was costs the shop one request", async () => {
    const { engine, asked, rests } = await waiting(["1"]);
    await night(engine);
    await rests();
    expect(asked).toEqual(["GET orders/1"]);
  });

  test.each([
    ["paid, in words that WooCommerce writes itself", "ACCEPTED", "processing", []],
    ["frozen, with a note of ours", "FROZEN", "on-hold", ["POST orders/2/notes", "GET orders/2/notes"]],
  ] as const)("%s: one look, notes and order before and after the write", async (_, says, status, note) => {
    const { server, bank, engine, asked, rests } = await waiting(["1", "2"]);
    const found = async (id: string) => {
      asked.length = 0;
      bankHas(bank, `pay-${id}`, says);
      await night(engine);
      await rests();
      expect(server.woo.order(id).status).toBe<OrderStatus>(status);
    };
    // What the statuses are called is asked once.
    await found("1");
    await found("2");
    expect(asked.filter((one) => one.includes("/2"))).toEqual([
      "GET orders/2",
      "GET orders/2/notes",
      "GET orders/2",
      "PUT orders/2",
      "GET orders/2/notes",
      ...note,
      "GET orders/2",
    ]);
  });
});
