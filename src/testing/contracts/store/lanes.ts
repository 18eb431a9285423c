/** Claims by peer and by whoever waits. */

import { otherPayment } from "../../../../machines/facts.js";
import type { Lane } from "../../../core/record.js";
import type { CallKind, LaneCapacity } from "../../../ports/lanes.js";
import type { Change, Store } from "../../../ports/store.js";
import { assert } from "../assert.js";
import { changeOf, effectOf, idsOf, type StoreCase, T } from "./sample.js";

const LEASE = 1000;
const noneUnderWay: LaneCapacity = { perPeer: 4, kept: [1, 0, 0, 1], underWay: {} };

/** An order of one bank with one effect. */
const asked = (id: string, kind?: CallKind, gateway = "resurs", lane: Lane = "gateway", at = T): Change => {
  const change = changeOf(id, 0, { effects: [effectOf(id, 1, 0, lane, at)] });
  const { facts } = change.record;
  const record = { ...change.record, facts: { ...facts, payment: { ...facts.payment, gateway } } };
  return { ...change, record, ...(kind === undefined ? {} : { kind }) };
};
const claimed = async (store: Store, room: LaneCapacity, limit = 99) =>
  (await store.claim(T, limit, LEASE, "w", room)).map(({ id }) => id.split(":")[0]);
const many = (prefix: string, n: number): string[] => Array.from({ length: n }, (_, i) => `${prefix}${i}`);

/** An order with a payment at each of two banks, and two readings of each. */
const atTwoBanks = (id: string): Change => {
  const read = (index: number, paymentId: string) => ({
    ...effectOf(id, 1, index),
    effect: { type: "readPayment", paymentId } as const,
  });
  const { facts, ...rest } = changeOf(id, 0).record;
  const payment = { ...facts.payment, id: "p", gateway: "resurs" };
  const others = [otherPayment({ ...payment, gateway: "nets" }, "q")];
  const effects = [read(0, "p"), read(1, "q"), read(2, "p"), read(3, "q")];
  return { ...changeOf(id, 0, { effects }), record: { ...rest, facts: { ...facts, payment, others } } };
};

export const lanes: StoreCase[] = [
  {
    title: "An order's calls to two banks do not wait for each other; those to one bank go one after the other.",
    async run(place) {
      const store = await place.open();
      await store.commit([atTwoBanks("a")]);
      const claim = async (now: number) => (await store.claim(now, 9, LEASE, "w")).map(({ id, peer }) => [id, peer]);
      const first = [
        ["a:1:0", "gateway resurs"],
        ["a:1:1", "gateway nets"],
      ];
      assert.deepEqual((await claim(T)).sort(), first);
      assert.deepEqual(await claim(T), []);
      await store.release("w", [
        { id: "a:1:0", outcome: "retry", notBefore: T + 50, error: "away" },
        { id: "a:1:1", outcome: "done" },
      ]);
      assert.equal(await store.nextDue(), T);
      assert.deepEqual(await claim(T), [["a:1:3", "gateway nets"]]);
      assert.equal(await store.nextDue(), T + 50);
      assert.deepEqual(await claim(T + 50), [["a:1:0", "gateway resurs"]]);
    },
  },
  {
    title:
      "Nothing is claimed for which there is no room, what somebody waits for comes first, and what an order has open is as urgent as the most urgent of its changes.",
    async run(place) {
      const store = await place.open();
      await store.commit(many("late", 9).map((id) => asked(id)));
      await store.commit([asked("a", "customer"), asked("b", "callback"), asked("c", "merchant")]);
      // One place is kept for the customer, whatever else is due; the others share what is left.
      assert.deepEqual(await claimed(store, noneUnderWay), ["a", "c", "b", "late0"]);
      const full = { ...noneUnderWay, underWay: { "gateway resurs": [1, 1, 1, 1] } };
      assert.deepEqual(await claimed(store, full), []);
      await store.commit([asked("d", "customer")]);
      assert.deepEqual(await claimed(store, { ...full, underWay: { "gateway resurs": [0, 0, 0, 3] } }), ["d"]);
      assert.deepEqual(await claimed(store, { ...full, underWay: { "gateway resurs": [3, 0, 0, 0] } }), ["late1"]);
      // Somebody comes to wait for what nobody waited for.
      await store.commit([{ ...changeOf("late5", 1), kind: "customer" }]);
      assert.deepEqual(await claimed(store, noneUnderWay), ["late5", "late2", "late3", "late4"]);
    },
  },
  {
    title: "One peer's calls take no room of another's, and each bank and the shop are peers.",
    async run(place) {
      const store = await place.open();
      await store.commit([
        ...many("r", 5).map((id) => asked(id)),
        ...many("n", 5).map((id) => asked(id, undefined, "nets")),
        ...many("s", 5).map((id) => asked(id, undefined, "nets", "shop")),
      ]);
      const underWay = { "gateway resurs": [0, 0, 0, 3], shop: [0, 0, 0, 2] };
      assert.deepEqual(await claimed(store, { ...noneUnderWay, underWay }), ["n0", "n1", "n2", "s0"]);
      assert.deepEqual(await claimed(store, noneUnderWay, 3), ["n3", "n4", "r0"]);
    },
  },
  {
    title: "A claim says who waits and for whom; a result that is unhurried goes to the background.",
    async run(place) {
      const store = await place.open();
      await store.commit([asked("a", "merchant"), asked("b", "customer", "nets", "shop")]);
      const seen = async (now: number) =>
        (await store.claim(now, 9, LEASE, "w")).map(({ orderId, peer, kind }) => [orderId, peer, kind]);
      assert.deepEqual(await seen(T), [
        ["b", "shop", "customer"],
        ["a", "gateway resurs", "merchant"],
      ]);
      await store.release("w", [
        { id: "a:1:0", outcome: "retry", notBefore: T + 1, error: "x", unhurried: true },
        { id: "b:1:0", outcome: "retry", notBefore: T + 2, error: "x" },
      ]);
      assert.deepEqual(await seen(T + 2), [
        ["b", "shop", "customer"],
        ["a", "gateway resurs", "background"],
      ]);
    },
  },
  {
    title: "An urgent effect takes those before it in its lane along.",
    async run(place) {
      const store = await place.open();
      await store.commit(many("late", 9).map((id) => asked(id, undefined, "resurs", "gateway", T - 50)));
      await store.commit([asked("a")]);
      const { record } = asked("a");
      const more = changeOf("a", 1, { effects: [effectOf("a", 2, 0)] });
      await store.commit([{ ...more, record: { ...more.record, facts: record.facts }, kind: "customer" }]);
      const one = { ...noneUnderWay, perPeer: 1, kept: [1, 0, 0, 0] };
      const claim = async () => idsOf(await store.claim(T, 9, LEASE, "w", one));
      assert.deepEqual(await claim(), ["a:1:0"]);
      await store.release("w", [{ id: "a:1:0", outcome: "done" }]);
      assert.deepEqual(await claim(), ["a:2:0"]);
    },
  },
];
