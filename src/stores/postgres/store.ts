/** The store in a schema of the merchant's PostgreSQL, written by as many nodes as there are. */
import { firstAt } from "../../core/readable.js";
import { boundless } from "../../ports/lanes.js";
import { readable } from "../../ports/reading.js";
import { warnOfSecret } from "../../ports/secrets.js";
import { storableOnly } from "../../ports/storable.js";
import { ASKED_ANEW, type CommitResult, countsIn, type Store, StoreError } from "../../ports/store.js";
import { columns } from "./arrays.js";
import { driver, PgConnections, type PgRow, type PgTypes, typesOf } from "./connections.js";
import { PgDamagedRows } from "./damaged.js";
import { deliveriesOf } from "./deliveries.js";
import { Heartbeat } from "./heartbeat.js";
import { listOf } from "./listed.js";
import { Notices } from "./notices.js";
import { openSchema } from "./opening.js";
import { type PostgresOptions, settledOptions } from "./options.js";
import { orderOf } from "./payments.js";
import { pullIn } from "./pull-in.js";
import { secretOf } from "./secrets.js";
import { listStatement, statementsOf } from "./statements.js";
import { type Wave, waves } from "./waves.js";
import * as wire from "./wire.js";
import { clientOf, insidePostgres } from "./within.js";

export type { PostgresOptions } from "./options.js";

interface OpenStore {
  types: PgTypes;
  connections: PgConnections;
  notices: Notices;
  heartbeat: Heartbeat;
}

/**
 * The store in a schema of the merchant's PostgreSQL, for any number of nodes. Needs `pg`; without it `open` says which
 * command installs it.
 */
export function postgresStore(options: PostgresOptions = {}): Store {
  const settled = settledOptions(options);
  const { schema, place, pool, patienceMs, silenceMs, readOnly } = settled;
  const sql = statementsOf(schema);
  let open: OpenStore | null = null;
  /** Of the machines, that this node knows; null = all. */
  let versions: number[] | null = null;
  /** An opening or closing under way. */
  let between: Promise<unknown> | null = null;

  const opened = (): OpenStore => {
    if (!open) throw new StoreError("closed", `${place}: the store is not open.`);
    return open;
  };
  const read = async (text: string, ...values: unknown[]): Promise<PgRow[]> => opened().connections.read(text, values);
  const writable = (): OpenStore => {
    const own = opened();
    if (readOnly) throw new StoreError("readonly", `${place}: the store was opened for reading only.`);
    return own;
  };
  const write = async (text: string, ...values: unknown[]): Promise<PgRow[]> =>
    writable().connections.write(text, values);
  const both = { read, write: readOnly ? null : write };
  const only = ([row]: PgRow[]): PgRow => row ?? [];
  const deliveries = deliveriesOf(schema, { read, writable: () => writable().connections });
  const damaged = new PgDamagedRows(schema, () => opened().connections);
  const asideIn = damaged.asideIn(readOnly);
  const effectsAside = asideIn("outbox", 1, 0);
  const eventsAside = asideIn("inbox", 5, 6);

  const start = async (): Promise<OpenStore> => {
    const pg = await driver();
    const connections = new PgConnections(pg, pool, place, patienceMs);
    try {
      await openSchema(connections, settled);
    } catch (error) {
      await connections.close();
      throw error;
    }
    const send = (channel: string, payload: string) =>
      connections.write("SELECT pg_notify($1, $2)", [channel, payload]);
    const heartbeat = new Heartbeat(silenceMs, async (worker, aliveForMs) => {
      await connections.write(sql.join, [worker, versions, aliveForMs]);
    });
    return { types: typesOf(pg), connections, notices: new Notices(pg, settled, send), heartbeat };
  };
  const stop = async ({ connections, notices, heartbeat }: OpenStore): Promise<void> => {
    await notices.close();
    await heartbeat.end();
    await connections.close();
  };

  return storableOnly({
    ...deliveries,
    async open(knows) {
      if (open || between) throw new StoreError("locked", `${place} is already open. Close it first.`);
      versions = knows ?? null;
      const starting = start();
      between = starting;
      try {
        open = await starting;
      } finally {
        between = null;
      }
    },

    async close() {
      if (between) await between.catch(() => {});
      if (!open) return;
      const closing = stop(open);
      open = null;
      between = closing;
      try {
        await closing;
      } finally {
        between = null;
      }
    },

    async load(asked) {
      const events = asked.flatMap(({ orderId, eventIds }) => eventIds.map((id) => [orderId, id]));
      const ids = columns(
        ["text"],
        asked.map(({ orderId }) => [orderId]),
      );
      const rows = await read(sql.load, ...ids, ...columns(["text", "text"], events));
      const loaded = wire.readLoaded(asked, rows);
      const lacking = rows.flatMap((row) => (row[6] === true ? [row[0]] : []));
      if (lacking.length > 0) await both.write?.(sql.keepPayments, lacking);
      const news = asked.filter((_, i) => loaded[i]?.record === null && loaded[i]?.damaged !== undefined);
      const unnamed = news.filter(({ orderId }) => !rows.some((row) => row[5] !== null && row[0] === orderId));
      if (unnamed.length > 0) await asideIn("orders", 0, 0)(unnamed.map(({ orderId }) => [orderId]));
      return loaded;
    },

    async commit(changes) {
      const { connections, notices } = writable();
      const results = changes.map((): CommitResult => "conflict");
      const [wave, ...more] = waves(changes);
      if (!wave) return results;
      const note = (own: Wave, rows: PgRow[]) => {
        const [conflicting, lost] = (rows[0] ?? [[], []]) as [string[], string[]];
        for (const { change, at } of own) {
          const { orderId } = change;
          results[at] = conflicting.includes(orderId)
            ? "conflict"
            : lost.includes(orderId)
              ? "lease-lost"
              : "committed";
        }
      };
      const written = (own: Wave) => wire.writeChanges(own.map(({ change }) => change));
      if (more.length === 0) note(wave, await connections.write(sql.commit, written(wave)));
      else {
        await connections.together(async (client) => {
          for (const own of [wave, ...more])
            note(own, (await client.query<PgRow>({ text: sql.commit, values: written(own), rowMode: "array" })).rows);
        });
      }
      notices.tell(wire.firstDue(changes.filter((_, i) => results[i] === "committed")));
      return results;
    },
    within: (client) => insidePostgres(clientOf(client), { sql, place, types: opened().types }),
    findByPayment: async (paymentId) => orderOf(paymentId, both, sql),

    async claim(now, limit, leaseMs, worker, room = boundless) {
      const lanes = wire.writeRoom(room);
      const ask = (most: number) => write(sql.claim, now, most, leaseMs, worker, versions, ...lanes);
      const rows = await readable({ ask, read: wire.readClaim, setAside: effectsAside, taken: true }, limit);
      return rows.sort(wire.inOrder);
    },
    async release(worker, results) {
      const { connections, notices } = writable();
      const done = results.flatMap((one) => (one.outcome === "done" ? [[one.id]] : []));
      const ended = results.flatMap((one) =>
        one.outcome === "done" ? [] : [[one.id, one.outcome === "retry" ? one.notBefore : null, one.error]],
      );
      const values = [worker, ...columns(["text"], done), ...columns(["text", "bigint", "text"], ended)];
      const retried = results.flatMap((one) => (one.outcome === "retry" ? [one] : []));
      const before = [
        { text: sql.uncount, ids: retried.filter(({ paused }) => paused) },
        { text: sql.unhurry, ids: retried.filter(({ unhurried }) => unhurried) },
      ].filter(({ ids }) => ids.length > 0);
      if (before.length === 0) await connections.write(sql.release, values);
      else {
        await connections.together(async (client) => {
          for (const { text, ids } of before) {
            await client.query({ text, values: [worker, ids.map(({ id }) => id)] });
          }
          await client.query({ text: sql.release, values });
        });
      }
      const moments = results.flatMap((one) => (one.outcome === "retry" ? [one.notBefore] : []));
      if (moments.length > 0) notices.tell(Math.min(...moments));
    },
    async hurry(orderIds, at) {
      const ids = columns(
        ["text"],
        orderIds.map((id) => [id]),
      );
      const dead = await write(sql.hurry, ...ids, at, ASKED_ANEW);
      // One by one: reviving waits for the claims that have begun.
      for (const [id] of dead) await write(sql.revive, id, at);
      opened().notices.tell(at);
    },
    releaseUnacknowledged: async (worker, known) => void (await write(sql.releaseUnacknowledged, worker, known)),
    pullIn: async (...asked) => (await pullIn(write, schema, ...asked)) + (await deliveries.pullIn(...asked)),
    restored: async () => void (await write(sql.restored)),
    /** Other nodes live: what a dead one held comes free when it has been silent for long enough. */
    async recoverLeases(worker) {
      const { connections, heartbeat } = writable();
      await connections.write(sql.forget, []);
      await connections.write(sql.keepOpenPayments, []);
      await heartbeat.begin(worker);
    },
    isAlive: () => open?.heartbeat.heard ?? false,
    trouble: () => open?.heartbeat.trouble ?? open?.notices.trouble ?? null,

    async dueTimers(now, limit) {
      const ask = (most: number) => read(sql.dueTimers, now, most, versions);
      return readable({ ask, read: wire.readTimer, setAside: asideIn("timers", 0, 1) }, limit);
    },
    async postpone(rows) {
      const { connections, notices } = writable();
      // An event that is there twice is postponed once: a statement writes no row twice.
      const events = new Map(rows.map((row) => [`${row.envelope.orderId}\n${row.envelope.id}`, wire.writeEvent(row)]));
      await connections.write(sql.postpone, columns(wire.EVENT_KINDS, [...events.values()]));
      const moments = rows.flatMap(({ dead, notBefore }) => (dead ? [] : [notBefore]));
      if (moments.length > 0) notices.tell(Math.min(...moments));
    },
    async dueEvents(now, limit) {
      const ask = (most: number) => read(sql.dueEvents, now, most, versions);
      return readable({ ask, read: wire.readEvent, setAside: eventsAside }, limit);
    },
    nextDue: async () => only(await read(sql.nextDue, versions))[0] as number | null,
    onDue: (listener) => opened().notices.onDue(listener),

    async history(orderId, after, limit) {
      const ask = (most: number) => read(sql.history, orderId, after, most);
      return readable({ ask, read: wire.readEntry, setAside: asideIn("history", 1, 2) }, limit);
    },
    async prune(before, { after, limit, dryRun }) {
      const ask = dryRun ? read(sql.prunable, before, after, limit) : write(sql.prune, before, after, limit);
      const [entries, orders, seen, last] = only(await ask) as [number, number, number, string];
      return { entries, orders, last: seen < limit ? null : last };
    },
    async list(filter) {
      const ask = async (most: number) => {
        const { text, values } = listStatement(schema, { ...filter, limit: most }, versions);
        return read(text, ...values);
      };
      const load = (orderId: string) => read(sql.load, [orderId], [], []);
      return listOf({ ask, load, setAside: asideIn("listed", 0, 0) }, filter.limit);
    },
    async effectsOf(orderId) {
      const ask = () => read(sql.effectsOf, orderId);
      const withEnd = (row: PgRow) => {
        const claimed = wire.readEffect(row);
        return { ...claimed, error: claimed.previousError, dead: row[10] as boolean };
      };
      return readable({ ask, read: withEnd, setAside: effectsAside });
    },
    async openEffects(limit) {
      const ask = (most: number) => read(sql.openEffects, most);
      const rows = await readable({ ask, read: wire.readEffect, setAside: effectsAside }, limit);
      return rows.map((row) => ({ ...row, error: row.previousError }));
    },
    async deadEffects(limit, after) {
      const ask = (most: number) => read(sql.deadEffects, most, ...wire.writePlace(after));
      const rows = await readable({ ask, read: wire.readEffect, setAside: effectsAside }, limit);
      return rows.map((row) => ({ row, error: row.previousError ?? "" }));
    },
    async deadEvents(limit, after = 0) {
      const ask = (most: number) => read(sql.deadEvents, most, after);
      return readable({ ask, read: wire.readDeadEvent, setAside: eventsAside }, limit);
    },
    async revive(id, now, orderId) {
      const asEffect = orderId === undefined || (await read(sql.isDeadEffectOf, id, orderId)).length > 0;
      const revived = asEffect
        ? (only(await write(sql.revive, id, now))[0] as boolean)
        : (await write(sql.reviveEventOf, id, now, orderId)).length > 0;
      if (revived) opened().notices.tell(now);
      return revived;
    },
    park: async (orderId, reason) => void (await write(sql.park, reason, orderId)),
    secret: async (name, made) => secretOf(both, sql, name, made, () => warnOfSecret(name, place)),
    async counts() {
      if (!readOnly) await damaged.sweep(sql);
      const counted = countsIn(only(await read(sql.counts, versions)));
      return { ...counted, oldestEventAt: firstAt(counted.oldestEventAt as unknown as string[]) };
    },

    damaged: (limit) => damaged.list(limit),
    examine: (orderId) => damaged.examine(orderId),
    async repair(orderId, how) {
      writable();
      const repaired = await damaged.repair(orderId, how);
      opened().notices.tell(0);
      return repaired;
    },
  });
}
