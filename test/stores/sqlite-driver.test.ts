/** What the store relies on of whichever SQLite it found: see src/stores/sqlite/library.ts. */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { codeOf } from "../../src/stores/sqlite/codes.js";
import { Database } from "../../src/stores/sqlite/driver.js";

let folder: string;
let file: string;
let db: Database;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "driver-"));
  file = join(folder, "a.db");
  db = new Database(file);
  db.exec("PRAGMA journal_mode = WAL; CREATE TABLE t (a, b)");
});
afterEach(() => {
  db.close();
  chmodSync(folder, 0o700);
  rmSync(folder, { recursive: true });
});

const put = (...values: unknown[]) => db.prepare("INSERT INTO t VALUES (?, ?)").run(...values);
const thrown = (work: () => unknown): unknown => {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
};
const code = (work: () => unknown): string => codeOf(thrown(work));

describe("rows", () => {
  test("come as objects, as arrays, and as the first column alone", () => {
    put(1, "x");
    expect({ ...(db.prepare("SELECT * FROM t").get() as object) }).toEqual({ a: 1, b: "x" });
    expect(db.prepare("SELECT * FROM t").raw().all()).toEqual([[1, "x"]]);
    expect([...db.prepare("SELECT * FROM t").pluck().iterate()]).toEqual([1]);
    expect(db.prepare("SELECT * FROM t WHERE a = 2").pluck().get()).toBeUndefined();
    expect(db.prepare<[{ a: number }]>("SELECT b FROM t WHERE a = @a AND a <= @a").pluck().get({ a: 1 })).toBe("x");
  });

  const most = 2n ** 63n - 1n;
  test("hold whole numbers of any size: rounded, unless all are asked for as bigints", () => {
    put(7n, null);
    put(most, -most);
    const sql = "SELECT a, b FROM t ORDER BY a";
    const rounded = [
      [7, null],
      [Number(most), Number(-most)],
    ];
    const rows = db.prepare(sql).raw();
    expect(rows.all()).toEqual(rounded);
    // And once more: what was set to read the first time does not stay.
    expect(rows.all()).toEqual(rounded);
    expect([...rows.iterate()]).toEqual(rounded);
    expect(rows.get()).toEqual(rounded[0]);
    const last = db.prepare("SELECT a FROM t ORDER BY a DESC");
    expect({ ...(last.get() as object) }).toEqual({ a: Number(most) });
    const exact = [
      [7n, null],
      [most, -most],
    ];
    expect(db.prepare(sql).raw().safeIntegers().all()).toEqual(exact);
    expect([...db.prepare(sql).raw().safeIntegers().iterate()]).toEqual(exact);
  });

  test("hold bytes as Buffers, none of them among them", () => {
    put(Buffer.alloc(0), Buffer.from([0, 255]));
    put(new Uint8Array([9, 8, 7]).subarray(1), null);
    const found = db.prepare<[], [Buffer, Buffer]>("SELECT a, b FROM t").raw().all();
    expect(
      found.flat().map((value) => (value === null ? null : [Buffer.isBuffer(value), value.toString("hex")])),
    ).toEqual([[true, ""], [true, "00ff"], [true, "0807"], null]);
    expect(db.prepare("SELECT typeof(a), length(a) FROM t").raw().get()).toEqual(["blob", 0]);
  });

  test("hold texts that are no UTF-8 as JavaScript puts them, and their bytes where those are asked for", () => {
    db.exec("INSERT INTO t VALUES (CAST(x'61ff62' AS TEXT), CAST(x'610062' AS TEXT))");
    expect(db.prepare("SELECT a FROM t").pluck().get()).toBe("a\ufffdb");
    const bytes = db.prepare<[], [Buffer, Buffer]>("SELECT CAST(a AS BLOB), CAST(b AS BLOB) FROM t").raw().get();
    expect(bytes?.map((one) => one.toString("hex"))).toEqual(["61ff62", "610062"]);
  });

  test("a text with a NUL is bound as its bytes, and not up to the NUL", () => {
    db.exec("CREATE TABLE s (a TEXT) STRICT; INSERT INTO s VALUES ('a')");
    const found = (sql: string, ...bound: unknown[]) =>
      db
        .prepare(`SELECT count(*) FROM s WHERE ${sql}`)
        .pluck()
        .get(...bound);
    expect([found("a = ?", "a\0b"), found("a = @a", { a: "a\0b" }), found("a = ?", "a")]).toEqual([0, 0, 1]);
    expect(code(() => db.prepare("INSERT INTO s VALUES (?)").run("a\0b"))).toBe("SQLITE_CONSTRAINT");
    db.prepare("INSERT INTO s VALUES (CAST(? AS TEXT))").run("a\0b");
    expect([
      found("hex(a) = '610062'"),
      found("a = CAST(? AS TEXT)", "a\0b"),
      found("a > CAST(? AS TEXT)", "a"),
    ]).toEqual([1, 1, 1]);
    put(undefined, null);
    expect(db.prepare("SELECT typeof(a), typeof(b) FROM t").raw().all()).toEqual([["null", "null"]]);
  });

  test("are read on while others are written", () => {
    for (const a of [1, 2, 3]) put(a, "old");
    const seen: unknown[] = [];
    for (const a of db.prepare<[], number>("SELECT a FROM t WHERE b = 'old' ORDER BY rowid").pluck().iterate()) {
      seen.push(a);
      db.prepare("UPDATE t SET b = 'new' WHERE a = ?").run(a);
    }
    expect(seen).toEqual([1, 2, 3]);
    for (const _ of db.prepare("SELECT a FROM t").iterate()) break;
    expect(db.prepare("UPDATE t SET b = 'newer'").run().changes).toBe(3);
    expect(db.prepare("UPDATE t SET b = 'none' WHERE a = 9").run().changes).toBe(0);
    expect(db.pragma("wal_checkpoint(TRUNCATE)")).toBe(0);
  });
});

describe("a transaction", () => {
  test("is all of it or nothing, and one within it is part of it", () => {
    const fails = () =>
      db.immediate(() => {
        put(1, null);
        db.immediate(() => put(2, null));
        throw new Error("no");
      });
    expect(fails).toThrow("no");
    expect(db.prepare("SELECT count(*) FROM t").pluck().get()).toBe(0);
    expect(db.immediate(() => put(3, null).changes)).toBe(1);
    expect(db.prepare("SELECT a FROM t").pluck().all()).toEqual([3]);
  });

  test("waits for the write lock at its beginning, as long as it was told to", () => {
    const other = new Database(file, { timeout: 300 });
    db.exec("BEGIN IMMEDIATE");
    let begun = false;
    const start = performance.now();
    const error = thrown(() =>
      other.immediate(() => {
        begun = true;
      }),
    );
    const waited = performance.now() - start;
    db.exec("ROLLBACK");
    other.close();
    expect([codeOf(error), begun, waited > 200]).toEqual(["SQLITE_BUSY", false, true]);
  });
});

describe("closing", () => {
  test("lets go of the file at once, with statements that were kept and one in the middle", () => {
    put(1, null);
    const kept = db.prepare("SELECT a FROM t");
    const under = kept.iterate();
    under.next();
    db.close();
    db.close();
    expect([existsSync(`${file}-wal`), existsSync(`${file}-shm`)]).toEqual([false, false]);
    expect(() => kept.all()).toThrow();
    expect(() => under.next()).toThrow();
    expect(() => db.prepare("SELECT 1")).toThrow();
    // Nothing of it is left in the log: the file alone holds the row.
    const copy = join(folder, "copy.db");
    writeFileSync(copy, readFileSync(file));
    const again = new Database(copy, { readonly: true });
    expect(again.prepare("SELECT a FROM t").pluck().all()).toEqual([1]);
    again.close();
  });
});

describe("opening", () => {
  test("only a file that is there, by any name, makes none", () => {
    const place = join(folder, "100%25 a?b#c é.db");
    expect(code(() => new Database(place, { fileMustExist: true }))).toBe("SQLITE_CANTOPEN");
    expect(code(() => new Database(place, { readonly: true }))).toBe("SQLITE_CANTOPEN");
    expect(existsSync(place)).toBe(false);
    new Database(place).close();
    expect(existsSync(place)).toBe(true);
    const found = new Database(place, { fileMustExist: true });
    found.exec("CREATE TABLE it (x)");
    expect([found.name, found.readonly]).toEqual([place, false]);
    found.close();
    const looked = new Database(place, { readonly: true });
    expect(looked.prepare("SELECT count(*) FROM it").pluck().get()).toBe(0);
    expect(code(() => looked.exec("DROP TABLE it"))).toBe("SQLITE_READONLY");
    looked.close();
  });

  test("waits, keeps foreign keys and takes no text in double quotes, unless it is told otherwise", () => {
    expect(db.pragma("busy_timeout")).toBe(5000);
    expect(db.pragma("foreign_keys")).toBe(1);
    expect(() => db.prepare('SELECT "nothing"')).toThrow("no such column");
  });
});

describe("errors have SQLite's names", () => {
  test("where it is the statement's fault", () => {
    db.exec("CREATE TABLE one (a TEXT PRIMARY KEY) STRICT");
    db.exec("INSERT INTO one VALUES ('x')");
    expect(code(() => db.exec("INSERT INTO one VALUES ('x')"))).toBe("SQLITE_CONSTRAINT");
    expect(code(() => db.prepare("oops"))).toBe("SQLITE_ERROR");
    db.exec("PRAGMA max_page_count = 4");
    expect(code(() => put("x".repeat(100_000), null))).toBe("SQLITE_FULL");
  });

  test("where it is the file's, whichever way it is read", () => {
    db.exec(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) INSERT INTO t SELECT i, hex(randomblob(100)) FROM n",
    );
    db.close();
    const bytes = readFileSync(file);
    bytes.fill(0xff, 4096 * 5, 4096 * 20);
    writeFileSync(file, bytes);
    db = new Database(file);
    const rows = db.prepare("SELECT * FROM t");
    expect(code(() => rows.all())).toBe("SQLITE_CORRUPT");
    expect(code(() => [...rows.iterate()])).toBe("SQLITE_CORRUPT");
    expect(code(() => rows.all())).toBe("SQLITE_CORRUPT");
    expect(code(() => db.prepare("SELECT sum(a) FROM t").get())).toBe("SQLITE_CORRUPT");
    const other = join(folder, "b.db");
    writeFileSync(other, "no database, and long enough to be looked at".repeat(20));
    const odd = new Database(other);
    expect(code(() => odd.exec("CREATE TABLE x (y)"))).toBe("SQLITE_NOTADB");
    odd.close();
    mkdirSync(join(folder, "c.db"));
    expect(code(() => new Database(join(folder, "c.db")))).toBe("SQLITE_CANTOPEN");
  });

  test.each([
    [5, "SQLITE_BUSY"],
    [517, "SQLITE_BUSY"],
    [1032, "SQLITE_READONLY"],
    [10, "SQLITE_IOERR"],
    [266, "SQLITE_IOERR_READ"],
    [1034, "SQLITE_IOERR_FSYNC"],
    [3082, "SQLITE_IOERR_NOMEM"],
    [8714, "SQLITE_IOERR_IN_PAGE"],
    [779, "SQLITE_CORRUPT"],
    [99, "SQLITE_99"],
  ])("%i is %s", (errcode, name) => {
    expect(codeOf(Object.assign(new Error("said"), { code: "ERR_SQLITE_ERROR", errcode }))).toBe(name);
  });
  test("another error keeps its own", () => {
    expect(codeOf(Object.assign(new Error("said"), { code: "ENOENT" }))).toBe("ENOENT");
    expect([codeOf(new Error("said")), codeOf("said")]).toEqual(["", ""]);
  });
});
