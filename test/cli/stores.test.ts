/** `--store`: the same commands on PostgreSQL, a real one. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import pg from "pg";
import { afterAll, describe, expect, it } from "vitest";
import { storeAt } from "../../src/cli/lib/stores.js";
import { withoutPassword } from "../../src/ports/passwords.js";
import { temporary } from "../engine/place.js";
import { firstLine } from "../first-line.js";
import { own } from "../scenarios/files.js";
import { startPostgres } from "../stores/postgres-server.js";
import { cli, main, served } from "./run.js";

const server = await startPostgres();
afterAll(async () => {
  if (typeof server !== "string") await server.stop();
}, 240_000);

/** A node that serves until it is told to stop. */
const node = async (store: string) => {
  const child = spawn(process.execPath, [
    main,
    "serve",
    "--sandbox",
    "--port",
    "0",
    "--store",
    store,
    "--drain",
    "0",
    "--json",
  ]);
  const told = JSON.parse(await firstLine(child)) as { url: string; store: string };
  return {
    ...told,
    async stop() {
      const gone = once(child, "exit");
      child.kill("SIGTERM");
      return (await gone)[0] as number | null;
    },
  };
};

const run = async (address: string, sql: string): Promise<unknown[]> => {
  const client = new pg.Client({ connectionString: address });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
};

describe.skipIf(typeof server === "string")(`PostgreSQL${typeof server === "string" ? ` (${server})` : ""}`, () => {
  const database = () => (typeof server === "string" ? Promise.reject(new Error(server)) : server.database());

  it("two nodes serve the same orders, and each drains when told to stop", { timeout: 240_000 }, async () => {
    const address = await database();
    const [one, other] = await Promise.all([node(address), node(address)]);
    expect(one.store).not.toContain(new URL(address).password || "no password was set");
    const now = Date.now();
    const common = { total: 10_000, currency: "SEK", lines: [], needsProcessing: true, createdAt: now, updatedAt: now };
    const order = {
      ...common,
      gateway: "resurs-mapi",
      paymentId: "p",
      previousPaymentIds: [],
      customerReturned: false,
    };
    const placed = await fetch(`${one.url}/orders`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ orderId: "o", order }),
    });
    expect(placed.status).toBe(201);
    const seen = (await (await fetch(`${other.url}/orders/o`)).json()) as { orderId: string };
    expect(seen.orderId).toBe("o");
    expect((await fetch(`${other.url}/readyz`)).status).toBe(200);
    expect(await Promise.all([one.stop(), other.stop()])).toEqual([0, 0]);
    const { code, out } = await cli(["migrate", "--check", "--store", address, "--json"]);
    const { orders, unknown } = JSON.parse(out);
    expect([code, orders > 0, unknown]).toEqual([0, true, []]);
  });

  it("inspect looks into it beside its node, as a user who may only look", { timeout: 240_000 }, async () => {
    const address = await database();
    const early = await cli(["inspect", "--store", address]);
    expect([early.code, early.err]).toEqual([1, expect.stringContaining("holds no store of this release")]);
    const sandbox = await node(address);
    const order = { status: "pending", total: 10_000, currency: "SEK", lines: [], needsProcessing: true };
    const times = { createdAt: Date.now(), updatedAt: Date.now() };
    const payment = { gateway: "resurs-mapi", paymentId: "p", previousPaymentIds: [], customerReturned: false };
    await fetch(`${sandbox.url}/orders`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ orderId: "o", order: { ...order, ...times, ...payment } }),
    });
    await run(address, "CREATE ROLE looker LOGIN PASSWORD 's3cret'");
    await run(address, "GRANT USAGE ON SCHEMA order_status TO looker");
    await run(address, "GRANT SELECT ON ALL TABLES IN SCHEMA order_status TO looker");
    const reader = new URL(address);
    [reader.username, reader.password] = ["looker", "s3cret"];
    const { file, remove } = await temporary();
    const reveals = `${file}.reveals`;
    const args = ["inspect", "--store", reader.href, "--reveals", reveals, "--json"];
    const ended = await served(args, async ({ url = "", store = "" }) => {
      expect(store).toContain("looker:***@");
      for (const path of ["/", "/orders?flagged=true", "/orders?status=pending", "/orders/o", "/orders/o/raw"]) {
        const page = await fetch(url + path);
        expect([path, page.status]).toEqual([path, 200]);
        expect(await page.text()).not.toContain("/actions/");
      }
      expect(await (await fetch(`${url}/orders`)).text()).toContain('data-order="o"');
      expect((await fetch(`${url}/find?q=p`)).url).toBe(`${url}/orders/o`);
      const asked = { method: "POST", headers: { origin: url }, body: new URLSearchParams({ by: "Robin", why: "x" }) };
      expect((await fetch(`${url}/orders/o/reveal`, asked)).status).toBe(200);
      expect((await fetch(`${url}/orders/o/actions/merchant.cancelled`, asked)).status).toBe(403);
    });
    expect(ended).toMatchObject({ code: 0, err: "" });
    const written = await readFile(reveals, "utf8");
    expect(JSON.parse(written)).toMatchObject({ orderId: "o", by: "Robin" });
    expect(written).not.toContain("s3cret");
    await remove();
    await sandbox.stop();
    expect(await run(address, "SELECT version FROM order_status.orders")).toEqual([{ version: 1 }]);
  });

  it("scenarios are lived there, and leave nothing behind", { timeout: 240_000 }, async () => {
    const address = await database();
    const { file, remove } = await temporary();
    try {
      await writeFile(file, JSON.stringify(own["refund.json"]?.slice(0, 2)));
      const { code, out } = await cli(["scenarios", file, "--store", address]);
      expect([code, out]).toEqual([0, expect.stringContaining("2 passed, 0 failed")]);
      expect(await run(address, "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'life%'")).toEqual([]);
    } finally {
      await remove();
    }
  });
});

describe("where orders are kept", () => {
  const takeIt = ["serve", "inspect", "orders", "show", "why", "repair", "prune", "backup", "restore", "migrate"];
  it.each(takeIt)("%s takes it as --store", async (command) => {
    const { out } = await cli([command, "--help"]);
    expect(out).toContain("--store <place>");
    expect(out).not.toMatch(/--db\b/);
  });

  it("is shown without the password", () => {
    expect(withoutPassword("postgres://shop:secret@db.internal/shop")).toBe("postgres://shop:***@db.internal/shop");
    expect(withoutPassword("orders.db")).toBe("orders.db");
  });

  it("is a file or a PostgreSQL, and nothing else", async () => {
    await expect(storeAt("mysql://a@b/c")).rejects.toThrow(/no store for/);
    await expect(storeAt("postgres://shop:secret@:x/shop")).rejects.toThrow(/not the address/);
    expect((await cli(["scenarios", "x.json", "--store", "orders.db"])).code).toBe(2);
  });
});
