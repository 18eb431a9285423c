/** Rows that cannot be read, put out of the way of all others. */
import type { PoolClient } from "pg";
import { listed } from "../../core/listed.js";
import { insteadOf, timersIn } from "../../core/rebuilt.js";
import type { HistoryEntry, OrderRecord } from "../../core/record.js";
import { peerOf } from "../../ports/lanes.js";
import type { DamagedRow, Repaired } from "../../ports/store.js";
import type { Connections, Row } from "./connections.js";
import * as wire from "./wire.js";

type Table = DamagedRow["table"];

interface Shape {
  /** The table itself, its columns in the order in which they are read, and the one that names a row. */
  from: string;
  columns: string;
  name: string;
  /** What it says, by which it is known that it is still the row that was read. */
  said: string;
  read(row: Row): unknown;
  /** It is taken out of the table; else it stays where it is, and is only named. */
  gone: boolean;
}

const shapes: Record<Table, Shape> = {
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
    columns: "order_id, status, state, version, updated_at, flags, parked",
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
    columns: "id, order_id, seq, idx, lane, effect, not_before, attempts, created_at, error",
    name: "id",
    said: "effect",
    read: wire.readEffect,
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
const all = Object.keys(shapes) as Table[];

interface Damage {
  orderId: string;
  id: string;
  said: string;
  what: string;
}

/** Looks at rows of one table with what identifies them in front. */
const looked = (table: Table, rows: Row[]): (Damage & { row: Record<string, unknown> })[] =>
  rows.flatMap(([orderId, id, said, json, ...row]) => {
    try {
      shapes[table].read(row);
      return [];
    } catch (error) {
      const damage = { orderId, id, said, what: (error as Error).message } as Damage;
      return [{ ...damage, row: JSON.parse(json as string) }];
    }
  });

const selectAll = (s: string, table: Table, where: string): string => {
  const { from, name, said, columns } = shapes[table];
  return `SELECT order_id, ${name}::text, ${said}, row_to_json(t)::text, ${columns} FROM ${s}.${from} t WHERE ${where}`;
};

export class DamagedRows {
  constructor(
    private readonly s: string,
    private readonly connections: () => Connections,
  ) {}

  /** Of rows that were read just now: those that cannot be, moved or named. Two nodes that find the same do no harm. */
  async setAside(table: Table, which: { orderId: unknown; id: unknown }[]): Promise<void> {
    const { name } = shapes[table];
    const rows = await this.connections().read(
      selectAll(this.s, table, `(order_id, ${name}::text) IN (SELECT * FROM unnest($1::text[], $2::text[]))`),
      [which.map(({ orderId }) => orderId), which.map(({ id }) => String(id))],
    );
    await this.#put(table, looked(table, rows));
  }

  async #put(table: Table, damages: Damage[], client?: PoolClient): Promise<void> {
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
    const column = (key: keyof Damage) => damages.map((one) => one[key]);
    const values = [table, column("orderId"), column("id"), column("said"), column("what")];
    if (client === undefined) await this.connections().write(text, values);
    else await client.query(text, values);
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

  async #keptOf(ask: (text: string) => Promise<Row[]>): Promise<DamagedRow[]> {
    return (await ask(`SELECT order_id, tbl, id, what, row FROM ${this.s}.damaged WHERE order_id = $1`)).map(kept);
  }

  async #damagedOf(ask: (text: string) => Promise<Row[]>): Promise<(DamagedRow & Damage)[]> {
    const found: (DamagedRow & Damage)[] = [];
    for (const table of all) {
      const rows = await ask(selectAll(this.s, table, "order_id = $1"));
      found.push(...looked(table, rows).map((one) => ({ ...one, table })));
    }
    return found;
  }

  /** With the order's own row held, so that no node decides anything meanwhile. */
  repair(orderId: string, { forget }: { forget: boolean }): Promise<Repaired> {
    return this.connections().together(async (client) => {
      const ask = async (text: string, ...more: unknown[]): Promise<Row[]> =>
        (await client.query<Row>({ text, values: [orderId, ...more], rowMode: "array" })).rows;
      await ask(`SELECT 1 FROM ${this.s}.orders WHERE order_id = $1 FOR UPDATE`);
      return forget ? this.#forget(ask) : this.#mend(ask, client, orderId);
    });
  }

  async #mend(
    ask: (text: string, ...more: unknown[]) => Promise<Row[]>,
    client: PoolClient,
    orderId: string,
  ): Promise<Repaired> {
    const before = await this.#keptOf(ask);
    const damages = await this.#damagedOf(ask);
    const lost = damages.filter(({ table }) => table !== "orders");
    const left = damages.filter(({ table }) => table === "orders");
    await this.#put(
      "outbox",
      lost.filter(({ table }) => table === "outbox"),
      client,
    );
    await this.#put(
      "timers",
      lost.filter(({ table }) => table === "timers"),
      client,
    );
    await this.#put(
      "inbox",
      lost.filter(({ table }) => table === "inbox"),
      client,
    );
    for (const { table, id } of lost)
      if (table === "history")
        await ask(`UPDATE ${this.s}.history SET entry = NULL WHERE order_id = $1 AND seq::text = $2`, id);
    await ask(`DELETE FROM ${this.s}.damaged WHERE order_id = $1`);
    const taken = [...before.filter(({ table }) => table !== "orders"), ...lost.map(asRow)];
    if (left.length > 0) {
      await this.#put("orders", left, client);
      return { taken, left: left.map(asRow) };
    }
    const [found] = await ask(`SELECT record, version FROM ${this.s}.orders WHERE order_id = $1`);
    if (found !== undefined) await this.#anew(ask, wire.readRecord(orderId, found[0], found[1]), taken);
    return { taken, left: [] };
  }

  /** What the record still says of the rows that are gone. */
  async #anew(
    ask: (text: string, ...more: unknown[]) => Promise<Row[]>,
    record: OrderRecord,
    taken: DamagedRow[],
  ): Promise<void> {
    const { status, state, flags, inDoubt, updatedAt } = listed(record);
    await ask(
      `UPDATE ${this.s}.orders SET status = $2, state = $3, flags = $4, flagged = $5, in_doubt = $6, updated_at = $7, payment_id = $8 WHERE order_id = $1`,
      status,
      state,
      JSON.stringify(flags),
      flags.length > 0,
      inDoubt,
      updatedAt,
      record.facts.payment.id,
    );
    for (const { timer, generation, at } of timersIn(record)) {
      await ask(
        `INSERT INTO ${this.s}.timers (order_id, timer, generation, at) VALUES ($1, $2, $3, $4) ON CONFLICT (order_id, timer) DO NOTHING`,
        timer,
        generation,
        at,
      );
    }
    for (const { table, row } of taken) if (table === "outbox") await this.#standIn(ask, record, row);
  }

  async #standIn(
    ask: (text: string, ...more: unknown[]) => Promise<Row[]>,
    record: OrderRecord,
    row: Record<string, unknown>,
  ): Promise<void> {
    const lost = { id: String(row.id), seq: Number(row.seq), index: Number(row.idx), lane: row.lane as "shop" };
    const [found] = await ask(
      `SELECT entry, order_id, seq FROM ${this.s}.history WHERE order_id = $1 AND seq = $2`,
      lost.seq,
    );
    const instead = insteadOf(lost, record, entryIn(found));
    if (instead === null) return;
    if ("effect" in instead) {
      const { id, seq, index, lane, effect, notBefore } = instead.effect;
      await ask(
        `INSERT INTO ${this.s}.outbox (id, order_id, seq, idx, lane, effect, not_before, created_at, peer) VALUES ($2, $1, $3, $4, $5, $6, $7, $7, $8)`,
        id,
        seq,
        index,
        lane,
        JSON.stringify(effect),
        notBefore,
        peerOf(lane, record.facts.payment.gateway),
      );
    } else {
      await ask(
        `INSERT INTO ${this.s}.inbox (order_id, event_id, envelope, attempts, not_before, error, dead)
         VALUES ($1, $2, $3, 0, $4, 'its effect was damaged', false) ON CONFLICT DO NOTHING`,
        instead.event.id,
        JSON.stringify(instead.event),
        instead.event.at,
      );
    }
  }

  async #forget(ask: (text: string, ...more: unknown[]) => Promise<Row[]>): Promise<Repaired> {
    const taken = await this.#keptOf(ask);
    for (const table of all.filter((one) => one !== "listed")) {
      for (const [orderId, id, , json] of await ask(selectAll(this.s, table, "order_id = $1"))) {
        const row = JSON.parse(json as string);
        taken.push({ orderId: orderId as string, table, id: id as string, what: "forgotten with its order", row });
      }
      await ask(`DELETE FROM ${this.s}.${shapes[table].from} WHERE order_id = $1`);
    }
    for (const table of ["payments", "damaged"]) await ask(`DELETE FROM ${this.s}.${table} WHERE order_id = $1`);
    return { taken, left: [] };
  }
}

const entryIn = (row: Row | undefined): HistoryEntry | null => {
  try {
    return row === undefined || row[0] === null ? null : wire.readEntry(row);
  } catch {
    return null;
  }
};

const asRow = ({ orderId, table, id, what, row }: DamagedRow): DamagedRow => ({ orderId, table, id, what, row });

const kept = ([orderId, table, id, what, row]: Row): DamagedRow =>
  ({ orderId, table, id, what, row: JSON.parse(row as string) }) as DamagedRow;
