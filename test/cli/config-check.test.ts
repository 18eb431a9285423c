/** `config --check`: whether `serve` could start here, and whether the banks take what is written. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { env } from "../../src/cli/config/define.js";
import { sampleOf, variablesOf } from "../../src/cli/config/init-file.js";
import { resursMapi } from "../../src/gateways/resurs/mapi.js";
import { sqliteStore } from "../../src/stores/sqlite/store.js";
import {
  type LegacyDouble,
  legacyDouble,
  type NetsDouble,
  netsDouble,
  type ResursDouble,
  resursDouble,
} from "../../src/testing/index.js";
import { startPostgres } from "../stores/postgres-server.js";
import { cli } from "./run.js";

const STORE = "b7f88ac4-baa7-493b-a0a7-d4e14f91f555";
const SECRET = "0123456789abcdefghijklmnopqrstuvwxyz";

let place = "";
let bank: ResursDouble;
let nets: NetsDouble;
let legacy: LegacyDouble;
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), "order-status-check-"));
  bank = await resursDouble({ account: { clientId: SECRET, clientSecret: SECRET } });
  nets = await netsDouble({ secretKey: SECRET });
  legacy = await legacyDouble({ account: { userName: "shop", password: SECRET } });
});
afterAll(async () => {
  await Promise.all([bank.close(), nets.close(), legacy.close()]);
  await rm(place, { recursive: true, force: true });
});

let folders = 0;
interface Asked {
  store?: unknown;
  gateways?: Record<string, object>;
  more?: Record<string, string>;
}
const keys = { clientId: env("RESURS_CLIENT_ID"), clientSecret: env("RESURS_CLIENT_SECRET") };
const check = async ({ store, gateways, more = {} }: Asked) => {
  folders += 1;
  const cwd = join(place, String(folders));
  await mkdir(cwd);
  const usual = { shopUrl: "https://shop.test", store: "sqlite", publicUrl: "https://e.test" } as const;
  const ways = gateways ?? { "resurs-mapi": { baseUrl: bank.url, storeId: STORE, ...keys } };
  const c = sampleOf({ ...usual, gateways: [] });
  const config = {
    ...c,
    shop: { ...c.shop, paymentMethods: {} },
    ...(store === undefined ? {} : { store }),
    gateways: ways,
  };
  // A function is no JSON; nobody asks it here.
  const text = JSON.stringify(config).replaceAll(
    /"customerOf":"x"/g,
    '"customerOf":() => { throw new Error("nobody"); }',
  );
  await writeFile(join(cwd, "shop.config.mjs"), `export default ${text}`);
  const secrets = Object.fromEntries(variablesOf(config).map((name) => [name, SECRET]));
  const { code, out, err } = await cli(["config", "--config", "shop.config.mjs", "--check"], {
    cwd,
    env: { ...secrets, ...more },
  });
  return { code, out: out + err };
};

describe("where orders are kept", () => {
  test("a file that is not there yet, in a folder that is", async () => {
    const { code, out } = await check({});
    expect(out).toMatch(/✓ store .*orders\.db will be made/);
    expect(code).toBe(0);
  });

  test("a store that is there, and is served at this moment", async () => {
    const file = join(place, "served.db");
    const store = sqliteStore({ file });
    await store.open();
    const { code, out } = await check({ store: file });
    await store.close();
    expect(out).toMatch(/✓ store .*served\.db/);
    expect(code).toBe(0);
  });

  const unusable: [string, () => Promise<unknown>][] = [
    ["a folder that does not exist", async () => join(place, "nowhere", "orders.db")],
    ["a folder in place of a file", async () => place],
    [
      "a file of something else",
      async () => {
        const file = join(place, "letter.db");
        await writeFile(file, "Dear customer,\n".repeat(100));
        return file;
      },
    ],
    [
      "a folder that is a file",
      async () => {
        await writeFile(join(place, "a-file"), "");
        return join(place, "a-file", "orders.db");
      },
    ],
    ["a PostgreSQL that nobody reaches", async () => "postgres://shop@127.0.0.1:1/shop"],
  ];
  test.each(unusable)("%s: serve would not start, and neither is this right", async (_what, storeOf) => {
    const { code, out } = await check({ store: await storeOf() });
    expect(out).toMatch(/✗ store/);
    expect(out).toContain("✓ resurs-mapi");
    expect(code).toBe(3);
  });

  test("a PostgreSQL that is new to it is right, and stays as it was", { timeout: 60_000 }, async (task) => {
    const server = await startPostgres();
    if (typeof server === "string") return task.skip(server);
    try {
      const more = { DATABASE_URL: await server.database() };
      for (const _ of [1, 2]) {
        const { code, out } = await check({ store: env("DATABASE_URL"), more });
        expect(out).toMatch(/✓ store .* will be made/);
        expect(code).toBe(0);
      }
    } finally {
      await server.stop();
    }
  });
});

describe("what the banks take", () => {
  test.each([
    ["the right key", {}, 0, `✓ resurs-mapi  Test store (${STORE}): Invoice`],
    ["another key", { RESURS_CLIENT_ID: "another" }, 3, "✗ resurs-mapi  HTTP 401: invalid_client"],
    ["another secret", { RESURS_CLIENT_SECRET: "another" }, 3, "✗ resurs-mapi  HTTP 401: invalid_client"],
  ])("Merchant API, %s", async (_what, more, code, says) => {
    const told = await check({ more });
    expect(told.out).toContain(says);
    expect(told.code).toBe(code);
  });

  test("a scope that the bank does not know is named as what to look at", async () => {
    const { code, out } = await check({
      gateways: { "resurs-mapi": { baseUrl: bank.url, storeId: STORE, scope: "other", ...keys } },
    });
    expect(out).toMatch(/✗ resurs-mapi {2}HTTP 400: invalid_scope\n +fix: .*\bscope\b/);
    expect(code).toBe(3);
  });

  const METHOD = "7d63eb50-94b4-4238-8c0d-22d095bfe46b";
  const OTHER = "11111111-2222-4333-8444-555555555555";
  test("a payment method that the store does not have is named as what to look at", async () => {
    const { code, out } = await check({
      gateways: { "resurs-mapi": { baseUrl: bank.url, storeId: STORE, paymentMethodId: OTHER, ...keys } },
    });
    expect(out).toMatch(
      /✗ resurs-mapi {2}.* has no payment method that a customer could choose\n +fix: .*paymentMethodId/,
    );
    expect(code).toBe(3);
  });

  test.each<[string, { storeId?: string; paymentMethodId?: string }, string | null]>([
    ["its own store and method", { storeId: STORE, paymentMethodId: METHOD }, null],
    ["a store of another key", { storeId: OTHER, paymentMethodId: METHOD }, "storeId: the key has no such store"],
    ["no store", { paymentMethodId: METHOD }, "storeId: the key has no such store"],
    ["a method of another store", { storeId: STORE, paymentMethodId: OTHER }, "the store has no such payment method"],
    ["no method", { storeId: STORE }, "the store has no such payment method"],
  ])("a double that knows its shop sells at %s as the bank would", async (_what, shop, why) => {
    const gateway = resursMapi({ baseUrl: bank.url, clientId: SECRET, clientSecret: SECRET, ...shop });
    const order = { orderId: "1", total: 10_000, currency: "SEK", lines: [], linkLifetimeMinutes: 120 };
    const urls = { successUrl: "https://e.test/s", failUrl: "https://e.test/f", callbackUrl: "https://e.test/c" };
    const created = await gateway.createPayment({ ...order, ...urls });
    expect(created).toMatchObject(
      why === null ? { kind: "ok" } : { kind: "failed", detail: expect.stringContaining(why) },
    );
    const listed = await gateway.paymentMethods?.();
    if (listed !== undefined) expect(listed.kind).toBe(shop.storeId === STORE ? "ok" : "refused");
  });

  describe("resurs-simplified", () => {
    const simplified = (more: object = {}) => ({
      "resurs-simplified": { ...older(), paymentMethodId: "INVOICE", customerOf: "x", ...more },
    });
    test("its service of the checkout is asked which methods there are", async () => {
      const { code, out } = await check({ gateways: simplified() });
      expect(out).toContain("✓ resurs-simplified  the bank takes the key; its payment methods: INVOICE, CARD");
      expect(code).toBe(0);
    });
    test.each(["invoice", "INVOICE2"])("a method that the bank does not have: %s", async (paymentMethodId) => {
      const { code, out } = await check({ gateways: simplified({ paymentMethodId }) });
      const says = `✗ resurs-simplified  the key has no payment method ${paymentMethodId}; it has INVOICE, CARD`;
      expect(out).toContain(says);
      expect(out).toMatch(/\n +fix: .*gateways\.resurs-simplified\.paymentMethodId/);
      expect(code).toBe(3);
    });
    test("another password", async () => {
      const { code, out } = await check({ gateways: simplified(), more: { RESURS_PASSWORD: "another" } });
      expect(out).toMatch(/✗ resurs-simplified {2}HTTP 401.*\n +fix: .*gateways\.resurs-simplified/);
      expect(code).toBe(3);
    });
    test("nobody there", async () => {
      const { code, out } = await check({ gateways: simplified({ baseUrl: "http://127.0.0.1:1" }) });
      expect(out).toMatch(/✗ resurs-simplified .*\n +fix: the bank did not answer as it should/);
      expect(code).toBe(3);
    });
    test("it books nothing and moves nothing", async () => {
      const [before, calls] = [legacy.bookings.length, legacy.calls.length];
      await check({ gateways: simplified() });
      expect([legacy.bookings.length, legacy.calls.length]).toEqual([before, calls]);
    });
  });

  const older = () => ({ baseUrl: legacy.addresses.baseUrl, userName: "shop", password: env("RESURS_PASSWORD") });
  const ways: [string, () => object, string][] = [
    [
      "nets-easy",
      () => ({ baseUrl: nets.url, secretKey: env("NETS_KEY"), webhookAuthorization: env("NETS_WEBHOOK") }),
      "NETS_KEY",
    ],
    ["resurs-hosted", () => ({ ...older(), hostedUrl: legacy.addresses.hostedUrl }), "RESURS_PASSWORD"],
    ["resurs-rco", () => ({ ...older(), checkoutUrl: legacy.addresses.checkoutUrl }), "RESURS_PASSWORD"],
  ];
  test.each(ways)("%s: its key is tried by reading a payment that nobody has", async (name, options, secret) => {
    const right = await check({ gateways: { [name]: options() } });
    expect(right.out).toContain(`✓ ${name}  the bank takes the key`);
    expect(right.code).toBe(0);
    const wrong = await check({ gateways: { [name]: options() }, more: { [secret]: "another" } });
    expect(wrong.out).toMatch(new RegExp(`✗ ${name} {2}HTTP 401.*\\n +fix: .*gateways\\.${name}`));
    expect(wrong.code).toBe(3);
    const away = await check({ gateways: { [name]: { ...options(), baseUrl: "http://127.0.0.1:1" } } });
    expect(away.out).toMatch(new RegExp(`✗ ${name} .*\\n +fix: the bank did not answer as it should`));
    expect(away.code).toBe(3);
  });
});
