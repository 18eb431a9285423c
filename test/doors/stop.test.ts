/** `stop()` answers its waiters. */
import { afterEach, describe, expect, test } from "vitest";
import { Stopped } from "../../src/ports/runtime.js";
import { type Store, StoreError } from "../../src/ports/store.js";
import { createEngine } from "../../src/runtime/embedded/engine.js";
import { memoryStore } from "../../src/stores/memory/store.js";
import { callback, Place, T0 } from "../engine/place.js";

let place: Place | null = null;
afterEach(async () => {
  await place?.end();
  place = null;
});
const made = async (...options: Parameters<typeof Place.made>): Promise<Place> => {
  place = await Place.made(...options);
  return place;
};

/** Fails a test that would hang, with what hung. */
const within = <T>(ms: number, what: Promise<T>): Promise<T> =>
  Promise.race([
    what,
    new Promise<never>((_, reject) => setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms)),
  ]);

describe("stop() answers at once whoever waits for the end of", () => {
  test("a callback that is held for the customer: it goes on at the next start", async () => {
    const world = await made();
    await world.order("o", { at: T0 });
    const waiting = world.engine.submit("o", callback("pay-o"), { wait: "settled", timeoutMs: 600_000 });
    await world.rest();
    await within(2000, world.engine.stop());
    expect(await within(500, waiting)).toMatchObject({ outcome: "deferred", final: false });
  });

  test("a reading that the bank does not answer", async () => {
    const world = await made();
    await world.order("o", { faults: { getPayment: "http-500" } });
    const waiting = world.engine.submit("o", { type: "reconcile.asked" }, { wait: "settled", timeoutMs: 600_000 });
    await world.rest();
    await within(2000, world.engine.stop());
    expect(await within(500, waiting)).toMatchObject({ outcome: "deferred", final: false });
  });

  test("the same event, for several callers at once", async () => {
    const world = await made();
    await world.order("o", { at: T0 });
    const ask = () => world.engine.submit("o", callback("pay-o"), { id: "one", wait: "settled", timeoutMs: 600_000 });
    const waiting = [ask(), ask(), ask()];
    await world.rest();
    await within(2000, world.engine.stop());
    for (const one of waiting) expect(await within(500, one)).toMatchObject({ final: false });
  });

  test("an order that is reconciled", async () => {
    const world = await made();
    await world.order("o", { faults: { getPayment: "http-500" } });
    const first = world.engine.reconcile().next();
    await world.rest();
    await within(2000, world.engine.stop());
    expect(await within(500, first)).toMatchObject({ value: { orderId: "o", outcome: "unread" } });
  });
});

test("stop() answers by name whoever waits for a store that does not answer", { timeout: 80_000 }, async () => {
  const inner = memoryStore();
  let hangs = false;
  const store: Store = { ...inner, commit: (changes) => (hangs ? new Promise(() => {}) : inner.commit(changes)) };
  const world = await made({ store, limits: { stopMs: 300 } });
  await world.order("o");
  hangs = true;
  const settled = world.engine.submit("o", { type: "merchant.held", via: "api" }, { wait: "settled" });
  const durable = world.engine.submit("o", { type: "merchant.held", via: "api" });
  settled.catch(() => {});
  durable.catch(() => {});
  await within(3000, world.engine.stop());
  await expect(within(500, settled)).rejects.toThrow(Stopped);
  await expect(within(500, durable)).rejects.toThrow(Stopped);
});

describe("after stop(), by name and without anything being stored, is refused", () => {
  test.each<[string, (world: Place) => Promise<unknown>]>([
    ["an event", ({ engine }) => engine.submit("o", { type: "merchant.held", via: "api" })],
    ["an event that somebody waits for", ({ engine }) => engine.submit("o", callback("pay-o"), { wait: "settled" })],
    ["an order", (world) => world.engine.place("p", { ...placed, createdAt: T0, updatedAt: T0 })],
    ["a checkout", ({ engine }) => engine.checkout("o", "resurs-mapi", urls)],
    ["a start", ({ engine }) => engine.start()],
  ])("%s", async (_what, ask) => {
    const world = await made();
    await world.order("o", { paymentId: null });
    await world.engine.stop();
    await expect(within(500, ask(world))).rejects.toThrow(Stopped);
    expect(world.bank.calls).toEqual([]);
  });

  test("and stop() again does nothing", async () => {
    const world = await made();
    await Promise.all([world.engine.stop(), world.engine.stop()]);
    await within(500, world.engine.stop());
  });
});

const urls = { successUrl: "https://s.example/a", failUrl: "https://s.example/b", callbackUrl: "https://s.example/c" };
const placed = {
  status: "pending" as const,
  total: 1000,
  currency: "SEK",
  lines: [],
  needsProcessing: true,
  gateway: "resurs-mapi",
  paymentId: null,
  previousPaymentIds: [],
  customerReturned: false,
};

describe("stop() during a failed start", () => {
  const engineOn = (store: Store) =>
    createEngine({
      store,
      gateways: [],
      shop: { execute: async () => ({ kind: "done" }), readStatus: async () => null },
    });

  test("works, and lets go of the store that was opened", async () => {
    const inner = memoryStore();
    let closed = 0;
    const store: Store = {
      ...inner,
      recoverLeases: () => Promise.reject(new StoreError("full", "no room")),
      close: async () => {
        closed += 1;
        await inner.close();
      },
    };
    const engine = engineOn(store);
    await expect(engine.start()).rejects.toThrow("no room");
    await within(500, engine.stop());
    expect(closed).toBe(1);
    // It is free for another.
    await inner.open();
    await inner.close();
  });

  test("works while the store is still being opened, and nothing runs afterwards", async () => {
    const inner = memoryStore();
    let go = () => {};
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    let claims = 0;
    const store: Store = {
      ...inner,
      open: async () => {
        await gate;
        await inner.open();
      },
      claim: (...asked) => {
        claims += 1;
        return inner.claim(...asked);
      },
    };
    const engine = engineOn(store);
    const starting = engine.start();
    starting.catch(() => {});
    const stopping = engine.stop();
    go();
    await within(500, stopping);
    await expect(starting).rejects.toThrow(Stopped);
    await inner.open();
    await inner.close();
    expect(claims).toBe(0);
  });

  test("that was refused the store: another start may follow", async () => {
    const inner = memoryStore();
    let refuses = true;
    const store: Store = {
      ...inner,
      open: () => (refuses ? Promise.reject(new StoreError("locked", "in use")) : inner.open()),
    };
    const engine = engineOn(store);
    await expect(engine.start()).rejects.toThrow("in use");
    refuses = false;
    await engine.start();
    await within(2000, engine.stop());
  });
});
