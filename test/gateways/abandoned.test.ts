/** A session at Nets that is left behind: whether it can be paid after its order was cancelled, and what comes of it if it is. */
import { afterEach, describe, expect, test } from "vitest";
import type { SomeSettings } from "../../machines/settings.js";
import { netsEasy } from "../../src/gateways/nets/easy.js";
import { netsDouble, VirtualClock } from "../../src/testing/index.js";
import { shopWith } from "./shop-with.js";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const TERMINATE = /\/terminate$/;

/** @param away how the calls that end a payment fare, as long as they do */
const left = async (
  away: () => Promise<Response> = async () => new Response(null, { status: 504 }),
  settings?: SomeSettings,
) => {
  const clock = new VirtualClock(Date.parse("2026-11-20T12:00:00.000Z"));
  const nets = await netsDouble({ clock });
  closing.push(nets.close);
  const ends: { at: number; came: string }[] = [];
  let isAway = true;
  let losing: RegExp | null = null;
  let refusing: RegExp | null = null;
  const refused: number[] = [];
  const authorization = "a0b1c2d3e4f5a6b7";
  const gateway = netsEasy({
    baseUrl: nets.url,
    secretKey: "secret",
    webhook: { authorization },
    clock,
    fetch: async (input, init) => {
      if (refusing?.test(String(input))) {
        refused.push(clock.now());
        return Response.json({ code: "1007", message: "not allowed", source: "Internal" }, { status: 500 });
      }
      if (losing?.test(String(input))) {
        losing = null;
        await fetch(input, init);
        throw new TypeError("fetch failed", { cause: new Error("other side closed") });
      }
      if (!TERMINATE.test(String(input))) return fetch(input, init);
      const end = { at: clock.now(), came: "lost" };
      ends.push(end);
      const answer = await (isAway ? away() : fetch(input, init));
      end.came = String(answer.status);
      return answer;
    },
  });
  const shop = await shopWith(clock, gateway, {
    delivering: nets.delivering,
    netsAuthorization: authorization,
    settings,
  });
  closing.push(shop.close);
  const paymentId = await shop.opened("1001");
  return {
    ...shop,
    ...{ clock, nets, ends, paymentId },
    back: () => {
      isAway = false;
    },
    refused,
    /** From now on the bank says no at such an address. */
    refuses: (address: RegExp) => {
      refusing = address;
    },
    /** The next answer from such an address is lost. */
    loses: (address: RegExp) => {
      losing = address;
    },
    record: () => shop.engine.queries.read("1001"),
    cancel: () => shop.engine.submit("1001", { type: "merchant.cancelled", via: "dropdown" }, { wait: "settled" }),
    isOver: async (id = paymentId): Promise<boolean> => {
      const answer = await fetch(`${nets.url}/v1/payments/${id}`, { headers: { authorization: "secret" } });
      return ((await answer.json()) as { payment: { terminated?: string } }).payment.terminated !== undefined;
    },
  };
};

describe("a payment that could not be ended with its order", () => {
  test.each<[string, () => Promise<Response>]>([
    ["HTTP 504", async () => new Response(null, { status: 504 })],
    ["HTTP 429", async () => new Response(null, { status: 429, headers: { "retry-after": "60" } })],
    ["no connection", async () => Promise.reject(new TypeError("fetch failed"))],
  ])("is ended when it is looked at again, after %s", async (_, away) => {
    const { back, cancel, isOver, nets, paymentId, pass, record } = await left(away);
    await cancel();
    await pass(2 * MINUTE);
    expect(await isOver()).toBe(false);
    back();
    await pass(20 * MINUTE);
    expect(await isOver()).toBe(true);
    nets.customerPays(paymentId);
    await pass(48 * HOUR);
    expect(nets.books(paymentId)).toMatchObject({ authorized: 0, captured: 0 });
    expect([(await record())?.facts.order.status, (await record())?.flags]).toEqual(["cancelled", []]);
  });

  test.each<[string, number, () => Promise<Response>]>([
    ["HTTP 500", 4, async () => new Response(null, { status: 500 })],
    ["HTTP 504", 15, async () => new Response(null, { status: 504 })],
    ["no connection", 55, async () => Promise.reject(new TypeError("fetch failed"))],
    [
      "HTTP 429 that names ten seconds",
      8,
      async () => new Response(null, { status: 429, headers: { "retry-after": "10" } }),
    ],
  ])("is ended within a minute, where %s lasts %i seconds", async (_, seconds, away) => {
    const { back, cancel, isOver, nets, paymentId, pass } = await left(away);
    await cancel();
    await pass(seconds * 1000);
    expect(await isOver()).toBe(false);
    back();
    await pass(MINUTE - seconds * 1000);
    expect(await isOver()).toBe(true);
    nets.customerPays(paymentId);
    await pass(48 * HOUR);
    expect(nets.books(paymentId)).toMatchObject({ authorized: 0, captured: 0 });
  });

  test("is not asked for again after a definite no: it was paid at the same moment", async () => {
    const { back, cancel, ends, nets, paymentId, pass, record } = await left();
    back();
    nets.customerPays(paymentId);
    await cancel();
    await pass(5 * MINUTE);
    // Paid by then: it is cancelled at the bank, and not ended.
    expect(ends).toEqual([]);
    expect(nets.books(paymentId)).toMatchObject({ authorized: 0, captured: 0, canceled: 1000 });
    expect((await record())?.flags).toEqual([]);
  });

  test("is not asked for again where the customer paid meanwhile: the bank says no, and that is all", async () => {
    const { back, cancel, clock, ends, nets, paymentId, pass } = await left();
    const since = clock.now();
    await cancel();
    await pass(1_000);
    nets.customerPays(paymentId);
    back();
    await pass(72 * HOUR);
    expect(ends.map(({ at, came }) => [Math.round((at - since) / 1000), came])).toEqual([
      [0, "504"],
      [5, "409"],
    ]);
  });

  test("keeps no reading waiting that a person asks for meanwhile, of this order or of another", async () => {
    const { cancel, clock, engine, nets, opened, paymentId, pass } = await left();
    const other = await opened("1002");
    const since = clock.now();
    await cancel();
    await pass(16_000);
    const asked = engine.submit("1001", { type: "reconcile.asked" }, { wait: "settled" });
    await engine.submit("1002", { type: "reconcile.asked" }, { wait: "settled" });
    await pass(MINUTE);
    const readAt = (id: string) =>
      nets.reads.filter((one) => one.paymentId === id).map(({ at }) => (at - since) / 1000);
    expect([readAt(other), readAt(paymentId)]).toEqual([[16], [0, 16]]);
    expect((await asked).outcome).toBe("ignored");
  });

  test("is not asked for again where somebody took the order up again: its customer may pay", async () => {
    const { back, cancel, ends, engine, isOver, pass, woo } = await left();
    await cancel();
    await pass(1_000);
    woo.directWrite("1001", "pending");
    await engine.submit("1001", { type: "order.seen", status: "pending" });
    back();
    await pass(10 * MINUTE);
    expect([ends.length, await isOver()]).toEqual([1, false]);
  });

  test("is asked for once with each look, and no more once it is over", async () => {
    const { back, cancel, clock, ends, pass } = await left();
    const since = clock.now();
    await cancel();
    await pass(21 * MINUTE);
    const seconds = () => ends.map(({ at }) => Math.round((at - since) / 1000));
    expect(seconds()).toEqual([0, 5, 15, 30, 45, 60, 1200]);
    back();
    await pass(72 * HOUR);
    // Two hours later the session has run out by itself.
    expect(seconds()).toEqual([0, 5, 15, 30, 45, 60, 1200]);
  });

  test("is ended however the order was asked for", async () => {
    const { back, cancel, engine, isOver, pass } = await left();
    await cancel();
    await pass(MINUTE);
    back();
    await engine.submit("1001", { type: "reconcile.asked" }, { wait: "settled" });
    await pass(1_000);
    expect(await isOver()).toBe(true);
  });

  test("of an earlier tab, it is ended, too", async () => {
    const { back, cancel, engine, isOver, paymentId, pass, url } = await left();
    const urls = { successUrl: `${url}/s`, failUrl: `${url}/f`, callbackUrl: `${url}/c` };
    const opened = await engine.checkout("1001", "nets-easy", urls);
    if (opened.kind !== "ok") throw new Error(opened.kind);
    expect(await isOver()).toBe(false);
    await cancel();
    back();
    await pass(20 * MINUTE);
    expect([await isOver(paymentId), await isOver(opened.paymentId)]).toEqual([true, true]);
  });

  test("is left alone where its order waits for it", async () => {
    const { back, ends, engine, isOver, nets, paymentId, pass, record } = await left();
    back();
    await engine.submit("1001", { type: "reconcile.asked" }, { wait: "settled" });
    await pass(30 * MINUTE);
    expect([ends, await isOver()]).toEqual([[], false]);
    nets.customerPays(paymentId);
    await pass(5 * MINUTE);
    expect((await record())?.facts.order.status).toBe("processing");
  });
});

describe("a session that is paid after its order was cancelled", () => {
  test("is flagged, and nothing is taken: the reservation waits for the merchant", async () => {
    const { cancel, nets, paymentId, pass, record } = await left();
    await cancel();
    nets.customerPays(paymentId);
    await pass(5 * MINUTE);
    const { facts, flags } = (await record()) ?? {};
    expect(facts?.order.status).toBe("cancelled");
    expect(flags).toMatchObject([{ flag: "discrepancy:paid-but-cancelled", clearedAt: null }]);
    await pass(72 * HOUR);
    expect(nets.books(paymentId)).toMatchObject({ authorized: 1000, captured: 0, canceled: 0 });
  });

  test("with Swish the money is there at once, and is flagged", async () => {
    const { cancel, nets, paymentId, pass, record } = await left();
    await cancel();
    nets.customerPays(paymentId, "A2A");
    await pass(72 * HOUR);
    expect((await record())?.flags).toMatchObject([{ flag: "discrepancy:paid-but-cancelled", clearedAt: null }]);
    expect(nets.books(paymentId)).toMatchObject({ captured: 1000, refunded: 0 });
  });

  test("is over at Nets when the link is, whoever tries", async () => {
    const { cancel, nets, paymentId, pass } = await left();
    await cancel();
    await pass(3 * HOUR);
    nets.customerPays(paymentId);
    expect(nets.books(paymentId)).toMatchObject({ authorized: 0, captured: 0 });
  });
});

describe("where the shop gives back what comes after the order was cancelled", () => {
  const giving = (away?: () => Promise<Response>, more: SomeSettings = {}) =>
    left(away, { ...more, choices: { cancelledThenAccepted: "give-back" } });

  test.each<[string, () => Promise<Response>]>([
    ["answered with 500", async () => new Response(null, { status: 500 })],
    ["dropped", async () => Promise.reject(new TypeError("fetch failed"))],
    ["answered with 429", async () => new Response(null, { status: 429, headers: { "retry-after": "600" } })],
  ])("a reservation is released, once, where the end was %s", async (_, away) => {
    const { cancel, nets, paymentId, pass, record, woo } = await giving(away);
    await cancel();
    await pass(MINUTE);
    nets.customerPays(paymentId);
    await pass(30 * MINUTE);
    expect(nets.books(paymentId)).toMatchObject({ authorized: 0, captured: 0, canceled: 1000 });
    await pass(72 * HOUR);
    expect(nets.calls.map(({ op, answer }) => [op, answer])).toEqual([["cancel", "204"]]);
    const { facts, flags } = (await record()) ?? {};
    expect([facts?.order.status, woo.order("1001").status]).toEqual(["cancelled", "cancelled"]);
    expect(flags).toMatchObject([{ flag: "discrepancy:paid-but-cancelled", clearedAt: expect.any(Number) }]);
    expect(JSON.stringify(woo.order("1001").notes)).toContain("paid at Nets after the order was cancelled");
  });

  test("with Swish it is refunded, and the order stays cancelled", async () => {
    const { cancel, nets, paymentId, pass, record, woo } = await giving();
    await cancel();
    await pass(MINUTE);
    nets.customerPays(paymentId, "A2A");
    await pass(72 * HOUR);
    expect(nets.books(paymentId)).toMatchObject({ captured: 1000, refunded: 1000 });
    expect(nets.calls.map(({ op }) => op)).toEqual(["refund"]);
    expect([(await record())?.facts.order.status, woo.order("1001").status]).toEqual(["cancelled", "cancelled"]);
    expect((await record())?.flags.filter(({ clearedAt }) => clearedAt === null)).toEqual([]);
  });

  test("whose answer is lost goes out once more only where the bank does not show it", async () => {
    const { cancel, loses, nets, paymentId, pass } = await giving();
    await cancel();
    await pass(MINUTE);
    loses(/\/cancels$/);
    nets.customerPays(paymentId);
    await pass(72 * HOUR);
    expect(nets.calls.map(({ op, applied }) => [op, applied])).toEqual([["cancel", true]]);
    expect(nets.books(paymentId)).toMatchObject({ authorized: 0, canceled: 1000 });
  });

  test("what the bank refuses is asked for once, and left to a person, flagged", async () => {
    const { cancel, nets, paymentId, pass, record, refused, refuses, woo } = await giving();
    await cancel();
    await pass(MINUTE);
    refuses(/\/cancels$/);
    nets.customerPays(paymentId);
    await pass(72 * HOUR);
    expect([refused.length, nets.books(paymentId)]).toMatchObject([1, { authorized: 1000 }]);
    expect([(await record())?.facts.order.status, woo.order("1001").status]).toEqual(["cancelled", "cancelled"]);
    expect((await record())?.flags).toMatchObject([{ flag: "discrepancy:paid-but-cancelled", clearedAt: null }]);
  });

  test("of an order that was paid, and cancelled with cancelling switched off, nothing is given back", async () => {
    const { back, cancel, nets, paymentId, pass, record } = await giving(undefined, { enableCancel: false });
    back();
    nets.customerPays(paymentId);
    await pass(5 * MINUTE);
    expect((await record())?.facts.order.status).toBe("processing");
    await cancel();
    await pass(72 * HOUR);
    expect([nets.calls, nets.books(paymentId)]).toMatchObject([[], { authorized: 1000 }]);
  });

  test("of an order that was taken up again in the shop, nothing is given back: it is paid", async () => {
    const { cancel, engine, nets, paymentId, pass, woo } = await giving();
    await cancel();
    await pass(MINUTE);
    woo.directWrite("1001", "pending");
    await engine.submit("1001", { type: "order.seen", status: "pending" }, { wait: "settled" });
    nets.customerPays(paymentId);
    await pass(10 * MINUTE);
    expect([nets.calls, woo.order("1001").status]).toEqual([[], "processing"]);
  });

  const writes = async ({ woo, engine }: Awaited<ReturnType<typeof giving>>, status: "cancelled" | "pending") => {
    woo.directWrite("1001", status);
    await engine.submit("1001", { type: "order.seen", status }, { wait: "settled" });
  };

  test.each([
    ["reserved", undefined],
    ["captured by Swish", "A2A"],
  ] as const)(
    "what was paid before another program cancelled the order is kept, and flagged: %s",
    async (_, method) => {
      const life = await giving();
      life.back();
      life.nets.customerPays(life.paymentId, method);
      await writes(life, "cancelled");
      await life.pass(72 * HOUR);
      expect([life.nets.calls, life.nets.books(life.paymentId)]).toMatchObject([
        [],
        method === undefined ? { authorized: 1000 } : { captured: 1000, refunded: 0 },
      ]);
      expect((await life.record())?.flags).toMatchObject([{ flag: "discrepancy:paid-but-cancelled", clearedAt: null }]);
      expect(JSON.stringify(life.woo.order("1001").notes)).not.toContain("after the order was cancelled");
    },
  );

  test.each([
    ["reserved", undefined],
    ["captured by Swish", "A2A"],
  ] as const)("what came after a reading had shown it unpaid goes back, whoever cancelled: %s", async (_, method) => {
    const life = await giving();
    await writes(life, "cancelled");
    await life.pass(2 * MINUTE);
    life.nets.customerPays(life.paymentId, method);
    await life.pass(30 * MINUTE);
    expect(life.nets.calls.map(({ op }) => op)).toEqual([method === undefined ? "cancel" : "refund"]);
    expect((await life.record())?.flags.filter(({ clearedAt }) => clearedAt === null)).toEqual([]);
    await life.pass(72 * HOUR);
    expect(life.nets.calls).toHaveLength(1);
  });

  test("of an order that was cancelled with an earlier attempt open beside, it goes back as well", async () => {
    const { cancel, engine, nets, pass, record, url } = await giving();
    const urls = { successUrl: `${url}/s`, failUrl: `${url}/f`, callbackUrl: `${url}/c` };
    const second = await engine.checkout("1001", "nets-easy", urls);
    if (second.kind !== "ok") throw new Error(second.kind);
    await cancel();
    await pass(2 * MINUTE);
    nets.customerPays(second.paymentId);
    await pass(30 * MINUTE);
    expect(nets.books(second.paymentId)).toMatchObject({ authorized: 0, canceled: 1000 });
    expect((await record())?.facts.order.status).toBe("cancelled");
  });

  test("cancelled again by another program after it was taken up, what was paid in between is kept", async () => {
    const life = await giving();
    await life.cancel();
    await life.pass(MINUTE);
    await writes(life, "pending");
    await life.pass(MINUTE);
    life.nets.customerPays(life.paymentId);
    await writes(life, "cancelled");
    await life.pass(72 * HOUR);
    expect([life.nets.calls, life.nets.books(life.paymentId)]).toMatchObject([[], { authorized: 1000 }]);
  });
});
