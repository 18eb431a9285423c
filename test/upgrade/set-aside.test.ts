/** An order that today's machines do not know is parked on a real store, in sight; all others go on. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { registry } from "../../machines/index.js";
import type { OrderRecord } from "../../src/core/record.js";
import { decide } from "../../src/index.js";
import { createEngine } from "../../src/runtime/embedded/engine.js";
import { sqliteStore } from "../../src/stores/sqlite/store.js";
import { anOrder } from "../../src/testing/decision/samples.js";
import { wooDouble } from "../../src/testing/index.js";
import { cli } from "../cli/run.js";
import { temporary } from "../engine/place.js";

const at = Date.now();

/** What a store holds of an order, as another release left it. */
const writtenBy = (orderId: string, change: (record: OrderRecord) => Partial<OrderRecord>) => {
  const order = anOrder({ createdAt: at, updatedAt: at, paymentId: null });
  const envelope = {
    id: "order.placed",
    orderId,
    at,
    source: "shop" as const,
    event: { type: "order.placed" as const, order },
  };
  const { record, entry } = decide(null, envelope, at);
  return {
    orderId,
    expectedVersion: 0,
    record: { ...record, timers: {}, ...change(record) },
    history: [entry],
    effects: [],
    timers: { set: [], cancel: [] },
    settled: [],
    decided: [],
  };
};

const { file, remove } = await temporary();
const calm = await temporary();
afterAll(async () => {
  await remove();
  await calm.remove();
});

beforeAll(async () => {
  const store = sqliteStore({ file });
  await store.open();
  await store.commit([
    writtenBy("known", () => ({})),
    writtenBy("older", ({ machine }) => ({ machine: { ...machine, hash: "0123456789abcdef" } })),
    writtenBy("newer", ({ machine }) => ({ machine: { ...machine, version: 99 } })),
    writtenBy("strange", ({ machine, states }) => ({
      machine: { ...machine, hash: "0123456789abcdef" },
      states: { ...states, order: "shipped" },
    })),
  ]);
  await store.close();
});

const { version } = registry;

describe("migrate --check", () => {
  test("says per version what would become of the orders, and ends with 3", async () => {
    const { code, out } = await cli(["migrate", "--check", "--store", file]);
    expect(code).toBe(3);
    expect(out).toContain("4 orders in");
    expect(out).toMatch(new RegExp(`woocommerce-order +${version} +3 +1 +1 +1$`, "m"));
    expect(out).toMatch(/woocommerce-order +99 +1 +0 +0 +1$/m);
    expect(out).toMatch(
      new RegExp(`newer +written by version 99 of the machines; there is no migration to ${version}`),
    );
    expect(out).toMatch(/strange +the order stands in "shipped", a state that no machine here knows/);
  });

  test("tells a program the same, and names every order", async () => {
    const { code, out } = await cli(["migrate", "--check", "--store", file, "--json"]);
    expect(code).toBe(3);
    const told = JSON.parse(out);
    expect(told).toMatchObject({ machine: "woocommerce-order", version, orders: 4 });
    expect(told.unknown.map(({ orderId }: { orderId: string }) => orderId)).toEqual(["newer", "strange"]);
  });

  test("migrates nothing ahead of time", async () => {
    const { code, err } = await cli(["migrate", "--store", file]);
    expect(code).toBe(2);
    expect(err).toContain("--check");
  });
});

test("the unknown ones are parked in sight when something happens to them; the others go on", async () => {
  const store = sqliteStore({ file });
  const engine = createEngine({ store, gateways: [], shop: wooDouble({ now: () => at }).shop });
  await engine.start();
  const event = { type: "merchant.held", via: "api" } as const;
  const outcomes: Record<string, string> = {};
  for (const orderId of ["known", "older", "newer", "strange"]) {
    const { outcome, reason } = await engine.submit(orderId, event);
    outcomes[orderId] = reason === null ? outcome : `${outcome}: ${reason}`;
  }
  expect(outcomes).toEqual({ known: "moved", older: "moved", newer: "deferred: parked", strange: "deferred: parked" });
  expect((await engine.queries.health()).counts).toMatchObject({ parked: 2, waitingEvents: 2 });
  const rows = await engine.queries.list({ limit: 10 });
  expect(rows.map(({ orderId, parked }) => [orderId, parked !== null])).toEqual([
    ["known", false],
    ["newer", true],
    ["older", false],
    ["strange", true],
  ]);
  await engine.stop();
  const why = await cli(["why", "strange", "--store", file]);
  expect(why.out).toContain('(the order stands in "shipped", a state that no machine here knows)');
  const show = await cli(["show", "strange", "--store", file]);
  expect(show.out).toContain('parked   the order stands in "shipped"');
});

test("where all are known the check ends with 0", async () => {
  const store = sqliteStore({ file: calm.file });
  await store.open();
  await store.commit([writtenBy("known", () => ({}))]);
  await store.close();
  const { code, out } = await cli(["migrate", "--check", "--store", calm.file]);
  expect(out).toContain("none would be parked");
  expect(code).toBe(0);
});
