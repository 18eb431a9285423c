/** The list of orders at the command line, and what is said where something is typed wrong. */
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rowsIn } from "../../src/cli/lib/erp-file.js";
import { table } from "../../src/cli/lib/terminal.js";
import { httpApp } from "../../src/http/app.js";
import { listen, type Served } from "../../src/http/serve.js";
import { sqliteStore } from "../../src/stores/sqlite/store.js";
import { Place, T0, temporary } from "../engine/place.js";
import { cli, main } from "./run.js";

let place: Place;
let served: Served;
let file: string;
let clear: () => Promise<void>;
beforeAll(async () => {
  const made = await temporary();
  file = made.file;
  clear = made.remove;
  place = await Place.made({ store: sqliteStore({ file }) });
  served = await listen(httpApp({ engine: place.engine, apiToken: null }).fetch);
  for (const [i, id] of ["1001", "1002", "1012", "A-7"].entries()) {
    await place.order(id, { at: T0 + i * 1000, status: id === "1002" ? "processing" : "pending" });
  }
  await place.order("flagged", { status: "processing", payment: "TASK_REDIRECTION_REQUIRED" });
  await place.tell("flagged", { type: "reconcile.asked" });
  await place.rest();
}, 120_000);
afterAll(async () => {
  await served?.close();
  await place?.end();
  await clear?.();
});

const firstCells = (out: string): string[] =>
  out
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((line) => line.split(/\s/)[0] ?? "");

describe.each([
  ["over HTTP", () => ["--url", served.url]],
  ["in the file", () => ["--store", file]],
])("orders %s", (_where, from) => {
  it("lists them, the last changed first, and by status and flag", async () => {
    const all = await cli(["orders", ...from()]);
    expect(all.code).toBe(0);
    expect(firstCells(all.out).sort()).toEqual(["1001", "1002", "1012", "A-7", "flagged"]);
    expect(all.out.split("\n")[0]).toMatch(/^order +status +flags +changed$/);
    const times = all.out.match(/\d{4}-\S+Z/g) ?? [];
    expect(times).toEqual(times.toSorted().toReversed());
    expect(firstCells((await cli(["orders", "--flagged", ...from()])).out)).toEqual(["flagged"]);
    expect(firstCells((await cli(["orders", "--status", "processing", ...from()])).out).sort()).toEqual([
      "1002",
      "flagged",
    ]);
    expect((await cli(["orders", "--status", "refunded", ...from()])).out).toBe("No orders match.\n");
    expect(firstCells((await cli(["orders", "--limit", "2", ...from()])).out)).toHaveLength(2);
  });

  it.each([
    ["#1012", ["1012"]],
    ["order 1001", ["1001"]],
    ["100", ["1001", "1002"]],
    ["a-7", ["A-7"]],
    ["pay-1002", ["1002"]],
    ["pay-10", ["1001", "1002", "1012"]],
    ["PAY-FLAG", ["flagged"]],
  ])("finds %s", async (search, ids) => {
    const { code, out } = await cli(["orders", search, ...from(), "--json"]);
    expect(code).toBe(0);
    expect((JSON.parse(out) as { orders: { orderId: string }[] }).orders.map(({ orderId }) => orderId)).toEqual(ids);
  });

  it("says what it looked for, and ends with 3", async () => {
    expect(await cli(["orders", "#77", ...from()])).toMatchObject({
      code: 3,
      out: "",
      err: 'order-status: no order number begins with "77"; of a payment id write at least 4 characters\n',
    });
  });
});

it("watches, and tells the list again when it has changed", async () => {
  const child = spawn(process.execPath, [main, "orders", "--url", served.url, "--json", "--watch"]);
  const lines: string[] = [];
  let changed = false;
  await new Promise<void>((done) => {
    child.stdout.on("data", (text: Buffer) => {
      lines.push(...text.toString().trimEnd().split("\n"));
      if (!changed) {
        changed = true;
        void place.tell("1001", { type: "merchant.held" }).then(() => place.rest());
      } else if (lines.length > 1) done();
    });
  });
  child.kill("SIGINT");
  const last = JSON.parse(lines.at(-1) ?? "{}") as { orders: { orderId: string; status: string }[] };
  expect(last.orders.find(({ orderId }) => orderId === "1001")?.status).toBe("on-hold");
}, 60_000);

describe("what is typed wrong", () => {
  it.each([
    [["orders", "--status", "shipped"], /error: option '--status <status>' argument 'shipped' is invalid/],
    [["orders", "--limit", "many"], /error: option '--limit <n>'/],
    [["why", "1", "--url", "foo"], /^order-status: --url foo is not a web address; use one such as http:\/\/127/],
    [["why", "1", "--language", "de"], /error: option '--language <language>'/],
    [["apply", "no-such.csv"], /^order-status: there is no file no-such.csv$/m],
    [["apply", "x.csv", "--at-once", "lots"], /error: option '--at-once <n>'/],
    [["orders", "a", "b"], /error: too many arguments/],
    [
      ["orders", "7".repeat(101)],
      /^order-status: a search of 101 characters is longer than any id; write at most 100$/m,
    ],
    [["send", "1001", "refund", "0"], /^order-status: "0" is no amount to refund; use one above 0$/m],
    [["can", "1001", "refund", "0,00"], /^order-status: "0,00" is no amount to refund/],
  ])("%j ends with 2", async (args, says) => {
    const { code, out, err } = await cli(args);
    expect(out).toBe("");
    expect(err).toMatch(says);
    expect(code).toBe(2);
  });

  it.each(["can", "send"])("an event that is none is told by %s in one plain line", async (command) => {
    const { code, err } = await cli([command, "1001", '{"type":"merchant.refundedAmount"}', "--url", served.url]);
    expect(code).toBe(2);
    expect(err.trimEnd().split("\n")).toHaveLength(1);
    expect(err).toMatch(/^order-status: the engine rejected this event: amount: /);
  });
});

describe("a file of a European ERP", () => {
  const events = (text: string) =>
    rowsIn(text).map(({ orderId, asks }) => [orderId, "event" in asks ? asks.event : asks.wrong]);

  it("has a BOM, semicolons, decimal commas, and statuses in any case", () => {
    const text =
      "\uFEFFOrder_ID;Status;Amount\r\n1;Completed;\r\n2;wc-completed;\r\n3;REFUNDED;99,50\r\n4;On Hold;\r\n5;refunded;1 000,00\r\n";
    expect(events(text)).toEqual([
      ["1", { type: "merchant.completed", via: "erp" }],
      ["2", { type: "merchant.completed", via: "erp" }],
      ["3", { type: "merchant.refunded", via: "erp", amount: 9950 }],
      ["4", { type: "merchant.held", via: "erp" }],
      ["5", { type: "merchant.refunded", via: "erp", amount: 100_000 }],
    ]);
  });

  it("is read with commas and tabs as before", () => {
    expect(events("order_id,status,amount\n1,refunded,99.5\n")).toEqual([
      ["1", { type: "merchant.refunded", via: "erp", amount: 9950 }],
    ]);
    expect(events("order_id\tstatus\n1\tcompleted\n")).toEqual([["1", { type: "merchant.completed", via: "erp" }]]);
    // A decimal comma tears a row whose columns are parted by commas.
    expect(events("order_id,status,amount\n1,refunded,99,50\n")[0]?.[1]).toContain("4 columns");
  });

  it("is applied", async () => {
    const folder = await mkdtemp(join(tmpdir(), "erp-"));
    const path = join(folder, "erp.csv");
    await writeFile(path, "\uFEFForder_id;Status\r\n1002;wc-On-Hold\r\n");
    const { out } = await cli(["apply", path, "--dry-run", "--url", served.url]);
    expect(out).toMatch(/^Dry run: 1 would be done, 0 depend/);
    await rm(folder, { recursive: true });
  });
});

it("a table is whole where no terminal cuts it", () => {
  const long = "x".repeat(500);
  expect(table(["order", "why"], [["1001", long]])).toEqual(["order  why", `1001   ${long}`]);
});
