/**
 * Rows that cannot be read, put out of the way of all others. Inside the database's thread.
 *
 * Rows are found and moved by their raw bytes: an id that is not well-formed UTF-8 reads as another text than it is.
 */
import { isUtf8 } from "node:buffer";
import type Sqlite from "better-sqlite3";
import { insteadOf, timersIn } from "../../core/rebuilt.js";
import type { HistoryEntry, OrderRecord } from "../../core/record.js";
import { peerOf } from "../../ports/lanes.js";
import type { DamagedRow, Repaired } from "../../ports/store.js";
import { type Stored, type Table, tables } from "./rows.js";
import { DEAD_EFFECTS, DEAD_EVENTS, rests, type Statements } from "./statements.js";
import * as wire from "./wire.js";

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
} as const satisfies Record<string, [Table, string]>;
export type Found = keyof typeof places;

/** What was found damaged, and where it lies. */
interface Damage {
  table: Table;
  as: DamagedRow["table"];
  stored: Stored;
  what: string;
}

const textOf = (value: unknown): unknown =>
  !Buffer.isBuffer(value) ? value : isUtf8(value) ? value.toString() : { hex: value.toString("hex") };

const shown = ({ table, as, stored, what }: Damage): DamagedRow => ({
  orderId: String(stored.order_id),
  table: as,
  id: String(stored[tables[table].name] ?? ""),
  what,
  row: Object.fromEntries(Object.entries(stored).map(([name, value]) => [name, textOf(value)])),
});

export class DamagedRows {
  constructor(
    private readonly db: Sqlite.Database,
    private readonly write: Pick<Statements, "relist" | "setTimer" | "insertEffect" | "postpone">,
  ) {}

  /** Sets aside what cannot be read there. */
  setAside(found: Found, ...bound: unknown[]): void {
    const [table, where] = places[found];
    const damages = this.#lookAt(table, where, bound);
    const putAll = () => {
      for (const one of damages) this.#put(one);
    };
    if (damages.length > 0) this.db.transaction(putAll).immediate();
  }

  /** Those that were set aside. */
  list(limit: number): DamagedRow[] {
    return this.db
      .prepare<[number], Record<string, string>>(
        "SELECT order_id, tbl, id, what, row FROM damaged ORDER BY order_id, tbl, id LIMIT ?",
      )
      .all(limit)
      .map((row) => this.#kept(row));
  }

  /** Of one order: those that were set aside, and those that a look at every row finds now. */
  examine(orderId: string): DamagedRow[] {
    const raw = this.#rawIds(orderId);
    const found = raw.flatMap((id) => [...this.#keptOf(id), ...this.#ofOrder(id).map(shown)]);
    const known = new Map(found.map((one) => [JSON.stringify([one.table, one.id]), one]));
    return [...known.values()];
  }

  /** Every row of the file, the first ones that are damaged. */
  all(limit: number): DamagedRow[] {
    const found: DamagedRow[] = this.list(limit);
    for (const table of Object.keys(tables) as Table[]) {
      for (const one of this.#eachDamaged(table, "TRUE", [])) {
        if (found.length >= limit) return found;
        found.push(shown(one));
      }
    }
    return found;
  }

  repair(orderId: string, { forget }: { forget: boolean }): Repaired {
    return this.db
      .transaction(() => {
        const all = this.#rawIds(orderId).map((raw) => (forget ? this.#forget(raw) : this.#mend(raw)));
        return { taken: all.flatMap(({ taken }) => taken), left: all.flatMap(({ left }) => left) };
      })
      .immediate();
  }

  /** The bytes of every id that reads as this one. */
  #rawIds(orderId: string): Buffer[] {
    const raw = this.db.prepare<[], Buffer>("SELECT DISTINCT CAST(order_id AS BLOB) FROM damaged").pluck().all();
    const same = raw.filter((id) => id.toString() === orderId);
    const own = this.db
      .prepare<[string], Buffer>("SELECT CAST(order_id AS BLOB) FROM orders WHERE order_id = ?")
      .pluck()
      .get(orderId);
    const all = [...same, own ?? Buffer.from(orderId)];
    return [...new Map(all.map((id) => [id.toString("hex"), id])).values()];
  }

  #mend(raw: Buffer): Repaired {
    const kept = this.#keptOf(raw);
    const damages = this.#ofOrder(raw);
    const record = this.#recordOf(raw);
    const lost = damages.filter(({ as }) => as !== "orders");
    for (const one of lost) this.#takeOut(one);
    this.db.prepare("DELETE FROM damaged WHERE order_id = CAST(? AS TEXT)").run(raw);
    const taken = [...kept.filter(({ table }) => table !== "orders"), ...lost.map(shown)];
    if (record === null) {
      const left = damages.filter(({ as }) => as === "orders");
      for (const one of left) this.#put(one);
      return { taken, left: left.map(shown) };
    }
    this.write.relist.run(...wire.writeListed(record), record.orderId);
    for (const timer of timersIn(record)) this.write.setTimer.run(...wire.writeTimer(timer));
    for (const { table, row } of taken) {
      if (table === "outbox") this.#standIn(record, row);
    }
    return { taken, left: [] };
  }

  #standIn(record: OrderRecord, row: Record<string, unknown>): void {
    const lost = { id: String(row.id), seq: Number(row.seq), index: Number(row.idx), lane: row.lane as "shop" };
    const instead = insteadOf(lost, record, this.#entryOf(record.orderId, lost.seq));
    if (instead === null) return;
    if ("effect" in instead) {
      const { effect } = instead;
      const peer = peerOf(effect.lane, record.facts.payment.gateway);
      this.write.insertEffect().run(...wire.writeEffect(effect, effect.notBefore, peer));
    } else {
      const waits = { attempts: 0, notBefore: instead.event.at, error: "its effect was damaged", dead: false };
      this.write.postpone.run(...wire.writeEvent({ envelope: instead.event, ...waits }));
    }
  }

  #forget(raw: Buffer): Repaired {
    const kept = this.#keptOf(raw);
    const taken: DamagedRow[] = [];
    for (const table of Object.keys(tables) as Table[]) {
      for (const stored of this.#each(table, "order_id = CAST(? AS TEXT)", [raw])) {
        taken.push(shown({ table, as: table, stored, what: "forgotten with its order" }));
      }
      this.db.prepare(`DELETE FROM ${table} WHERE order_id = CAST(? AS TEXT)`).run(raw);
    }
    for (const table of ["payments", "damaged"])
      this.db.prepare(`DELETE FROM ${table} WHERE order_id = CAST(? AS TEXT)`).run(raw);
    return { taken: [...kept, ...taken], left: [] };
  }

  #recordOf(raw: Buffer): OrderRecord | null {
    const [stored] = [...this.#each("orders", "order_id = CAST(? AS TEXT)", [raw])];
    if (stored === undefined) return null;
    try {
      return tables.orders.readers.orders(stored) as OrderRecord;
    } catch {
      return null;
    }
  }

  #entryOf(orderId: string, seq: number): HistoryEntry | null {
    for (const stored of this.#each("history", "order_id = ? AND seq = ? AND entry <> ''", [orderId, seq])) {
      try {
        return tables.history.readers.history(stored) as HistoryEntry;
      } catch {
        return null;
      }
    }
    return null;
  }

  #ofOrder(raw: Buffer): Damage[] {
    return (Object.keys(tables) as Table[]).flatMap((table) =>
      this.#lookAt(table, "order_id = CAST(? AS TEXT)", [raw]),
    );
  }

  #lookAt(table: Table, where: string, bound: unknown[]): Damage[] {
    return [...this.#eachDamaged(table, where, bound)];
  }

  *#each(table: Table, where: string, bound: unknown[]): Generator<Stored> {
    const sql = `SELECT ${tables[table].columns} FROM ${table} WHERE ${where.replace("RESTS", rests(table))}`;
    yield* this.db.prepare<unknown[], Stored>(sql).iterate(...bound);
  }

  *#eachDamaged(table: Table, where: string, bound: unknown[]): Generator<Damage> {
    for (const stored of this.#each(table, where, bound)) {
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
  #put(one: Damage): void {
    const { orderId: _, table, id, what, row } = shown(one);
    this.db
      .prepare("INSERT OR REPLACE INTO damaged (order_id, tbl, id, what, row) VALUES (CAST(? AS TEXT),?,?,?,?)")
      .run(one.stored.order_id, table, id, what, JSON.stringify(row));
    if (one.table !== "orders" && one.table !== "history") this.#takeOut(one);
  }

  #takeOut({ table, stored }: Damage): void {
    const { key, gone } = tables[table];
    const which = key.map((name) => (Buffer.isBuffer(stored[name]) ? `${name} = CAST(? AS TEXT)` : `${name} = ?`));
    if (gone !== null) this.db.prepare(`${gone} WHERE ${which.join(" AND ")}`).run(...key.map((name) => stored[name]));
  }

  #keptOf(raw: Buffer): DamagedRow[] {
    return this.db
      .prepare<[Buffer], Record<string, string>>(
        "SELECT order_id, tbl, id, what, row FROM damaged WHERE order_id = CAST(? AS TEXT)",
      )
      .all(raw)
      .map((row) => this.#kept(row));
  }

  #kept(row: Record<string, string>): DamagedRow {
    const { order_id: orderId, tbl, id, what } = row as { order_id: string; tbl: string; id: string; what: string };
    return { orderId, table: tbl as DamagedRow["table"], id, what, row: JSON.parse(row.row as string) };
  }
}
