/** Stores with millions of orders: one order made by the engine, and copies of its rows made where they lie. */
import Sqlite from "better-sqlite3";
import pg from "pg";
import { postgresStore } from "../../src/adapters/postgres/store.js";
import { sqliteStore } from "../../src/adapters/sqlite/store.js";
import { createEngine } from "../../src/engine/engine.js";
import type { InboxRow, Store } from "../../src/ports/store.js";
import { calling, gateway, orderIdOf, paymentIdOf, placing, shop, undelivered } from "./work.js";

export type Place = { file: string } | { connectionString: string };

export const storeAt = (place: Place): Store => ("file" in place ? sqliteStore(place) : postgresStore(place));

const PER_STEP = 20_000;
const DAY_MS = 86_400_000;

/** What differs from order to order; every other column is copied. */
const names = ["order_id", "payment_id", "record", "entry", "envelope"];
const tables = ["orders", "payments", "history", "timers", "inbox"];

/** Order 0: placed, its link's timer waiting, and an event of it that was put off until tomorrow. */
const first = async (place: Place): Promise<void> => {
  const store = storeAt(place);
  const engine = createEngine({ store: undelivered(store), gateways: [gateway], shop });
  await engine.start();
  const now = engine.clock.now();
  const orderId = orderIdOf(0);
  await engine.place(orderId, placing(0, now).order);
  const later: InboxRow = {
    envelope: { id: "0b2f6c5e-6a0c-4c55-9d2c-3f2f1f3d7a10", orderId, at: now, source: "callback", event: calling(0) },
    attempts: 1,
    notBefore: now + DAY_MS,
    error: "parked: unknown state",
    dead: false,
  };
  await store.postpone([later]);
  await engine.stop();
};

const copying = (table: string, columns: string[], series: string, order: string, payment: string): string => {
  const made = columns.map((column) => {
    if (!names.includes(column)) return `t.${column}`;
    return `replace(replace(t.${column}, '${orderIdOf(0)}', ${order}), '${paymentIdOf(0)}', ${payment})`;
  });
  return `INSERT INTO ${table} (${columns.join(", ")}) SELECT ${made.join(", ")}
    FROM ${table} t, ${series} WHERE t.order_id = '${orderIdOf(0)}'`;
};

interface Steps {
  /** Orders from..to, both included. */
  copy(table: string, from: number, to: number): Promise<unknown> | unknown;
  end(): Promise<unknown> | unknown;
}

const inPostgres = async (connectionString: string): Promise<Steps> => {
  const pool = new pg.Pool({ connectionString, max: 2, options: "-c synchronous_commit=off" });
  pool.on("error", () => {});
  const padded = (digits: number) => `lpad(copy::text, ${digits}, '0')`;
  const [order, payment] = [`'order-' || ${padded(7)}`, `'${paymentIdOf(0).slice(0, -12)}' || ${padded(12)}`];
  const series = "generate_series($1::int, $2::int) copy";
  const statements = new Map<string, string>();
  for (const table of tables) {
    const { rows } = await pool.query<{ name: string }>(
      `SELECT column_name AS name FROM information_schema.columns
       WHERE table_schema = 'order_status' AND table_name = $1 AND is_identity = 'NO'`,
      [table],
    );
    const columns = rows.map(({ name }) => name);
    statements.set(table, copying(`order_status.${table}`, columns, series, order, payment));
  }
  return {
    copy: (table, from, to) => pool.query(String(statements.get(table)), [from, to]),
    async end() {
      // As a server's own vacuum leaves a store that grew over months.
      for (const table of tables) await pool.query(`VACUUM (ANALYZE) order_status.${table}`);
      await pool.query("CHECKPOINT");
      await pool.end();
    },
  };
};

const inFile = (file: string): Steps => {
  const db = new Sqlite(file);
  // Nobody loses anything by it: a bench that dies begins anew.
  db.pragma("synchronous = OFF");
  db.pragma("cache_size = -200000");
  const series =
    "(WITH RECURSIVE s(copy) AS (VALUES (@from) UNION ALL SELECT copy + 1 FROM s WHERE copy < @to) SELECT copy FROM s)";
  const [order, payment] = ["printf('order-%07d', copy)", `'${paymentIdOf(0).slice(0, -12)}' || printf('%012d', copy)`];
  const columnsOf = (table: string) =>
    (db.pragma(`table_info(${table})`) as { name: string }[]).map(({ name }) => name);
  return {
    copy: (table, from, to) => db.prepare(copying(table, columnsOf(table), series, order, payment)).run({ from, to }),
    end: () => db.close(),
  };
};

/** A new store with that many orders, each with a timer that waits, and as many put-off events as there are to be. */
export const fill = async (place: Place, orders: number, events: number, done: (orders: number) => void) => {
  await first(place);
  const steps = "file" in place ? inFile(place.file) : await inPostgres(place.connectionString);
  for (let from = 1; from < orders; from += PER_STEP) {
    const to = Math.min(from + PER_STEP, orders) - 1;
    const rest = async () => {
      for (const table of ["payments", "history", "timers"]) await steps.copy(table, from, to);
      if (from < events) await steps.copy("inbox", from, Math.min(to, events - 1));
    };
    await Promise.all([steps.copy("orders", from, to), rest()]);
    done(to + 1);
  }
  await steps.end();
};
