/** What a bank's token, or any other value, may do to the requests that carry it. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { netsEasy } from "../../src/gateways/nets/easy.js";
import { resursMapi } from "../../src/gateways/resurs/mapi.js";
import { asking } from "../../src/http-client/exchange.js";
import { createEngine } from "../../src/runtime/embedded/engine.js";
import { wooApi } from "../../src/shops/woocommerce/api.js";
import { memoryStore } from "../../src/stores/memory/store.js";
import { VirtualClock, wooDouble } from "../../src/testing/index.js";
import { order, payment, shopHas, T0 } from "../engine/place.js";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of closing.splice(0).reverse()) await end();
});

const paid = (id: string) => payment(id, "ACCEPTED", { possibleActions: [{ action: "CAPTURE" }] });

type Answering = (request: IncomingMessage, response: ServerResponse) => void;

/** A bank that gives out tokens one after the other (the last one again and again), and answers as it is told. */
const bankWith = async (
  tokens: object[],
  pays: Answering = (_, response) => void response.end(JSON.stringify(paid("p"))),
) => {
  const seen = { tokens: 0, calls: 0 };
  const server = createServer({ maxHeaderSize: 65_536 }, (request, response) => {
    if (request.url !== "/oauth2/token") {
      seen.calls += 1;
      return pays(request, response);
    }
    const answer = tokens[Math.min(seen.tokens, tokens.length - 1)];
    seen.tokens += 1;
    return void response.end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return { seen, baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
};

const gatewayAt = (baseUrl: string, clock = new VirtualClock(T0)) =>
  resursMapi({ baseUrl, clientId: "shop", clientSecret: "secret", clock });

const YEAR_S = 31_536_000;
const good = { access_token: "good", expires_in: 3600 };
const ODD = {
  "a line break": "tok-SECRETPART\nen",
  "a line feed at its end": "tok-SECRETPART\r\n",
  "other letters": "tök-SECRETPART€n",
  "a letter of latin-1": "tok-SECRETPART-é",
  NUL: "tok-SECRETPART\u0000",
  DEL: "tok-SECRETPART\u007f",
  "a space": "tok SECRETPART",
  "half a character": "tok-SECRETPART\ud800",
  "19,000 characters": "SECRETPART".repeat(1900),
};

describe("a token that no header can carry", () => {
  it.each(Object.entries(ODD))("with %s is trouble, and another one is fetched", async (_, value) => {
    const { seen, baseUrl } = await bankWith([{ access_token: value, expires_in: YEAR_S }, good]);
    const gateway = gatewayAt(baseUrl);
    const first = await gateway.capture({ paymentId: "p", amount: 100_000, key: "k" });
    // Nothing was sent to the payment, so it certainly moved no money.
    expect(first).toMatchObject({ kind: "retry", afterMs: null });
    expect(JSON.stringify(first)).not.toContain("SECRETPART");
    expect(seen).toEqual({ tokens: 1, calls: 0 });
    expect(await gateway.readPayment("p")).toMatchObject({ kind: "ok", reading: { authorized: 100_000 } });
    expect(seen).toEqual({ tokens: 2, calls: 1 });
  });

  it("holds an order up until the next try, and stands in no log and in no row", async () => {
    const clock = new VirtualClock(T0);
    const { baseUrl } = await bankWith(
      [{ access_token: ODD["a line break"], expires_in: YEAR_S }, good],
      (request, response) => void response.end(JSON.stringify(paid(request.url?.split("/")[3] ?? ""))),
    );
    const woo = wooDouble({ now: () => clock.now() });
    const told: string[] = [];
    const say = (details: object, message: string) => void told.push(JSON.stringify([details, message]));
    const engine = createEngine({
      store: memoryStore(),
      gateways: [gatewayAt(baseUrl, clock)],
      shop: woo.shop,
      clock,
      log: { debug: say, info: say, warn: say, error: say },
      settings: { cooldownSeconds: 0 },
    });
    closing.push(() => engine.stop());
    await engine.start();
    shopHas(woo, "o", T0);
    await engine.place("o", order("po", T0));
    await engine.submit("o", { type: "reconcile.asked" });
    const rows: unknown[] = [];
    for (let n = 0; n < 200 && (await engine.queries.read("o"))?.facts.order.status === "pending"; n += 1) {
      rows.push(await engine.queries.effectsOf("o"));
      await new Promise((resolve) => setTimeout(resolve, 5));
      clock.set(clock.now() + 100);
    }
    expect((await engine.queries.read("o"))?.facts.order.status).toBe("processing");
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify([rows, told])).not.toContain("SECRETPART");
  });
});

describe("a token that the bank gave out and does not take", () => {
  const refusesFirst =
    (status: number): Answering =>
    (request, response) => {
      if (request.headers.authorization !== "Bearer bad") return void response.end(JSON.stringify(paid("p")));
      if (status === 0) return void response.destroy();
      return void response.writeHead(status).end("{}");
    };
  const bad = { access_token: "bad", expires_in: YEAR_S };

  it.each([400, 401, 403, 431])("is fetched anew at once after HTTP %d", async (status) => {
    const { seen, baseUrl } = await bankWith([bad, good], refusesFirst(status));
    expect(await gatewayAt(baseUrl).readPayment("p")).toMatchObject({ kind: "ok" });
    expect(seen).toEqual({ tokens: 2, calls: 2 });
  });

  it("does not have a call that moves money sent twice, but for HTTP 401: the bank may have it", async () => {
    const capture = { paymentId: "p", amount: 100_000, key: "k" };
    const turnedAway = await bankWith([bad, good], refusesFirst(401));
    expect(await gatewayAt(turnedAway.baseUrl).capture(capture)).toMatchObject({ kind: "ok" });
    expect(turnedAway.seen).toEqual({ tokens: 2, calls: 2 });
    for (const status of [400, 403, 431]) {
      const { seen, baseUrl } = await bankWith([bad, good], refusesFirst(status));
      const gateway = gatewayAt(baseUrl);
      expect(await gateway.capture(capture)).toMatchObject({ kind: "unknown" });
      expect(seen).toEqual({ tokens: 1, calls: 1 });
      expect(await gateway.readPayment("p")).toMatchObject({ kind: "ok" });
      expect(seen).toEqual({ tokens: 2, calls: 2 });
    }
  });

  it.each([
    ["HTTP 500", 500],
    ["a connection that is cut", 0],
  ])("is fetched anew for the next call after %s", async (_, status) => {
    const { seen, baseUrl } = await bankWith([bad, good], refusesFirst(status));
    const gateway = gatewayAt(baseUrl);
    expect((await gateway.readPayment("p")).kind).toBe("unknown");
    expect((await gateway.readPayment("p")).kind).toBe("ok");
    expect(seen).toEqual({ tokens: 2, calls: 2 });
  });

  it("that worked before is fetched anew for the next call, and the no is a no", async () => {
    let status = 200;
    const { seen, baseUrl } = await bankWith([good], (_, response) => {
      const own = { traceId: "t", code: "BAD_REQUEST", message: "no" };
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(status === 200 ? paid("p") : own));
    });
    const gateway = gatewayAt(baseUrl);
    await gateway.readPayment("p");
    status = 400;
    expect((await gateway.capture({ paymentId: "p", amount: 100_000, key: "k" })).kind).toBe("refused");
    expect(seen).toEqual({ tokens: 1, calls: 2 });
    status = 200;
    await gateway.readPayment("p");
    expect(seen).toEqual({ tokens: 2, calls: 3 });
  });

  it.each([
    ["a year", YEAR_S],
    ["longer than a number can say", 1e300],
    ["no time that can be read", "soon"],
    ["a negative time", -5],
  ])("that is to be good for %s is fetched anew after an hour", async (_, expires_in) => {
    const clock = new VirtualClock(T0);
    const { seen, baseUrl } = await bankWith([{ access_token: "good", expires_in }]);
    const gateway = gatewayAt(baseUrl, clock);
    await gateway.readPayment("p");
    await gateway.readPayment("p");
    expect(seen.tokens).toBe(1);
    clock.set(T0 + 3_600_000);
    await gateway.readPayment("p");
    expect(seen.tokens).toBe(2);
  });
});

describe("a request that cannot be sent", () => {
  const asked = (init: object, fetch: typeof globalThis.fetch = globalThis.fetch, baseUrl = "http://127.0.0.1:1") =>
    asking({ baseUrl, clock: new VirtualClock(T0), timeoutMs: 1e9, fetch, secrets: ["half \ud800 a secret"] })(
      "x",
      init as RequestInit,
    );

  it.each([
    ["a header with a line break", { headers: { authorization: "Bearer SECRETPART\nx" } }],
    ["a header of other letters", { headers: { authorization: "SECRETPART漢" } }],
    ["a header's name", { headers: { "SECRETPART\n": "x" } }],
    ["no method", { method: "SECRETPART\n" }],
  ])("for %s is told as a value, without the secret", async (_, init) => {
    const answer = await asked(init);
    expect(answer).toMatchObject({ kind: "not-sent" });
    expect(JSON.stringify(answer)).not.toContain("SECRETPART");
  });

  it("for its address either", async () => {
    expect(await asked({ method: "GET" }, globalThis.fetch, "no address SECRETPART")).toEqual({
      kind: "not-sent",
      detail: "the request cannot be built: its address, a header or its method is not valid",
    });
  });

  it.each([
    ["nothing", undefined],
    ["an object without a prototype", Object.create(null)],
    [
      "an object that cannot be made text",
      {
        toString: () => {
          throw new Error("no");
        },
      },
    ],
    [
      "an error whose message throws",
      Object.defineProperty(new Error("x"), "message", {
        get: () => {
          throw new Error("no");
        },
      }),
    ],
  ])("because fetch throws %s", async (_, thrown) => {
    const answer = await asked({ method: "GET" }, async () => {
      throw thrown;
    });
    expect(answer).toMatchObject({ kind: "lost" });
  });

  it("a key of Nets that no header can carry is refused by name when the gateway is made", () => {
    const options = { baseUrl: "http://nets.invalid", clock: new VirtualClock(T0) };
    const secretKey = "SECRETPART-漢";
    expect(() => netsEasy({ ...options, secretKey })).toThrow(/^secretKey: .*visible ASCII/);
    expect(() =>
      netsEasy({ ...options, secretKey: "k", webhook: { authorization: "SECRETPART SECRETPART é" } }),
    ).toThrow(/^webhook.authorization: .*visible ASCII/);
  });

  it("a shop whose address is none is trouble", async () => {
    const api = wooApi({ url: "no address", consumerKey: "ck_x", consumerSecret: "cs_x", clock: new VirtualClock(T0) });
    const { z } = await import("zod");
    expect(await api.ask(z.unknown(), "GET", "orders/1")).toMatchObject({ kind: "trouble" });
  });
});
