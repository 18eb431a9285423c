/** A session at Nets that is left behind: whether it can be paid after its order was cancelled, and what comes of it if it is. */
import { afterEach, describe, expect, test } from "vitest";
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
const left = async (away: () => Promise<Response> = async () => new Response(null, { status: 504 })) => {
  const clock = new VirtualClock(Date.parse("2026-11-20T12:00:00.000Z"));
  const nets = await netsDouble({ clock });
  closing.push(nets.close);
  const ends: { at: number; came: string }[] = [];
  let isAway = true;
  const authorization = "a0b1c2d3e4f5a6b7";
  const gateway = netsEasy({
    baseUrl: nets.url,
    secretKey: "secret",
    webhook: { authorization },
    clock,
    fetch: async (input, init) => {
      if (!TERMINATE.test(String(input))) return fetch(input, init);
      const end = { at: clock.now(), came: "lost" };
      ends.push(end);
      const answer = await (isAway ? away() : fetch(input, init));
      end.came = String(answer.status);
      return answer;
    },
  });
  const shop = await shopWith(clock, gateway, { delivering: nets.delivering, netsAuthorization: authorization });
  closing.push(shop.close);
  const paymentId = await shop.opened("1001");
  return {
    ...shop,
    ...{ clock, nets, ends, paymentId },
    back: () => {
      isAway = false;
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
    await pass(MINUTE);
    expect(await isOver()).toBe(false);
    back();
    await pass(20 * MINUTE);
    expect(await isOver()).toBe(true);
    nets.customerPays(paymentId);
    await pass(48 * HOUR);
    expect(nets.books(paymentId)).toMatchObject({ authorized: 0, captured: 0 });
    expect([(await record())?.facts.order.status, (await record())?.flags]).toEqual(["cancelled", []]);
  });

  test("is asked for once with each look, and no more once it is over", async () => {
    const { back, cancel, clock, ends, pass } = await left();
    const since = clock.now();
    await cancel();
    await pass(21 * MINUTE);
    const minutes = () => ends.map(({ at }) => Math.round((at - since) / MINUTE));
    expect(minutes()).toEqual([0, 0, 0, 20]);
    back();
    await pass(72 * HOUR);
    // Two hours later the session has run out by itself.
    expect(minutes()).toEqual([0, 0, 0, 20]);
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
