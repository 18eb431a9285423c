/** Files that other versions wrote: each is told from a damaged one, and gets the advice that fits. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { StoreError } from "../../src/ports/store.js";
import { Database } from "../../src/stores/sqlite/driver.js";
import { APPLICATION_ID, SCHEMA_VERSION } from "../../src/stores/sqlite/schema.js";
import { sqliteStore } from "../../src/stores/sqlite/store.js";
import { changeOf } from "../../src/testing/contracts/store/sample.js";
import { cli } from "../cli/run.js";

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "older-"));
  file = join(directory, "orders.db");
});
afterEach(() => rmSync(directory, { recursive: true }));

const withFile = (change: (db: Database) => void) => {
  const db = new Database(file);
  change(db);
  db.close();
};

/** The first schema that there was. */
const first = `
CREATE TABLE orders (order_id TEXT PRIMARY KEY NOT NULL, version INTEGER NOT NULL, status TEXT NOT NULL,
  state TEXT NOT NULL, flags TEXT NOT NULL, flagged INTEGER NOT NULL, in_doubt INTEGER NOT NULL,
  updated_at INTEGER NOT NULL, payment_id TEXT, parked TEXT, record TEXT NOT NULL) STRICT;
CREATE TABLE payments (payment_id TEXT NOT NULL, order_id TEXT NOT NULL, PRIMARY KEY (payment_id, order_id)) STRICT, WITHOUT ROWID;
CREATE TABLE history (order_id TEXT NOT NULL, seq INTEGER NOT NULL, event_id TEXT NOT NULL, at INTEGER NOT NULL,
  entry TEXT NOT NULL, PRIMARY KEY (order_id, seq), UNIQUE (order_id, event_id)) STRICT;
CREATE TABLE outbox (order_id TEXT NOT NULL, seq INTEGER NOT NULL, idx INTEGER NOT NULL, id TEXT NOT NULL UNIQUE,
  lane TEXT NOT NULL, not_before INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
  lease_until INTEGER NOT NULL DEFAULT 0, worker TEXT, created_at INTEGER NOT NULL, dead INTEGER NOT NULL DEFAULT 0,
  error TEXT, effect TEXT NOT NULL, PRIMARY KEY (order_id, seq, idx)) STRICT, WITHOUT ROWID;
CREATE TABLE timers (order_id TEXT NOT NULL, timer TEXT NOT NULL, generation INTEGER NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY (order_id, timer)) STRICT, WITHOUT ROWID;
CREATE TABLE inbox (order_id TEXT NOT NULL, event_id TEXT NOT NULL, attempts INTEGER NOT NULL, not_before INTEGER NOT NULL,
  dead INTEGER NOT NULL, error TEXT NOT NULL, envelope TEXT NOT NULL, PRIMARY KEY (order_id, event_id)) STRICT;
`;

const written = (sql: string, version: number) =>
  withFile((db) => {
    db.pragma("journal_mode = WAL");
    db.exec(`${sql} PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${version};`);
  });

/** Today's file, with an order in it. */
const today = async () => {
  const store = sqliteStore({ file });
  await store.open();
  await store.commit([changeOf("a", 0)]);
  await store.close();
};

const refusal = async (options: object = {}): Promise<StoreError> => {
  const store = sqliteStore({ file, ...options });
  const error = await store.open().then(
    () => null,
    (error: unknown) => error,
  );
  await store.close();
  expect(error).toBeInstanceOf(StoreError);
  return error as StoreError;
};

describe("a file of a version that nothing leads on from is told from a damaged one, and left as it is", () => {
  test.each<[string, () => void | Promise<void>, RegExp]>([
    [
      "the first schema",
      () => written(first, 1),
      /a development version of 0\.1\.0 whose rows carried no checksums yet.*schema 1/,
    ],
    [
      "the second, without checksums",
      () => written(`${first} CREATE INDEX orders_latest ON orders(updated_at, order_id);`, 2),
      /carried no checksums yet.*schema 2/,
    ],
    [
      "checksums of some rows alone",
      async () => {
        await today();
        withFile((db) => {
          db.exec("ALTER TABLE timers DROP COLUMN sum");
          db.pragma("user_version = 3");
        });
      },
      /a development version that is not known here \(schema 3/,
    ],
    [
      "today's number and another shape",
      async () => {
        await today();
        withFile((db) => db.exec("ALTER TABLE orders RENAME COLUMN listed_sum TO seal"));
      },
      new RegExp(`not known here \\(schema ${SCHEMA_VERSION}, without orders.listed_sum`),
    ],
  ])("%s", async (_, make, says) => {
    await make();
    const before = readFileSync(file);
    for (const options of [{}, { readOnly: true }, { beside: true }]) {
      const { code, message, passes } = await refusal(options);
      expect([code, passes]).toEqual(["older", false]);
      expect(message).toMatch(says);
      expect(message).toMatch(/It is not damaged, and nothing was changed\. Let the version that wrote it serve it/);
      expect(message).not.toContain(".recover");
    }
    // The version that wrote it still opens it.
    expect(readFileSync(file).equals(before)).toBe(true);
  });
});

test("commands say the same, and end with 1", async () => {
  written(first, 1);
  for (const args of [
    ["serve", "--sandbox", "--port", "0", "--store", file],
    ["migrate", "--check", "--store", file],
    ["show", "a", "--store", file],
  ]) {
    const { code, err } = await cli(args);
    expect([code, err]).toEqual([1, expect.stringContaining("It is not damaged")]);
  }
});

describe("a file that is really damaged keeps its advice", () => {
  test.each(["orders", "history", "outbox", "timers", "inbox"])("without its table %s", async (table) => {
    await today();
    withFile((db) => db.exec(`DROP TABLE ${table}`));
    const { code, message } = await refusal();
    expect(code).toBe("corrupt");
    expect(message).toMatch(/restore a backup.*sqlite3 .* \.recover/);
  });
});

test("a file of a newer version is refused as before", async () => {
  await today();
  withFile((db) => db.pragma(`user_version = ${SCHEMA_VERSION + 1}`));
  expect((await refusal()).code).toBe("newer");
});
