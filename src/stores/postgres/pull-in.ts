/** What waits longer than it can have to, because the clock was ahead when it was set. */
import type { LongestWaits } from "../../ports/store.js";
import type { PgRow } from "./connections.js";

const effectsOf = (s: string): string => `UPDATE ${s}.outbox SET not_before = $1::bigint + $3::bigint
  WHERE NOT dead AND not_before > $1::bigint + $2::bigint RETURNING 1`;

const restOf = (s: string): string => `WITH
  given AS (SELECT $1::bigint + $2::bigint AS lease, $1::bigint + $3::bigint AS latest, $1::bigint + $4::bigint AS soon),
  leases AS (UPDATE ${s}.outbox SET lease_until = lease FROM given WHERE lease_until > lease RETURNING 1),
  events AS (UPDATE ${s}.inbox SET not_before = soon FROM given WHERE NOT dead AND not_before > latest RETURNING 1),
  names AS (SELECT prefix, $1::bigint + ms AS latest FROM unnest($5::text[], $6::bigint[]) AS n(prefix, ms)),
  rung AS (UPDATE ${s}.timers t SET at = latest FROM names WHERE t.at > latest AND starts_with(t.timer, prefix) RETURNING 1)
  SELECT (SELECT count(*) FROM leases) + (SELECT count(*) FROM events) + (SELECT count(*) FROM rung)`;

export const pullIn = async (
  write: (text: string, ...values: unknown[]) => Promise<PgRow[]>,
  schema: string,
  now: number,
  { leaseMs, effectMs, eventMs, soonMs, timers }: LongestWaits,
): Promise<number> => {
  // By itself: one statement writes no row twice.
  const effects = await write(effectsOf(schema), now, effectMs, soonMs);
  const names = timers.map(({ prefix }) => prefix);
  const longest = timers.map(({ ms }) => ms);
  const [row] = await write(restOf(schema), now, leaseMs, eventMs, soonMs, names, longest);
  return effects.length + (row?.[0] as number);
};
