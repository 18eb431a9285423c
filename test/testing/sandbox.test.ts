/** The first program of a reader: the least that an order needs, and the verbs. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { httpApp } from "../../src/http/app.js";
import { createEngine, type Engine, InvalidEvent } from "../../src/index.js";
import { memoryStore } from "../../src/stores/memory/store.js";
import { type Sandbox, sandbox } from "../../src/testing/index.js";

const T0 = Date.parse("2026-11-20T12:00:00Z");

let box: Sandbox;
let engine: Engine;
beforeEach(async () => {
  box = await sandbox();
  engine = createEngine({ store: memoryStore(), gateways: [box.gateway], shop: box.shop });
  await engine.start();
});
afterEach(async () => {
  await engine.stop();
  await box.close();
});

const paid = async (orderId = "1001") => {
  await box.customer.orders(engine, orderId, 100_00);
  return box.customer.pays(engine, orderId);
};
const moneyOf = async (orderId: string) => {
  const { payment } = (await engine.queries.read(orderId))?.facts ?? {};
  return [payment?.authorized, payment?.captured, payment?.refunded];
};

test("gateway, total, currency and lines are enough: the order was made now", async () => {
  const before = engine.clock.now();
  await engine.place("1", { gateway: null, total: 1, currency: "SEK", lines: [] });
  const { order } = (await engine.queries.read("1"))?.facts ?? {};
  expect(order).toMatchObject({ status: "pending", needsProcessing: true });
  expect(order?.createdAt).toBeGreaterThanOrEqual(before);
  expect(order?.updatedAt).toBe(order?.createdAt);
});

test.each([
  [{ createdAt: T0 }, "updatedAt"],
  [{ updatedAt: T0 + 5 }, "createdAt"],
] as const)("of %j the %s that is left out is now, as it is over HTTP", async (moments, leftOut) => {
  const order = { gateway: null, total: 1, currency: "SEK", lines: [], ...moments };
  const app = httpApp({ engine, apiToken: "secret-of-sixteen", publicUrl: "https://shop.example" });
  const headers = { authorization: "Bearer secret-of-sixteen", "content-type": "application/json" };
  const before = engine.clock.now();
  await engine.place("library", order);
  const body = JSON.stringify({ orderId: "http", order });
  expect((await app.fetch(new Request("https://shop.example/orders", { method: "POST", headers, body }))).status).toBe(
    201,
  );
  for (const id of ["library", "http"]) {
    const placed = (await engine.queries.read(id))?.facts.order;
    expect(placed).toMatchObject(moments);
    expect(placed?.[leftOut]).toBeGreaterThanOrEqual(before);
  }
});

test.each([null, 5, "order"])("%j is no order", async (order) => {
  await expect(engine.place("1", order as never)).rejects.toThrow(InvalidEvent);
});

describe("a verb waits for the bank, and says how it ended", () => {
  test("complete", async () => {
    expect(await paid()).toMatchObject({ outcome: "moved", to: "processing" });
    expect(await engine.complete("1001")).toMatchObject({ outcome: "moved", to: "completed", final: true });
    expect(await moneyOf("1001")).toEqual([0, 100_00, 0]);
  });

  test("capture keeps the status", async () => {
    await paid();
    expect(await engine.capture("1001")).toMatchObject({ outcome: "moved", to: "processing" });
    expect(await moneyOf("1001")).toEqual([0, 100_00, 0]);
  });

  test("cancel", async () => {
    await paid();
    expect(await engine.cancel("1001")).toMatchObject({ outcome: "moved", to: "cancelled" });
    expect(await moneyOf("1001")).toEqual([0, 0, 0]);
  });

  test("refund of a part, then of all that is left", async () => {
    await paid();
    await engine.complete("1001");
    const part = { amount: 30_00, by: "Anna Ek" };
    expect(await engine.refund("1001", part)).toMatchObject({ outcome: "moved", to: "completed" });
    const asked = (await engine.queries.history("1001")).find(({ event }) => event.type === "merchant.refundedAmount");
    // The audit trail: when, by which way, who, and what came of it.
    expect(asked).toMatchObject({
      at: expect.any(Number),
      event: { ...part, via: "api" },
      answers: expect.arrayContaining([
        expect.objectContaining({ type: "merchant.refundedAmount", outcome: "deferred" }),
      ]),
    });
    expect(await moneyOf("1001")).toEqual([0, 100_00, 30_00]);
    expect(await engine.refund("1001")).toMatchObject({ outcome: "moved", to: "refunded" });
    expect(await moneyOf("1001")).toEqual([0, 100_00, 100_00]);
  });

  test("a refusal is a receipt that says why", async () => {
    await paid();
    expect(await engine.refund("1001")).toMatchObject({ outcome: "refused", reason: "refund-not-possible" });
  });

  test("the same id twice is one event", async () => {
    await paid();
    await engine.complete("1001", { id: "click" });
    expect(await engine.complete("1001", { id: "click" })).toMatchObject({ repeated: true });
  });
});
