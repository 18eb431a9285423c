/** The outbox: claims, leases and lanes. */
import { assert } from "../assert.js";
import { changeOf, effectOf, idsOf, load, type StoreCase, T } from "./sample.js";

const LEASE = 1000;

export const effects: StoreCase[] = [
  {
    title: "An effect is claimed by one worker at a time; when the lease runs out it can be claimed again.",
    async run(place) {
      const store = await place.open();
      const row = effectOf("a", 1, 0);
      await store.commit([changeOf("a", 0, { effects: [row], at: T + 5 })]);
      assert.deepEqual(await store.claim(T - 1, 9, LEASE, "w1"), []);
      const lane = { peer: "gateway resurs", kind: "background" };
      const first = { ...row, ...lane, attempts: 1, createdAt: T + 5, previousError: null };
      assert.deepEqual(await store.claim(T, 9, LEASE, "w1"), [first]);
      assert.deepEqual(await store.claim(T + LEASE - 1, 9, LEASE, "w2"), []);
      assert.deepEqual(await store.claim(T + LEASE, 9, LEASE, "w2"), [{ ...first, attempts: 2 }]);
    },
  },
  {
    title: "A claim tells how the one before ended, and forgets it: an end that never came reads null.",
    async run(place) {
      const store = await place.open();
      await store.commit([changeOf("a", 0, { effects: [effectOf("a", 1, 0)] })]);
      await store.claim(T, 9, LEASE, "w");
      await store.release("w", [{ id: "a:1:0", outcome: "retry", notBefore: T, error: "timeout" }]);
      assert.equal((await store.effectsOf("a"))[0]?.error, "timeout");
      assert.equal((await store.claim(T, 9, LEASE, "w"))[0]?.previousError, "timeout");
      const [third] = await store.claim(T + LEASE, 9, LEASE, "w");
      assert.deepEqual([third?.attempts, third?.previousError], [3, null]);
    },
  },
  {
    title: "Only the first open effect of a lane is claimed.",
    async run(place) {
      const store = await place.open();
      const rows = [effectOf("a", 1, 0), effectOf("a", 1, 1, "shop"), effectOf("a", 1, 2), effectOf("a", 1, 3, "shop")];
      await store.commit([changeOf("a", 0, { effects: rows }), changeOf("b", 0, { effects: [effectOf("b", 1, 0)] })]);
      await store.commit([changeOf("a", 1, { effects: [effectOf("a", 2, 0, "gateway", T - 50)] })]);
      const claim = async (limit = 9) => idsOf(await store.claim(T, limit, LEASE, "w"));
      assert.deepEqual(await claim(2), ["a:1:0", "a:1:1"]);
      assert.deepEqual(await claim(), ["b:1:0"]);
      await store.release("w", [{ id: "a:1:0", outcome: "done" }]);
      assert.deepEqual(await claim(), ["a:1:2"]);
      await store.release("w", [
        { id: "a:1:1", outcome: "retry", notBefore: T + 1, error: "no" },
        { id: "a:1:2", outcome: "done" },
      ]);
      // The lane of the shop waits for its first one; the gateway's goes on.
      assert.deepEqual(await claim(), ["a:2:0"]);
    },
  },
  {
    title: "The tenth effect of a decision comes after the second.",
    async run(place) {
      const store = await place.open();
      const rows = [10, 2, 1, 9].map((index) => effectOf("a", 1, index));
      await store.commit([changeOf("a", 0, { effects: rows })]);
      const claimed: string[] = [];
      for (let i = 0; i < 4; i += 1) {
        const [row] = await store.claim(T, 9, LEASE, "w");
        assert(row);
        claimed.push(row.id);
        await store.release("w", [{ id: row.id, outcome: "done" }]);
      }
      assert.deepEqual(claimed, ["a:1:1", "a:1:2", "a:1:9", "a:1:10"]);
    },
  },
  {
    title:
      "A finished effect is gone; one to be retried waits until its time; a dead one stays visible and holds its lane no longer.",
    async run(place) {
      const store = await place.open();
      const rows = [0, 1, 2].map((index) => effectOf("a", 1, index));
      await store.commit([changeOf("a", 0, { effects: rows })]);
      const claim = async (now: number) => idsOf(await store.claim(now, 9, LEASE, "w"));
      await claim(T);
      await store.release("w", [{ id: "a:1:0", outcome: "done" }]);
      assert.deepEqual(idsOf(await store.effectsOf("a")), ["a:1:1", "a:1:2"]);
      await claim(T);
      await store.release("w", [{ id: "a:1:1", outcome: "retry", notBefore: T + 10, error: "slow" }]);
      assert.deepEqual(await claim(T + 9), []);
      assert.deepEqual(await claim(T + 10), ["a:1:1"]);
      await store.release("w", [{ id: "a:1:1", outcome: "dead", error: "never" }]);
      assert.deepEqual(await claim(T + 10), ["a:1:2"]);
      const [dead] = await store.deadEffects(9);
      assert.deepEqual([dead?.row.id, dead?.row.attempts, dead?.error], ["a:1:1", 2, "never"]);
      const shown = (await store.effectsOf("a")).map((row) => [row.id, row.dead, row.error]);
      assert.deepEqual(shown, [
        ["a:1:1", true, "never"],
        ["a:1:2", false, null],
      ]);
    },
  },
  {
    title: "A worker whose lease was taken over changes nothing.",
    async run(place) {
      const store = await place.open();
      await store.commit([changeOf("a", 0, { effects: [effectOf("a", 1, 0)] })]);
      await store.claim(T, 9, LEASE, "slow");
      await store.claim(T + LEASE, 9, LEASE, "quick");
      const [before] = await store.effectsOf("a");
      await store.release("slow", [{ id: "a:1:0", outcome: "retry", notBefore: T, error: "x" }]);
      await store.release("slow", [{ id: "a:1:0", outcome: "dead", error: "x" }]);
      await store.release("slow", [{ id: "a:1:0", outcome: "done" }]);
      assert.deepEqual(await store.effectsOf("a"), [before]);
      assert.deepEqual(await store.claim(T + LEASE, 9, LEASE, "third"), []);
      await store.release("quick", [{ id: "a:1:0", outcome: "done" }]);
      assert.deepEqual(await store.effectsOf("a"), []);
    },
  },
  {
    title: "A change that takes in the result of an effect whose lease was taken over is not committed.",
    async run(place) {
      const store = await place.open();
      await store.commit([
        changeOf("a", 0, { effects: [effectOf("a", 1, 0), effectOf("a", 1, 1, "shop")] }),
        changeOf("b", 0),
      ]);
      await store.claim(T, 1, LEASE, "slow");
      await store.claim(T, 1, LEASE, "slow");
      await store.claim(T + LEASE, 1, LEASE, "quick");
      const [taken, held] = await store.effectsOf("a");
      const result = (settledBy: string, settled: string[]) => changeOf("a", 1, { settled, settledBy });
      // The rest of the group is written.
      assert.deepEqual(await store.commit([changeOf("b", 1), result("slow", ["a:1:0", "a:1:1"])]), [
        "committed",
        "lease-lost",
      ]);
      assert.equal((await load(store, "a")).record?.version, 1);
      assert.deepEqual(await store.effectsOf("a"), [taken, held]);
      assert.deepEqual(await store.commit([result("quick", ["a:1:0"])]), ["committed"]);
      // Done by now, so nobody's.
      assert.deepEqual(await store.commit([changeOf("a", 2, { settled: ["a:1:0"], settledBy: "slow" })]), [
        "lease-lost",
      ]);
      const last = changeOf("a", 2, { settled: ["a:1:1"], settledBy: "slow" });
      assert.deepEqual(await store.commit([last]), ["committed"]);
      assert.deepEqual(await store.effectsOf("a"), []);
    },
  },
  {
    title: "A worker that never heard what it had claimed gives back all but what it knows of, as begun.",
    async run(place) {
      const store = await place.open();
      const three = ["a", "b", "c"].map((id) => changeOf(id, 0, { effects: [effectOf(id, 1, 0)] }));
      await store.commit(three);
      const claim = async (worker: string, limit: number) =>
        (await store.claim(T, limit, LEASE, worker)).map((row) => [row.id, row.attempts, row.previousError]);
      assert.deepEqual(await claim("w", 2), [
        ["a:1:0", 1, null],
        ["b:1:0", 1, null],
      ]);
      assert.deepEqual(await claim("other", 9), [["c:1:0", 1, null]]);
      await store.releaseUnacknowledged("w", ["a:1:0", "unheard-of"]);
      assert.deepEqual(await claim("w", 9), [["b:1:0", 2, null]]);
      await store.releaseUnacknowledged("w", []);
      assert.deepEqual(idsOf(await store.claim(T, 9, LEASE, "other")), ["a:1:0", "b:1:0"]);
    },
  },
  {
    title: "At the start, the leases of workers that are no more are released (single-writer stores).",
    async run(place) {
      const store = await place.open();
      const both = ["a", "b"].map((id) => changeOf(id, 0, { effects: [effectOf(id, 1, 0)] }));
      await store.commit(both);
      assert.deepEqual(idsOf(await store.claim(T, 1, LEASE, "gone")), ["a:1:0"]);
      assert.deepEqual(idsOf(await store.claim(T, 1, LEASE, "here")), ["b:1:0"]);
      await store.recoverLeases("here");
      // Where several write, another worker's lease may be a living one's: it runs out by itself.
      assert.deepEqual(idsOf(await store.claim(T, 9, LEASE, "here")), place.many ? [] : ["a:1:0"]);
      assert.deepEqual(idsOf(await store.claim(T + LEASE - 1, 9, LEASE, "here")), []);
    },
  },
  {
    title: "An effect whose result a commit takes in is done with that commit.",
    async run(place) {
      const store = await place.open();
      await store.commit([changeOf("a", 0, { effects: [effectOf("a", 1, 0), effectOf("a", 1, 1)] })]);
      await store.claim(T, 9, LEASE, "w");
      await store.commit([changeOf("a", 1, { settled: ["a:1:0"], effects: [effectOf("a", 2, 0)] })]);
      assert.deepEqual(idsOf(await store.effectsOf("a")), ["a:1:1", "a:2:0"]);
      await store.release("w", [{ id: "a:1:0", outcome: "retry", notBefore: T, error: "late" }]);
      assert.deepEqual(idsOf(await store.claim(T, 9, LEASE, "w")), ["a:1:1"]);
    },
  },
  {
    title: "Open effects of one order, oldest first.",
    async run(place) {
      const store = await place.open();
      const first = [effectOf("a", 1, 1, "shop"), effectOf("a", 1, 0)];
      await store.commit([changeOf("a", 0, { effects: first }), changeOf("b", 0, { effects: [effectOf("b", 1, 0)] })]);
      await store.commit([changeOf("a", 1, { effects: [effectOf("a", 2, 0, "shop", T - 9)] })]);
      assert.deepEqual(idsOf(await store.effectsOf("a")), ["a:1:0", "a:1:1", "a:2:0"]);
    },
  },
  {
    title: "Effects that are neither carried out nor dead, of all orders, oldest first.",
    async run(place) {
      const store = await place.open();
      await store.commit([
        changeOf("b", 0, { at: T + 2, effects: [effectOf("b", 1, 0)] }),
        changeOf("a", 0, { at: T + 1, effects: [effectOf("a", 1, 0)] }),
        changeOf("c", 0, { at: T, effects: [effectOf("c", 1, 0)] }),
      ]);
      await store.claim(T + 9, 1, 100, "w");
      const ids = async (limit: number) => (await store.openEffects(limit)).map((row) => row.id);
      assert.deepEqual(await ids(9), ["c:1:0", "a:1:0", "b:1:0"]);
      assert.deepEqual(await ids(1), ["c:1:0"]);
      for (const { id } of await store.claim(T + 9, 9, 100, "w")) {
        await store.release("w", [{ id, outcome: "dead", error: "no" }]);
      }
      assert.equal((await ids(9)).length, 1);
    },
  },
  {
    title: "A revived effect does not run beside a later one of its lane.",
    async run(place) {
      const store = await place.open();
      await store.commit([changeOf("a", 0, { effects: [effectOf("a", 1, 0), effectOf("a", 1, 1)] })]);
      await store.claim(T, 9, LEASE, "w");
      await store.release("w", [{ id: "a:1:0", outcome: "dead", error: "x" }]);
      assert.deepEqual(idsOf(await store.claim(T, 9, LEASE, "w")), ["a:1:1"]);
      await store.revive("a:1:0", T + 1);
      assert.deepEqual(await store.claim(T + 1, 9, LEASE, "w"), []);
      assert.equal(await store.nextDue(), T + LEASE);
      await store.release("w", [{ id: "a:1:1", outcome: "done" }]);
      assert.deepEqual(idsOf(await store.claim(T + 1, 9, LEASE, "w")), ["a:1:0"]);
    },
  },
  {
    title:
      "After a restore from a backup, every call to the bank that waits counts as one that was begun and never came back: it may have been made since.",
    async run(place) {
      const store = await place.open();
      const effects = [effectOf("a", 1, 0), effectOf("a", 1, 1, "shop")];
      await store.commit([changeOf("a", 0, { effects }), changeOf("b", 0, { effects: [effectOf("b", 1, 0)] })]);
      await store.commit([changeOf("c", 0, { effects: [effectOf("c", 1, 0)] })]);
      await store.claim(T, 9, LEASE, "before");
      await store.release("before", [
        { id: "a:1:1", outcome: "retry", notBefore: T, error: "slow" },
        { id: "b:1:0", outcome: "retry", notBefore: T, error: "slow" },
        { id: "c:1:0", outcome: "dead", error: "x" },
      ]);
      await store.restored();
      const claimed = await store.claim(T, 9, LEASE, "after");
      assert.deepEqual(claimed.map(({ id, attempts, previousError }) => [id, attempts, previousError]).sort(), [
        ["a:1:0", 2, null],
        ["a:1:1", 2, "slow"],
        ["b:1:0", 2, null],
      ]);
      assert.deepEqual(
        (await store.deadEffects(9)).map(({ row }) => row.id),
        ["c:1:0"],
      );
      // One that was never claimed may have been made since as well.
      await store.commit([changeOf("d", 0, { effects: [effectOf("d", 1, 0)] })]);
      await store.restored();
      const [fresh] = (await store.claim(T, 9, LEASE, "later")).filter(({ orderId }) => orderId === "d");
      assert.deepEqual([fresh?.attempts, fresh?.previousError], [2, null]);
    },
  },
  {
    title: "What a store does in the background and failed at twice in a row is named; null = all of it works.",
    async run(place) {
      const store = await place.open();
      await store.recoverLeases("w");
      assert.equal(store.trouble?.() ?? null, null);
    },
  },
];
