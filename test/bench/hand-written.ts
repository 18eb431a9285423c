/** The same rows written by hand: what somebody who knows PostgreSQL would write for this one job, and no more. */
import { createHash } from "node:crypto";
import pg from "pg";
import { summaryOf } from "../../src/core/summary.js";
import type { Change } from "../../src/ports/store.js";
import { lanes, tables } from "../../src/stores/postgres/tables.js";
import { AT_ONCE, type RelayByHand } from "./relay.js";

const ORDER = "version, machine, status, state, flags, flagged, in_doubt, updated_at, payment_id, record";

interface Part {
  table: string;
  columns: string;
  types: string[];
  rows: unknown[][];
}

const partsOf = (changes: Change[]): Part[] => [
  {
    table: "orders",
    columns: `order_id, expected, ${ORDER}`,
    types: ["text", "int", "int", "int", "text", "text", "text", "bool", "bool", "bigint", "text", "text"],
    rows: changes.map(({ orderId, expectedVersion, record }) => {
      const { status, state, flags, inDoubt, updatedAt } = summaryOf(record);
      const found = [orderId, expectedVersion, record.version, record.machine.version, status, state];
      return [
        ...found,
        JSON.stringify(flags),
        flags.length > 0,
        inDoubt,
        updatedAt,
        record.facts.payment.id,
        JSON.stringify(record),
      ];
    }),
  },
  {
    table: "history",
    columns: "order_id, seq, event_id, at, entry",
    types: ["text", "int", "text", "bigint", "text"],
    rows: changes.flatMap(({ orderId, history }) =>
      history.map((entry) => [orderId, entry.seq, entry.eventId, entry.at, JSON.stringify(entry)]),
    ),
  },
  {
    table: "outbox",
    columns: "id, order_id, seq, idx, lane, effect, not_before, created_at",
    types: ["text", "text", "int", "int", "text", "text", "bigint", "bigint"],
    rows: changes.flatMap(({ effects, history }) =>
      effects.map((row) => [
        ...[row.id, row.orderId, row.seq, row.index, row.lane, JSON.stringify(row.effect), row.notBefore],
        history[0]?.at,
      ]),
    ),
  },
  {
    table: "cancelled",
    columns: "order_id, timer, generation",
    types: ["text", "text", "int"],
    rows: changes.flatMap(({ orderId, timers }) =>
      timers.cancel.map(({ timer, generation }) => [orderId, timer, generation]),
    ),
  },
  {
    table: "timers",
    columns: "order_id, timer, generation, at",
    types: ["text", "text", "int", "bigint"],
    rows: changes.flatMap(({ timers }) =>
      timers.set.map(({ orderId, timer, generation, at }) => [orderId, timer, generation, at]),
    ),
  },
];

/** One column a list. */
const listsOf = (changes: Change[]): unknown[] =>
  partsOf(changes).flatMap(({ types, rows }) => types.map((_, i) => rows.map((row) => row[i])));

const LOAD = "SELECT order_id, record FROM bare.orders WHERE order_id = ANY ($1::text[])";
/** Compare and set, and everything that follows from it, in one statement. */
const several = (schema: string): string => {
  let n = 0;
  const from = ({ columns, types }: Part) =>
    `unnest(${types.map((type) => `$${++n}::${type}[]`).join(", ")}) AS n(${columns})`;
  const [orders, history, effects, cancelled, set] = partsOf([]).map(from);
  const into = (table: string, columns: string, rows: string | undefined) =>
    `INSERT INTO ${schema}.${table} (${columns}) SELECT n.* FROM ${rows} JOIN written USING (order_id)`;
  const [, h, e, , t] = partsOf([]) as [Part, Part, Part, Part, Part];
  return `WITH written AS (UPDATE ${schema}.orders o SET (${ORDER}) = (${ORDER.replaceAll(/\w+/g, (name) => `n.${name}`)})
      FROM ${orders} WHERE o.order_id = n.order_id AND o.version = n.expected RETURNING o.order_id),
    entries AS (${into("history", h.columns, history)}),
    effects AS (${into("outbox", e.columns, effects)}),
    cancelled AS (DELETE FROM ${schema}.timers t USING ${cancelled} JOIN written USING (order_id)
      WHERE t.order_id = n.order_id AND t.timer = n.timer AND t.generation = n.generation),
    set AS (${into("timers", t.columns, set)}
      ON CONFLICT (order_id, timer) DO UPDATE SET generation = excluded.generation, at = excluded.at)
    SELECT order_id FROM written`;
};

/** For one change: plain values, and only what this change writes. */
const single = (change: Change, schema: string): { text: string; values: unknown[] } => {
  const [orders, history, effects, cancelled, set] = partsOf([change]) as [Part, Part, Part, Part, Part];
  const values: unknown[] = [];
  const bound = (value: unknown): string => `$${values.push(value)}`;
  const [orderId, expected, ...order] = orders.rows[0] as unknown[];
  const after = [
    `WITH written AS (UPDATE ${schema}.orders SET (${ORDER}) = (${order.map(bound).join(", ")})
       WHERE order_id = ${bound(orderId)} AND version = ${bound(expected)} RETURNING order_id)`,
  ];
  for (const { table, columns, types, rows } of [history, effects, set]) {
    if (rows.length === 0) continue;
    const lines = rows.map((row) => `(${row.map((value, i) => `${bound(value)}::${types[i]}`).join(", ")})`);
    after.push(
      `${table}_ AS (INSERT INTO ${schema}.${table} (${columns}) SELECT n.* FROM written, (VALUES ${lines.join(", ")}) AS n
         ${table === "timers" ? "ON CONFLICT (order_id, timer) DO UPDATE SET generation = excluded.generation, at = excluded.at" : ""})`,
    );
  }
  for (const [i, row] of cancelled.rows.entries()) {
    const [id, timer, generation] = row.map(bound);
    after.push(
      `cancelled_${i} AS (DELETE FROM ${schema}.timers t USING written
         WHERE t.order_id = ${id} AND t.timer = ${timer} AND t.generation = ${generation})`,
    );
  }
  return { text: `${after.join(", ")} SELECT order_id FROM written`, values };
};

export interface HandWritten {
  /** Takes the orders as they stand in another schema. */
  copy(from: string): Promise<void>;
  /** One change, durable when it resolves. */
  write(change: Change): Promise<void>;
  close(): Promise<void>;
}

export interface How {
  schema: string;
  connections: number;
  /** Whoever comes in the meantime goes with the next group, on one of two connections. Else each change goes alone. */
  grouped: boolean;
  /** Statements are planned once for each connection, which a pooler in transaction mode does not allow. */
  prepared: boolean;
}

export const handWritten = async (connectionString: string, how: How): Promise<HandWritten> => {
  const { schema, grouped, prepared } = how;
  const pool = new pg.Pool({ connectionString, max: how.connections });
  pool.on("error", () => {});
  await pool.query(`CREATE SCHEMA ${schema}; ${tables(schema)}${lanes(schema)}`);
  const load = LOAD.replace("bare.", `${schema}.`);
  const group = several(schema);
  /** The name of a statement is its text: there are few. */
  const named = ({ text, values }: { text: string; values: unknown[] }) =>
    prepared ? { name: createHash("md5").update(text).digest("hex"), text, values } : { text, values };

  /** False where an order stands at another version: its event before this one is still on its way. */
  const together = async (changes: Change[]): Promise<boolean> => {
    const ids = changes.map(({ orderId }) => orderId);
    const before = await pool.query(named({ text: load, values: [ids] }));
    for (const { record } of before.rows) JSON.parse(record);
    const [first] = changes;
    const statement = grouped || !first ? { text: group, values: listsOf(changes) } : single(first, schema);
    const { rowCount } = await pool.query(named(statement));
    if (before.rowCount !== changes.length) throw new Error("an order is missing");
    return rowCount === changes.length;
  };

  const alone = async (change: Change): Promise<void> => {
    while (!(await together([change])));
  };

  interface Waiting {
    change: Change;
    done: () => void;
    failed: (error: unknown) => void;
  }
  const waiting: Waiting[] = [];
  let underWay = 0;
  const next = (): void => {
    if (underWay >= how.connections || waiting.length === 0) return;
    // Half of a crowd, so that one half is made ready while the other is written: as the engine does.
    const own = waiting.splice(0, underWay === 0 ? Math.ceil(waiting.length / 2) : waiting.length);
    underWay += 1;
    together(own.map(({ change }) => change))
      .then(
        (written) => {
          for (const { done, failed } of own) written ? done() : failed(new Error("a version was not as told"));
        },
        (error) => {
          for (const { failed } of own) failed(error);
        },
      )
      .finally(() => {
        underWay -= 1;
        setImmediate(next);
      });
  };

  return {
    async copy(from) {
      for (const table of ["orders", "payments", "history", "outbox", "timers"])
        await pool.query(`INSERT INTO ${schema}.${table} SELECT * FROM ${from}.${table}`);
    },
    write: (change) =>
      grouped
        ? new Promise((done, failed) => {
            waiting.push({ change, done, failed });
            if (waiting.length === 1) setImmediate(next);
          })
        : alone(change),
    close: () => pool.end(),
  };
};

/** Claims what is due in one statement and deletes it in another; no lanes, no retries, nobody else to mind. */
export const relayByHand = (connectionString: string): RelayByHand => {
  const pool = new pg.Pool({ connectionString, max: 2 });
  pool.on("error", () => {});
  return {
    async copy() {
      await pool.query("DROP TABLE IF EXISTS relay_outbox");
      await pool.query("CREATE TABLE relay_outbox (LIKE order_status.outbox INCLUDING ALL)");
      await pool.query("INSERT INTO relay_outbox SELECT * FROM order_status.outbox");
      await pool.query("CREATE TABLE IF NOT EXISTS touched AS SELECT 0 AS n");
    },
    async run(execute) {
      for (;;) {
        const { rows } = await pool.query({
          name: "claim",
          text: `UPDATE relay_outbox e SET lease_until = $1, attempts = e.attempts + 1, worker = 'own' FROM (
            SELECT id FROM relay_outbox WHERE NOT dead AND not_before <= $1 AND lease_until <= $1
            ORDER BY not_before LIMIT ${AT_ONCE} FOR UPDATE SKIP LOCKED) due WHERE e.id = due.id RETURNING e.id, e.effect`,
          values: [Date.now()],
        });
        if (rows.length === 0) return;
        await Promise.all(rows.map(({ effect }) => execute(effect)));
        const ids = rows.map(({ id }) => id);
        await pool.query({ name: "done", text: "DELETE FROM relay_outbox WHERE id = ANY ($1::text[])", values: [ids] });
      }
    },
    async touch() {
      await pool.query("UPDATE touched SET n = n + 1");
    },
    close: () => pool.end(),
  };
};
