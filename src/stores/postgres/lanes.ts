/** A claim that knows how much room there is in each lane; `dueInLanes` of the port, in the database. */
import { effectInRange } from "../../core/ranges.js";
import { waitsForSql } from "../../ports/lanes.js";
import { BY_KEY, BY_PEER, BY_SIDE, CLAIMING, EARLIER, known, rests } from "./functions.js";

const RETURNED = "e.id, e.order_id, e.seq, e.idx, e.lane, e.effect, e.not_before, e.attempts, e.created_at, head.error";

/**
 * @param sound a condition that holds for a row whose numbers can be; "TRUE" = it is not asked
 * @param lane which effects go one after the other
 * @param earlier which of its lane an effect waits for
 */
const claim = (s: string, sound: string, lane: string, earlier = EARLIER): string => `
FUNCTION ${s}.claim_in_lanes(moment bigint, most integer, lease_ms bigint, by text, versions integer[],
  per_peer integer, kept integer[], busy_peer text[], busy_kind integer[], busy_calls integer[])
RETURNS TABLE (id text, order_id text, seq integer, idx integer, lane text, effect text, not_before bigint,
  attempts integer, created_at bigint, error text, peer text, kind integer)
LANGUAGE plpgsql ${BY_KEY} AS $$
#variable_conflict use_column
DECLARE
  silent text[] := ARRAY(SELECT n.worker FROM ${s}.nodes n
    WHERE n.alive_until < clock_timestamp() AND n.worker <> by);
  -- One after the other, each by a look at the index: a queue of one peer is not read to find the next.
  peers text[] := ARRAY(WITH RECURSIVE every(name) AS (
    SELECT min(o.peer) FROM ${s}.outbox o WHERE NOT o.dead
    UNION ALL SELECT (SELECT min(o.peer) FROM ${s}.outbox o WHERE NOT o.dead AND o.peer > every.name)
      FROM every WHERE every.name IS NOT NULL)
    SELECT every.name FROM every WHERE every.name IS NOT NULL);
  which text;
  used integer[];
  room integer;
  due text[];
  found text[] := '{}';
BEGIN
  PERFORM pg_advisory_xact_lock_shared(${CLAIMING}, '${s}'::regnamespace::oid::integer);
  FOREACH which IN ARRAY peers LOOP
    used := ARRAY(SELECT coalesce((SELECT b.calls FROM unnest(busy_peer, busy_kind, busy_calls) AS b(name, rank, calls)
      WHERE b.name = which AND b.rank = r.rank), 0) FROM generate_series(0, 3) AS r(rank));
    FOR rank IN 0..3 LOOP
      room := per_peer - used[rank + 1];
      FOR other IN 0..3 LOOP
        IF other <> rank THEN
          room := room - greatest(used[other + 1], kept[other + 1]);
        END IF;
      END LOOP;
      CONTINUE WHEN room <= 0;
      WITH head AS MATERIALIZED (
        SELECT o.id FROM ${s}.outbox o
        WHERE NOT o.dead AND o.peer = which AND o.kind = rank AND o.not_before <= moment
          AND (o.lease_until <= moment OR o.worker = ANY (silent) OR NOT (${sound}))
          AND ${known(s, "o", "versions")} AND ${rests(s, "o")}
          AND NOT EXISTS (SELECT 1 FROM ${s}.outbox p WHERE ${lane} AND ${earlier})
          AND NOT EXISTS (SELECT 1 FROM ${s}.outbox p WHERE ${lane} AND p.id <> o.id
                            AND p.lease_until > moment AND p.worker <> ALL (silent))
        ORDER BY o.not_before, o.order_id, o.seq, o.idx LIMIT least(most, room) FOR UPDATE OF o SKIP LOCKED)
      SELECT coalesce(array_agg(head.id), '{}') INTO due FROM head;
      used[rank + 1] := used[rank + 1] + cardinality(due);
      found := found || due;
    END LOOP;
  END LOOP;
  -- Forgets how the last claim ended: no error and a second claim means that its holder died in the middle.
  RETURN QUERY WITH head AS MATERIALIZED (
    SELECT o.id, o.error, (${sound}) AS sound FROM unnest(found) AS n(id) JOIN ${s}.outbox o ON o.id = n.id
    ORDER BY o.kind, o.not_before, o.order_id, o.seq, o.idx LIMIT most),
  claimed AS (
    UPDATE ${s}.outbox e SET attempts = e.attempts + 1, error = NULL, lease_until = moment + lease_ms, worker = by
    FROM head WHERE e.id = head.id AND head.sound RETURNING ${RETURNED}, e.peer, e.kind)
  SELECT * FROM claimed UNION ALL
    SELECT ${RETURNED.replace("e.effect", "''")}, e.peer, e.kind FROM head JOIN ${s}.outbox e ON e.id = head.id
    WHERE NOT head.sound;
END $$;
`;

/** Migration 5. */
export const claimInLanes = (s: string): string => `CREATE ${claim(s, "TRUE", BY_SIDE)}`;

/**
 * Migration 6: a row that is due and whose numbers cannot be is given out as it stands and with no effect in it, so
 * that whoever claims finds that it cannot be read. Computing with one would fail, and nobody's effects would be claimed.
 */
export const claimInRange = (s: string): string => `CREATE OR REPLACE ${claim(s, effectInRange("o."), BY_SIDE)}`;

/** Migration 8: what an order asks of one bank does not wait for another one. */
export const claimByPeer = (s: string): string => `CREATE OR REPLACE ${claim(s, effectInRange("o."), BY_PEER)}`;

/** Migration 10: a reading does not wait for a call that is put off. */
export const claimOvertaking = (s: string): string =>
  `CREATE OR REPLACE ${claim(s, effectInRange("o."), BY_PEER, waitsForSql("moment"))}`;
