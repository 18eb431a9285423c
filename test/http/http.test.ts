/** The doors: what they let in, what they turn away, and what they never tell. */
import { afterEach, describe, expect, test } from "vitest";
import { type HttpOptions, httpApp } from "../../src/http/app.js";
import { listen } from "../../src/http/serve.js";
import { urlsFor } from "../../src/http/urls.js";
import type { Store } from "../../src/ports/store.js";
import { memoryStore } from "../../src/stores/memory/store.js";
import { MINUTE, order, Place, post, returnPath, T0, trusted } from "../engine/place.js";

let place: Place | null = null;
afterEach(async () => {
  await place?.end();
  place = null;
});

type Engine = Parameters<typeof Place.made>[0];
const doors = async (options: Partial<HttpOptions> = {}, engine: Engine = {}) => {
  place = await Place.made(engine);
  const world = place;
  const logged: string[] = [];
  const write = (details: object, message: string) => void logged.push(`${message} ${JSON.stringify(details)}`);
  const log = { debug: write, info: write, warn: write, error: write };
  const app = trusted({ engine: world.engine, log, ...options });
  const send = async (request: Request) => {
    const answer = await Promise.race([app.fetch(request), settle()]);
    if (answer === undefined) throw new Error("no answer came");
    const text = await answer.text();
    let body: Record<string, unknown> = {};
    try {
      body = JSON.parse(text);
    } catch {}
    return { status: answer.status, headers: answer.headers, text, body };
  };
  // The clock of these tests stands still; whoever waits for it waits in vain.
  const settle = () => new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), 5000));
  return {
    world,
    send,
    logged,
    get: (path: string, headers = {}) => send(new Request(`http://shop.test${path}`, { headers, redirect: "manual" })),
  };
};

const AUTH = "/callbacks/resurs/authorization";
const MANAGE = "/callbacks/resurs/management";
const told = { paymentId: "pay-o", status: "AUTHORIZED", created: "2026-11-20T12:00:00Z" };
const deep = (n: number) => `${"[".repeat(n)}${"]".repeat(n)}`;
const padded = (bytes: number) => {
  const text = JSON.stringify({ ...told, padding: "" });
  return text.replace('"padding":""', `"padding":"${"x".repeat(bytes - text.length)}"`);
};

describe("a callback's body", () => {
  const bodies: [string, string, number, string | undefined][] = [
    ["the message as the bank sends it", JSON.stringify(told), 202, undefined],
    [
      "one with fields that nobody knows yet",
      JSON.stringify({ ...told, checkoutId: 7, more: { a: [1] } }),
      202,
      undefined,
    ],
    ["one with a word that nobody knows yet", JSON.stringify({ ...told, status: "SHIPPED" }), 202, undefined],
    ["one that says nothing but the payment", JSON.stringify({ paymentId: "pay-o" }), 202, undefined],
    ["exactly 16 KiB", padded(16 * 1024), 202, undefined],
    ["one byte more", padded(16 * 1024 + 1), 413, "body-too-large"],
    ["a megabyte", "x".repeat(1_000_000), 413, "body-too-large"],
    ["32 brackets deep", `{"paymentId":"pay-o","x":${deep(31)}}`, 202, undefined],
    ["33 brackets deep", `{"paymentId":"pay-o","x":${deep(32)}}`, 400, "body-too-deep"],
    ["8,000 brackets deep", deep(8000), 400, "body-too-deep"],
    [
      "brackets inside a text, which are no depth",
      JSON.stringify({ ...told, note: `"\\${"[".repeat(100)}` }),
      202,
      undefined,
    ],
    ["nothing", "", 400, "empty-body"],
    ["only spaces", " \n ", 400, "empty-body"],
    ["no JSON", "paymentId=pay-o", 400, "not-json"],
    ["half a JSON", '{"paymentId":"pay-o"', 400, "not-json"],
    ["a list", "[]", 400, "not-a-callback"],
    ["a text", '"pay-o"', 400, "not-a-callback"],
    ["null", "null", 400, "not-a-callback"],
    ["no payment id", '{"status":"AUTHORIZED"}', 400, "not-a-callback"],
    ["an empty payment id", '{"paymentId":""}', 400, "not-a-callback"],
    ["a payment id that is a number", '{"paymentId":7}', 400, "not-a-callback"],
    ["a payment id of 101 letters", `{"paymentId":"${"x".repeat(101)}"}`, 400, "not-a-callback"],
    ["a status of 61 letters", JSON.stringify({ ...told, status: "X".repeat(61) }), 400, "not-a-callback"],
    ["a prototype in disguise", '{"__proto__":{"paymentId":"pay-o"},"constructor":1}', 400, "not-a-callback"],
  ];
  test.each(bodies)("%s", async (_what, body, status, code) => {
    const { world, send } = await doors();
    await world.order("o");
    const answer = await send(post(AUTH, body));
    expect(answer.status).toBe(status);
    const detail = code === "not-a-callback" ? { detail: expect.stringMatching(/^[\w ]+: ./) } : {};
    if (code !== undefined) expect(answer.body).toEqual({ error: { code, ...detail } });
    // Nothing that was turned away left a trace, or made us ask the bank.
    await world.rest();
    expect((await world.engine.queries.history("o")).length > 1).toBe(status === 202);
    expect(world.bank.reads.length > 0).toBe(status === 202);
  });

  test("too much is noticed while it comes, also when nobody says how much it will be", async () => {
    const { world, send } = await doors();
    await world.order("o");
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1;
        controller.enqueue(new Uint8Array(4096).fill(32));
      },
    });
    const answer = await send(
      new Request(`http://shop.test${AUTH}`, { method: "POST", body: endless, duplex: "half" } as RequestInit),
    );
    expect(answer.status).toBe(413);
    expect(sent).toBeLessThan(20);
  });

  test.each([AUTH, MANAGE])("%s takes nothing but a POST", async (path) => {
    const { get } = await doors();
    expect((await get(path)).status).toBe(404);
  });
});

describe("a callback", () => {
  test("about a payment that was not made here is 404, and the bank is not asked about it", async () => {
    const { world, send } = await doors();
    await world.order("o");
    for (const path of [AUTH, MANAGE]) {
      const answer = await send(post(path, { paymentId: "somebody-elses" }));
      expect(answer.status).toBe(404);
      expect(answer.body).toEqual({ error: { code: "unknown-payment" } });
    }
    await world.rest();
    expect(world.bank.reads).toEqual([]);
    expect(world.bank.tokens).toBe(0);
  });

  test("is acknowledged once it is stored, and says until when it is held", async () => {
    const { world, send } = await doors();
    await world.order("o", { at: T0 });
    const answer = await send(post(AUTH, told));
    expect(answer.status).toBe(202);
    expect(answer.body).toEqual({ outcome: "deferred", reason: "cooldown", until: "2026-11-20T12:01:00.000Z" });
    expect(world.bank.reads).toEqual([]);
    await world.after(MINUTE);
    expect(world.status("o")).toBe("processing");
  });

  test("that asks to be acknowledged when it was acted on gets 503 within the minute, and 202 after it", async () => {
    const { world, send } = await doors({ ack: "after-apply" });
    await world.order("o", { at: T0 });
    const early = await send(post(AUTH, told));
    expect(early.status).toBe(503);
    expect(early.headers.get("retry-after")).toBe("60");
    expect(early.body).toEqual({ error: { code: "cooldown" } });
    // The sender keeps it: here is nothing.
    expect(await world.engine.queries.history("o")).toHaveLength(1);
    await world.after(59_001);
    expect((await send(post(AUTH, told))).headers.get("retry-after")).toBe("1");
    await world.after(999);
    const late = await send(post(AUTH, told));
    expect(late.status).toBe(202);
    expect(late.body).toMatchObject({ outcome: "moved" });
    expect((await world.engine.queries.read("o"))?.facts.order.status).toBe("processing");
  });

  test("of management is taken like the other kind", async () => {
    const { world, send } = await doors();
    await world.order("o");
    expect(
      (await send(post(MANAGE, { paymentId: "pay-o", action: "CAPTURE", actionId: "1", created: "x" }))).status,
    ).toBe(202);
    await world.rest();
    expect(world.status("o")).toBe("processing");
    expect((await world.engine.queries.history("o")).at(1)?.event).toMatchObject({
      kind: "MANAGEMENT",
      claims: "CAPTURE",
    });
  });

  test.each(["INSPECTION", "CREDIT_APPROVED", "REJECTED", null])(
    "of an application for credit (%s) is a hint like any other",
    async (status) => {
      const { world, send } = await doors();
      await world.order("o");
      const told = { applicationId: "pay-o", status, created: "2026-11-20T12:00:00Z" };
      expect((await send(post("/callbacks/resurs/credit-application", told))).status).toBe(202);
      await world.rest();
      expect(world.status("o")).toBe("processing");
      const event = { kind: "CREDIT_APPLICATION", claims: status };
      expect((await world.engine.queries.history("o")).at(1)?.event).toMatchObject(event);
    },
  );
  test("of an application that no payment has, and of none, is not taken", async () => {
    const { send } = await doors();
    const tell = async (told: object) => (await send(post("/callbacks/resurs/credit-application", told))).status;
    expect([await tell({ applicationId: "invented" }), await tell({}), await tell({ paymentId: "pay-o" })]).toEqual([
      404, 400, 400,
    ]);
  });

  test("of management has an address of its own, for the order's payment alone, where the bank has such callbacks", () => {
    const key = { id: "k1", secret: "a key of these tests" };
    const keys = { returns: [key], callbacks: [key] };
    const to = (api: string) => urlsFor("http://engine.test", "o", api, keys);
    const { callbackUrl, managementUrl = "" } = to("resurs-mapi");
    expect([callbackUrl, managementUrl].map((url) => url.replace(/\/t\/[^/]+/, "/t"))).toEqual([
      "http://engine.test/callbacks/t/resurs/authorization",
      "http://engine.test/callbacks/t/resurs/management",
    ]);
    for (const api of ["nets-easy", "resurs-simplified", "resurs-rco", "another"]) {
      expect(to(api)).not.toHaveProperty("managementUrl");
    }
  });
});

describe("the token of the API", () => {
  const guarded: [string, string][] = [
    ["GET", "/orders"],
    ["POST", "/orders"],
    ["GET", "/orders/o"],
    ["GET", "/orders/o/history"],
    ["GET", "/orders/o/why"],
    ["POST", "/orders/o/events"],
    ["POST", "/orders/o/can"],
    ["POST", "/orders/reconcile"],
  ];
  const as = (method: string, path: string, token?: string) =>
    new Request(`http://shop.test${path}`, {
      method,
      ...(method === "POST" ? { body: "{}" } : {}),
      headers: token === undefined ? {} : { authorization: token },
    });

  test.each(guarded)("%s %s asks for it", async (method, path) => {
    const { send } = await doors({ apiToken: "open-sesame-please" });
    for (const wrong of [
      undefined,
      "",
      "open-sesame-please",
      "Bearer open-sesame-pleas",
      "Bearer open-sesame-please2",
      "Basic open-sesame-please",
    ]) {
      const answer = await send(as(method, path, wrong));
      expect(answer.status, `with ${wrong}`).toBe(401);
      expect(answer.headers.get("www-authenticate")).toBe("Bearer");
      expect(answer.text).not.toContain("sesame");
    }
    expect((await send(as(method, path, "Bearer open-sesame-please"))).status).not.toBe(401);
  });

  test("callbacks, returns and the health check do without", async () => {
    const { world, send, get } = await doors({ apiToken: "open-sesame-please" });
    await world.order("o");
    expect((await send(post(AUTH, told))).status).toBe(202);
    expect((await get("/returns/o/success")).status).toBe(200);
    expect((await get("/healthz")).status).toBe(200);
  });
});

describe("trouble", () => {
  const SECRET = "hunter2";
  /** A store whose every answer is an exception with a secret in it, once it is told to. */
  const leaking = () => {
    const inner = memoryStore();
    const state = { broken: false };
    const store = new Proxy(inner, {
      get(target, name) {
        const member = Reflect.get(target, name) as unknown;
        if (typeof member !== "function" || name === "open" || name === "close") return member;
        return async (...args: unknown[]) => {
          if (state.broken) throw new Error(`connect failed: password=${SECRET}`);
          return (member as (...a: unknown[]) => unknown).apply(target, args);
        };
      },
    }) as Store;
    return { store, state };
  };
  const asked: [string, () => Request][] = [
    ["a callback", () => post(AUTH, told)],
    ["a return", () => new Request("http://shop.test/returns/o/success")],
    ["the list", () => new Request("http://shop.test/orders")],
    ["one order", () => new Request("http://shop.test/orders/o")],
    ["its history", () => new Request("http://shop.test/orders/o/history")],
    ["why", () => new Request("http://shop.test/orders/o/why")],
    [
      "a new order",
      () => post("/orders", { orderId: "n", order: (({ previousPaymentIds: _, ...rest }) => rest)(order("p", T0)) }),
    ],
    ["an event", () => post("/orders/o/events", { type: "merchant.held" })],
    ["the answer before the click", () => post("/orders/o/can", { type: "merchant.held" })],
    ["the health check", () => new Request("http://shop.test/healthz")],
  ];
  test.each(asked)("%s: the caller gets a code, and never the text of the exception", async (_what, request) => {
    const { store, state } = leaking();
    const { world, send } = await doors({}, { store });
    await world.order("o");
    await world.rest();
    state.broken = true;
    const answer = await send(request());
    state.broken = false;
    expect(answer.status).toBeGreaterThanOrEqual(500);
    expect(answer.text).not.toContain(SECRET);
    expect([...answer.headers.values()].join()).not.toContain(SECRET);
  });

  test("the health check says that something is wrong for as long as nothing could be stored, without saying what", async () => {
    const { store, state } = leaking();
    const { world, send, get } = await doors({}, { store });
    await world.order("o");
    expect((await get("/healthz")).body).toMatchObject({ ok: true });
    state.broken = true;
    await send(post("/orders/o/events", { type: "merchant.held" }));
    state.broken = false;
    const ill = await get("/healthz");
    expect(ill.status).toBe(503);
    expect(ill.body).toMatchObject({ ok: false });
    expect(ill.text).not.toContain(SECRET);
    expect((await send(post("/orders/o/events", { type: "merchant.held" }))).status).toBe(200);
    expect((await get("/healthz")).status).toBe(200);
  });

  test("nobody sends anything to a node that says it is unwell, so it says so no longer than five seconds", async () => {
    const { store, state } = leaking();
    const { world, send, get } = await doors({}, { store });
    await world.order("o");
    state.broken = true;
    await send(post("/orders/o/events", { type: "merchant.held" }));
    state.broken = false;
    await world.after(4999);
    expect((await get("/readyz")).status).toBe(503);
    await world.after(1);
    expect((await get("/readyz")).status).toBe(200);
  });

  test("more than it can hold is answered 429 with the time to wait, and nothing of it is kept", async () => {
    const { world, send } = await doors({}, { limits: { waitingEvents: 3 } });
    await world.order("o");
    const some = Array.from({ length: 10 }, () =>
      send(post("/orders/o/events", { type: "order.updated", by: "erp", change: "x" })),
    );
    const answers = await Promise.all(some);
    const away = answers.filter(({ status }) => status === 429);
    expect(away.length).toBe(7);
    expect(away.every(({ headers, body }) => headers.get("retry-after") === "1" && "error" in body)).toBe(true);
    expect(answers.filter(({ status }) => status === 200).length).toBe(3);
    expect(await world.engine.queries.history("o")).toHaveLength(4);
  });

  test("more requests at once than it takes on are answered 429 at once, while the others wait; health checks are not counted", async () => {
    const { world, send, get } = await doors({ requestsAtOnce: 2 });
    await world.order("o", { at: T0 });
    // Held by the cooldown, so these wait.
    const waiting = ["a", "b"].map((id) =>
      send(
        new Request("http://shop.test/orders/o/events", {
          method: "POST",
          headers: { "content-type": "application/json", "idempotency-key": id },
          body: JSON.stringify({
            type: "callback.received",
            kind: "AUTHORIZATION",
            paymentId: "pay-o",
            claims: null,
            content: id,
          }),
        }),
      ),
    );
    await world.rest();
    const third = await get("/orders/o");
    expect([third.status, third.headers.get("retry-after")]).toEqual([429, "1"]);
    // Places of those who prove nothing are counted apart.
    expect((await send(post(AUTH, told))).status).toBe(202);
    expect((await get("/readyz")).status).toBe(200);
    await world.after(61_000);
    expect((await Promise.all(waiting)).map(({ status }) => status < 300)).toEqual([true, true]);
    expect((await send(post(AUTH, told))).status).toBe(202);
  });
});

describe("orders over HTTP", () => {
  const { previousPaymentIds: _, ...given } = order("pay-n", T0 - 10 * MINUTE);

  test("an order is placed, read, listed, explained", async () => {
    const { send, get } = await doors();
    expect((await send(post("/orders", { orderId: "n", order: given }))).status).toBe(201);
    expect((await send(post("/orders", { orderId: "n", order: given }))).status).toBe(201);
    expect((await get("/orders/n")).body).toMatchObject({ orderId: "n", version: 1 });
    const unflagged = { orders: [{ orderId: "n" }], next: null, says: {} };
    expect((await get("/orders?status=pending")).body).toMatchObject(unflagged);
    expect((await get("/orders?status=completed")).body).toMatchObject({ orders: [] });
    expect((await get("/orders?payment=pay-")).body).toMatchObject({ orders: [{ orderId: "n" }] });
    expect((await get("/orders?payment=pay-no")).body).toMatchObject({ orders: [] });
    expect((await get("/orders/n/why")).body).toMatchObject({
      orderId: "n",
      answer: { en: expect.any(String), sv: expect.any(String) },
    });
    expect((await get("/orders/n/history")).body).toMatchObject({ entries: [{ seq: 1 }] });
  });

  test.each([
    [
      "an order without a total",
      post("/orders", { orderId: "n", order: { ...given, total: undefined } }),
      400,
      "invalid-order",
    ],
    [
      "an order in fractions of a cent",
      post("/orders", { orderId: "n", order: { ...given, total: 0.5 } }),
      400,
      "invalid-order",
    ],
    ["an order without an id", post("/orders", { orderId: "", order: given }), 400, "invalid-order"],
    ["an order too large", post("/orders", " ".repeat(20_000)), 413, "body-too-large"],
    ["an event that is none", post("/orders/o/events", { type: "merchant.exploded" }), 400, "invalid-event"],
    ["an event for nobody", post("/orders/ghost/events", { type: "merchant.held" }), 404, "unknown-order"],
    [
      "a question about an event that is none",
      post("/orders/o/can", { type: "merchant.exploded" }),
      400,
      "invalid-event",
    ],
    ["a question about nobody", post("/orders/ghost/can", { type: "merchant.held" }), 404, "unknown-order"],
    ["an order that is not here", new Request("http://shop.test/orders/ghost"), 404, "unknown-order"],
    ["a list of a status that is none", new Request("http://shop.test/orders?status=shipped"), 400, "invalid-query"],
    ["a list of too many", new Request("http://shop.test/orders?limit=501"), 400, "invalid-query"],
    ["a return to a page that is none", new Request("http://shop.test/returns/o/thanks"), 400, "invalid-event"],
    ["a path that leads nowhere", new Request("http://shop.test/wp-login.php"), 404, "not-found"],
  ])("%s: %#", async (_what, request, status, code) => {
    const { world, send } = await doors();
    await world.order("o");
    const answer = await send(request);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ error: { code } });
    expect(await world.engine.queries.history("o")).toHaveLength(1);
  });

  test("what the order refuses is 409 with the reason; what it does is 200; the same key is the same click", async () => {
    const { world, send } = await doors();
    await world.order("frozen", { status: "processing", payment: "FROZEN" });
    const refused = await send(post("/orders/frozen/events", { type: "merchant.completed" }));
    expect(refused.status).toBe(409);
    expect(refused.body).toMatchObject({ outcome: "refused", reason: "unable-to-capture-frozen-order" });

    await world.order("o", { status: "processing" });
    const click = () => send(post("/orders/o/events", { type: "merchant.completed" }, { "idempotency-key": "click" }));
    const [first, second] = [await click(), await click()];
    expect(first.status).toBe(200);
    expect(first.body).toMatchObject({ outcome: "moved", to: "completed" });
    expect(second.status).toBe(200);
    expect(world.bank.calls.filter((call) => call.op === "capture")).toHaveLength(1);

    const verdict = await send(post("/orders/frozen/can", { type: "merchant.completed" }));
    expect(verdict.body).toMatchObject({ allowed: false, reason: "unable-to-capture-frozen-order" });
  });

  test.each([
    ["success", "ACCEPTED", "https://shop.test/thanks/o?order=o"],
    ["success", "REJECTED", "https://shop.test/cart"],
    ["fail", "TASK_REDIRECTION_REQUIRED", "https://shop.test/cart"],
    ["fail", "REJECTED", "https://shop.test/cart"],
    // Paid already, or under review: never asked to pay a second time.
    ["fail", "ACCEPTED", "https://shop.test/thanks/o?order=o"],
    ["signing-cancelled", "ACCEPTED", "https://shop.test/thanks/o?order=o"],
    ["fail", "FROZEN", "https://shop.test/thanks/o?order=o"],
  ])("a customer who comes back to %s with a payment that reads %s is sent on to %s", async (page, payment, to) => {
    const { world, get } = await doors({
      thankYouUrl: "https://shop.test/thanks/{orderId}?order={orderId}",
      cartUrl: "https://shop.test/cart",
    });
    await world.order("o", { payment });
    const answer = await get(await returnPath(world.engine, "o", page as "success"));
    expect(answer.status).toBe(303);
    expect(answer.headers.get("location")).toBe(to);
  });

  test("the same doors stand behind a real socket", async () => {
    const { world } = await doors();
    await world.order("o");
    const served = await listen(httpApp({ engine: world.engine, apiToken: null }).fetch);
    const answer = await fetch(`${served.url}${AUTH}`, { method: "POST", body: padded(16 * 1024 + 1) });
    expect(answer.status).toBe(413);
    expect((await fetch(`${served.url}/healthz`)).status).toBe(200);
    await served.close();
  });
});
