/** Row 10: who may use the API, what a page of another site can do there, and which address the bank is given. */
import { afterEach, describe, expect, test } from "vitest";
import { type HttpOptions, httpApp } from "../../src/http/app.js";
import { listen } from "../../src/http/serve.js";
import { Place } from "../engine/place.js";
import { knock, otherAddress } from "./knock.js";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const TOKEN = "a token of the tests";
const json = { "content-type": "application/json" };
const bearer = { authorization: `Bearer ${TOKEN}` };

const served = async (options: Partial<HttpOptions> = {}, hostname = "127.0.0.1") => {
  const world = await Place.made({ more: ["nets-easy", "resurs-rco"] });
  closing.push(() => world.end());
  await world.order("o", { paymentId: null });
  const app = httpApp({ engine: world.engine, apiToken: null, ...options });
  const server = await listen(app.fetch, { hostname });
  closing.push(() => server.close());
  return { world, app, port: new URL(server.url).port, url: server.url };
};

const place = { total: 100, currency: "SEK", lines: [], gateway: null };
/** Every POST of the API and of the pages that takes JSON, with a body that it would take. */
const posts: [path: string, body: unknown][] = [
  ["/orders", { orderId: "new", order: place }],
  ["/orders/o/events", { type: "merchant.cancelled" }],
  ["/orders/o/can", { type: "merchant.cancelled" }],
  ["/orders/o/checkout", { gateway: "resurs-mapi" }],
  ["/orders/o/revive", { id: "x" }],
  ["/orders/reconcile?apply=true&since=2099-01-01T00:00:00Z", {}],
  ["/resurs-checkout/rejected", { paymentId: "pay-o", rejection: "deny" }],
  ["/resurs-checkout/create-order", { paymentId: "pay-o", customer: {} }],
  ["/nets/pay-initialized", { paymentId: "pay-o" }],
];

describe("doors 10: an app that was not told who may use it", () => {
  test("is not made: apiToken is a token, a list of them, or null", async () => {
    const { world } = await served();
    // @ts-expect-error apiToken is a key that has to be there
    expect(() => httpApp({ engine: world.engine })).toThrow(/needs apiToken/);
    for (const apiToken of ["", [], [{ token: "", scopes: ["read"] }], [{ token: TOKEN, scopes: [] }]]) {
      expect(() => httpApp({ engine: world.engine, apiToken: apiToken as never })).toThrow(TypeError);
    }
    const misspelt = [{ token: TOKEN, scopes: ["write"] }];
    expect(() => httpApp({ engine: world.engine, apiToken: misspelt as never })).toThrow(/no scope "write"/);
  });

  test("and has null answers this computer alone: the socket decides, not what a request says", async () => {
    const { world, port } = await served({}, "0.0.0.0");
    const here = `http://127.0.0.1:${port}/orders`;
    expect((await knock(here)).status).toBe(200);
    const there = otherAddress();
    const strangers: [string, Record<string, string>][] = [
      [here, { host: "evil.example" }],
      [here, { host: "127.0.0.1.evil.example" }],
      [here, { "x-forwarded-for": "127.0.0.1" }],
      [here, { forwarded: "for=10.0.0.9" }],
      ...(there === null ? [] : [`http://${there}:${port}/orders`]).flatMap(
        (url): [string, Record<string, string>][] => [
          [url, {}],
          [url, { host: "localhost" }],
          [url, { host: "127.0.0.1", "x-forwarded-for": "127.0.0.1" }],
        ],
      ),
    ];
    for (const [url, headers] of strangers) {
      const { status, text } = await knock(url, { headers });
      expect([headers, status]).toEqual([headers, 403]);
      expect(text).toContain("only-this-computer");
      const body = JSON.stringify({ type: "merchant.cancelled" });
      const acts = await knock(`${url}/o/events`, { method: "POST", body, headers: { ...json, ...headers } });
      expect(acts.status).toBe(403);
    }
    expect(world.status("o")).toBe("pending");
    // Health stays open: a load balancer has no token.
    expect((await knock(`http://127.0.0.1:${port}/healthz`, { headers: { host: "evil.example" } })).status).toBe(200);
  });

  test("and cannot know the socket is told how to say it", async () => {
    const { world, app } = await served();
    const asked = () => new Request("http://localhost/orders");
    const answer = await app.fetch(asked());
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({ error: { code: "socket-unknown", message: /pass socketOf/ } });
    const from = (address: string | null) => httpApp({ engine: world.engine, apiToken: null, socketOf: () => address });
    for (const address of ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"]) {
      expect([address, (await from(address).fetch(asked())).status]).toEqual([address, 200]);
    }
    for (const address of ["10.0.0.1", "::ffff:10.0.0.1", "::", "1::1", "127.0.0.1.example", "", null]) {
      expect([address, (await from(address).fetch(asked())).status]).toEqual([address, 403]);
    }
  });
});

describe("doors 10: a page of another site", () => {
  const unasked = [
    "text/plain",
    "text/plain;application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
  ];

  test.each(posts)("that has a browser post to %s does nothing", async (path, body) => {
    let created = 0;
    const order = async () => {
      created += 1;
      return null;
    };
    const options = { publicUrl: "https://engine.test", onCheckoutSubmitted: order, onPayInitialized: order };
    const { world, url } = await served(options);
    const before = await world.engine.queries.history("o");
    for (const type of unasked) {
      const { status, text } = await knock(`${url}${path}`, {
        method: "POST",
        body: JSON.stringify(body),
        headers: { "content-type": type, origin: "https://evil.example" },
      });
      expect([type, status, text]).toEqual([type, 415, expect.stringContaining("json-content-type-needed")]);
    }
    expect((await knock(`${url}${path}`, { method: "POST", body: JSON.stringify(body) })).status).toBe(415);
    expect(await world.engine.queries.history("o")).toEqual(before);
    expect(await world.engine.queries.read("new")).toBeNull();
    expect(created).toBe(0);
    for (const type of ["application/json", "application/json; charset=utf-8", "Application/JSON"]) {
      const sent = { method: "POST", body: JSON.stringify(body), headers: { "content-type": type } };
      expect((await knock(`${url}${path}`, sent)).status).not.toBe(415);
    }
  });

  test("is not asked for JSON where banks and shops speak", async () => {
    const { url } = await served({ shopWebhooks: async () => new Response("taken") });
    const sent = { method: "POST", body: "x", headers: { "content-type": "text/plain" } };
    for (const path of ["/callbacks/resurs/authorization", "/callbacks/nets", "/shop/webhooks"]) {
      expect((await knock(`${url}${path}`, sent)).text).not.toContain("json-content-type-needed");
    }
  });
});

describe("doors 10: the address that a bank is given", () => {
  const checkout = { method: "POST", body: JSON.stringify({ gateway: "resurs-mapi" }), headers: json };
  const evil = { ...json, host: "evil.example" };

  test("is the public one, whatever Host a request names", async () => {
    const { world, url } = await served({ publicUrl: "https://engine.test/here", apiToken: TOKEN });
    const asked = { ...checkout, headers: { ...evil, ...bearer } };
    const { status, text } = await knock(`${url}/orders/o/checkout`, asked);
    expect([status, JSON.parse(text).result]).toEqual([200, "success"]);
    const told = JSON.stringify(world.bank.creates);
    expect(told).toContain("https://engine.test/here/callbacks/");
    expect(told).toContain("https://engine.test/here/returns/");
    expect(told).not.toContain("evil.example");
  });

  test("is missed by name where there is none, and the bank is asked for nothing", async () => {
    const { world, url } = await served({ apiToken: TOKEN });
    for (const headers of [json, evil]) {
      const { status, text } = await knock(`${url}/orders/o/checkout`, {
        ...checkout,
        headers: { ...headers, ...bearer },
      });
      expect([status, text]).toEqual([501, expect.stringContaining("public-url-missing")]);
      expect(text).toContain("pass publicUrl");
    }
    expect(world.bank.creates).toEqual([]);
    expect((await world.engine.queries.read("o"))?.facts.payment.id).toBeNull();
  });

  test("is asked for at the start where the bank's frame creates orders, and has to be an address", async () => {
    const { world } = await served();
    const { engine } = world;
    const onCheckoutSubmitted = async () => null;
    expect(() => httpApp({ engine, apiToken: null, onCheckoutSubmitted })).toThrow(/publicUrl/);
    for (const publicUrl of [
      "shop.example",
      "ftp://shop.example",
      "https://shop.example/?a=1",
      "https://shop.example/#a",
      "",
    ]) {
      expect(() => httpApp({ engine, apiToken: null, publicUrl })).toThrow(/publicUrl/);
    }
    expect(() =>
      httpApp({ engine, apiToken: null, onCheckoutSubmitted, publicUrl: "https://shop.example" }),
    ).not.toThrow();
  });
});
