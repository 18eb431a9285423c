/** The store in one SQLite file, written by one process. */
import { type Counts, type Store, StoreError } from "../../ports/store.js";
import type { OpenOptions } from "./opening.js";
import { DatabaseThread } from "./thread.js";
import * as wire from "./wire.js";

export type SqliteOptions = OpenOptions;

export function sqliteStore(options: SqliteOptions): Store {
  let opening: Promise<DatabaseThread> | null = null;

  const thread = async (): Promise<DatabaseThread> => {
    if (!opening) throw new StoreError("closed", `${options.file}: the store is not open.`);
    return opening;
  };

  return {
    async open() {
      if (opening) throw new StoreError("locked", `${options.file} is already open. Close it first.`);
      const started = DatabaseThread.start(options);
      opening = started;
      try {
        await started;
      } catch (error) {
        opening = null;
        throw error;
      }
    },

    async close() {
      const closing = opening;
      opening = null;
      await (await closing?.catch(() => null))?.close();
    },

    async load(asked) {
      const found = await (await thread()).call("load", asked);
      return found.map(([row, seen]) => {
        const [record, parked] = (row ?? [null, null]) as [string | null, string | null];
        return { record: record === null ? null : wire.readRecord(record), seen, parked };
      });
    },
    async commit(changes) {
      const written = changes.map(wire.writeChange);
      return (await thread()).call("commit", written);
    },
    async findByPayment(paymentId) {
      const row = await (await thread()).call("findByPayment", paymentId);
      return row && { orderId: row[0] as string, current: row[1] === 1 };
    },

    async claim(now, limit, leaseMs, worker) {
      const rows = await (await thread()).call("claim", now, limit, leaseMs, worker);
      return rows.map((row) => {
        const { claimed } = wire.readEffect(row);
        // Read before the lease was taken.
        return { ...claimed, attempts: claimed.attempts + 1 };
      });
    },
    release: async (worker, results) => (await thread()).call("release", worker, results),
    reclaim: async (worker) => (await thread()).call("reclaim", worker),

    async dueTimers(now, limit) {
      return (await (await thread()).call("dueTimers", now, limit)).map(wire.readTimer);
    },
    async postpone(rows) {
      const written = rows.map(wire.writeEvent);
      return (await thread()).call("postpone", written);
    },
    async dueEvents(now, limit) {
      return (await (await thread()).call("dueEvents", now, limit)).map(wire.readEvent);
    },
    nextDue: async () => (await thread()).call("nextDue"),

    async history(orderId, after, limit) {
      return (await (await thread()).call("history", orderId, after, limit)).map(wire.readEntry);
    },
    async list(filter) {
      return (await (await thread()).call("list", filter)).map(wire.readOrder);
    },
    async effectsOf(orderId) {
      const rows = await (await thread()).call("effectsOf", orderId);
      return rows.map(wire.readEffect).map(({ claimed, error, dead }) => ({ ...claimed, error, dead }));
    },
    async deadEffects(limit) {
      const rows = await (await thread()).call("deadEffects", limit);
      return rows.map(wire.readEffect).map(({ claimed, error }) => ({ row: claimed, error: error ?? "" }));
    },
    async deadEvents(limit) {
      return (await (await thread()).call("deadEvents", limit)).map(wire.readEvent);
    },
    revive: async (id, now) => (await thread()).call("revive", id, now),
    park: async (orderId, reason) => (await thread()).call("park", orderId, reason),
    async counts(): Promise<Counts> {
      return wire.readCounts(await (await thread()).call("counts"));
    },
  };
}
