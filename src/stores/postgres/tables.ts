/** The tables, one constant per migration. Never edited once released: a change is another migration. */

/**
 * Partial indexes keep due work apart from the dead. Ids are compared byte by byte, as every other store does.
 *
 * Records, entries, effects and envelopes are JSON as it was written, in text: `record::json ->> 'version'` reads it.
 * A column of type json would check every byte of it once more, and one of type jsonb refuses the character U+0000.
 *
 * machine: the version of the machines that wrote the record, by which a node leaves alone what it does not know.
 *
 * toast_tuple_target: a record is longer than the 2 kB from which PostgreSQL begins to compress a row, and
 * compressing it at every event costs more than it saves. fillfactor: room for the next version on the same page, so
 * that no index has to be told of it.
 */
export const tables = (s: string): string => `
CREATE TABLE ${s}.orders (
  order_id   text COLLATE "C" PRIMARY KEY,
  version    integer NOT NULL,
  machine    integer NOT NULL,
  status     text NOT NULL,
  state      text NOT NULL,
  flags      text NOT NULL,
  flagged    boolean NOT NULL,
  in_doubt   boolean NOT NULL,
  updated_at bigint NOT NULL,
  payment_id text COLLATE "C",
  parked     text,
  record     text NOT NULL
) WITH (fillfactor = 50, toast_tuple_target = 8160);
CREATE INDEX orders_status   ON ${s}.orders (status, order_id);
CREATE INDEX orders_flagged  ON ${s}.orders (order_id) WHERE flagged;
CREATE INDEX orders_in_doubt ON ${s}.orders (order_id) WHERE in_doubt;
CREATE INDEX orders_final    ON ${s}.orders (order_id) WHERE NOT in_doubt;
CREATE INDEX orders_parked   ON ${s}.orders (order_id) WHERE parked IS NOT NULL;

-- Only grows. Whether a payment is the order's current one stands in orders.payment_id, and only there.
CREATE TABLE ${s}.payments (
  payment_id text COLLATE "C" NOT NULL,
  order_id   text COLLATE "C" NOT NULL,
  PRIMARY KEY (payment_id, order_id)
);

-- entry is null where the history was pruned: the row stays, by which a repeated event is known. One index and not
-- another on seq: in a large store each of them is a page of its own that every event writes.
CREATE TABLE ${s}.history (
  order_id text COLLATE "C" NOT NULL,
  seq      integer NOT NULL,
  event_id text COLLATE "C" NOT NULL,
  at       bigint NOT NULL,
  entry    text,
  PRIMARY KEY (order_id, event_id)
) WITH (toast_tuple_target = 8160);

CREATE TABLE ${s}.outbox (
  id          text COLLATE "C" PRIMARY KEY,
  order_id    text COLLATE "C" NOT NULL,
  seq         integer NOT NULL,
  idx         integer NOT NULL,
  lane        text NOT NULL,
  not_before  bigint NOT NULL,
  attempts    integer NOT NULL DEFAULT 0,
  lease_until bigint NOT NULL DEFAULT 0,
  worker      text,
  created_at  bigint NOT NULL,
  dead        boolean NOT NULL DEFAULT false,
  error       text,
  effect      text NOT NULL
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
CREATE UNIQUE INDEX outbox_order ON ${s}.outbox (order_id, seq, idx);
CREATE INDEX outbox_due  ON ${s}.outbox (not_before, order_id, seq, idx) WHERE NOT dead;
CREATE INDEX outbox_dead ON ${s}.outbox (created_at, order_id, seq, idx) WHERE dead;

CREATE TABLE ${s}.timers (
  order_id   text COLLATE "C" NOT NULL,
  timer      text COLLATE "C" NOT NULL,
  generation integer NOT NULL,
  at         bigint NOT NULL,
  PRIMARY KEY (order_id, timer)
) WITH (autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX timers_due ON ${s}.timers (at, order_id, timer);

-- n: events due at the same moment come in the order in which they were first postponed.
CREATE TABLE ${s}.inbox (
  order_id   text COLLATE "C" NOT NULL,
  event_id   text COLLATE "C" NOT NULL,
  n          bigint GENERATED ALWAYS AS IDENTITY,
  attempts   integer NOT NULL,
  not_before bigint NOT NULL,
  dead       boolean NOT NULL,
  error      text NOT NULL,
  envelope   text NOT NULL,
  PRIMARY KEY (order_id, event_id)
);
CREATE INDEX inbox_due  ON ${s}.inbox (not_before, n) WHERE NOT dead;
CREATE INDEX inbox_open ON ${s}.inbox (n) WHERE NOT dead;
CREATE INDEX inbox_dead ON ${s}.inbox (n) WHERE dead;

-- By the server's clock. Whoever is not here, or in time, keeps what it claimed until the lease runs out.
CREATE TABLE ${s}.nodes (
  worker      text COLLATE "C" PRIMARY KEY,
  machines    integer[],
  alive_until timestamptz NOT NULL
);
`;

/** Migration 2: all orders, those of one status, the flagged ones, the order written last first. */
export const latestFirst = (s: string): string => `
CREATE INDEX orders_latest         ON ${s}.orders (updated_at, order_id);
CREATE INDEX orders_status_latest  ON ${s}.orders (status, updated_at, order_id);
CREATE INDEX orders_flagged_latest ON ${s}.orders (updated_at, order_id) WHERE flagged;
`;

/** Migration 3: by name; written once. */
export const secrets = (s: string): string => `
CREATE TABLE ${s}.secrets (
  name  text COLLATE "C" PRIMARY KEY,
  value text NOT NULL
);
`;

/** Migration 5: what waited before is nobody's hurry. An older node beside this one says neither of its effects. */
export const lanes = (s: string): string => `
ALTER TABLE ${s}.outbox ADD COLUMN peer text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE ${s}.outbox ADD COLUMN kind integer NOT NULL DEFAULT 3;
UPDATE ${s}.outbox SET peer = lane;
CREATE INDEX outbox_lane ON ${s}.outbox (peer, kind, not_before, order_id, seq, idx) WHERE NOT dead;
`;

/**
 * Migration 4: rows that could not be read. A record, what is listed of it and an entry stand where they stood as well;
 * an effect, a timer or an event only here. `row` is JSON of the row as it was found.
 */
export const damaged = (s: string): string => `
CREATE TABLE ${s}.damaged (
  order_id text COLLATE "C" NOT NULL,
  tbl      text COLLATE "C" NOT NULL,
  id       text COLLATE "C" NOT NULL,
  what     text NOT NULL,
  row      text NOT NULL,
  PRIMARY KEY (order_id, tbl, id)
);
`;

/** Migration 7: a checksum over name and value; null in a row that an older node wrote. */
export const sealedSecrets = (s: string): string => `
ALTER TABLE ${s}.secrets ADD COLUMN sum bigint;
`;
