/** A secret of our own choice that somebody could guess is refused, by name, before anything listens. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { netsEasy } from "../../src/gateways/nets/easy.js";
import { httpApp } from "../../src/http/app.js";
import { inspector } from "../../src/inspector/inspector.js";
import { SHORTEST_SECRET, secretFault } from "../../src/ports/secrets.js";
import { createEngine } from "../../src/runtime/embedded/engine.js";
import { wooShop, wooWebhooks } from "../../src/shops/woocommerce/index.js";
import { memoryStore } from "../../src/stores/memory/store.js";
import { wooDouble } from "../../src/testing/doubles/woocommerce/double.js";
import { VirtualClock } from "../../src/testing/index.js";
import { cli } from "../cli/run.js";
import { T0 } from "../engine/place.js";

const SHORT = "canary-of-fiftn";
const LONG = "a0b1c2d3e4f5a6b7";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "secrets-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const clock = new VirtualClock(T0);
const engine = createEngine({ store: memoryStore(), gateways: [], shop: wooDouble({ now: () => T0 }).shop, clock });
const keys = { url: "https://shop.example", consumerKey: "ck_1", consumerSecret: "cs_1", clock };

/** What takes a secret of ours, by the name that the error is to tell. */
const takers: Record<string, (secret: string) => unknown> = {
  apiToken: (token) => {
    httpApp({
      engine,
      apiToken: [
        { token: LONG, scopes: ["act"] },
        { token, scopes: ["read"] },
      ],
    });
    httpApp({ engine, apiToken: token });
  },
  "callbackKeys, k2": (secret) =>
    httpApp({
      engine,
      apiToken: null,
      callbackKeys: [
        { id: "k1", secret: LONG },
        { id: "k2", secret },
      ],
    }),
  netsAuthorization: (netsAuthorization) => httpApp({ engine, apiToken: null, netsAuthorization }),
  "apiToken, of the inspector": (token) => inspector({ engine, access: { kind: "token", token } }),
  "secrets.1": (secret) => wooWebhooks({ engine, shop: wooShop(keys), secrets: [LONG, secret] }),
  pluginSecret: (pluginSecret) => wooShop({ ...keys, pluginSecret }),
  "webhook.authorization": (authorization) =>
    netsEasy({ baseUrl: "https://nets.example", secretKey: "x", webhook: { authorization }, clock }),
};

describe("doors low: a secret of fewer than 16 characters", () => {
  it.each(Object.entries(takers))("as %s is refused by name, with the way to a better one", (name, take) => {
    for (const secret of ["", "s", SHORT]) {
      expect(() => take(secret)).toThrow(TypeError);
      expect(() => take(secret)).toThrow(
        `${name.replace(", of the inspector", "")}: the secret has fewer than 16 characters; make one with: openssl rand`,
      );
      expect(() => take(SHORT)).not.toThrow(SHORT);
    }
    expect(() => take(LONG)).not.toThrow();
  });

  it.each([" ".repeat(16), "a".repeat(40), "abcd".repeat(8), ` ${LONG}`, `${LONG}\n`, "\t".repeat(20)])(
    "a secret that is no better for its length, %j, is refused by name",
    (secret) => {
      for (const [name, take] of Object.entries(takers)) {
        const says = new RegExp(
          `^${name.replace(", of the inspector", "")}: the secret (has fewer than 5 different|begins or ends)`,
        );
        expect(() => take(secret)).toThrow(says);
      }
    },
  );

  it("is measured in characters", () => {
    expect(SHORT).toHaveLength(SHORTEST_SECRET - 1);
    expect([secretFault(SHORT) === null, secretFault(LONG) === null]).toEqual([false, true]);
  });

  /** `init` for every way of paying, with all that may hold a secret. */
  const configured = async (): Promise<{ file: string; made: Record<string, string> }> => {
    const file = join(folder, "order-status.config.ts");
    const ways = "resurs-mapi, nets-easy, resurs-hosted";
    await cli(["init", "--config", file, "--force"], {
      input: `https://shop.example\n${ways}\npostgres\nhttps://engine.example\n\n`,
    });
    const text = (await readFile(file, "utf8")).replace(
      "// resursDigest:",
      'resursDigest: { algorithm: "SHA1", salts: [env("SALT")] }, //',
    );
    await writeFile(file, text);
    const made = parseEnv(await readFile(join(folder, ".env"), "utf8")) as Record<string, string>;
    return { file, made };
  };

  it("is refused by the configuration wherever we choose it; what others give out may be short", async () => {
    const { file, made } = await configured();
    const ours = Object.keys(made).filter((name) => made[name] !== "");
    expect(ours.sort()).toEqual([
      "NETS_WEBHOOK_AUTHORIZATION",
      "ORDER_STATUS_CALLBACK_KEY",
      "ORDER_STATUS_PLUGIN_SECRET",
      "ORDER_STATUS_TOKEN",
      "ORDER_STATUS_WOO_WEBHOOK_SECRET",
    ]);
    // What init made up is long enough.
    for (const name of ours) expect(secretFault(made[name] ?? "")).toBeNull();
    const issued = Object.fromEntries(Object.keys(made).map((name) => [name, "x"]));
    const env = { ...issued, SALT: SHORT, ...Object.fromEntries(ours.map((name) => [name, SHORT])) };
    const { code, err } = await cli(["config", "--config", file], { env });
    expect(code).toBe(2);
    expect(err).not.toContain(SHORT);
    const refused = [...err.matchAll(/^ {2}([\w.-]+): in the environment variable (\w+) the secret has fewer/gm)];
    expect(Object.fromEntries(refused.map(([, key, name]) => [key, name]))).toEqual({
      "shop.webhookSecrets.0": "ORDER_STATUS_WOO_WEBHOOK_SECRET",
      "shop.pluginSecret": "ORDER_STATUS_PLUGIN_SECRET",
      "gateways.nets-easy.webhookAuthorization": "NETS_WEBHOOK_AUTHORIZATION",
      "http.apiToken": "ORDER_STATUS_TOKEN",
      "http.callbackKeys.0.secret": "ORDER_STATUS_CALLBACK_KEY",
      "http.resursDigest.salts.0": "SALT",
    });
    const right = await cli(["config", "--config", file], {
      env: { ...issued, SALT: LONG, ...Object.fromEntries(ours.map((name) => [name, LONG])) },
    });
    expect(right).toMatchObject({ code: 0, err: "" });
  });

  it("is refused by serve, out of an option and out of the environment", async () => {
    for (const [args, env] of [
      [["--api-token", SHORT], {}],
      [[], { ORDER_STATUS_TOKEN: SHORT }],
    ] as const) {
      const { code, err } = await cli(["serve", "--sandbox", "--port", "0", ...args], { env });
      expect(code).toBe(2);
      expect(err).toContain("--api-token or ORDER_STATUS_TOKEN: the secret has fewer than 16 characters");
      expect(err).not.toContain(SHORT);
    }
  });
});
