/** Stores with millions of orders: in PostgreSQL copies of what the engine made of one, in a file each as it would be made. */

import pg from "pg";
import type { InboxRow, Store } from "../../src/ports/store.js";
import { createEngine } from "../../src/runtime/embedded/engine.js";
import { postgresStore } from "../../src/stores/postgres/store.js";
import { Database } from "../../src/stores/sqlite/driver.js";
import { prepare } from "../../src/stores/sqlite/statements.js";
import { sqliteStore } from "../../src/stores/sqlite/store.js";
import { writeChange, writeEvent } from "../../src/stores/sqlite/wire.js";
import { writerOn } from "./bare.js";
import { calling, Foretold, gateway, orderIdOf, paymentIdOf, placing, shop, undelivered } from "./work.js";

export type Place = { file: string } | { connectionString: string };

export const storeAt = (place: Place): Store => ("file" in place ? sqliteStore(place) : postgresStore(place));

const PER_STEP = 20_000;
const DAY_MS = 86_400_000;

/** What differs from order to order; every other column is copied. */
const names = ["order_id", "payment_id", "record", "entry", "envelope"];
const tables = ["orders", "payments", "history", "timers", "inbox"];

const later = (n: number, now: number): InboxRow => {
  const id = "0b2f6c5e-6a0c-4c55-9d2c-3f2f1f3d7a10";
  return {
    envelope: { id, orderId: orderIdOf(n), at: now, source: "callback", event: calling(n) },
    attempts: 1,
    notBefore: now + DAY_MS,
    error: "parked: unknown state",
    dead: false,
  };
};

/** Order 0: placed, its link's timer waiting, and an event of it that was put off until tomorrow. */
const first = async (place: Place): Promise<void> => {
  const store = storeAt(place);
  const engine = createEngine({ store: undelivered(store), gateways: [gateway], shop });
  await engine.start();
  const now = engine.clock.now();
  const orderId = orderIdOf(0);
  await engine.place(orderId, placing(0, now).order);
  await store.postpone([later(0, now)]);
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
  /** Orders from..to, both included; those below `events` have an event put off. */
  add(from: number, to: number, events: number): Promise<unknown> | unknown;
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
  const copy = (table: string, from: number, to: number) => pool.query(String(statements.get(table)), [from, to]);
  return {
    async add(from, to, events) {
      const rest = async () => {
        for (const table of ["payments", "history", "timers"]) await copy(table, from, to);
        if (from < events) await copy("inbox", from, Math.min(to, events - 1));
      };
      await Promise.all([copy("orders", from, to), rest()]);
    },
    async end() {
      // As a server's own vacuum leaves a store that grew over months.
      for (const table of tables) await pool.query(`VACUUM (ANALYZE) order_status.${table}`);
      await pool.query("CHECKPOINT");
      await pool.end();
    },
  };
};

/** A row carries checksums here, so each is made as the store makes it. */
const inFile = (file: string): Steps => {
  const db = new Database(file);
  // Nobody loses anything by it: a bench that dies begins anew.
  db.pragma("synchronous = OFF");
  db.pragma("cache_size = -200000");
  const write = writerOn(db);
  const { postpone } = prepare(db);
  const now = Date.now();
  const putOff = (from: number, to: number) =>
    db.immediate(() => {
      for (let n = from; n <= to; n += 1) postpone.run(...writeEvent(later(n, now)));
    });
  return {
    add(from, to, events) {
      const foretold = new Foretold(now);
      const numbers = Array.from({ length: to - from + 1 }, (_, i) => from + i);
      const told = numbers.map((n) => foretold.told(orderIdOf(n), placing(n, now), "shop", "order.placed"));
      write(told.map(({ change }) => writeChange(change)));
      putOff(from, Math.min(to, events - 1));
    },
    end: () => db.close(),
  };
};

/** A new store with that many orders, each with a timer that waits, and as many put-off events as there are to be. */
export const fill = async (place: Place, orders: number, events: number, done: (orders: number) => void) => {
  await first(place);
  const steps = "file" in place ? inFile(place.file) : await inPostgres(place.connectionString);
  for (let from = 1; from < orders; from += PER_STEP) {
    const to = Math.min(from + PER_STEP, orders) - 1;
    await steps.add(from, to, events);
    done(to + 1);
  }
  await steps.end();
};
