/** Bugs in what is made durable, and when. */
import { isReading } from "../../../machines/effects.js";
import type { Store } from "../../ports/store.js";
import type { Bug } from "./bugs.js";

/** The change as if it had been decided on the record as it is now. */
const forced = async (inner: Store, changes: Parameters<Store["commit"]>[0]) => {
  const now = await inner.load(changes.map(({ orderId }) => ({ orderId, eventIds: [] })));
  return changes.map((change, i) => ({ ...change, expectedVersion: now[i]?.record?.version ?? 0 }));
};

export const storeBugs: Record<string, Bug> = {
  "no-version-check": {
    says: "two nodes write over each other: nobody looks at the version",
    plant: () => ({
      store: (inner) => ({ ...inner, commit: async (changes) => inner.commit(await forced(inner, changes)) }),
    }),
  },
  "zombie-worker-commits": {
    says: "a node that stood still for long commits what it had decided before",
    plant: () => ({
      store: (inner, { stoodStill }) => ({
        ...inner,
        commit: async (changes) => inner.commit(stoodStill() ? await forced(inner, changes) : changes),
      }),
    }),
  },
  "ack-before-durable": {
    says: "a message is acknowledged first, and written when the store is used the next time",
    plant: () => ({
      store: (inner) => {
        let unwritten: Parameters<Store["commit"]>[0] = [];
        const flush = async () => {
          const changes = unwritten.splice(0);
          if (changes.length > 0) await inner.commit(changes);
        };
        const later = Object.entries(inner).map(([name, act]: [string, (...args: unknown[]) => Promise<unknown>]) => [
          name,
          async (...args: unknown[]) => {
            await flush();
            return act(...args);
          },
        ]);
        const store = Object.fromEntries(later) as unknown as Store;
        return {
          ...store,
          async commit(changes) {
            await flush();
            unwritten = [...changes];
            return changes.map(() => "committed" as const);
          },
        };
      },
    }),
  },
  "dropped-write": {
    says: "the store says committed and has written nothing, once in forty times",
    plant: ({ luck }) => ({
      store: (inner) => ({
        ...inner,
        commit: async (changes) =>
          luck.happens(1 / 40) ? changes.map(() => "committed" as const) : inner.commit(changes),
      }),
    }),
  },
  "effect-not-in-outbox": {
    says: "the status is written, and what was to be done about it is not, once in twenty times",
    plant: ({ luck }) => ({
      store: (inner) => ({
        ...inner,
        commit: (changes) =>
          inner.commit(changes.map((change) => (luck.happens(1 / 20) ? { ...change, effects: [] } : change))),
      }),
    }),
  },
  "history-gap": {
    says: "of several decisions in one transaction only the last is written into the history",
    plant: () => ({
      store: (inner) => ({
        ...inner,
        commit: (changes) => inner.commit(changes.map((change) => ({ ...change, history: change.history.slice(-1) }))),
      }),
    }),
  },
  "reading-given-up": {
    says: "a reading that failed forty times is a dead letter, and its order waits for a person",
    plant: () => ({
      store: (inner) => {
        const often = new Set<string>();
        return {
          ...inner,
          async claim(...args) {
            const rows = await inner.claim(...args);
            for (const row of rows) if (isReading(row.effect.type) && row.attempts > 40) often.add(row.id);
            return rows;
          },
          release: (worker, results) =>
            inner.release(
              worker,
              results.map((r) =>
                r.outcome === "retry" && often.has(r.id) ? { id: r.id, outcome: "dead", error: r.error } : r,
              ),
            ),
        };
      },
    }),
  },
  "asking-anew-changes-nothing": {
    says: "a reading that waits for its next try is left to its wait, whoever asks",
    plant: () => ({ store: (inner) => ({ ...inner, hurry: async () => {} }) }),
  },
  "hung-call-keeps-its-lane": {
    says: "an effect whose call never came back is never taken up again",
    plant: () => ({
      store: (inner) => {
        const begun = new Set<string>();
        return {
          ...inner,
          async claim(...args) {
            const rows = await inner.claim(...args);
            const fresh = rows.filter(({ id }) => !begun.has(id));
            for (const { id } of rows) begun.add(id);
            return fresh;
          },
          release: (worker, results) => {
            for (const { id } of results) begun.delete(id);
            return inner.release(worker, results);
          },
        };
      },
    }),
  },
  "lost-callback-on-failed-read": {
    says: "a reading of the payment that fails is given up, and whoever waited for it is forgotten",
    plant: () => ({
      store: (inner) => {
        const readings = new Set<string>();
        return {
          ...inner,
          async claim(...args) {
            const rows = await inner.claim(...args);
            for (const row of rows) if (row.effect.type === "readPayment") readings.add(row.id);
            return rows;
          },
          release: (worker, results) =>
            inner.release(
              worker,
              results.map((r) => (r.outcome === "retry" && readings.has(r.id) ? { id: r.id, outcome: "done" } : r)),
            ),
        };
      },
    }),
  },
};
