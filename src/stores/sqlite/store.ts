/** The store in one SQLite file, written by one process. */

import { firstAt } from "../../core/readable.js";
import { boundless } from "../../ports/lanes.js";
import { rowOf } from "../../ports/listing.js";
import { ownersOf } from "../../ports/payments.js";
import { readable } from "../../ports/reading.js";
import { warnOfSecret } from "../../ports/secrets.js";
import { storableOnly } from "../../ports/storable.js";
import { type Counts, countsIn, type OrderRow, type Store, StoreError } from "../../ports/store.js";
import type { DamageKind } from "./damaged.js";
import { numberOf } from "./identity.js";
import { warnIfOthersRead } from "./place.js";
import { DatabaseThread } from "./thread.js";
import * as wire from "./wire.js";
import { insideSqlite } from "./within.js";

export interface SqliteOptions {
  file: string;
  /** How long to wait for another process to let go of the file. */
  ownerTimeoutMs?: number | undefined;
  /** Only for looking: needs no ownership, so it works beside a running engine. */
  readOnly?: boolean | undefined;
  /** A few short writes beside the engine that owns the file, such as pruning; never to run an engine on. */
  beside?: boolean | undefined;
}

/** Files that a store of this process owns, by their numbers: SQLite takes two names of one file for one within a process. */
const ownedHere = new Set<string>();

/**
 * The store in one SQLite file, made where there is none. On a Node whose own SQLite is too old, or that has none, it
 * needs `@photostructure/sqlite`; without it `open` says which command installs it. A file that another engine owns is
 * refused.
 */
export function sqliteStore(options: SqliteOptions): Store {
  let thread: DatabaseThread | null = null;
  let reader: Promise<DatabaseThread> | null = null;
  /** An opening or closing under way. */
  let between: Promise<unknown> | null = null;
  const owns = !options.readOnly && !options.beside;

  /** Found at once, not awaited: what is asked before the closing must be on its way before the closing is. */
  const database = (): DatabaseThread => {
    if (!thread) throw new StoreError("closed", `${options.file}: the store is not open.`);
    return thread;
  };

  /** What may read much of a large file reads beside the commits, in a thread of its own, and not between them. */
  const beside = async (): Promise<DatabaseThread> => {
    const own = database();
    if (options.readOnly) return own;
    reader ??= DatabaseThread.start({ ...options, readOnly: true, sameAs: own.identity }).catch((error: unknown) => {
      reader = null;
      throw error;
    });
    return reader;
  };

  /** A read-only store leaves it to the engine. */
  const setAside = async (found: DamageKind, ...bound: unknown[]): Promise<void> => {
    if (!options.readOnly) await database().call("setAside", found, ...bound);
  };

  /** One that cannot be read as it is listed is shown as its record has it; null = that cannot be read either. */
  const listedAs = async (row: wire.Columns): Promise<OrderRow | null> => {
    const [damaged] = row.slice(-1) as (string | null)[];
    try {
      const read = wire.readOrder(row);
      return { ...read, parked: read.parked ?? damaged ?? null };
    } catch (error) {
      await setAside("listed", row.at(-2));
      const orderId = row[0] as string;
      const [found] = await database().call("load", [{ orderId, eventIds: [] }]);
      const { record } = wire.readLoaded(orderId, found?.[0] ?? null);
      return record && rowOf(record, (error as Error).message);
    }
  };

  return storableOnly({
    async open() {
      if (thread || between) throw new StoreError("locked", `${options.file} is already open. Close it first.`);
      const found = numberOf(options.file);
      if (owns && ownedHere.has(found))
        throw new StoreError(
          "locked",
          `${options.file} is in use by another engine of this process. Stop that one first.`,
        );
      const starting = DatabaseThread.start(options);
      between = starting;
      try {
        thread = await starting;
        if (owns) ownedHere.add(thread.identity[""] ?? "");
        if (!options.readOnly) warnIfOthersRead(options.file);
      } finally {
        between = null;
      }
    },

    async close() {
      if (between) await between.catch(() => {});
      if (!thread) return;
      if (owns) ownedHere.delete(thread.identity[""] ?? "");
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
      const loaded = found.map(([row, processedIds, damaged], i) => {
        return { ...wire.readLoaded(asked[i]?.orderId ?? "", row, damaged), processedIds };
      });
      for (const [i, { record, damaged }] of loaded.entries()) {
        const isNews = record === null && damaged !== undefined && found[i]?.[2] === null;
        if (isNews) await setAside("record", asked[i]?.orderId);
      }
      return loaded;
    },
    async commit(changes) {
      const written = changes.map(wire.writeChange);
      return database().call("commit", written);
    },
    within(transaction) {
      database();
      if (!owns) throw new StoreError("readonly", `${options.file}: only the engine that owns it decides.`);
      return insideSqlite(options.file, transaction);
    },
    async findByPayment(paymentId) {
      const rows = await database().call("findByPayment", paymentId);
      const own = ownersOf(paymentId, rows.flatMap(wire.readNamed));
      if (own.length === rows.length) return own[0] ?? null;
      // A row leads astray: the records say where to.
      const all = ownersOf(paymentId, (await (await beside()).call("ordersNaming", paymentId)).flatMap(wire.readNamed));
      const owners = [...new Map([...own, ...all].map((one) => [one.orderId, one])).values()];
      if (!options.readOnly) {
        await database().call(
          "settlePayment",
          paymentId,
          owners.map(({ orderId }) => orderId),
        );
      }
      return owners.find(({ current }) => current) ?? owners[0] ?? null;
    },

    async claim(now, limit, leaseMs, worker, room = boundless) {
      return readable(
        {
          ask: (most) => database().call("claim", now, most, leaseMs, worker, room),
          read: wire.readClaim,
          setAside: () => setAside("claimed", now, worker, now),
          taken: true,
        },
        limit,
      );
    },
    release: async (worker, results) => database().call("release", worker, results),
    hurry: async (orderIds, at) => database().call("hurry", orderIds, at),
    releaseUnacknowledged: async (worker, known) => database().call("releaseUnacknowledged", worker, known),
    recoverLeases: async (worker) => database().call("recoverLeases", worker),
    pullIn: async (now, longest) => database().call("pullIn", now, longest),
    restored: async () => database().call("restored"),

    async dueTimers(now, limit) {
      const ask = (most: number) => database().call("dueTimers", now, most);
      return readable({ ask, read: wire.readTimer, setAside: (_, most) => setAside("dueTimers", now, most) }, limit);
    },
    async postpone(rows) {
      const written = rows.map(wire.writeEvent);
      return database().call("postpone", written);
    },
    async dueEvents(now, limit) {
      const ask = (most: number) => database().call("dueEvents", now, most);
      return readable({ ask, read: wire.readEvent, setAside: (_, most) => setAside("dueEvents", now, most) }, limit);
    },
    nextDue: async () => database().call("nextDue"),

    async history(orderId, after, limit) {
      const ask = (most: number) => database().call("history", orderId, after, most);
      const aside = (_: unknown, most: number) => setAside("history", orderId, after, most);
      return readable({ ask, read: wire.readEntry, setAside: aside }, limit);
    },
    prune: async (before, page) => database().call("prune", before, page),
    async list(filter) {
      const reader = await beside();
      const ask = async (limit: number) => Promise.all((await reader.call("list", { ...filter, limit })).map(listedAs));
      const shown = (row: OrderRow | null): OrderRow => {
        if (row === null) throw new Error("neither the list nor the record says what it is");
        return row;
      };
      return readable({ ask, read: shown, setAside: async () => {} }, filter.limit);
    },
    async effectsOf(orderId) {
      const ask = () => database().call("effectsOf", orderId);
      const rows = await readable({ ask, read: wire.readEffect, setAside: () => setAside("effectsOf", orderId) });
      return rows.map(({ claimed, error, dead }) => ({ ...claimed, error, dead }));
    },
    async openEffects(limit) {
      const ask = (most: number) => database().call("openEffects", most);
      const aside = (_: unknown, most: number) => setAside("openEffects", most);
      const rows = await readable({ ask, read: wire.readEffect, setAside: aside }, limit);
      return rows.map(({ claimed, error }) => ({ ...claimed, error }));
    },
    async deadEffects(limit, after) {
      const place = wire.writePlace(after);
      const ask = (most: number) => database().call("deadEffects", place, most);
      const aside = (_: unknown, most: number) => setAside("deadEffects", ...place, most);
      const rows = await readable({ ask, read: wire.readEffect, setAside: aside }, limit);
      return rows.map(({ claimed, error }) => ({ row: claimed, error: error ?? "" }));
    },
    async deadEvents(limit, after = 0) {
      const ask = (most: number) => database().call("deadEvents", after, most);
      const aside = (_: unknown, most: number) => setAside("deadEvents", after, most);
      return readable({ ask, read: wire.readDeadEvent, setAside: aside }, limit);
    },
    revive: async (id, now, orderId) => database().call("revive", id, now, orderId ?? null),
    park: async (orderId, reason) => database().call("park", orderId, reason),
    async secret(name, made) {
      const { value, damaged } = await database().call("secret", name, made);
      if (damaged) warnOfSecret(name, options.file);
      return value;
    },
    async counts(): Promise<Counts> {
      if (!options.readOnly) await database().call("sweep");
      const { counts, oldest } = await (await beside()).call("counts");
      return { ...countsIn(counts), oldestEventAt: firstAt(oldest) };
    },

    subscribe: async (name, from) => database().call("subscribe", name, from),
    unsubscribe: async (name) => database().call("unsubscribe", name),
    subscriptions: async () => database().call("subscriptions"),
    claimDeliveries: async (...asked) => database().call("claimDeliveries", ...asked),
    nextDelivery: async (name, now) => database().call("nextDelivery", name, now),
    endDelivery: async (...ended) => database().call("endDelivery", ...ended),
    failedDeliveries: async (limit, after) => database().call("failedDeliveries", limit, after),
    replay: async (name, which, now) => database().call("replay", name, which, now),

    damaged: async (limit) => database().call("damaged", limit),
    examine: async (orderId) => database().call("examine", orderId),
    repair: async (orderId, how) => database().call("repair", orderId, how),
  });
}
