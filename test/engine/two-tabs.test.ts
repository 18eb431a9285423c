/** A customer with two tabs: at Nets the first one's payment is ended when the second is opened, elsewhere it may be paid. */
import { afterEach, describe, expect, test } from "vitest";
import { netsEasy } from "../../src/gateways/nets/easy.js";
import { resursSimplified } from "../../src/gateways/resurs-legacy/simplified.js";
import type { Gateway, GatewayAnswer } from "../../src/ports/gateway.js";
import type { Log } from "../../src/ports/log.js";
import { createEngine, type Engine } from "../../src/runtime/embedded/engine.js";
import { memoryStore } from "../../src/stores/memory/store.js";
import { madeUpBooking } from "../../src/testing/doubles/resurs-legacy/customer.js";
import { legacyDouble } from "../../src/testing/doubles/resurs-legacy/double.js";
import { type NetsDouble, netsDouble, VirtualClock, wooDouble } from "../../src/testing/index.js";
import { T0, until } from "./place.js";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const HOUR = 3_600_000;
const lines = [{ sku: "book", quantity: 1, total: 84_900 }];
const urls = {
  successUrl: "https://shop.test/ok",
  failUrl: "https://shop.test/no",
  callbackUrl: "https://shop.test/cb",
};

const shop = async (more: Partial<Gateway> | ((real: Gateway) => Partial<Gateway>) = {}, log?: Log) => {
  const clock = new VirtualClock(T0);
  const nets = await netsDouble({ clock });
  const woo = wooDouble({ now: () => clock.now() });
  const real = netsEasy({ baseUrl: nets.url, secretKey: "secret", clock });
  const gateway = { ...real, ...(typeof more === "function" ? more(real) : more) };
  const engine = createEngine({ store: memoryStore(), gateways: [gateway], shop: woo.shop, clock, log });
  await engine.start();
  closing.push(nets.close, () => engine.stop());
  const order = { total: 84_900, currency: "SEK", lines, needsProcessing: true, createdAt: T0, updatedAt: T0 };
  woo.addOrder({ id: "1001", ...order, status: "pending", datePaid: null });
  const payment = { gateway: "nets-easy", paymentId: null, previousPaymentIds: [], customerReturned: false };
  await engine.place("1001", { ...order, status: "pending", ...payment });
  return { nets, engine, clock };
};

const pressesPay = async (engine: Engine): Promise<string> => {
  const opened = await engine.checkout("1001", "nets-easy", urls);
  if (opened.kind !== "ok") throw new Error(`no payment was opened: ${opened.kind}`);
  return opened.paymentId;
};

const isOver = async (nets: NetsDouble, paymentId: string): Promise<boolean> => {
  const answer = await fetch(`${nets.url}/v1/payments/${paymentId}`, { headers: { authorization: "secret" } });
  return ((await answer.json()) as { payment: { terminated?: string } }).payment.terminated !== undefined;
};

/** An end that nobody answered is asked for again for a minute. */
const aMinute = async (engine: Engine, clock: VirtualClock): Promise<void> => {
  for (let seconds = 0; seconds < 65; seconds += 5) {
    await until(() => engine.idle, "rest");
    clock.set(clock.now() + 5_000);
  }
  await until(() => engine.idle, "rest");
};

describe("two tabs at Nets", () => {
  test("the payment of the first tab is ended when the second is opened, and cannot be paid any more", async () => {
    const { nets, engine } = await shop();
    const first = await pressesPay(engine);
    const second = await pressesPay(engine);
    await until(() => isOver(nets, first), "the end of the first payment");
    nets.customerPays(first);
    nets.customerPays(second);
    await engine.submit("1001", { type: "customer.returned", page: "success" }, { wait: "settled" });
    const record = await engine.queries.read("1001");
    expect(record?.facts).toMatchObject({
      order: { status: "processing" },
      payment: { id: second, authorized: 84_900 },
    });
    expect(record?.flags).toEqual([]);
  });

  test("a first tab that was paid meanwhile pays the order, and is not ended", async () => {
    const { nets, engine } = await shop();
    const first = await pressesPay(engine);
    nets.customerPays(first);
    expect((await engine.checkout("1001", "nets-easy", urls)).kind).toBe("already-paid");
    expect(await isOver(nets, first)).toBe(false);
  });

  test("the payment of an order that the merchant cancels is ended", async () => {
    const { nets, engine } = await shop();
    const first = await pressesPay(engine);
    await engine.submit("1001", { type: "merchant.cancelled", via: "dropdown" }, { wait: "settled" });
    await until(() => isOver(nets, first), "the end of the payment");
    nets.customerPays(first);
    expect(nets.books(first)).toMatchObject({ authorized: 0, captured: 0 });
  });

  test.each<[string, GatewayAnswer | Error]>([
    ["no answer", { kind: "unknown", detail: "HTTP 504" }],
    ["no connection", { kind: "retry", afterMs: null, detail: "ECONNREFUSED" }],
    ["a broken answer", new Error("fetch failed")],
  ])("an end that is answered with %s is asked for again", async (_, first) => {
    const asked: string[] = [];
    const { nets, engine, clock } = await shop((real) => ({
      endPayment: async (call) => {
        asked.push(call.paymentId);
        if (asked.length > 1) return real.endPayment?.(call) ?? Promise.reject();
        return first instanceof Error ? Promise.reject(first) : first;
      },
    }));
    const paymentId = await pressesPay(engine);
    await engine.submit("1001", { type: "merchant.cancelled", via: "dropdown" }, { wait: "settled" });
    await aMinute(engine, clock);
    expect(await isOver(nets, paymentId)).toBe(true);
    expect(asked).toEqual([paymentId, paymentId]);
  });

  test("an end whose answer was lost is asked for again, and a no to that is an answer", async () => {
    const asked: GatewayAnswer[] = [];
    const { nets, engine, clock } = await shop((real) => ({
      endPayment: async (call) => {
        const answer = (await real.endPayment?.(call)) ?? { kind: "ok", reading: null };
        asked.push(answer);
        return asked.length === 1 ? { kind: "unknown", detail: "timed out" } : answer;
      },
    }));
    const paymentId = await pressesPay(engine);
    await engine.submit("1001", { type: "merchant.cancelled", via: "dropdown" }, { wait: "settled" });
    await aMinute(engine, clock);
    expect(asked.map(({ kind }) => kind)).toEqual(["ok", "refused"]);
    expect(await isOver(nets, paymentId)).toBe(true);
  });

  test.each<[string, GatewayAnswer, number]>([
    ["no answer, ever", { kind: "unknown", detail: "HTTP 504" }, 6],
    ["a no", { kind: "refused", reason: "gateway-refused", detail: "HTTP 409" }, 1],
    ["a wish to be left alone", { kind: "retry", afterMs: 60_000, detail: "HTTP 429" }, 2],
  ])("after %s it is left to the session's own end", async (_, answer, times) => {
    const asked: string[] = [];
    const lines: string[] = [];
    const log = { debug() {}, info() {}, error() {}, warn: (_: object, message: string) => void lines.push(message) };
    const endPayment = async ({ paymentId }: { paymentId: string }) => {
      asked.push(paymentId);
      return answer;
    };
    const { engine, clock } = await shop({ endPayment }, log);
    const paymentId = await pressesPay(engine);
    await engine.submit("1001", { type: "merchant.cancelled", via: "dropdown" }, { wait: "settled" });
    await aMinute(engine, clock);
    expect(asked).toEqual(Array.from({ length: times }, () => paymentId));
    expect(lines.filter((line) => line === "an unpaid payment was not ended at the bank")).toHaveLength(times);
  });

  test("where the end did not come through, the session is over when its link is", async () => {
    const { nets, engine, clock } = await shop({ endPayment: async () => ({ kind: "unknown", detail: "HTTP 504" }) });
    const first = await pressesPay(engine);
    await engine.submit("1001", { type: "merchant.cancelled", via: "dropdown" }, { wait: "settled" });
    clock.set(clock.now() + 3 * HOUR);
    nets.customerPays(first);
    expect(nets.books(first)).toMatchObject({ authorized: 0, captured: 0 });
  });

  test("who pays in between has paid a cancelled order, which has a flag; nothing is taken", async () => {
    const { nets, engine, clock } = await shop({ endPayment: async () => ({ kind: "unknown", detail: "HTTP 504" }) });
    const first = await pressesPay(engine);
    await engine.submit("1001", { type: "merchant.cancelled", via: "dropdown" }, { wait: "settled" });
    nets.customerPays(first);
    await aMinute(engine, clock);
    await engine.submit("1001", { type: "customer.returned", page: "success" }, { wait: "settled" });
    const record = await engine.queries.read("1001");
    expect(record?.facts.order.status).toBe("cancelled");
    expect(record?.flags).toMatchObject([{ flag: "discrepancy:paid-but-cancelled", clearedAt: null }]);
    expect(nets.books(first)).toMatchObject({ authorized: 849, captured: 0 });
  });

  test.each<[string, () => Promise<GatewayAnswer>]>([
    ["a no", async () => ({ kind: "refused", reason: "gateway-refused", detail: "HTTP 400" })],
    ["no answer", async () => ({ kind: "unknown", detail: "HTTP 504" })],
    ["later", async () => ({ kind: "retry", afterMs: 86_400_000, detail: "HTTP 429" })],
    ["a fault of the adapter's", async () => Promise.reject(new Error("a bug"))],
  ])("what comes of ending it keeps nobody waiting: %s", async (_, endPayment) => {
    const { nets, engine } = await shop({ endPayment });
    await pressesPay(engine);
    const second = await pressesPay(engine);
    nets.customerPays(second);
    await engine.submit("1001", { type: "customer.returned", page: "success" }, { wait: "settled" });
    expect((await engine.queries.read("1001"))?.facts.order.status).toBe("processing");
  });
});

test("what was signed in the first tab of Resurs's older flow is booked, and pays the order", async () => {
  const clock = new VirtualClock(T0);
  const bank = await legacyDouble({ clock });
  const woo = wooDouble({ now: () => clock.now() });
  const { baseUrl } = bank.addresses;
  const gateway = resursSimplified({
    baseUrl,
    userName: "shop",
    password: "a-password-of-the-shop",
    clock,
    ...madeUpBooking,
  });
  const engine = createEngine({ store: memoryStore(), gateways: [gateway], shop: woo.shop, clock });
  await engine.start();
  closing.push(bank.close, () => engine.stop());
  const order = { total: 84_900, currency: "SEK", lines, needsProcessing: true };
  woo.addOrder({ id: "1001", ...order, status: "pending" });
  await engine.place("1001", { ...order, gateway: "resurs-simplified" });
  const pressesPay = async () => {
    bank.nextBooking({ status: "SIGNING", signingUrl: "https://sign.test/x" });
    const opened = await engine.checkout("1001", "resurs-simplified", urls);
    if (opened.kind !== "ok") throw new Error(opened.kind);
    return opened.paymentId;
  };
  const first = await pressesPay();
  const { attempt } = (await engine.queries.read("1001"))?.facts.payment ?? {};
  // The shop names the payment, so both tabs sign the same one.
  expect(await pressesPay()).toBe(first);
  expect((await engine.queries.read("1001"))?.facts.payment.attempt).not.toBe(attempt);
  bank.whenSigned(first, "BOOKED");
  bank.customerSigns(first);
  const back = { type: "customer.returned", page: "signing-landing", attempt: attempt ?? first } as const;
  await engine.submit("1001", back, { wait: "settled" });
  const { payment, order: paid } = (await engine.queries.read("1001"))?.facts ?? {};
  expect([payment?.id, paid?.status, bank.books(first)?.authorized]).toEqual([first, "processing", 849]);
});
