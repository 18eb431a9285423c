/** What stands before the callbacks: who is turned away, when, and at what price. */
import { afterEach, describe, expect, test } from "vitest";
import type { HttpOptions } from "../../src/http/app.js";
import { callbackToken, orderOfToken } from "../../src/http/token.js";
import { urlsFor } from "../../src/http/urls.js";
import { redacted } from "../../src/ports/log.js";
import { MINUTE, Place, T0, trusted } from "../engine/place.js";

let place: Place | null = null;
afterEach(async () => {
  await place?.end();
  place = null;
});

const old = { id: "k1", secret: "secret, the one before" };
const young = { id: "k2", secret: "secret, the one now" };

const doors = async (options: Partial<HttpOptions> = {}) => {
  place = await Place.made();
  const world = place;
  const app = trusted({ engine: world.engine, ...options });
  const post = async (path: string, body: unknown = { paymentId: "pay-o", status: "AUTHORIZED" }, headers = {}) => {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const init = { method: "POST", body: text, headers: { "content-type": "application/json", ...headers } };
    const answer = await app.fetch(new Request(`http://engine.test${path}`, init));
    return { status: answer.status, retryAfter: answer.headers.get("retry-after"), body: await answer.text() };
  };
  await world.order("o");
  return { world, post, app };
};
const AUTH = "/callbacks/resurs/authorization";
const tokened = (keys = [young], orderId = "o") =>
  new URL(urlsFor("http://engine.test", orderId, "resurs-mapi", { callbacks: keys, returns: keys }).callbackUrl)
    .pathname;

describe("the token in the address", () => {
  test("opens for its order, with the key of now and the one before", async () => {
    const { post } = await doors({ callbackKeys: [young, old] });
    expect(tokened()).toMatch(/^\/callbacks\/t\/k2\.\w+\.[\w-]+\.[\w-]{22}\/resurs\/authorization$/);
    expect((await post(tokened([young]))).status).toBe(202);
    expect((await post(tokened([old]))).status).toBe(202);
  });

  test("any other is 404, whatever is wrong with it, and the body is not read", async () => {
    const { post, world } = await doors({ callbackKeys: [young] });
    const good = tokened();
    const [, token = ""] = /\/t\/([^/]+)\//.exec(good) ?? [];
    const [id, order, nonce, mac] = token.split(".");
    const with_ = (other: string) => good.replace(token, other);
    const paths = [
      AUTH,
      "/callbacks/resurs/management",
      "/callbacks/resurs/credit-application",
      "/callbacks/nets",
      tokened([old]),
      with_("x"),
      with_(`${id}.${order}.${nonce}.`),
      with_(`${id}.${order}.${nonce}.${mac?.slice(0, -1)}${mac?.endsWith("A") ? "Q" : "A"}`),
      with_(`${id}.${Buffer.from("p").toString("base64url")}.${nonce}.${mac}`),
      with_(`${id}.${order}.${"x".repeat(400)}.${mac}`),
    ];
    for (const path of paths) expect([path, (await post(path, "no json")).status]).toEqual([path, 404]);
    // The token of another order of ours opens nothing here.
    await world.order("p");
    expect((await post(tokened([young], "p"))).status).toBe(404);
    expect((await world.engine.queries.history("o")).length).toBe(1);
  });

  test("is another one for each payment, and names its order", () => {
    const [a, b] = [callbackToken([young], "o 1/ö"), callbackToken([young], "o 1/ö")];
    expect(a).not.toBe(b);
    expect([orderOfToken([old, young], a), orderOfToken([old], a)]).toEqual(["o 1/ö", null]);
    expect(orderOfToken([{ ...young, secret: "guessed, and wrong" }], a)).toBeNull();
    expect(orderOfToken([young], "")).toBeNull();
  });

  test("is in the address that the bank is given at the checkout", async () => {
    const { world } = await doors();
    let callbackUrl = "";
    const engine = new Proxy(world.engine, {
      get: (target, name) =>
        name === "checkout"
          ? (_: string, __: string, urls: { callbackUrl: string }) => {
              callbackUrl = urls.callbackUrl;
              return { kind: "failed", detail: "no bank here" };
            }
          : Reflect.get(target, name),
    });
    const app = trusted({ engine, callbackKeys: [young], publicUrl: "https://engine.test" });
    const init = {
      method: "POST",
      body: JSON.stringify({ gateway: "resurs-mapi" }),
      headers: { "content-type": "application/json" },
    };
    await app.fetch(new Request("http://engine.test/orders/o/checkout", init));
    expect(orderOfToken([young], /\/t\/([^/]+)\//.exec(callbackUrl)?.[1] ?? "")).toBe("o");
  });
});

describe("the limits", () => {
  const knock = async (post: (path: string) => Promise<{ status: number }>, times: number, path = AUTH) => {
    const statuses: number[] = [];
    for (let n = 0; n < times; n += 1) statuses.push((await post(path)).status);
    return statuses;
  };

  test("an order: ten at once, then one in five seconds, and the answer says when", async () => {
    const { post, world } = await doors();
    expect((await knock(post, 11)).filter((status) => status === 202).length).toBe(10);
    expect(await post(AUTH)).toMatchObject({ status: 429, retryAfter: "5" });
    world.clock.set(T0 + 5000);
    expect(await knock(post, 2)).toEqual([202, 429]);
    // Another order is none the worse for it.
    await world.order("p");
    expect((await post(AUTH, { paymentId: "pay-p", status: "AUTHORIZED" })).status).toBe(202);
  });

  test("a source and the whole, told apart", async () => {
    const source = (request: Request) => request.headers.get("x-from");
    const { post } = await doors({
      sourceOf: source,
      limits: { source: { burst: 2, perSecond: 1 }, total: { burst: 5, perSecond: 1 } },
    });
    const from = (address: string) => post(AUTH, "{}", { "x-from": address });
    const statuses = [];
    for (const address of ["1.1.1.1", "1.1.1.1", "1.1.1.1", "2.2.2.2", "2.2.2.2", "3.3.3.3", "4.4.4.4"]) {
      statuses.push((await from(address)).status);
    }
    // The third of one address, and the sixth of all that were let through.
    expect(statuses).toEqual([400, 400, 429, 400, 400, 400, 429]);
    expect((await from("127.0.0.1")).status).toBe(429);
  });

  test("a flood of those without a token does not shut out who has one", async () => {
    const limits = { total: { burst: 5, perSecond: 1 } };
    const { post } = await doors({ callbackKeys: [young], limits });
    expect((await knock(post, 7)).at(-1)).toBe(429);
    expect((await post(tokened([old]))).status).toBe(429);
    expect((await post(tokened([young]))).status).toBe(202);
  });

  test("addresses that callbacks may come from", async () => {
    const sourceOf = (request: Request) => request.headers.get("x-from");
    const { post } = await doors({ sourceOf, allowFrom: ["13.50.187.51", "10.1.0.0/16", "2001:db8::/32"] });
    const from = async (address: string | null) =>
      (await post(AUTH, undefined, address === null ? {} : { "x-from": address })).status;
    for (const address of ["13.50.187.51", "10.1.200.3", "2001:db8::1", "::ffff:10.1.0.9"]) {
      expect([address, await from(address)]).toEqual([address, 202]);
    }
    for (const address of ["13.50.187.52", "10.2.0.1", "2001:db9::1", null]) {
      expect([address, await from(address)]).toEqual([address, 403]);
    }
  });

  test("a customer's page that is opened again and again does not have the payment read each time", async () => {
    const { app, world } = await doors();
    const opened = async (times: number) => {
      for (let n = 0; n < times; n += 1) {
        const answer = Promise.resolve(app.fetch(new Request("http://engine.test/returns/o/success")));
        await world.rest();
        expect((await answer).status).toBe(200);
      }
      return (await world.engine.queries.history("o")).filter(({ event }) => event.type === "customer.returned").length;
    };
    // Without a proof anybody may be opening it, so it is one reading a minute, and the history grows no faster.
    expect(await opened(30)).toBe(1);
    await world.after(59_000);
    expect(await opened(30)).toBe(1);
    await world.after(1000);
    expect(await opened(30)).toBe(2);
  });

  test("a body in another encoding is not unpacked", async () => {
    const { post } = await doors();
    expect((await post(AUTH, "{}", { "content-encoding": "gzip" })).status).toBe(415);
  });
});

test("ids that we gave to nobody: no reading, no row, no word", async () => {
  const { post, world } = await doors({ limits: { total: { burst: 1e6, perSecond: 1e6 } } });
  const before = await world.engine.queries.health();
  for (let n = 0; n < 200; n += 1) {
    const answer = await post(AUTH, { paymentId: `made-up-${n}`, status: "AUTHORIZED" });
    expect([answer.status, answer.body]).toEqual([404, '{"error":{"code":"unknown-payment"}}']);
  }
  await world.after(10 * MINUTE);
  expect((await world.engine.queries.health()).counts).toEqual(before.counts);
  expect((await world.engine.queries.history("o")).length).toBe(1);
});

test("log lines hold no person and no secret, whatever they are given", () => {
  const lines: string[] = [];
  const write = (details: object, message: string) => void lines.push(JSON.stringify({ ...details, message }));
  const log = redacted({ debug: write, info: write, warn: write, error: write });
  const canaries = ["Astrid Canary", "canary@shop.test", "19121212-1212", "cs_canary", "Bearer canary", "+46701234567"];
  for (const canary of canaries) {
    for (const key of ["detail", "orderId", "reason", "path", "customer", "body", "headers"]) {
      log.error({ [key]: canary, nested: { canary } }, "it failed");
      log.info({ [key]: `HTTP 500 (${canary}): ECONNREFUSED` }, "it failed");
    }
  }
  for (const canary of canaries) expect(lines.join("\n")).not.toContain(canary);
  log.warn({ orderId: "1001", effect: "1001:3:0", detail: "HTTP 502: ECONNRESET for Astrid" }, "again later");
  expect(JSON.parse(lines.at(-1) as string)).toEqual({
    orderId: "1001",
    effect: "1001:3:0",
    detail: "[redacted] HTTP 502 ECONNRESET",
    message: "again later",
  });
});
