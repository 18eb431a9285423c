/** A repair that finds no way for the order to go on says so, and takes nothing. */
import { afterAll, afterEach, expect, test } from "vitest";
import type { OrderRecord } from "../../src/core/record.js";
import { changeOf, effectOf, load, T } from "../../src/testing/contracts/store/sample.js";
import { startDisks } from "./disks.js";

const disks = await startDisks();
const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  await disks.end();
});
afterAll(() => disks.stop(), 240_000);

const waits = (readingId: string) => ({
  eventId: "e",
  type: "reconcile.asked",
  at: T,
  held: false,
  content: null,
  readingId,
  paymentId: null,
  wish: null,
});
const capture = {
  kind: "capture" as const,
  askedBy: "e",
  askedType: "merchant.completed",
  key: "sick:1:0",
  amount: 1,
  lines: null,
  leadsTo: null,
  tries: 1,
  whole: true,
  lostAt: null,
  refused: null,
  before: { authorized: 1, captured: 0, canceled: 0, refunded: 0 },
  since: T,
};

/** What the record says, by what cannot be made of it. */
const records: [what: string, facts: Partial<OrderRecord["facts"]>, paymentId: string | null][] = [
  ["a reading of no payment", { waiting: [waits("sick:1:0")] }, null],
  ["a reading that no effect is called by", { waiting: [waits("another:1:0")] }, "p"],
  ["a call in a state that takes no answer", { operation: capture }, "p"],
];

const stores = [
  ["SQLite", disks.sqlite] as const,
  ...(disks.postgres ? [["PostgreSQL", disks.postgres] as const] : []),
];
const cases = stores.flatMap(([name, made]) => records.map((record) => [name, record[0], made, record] as const));

test.each(cases)("%s: %s: a repair says that it cannot", async (_name, _what, made, [, facts, paymentId]) => {
  const disk = await made();
  const store = disk.store();
  await store.open();
  ends.push(() => store.close());
  const first = changeOf("sick", 0, { effects: [effectOf("sick", 1, 0)], paymentId });
  Object.assign(first.record.facts, facts);
  await store.commit([first]);
  await disk.sql("UPDATE outbox SET id = 'garbage' WHERE order_id = 'sick'");
  for (let i = 0; i < 2; i += 1) {
    const { taken, left } = await store.repair("sick", { forget: false });
    expect([taken, left.map(({ table }) => table)]).toEqual([[], ["outbox"]]);
    expect(left[0]?.what).toMatch(/is lost: nothing that is left says how it goes on/);
    expect((await load(store, "sick")).damaged).toMatch(/is damaged/);
    expect((await store.damaged(9)).map(({ orderId, table }) => [orderId, table])).toEqual([["sick", "outbox"]]);
  }
  const { taken } = await store.repair("sick", { forget: true });
  expect(taken.map(({ table }) => table)).toContain("outbox");
});
