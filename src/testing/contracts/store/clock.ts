/** What a clock that was ahead left behind. */
import { assert } from "../assert.js";
import { changeOf, effectOf, eventOf, type StoreCase, T } from "./sample.js";

const DAY = 86_400_000;
const longest = {
  leaseMs: 1000,
  effectMs: 5000,
  eventMs: 3000,
  soonMs: 100,
  timers: [
    { prefix: "xstate.after.short.", ms: 2000 },
    { prefix: "xstate.after.long.", ms: 9000 },
  ],
};

export const clock: StoreCase[] = [
  {
    title:
      "What is due later than it can have to wait is pulled in, and counted: an effect or event is due soon, a timer after its longest wait, a lease ends in time.",
    async run(place) {
      const store = await place.open();
      const rows = [T + 3 * DAY, T + 5001, T + 5000, T].map((at, i) =>
        effectOf("a", 1, i, i % 2 ? "shop" : "gateway", at),
      );
      const set = [
        { orderId: "a", timer: "xstate.after.short.x", generation: 1, at: T + 3 * DAY },
        { orderId: "a", timer: "xstate.after.long.x", generation: 2, at: T + 9001 },
        { orderId: "b", timer: "xstate.after.short.x", generation: 1, at: T + 2000 },
        { orderId: "b", timer: "xstate.after.long.x", generation: 1, at: T + 8000 },
        { orderId: "b", timer: "xstate.after.unknown.x", generation: 1, at: T + DAY },
      ];
      await store.commit([
        changeOf("a", 0, { effects: rows, timers: { set: set.slice(0, 2), cancel: [] } }),
        changeOf("b", 0, { effects: [effectOf("b", 1, 0)], timers: { set: set.slice(2), cancel: [] } }),
      ]);
      await store.claim(T + 3 * DAY, 9, 1000, "ahead");
      await store.release("ahead", [
        { id: "a:1:0", outcome: "retry", notBefore: T + 3 * DAY, error: "slow" },
        { id: "a:1:1", outcome: "retry", notBefore: T + 5001, error: "slow" },
      ]);
      await store.postpone([
        eventOf("a", "late", { notBefore: T + DAY }),
        eventOf("a", "soon", { notBefore: T + 3000 }),
        eventOf("a", "dead", { notBefore: T + DAY, dead: true }),
      ]);
      // Two effects, the event, two timers, the lease of b's effect.
      assert.equal(await store.pullIn(T, longest), 6);
      const due = new Map((await store.openEffects(9)).map((row) => [row.id, row.notBefore]));
      assert.deepEqual([...due].sort(), [
        ["a:1:0", T + 100],
        ["a:1:1", T + 100],
        ["a:1:2", T + 5000],
        ["a:1:3", T],
        ["b:1:0", T],
      ]);
      assert.deepEqual(
        (await store.dueTimers(T + 9 * DAY, 9)).map(({ orderId, timer, at }) => [orderId, timer, at - T]),
        [
          ["a", "xstate.after.short.x", 2000],
          ["b", "xstate.after.short.x", 2000],
          ["b", "xstate.after.long.x", 8000],
          ["a", "xstate.after.long.x", 9000],
          ["b", "xstate.after.unknown.x", DAY],
        ],
      );
      const events = await store.dueEvents(T + 9 * DAY, 9);
      assert.deepEqual(
        events.map(({ envelope, notBefore }) => [envelope.id, notBefore - T]),
        [
          ["late", 100],
          ["soon", 3000],
        ],
      );
      assert.deepEqual(await store.claim(T + 999, 1, 1000, "right").then((all) => all.map(({ id }) => id)), ["a:1:0"]);
      const later = await store.claim(T + 1000, 9, 1000, "right");
      assert(later.some(({ id }) => id === "b:1:0"));
    },
  },
  {
    title: "Nothing else changes.",
    async run(place) {
      const store = await place.open();
      const timers = { set: [{ orderId: "a", timer: "xstate.after.long.x", generation: 7, at: T + 9000 }], cancel: [] };
      await store.commit([
        changeOf("a", 0, { effects: [effectOf("a", 1, 0), effectOf("a", 1, 1, "shop", T + 4000)], timers }),
      ]);
      await store.claim(T, 1, 1000, "w");
      await store.postpone([eventOf("a", "e", { notBefore: T + 1 })]);
      const seen = async () => [
        await store.effectsOf("a"),
        await store.dueTimers(T + DAY, 9),
        await store.dueEvents(T + DAY, 9),
        await store.nextDue(),
      ];
      const before = await seen();
      assert.equal(await store.pullIn(T, longest), 0);
      assert.equal(await store.pullIn(T + DAY, longest), 0);
      assert.deepEqual(await seen(), before);
    },
  },
];
