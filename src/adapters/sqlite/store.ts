/** The store in one SQLite file, written by one process. */
import { storableOnly } from "../../ports/storable.js";
import { type Counts, countsIn, type Store, StoreError } from "../../ports/store.js";
import { warnIfOthersRead } from "./place.js";
import { DatabaseThread } from "./thread.js";
import * as wire from "./wire.js";

export interface SqliteOptions {
  file: string;
  /** How long to wait for another process to let go of the file. */
  ownerTimeoutMs?: number;
  /** Only for looking: needs no ownership, so it works beside a running engine. */
  readOnly?: boolean;
  /** A few short writes beside the engine that owns the file, such as pruning; never to run an engine on. */
  beside?: boolean;
}

/**
 * The store in one SQLite file, made where there is none. Needs `better-sqlite3`; without it `open` says which command
 * installs it. A file that another engine owns is refused.
 */
export function sqliteStore(options: SqliteOptions): Store {
  let thread: DatabaseThread | null = null;
  let reader: Promise<DatabaseThread> | null = null;
  /** An opening or closing under way. */
  let between: Promise<unknown> | null = null;

  /** Found at once, not awaited: what is asked before the closing must be on its way before the closing is. */
  const database = (): DatabaseThread => {
    if (!thread) throw new StoreError("closed", `${options.file}: the store is not open.`);
    return thread;
  };

  /** What may read much of a large file reads beside the commits, in a thread of its own, and not between them. */
  const beside = async (): Promise<DatabaseThread> => {
    const own = database();
    if (options.readOnly) return own;
    reader ??= DatabaseThread.start({ ...options, readOnly: true }).catch((error: unknown) => {
      reader = null;
      throw error;
    });
    return reader;
  };

  return storableOnly({
    async open() {
      if (thread || between) throw new StoreError("locked", `${options.file} is already open. Close it first.`);
      const starting = DatabaseThread.start(options);
      between = starting;
      try {
        thread = await starting;
        if (!options.readOnly) warnIfOthersRead(options.file);
      } finally {
        between = null;
      }
    },

    async close() {
      if (between) await between.catch(() => {});
      if (!thread) return;
      const closing = Promise.all([thread.close(), reader?.then((own) => own.close())]);
      thread = null;
      reader = null;
      between = closing;
      try {
        await closing;
      } finally {
        between = null;
      }
    },

    async load(asked) {
      const found = await database().call("load", asked);
      return found.map(([row, seen], i) => {
        return { ...wire.readLoaded(asked[i]?.orderId ?? "", row), seen };
      });
    },
    async commit(changes) {
      const written = changes.map(wire.writeChange);
      return database().call("commit", written);
    },
    async findByPayment(paymentId) {
      const row = await database().call("findByPayment", paymentId);
      return row && { orderId: row[0] as string, current: row[1] === 1 };
    },

    async claim(now, limit, leaseMs, worker) {
      const rows = await database().call("claim", now, limit, leaseMs, worker);
      return rows.map((row) => {
        const { claimed } = wire.readEffect(row);
        // Read before the lease was taken.
        return { ...claimed, attempts: claimed.attempts + 1 };
      });
    },
    release: async (worker, results) => database().call("release", worker, results),
    hurry: async (orderIds, at) => database().call("hurry", orderIds, at),
    disown: async (worker, known) => database().call("disown", worker, known),
    reclaim: async (worker) => database().call("reclaim", worker),
    restored: async () => database().call("restored"),

    async dueTimers(now, limit) {
      return (await database().call("dueTimers", now, limit)).map(wire.readTimer);
    },
    async postpone(rows) {
      const written = rows.map(wire.writeEvent);
      return database().call("postpone", written);
    },
    async dueEvents(now, limit) {
      return (await database().call("dueEvents", now, limit)).map(wire.readEvent);
    },
    nextDue: async () => database().call("nextDue"),

    async history(orderId, after, limit) {
      return (await database().call("history", orderId, after, limit)).map(wire.readEntry);
    },
    prune: async (before, page) => database().call("prune", before, page),
    async list(filter) {
      return (await (await beside()).call("list", filter)).map(wire.readOrder);
    },
    async effectsOf(orderId) {
      const rows = await database().call("effectsOf", orderId);
      return rows.map(wire.readEffect).map(({ claimed, error, dead }) => ({ ...claimed, error, dead }));
    },
    async openEffects(limit) {
      const rows = await database().call("openEffects", limit);
      return rows.map(wire.readEffect).map(({ claimed, error }) => ({ ...claimed, error }));
    },
    async deadEffects(limit) {
      const rows = await database().call("deadEffects", limit);
      return rows.map(wire.readEffect).map(({ claimed, error }) => ({ row: claimed, error: error ?? "" }));
    },
    async deadEvents(limit) {
      return (await database().call("deadEvents", limit)).map(wire.readEvent);
    },
    revive: async (id, now) => database().call("revive", id, now),
    park: async (orderId, reason) => database().call("park", orderId, reason),
    secret: async (name, made) => database().call("secret", name, made),
    async counts(): Promise<Counts> {
      return countsIn(await (await beside()).call("counts"));
    },
  });
}
