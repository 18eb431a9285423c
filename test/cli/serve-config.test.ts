/** `serve` with a configuration: a process of its own between a shop and banks that are reached over HTTP. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Config } from "../../src/cli/config/define.js";
import { env } from "../../src/cli/config/define.js";
import { configText, sampleOf } from "../../src/cli/config/init-file.js";
import { load } from "../../src/cli/config/load.js";
import type { GatewayName } from "../../src/cli/config/schema.js";
import { composeConfigured } from "../../src/cli/lib/configured.js";
import { systemClock } from "../../src/ports/clock.js";
import {
  type Banks,
  closeBanks,
  LEGACY_DIGEST,
  NETS_AUTHORIZATION,
  openBanks,
  registerCallbacks,
} from "../../src/testing/doubles/banks.js";
import { type WooServer, wooServer } from "../../src/testing/index.js";
import { until } from "../engine/place.js";
import { freePort } from "../free-port.js";
import { ask } from "../testing/woocommerce-rest.js";
import { receiver } from "../webhooks/receiver.js";
import { main } from "./run.js";

const TOKEN = "canary-of-the-token";
const ERP_WEBHOOK = `whsec_${Buffer.from("canary-of-the-erp's-webhook-secret").toString("base64")}`;
const clock = systemClock();

const secrets = (shop: WooServer): Record<string, string> => ({
  ORDER_STATUS_WOO_KEY: shop.keys.engine.key,
  ORDER_STATUS_WOO_SECRET: shop.keys.engine.secret,
  ORDER_STATUS_WOO_WEBHOOK_SECRET: "canary-of-the-webhook",
  ORDER_STATUS_PLUGIN_SECRET: "canary-of-the-plugin",
  ORDER_STATUS_CALLBACK_KEY: "canary-of-the-callbacks",
  RESURS_CLIENT_ID: "shop",
  RESURS_CLIENT_SECRET: "canary-client",
  RESURS_PASSWORD: "canary-password",
  NETS_SECRET_KEY: "canary-nets",
  NETS_WEBHOOK_AUTHORIZATION: NETS_AUTHORIZATION,
  LEGACY_SALT: LEGACY_DIGEST.salts[0],
  ERP_WEBHOOK,
});

/** It goes into the file as it stands here. */
const customerOf = (orderId: string) => ({
  governmentId: "198305147715",
  address: { addressRow1: `${orderId} Street`, postalArea: "Town", postalCode: "12345", country: "SE" as const },
  type: "NATURAL" as const,
});

/** What `init` writes, with the addresses of the doubles in it. */
const configFor = (shop: WooServer, { resurs, nets, legacy }: Banks, publicUrl: string): Config => {
  const gateways = ["resurs-mapi", "nets-easy", "resurs-simplified", "resurs-hosted"] as const;
  const sample = sampleOf({ shopUrl: shop.url, gateways: [...gateways], store: "sqlite", publicUrl });
  const {
    "resurs-mapi": mapi,
    "nets-easy": easy,
    "resurs-simplified": simplified,
    "resurs-hosted": hosted,
  } = sample.gateways;
  if (!mapi || !easy || !simplified || !hosted) throw new Error("the sample lacks a gateway");
  const { baseUrl, hostedUrl } = legacy.addresses;
  return {
    ...sample,
    shop: { ...sample.shop, paymentMethods: Object.fromEntries(gateways.map((name) => [`pays-${name}`, name])) },
    gateways: {
      "resurs-mapi": { ...mapi, baseUrl: resurs.url },
      "nets-easy": { ...easy, baseUrl: nets.url },
      "resurs-simplified": { ...simplified, paymentMethodId: "INVOICE", customerOf, baseUrl },
      "resurs-hosted": { ...hosted, baseUrl, hostedUrl },
    },
    http: {
      ...sample.http,
      port: Number(new URL(publicUrl).port),
      resursDigest: { algorithm: LEGACY_DIGEST.algorithm, salts: [env("LEGACY_SALT")] },
      thankYouUrl: `${shop.url}/thanks/{orderId}`,
      allowFrom: ["127.0.0.0/8"],
      drainSeconds: 0,
    },
    webhooks: { erp: { url: erp.url, secret: env("ERP_WEBHOOK"), types: ["order.status_changed"], from: "start" } },
    settings: { cooldownSeconds: 1 },
    logLevel: "debug",
  };
};

let folder = "";
let banks: Banks;
let shop: WooServer;
let erp: Awaited<ReturnType<typeof receiver>>;
let child: ChildProcess;
let url = "";
let [out, err] = ["", ""];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "order-status-serve-"));
  banks = await openBanks(clock, { anyKey: true });
  shop = await wooServer({ clock });
  erp = await receiver({ secret: ERP_WEBHOOK });
  url = `http://127.0.0.1:${await freePort()}`;
  await writeFile(join(folder, "shop.config.ts"), configText(configFor(shop, banks, url)));
  // The token stands in .env beside the file, all else in the environment.
  await writeFile(join(folder, ".env"), `ORDER_STATUS_TOKEN=${TOKEN}\n`);
  registerCallbacks(banks, url);
  // From another folder: where orders are kept is told by the file.
  child = spawn(process.execPath, [main, "serve", "--config", join(folder, "shop.config.ts"), "--json"], {
    env: { ...process.env, ...secrets(shop) },
  });
  child.stdout?.setEncoding("utf8").on("data", (text) => {
    out += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text) => {
    err += text;
  });
  await until(() => out.includes("\n") || child.exitCode !== null, "the engine to serve");
  if (child.exitCode !== null) throw new Error(err);
  shop.webhooks.add({ topic: "order.updated", delivery_url: `${url}/shop/webhooks`, secret: "canary-of-the-webhook" });
}, 240_000);

afterAll(async () => {
  child?.kill("SIGKILL");
  await closeBanks(banks);
  await shop?.close();
  await erp?.close();
  await rm(folder, { recursive: true, force: true });
});

const api = async (path: string, body?: unknown): Promise<Record<string, unknown>> => {
  const headers = { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" };
  const answer = await fetch(`${url}${path}`, {
    headers,
    ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
  });
  return (await answer.json()) as Record<string, unknown>;
};
const inShop = (id: string) => shop.woo.orders.get(id)?.status;
const changedInShop = async (id: string, change: object): Promise<void> => {
  await ask(shop, clock.now(), "PUT", `/orders/${id}`, change);
  await shop.webhooks.runQueue();
};

/** The customer's part, after which the shop is to say processing. */
const pays: { [N in GatewayName]?: (paymentId: string) => Promise<unknown> } = {
  // He closes his browser at the bank: only the callback comes.
  "resurs-mapi": async (id) => banks.resurs.customerSigns(id),
  "nets-easy": (id) => fetch(banks.nets.customerPays(id).redirectUrl ?? "", { redirect: "manual" }),
  "resurs-simplified": (id) => fetch(banks.legacy.customerSigns(id).redirectUrl ?? "", { redirect: "manual" }),
  "resurs-hosted": (id) => fetch(banks.legacy.customerSigns(id).redirectUrl ?? "", { redirect: "manual" }),
};
const capturedAt = (gateway: GatewayName, id: string) =>
  (gateway === "resurs-mapi" ? banks.resurs : gateway === "nets-easy" ? banks.nets : banks.legacy).books(id)?.captured;

test.each(Object.entries(pays))(
  "an order paid by %s: from the shop's webhook to the captured money",
  { timeout: 240_000 },
  async (name, pay) => {
    const gateway = name as GatewayName;
    const id = String(Object.keys(pays).indexOf(name) + 1001);
    const at = { createdAt: clock.now(), updatedAt: clock.now(), datePaid: null };
    const lines = [{ sku: "tea", quantity: 1, total: 10_000 }];
    shop.woo.addOrder({ id, total: 10_000, currency: "SEK", lines, needsProcessing: true, status: "pending", ...at });
    shop.describe(id, { paymentMethod: `pays-${gateway}` });
    await changedInShop(id, {});
    expect(await api(`/orders/${id}`)).toMatchObject({ facts: { payment: { gateway }, order: { status: "pending" } } });

    if (gateway === "resurs-simplified") banks.legacy.nextBooking({ status: "SIGNING" });
    const { paymentId, ...opened } = await api(`/orders/${id}/checkout`, { gateway });
    expect(opened).toMatchObject({ result: "success", redirect: expect.stringMatching(/^http/) });
    await pay(String(paymentId));
    await until(() => inShop(id) === "processing", `${id} to be processing in the shop: ${err.slice(-2000)}`);
    expect(capturedAt(gateway, String(paymentId))).toBe(0);

    // As the plugin asks, before the merchant's click is saved.
    expect(await api(`/orders/${id}/events`, { type: "merchant.completed" })).toMatchObject({ outcome: "moved" });
    await until(() => capturedAt(gateway, String(paymentId)) === 100, `${id} to be captured: ${err.slice(-2000)}`);
    await until(async () => JSON.stringify(await api(`/orders/${id}/effects`)) === '{"effects":[]}', "its work to end");
    expect(inShop(id)).toBe("completed");
    const told = () => erp.taken.filter(({ data }) => data.orderId === id).map(({ data }) => data.status);
    await until(() => told().includes("completed"), `the webhooks of ${id}`);
    expect(told()).toEqual(["processing", "completed"]);
    // What another hand then does in the shop is heard of too.
    await changedInShop(id, { status: "on-hold" });
    expect(await api(`/orders/${id}`)).toMatchObject({ facts: { order: { status: "on-hold" } } });
  },
);

test("what the banks say of key and store, for whoever has the token", async () => {
  const { banks: told } = await api("/banks");
  expect(told).toMatchObject([
    { gateway: "resurs-mapi", verdict: "wrong", says: expect.stringContaining("Test store") },
    { gateway: "nets-easy", verdict: "ok" },
    { gateway: "resurs-simplified", verdict: "ok" },
    { gateway: "resurs-hosted", verdict: "ok" },
  ]);
  expect((await fetch(`${url}/banks`)).status).toBe(401);
});

test("the door, the API and the inspector ask for what the file says", async () => {
  expect((await fetch(`${url}/orders`)).status).toBe(401);
  expect((await fetch(`${url}/inspector/`)).status).toBe(401);
  const { facts } = (await api("/orders/1001")) as { facts: { payment: { id: string } } };
  const forged = JSON.stringify({ paymentId: facts.payment.id, status: "CAPTURED" });
  const knock = (path: string) => fetch(`${url}/callbacks/${path}`, { method: "POST", body: forged });
  // With keys in the file, an address without a token is nobody's, though the payment is known.
  expect((await knock("resurs/authorization")).status).toBe(404);
  expect((await fetch(`${url}/callbacks/resurs/legacy/TEST?digest=0`)).status).toBe(406);
  const unsigned = await fetch(`${url}/shop/webhooks`, { method: "POST", body: "{}" });
  expect(unsigned.status).toBe(401);
});

test("behind a proxy the last address that it noted counts, and no header is no address", async () => {
  const file = join(folder, "proxy.config.ts");
  const config = configFor(shop, banks, "http://127.0.0.1:0");
  const http = {
    ...config.http,
    allowFrom: ["203.0.113.0/24"],
    sourceHeader: "x-forwarded-for",
    callbackKeys: undefined,
  };
  await writeFile(file, configText({ ...config, store: "proxy.db", http }));
  for (const [name, value] of Object.entries(secrets(shop))) vi.stubEnv(name, value);
  const { config: ready } = await load(file);
  const running = await composeConfigured(ready, { settings: ready.settings, apiToken: ready.http.apiToken });
  const knock = async (headers: Record<string, string>) => {
    const body = JSON.stringify({ paymentId: "1", status: "CAPTURED" });
    return (await fetch(`${running.url}/callbacks/resurs/authorization`, { method: "POST", body, headers })).status;
  };
  try {
    expect(await knock({ "x-forwarded-for": "198.51.100.1, 203.0.113.9" })).toBe(404);
    expect(await knock({ "x-forwarded-for": "203.0.113.9, 198.51.100.1" })).toBe(403);
    expect(await knock({})).toBe(403);
  } finally {
    await running.stop();
    vi.unstubAllEnvs();
  }
});

test("the doctor knows the minutes that a flag of the command told the engine", async () => {
  const file = join(folder, "flag.config.ts");
  await writeFile(file, configText({ ...configFor(shop, banks, "http://127.0.0.1:0"), store: "flag.db" }));
  for (const [name, value] of Object.entries(secrets(shop))) vi.stubEnv(name, value);
  const { config: ready } = await load(file);
  const told = async (settings: typeof ready.settings) => {
    const running = await composeConfigured(ready, { settings, apiToken: null });
    try {
      const { findings } = (await (await fetch(`${running.url}/doctor`)).json()) as {
        findings: { check: string; says: string; fix: string | null }[];
      };
      return findings.find(({ check }) => check === "hold-stock");
    } finally {
      await running.stop();
    }
  };
  try {
    const fix =
      "write settings: { stockManagement: true, holdStockMinutes: 60 } in the engine's configuration, and start";
    const none = { ...ready.settings, stockManagement: false, holdStockMinutes: null };
    expect(await told(none)).toMatchObject({ verdict: "wrong", fix: expect.stringContaining(fix) });
    const says = "stock is held 60 minutes, as the engine knows";
    expect(await told({ ...none, stockManagement: true, holdStockMinutes: 60 })).toMatchObject({ verdict: "ok", says });
  } finally {
    vi.unstubAllEnvs();
  }
});

test("it says where it is and no secret, and ends when it is told to", async () => {
  expect(JSON.parse(out)).toMatchObject({ url, publicUrl: url, shop: shop.url, store: join(folder, "orders.db") });
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  expect(await ended).toEqual([0, null]);
  expect(`${out}${err}`).not.toContain("canary");
  expect(`${out}${err}`).not.toContain(ERP_WEBHOOK.slice(6));
  expect(erp.faults).toEqual([]);
  expect(err).toContain("the status changed");
});
