/** What the order is, is read from the shop before its money moves: the shop told nobody of what it has now. */
import { afterEach, describe, expect, test } from "vitest";
import type { Command } from "../../machines/events.js";
import { netsEasy } from "../../src/gateways/nets/easy.js";
import { createEngine } from "../../src/runtime/embedded/engine.js";
import { memoryStore } from "../../src/stores/memory/store.js";
import { netsDouble, VirtualClock, wooDouble } from "../../src/testing/index.js";
import { lines, MINUTE, order, Place, T0, until } from "./place.js";

let place: Place;
afterEach(() => place?.end());

const complete = { type: "merchant.completed", via: "dropdown" } as const;
const DAY = 24 * 60 * MINUTE;
const calls = (id: string, op: string) =>
  place.bank.calls.filter((call) => call.paymentId === `pay-${id}` && call.op === op && call.applied).length;
const captures = (id: string) => calls(id, "capture");

describe("a capture", () => {
  test.each([
    ["lowered", { total: 80_000 }, "amount-mismatch"],
    ["raised", { total: 120_000 }, "amount-mismatch"],
    ["in another currency", { currency: "EUR" }, "currency-mismatch"],
  ])("is not made where the order was %s in the shop", async (_what, edit, reason) => {
    place = await Place.made();
    await place.order("1", { status: "processing" });
    place.woo.edit("1", edit);
    expect(await place.tell("1", complete)).toMatchObject({ outcome: "refused", reason });
    expect([captures("1"), place.status("1")]).toEqual([0, "processing"]);
    expect((await place.engine.queries.read("1"))?.facts.order).toMatchObject(edit);
  });

  test("is not made where the shop has no such order, which it has to say twice", async () => {
    place = await Place.made();
    await place.order("1", { status: "processing" });
    place.woo.orders.delete("1");
    const answer = place.engine.submit("1", complete, { wait: "settled", timeoutMs: 10 * MINUTE });
    await place.rest();
    expect((await place.engine.queries.read("1"))?.facts.order.gone).toBeUndefined();
    await place.after(MINUTE);
    expect(await answer).toMatchObject({ outcome: "refused", reason: "order-gone" });
    expect(captures("1")).toBe(0);
  });

  test("is made where the shop has what is known, or what was just written to it", async () => {
    place = await Place.made();
    await place.order("1", { status: "processing" });
    const fewer = {
      type: "merchant.editedLines",
      via: "api",
      total: 60_000,
      lines: lines.slice(0, 1),
      adds: false,
    } as const;
    expect(await place.tell("1", fewer)).toMatchObject({ outcome: "moved" });
    expect(await place.tell("1", complete)).toMatchObject({ outcome: "moved" });
    expect([captures("1"), place.status("1"), place.woo.order("1").total]).toEqual([1, "completed", 60_000]);
  });

  test("waits for lines of ours that are still on their way to the shop", async () => {
    place = await Place.made();
    await place.order("1", { status: "processing" });
    place.woo.failNext(3);
    const fewer = {
      type: "merchant.editedLines",
      via: "api",
      total: 60_000,
      lines: lines.slice(0, 1),
      adds: false,
    } as const;
    await place.tell("1", fewer);
    const answer = place.engine.submit("1", complete, { wait: "settled", timeoutMs: 10 * MINUTE });
    await place.rest();
    expect([captures("1"), place.woo.order("1").total]).toEqual([0, 100_000]);
    await place.after(MINUTE);
    expect(await answer).toMatchObject({ outcome: "moved", to: "completed" });
    expect([captures("1"), place.woo.order("1").total]).toEqual([1, 60_000]);
  });

  test("waits for a shop that cannot be asked, and says so", async () => {
    let away = true;
    place = await Place.made();
    const shop = {
      ...place.woo.shop,
      readOrder: (id: string) => (away ? Promise.reject(new Error("HTTP 502")) : place.woo.shop.readOrder(id)),
    };
    place.engine = await place.start({ shop });
    await place.order("1", { status: "processing" });
    const answer = place.engine.submit("1", complete, { wait: "settled", timeoutMs: 10 * MINUTE });
    await place.rest();
    expect(captures("1")).toBe(0);
    expect(JSON.stringify(await place.engine.queries.effectsOf("1"))).toContain("HTTP 502");
    away = false;
    await place.after(MINUTE);
    expect(await answer).toMatchObject({ outcome: "moved", to: "completed" });
    expect(captures("1")).toBe(1);
  });

  test("is made on what the shop told last where the shop cannot be read at all", async () => {
    place = await Place.made();
    const { readOrder: _, ...shop } = place.woo.shop;
    place.engine = await place.start({ shop });
    await place.order("1", { status: "processing" });
    place.woo.edit("1", { total: 80_000 });
    expect(await place.tell("1", complete)).toMatchObject({ outcome: "moved" });
  });

  test("that a bank kept waiting for a day is not made for the total of the day before", async () => {
    place = await Place.made();
    await place.order("1", { status: "processing", faults: { capture: "http-429" } });
    const answer = place.engine.submit("1", complete, { wait: "settled", timeoutMs: 2 * DAY });
    await place.after(DAY);
    place.woo.edit("1", { total: 80_000 });
    await place.after(MINUTE * 20);
    expect(await answer).toMatchObject({ outcome: "refused", reason: "amount-mismatch" });
    expect(place.bank.calls.length).toBeGreaterThan(10);
    expect(captures("1")).toBe(0);
  });
});

describe("other money", () => {
  test.each<[string, Command, object, string]>([
    [
      "a refund of everything",
      { type: "merchant.refunded", via: "dropdown" },
      { authorizedAmount: 0, capturedAmount: 1000, possibleActions: ["REFUND"] },
      "refund",
    ],
    [
      "a change of lines",
      { type: "merchant.editedLines", via: "api", total: 60_000, lines: lines.slice(0, 1), adds: false },
      {},
      "cancel",
    ],
    [
      "a recalculation",
      { type: "merchant.recalculated", via: "api" },
      { authorizedAmount: 0, canceledAmount: 1000 },
      "addOrderLines",
    ],
  ])("is not moved for %s of an order that the shop has changed", async (_what, event, amounts, operation) => {
    place = await Place.made();
    const status = operation === "refund" ? "completed" : "processing";
    await place.order("1", { status, amounts });
    place.woo.edit("1", { total: 90_000 });
    expect(await place.tell("1", event)).toMatchObject({ outcome: "refused", reason: "order-changed" });
    expect([calls("1", operation), place.status("1"), place.woo.order("1").total]).toEqual([0, status, 90_000]);
    expect((await place.engine.queries.read("1"))?.facts.order.total).toBe(90_000);
  });

  test("of a deleted order, and of one that is paid another way now, is released when it is asked for again", async () => {
    const amounts = { authorizedAmount: 0, capturedAmount: 1000, possibleActions: ["REFUND", "PARTIAL_REFUND"] };
    place = await Place.made();
    await place.order("1", { status: "completed", amounts });
    place.woo.orders.delete("1");
    const first = place.engine.submit("1", { type: "merchant.refunded" }, { wait: "settled", timeoutMs: 10 * MINUTE });
    await place.after(MINUTE);
    expect(await first).toMatchObject({ outcome: "refused", reason: "order-changed" });
    expect(await place.tell("1", { type: "merchant.refunded" })).toMatchObject({ outcome: "moved", to: "refunded" });
    const readOrder = async () => ({ gateway: null });
    place.engine = await place.start({ shop: { ...place.woo.shop, readOrder } });
    await place.order("2", { status: "completed", amounts });
    const all: Command = { type: "merchant.refundedAmount", amount: 100_000 };
    expect(await place.tell("2", all)).toMatchObject({ outcome: "refused", reason: "not-ours" });
    await place.after(MINUTE);
    expect(await place.tell("2", all)).toMatchObject({ outcome: "moved" });
    expect([calls("1", "refund"), calls("2", "refund")]).toEqual([1, 1]);
  });

  test("a part that is refunded is not asked about", async () => {
    place = await Place.made();
    await place.order("1", {
      status: "completed",
      amounts: { authorizedAmount: 0, capturedAmount: 1000, possibleActions: ["REFUND", "PARTIAL_REFUND"] },
    });
    place.woo.edit("1", { total: 90_000 });
    const part = { type: "merchant.refundedAmount", via: "api", amount: 10_000 } as const;
    expect(await place.tell("1", part)).toMatchObject({ outcome: "moved" });
  });
});

test("at Nets: an order that was lowered in the shop is not charged", async () => {
  const clock = new VirtualClock(T0);
  const nets = await netsDouble({ clock });
  const woo = wooDouble({ now: () => clock.now() });
  const gateway = netsEasy({ baseUrl: nets.url, secretKey: "secret", clock });
  const engine = createEngine({ store: memoryStore(), gateways: [gateway], shop: woo.shop, clock });
  await engine.start();
  try {
    const { gateway: _, paymentId: __, ...placed } = order(null, T0);
    woo.addOrder({ id: "1", ...placed, datePaid: null });
    await engine.place("1", { ...placed, gateway: "nets-easy" });
    const urls = { successUrl: "https://a.test/1", failUrl: "https://a.test/2", callbackUrl: "https://a.test/3" };
    const opened = await engine.checkout("1", "nets-easy", urls);
    if (opened.kind !== "ok") throw new Error(opened.kind);
    nets.customerPays(opened.paymentId);
    await engine.submit("1", { type: "customer.returned", page: "success" }, { wait: "settled" });
    await until(() => woo.order("1").status === "processing");
    woo.edit("1", { total: 99_000 });
    const answer = await engine.submit("1", complete, { wait: "settled" });
    expect(answer).toMatchObject({ outcome: "refused", reason: "amount-mismatch" });
    expect((await engine.queries.read("1"))?.facts.payment).toMatchObject({ authorized: 100_000, captured: 0 });
  } finally {
    await engine.stop();
    await nets.close();
  }
});
