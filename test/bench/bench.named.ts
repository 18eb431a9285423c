/** The bench works, and what it compares decides the same. How fast it is, is not for a test to say. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { noServerBecause } from "../restate/server.js";
import { disagreements } from "./decisions.js";
import type { Table } from "./rounds.js";

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const run = promisify(execFile);

describe("the bench", () => {
  test("compares ways of deciding that decide the same", () => expect(disagreements()).toEqual([]));

  test("runs to its end and gives a rate and a ratio for everything it compares", { timeout: 240_000 }, async () => {
    const { stdout } = await run(process.execPath, [path("./main.js"), "--quick", "--json"]);
    const told = JSON.parse(stdout) as { agree: boolean; tables: Table[] };
    expect(told.agree).toBe(true);
    expect(told.tables.map(({ rows }) => rows.length)).toEqual([4, 2, 2, 2]);
    for (const { peer, rows } of told.tables) {
      expect(rows.find(({ name }) => name === peer)?.ratio).toBe(1);
      for (const { perSecond, ratio } of rows) expect(perSecond > 0 && ratio > 0).toBe(true);
    }
  });

  test("on PostgreSQL writes what is written by hand, or says why there is none", { timeout: 240_000 }, async () => {
    const { stdout } = await run(process.execPath, [path("./peers/postgres.js"), "--quick", "--json"]);
    const told = JSON.parse(stdout) as { skipped?: string; tables: Table[] };
    if (told.skipped !== undefined) return console.warn(told.skipped);
    expect(told.tables.map(({ rows }) => rows.length)).toEqual([noServerBecause === null ? 10 : 8, 2]);
    for (const { peer, rows } of told.tables) {
      expect(rows.find(({ name }) => name === peer)?.ratio).toBe(1);
      for (const { perSecond, ratio } of rows) expect(perSecond > 0 && ratio > 0).toBe(true);
    }
  });

  test("over a file of orders asks for every page, and for the same rows by hand", { timeout: 240_000 }, async () => {
    const { stdout } = await run(process.execPath, [path("./inspector.js"), "--quick", "--json"]);
    const told = JSON.parse(stdout) as { rows: { name: string; page: { p95: number }; sql: { p95: number } }[] };
    expect(told.rows.map(({ name }) => name)).toEqual(expect.arrayContaining(["the list", "an order", "the problems"]));
    for (const { page, sql } of told.rows) expect(page.p95 > 0 && sql.p95 > 0).toBe(true);
  });

  test("of growth reads copies as the engine's own orders, and finds every event taken in once", {
    timeout: 240_000,
  }, async () => {
    const { stdout } = await run(process.execPath, [path("./growth.js"), "--quick", "--json"]);
    const told = JSON.parse(stdout) as { skipped: string[]; results: { throughput: Table[]; latencies: object[] }[] };
    for (const why of told.skipped) console.warn(why);
    expect(told.results.length + told.skipped.length).toBe(2);
    for (const { throughput, latencies } of told.results) {
      expect([throughput.length, latencies.length]).toEqual([2, 8]);
      for (const { perSecond, ratio } of throughput.flatMap(({ rows }) => rows))
        expect(perSecond > 0 && ratio > 0).toBe(true);
    }
  });
});
