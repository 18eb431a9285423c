/** What the file holds. A change here needs a new SCHEMA_VERSION and a step that brings older files up. */
import { effectInRange, eventInRange } from "../../core/ranges.js";

/** "OSEn" in ASCII: how we know a file of ours, also in `file store.db`. */
export const APPLICATION_ID = 0x4f53456e;
export const SCHEMA_VERSION = 8;

/** Lists that begin with the order written last: all, those of one status, the flagged ones. */
const latestFirst = `
CREATE INDEX orders_latest         ON orders(updated_at, order_id);
CREATE INDEX orders_status_latest  ON orders(status, updated_at, order_id);
CREATE INDEX orders_flagged_latest ON orders(updated_at, order_id) WHERE flagged = 1;
`;

/** A checksum over name and value; null in a row that an older release wrote. */
const sealed = `
ALTER TABLE secrets ADD COLUMN sum INTEGER;
`;

/** By name; written once. */
const secrets = `
CREATE TABLE secrets (
  name  TEXT PRIMARY KEY NOT NULL,
  value TEXT NOT NULL
) STRICT;
`;

/**
 * Rows that could not be read. A record, what is listed of it and an entry stand where they stood as well; an effect, a
 * timer or an event only here. `row` is JSON of the row as it was found.
 */
export const damaged = `
CREATE TABLE damaged (
  order_id TEXT NOT NULL,
  tbl      TEXT NOT NULL,
  id       TEXT NOT NULL,
  what     TEXT NOT NULL,
  row      TEXT NOT NULL,
  PRIMARY KEY (order_id, tbl, id)
) STRICT, WITHOUT ROWID;
`;

/** Due effects of one peer and one kind are found without reading those of the others. */
const dueInLane = `
CREATE INDEX outbox_lane ON outbox(peer, kind, not_before) WHERE dead = 0;
`;

/** What waited before is nobody's hurry. */
const lanes = `
ALTER TABLE outbox ADD COLUMN peer TEXT NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN kind INTEGER NOT NULL DEFAULT 3;
UPDATE outbox SET peer = lane;
${dueInLane}`;

/** Rows whose numbers cannot be: they would never come due, or count as neither open nor dead. */
export const oddEffect = `NOT (${effectInRange()} AND dead IN (0, 1))`;
export const oddEvent = `NOT (${eventInRange()} AND dead IN (0, 1))`;
export const oddTimer = "NOT (at BETWEEN 0 AND 8640000000000000 AND generation >= 0)";

/** Indexes that hold nothing in a sound file, so that asking for such rows costs nothing. */
const odd = `
CREATE INDEX outbox_odd ON outbox(order_id) WHERE ${oddEffect};
CREATE INDEX inbox_odd  ON inbox(order_id) WHERE ${oddEvent};
CREATE INDEX timers_odd ON timers(order_id) WHERE ${oddTimer};
`;

/**
 * Who subscribed, and for each the orders with entries that it was not given yet: `seq` was given, `head` is the last one
 * there is. A row goes when all of it was given, so an order without one is up to date.
 */
const subscribed = `
CREATE TABLE subscriptions (
  name TEXT PRIMARY KEY NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE deliveries (
  order_id     TEXT NOT NULL,
  subscription TEXT NOT NULL,
  seq          INTEGER NOT NULL,
  head         INTEGER NOT NULL,
  since        INTEGER NOT NULL,
  not_before   INTEGER NOT NULL,
  attempts     INTEGER NOT NULL DEFAULT 0,
  lease_until  INTEGER NOT NULL DEFAULT 0,
  worker       TEXT,
  dead         INTEGER NOT NULL DEFAULT 0,
  error        TEXT,
  PRIMARY KEY (order_id, subscription)
) STRICT, WITHOUT ROWID;
CREATE INDEX deliveries_due ON deliveries(subscription, not_before) WHERE dead = 0;
`;

/** With the entry and in its commit, whoever writes it. */
const noted = `
CREATE TRIGGER deliveries_noted AFTER INSERT ON history BEGIN
  INSERT INTO deliveries (order_id, subscription, seq, head, since, not_before)
    SELECT NEW.order_id, name, NEW.seq - 1, NEW.seq, NEW.at, NEW.at FROM subscriptions WHERE true
    ON CONFLICT DO UPDATE SET head = max(head, excluded.head);
END;
`;

/** What brings a file of the version before up to this one. */
export const steps: Record<number, string> = {
  2: latestFirst,
  3: secrets,
  4: damaged,
  5: lanes,
  6: odd,
  7: sealed,
  8: subscribed + noted,
};

/** What stands in for the tables that an older file lacks, where it is only looked at. They hold nothing. */
export const missingIn = (version: number): string =>
  (version < 4 ? damaged.replace("CREATE", "CREATE TEMP") : "") +
  (version < 8 ? subscribed.replaceAll("CREATE TABLE", "CREATE TEMP TABLE").replace(/CREATE INDEX[^;]*;/, "") : "");

/**
 * `sum` is a checksum over what a row says for good (wire.ts): SQLite notices a broken page, not a byte that was changed
 * inside a text. Not under it is what changes by the hour: attempts, leases, times of the next try. Partial indexes
 * keep due work apart from the dead, so looking for work costs what the work costs. `record` and `entry` come last:
 * SQLite need not read a long row to the end to get at what is before them.
 */
export const schema = `
CREATE TABLE orders (
  order_id   TEXT PRIMARY KEY NOT NULL,
  version    INTEGER NOT NULL,
  status     TEXT NOT NULL,
  state      TEXT NOT NULL,
  flags      TEXT NOT NULL,
  flagged    INTEGER NOT NULL,
  in_doubt   INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  payment_id TEXT,
  parked     TEXT,
  listed_sum INTEGER NOT NULL,
  sum        INTEGER NOT NULL,
  record     TEXT NOT NULL
) STRICT;
CREATE INDEX orders_status   ON orders(status, order_id);
CREATE INDEX orders_flagged  ON orders(order_id) WHERE flagged = 1;
CREATE INDEX orders_in_doubt ON orders(order_id) WHERE in_doubt = 1;
CREATE INDEX orders_parked   ON orders(order_id) WHERE parked IS NOT NULL;
${latestFirst}${secrets}${sealed}
-- Only grows. Whether a payment is the order's current one stands in orders.payment_id, and only there.
CREATE TABLE payments (
  payment_id TEXT NOT NULL,
  order_id   TEXT NOT NULL,
  PRIMARY KEY (payment_id, order_id)
) STRICT, WITHOUT ROWID;

-- With rowids: entries are long, and a long row is dear in a table without. One index and not another on seq: each of
-- them is a page of its own that every event writes.
CREATE TABLE history (
  order_id TEXT NOT NULL,
  seq      INTEGER NOT NULL,
  event_id TEXT NOT NULL,
  at       INTEGER NOT NULL,
  sum      INTEGER NOT NULL,
  entry    TEXT NOT NULL,
  PRIMARY KEY (order_id, event_id)
) STRICT;

-- Clustered by order, so that the effects before one in its lane lie beside it.
CREATE TABLE outbox (
  order_id    TEXT NOT NULL,
  seq         INTEGER NOT NULL,
  idx         INTEGER NOT NULL,
  id          TEXT NOT NULL UNIQUE,
  lane        TEXT NOT NULL,
  not_before  INTEGER NOT NULL,
  attempts    INTEGER NOT NULL DEFAULT 0,
  lease_until INTEGER NOT NULL DEFAULT 0,
  worker      TEXT,
  created_at  INTEGER NOT NULL,
  dead        INTEGER NOT NULL DEFAULT 0,
  error       TEXT,
  sum         INTEGER NOT NULL,
  effect      TEXT NOT NULL,
  peer        TEXT NOT NULL DEFAULT '',
  kind        INTEGER NOT NULL DEFAULT 3,
  PRIMARY KEY (order_id, seq, idx)
) STRICT, WITHOUT ROWID;
CREATE INDEX outbox_due  ON outbox(not_before) WHERE dead = 0;
CREATE INDEX outbox_dead ON outbox(created_at) WHERE dead = 1;${dueInLane}

CREATE TABLE timers (
  order_id   TEXT NOT NULL,
  timer      TEXT NOT NULL,
  generation INTEGER NOT NULL,
  at         INTEGER NOT NULL,
  sum        INTEGER NOT NULL,
  PRIMARY KEY (order_id, timer)
) STRICT, WITHOUT ROWID;
CREATE INDEX timers_due ON timers(at);

-- With rowids: events due at the same moment come in the order in which they were first postponed.
CREATE TABLE inbox (
  order_id   TEXT NOT NULL,
  event_id   TEXT NOT NULL,
  attempts   INTEGER NOT NULL,
  not_before INTEGER NOT NULL,
  dead       INTEGER NOT NULL,
  error      TEXT NOT NULL,
  sum        INTEGER NOT NULL,
  envelope   TEXT NOT NULL,
  PRIMARY KEY (order_id, event_id)
) STRICT;
CREATE INDEX inbox_due  ON inbox(not_before) WHERE dead = 0;
CREATE INDEX inbox_dead ON inbox(event_id) WHERE dead = 1;
${odd}${damaged}${subscribed}${noted}`;
