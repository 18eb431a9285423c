import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { registry } from "../../machines/index.js";
import { resursMapi } from "../../src/gateways/resurs/mapi.js";
import { readingOf } from "../../src/gateways/resurs/reading.js";
import { ResursPayment } from "../../src/gateways/resurs/schema.js";
import type { Clock } from "../../src/ports/clock.js";
import type { GatewayAnswer } from "../../src/ports/gateway.js";
import { silent } from "../../src/ports/log.js";
import { methodsOf } from "../../src/runtime/embedded/methods.js";
import { amountOf, authorizedBooks, booksAfter, type MoneyCall } from "../../src/testing/doubles/resurs/books.js";
import { type ResursDouble, resursDouble } from "../../src/testing/doubles/resurs/double.js";
import { parseFault } from "../../src/testing/doubles/resurs/faults.js";

const T0 = Date.parse("2026-11-20T12:00:00.000Z");
const ID = "8b9dab18-e1fe-430e-891b-42edb89ba77a";
const ALL = ["CAPTURE", "PARTIAL_CAPTURE", "CANCEL", "PARTIAL_CANCEL"];

const soon = () => new Promise((resolve) => setTimeout(resolve, 5));
const until = async (met: () => boolean): Promise<void> => {
  for (let tries = 0; !met(); tries += 1) {
    if (tries > 1000) throw new Error("it never came to that");
    await soon();
  }
};

/** Time that stands still unless it is moved. */
const handClock = () => {
  let now = T0;
  const sleepers = new Set<{ at: number; wake: () => void }>();
  const clock: Clock = {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const sleeper = {
          at: now + ms,
          wake: () => {
            sleepers.delete(sleeper);
            signal?.removeEventListener("abort", stop);
            resolve();
          },
        };
        const stop = () => {
          sleepers.delete(sleeper);
          reject(signal?.reason);
        };
        sleepers.add(sleeper);
        signal?.addEventListener("abort", stop, { once: true });
      }),
  };
  return {
    ...clock,
    sleeping: () => sleepers.size,
    async advance(ms: number): Promise<void> {
      const target = now + ms;
      for (;;) {
        const due = [...sleepers].filter(({ at }) => at <= target).sort((a, b) => a.at - b.at)[0];
        if (!due) break;
        now = due.at;
        due.wake();
        await soon();
      }
      now = target;
    },
  };
};

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const given = async (options: { strict?: boolean } = {}) => {
  const clock = handClock();
  const bank = await resursDouble({ clock, ...options });
  closing.push(bank.close);
  const gateway = resursMapi({ baseUrl: bank.url, clientId: "shop", clientSecret: "secret", clock });
  return { clock, bank, gateway };
};

const accepted = (order: object = {}) => ({
  id: ID,
  status: "ACCEPTED",
  rejectedReason: null,
  order: {
    orderReference: "1001",
    totalOrderAmount: 1000,
    authorizedAmount: 1000,
    capturedAmount: 0,
    canceledAmount: 0,
    refundedAmount: 0,
    possibleActions: ALL,
    ...order,
  },
  application: { approvedCreditLimit: 1000 },
});
const captured = { authorizedAmount: 0, capturedAmount: 1000, possibleActions: ["REFUND", "PARTIAL_REFUND"] };

const stand = (bank: ResursDouble, faults?: Record<string, string>, order: object = {}) =>
  bank.setSeries(ID, [{ from: T0, payment: accepted(order), taskStatus: null, faults }]);

const capture = { paymentId: ID, amount: 100_000, key: "o:1:0" };

/** Lets a held call run into its timeout. */
const timedOut = async <T>(clock: ReturnType<typeof handClock>, bank: ResursDouble, answer: Promise<T>): Promise<T> => {
  await until(() => bank.held() === 1);
  await clock.advance(30_000);
  const result = await answer;
  await until(() => bank.held() === 0);
  return result;
};

/** A bank that answers with whatever it is told. */
const oddBank = async (answer: { status?: number; body: string; headers?: Record<string, string> }) => {
  const server = createServer((request, response) => {
    if (request.url === "/oauth2/token") return void response.end(JSON.stringify({ access_token: "t" }));
    if (request.url === "/elsewhere") return void response.end();
    response.writeHead(answer.status ?? 200, answer.headers).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return resursMapi({ baseUrl, clientId: "shop", clientSecret: "secret", clock: handClock() });
};

describe("token", () => {
  test("a hundred calls at once fetch one token", async () => {
    const { bank, gateway } = await given();
    stand(bank);
    const answers = await Promise.all(Array.from({ length: 100 }, () => gateway.readPayment(ID)));
    expect(answers.every(({ kind }) => kind === "ok")).toBe(true);
    expect(bank.tokens).toBe(1);
    expect(bank.reads).toHaveLength(100);
  });

  test.each([
    [undefined, "merchant-api"],
    ["mock-merchant-api", "mock-merchant-api"],
  ])("it is asked for with its scope: %s", async (scope, sent) => {
    const { clock, bank } = await given();
    stand(bank);
    const asked: unknown[] = [];
    const fetch: typeof globalThis.fetch = (url, init) => {
      if (String(url).endsWith("/oauth2/token")) asked.push(Object.fromEntries(init?.body as URLSearchParams));
      return globalThis.fetch(url, init);
    };
    const way = { baseUrl: bank.url, clientId: "shop", clientSecret: "secret", clock, fetch };
    expect((await resursMapi({ ...way, scope }).readPayment(ID)).kind).toBe("ok");
    expect(asked).toEqual([
      { grant_type: "client_credentials", client_id: "shop", client_secret: "secret", scope: sent },
    ]);
    expect(await resursMapi({ ...way, scope: "another-api" }).readPayment(ID)).toMatchObject({ kind: "refused" });
  });

  test("it is renewed a minute before it expires, and not earlier", async () => {
    const { clock, bank, gateway } = await given();
    stand(bank);
    await gateway.readPayment(ID);
    await clock.advance(3_538_999);
    await gateway.readPayment(ID);
    expect(bank.tokens).toBe(1);
    await clock.advance(1);
    await gateway.readPayment(ID);
    expect(bank.tokens).toBe(2);
  });

  test("a withdrawn token is renewed once for everybody", async () => {
    const { bank, gateway } = await given();
    stand(bank);
    await gateway.readPayment(ID);
    bank.forgetTokens();
    const answers = await Promise.all(Array.from({ length: 50 }, () => gateway.readPayment(ID)));
    expect(answers.every(({ kind }) => kind === "ok")).toBe(true);
    expect(bank.tokens).toBe(2);
  });

  test("one 401 is repeated with a new token, the second is a no", async () => {
    const { bank, gateway } = await given();
    stand(bank, { capture: "http-401:1", refund: "http-401" });
    expect(await gateway.capture(capture)).toMatchObject({ kind: "ok", reading: { captured: 100_000 } });
    expect(bank.calls.map(({ op, answer, applied }) => [op, answer, applied])).toEqual([
      ["capture", "401", false],
      ["capture", "200", true],
    ]);
    expect(bank.tokens).toBe(2);
    const refund = await gateway.refund({ ...capture, lines: null, all: true });
    expect(refund).toMatchObject({ kind: "refused", reason: "gateway-refused" });
    expect(bank.calls).toHaveLength(4);
  });

  test("trouble with the token certainly moved no money, and its 404 is no missing payment", async () => {
    const clock = handClock();
    const with404 = resursMapi({
      baseUrl: "http://bank.invalid",
      clientId: "a",
      clientSecret: "b",
      clock,
      fetch: async () => new Response("{}", { status: 404 }),
    });
    expect((await with404.readPayment(ID)).kind).toBe("retry");
    const with500 = resursMapi({
      baseUrl: "http://bank.invalid",
      clientId: "a",
      clientSecret: "b",
      clock,
      fetch: async () => new Response("{}", { status: 500 }),
    });
    expect((await with500.capture(capture)).kind).toBe("retry");
  });

  test.each([
    [401, { error: "invalid_client" }, "HTTP 401: invalid_client"],
    [
      400,
      { error: "invalid_scope", error_description: "not for this environment" },
      "HTTP 400: invalid_scope, not for this environment",
    ],
  ])("what is wrong with a key or its scope is told in the bank's words: HTTP %s", async (status, body, detail) => {
    const turnedDown = resursMapi({
      baseUrl: "http://bank.invalid",
      clientId: "a",
      clientSecret: "b",
      fetch: async () =>
        new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } }),
    });
    expect(await turnedDown.readPayment(ID)).toMatchObject({ kind: "refused", detail });
  });
});

const newPayment = {
  orderId: "order#1",
  total: 100_000,
  currency: "SEK",
  lines: [],
  linkLifetimeMinutes: 60,
  successUrl: "https://shop.example/success",
  failUrl: "https://shop.example/fail",
  callbackUrl: "https://shop.example/callback",
};

describe("a payment that the bank decides at once", () => {
  test.each([
    ["ACCEPTED", undefined, newPayment.successUrl],
    ["ACCEPTED", { customerUrl: "https://bank.example/sign" }, "https://bank.example/sign"],
    ["REJECTED", undefined, newPayment.failUrl],
    ["FROZEN", undefined, newPayment.failUrl],
  ])("%s at once, with the bank's page at %j, leads to %s", async (status, taskRedirectionUrls, redirectUrl) => {
    const { clock, bank } = await given();
    const created = { id: "11111111-1111-4111-8111-111111111111", status, taskRedirectionUrls };
    const answers: typeof fetch = async (url, init) =>
      String(url).endsWith("/v2/payments") ? Response.json(created, { status: 201 }) : fetch(url, init);
    const shop = { baseUrl: bank.url, clientId: "shop", clientSecret: "secret", clock, fetch: answers };
    expect(await resursMapi(shop).createPayment(newPayment)).toMatchObject({ kind: "ok", status, redirectUrl });
  });
});

describe("a payment whose creation was not heard of", () => {
  test.each(["a late answer", "no answer at all"])("is found by its reference and paid once: %s", async (how) => {
    const { clock, bank, gateway } = await given();
    bank.delayNext("createPayment", how === "a late answer" ? 45_000 : 10 ** 9);
    const creating = gateway.createPayment(newPayment);
    await until(() => bank.held() === 1);
    await clock.advance(30_000);
    const created = await creating;
    if (created.kind !== "ok") throw new Error(created.detail);
    expect(created.redirectUrl).toContain(`/sign/${created.paymentId}`);
    bank.customerSigns(created.paymentId);
    expect(bank.books(created.paymentId)).toMatchObject({ authorized: 1000 });
    expect(bank.creates).toHaveLength(1);
  });
  test("is not taken for that of another try, nor looked for where it certainly is not there", async () => {
    const { clock, bank, gateway } = await given();
    const asked: string[] = [];
    const answers =
      (status: number): typeof fetch =>
      async (url, init) => {
        if (!String(url).endsWith("/oauth2/token")) asked.push(String(url).replace(bank.url, ""));
        return String(url).endsWith("/v2/payments") ? Response.json({ message: "no" }, { status }) : fetch(url, init);
      };
    const to = (status: number) =>
      resursMapi({ baseUrl: bank.url, clientId: "shop", clientSecret: "secret", clock, fetch: answers(status) });
    expect((await gateway.createPayment(newPayment)).kind).toBe("ok");
    expect((await to(502).createPayment(newPayment)).kind).toBe("failed");
    expect(asked.splice(0)).toEqual(["/v2/payments", "/v2/payments/search"]);
    expect((await to(429).createPayment(newPayment)).kind).toBe("failed");
    expect(asked).toEqual(["/v2/payments"]);
  });
  describe("among many under one reference", () => {
    /** The bank has so many others under it, which came first; `changed` is what it answers to a search. */
    const among = async (others: number, changed: (page: unknown) => unknown = (page) => page) => {
      const { clock, bank, gateway } = await given();
      for (let one = 0; one < others; one += 1) await gateway.createPayment(newPayment);
      const pages: string[] = [];
      const lost: typeof fetch = async (url, init) => {
        const { pathname, search } = new URL(String(url));
        const answer = await fetch(url, init);
        if (pathname === "/v2/payments") return new Response(null, { status: 504 });
        if (pathname !== "/v2/payments/search") return answer;
        pages.push(search);
        const { content, page } = (await answer.json()) as { content: unknown[]; page: unknown };
        return Response.json({ content, page: changed(page) });
      };
      const own = resursMapi({ baseUrl: bank.url, clientId: "shop", clientSecret: "secret", clock, fetch: lost });
      return { bank, pages, created: await own.createPayment(newPayment) };
    };
    test("it is found on a later page", async () => {
      const { bank, pages, created } = await among(45);
      if (created.kind !== "ok") throw new Error(created.detail);
      expect(pages).toEqual(["", "?page=1", "?page=2"]);
      bank.customerSigns(created.paymentId);
      expect(bank.books(created.paymentId)).toMatchObject({ authorized: 1000 });
    });
    test("on the first page no other is asked for", async () => {
      const { pages, created } = await among(3);
      expect([created.kind, pages]).toEqual(["ok", [""]]);
    });
    test("no more than ten pages are read, and the reason says so", async () => {
      const { pages, created } = await among(205);
      expect(pages).toHaveLength(10);
      expect(created).toMatchObject({ kind: "failed", detail: expect.stringContaining("first 10 pages") });
    });
    test.each<[string, unknown, number, string]>([
      ["nothing", undefined, 1, "failed"],
      ["nonsense", { number: "x", totalPages: -1 }, 1, "failed"],
      ["no size", { totalPages: 2 }, 2, "ok"],
      ["that it is the only one", { number: 0, totalPages: 1, size: 20 }, 1, "failed"],
    ])("a page that says %s of itself", async (_, page, asked, kind) => {
      const { pages, created } = await among(25, () => page);
      expect([pages.length, created.kind]).toEqual([asked, kind]);
    });
    test("an empty page is the last, whatever it says", async () => {
      const { clock, bank } = await given();
      let asked = 0;
      const empty: typeof fetch = async (url, init) => {
        if (!String(url).includes("/v2/payments/search")) return fetch(url, init);
        asked += 1;
        return Response.json({ content: [], page: { number: 0, size: 20, totalPages: 10 ** 6 } });
      };
      const own = resursMapi({ baseUrl: bank.url, clientId: "shop", clientSecret: "secret", clock, fetch: empty });
      expect([await own.findCreated?.({ ...newPayment, attempt: "none" }), asked]).toEqual([null, 1]);
    });
    test("all pages together have five seconds", async () => {
      const { clock, bank, gateway } = await given();
      for (let one = 0; one < 65; one += 1) await gateway.createPayment(newPayment);
      let asked = 0;
      const slow: typeof fetch = async (url, init) => {
        const isSearch = String(url).includes("/v2/payments/search");
        if (isSearch) asked += 1;
        const answer = await fetch(url, init);
        if (isSearch) await clock.advance(2_000);
        return answer;
      };
      const own = resursMapi({ baseUrl: bank.url, clientId: "shop", clientSecret: "secret", clock, fetch: slow });
      expect([await own.findCreated?.({ ...newPayment, attempt: "none" }), asked]).toEqual([null, 3]);
    });
  });
  test("a search that fails leaves it failed, after five seconds at the most", async () => {
    const { clock, bank, gateway } = await given();
    bank.delayNext("createPayment", 10 ** 9);
    bank.delayNext("search", 10 ** 9);
    const creating = gateway.createPayment(newPayment);
    await until(() => bank.held() === 1);
    await clock.advance(30_000);
    await until(() => bank.held() === 1 && clock.sleeping() > 0);
    await clock.advance(5_000);
    expect(await creating).toMatchObject({ kind: "failed", detail: expect.stringContaining("30000 ms") });
  });
});

describe("faults", () => {
  const kinds: [string, GatewayAnswer][] = [
    ["http-500", { kind: "unknown", detail: "HTTP 500: Fault of the scenario: 500" }],
    ["http-403", { kind: "refused", reason: "gateway-refused", detail: "HTTP 403: Fault of the scenario: 403" }],
    ["http-422", { kind: "refused", reason: "gateway-refused", detail: "HTTP 422: Fault of the scenario: 422" }],
    ["http-401", { kind: "refused", reason: "gateway-refused", detail: "HTTP 401: Fault of the scenario: 401" }],
    [
      "http-429:retry-after=5",
      { kind: "retry", afterMs: 5000, detail: "HTTP 429: Fault of the scenario: 429", certain: true },
    ],
    ["http-429", { kind: "retry", afterMs: null, detail: "HTTP 429: Fault of the scenario: 429", certain: true }],
    ["not-exist:8", { kind: "refused", reason: "gateway-refused", detail: `HTTP 404: There is no payment ${ID}` }],
  ];
  test.each(kinds)("capture under %s", async (fault, expected) => {
    const { clock, bank, gateway } = await given();
    stand(bank, { capture: fault });
    expect(await gateway.capture(capture)).toEqual(expected);
    expect(bank.books(ID)?.captured).toBe(0);
    expect(bank.calls[0]).toMatchObject({ op: "capture", amount: 1000, key: "o:1:0", applied: false });
    // The timeouts of calls that ended are gone.
    expect(clock.sleeping()).toBe(0);
  });

  test("http-429 for the first call only", async () => {
    const { bank, gateway } = await given();
    stand(bank, { capture: "http-429:retry-after=5:1" });
    expect((await gateway.capture(capture)).kind).toBe("retry");
    expect((await gateway.capture(capture)).kind).toBe("ok");
    expect(bank.books(ID)).toEqual({ total: 1000, authorized: 0, captured: 1000, canceled: 0, refunded: 0 });
  });

  test("a timeout before it took effect is unknown, and never reached the bank", async () => {
    const { clock, bank, gateway } = await given();
    stand(bank, { capture: "timeout-before-apply" });
    expect((await timedOut(clock, bank, gateway.capture(capture))).kind).toBe("unknown");
    expect(bank.calls).toEqual([]);
    expect(bank.books(ID)?.captured).toBe(0);
    expect(clock.sleeping()).toBe(0);
  });

  test("a timeout after it took effect is unknown, and the next reading shows the transaction", async () => {
    const { clock, bank, gateway } = await given();
    stand(bank, { capture: "timeout-after-apply:1" });
    expect((await timedOut(clock, bank, gateway.capture(capture))).kind).toBe("unknown");
    expect(bank.calls).toMatchObject([{ applied: true, answer: "lost" }]);
    expect(await gateway.readPayment(ID)).toMatchObject({
      kind: "ok",
      reading: { authorized: 0, captured: 100_000, offers: ["REFUND", "PARTIAL_REFUND"], transactionIds: ["o:1:0"] },
    });
  });

  test("readings: unknown under a fault or a timeout, missing payments read as such", async () => {
    const { clock, bank, gateway } = await given();
    stand(bank, { getPayment: "http-500" });
    expect((await gateway.readPayment(ID)).kind).toBe("unknown");
    stand(bank, { getPayment: "timeout-before-apply" });
    expect((await timedOut(clock, bank, gateway.readPayment(ID))).kind).toBe("unknown");
    for (const code of ["8", "3"]) {
      stand(bank, { getPayment: `not-exist:${code}` });
      expect(await gateway.readPayment(ID)).toMatchObject({ kind: "ok", reading: { exists: false, total: 0 } });
    }
    expect(await gateway.readPayment("no-such-payment")).toMatchObject({ kind: "ok", reading: { exists: false } });
    expect((await gateway.readPayment("../../oauth2")).kind).toBe("refused");
  });

  test.each([8, 3, "8", "PAYMENT_NOT_FOUND"])(
    "the bank's own error with 404 and code %s is a missing payment",
    async (code) => {
      const body = JSON.stringify({ traceId: "t", code, message: "no", timestamp: "2026-11-20T12:00:00Z" });
      const headers = { "content-type": "application/json" };
      const gateway = await oddBank({ status: 404, body, headers });
      expect(await gateway.readPayment(ID)).toMatchObject({ kind: "ok", reading: { exists: false } });
      for (const odd of [
        { status: 500, body, headers },
        { status: 404, body, headers: { "content-type": "text/html" } },
      ]) {
        expect((await (await oddBank(odd)).readPayment(ID)).kind).toBe("unknown");
      }
    },
  );

  test("a bank that is not there was certainly not reached", async () => {
    const { bank, gateway } = await given();
    stand(bank);
    await gateway.readPayment(ID);
    await bank.close();
    closing.length = 0;
    // A connection that was kept open has to notice the end first; until then a break is honestly unknown.
    let kind = "";
    for (let tries = 0; kind !== "retry" && tries < 50; tries += 1) {
      await soon();
      kind = (await gateway.capture(capture)).kind;
    }
    expect(kind).toBe("retry");
  });

  test("a connection that breaks in the middle is unknown", async () => {
    const gateway = await oddBank({ body: "{", headers: { "content-length": "10", connection: "close" } });
    expect((await gateway.capture(capture)).kind).toBe("unknown");
  });

  test("answers that make no sense, and redirects, are unknown", async () => {
    for (const body of ["<html>", "[]", '{"id":"x","status":"ACCEPTED"}', '{"id":7}']) {
      const gateway = await oddBank({ body });
      expect((await gateway.readPayment(ID)).kind).toBe("unknown");
      expect((await gateway.capture(capture)).kind).toBe("unknown");
    }
    const elsewhere = await oddBank({ status: 302, body: "", headers: { location: "/elsewhere" } });
    expect((await elsewhere.capture(capture)).kind).toBe("unknown");
    const empty = await oddBank({ body: "" });
    expect(await empty.capture(capture)).toEqual({ kind: "ok", reading: null });
  });

  test("the bank's message is cut", async () => {
    const gateway = await oddBank({
      status: 400,
      body: JSON.stringify({ traceId: "t", code: "X", message: "m".repeat(5000) }),
      headers: { "content-type": "application/json" },
    });
    const answer = await gateway.capture(capture);
    expect(answer).toMatchObject({ kind: "refused" });
    expect(answer.kind === "refused" && answer.detail.length).toBe(300);
  });

  test("tasks/status is asked for rejected payments only, and may fail alone", async () => {
    const { bank, gateway } = await given();
    const rejected = { ...accepted({ authorizedAmount: 0, possibleActions: [] }), status: "REJECTED" };
    const payment = { ...rejected, rejectedReason: { category: "CREDIT_DENIED" } };
    const completed = async (taskStatus: { completed: boolean } | null, faults?: Record<string, string>) => {
      bank.setSeries(ID, [{ from: T0, payment, taskStatus, faults }]);
      const answer = await gateway.readPayment(ID);
      return answer.kind === "ok" && answer.reading.taskCompleted;
    };
    expect(await completed({ completed: true })).toBe(true);
    expect(await completed({ completed: false })).toBe(false);
    expect(await completed(null)).toBe(null);
    expect(await completed({ completed: true }, { getTaskStatuses: "http-500" })).toBe("unavailable");
    expect(await completed({ completed: true }, { getTaskStatuses: "not-exist:8" })).toBe(null);
    stand(bank);
    const before = bank.reads.length;
    await gateway.readPayment(ID);
    expect(bank.reads.slice(before).map(({ op }) => op)).toEqual(["getPayment"]);
  });

  test("the words of a fault", () => {
    expect(parseFault("http-429:retry-after=5:1")).toEqual({ kind: "http", status: 429, retryAfter: 5, first: 1 });
    expect(parseFault("http-500:2")).toMatchObject({ status: 500, first: 2 });
    expect(parseFault("not-exist:8")).toEqual({ kind: "not-exist", code: "8", first: Number.POSITIVE_INFINITY });
    expect(parseFault("not-exist:3:1")).toMatchObject({ code: "3", first: 1 });
    expect(parseFault("front-404")).toEqual({
      kind: "front",
      page: { status: 404, body: "html", passedOn: false },
      first: Number.POSITIVE_INFINITY,
    });
    expect(parseFault("front-403-json-after-apply:2")).toEqual({
      kind: "front",
      page: { status: 403, body: "json", passedOn: true },
      first: 2,
    });
    expect(parseFault("timeout-after-apply:1")).toEqual({ kind: "timeout", applied: true, first: 1 });
    for (const bad of [
      "",
      "http-200",
      "http-500:x",
      "http-500:1:2",
      "timeout",
      "not-exist:a",
      "front-200",
      "front-404-pdf",
      "front-404:1:2",
    ]) {
      expect(() => parseFault(bad)).toThrow("fault");
    }
  });
});

describe("requests", () => {
  test("a refund of an amount carries its amount", async () => {
    const { bank, gateway } = await given();
    stand(bank, undefined, captured);
    const answer = await gateway.refund({ paymentId: ID, amount: 19_995, lines: null, all: false, key: "k" });
    expect(answer).toMatchObject({ kind: "ok", reading: { refunded: 19_995, captured: 100_000 } });
    expect(bank.calls).toMatchObject([{ op: "refund", amount: 199.95, lines: [{ total: 199.95 }], key: "k" }]);
  });

  test("lines that do not add up to the amount give way to one that does", async () => {
    const { bank, gateway } = await given();
    stand(bank, undefined, captured);
    const lines = [{ sku: "BOOK-1", quantity: 1, total: 60_000 }];
    await gateway.refund({ paymentId: ID, amount: 60_000, lines, all: false, key: "a" });
    await gateway.refund({ paymentId: ID, amount: 10_000, lines, all: false, key: "b" });
    await gateway.refund({ paymentId: ID, amount: 30_000, lines: [], all: false, key: "c" });
    expect(bank.calls).toMatchObject([
      { lines: [{ sku: "BOOK-1", quantity: 1, total: 600 }], amount: 600 },
      { lines: [{ sku: "Refund", total: 100 }], amount: 100 },
      { lines: [{ sku: "Refund", total: 300 }], amount: 300 },
    ]);
    expect(bank.books(ID)?.refunded).toBe(1000);
  });

  test("all that is left goes without lines", async () => {
    const { bank, gateway } = await given();
    stand(bank, undefined, { ...captured, refundedAmount: 250 });
    await gateway.refund({ paymentId: ID, amount: 75_000, lines: null, all: true, key: "k" });
    expect(bank.calls[0]).toMatchObject({ amount: 750 });
    expect(bank.calls[0]).not.toHaveProperty("lines");
  });

  test("cancel and rebuild: the new sum is authorised", async () => {
    const { bank, gateway } = await given();
    stand(bank);
    await gateway.cancel(capture);
    expect(bank.books(ID)).toMatchObject({ authorized: 0, canceled: 1000 });
    const lines = [{ sku: "BOOK-1", quantity: 1, total: 60_000 }];
    expect(await gateway.addOrderLines({ paymentId: ID, amount: 60_000, lines, key: "k" })).toMatchObject({
      kind: "ok",
      reading: { authorized: 60_000, canceled: 100_000, total: 160_000, offers: ALL },
    });
  });
});

describe("reading", () => {
  const read = (payment: object) => readingOf(ResursPayment.parse({ id: ID, status: "ACCEPTED", ...payment }));

  test("words that are not known: statuses are kept, actions are dropped", () => {
    const { order } = accepted({ possibleActions: [{ action: "CAPTURE" }, { action: "TELEPORT" }] });
    expect(read({ status: "ON_THE_MOON", order })).toMatchObject({ status: "ON_THE_MOON", offers: ["CAPTURE"] });
  });

  test("floats become exact minor units", () => {
    const { order } = accepted({
      possibleActions: [],
      authorizedAmount: 1.1 * 3,
      capturedAmount: 301.5,
      totalOrderAmount: 4.35,
    });
    expect(read({ order })).toMatchObject({ authorized: 330, captured: 30_150, total: 435 });
  });

  test("no order, a reason without a category, no limit", () => {
    const reading = read({ order: null, rejectedReason: {}, application: {} });
    expect(reading).toMatchObject({ hasOrder: false, total: 0, offers: [], rejectedReason: null, creditLimit: null });
    expect(ResursPayment.safeParse({ id: ID, status: "ACCEPTED", order: { totalOrderAmount: 1e300 } }).success).toBe(
      false,
    );
  });
});

test("a reason in a shape that nobody knows does not hide the payment", () => {
  const { data } = ResursPayment.safeParse({ id: ID, status: "REJECTED", rejectedReason: "CREDIT_DENIED" });
  expect(data).toMatchObject({ status: "REJECTED", rejectedReason: null });
});

describe("the double's books", () => {
  const run = (...calls: [MoneyCall, number | null][]) => {
    let books = authorizedBooks(100_000, []);
    for (const [op, amount] of calls) {
      const lines = amount === null ? null : [{ totalAmountIncludingVat: amount / 100 }];
      expect(amountOf(books, op, lines)).toBeGreaterThan(0);
      books = booksAfter(books, op, { lines, actionId: "a", created: "c" });
      expect(books.authorized + books.captured + books.canceled).toBe(books.total);
    }
    const { authorized, captured: taken, canceled, refunded, actions } = books;
    return { authorized, captured: taken, canceled, refunded, actions };
  };
  const REFUNDS = ["REFUND", "PARTIAL_REFUND"];

  test.each([
    ["capture all", [["capture", null]], [0, 100_000, 0, 0], REFUNDS],
    ["capture a part", [["capture", 30_150]], [69_850, 30_150, 0, 0], [...ALL, ...REFUNDS]],
    ["cancel all", [["cancel", null]], [0, 0, 100_000, 0], []],
    [
      "capture a part, cancel the rest",
      [
        ["capture", 40_000],
        ["cancel", null],
      ],
      [0, 40_000, 60_000, 0],
      REFUNDS,
    ],
    [
      "refund a part",
      [
        ["capture", null],
        ["refund", 1],
      ],
      [0, 100_000, 0, 1],
      REFUNDS,
    ],
    [
      "refund in two",
      [
        ["capture", null],
        ["refund", 1],
        ["refund", null],
      ],
      [0, 100_000, 0, 100_000],
      [],
    ],
    [
      "rebuild",
      [
        ["cancel", null],
        ["addOrderLines", 60_000],
      ],
      [60_000, 0, 100_000, 0],
      ALL,
    ],
  ] as [string, [MoneyCall, number | null][], number[], string[]][])("%s", (_, calls, amounts, actions) => {
    const [authorized, taken, canceled, refunded] = amounts;
    expect(run(...calls)).toEqual({ authorized, captured: taken, canceled, refunded, actions });
  });

  test("what is not possible is refused, and nothing changes", async () => {
    const { bank, gateway } = await given();
    stand(bank, undefined, captured);
    expect((await gateway.capture(capture)).kind).toBe("refused");
    const tooMuch = { paymentId: ID, amount: 100_001, lines: null, all: false, key: "k" };
    expect((await gateway.refund(tooMuch)).kind).toBe("refused");
    bank.setSeries(ID, [{ from: T0, payment: { ...accepted(), status: "FROZEN" } }]);
    expect((await gateway.capture(capture)).kind).toBe("refused");
    expect(bank.calls.every(({ applied, answer }) => !applied && answer === "400")).toBe(true);
  });

  test("without strictness only the arithmetic holds", async () => {
    const { bank, gateway } = await given({ strict: false });
    bank.setSeries(ID, [{ from: T0, payment: { ...accepted({ possibleActions: [] }), status: "FROZEN" } }]);
    expect((await gateway.capture(capture)).kind).toBe("ok");
    expect(bank.books(ID)).toMatchObject({ authorized: 0, captured: 1000 });
  });

  test("a later entry takes over whole, its faults too", async () => {
    const { clock, bank, gateway } = await given();
    bank.setSeries(ID, [
      { from: T0 + 60_000, payment: accepted({ authorizedAmount: 500 }), faults: { capture: "http-403" } },
      { from: new Date(T0).toISOString(), payment: accepted() },
      { from: T0 + 120_000, payment: null },
    ]);
    await gateway.cancel(capture);
    expect(bank.books(ID)?.authorized).toBe(0);
    await clock.advance(59_999);
    expect(bank.books(ID)?.authorized).toBe(0);
    await clock.advance(1);
    expect(bank.books(ID)?.authorized).toBe(500);
    expect((await gateway.capture(capture)).kind).toBe("refused");
    await clock.advance(60_000);
    expect(await gateway.readPayment(ID)).toMatchObject({ reading: { exists: false } });
  });

  test("a delayed answer says what was so when it was asked", async () => {
    const { clock, bank, gateway } = await given();
    stand(bank);
    bank.delayNext("getPayment", 10_000);
    const late = gateway.readPayment(ID);
    await until(() => bank.held() === 1);
    expect((await gateway.capture(capture)).kind).toBe("ok");
    await clock.advance(10_000);
    expect(await late).toMatchObject({ reading: { authorized: 100_000, captured: 0 } });
    expect(bank.held()).toBe(0);
  });

  test("closing lets go of what is held", async () => {
    const { bank, gateway } = await given();
    stand(bank, { capture: "timeout-before-apply" });
    const answer = gateway.capture(capture);
    await until(() => bank.held() === 1);
    await bank.close();
    closing.length = 0;
    expect((await answer).kind).toBe("unknown");
    await until(() => bank.held() === 0);
  });
});

describe("a new payment", () => {
  const shop = async (answers: number[] = []) => {
    const received: { paymentId: string; status: string; created: string }[] = [];
    const server = createServer(async (request, response) => {
      let text = "";
      for await (const part of request) text += part;
      received.push(JSON.parse(text));
      response.writeHead(answers.shift() ?? 202).end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    closing.push(
      () =>
        new Promise((resolve) => {
          server.close(() => resolve());
          server.closeAllConnections();
        }),
    );
    return { received, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/callbacks` };
  };

  const created = async (person: string | null, answers: number[] = [], options?: { callbacks?: boolean }) => {
    const { clock, bank, gateway } = await given();
    const { received, url } = await shop(answers);
    if (person) bank.nextPerson(person, options);
    const payment = await gateway.createPayment({
      orderId: "1001",
      total: 100_000,
      currency: "SEK",
      lines: [{ sku: "BOOK-1", quantity: 1, total: 100_000 }],
      linkLifetimeMinutes: 120,
      successUrl: "http://shop.example/thanks",
      failUrl: "http://shop.example/cancel",
      callbackUrl: url,
      managementUrl: `${url}/management`,
    });
    if (payment.kind !== "ok") throw new Error(payment.detail);
    const status = async () => {
      const answer = await gateway.readPayment(payment.paymentId);
      if (answer.kind !== "ok") throw new Error(answer.kind);
      const { status, rejectedReason, taskCompleted } = answer.reading;
      return [status, rejectedReason, taskCompleted];
    };
    const callbacks = () => received.map(({ status }) => status);
    return { clock, bank, gateway, payment, status, callbacks, received, url };
  };

  test("the request says what the documents ask for", async () => {
    const { bank, payment, url } = await created(null);
    expect(payment).toMatchObject({
      status: "TASK_REDIRECTION_REQUIRED",
      redirectUrl: `${bank.url}/sign/${payment.paymentId}`,
    });
    expect(bank.creates).toMatchObject([
      {
        order: { orderReference: "1001", orderLines: [{ reference: "BOOK-1", totalAmountIncludingVat: 1000 }] },
        options: {
          timeToLiveInMinutes: 120,
          handleFrozenPayments: true,
          automaticCapture: false,
          callbacks: { authorization: { url }, management: { url: `${url}/management` } },
        },
      },
    ]);
  });

  const persons: [string, string, unknown[], number, unknown[], string[]][] = [
    ["accepted", "198305147715", ["ACCEPTED", null, null], 0, ["ACCEPTED", null, null], ["AUTHORIZED"]],
    [
      "denied",
      "197211072793",
      ["REJECTED", "CREDIT_DENIED", true],
      0,
      ["REJECTED", "CREDIT_DENIED", true],
      ["REJECTED"],
    ],
    ["frozen for ever", "198209123705", ["FROZEN", null, null], 86_400_000, ["FROZEN", null, null], ["FROZEN"]],
    ["thawed", "198001010001", ["FROZEN", null, null], 5000, ["ACCEPTED", null, null], ["FROZEN", "AUTHORIZED"]],
    [
      "annulled",
      "197801069241",
      ["FROZEN", null, null],
      5000,
      ["REJECTED", "PAYMENT_FROZEN", true],
      ["FROZEN", "REJECTED"],
    ],
    ["passed", "199105149612", ["INSPECTION", null, null], 10_000, ["ACCEPTED", null, null], ["AUTHORIZED"]],
    ["failed", "199111282399", ["INSPECTION", null, null], 10_000, ["REJECTED", "CREDIT_DENIED", true], ["REJECTED"]],
  ];
  test.each(persons)("test person: %s (%s)", async (_, person, first, ms, last, told) => {
    const { clock, bank, payment, status, callbacks } = await created(person);
    expect(await status()).toEqual(["TASK_REDIRECTION_REQUIRED", null, null]);
    await clock.advance(60_000);
    const { redirectUrl } = bank.customerSigns(payment.paymentId);
    expect(redirectUrl).toBe(`http://shop.example/${first[0] === "REJECTED" ? "cancel" : "thanks"}`);
    expect(await status()).toEqual(first);
    await until(() => bank.delivering() === 0);
    if (ms > 0) {
      await clock.advance(ms - 1);
      expect(await status()).toEqual(first);
      await clock.advance(1);
    }
    expect(await status()).toEqual(last);
    await until(() => callbacks().length === told.length && bank.delivering() === 0);
    expect(callbacks()).toEqual(told);
    expect(bank.books(payment.paymentId)?.authorized).toBe(last[0] === "REJECTED" ? 0 : 1000);
  });

  test("whoever does not sign in time is rejected by timeout, and signing later changes nothing", async () => {
    const { clock, bank, payment, status, callbacks } = await created(null);
    await clock.advance(120 * 60_000 - 1);
    expect(await status()).toEqual(["TASK_REDIRECTION_REQUIRED", null, null]);
    await clock.advance(1);
    expect(await status()).toEqual(["REJECTED", "TIMEOUT", false]);
    expect(bank.customerSigns(payment.paymentId)).toEqual({
      status: "REJECTED",
      redirectUrl: "http://shop.example/cancel",
    });
    expect(await status()).toEqual(["REJECTED", "TIMEOUT", false]);
    await until(() => callbacks().length === 1);
    expect(callbacks()).toEqual(["REJECTED"]);
  });

  test("whoever signs in time does not expire", async () => {
    const { clock, bank, payment, status } = await created(null);
    bank.customerSigns(payment.paymentId);
    await clock.advance(121 * 60_000);
    expect((await status())[0]).toBe("ACCEPTED");
  });

  test("a callback that is not taken is sent again, unchanged, until it is", async () => {
    const { clock, bank, payment, received } = await created(null, [503, 408]);
    bank.customerSigns(payment.paymentId);
    await until(() => bank.deliveries.length === 1);
    await clock.advance(30_000);
    await until(() => bank.deliveries.length === 2);
    await clock.advance(45_000);
    await until(() => bank.deliveries.length === 3);
    await clock.advance(3_600_000);
    expect(bank.deliveries.map(({ at, answer, attempt }) => [at - T0, answer, attempt])).toEqual([
      [0, 503, 1],
      [30_000, 408, 2],
      [75_000, 202, 3],
    ]);
    expect(new Set(received.map((body) => JSON.stringify(body))).size).toBe(1);
  });

  test("callbacks can be lost", async () => {
    const { clock, bank, payment, status, callbacks } = await created("198001010001", [], { callbacks: false });
    bank.customerSigns(payment.paymentId);
    await clock.advance(5000);
    expect((await status())[0]).toBe("ACCEPTED");
    expect(callbacks()).toEqual([]);
    expect(bank.deliveries).toEqual([]);
  });

  test("the customer may sign in a browser", async () => {
    const { payment, status } = await created(null);
    expect(await (await fetch(payment.redirectUrl)).text()).toContain("<form");
    const sent = await fetch(payment.redirectUrl, { method: "POST", redirect: "manual" });
    expect([sent.status, sent.headers.get("location")]).toEqual([303, "http://shop.example/thanks"]);
    expect((await status())[0]).toBe("ACCEPTED");
  });

  test("a lifetime out of range is refused", async () => {
    const { gateway } = await given();
    const asked = {
      orderId: "1",
      total: 100,
      currency: "SEK",
      lines: [],
      successUrl: "https://shop.example/s",
      failUrl: "https://shop.example/f",
      callbackUrl: "http://127.0.0.1/",
    };
    expect((await gateway.createPayment({ ...asked, linkLifetimeMinutes: 43_201 })).kind).toBe("failed");
    expect((await gateway.createPayment({ ...asked, linkLifetimeMinutes: 43_200 })).kind).toBe("ok");
  });
});

describe("payment methods", () => {
  const STORE = "b7f88ac4-baa7-493b-a0a7-d4e14f91f555";
  const INVOICE = "7d63eb50-94b4-4238-8c0d-22d095bfe46b";
  const methods = async (options: { storeId?: string; paymentMethodId?: string }) => {
    const bank = await resursDouble({});
    try {
      return await resursMapi({ baseUrl: bank.url, clientId: "c", clientSecret: "s", ...options }).paymentMethods?.();
    } finally {
      await bank.close();
    }
  };

  test("are the store's, in minor units and for its country", async () => {
    const one = { id: INVOICE, title: "Invoice", min: 100, max: 10_000_000, countries: ["SE"] };
    expect(await methods({ storeId: STORE })).toEqual({ kind: "ok", methods: [one] });
  });

  test("of a gateway that was given one are that one", async () => {
    expect(await methods({ storeId: STORE, paymentMethodId: INVOICE })).toMatchObject({ methods: [{ id: INVOICE }] });
    expect(await methods({ storeId: STORE, paymentMethodId: "another" })).toEqual({ kind: "ok", methods: [] });
  });

  test.each([19, 20, 21, 2000])(
    "a store beside %d others of its key is found with its country, up to 2000 in all",
    async (otherStores) => {
      const bank = await resursDouble({ otherStores });
      closing.push(bank.close);
      const gateway = resursMapi({ baseUrl: bank.url, clientId: "shop", clientSecret: "secret", storeId: STORE });
      const told = await gateway.stores?.();
      expect(told?.kind === "ok" && told.stores.some(({ id }) => id === STORE)).toBe(otherStores < 2000);
      const offered = await gateway.paymentMethods?.();
      const countries = offered?.kind === "ok" && offered.methods[0]?.countries;
      expect(countries).toEqual(otherStores < 2000 ? ["SE"] : null);
    },
  );

  test("the stores of the key are told with their names", async () => {
    const bank = await resursDouble({});
    closing.push(bank.close);
    const gateway = resursMapi({ baseUrl: bank.url, clientId: "c", clientSecret: "s" });
    expect(await gateway.stores?.()).toEqual({ kind: "ok", stores: [{ id: STORE, name: "Test store" }] });
  });

  test("are not asked for without a store: the gateway is one method then, by the bank's name", async () => {
    expect(await methods({})).toBeUndefined();
    const gateway = resursMapi({ baseUrl: "http://127.0.0.1:1", clientId: "c", clientSecret: "s" });
    expect(await methodsOf([gateway], registry.flows, silent)).toEqual([
      { gateway: "resurs-mapi", id: null, title: "Resurs Bank", min: null, max: null, countries: null },
    ]);
  });

  test("that cannot be listed are none, and the log says why", async () => {
    const bank = await resursDouble({});
    closing.push(bank.close);
    bank.front({ status: 503 });
    const told: unknown[] = [];
    const log = { ...silent, warn: (...line: unknown[]) => void told.push(line) };
    const gateway = resursMapi({ baseUrl: bank.url, clientId: "c", clientSecret: "s", storeId: STORE });
    expect(await methodsOf([gateway], registry.flows, log)).toEqual([]);
    expect(told).toEqual([
      [expect.objectContaining({ type: "resurs-mapi" }), "the bank lists no payment methods, so none are offered"],
    ]);
  });
});
