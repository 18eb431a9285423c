/** Whether a file has the tables of its schema's number: development versions wrote files that no step leads on from. */
import { StoreError } from "../../ports/store.js";
import { Database } from "./driver.js";
import { wayOut } from "./errors.js";
import { SCHEMA_VERSION, schema, steps } from "./schema.js";

/** `table.column`, of every table that we make. */
const columnsIn = (db: Database): Set<string> =>
  new Set(
    db
      .prepare<[], string>(
        `SELECT m.name || '.' || p.name FROM sqlite_schema m JOIN pragma_table_info(m.name) p
         WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'`,
      )
      .pluck()
      .all(),
  );

/** The columns that the file would have once it was brought up; null = a step fails on it. The file is left as it is. */
const broughtUp = (db: Database, version: number): Set<string> | null => {
  const copy = new Database(":memory:");
  try {
    const made = db
      .prepare<[], string>(
        "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY rowid",
      )
      .pluck()
      .all();
    for (const sql of made) copy.exec(sql);
    for (const [number, sql] of Object.entries(steps)) if (Number(number) > version) copy.exec(sql);
    return columnsIn(copy);
  } catch {
    return null;
  } finally {
    copy.close();
  }
};

const wanted = (): Set<string> => {
  const db = new Database(":memory:");
  db.exec(schema);
  const columns = columnsIn(db);
  db.close();
  return columns;
};

/** What they are known by. */
const known: [lacks: string, who: string][] = [
  ["orders.sum", "a development version of 0.1.0 whose rows carried no checksums yet (before 22 November 2026)"],
];

/** Every store ever made has these. */
const ALWAYS = ["orders.record", "history.entry", "outbox.effect", "timers.at", "inbox.envelope", "payments.order_id"];

/** @throws StoreError `older` where another version wrote it, `corrupt` where tables of a store are missing */
export const checkShape = (db: Database, file: string): void => {
  const version = db.pragma("user_version") as number;
  const has = columnsIn(db);
  const want = wanted();
  const after = version === SCHEMA_VERSION ? has : broughtUp(db, version);
  if (after !== null && [...want].every((column) => after.has(column))) return;
  const gone = ALWAYS.filter((column) => !has.has(column));
  if (gone.length > 0)
    throw new StoreError(
      "corrupt",
      `${file} has not the tables of a store (it lacks ${gone.join(", ")}). ${wayOut(file)}`,
    );
  const lacks = [...want].filter((column) => !(after ?? has).has(column));
  const who = known.find(([column]) => lacks.includes(column))?.[1] ?? "a development version that is not known here";
  throw new StoreError(
    "older",
    `${file} was written by ${who} (schema ${version}, without ${lacks.join(", ")}), and nothing brings it up to this one. ` +
      "It is not damaged, and nothing was changed. Let the version that wrote it serve it until its orders have ended, or " +
      "look at them with that version (order-status show ORDER --json). Or start over: move the file and its -wal away, " +
      "start this version, have the shop place its open orders again, and run: " +
      "order-status reconcile --fresh-minutes 0 --apply",
  );
};
