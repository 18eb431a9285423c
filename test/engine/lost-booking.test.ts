/**
 * Seed 002, step 4: the order's data is stored before bookPayment, so that what is heard of the payment later finds the
 * order. The bank books under the shop's own id: a booking whose answer is lost is read until the bank shows it.
 */
import { afterEach, describe, expect, test } from "vitest";
import { resursSimplified } from "../../src/gateways/resurs-legacy/simplified.js";
import { httpApp } from "../../src/http/app.js";
import { createEngine } from "../../src/runtime/embedded/engine.js";
import { memoryStore } from "../../src/stores/memory/store.js";
import { madeUpBooking } from "../../src/testing/doubles/resurs-legacy/customer.js";
import type { LegacyDouble } from "../../src/testing/doubles/resurs-legacy/double.js";
import { bankAndShop, placed, restOf, TOTAL, urls } from "./older-flows.js";
import { MINUTE, T0 } from "./place.js";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const GATEWAY = "resurs-simplified";

const shop = async (store = memoryStore()) => {
  const { clock, bank, woo, own } = await bankAndShop();
  const broken: { customer: Error | null } = { customer: null };
  const customerOf = () => {
    if (broken.customer !== null) throw broken.customer;
    return madeUpBooking.customerOf();
  };
  const gateway = resursSimplified({ ...own, ...madeUpBooking, customerOf });
  const another = () => createEngine({ store, gateways: [gateway], shop: woo.shop, clock });
  const engine = another();
  await engine.start();
  closing.push(bank.close, () => engine.stop());
  const app = httpApp({ engine, apiToken: null });
  const order = { ...placed, lines: [{ sku: "book", quantity: 1, total: TOTAL }] };
  woo.addOrder({ id: "1001", ...order, status: "pending" });
  await engine.place("1001", { ...order, gateway: GATEWAY });
  const rest = restOf(engine);
  return {
    bank,
    broken,
    engine,
    another,
    clock,
    woo,
    rest,
    pass: (ms: number) => clock.advanceTo(clock.now() + ms, rest),
    press: () => engine.checkout("1001", GATEWAY, urls),
    callback: async (kind: string) => {
      const answer = await app.fetch(new Request(`http://shop.test/callbacks/resurs/legacy/${kind}?paymentId=1001`));
      return answer.status;
    },
    stands: async () => {
      const record = await engine.queries.read("1001");
      const { order: is, payment, others } = record?.facts ?? {};
      return { status: is?.status, payment: payment?.id, authorized: payment?.authorized, others: others?.length };
    },
  };
};

/** The bank books, and its front answers 504. */
const lost = async (status: "BOOKED" | "FROZEN" = "BOOKED") => {
  const made = await shop();
  made.bank.nextBooking({ status });
  made.bank.front({ status: 504, passedOn: true });
  expect(await made.press()).toMatchObject({ kind: "failed" });
  made.bank.front(null);
  return made;
};
const asked = { paymentId: "1001", gateway: GATEWAY, total: 84_900 };
const accepted = {
  status: "ACCEPTED" as const,
  order: { totalOrderAmount: 849, authorizedAmount: 849, possibleActions: ["CAPTURE" as const] },
};
const paid = { status: "processing", payment: "1001", authorized: 84_900, others: 0 };

test("what the bank answered: the order has the keys of setOrderCheckoutMeta", async () => {
  const { press, rest, woo } = await shop();
  expect(await press()).toMatchObject({ kind: "ok", paymentId: "1001" });
  await rest();
  expect(woo.order("1001").meta).toMatchObject({
    checkoutType: "simplified",
    apiDataId: expect.any(String),
    orderSigningPayload: expect.any(String),
    resursReference: "1001",
  });
});

test.each([
  ["DENIED", (bank) => bank.nextBooking({ status: "DENIED" })],
  ["a no to our password", (bank) => bank.front({ status: 401, passedOn: false })],
] as [string, (bank: LegacyDouble) => void][])("%s: the order has them too, and no payment", async (_, says) => {
  const { bank, press, rest, stands, woo } = await shop();
  says(bank);
  expect(await press()).toMatchObject({ kind: "failed" });
  await rest();
  expect(woo.order("1001").meta).toMatchObject({ checkoutType: "simplified", resursReference: "1001" });
  expect(await stands()).toMatchObject({ status: "pending", payment: null });
});

describe("a booking that took effect, and whose answer was lost", () => {
  test("is found at once by a reading, and pays the order", async () => {
    const { pass, stands, woo } = await lost();
    await pass(MINUTE);
    expect(await stands()).toEqual(paid);
    expect(woo.order("1001").meta).toMatchObject({ resursReference: "1001", checkoutType: "simplified" });
  });

  test("is known to the bank's callback", async () => {
    const { callback, pass, stands } = await lost();
    expect(await callback("BOOKED")).toBe(202);
    await pass(2 * MINUTE);
    expect(await stands()).toEqual(paid);
  });

  test("keeps a customer who presses Pay again from a second one", async () => {
    const { press, stands } = await lost();
    expect(await press()).toEqual({ kind: "already-paid", paymentId: "1001", redirectUrl: urls.successUrl });
    expect(await stands()).toEqual(paid);
  });

  test("is waited for where the bank has frozen it", async () => {
    const { pass, stands } = await lost("FROZEN");
    await pass(MINUTE);
    expect(await stands()).toMatchObject({ status: "on-hold", payment: "1001" });
  });
});

test("one that the bank makes only after its front has given up is found later", async () => {
  const { bank, engine, callback, pass, press, stands } = await shop();
  bank.nextBooking({ status: "BOOKED" });
  bank.front({ status: 504, passedOn: false });
  expect(await press()).toMatchObject({ kind: "failed" });
  bank.front(null);
  await pass(MINUTE);
  expect(await stands()).toMatchObject({ status: "pending", payment: "1001", authorized: 0 });
  // The bank has it now: the same request, on its way for a minute.
  const again = await press();
  expect(again).toMatchObject({ kind: "ok", paymentId: "1001" });
  expect(await callback("BOOKED")).toBe(202);
  await pass(2 * MINUTE);
  expect(await stands()).toEqual(paid);
  expect((await engine.queries.read("1001"))?.flags).toEqual([]);
});

test("an id that is taken leads to a reading of what has it", async () => {
  const { bank, pass, press, stands } = await lost();
  // Nobody looked yet: the second booking comes first.
  bank.nextBooking({ status: "BOOKED" });
  await press();
  await pass(MINUTE);
  expect(await stands()).toEqual(paid);
});

test("what the bank has denied leaves its data with the order, and no payment", async () => {
  const { bank, pass, press, stands, woo } = await shop();
  bank.nextBooking({ status: "DENIED" });
  expect(await press()).toMatchObject({ kind: "failed" });
  await pass(MINUTE);
  expect(await stands()).toMatchObject({ status: "pending", payment: null, others: 0 });
  expect(woo.order("1001").meta).toMatchObject({ resursReference: "1001", checkoutType: "simplified" });
});

describe("a number that somebody else has booked with", () => {
  /** Another shop of the same web-service user, or this one before its numbers began anew. */
  const taken = async (total: number) => {
    const made = await shop();
    made.bank.setSeries("1001", [
      {
        from: T0,
        payment: {
          status: "ACCEPTED",
          order: { totalOrderAmount: total, authorizedAmount: total, possibleActions: ["CAPTURE"] },
        },
      },
    ]);
    return made;
  };

  test.each([849, 500])("is refused by the bank, and its %i kr pay nothing here", async (total) => {
    const { bank, pass, press, stands } = await taken(total);
    bank.nextBooking({ status: "BOOKED" });
    expect(await press()).toMatchObject({ kind: "failed", detail: expect.stringContaining("ALREADY_EXIST") });
    await pass(60 * MINUTE);
    expect(await stands()).toMatchObject({ status: "pending", payment: null, others: 0 });
  });

  test("is none of ours where the customer tried another bank before", async () => {
    const { bank, engine, pass, press, stands } = await taken(849);
    await engine.submit("1001", { type: "checkout.began", attempt: "elsewhere", gateway: "nets-easy", total: 84_900 });
    await pass(MINUTE);
    bank.nextBooking({ status: "BOOKED" });
    expect(await press()).toMatchObject({ kind: "failed" });
    await pass(60 * MINUTE);
    expect(await stands()).toMatchObject({ status: "pending", payment: null, others: 0 });
  });

  test("pays nothing, and is flagged, where the bank's refusal was lost and the amount is another", async () => {
    const { bank, engine, pass, press, stands } = await taken(500);
    bank.front({ status: 504, passedOn: true });
    bank.nextBooking({ status: "BOOKED" });
    await press();
    bank.front(null);
    await pass(60 * MINUTE);
    expect(await stands()).toMatchObject({ status: "pending" });
    const flags = (await engine.queries.read("1001"))?.flags.map(({ flag }) => flag);
    expect(flags).toEqual(["discrepancy:payment-of-another-order"]);
  });

  test("and that another order of this shop was given, is that one's", async () => {
    const { bank, engine, press, stands } = await shop();
    await engine.place("9", { total: 84_900, currency: "SEK", lines: [], gateway: GATEWAY, paymentId: "1001" });
    bank.front({ status: 504, passedOn: false });
    expect(await press()).toMatchObject({ kind: "failed" });
    bank.front(null);
    expect(bank.calls).toEqual([]);
    expect(await stands()).toMatchObject({ status: "pending", payment: null, others: 0 });
  });

  test.each([
    ["placed with", { type: "place" }],
    ["given", { type: "payment.attached", paymentId: "1001" }],
  ] as const)("cannot be what another order is %s while it is asked for here", async (_, event) => {
    const { engine, pass, stands, woo } = await shop();
    const order = { total: 84_900, currency: "SEK", lines: [], gateway: GATEWAY, createdAt: T0, updatedAt: T0 };
    woo.addOrder({ id: "9", ...order, status: "pending" });
    await engine.submit("1001", { type: "checkout.began", attempt: "a", ...asked });
    const placed = await engine.place("9", { ...order, paymentId: event.type === "place" ? "1001" : null });
    const said = event.type === "place" ? placed : await engine.submit("9", event);
    expect(said).toMatchObject({ outcome: "refused", reason: "payment-of-another-order" });
    await pass(2 * MINUTE);
    expect(await stands()).toMatchObject({ payment: "1001" });
  });
});

test("a callback that comes before the answer is heard", async () => {
  const { bank, engine, callback, pass, stands } = await shop();
  await engine.submit("1001", { type: "checkout.began", attempt: "a", ...asked });
  bank.setSeries("1001", [{ from: T0, payment: accepted }]);
  expect(await callback("BOOKED")).toBe(202);
  await pass(2 * MINUTE);
  expect(await stands()).toEqual(paid);
});

test("a checkout that throws ends its try, and whoever pressed hears why", async () => {
  const { broken, engine, pass, press, stands, rest, woo } = await shop();
  await engine.place("77", { total: 84_900, currency: "SEK", lines: [], gateway: GATEWAY });
  broken.customer = new Error("the customer's name is unknown");
  const detail = "the checkout broke off: the customer's name is unknown";
  expect(await press()).toMatchObject({ kind: "failed", detail: expect.stringContaining(detail) });
  await rest();
  const notes = woo.order("1001").notes.map(({ text }) => text);
  expect(notes).toEqual([
    expect.stringContaining("Creating the payment at Resurs Bank failed (the checkout broke off)"),
  ]);
  broken.customer = null;
  expect(await press()).toMatchObject({ kind: "ok", paymentId: "1001" });
  await pass(MINUTE);
  expect(await stands()).toMatchObject({ payment: "1001" });
});

test("a customer who had chosen another way, and then booked here, has paid here", async () => {
  const { bank, engine, pass, press, stands } = await shop();
  await engine.submit("1001", { type: "order.updated", by: "shop", change: "gateway", order: { gateway: null } });
  bank.nextBooking({ status: "BOOKED" });
  bank.front({ status: 504, passedOn: true });
  expect(await press()).toMatchObject({ kind: "failed" });
  bank.front(null);
  await pass(2 * MINUTE);
  expect(await stands()).toEqual(paid);
});

test("a booking whose process died before it heard the answer is read by the next one", async () => {
  const { another, bank, clock, engine } = await shop();
  await engine.submit("1001", { type: "checkout.began", attempt: "a", ...asked });
  // The process that sent it is gone; the bank has booked.
  await engine.stop();
  bank.setSeries("1001", [{ from: T0, payment: accepted }]);
  const next = another();
  await next.start();
  closing.push(() => next.stop());
  await clock.advanceTo(clock.now() + MINUTE, restOf(next));
  const { order, payment } = (await next.queries.read("1001"))?.facts ?? {};
  expect([order?.status, payment?.id, payment?.authorized]).toEqual(["processing", "1001", 84_900]);
});
