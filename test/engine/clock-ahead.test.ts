/** A node that began with its clock three days ahead, and was started again with it put right. */
import { afterEach, describe, expect, test } from "vitest";
import { machinesOf, registry } from "../../machines/index.js";
import { Settings } from "../../machines/settings.js";
import { longestTimers, mayWait, notAhead } from "../../src/core/ahead.js";
import type { Clock } from "../../src/ports/clock.js";
import type { Store } from "../../src/ports/store.js";
import { limits } from "../../src/runtime/embedded/limits.js";
import { longestWaits } from "../../src/runtime/embedded/prepare.js";
import { nothing, pulledIn } from "../../src/runtime/restate/state.js";
import { memoryStore } from "../../src/stores/memory/store.js";
import { sqliteStore } from "../../src/stores/sqlite/store.js";
import { effectOf, eventOf, recordOf } from "../../src/testing/contracts/store/sample.js";
import { aHeldCallback } from "../core/considered.js";
import { bankHas, callback, MINUTE, Place, T0, temporary } from "./place.js";

const DAY = 86_400_000;
const AHEAD = 3 * DAY;

let place: Place | null = null;
let remove = async () => {};
afterEach(async () => {
  await place?.end();
  place = null;
  await remove();
  remove = async () => {};
});

/** The same time, stamped three days late. */
const ahead = (clock: Clock): Clock => ({ now: () => clock.now() + AHEAD, sleep: (...asked) => clock.sleep(...asked) });

/** An engine whose clock is ahead; `right` starts another on its store, with the right one. */
const wrong = async (store: Store): Promise<{ world: Place; right: () => Promise<void> }> => {
  place = await Place.made({ store: memoryStore() });
  const world = place;
  await world.engine.stop();
  world.engine = await world.start({ store, clock: ahead(world.clock) });
  const right = async () => {
    await world.engine.stop();
    world.engine = await world.start({ store });
    await world.rest();
  };
  return { world, right };
};

const stores: [string, () => Promise<Store>][] = [
  ["memory", async () => memoryStore()],
  [
    "SQLite",
    async () => {
      const { file, remove: gone } = await temporary();
      remove = gone;
      return sqliteStore({ file });
    },
  ],
];

describe.each(stores)("on %s, once it is put right", (_, make) => {
  test("a callback that was held is acted on within minutes", async () => {
    const { world, right } = await wrong(await make());
    await world.order("o", { at: T0 + AHEAD });
    const answer = await world.engine.submit("o", callback("pay-o"));
    expect(answer.outcome).toBe("deferred");
    await world.rest();
    await right();
    await world.after(5 * MINUTE);
    expect(world.status("o")).toBe("processing");
  });

  test("a reading that the bank asked to leave for ten minutes is made within one", async () => {
    const { world, right } = await wrong(await make());
    await world.order("o", { faults: { getPayment: "http-429:retry-after=600" } });
    await world.engine.submit("o", { type: "reconcile.asked" });
    await world.rest();
    bankHas(world.bank, "pay-o");
    await right();
    await world.after(MINUTE);
    expect(world.status("o")).toBe("processing");
  });

  test("a change that the shop could not take is written within a minute", async () => {
    const { world, right } = await wrong(await make());
    await world.order("o");
    const execute = world.woo.shop.execute.bind(world.woo.shop);
    let away = true;
    world.woo.shop.execute = async (...asked) =>
      away ? { kind: "retry", afterMs: 500_000, detail: "away" } : execute(...asked);
    await world.engine.submit("o", { type: "reconcile.asked" });
    await world.rest();
    away = false;
    await right();
    await world.after(MINUTE);
    expect(world.status("o")).toBe("processing");
  });

  test("a link runs out after its time, not three days later and not at once", async () => {
    const { world, right } = await wrong(await make());
    await world.order("o", { at: T0 + AHEAD, payment: "TASK_REDIRECTION_REQUIRED" });
    await world.rest();
    await right();
    bankHas(world.bank, "pay-o", "REJECTED");
    await world.after(60 * MINUTE);
    expect(world.status("o")).toBe("pending");
    await world.after(65 * MINUTE);
    expect(world.status("o")).not.toBe("pending");
  });

  test("an order whose payment was read then is asked about by a reconciliation, and callbacks of it wait a minute", async () => {
    const { world, right } = await wrong(await make());
    await world.order("o", { payment: "FROZEN" });
    await world.engine.submit("o", { type: "reconcile.asked" });
    await world.rest();
    expect((await world.engine.queries.read("o"))?.facts.payment.readAt).toBe(T0 + AHEAD);
    await right();
    const reads = world.bank.reads.length;
    const all: string[] = [];
    const run = (async () => {
      for await (const one of world.engine.reconcile()) all.push(one.orderId);
    })();
    let done = false;
    void run.finally(() => {
      done = true;
    });
    // The list of a SQLite file takes real time, which the clock of this place does not know of.
    for (let looks = 0; looks < 500 && !done; looks += 1) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      await world.after(100);
    }
    expect(all).toEqual(["o"]);
    expect(world.bank.reads.length).toBeGreaterThan(reads);
    const { facts } = (await world.engine.queries.read("o")) ?? { facts: null };
    expect(facts?.order.updatedAt).toBeLessThanOrEqual(world.clock.now());
  });
});

const rules = { settings: Settings.parse({}), registry };

test("every delay of the machines has its longest wait", () => {
  const delays = Object.values(machinesOf(registry)).flatMap((machine) => Object.keys(machine.implementations.delays));
  const timers = [...new Set(delays)].map((delay) => `xstate.after.${delay}.`);
  expect(Object.keys(longestTimers(rules)).sort()).toEqual(["checkout.unanswered", "look.again.", ...timers].sort());
  for (const ms of Object.values(longestTimers(rules))) expect(Number.isFinite(ms)).toBe(true);
});

test("a record of today is the same object; one that is ahead has no moment to come", () => {
  const record = recordOf("o", 1, { at: T0 });
  expect(notAhead(record, T0)).toBe(record);
  // Clocks of nodes differ a little.
  expect(notAhead(record, T0 - 50_000)).toBe(record);
  const facts = {
    ...record.facts,
    payment: { ...record.facts.payment, readAt: T0 },
    waiting: [{ ...aHeldCallback, at: T0 }],
  };
  const now = T0 - AHEAD;
  const put = notAhead(
    { ...record, facts: { ...facts, order: { ...facts.order, createdAt: 5, customerReturnedAt: T0 } } },
    now,
  );
  expect(put.facts.order).toMatchObject({ createdAt: 5, updatedAt: now, customerReturnedAt: now });
  expect(put.facts.waiting[0]?.at).toBe(now);
  expect(put.facts.payment.readAt).toBeLessThan(now - 15 * MINUTE);
  expect(notAhead(put, now)).toBe(put);
});

test("on Restate, what is due later than it can be counts as due; timers come when its server says so", () => {
  const row = {
    ...effectOf("o", 1, 0),
    createdAt: T0,
    attempts: 1,
    error: "no",
    dead: false,
    underWay: false,
    armed: true,
  };
  const state = {
    ...nothing,
    record: recordOf("o", 1, { at: T0 + AHEAD }),
    effects: [
      { ...row, notBefore: T0 + AHEAD },
      { ...row, notBefore: T0 + 600_000 },
    ],
    inbox: [eventOf("o", "e", { notBefore: T0 + AHEAD }), eventOf("o", "f", { notBefore: T0 + 300_000 })],
  };
  const put = pulledIn(structuredClone(state), T0, longestWaits(limits, rules));
  expect(put.effects.map(({ notBefore, armed }) => [notBefore - T0, armed])).toEqual([
    [0, false],
    [600_000, true],
  ]);
  expect(put.inbox.map(({ notBefore }) => notBefore - T0)).toEqual([0, 300_000]);
  expect(put.record?.facts.order.updatedAt).toBe(T0);
  const timer = "xstate.after.linkLifetime.order.pending";
  expect([T0, T0 + MINUTE, T0 + 120 * MINUTE, T0 + AHEAD].map((at) => mayWait(timer, at, T0, rules))).toEqual([
    false,
    true,
    true,
    false,
  ]);
});
