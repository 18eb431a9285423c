import type { ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { StoreError } from "../../src/ports/store.js";
import { StoreDatabase } from "../../src/stores/sqlite/database.js";
import { Database } from "../../src/stores/sqlite/driver.js";
import { crossing } from "../../src/stores/sqlite/errors.js";
import { type SqliteLibrary, sqliteLibrary } from "../../src/stores/sqlite/library.js";
import { openFile } from "../../src/stores/sqlite/opening.js";
import { sqliteStore } from "../../src/stores/sqlite/store.js";
import { writeChange } from "../../src/stores/sqlite/wire.js";
import { changeOf, effectOf, idsOf, load, T } from "../../src/testing/contracts/store/sample.js";
import { storeElsewhere } from "./sqlite-process.js";

let directory: string;
let file: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "sqlite-"));
  file = join(directory, "store.db");
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  rmSync(directory, { recursive: true });
});

const refusal = async (options: Parameters<typeof sqliteStore>[0]): Promise<StoreError> => {
  const store = sqliteStore(options);
  const error = await store.open().then(
    () => null,
    (error: unknown) => error,
  );
  await store.close();
  expect(error).toBeInstanceOf(StoreError);
  return error as StoreError;
};

/** A store with some orders in it, closed. */
const filled = async (orders = 200) => {
  const store = sqliteStore({ file });
  await store.open();
  await store.commit(Array.from({ length: orders }, (_, i) => changeOf(`order-${i}`, 0)));
  await store.close();
};

const withFile = (change: (db: Database) => void) => {
  const db = new Database(file);
  change(db);
  db.close();
};

test("a file of the version before is brought up to this one, and until then can be looked at", async () => {
  await filled(3);
  const store = sqliteStore({ file });
  await store.open();
  await store.commit([changeOf("waits", 0, { effects: [effectOf("waits", 1, 0)] })]);
  await store.close();
  const made = () => {
    const db = new Database(file, { readonly: true });
    const names = db.prepare("SELECT name FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name").pluck().all();
    const version = db.pragma("user_version");
    db.close();
    return { names, version };
  };
  const today = made();
  withFile((db) => {
    db.exec("DROP INDEX orders_latest; DROP INDEX orders_status_latest; DROP INDEX orders_flagged_latest");
    db.exec("DROP TRIGGER deliveries_noted; DROP TABLE deliveries; DROP TABLE subscriptions");
    db.exec("DROP TABLE secrets");
    db.exec("DROP TABLE damaged");
    db.exec("DROP INDEX outbox_odd; DROP INDEX inbox_odd; DROP INDEX timers_odd");
    db.exec("DROP INDEX outbox_lane; ALTER TABLE outbox DROP COLUMN peer; ALTER TABLE outbox DROP COLUMN kind");
    db.pragma("user_version = 1");
  });
  const looking = sqliteStore({ file, readOnly: true });
  await looking.open();
  expect(await looking.list({ latest: { before: null }, limit: 9 })).toHaveLength(4);
  expect(await looking.damaged(9)).toEqual([]);
  expect(idsOf(await looking.effectsOf("waits"))).toEqual(["waits:1:0"]);
  await looking.close();
  expect(made().version).toBe(1);
  await store.open();
  expect(idsOf(await store.claim(T, 9, 9, "w"))).toEqual(["waits:1:0"]);
  await store.close();
  expect(made()).toEqual(today);
});

describe("refuses and leaves alone", () => {
  const untouched = async (code: StoreError["code"], says: RegExp) => {
    const before = readFileSync(file);
    const error = await refusal({ file });
    expect(error.code).toBe(code);
    expect(error.message).toContain(file);
    expect(error.message).toMatch(says);
    expect(error.passes).toBe(false);
    expect(readFileSync(file).equals(before)).toBe(true);
  };

  test("a file with flipped bytes", async () => {
    await filled();
    const bytes = readFileSync(file);
    for (let at = 4096; at < bytes.length; at += 512) bytes.fill(0xa5, at, at + 64);
    writeFileSync(file, bytes);
    await untouched("corrupt", /restore a backup.*sqlite3 .* \.recover/);
  });

  test("a file cut in half", async () => {
    await filled();
    writeFileSync(file, readFileSync(file).subarray(0, 3 * 4096));
    await untouched("corrupt", /restore a backup/);
  });

  test("an empty file", async () => {
    writeFileSync(file, "");
    await untouched("corrupt", /is empty/);
  });

  test("a garbage file", async () => {
    writeFileSync(file, Buffer.alloc(9000, "garbage "));
    await untouched("not-ours", /not a SQLite database/);
    expect(existsSync(`${file}-owner`)).toBe(false);
  });

  test("another program's SQLite file", async () => {
    withFile((db) => db.exec("CREATE TABLE theirs (x); PRAGMA application_id = 42"));
    await untouched("not-ours", /another program/);
  });

  test("a newer release's file", async () => {
    await filled(1);
    withFile((db) => db.pragma("user_version = 99"));
    await untouched("newer", /newer release/);
  });

  test("a log without its file", async () => {
    writeFileSync(`${file}-wal`, "the rest of it");
    expect(await refusal({ file })).toMatchObject({ code: "corrupt" });
    expect(existsSync(file)).toBe(false);
  });

  test("a directory, a place that does not exist, one that cannot be written", async () => {
    mkdirSync(file);
    expect(await refusal({ file })).toMatchObject({ code: "not-ours" });
    expect(await refusal({ file: join(directory, "no", "such", "place.db") })).toMatchObject({ code: "readonly" });
    // Not even root can make a file in here.
    expect(await refusal({ file: "/proc/store.db" })).toMatchObject({ code: "readonly" });
  });

  test("an owner file that is something else", async () => {
    writeFileSync(`${file}-owner`, Buffer.alloc(5000, "notes "));
    expect(await refusal({ file })).toMatchObject({ code: "not-ours" });
  });
});

test("a commit waits for the disk: WAL and synchronous=FULL, read back", () => {
  const { db, close } = openFile({ file });
  expect(db.pragma("journal_mode")).toBe("wal");
  expect(db.pragma("synchronous")).toBe(2);
  expect(db.pragma("busy_timeout")).toBe(5000);
  close();
});

test("what a crash left of a store in the making is made anew", async () => {
  writeFileSync(`${file}-new`, "half a store");
  const store = sqliteStore({ file });
  await store.open();
  expect((await store.counts()).orders).toBe(0);
  await store.close();
  expect(existsSync(`${file}-new`)).toBe(false);
});

test("a second process is refused until the first is gone, however it goes; what it committed is there", async () => {
  const child = await storeElsewhere(file, ["a"]);
  children.push(child);
  const error = await refusal({ file });
  expect(error.code).toBe("locked");
  expect(error.message).toContain(file);
  const link = join(directory, "link.db");
  symlinkSync(file, link);
  expect((await refusal({ file: link })).code).toBe("locked");

  const reader = sqliteStore({ file, readOnly: true });
  await reader.open();
  expect((await load(reader, "a")).record?.version).toBe(1);
  await reader.close();

  // Asked while the first still lives: whoever waits gets it.
  const patient = sqliteStore({ file, ownerTimeoutMs: 20_000 });
  const opening = patient.open();
  setTimeout(() => child.kill("SIGKILL"), 200);
  await opening;
  expect((await load(patient, "a", "event-1")).processedIds).toEqual(["event-1"]);
  await patient.close();
});

test("opened for reading only, it writes nothing", async () => {
  expect(await refusal({ file, readOnly: true })).toMatchObject({ code: "absent" });
  expect(existsSync(file)).toBe(false);
  await filled(3);
  const reader = sqliteStore({ file, readOnly: true });
  await reader.open();
  expect((await reader.list({ limit: 9 })).length).toBe(3);
  await expect(reader.commit([changeOf("new", 0)])).rejects.toMatchObject({ code: "readonly" });
  await reader.close();
});

test("a full disk refuses the whole group and passes", async () => {
  const opened = openFile({ file });
  const database = new StoreDatabase(opened);
  const changes = Array.from({ length: 500 }, (_, i) => writeChange(changeOf(`o${i}`, 0)));
  opened.db.pragma("max_page_count = 60");
  let seen: unknown;
  try {
    database.commit(changes);
  } catch (error) {
    seen = crossing(error, file);
  }
  expect(seen).toMatchObject({ code: "full" });
  expect(database.counts().counts[0]).toBe(0);
  opened.db.pragma("max_page_count = 100000");
  expect(database.commit(changes)).not.toContain("conflict");
  database.close();
});

test("a writer from outside makes it busy, which passes", async () => {
  const store = sqliteStore({ file });
  await store.open();
  const other = new Database(file);
  other.exec("BEGIN IMMEDIATE");
  const error = await store.commit([changeOf("a", 0)]).catch((error: unknown) => error);
  expect(error).toMatchObject({ code: "busy", passes: true });
  other.exec("ROLLBACK");
  other.close();
  expect(await store.commit([changeOf("a", 0)])).toEqual(["committed"]);
  await store.close();
});

test("a fault in the program fails the group as a whole and is no StoreError", async () => {
  const store = sqliteStore({ file });
  await store.open();
  const broken = changeOf("b", 0, { effects: [effectOf("b", 1, 0), effectOf("b", 1, 0)] });
  const error = await store.commit([changeOf("a", 0), broken]).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(Error);
  expect(error).not.toBeInstanceOf(StoreError);
  expect((await store.counts()).orders).toBe(0);
  await store.close();
});

test("a copy taken while it runs opens as a store of its own", async () => {
  const store = sqliteStore({ file });
  await store.open();
  await store.commit([changeOf("a", 0, { effects: [effectOf("a", 1, 0)] })]);
  const copy = join(directory, "copy.db");
  const { DatabaseSync, backup } = sqliteLibrary() as SqliteLibrary & {
    backup(from: unknown, to: string): Promise<unknown>;
  };
  const from = new DatabaseSync(file, { readOnly: true, timeout: 0 });
  await backup(from, copy);
  from.close();
  const second = sqliteStore({ file: copy });
  await second.open();
  expect((await second.claim(T, 9, 9, "w")).length).toBe(1);
  await second.close();
  await store.close();
});
