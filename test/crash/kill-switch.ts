/**
 * Loaded before everything else, by --import, into the process that is to die and into its database thread: so the
 * product knows nothing of it. Whichever thread comes to the armed place ends the process with SIGKILL.
 */
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { getEnvironmentData, isMainThread, setEnvironmentData } from "node:worker_threads";
import { type Armed, type Point, pointNames, type Side, sides } from "./points.js";

const SHARED = "order-status-engine.kill-switch";
const [POINT, SIDE, LEFT] = [0, 1, 2];

/** Point, side and how many more times, seen by all threads. */
const cells = ((): Int32Array<SharedArrayBuffer> => {
  if (!isMainThread) return new Int32Array(getEnvironmentData(SHARED) as SharedArrayBuffer);
  const shared = new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT);
  setEnvironmentData(SHARED, shared);
  return new Int32Array(shared).fill(-1);
})();

export const arm = (armed: Armed | null): void => {
  Atomics.store(cells, POINT, -1);
  if (armed === null) return;
  Atomics.store(cells, SIDE, sides.indexOf(armed.side));
  Atomics.store(cells, LEFT, armed.nth);
  Atomics.store(cells, POINT, pointNames.indexOf(armed.point));
};

export const at = (point: Point, side: Side): void => {
  if (Atomics.load(cells, POINT) !== pointNames.indexOf(point)) return;
  if (Atomics.load(cells, SIDE) !== sides.indexOf(side)) return;
  if (Atomics.sub(cells, LEFT, 1) !== 1) return;
  process.kill(process.pid, "SIGKILL");
  // This thread goes not one step further.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
};

export const around = <T>(point: Point, act: () => T): T => {
  at(point, "before");
  const result = act();
  at(point, "after");
  return result;
};

/** The statement's beginning names the row; several rows of one kind are one place. */
const rows: [sql: RegExp, point: Point][] = [
  [/^(INSERT INTO|UPDATE) orders (\(version|SET \(version)/, "row.order"],
  [/^INSERT INTO history/, "row.history"],
  [/^INSERT INTO payments/, "row.payment"],
  [/^INSERT INTO outbox/, "row.effect"],
  [/^INSERT OR REPLACE INTO timers/, "row.timer"],
  [/^DELETE FROM timers/, "row.timer-gone"],
  [/^DELETE FROM outbox WHERE id = \?$/, "row.settled"],
  [/^DELETE FROM inbox/, "row.event-gone"],
  [/^UPDATE outbox SET lease_until = 0, worker = NULL WHERE worker IS NOT NULL/, "leases.returned"],
];
/** What a transaction wrote names its commit. */
const commits: [sql: RegExp, point: Point][] = [
  [/^INSERT INTO history/, "commit.decision"],
  [/^UPDATE outbox SET attempts/, "commit.claim"],
  [/^DELETE FROM outbox WHERE id = \? AND|^UPDATE outbox SET (not_before|dead = 1)/, "commit.results"],
  [/^\s*INSERT INTO inbox/, "commit.inbox"],
  [/^UPDATE history SET entry/, "commit.pruned"],
];
const named = (sql: string, names: [RegExp, Point][]): Point | null =>
  names.find(([pattern]) => pattern.test(sql.trim()))?.[1] ?? null;

const watchDatabase = async (): Promise<void> => {
  const { Database } = await import("../../src/stores/sqlite/driver.js");
  const { prepare, immediate, exec, close } = Database.prototype;
  let wrote: Point | null = null;

  Database.prototype.prepare = function (this: InstanceType<typeof Database>, sql: string) {
    const statement = prepare.call(this, sql);
    const [row, commit] = [named(sql, rows), named(sql, commits)];
    if (row === null && commit === null) return statement;
    const run = statement.run.bind(statement);
    statement.run = (...bound) => {
      const act = () => run(...bound);
      const done = row === null ? act() : around(row, act);
      if (commit !== null) wrote = commit;
      return done;
    };
    return statement;
  } as typeof prepare;

  Database.prototype.immediate = function (work) {
    const done = immediate.call(this, () => {
      wrote = null;
      const result = work();
      if (wrote !== null) at(wrote, "before");
      return result;
    });
    if (wrote !== null) at(wrote, "after");
    return done as ReturnType<typeof work>;
  };

  Database.prototype.exec = function (sql) {
    const act = () => exec.call(this, sql);
    return sql.includes("CREATE TABLE orders") ? around("store.made", act) : act();
  };
  Database.prototype.close = function () {
    const act = () => close.call(this);
    return /-(owner|new)$/.test(this.name) ? act() : around("store.closed", act);
  };
};

/** A new store is moved by its database thread, a backup by whoever asked for it. */
const { renameSync } = fs;
fs.renameSync = (from, to) => around(isMainThread ? "backup.moved" : "store.moved", () => renameSync(from, to));
syncBuiltinESMExports();

if (!isMainThread) await watchDatabase();
