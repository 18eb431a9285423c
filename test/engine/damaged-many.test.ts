/** More rows are parked than any page holds: none of their orders is overlooked. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createEngine, type Engine } from "../../src/runtime/embedded/engine.js";
import { Database } from "../../src/stores/sqlite/driver.js";
import { sqliteStore } from "../../src/stores/sqlite/store.js";
import { changeOf } from "../../src/testing/contracts/store/sample.js";
import { cli } from "../cli/run.js";

let directory: string;
let engine: Engine;
const file = () => join(directory, "orders.db");

/** Rows of the history: an order may have any number of them. */
const setAside = (rows: [orderId: string, count: number][]): void => {
  const db = new Database(file());
  const insert = db.prepare(
    "INSERT INTO damaged (order_id, tbl, id, what, row) VALUES (?, 'history', ?, 'is torn', '{}')",
  );
  db.immediate(() => {
    for (const [orderId, count] of rows) for (let i = 0; i < count; i += 1) insert.run(orderId, String(i));
  });
  db.close();
};

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "many-"));
  const store = sqliteStore({ file: file() });
  await store.open();
  await store.commit(["big", "small", "well"].map((id) => changeOf(id, 0, { paymentId: `pay-${id}` })));
  await store.close();
  const execute = async () => ({ kind: "done" }) as const;
  engine = createEngine({ store, gateways: [], shop: { execute: execute, readStatus: async () => null } });
});
afterEach(async () => {
  await engine.stop();
  rmSync(directory, { recursive: true });
});

test("health names the first twenty orders, whatever an order before them has", async () => {
  setAside([["big", 2500], ...Array.from({ length: 25 }, (_, i): [string, number] => [`o${10 + i}`, 1 + (i % 3)])]);
  await engine.start();
  const { damaged, counts } = await engine.queries.health();
  expect(damaged).toEqual(["big", ...Array.from({ length: 19 }, (_, i) => `o${10 + i}`)]);
  expect(counts?.damaged).toBe(26);
});

test("repair lists every row", async () => {
  setAside([
    ["big", 620],
    ["small", 2],
  ]);
  const { code, out } = await cli(["repair", "--store", file(), "--json"]);
  expect(code).toBe(3);
  expect(JSON.parse(out).damaged).toHaveLength(622);
});

test("reconcile asks nobody about an order whose row comes after ten thousand others", async () => {
  setAside([
    ["big", 10_000],
    ["small", 1],
  ]);
  await engine.start();
  const found = [];
  for await (const one of engine.reconcile({ dryRun: true })) found.push([one.orderId, one.outcome, one.why]);
  expect(found.slice(0, 2)).toEqual([
    ["big", "unread", "is torn"],
    ["small", "unread", "is torn"],
  ]);
  expect(found[2]?.slice(0, 2)).toEqual(["well", "unread"]);
});

test("migrate --check tells of orders whose record cannot be read", async () => {
  const db = new Database(file());
  db.prepare("UPDATE orders SET record = '{' WHERE order_id IN ('big', 'small')").run();
  db.close();
  const { code, out } = await cli(["migrate", "--check", "--store", file(), "--json"]);
  const { orders, damaged } = JSON.parse(out);
  expect([code, orders, damaged.map(({ orderId }: { orderId: string }) => orderId)]).toEqual([3, 1, ["big", "small"]]);
  expect((await cli(["migrate", "--check", "--store", file()])).out).toContain("2 more cannot be read");
});
