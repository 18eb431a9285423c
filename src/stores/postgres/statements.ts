/** Every statement, with the schema's name in it. */
import { LATEST } from "../../../machines/text.js";
import { effectInRange } from "../../core/ranges.js";
import { isReadingSql } from "../../ports/lanes.js";
import { beginningInJson, lastWith } from "../../ports/listing.js";
import type { OrderFilter } from "../../ports/store.js";
import { typeOf } from "./arrays.js";
import { callCommit } from "./commit.js";
import { known, rests } from "./functions.js";
import { EVENT_KINDS } from "./wire.js";

/** Each list of columns in the order in which wire.ts reads it. */
const EFFECT = "id, order_id, seq, idx, lane, effect, not_before, attempts, created_at, error";
const EVENT = "envelope, attempts, not_before, error, dead";
const WAITING = `${EVENT}, order_id, event_id`;
const TIMER = "order_id, timer, generation, at";
const ENTRY = "entry, order_id, seq";

const READING = isReadingSql("effect");

const postponed = EVENT_KINDS.map((kind, i) => `$${i + 1}::${typeOf(kind)}`).join(", ");

/** Counting millions at every question for health would keep a processor busy; the server's own estimate is as good. */
const MANY = 100_000;
/** Of so many waiting events, the first ones, it is seen whose orders another version wrote: each is a look at its order. */
const LOOKED_AT = 10_000;
/** @param relation the table, or the index of those of its rows that count */
const counted = (table: string, relation = table, where = "TRUE"): string =>
  `(SELECT CASE WHEN reltuples < ${MANY} THEN (SELECT count(*) FROM ${table} WHERE ${where}) ELSE reltuples::bigint END
    FROM pg_class WHERE oid = '${relation}'::regclass)`;
/** @param gone the entries that go, from the orders that are `finished` */
const pruneStatement = (s: string, gone: string): string => `WITH page AS MATERIALIZED (
    SELECT order_id, version, parked FROM ${s}.orders
    WHERE NOT in_doubt AND order_id > $2 ORDER BY order_id LIMIT $3),
  finished AS (
    SELECT order_id, version FROM page o JOIN ${s}.history h USING (order_id)
    WHERE o.parked IS NULL AND h.seq = o.version AND h.at < $1
      AND NOT EXISTS (SELECT 1 FROM ${s}.outbox e WHERE e.order_id = o.order_id)
      AND NOT EXISTS (SELECT 1 FROM ${s}.timers t WHERE t.order_id = o.order_id)
      AND NOT EXISTS (SELECT 1 FROM ${s}.inbox i WHERE i.order_id = o.order_id)
      AND NOT EXISTS (SELECT 1 FROM ${s}.deliveries d WHERE d.order_id = o.order_id) AND ${rests(s, "o")}),
  gone AS (${gone})
  SELECT (SELECT count(*) FROM gone), (SELECT count(DISTINCT order_id) FROM gone),
    (SELECT count(*) FROM page), (SELECT max(order_id) FROM page)`;

export const statementsOf = (s: string) => ({
  load: `SELECT order_id, record, parked, NULL AS event_id, version, NULL AS damaged,
        payment_id IS NOT NULL AND NOT EXISTS (
          SELECT 1 FROM ${s}.payments p WHERE p.payment_id = o.payment_id AND p.order_id = o.order_id) AS lacks_payment
      FROM ${s}.orders o WHERE order_id = ANY ($1::text[])
    UNION ALL SELECT h.order_id, NULL, NULL, h.event_id, NULL, NULL, false FROM unnest($2::text[], $3::text[]) AS n(order_id, event_id)
      JOIN ${s}.history h ON h.order_id = n.order_id AND h.event_id = n.event_id
    UNION ALL SELECT order_id, NULL, NULL, NULL, NULL, what, false FROM ${s}.damaged WHERE order_id = ANY ($1::text[])`,
  commit: callCommit(s),
  byPayment: `SELECT p.order_id, o.payment_id IS NOT DISTINCT FROM p.payment_id, o.record, o.version
    FROM ${s}.payments p LEFT JOIN ${s}.orders o USING (order_id) WHERE p.payment_id = $1`,
  naming: `SELECT order_id, false, record, version FROM ${s}.orders WHERE strpos(record, $1) > 0`,
  settlePayment: `WITH gone AS (DELETE FROM ${s}.payments WHERE payment_id = $1 AND order_id <> ALL ($2::text[]))
    INSERT INTO ${s}.payments (payment_id, order_id) SELECT $1, * FROM unnest($2::text[]) ON CONFLICT DO NOTHING`,
  keepPayments: `INSERT INTO ${s}.payments (payment_id, order_id) SELECT payment_id, order_id FROM ${s}.orders
    WHERE payment_id IS NOT NULL AND order_id = ANY ($1::text[]) ON CONFLICT DO NOTHING`,
  keepOpenPayments: `INSERT INTO ${s}.payments (payment_id, order_id) SELECT payment_id, order_id FROM ${s}.orders
    WHERE payment_id IS NOT NULL AND in_doubt ON CONFLICT DO NOTHING`,

  keepSecret: `INSERT INTO ${s}.secrets (name, value, sum) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
  secret: `SELECT value, sum FROM ${s}.secrets WHERE name = $1`,
  sealSecret: `UPDATE ${s}.secrets SET sum = $3 WHERE name = $1 AND value = $2 AND sum IS NULL`,
  // Of two nodes that find it damaged at once, one replaces it.
  replaceSecret: `WITH gone AS (
      UPDATE ${s}.secrets SET value = $2, sum = $3
      WHERE name = $1 AND value = $4 AND sum IS NOT DISTINCT FROM $5 RETURNING 1)
    INSERT INTO ${s}.secrets (name, value, sum) SELECT $1 || ', damaged', $4, $5 FROM gone
    ON CONFLICT (name) DO UPDATE SET value = excluded.value, sum = excluded.sum`,

  claim: `SELECT ${EFFECT}, peer, kind
    FROM ${s}.claim_in_lanes($1, $2, $3, $4, $5::integer[], $6, $7::integer[], $8::text[], $9::integer[], $10::integer[])`,
  release: `SELECT ${s}.release_effects($1, $2::text[], $3::text[], $4::bigint[], $5::text[])`,
  uncount: `UPDATE ${s}.outbox SET attempts = greatest(0, attempts - 1) WHERE id = ANY ($2::text[]) AND worker = $1`,
  unhurry: `UPDATE ${s}.outbox SET kind = 3 WHERE id = ANY ($2::text[]) AND worker = $1 AND kind < 3`,
  hurry: `WITH sooner AS (UPDATE ${s}.outbox SET not_before = $2, error = $3
      WHERE order_id = ANY ($1::text[]) AND NOT dead AND not_before > $2 AND ${READING})
    SELECT id FROM ${s}.outbox WHERE order_id = ANY ($1::text[]) AND dead AND ${READING}`,
  releaseUnacknowledged: `UPDATE ${s}.outbox SET lease_until = 0, worker = NULL WHERE worker = $1 AND id <> ALL ($2::text[])`,

  restored: `UPDATE ${s}.outbox SET attempts = greatest(attempts, 1), error = NULL, lease_until = 0, worker = NULL
    WHERE lane = 'gateway' AND NOT dead`,

  dueTimers: `SELECT ${TIMER} FROM ${s}.timers t
    WHERE at <= $1 AND ${known(s, "t", "$3::integer[]")} AND ${rests(s, "t")} ORDER BY at, order_id, timer LIMIT $2`,
  // One node may postpone an event while another decides it: then the next try finds it decided, and takes it out.
  postpone: `WITH given AS (
      SELECT * FROM unnest(${postponed}) AS g(order_id, event_id, envelope, attempts, not_before, error, dead)),
    decided AS (SELECT order_id, event_id FROM given JOIN ${s}.history USING (order_id, event_id)),
    gone AS (DELETE FROM ${s}.inbox WHERE (order_id, event_id) IN (SELECT * FROM decided))
    INSERT INTO ${s}.inbox (order_id, event_id, envelope, attempts, not_before, error, dead)
    SELECT * FROM given WHERE (order_id, event_id) NOT IN (SELECT * FROM decided)
    ON CONFLICT (order_id, event_id) DO UPDATE SET
      (${EVENT}) = ROW(excluded.envelope, excluded.attempts, excluded.not_before, excluded.error, excluded.dead)`,
  dueEvents: `SELECT ${WAITING} FROM ${s}.inbox i
    WHERE NOT dead AND not_before <= $1 AND ${known(s, "i", "$3::integer[]")} AND ${rests(s, "i")} ORDER BY not_before, n LIMIT $2`,
  nextDue: `SELECT ${s}.next_due($1::integer[])`,

  join: `INSERT INTO ${s}.nodes (worker, machines, alive_until) VALUES ($1, $2::integer[], clock_timestamp() + $3 * interval '1 millisecond')
    ON CONFLICT (worker) DO UPDATE SET machines = excluded.machines, alive_until = excluded.alive_until`,
  forget: `DELETE FROM ${s}.nodes WHERE alive_until < clock_timestamp() - interval '1 day'`,

  history: `SELECT ${ENTRY} FROM ${s}.history WHERE order_id = $1 AND seq > $2 AND entry IS NOT NULL ORDER BY seq LIMIT $3`,
  prune: pruneStatement(
    s,
    `UPDATE ${s}.history h SET entry = NULL FROM finished f
     WHERE h.order_id = f.order_id AND h.seq < f.version AND h.entry IS NOT NULL RETURNING h.order_id`,
  ),
  prunable: pruneStatement(
    s,
    `SELECT h.order_id FROM ${s}.history h JOIN finished f USING (order_id)
     WHERE h.seq < f.version AND h.entry IS NOT NULL`,
  ),
  effectsOf: `SELECT ${EFFECT}, dead FROM ${s}.outbox WHERE order_id = $1 ORDER BY seq, idx`,
  openEffects: `SELECT ${EFFECT} FROM ${s}.outbox WHERE NOT dead ORDER BY created_at, order_id, seq, idx LIMIT $1`,
  deadEffects: `SELECT ${EFFECT} FROM ${s}.outbox WHERE dead AND (created_at, order_id, seq, idx) > ($2, $3, $4, $5)
    ORDER BY created_at, order_id, seq, idx LIMIT $1`,
  // Due at a moment that never comes, or leased to nobody: no claim would meet them.
  oddEffects: `SELECT order_id, id FROM ${s}.outbox WHERE NOT (${effectInRange()}) LIMIT 1000`,
  oddEvents: `SELECT order_id, event_id FROM ${s}.inbox WHERE NOT dead AND not_before > ${LATEST} LIMIT 1000`,
  oddTimers: `SELECT order_id, timer FROM ${s}.timers WHERE at > 8640000000000000 LIMIT 1000`,
  deadEvents: `SELECT ${WAITING}, n FROM ${s}.inbox WHERE dead AND n > $2 ORDER BY n LIMIT $1`,
  revive: `SELECT ${s}.revive($1, $2)`,
  isDeadEffectOf: `SELECT 1 FROM ${s}.outbox WHERE id = $1 AND order_id = $2 AND dead`,
  reviveEventOf: `UPDATE ${s}.inbox SET dead = false, attempts = 0, not_before = $2
    WHERE event_id = $1 AND order_id = $3 AND dead RETURNING 1`,
  park: `UPDATE ${s}.orders SET parked = $1 WHERE order_id = $2`,
  counts: `SELECT ${counted(`${s}.orders`)}, (SELECT count(*) FROM ${s}.outbox WHERE NOT dead),
    (SELECT count(*) FROM ${s}.outbox WHERE dead), ${counted(`${s}.inbox`, `${s}.inbox_open`, "NOT dead")},
    (SELECT count(*) FROM ${s}.inbox WHERE dead), ${counted(`${s}.timers`)},
    (SELECT count(*) FROM ${s}.orders WHERE parked IS NOT NULL) + (SELECT count(DISTINCT i.order_id)
      FROM (SELECT order_id FROM ${s}.inbox
        WHERE NOT dead AND not_before <= (extract(epoch FROM now()) * 1000)::bigint ORDER BY not_before, n LIMIT ${LOOKED_AT}) i
      WHERE NOT ${known(s, "i", "$1::integer[]")}), (SELECT count(*) FROM ${s}.orders WHERE flagged),
    (SELECT count(DISTINCT order_id) FROM ${s}.damaged),
    (SELECT min(created_at) FROM ${s}.outbox o WHERE NOT dead AND ${rests(s, "o")}),
    ARRAY(SELECT envelope FROM ${s}.inbox WHERE NOT dead ORDER BY n LIMIT 20),
    (SELECT at FROM ${s}.timers t WHERE ${rests(s, "t")} ORDER BY at LIMIT 1)`,
});

/** Why an order is parked; one of other machines is, for whoever does not know them. */
const setAside = (s: string): string => `coalesce(parked,
  (SELECT what FROM ${s}.damaged d WHERE d.order_id = orders.order_id LIMIT 1),
  CASE WHEN machine <> ALL ($2::integer[]) THEN 'written by version ' || machine || ' of the machines' END)`;

/** Conditions are written out, not bound, where a partial index can answer them. */
export const listStatement = (
  s: string,
  filter: OrderFilter,
  versions: number[] | null,
): { text: string; values: unknown[] } => {
  const values: unknown[] = [filter.limit, versions];
  const where = ["TRUE"];
  const bound = (value: unknown): string => `$${values.push(value)}`;
  if (filter.flagged !== undefined) where.push(filter.flagged ? "flagged" : "NOT flagged");
  if (filter.inDoubt !== undefined) where.push(filter.inDoubt ? "in_doubt" : "NOT in_doubt");
  if (filter.status !== undefined) where.push(`status = ${bound(filter.status)}`);
  if (filter.updatedSince !== undefined) where.push(`updated_at >= ${bound(filter.updatedSince)}`);
  if (filter.parked !== undefined) {
    const aside = `(parked IS NOT NULL OR NOT ${rests(s, "orders")})`;
    where.push(filter.parked ? aside : `NOT ${aside}`);
  }
  if (filter.paymentPrefix !== undefined) {
    const [first, last] = [bound(filter.paymentPrefix), bound(lastWith(filter.paymentPrefix))];
    // A row of payments may be damaged: the record has to name the payment, too.
    where.push(`order_id IN (SELECT order_id FROM ${s}.payments WHERE payment_id BETWEEN ${first} AND ${last})
      AND strpos(record, ${bound(beginningInJson(filter.paymentPrefix))}) > 0`);
  }
  if (filter.after !== undefined) where.push(`order_id > ${bound(filter.after)}`);
  if (filter.latest?.before) {
    const { updatedAt, orderId } = filter.latest.before;
    where.push(`(updated_at, order_id) < (${bound(updatedAt)}, ${bound(orderId)})`);
  }
  const order = filter.latest === undefined ? "order_id" : "updated_at DESC, order_id DESC";
  const text = `SELECT order_id, status, state, version, updated_at, flags, in_doubt, ${setAside(s)} FROM ${s}.orders
    WHERE ${where.join(" AND ")} ORDER BY ${order} LIMIT $1`;
  return { text, values };
};
