/** What was given up: the whole list, and what of it is tried again. */

import type { Store } from "../../../ports/store.js";
import { assert } from "../assert.js";
import { changeOf, effectOf, eventOf, type StoreCase, T } from "./sample.js";

/** Orders with an effect each, all of them given up; several are as old as others. */
const giveUp = async (store: Store, orders: string[]): Promise<void> => {
  await store.commit(
    orders.map((id, i) => changeOf(id, 0, { at: T + (i % 3), effects: [effectOf(id, 1, 0), effectOf(id, 1, 10)] })),
  );
  for (let claimed = await store.claim(T + 9, 99, 1000, "w"); claimed.length > 0; ) {
    await store.release(
      "w",
      claimed.map(({ id }) => ({ id, outcome: "dead", error: "no" })),
    );
    claimed = await store.claim(T + 9, 99, 1000, "w");
  }
};

const effectPages = async (store: Store, limit: number): Promise<string[]> => {
  const ids: string[] = [];
  for (
    let page = await store.deadEffects(limit);
    page.length > 0;
    page = await store.deadEffects(limit, page.at(-1)?.row)
  )
    ids.push(...page.map(({ row }) => row.id));
  return ids;
};

const eventPages = async (store: Store, limit: number): Promise<string[]> => {
  const ids: string[] = [];
  for (let page = await store.deadEvents(limit); page.length > 0; page = await store.deadEvents(limit, page.at(-1)?.n))
    ids.push(...page.map(({ envelope }) => `${envelope.orderId} ${envelope.id}`));
  return ids;
};

const names = Array.from({ length: 7 }, (_, i) => `o${i}`);

export const dead: StoreCase[] = [
  {
    title:
      "Dead effects and events come oldest first, a page at a time: each page starts after the last one of the page before.",
    async run(place) {
      const store = await place.open();
      await giveUp(store, names);
      const whole = (await store.deadEffects(99)).map(({ row }) => row.id);
      assert.deepEqual(whole.slice(0, 6), ["o0:1:0", "o0:1:10", "o3:1:0", "o3:1:10", "o6:1:0", "o6:1:10"]);
      assert.equal(whole.length, 14);
      for (const limit of [1, 3, 14, 15]) assert.deepEqual(await effectPages(store, limit), whole);

      await store.postpone(names.map((id) => eventOf(id, "first", { dead: id !== "o2" })));
      await store.postpone([eventOf("a", "later", { dead: true })]);
      const dead = ["o0", "o1", "o3", "o4", "o5", "o6"].map((id) => `${id} first`);
      for (const limit of [1, 2, 7, 9]) assert.deepEqual(await eventPages(store, limit), [...dead, "a later"]);
    },
  },
  {
    title: "What is revived or gone between two pages hides nothing that comes after it.",
    async run(place) {
      const store = await place.open();
      await giveUp(store, names);
      await store.postpone(names.map((id) => eventOf(id, "e", { dead: true })));
      const first = await store.deadEffects(3);
      for (const { row } of first) await store.revive(row.id, T);
      const rest = await store.deadEffects(99, first.at(-1)?.row);
      assert.equal(rest.length, 11);
      const events = await store.deadEvents(3);
      for (const { envelope } of events) await store.revive("e", T, envelope.orderId);
      assert.deepEqual(
        (await store.deadEvents(99, events.at(-1)?.n)).map(({ envelope }) => envelope.orderId),
        ["o3", "o4", "o5", "o6"],
      );
    },
  },
  {
    title: "Several orders may have events of one id: with the order, only that order's is revived.",
    async run(place) {
      const store = await place.open();
      await giveUp(store, ["a"]);
      await store.postpone(["a", "b", "c"].map((id) => eventOf(id, "placed", { dead: true })));
      const left = async () => (await store.deadEvents(9)).map(({ envelope }) => envelope.orderId);
      assert.equal(await store.revive("placed", T, "b"), true);
      assert.deepEqual(await left(), ["a", "c"]);
      assert.equal(await store.revive("placed", T, "b"), false);
      assert.equal(await store.revive("placed", T, "nobody"), false);
      assert.equal(await store.revive("a:1:0", T, "c"), false);
      assert.equal(await store.revive("a:1:0", T, "a"), true);
      assert.equal(await store.revive("placed", T), true);
      assert.deepEqual(await left(), []);
    },
  },
];
