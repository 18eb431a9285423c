/** What strangers send that means nothing, and what a program sends that would come out as something else. */
import { afterEach, describe, expect, it } from "vitest";
import { waitIn } from "../../src/cli/lib/remote.js";
import { sandboxDoor } from "../../src/cli/lib/sandbox.js";
import { decodeApiData } from "../../src/gateways/resurs-legacy/index.js";
import { inspector } from "../../src/inspector/inspector.js";
import { comesFromHere } from "../../src/ports/access.js";
import { lostIn } from "../../src/ports/json.js";
import { order, T0 } from "../engine/place.js";
import { type Doors, doors, everything, key } from "./place.js";

const open: Doors[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.end();
});

const API = { authorization: "Bearer the token of the API" };

const stage = async (options: Parameters<typeof doors>[0] = {}) => {
  const told: [string, string][] = [];
  const at = (level: string) => (details: object, message: string) =>
    void told.push([level, `${message} ${JSON.stringify(details)}`]);
  const log = { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
  const made = await doors({ log, ...options });
  open.push(made);
  return { made, told, log };
};

const LONG = "x".repeat(1001);
const container = (id: string) =>
  encodeURIComponent(Buffer.from(JSON.stringify({ wc_order_id: id, preferred_id: "p" })).toString("base64"));

describe("nonsense in a path or a query", () => {
  const paths = [
    "/returns/%00/fail",
    "/returns/%01/success/x.y.z",
    `/returns/${LONG}/fail`,
    `/returns/${LONG}/fail/x.y.z`,
    "/returns/%ed%a0%80/fail",
    "/returns/o/%00",
    `/returns/landing?apiData=${container("a\u0000b")}`,
    `/returns/landing?apiData=${container(LONG)}`,
    `/returns/landing?apiData=${container("\ud800")}`,
    `/returns/landing?apiData=%00`,
    "/callbacks/t/%00/resurs/authorization",
    "/orders/%00",
    "/orders/%00/history",
    `/orders/${LONG}`,
    `/orders/${LONG}/why`,
    "/orders?after=%00",
    "/dead-letters?after=%00",
  ];
  it.each(paths.map((path) => [path.slice(0, 60), path]))(
    "%s is answered by name, and fills no log",
    async (_, path) => {
      const { made, told } = await stage({ readContainer: decodeApiData, callbackKeys: [key] });
      const answer = await made.from("192.0.2.1", path as string, { headers: API });
      expect([400, 404, 200]).toContain(answer.status);
      if (answer.status !== 200) expect(await answer.json()).toMatchObject({ error: { code: expect.any(String) } });
      expect(told.filter(([level]) => level === "error" || level === "warn" || level === "info")).toEqual([]);
    },
  );

  it("at the pages of the inspector is 404, and fills no log", async () => {
    const { made, told, log } = await stage();
    await made.world.order("R");
    const looks = inspector({ engine: made.world.engine, access: { kind: "host" }, log });
    const pages = [
      "/orders/%00",
      "/orders/%00/raw",
      "/find?q=%00",
      `/orders/${LONG}`,
      "/orders/R/history/0",
      `/find?q=${LONG}`,
      "/orders/%00/history/1",
      "/orders/%ff",
    ];
    for (const page of pages) {
      const answer = await looks.fetch(new Request(`http://x${page}`));
      expect([page.slice(0, 40), answer.status]).toEqual([page.slice(0, 40), 404]);
    }
    expect(told.filter(([level]) => level !== "debug")).toEqual([]);
  });

  it("at the sandbox's checkout is 404", async () => {
    const { made } = await stage();
    const door = sandboxDoor(
      made.fetch,
      made.world.engine,
      () => "http://x",
      () => {},
    );
    for (const id of ["%00", LONG, "%ff", "%ed%a0%80", "nobody"]) {
      expect([id.slice(0, 10), (await door(new Request(`http://x/checkout/${id}`))).status]).toEqual([
        id.slice(0, 10),
        404,
      ]);
    }
  });

  it("and what a host's own code throws is answered 500, and said", async () => {
    const { made, told } = await stage({
      metrics: async () => {
        throw Object.create(null);
      },
    });
    const answer = await made.from("192.0.2.1", "/metrics", { headers: API });
    expect([answer.status, await answer.json()]).toEqual([500, { error: { code: "internal" } }]);
    expect(told.filter(([level]) => level === "error")).toHaveLength(1);
  });
});

describe("a request that a proxy passed on", () => {
  const here = (headers: Record<string, string>) =>
    comesFromHere(new Request("http://127.0.0.1:8080/orders", { headers }), () => "127.0.0.1");
  it.each([
    "Forwarded",
    "Via",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "X-Forwarded-Port",
    "X-Forwarded",
    "X-Real-IP",
    "X-Client-IP",
    "X-Cluster-Client-IP",
    "True-Client-IP",
    "CF-Connecting-IP",
    "Fastly-Client-IP",
    "X-Azure-ClientIP",
    "X-Original-Host",
    "X-Envoy-External-Address",
    "X-Amzn-Trace-Id",
    "CDN-Loop",
  ])("and says so by %s is not one from here", (header) => {
    expect(here({ [header]: "1.2.3.4" })).toBe(false);
  });
  it("is told by its headers alone: those of a browser are from here", () => {
    const browser = {
      accept: "*/*",
      "user-agent": "x",
      "accept-language": "sv",
      "sec-fetch-site": "none",
      "x-requested-with": "x",
    };
    expect(here(browser)).toBe(true);
  });
});

describe("a body that would come out as something else", () => {
  const base = { status: "pending", gateway: "resurs-mapi", currency: "SEK", lines: [] };
  const place = (id: string, raw: string) =>
    `{"orderId":${JSON.stringify(id)},"order":{${JSON.stringify(base).slice(1, -1)},${raw}}}`;
  it.each([
    ["a whole number that is too long", '"total":9007199254740993', "order.total"],
    ["digits that nobody keeps", '"total":1.0000000000000000001', "order.total"],
    ["more than there is", '"total":1e400', "order.total"],
    ["less than there is", '"total":1e-400', "order.total"],
    ["one deep inside", '"total":1,"meta":{"a":[1,{"b":123456789012345678901}]}', "order.meta.a.1.b"],
    ["a key twice", '"total":1,"total":2', "order.total"],
    ["a key twice, spelt otherwise", '"total":1,"\\u0074otal":2', "order.total"],
    ["a key twice, deep inside", '"total":1,"meta":{"a":[{"b":1,"b":1}]}', "order.meta.a.0.b"],
  ])("for %s is refused by its field", async (_, raw, path) => {
    const { made } = await stage();
    const send = (to: string, body: string) => made.from("192.0.2.1", to, { method: "POST", headers: API, body });
    const answer = await send("/orders", place("o", raw));
    expect([answer.status, await answer.json()]).toMatchObject([
      400,
      { error: { code: "not-exact", issues: [{ path }] } },
    ]);
    expect(await made.world.engine.queries.read("o")).toBeNull();
    for (const to of ["/orders/o/events", "/orders/o/can", "/orders/o/revive", "/orders/o/checkout"]) {
      expect([to, (await send(to, place("o", raw))).status]).toEqual([to, 400]);
    }
  });

  it("is left alone where nothing is lost", () => {
    const kept = [
      '{"a":1.10,"b":[1e2,-0.5,0,-0,100,1e21,0.1],"c":"1.0000000000000000001","d":{"a":1},"e":{"a":1}}',
      "[]",
      "7",
      '"x"',
      '[{"a":1},{"a":1}]',
      '{"a":"\\"b\\":1","b":1}',
      "9007199254740991",
      "1E5",
      "1.5e+3",
      "100000000000000000000",
    ];
    expect(kept.map(lostIn)).toEqual(kept.map(() => null));
  });

  it("a bank's callback is taken all the same: what it adds is nobody's business", async () => {
    const { made } = await stage();
    await made.world.order("o");
    const body = '{"paymentId":"pay-o","status":"AUTHORIZED","traceId":1234567890123456789,"x":1,"x":2}';
    expect((await made.from("192.0.2.1", "/callbacks/resurs/authorization", { method: "POST", body })).status).toBe(
      202,
    );
  });

  it("-0 is 0", async () => {
    const { made } = await stage();
    const { engine } = made.world;
    const body = place("o", '"total":-0,"createdAt":1795000000000');
    expect((await made.from("192.0.2.1", "/orders", { method: "POST", headers: API, body })).status).toBe(201);
    await engine.place("p", order(null, T0, { total: -0, lines: [{ sku: "a", quantity: 1, total: -0 }] }));
    for (const id of ["o", "p"]) expect(Object.is((await engine.queries.read(id))?.facts.order.total, 0)).toBe(true);
    expect(
      JSON.stringify(await engine.queries.read("p"), (_, value) => (Object.is(value, -0) ? "-0" : value)),
    ).not.toContain('"-0"');
  });
});

describe("the attempt of a return", () => {
  it.each(["a\u0000b", "a\ud800", "\u202ea", "x".repeat(101)])("%j is refused by its field", async (attempt) => {
    const { made } = await stage({ limits: { total: everything } });
    await made.world.order("o");
    const told = made.world.engine.submit("o", { type: "customer.returned", page: "fail", attempt });
    await expect(told).rejects.toThrow("attempt: must");
  });
});

describe("the command line waits for an engine that is busy", () => {
  it.each([
    ["3", 3],
    ["600", 600],
    ["99999", 600],
    ["9".repeat(400), 600],
    ["-1", 1],
    ["1e9", 1],
    ["soon", 1],
    ["", 1],
    [null, 1],
  ])("told %j, for %j seconds", (told, seconds) => {
    expect(waitIn(told)).toBe(seconds);
  });
});
