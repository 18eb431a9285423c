/** Rows that somebody or something damaged. */

import type { Change, Store } from "../../../ports/store.js";
import { assert } from "../assert.js";
import {
  changeOf,
  type Damageable,
  effectOf,
  eventOf,
  idsOf,
  load,
  type StoreCase,
  type StorePlace,
  T,
} from "./sample.js";

const timer = (orderId: string, at = T) => ({ orderId, timer: "t", generation: 1, at });

/** An order with one row in each table. */
const full = (id: string, more: Partial<Change> = {}): Change => {
  const change = changeOf(id, 0, {
    effects: [effectOf(id, 1, 0)],
    timers: { set: [timer(id)], cancel: [] },
    ...more,
  });
  return { ...change, record: { ...change.record, timers: { t: { generation: 1, at: T } } } };
};

/** Opens a place with a sick order and a well one; null where rows cannot be got at. */
const sickAndWell = async (place: StorePlace): Promise<Store | null> => {
  const store = await place.open();
  if (place.damage === undefined) return null;
  await store.commit([full("sick"), full("well")]);
  await store.postpone([eventOf("sick", "late"), eventOf("well", "late")]);
  return store;
};

const damages: { table: Damageable; column: string; value: string | number }[] = [
  { table: "orders", column: "record", value: '{"half' },
  { table: "orders", column: "record", value: "[]" },
  { table: "orders", column: "flags", value: "none" },
  { table: "history", column: "entry", value: "42" },
  { table: "outbox", column: "effect", value: '{"type":"sendMoney"}' },
  { table: "outbox", column: "effect", value: '{"type":"readPayment","paymentId":7}' },
  { table: "timers", column: "at", value: -1 },
  { table: "inbox", column: "envelope", value: '{"id":"late","orderId":"sick","at":8.64e20}' },
];

/** Everything that the engine's loops and lists ask for. */
const readAll = async (store: Store) => {
  await load(store, "sick");
  return {
    timers: (await store.dueTimers(T, 9)).map(({ orderId }) => orderId),
    events: (await store.dueEvents(T, 9)).map(({ envelope }) => envelope.orderId),
    history: [(await store.history("sick", 0, 9)).length, (await store.history("well", 0, 9)).length],
    listed: idsOfOrders(await store.list({ limit: 9 })),
    open: (await store.openEffects(9)).map(({ orderId }) => orderId),
    own: idsOf(await store.effectsOf("well")),
    claimed: (await store.claim(T, 9, 1000, "w")).map(({ orderId }) => orderId),
    oldest: (await store.counts()).oldestEventAt,
  };
};
const idsOfOrders = (rows: { orderId: string }[]): string[] => rows.map(({ orderId }) => orderId);

export const damaged: StoreCase[] = [
  {
    title: "A row that cannot be read is parked with its order, which rests as a whole, and nobody else has to wait.",
    async run(place) {
      const store = await sickAndWell(place);
      if (store === null || place.damage === undefined) return;
      for (const [i, { table, column, value }] of damages.entries()) {
        const where = `${table}.${column} = ${value}`;
        if (i > 0) await anew(store);
        await place.damage(table, "sick", column, value);
        await readAll(store);
        const again = await readAll(store);
        assert.deepEqual([again.timers, again.events, again.own], [["well"], ["well"], ["well:1:0"]], where);
        assert.deepEqual([again.history[1], again.oldest], [1, T], where);
        assert(again.listed.includes("well") && !again.claimed.includes("sick"), where);
        assert.equal((await store.counts()).damaged, 1, where);
        const [row, ...others] = await store.damaged(9);
        assert.deepEqual([row?.orderId, others], ["sick", []], where);
        assert.equal(row?.table === "listed" ? "orders" : row?.table, table, where);
        assert.match(row?.what ?? "", /is damaged: /, where);
        const { parked, damaged } = await load(store, "sick");
        assert.equal(parked, damaged, where);
        assert.match(damaged ?? "", /sick is damaged/, where);
        assert.deepEqual(
          await store.commit([changeOf("sick", 1), changeOf("well", 1)]),
          ["conflict", "committed"],
          where,
        );
        if (again.listed.includes("sick"))
          assert.match((await store.list({ parked: true, limit: 9 }))[0]?.parked ?? "", /damaged/, where);
      }
    },
  },
  {
    title: "Damaged rows take nobody's place in a page.",
    async run(place) {
      const store = await place.open();
      if (place.damage === undefined) return;
      const sick = Array.from({ length: 30 }, (_, i) => `sick${i}`);
      await store.commit([...sick.map((id) => full(id)), full("well")]);
      for (const id of sick) {
        await place.damage("timers", id, "at", -1);
        await place.damage("outbox", id, "effect", "?");
      }
      assert.deepEqual(idsOf(await store.claim(T, 3, 1000, "w")), ["well:1:0"]);
      assert.deepEqual(await store.dueTimers(T, 3), [timer("well")]);
      assert.equal((await store.counts()).damaged, 30);
      assert.equal((await store.damaged(7)).length, 7);
    },
  },
  {
    title: "Of an order that is parked nothing is due.",
    async run(place) {
      const store = await sickAndWell(place);
      if (store === null || place.damage === undefined) return;
      await place.damage("timers", "sick", "at", -1);
      await store.dueTimers(T, 9);
      await store.repair("well", { forget: true });
      assert.equal(await store.nextDue(), null);
      assert.deepEqual(await store.claim(T + 5000, 9, 1000, "w"), []);
    },
  },
  {
    title: "Every row of one order is looked at, and those that cannot be read are named.",
    async run(place) {
      const store = await sickAndWell(place);
      if (store === null || place.damage === undefined) return;
      for (const table of ["outbox", "timers", "inbox"] as const)
        await place.damage(table, "sick", { outbox: "effect", timers: "at", inbox: "envelope" }[table], -1);
      assert.deepEqual((await store.examine("sick")).map(({ table, id }) => [table, id]).sort(), [
        ["inbox", "late"],
        ["outbox", "sick:1:0"],
        ["timers", "t"],
      ]);
      // One that was parked before is among them.
      await store.dueTimers(T, 9);
      assert.equal((await store.examine("sick")).length, 3);
      assert.deepEqual(await store.examine("well"), []);
    },
  },
  {
    title:
      "What is damaged of an order is taken out, its timers come back from its record, and it goes on; a record that cannot be read stays.",
    async run(place) {
      const store = await sickAndWell(place);
      if (store === null || place.damage === undefined) return;
      await place.damage("timers", "sick", "at", -1);
      await place.damage("inbox", "sick", "envelope", "?");
      await place.damage("orders", "sick", "flags", "?");
      await store.dueTimers(T, 9);
      const { taken, left } = await store.repair("sick", { forget: false });
      assert.deepEqual([taken.map(({ table }) => table).sort(), left], [["inbox", "listed", "timers"], []]);
      assert.deepEqual(await store.dueTimers(T, 9), [timer("sick"), timer("well")]);
      assert.deepEqual(idsOf(await store.claim(T, 9, 1000, "w")), ["sick:1:0", "well:1:0"]);
      assert.equal((await load(store, "sick")).parked, null);
      assert.deepEqual(await store.commit([changeOf("sick", 1)]), ["committed"]);
      assert.deepEqual(
        (await store.list({ limit: 9 })).map(({ parked }) => parked),
        [null, null],
      );
      await place.damage("orders", "sick", "record", "?");
      await load(store, "sick");
      const again = await store.repair("sick", { forget: false });
      assert.deepEqual(
        again.left.map(({ table }) => table),
        ["orders"],
      );
      assert.equal((await store.counts()).damaged, 1);
      assert.equal((await load(store, "sick")).record, null);
    },
  },
  {
    title: "Forgotten, nothing of the order stays.",
    async run(place) {
      const store = await sickAndWell(place);
      if (store === null || place.damage === undefined) return;
      await place.damage("orders", "sick", "record", "?");
      await load(store, "sick");
      const { taken } = await store.repair("sick", { forget: true });
      const tables = new Set(taken.map(({ table }) => table));
      assert.deepEqual([...tables].sort(), ["history", "inbox", "orders", "outbox", "timers"]);
      const { orders, timers, waitingEffects, waitingEvents, damaged } = await store.counts();
      assert.deepEqual([orders, timers, waitingEffects, waitingEvents, damaged], [1, 1, 1, 1, 0]);
      assert.deepEqual(await store.commit([full("sick")]), ["committed"]);
    },
  },
];

/** The sick order and the well one as they were at first. */
const anew = async (store: Store): Promise<void> => {
  for (const id of ["sick", "well"]) await store.repair(id, { forget: true });
  await store.commit([full("sick"), full("well")]);
  await store.postpone([eventOf("sick", "late"), eventOf("well", "late")]);
};
