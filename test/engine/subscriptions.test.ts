/** Subscriptions of an engine: every decision at least once, those of one order in order. */
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { type OrderChange, Undelivered } from "../../src/index.js";
import type { Store } from "../../src/ports/store.js";
import type { Engine } from "../../src/runtime/embedded/engine.js";
import { memoryStore } from "../../src/stores/memory/store.js";
import { postgresStore } from "../../src/stores/postgres/store.js";
import { sqliteStore } from "../../src/stores/sqlite/store.js";
import { startPostgres } from "../stores/postgres-server.js";
import { callback, MINUTE, order, Place, shared, T0, temporary, until } from "./place.js";

const server = await startPostgres();
const places: Place[] = [];
afterEach(async () => {
  for (const place of places.splice(0)) await place.end();
});
afterAll(async () => {
  if (typeof server !== "string") await server.stop();
}, 240_000);

const made = async (options: Parameters<typeof Place.made>[0] = {}): Promise<Place> => {
  const place = await Place.made(options);
  places.push(place);
  return place;
};
const historyOf = async (engine: Engine, orderId: string) =>
  (await engine.queries.history(orderId)).map(({ seq }) => `${orderId}/${seq}`);
/** Waits until nothing more is to be delivered. */
const delivered = async (store: Store, name: string) =>
  until(async () => (await store.subscriptions()).find((one) => one.name === name)?.behind === 0, name);

test("a subscriber gets each decision once and in order, typed", async () => {
  const store = memoryStore();
  const place = await made({ store });
  const got: OrderChange[] = [];
  await place.engine.subscribe("billing", (change) => void got.push(change));
  await place.order("o");
  await place.tell("o", callback("pay-o"));
  await place.after(2 * MINUTE);
  await place.tell("o", { type: "merchant.completed", via: "api" });
  await place.rest();
  await delivered(store, "billing");
  expect(got.map(({ id }) => id)).toEqual(await historyOf(place.engine, "o"));
  expect(got[0]).toEqual({
    version: 1,
    id: "o/1",
    type: "order.placed",
    orderId: "o",
    seq: 1,
    at: T0,
    from: null,
    status: "pending",
    event: "order.placed",
    source: "shop",
    answers: [{ event: "order.placed", outcome: "moved", rule: "order/placed", reason: null }],
    flags: { raised: [], cleared: [] },
    payment: null,
  });
  const moves = got.filter(({ type }) => type === "order.status_changed");
  expect(moves.map(({ from, status }) => `${from} ${status}`)).toEqual(["pending processing", "processing completed"]);
  expect(moves[0]?.payment).toEqual({ id: "pay-o", status: "ACCEPTED", authorized: 100_000, captured: 0, refunded: 0 });
});

test("what was there already comes first where it is asked for, and goes on over a restart", async () => {
  const { file, remove } = await temporary();
  const place = await made({ store: sqliteStore({ file }) });
  const got: string[] = [];
  await place.order("a");
  await place.engine.subscribe("all", ({ id }) => void got.push(id), { from: "start" });
  await place.engine.subscribe("new", ({ id }) => void got.push(`new ${id}`));
  await place.order("b");
  await until(() => got.length === 3, "what was there");
  await place.engine.stop();
  const again = await place.start({ store: sqliteStore({ file }) });
  await again.place("c", order("pay-c", T0));
  // Nobody subscribed yet: it waits.
  await again.subscribe("all", ({ id }) => void got.push(id));
  await until(() => got.length === 4, "the one that waited");
  expect(got.sort()).toEqual(["a/1", "b/1", "c/1", "new b/1"]);
  await again.stop();
  await remove();
});

test("one that throws is tried again, named at once, and holds up neither the caller nor another order", async () => {
  const lines: object[] = [];
  const write = (details: object, message: string) => void lines.push({ ...details, message });
  const store = memoryStore();
  const place = await made({ store, log: { debug: write, info: write, warn: write, error: write } });
  const got: string[] = [];
  let broken = true;
  await place.engine.subscribe("billing", ({ id, orderId }, { attempt }) => {
    if (orderId === "bad" && broken) throw new Error("the ledger is closed");
    got.push(`${id} ${attempt}`);
  });
  await place.order("bad");
  await place.order("good");
  await until(() => got.includes("good/1 1"), "the other order");
  const says = { orderId: "bad", type: "billing", detail: "the ledger is closed" };
  await until(() => lines.length > 0, "the log");
  expect(lines).toEqual([{ ...says, message: "a subscription's handler failed; it is tried again" }]);
  expect(await store.failedDeliveries(9)).toMatchObject([{ orderId: "bad", error: says.detail, dead: false }]);
  broken = false;
  await place.after(MINUTE);
  await delivered(store, "billing");
  expect(got.filter((one) => one.startsWith("bad"))).toEqual(["bad/1 2"]);
});

test("what fails for too long, or for good, is given up: the order's later changes wait for a replay", async () => {
  const store = memoryStore();
  const place = await made({ store });
  const got: string[] = [];
  let broken = true;
  await place.engine.subscribe(
    "billing",
    ({ id, orderId, seq }) => {
      if (orderId === "gone" && broken) throw new Undelivered("410", { final: true });
      if (orderId === "slow" && broken) throw new Undelivered("503", { retryAfterMs: 10 * MINUTE });
      if (orderId === "bad" && seq === 2 && broken) throw new Error("no");
      got.push(id);
    },
    { attempts: 3 },
  );
  for (const id of ["gone", "bad", "slow"]) await place.order(id);
  await place.engine.submit("bad", callback("pay-bad"));
  for (let i = 0; i < 5; i += 1) await place.after(MINUTE);
  const failed = (await store.failedDeliveries(9)).map(({ orderId, seq, attempts, dead }) => [
    orderId,
    seq,
    attempts,
    dead,
  ]);
  expect(failed).toEqual([
    ["bad", 1, 3, true],
    ["gone", 0, 1, true],
    ["slow", 0, 1, false],
  ]);
  expect(got).toEqual(["bad/1"]);
  broken = false;
  expect(await store.replay("billing", { dead: true }, place.clock.now())).toBe(2);
  await place.after(10 * MINUTE);
  await delivered(store, "billing");
  expect(got.filter((id) => id.startsWith("bad"))).toEqual(await historyOf(place.engine, "bad"));
  expect(got).toContain("gone/1");
});

test("a handler that never ends is told so, and the change comes again; a stop does not wait for it", async () => {
  const place = await made();
  const ended: unknown[] = [];
  await place.engine.subscribe("billing", (_, { signal, attempt }) => {
    if (attempt > 2) return;
    return new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => {
        ended.push((signal.reason as Error).message);
        reject(signal.reason);
      });
    });
  });
  await place.order("o");
  await place.after(30_000);
  await until(() => ended.length === 1, "the end of its time");
  await place.after(5_000);
  const begun = performance.now();
  await place.engine.stop();
  expect(performance.now() - begun).toBeLessThan(11_000);
  expect(ended).toEqual(["no end within 30000 ms", "the engine stops"]);
}, 20_000);

test("names and options that cannot be are refused", async () => {
  const place = await made();
  await expect(place.engine.subscribe("no blanks", () => {})).rejects.toThrow('not "no blanks"');
  await expect(place.engine.subscribe("a", () => {}, { timeoutMs: 60_001 })).rejects.toThrow("at most 60000");
  await expect(place.engine.subscribe("a", () => {}, { attempts: 0 })).rejects.toThrow("above 0");
  const end = await place.engine.subscribe("a", () => {});
  await expect(place.engine.subscribe("a", () => {})).rejects.toThrow("already");
  await end();
  await place.engine.subscribe("a", () => {});
  expect(await place.engine.unsubscribe("a")).toBe(true);
  expect(await place.engine.unsubscribe("a")).toBe(false);
  await place.order("o");
  expect(await place.engine.queries.read("o")).not.toBeNull();
});

describe.skipIf(typeof server === "string")("several nodes on PostgreSQL", () => {
  test("one node at a time delivers an order, each change once while nobody dies", { timeout: 60_000 }, async () => {
    if (typeof server === "string") return;
    const connectionString = await server.database();
    const open = () => postgresStore({ connectionString, poolSize: 3 });
    const got: string[] = [];
    const busy = new Set<string>();
    const nodes: Engine[] = [];
    const place = await made({ store: open(), clock: undefined });
    nodes.push(place.engine);
    for (let n = 0; n < 2; n += 1) nodes.push(await place.start({ store: open(), clock: undefined }));
    for (const [n, node] of nodes.entries()) {
      await node.subscribe("billing", async ({ id, orderId }) => {
        expect(busy.has(orderId)).toBe(false);
        busy.add(orderId);
        await new Promise((resolve) => setTimeout(resolve, 2 + n));
        busy.delete(orderId);
        got.push(id);
      });
    }
    const ids = Array.from({ length: 30 }, (_, i) => `o${i}`);
    await Promise.all(ids.map((id, i) => nodes[i % 3]?.place(id, order(`pay-${id}`, T0))));
    await Promise.all(
      ids.flatMap((id, i) => [1, 2, 3].map((more) => nodes[(i + more) % 3]?.submit(id, callback(`pay-${id}`)))),
    );
    const look = open();
    await look.open();
    // Readings of the bank are decided later, and delivered like the rest.
    const isAllDelivered = async () => {
      const histories = await Promise.all(ids.map((id) => historyOf(place.engine, id)));
      return (await look.subscriptions())[0]?.behind === 0 && got.length >= histories.flat().length;
    };
    await until(async () => nodes.every(({ idle }) => idle) && (await isAllDelivered()), "the last delivery");
    await look.close();
    for (const id of ids) {
      const mine = got.filter((one) => one.startsWith(`${id}/`));
      expect(mine).toEqual(await historyOf(place.engine, id));
    }
  });
});

test("engines on one memory store share a subscription, too", async () => {
  const store = shared(memoryStore());
  const place = await made({ store: store() });
  const other = await place.start({ store: store() });
  const got: string[] = [];
  for (const engine of [place.engine, other]) await engine.subscribe("billing", ({ id }) => void got.push(id));
  for (const id of ["a", "b", "c"]) await place.order(id);
  await until(() => got.length === 3, "all");
  expect(got.sort()).toEqual(["a/1", "b/1", "c/1"]);
});

test("a subscription that the store did not take in can be made again, and an old end of one ends no other", async () => {
  const store = memoryStore();
  const place = await made({ store });
  const subscribe = store.subscribe.bind(store);
  store.subscribe = async () => {
    throw new Error("the disk is full");
  };
  await expect(place.engine.subscribe("billing", () => {})).rejects.toThrow("the disk is full");
  store.subscribe = subscribe;
  const end = await place.engine.subscribe("billing", () => {});
  await end();
  const got: string[] = [];
  await place.engine.subscribe("billing", ({ id }) => void got.push(id));
  await end();
  await expect(place.engine.subscribe("billing", () => {})).rejects.toThrow("subscribed here already");
  await place.order("o");
  await delivered(store, "billing");
  expect(got).toContain("o/1");
});
