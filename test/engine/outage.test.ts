/** The bank is away, the disk is full, an event throws, an order is unknown: what the engine promises then. */
import { afterEach, describe, expect, test } from "vitest";
import { type Registry, registry } from "../../machines/index.js";
import { decide } from "../../src/core/decide.js";
import type { Gateway } from "../../src/ports/gateway.js";
import { type Store, StoreError } from "../../src/ports/store.js";
import { limits } from "../../src/runtime/embedded/limits.js";
import { memoryStore } from "../../src/stores/memory/store.js";
import { Mortal, payments } from "../../src/testing/index.js";
import { bankHas, callback, gatewayTo, MINUTE, Place, payment, post, shared, T0, until } from "./place.js";

let place: Place | null = null;
afterEach(async () => {
  await place?.end();
  place = null;
});
const made = async (...options: Parameters<typeof Place.made>): Promise<Place> => {
  place = await Place.made(...options);
  return place;
};

/** What is not to be called. */
const never = (): never => {
  throw new Error("was called");
};

const ORDERS = 50;
const ids = Array.from({ length: ORDERS }, (_, i) => `o${i}`);
const AWAY = 10 * MINUTE;
/** Longest retry, the breaker's rest, and its second of jitter. */
const BACK_WITHIN = MINUTE + 15_000 + 1000;

const outage = async (fault: string, limits: object = {}) => {
  const world = await made({ limits });
  for (const id of ids) {
    await world.order(id);
    world.bank.setSeries(`pay-${id}`, [
      { from: 0, payment: payment(`pay-${id}`), faults: { getPayment: fault } },
      { from: T0 + AWAY, payment: payment(`pay-${id}`) },
    ]);
  }
  const answers: number[] = [];
  for (const id of ids) {
    // Spread over the first five minutes, as they come in a real night.
    await world.after((5 * MINUTE) / ORDERS);
    answers.push(
      (await world.fetch(post("/callbacks/resurs/authorization", { paymentId: `pay-${id}`, status: "AUTHORIZED" })))
        .status,
    );
  }
  await world.after(T0 + AWAY - 1 - world.clock.now());
  const reads = world.bank.reads.length;
  const during = ids.map((id) => world.status(id));
  return { world, answers, reads, during };
};

describe("the bank is away for ten minutes while fifty orders are paid", () => {
  test.each([
    ["it answers every question with an error", "http-500"],
    ["it says that it is overloaded", "http-503"],
    ["it asks to be left alone for half a minute", "http-429:retry-after=30"],
  ])(
    "%s: every callback is taken, every order is right soon after, none is lost",
    { timeout: 240_000 },
    async (_how, fault) => {
      const { world, answers, during } = await outage(fault);
      expect(answers).toEqual(ids.map(() => 202));
      expect(during).toEqual(ids.map(() => "pending"));
      await world.after(1 + BACK_WITHIN);
      expect(ids.map((id) => world.status(id))).toEqual(ids.map(() => "processing"));
      expect(ids.map((id) => world.woo.confirmationMails(id))).toEqual(ids.map(() => 1));
      const { counts } = await world.engine.queries.health();
      expect(counts).toMatchObject({ waitingEffects: 0, deadEffects: 0, deadEvents: 0 });
      for (const id of ids) {
        const history = await world.engine.queries.history(id);
        expect(
          history.flatMap((h) => h.answers).filter((a) => a.type === "callback.received" && a.outcome === "moved"),
        ).toHaveLength(1);
      }
    },
  );

  test("meanwhile it is asked only now and then, whether it is back", { timeout: 240_000 }, async () => {
    const { reads } = await outage("http-500");
    await place?.end();
    place = null;
    const without = await outage("http-500", { failuresBeforeBreak: Number.POSITIVE_INFINITY });
    // One look per fifteen seconds, and the few that were on their way: not one series of retries per order.
    expect(reads).toBeLessThan(5 + AWAY / 15_000 + 60);
    expect(reads * 3).toBeLessThan(without.reads);
  });

  test("a merchant who completes an order meanwhile captures once, when the bank is back", {
    timeout: 240_000,
  }, async () => {
    const world = await made();
    await world.order("o", { status: "processing" });
    world.bank.setSeries("pay-o", [
      { from: 0, payment: payment("pay-o"), faults: { capture: "http-500" } },
      { from: T0 + AWAY, payment: payment("pay-o") },
    ]);
    await world.engine.submit("o", { type: "merchant.completed", via: "dropdown" });
    await world.rest();
    expect(world.status("o")).toBe("processing");
    await world.after(2 * AWAY);
    // Several calls that did not happen, each looked after; then a person is asked, or it went through.
    expect(world.bank.books("pay-o")?.captured).toBe(world.status("o") === "completed" ? 1000 : 0);
    expect(world.bank.calls.filter((call) => call.applied).length).toBeLessThanOrEqual(1);
    expect(world.engine.idle).toBe(true);
  });
});

describe("the disk is full", () => {
  test("callbacks are answered 503 and the health check says so; afterwards the same process takes them again", async () => {
    const clockOf = () => (place as Place).clock.now();
    const mortal = new Mortal(clockOf);
    const world = await made({ store: mortal.store(memoryStore()) });
    await world.order("o");
    mortal.fault = { code: "full", until: world.clock.now() + MINUTE };
    const send = () =>
      world.fetch(post("/callbacks/resurs/authorization", { paymentId: "pay-o", status: "AUTHORIZED" }));
    const health = () => world.fetch(new Request("http://shop.test/healthz"));

    const refused = await send();
    expect(refused.status).toBe(503);
    expect(refused.headers.get("retry-after")).not.toBeNull();
    expect((await health()).status).toBe(503);
    expect((await world.engine.queries.health()).ok).toBe(false);

    await world.after(MINUTE);
    expect((await send()).status).toBe(202);
    expect((await health()).status).toBe(200);
    await world.rest();
    expect(world.status("o")).toBe("processing");
    expect(world.woo.confirmationMails("o")).toBe(1);
  });

  test("what was on its way when the disk filled up is done when there is room again", async () => {
    const mortal = new Mortal(() => (place as Place).clock.now());
    const world = await made({ store: mortal.store(memoryStore()) });
    await world.order("o");
    world.bank.delayNext("getPayment", 5000);
    await world.engine.submit("o", callback("pay-o"));
    await world.rest();
    mortal.fault = { code: "full", until: world.clock.now() + 3 * MINUTE };
    await world.after(3 * MINUTE - 1, 30);
    expect(world.status("o")).toBe("pending");
    await world.after(2 * MINUTE + 1000, 300);
    expect(world.status("o")).toBe("processing");
    expect(world.woo.confirmationMails("o")).toBe(1);
    expect((await world.engine.queries.health()).counts).toMatchObject({ waitingEffects: 0, deadEffects: 0 });
  });
});

describe("the connection to the store breaks", () => {
  /** The store writes what it is asked, and the asker is told that it cannot do it now. */
  const unanswered = (inner: Store) => {
    const lost = new Map<keyof Store, number>();
    const store = new Proxy(inner, {
      get: (target, name: keyof Store) => {
        const member = Reflect.get(target, name) as (...args: unknown[]) => Promise<unknown>;
        if (typeof member !== "function") return member;
        return async (...args: unknown[]) => {
          const answer = await member.apply(target, args);
          const left = lost.get(name) ?? 0;
          // An empty claim has nothing to lose.
          if (left === 0 || (Array.isArray(answer) && answer.length === 0)) return answer;
          lost.set(name, left - 1);
          throw new StoreError("busy", "the connection broke");
        };
      },
    });
    return { store, lose: (name: keyof Store, times: number) => void lost.set(name, times) };
  };

  test("a claim whose answer was lost is made again within seconds, not when its lease is over", async () => {
    const { store, lose } = unanswered(memoryStore());
    const world = await made({ store });
    await world.order("o");
    lose("claim", 2);
    await world.engine.submit("o", callback("pay-o"));
    await world.rest();
    expect(world.status("o")).toBe("pending");
    await world.after(3000);
    expect(world.status("o")).toBe("processing");
  });

  test("an event that was written and never answered is carried out within seconds", async () => {
    const { store, lose } = unanswered(memoryStore());
    const world = await made({ store });
    await world.order("o");
    lose("commit", 1);
    await expect(world.engine.submit("o", callback("pay-o"))).rejects.toThrow(StoreError);
    await world.after(3000);
    expect(world.status("o")).toBe("processing");
  });

  test("what is under way while a claim's answer is lost is not begun a second time", async () => {
    const { store, lose } = unanswered(memoryStore());
    const world = await made({ store });
    await world.order("slow");
    await world.order("other", { status: "processing" });
    world.bank.delayNext("getPayment", 10_000);
    await world.engine.submit("slow", callback("pay-slow"));
    await world.rest();
    lose("claim", 1);
    await world.engine.submit("other", { type: "merchant.completed", via: "dropdown" });
    await world.after(5000);
    expect(world.status("slow")).toBe("pending");
    await world.after(2 * MINUTE);
    expect(["slow", "other"].map((id) => world.status(id))).toEqual(["processing", "completed"]);
    expect(world.bank.reads.filter(({ paymentId }) => paymentId === "pay-slow")).toHaveLength(1);
  });

  test.each(["commit", "release"] as const)(
    "an answer of the bank is kept until the store takes it (%s)",
    async (at) => {
      const { store, lose } = unanswered(memoryStore());
      const world = await made({ store });
      await world.order("o", { status: "processing" });
      world.bank.delayNext("capture", 1000);
      await world.engine.submit("o", { type: "merchant.completed", via: "dropdown" });
      await world.rest();
      lose(at, 3);
      await world.after(10_000, 30);
      expect(world.status("o")).toBe("completed");
      expect(world.bank.calls).toHaveLength(1);
      expect((await world.engine.queries.health()).counts).toMatchObject({ waitingEffects: 0, deadEffects: 0 });
    },
  );

  test.each([1, 2, 3])(
    "a call that is to be made again is made once, where its result was written %i times unheard",
    async (times) => {
      const { store, lose } = unanswered(memoryStore());
      const world = await made({ store });
      await world.order("o", { status: "processing", faults: { capture: "http-429:retry-after=1:1" } });
      await world.engine.submit("o", { type: "merchant.completed", via: "dropdown" });
      lose("release", times);
      await until(() => world.bank.calls.length === 1, "the first call");
      world.bank.delayNext("capture", 5000);
      await world.after(MINUTE, 60);
      expect(world.status("o")).toBe("completed");
      expect(world.bank.calls).toHaveLength(2);
    },
  );

  test("an answer that the store takes only after a while leads on as soon as it does", async () => {
    const mortal = new Mortal(() => (place as Place).clock.now());
    const world = await made({ store: mortal.store(memoryStore()) });
    await world.order("o", { status: "processing" });
    world.bank.delayNext("capture", 1000);
    await world.engine.submit("o", { type: "merchant.completed", via: "dropdown" });
    await world.rest();
    mortal.fault = { code: "busy", until: world.clock.now() + MINUTE };
    await world.after(MINUTE - 1, 30);
    expect(world.status("o")).toBe("processing");
    await world.after(3000, 30);
    expect(world.status("o")).toBe("completed");
    expect(world.bank.calls).toHaveLength(1);
  });
});

describe("an event that cannot be handled", () => {
  const poison = { type: "order.updated", by: "poison", change: "throws" } as const;
  const poisoned = async () => {
    const broken = { still: true };
    const world = await made({
      decide: (record, envelope, now, rules) => {
        const { event } = envelope;
        if (broken.still && event.type === "order.updated" && event.by === "poison") throw new Error("a bug");
        return decide(record, envelope, now, rules);
      },
    });
    return { world, broken };
  };

  test("is tried a few times and then laid aside where everybody can see it; everything else goes on", async () => {
    const { world } = await poisoned();
    await world.order("sick");
    await world.order("well");
    const receipt = await world.engine.submit("sick", poison, { id: "the-poison" });
    expect(receipt).toMatchObject({ outcome: "deferred", final: false });
    expect((await world.engine.queries.health()).counts).toMatchObject({ waitingEvents: 1, deadEvents: 0 });
    for (const id of ["sick", "well"]) await world.engine.submit(id, callback(`pay-${id}`));
    await world.after(5 * MINUTE);
    expect(world.status("well")).toBe("processing");
    // The other events of the very same order go on as well.
    expect(world.status("sick")).toBe("processing");
    expect((await world.engine.queries.health()).counts).toMatchObject({ waitingEvents: 0, deadEvents: 1 });
  });

  test("is handled after the fix, when somebody says so, and only then", async () => {
    const { world, broken } = await poisoned();
    await world.order("sick");
    await world.engine.submit("sick", poison, { id: "the-poison" });
    await world.after(5 * MINUTE);
    broken.still = false;
    await world.after(60 * MINUTE);
    expect((await world.engine.queries.history("sick")).some((h) => h.eventId === "the-poison")).toBe(false);
    expect(await world.engine.revive("nothing-of-that-name")).toBe(false);
    expect(await world.engine.revive("the-poison")).toBe(true);
    await world.rest();
    expect((await world.engine.queries.history("sick")).filter((h) => h.eventId === "the-poison")).toHaveLength(1);
    expect((await world.engine.queries.health()).counts).toMatchObject({ waitingEvents: 0, deadEvents: 0 });
  });

  test("the same event, sent again while it waits, is not handled twice", async () => {
    const { world, broken } = await poisoned();
    await world.order("sick");
    await world.engine.submit("sick", poison, { id: "the-poison" });
    broken.still = false;
    await world.engine.submit("sick", poison, { id: "the-poison" });
    await world.after(5 * MINUTE);
    expect((await world.engine.queries.history("sick")).filter((h) => h.eventId === "the-poison")).toHaveLength(1);
    expect((await world.engine.queries.health()).counts).toMatchObject({ waitingEvents: 0, deadEvents: 0 });
  });
});

describe("an order that other machines wrote", () => {
  const withOld = async () => {
    const store = shared(memoryStore());
    const world = await made({ store: store() });
    await world.order("old");
    await world.order("new");
    const inside = store();
    const [loaded] = await inside.load([{ orderId: "old", eventIds: [] }]);
    const record = loaded?.record;
    if (record == null) throw new Error("it was placed");
    await inside.commit([
      {
        orderId: "old",
        expectedVersion: record.version,
        record: {
          ...record,
          version: record.version + 1,
          machine: { ...record.machine, version: 0, hash: "another" },
          states: { ...record.states, order: "waiting" },
        },
        history: [],
        effects: [],
        timers: { set: [], cancel: [] },
        settled: [],
        decided: [],
      },
    ]);
    return { world, store };
  };

  test("is parked and says why; the others go on, and its events wait for the machines that know it", async () => {
    const { world, store } = await withOld();
    // The process that wrote the old record is gone; this one has never seen the order.
    const engine = await world.start({ store: store() });
    const receipt = await engine.submit("old", callback("pay-old"));
    expect(receipt).toMatchObject({ outcome: "deferred", reason: "parked", final: false });
    await engine.submit("new", callback("pay-new"));
    await world.rest();
    expect(world.status("new")).toBe("processing");
    expect(world.status("old")).toBe("pending");
    expect((await engine.queries.health()).counts).toMatchObject({ parked: 1, waitingEvents: 1, deadEvents: 0 });
    expect((await engine.queries.why("old"))?.answer.en).toMatch(/no migration/);
    // An hour later it still waits: that is no reason to throw its events away.
    await world.after(60 * MINUTE);
    expect((await engine.queries.health()).counts).toMatchObject({ parked: 1, waitingEvents: 1, deadEvents: 0 });
  });

  test("is written once when one of its timers rings, not every second", async () => {
    const { world, store } = await withOld();
    let written = 0;
    const counted = new Proxy(store(), {
      get: (target, name) => {
        const member = Reflect.get(target, name) as (...args: unknown[]) => unknown;
        if (name === "postpone") written += 1;
        return typeof member === "function" ? member.bind(target) : member;
      },
    });
    const engine = await world.start({ store: counted });
    await world.after(121 * MINUTE);
    const before = written;
    expect(before).toBeGreaterThan(0);
    await world.after(2 * MINUTE);
    expect(written - before).toBeLessThan(3);
    expect((await engine.queries.health()).counts).toMatchObject({ parked: 1, waitingEvents: 1 });
  });

  test("what rang meanwhile waits no longer once it was decided", async () => {
    const { world, store } = await withOld();
    await world.start({ store: store() });
    await world.after(121 * MINUTE);
    const migrating: Registry = {
      ...registry,
      migrations: [{ from: 0, to: registry.version, renamed: { waiting: "pending" } }],
    };
    const after = await world.start({ store: store(), registry: migrating });
    await world.after(10 * MINUTE);
    expect((await after.queries.health()).counts).toMatchObject({ parked: 0, waitingEvents: 0, timers: 0 });
    expect((await after.queries.history("old")).filter(({ event }) => event.type === "timer.fired")).not.toHaveLength(
      0,
    );
  });

  test("goes on by itself once a version with a way for it is deployed", async () => {
    const { world, store } = await withOld();
    const before = await world.start({ store: store() });
    await before.submit("old", callback("pay-old"));
    await world.rest();
    const migrating: Registry = {
      ...registry,
      migrations: [{ from: 0, to: registry.version, renamed: { waiting: "pending" } }],
    };
    const after = await world.start({ store: store(), registry: migrating });
    await world.after(10 * MINUTE);
    expect(world.status("old")).toBe("processing");
    expect(world.woo.confirmationMails("old")).toBe(1);
    expect((await after.queries.health()).counts).toMatchObject({ parked: 0, waitingEvents: 0 });
  });
});

test("a payment that the bank does not know yet leaves the order pending, and the next callback is looked at anew", async () => {
  const world = await made();
  await world.order("o", { faults: { getPayment: "not-exist:8:1" } });
  expect(await world.tell("o", callback("pay-o"))).toMatchObject({ outcome: "ignored", reason: "payment-missing" });
  expect(world.status("o")).toBe("pending");
  bankHas(world.bank, "pay-o");
  await world.after(MINUTE);
  await world.tell("o", callback("pay-o", { content: "again" }));
  expect(world.status("o")).toBe("processing");
});

test("a call that has no end is looked up when its lease has run out, by the only process, too", async () => {
  let paid = payments.accepted;
  let calls = 0;
  let answers = () => {};
  const deaf: Gateway = {
    name: "resurs-mapi",
    tolerance: 0,
    readPayment: async (paymentId) => ({ kind: "ok", reading: { ...paid, paymentId } }),
    capture: () => {
      calls += 1;
      paid = payments.captured;
      return new Promise((resolve) => {
        answers = () => resolve({ kind: "ok", reading: null });
      });
    },
    cancel: never,
    refund: never,
    addOrderLines: never,
    createPayment: never,
  };
  const world = await made({ gateways: [deaf] });
  await world.order("o", { status: "processing", payment: "ACCEPTED", total: 100_000 });
  await world.engine.submit("o", { type: "merchant.completed", via: "dropdown" });
  await until(() => calls === 1, "the call");
  await world.after(limits.leaseMs + limits.callMs - 1000, 50);
  expect(world.status("o")).toBe("processing");
  await world.after(2000, 50);
  expect(world.status("o")).toBe("completed");
  answers();
  await world.rest();
  expect(world.status("o")).toBe("completed");
  expect(calls).toBe(1);
});

test("a capture whose call threw is looked at when its lease has run out, by the process that lost it", async () => {
  const world = await made();
  await world.engine.stop();
  const inner = gatewayTo(world.bank.url, world.clock);
  let thrown = 0;
  const capture: typeof inner.capture = async (call) => {
    const answer = await inner.capture(call);
    thrown += 1;
    if (thrown === 1) throw new Error("a bug, after the money moved");
    return answer;
  };
  world.engine = await world.start({ gateways: [{ ...inner, name: inner.name, tolerance: inner.tolerance, capture }] });
  await world.order("o", { status: "processing" });
  await world.engine.submit("o", { type: "merchant.completed", via: "dropdown" });
  await world.rest();
  expect(thrown).toBe(1);
  await world.after(3 * MINUTE);
  expect(world.status("o")).toBe("completed");
  expect(world.bank.calls.filter((call) => call.applied)).toHaveLength(1);
});

test("effects claimed together ask together whose bank they are for", async () => {
  const store = memoryStore();
  let loads = 0;
  const load: typeof store.load = (asked) => {
    loads += 1;
    return store.load(asked);
  };
  const world = await made({ store: { ...store, load } });
  for (const id of ids) await world.order(id);
  loads = 0;
  await Promise.all(ids.map((id) => world.engine.submit(id, { type: "customer.returned", page: "success" })));
  await world.rest();
  expect(ids.map((id) => world.status(id))).toEqual(ids.map(() => "processing"));
  // After each status write the order is read once more: whether the shop has told of another status meanwhile.
  expect(loads - ORDERS).toBeLessThan(ORDERS / 2);
});
