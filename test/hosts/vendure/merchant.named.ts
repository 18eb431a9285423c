/** The Vendure plugin in a real server, once an order is paid: each row is a fault that a shop met with an earlier recipe. */
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../../engine/place.js";
import { actsAt } from "./acts.js";
import { type Place, startVendure } from "./place.js";
import { adminOf, LAMP, type Office, type Order, officeOf, storefrontOf, TABLE } from "./shop.js";

let place: Place;
let office: Office;
beforeAll(async () => {
  place = await startVendure();
  office = officeOf(place.admin);
}, 480_000);
afterAll(() => place?.end());

const { bank, cart, begin, paysAt, orderWith, authorised } = actsAt(() => place);

test("paid, settled, refunded in part", async () => {
  const { code, order, paymentId, row } = await authorised(LAMP);
  expect(order).toMatchObject({ totalWithTax: 13_000, payments: [{ state: "Authorized", amount: 13_000 }] });
  expect(bank().creates.at(-1)).toMatchObject({
    order: {
      orderLines: [
        { description: "A lamp", vatRate: 25, totalVatAmount: 20, totalAmountIncludingVat: 100 },
        { description: "By post", type: "SHIPPING", vatRate: 25, totalVatAmount: 6, totalAmountIncludingVat: 30 },
      ],
    },
  });
  expect(await office.settle(row)).toMatchObject({ __typename: "Payment" });
  expect(await office.order(code)).toMatchObject({ state: "PaymentSettled", payments: [{ state: "Settled" }] });
  expect(bank().books(paymentId)).toMatchObject({ captured: 130, authorized: 0 });
  expect(await office.refund(row, 3000)).toEqual({ __typename: "Refund", id: expect.any(String) });
  const after = await office.order(code);
  expect(after.payments[0]?.refunds).toMatchObject([{ state: "Settled", total: 3000 }]);
  expect(bank().books(paymentId)).toMatchObject({ refunded: 30 });
});

test("lines cancelled before the capture: that much less is captured", async () => {
  const { code, order, paymentId, row } = await authorised(LAMP, TABLE);
  const lamp = order.lines[0]?.id ?? "";
  expect(await office.cancel(order.id, [{ orderLineId: lamp, quantity: 1 }])).toMatchObject({ __typename: "Order" });
  const { totalWithTax } = await office.order(code);
  expect(await office.settle(row)).toMatchObject({ __typename: "Payment" });
  expect(bank().books(paymentId)).toMatchObject({ captured: totalWithTax / 100, authorized: 0 });
  expect(await office.order(code)).toMatchObject({
    state: "PaymentSettled",
    payments: [{ state: "Settled", amount: totalWithTax }],
  });
});

test("an order that was modified to cost less is captured for that", async () => {
  const { code, order, paymentId, row } = await authorised(LAMP, TABLE);
  await office.to(order.id, "Modifying");
  const lamp = order.lines.find(({ productVariant }) => productVariant.sku === "lamp");
  const adjusted = [{ orderLineId: lamp?.id, quantity: 0 }];
  const modified = await office.modify(order.id, {
    adjustOrderLines: adjusted,
    refund: { paymentId: row, amount: 10_000, reason: "less" },
  });
  expect(modified).toMatchObject({ __typename: "Order" });
  expect(await office.to(order.id, "PaymentAuthorized")).toMatchObject({ __typename: "Order" });
  expect(await office.settle(row)).toMatchObject({ __typename: "Payment" });
  expect(bank().books(paymentId)).toMatchObject({ captured: 530, refunded: 0 });
  const { payments, state } = await office.order(code);
  expect(state).toBe("PaymentSettled");
  expect((payments[0]?.amount ?? 0) - (payments[0]?.refunds[0]?.total ?? 0)).toBe(53_000);
});

test("an order that was modified to cost more is not captured before the rest is paid", async () => {
  const { code, order, paymentId, row } = await authorised(LAMP);
  await office.to(order.id, "Modifying");
  await office.modify(order.id, { surcharges: [{ description: "Carrying", price: 5000, priceIncludesTax: true }] });
  expect(await office.to(order.id, "ArrangingAdditionalPayment")).toMatchObject({ __typename: "Order" });
  expect(await office.settle(row)).toMatchObject({ __typename: "SettlePaymentError" });
  expect((await office.order(code)).payments[0]).toMatchObject({ state: "Authorized", amount: 13_000 });
  expect(bank().books(paymentId)).toMatchObject({ captured: 0, authorized: 130 });
  await office.pickUp(order.id);
  expect(await office.settle(row)).toMatchObject({ __typename: "Payment" });
  expect(bank().books(paymentId)).toMatchObject({ captured: 130 });
});

test("a settlement that the bank itself refuses stays settleable", async () => {
  const { code, paymentId, row } = await authorised(LAMP);
  const order = { totalOrderAmount: 130, authorizedAmount: 130, possibleActions: ["CAPTURE", "CANCEL"] };
  const payment = { status: "ACCEPTED", order };
  bank().setSeries(paymentId, [{ from: Date.now(), payment, faults: { capture: "http-400:1" } }]);
  expect(await office.settle(row)).toMatchObject({ __typename: "SettlePaymentError" });
  expect(bank().calls.at(-1)).toMatchObject({ op: "capture", answer: "400" });
  expect((await office.order(code)).payments[0]).toMatchObject({ state: "Authorized" });
  expect(await office.settle(row)).toMatchObject({ __typename: "Payment" });
  expect(bank().books(paymentId)).toMatchObject({ captured: 130 });
  expect(await office.order(code)).toMatchObject({ state: "PaymentSettled" });
});

test("a settlement that the bank is slow about says so after half a minute, and is stored when the bank answers", async () => {
  const { code, row } = await authorised(LAMP);
  const release = bank().hold("capture");
  const slow = await office.settle(row).finally(release);
  expect(slow).toMatchObject({ __typename: "SettlePaymentError", why: expect.stringContaining("not answered yet") });
  await orderWith(code, ({ state }) => state === "PaymentSettled", "the settlement");
  expect((await office.order(code)).payments[0]).toMatchObject({ state: "Settled", amount: 13_000 });
});

test("a settlement that something before the bank refuses stays settleable", async () => {
  const { code, paymentId, row } = await authorised(LAMP);
  bank().front({ status: 400, body: "json" });
  const refused = await office.settle(row).finally(() => bank().front(null));
  expect(refused.__typename).toBe("SettlePaymentError");
  expect((await office.order(code)).payments[0]).toMatchObject({ state: "Authorized" });
  await until(async () => (await office.settle(row)).__typename === "Payment", "the settlement");
  expect(bank().books(paymentId)).toMatchObject({ captured: 130 });
  expect(await office.order(code)).toMatchObject({ state: "PaymentSettled" });
});

test("while the bank is silent, the shop's pages are not", async () => {
  const all = [];
  for (let i = 0; i < 12; i++) all.push(await authorised(LAMP));
  const release = bank().hold("capture");
  const asked = all.map(({ row }) => office.settle(row));
  await until(() => bank().held() >= 4, "the captures");
  const shop = storefrontOf(place.storefront());
  const slowest = { ms: 0 };
  for (let i = 0; i < 20; i++) {
    const began = performance.now();
    await shop.products();
    slowest.ms = Math.max(slowest.ms, performance.now() - began);
  }
  release();
  for (const settled of await Promise.all(asked)) expect(settled.__typename).toMatch(/^Payment$|^SettlePaymentError$/);
  for (const { code, paymentId } of all) {
    await orderWith(code, ({ state }) => state === "PaymentSettled", "the settlement");
    expect(bank().books(paymentId)).toMatchObject({ captured: 130 });
  }
  console.log(`the slowest page took ${Math.round(slowest.ms)} ms`);
  expect(slowest.ms).toBeLessThan(5000);
});

test("cancelled: the payment is let go and says so", async () => {
  const { code, order, paymentId } = await authorised(LAMP);
  expect(await office.cancel(order.id)).toMatchObject({ __typename: "Order" });
  await orderWith(code, ({ payments }) => payments[0]?.state === "Cancelled", "the cancelled payment");
  expect((await office.order(code)).state).toBe("Cancelled");
  expect(bank().books(paymentId)).toMatchObject({ authorized: 0, canceled: 130 });
});

test("the payment alone is cancelled", async () => {
  const { code, paymentId, row } = await authorised(LAMP);
  expect(await office.cancelPayment(row)).toMatchObject({ __typename: "Payment" });
  expect((await office.order(code)).payments[0]).toMatchObject({ state: "Cancelled" });
  expect(bank().books(paymentId)).toMatchObject({ authorized: 0, canceled: 130 });
});

test("what the bank does not let go is not cancelled in Vendure either", async () => {
  const { code, order, paymentId, row } = await authorised(LAMP);
  bank().front({ status: 400, body: "json" });
  const [whole, payment] = [await office.cancel(order.id), await office.cancelPayment(row)];
  bank().front(null);
  expect(whole.__typename).toBe("OrderStateTransitionError");
  expect(payment.__typename).toBe("CancelPaymentError");
  expect(await office.order(code)).toMatchObject({
    state: "PaymentAuthorized",
    lines: [{ quantity: 1 }],
    payments: [{ state: "Authorized" }],
  });
  expect(bank().books(paymentId)).toMatchObject({ canceled: 0, authorized: 130 });
});

test.each(["cancel first", "refund first"])(
  "after the capture Vendure's own cancellation and refund work: %s",
  async (how) => {
    const { code, order, paymentId, row } = await authorised(LAMP);
    await office.settle(row);
    const steps = [() => office.cancel(order.id), () => office.refund(row, 13_000)];
    for (const step of how === "cancel first" ? steps : steps.reverse())
      expect((await step()).__typename).toMatch(/^Order$|^Refund$/);
    expect(await office.order(code)).toMatchObject({
      state: "Cancelled",
      payments: [{ state: "Settled", amount: 13_000, refunds: [{ state: "Settled", total: 13_000 }] }],
    });
    expect(bank().books(paymentId)).toMatchObject({ captured: 130, refunded: 130 });
  },
);

test("an order that is cancelled already is refused before its lines are cancelled", async () => {
  const { shop, code } = await cart(LAMP);
  await begin(shop);
  const { id, lines } = await office.order(code);
  expect(await office.cancel(id)).toMatchObject({ __typename: "Order" });
  expect(await office.cancel(id)).toMatchObject({ __typename: "OrderStateTransitionError" });
  expect((await office.order(code)).lines).toEqual(lines);
});

test("two settlements and two refunds at once", async () => {
  const { code, paymentId, row } = await authorised(LAMP);
  const settled = await Promise.all([office.settle(row), office.settle(row)]);
  expect(settled.map(({ __typename }) => __typename)).toContain("Payment");
  await orderWith(code, ({ state }) => state === "PaymentSettled", "the settlement");
  expect(
    bank().calls.filter((call) => call.paymentId === paymentId && call.op === "capture" && call.applied),
  ).toHaveLength(1);
  const refunded = await Promise.all([office.refund(row, 1000), office.refund(row, 2000)]);
  const done = refunded.filter(({ __typename }) => __typename === "Refund").length;
  expect(done).toBeGreaterThan(0);
  const { refunds } = (await office.order(code)).payments[0] as Order["payments"][0];
  const total = refunds.filter(({ state }) => state === "Settled").reduce((sum, one) => sum + one.total, 0);
  expect(bank().books(paymentId)?.refunded).toBe(total / 100);
});

test("what cannot be refunded is refused, and leaves no refund", async () => {
  const { code, row } = await authorised(LAMP);
  expect((await office.refund(row, 1000)).__typename).toBe("RefundOrderStateError");
  await office.settle(row);
  expect((await office.refund(row, 13_001)).__typename).toMatch(/Error$/);
  expect((await office.order(code)).payments[0]?.refunds).toEqual([]);
});

test("a line is refunded, and not for more than is left", async () => {
  const { code, order, paymentId, row } = await authorised(LAMP);
  const line = order.lines[0]?.id ?? "";
  await office.settle(row);
  expect((await office.refund(row, 9000)).__typename).toBe("Refund");
  const more = { __typename: "RefundStateTransitionError", why: expect.stringContaining("not yet refunded") };
  expect(await office.refundLine(row, line)).toMatchObject(more);
  expect(bank().books(paymentId)).toMatchObject({ refunded: 90 });
  expect((await office.order(code)).payments[0]?.refunds).toMatchObject([{ total: 9000 }]);
  expect((await office.refund(row, 4000)).__typename).toBe("Refund");
  expect(await office.refundLine(row, line)).toMatchObject({ __typename: "RefundStateTransitionError" });
  expect(bank().books(paymentId)).toMatchObject({ refunded: 130 });
  const other = await authorised(LAMP, TABLE);
  await office.settle(other.row);
  expect((await office.refundLine(other.row, other.order.lines[0]?.id ?? "")).__typename).toBe("Refund");
  expect(bank().books(other.paymentId)).toMatchObject({ refunded: 100 });
});

test.each(["amount", "line"])("nothing is refunded of a payment that was rejected, by %s", async (by) => {
  const { shop, code } = await cart(LAMP);
  bank().nextPerson("197211072793");
  await paysAt(await begin(shop));
  const paymentId = await begin(shop);
  await paysAt(paymentId);
  const { payments, lines } = await orderWith(code, ({ state }) => state === "PaymentAuthorized", "the second try");
  const row = (state: string) => payments.find((one) => one.state === state)?.id ?? "";
  await office.settle(row("Authorized"));
  const declined = row("Declined");
  const refused = by === "amount" ? office.refund(declined, 1000) : office.refundLine(declined, lines[0]?.id ?? "");
  expect(await refused).toMatchObject({ __typename: "RefundStateTransitionError" });
  expect((await office.order(code)).payments.flatMap(({ refunds }) => refunds)).toEqual([]);
  expect(bank().books(paymentId)).toMatchObject({ refunded: 0 });
});

test("what the bank's staff capture and give back is in Vendure's books, too", async () => {
  const { code, paymentId } = await authorised(LAMP);
  bank().portal(paymentId, "capture");
  await orderWith(code, ({ state }) => state === "PaymentSettled", "the capture");
  bank().portal(paymentId, "refund", 40);
  const order = await orderWith(code, ({ payments }) => payments[0]?.refunds.length === 1, "the refund");
  expect(order.payments[0]?.refunds).toMatchObject([{ state: "Settled", total: 4000 }]);
});

test("a part captured at the bank is not settled", async () => {
  const { code, paymentId } = await authorised(LAMP);
  bank().portal(paymentId, "capture", 50);
  await setTimeout(1500);
  expect(await office.order(code)).toMatchObject({
    state: "PaymentAuthorized",
    payments: [{ state: "Authorized", amount: 13_000 }],
  });
});

test("killed during a capture, the server settles it when it is back", async () => {
  const { code, paymentId, row } = await authorised(LAMP);
  const release = bank().hold("capture");
  const asked = office.settle(row).catch(() => null);
  await until(() => bank().held() === 1, "the capture");
  await place.restart("SIGKILL");
  release();
  await asked;
  office = officeOf(await adminOf(place.url));
  // The call of a process that died counts as under way for 45 seconds.
  while ((await office.order(code)).state !== "PaymentSettled") await setTimeout(250);
  expect(bank().books(paymentId)).toMatchObject({ captured: 130 });
}, 120_000);
