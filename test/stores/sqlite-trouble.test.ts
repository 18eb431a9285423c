/** What a disk can do to the file: lose its end, change a byte, fill up, refuse to be written. */
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { StoreError } from "../../src/ports/store.js";
import { StoreDatabase } from "../../src/stores/sqlite/database.js";
import { Database } from "../../src/stores/sqlite/driver.js";
import { crossing } from "../../src/stores/sqlite/errors.js";
import { openFile } from "../../src/stores/sqlite/opening.js";
import type { SqliteOptions } from "../../src/stores/sqlite/store.js";
import { sqliteStore } from "../../src/stores/sqlite/store.js";
import * as wire from "../../src/stores/sqlite/wire.js";
import { changeOf, effectOf, eventOf, T } from "../../src/testing/contracts/store/sample.js";
import { Chance } from "../../src/testing/simulator/chance.js";

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "trouble-"));
  file = join(directory, "store.db");
});
afterEach(() => rmSync(directory, { recursive: true }));

const FAR = Number.MAX_SAFE_INTEGER;
const full = (id: string) => ({
  effects: [effectOf(id, 1, 0)],
  timers: { set: [{ orderId: id, timer: "t", generation: 1, at: T + 5 }], cancel: [] },
});

const opened = <T>(options: SqliteOptions, look: (db: StoreDatabase) => T): T => {
  const db = new StoreDatabase(openFile(options));
  try {
    return look(db);
  } finally {
    db.close();
  }
};

/** Everything that can be read of an order. */
const readOrder = (db: StoreDatabase, orderId: string) => {
  const [row = null] = db.load([{ orderId, eventIds: [] }])[0] ?? [];
  const { record, parked } = wire.readLoaded(orderId, row);
  if (record === null && parked !== null) throw new StoreError("corrupt", parked);
  const history = db.history(orderId, 0, 99).map(wire.readEntry);
  const effects = db.effectsOf(orderId).map((columns) => {
    const { id, effect, lane } = wire.readEffect(columns).claimed;
    return { id, effect, lane };
  });
  return { record, history, effects };
};

test("the power goes at any byte of the log: what was acknowledged before is there, whole, and nothing else", {
  timeout: 480_000,
}, async () => {
  const store = sqliteStore({ file });
  await store.open();
  const log = `${file}-wal`;
  const acknowledged: { id: string; logged: number }[] = [];
  for (let i = 0; i < 15; i += 1) {
    const id = `order-${i}`;
    await store.commit([changeOf(id, 0, full(id))]);
    acknowledged.push({ id, logged: statSync(log).size });
  }
  const [base, wal] = [readFileSync(file), readFileSync(log)];
  await store.close();
  const FRAME = 24 + 4096;
  const chance = new Chance(7);
  const ends = Array.from({ length: Math.floor((wal.length - 32) / FRAME) + 1 }, (_, i) => 32 + i * FRAME);
  const cuts = [...ends, ...ends.map((end) => end + chance.between(1, FRAME - 1)), 0, 31].filter(
    (n) => n <= wal.length,
  );
  const copy = join(directory, "copy.db");
  for (const cut of cuts) {
    for (const end of ["-wal", "-shm"]) rmSync(copy + end, { force: true });
    writeFileSync(copy, base);
    writeFileSync(`${copy}-wal`, wal.subarray(0, cut));
    const kept = opened({ file: copy }, (db) =>
      acknowledged.filter(({ id }) => {
        const { record, history, effects } = readOrder(db, id);
        // A transaction is there with all of its rows or with none.
        expect([id, cut, history.length, effects.length]).toEqual([
          id,
          cut,
          record?.version ?? 0,
          record?.version ?? 0,
        ]);
        return record !== null;
      }),
    );
    const wanted = acknowledged.filter(({ logged }) => logged <= cut);
    expect([cut, kept.map(({ id }) => id)]).toEqual([cut, wanted.map(({ id }) => id)]);
  }
  expect(cuts.length).toBeGreaterThan(100);
});

test("a byte changes anywhere in the file: it is refused at the start or when it is read, or it changed nothing", {
  timeout: 300_000,
}, async () => {
  const store = sqliteStore({ file });
  await store.open();
  const ids = Array.from({ length: 60 }, (_, i) => `order-${i}`);
  await store.commit(ids.map((id) => changeOf(id, 0, full(id))));
  await store.postpone(ids.slice(0, 20).map((id) => eventOf(id, "late")));
  await store.close();
  const bytes = readFileSync(file);
  const readAll = () =>
    opened({ file }, (db) => ({
      orders: ids.map((id) => readOrder(db, id)),
      listed: db.list({ limit: 500 }).map(wire.readOrder),
      timers: db.dueTimers(FAR, 500).map(wire.readTimer),
      due: db.dueTimers(T + 5, 500).length,
      events: db.dueEvents(FAR, 500).map((row) => wire.readEvent(row).envelope),
    }));
  const want = readAll();
  const chance = new Chance(11);
  // Every page twice, each time at another place.
  const places = Array.from({ length: 2 * Math.floor(bytes.length / 4096) }, (_, i) =>
    Math.max(100, Math.floor(i / 2) * 4096 + chance.between(0, 4095)),
  );
  let refused = 0;
  for (const place of places) {
    for (const end of ["-wal", "-shm"]) rmSync(file + end, { force: true });
    const changed = Buffer.from(bytes);
    changed[place] = (changed[place] as number) ^ (1 << chance.between(0, 7));
    writeFileSync(file, changed);
    let got: unknown;
    try {
      got = readAll();
    } catch (error) {
      refused += 1;
      const { code, message } = crossing(error, file);
      expect([place, code, message]).toEqual([place, "corrupt", message]);
      continue;
    }
    expect([place, got]).toEqual([place, want]);
  }
  expect(refused).toBeGreaterThan(places.length / 4);
});

test("a damaged record sets its order aside and says how to go on; the others are read", async () => {
  const store = sqliteStore({ file });
  await store.open();
  await store.commit([changeOf("sick", 0), changeOf("well", 0)]);
  await store.close();
  const bytes = readFileSync(file);
  // In its record, past the columns: one digit of an amount.
  const at = bytes.indexOf('"total":', bytes.indexOf('{"orderId":"sick"'));
  expect(at).toBeGreaterThan(0);
  bytes[at + 8] = (bytes[at + 8] as number) ^ 1;
  writeFileSync(file, bytes);
  await store.open();
  const [sick, well] = await store.load([
    { orderId: "sick", eventIds: [] },
    { orderId: "well", eventIds: [] },
  ]);
  expect(sick?.record).toBeNull();
  expect(sick?.parked).toMatch(/order sick is damaged.*restore a backup/);
  expect(well?.record?.orderId).toBe("well");
  await store.close();
});

test("an order whose id came to hold a NUL stops no list and no pruning of the others, and is found by its id", async () => {
  const store = sqliteStore({ file });
  await store.open();
  await store.commit(["a", "b", "c"].map((id) => changeOf(id, 0)));
  await store.close();
  const db = new Database(file);
  db.exec("UPDATE orders SET in_doubt = 0; UPDATE orders SET order_id = 'b' || char(0) WHERE order_id = 'b'");
  db.close();
  await store.open();
  const listed: string[] = [];
  for (
    let page = await store.list({ limit: 1 });
    page[0];
    page = await store.list({ limit: 1, after: page[0].orderId })
  )
    listed.push(page[0].orderId);
  expect(listed).toEqual(["a", "c"]);
  const pruned: (string | null)[] = [];
  for (let after: string | null = ""; after !== null; ) {
    const { last } = await store.prune(T, { after, limit: 1, dryRun: false });
    pruned.push(last);
    after = last;
  }
  expect(pruned).toEqual(["a", "b\0", "c", null]);
  expect((await store.examine("b\0")).map(({ table, orderId }) => [table, orderId])).toEqual([
    ["listed", "b\0"],
    ["orders", "b\0"],
  ]);
  await store.close();
});

/** A small disk of its own; null where that is not allowed. */
const smallDisk = (): { at: string; remount(how: string): void; gone(): void } | null => {
  const at = mkdtempSync(join(tmpdir(), "small-disk-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", at], { stdio: "ignore" });
  } catch {
    rmSync(at, { recursive: true });
    return null;
  }
  return {
    at,
    remount: (how) => execFileSync("mount", ["-o", `remount,${how}`, at]),
    gone: () => {
      execFileSync("umount", [at]);
      rmSync(at, { recursive: true });
    },
  };
};

test("a disk that is full refuses and keeps what it has; when there is room again the same store goes on", async () => {
  const disk = smallDisk();
  if (disk === null) return console.warn("not on a full disk: mounting one is not allowed here");
  const place = join(disk.at, "store.db");
  const store = sqliteStore({ file: place });
  try {
    await store.open();
    const kept: string[] = [];
    let trouble: unknown = null;
    for (let i = 0; trouble === null && i < 2000; i += 1) {
      await store.commit([changeOf(`order-${i}`, 0, full(`order-${i}`))]).then(
        () => kept.push(`order-${i}`),
        (error) => {
          trouble = error;
        },
      );
    }
    expect(trouble).toMatchObject({ code: "full", passes: true });
    expect((trouble as Error).message).toMatch(/nothing was written. Free some space/);
    expect((await store.counts()).orders).toBe(kept.length);
    disk.remount("size=8m");
    expect(await store.commit([changeOf("after", 0)])).toEqual(["committed"]);
    await store.close();
    opened({ file: place }, (db) => {
      for (const id of [...kept, "after"]) expect(readOrder(db, id).record?.orderId).toBe(id);
    });
  } finally {
    await store.close().catch(() => {});
    disk.gone();
  }
});

test("a disk that can only be read is refused by name", async () => {
  const disk = smallDisk();
  if (disk === null) return console.warn("not on a read-only disk: mounting one is not allowed here");
  try {
    const store = sqliteStore({ file });
    await store.open();
    await store.commit([changeOf("a", 0)]);
    await store.close();
    const place = join(disk.at, "store.db");
    copyFileSync(file, place);
    disk.remount("ro");
    const error = await sqliteStore({ file: place })
      .open()
      .catch((error: unknown) => error);
    expect(error).toMatchObject({ code: "readonly" });
    expect((error as Error).message).toContain(place);
  } finally {
    disk.gone();
  }
});
