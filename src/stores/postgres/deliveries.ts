/** Subscriptions and what waits for them, on the server. */
import type {
  Delivery,
  DeliveryEnd,
  FailedDelivery,
  LongestWaits,
  Replayed,
  Subscriptions,
} from "../../ports/store.js";
import type { PgConnections, PgRow } from "./connections.js";
import { rests } from "./functions.js";

/**
 * Migration 9. A trigger, so that an entry is noted in its own commit whichever release of ours or transaction of the
 * host's writes it. Rows are written in the order of their orders, and whoever claims or delivers waits for none.
 */
export const subscribed = (s: string): string => `
CREATE TABLE ${s}.subscriptions (
  name text COLLATE "C" PRIMARY KEY
);

-- seq was given, head is the last entry there is. A row goes when all of it was given: an order without one is up to date.
CREATE TABLE ${s}.deliveries (
  order_id     text COLLATE "C" NOT NULL,
  subscription text COLLATE "C" NOT NULL,
  seq          integer NOT NULL,
  head         integer NOT NULL,
  since        bigint NOT NULL,
  not_before   bigint NOT NULL,
  attempts     integer NOT NULL DEFAULT 0,
  lease_until  bigint NOT NULL DEFAULT 0,
  worker       text,
  dead         boolean NOT NULL DEFAULT false,
  error        text,
  PRIMARY KEY (order_id, subscription)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX deliveries_due ON ${s}.deliveries (subscription, not_before, order_id) WHERE NOT dead;

CREATE FUNCTION ${s}.note_deliveries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO ${s}.deliveries (order_id, subscription, seq, head, since, not_before)
    SELECT n.order_id, b.name, min(n.seq) - 1, max(n.seq), min(n.at), min(n.at)
    FROM news n CROSS JOIN ${s}.subscriptions b GROUP BY n.order_id, b.name ORDER BY n.order_id, b.name
    ON CONFLICT (order_id, subscription) DO UPDATE SET head = greatest(deliveries.head, excluded.head);
  RETURN NULL;
END $$;
CREATE TRIGGER deliveries_noted AFTER INSERT ON ${s}.history
  REFERENCING NEW TABLE AS news FOR EACH STATEMENT EXECUTE FUNCTION ${s}.note_deliveries();

-- upto: all of it up to there was delivered; else moment says when to try again, and null not at all. locked = ask again.
CREATE FUNCTION ${s}.end_delivery(which text, whose text, by text, upto integer, lease bigint, moment bigint, why text)
RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM ${s}.deliveries d WHERE d.order_id = whose AND d.subscription = which AND d.worker = by
    FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    RETURN CASE WHEN EXISTS (SELECT 1 FROM ${s}.deliveries d
      WHERE d.order_id = whose AND d.subscription = which AND d.worker = by) THEN 'locked' ELSE 'lost' END;
  END IF;
  IF upto IS NULL THEN
    UPDATE ${s}.deliveries d SET lease_until = 0, worker = NULL, error = why, dead = moment IS NULL,
        not_before = coalesce(moment, d.not_before) WHERE d.order_id = whose AND d.subscription = which;
    RETURN 'done';
  END IF;
  DELETE FROM ${s}.deliveries d WHERE d.order_id = whose AND d.subscription = which AND d.head <= upto;
  IF FOUND THEN
    RETURN 'done';
  END IF;
  UPDATE ${s}.deliveries d SET seq = upto, attempts = 1, error = NULL, lease_until = lease,
      since = coalesce((SELECT min(h.at) FROM ${s}.history h WHERE h.order_id = whose AND h.seq > upto), d.since)
    WHERE d.order_id = whose AND d.subscription = which;
  RETURN 'more';
END $$;
`;

const SHOWN = "subscription, order_id, seq, head, attempts, since";
const FREE = "attempts = 0, lease_until = 0, worker = NULL, dead = false, error = NULL";

const statementsOf = (s: string) => ({
  isThere: `SELECT 1 FROM ${s}.subscriptions WHERE name = $1`,
  // Whoever writes an entry at this moment does not see the new subscription, and is waited for.
  lock: `LOCK TABLE ${s}.history IN SHARE ROW EXCLUSIVE MODE`,
  subscribe: `INSERT INTO ${s}.subscriptions (name) VALUES ($1) ON CONFLICT DO NOTHING RETURNING 1`,
  unsubscribe: `WITH gone AS (DELETE FROM ${s}.deliveries WHERE subscription = $1)
    DELETE FROM ${s}.subscriptions WHERE name = $1 RETURNING 1`,
  list: `SELECT name, count(order_id)::int, min(since) FILTER (WHERE NOT dead), count(*) FILTER (WHERE dead)::int
    FROM ${s}.subscriptions LEFT JOIN ${s}.deliveries ON subscription = name GROUP BY name ORDER BY name`,
  claim: `WITH silent AS (SELECT worker FROM ${s}.nodes WHERE alive_until < clock_timestamp() AND worker <> $5),
    head AS MATERIALIZED (
      SELECT d.order_id, d.subscription FROM ${s}.deliveries d
      WHERE d.subscription = $1 AND NOT d.dead AND d.not_before <= $2
        AND (d.lease_until <= $2 OR d.worker IN (SELECT worker FROM silent)) AND ${rests(s, "d")}
      ORDER BY d.not_before, d.order_id LIMIT $3 FOR UPDATE OF d SKIP LOCKED)
    UPDATE ${s}.deliveries e SET attempts = attempts + 1, lease_until = $2::bigint + $4::bigint, worker = $5
    FROM head WHERE e.order_id = head.order_id AND e.subscription = head.subscription
    RETURNING e.subscription, e.order_id, seq, head, attempts, since, not_before`.replace(
    "seq, head,",
    "e.seq, e.head,",
  ),
  next: `SELECT not_before FROM ${s}.deliveries d WHERE subscription = $1 AND NOT dead AND lease_until <= $2
    AND ${rests(s, "d")} ORDER BY not_before LIMIT 1`,
  end: `SELECT ${s}.end_delivery($1, $2, $3, $4, $5, $6, $7)`,
  failed: `SELECT ${SHOWN}, error, dead FROM ${s}.deliveries
    WHERE error IS NOT NULL AND (subscription, order_id) > ($2, $3) ORDER BY subscription, order_id LIMIT $1`,
  rewind: `INSERT INTO ${s}.deliveries AS d (order_id, subscription, seq, head, since, not_before)
    SELECT order_id, b.name, min(seq) - 1, max(seq), min(at), $2 FROM ${s}.history JOIN ${s}.subscriptions b ON b.name = $1
    WHERE entry IS NOT NULL AND at >= $3 AND ($4::text IS NULL OR order_id = $4)
    GROUP BY order_id, b.name ORDER BY order_id
    ON CONFLICT (order_id, subscription) DO UPDATE SET ${FREE}, not_before = excluded.not_before,
      since = least(d.since, excluded.since), seq = least(d.seq, excluded.seq), head = greatest(d.head, excluded.head)
    RETURNING 1`,
  again: `UPDATE ${s}.deliveries SET ${FREE}, not_before = $2
    WHERE subscription = $1 AND dead AND ($3::text IS NULL OR order_id = $3) RETURNING 1`,
  skip: `UPDATE ${s}.deliveries d SET ${FREE}, not_before = $2, (seq, since) = (
      SELECT coalesce(min(h.seq), d.head), coalesce((SELECT min(at) FROM ${s}.history n
        WHERE n.order_id = d.order_id AND n.seq > coalesce(min(h.seq), d.head)), d.since)
      FROM ${s}.history h WHERE h.order_id = d.order_id AND h.seq > d.seq AND h.entry IS NOT NULL)
    WHERE subscription = $1 AND dead AND order_id = $3 RETURNING 1`,
  // All of it was delivered: true at any moment, so whoever does it does no harm.
  sweep: `DELETE FROM ${s}.deliveries WHERE subscription = $1 AND order_id = $2 AND head <= seq`,
  pullInLeases: `UPDATE ${s}.deliveries SET lease_until = $1 WHERE lease_until > $1 RETURNING 1`,
  pullIn: `UPDATE ${s}.deliveries SET not_before = $1 WHERE NOT dead AND not_before > $2 RETURNING 1`,
});

const deliveryIn = (row: PgRow): Delivery => {
  const [subscription, orderId, seq, head, attempts, since] = row as [string, string, number, number, number, number];
  return { subscription, orderId, seq, head, attempts, since };
};

/** How long an end waits for a transaction of the host's that is deciding the order, and how often it looks. */
const PATIENCE_MS = 30_000;
const LOOK_MS = 100;

export const deliveriesOf = (
  schema: string,
  { read, writable }: { read(text: string, ...values: unknown[]): Promise<PgRow[]>; writable(): PgConnections },
): Subscriptions & { pullIn(now: number, longest: LongestWaits): Promise<number> } => {
  const sql = statementsOf(schema);
  const write = async (text: string, ...values: unknown[]) => writable().write(text, values);
  const rewind = (name: string, { orderId = null, since }: { orderId?: string | null; since: number }, now: number) =>
    [name, now, since, orderId] as const;
  return {
    async subscribe(name, from) {
      if ((await read(sql.isThere, name)).length > 0) return;
      await writable().together(async (client) => {
        await client.query(sql.lock);
        const made = await client.query({ text: sql.subscribe, values: [name], rowMode: "array" });
        if (made.rows.length > 0 && from === "start")
          await client.query({ text: sql.rewind, values: [...rewind(name, { since: 0 }, 0)] });
      });
    },
    unsubscribe: async (name) => (await write(sql.unsubscribe, name)).length > 0,
    async subscriptions() {
      return (await read(sql.list)).map((row) => {
        const [name, behind, oldestAt, dead] = row as [string, number, number | null, number];
        return { name, behind, oldestAt, dead };
      });
    },
    async claimDeliveries(name, now, limit, leaseMs, worker) {
      const rows = await write(sql.claim, name, now, limit, leaseMs, worker);
      const due = (row: PgRow) => row[6] as number;
      return rows.sort((a, b) => due(a) - due(b)).map(deliveryIn);
    },
    nextDelivery: async (name, now) => ((await read(sql.next, name, now))[0]?.[0] ?? null) as number | null,
    async endDelivery(worker, { subscription, orderId }, how) {
      const given = "seq" in how ? [how.seq, how.leaseUntil, null, null] : [null, null, how.moment, how.error];
      for (const until = performance.now() + PATIENCE_MS; ; ) {
        const [row] = await write(sql.end, subscription, orderId, worker, ...given);
        const end = row?.[0] as DeliveryEnd | "locked";
        if (end !== "locked") return end;
        if (performance.now() > until) return "lost";
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      }
    },
    async failedDeliveries(limit, after) {
      const rows = await read(sql.failed, limit, after?.subscription ?? "", after?.orderId ?? "");
      return rows.map((row): FailedDelivery => {
        const [error, dead] = row.slice(-2) as [string, boolean];
        return { ...deliveryIn(row), error, dead };
      });
    },
    async replay(name, which: Replayed, now) {
      if ("since" in which) return (await write(sql.rewind, ...rewind(name, which, now))).length;
      if (!("skip" in which)) return (await write(sql.again, name, now, which.orderId ?? null)).length;
      const skipped = await write(sql.skip, name, now, which.orderId);
      await write(sql.sweep, name, which.orderId);
      return skipped.length;
    },
    async pullIn(now, { leaseMs, effectMs, soonMs }) {
      const leases = await write(sql.pullInLeases, now + leaseMs);
      return leases.length + (await write(sql.pullIn, now + soonMs, now + effectMs)).length;
    },
  };
};
