/** Stores with a known bug each, to see that a kill brings it to light. */
import type { Store, TimerRow } from "../../src/ports/store.js";

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Says committed at once, and writes a little later. */
const acknowledgesFirst = (inner: Store): Store => {
  let written: Promise<unknown> = Promise.resolve();
  const listeners = new Set<(at: number) => void>();
  const when = <T>(act: () => Promise<T>): Promise<T> => {
    const next = written.then(act);
    written = next.catch(() => {});
    return next;
  };
  return {
    ...inner,
    load: (asked) => when(() => inner.load(asked)),
    commit: async (changes) => {
      const writing = when(() => pause(15).then(() => inner.commit(changes)));
      void writing.then(() => {
        for (const hear of listeners) hear(0);
      });
      return changes.map(() => "committed" as const);
    },
    findByPayment: (id) => when(() => inner.findByPayment(id)),
    onDue: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
};

/** What is to be done for the shop is crossed off when it is claimed, not when it was done. */
const settlesFirst = (inner: Store): Store => ({
  ...inner,
  async claim(...asked) {
    const [, , , worker] = asked;
    const rows = await inner.claim(...asked);
    const shop = rows.filter(({ lane }) => lane === "shop");
    if (shop.length > 0)
      await inner.release(
        worker,
        shop.map(({ id }) => ({ id, outcome: "done" })),
      );
    return rows;
  },
});

/** Timers are kept in the process alone. */
const keepsTimersInMemory = (inner: Store): Store => {
  const timers = new Map<string, TimerRow>();
  const key = (orderId: string, timer: string) => `${orderId}\n${timer}`;
  return {
    ...inner,
    async commit(changes) {
      const results = await inner.commit(changes.map((change) => ({ ...change, timers: { set: [], cancel: [] } })));
      for (const { orderId, timers: changed } of changes) {
        for (const { timer, generation } of changed.cancel)
          if (timers.get(key(orderId, timer))?.generation === generation) timers.delete(key(orderId, timer));
        for (const row of changed.set) timers.set(key(orderId, row.timer), row);
      }
      return results;
    },
    dueTimers: async (now, limit) => [...timers.values()].filter(({ at }) => at <= now).slice(0, limit),
    async nextDue() {
      const first = Math.min((await inner.nextDue()) ?? Infinity, ...[...timers.values()].map(({ at }) => at));
      return first === Infinity ? null : first;
    },
  };
};

/** A call whose process died is sent again, as if nothing could have come of it. */
const sendsAgainBlind = (inner: Store): Store => ({
  ...inner,
  async claim(...asked) {
    const rows = await inner.claim(...asked);
    return rows.map((row) => ({ ...row, previousError: row.previousError ?? "failed" }));
  },
});

export const plantedBugs = {
  "ack-before-commit": acknowledgesFirst,
  "settle-before-call": settlesFirst,
  "timers-in-memory": keepsTimersInMemory,
  "blind-retry": sendsAgainBlind,
} satisfies Record<string, (inner: Store) => Store>;
export type PlantedBug = keyof typeof plantedBugs;
