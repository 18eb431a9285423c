/** `woo doctor` as a process of its own, against a shop that has one thing wrong at a time. */
import { createHmac } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { listen, type Served } from "../../src/http/serve.js";
import { systemClock } from "../../src/ports/clock.js";
import { createEngine } from "../../src/runtime/embedded/engine.js";
import { type DoctorOptions, wooDoctor, wooShop, wooWebhooks } from "../../src/shops/woocommerce/index.js";
import { memoryStore } from "../../src/stores/memory/store.js";
import { type WooServer, type WooServerOptions, wooServer } from "../../src/testing/index.js";
import { taking } from "../woo/taking.js";
import { cli } from "./run.js";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

const SECRET = "canary-webhook-secret";
const world = async (
  options: Partial<WooServerOptions> = {},
  skewMs = 0,
): Promise<{ shop: WooServer; door: Served }> => {
  const clock = systemClock();
  const plugin = { url: "https://engine.example", findings: [] };
  const shop = await wooServer({ clock: { ...clock, now: () => clock.now() + skewMs }, plugin, ...options });
  const { key: consumerKey, secret: consumerSecret } = shop.keys.engine;
  const adapter = wooShop({ url: shop.url, consumerKey, consumerSecret, clock });
  const engine = createEngine({ store: memoryStore(), gateways: [], shop: adapter, clock });
  const door = await listen(taking(wooWebhooks({ engine, shop: adapter, secrets: [SECRET] })));
  open.push(shop, door);
  shop.webhooks.add({ topic: "order.updated", delivery_url: `${door.url}/`, secret: SECRET });
  return { shop, door };
};

type Place = Awaited<ReturnType<typeof world>>;

const doctor = async ({ shop, door }: Place, more: Partial<DoctorOptions> = {}) => {
  const findings = await wooDoctor({
    url: shop.url,
    consumerKey: shop.keys.engine.key,
    consumerSecret: shop.keys.engine.secret,
    clock: systemClock(),
    callbackUrl: `${door.url}/`,
    webhookSecret: SECRET,
    holdStockMinutes: 60,
    statuses: [],
    ...more,
  });
  const wrong = findings.filter(({ verdict }) => verdict !== "ok").map(({ check, verdict }) => `${check} ${verdict}`);
  return { findings, wrong };
};

test("a shop that is set up well", async () => {
  const place = await world();
  const { findings, wrong } = await doctor(place);
  expect(wrong).toEqual([]);
  expect(findings.map(({ check }) => check)).toEqual([
    "address",
    "shop",
    "clock",
    "keys",
    "decimals",
    "hold-stock",
    "statuses",
    "plugin",
    "webhook",
    "callback",
  ]);
  // The same as a process, with its secrets in the environment, and none of them in what it says.
  const { key, secret } = place.shop.keys.engine;
  const env = { ORDER_STATUS_WOO_KEY: key, ORDER_STATUS_WOO_SECRET: secret, ORDER_STATUS_WOO_WEBHOOK_SECRET: SECRET };
  const args = ["--url", place.shop.url, "--callback", `${place.door.url}/`, "--hold-stock", "60", "--json"];
  const { code, out } = await cli(["woo", "doctor", ...args], { env });
  expect(JSON.parse(out)).toEqual({ findings });
  expect(code).toBe(0);
  expect(out).not.toMatch(/canary|cs_engine/);
});

test.each([
  ["decimals", { decimals: 3 }, "decimals wrong"],
  ["no stock held", { manageStock: false }, "hold-stock wrong"],
  ["another time to hold it", { holdStockMinutes: 30 }, "hold-stock wrong"],
  ["a status of a plugin", { customStatuses: { picking: "Being picked" } }, "statuses warning"],
] as const)("%s", async (_, options, finding) => {
  const { wrong, findings } = await doctor(await world(options));
  expect(wrong).toEqual([finding]);
  for (const { verdict, fix } of findings) expect(fix === null).toBe(verdict === "ok");
});

test("a shop that takes its time with each answer is asked at once whatever does not wait for another answer", async () => {
  const place = await world();
  const { findings } = await doctor(place);
  // How many answers in a row were waited for, so that the test knows no clock.
  let inRow = 0;
  const slow: typeof fetch = async (...asked) => {
    const before = inRow;
    await new Promise((resolve) => setTimeout(resolve, 50));
    return fetch(...asked).finally(() => {
      inRow = Math.max(inRow, before + 1);
    });
  };
  expect((await doctor(place, { fetch: slow })).findings).toEqual(findings);
  // The address, whether the key reads, whether it writes, and all the rest; of that the engine's own door takes two.
  expect(inRow).toBe(5);
});

test("clocks that are apart, so that no signature is good any more", async () => {
  expect((await doctor(await world({}, 20 * 60_000))).wrong).toEqual(["clock wrong", "keys wrong"]);
  expect((await doctor(await world({}, 2 * 60_000))).wrong).toEqual(["clock warning"]);
});

test("keys that are wrong, and keys that may only read", async () => {
  const place = await world();
  const bad = await doctor(place, { consumerSecret: "cs_canary" });
  expect(bad.wrong).toEqual(["keys wrong"]);
  expect(JSON.stringify(bad)).not.toContain("cs_canary");
  const { key, secret } = place.shop.keys.readOnly;
  const reader = await doctor(place, { consumerKey: key, consumerSecret: secret });
  expect(reader.wrong).toEqual(["keys wrong"]);
  expect(reader.findings.find(({ check }) => check === "keys")?.says).toContain("not write");
});

test("a webhook that was switched off, one that is missing, and a door that knows another secret", async () => {
  const place = await world();
  const webhook = place.shop.webhooks.byId(1);
  if (webhook) webhook.status = "disabled";
  expect((await doctor(place)).wrong).toEqual(["webhook wrong"]);
  if (webhook) webhook.deliveryUrl = "https://elsewhere.test/";
  expect((await doctor(place)).wrong).toEqual(["webhook wrong"]);
  const other = await world();
  expect((await doctor(other, { webhookSecret: "another" })).wrong).toEqual(["callback wrong"]);
  await other.door.close();
  expect((await doctor(other)).wrong).toEqual(["callback wrong"]);
});

test("a plugin that is missing, and one that finds something amiss in the shop", async () => {
  const missing = await world({ plugin: undefined });
  expect((await doctor(missing)).wrong).toEqual(["plugin warning"]);
  // Whoever gave the adapter its secret relies on it.
  expect((await doctor(missing, { pluginSecret: "secret between plugin and engine" })).wrong).toEqual(["plugin wrong"]);
  const says = "The engine does not take the webhook's signature";
  const findings = [
    { check: "engine", verdict: "ok", says: "The engine answers." },
    { check: "webhook", verdict: "wrong", says },
  ];
  const told = await doctor(await world({ plugin: { url: "https://engine.example", findings } }));
  expect(told.wrong).toEqual(["plugin wrong"]);
  expect(told.findings.find(({ check }) => check === "plugin")?.says).toBe(says);
});

test("the plugin's own question is signed with its secret, so that it can tell; WooCommerce's are not", async () => {
  const signatures: Record<string, string | null> = {};
  const watching: typeof fetch = (input, init) => {
    const { url, headers } = new Request(input, init);
    signatures[new URL(url).pathname.split("/").at(-1) ?? ""] = headers.get("x-order-status-signature");
    return fetch(input, init);
  };
  const pluginSecret = "secret between plugin and engine";
  await doctor(await world(), { pluginSecret, fetch: watching });
  expect(signatures.doctor).toBe(createHmac("sha256", pluginSecret).update("doctor\n").digest("hex"));
  expect(signatures.statuses).toBeNull();
});

test("WooCommerce that is switched off is not taken for a wrong key, and plain permalinks are named", async () => {
  const off = await world({ disturb: () => ({ code: { status: 404, code: "rest_no_route" } }) });
  const { findings } = await doctor(off);
  expect(findings.at(-1)).toMatchObject({
    check: "shop",
    verdict: "wrong",
    says: expect.stringContaining("not active"),
  });
  expect(JSON.stringify(findings)).not.toContain("make a key");
  const plain = await listen(async (request) =>
    new URL(request.url).searchParams.has("rest_route")
      ? Response.json({})
      : new Response("<html>", { status: 404, headers: { "content-type": "text/html" } }),
  );
  open.push(plain);
  const told = await doctor(off, { url: plain.url });
  expect(told.findings.at(-1)).toMatchObject({ check: "shop", fix: expect.stringContaining("Permalinks") });
});

test("where there is a configuration, shop, keys, address of the webhook and settings are read from it and from .env", async () => {
  const { shop, door } = await world({ holdStockMinutes: 45, customStatuses: { picking: "Being picked" } });
  const dir = await mkdtemp(join(tmpdir(), "doctor-"));
  open.push({ close: () => rm(dir, { recursive: true }) });
  const config = `import { defineConfig, env } from "order-status-engine/config";
    export default defineConfig({
      store: "orders.db",
      shop: { url: "${shop.url}", consumerKey: env("K"), consumerSecret: env("S"), webhookSecrets: [env("W")],
        paymentMethods: {} },
      statuses: { picking: "processing" },
      gateways: { "resurs-mapi": { baseUrl: "https://bank.example", clientId: env("K"), clientSecret: env("S") } },
      http: { publicUrl: "${door.url}", apiToken: env("T") },
      settings: { stockManagement: true, holdStockMinutes: 45 },
    });`;
  await writeFile(join(dir, "order-status.config.mjs"), config);
  const { key, secret } = shop.keys.engine;
  const lines = [`K=${key}`, `S=${secret}`, `W=${SECRET}`, "T=a token that is long enough 4711"];
  await writeFile(join(dir, ".env"), lines.join("\n"), { mode: 0o600 });
  const hook = shop.webhooks.byId(1);
  if (hook) hook.deliveryUrl = `${door.url}/shop/webhooks`;
  const { code, out } = await cli(["woo", "doctor", "--json"], { cwd: dir });
  const verdicts = JSON.parse(out).findings.map(({ check, verdict }: { check: string; verdict: string }) => [
    check,
    verdict,
  ]);
  expect(Object.fromEntries(verdicts)).toMatchObject({
    "hold-stock": "ok",
    statuses: "ok",
    webhook: "ok",
    callback: "ok",
  });
  expect(code).toBe(0);
  // What is given wins.
  const given = await cli(["woo", "doctor", "--hold-stock", "60"], { cwd: dir });
  expect([given.code, given.out]).toEqual([3, expect.stringContaining("the engine was told 60 minutes")]);
});

test("said to a person, with the fix below; and what cannot be asked at all", async () => {
  const place = await world({ decimals: 0 });
  const keys = {
    ORDER_STATUS_WOO_KEY: place.shop.keys.engine.key,
    ORDER_STATUS_WOO_SECRET: place.shop.keys.engine.secret,
  };
  const { out, code } = await cli(["woo", "doctor", "--url", place.shop.url, "--hold-stock", "60"], { env: keys });
  expect(out).toContain("✗ decimals   amounts have 0 decimals\n             fix: set WooCommerce › Settings");
  expect(code).toBe(3);
  const nowhere = await cli(["woo", "doctor", "--url", "http://127.0.0.1:9"], { env: keys });
  expect(nowhere.out).toContain("✗ shop       nothing answers");
  expect(nowhere.code).toBe(3);
  const none = await cli(["woo", "doctor", "--url", "shop.example"], { env: keys });
  expect([none.code, none.err]).toEqual([2, expect.stringContaining("give it with https://")]);
  const keyless = await cli(["woo", "doctor", "--url", place.shop.url], { env: { ORDER_STATUS_WOO_KEY: undefined } });
  expect([keyless.code, keyless.err]).toEqual([2, expect.stringContaining("ORDER_STATUS_WOO_KEY")]);
});

/** A configuration of a shop, in a folder of its own. */
const configured = async (url: string, { key, secret }: { key: string; secret: string }): Promise<string> => {
  const dir = await mkdtemp(join(tmpdir(), "rehearse-"));
  open.push({ close: () => rm(dir, { recursive: true }) });
  const config = `import { defineConfig, env } from "order-status-engine/config";
    export default defineConfig({
      store: "orders.db",
      shop: { url: "${url}", consumerKey: env("K"), consumerSecret: env("S"), webhookSecrets: [env("W")],
        pluginSecret: env("W"), paymentMethods: {} },
      gateways: { "resurs-mapi": { baseUrl: "https://bank.example", clientId: env("K"), clientSecret: env("S") } },
      http: { port: 0, publicUrl: "https://engine.example", apiToken: env("W") },
    });`;
  await writeFile(join(dir, "order-status.config.mjs"), config);
  await writeFile(join(dir, ".env"), `K=${key}\nS=${secret}\nW=${SECRET}`, { mode: 0o600 });
  return dir;
};

test("a rehearsal begins on no other shop than the configuration's, and on none that is not set up", async () => {
  const { shop } = await world({ plugin: undefined });
  const cwd = await configured(shop.url, shop.keys.engine);
  const other = await cli(["woo", "rehearse", "--url", "https://shop.example"], { cwd });
  expect([other.code, other.err]).toEqual([2, expect.stringContaining(`is for ${shop.url}`)]);
  const bare = await cli(["woo", "rehearse", "--url", shop.url], { cwd });
  expect([bare.code, bare.err]).toEqual([3, expect.stringContaining("nothing was made there")]);
  expect(bare.err).toContain("plugin: the plugin is not active");
  expect([...shop.woo.orders.keys()]).toEqual([]);
});
