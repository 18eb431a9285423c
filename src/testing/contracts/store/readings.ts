/** Readings that wait for their next try, and are asked for anew. */

import type { OutboxRow } from "../../../core/record.js";
import { ASKED_ANEW } from "../../../ports/store.js";
import { assert } from "../assert.js";
import { changeOf, effectOf, idsOf, type StoreCase, T } from "./sample.js";

const LEASE = 1000;
const LATER = T + 60_000;

const capture = { type: "capturePayment", paymentId: "p", amount: 1, key: "k" } as const;
const reading = (orderId: string, seq: number, type: "readPayment" | "readBack" = "readPayment"): OutboxRow => ({
  ...effectOf(orderId, seq, 0),
  effect: { type, paymentId: `p-${orderId}` },
});

export const readings: StoreCase[] = [
  {
    title: "A pause counts as no attempt.",
    async run(place) {
      const store = await place.open();
      await store.commit([changeOf("a", 0, { effects: [effectOf("a", 1, 0)] })]);
      const claim = async () => (await store.claim(T, 9, LEASE, "w"))[0];
      for (let i = 0; i < 3; i += 1) {
        assert.equal((await claim())?.attempts, 1);
        await store.release("w", [{ id: "a:1:0", outcome: "retry", notBefore: T, error: "left alone", paused: true }]);
        assert.equal((await store.effectsOf("a"))[0]?.attempts, 0);
      }
      assert.equal((await claim())?.previousError, "left alone");
      await store.release("w", [{ id: "a:1:0", outcome: "retry", notBefore: T, error: "timeout" }]);
      assert.equal((await claim())?.attempts, 2);
      await store.release("other", [{ id: "a:1:0", outcome: "retry", notBefore: T, error: "no", paused: true }]);
      assert.equal((await store.effectsOf("a"))[0]?.attempts, 2, "somebody else's pause");
    },
  },
  {
    title:
      "A reading of these orders that waits for its next try, or was given up, is due at the given moment at the latest and says so; whatever else waits stays as it is.",
    async run(place) {
      const store = await place.open();
      const ids = ["waits", "back", "dead", "money", "shop", "other", "soon"];
      const first = (id: string): OutboxRow => {
        if (id === "money") return { ...effectOf(id, 1, 0), effect: capture };
        if (id === "shop") return effectOf(id, 1, 0, "shop");
        return reading(id, 1, id === "back" ? "readBack" : "readPayment");
      };
      await store.commit(ids.map((id) => changeOf(id, 0, { effects: [first(id)] })));
      assert.equal((await store.claim(T, 99, LEASE, "w")).length, ids.length);
      await store.release(
        "w",
        ids.map((id) =>
          id === "dead"
            ? { id: `${id}:1:0`, outcome: "dead", error: "HTTP 500" }
            : { id: `${id}:1:0`, outcome: "retry", notBefore: id === "soon" ? T + 1 : LATER, error: "HTTP 500" },
        ),
      );
      await store.hurry(["waits", "back", "dead", "money", "shop", "soon", "nobody"], T + 5);
      await store.hurry([], T);
      assert.equal(await store.nextDue(), T + 1);
      assert.deepEqual(idsOf(await store.claim(T + 4, 9, LEASE, "w")), ["soon:1:0"]);
      const due = await store.claim(T + 5, 9, LEASE, "w");
      assert.deepEqual(idsOf(due).sort(), ["back:1:0", "dead:1:0", "waits:1:0"]);
      assert.deepEqual(
        Object.fromEntries(due.map(({ orderId, attempts, previousError }) => [orderId, [attempts, previousError]])),
        { back: [2, ASKED_ANEW], waits: [2, ASKED_ANEW], dead: [1, null] },
      );
      assert.deepEqual(await store.deadEffects(9), []);
      assert.equal(
        (await store.claim(LATER - 1, 9, 2 * LATER, "w")).length,
        4,
        "those claimed above, after their lease",
      );
      assert.equal((await store.claim(LATER, 9, LEASE, "w")).length, 3);
    },
  },
  {
    title:
      "A reading does not wait for a call of its order that is put off; what is due or under way goes first, as do earlier readings.",
    async run(place) {
      const store = await place.open();
      const call: OutboxRow = { ...effectOf("a", 1, 0), effect: { ...capture, paymentId: "p-a" } };
      const claim = async (now: number) => idsOf(await store.claim(now, 9, LEASE, "w"));
      const putOff = async (id: string, notBefore: number) =>
        store.release("w", [{ id, outcome: "retry", notBefore, error: "HTTP 429" }]);
      await store.commit([changeOf("a", 0, { effects: [call, reading("a", 2), reading("a", 3, "readBack")] })]);
      assert.deepEqual(await claim(T), ["a:1:0"], "what is due goes first");
      assert.deepEqual(await claim(T), [], "and alone");
      await putOff("a:1:0", LATER);
      assert.equal(await store.nextDue(), T, "a reading is due at once");
      assert.deepEqual(await claim(T), ["a:2:0"], "one reading after the other");
      assert.deepEqual(await claim(T), []);
      assert.deepEqual(await claim(LATER - 1 + LEASE), ["a:1:0"], "both were due: in order");
      await putOff("a:1:0", LATER + 2 * LEASE);
      assert.deepEqual(await claim(LATER + LEASE), ["a:2:0"]);
      await store.release("w", [{ id: "a:2:0", outcome: "done" }]);
      assert.deepEqual(await claim(LATER + LEASE), ["a:3:0"]);
      await putOff("a:3:0", LATER + 9 * LEASE);
      assert.equal(await store.nextDue(), LATER + 2 * LEASE);
      assert.deepEqual(
        await claim(LATER + 2 * LEASE),
        ["a:1:0"],
        "a reading that is put off keeps no call waiting behind it",
      );
    },
  },
  {
    title: "A call waits for a reading of its order that is put off before it, and for every other call.",
    async run(place) {
      const store = await place.open();
      const call = (seq: number): OutboxRow => ({ ...effectOf("a", seq, 0), effect: { ...capture, key: `k${seq}` } });
      await store.commit([changeOf("a", 0, { effects: [reading("a", 1), call(2), call(3)] })]);
      const claim = async (now: number) => idsOf(await store.claim(now, 9, LEASE, "w"));
      assert.deepEqual(await claim(T), ["a:1:0"]);
      await store.release("w", [{ id: "a:1:0", outcome: "retry", notBefore: LATER, error: "HTTP 500" }]);
      assert.deepEqual(await claim(LATER - 1), []);
      assert.equal(await store.nextDue(), LATER);
      assert.deepEqual(await claim(LATER), ["a:1:0"]);
      await store.release("w", [{ id: "a:1:0", outcome: "done" }]);
      assert.deepEqual(await claim(LATER), ["a:2:0"]);
      await store.release("w", [{ id: "a:2:0", outcome: "retry", notBefore: 2 * LATER, error: "HTTP 500" }]);
      assert.deepEqual(await claim(2 * LATER - 1), []);
    },
  },
  {
    title: "A reading that is under way is not disturbed by whoever asks for it anew.",
    async run(place) {
      const store = await place.open();
      await store.commit([changeOf("a", 0, { effects: [reading("a", 1)] })]);
      await store.claim(T, 9, LEASE, "w");
      await store.hurry(["a"], T);
      assert.deepEqual(await store.claim(T, 9, LEASE, "v"), []);
      await store.release("w", [{ id: "a:1:0", outcome: "retry", notBefore: LATER, error: "HTTP 500" }]);
      assert.equal(await store.nextDue(), LATER);
    },
  },
];
