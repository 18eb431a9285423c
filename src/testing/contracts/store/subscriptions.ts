/** Subscriptions: who was given which entry, and what waits. */

import type { Delivery, Store } from "../../../ports/store.js";
import { assert } from "../assert.js";
import { changeOf, type StoreCase, T } from "./sample.js";

const LEASE = 1000;
/** After every moment at which the sample's changes are decided. */
const NOW = T + 500;

const claim = (store: Store, worker = "w", now = NOW, name = "billing") =>
  store.claimDeliveries(name, now, 99, LEASE, worker);
const told = (rows: Delivery[]) => rows.map(({ orderId, seq, head }) => `${orderId} ${seq}-${head}`).sort();
const of = (orderId: string, subscription = "billing") => ({ subscription, orderId });
const deliver = (store: Store, orderId: string, seq: number, worker = "w") =>
  store.endDelivery(worker, of(orderId), { seq, leaseUntil: NOW + LEASE });
const give = (store: Store, orderId: string, moment: number | null, error = "HTTP 500", worker = "w") =>
  store.endDelivery(worker, of(orderId), { error, moment });
const write = async (store: Store, orderId: string, from: number, to: number) => {
  for (let version = from; version < to; version += 1)
    assert.deepEqual(await store.commit([changeOf(orderId, version, { at: T + version + 1 })]), ["committed"]);
};

export const subscriptions: StoreCase[] = [
  {
    title:
      "A new subscription is given what is committed from now on, or the whole history first; one that is there goes on where it was.",
    async run(place) {
      const store = await place.open();
      await write(store, "a", 0, 2);
      await store.subscribe("billing", "now");
      await store.subscribe("search", "start");
      assert.deepEqual(told(await claim(store)), []);
      assert.deepEqual(told(await claim(store, "w", NOW, "search")), ["a 0-2"]);
      await write(store, "a", 2, 4);
      await write(store, "b", 0, 1);
      await store.subscribe("billing", "start");
      assert.deepEqual(told(await claim(store)), ["a 2-4", "b 0-1"]);
      assert.deepEqual(await store.subscriptions(), [
        { name: "billing", behind: 2, oldestAt: T + 1, dead: 0 },
        { name: "search", behind: 2, oldestAt: T + 1, dead: 0 },
      ]);
      assert.equal(await deliver(store, "b", 1), "done");
      const again = await place.reopen();
      assert.deepEqual(await again.subscriptions(), [
        { name: "billing", behind: 1, oldestAt: T + 3, dead: 0 },
        { name: "search", behind: 2, oldestAt: T + 1, dead: 0 },
      ]);
      assert.deepEqual(told(await claim(again, "v", NOW + LEASE)), ["a 2-4"]);
    },
  },
  {
    title: "What did not commit is given to nobody.",
    async run(place) {
      const store = await place.open();
      await store.subscribe("billing", "now");
      await write(store, "a", 0, 1);
      await deliver(store, (await claim(store))[0]?.orderId ?? "", 1);
      assert.deepEqual(await store.commit([changeOf("a", 5), changeOf("b", 0)]), ["conflict", "committed"]);
      assert.deepEqual(told(await claim(store)), ["b 0-1"]);
    },
  },
  {
    title: "A subscription that is forgotten is given nothing more, and holds nothing back.",
    async run(place) {
      const store = await place.open();
      await store.subscribe("billing", "now");
      await store.subscribe("search", "now");
      await store.commit([changeOf("a", 0, { status: "refunded", at: T })]);
      await store.commit([changeOf("a", 1, { status: "refunded", at: T + 1 })]);
      const pruned = async () => (await store.prune(NOW, { after: "", limit: 9 })).entries;
      assert.equal(await pruned(), 0, "an entry that is still to be delivered stays");
      assert.equal(await store.unsubscribe("billing"), true);
      assert.equal(await store.unsubscribe("billing"), false);
      assert.deepEqual(told(await claim(store)), []);
      assert.equal(await pruned(), 0, "the other one waits for it");
      await claim(store, "w", NOW, "search");
      await store.endDelivery("w", of("a", "search"), { seq: 2, leaseUntil: NOW });
      assert.equal(await pruned(), 1);
      await write(store, "b", 0, 1);
      assert.deepEqual(told(await claim(store)), []);
      assert.deepEqual(
        (await store.subscriptions()).map(({ name }) => name),
        ["search"],
      );
    },
  },
  {
    title:
      "An order is claimed by one worker at a time for each subscription; when the lease runs out it can be claimed again.",
    async run(place) {
      const store = await place.open();
      await store.subscribe("billing", "now");
      await store.subscribe("search", "now");
      await write(store, "a", 0, 1);
      const [first] = await claim(store);
      assert.deepEqual(first, { ...of("a"), seq: 0, head: 1, attempts: 1, since: T + 1 });
      assert.deepEqual(await claim(store, "v"), []);
      assert.deepEqual(told(await claim(store, "v", NOW, "search")), ["a 0-1"]);
      assert.deepEqual(await claim(store, "v", NOW + LEASE - 1), []);
      assert.equal((await claim(store, "v", NOW + LEASE))[0]?.attempts, 2);
    },
  },
  {
    title: "What was delivered never comes again by itself, and an order that rests is not delivered.",
    async run(place) {
      const store = await place.open();
      await store.subscribe("billing", "now");
      await write(store, "a", 0, 2);
      await claim(store);
      assert.equal(await deliver(store, "a", 1), "more");
      assert.equal(await deliver(store, "a", 2), "done");
      assert.deepEqual(await claim(store, "w", NOW + 10 * LEASE), []);
      await write(store, "a", 2, 3);
      assert.deepEqual(told(await claim(store)), ["a 2-3"]);
      assert.equal(await deliver(store, "a", 3), "done");
      if (place.damage === undefined) return;
      await write(store, "b", 0, 1);
      await place.damage("history", "b", "entry", '{"seq":1');
      assert.deepEqual(told(await claim(store)), ["b 0-1"]);
      assert.deepEqual(await store.history("b", 0, 9), []);
      await give(store, "b", NOW);
      assert.deepEqual(await claim(store), [], "it rests until it is repaired");
      await store.repair("b", { forget: false });
      assert.deepEqual(told(await claim(store)), ["b 0-1"]);
      await give(store, "b", NOW);
      await store.repair("b", { forget: true });
      assert.deepEqual(await claim(store), []);
    },
  },
  {
    title: "When the first order is due that nobody has claimed; null = none waits.",
    async run(place) {
      const store = await place.open();
      await store.subscribe("billing", "now");
      assert.equal(await store.nextDelivery("billing", NOW), null);
      await write(store, "a", 0, 1);
      assert.equal(await store.nextDelivery("billing", NOW), T + 1);
      await claim(store);
      assert.equal(await store.nextDelivery("billing", NOW), null);
      assert.equal(await give(store, "a", NOW + 60_000), "done");
      assert.equal(await store.nextDelivery("billing", NOW), NOW + 60_000);
      assert.deepEqual(await claim(store, "w", NOW + 59_999), []);
      assert.equal((await claim(store, "w", NOW + 60_000))[0]?.attempts, 2);
    },
  },
  {
    title: "An entry that is committed during a delivery is delivered by the same claim.",
    async run(place) {
      const store = await place.open();
      await store.subscribe("billing", "now");
      await write(store, "a", 0, 1);
      await claim(store);
      await write(store, "a", 1, 3);
      assert.deepEqual(await claim(store, "v"), [], "still its worker's");
      assert.equal(await deliver(store, "a", 1), "more");
      assert.deepEqual((await store.subscriptions())[0]?.oldestAt, T + 2);
      assert.equal(await deliver(store, "a", 2), "more");
      assert.deepEqual(await claim(store, "v"), []);
      assert.equal(await deliver(store, "a", 3), "done");
    },
  },
  {
    title: "A worker whose lease was taken over changes no delivery.",
    async run(place) {
      const store = await place.open();
      await store.subscribe("billing", "now");
      await write(store, "a", 0, 2);
      await claim(store);
      await claim(store, "v", NOW + LEASE);
      assert.equal(await deliver(store, "a", 2), "lost");
      assert.equal(await give(store, "a", null), "lost");
      assert.equal(await deliver(store, "a", 1, "v"), "more");
      assert.equal(await store.replay("billing", { orderId: "a", since: 0 }, NOW), 1);
      assert.equal(await deliver(store, "a", 2, "v"), "lost", "it was put back behind the worker's back");
      assert.deepEqual(told(await claim(store)), ["a 0-2"]);
    },
  },
  {
    title: "A delivery that was given up keeps the later entries of its order waiting.",
    async run(place) {
      const store = await place.open();
      await store.subscribe("billing", "now");
      await write(store, "a", 0, 1);
      await write(store, "b", 0, 1);
      await claim(store);
      assert.equal(await give(store, "a", null, "HTTP 410"), "done");
      await write(store, "a", 1, 2);
      assert.deepEqual(await claim(store, "w", NOW), []);
      assert.deepEqual(told(await claim(store, "w", NOW + 10 * LEASE)), ["b 0-1"]);
      assert.deepEqual(await store.subscriptions(), [{ name: "billing", behind: 2, oldestAt: T + 1, dead: 1 }]);
      assert.deepEqual(await store.failedDeliveries(9), [
        { ...of("a"), seq: 0, head: 2, attempts: 1, since: T + 1, error: "HTTP 410", dead: true },
      ]);
    },
  },
  {
    title: "Deliveries that failed, by subscription and order, a page at a time.",
    async run(place) {
      const store = await place.open();
      await store.subscribe("search", "now");
      await store.subscribe("billing", "now");
      for (const orderId of ["c", "a", "b", "d"]) await write(store, orderId, 0, 1);
      for (const name of ["search", "billing"]) await claim(store, "w", NOW, name);
      for (const orderId of ["c", "a"]) await give(store, orderId, NOW + 5);
      await store.endDelivery("w", of("b", "search"), { error: "no", moment: null });
      const all = await store.failedDeliveries(9);
      const names = all.map(({ subscription, orderId, dead }) => `${subscription} ${orderId} ${dead}`);
      assert.deepEqual(names, ["billing a false", "billing c false", "search b true"]);
      assert.deepEqual(await store.failedDeliveries(1, of("a")), all.slice(1, 2));
      assert.deepEqual(await store.failedDeliveries(9, of("c")), all.slice(2));
    },
  },
  {
    title: "What is replayed is delivered once more, in order; the answer is the number of orders.",
    async run(place) {
      const store = await place.open();
      await write(store, "a", 0, 3);
      await write(store, "b", 0, 1);
      await store.subscribe("billing", "now");
      const replay = (which: Parameters<Store["replay"]>[1]) => store.replay("billing", which, NOW);
      assert.equal(await replay({ dead: true }), 0);
      assert.equal(await replay({ since: T + 2 }), 1);
      assert.deepEqual(told(await claim(store)), ["a 1-3"]);
      await deliver(store, "a", 2);
      assert.equal(await replay({ since: 0 }), 2);
      assert.equal(await replay({ orderId: "nobody", since: 0 }), 0);
      assert.deepEqual(told(await claim(store)), ["a 0-3", "b 0-1"]);
      await give(store, "a", null);
      await give(store, "b", null);
      assert.equal(await replay({ orderId: "b", dead: true }), 1);
      assert.deepEqual(await claim(store), [{ ...of("b"), seq: 0, head: 1, attempts: 1, since: T + 1 }]);
      assert.equal(await replay({ orderId: "a", skip: true }), 1);
      assert.deepEqual(told(await claim(store)), ["a 1-3"]);
      assert.equal(await replay({ orderId: "a", skip: true }), 0, "only what was given up is left out");
      await deliver(store, "a", 2);
      await give(store, "a", null);
      assert.equal(await replay({ orderId: "a", skip: true }), 1);
      assert.deepEqual(await claim(store), []);
      assert.equal(await store.replay("nobody", { since: 0 }, NOW), 0);
    },
  },
  {
    title: "A delivery that is due later than it can have to wait is pulled in, and counted.",
    async run(place) {
      const store = await place.open();
      await store.subscribe("billing", "now");
      await write(store, "a", 0, 1);
      await claim(store, "w", NOW + 1_000_000);
      const longest = { leaseMs: LEASE, effectMs: 5000, eventMs: 5000, timers: [], soonMs: 100 };
      assert.equal(await store.pullIn(NOW, longest), 1);
      assert.deepEqual(told(await claim(store, "v", NOW + LEASE)), ["a 0-1"]);
      await give(store, "a", NOW + 1_000_000, "no", "v");
      assert.equal(await store.pullIn(NOW, longest), 1);
      assert.equal(await store.nextDelivery("billing", NOW), NOW + 100);
    },
  },
];
