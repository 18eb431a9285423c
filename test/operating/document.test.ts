/** docs/operating.md is true: its commands are run as they stand, its metrics are those of the code, its alerts name them. */
import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { parser } from "@prometheus-io/lezer-promql";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { PlacedOrder } from "../../machines/events.js";
import { httpApp } from "../../src/http/app.js";
import { listen, type Served } from "../../src/http/serve.js";
import { createEngine, type Engine, limits, type Store, systemClock, Undelivered } from "../../src/index.js";
import { postgresStore } from "../../src/stores/postgres/store.js";
import { Database } from "../../src/stores/sqlite/driver.js";
import { sqliteStore } from "../../src/stores/sqlite/store.js";
import { instruments } from "../../src/telemetry/instruments.js";
import { type ResursDouble, resursDouble, type WooDouble, wooDouble } from "../../src/testing/index.js";
import { cli, main } from "../cli/run.js";
import { withMetrics } from "../docs/metrics.js";
import { bankHas, gatewayTo, order, shopHas, until } from "../engine/place.js";
import { startInstalledPostgres } from "../stores/installed-postgres.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const read = (path: string) => readFile(join(root, path), "utf8");
const page = await read("docs/operating.md");
const blocks = [...page.matchAll(/```(\S*)(?: ([\w-]+))?\n([\s\S]*?)\n```/g)].map(([, language, name, code]) => {
  return { language, name: name ?? "", code: code ?? "" };
});
const commands = blocks.filter(({ language }) => language === "sh");
const DAY = 86_400_000;

describe("the commands, run as they stand", () => {
  const ran = new Set<string>();
  const clock = systemClock();
  let folder: string;
  let bank: ResursDouble;
  let woo: WooDouble;
  let engine: Engine;
  let served: Served;
  let server: Awaited<ReturnType<typeof startInstalledPostgres>>;
  let databaseUrl = "";

  const started = async (store: Store, now = () => clock.now()): Promise<Engine> => {
    const made = createEngine({
      store,
      gateways: [gatewayTo(bank.url, clock)],
      shop: woo.shop,
      clock: { now, sleep: (ms, signal) => clock.sleep(ms, signal) },
      limits: { secondWordMs: 0 },
    });
    await made.start();
    return made;
  };
  const place = async (at: Engine, id: string, more: Partial<PlacedOrder> = {}) => {
    const created = clock.now() - 600_000;
    shopHas(woo, id, created);
    await at.place(id, order(`pay-${id}`, created, more));
  };
  /** An order that ended long ago, not paid through us. */
  const ended = async (store: Store, id: string) => {
    const then = await started(store, () => clock.now() - 400 * DAY);
    await place(then, id, { gateway: null, paymentId: null });
    await then.submit(id, { type: "merchant.processed" });
    await then.submit(id, { type: "merchant.completed" });
    await until(async () => (await then.queries.health()).counts?.waitingEffects === 0, "the end");
    await then.stop();
  };
  const file = () => join(folder, "orders.db");
  const serve = async () => {
    engine = await started(sqliteStore({ file: file() }));
    served = await listen(httpApp({ engine, apiToken: "secret of the runbook" }).fetch);
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "document-"));
    await mkdir(join(folder, "bin"));
    await writeFile(join(folder, "bin", "order-status"), `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`);
    await chmod(join(folder, "bin", "order-status"), 0o755);
    bank = await resursDouble({ clock });
    woo = wooDouble({ now: () => clock.now() });
    await ended(sqliteStore({ file: file() }), "old");
    await serve();
    server = await startInstalledPostgres();
    if (typeof server !== "string") {
      databaseUrl = await server.database();
      await ended(postgresStore({ connectionString: databaseUrl }), "old-too");
    }
  }, 240_000);
  afterAll(async () => {
    await served.close();
    await engine.stop();
    await bank.close();
    if (typeof server !== "string") await server.stop();
    await rm(folder, { recursive: true, force: true });
  }, 240_000);

  /** A database as the page wants it in the environment. */
  const databaseIn = (address: string): Record<string, string> => {
    if (address === "") return {};
    const url = new URL(address);
    return {
      ORDER_STATUS_STORE: address,
      PGHOST: url.hostname,
      PGPORT: url.port,
      PGUSER: decodeURIComponent(url.username),
      PGPASSWORD: decodeURIComponent(url.password),
      PGDATABASE: url.pathname.slice(1),
    };
  };

  /** What a block of the page says when it is run; it must end well. */
  const run = async (name: string, without: RegExp | null = null): Promise<string> => {
    ran.add(name);
    const code = commands.find((block) => block.name === name)?.code ?? "false";
    const lines = code.split("\n").filter((line) => without === null || !without.test(line));
    const bin = typeof server === "string" ? "" : `${server.bin}:`;
    const { stdout } = await promisify(execFile)("bash", ["--norc", "-euo", "pipefail", "-c", lines.join("\n")], {
      cwd: folder,
      env: {
        PATH: `${folder}/bin:${bin}${process.env.PATH}`,
        ORDER_STATUS_URL: served.url,
        ORDER_STATUS_TOKEN: "secret of the runbook",
        ...databaseIn(databaseUrl),
      },
    });
    return stdout;
  };
  const entries = async (id: string) => (await engine.queries.history(id)).map(({ seq }) => seq);

  test("an order that is stuck, callbacks that were lost, a gateway that was down", async () => {
    await place(engine, "1001");
    bankHas(bank, "pay-1001");
    expect(await run("stuck")).toContain("Order 1001");
    const said = await run("callbacks");
    expect(said).toContain(" 1 to correct.");
    expect(said).toContain(" 1 corrected.");
    expect((await engine.queries.read("1001"))?.facts.order.status).toBe("processing");
    expect(await run("gateway")).toContain("Checked 0. 1 skipped: read in the last 15 minutes");
    const reads = bank.reads.length;
    await run("stuck-reconcile");
    expect(bank.reads.length).toBeGreaterThan(reads);
    await place(engine, "flagged");
    bankHas(bank, "pay-flagged");
    await engine.submit("flagged", { type: "order.seen", status: "cancelled" });
    await engine.submit("flagged", { type: "reconcile.asked" }, { wait: "settled" });
    expect(JSON.parse(await run("flagged")).orders.map((row: { orderId: string }) => row.orderId)).toEqual(["flagged"]);
  });

  test("a dead letter", async () => {
    const execute = woo.shop.execute.bind(woo.shop);
    let sick = true;
    woo.shop.execute = async (...args) => (sick ? { kind: "refused", detail: "no such order" } : execute(...args));
    await engine.submit("1001", { type: "merchant.held" });
    await until(async () => (await engine.queries.health()).counts?.deadEffects === 1, "the dead letter");
    sick = false;
    const said = await run("dead-letters");
    expect(said).toMatch(/1001 .*no such order/);
    expect(said).toContain("tried again now; was: no such order");
    expect(said).toContain("No failed calls.");
    await until(() => woo.order("1001").status === "on-hold", "the shop");
  });

  test("a subscription is behind", async () => {
    let sick = true;
    const got: string[] = [];
    await engine.subscribe("erp", ({ id }) => {
      if (sick) throw new Undelivered("the ERP answered 410", { final: true });
      got.push(id);
    });
    await place(engine, "1002");
    const failed = async () => JSON.parse((await cli(["subscriptions", "--json", "--store", file()])).out).failed;
    await until(async () => (await failed())[0]?.dead === true, "giving up");
    sick = false;
    const said = await run("subscriptions");
    expect(said).toMatch(/erp +1002 +1 +1 +given up +the ERP answered 410/);
    expect(said).toContain("Delivered to erp again: 1 order.");
    await until(() => got.includes("1002/1"), "the replay");
    await engine.unsubscribe("erp");
  });

  test("a damaged row", async () => {
    const past = new Database(file());
    past.prepare("UPDATE history SET entry = 'oops' WHERE order_id = '1001' AND seq = 1").run();
    past.close();
    await engine.queries.history("1001");
    expect((await engine.queries.health()).damaged).toEqual(["1001"]);
    const said = await run("damaged");
    expect(said).toMatch(
      /1001 +history +1 +entry 1 in the history of order 1001 is damaged: its checksum is another one/,
    );
    expect(said).toContain("history  is emptied");
    expect((await engine.queries.health()).damaged).toEqual([]);
    expect(
      (await engine.submit("1001", { type: "order.updated", by: "shop", change: "a note" })).postponed,
    ).toBeUndefined();
  });

  test("backup, retention and restore of SQLite", async () => {
    const before = await entries("old");
    expect(await run("sqlite-backup")).toContain("is backed up in backup.db");
    const said = await run("retention", typeof server === "string" ? /52w/ : null);
    const sums = /entries from the histories of (\d+) orders/;
    expect(said).toContain(`It would take out ${before.length - 1} entries from the histories of 1 orders`);
    expect(said).toContain(`Took out ${before.length - 1} entries`);
    expect(sums.exec(said)?.[1]).toBe("1");
    expect(await entries("old")).toEqual(before.slice(-1));
    if (typeof server !== "string") expect(said).toMatch(/"orders": 1,\s+"entries": [1-9]/);
    await place(engine, "after");
    await served.close();
    await engine.stop();
    expect(await run("sqlite-restore")).toContain("is ready");
    await serve();
    expect(await entries("old")).toEqual(before);
    expect(await engine.queries.read("after")).toBeNull();
    await place(engine, "again");
    expect(await entries("again")).toEqual([1]);
  });

  test("backup and restore of PostgreSQL, where this computer has its tools", async () => {
    if (typeof server === "string") {
      for (const { name } of commands.filter((block) => block.name.startsWith("postgres"))) ran.add(name);
      return console.warn(`not run: ${server}`);
    }
    await run("postgres-backup");
    expect(await run("postgres-restore")).toContain("is ready");
    const again = await started(postgresStore({ connectionString: databaseUrl }));
    expect((await again.queries.read("old-too"))?.facts.order.status).toBe("completed");
    await again.stop();
  });

  test("there is no other", () => expect([...ran].sort()).toEqual(commands.map(({ name }) => name).sort()));
});

test("the program of the page runs", async () => {
  const program = blocks.find(({ language }) => language === "js")?.code ?? "";
  const before = `import { createEngine } from "order-status-engine"; import { httpApp } from "order-status-engine/http";
import { memoryStore } from "order-status-engine/memory"; import { wooDouble } from "order-status-engine/testing";
import { pino } from "pino"; const [store, gateways, shop] = [memoryStore(), [], wooDouble({ now: Date.now }).shop];
const [apiToken, publicUrl] = ["the token of a test", "https://engine.example"];`;
  const after = `await engine.start();
const headers = { authorization: "Bearer " + apiToken };
process.stdout.write(await (await app.fetch(new Request("http://x/metrics", { headers }))).text()); await engine.stop();`;
  // Inside the project, so that the package's own name leads to it.
  const folder = await mkdtemp(join(root, "dist", "operating-"));
  try {
    await writeFile(join(folder, "program.mjs"), [before, program, after].join("\n"));
    const { stdout } = await promisify(execFile)(process.execPath, [join(folder, "program.mjs")], { cwd: folder });
    expect(stdout).toContain("order_status_up 1");
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("the table of metrics is the code's (npm run docs writes it)", () => expect(withMetrics(page)).toBe(page));

test("the defaults of the tuning table are the code's", () => {
  const rows = [...page.matchAll(/^\| `limits\.(\w+)` \| ([\d,]+) \|/gm)];
  expect(rows.length).toBeGreaterThan(5);
  for (const [, name, value] of rows)
    expect([name, limits[name as keyof typeof limits]]).toEqual([name, Number(value?.replaceAll(",", ""))]);
});

describe("alerts.yml", async () => {
  interface Rule {
    alert: string;
    expr: string;
    for?: string;
    labels: Record<string, string>;
    annotations: Record<string, string>;
  }
  const { groups } = parse(await read("docs/alerts.yml")) as { groups: { name: string; rules: Rule[] }[] };
  const rules = groups.flatMap((group) => group.rules);
  const series = new Map(
    instruments.flatMap(({ prometheus, kind, labels = [] }) => {
      const ends = kind === "histogram" ? ["_bucket", "_sum", "_count"] : [""];
      return ends.map((end) => [prometheus + end, [...labels, ...(end === "_bucket" ? ["le"] : [])]] as const);
    }),
  );
  /** The words of an expression, by what they are. */
  const wordsIn = (expr: string) => {
    const found: { name: string; text: string }[] = [];
    parser.parse(expr).iterate({
      enter: (node) =>
        void found.push({ name: node.type.isError ? "error" : node.name, text: expr.slice(node.from, node.to) }),
    });
    return (...names: string[]) => found.filter(({ name }) => names.includes(name)).map(({ text }) => text);
  };

  test("has rules", () => expect(rules.length).toBeGreaterThan(9));

  test.each(rules.map((rule) => [rule.alert, rule] as const))("%s parses, and names what there is", (_, rule) => {
    const words = wordsIn(rule.expr);
    expect(words("error")).toEqual([]);
    const selectors = words("VectorSelector");
    expect(selectors.length).toBeGreaterThan(0);
    for (const selector of selectors) {
      const own = wordsIn(selector);
      const [metric = ""] = own("Identifier");
      expect([...series.keys()]).toContain(metric);
      for (const label of own("LabelName"))
        expect([metric, series.get(metric)]).toEqual([metric, expect.arrayContaining([label])]);
    }
    expect(rule.for ?? "0s").toMatch(/^\d+[smh]$/);
    expect(["critical", "warning", "info"]).toContain(rule.labels.severity);
    const [path, anchor] = rule.annotations.runbook?.split("#") ?? [];
    expect(path).toBe("docs/operating.md");
    const headings = [...page.matchAll(/^#+ (.*)$/gm)].map(([, title]) => title?.toLowerCase().replaceAll(" ", "-"));
    expect(headings).toContain(anchor);
  });

  test("the check sees a metric, a label or a sign that is wrong", () => {
    expect(wordsIn("rate(order_status_up[5m)")("error")).not.toEqual([]);
    expect(wordsIn('x{y="1"} > 2')("Identifier", "LabelName")).toEqual(["x", "y"]);
  });
});
