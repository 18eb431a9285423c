/** Timers, postponed events, the dead and the parked. */
import { assert } from "../assert.js";
import { changeOf, effectOf, eventOf, idsOf, load, type StoreCase, T } from "./sample.js";

const timer = (name: string, at: number, generation = 1, orderId = "a") => ({ orderId, timer: name, generation, at });
const names = (rows: { timer: string; generation: number }[]) => rows.map((row) => `${row.timer}${row.generation}`);
const eventIds = (rows: { envelope: { id: string } }[]) => idsOf(rows.map((row) => row.envelope));

export const waiting: StoreCase[] = [
  {
    title: "Due timers come in order of time; a replaced or cancelled timer never comes.",
    async run(place) {
      const store = await place.open();
      const set = [timer("late", T + 30), timer("early", T + 10), timer("gone", T), timer("moved", T + 5)];
      await store.commit([changeOf("a", 0, { timers: { set, cancel: [] } })]);
      assert.deepEqual(await store.dueTimers(T + 10, 9), [set[2], set[3], set[1]]);
      const cancel = [
        { timer: "gone", generation: 1 },
        // Of another generation, so it cancels nothing.
        { timer: "early", generation: 7 },
        { timer: "moved", generation: 1 },
      ];
      await store.commit([changeOf("a", 1, { timers: { set: [timer("moved", T + 20, 2)], cancel } })]);
      assert.deepEqual(names(await store.dueTimers(T + 99, 9)), ["early1", "moved2", "late1"]);
      assert.deepEqual(names(await store.dueTimers(T + 99, 2)), ["early1", "moved2"]);
      assert.deepEqual(await store.dueTimers(T + 9, 9), []);
      await store.commit([changeOf("b", 0, { timers: { set: [timer("early", T, 1, "b")], cancel: [] } })]);
      assert.equal((await store.counts()).timers, 4);
    },
  },
  {
    title: "A postponed event is kept until it is decided or given up.",
    async run(place) {
      const store = await place.open();
      const row = eventOf("a", "e1", { notBefore: T + 10 });
      await store.postpone([row, eventOf("a", "e3"), eventOf("a", "e2"), eventOf("b", "e1")]);
      assert.deepEqual(await store.dueEvents(T + 10, 1), [eventOf("a", "e3")]);
      assert.deepEqual(eventIds(await store.dueEvents(T + 9, 9)), ["e3", "e2", "e1"]);
      assert.deepEqual((await store.dueEvents(T + 10, 9)).at(-1), row);
      // Postponed again: once more the same event, not another one.
      const again = { ...row, attempts: 2, notBefore: T, error: "boom again" };
      await store.postpone([again, eventOf("a", "e2", { dead: true, attempts: 5, error: "given up" })]);
      assert.deepEqual(await store.dueEvents(T, 9), [again, eventOf("a", "e3"), eventOf("b", "e1")]);
      await store.commit([changeOf("a", 0, { eventId: "e1", decided: ["e1", "e3"] })]);
      assert.deepEqual(await store.dueEvents(T, 9), [eventOf("b", "e1")]);
      const dead = (await store.deadEvents(9)).map(({ n: _, ...row }) => row);
      assert.deepEqual(dead, [eventOf("a", "e2", { dead: true, attempts: 5, error: "given up" })]);
      const { waitingEvents, deadEvents } = await store.counts();
      assert.deepEqual([waitingEvents, deadEvents], [1, 1]);
    },
  },
  {
    title: "What was decided already is not postponed, and what was kept of it goes.",
    async run(place) {
      const store = await place.open();
      await store.postpone([eventOf("a", "e1"), eventOf("b", "e1")]);
      // Decided under this id by somebody who did not know that it waits.
      await store.commit([changeOf("a", 0, { eventId: "e1" })]);
      await store.postpone([eventOf("a", "e1", { attempts: 2 }), eventOf("a", "e2")]);
      assert.deepEqual(await store.dueEvents(T, 9), [eventOf("b", "e1"), eventOf("a", "e2")]);
      assert.equal((await store.counts()).waitingEvents, 2);
    },
  },
  {
    title: "The next moment at which anything becomes due; null = nothing waits.",
    async run(place) {
      const store = await place.open();
      assert.equal(await store.nextDue(), null);
      const effects = [effectOf("a", 1, 0, "gateway", T + 20), effectOf("a", 1, 1, "gateway", T)];
      const set = [timer("t", T + 50)];
      await store.commit([changeOf("a", 0, { effects, timers: { set, cancel: [] } })]);
      assert.equal(await store.nextDue(), T + 20);
      await store.claim(T + 20, 9, 10, "w");
      assert.equal(await store.nextDue(), T + 30);
      await store.release("w", [{ id: "a:1:0", outcome: "retry", notBefore: T + 60, error: "x" }]);
      assert.equal(await store.nextDue(), T + 50);
      await store.postpone([eventOf("a", "e", { notBefore: T + 40 }), eventOf("a", "d", { dead: true })]);
      assert.equal(await store.nextDue(), T + 40);
      await store.commit([changeOf("b", 0, { effects: [effectOf("b", 1, 0, "shop", T + 35)] })]);
      assert.equal(await store.nextDue(), T + 35);
    },
  },
  {
    title:
      "The listener hears when work of another store on the same place becomes due, and 0 where something may have been missed.",
    async run(place) {
      const [writer, hearer] = [await place.open(), place.many ? await place.open() : null];
      if (!hearer) return;
      assert(hearer.onDue);
      const heard: number[] = [];
      const forget = hearer.onDue((at) => heard.push(at));
      const hears = async (...moments: number[]) => {
        const deadline = performance.now() + 10_000;
        while (!moments.every((at) => heard.includes(at))) {
          assert(performance.now() < deadline, `heard ${heard} and not ${moments}`);
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      };
      // From now on; what was written before must be looked for.
      await hears(0);
      await writer.commit([changeOf("a", 0, { effects: [effectOf("a", 1, 0, "gateway", T + 1)] })]);
      await hears(T + 1);
      await writer.commit([changeOf("b", 0, { timers: { set: [timer("t", T + 2, 1, "b")], cancel: [] } })]);
      await hears(T + 2);
      await writer.postpone([eventOf("a", "e", { notBefore: T + 3 })]);
      await hears(T + 3);
      await writer.claim(T + 1, 9, 10, "w");
      await writer.release("w", [{ id: "a:1:0", outcome: "retry", notBefore: T + 4, error: "x" }]);
      await hears(T + 4);
      await writer.claim(T + 4, 9, 10, "w");
      await writer.release("w", [{ id: "a:1:0", outcome: "dead", error: "x" }]);
      await writer.revive("a:1:0", T + 5);
      await hears(T + 5);
      forget();
    },
  },
  {
    title:
      "With the versions of the machines that its node knows, a store that others write too leaves due work of all other orders to them.",
    async run(place) {
      const older = await place.open([1]);
      if (!place.many) return;
      const newer = await place.open([1, 2]);
      for (const [id, version] of [
        ["new", 2],
        ["old", 1],
      ] as const) {
        const at = version === 2 ? T : T + 1;
        const change = changeOf(id, 0, {
          effects: [effectOf(id, 1, 0, "gateway", at)],
          timers: { set: [timer("t", at, 1, id)], cancel: [] },
        });
        await newer.commit([
          { ...change, record: { ...change.record, machine: { ...change.record.machine, version } } },
        ]);
      }
      await newer.postpone([eventOf("new", "e"), eventOf("old", "e", { notBefore: T + 1 }), eventOf("unborn", "e")]);
      const due = async (store: typeof older) => [
        (await store.dueTimers(T + 1, 9)).map(({ orderId }) => orderId),
        (await store.dueEvents(T + 1, 9)).map(({ envelope }) => envelope.orderId),
        idsOf(await store.claim(T + 1, 9, 1, "w")),
      ];
      assert.deepEqual(await due(older), [["old"], ["unborn", "old"], ["old:1:0"]]);
      assert.deepEqual(
        [(await older.counts()).parked, (await newer.counts()).parked],
        [1, 0],
        "of the orders that something waits for",
      );
      assert.deepEqual(
        (await older.list({ limit: 9 })).map(({ parked }) => parked),
        ["written by version 2 of the machines", null],
      );
      await older.commit([changeOf("unborn", 0, { decided: ["e"] })]);
      assert.equal(await older.nextDue(), T + 1);
      assert.equal(await newer.nextDue(), T);
      assert.deepEqual(await due(newer), [["new", "old"], ["new", "old"], ["new:1:0"]]);
    },
  },
  {
    title:
      "Where others write too, a node that began by reclaiming is heard of until it closes; one that is not heard of for long loses what it claimed.",
    async run(place) {
      const store = await place.open();
      if (!place.many) return assert.equal(store.isAlive, undefined);
      await store.recoverLeases("w");
      assert.equal(store.isAlive?.(), true);
      await store.commit([changeOf("a", 0, { effects: [effectOf("a", 1, 0)] })]);
      assert.deepEqual(idsOf(await store.claim(T, 9, 1000, "w")), ["a:1:0"]);
      const other = await place.open();
      assert.deepEqual(await other.claim(T, 9, 1000, "other"), []);
      await store.close();
      assert.equal(store.isAlive?.(), false);
      assert.deepEqual(idsOf(await other.claim(T, 9, 1000, "other")), ["a:1:0"]);
    },
  },
  {
    title: "A dead effect or event that is revived is due at once, with its attempts forgotten.",
    async run(place) {
      const store = await place.open();
      await store.commit([changeOf("a", 0, { effects: [effectOf("a", 1, 0)] })]);
      assert.equal(await store.revive("a:1:0", T), false);
      await store.claim(T, 9, 10, "w");
      await store.release("w", [{ id: "a:1:0", outcome: "dead", error: "x" }]);
      assert.equal(await store.nextDue(), null);
      assert.equal(await store.revive("a:1:0", T + 100), true);
      assert.equal(await store.revive("a:1:0", T + 100), false);
      assert.equal(await store.nextDue(), T + 100);
      assert.equal((await store.claim(T + 100, 9, 10, "w"))[0]?.attempts, 1);
      assert.deepEqual(await store.deadEffects(9), []);

      await store.postpone([eventOf("a", "e", { dead: true, attempts: 5 }), eventOf("a", "f")]);
      assert.equal(await store.revive("f", T), false);
      assert.equal(await store.revive("unknown", T), false);
      assert.equal(await store.revive("e", T + 200), true);
      assert.deepEqual(
        (await store.dueEvents(T + 200, 9)).at(-1),
        eventOf("a", "e", { attempts: 0, notBefore: T + 200 }),
      );
      assert.deepEqual(await store.deadEvents(9), []);
    },
  },
  {
    title: "A parked order stays visible with its reason until it is unparked.",
    async run(place) {
      const store = await place.open();
      await store.commit([changeOf("a", 0)]);
      await store.park("a", "no migration");
      await store.commit([changeOf("a", 1)]);
      assert.equal((await load(store, "a")).parked, "no migration");
      assert.equal((await store.list({ limit: 1 }))[0]?.parked, "no migration");
      assert.equal((await store.counts()).parked, 1);
      await store.park("a", null);
      assert.equal((await load(store, "a")).parked, null);
      assert.equal((await store.counts()).parked, 0);
      // There is nothing to park of an order that is not there.
      await store.park("nobody", "why");
      assert.equal((await store.counts()).parked, 0);
    },
  },
  {
    title: "The counts say what waits and what is dead.",
    async run(place) {
      const store = await place.open();
      const nothing = {
        orders: 0,
        waitingEffects: 0,
        deadEffects: 0,
        waitingEvents: 0,
        deadEvents: 0,
        timers: 0,
        parked: 0,
        flagged: 0,
        damaged: 0,
        oldestEffectAt: null,
        oldestEventAt: null,
        nextTimerAt: null,
      };
      assert.deepEqual(await store.counts(), nothing);
      await store.commit([changeOf("a", 0, { effects: [effectOf("a", 1, 0), effectOf("a", 1, 1)], at: T })]);
      await store.commit([changeOf("b", 0, { effects: [effectOf("b", 1, 0)], at: T + 9 })]);
      assert.deepEqual(await store.counts(), { ...nothing, orders: 2, waitingEffects: 3, oldestEffectAt: T });
      await store.claim(T, 9, 10, "w");
      await store.release("w", [{ id: "a:1:0", outcome: "dead", error: "x" }]);
      await store.commit([changeOf("a", 1, { settled: ["a:1:1"] })]);
      const counts = { ...nothing, orders: 2, waitingEffects: 1, deadEffects: 1, oldestEffectAt: T + 9 };
      assert.deepEqual(await store.counts(), counts);

      const set = [timer("later", T + 50), timer("sooner", T + 20)];
      await store.commit([changeOf("a", 2, { flags: ["capture-failed"], timers: { set, cancel: [] } })]);
      const came = (id: string, at: number, more = {}) => {
        const row = eventOf("a", id, more);
        return { ...row, envelope: { ...row.envelope, at } };
      };
      await store.postpone([came("dead", T - 9, { dead: true }), came("first", T - 5, { notBefore: T + 99 })]);
      await store.postpone([came("second", T + 5)]);
      const more = {
        waitingEvents: 2,
        deadEvents: 1,
        timers: 2,
        flagged: 1,
        oldestEventAt: T - 5,
        nextTimerAt: T + 20,
      };
      assert.deepEqual(await store.counts(), { ...counts, ...more });
    },
  },
  {
    title: "A restart keeps everything.",
    async run(place) {
      const store = await place.open();
      const set = [timer("t", T + 50)];
      const effects = [effectOf("a", 1, 0), effectOf("a", 1, 1, "shop"), effectOf("a", 1, 2, "shop")];
      await store.commit([changeOf("a", 0, { effects, timers: { set, cancel: [] }, paymentId: "p" })]);
      await store.claim(T, 9, 1000, "w");
      await store.release("w", [{ id: "a:1:1", outcome: "dead", error: "x" }]);
      await store.postpone([eventOf("a", "e"), eventOf("a", "d", { dead: true })]);
      await store.park("a", "why");
      const everything = async (from: typeof store) => ({
        loaded: await load(from, "a", "event-1"),
        history: await from.history("a", 0, 9),
        effects: await from.effectsOf("a"),
        dead: [await from.deadEffects(9), await from.deadEvents(9)],
        due: [await from.dueTimers(T + 99, 9), await from.dueEvents(T, 9), await from.nextDue()],
        payment: await from.findByPayment("p"),
        list: await from.list({ limit: 9 }),
        counts: await from.counts(),
      });
      const before = await everything(store);
      const after = await place.reopen();
      assert.deepEqual(await everything(after), before);
      assert.deepEqual(idsOf(await after.claim(T + 999, 9, 9, "x")), ["a:1:2"]);
    },
  },
];
