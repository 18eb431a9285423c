/** `commit_changes`, one call for a whole group of changes. Each order is there once. */
import { type ColumnKind, typeOf } from "./arrays.js";

/** The columns of each table that a change writes, in the order in which wire.ts makes them. */
const shapesBeforeLanes = {
  orders: {
    order_id: "text",
    expected: "int",
    version: "int",
    machine: "int",
    status: "text",
    state: "text",
    flags: "text",
    flagged: "boolean",
    in_doubt: "boolean",
    updated_at: "bigint",
    payment_id: "text",
    record: "json",
  },
  payments: { payment_id: "text", order_id: "text" },
  history: { order_id: "text", seq: "int", event_id: "text", at: "bigint", entry: "json" },
  settled: { order_id: "text", id: "text", worker: "text" },
  effects: {
    id: "text",
    order_id: "text",
    seq: "int",
    idx: "int",
    lane: "text",
    effect: "json",
    not_before: "bigint",
    created_at: "bigint",
  },
  cancelled: { order_id: "text", timer: "text", generation: "int" },
  set: { order_id: "text", timer: "text", generation: "int", at: "bigint" },
  decided: { order_id: "text", event_id: "text" },
} as const satisfies Record<string, Record<string, ColumnKind>>;

/** Since migration 5. `raised`: orders whose open effects are this urgent from now on. */
export const shapes = {
  ...shapesBeforeLanes,
  effects: { ...shapesBeforeLanes.effects, peer: "text", kind: "int" },
  raised: { order_id: "text", kind: "int" },
} as const satisfies Record<string, Record<string, ColumnKind>>;

type CommitPart = keyof typeof shapes;
export const parts = Object.keys(shapes) as CommitPart[];

type Shapes = Record<string, Record<string, ColumnKind>>;
const parametersOf = (of: Shapes) =>
  Object.entries(of).flatMap(([part, columns]) =>
    Object.entries(columns).map(([name, kind]) => ({ name: `${part}_${name}`, type: typeOf(kind) })),
  );

/** A part of the parameters as a table of its own, called `n`. */
const rowsIn = (of: Shapes, part: string): string => {
  const names = Object.keys(of[part] ?? {});
  return `unnest(${names.map((name) => `${part}_${name}`).join(", ")}) AS n(${names.join(", ")})`;
};
const NOT_REFUSED = "n.order_id <> ALL (refused)";

const ORDER = "version, machine, status, state, flags, flagged, in_doubt, updated_at, payment_id, record";
const orderOf = (alias: string): string => ORDER.replaceAll(/\w+/g, (name) => `${alias}.${name}`);

export const callCommit = (s: string): string =>
  `SELECT conflicting, lost FROM ${s}.commit_changes(${parametersOf(shapes)
    .map(({ type }, i) => `$${i + 1}::${type}`)
    .join(", ")})`;

/**
 * A function, because its statements are planned once per connection and not once per commit: nothing in it is a
 * session's state, so a pooler may sit before it. Everything in it goes by key: a plan made while the tables were
 * empty must not read them whole for ever after, so the other ways are shut.
 *
 * Locks are taken in the order of the ids, by every node alike: first the orders, then the effects.
 */
/** Of orders that are parked nothing is committed: whoever decided did not know it yet, and reads them again. */
const aside = (s: string): string => `
  conflicting := conflicting || ARRAY(SELECT DISTINCT d.order_id FROM ${s}.damaged d WHERE d.order_id = ANY (orders_order_id));`;

/** Migration 1. */
export const commitFunction = (s: string): string => `CREATE FUNCTION ${commitBody(s, "", shapesBeforeLanes)}`;
/** Migration 4. */
export const commitUnlessAside = (s: string): string =>
  `CREATE OR REPLACE FUNCTION ${commitBody(s, aside(s), shapesBeforeLanes)}`;
/** Migration 5: beside the one before, which takes other parameters. */
export const commitWithLanes = (s: string): string => `CREATE FUNCTION ${commitBody(s, aside(s), shapes)}`;

/** A row that somebody holds at this moment is being claimed or released: waiting for it could be mutual. */
const raise = (s: string, rows: string): string => `
  IF cardinality(raised_order_id) > 0 THEN
    WITH free AS MATERIALIZED (
      SELECT e.id, n.kind FROM ${rows} JOIN ${s}.outbox e ON e.order_id = n.order_id AND e.kind > n.kind
      WHERE ${NOT_REFUSED} FOR UPDATE OF e SKIP LOCKED)
    UPDATE ${s}.outbox e SET kind = free.kind FROM free WHERE e.id = free.id;
  END IF;`;

/** @param refusals more statements that add to `conflicting` */
const commitBody = (s: string, refusals: string, of: Shapes): string => {
  const rowsOf = (part: string) => rowsIn(of, part);
  const effects = Object.keys(of.effects ?? {});
  return `
${s}.commit_changes(
  ${parametersOf(of)
    .map(({ name, type }) => `${name} ${type}`)
    .join(",\n  ")},
  OUT conflicting text[], OUT lost text[])
LANGUAGE plpgsql SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off AS $$
#variable_conflict use_column
DECLARE
  held text[];
  refused text[];
BEGIN
  -- Whatever the server's habit is: what was acknowledged must be on the disk.
  IF current_setting('synchronous_commit') = 'off' THEN
    PERFORM set_config('synchronous_commit', 'on', true);
  END IF;

  -- An order is written by whoever holds its row with the expected version.
  WITH locked AS MATERIALIZED (
    SELECT o.order_id FROM ${rowsOf("orders")} JOIN ${s}.orders o ON o.order_id = n.order_id AND o.version = n.expected
    ORDER BY o.order_id FOR UPDATE OF o)
  SELECT coalesce(array_agg(order_id), '{}') INTO held FROM locked;
  conflicting := '{}';
  IF cardinality(held) < cardinality(array_remove(orders_expected, 0)) THEN
    SELECT array_agg(n.order_id) INTO conflicting FROM ${rowsOf("orders")}
      WHERE n.expected > 0 AND n.order_id <> ALL (held);
  END IF;
  SELECT conflicting || coalesce(array_agg(n.order_id), '{}') INTO conflicting
    FROM ${rowsOf("history")} JOIN ${s}.history h ON h.order_id = n.order_id AND h.event_id = n.event_id;
${refusals}
  lost := '{}';
  IF cardinality(settled_id) > 0 THEN
    WITH own AS MATERIALIZED (
      SELECT e.id FROM ${rowsOf("settled")} JOIN ${s}.outbox e ON e.id = n.id AND e.worker = n.worker
      ORDER BY e.id FOR UPDATE OF e)
    SELECT coalesce(array_agg(n.order_id), '{}') INTO lost
      FROM ${rowsOf("settled")} LEFT JOIN own ON own.id = n.id WHERE n.worker IS NOT NULL AND own.id IS NULL;
  END IF;
  refused := conflicting || lost;

  IF 0 = ANY (orders_expected) THEN
    WITH made AS (
      INSERT INTO ${s}.orders (order_id, ${ORDER})
      SELECT n.order_id, ${orderOf("n")} FROM ${rowsOf("orders")} WHERE n.expected = 0 AND ${NOT_REFUSED}
      ORDER BY n.order_id ON CONFLICT DO NOTHING RETURNING order_id)
    SELECT coalesce(array_agg(order_id), '{}') INTO held FROM made;
    SELECT conflicting || coalesce(array_agg(n.order_id), '{}') INTO conflicting
      FROM ${rowsOf("orders")} WHERE n.expected = 0 AND ${NOT_REFUSED} AND n.order_id <> ALL (held);
    refused := conflicting || lost;
  END IF;

  UPDATE ${s}.orders o SET (${ORDER}) = ROW(${orderOf("n")})
    FROM ${rowsOf("orders")} WHERE o.order_id = n.order_id AND n.expected > 0 AND ${NOT_REFUSED};
  INSERT INTO ${s}.payments (payment_id, order_id)
    SELECT n.payment_id, n.order_id FROM ${rowsOf("payments")} WHERE ${NOT_REFUSED} ON CONFLICT DO NOTHING;
  INSERT INTO ${s}.history (order_id, seq, event_id, at, entry)
    SELECT n.order_id, n.seq, n.event_id, n.at, n.entry FROM ${rowsOf("history")} WHERE ${NOT_REFUSED};
  IF cardinality(settled_id) > 0 THEN
    DELETE FROM ${s}.outbox e USING ${rowsOf("settled")} WHERE e.id = n.id AND ${NOT_REFUSED};
  END IF;
${"raised" in of ? raise(s, rowsOf("raised")) : ""}
  IF cardinality(effects_id) > 0 THEN
    INSERT INTO ${s}.outbox (${effects.join(", ")})
      SELECT ${effects.map((name) => `n.${name}`).join(", ")}
      FROM ${rowsOf("effects")} WHERE ${NOT_REFUSED};
  END IF;
  IF cardinality(cancelled_timer) > 0 THEN
    DELETE FROM ${s}.timers t USING ${rowsOf("cancelled")}
      WHERE t.order_id = n.order_id AND t.timer = n.timer AND t.generation = n.generation AND ${NOT_REFUSED};
  END IF;
  IF cardinality(set_timer) > 0 THEN
    INSERT INTO ${s}.timers (order_id, timer, generation, at)
      SELECT n.order_id, n.timer, n.generation, n.at FROM ${rowsOf("set")} WHERE ${NOT_REFUSED}
      ON CONFLICT (order_id, timer) DO UPDATE SET generation = excluded.generation, at = excluded.at;
  END IF;
  IF cardinality(decided_event_id) > 0 THEN
    DELETE FROM ${s}.inbox i USING ${rowsOf("decided")}
      WHERE i.order_id = n.order_id AND i.event_id = n.event_id AND ${NOT_REFUSED};
  END IF;
END $$;
`;
};
