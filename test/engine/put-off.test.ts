/** A call that is put off, by a bank that takes none now or a shop that cannot be read: readings pass it, and a person ends it. */
import { afterEach, describe, expect, test } from "vitest";
import type { Command } from "../../src/index.js";
import type { Gateway } from "../../src/ports/gateway.js";
import type { Shop } from "../../src/ports/shop.js";
import { sqliteStore } from "../../src/stores/sqlite/store.js";
import { resursDouble } from "../../src/testing/doubles/resurs/double.js";
import { bankHas, callback, gatewayNamed, MINUTE, Place, temporary } from "./place.js";

const SECOND = 1000;
const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

type Call = "capture" | "cancel" | "refund" | "addOrderLines";

/** An engine whose bank puts calls of this kind off for as long as `away` says, and counts what reaches it of `pay-o`. */
const world = async (call: Call | "shop", store: "memory" | "file" = "memory") => {
  const state = { away: false, sent: 0, reads: 0 };
  const place = new Place();
  place.bank = await resursDouble({ clock: place.clock });
  const inner = gatewayNamed("resurs-mapi", place.bank.url, place.clock);
  const gateway: Gateway = {
    ...inner,
    readPayment: (id) => {
      if (id === "pay-o") state.reads += 1;
      return inner.readPayment(id);
    },
  };
  for (const name of ["capture", "cancel", "refund", "addOrderLines"] as const) {
    gateway[name] = async (asked: never) => {
      if (state.away && name === call) return { kind: "retry", afterMs: null, detail: "ECONNREFUSED", certain: true };
      state.sent += 1;
      return inner[name](asked);
    };
  }
  const shop: Shop = {
    ...place.woo.shop,
    readOrder: async (id) => {
      if (state.away && call === "shop") throw new Error("the shop is away");
      return (await place.woo.shop.readOrder?.(id)) as never;
    },
  };
  const file = store === "file" ? await temporary() : null;
  if (file !== null) ends.push(file.remove);
  place.engine = await place.start({
    gateways: [gateway],
    shop,
    ...(file && { store: sqliteStore({ file: file.file }) }),
  });
  ends.push(() => place.end());
  return { place, state };
};

const captured = { authorizedAmount: 0, capturedAmount: 1000, possibleActions: ["REFUND", "PARTIAL_REFUND"] };
const part: Command = { type: "merchant.refundedAmount", via: "api", amount: 25_000, lines: null };
const fewer: Command = {
  type: "merchant.editedLines",
  via: "api",
  lines: [{ sku: "b", quantity: 1, total: 40_000 }],
  total: 40_000,
  adds: false,
};
const completed: Command = { type: "merchant.completed", via: "api" };
const endedWait: Command = { type: "merchant.endedWait", via: "api" };

const cases: [string, Call | "shop", Command, object | undefined][] = [
  ["a capture", "capture", completed, undefined],
  ["a cancellation", "cancel", { type: "merchant.cancelled", via: "api" }, undefined],
  ["a refund of a part", "refund", part, captured],
  ["a refund of everything", "refund", { type: "merchant.refunded", via: "api", amount: null }, captured],
  ["the first step of new lines", "cancel", fewer, undefined],
  ["the second step of new lines", "addOrderLines", fewer, undefined],
  ["a capture, and the shop cannot be read", "shop", completed, undefined],
];

describe.each(["memory", "file"] as const)("the release of a payment too many that does not go out (%s)", (store) => {
  test("a person ends it, and nothing is sent after that, at no later reading either", async () => {
    const { place, state } = await world("cancel", store);
    await place.order("o", { status: "processing", previousPaymentIds: ["pay-2"] });
    bankHas(place.bank, "pay-2");
    state.away = true;
    await place.tell("o", callback("pay-2"));
    await place.after(20 * SECOND);
    const other = async () => (await place.engine.queries.read("o"))?.facts.others[0];
    expect(await other()).toMatchObject({ state: { releasing: "asked" } });
    expect(await place.engine.queries.can("o", endedWait)).toMatchObject({ allowed: true });
    expect((await place.engine.queries.why("o"))?.action.events).toEqual(["merchant.endedWait"]);
    const first = place.engine.submit("o", endedWait, { wait: "settled", timeoutMs: 1e9 });
    await place.after(5 * SECOND);
    expect(await first).toMatchObject({ outcome: "ignored", reason: "outcome-unknown" });
    expect(await place.engine.queries.can("o", endedWait)).toMatchObject({ allowed: true });
    const again = place.engine.submit("o", endedWait, { wait: "settled", timeoutMs: 1e9 });
    await place.after(5 * SECOND);
    expect(await again).toMatchObject({ outcome: "moved", rule: "cancel/ended-by-person" });
    expect(await other()).toMatchObject({ release: null, state: "surplus" });
    state.away = false;
    await place.after(30 * MINUTE);
    await place.tell("o", { type: "reconcile.asked" });
    await place.tell("o", callback("pay-2"));
    expect([state.sent, await place.engine.queries.effectsOf("o")]).toEqual([0, []]);
    const raised = (await place.engine.queries.read("o"))?.flags.filter(({ clearedAt }) => clearedAt === null);
    expect(raised).toMatchObject([{ flag: "discrepancy:paid-twice", amount: 100_000 }]);
    expect(await place.engine.queries.can("o", endedWait)).toMatchObject({ allowed: false, reason: "no-lost-answer" });
  });
});

describe.each(cases)("%s that does not go out", (_, call, wanted, amounts) => {
  const asked = async (store: "memory" | "file" = "memory") => {
    const { place, state } = await world(call, store);
    const status = amounts === undefined ? "processing" : "completed";
    await place.order("o", { status, previousPaymentIds: ["pay-2"], ...(amounts && { amounts }) });
    await place.tell("o", { type: "reconcile.asked" });
    state.away = true;
    void place.engine.submit("o", wanted).catch(() => {});
    await place.after(20 * SECOND);
    const { operation } = (await place.engine.queries.read("o"))?.facts ?? {};
    expect(operation).toMatchObject({ lostAt: null });
    const before = state.sent;
    return { place, state, before };
  };

  test.each(["memory", "file"] as const)("a person ends it, and nothing is sent after that (%s)", async (store) => {
    const { place, state, before } = await asked(store);
    expect(await place.engine.queries.can("o", endedWait)).toMatchObject({ allowed: true });
    const first = place.engine.submit("o", endedWait, { wait: "settled", timeoutMs: 1e9 });
    await place.after(5 * SECOND);
    expect(await first).toMatchObject({ outcome: "ignored", reason: "outcome-unknown" });
    const again = place.engine.submit("o", endedWait, { wait: "settled", timeoutMs: 1e9 });
    await place.after(5 * SECOND);
    expect(await again).toMatchObject({ outcome: "moved", rule: expect.stringMatching(/ended-by-person$/) });
    expect((await place.engine.queries.read("o"))?.facts.operation).toBeNull();
    state.away = false;
    await place.after(30 * MINUTE);
    expect(state.sent - before).toBe(0);
    expect(await place.engine.queries.effectsOf("o")).toEqual([]);
  });

  test("whoever asks has the payment read meanwhile", async () => {
    const { place, state } = await asked();
    const reads = state.reads;
    void place.engine.submit("o", { type: "reconcile.asked" }).catch(() => {});
    await place.after(2 * SECOND);
    expect(state.reads).toBeGreaterThan(reads);
  });

  test.each(["memory", "file"] as const)("a bank's callback has the payment read at once (%s)", async (store) => {
    const { place, state } = await asked(store);
    // New lines are a change of the order, after which a callback leaves the customer his minute.
    await place.after(MINUTE);
    const reads = state.reads;
    bankHas(place.bank, "pay-o", "FROZEN");
    void place.engine.submit("o", callback("pay-o", { kind: "AUTHORIZATION" })).catch(() => {});
    await place.after(2 * SECOND);
    expect(state.reads - reads).toBe(1);
    expect((await place.engine.queries.read("o"))?.facts.payment.status).toBe("FROZEN");
    // It waits for the end of the call as well, and asks for nothing more until then.
    expect((await place.engine.queries.read("o"))?.facts.waiting).toHaveLength(1);
    await place.after(MINUTE);
    expect(state.reads - reads).toBe(1);
  });

  test("the callback of another payment is acted on at once, and what that holds is let go after the call", async () => {
    const { place, state } = await asked();
    await place.after(MINUTE);
    bankHas(place.bank, "pay-2");
    void place.engine.submit("o", callback("pay-2")).catch(() => {});
    await place.after(2 * SECOND);
    const raised = (await place.engine.queries.read("o"))?.flags.filter(({ clearedAt }) => clearedAt === null);
    expect(raised).toContainEqual(expect.objectContaining({ flag: "discrepancy:paid-twice", amount: 100_000 }));
    state.away = false;
    await place.after(15 * MINUTE);
    expect((await place.engine.queries.read("o"))?.facts.others).toMatchObject([{ id: "pay-2", authorized: 0 }]);
  });

  test("it goes out once the way is free", async () => {
    const { place, state, before } = await asked();
    state.away = false;
    await place.after(15 * MINUTE);
    expect(state.sent - before).toBeGreaterThan(0);
    expect((await place.engine.queries.read("o"))?.facts.operation).toBeNull();
  });
});
