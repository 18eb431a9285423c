import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { resursMapi } from "../../src/gateways/resurs/mapi.js";
import { httpApp } from "../../src/http/app.js";
import { listen } from "../../src/http/serve.js";
import { systemClock } from "../../src/ports/clock.js";
import { createEngine } from "../../src/runtime/embedded/engine.js";
import { sqliteStore } from "../../src/stores/sqlite/store.js";
import { resursDouble } from "../../src/testing/doubles/resurs/double.js";
import { wooDouble } from "../../src/testing/doubles/woocommerce/double.js";
import { isWhole } from "../exhaustive/whole.js";
import { main } from "./run.js";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

interface Kind {
  status: "pending" | "processing" | "on-hold";
  payment: "ACCEPTED" | "FROZEN" | "TASK_REDIRECTION_REQUIRED";
}

/** A shop with as many orders as wanted, a bank that knows their payments, and the engine served over HTTP. */
const shop = async (count: number, kindOf: (i: number) => Kind) => {
  const clock = systemClock();
  const folder = await mkdtemp(join(tmpdir(), "bulk-"));
  const bank = await resursDouble({ clock });
  const woo = wooDouble({ now: () => clock.now() });
  const gateway = resursMapi({ baseUrl: bank.url, clientId: "a", clientSecret: "b", clock });
  const engine = createEngine({
    store: sqliteStore({ file: join(folder, "orders.db") }),
    gateways: [gateway],
    shop: woo.shop,
    clock,
  });
  await engine.start();
  const served = await listen(httpApp({ engine, apiToken: null }).fetch);
  closing.push(
    () => rm(folder, { recursive: true }),
    () => bank.close(),
    () => engine.stop(),
    () => served.close(),
  );
  const now = clock.now();
  const createdAt = now - 600_000;
  const lines = [{ sku: "A", quantity: 1, total: 10_000 }];
  const placing: Promise<unknown>[] = [];
  for (let i = 1; i <= count; i++) {
    const { status, payment } = kindOf(i);
    const id = String(i);
    const authorizedAmount = payment === "TASK_REDIRECTION_REQUIRED" ? 0 : 100;
    bank.setSeries(`pay-${i}`, [
      {
        from: createdAt,
        payment: {
          id: `pay-${i}`,
          status: payment,
          order: {
            orderReference: id,
            totalOrderAmount: 100,
            authorizedAmount,
            capturedAmount: 0,
            canceledAmount: 0,
            refundedAmount: 0,
            possibleActions: payment === "ACCEPTED" ? ["CAPTURE", "PARTIAL_CAPTURE", "CANCEL", "PARTIAL_CANCEL"] : [],
          },
          application: { approvedCreditLimit: 100 },
        },
        taskStatus: null,
      },
    ] as never);
    const order = { total: 10_000, currency: "SEK", lines, needsProcessing: true, createdAt, updatedAt: createdAt };
    woo.addOrder({ id, status, datePaid: null, ...order });
    placing.push(
      engine.place(id, {
        status,
        gateway: "resurs-mapi",
        paymentId: `pay-${i}`,
        previousPaymentIds: [],
        customerReturned: false,
        ...order,
      }),
    );
  }
  await Promise.all(placing);
  return { engine, bank, woo, folder, url: served.url };
};

const run = (
  args: string[],
): { child: ChildProcess; end: Promise<{ code: number | null; out: string; err: string }> } => {
  const child = spawn(process.execPath, [main, ...args]);
  let out = "";
  let err = "";
  child.stdout.on("data", (part) => {
    out += part;
  });
  child.stderr.on("data", (part) => {
    err += part;
  });
  return { child, end: new Promise((resolve) => child.on("close", (code) => resolve({ code, out, err }))) };
};

// 2,000 with `npm run campaign exhaustive`.
const ROWS = isWhole ? 2_000 : 400;

describe(`an ERP's file of ${ROWS} rows`, () => {
  const kindOf = (i: number): Kind =>
    i % 10 === 0 ? { status: "on-hold", payment: "FROZEN" } : { status: "processing", payment: "ACCEPTED" };
  const csv = `order_id,status\n${Array.from({ length: ROWS }, (_, i) => `${i + 1},completed`).join("\n")}\nnobody,completed\n1,nonsense\n`;

  it("gets one line a row with its reason; killed half-way and run again it ends with the same file, and captures nothing twice", async () => {
    const { url, folder, bank, woo } = await shop(ROWS, kindOf);
    const file = join(folder, "erp.csv");
    const out = join(folder, "erp.result.csv");
    await writeFile(file, csv);

    const first = run(["apply", file, "--url", url]);
    for (;;) {
      const part = await readFile(`${out}.part`, "utf8").catch(() => "");
      if (part.split("\n").length > ROWS / 2) break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    first.child.kill("SIGKILL");
    await first.end;
    const torn = await readFile(`${out}.part`, "utf8");
    expect(torn.split("\n").length).toBeLessThan(ROWS);

    const second = await run(["apply", file, "--url", url, "--json"]).end;
    expect(second.code).toBe(3);
    expect(JSON.parse(second.out)).toMatchObject({ rows: ROWS + 2, done: ROWS * 0.9, refused: ROWS * 0.1, errors: 2 });
    const result = await readFile(out, "utf8");
    const lines = result.trimEnd().split("\n");
    expect(lines).toHaveLength(ROWS + 3);
    expect(lines[10]).toMatch(/^11,10,completed,refused,on-hold,unable-to-capture-frozen-order,/);
    expect(lines[11]).toBe("12,11,completed,done,completed,,");
    // What an uninterrupted run would have written, row by row.
    const expected = lines.map((line, i) =>
      i === 0 || i > ROWS ? line : i % 10 === 0 ? line : `${i + 1},${i},completed,done,completed,,`,
    );
    expect(lines).toEqual(expected);
    const captures = bank.calls.filter((c) => c.op === "capture");
    expect(captures).toHaveLength(ROWS * 0.9);
    expect(new Set(captures.map((c) => c.paymentId)).size).toBe(ROWS * 0.9);
    expect(woo.order("11").status).toBe("completed");

    const again = await run(["apply", file, "--url", url, "--json"]).end;
    expect(JSON.parse(again.out)).toMatchObject({ done: 0, noop: ROWS * 0.9, refused: ROWS * 0.1 });
    expect(bank.calls.filter((c) => c.op === "capture")).toHaveLength(ROWS * 0.9);
  }, 240_000);
});

describe("a weekend without callbacks", () => {
  it("is put right by one command: 380 paid orders move, 20 are explained, nobody is asked about twice", async () => {
    const paid = (i: number) => i > 20;
    const { url, bank, engine } = await shop(400, (i) => ({
      status: "pending",
      payment: paid(i) ? "ACCEPTED" : "TASK_REDIRECTION_REQUIRED",
    }));
    const dry = await run(["reconcile", "--url", url, "--json", "--per-second", "500"]).end;
    expect(JSON.parse(dry.out)).toMatchObject({ moved: 380, explained: 20, applied: false });
    expect((await engine.queries.list({ status: "pending", limit: 500 })).length).toBe(400);
    bank.reads.length = 0;

    const real = await run(["reconcile", "--apply", "--url", url, "--json", "--per-second", "500"]).end;
    expect(real.code).toBe(0);
    const report = JSON.parse(real.out);
    expect(report).toMatchObject({ moved: 380, explained: 20, unread: 0 });
    expect(report.orders.filter((o: { after: string }) => o.after === "processing")).toHaveLength(380);
    expect(report.orders.every((o: { why: string }) => o.why.length > 0)).toBe(true);
    expect(bank.reads).toHaveLength(400);
    expect(new Set(bank.reads.map((r) => r.paymentId)).size).toBe(400);

    const again = await run(["reconcile", "--apply", "--url", url, "--json"]).end;
    expect(JSON.parse(again.out)).toMatchObject({ moved: 0, explained: 0, unread: 0 });
  }, 480_000);
});

describe("before the click", () => {
  it("the answer and the reason are there", async () => {
    const { url, engine } = await shop(2, (i) =>
      i === 1 ? { status: "processing", payment: "ACCEPTED" } : { status: "on-hold", payment: "FROZEN" },
    );
    for (const id of ["1", "2"]) await engine.submit(id, { type: "reconcile.asked" }, { wait: "settled" });
    expect(await run(["can", "1", "completed", "--url", url]).end).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^Yes\. /),
    });
    const no = await run(["can", "2", "completed", "--url", url, "--json"]).end;
    expect(no.code).toBe(3);
    expect(JSON.parse(no.out)).toMatchObject({ allowed: false, reason: "unable-to-capture-frozen-order" });
    expect(await run(["can", "3", "completed", "--url", url]).end).toMatchObject({ code: 3 });
    expect(await run(["can", "1", "sideways", "--url", url]).end).toMatchObject({ code: 2 });
  }, 120_000);
});
