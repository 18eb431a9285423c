/** Keys and networks: one rule for `httpApp`, `addressKeys`, `urlsFor` and the configuration file. */
import { describe, expect, it } from "vitest";
import { ConfigSchema } from "../../src/cli/config/schema.js";
import { addressKeys, type CallbackKey, clientAddress, httpApp, urlsFor } from "../../src/http/app.js";
import { Networks } from "../../src/http/source.js";
import { createEngine } from "../../src/runtime/embedded/engine.js";
import { memoryStore } from "../../src/stores/memory/store.js";
import { VirtualClock, wooDouble } from "../../src/testing/index.js";
import { T0 } from "../engine/place.js";
import { doors, key } from "./place.js";

const engine = createEngine({
  store: memoryStore(),
  gateways: [],
  shop: wooDouble({ now: () => T0 }).shop,
  clock: new VirtualClock(T0),
});
const secret = "a key of the callbacks";
const named = (...ids: unknown[]): CallbackKey[] => ids.map((id) => ({ id: id as string, secret }));

const http = (more: object) =>
  ConfigSchema.shape.http.safeParse({ publicUrl: "https://x.example", apiToken: { env: "T" }, ...more });
const inConfig = (keys: CallbackKey[]) => {
  const { error } = http({ callbackKeys: keys.map(({ id }) => ({ id, secret: { env: "K" } })) });
  return error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`) ?? [];
};

const BAD_KEYS: [string, unknown, string][] = [
  ["a dot, which ends the id in an address", named("k.1"), "callbackKeys.0.id: must be 1 to 20 letters"],
  ["a slash, which ends the path", named("k1", "k/1"), "callbackKeys.1.id: must be 1 to 20 letters"],
  ["a space", named("k 1"), "callbackKeys.0.id: must be 1 to 20 letters"],
  ["another letter", named("é"), "callbackKeys.0.id: must be 1 to 20 letters"],
  ["a line feed at its end", named("k1\n"), "callbackKeys.0.id: must be 1 to 20 letters"],
  ["nothing", named(""), "callbackKeys.0.id: must be 1 to 20 letters"],
  ["21 letters", named("k".repeat(21)), "callbackKeys.0.id: must be 1 to 20 letters"],
  ["the engine's own", named("_"), 'callbackKeys.0.id: must not be "_"'],
  ["the one of another key", named("k1", "k2", "k1"), 'callbackKeys.2.id: must be another one: "k1"'],
];

describe("a key whose id has", () => {
  it.each(BAD_KEYS)("%s is refused by its field, with the fix, wherever it is given", async (_, keys, says) => {
    const given = keys as CallbackKey[];
    const app = () => httpApp({ engine, apiToken: null, callbackKeys: given });
    expect(app).toThrow(TypeError);
    expect(app).toThrow(says);
    await expect(addressKeys(engine, given)).rejects.toThrow(says);
    const urls = (more: object) => () =>
      urlsFor("http://x", "o", "resurs-mapi", { callbacks: [key], returns: [key], ...more });
    expect(urls({ callbacks: given })).toThrow(says.replace("callbackKeys", "keys.callbacks"));
    if (!says.includes('"_"')) expect(urls({ returns: given })).toThrow(says.replace("callbackKeys", "keys.returns"));
    expect(inConfig(given).join("\n")).toContain(says);
  });

  it.each([[[]], ["k1"], [[{ id: 1, secret }]], [[null]], [{}]])("no shape of a list, %j, either", (keys) => {
    const app = () => httpApp({ engine, apiToken: null, callbackKeys: keys as unknown as CallbackKey[] });
    expect(app).toThrow(/^callbackKeys(\.0(\.id)?)?: /);
  });

  it.each(["k1", "K-1", "_k", "a_b", "-", "__", "k".repeat(20)])(
    "%s makes addresses that are known again",
    async (id) => {
      const keys = named(id, "older");
      expect(inConfig(keys)).toEqual([]);
      const made = await doors({ callbackKeys: keys });
      try {
        await made.world.order("o");
        const urls = urlsFor("http://engine.test", "o", "resurs-mapi", await addressKeys(made.world.engine, keys));
        const body = JSON.stringify({ paymentId: "pay-o", status: "AUTHORIZED" });
        const reported = await made.from("192.0.2.1", new URL(urls.callbackUrl).pathname, { method: "POST", body });
        expect(reported.status).toBe(202);
      } finally {
        await made.end();
      }
    },
  );
});

const BAD_NETWORKS = [
  "1.2.3.4/",
  "::1/",
  "1.2.3.4/1e1",
  "1.2.3.4/0x8",
  "1.2.3.4/ 8",
  "1.2.3.4/33",
  "1.2.3.4/-1",
  "1.2.3.4/08",
  "1.2.3.4/8/8",
  "2001:db8::/129",
  "/8",
  "",
  " 1.2.3.4",
  "1.2.3.4\n",
  "1.2.3",
  "01.2.3.4",
  "1.2.3.4:80",
  "[::1]",
  "fe80::1%eth0",
  "::ffff:10.0.0.0",
  "::ffff:10.0.0.0/104",
  "bank.example",
  7,
  null,
];

describe("a network that is", () => {
  it.each(BAD_NETWORKS)("%j is refused by its field, with the fix, wherever it is given", (entry) => {
    const given = ["10.0.0.0/8", entry as string];
    const says = /^(allowFrom|proxies)\.1: this is (not an address or a network; write 13\.50|an IPv4 address inside)/;
    expect(() => httpApp({ engine, apiToken: null, allowFrom: given })).toThrow(says);
    expect(() => clientAddress({ header: "x-real-ip", proxies: given })).toThrow(says);
    for (const field of ["allowFrom", "proxies"]) {
      const { error } = http({ [field]: given });
      const [issue] = error?.issues ?? [];
      expect(`${issue?.path.join(".")}: ${issue?.message}`).toMatch(says);
    }
  });

  it("no list is refused too", () => {
    expect(() => httpApp({ engine, apiToken: null, allowFrom: "10.0.0.0/8" as unknown as string[] })).toThrow(
      "allowFrom: must be a list",
    );
  });

  it.each([
    ["13.50.187.51", ["13.50.187.51", "::ffff:13.50.187.51"], ["13.50.187.52"]],
    ["10.0.0.0/8", ["10.255.0.1"], ["11.0.0.1"]],
    ["0.0.0.0/0", ["203.0.113.1"], ["2001:db8::1"]],
    ["2001:DB8::/32", ["2001:db8:1::1"], ["2001:db9::1", "10.0.0.1"]],
    ["::1", ["::1"], ["::2"]],
    ["1.2.3.4/32", ["1.2.3.4"], ["1.2.3.5"]],
  ])("%s lets in what is in it and nobody else", (entry, inside, outside) => {
    const { error } = http({ allowFrom: [entry] });
    expect(error).toBeUndefined();
    const list = new Networks([entry]);
    expect(inside.map((one) => list.has(one))).toEqual(inside.map(() => true));
    expect(outside.map((one) => list.has(one))).toEqual(outside.map(() => false));
  });
});
