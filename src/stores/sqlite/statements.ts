/** Every statement, prepared once. Parameters are named only where one is used twice. */
import { effectInRange } from "../../core/ranges.js";
import { isReadingSql, waitsForSql } from "../../ports/lanes.js";
import type { Database } from "./driver.js";
import { oddEffect, oddEvent, oddTimer } from "./schema.js";

/** Each list of columns in the order in which wire.ts writes and reads it. */
export const EFFECT =
  "id, order_id, seq, idx, lane, effect, not_before, attempts, created_at, error, dead, sum, lease_until, worker";
export const EVENT = "envelope, attempts, not_before, error, dead, sum";
export const WAITING = `${EVENT}, order_id, event_id`;
export const TIMER = "order_id, timer, generation, at, sum";
export const ENTRY = "order_id, seq, event_id, entry, sum";
export const RECORD = "record, parked, version, sum";
export const ORDER = "order_id, status, state, version, updated_at, flags, in_doubt, parked, listed_sum";
const LISTED_VALUES = "version, status, state, flags, flagged, in_doubt, updated_at, payment_id, listed_sum";
const ORDER_VALUES = `${LISTED_VALUES}, record, sum`;

/** Of an order that is parked nothing is due. */
export const rests = (table: string): string =>
  `NOT EXISTS (SELECT 1 FROM damaged d WHERE d.order_id = ${table}.order_id)`;

const READING = isReadingSql("effect");

/** A page of the dead, after the one that is bound first. */
export const DEAD_EFFECTS = `dead = 1 AND (created_at, order_id, seq, idx) > (?, ?, ?, ?)
  ORDER BY created_at, order_id, seq, idx LIMIT ?`;
export const DEAD_EVENTS = "dead = 1 AND rowid > ? ORDER BY rowid LIMIT ?";
export type EffectPlaceColumns = [createdAt: number, orderId: string, seq: number, index: number];

/** The effects of one order to one peer. An older version wrote the lane in the peer's place, and all of it goes in order. */
const LANE = `p.order_id = o.order_id AND p.lane = o.lane AND p.dead = 0
  AND (p.peer = o.peer OR p.peer IN ('', p.lane) OR o.peer IN ('', o.lane))`;

interface ReadStatements<P extends unknown[], R> {
  get(...bound: P): R | undefined;
  all(...bound: P): R[];
  iterate(...bound: P): IterableIterator<R>;
}
interface Writes {
  run(...bound: unknown[]): { changes: number };
}

export function prepare(db: Database) {
  const rows = <P extends unknown[], R extends unknown[] = unknown[]>(sql: string): ReadStatements<P, R> =>
    db.prepare<P, R>(sql).raw();
  const value = <P extends unknown[], V>(sql: string): ReadStatements<P, V> => db.prepare<P, V>(sql).pluck();
  const write = (sql: string): Writes => db.prepare<unknown[]>(sql);
  /** Prepared when it is needed: an older file that is opened for reading lacks the columns, and needs no such statement. */
  const later = <S extends object>(make: () => S): (() => S) => {
    let made: S | null = null;
    return () => {
      made ??= make();
      return made;
    };
  };
  return {
    order: rows<[string]>(`SELECT ${RECORD} FROM orders WHERE order_id = ?`),
    damagedOf: value<[string], string>("SELECT what FROM damaged WHERE order_id = ? LIMIT 1"),
    seen: value<[string, string], number>("SELECT 1 FROM history WHERE order_id = ? AND event_id = ?"),
    insertOrder: write(
      `INSERT INTO orders (${ORDER_VALUES}, order_id) VALUES (?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING`,
    ),
    updateOrder: write(
      `UPDATE orders SET (${ORDER_VALUES}) = (?,?,?,?,?,?,?,?,?,?,?) WHERE order_id = ? AND version = ?`,
    ),
    relist: write(`UPDATE orders SET (${LISTED_VALUES}) = (?,?,?,?,?,?,?,?,?) WHERE order_id = ?`),
    insertPayment: write("INSERT INTO payments (payment_id, order_id) VALUES (?,?) ON CONFLICT DO NOTHING"),
    insertHistory: write("INSERT INTO history (order_id, seq, event_id, at, entry, sum) VALUES (?,?,?,?,?,?)"),
    insertEffect: later(() =>
      write(
        "INSERT INTO outbox (id, order_id, seq, idx, lane, effect, not_before, created_at, sum, peer, kind) VALUES (?,?,?,?,?,?,?,?,?,?,?)",
      ),
    ),
    raise: later(() => write("UPDATE outbox SET kind = ? WHERE order_id = ? AND kind > ?")),
    setTimer: write(`INSERT OR REPLACE INTO timers (${TIMER}) VALUES (?,?,?,?,?)`),
    cancelTimer: write("DELETE FROM timers WHERE order_id = ? AND timer = ? AND generation = ?"),
    holder: value<[string], string | null>("SELECT worker FROM outbox WHERE id = ?"),
    settle: write("DELETE FROM outbox WHERE id = ?"),
    decide: write("DELETE FROM inbox WHERE order_id = ? AND event_id = ?"),

    byPayment: rows<[string]>(
      `SELECT p.order_id, o.payment_id IS p.payment_id, ${RECORD} FROM payments p LEFT JOIN orders o USING (order_id)
       WHERE p.payment_id = ?`,
    ),
    naming: rows<[string]>(`SELECT order_id, 0, ${RECORD} FROM orders WHERE instr(record, ?) > 0`),
    strayPayments: write(
      "DELETE FROM payments WHERE payment_id = ? AND order_id NOT IN (SELECT value FROM json_each(?))",
    ),
    lacksPayment: value<[string], number>(
      `SELECT 1 FROM orders o WHERE order_id = ? AND payment_id IS NOT NULL AND NOT EXISTS (
         SELECT 1 FROM payments p WHERE p.payment_id = o.payment_id AND p.order_id = o.order_id)`,
    ),
    keepPayment: write(
      `INSERT INTO payments (payment_id, order_id) SELECT payment_id, order_id FROM orders
       WHERE order_id = ? AND payment_id IS NOT NULL ON CONFLICT DO NOTHING`,
    ),
    keepPayments: write(
      `INSERT INTO payments (payment_id, order_id) SELECT payment_id, order_id FROM orders
       WHERE in_doubt = 1 AND payment_id IS NOT NULL ON CONFLICT DO NOTHING`,
    ),

    // A revived effect may stand before one that is already under way; they still go one after the other.
    claimable: later(() =>
      rows<[{ now: number; limit: number; peer: Buffer; kind: number }]>(
        `SELECT ${EFFECT}, peer, kind FROM outbox o
         WHERE dead = 0 AND peer = CAST(@peer AS TEXT) AND kind = @kind AND not_before <= @now AND lease_until <= @now
           AND ${effectInRange("o.")} AND ${rests("o")}
           AND NOT EXISTS (SELECT 1 FROM outbox p WHERE ${LANE} AND ${waitsForSql("@now")})
           AND NOT EXISTS (SELECT 1 FROM outbox p WHERE ${LANE} AND p.lease_until > @now)
         ORDER BY not_before, order_id, seq, idx LIMIT @limit`,
      ),
    ),
    // One after the other, each by a look at the index: a queue of one peer is not read to find the next. By their bytes:
    // of a name that is no UTF-8 the next one would be itself.
    firstPeer: later(() =>
      value<[], Buffer>("SELECT CAST(peer AS BLOB) FROM outbox WHERE dead = 0 ORDER BY peer LIMIT 1"),
    ),
    nextPeer: later(() =>
      value<[Buffer], Buffer>(
        "SELECT CAST(peer AS BLOB) FROM outbox WHERE dead = 0 AND peer > CAST(? AS TEXT) ORDER BY peer LIMIT 1",
      ),
    ),
    // Forgets how the last claim ended: no error and a second claim means that its holder died in the middle.
    lease: write(
      "UPDATE outbox SET attempts = attempts + 1, error = NULL, lease_until = ?, worker = ? WHERE id = CAST(? AS TEXT)",
    ),
    finish: write("DELETE FROM outbox WHERE id = ? AND worker = ?"),
    retry: later(() =>
      write(
        `UPDATE outbox SET not_before = ?, error = ?, attempts = max(0, attempts - ?), kind = max(kind, ?),
         lease_until = 0, worker = NULL WHERE id = ? AND worker = ?`,
      ),
    ),
    hurry: write(
      `UPDATE outbox SET not_before = ?, error = ? WHERE order_id = ? AND dead = 0 AND not_before > ? AND ${READING}`,
    ),
    hurryDead: write(
      `UPDATE outbox SET dead = 0, attempts = 0, error = NULL, lease_until = 0, worker = NULL, not_before = ?
       WHERE order_id = ? AND dead = 1 AND ${READING}`,
    ),
    bury: write("UPDATE outbox SET dead = 1, error = ?, lease_until = 0, worker = NULL WHERE id = ? AND worker = ?"),
    releaseUnacknowledged: write(
      `UPDATE outbox SET lease_until = 0, worker = NULL
       WHERE worker = ? AND id NOT IN (SELECT value FROM json_each(?))`,
    ),
    recoverLeases: write("UPDATE outbox SET lease_until = 0, worker = NULL WHERE worker IS NOT NULL AND worker <> ?"),
    restored: write(
      `UPDATE outbox SET attempts = max(attempts, 1), error = NULL, lease_until = 0, worker = NULL
       WHERE lane = 'gateway' AND dead = 0`,
    ),

    oddities: later(
      () =>
        [
          ["oddEffects", value<[], number>(`SELECT 1 FROM outbox WHERE ${oddEffect} LIMIT 1`)],
          ["oddEvents", value<[], number>(`SELECT 1 FROM inbox WHERE ${oddEvent} LIMIT 1`)],
          ["oddTimers", value<[], number>(`SELECT 1 FROM timers WHERE ${oddTimer} LIMIT 1`)],
        ] as const,
    ),
    dueTimers: rows<[number, number]>(
      `SELECT ${TIMER} FROM timers WHERE at <= ? AND ${rests("timers")} ORDER BY at, order_id, timer LIMIT ?`,
    ),
    postpone: write(
      `INSERT INTO inbox (order_id, event_id, ${EVENT}) VALUES (?,?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET
         (${EVENT}) = (excluded.envelope, excluded.attempts, excluded.not_before, excluded.error, excluded.dead, excluded.sum)`,
    ),
    dueEvents: rows<[number, number]>(
      `SELECT ${WAITING} FROM inbox WHERE dead = 0 AND not_before <= ? AND ${rests("inbox")} ORDER BY not_before, rowid LIMIT ?`,
    ),
    nextTimer: value<[], number>(`SELECT at FROM timers WHERE ${rests("timers")} ORDER BY at LIMIT 1`),
    nextEvent: value<[], number>(
      `SELECT not_before FROM inbox WHERE dead = 0 AND ${rests("inbox")} ORDER BY not_before LIMIT 1`,
    ),
    laneHeads: later(() =>
      rows<[], [number, number]>(
        `SELECT not_before, (SELECT max(lease_until) FROM outbox p WHERE ${LANE})
         FROM outbox o WHERE dead = 0 AND ${rests("o")} AND NOT EXISTS (
           SELECT 1 FROM outbox p WHERE ${LANE} AND ${waitsForSql("o.not_before")}) ORDER BY not_before`,
      ),
    ),

    history: rows<[string, number, number]>(
      `SELECT ${ENTRY} FROM history WHERE order_id = ? AND seq > ? AND entry <> '' ORDER BY seq LIMIT ?`,
    ),
    finalOrders: rows<[string, number], [string, number]>(
      "SELECT order_id, version FROM orders WHERE order_id > CAST(? AS TEXT) AND in_doubt = 0 ORDER BY order_id LIMIT ?",
    ),
    isFinished: value<[{ orderId: string; version: number; before: number }], number>(
      `SELECT 1 FROM orders JOIN history h USING (order_id) WHERE order_id = @orderId AND parked IS NULL
         AND h.seq = @version AND h.at < @before AND ${rests("orders")}
         AND NOT EXISTS (SELECT 1 FROM outbox p WHERE p.order_id = @orderId)
         AND NOT EXISTS (SELECT 1 FROM timers t WHERE t.order_id = @orderId)
         AND NOT EXISTS (SELECT 1 FROM inbox i WHERE i.order_id = @orderId)
         AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.order_id = @orderId)`,
    ),
    fullHistory: value<[string, number], number>(
      "SELECT count(*) FROM history WHERE order_id = ? AND seq < ? AND entry <> ''",
    ),
    // The row stays: it is how a repeated event is known.
    emptyHistory: write("UPDATE history SET entry = '' WHERE order_id = ? AND seq < ? AND entry <> ''"),
    effectsOf: rows<[string]>(`SELECT ${EFFECT} FROM outbox WHERE order_id = ? ORDER BY seq, idx`),
    openEffects: rows<[number]>(
      `SELECT ${EFFECT} FROM outbox WHERE dead = 0 ORDER BY created_at, order_id, seq, idx LIMIT ?`,
    ),
    deadEffects: rows<[...EffectPlaceColumns, number]>(`SELECT ${EFFECT} FROM outbox WHERE ${DEAD_EFFECTS}`),
    deadEvents: rows<[number, number]>(`SELECT ${WAITING}, rowid FROM inbox WHERE ${DEAD_EVENTS}`),
    reviveEffect: write(
      `UPDATE outbox SET dead = 0, attempts = 0, error = NULL, lease_until = 0, worker = NULL, not_before = ?
       WHERE id = ? AND dead = 1 AND order_id = coalesce(?, order_id)`,
    ),
    reviveEvent: write(
      `UPDATE inbox SET dead = 0, attempts = 0, not_before = ?
       WHERE event_id = ? AND dead = 1 AND order_id = coalesce(?, order_id)`,
    ),
    park: write("UPDATE orders SET parked = ? WHERE order_id = ?"),
    counts: rows<[]>(
      `SELECT (SELECT count(*) FROM orders), (SELECT count(*) FROM outbox WHERE dead = 0),
         (SELECT count(*) FROM outbox WHERE dead = 1), (SELECT count(*) FROM inbox WHERE dead = 0),
         (SELECT count(*) FROM inbox WHERE dead = 1), (SELECT count(*) FROM timers),
         (SELECT count(*) FROM orders WHERE parked IS NOT NULL), (SELECT count(*) FROM orders WHERE flagged = 1),
         (SELECT count(DISTINCT order_id) FROM damaged),
         (SELECT min(created_at) FROM outbox WHERE dead = 0 AND ${rests("outbox")}), NULL,
         (SELECT at FROM timers WHERE ${rests("timers")} ORDER BY at LIMIT 1)`,
    ),
    oldestEvents: value<[], string>("SELECT envelope FROM inbox WHERE dead = 0 ORDER BY rowid LIMIT 20"),
  };
}
export type Statements = ReturnType<typeof prepare>;
