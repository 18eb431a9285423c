/** Rows that cannot be read, put out of the way of all others. */
import type { PoolClient } from "pg";
import { orderIn } from "../../core/lanes.js";
import { keptRow } from "../../ports/damaged.js";
import type { DamagedRow, Repaired } from "../../ports/store.js";
import type { PgConnections, PgRow } from "./connections.js";
import { envelopeOf, mend, type RunStatement } from "./repair.js";
import * as wire from "./wire.js";

export type PgTable = Exclude<DamagedRow["table"], "damaged">;

interface Shape {
  /** The table itself, its columns in the order in which they are read, and the one that names a row. */
  from: string;
  columns: string;
  name: string;
  /** What it says, by which it is known that it is still the row that was read. */
  said: string;
  read(row: PgRow): unknown;
  /** It is taken out of the table; else it stays where it is, and is only named. */
  gone: boolean;
}

const shapes: Record<PgTable, Shape> = {
  orders: {
    from: "orders",
    columns: "order_id, record, version",
    name: "order_id",
    said: "record",
    read: ([orderId, record, version]) => wire.readRecord(orderId as string, record, version),
    gone: false,
  },
  listed: {
    from: "orders",
    columns: "order_id, status, state, version, updated_at, flags, in_doubt, parked",
    name: "order_id",
    said: "flags",
    read: wire.readOrder,
    gone: false,
  },
  history: {
    from: "history",
    columns: "entry, order_id, seq",
    name: "seq",
    said: "coalesce(entry, '')",
    read: (row) => row[0] !== null && wire.readEntry(row),
    gone: false,
  },
  outbox: {
    from: "outbox",
    columns: "id, order_id, seq, idx, lane, effect, not_before, attempts, created_at, error, lease_until, worker, kind",
    name: "id",
    said: "effect",
    read: wire.readLeased,
    gone: true,
  },
  timers: {
    from: "timers",
    columns: "order_id, timer, generation, at",
    name: "timer",
    said: "generation || '@' || at",
    read: wire.readTimer,
    gone: true,
  },
  inbox: {
    from: "inbox",
    columns: "envelope, attempts, not_before, error, dead, order_id, event_id",
    name: "event_id",
    said: "envelope",
    read: wire.readEvent,
    gone: true,
  },
};
const all = Object.keys(shapes) as PgTable[];

export interface PgDamage {
  orderId: string;
  id: string;
  said: string;
  what: string;
}

export type DamagedRecord = PgDamage & { row: Record<string, unknown> };

/** Looks at rows of one table with what identifies them in front. */
const looked = (table: PgTable, rows: PgRow[]): DamagedRecord[] =>
  rows.flatMap(([orderId, id, said, json, ...row]) => {
    try {
      shapes[table].read(row);
      return [];
    } catch (error) {
      const damage = { orderId, id, said, what: (error as Error).message } as PgDamage;
      return [{ ...damage, row: JSON.parse(json as string) }];
    }
  });

const selectAll = (s: string, table: PgTable, where: string): string => {
  const { from, name, said, columns } = shapes[table];
  return `SELECT order_id, ${name}::text, ${said}, row_to_json(t)::text, ${columns} FROM ${s}.${from} t WHERE ${where}`;
};

export class PgDamagedRows {
  constructor(
    private readonly s: string,
    private readonly connections: () => PgConnections,
  ) {}

  /** Rows of one table, of which `order` and `id` are the columns that name one. A read-only store leaves it to the nodes. */
  asideIn(readOnly: boolean) {
    return (table: PgTable, order: number, id: number) => async (rows: PgRow[]) => {
      if (readOnly) return;
      await this.setAside(
        table,
        rows.map((row) => ({ orderId: row[order], id: row[id] })),
      );
    };
  }

  /** Of rows that were read just now: those that cannot be, moved or named. Two nodes that find the same do no harm. */
  async setAside(table: PgTable, which: { orderId: unknown; id: unknown }[]): Promise<void> {
    const { name } = shapes[table];
    const rows = await this.connections().read(
      selectAll(this.s, table, `(order_id, ${name}::text) IN (SELECT * FROM unnest($1::text[], $2::text[]))`),
      [which.map(({ orderId }) => orderId), which.map(({ id }) => String(id))],
    );
    await this.#put(table, looked(table, rows));
  }

  async #put(table: PgTable, damages: DamagedRecord[], client?: PoolClient): Promise<void> {
    if (damages.length === 0) return;
    const { from, name, said, gone } = shapes[table];
    const same = `t.order_id = g.order_id AND t.${name}::text = g.id AND ${said} = g.said`;
    const told = `t.order_id, t.${name}::text AS id, g.what, row_to_json(t)::text AS row`;
    const found = gone
      ? `DELETE FROM ${this.s}.${from} t USING given g WHERE ${same} RETURNING ${told}`
      : `SELECT ${told} FROM ${this.s}.${from} t JOIN given g ON ${same}`;
    const text = `WITH given AS (
        SELECT * FROM unnest($2::text[], $3::text[], $4::text[], $5::text[]) AS n(order_id, id, said, what)),
      found AS (${found})
      INSERT INTO ${this.s}.damaged (order_id, tbl, id, what, row) SELECT order_id, $1, id, what, row FROM found
      ON CONFLICT (order_id, tbl, id) DO UPDATE SET what = excluded.what, row = excluded.row`;
    const column = (key: keyof PgDamage) => damages.map((one) => one[key]);
    const values = [table, column("orderId"), column("id"), column("said"), column("what")];
    if (client === undefined) await this.connections().write(text, values);
    else await client.query(text, values);
    const rows = damages.map(({ orderId, id, what, row }) => ({ orderId, table, id, what, row }));
    await this.#tellNamed(rows, client);
  }

  /** Where a row of one order stands under another, that other one has lost it and must not wait for it for ever. */
  async #tellNamed(rows: DamagedRow[], client?: PoolClient): Promise<void> {
    for (const one of rows) {
      const named = one.table === "outbox" ? orderIn(one.id) : (envelopeOf(one)?.orderId ?? null);
      if (named === null || named === one.orderId) continue;
      const text = `INSERT INTO ${this.s}.damaged (order_id, tbl, id, what, row)
        SELECT order_id, $2, $3, $4, $5 FROM ${this.s}.orders WHERE order_id = $1 ON CONFLICT DO NOTHING`;
      const values = [named, one.table, one.id, one.what, JSON.stringify(one.row)];
      if (client === undefined) await this.connections().write(text, values);
      else await client.query(text, values);
    }
  }

  /** Parks what would never come due, and so would never be met. */
  async sweep(odd: Record<"oddEffects" | "oddEvents" | "oddTimers", string>): Promise<void> {
    const read = (text: string) => this.connections().read(text, []);
    const found = await Promise.all([read(odd.oddEffects), read(odd.oddEvents), read(odd.oddTimers)]);
    for (const [i, table] of (["outbox", "inbox", "timers"] as const).entries()) {
      const rows = (found[i] ?? []).map(([orderId, id]) => ({ orderId, id }));
      if (rows.length > 0) await this.setAside(table, rows);
    }
  }

  async list(limit: number): Promise<DamagedRow[]> {
    const text = `SELECT order_id, tbl, id, what, row FROM ${this.s}.damaged ORDER BY order_id, tbl, id LIMIT $1`;
    return (await this.connections().read(text, [limit])).map(kept);
  }

  async examine(orderId: string): Promise<DamagedRow[]> {
    const ask = (text: string) => this.connections().read(text, [orderId]);
    const found = new Map<string, DamagedRow>();
    for (const one of [...(await this.#keptOf(ask)), ...(await this.#damagedOf(ask))])
      found.set(JSON.stringify([one.table, one.id]), one);
    return [...found.values()];
  }

  async #keptOf(ask: (text: string) => Promise<PgRow[]>): Promise<DamagedRow[]> {
    return (await ask(`SELECT order_id, tbl, id, what, row FROM ${this.s}.damaged WHERE order_id = $1`)).map(kept);
  }

  async #damagedOf(ask: (text: string) => Promise<PgRow[]>): Promise<(DamagedRecord & { table: PgTable })[]> {
    const found: (DamagedRecord & { table: PgTable })[] = [];
    for (const table of all) {
      const rows = await ask(selectAll(this.s, table, "order_id = $1"));
      found.push(...looked(table, rows).map((one) => ({ ...one, table })));
    }
    return found;
  }

  /** With the order's own row held, so that no node decides anything meanwhile. */
  repair(orderId: string, { forget }: { forget: boolean }): Promise<Repaired> {
    return this.connections().together(async (client) => {
      const ask: RunStatement = async (text, ...more) =>
        (await client.query<PgRow>({ text, values: [orderId, ...more], rowMode: "array" })).rows;
      await ask(`SELECT 1 FROM ${this.s}.orders WHERE order_id = $1 FOR UPDATE`);
      return forget ? this.#forget(ask) : this.#mend(ask, client);
    });
  }

  async #mend(ask: RunStatement, client: PoolClient): Promise<Repaired> {
    const before = await this.#keptOf(ask);
    const damages = await this.#damagedOf(ask);
    // Parked even where nothing comes of the repair: the order rests.
    for (const table of all)
      await this.#put(
        table,
        damages.filter((one) => one.table === table),
        client,
      );
    const found = [...before, ...damages.map(asRow)];
    const broken = damages.filter(({ table }) => table === "orders").map(asRow);
    if (broken.length > 0) {
      const others = found.filter(({ table }) => table !== "orders" && table !== "listed");
      return { taken: [], left: [...others, ...broken] };
    }
    const taken = found.filter(({ table }) => table !== "orders");
    await client.query("SAVEPOINT untouched");
    for (const { table, id } of taken)
      if (table === "history")
        await ask(`UPDATE ${this.s}.history SET entry = NULL WHERE order_id = $1 AND seq::text = $2`, id);
    const why = await mend(this.s, ask, taken);
    if (why !== null) {
      await client.query("ROLLBACK TO untouched");
      return { taken: [], left: taken.map((one) => ({ ...one, what: `${one.what}; ${why}` })) };
    }
    await ask(`DELETE FROM ${this.s}.damaged WHERE order_id = $1`);
    return { taken, left: [] };
  }

  async #forget(ask: RunStatement): Promise<Repaired> {
    const taken = await this.#keptOf(ask);
    for (const table of all.filter((one) => one !== "listed")) {
      for (const [orderId, id, , json] of await ask(selectAll(this.s, table, "order_id = $1"))) {
        const row = JSON.parse(json as string);
        taken.push({ orderId: orderId as string, table, id: id as string, what: "forgotten with its order", row });
      }
      await ask(`DELETE FROM ${this.s}.${shapes[table].from} WHERE order_id = $1`);
    }
    for (const table of ["payments", "damaged", "deliveries"])
      await ask(`DELETE FROM ${this.s}.${table} WHERE order_id = $1`);
    return { taken, left: [] };
  }
}

const asRow = ({ orderId, table, id, what, row }: DamagedRow): DamagedRow => ({ orderId, table, id, what, row });

const kept = (row: PgRow): DamagedRow => keptRow(...(row as Parameters<typeof keptRow>));
