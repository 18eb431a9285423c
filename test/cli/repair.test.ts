/** `repair` and `backup` on a real file with damaged rows. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { Database } from "../../src/stores/sqlite/driver.js";
import { sqliteStore } from "../../src/stores/sqlite/store.js";
import { changeOf, effectOf, eventOf, T } from "../../src/testing/contracts/store/sample.js";
import { temporary } from "../engine/place.js";
import { cli } from "./run.js";

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

/** Two orders with a timer, an effect and an event each; those of the sick one are damaged. */
const sick = async (...damages: string[]): Promise<string> => {
  const { file, remove } = await temporary();
  ends.push(remove);
  const store = sqliteStore({ file });
  await store.open();
  const timers = (orderId: string) => ({ set: [{ orderId, timer: "t", generation: 1, at: T }], cancel: [] });
  const ids = ["sick", "well"];
  const changes = ids.map((id) => changeOf(id, 0, { effects: [effectOf(id, 1, 0)], timers: timers(id) }));
  await store.commit(
    changes.map((change) => ({ ...change, record: { ...change.record, timers: { t: { generation: 1, at: T } } } })),
  );
  await store.postpone(ids.map((id) => eventOf(id, "late")));
  await store.close();
  const db = new Database(file);
  for (const damage of damages) db.prepare(`UPDATE ${damage} WHERE order_id = 'sick'`).run();
  db.close();
  return file;
};

const TIMER = "timers SET at = 5";
const EFFECT = "outbox SET effect = '{\"type\":'";
const EVENT = "inbox SET envelope = 'oops'";
const RECORD = "orders SET record = 'oops'";

describe("repair", () => {
  test("shows what is damaged of one order and changes nothing", async () => {
    const file = await sick(TIMER, EFFECT, EVENT);
    for (let i = 0; i < 2; i += 1) {
      const { code, out } = await cli(["repair", "sick", "--store", file]);
      expect(code).toBe(3);
      expect(out).toMatch(/sick +timers +t +timer t of order sick is damaged: its checksum is another one/);
      expect(out).toMatch(/sick +outbox +sick:1:0 +effect sick:1:0 of order sick is damaged/);
      expect(out).toMatch(/sick +inbox +late +event late of order sick is damaged/);
      expect(out).toContain("Nothing was changed.");
    }
    expect((await cli(["repair", "well", "--store", file])).code).toBe(0);
    expect(await cli(["repair", "--store", file])).toMatchObject({ code: 0, out: "No damaged rows.\n" });
  });

  test("takes it out, prints it as it was, and the order goes on", async () => {
    const file = await sick(TIMER, EVENT);
    const { code, out } = await cli(["repair", "sick", "--store", file, "--apply", "--json"]);
    expect(code).toBe(0);
    const { taken, left } = JSON.parse(out);
    expect(left).toEqual([]);
    expect(taken.map((row: { table: string; row: object }) => [row.table, row.row])).toEqual([
      ["timers", expect.objectContaining({ order_id: "sick", timer: "t", at: 5 })],
      ["inbox", expect.objectContaining({ order_id: "sick", event_id: "late", envelope: "oops" })],
    ]);
    const store = sqliteStore({ file });
    await store.open();
    expect((await store.dueTimers(T, 9)).map(({ orderId }) => orderId)).toEqual(["sick", "well"]);
    await store.close();
    expect((await cli(["repair", "sick", "--store", file])).code).toBe(0);
  });

  test("says that a record cannot be mended; forgotten, the shop can place the order anew", async () => {
    const file = await sick(RECORD);
    const { code, out } = await cli(["repair", "sick", "--store", file, "--apply"]);
    expect(code).toBe(3);
    expect(out).toContain("restore a backup");
    expect((await cli(["repair", "--store", file])).out).toMatch(/sick +orders +sick/);
    const why = await cli(["why", "sick", "--store", file]);
    expect(why).toMatchObject({ code: 1, err: expect.stringContaining("order-status repair") });
    const gone = await cli(["repair", "sick", "--store", file, "--apply", "--forget"]);
    expect(gone.code).toBe(0);
    expect(gone.out.split("\n").filter((line) => line.startsWith("{"))).toHaveLength(6);
    const store = sqliteStore({ file });
    await store.open();
    expect(await store.commit([changeOf("sick", 0)])).toEqual(["committed"]);
    await store.close();
  });

  test("show and why name it before an engine has met it", async () => {
    const file = await sick(TIMER);
    expect((await cli(["show", "sick", "--store", file])).out).toMatch(/parked +timer t of order sick is damaged/);
  });

  test("without an order nothing is repaired", async () => {
    const file = await sick(TIMER);
    expect((await cli(["repair", "--store", file, "--apply"])).code).toBe(2);
  });
});

describe("a backup with a row that cannot be read", () => {
  test.each([
    ["a timer", TIMER],
    ["an effect", EFFECT],
    ["an event", EVENT],
    ["a record", RECORD],
    ["an entry", "history SET entry = 'oops'"],
    ["what is listed", "orders SET flags = 'oops'"],
    ["an id", "timers SET order_id = CAST(x'eda080' AS TEXT)"],
  ])("%s: it is called damaged, and the command ends with 1", async (_what, damage) => {
    const file = await sick(damage);
    const to = join(file, "..", "backup.db");
    const { code, out } = await cli(["backup", "--store", file, "--to", to]);
    expect([code, existsSync(to), existsSync(`${to}.damaged`)]).toEqual([1, false, true]);
    expect(out).toMatch(/Not every row of it can be read:\n.* is damaged: /);
  });

  test("one that was parked is said too", async () => {
    const file = await sick(TIMER);
    const store = sqliteStore({ file });
    await store.open();
    await store.dueTimers(T, 9);
    await store.close();
    const { code } = await cli(["backup", "--store", file, "--to", join(file, "..", "backup.db")]);
    expect(code).toBe(1);
  });

  test("is taken as it is where that is allowed, and still says so", async () => {
    const file = await sick(TIMER);
    const to = join(file, "..", "backup.db");
    const { code, out } = await cli(["backup", "--store", file, "--to", to, "--allow-damaged"]);
    expect([code, existsSync(to)]).toEqual([0, true]);
    expect(out).toContain("Not every row of it can be read:");
    expect((await cli(["backup", "--store", to, "--to", `${to}2`])).code).toBe(1);
  });
});
