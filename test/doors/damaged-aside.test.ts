/** The table of what was parked is damaged itself: its order rests, health names it, and a repair makes it go on. */
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { Place } from "../engine/place.js";
import { startDisks } from "./disks.js";

const disks = await startDisks();
const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  await disks.end();
});
afterAll(() => disks.stop(), 240_000);

const rows: [table: string, id: string, what: string, row: string][] = [
  ["inbox", "later", "bad", "not json"],
  ["inbox", "later", "bad", ""],
  ["outbox", "s:1:0", "bad", "[]"],
  ["outbox", "s:1:0", "bad", "null"],
  ["outbox", "s:1:0", "", '{"id":7}'],
  ["nowhere", "x", "bad", "{}"],
  ["__proto__", "", "bad\u0007\u202e", "{}"],
];

const stores = [
  ["SQLite", disks.sqlite] as const,
  ...(disks.postgres ? [["PostgreSQL", disks.postgres] as const] : []),
];

test.each(stores)("%s: a row there that is damaged stops its own order alone", { timeout: 40_000 }, async (_, made) => {
  const disk = await made();
  const place = await Place.made({ store: disk.store() });
  ends.push(() => place.end());
  const sick = rows.map((_row, i) => `s${i}`);
  for (const id of [...sick, "well"]) await place.order(id);
  for (const [i, row] of rows.entries())
    await disk.sql("INSERT INTO damaged (order_id, tbl, id, what, row) VALUES (?, ?, ?, ?, ?)", sick[i], ...row);

  const { ok, damaged, counts } = await place.engine.queries.health();
  expect([ok, damaged, counts?.damaged]).toEqual([true, sick, sick.length]);
  await place.tell("well", { type: "customer.returned", page: "success" });
  expect(place.status("well")).toBe("processing");
  for (const id of sick)
    expect((await place.engine.submit(id, { type: "merchant.held", via: "api" })).outcome).toBe("deferred");
  const told = [];
  for await (const one of place.engine.reconcile({ dryRun: true, freshMs: -1, perSecond: Number.POSITIVE_INFINITY }))
    told.push(one);
  expect(told.filter(({ outcome }) => outcome === "unread").map(({ orderId }) => orderId)).toEqual(sick);
  expect(told.map(({ orderId }) => orderId)).toContain("well");
  await place.engine.stop();

  const store = disk.store();
  await store.open();
  for (const id of sick) {
    expect((await store.examine(id)).length).toBe(1);
    const { taken, left } = await store.repair(id, { forget: false });
    expect([taken.length, left]).toEqual([1, []]);
  }
  expect(await store.damaged(9)).toEqual([]);
  await store.close();
  place.engine = await place.start({ store: disk.store() });
  await place.after(310_000);
  expect(sick.filter((id) => place.status(id) !== "on-hold")).toEqual([]);
});

describe("SQLite", () => {
  test("a character that no text may hold, in an id or a reason, stops nobody", { timeout: 40_000 }, async () => {
    const disk = await disks.sqlite();
    const place = await Place.made({ store: disk.store() });
    ends.push(() => place.end());
    for (const id of ["in-id", "in-reason", "parked", "well"]) await place.order(id);
    const NUL = "'a' || char(0) || 'b'";
    await disk.sql(`INSERT INTO damaged VALUES ('in-id', 'outbox', ${NUL}, 'bad', '{}')`);
    await disk.sql(`INSERT INTO damaged VALUES ('in-reason', 'outbox', 'x', ${NUL}, '{}')`);
    await disk.sql(`UPDATE orders SET parked = ${NUL} WHERE order_id = 'parked'`);
    await place.engine.stop();
    place.engine = await place.start({ store: disk.store() });
    for (const id of ["in-id", "in-reason", "parked", "well"])
      await place.engine.submit(id, { type: "merchant.held", via: "api" });
    await place.rest();
    expect(["parked", "well"].map((id) => place.status(id))).toEqual(["on-hold", "on-hold"]);
    const { ok, trouble, damaged } = await place.engine.queries.health();
    expect([ok, trouble, damaged]).toEqual([true, null, ["in-id", "in-reason"]]);
    expect(await place.engine.queries.parked("in-reason")).toBe("a\\x00b");
  });
});
