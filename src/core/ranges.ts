/**
 * What the columns may hold that change with every try. No checksum covers them, so their values are looked at when a
 * row is read, and in every statement that computes with them: one number too large would stop the statement, and with
 * it all orders. Both look with the limits here.
 */
import { LATEST } from "../../machines/years.js";

const MOST_ATTEMPTS = 1_000_000_000;
const LAST_MOMENT = LATEST;
/** Of whoever waits, by urgency. */
const LAST_KIND = 3;

const within = (value: unknown, most: number): boolean =>
  Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= most;

const isCount = (value: unknown): boolean => within(value, MOST_ATTEMPTS);
const isTurn = (value: unknown): boolean => within(value, LAST_MOMENT);

const sql = (column: string, most: number): string => `${column} BETWEEN 0 AND ${most}`;

/** Conditions in SQL that hold for a row whose numbers can be. @param alias of the table, with its dot */
export const effectInRange = (alias = ""): string =>
  [
    sql(`${alias}attempts`, MOST_ATTEMPTS),
    ...["not_before", "created_at", "lease_until"].map((column) => sql(alias + column, LAST_MOMENT)),
    sql(`${alias}kind`, LAST_KIND),
    `(${alias}worker IS NULL) = (${alias}lease_until = 0)`,
  ].join(" AND ");
export const eventInRange = (alias = ""): string =>
  [sql(`${alias}attempts`, MOST_ATTEMPTS), sql(`${alias}not_before`, LAST_MOMENT)].join(" AND ");

/** What is wrong with the columns; null = they can be. */
export const outOfRange = (row: {
  attempts: unknown;
  notBefore: unknown;
  createdAt?: unknown;
  kind?: unknown;
  error: unknown;
  lease?: { until: unknown; worker: unknown };
}): string | null => {
  const { attempts, notBefore, createdAt = 0, kind = 0, error, lease = { until: 0, worker: null } } = row;
  const wrong = (name: string, value: unknown) => `${name} is ${String(value)}`;
  if (!isCount(attempts)) return wrong("attempts", attempts);
  if (!isTurn(notBefore)) return wrong("not_before", notBefore);
  if (!isTurn(createdAt)) return wrong("created_at", createdAt);
  if (!within(kind, LAST_KIND)) return wrong("kind", kind);
  if (error !== null && typeof error !== "string") return wrong("error", error);
  if (!isTurn(lease.until)) return wrong("lease_until", lease.until);
  if ((lease.worker === null) !== (lease.until === 0))
    return lease.worker === null ? "a lease is nobody's" : "a worker has no lease";
  return null;
};
