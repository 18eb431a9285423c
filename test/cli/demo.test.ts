/** `demo`, `serve`, `show` and `why`: the main job as a person starts it. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Settings, Settings as SettingsOf } from "../../machines/settings.js";
import { composeSandbox } from "../../src/cli/lib/compose-sandbox.js";
import { checkout } from "../../src/cli/lib/sandbox.js";
import { cli } from "./run.js";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "order-status-test-"));
});
afterAll(() => rm(folder, { recursive: true }));

const endings: Record<string, string> = {
  paid: "processing",
  "frozen, then thawed": "processing",
  "frozen, then rejected": "failed",
  "inspected, then accepted": "processing",
  "credit denied": "cancelled",
  "browser closed after signing": "processing",
  "return and callback at once": "processing",
  "twenty copies of one callback": "processing",
  "never paid, link expired": "cancelled",
  "set to processing, unpaid": "processing",
  "completed by the merchant": "completed",
  "completed while frozen": "on-hold",
  "answer to the capture lost": "completed",
  "signed while the bank was down": "processing",
  "cancelled by the merchant": "cancelled",
  "completed, then refunded": "refunded",
  "nothing to ship": "completed",
  "signed, then booked": "processing",
  "booked without signing": "processing",
  "booked and frozen, completed in vain": "on-hold",
  "browser closed at the bank": "processing",
  "turned away in the frame, then paid": "processing",
  "turned away in the frame, and gone": "pending",
  "paid, then charged": "completed",
  "customer never came back": "processing",
  "never paid, and no error": "pending",
};

interface Told {
  title: string;
  status: string;
  shopStatus: string;
  captures: number;
  confirmationMails: number;
  flags: string[];
  why: { situation: string; flags: { flag: string }[] };
}

const json = { "content-type": "application/json" };

describe("demo", () => {
  it("lives an hour in less than fifteen seconds and ends every order as it should", async () => {
    const started = performance.now();
    const { code, out, err } = await cli(["demo", "--exit", "--json"]);
    expect(err).toBe("");
    expect(code).toBe(0);
    expect(performance.now() - started).toBeLessThan(60_000);
    const { orders } = JSON.parse(out) as { orders: Told[] };
    expect(Object.fromEntries(orders.map((o) => [o.title, o.status]))).toEqual(endings);
    for (const order of orders) {
      expect(order.shopStatus, order.title).toBe(order.status);
      expect(order.why.situation, order.title).toMatch(
        order.flags.length > 0 ? /^flagged\// : new RegExp(`^${order.status}/`),
      );
      expect(order.confirmationMails, order.title).toBeLessThanOrEqual(1);
    }
    const called = (title: string) => orders.find((o) => o.title === title) as Told;
    expect(called("answer to the capture lost").captures).toBe(1);
    expect(called("twenty copies of one callback").confirmationMails).toBe(1);
    expect(called("set to processing, unpaid").flags).toEqual(["discrepancy:processing-but-unpaid"]);
  });

  it("prints a table that a person can read", async () => {
    const { code, out } = await cli(["demo", "--exit"]);
    expect(code).toBe(0);
    const rows = out.split("\n").filter((line) => /^10\d\d {2}/.test(line));
    expect(rows.length).toBeGreaterThanOrEqual(12);
    expect(out).toContain("Complete refused: The bank has frozen this payment");
  });

  it("serves on until it is told to stop, and its examples work", async () => {
    const answers: unknown[] = [];
    let asking: Promise<void> | null = null;
    const ended = await cli(["demo"], {
      spawned: (child) => {
        let seen = "";
        child.stdout?.on("data", (text) => {
          seen += text;
          const url = /Serving at (\S+) until/.exec(seen)?.[1];
          if (url === undefined || !seen.includes("merchant.completed\"}'") || asking !== null) return;
          asking = (async () => {
            answers.push(await (await fetch(`${url}/orders/1002/why`)).json());
            answers.push(await (await fetch(`${url}/orders?flagged=true`)).json());
            const init = { method: "POST", headers: json, body: JSON.stringify({ type: "merchant.completed" }) };
            answers.push(await (await fetch(`${url}/orders/1001/events`, init)).json());
          })().finally(() => child.kill("SIGINT"));
        });
      },
    });
    await asking;
    expect(ended.code).toBe(0);
    expect(answers).toMatchObject([
      { orderId: "1002", situation: "processing/reserved" },
      { orders: [{ orderId: "1010" }] },
      { outcome: "moved", to: "completed" },
    ]);
  });
});

describe("show and why", () => {
  const settings: Settings = SettingsOf.parse({ cooldownSeconds: 0 });
  const placed = { total: 10_000, currency: "SEK", lines: [], needsProcessing: true, paymentId: null };

  it("read the file of a running engine, and ask it over HTTP", async () => {
    const file = join(folder, "orders.db");
    const { engine, banks, url, stop } = await composeSandbox({ settings, store: file, apiToken: null });
    try {
      const now = Date.now();
      const more = { previousPaymentIds: [], createdAt: now, updatedAt: now, customerReturned: false };
      await engine.place("1", { status: "pending", gateway: "resurs-mapi", ...placed, ...more });
      const created = await checkout(engine, "1", url);
      if (created.kind === "failed") throw new Error(created.detail);
      banks.resurs.customerSigns(created.paymentId);
      await engine.submit("1", { type: "customer.returned", page: "success" }, { wait: "settled" });

      const why = await cli(["why", "1", "--store", file]);
      expect(why.code).toBe(0);
      expect(why.out.split("\n")[0]).toMatch(/^Paid and ready to ship since .*: the bank has reserved 100.00 SEK/);
      expect(why.out.trimEnd().split("\n").length).toBeLessThanOrEqual(5);
      expect((await cli(["why", "1", "--url", url])).out).toBe(why.out);

      const show = await cli(["show", "1", "--store", file]);
      expect(show.out.split("\n")[0]).toBe("Order 1  Processing, paid");
      expect(show.out).toMatch(/payment +\S+ at Resurs Bank, ACCEPTED/);
      expect(show.out).toContain("Customer returned from the bank (success)");
      expect(show.out).toContain("pending → processing");
      expect(show.out).toContain("[status-update/accepted]");
      // The pages' words, no names of a program.
      expect(show.out).toContain("sends: write an order note, read the payment");
      expect(show.out.replace(/\[.*?\]/g, "")).not.toMatch(/readPayment|[a-z]\.[a-z]+[A-Z]|payment\.read/);
      const raw = JSON.parse((await cli(["show", "1", "--url", url, "--json"])).out);
      expect(raw.record.facts.order.status).toBe("processing");
      expect(raw.history.length).toBe(raw.record.version);

      const unknown = await cli(["show", "2", "--store", file]);
      expect(unknown).toMatchObject({ code: 3, out: "" });
      expect(unknown.err).toContain("no order 2");
      expect(await cli(["why", "2", "--url", url])).toMatchObject({ code: 3, out: "" });
    } finally {
      await stop();
    }
    // The file of an engine that has stopped is read as well.
    expect(await cli(["why", "1", "--store", file])).toMatchObject({ code: 0 });
    expect(await cli(["why", "1", "--store", join(folder, "none.db")])).toMatchObject({ code: 2 });
  });
});

describe("serve", () => {
  it("serves the sandbox, keeps its orders over a restart, and drains when told to stop", async () => {
    const file = join(folder, "served.db");
    const serve = async (visit: (url: string) => Promise<void>) => {
      let visited: Promise<void> | null = null;
      const ended = await cli(["serve", "--sandbox", "--store", file, "--port", "0", "--drain", "0", "--json"], {
        spawned: (child) =>
          child.stdout?.once("data", (text) => {
            visited = visit(JSON.parse(String(text)).url).finally(() => child.kill("SIGTERM"));
          }),
      });
      await visited;
      return ended;
    };
    const now = Date.now();
    const order = { status: "pending", gateway: "resurs-mapi", ...placedOrder, createdAt: now, updatedAt: now };
    const first = await serve(async (url) => {
      const init = { method: "POST", headers: json, body: JSON.stringify({ orderId: "7", order }) };
      expect((await fetch(`${url}/orders`, init)).status).toBe(201);
      const away = await fetch(`${url}/checkout/7`, { redirect: "manual" });
      expect(away.status).toBe(303);
      const signed = await fetch(away.headers.get("location") ?? "", { method: "POST", redirect: "manual" });
      const back = await fetch(signed.headers.get("location") ?? "");
      expect(await back.json()).toMatchObject({ orderId: "7", status: "processing" });
    });
    expect(first.code).toBe(0);
    const second = await serve(async (url) => {
      const event = { method: "POST", headers: json, body: JSON.stringify({ type: "merchant.held" }) };
      expect(await (await fetch(`${url}/orders/7/events`, event)).json()).toMatchObject({ to: "on-hold" });
    });
    expect(second.code).toBe(0);
  });

  it("says why it cannot serve a real shop yet", async () => {
    const { code, err } = await cli(["serve"]);
    expect(code).toBe(2);
    expect(err).toContain("--sandbox");
  });
});

const placedOrder = { total: 10_000, currency: "SEK", lines: [] };
