/** `init` and `config` as a person starts them, and what is said of a configuration that is not right. */
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { env } from "../../src/cli/config/define.js";
import { configText, sampleOf, variablesOf } from "../../src/cli/config/init-file.js";
import { checked } from "../../src/cli/config/load.js";
import { GatewayName } from "../../src/cli/config/schema.js";
import { type NetsDouble, netsDouble, type ResursDouble, resursDouble } from "../../src/testing/index.js";
import { cli } from "./run.js";

let place = "";
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), "order-status-config-"));
});
afterAll(() => rm(place, { recursive: true, force: true }));

let folders = 0;
const folder = async (files: Record<string, string> = {}): Promise<string> => {
  folders += 1;
  const cwd = join(place, String(folders));
  await mkdir(cwd);
  for (const [name, text] of Object.entries(files)) await writeFile(join(cwd, name), text);
  return cwd;
};

const usual = {
  shopUrl: "https://shop.test",
  gateways: ["resurs-mapi"],
  store: "sqlite",
  publicUrl: "https://e.test",
} as const;
const sample = (more: Partial<Parameters<typeof sampleOf>[0]> = {}) =>
  sampleOf({ ...usual, gateways: [...usual.gateways], ...more });
const everySecret = (config: unknown, value: (name: string) => string): Record<string, string> =>
  Object.fromEntries(variablesOf(config).map((name) => [name, value(name)]));

/** For `--import`: as on a computer where the package is not installed. */
const without = (name: string): string => {
  const absent = `export const resolve = (asked, context, next) => {
    if (asked === "${name}") throw Object.assign(new Error("Cannot find package"), { code: "ERR_MODULE_NOT_FOUND" });
    return next(asked, context);
  }`;
  const hook = (code: string) => `data:text/javascript,${encodeURIComponent(code)}`;
  return `--import=${hook(`import { register } from "node:module"; register(${JSON.stringify(hook(absent))});`)}`;
};

test("config names the driver that the store lacks", async () => {
  const config = sample({ store: "postgres" });
  const cwd = await folder({ "order-status.config.ts": configText(config) });
  const secrets = everySecret(config, () => "0123456789abcdefghijklmnopqrstuvwxyz");
  const env = { ...secrets, DATABASE_URL: "postgres://shop@127.0.0.1:1/shop" };
  expect(await cli(["config"], { cwd, env })).toMatchObject({ code: 0, err: "" });
  const { code, err } = await cli(["config"], { cwd, env: { ...env, NODE_OPTIONS: without("pg") } });
  expect(err).toContain("store: The PostgreSQL store needs the driver pg, which is not installed. Run: npm install pg");
  expect(code).toBe(2);
});

describe("init", () => {
  test.each([
    ["http://127.0.0.1:9191", 9191],
    ["http://localhost:8081/", 8081],
    ["https://engine.example", 8080],
    ["https://engine.example:8443", 8080],
  ])("the engine at %s listens on port %i", (publicUrl, port) => {
    expect(sample({ publicUrl }).http?.port).toBe(port);
  });

  test("says at once what the store lacks", async () => {
    const cwd = await folder();
    const input = "https://shop.example\nresurs-mapi\npostgres\nhttps://engine.example\nnone\n";
    const { code, out } = await cli(["init"], { cwd, input, env: { NODE_OPTIONS: without("pg") } });
    expect(out).toMatch(/^For the store: The PostgreSQL store needs the driver pg, .* Run: npm install pg/m);
    expect(code).toBe(0);
  });

  test("--yes asks nothing, makes up what is ours to choose, and names the rest and the next command", async () => {
    const cwd = await folder();
    const { code, out, err } = await cli(["init", "--yes"], { cwd });
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toContain("Set in .env, or in the environment: RESURS_CLIENT_ID, RESURS_CLIENT_SECRET\n");
    expect(out).toContain("The plugin makes ORDER_STATUS_WOO_KEY and ORDER_STATUS_WOO_SECRET in your shop: ");
    expect(out).not.toContain("For the store");
    expect(out).toContain("Then run: npx order-status serve\n");
    const written = await readFile(join(cwd, ".env"), "utf8");
    expect(written).toMatch(/^ORDER_STATUS_TOKEN=[0-9a-f]{48}$/m);
    expect(written).toMatch(/^RESURS_CLIENT_SECRET=$/m);
    expect((await stat(join(cwd, ".env"))).mode & 0o777).toBe(0o600);
    // And what it names is exactly what is missing.
    const missing = await cli(["config"], { cwd });
    expect(missing.code).toBe(2);
    expect(missing.err.match(/\b[A-Z_]{6,}\b(?= is not set)/g)?.sort()).toEqual([
      "ORDER_STATUS_WOO_KEY",
      "ORDER_STATUS_WOO_SECRET",
      "RESURS_CLIENT_ID",
      "RESURS_CLIENT_SECRET",
    ]);
    expect(missing.err).toContain("gateways.resurs-mapi.clientSecret: the environment variable RESURS_CLIENT_SECRET");
  });

  test("takes its answers from a pipe, and asks again after one that is wrong", async () => {
    const cwd = await folder();
    const input = "shop.example\nhttps://tea.example\nnets-easy, resurs-simplified\npostgres\n\nx real ip\nx-real-ip\n";
    const { code, out, err } = await cli(["init", "--json"], { cwd, input });
    expect(code).toBe(0);
    expect(err).toContain('"shop.example" is not an address; write it with https://');
    expect(JSON.parse(out)).toMatchObject({ next: "order-status serve" });
    const text = await readFile(join(cwd, "order-status.config.ts"), "utf8");
    expect(text).toContain('url: "https://tea.example"');
    expect(text).toContain('store: env("DATABASE_URL")');
    expect(err).toContain('"x real ip" is not the name of a header');
    expect(text).toContain('sourceHeader: "x-real-ip"');
    expect(text).toContain('paymentMethods: { dibs_easy: "nets-easy", resursbank: "resurs-simplified" }');
    // The schema has no booking without a method and a customer, so whoever has not said them is told.
    expect(text).toContain('paymentMethodId: "id of a payment method at the bank"');
    expect(text).toMatch(/customerOf: \(orderId\) => \{ throw new Error\(`say who the customer of order/);
  });

  test("writes nothing when the answers end too early", async () => {
    const cwd = await folder();
    const { code, err } = await cli(["init"], { cwd, input: "https://tea.example\n" });
    expect(code).toBe(2);
    expect(err).toContain("--yes");
    expect(await readdir(cwd)).toEqual([]);
  });

  test("overwrites a configuration only by --force, and .env never", async () => {
    const cwd = await folder({ "order-status.config.mjs": "old", ".env": "ORDER_STATUS_TOKEN=kept" });
    const refused = await cli(["init", "--yes"], { cwd });
    expect(refused.code).toBe(3);
    expect(refused.err).toContain("order-status.config.mjs is there already");
    const named = ["init", "--yes", "--config", "order-status.config.mjs"];
    expect((await cli(named, { cwd })).code).toBe(3);
    expect(await readFile(join(cwd, "order-status.config.mjs"), "utf8")).toBe("old");
    const forced = await cli([...named, "--force"], { cwd });
    expect(forced.code).toBe(0);
    expect(forced.out).toContain("npx order-status serve --config order-status.config.mjs");
    expect(forced.out).toContain("ORDER_STATUS_CALLBACK_KEY");
    expect(await readFile(join(cwd, "order-status.config.mjs"), "utf8")).toContain("defineConfig");
    expect(await readFile(join(cwd, ".env"), "utf8")).toBe("ORDER_STATUS_TOKEN=kept");
  });
});

describe("config", () => {
  test.each(GatewayName.options)("what init writes for %s is right, and shows no secret", async (gateway) => {
    const config = sample({ gateways: [gateway], store: "postgres" });
    const canary = (name: string) => (name === "DATABASE_URL" ? "postgres://u:canary@h/d" : `canary-${name}`);
    const cwd = await folder({ "order-status.config.ts": configText(config) });
    const { code, out, err } = await cli(["config", "--json"], { cwd, env: everySecret(config, canary) });
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).not.toContain("canary");
    const told = JSON.parse(out) as Record<string, Record<string, unknown>>;
    expect(told).toMatchObject({ store: "[secret]", shop: { consumerSecret: "[secret]" }, http: { drainSeconds: 5 } });
    expect(Object.keys(told.gateways ?? {})).toEqual([gateway]);
    expect(out.match(/\[secret\]/g)).toHaveLength(variablesOf(config).length);
  });

  test("is found as .mjs too; the environment goes before .env", async () => {
    const config = { ...sample(), logLevel: "warn" as const };
    const cwd = await folder({
      "order-status.config.mjs": configText(config),
      ".env": Object.entries(everySecret(config, () => "16 letters of it"))
        .map((entry) => entry.join("="))
        .join("\n"),
    });
    expect((await cli(["config"], { cwd })).code).toBe(0);
    const unset = await cli(["config"], { cwd, env: { RESURS_CLIENT_ID: "" } });
    expect(unset.code).toBe(2);
    expect(unset.err).toContain("RESURS_CLIENT_ID is not set");
  });

  test.each([
    [
      { stockManagement: true, holdStockMinutes: 99_999 },
      "99999 is not between 1 and 43200; a customer's link is valid for 120",
    ],
    [{ stockManagement: true, holdStockMinutes: 0 }, "0 is not between 1 and 43200"],
    [{ stockManagement: true, holdStockMinutes: -5 }, "-5 is not between 1 and 43200"],
    [{ stockManagement: false, holdStockMinutes: 60 }, "has no effect without settings.stockManagement"],
  ])("%j is valid, and not what it seems", async (settings, says) => {
    const c = sample();
    const cwd = await folder({ "shop.config.mjs": `export default ${JSON.stringify({ ...c, settings })}` });
    const secrets = everySecret(c, () => "0123456789abcdefghijklmnopqrstuvwxyz");
    const { code, err } = await cli(["config", "--config", "shop.config.mjs"], { cwd, env: secrets });
    expect({ code, err }).toEqual({ code: 0, err: expect.stringContaining(says) });
  });

  describe("--check", () => {
    const STORE = "b7f88ac4-baa7-493b-a0a7-d4e14f91f555";
    let bank: ResursDouble;
    let nets: NetsDouble;
    beforeAll(async () => {
      bank = await resursDouble({});
      nets = await netsDouble();
    });
    afterAll(() => Promise.all([bank.close(), nets.close()]));

    const check = async (storeId?: string, baseUrl = bank.url) => {
      const c = sample({ gateways: ["resurs-mapi", "nets-easy"] });
      const mapi = { ...c.gateways["resurs-mapi"], baseUrl, ...(storeId !== undefined && { storeId }) };
      const easy = { ...c.gateways["nets-easy"], baseUrl: nets.url };
      const config = { ...c, gateways: { "resurs-mapi": mapi, "nets-easy": easy } };
      const cwd = await folder({ "shop.config.mjs": `export default ${JSON.stringify(config)}` });
      const env = everySecret(config, () => "0123456789abcdefghijklmnopqrstuvwxyz");
      return cli(["config", "--config", "shop.config.mjs", "--check"], { cwd, env });
    };

    test("lists the payment methods of the store, and says who takes the key", async () => {
      const { code, out } = await check(STORE);
      expect(out).toContain(`✓ resurs-mapi  Test store (${STORE}): Invoice`);
      expect(out).toContain("✓ nets-easy    the bank takes the key");
      expect(code).toBe(0);
    });

    test("without a store it lists those of the key, and is wrong: no payment is opened without one", async () => {
      const { code, out } = await check();
      expect(out).toContain(`✗ resurs-mapi  the bank knows the key; its stores: Test store (${STORE})`);
      expect(out).toContain("fix: write the id of one of them at gateways.resurs-mapi.storeId");
      expect(code).toBe(3);
    });

    test("a store that the key does not have, as after a change of environment", async () => {
      const { code, out } = await check("of-the-other-environment");
      expect(out).toContain(
        `✗ resurs-mapi  the key has no store of-the-other-environment; it has Test store (${STORE})`,
      );
      expect(code).toBe(3);
    });

    test("a key that the bank does not take, and a bank that cannot be reached", async () => {
      const strict = createServer((_, response) =>
        response.writeHead(401, { "content-type": "application/json" }).end('{"error":"invalid_client"}'),
      );
      await new Promise<void>((resolve) => strict.listen(0, "127.0.0.1", resolve));
      const { port } = strict.address() as AddressInfo;
      const { code, out } = await check(STORE, `http://127.0.0.1:${port}`);
      strict.close();
      expect(out).toContain("✗ resurs-mapi  HTTP 401: invalid_client");
      expect(out).toContain(
        "fix: look at gateways.resurs-mapi: baseUrl, clientId, clientSecret and scope are of one environment",
      );
      expect(code).toBe(3);
      const away = await check(STORE, "http://127.0.0.1:1");
      expect(away.out).toContain("fix: the bank did not answer as it should; try again");
      expect(away.code).toBe(3);
    });

    test.each([500, 429, 302])("a bank that answers %i is not said to refuse the key", async (status) => {
      const own = createServer((_, response) => response.writeHead(status, { location: "/" }).end());
      await new Promise<void>((resolve) => own.listen(0, "127.0.0.1", resolve));
      const { code, out } = await check(STORE, `http://127.0.0.1:${(own.address() as AddressInfo).port}`);
      own.close();
      expect(out).toContain("fix: the bank did not answer as it should; try again");
      expect(code).toBe(3);
    });

    test("names of a bank are told as far as they fit", async () => {
      const many = Array.from({ length: 30 }, (_, i) => ({ id: `id-${i}`, name: "x".repeat(10_000) }));
      const own = createServer((request, response) => {
        const token = { access_token: "t", token_type: "Bearer", expires_in: 3600 };
        response.writeHead(200, { "content-type": "application/json" });
        response.end(JSON.stringify(request.url?.includes("token") ? token : { content: many }));
      });
      await new Promise<void>((resolve) => own.listen(0, "127.0.0.1", resolve));
      const { out } = await check(STORE, `http://127.0.0.1:${(own.address() as AddressInfo).port}`);
      own.close();
      expect(out.length).toBeLessThan(4000);
      expect(out).toContain("… (id-19) and 10 more");
    });

    const shop = { id: STORE, name: "My shop" };
    test.each([
      [
        "a store without a payment method",
        [shop],
        [],
        `My shop (${STORE}) has no payment method that a customer could choose`,
      ],
      ["methods that cannot be read", [shop], [null, 5, "x", {}], "has no payment method that a customer could choose"],
      ["a key without a store", [], [], "the bank knows the key, and the key has no store"],
    ])("%s is wrong", async (_what, stores, methods, says) => {
      const own = createServer((request, response) => {
        const path = request.url ?? "";
        const token = { access_token: "t", token_type: "Bearer", expires_in: 3600 };
        const body = path.includes("token") ? token : { content: path.includes("payment_methods") ? methods : stores };
        response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
      });
      await new Promise<void>((resolve) => own.listen(0, "127.0.0.1", resolve));
      const { port } = own.address() as AddressInfo;
      const { code, out } = await check(STORE, `http://127.0.0.1:${port}`);
      own.close();
      expect(out).toContain(says);
      expect(out).toMatch(/✗ resurs-mapi .*\n +fix: ask the bank/);
      expect(code).toBe(3);
    });
  });

  test("none, none of that name, one that is no program, one that exports nothing", async () => {
    const none = await cli(["serve"], { cwd: await folder() });
    expect(none).toMatchObject({ code: 2, err: expect.stringContaining("order-status init") });
    const cwd = await folder({ "broken.ts": "export default {", "empty.ts": "export const a = 1;" });
    for (const [name, says] of [
      ["absent.ts", 'write it with "order-status init"'],
      ["broken.ts", "broken.ts cannot be read"],
      ["empty.ts", "export default defineConfig"],
    ] as const) {
      const { code, err } = await cli(["config", "--config", name], { cwd });
      expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(says) });
    }
  });

  test.each<[string, (config: ReturnType<typeof sample>) => unknown, string]>([
    [
      "a key misspelt",
      ({ shop, ...c }) => ({ ...c, shop: { ...shop, consumerkey: shop.consumerKey } }),
      'shop.consumerkey: there is no such key; did you mean "consumerKey"?',
    ],
    [
      "a key that is like none",
      (c) => ({ ...c, colour: "red" }),
      "colour: there is no such key; known are store, shop,",
    ],
    [
      "a gateway misspelt",
      (c) => ({ ...c, gateways: { ...c.gateways, "resurs-api": {} } }),
      'gateways.resurs-api: there is no such key; did you mean "resurs-mapi"?',
    ],
    [
      "a key that is missing",
      ({ shop, ...c }) => ({ ...c, shop: { ...shop, url: undefined } }),
      "shop.url: it is missing; add it (where the WooCommerce shop is)",
    ],
    [
      "a choice misspelt",
      (c) => ({ ...c, settings: { choices: { cancelledThenAccepted: "revve" } } }),
      'settings.choices.cancelledThenAccepted: "revve" is none of them; did you mean "revive"?',
    ],
    [
      "a secret in the file",
      (c) => ({ ...c, http: { ...c.http, apiToken: "canary" } }),
      "http.apiToken: a secret does not stand in the file; put it into the environment and write env(",
    ],
    [
      "a password in the address of the store",
      (c) => ({ ...c, store: "postgres://u:canary@h/d" }),
      'store: a password does not stand in the file; put the whole address into the environment and write env("DATABASE_URL")',
    ],
    [
      "no address",
      (c) => ({ ...c, http: { ...c.http, publicUrl: "engine.example" } }),
      "http.publicUrl: this is not an address; write it with https://",
    ],
    [
      "a port that is none",
      (c) => ({ ...c, http: { ...c.http, port: 70_000 } }),
      "http.port: Too big: expected number to be <=65535",
    ],
    [
      "a network that is none",
      (c) => ({ ...c, http: { ...c.http, allowFrom: ["10.0.0.0/99"] } }),
      "http.allowFrom.0: this is not an address or a network; write 13.50.187.51 or 10.0.0.0/8",
    ],
    [
      "a payment method without its gateway",
      ({ shop, ...c }) => ({ ...c, shop: { ...shop, paymentMethods: { dibs_easy: "nets-easy" } } }),
      'shop.paymentMethods.dibs_easy: "nets-easy" is not among the gateways; add gateways.nets-easy',
    ],
    ["no way of paying", (c) => ({ ...c, gateways: {} }), "gateways: there is no way of paying; add one"],
    [
      "a name of a variable that is none",
      (c) => ({ ...c, http: { ...c.http, apiToken: env("MY TOKEN") } }),
      "http.apiToken.env: this is not the name of a variable",
    ],
  ])("%s: the key and the fix are named", (_, change, says) => {
    const wrong = change(sample());
    const told = (() => {
      try {
        checked(wrong, "order-status.config.ts");
        return "nothing";
      } catch (error) {
        return (error as Error).message;
      }
    })();
    expect(told).toContain(`\n  ${says}`);
    expect(told).not.toContain("canary");
  });
});
