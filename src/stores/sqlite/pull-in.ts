/** What waits longer than it can have to, because the clock was ahead when it was set. Inside the database's thread. */
import type { LongestWaits, TimerRow } from "../../ports/store.js";
import type { Database } from "./driver.js";
import { TIMER } from "./statements.js";
import * as wire from "./wire.js";

const later = (db: Database, prefix: string, at: number): TimerRow[] =>
  db
    .prepare<unknown[], wire.Columns>(`SELECT ${TIMER} FROM timers WHERE at > ? AND substr(timer, 1, ?) = ?`)
    .raw()
    .all(at, prefix.length, prefix)
    .flatMap((row) => {
      try {
        return [wire.readTimer(row)];
      } catch {
        // Damaged: whoever looks for due timers sets it aside.
        return [];
      }
    });

/** In one transaction of the caller's. */
export const pullIn = (db: Database, now: number, longest: LongestWaits): number => {
  const { leaseMs, effectMs, eventMs, soonMs, timers } = longest;
  const run = (sql: string, ...bound: number[]) => db.prepare(sql).run(...bound).changes;
  let rows = run("UPDATE outbox SET lease_until = ? WHERE lease_until > ?", now + leaseMs, now + leaseMs);
  rows += run("UPDATE outbox SET not_before = ? WHERE dead = 0 AND not_before > ?", now + soonMs, now + effectMs);
  rows += run("UPDATE inbox SET not_before = ? WHERE dead = 0 AND not_before > ?", now + soonMs, now + eventMs);
  // The moment is under the row's checksum.
  const set = db.prepare(`INSERT OR REPLACE INTO timers (${TIMER}) VALUES (?,?,?,?,?)`);
  for (const { prefix, ms } of timers) {
    for (const timer of later(db, prefix, now + ms)) {
      set.run(...wire.writeTimer({ ...timer, at: now + ms }));
      rows += 1;
    }
  }
  return rows;
};
