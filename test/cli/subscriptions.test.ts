/** `subscriptions` beside an engine that delivers. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Undelivered } from "../../src/index.js";
import { createEngine, type Engine } from "../../src/runtime/embedded/engine.js";
import { sqliteStore } from "../../src/stores/sqlite/store.js";
import { wooDouble } from "../../src/testing/index.js";
import { order, until } from "../engine/place.js";
import { cli } from "./run.js";

let directory: string;
let file: string;
let engine: Engine;
let broken: boolean;
let got: string[];

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "subscriptions-"));
  file = join(directory, "orders.db");
  [broken, got] = [true, []];
  const { shop } = wooDouble({ now: Date.now });
  engine = createEngine({ store: sqliteStore({ file }), gateways: [], shop });
  await engine.start();
  await engine.subscribe("erp", ({ id, orderId }) => {
    if (broken && orderId === "bad") throw new Undelivered("the ERP answered 410", { final: true });
    got.push(id);
  });
  for (const id of ["good", "bad"]) await engine.place(id, order(null, Date.now(), { gateway: null }));
  await until(() => got.length === 1, "the good one");
});
afterEach(async () => {
  await engine.stop();
  rmSync(directory, { recursive: true });
});

const asked = async (...args: string[]) => cli(["subscriptions", ...args, "--store", file]);
const given = async () => JSON.parse((await asked("--json")).out);

test("lists, replays and skips what was given up, and delivers again", async () => {
  await until(async () => (await given()).subscriptions[0]?.dead === 1, "giving up");
  const { out } = await asked();
  expect(out).toMatch(/^erp +1 +1$/m);
  expect(out).toMatch(/^erp +bad +1 +1 +given up +the ERP answered 410$/m);
  expect((await asked("erp", "--replay", "--order", "good")).out).toBe("Delivered to erp again: 0 orders.\n");
  broken = false;
  expect((await asked("erp", "--replay")).out).toBe("Delivered to erp again: 1 order.\n");
  await until(() => got.includes("bad/1"), "the replayed one");
  expect(JSON.parse((await asked("erp", "--replay", "--since", "1h", "--json")).out)).toEqual({ replayed: 2 });
  await until(() => got.filter((id) => id === "good/1").length === 2, "the second time");
  expect((await asked("erp", "--forget")).code).toBe(0);
  expect((await given()).subscriptions).toEqual([]);
});

test("says what is wrong", async () => {
  const wrong = async (...args: string[]) => {
    const { code, err } = await asked(...args);
    return [code, err.trim()];
  };
  expect(await wrong("none")).toEqual([3, 'order-status: there is no subscription "none"; there are erp']);
  expect(await wrong("--replay")).toEqual([2, "order-status: name the subscription"]);
  expect((await wrong("erp", "--since", "1h"))[0]).toBe(2);
  expect((await wrong("erp", "--replay", "--skip"))[0]).toBe(2);
  expect((await wrong("erp", "--replay", "--forget"))[0]).toBe(2);
});
