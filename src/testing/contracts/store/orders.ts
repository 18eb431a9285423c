/** Orders, their history, and what a commit promises. */

import { StoreError } from "../../../ports/store.js";
import { assert } from "../assert.js";
import { changeOf, effectOf, eventOf, load, recordOf, type StoreCase, T } from "./sample.js";

const refusedAs = (code: StoreError["code"]) => (error: unknown) => error instanceof StoreError && error.code === code;

export const orders: StoreCase[] = [
  {
    title: "Opening twice is refused while the first is open.",
    async run(place) {
      const first = await place.open();
      await assert.rejects(first.open(), refusedAs("locked"));
      await place.reopen();
    },
  },
  {
    title: "A second store on the same place is refused where there is room for one writer only.",
    async run(place) {
      const first = await place.open();
      if (!place.many) return assert.rejects(place.open(), refusedAs("locked"));
      const second = await place.open();
      await first.commit([changeOf("a", 0)]);
      assert.deepEqual((await load(second, "a")).record, recordOf("a", 1));
      assert.deepEqual(await second.commit([changeOf("a", 0, { eventId: "other" })]), ["conflict"]);
      assert.deepEqual(await second.commit([changeOf("a", 1)]), ["committed"]);
    },
  },
  {
    title: "Opening what is no store of ours is refused and names the way out.",
    async run(place) {
      if (!place.openForeign) return;
      await assert.rejects(place.openForeign(), (error: unknown) => {
        assert(error instanceof StoreError);
        assert.equal(error.code, "not-ours");
        assert.match(error.message, /Name another (file|schema).*restore a backup/);
        return true;
      });
    },
  },
  {
    title: "A closed store answers nothing, and closing it again does no harm.",
    async run(place) {
      const store = await place.open();
      const waiting = store.commit([changeOf("a", 0)]);
      await store.close();
      assert.deepEqual(await waiting, ["committed"]);
      await store.close();
      await assert.rejects(store.counts(), refusedAs("closed"));
      await assert.rejects(store.commit([changeOf("a", 1)]), refusedAs("closed"));
    },
  },
  {
    title: "A committed order is read back as it was written.",
    async run(place) {
      const store = await place.open();
      const change = changeOf("a", 0, { flags: ["discrepancy:paid-but-cancelled"], paymentId: "p" });
      await store.commit([change]);
      assert.deepEqual(await load(store, "a", "event-1", "other"), {
        record: change.record,
        processedIds: ["event-1"],
        parked: null,
      });
      const next = changeOf("a", 1, { status: "completed" });
      await store.commit([next]);
      assert.deepEqual((await load(store, "a")).record, next.record);
    },
  },
  {
    title: "What was read or written may be changed afterwards without changing the store.",
    async run(place) {
      const store = await place.open();
      const change = changeOf("a", 0);
      await store.commit([change]);
      const expected = recordOf("a", 1);
      change.record.facts.order.status = "failed";
      const read = await load(store, "a");
      if (read.record) read.record.facts.order.lines.length = 0;
      (await store.history("a", 0, 9))[0]?.answers.push({} as never);
      assert.deepEqual((await load(store, "a")).record, expected);
      assert.deepEqual((await store.history("a", 0, 9))[0]?.answers, []);
    },
  },
  {
    title: "An unknown order reads null.",
    async run(place) {
      const store = await place.open();
      assert.deepEqual(await load(store, "nobody", "e"), { record: null, processedIds: [], parked: null });
      assert.equal(await store.findByPayment("nothing"), null);
      assert.deepEqual(await store.history("nobody", 0, 10), []);
    },
  },
  {
    title: "Answers come in the order of the questions.",
    async run(place) {
      const store = await place.open();
      await store.commit([changeOf("a", 0), changeOf("b", 0)]);
      const asked = ["b", "nobody", "a", "b"].map((orderId) => ({ orderId, eventIds: [] }));
      const read = (await store.load(asked)).map(({ record }) => record?.orderId ?? null);
      assert.deepEqual(read, ["b", null, "a", "b"]);
    },
  },
  {
    title:
      "Several changes commit in one transaction; one that expected another version conflicts alone and writes nothing.",
    async run(place) {
      const store = await place.open();
      await store.commit([changeOf("7", 0, { effects: [effectOf("7", 1, 0)] })]);
      await store.postpone([eventOf("7", "late")]);
      const group = Array.from({ length: 50 }, (_, i) => changeOf(String(i), 0, { paymentId: `p${i}`, at: T + 1 }));
      group[7] = changeOf("7", 2, {
        status: "failed",
        paymentId: "p7",
        effects: [effectOf("7", 3, 0)],
        timers: { set: [{ orderId: "7", timer: "t", generation: 1, at: T }], cancel: [] },
        settled: ["7:1:0"],
        decided: ["late"],
      });
      const results = await store.commit(group);
      assert.deepEqual(
        results,
        group.map((_, i) => (i === 7 ? "conflict" : "committed")),
      );
      assert.deepEqual(await load(store, "7", "event-3"), { record: recordOf("7", 1), processedIds: [], parked: null });
      assert.deepEqual(
        (await store.effectsOf("7")).map((row) => row.id),
        ["7:1:0"],
      );
      assert.equal(await store.findByPayment("p7"), null);
      assert.deepEqual(await store.findByPayment("p49"), { orderId: "49", current: true });
      const { orders, timers, waitingEvents } = await store.counts();
      assert.deepEqual({ orders, timers, waitingEvents }, { orders: 50, timers: 0, waitingEvents: 1 });
      assert.equal((await store.history("7", 0, 10)).length, 1);
    },
  },
  {
    title: "Of two changes that expect the same version, in one group or in two, one is committed.",
    async run(place) {
      const store = await place.open();
      assert.deepEqual(await store.commit([changeOf("a", 0), changeOf("a", 0, { eventId: "other" })]), [
        "committed",
        "conflict",
      ]);
      assert.deepEqual(await store.commit([changeOf("a", 1), changeOf("a", 2)]), ["committed", "committed"]);
      const raced = await Promise.all(["x", "y"].map((eventId) => store.commit([changeOf("a", 3, { eventId })])));
      // Which of them: a store with several connections does not say.
      assert.deepEqual(raced.flat().sort(), ["committed", "conflict"]);
      assert.equal((await load(store, "a")).record?.version, 4);
    },
  },
  {
    title: "An event that was decided before conflicts and writes nothing, whatever the version.",
    async run(place) {
      const store = await place.open();
      await store.commit([changeOf("a", 0, { eventId: "e" }), changeOf("b", 0, { eventId: "e" })]);
      const again = changeOf("a", 1, { eventId: "e", status: "failed", effects: [effectOf("a", 2, 0)] });
      assert.deepEqual(await store.commit([again, changeOf("b", 1)]), ["conflict", "committed"]);
      assert.equal((await load(store, "a")).record?.version, 1);
      assert.deepEqual(await store.effectsOf("a"), []);
      const [entry] = changeOf("a", 1, { eventId: "twice" }).history;
      assert(entry);
      const twice = changeOf("a", 1, { history: [entry, { ...entry, seq: 3 }] });
      assert.deepEqual(await store.commit([twice]), ["conflict"]);
    },
  },
  {
    title: "A payment id leads to its order, also when the order has moved on to another payment.",
    async run(place) {
      const store = await place.open();
      await store.commit([changeOf("a", 0, { paymentId: "p2", previousIds: ["p1"] })]);
      assert.deepEqual(await store.findByPayment("p1"), { orderId: "a", current: false });
      await store.commit([changeOf("a", 1, { paymentId: "p3", previousIds: ["p1", "p2"] })]);
      assert.deepEqual(await store.findByPayment("p3"), { orderId: "a", current: true });
      assert.deepEqual(await store.findByPayment("p2"), { orderId: "a", current: false });
      await store.commit([changeOf("b", 0, { paymentId: "p1" })]);
      assert.deepEqual(await store.findByPayment("p1"), { orderId: "b", current: true });
    },
  },
  {
    title:
      "A payment id that its order no longer has, as one that was mistyped, leads to no order, and may be another's.",
    async run(place) {
      const store = await place.open();
      await store.commit([changeOf("a", 0, { paymentId: "p1", previousIds: ["typo"] })]);
      await store.commit([changeOf("a", 1, { paymentId: "p1" })]);
      assert.equal(await store.findByPayment("typo"), null);
      assert.deepEqual(await store.findByPayment("p1"), { orderId: "a", current: true });
      await store.commit([changeOf("b", 0, { paymentId: "p2", previousIds: ["typo"] })]);
      assert.deepEqual(await store.findByPayment("typo"), { orderId: "b", current: false });
    },
  },
  {
    title: "The history has no gaps and comes in order.",
    async run(place) {
      const store = await place.open();
      for (let version = 0; version < 12; version += 1) {
        await store.commit([changeOf("a", version), changeOf("a", version, { eventId: "too late" })]);
      }
      const all = await store.history("a", 0, 100);
      assert.deepEqual(
        all.map((entry) => entry.seq),
        [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
      );
      assert.deepEqual(all[4], changeOf("a", 4).history[0]);
      assert.deepEqual(
        (await store.history("a", 9, 2)).map((entry) => entry.seq),
        [10, 11],
      );
    },
  },
  {
    title:
      "Of a finished order only the last entry of the history stays: final, no flag, nothing that waits, nothing that is still to be delivered, and last decided before the given moment.",
    async run(place) {
      const store = await place.open();
      const lives = async (id: string, last: Parameters<typeof changeOf>[2]) => {
        const [first, second] = [changeOf(id, 0), changeOf(id, 1)];
        await store.commit([first, second, changeOf(id, 2, { status: "completed", at: T + 10, ...last })]);
      };
      const set = (orderId: string) => [{ orderId, timer: "t", generation: 1, at: T + 99 }];
      await lives("done", {});
      await lives("done too", { status: "refunded" });
      await lives("open", { status: "processing" });
      await lives("flagged", { flags: ["discrepancy:completed-not-captured"] });
      await lives("recent", { at: T + 11 });
      await lives("effect waits", { effects: [effectOf("effect waits", 3, 0)] });
      await lives("timer waits", { timers: { set: set("timer waits"), cancel: [] } });
      await lives("event waits", {});
      await store.postpone([eventOf("event waits", "late", { dead: true })]);
      await lives("parked", {});
      await store.park("parked", "no migration");
      const seqs = async (id: string) => (await store.history(id, 0, 9)).map((entry) => entry.seq);

      assert.deepEqual(await store.prune(T + 10, { after: "", limit: 99 }), { entries: 0, orders: 0, last: null });
      const dry = await store.prune(T + 11, { after: "", limit: 2, dryRun: true });
      assert.deepEqual([dry, await seqs("done")], [{ entries: 4, orders: 2, last: "done too" }, [1, 2, 3]]);
      // Page by page, in the order of the ids; an open order is no part of a page.
      assert.deepEqual(await store.prune(T + 11, { after: "", limit: 2 }), dry);
      const rest = { entries: 0, orders: 0, last: null };
      assert.deepEqual(await store.prune(T + 11, { after: "done too", limit: 99 }), rest);
      assert.deepEqual([await seqs("done"), await seqs("done too")], [[3], [3]]);
      for (const id of ["open", "flagged", "recent", "effect waits", "timer waits", "event waits", "parked"])
        assert.deepEqual([id, await seqs(id)], [id, [1, 2, 3]]);
      assert.deepEqual(await store.prune(T + 11, { after: "", limit: 99 }), rest);

      // The order lives on, and its history goes on where it was.
      await store.commit([changeOf("done", 3, { status: "refunded" })]);
      assert.deepEqual(await seqs("done"), [3, 4]);
    },
  },
  {
    title: "What was taken out of a history is still known as decided.",
    async run(place) {
      const store = await place.open();
      await store.commit([changeOf("a", 0), changeOf("a", 1, { status: "completed" })]);
      assert.equal((await store.prune(T + 99, { after: "", limit: 9 })).entries, 1);
      assert.deepEqual((await load(store, "a", "event-1", "event-2", "event-3")).processedIds, ["event-1", "event-2"]);
      assert.deepEqual(await store.commit([changeOf("a", 2, { eventId: "event-1" })]), ["conflict"]);
    },
  },
];
