/** Migration 1: what else needs more than one statement, as functions for the reason given in commit.ts. */
import { waitsForSql } from "../../ports/lanes.js";

/**
 * Two nodes claim beside one another and skip each other's rows. Reviving is the one thing that puts an effect before
 * one that may be under way, so it waits for every claim that has begun, and claims wait for it: a lock of the
 * transaction, which needs no session.
 */
export const CLAIMING = 0x4f53;

/** Migrations 1 to 7: the effects of one order and one side. */
export const BY_SIDE = "p.order_id = o.order_id AND p.lane = o.lane AND NOT p.dead";
/** Migration 8: of one order and one peer. An older node leaves the peer out, and then all of the side goes in order. */
export const BY_PEER = `${BY_SIDE} AND (p.peer = o.peer OR p.peer IN ('', p.lane) OR o.peer IN ('', o.lane))`;

export const EARLIER = "(p.seq, p.idx) < (o.seq, o.idx)";

/**
 * Whether the caller knows the version of the machines that wrote the order of `row`; null knows all. A subquery and no
 * join, so that it is looked up by key whatever the planner thinks. An event may wait for an order that is not there yet.
 */
export const known = (s: string, row: string, versions: string): string =>
  `coalesce((SELECT k.machine FROM ${s}.orders k WHERE k.order_id = ${row}.order_id) = ANY (${versions}), true)`;

export const BY_KEY = "SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off";

/** Of an order that is parked nothing is due. */
export const rests = (s: string, row: string): string =>
  `NOT EXISTS (SELECT 1 FROM ${s}.damaged d WHERE d.order_id = ${row}.order_id)`;

/** @param and one more condition on a row of work; "" = none */
const claimEffects = (s: string, and: string): string => `
FUNCTION ${s}.claim_effects(moment bigint, most integer, lease_ms bigint, by text, versions integer[])
RETURNS TABLE (id text, order_id text, seq integer, idx integer, lane text, effect text, not_before bigint,
  attempts integer, created_at bigint, error text)
LANGUAGE plpgsql ${BY_KEY} AS $$
#variable_conflict use_column
DECLARE
  silent text[] := ARRAY(SELECT n.worker FROM ${s}.nodes n 
    WHERE n.alive_until < clock_timestamp() AND n.worker <> by);
BEGIN
  PERFORM pg_advisory_xact_lock_shared(${CLAIMING}, '${s}'::regnamespace::oid::integer);
  -- Forgets how the last claim ended: no error and a second claim means that its holder died in the middle.
  RETURN QUERY WITH head AS MATERIALIZED (
    SELECT o.id, o.error FROM ${s}.outbox o
    WHERE NOT o.dead AND o.not_before <= moment AND (o.lease_until <= moment OR o.worker = ANY (silent))
      AND ${known(s, "o", "versions")}${and}
      AND NOT EXISTS (SELECT 1 FROM ${s}.outbox p WHERE ${BY_SIDE} AND ${EARLIER})
      AND NOT EXISTS (SELECT 1 FROM ${s}.outbox p WHERE ${BY_SIDE}
                        AND p.lease_until > moment AND p.worker <> ALL (silent))
    ORDER BY o.not_before, o.order_id, o.seq, o.idx LIMIT most FOR UPDATE OF o SKIP LOCKED)
  UPDATE ${s}.outbox e SET attempts = e.attempts + 1, error = NULL, lease_until = moment + lease_ms, worker = by
  FROM head WHERE e.id = head.id
  RETURNING e.id, e.order_id, e.seq, e.idx, e.lane, e.effect, e.not_before, e.attempts, e.created_at, head.error;
END $$;
`;

const releaseAndRevive = (s: string): string => `
CREATE FUNCTION ${s}.release_effects(by text, done text[], ended text[], moments bigint[], errors text[])
RETURNS void LANGUAGE plpgsql ${BY_KEY} AS $$
BEGIN
  -- In the order in which a commit takes them.
  PERFORM 1 FROM unnest(done || ended) AS n(id) JOIN ${s}.outbox e ON e.id = n.id AND e.worker = by
    ORDER BY e.id FOR UPDATE OF e;
  DELETE FROM ${s}.outbox e USING unnest(done) AS n(id) WHERE e.id = n.id AND e.worker = by;
  -- Without a moment to try again it is dead.
  UPDATE ${s}.outbox e SET lease_until = 0, worker = NULL, error = n.error, dead = n.moment IS NULL,
      not_before = coalesce(n.moment, e.not_before)
    FROM unnest(ended, moments, errors) AS n(id, moment, error) WHERE e.id = n.id AND e.worker = by;
END $$;

CREATE FUNCTION ${s}.revive(which text, moment bigint) RETURNS boolean LANGUAGE plpgsql ${BY_KEY} AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(${CLAIMING}, '${s}'::regnamespace::oid::integer);
  UPDATE ${s}.outbox e SET dead = false, attempts = 0, error = NULL, lease_until = 0, worker = NULL, not_before = moment
    WHERE e.id = which AND e.dead;
  IF FOUND THEN
    RETURN true;
  END IF;
  UPDATE ${s}.inbox i SET dead = false, attempts = 0, not_before = moment WHERE i.dead AND i.event_id = which;
  RETURN FOUND;
END $$;
`;

/**
 * @param lane which effects go one after the other
 * @param and one more condition on each row of the alias given
 * @param earlier which of its lane an effect waits for
 */
const nextDue = (s: string, lane: string, and: (row: string) => string, earlier = EARLIER): string => `
FUNCTION ${s}.next_due(versions integer[]) RETURNS bigint LANGUAGE plpgsql STABLE ${BY_KEY} AS $$
DECLARE
  soonest bigint := least(
    (SELECT t.at FROM ${s}.timers t WHERE ${known(s, "t", "versions")}${and("t")} ORDER BY t.at LIMIT 1),
    (SELECT i.not_before FROM ${s}.inbox i WHERE NOT i.dead AND ${known(s, "i", "versions")}${and("i")}
      ORDER BY i.not_before LIMIT 1));
  head record;
BEGIN
  -- In order, and no further than needed: a long queue is not read to its end.
  FOR head IN
    SELECT o.not_before, (SELECT max(p.lease_until) FROM ${s}.outbox p WHERE ${lane}) AS leased_until
      FROM ${s}.outbox o WHERE NOT o.dead
        AND NOT EXISTS (SELECT 1 FROM ${s}.outbox p WHERE ${lane} AND ${earlier})
        AND ${known(s, "o", "versions")}${and("o")}
      ORDER BY o.not_before
  LOOP
    EXIT WHEN head.not_before >= soonest;
    soonest := least(soonest, greatest(head.not_before, head.leased_until));
  END LOOP;
  RETURN soonest;
END $$;
`;

/** Migration 1. */
export const functions = (s: string): string =>
  `CREATE ${claimEffects(s, "")}${releaseAndRevive(s)}CREATE ${nextDue(s, BY_SIDE, () => "")}`;

const unlessAside = (s: string) => (row: string) => ` AND ${rests(s, row)}`;

/** Migration 4: nothing of an order that is parked. */
export const functionsUnlessAside = (s: string): string => {
  return `CREATE OR REPLACE ${claimEffects(s, unlessAside(s)("o"))}CREATE OR REPLACE ${nextDue(s, BY_SIDE, unlessAside(s))}`;
};

/** Migration 8. */
export const nextDueByPeer = (s: string): string => `CREATE OR REPLACE ${nextDue(s, BY_PEER, unlessAside(s))}`;

/** Migration 10. */
export const nextDueOvertaking = (s: string): string =>
  `CREATE OR REPLACE ${nextDue(s, BY_PEER, unlessAside(s), waitsForSql("o.not_before"))}`;
