/** Row 6: ill-formed text, dates out of range and numbers for ids are refused by name at every edge. */
import { afterEach, describe, expect, test } from "vitest";
import type { Command, NewOrder } from "../../machines/events.js";
import { netsEasy } from "../../src/gateways/nets/easy.js";
import type { EngineOptions } from "../../src/index.js";
import type { SubmitOptions } from "../../src/ports/runtime.js";
import { sqliteStore } from "../../src/stores/sqlite/store.js";
import { VirtualClock } from "../../src/testing/index.js";
import { callback, order, Place, post, T0, temporary, trusted, unlimited } from "../engine/place.js";

const NETS = "what Nets sends back";

let ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.reverse()) await end();
  ends = [];
});

const onSqlite = async (options: Partial<EngineOptions> = {}) => {
  const { file, remove } = await temporary();
  ends.push(remove);
  const place = await Place.made({ store: sqliteStore({ file }), ...options });
  ends.push(() => place.end());
  const { fetch } = trusted({ engine: place.engine, limits: unlimited, netsAuthorization: NETS });
  const send = async (request: Request) => {
    const answer = await fetch(request);
    return { status: answer.status, text: await answer.text() };
  };
  return { place, send };
};

/** Four others, each with a callback that is held: their timers ring, their effects are delivered, they are listed. */
const othersGoOn = async (place: Place) => {
  const ids = Array.from({ length: 4 }, (_, i) => `other-${i}`);
  for (const id of ids) {
    await place.order(id, { at: place.clock.now() });
    await place.engine.submit(id, callback(`pay-${id}`));
  }
  await place.after(120_000);
  const rows = await place.engine.queries.list({ limit: 500 });
  expect(rows.filter(({ orderId }) => orderId.startsWith("other-")).map(({ status }) => status)).toEqual(
    ids.map(() => "processing"),
  );
  expect(ids.map((id) => place.status(id))).toEqual(ids.map(() => "processing"));
  // Without a limit, because the clock stands still.
  const asked = place.engine.reconcile({ freshMs: 0, dryRun: true, perSecond: Number.POSITIVE_INFINITY });
  for await (const { orderId, outcome } of asked) if (ids.includes(orderId)) expect(outcome).toBe("explained");
  expect(await place.engine.queries.health()).toMatchObject({ ok: true, trouble: null });
};

const hostileIds: [what: string, id: unknown, says: RegExp][] = [
  ["half a surrogate pair", "\ud800", /orderId: must be well-formed Unicode; U\+D800 at 0/],
  ["the other half, in the middle", "a\udc00b", /orderId: must be well-formed Unicode; U\+DC00 at 1/],
  ["NUL", "a\0b", /orderId: must have no control or format characters; U\+0000 stands at 1/],
  ["an escape sequence", "\u001b[2J", /orderId: must have no control/],
  ["a line break", "a\nb", /orderId: must have no control/],
  ["a turned writing direction", "\u202e1001", /orderId: must have no control or format/],
  ["nothing", "", /orderId: must not be empty/],
  ["a space at the end", "1001 ", /orderId: must not begin or end with a space/],
  ["a path", "..", /orderId: must not be \. or \.\./],
  ["10 KB", "x".repeat(10_240), /orderId: must have at most 100 characters/],
  ["a number", 1001, /orderId: must be a string/],
  ["an object", { id: 1 }, /orderId: must be a string/],
  ["nothing at all", undefined, /orderId: must be a string/],
];

describe("doors 6: an order's id", () => {
  test.each(hostileIds)("that is %s is refused by name, and the others go on", async (_what, id, says) => {
    const { place, send } = await onSqlite();
    const given = id as string;
    await expect(place.engine.place(given, order(null, T0))).rejects.toThrow(says);
    const answer = await send(post("/orders", { orderId: id, order: order(null, T0) }));
    expect(answer.status).toBe(400);
    expect(answer.text).toMatch(/"path":\["orderId"\]/);
    await othersGoOn(place);
  });

  test.each([1001, { id: 1 }, null, undefined])(
    "that is %j is refused by name wherever it is asked about",
    async (id) => {
      const { place } = await onSqlite();
      await place.order("1001");
      const { engine } = place;
      const given = id as unknown as string;
      const asked: [string, () => Promise<unknown>][] = [
        ["submit", () => engine.submit(given, { type: "merchant.completed" })],
        ["can", () => engine.queries.can(given, { type: "merchant.completed" })],
        ["read", () => engine.queries.read(given)],
        ["why", () => engine.queries.why(given)],
        ["history", () => engine.queries.history(given)],
        ["effectsOf", () => engine.queries.effectsOf(given)],
        ["parked", () => engine.queries.parked(given)],
        ["cooldownEndsAt", () => engine.queries.cooldownEndsAt(given)],
        ["payment", () => engine.payment(given)],
        ["checkout", () => engine.checkout(given, "resurs-mapi", { successUrl: "", failUrl: "", callbackUrl: "" })],
      ];
      for (const [name, ask] of asked) await expect(ask(), name).rejects.toThrow("orderId: must be a string");
      await expect(engine.queries.findByPayment(given)).rejects.toThrow("paymentId: must be a string");
      await expect(engine.revive(given)).rejects.toThrow("id: must be a string");
      if (id !== undefined) {
        await expect(engine.queries.list({ limit: 5, after: given })).rejects.toThrow(/filter\.after: /);
      }
      await othersGoOn(place);
    },
  );

  test.each(["\ud800", "a\0b", "\u202e", "x".repeat(900)])("%j in an address finds nobody", async (id) => {
    const { place, send } = await onSqlite();
    await place.order("1001");
    // What UTF-8 makes of half a pair is another order's id.
    await place.order("\ufffd", { paymentId: null });
    for (const what of ["", "/history", "/effects", "/why", "/payment"]) {
      const path = Buffer.from(id).toString("hex").replaceAll(/../g, "%$&");
      const { status, text } = await send(new Request(`http://shop.test/orders/${path}${what}`));
      if (id !== "\ud800") expect([200, 400, 404], `${what}: ${text}`).toContain(status);
      await expect(place.engine.queries.read(id).catch(() => null)).resolves.toBeNull();
    }
    await othersGoOn(place);
  });
});

describe("doors 6: an event's id", () => {
  test.each([
    ["half a surrogate pair", "x\ud800", "options.id: must be well-formed"],
    ["NUL", "x\0", "options.id: must have no control"],
    ["a number", 7, "options.id: must be a string"],
    ["10 KB", "x".repeat(10_240), "options.id: must have at most 100"],
  ])("that is %s is refused by name, and the others go on", async (_what, id, says) => {
    const { place } = await onSqlite();
    await place.order("1001");
    const options = { id } as SubmitOptions;
    await expect(place.engine.submit("1001", { type: "reconcile.asked" }, options)).rejects.toThrow(says);
    await othersGoOn(place);
  });

  test.each([
    [{ source: "stranger" }, "options.source"],
    [{ wait: "for ever" }, "options.wait"],
    [{ timeoutMs: Number.POSITIVE_INFINITY }, "options.timeoutMs"],
    [{ unheard: 1 }, "options"],
  ])("beside options that are none (%j)", async (options, says) => {
    const { place } = await onSqlite();
    await place.order("1001");
    const given = options as unknown as SubmitOptions;
    await expect(place.engine.submit("1001", { type: "reconcile.asked" }, given)).rejects.toThrow(says);
  });

  test("is not shortened: two long keys that begin alike are two", async () => {
    const { place, send } = await onSqlite();
    await place.order("1001");
    const long = "k".repeat(100);
    const events = [`${long}a`, `${long}b`].map((key) =>
      post("/orders/1001/events", { type: "order.updated", by: "s", change: "c" }, { "idempotency-key": key }),
    );
    for (const event of events) expect((await send(event)).status).toBe(400);
  });

  test.each(["x\ud800", "x\0", "x\u001b[2J", "\u202ex"])("of a webhook of Nets, %j", async (id) => {
    const clock = new VirtualClock(T0);
    const nets = netsEasy({ baseUrl: "http://127.0.0.1:9", secretKey: "secret", clock });
    const { place, send } = await onSqlite({ gateways: [nets] });
    await place.order("1001", { gateway: "nets-easy" });
    const body = { id, event: "payment.checkout.completed", data: { paymentId: "pay-1001" } };
    const answer = await send(post("/callbacks/nets", body, { authorization: NETS }));
    expect(answer).toMatchObject({ status: 400, text: expect.stringMatching(/not-a-webhook.*id: must/) });
    expect(await place.engine.queries.history("1001")).toHaveLength(1);
    expect(await send(post("/callbacks/nets", { ...body, id: "x" }, { authorization: NETS }))).toMatchObject({
      status: 200,
    });
    expect(await place.engine.queries.list({ limit: 5 })).toHaveLength(1);
  });
});

describe("doors 6: a moment", () => {
  const YEAR_0 = Date.UTC(0, 0) - 1900 * 365.2425 * 86_400_000;
  test.each([
    9_007_199_254_740_991,
    8_640_000_000_000_000,
    YEAR_0,
    0,
    -1,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    2 ** 53,
  ])("of %d is refused by name", async (at) => {
    const { place, send } = await onSqlite();
    for (const field of ["createdAt", "updatedAt"] as const) {
      const wrong = order(null, T0, { [field]: at });
      await expect(place.engine.place("1001", wrong)).rejects.toThrow(`order.${field}: must `);
      if (Number.isFinite(at)) {
        const answer = await send(post("/orders", { orderId: "1001", order: wrong }));
        expect(answer).toMatchObject({ status: 400, text: expect.stringContaining(`"path":["order","${field}"]`) });
      }
    }
    await othersGoOn(place);
  });

  test.each([
    ["two hours ahead", 7_200_000],
    ["a day ahead", 86_400_000],
    ["seventy years ahead", 70 * 365 * 86_400_000],
  ])("%s counts as now: a callback is held for a minute", async (_what, ahead) => {
    const { place } = await onSqlite();
    await place.order("1001", { at: T0 + ahead });
    await place.after(30_000);
    await place.engine.submit("1001", callback("pay-1001"));
    await place.after(31_000);
    expect(place.status("1001")).toBe("processing");
    expect((await place.engine.queries.read("1001"))?.facts.order.createdAt).toBe(T0);
  });

  test("ahead of ours is no longer the life of a link, nor the customer's return", async () => {
    const { place } = await onSqlite();
    const customerReturned = true;
    await place.order("1001", { payment: "TASK_REDIRECTION_REQUIRED", at: T0 + 7_200_000, customerReturned });
    expect((await place.engine.queries.read("1001"))?.facts.order.customerReturnedAt).toBe(T0);
    await place.after(121 * 60_000);
    expect(place.status("1001")).toBe("cancelled");
  });
});

describe("doors 6: an order", () => {
  const wrong: [field: string, more: object][] = [
    ["order.total", { total: 2 ** 53 }],
    ["order.total", { total: Number.POSITIVE_INFINITY }],
    ["order.total", { total: "100" }],
    ["order.currency", { currency: "\ud800kr" }],
    ["order.gateway", { gateway: "resurs\0" }],
    ["order.paymentId", { paymentId: "p\ud800" }],
    ["order.previousPaymentIds.0", { previousPaymentIds: ["\u202e"] }],
    ["order.lines.0.sku", { lines: [{ sku: "\udfff", quantity: 1, total: 1 }] }],
    ["order.lines", { lines: [9e15, 9e15].map((total) => ({ sku: "a", quantity: 1, total })) }],
    ["order.meta.a", { meta: { a: "\0" } }],
    ["order.meta.a.0", { meta: { a: [Number.NaN] } }],
    ["order.meta.a.b", { meta: { a: { b: () => 1 } } }],
    ["order.meta.__proto__", { meta: JSON.parse('{"__proto__":1}') }],
    ["order.meta.\ud800", { meta: { "\ud800": 1 } }],
  ];
  test.each(wrong)("is refused for its %s", async (field, more) => {
    const { place } = await onSqlite();
    const given = { ...order(null, T0), ...more } as NewOrder;
    await expect(place.engine.place("1001", given)).rejects.toThrow(`${field}: `);
  });

  test.each([null, undefined, "an order", 7])("that is %j is refused by name", async (given) => {
    const { place } = await onSqlite();
    await expect(place.engine.place("1001", given as unknown as NewOrder)).rejects.toThrow("order.total: must ");
  });

  test.each(["constructor", "__proto__", "toString", "hasOwnProperty"])(
    "may be paid through a gateway called %s, and be called so",
    async (name) => {
      const { place } = await onSqlite();
      await place.engine.place(
        name,
        order(null, T0, { gateway: name, paymentId: name, meta: { [`a ${name}`]: name } }),
      );
      await place.engine.submit(name, { type: "order.updated", by: name, change: name });
      expect(await place.engine.queries.read(name)).toMatchObject({
        orderId: name,
        facts: { payment: { gateway: name } },
      });
      expect(await place.engine.queries.why(name)).not.toBeNull();
      await othersGoOn(place);
    },
  );

  test("of a person's words is kept to the byte", async () => {
    const { place } = await onSqlite();
    await place.order("räksmörgås-🍤/1");
    const event: Command = { type: "order.updated", by: "Åsa \u202e", change: "two\nlines\tand 🍤" };
    await place.engine.submit("räksmörgås-🍤/1", event);
    expect((await place.engine.queries.history("räksmörgås-🍤/1")).at(-1)?.event).toEqual(event);
  });
});

test("doors 6: bytes that are no UTF-8 are refused, not read as other ones", async () => {
  const { place, send } = await onSqlite();
  const body = Buffer.concat([Buffer.from('{"orderId":"'), Buffer.from([0xe5]), Buffer.from('","order":{}}')]);
  const headers = { "content-type": "application/json" };
  const request = new Request("http://shop.test/orders", { method: "POST", headers, body });
  expect(await send(request)).toEqual({ status: 400, text: '{"error":{"code":"not-utf8"}}' });
  expect(await place.engine.queries.list({ limit: 5 })).toEqual([]);
});
