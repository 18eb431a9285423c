/**
 * Rows that cannot be read, put out of the way of all others. Inside the database's thread.
 *
 * Rows are found and moved by their raw bytes: an id that is not well-formed UTF-8, or holds a NUL, reads as another text
 * than it is.
 */
import { isUtf8 } from "node:buffer";
import { keptRow } from "../../ports/damaged.js";
import type { DamagedRow } from "../../ports/store.js";
import { orderNamedIn } from "./content.js";
import type { Database } from "./driver.js";
import { asNumber, type SqliteTable, type Stored, tables } from "./rows.js";
import { oddEffect, oddEvent, oddTimer } from "./schema.js";
import { DEAD_EFFECTS, DEAD_EVENTS, rests } from "./statements.js";

/** A place in a table where a reader met a row that it could not read. */
const places = {
  dueTimers: ["timers", "at <= ? AND RESTS ORDER BY at, order_id, timer LIMIT ?"],
  dueEvents: ["inbox", "dead = 0 AND not_before <= ? AND RESTS ORDER BY not_before, rowid LIMIT ?"],
  deadEvents: ["inbox", DEAD_EVENTS],
  claimed: ["outbox", "dead = 0 AND not_before <= ? AND (worker = ? OR lease_until <= ?)"],
  effectsOf: ["outbox", "order_id = ?"],
  openEffects: ["outbox", "dead = 0 ORDER BY created_at, order_id, seq, idx LIMIT ?"],
  deadEffects: ["outbox", DEAD_EFFECTS],
  history: ["history", "order_id = ? AND seq > ? AND entry <> '' ORDER BY seq LIMIT ?"],
  record: ["orders", "order_id = ?"],
  listed: ["orders", "rowid = ?"],
  oddEffects: ["outbox", oddEffect],
  oddEvents: ["inbox", oddEvent],
  oddTimers: ["timers", oddTimer],
} as const satisfies Record<string, [SqliteTable, string]>;
export type DamageKind = keyof typeof places;

/** What was found damaged, and where it lies. */
export interface SqliteDamage {
  table: SqliteTable;
  as: DamagedRow["table"];
  stored: Stored;
  what: string;
}

/** As JSON keeps it: a number that a double rounds as a text. */
const plainValue = (value: unknown): unknown => {
  if (typeof value === "bigint") return typeof asNumber(value) === "number" ? Number(value) : String(value);
  if (!Buffer.isBuffer(value)) return value;
  return isUtf8(value) ? value.toString() : { hex: value.toString("hex") };
};

export const shown = ({ table, as, stored, what }: SqliteDamage): DamagedRow => ({
  orderId: String(stored.order_id),
  table: as,
  id: String(stored[tables[table].name] ?? ""),
  what,
  row: Object.fromEntries(Object.entries(stored).map(([name, value]) => [name, plainValue(value)])),
});

export class SqliteDamagedRows {
  constructor(private readonly db: Database) {}

  /** Parks what cannot be read there. */
  setAside(found: DamageKind, ...bound: unknown[]): void {
    const [table, where] = places[found];
    const damages = this.#lookAt(table, where, bound);
    if (damages.length === 0) return;
    this.db.immediate(() => {
      for (const one of damages) this.put(one);
    });
  }

  /** Those that were parked. */
  list(limit: number): DamagedRow[] {
    return this.db
      .prepare<[number], Record<string, string>>(
        "SELECT order_id, tbl, id, what, row FROM damaged ORDER BY order_id, tbl, id LIMIT ?",
      )
      .all(limit)
      .map((row) => this.#kept(row));
  }

  /** Of one order: those that were parked, and those that a look at every row finds now. */
  examine(orderId: string): DamagedRow[] {
    const raw = this.rawIds(orderId);
    const found = raw.flatMap((id) => [...this.keptOf(id), ...this.ofOrder(id).map(shown)]);
    const known = new Map(found.map((one) => [JSON.stringify([one.table, one.id]), one]));
    return [...known.values()];
  }

  /** Every row of the file, the first ones that are damaged. */
  all(limit: number): DamagedRow[] {
    const found: DamagedRow[] = this.list(limit);
    for (const table of Object.keys(tables) as SqliteTable[]) {
      for (const one of this.#eachDamaged(table, "TRUE", [])) {
        if (found.length >= limit) return found;
        found.push(shown(one));
      }
    }
    return found;
  }

  /** The bytes of every id that reads as this one. */
  rawIds(orderId: string): Buffer[] {
    const raw = this.db.prepare<[], Buffer>("SELECT DISTINCT CAST(order_id AS BLOB) FROM damaged").pluck().all();
    const same = raw.filter((id) => id.toString() === orderId);
    const own = this.db
      .prepare<[Buffer], Buffer>("SELECT CAST(order_id AS BLOB) FROM orders WHERE order_id = CAST(? AS TEXT)")
      .pluck()
      .get(Buffer.from(orderId));
    const all = [...same, own ?? Buffer.from(orderId)];
    return [...new Map(all.map((id) => [id.toString("hex"), id])).values()];
  }

  ofOrder(raw: Buffer): SqliteDamage[] {
    return (Object.keys(tables) as SqliteTable[]).flatMap((table) =>
      this.#lookAt(table, "order_id = CAST(? AS TEXT)", [raw]),
    );
  }

  #lookAt(table: SqliteTable, where: string, bound: unknown[]): SqliteDamage[] {
    return [...this.#eachDamaged(table, where, bound)];
  }

  /** A file of a version before lacks a column, where it is only looked at. */
  #columnsOf(table: SqliteTable): string {
    const { columns } = tables[table];
    if (table !== "outbox") return columns;
    const has = this.db.prepare("SELECT 1 FROM pragma_table_info('outbox') WHERE name = 'kind'").get() !== undefined;
    return has ? columns : columns.replace("kind", "3 AS kind");
  }

  *each(table: SqliteTable, where: string, bound: unknown[]): Generator<Stored> {
    const sql = `SELECT ${this.#columnsOf(table)} FROM ${table} WHERE ${where.replace("RESTS", rests(table))}`;
    yield* this.db
      .prepare<unknown[], Stored>(sql)
      .safeIntegers()
      .iterate(...bound);
  }

  *#eachDamaged(table: SqliteTable, where: string, bound: unknown[]): Generator<SqliteDamage> {
    for (const stored of this.each(table, where, bound)) {
      for (const [as, read] of Object.entries(tables[table].readers)) {
        try {
          read(stored);
        } catch (error) {
          yield { table, as: as as DamagedRow["table"], stored, what: (error as Error).message };
        }
      }
    }
  }

  /** A record, what is listed of it and an entry stay where they are; work goes out of the way. */
  put(one: SqliteDamage): void {
    const row = shown(one);
    this.#keep(one.stored.order_id as Buffer, row);
    this.tellNamed(row);
    if (one.table !== "orders" && one.table !== "history") this.takeOut(one);
  }

  #keep(orderId: Buffer, { table, id, what, row }: DamagedRow): void {
    this.db
      .prepare(
        "INSERT OR REPLACE INTO damaged (order_id, tbl, id, what, row) VALUES (CAST(? AS TEXT),?,CAST(? AS TEXT),?,?)",
      )
      .run(orderId, table, Buffer.from(id), what, JSON.stringify(row));
  }

  /** Where a row of one order stands under another, that other one has lost it and must not wait for it for ever. */
  tellNamed(one: DamagedRow): void {
    const named = orderNamedIn(one);
    if (named === null || named === one.orderId) return;
    const raw = Buffer.from(named);
    const exists = this.db.prepare("SELECT 1 FROM orders WHERE order_id = CAST(? AS TEXT)").get(raw) !== undefined;
    if (exists) this.#keep(raw, one);
  }

  takeOut({ table, stored }: SqliteDamage): void {
    const { key, gone } = tables[table];
    const which = key.map((name) => (Buffer.isBuffer(stored[name]) ? `${name} = CAST(? AS TEXT)` : `${name} = ?`));
    if (gone !== null) this.db.prepare(`${gone} WHERE ${which.join(" AND ")}`).run(...key.map((name) => stored[name]));
  }

  keptOf(raw: Buffer): DamagedRow[] {
    return this.db
      .prepare<[Buffer], Record<string, string>>(
        "SELECT order_id, tbl, id, what, row FROM damaged WHERE order_id = CAST(? AS TEXT)",
      )
      .all(raw)
      .map((row) => this.#kept(row));
  }

  #kept(row: Record<string, string>): DamagedRow {
    return keptRow(
      ...(["order_id", "tbl", "id", "what", "row"].map((name) => row[name]) as Parameters<typeof keptRow>),
    );
  }
}
