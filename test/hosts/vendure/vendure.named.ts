/** The Vendure plugin in a real server: each row is a fault that a shop met with the recipe that stood here before. */
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../../engine/place.js";
import { type Place, startVendure } from "./place.js";
import { adminOf, LAMP, type Office, type Order, officeOf, type Storefront, storefrontOf, TABLE } from "./shop.js";

let place: Place;
let office: Office;
beforeAll(async () => {
  place = await startVendure();
  office = officeOf(place.admin);
}, 480_000);
afterAll(() => place?.end());

const bank = () => place.bank;
/** A cart in ArrangingPayment. */
const cart = async (...variants: string[]): Promise<{ shop: Storefront; code: string }> => {
  const shop = storefrontOf(place.storefront());
  for (const variant of variants) await shop.add(variant);
  await shop.address();
  const { code = "", state } = await shop.to("ArrangingPayment");
  expect(state).toBe("ArrangingPayment");
  return { shop, code };
};
const begin = async (shop: Storefront): Promise<string> => {
  const { paymentId = "", message } = await shop.pay();
  expect(message).toBeUndefined();
  return paymentId;
};
/** The customer pays, and his browser follows the bank. */
const paysAt = async (paymentId: string): Promise<Response> => {
  const { redirectUrl } = bank().customerSigns(paymentId);
  return fetch(redirectUrl ?? "", { redirect: "manual" });
};
const orderWith = async (code: string, says: (order: Order) => boolean, what: string): Promise<Order> => {
  let order = await office.order(code);
  await until(
    async () => {
      order = await office.order(code);
      return says(order);
    },
    `${what} of ${code}: ${JSON.stringify(order)}`,
  );
  return order;
};
const authorised = async (...variants: string[]) => {
  const { shop, code } = await cart(...variants);
  const paymentId = await begin(shop);
  const back = await paysAt(paymentId);
  if (back.status !== 303) throw new Error(`${back.status} ${await back.text()}\n${place.said()}`);
  expect(back.headers.get("location")).toBe(`/checkout/confirmation/${code}`);
  const order = await orderWith(code, ({ state }) => state === "PaymentAuthorized", "the authorisation");
  return { shop, code, paymentId, order, row: order.payments[0]?.id ?? "" };
};

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

test("the cart grows on the way: the bank is asked for what it costs then", async () => {
  const { shop, code } = await cart(LAMP);
  const old = await begin(shop);
  expect((await shop.to("AddingItems")).state).toBe("AddingItems");
  await shop.add(TABLE);
  await shop.to("ArrangingPayment");
  const paymentId = await begin(shop);
  await paysAt(paymentId);
  const order = await orderWith(code, ({ state }) => state === "PaymentAuthorized", "the authorisation");
  expect(order).toMatchObject({ totalWithTax: 63_000, payments: [{ state: "Authorized", amount: 63_000 }] });
  expect(old).not.toBe(paymentId);
  await office.settle(order.payments[0]?.id ?? "");
  expect(bank().books(paymentId)).toMatchObject({ captured: 630 });
  expect(await office.order(code)).toMatchObject({ state: "PaymentSettled", payments: [{ amount: 63_000 }] });
});

test.each([
  ["grew", TABLE],
  ["shrank", null],
])("a payment of the cart before it %s does not pay the order, and is shown", async (_how, added) => {
  const { shop, code } = await cart(LAMP, LAMP);
  const paymentId = await begin(shop);
  await shop.to("AddingItems");
  const line = (await shop.active())?.lines[0]?.id ?? "";
  if (added === null) await shop.adjust(line, 1);
  else await shop.add(added);
  await paysAt(paymentId);
  const order = await orderWith(code, ({ payments }) => payments.length > 0, "the payment");
  expect(order).toMatchObject({ payments: [{ state: "Authorized", amount: 23_000, transactionId: paymentId }] });
  if (added !== null) expect(["AddingItems", "ArrangingPayment"]).toContain(order.state);
  const settled = await office.settle(order.payments[0]?.id ?? "");
  if (added !== null) expect(settled).toMatchObject({ __typename: "SettlePaymentError" });
  const { state, amount } = (await office.order(code)).payments[0] as Order["payments"][0];
  const { captured, authorized } = bank().books(paymentId) ?? { captured: -1, authorized: -1 };
  expect({ state, amount }).toEqual(
    added === null ? { state: "Settled", amount: captured * 100 } : { state: "Authorized", amount: authorized * 100 },
  );
  if (added === null) expect(captured).toBe(130);
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

test("a refused settlement stays settleable", async () => {
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

test("a cart that was never placed is cancelled", async () => {
  const shop = storefrontOf(place.storefront());
  await shop.add(LAMP);
  const active = await shop.active();
  expect(await office.cancel(active?.id ?? "")).toMatchObject({ __typename: "Order" });
  expect(await office.order(active?.code ?? "")).toMatchObject({ state: "Cancelled" });
});

test.each([
  ["rejected", "197211072793", "Declined"],
  ["frozen", "198209123705", "Created"],
  ["under review", "199010122399", "Created"],
])("a %s payment is not authorised", async (_what, person, state) => {
  const { shop, code } = await cart(LAMP);
  bank().nextPerson(person);
  const paymentId = await begin(shop);
  await paysAt(paymentId);
  const order = await orderWith(code, ({ payments }) => payments.length > 0, "the payment");
  expect(order).toMatchObject({ state: "ArrangingPayment", payments: [{ state, transactionId: paymentId }] });
  expect((await office.settle(order.payments[0]?.id ?? "")).__typename).toBe("SettlePaymentError");
  expect((await office.order(code)).payments[0]?.state).toBe(state);
});

test("a rejected customer tries again and pays", async () => {
  const { shop, code } = await cart(LAMP);
  bank().nextPerson("197211072793");
  const rejected = await begin(shop);
  const back = await paysAt(rejected);
  expect(back.headers.get("location")).toBe("/checkout?error=payment-not-completed");
  await paysAt(await begin(shop));
  const order = await orderWith(code, ({ state }) => state === "PaymentAuthorized", "the second try");
  expect(order.payments.map(({ state }) => state).sort()).toEqual(["Authorized", "Declined"]);
});

test("frozen, then accepted: the payment becomes authorised by itself", async () => {
  const { shop, code } = await cart(LAMP);
  bank().nextPerson("198001010001");
  await paysAt(await begin(shop));
  await orderWith(code, ({ payments }) => payments[0]?.state === "Created", "the frozen payment");
  await orderWith(code, ({ state }) => state === "PaymentAuthorized", "the accepted payment");
});

test("the customer never comes back: the callback alone will do", async () => {
  const { shop, code } = await cart(LAMP);
  bank().customerSigns(await begin(shop));
  await orderWith(code, ({ state }) => state === "PaymentAuthorized", "the authorisation");
});

test("return and callback race, and are one payment", async () => {
  const { shop, code } = await cart(LAMP);
  const paymentId = await begin(shop);
  await Promise.all([
    paysAt(paymentId),
    bank().deliver(paymentId, "AUTHORIZED"),
    bank().deliver(paymentId, "AUTHORIZED"),
  ]);
  const order = await orderWith(code, ({ state }) => state === "PaymentAuthorized", "the authorisation");
  expect(order.payments).toHaveLength(1);
});

test("Vendure's own addPaymentToOrder makes nothing of a payment that the bank does not have", async () => {
  const { shop, code } = await cart(LAMP);
  for (const metadata of [{}, { paymentId: "made-up" }, { paymentId: await begin(shop) }])
    expect(await shop.addPayment(metadata)).toMatchObject({ __typename: "PaymentFailedError" });
  expect((await office.order(code)).state).toBe("ArrangingPayment");
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

test("a currency that the bank does not sell is refused before anything is opened", async () => {
  const opened = bank().creates.length;
  const shop = storefrontOf(place.storefront("JPY"));
  await shop.add(LAMP);
  await shop.address();
  expect((await shop.to("ArrangingPayment")).state).toBe("ArrangingPayment");
  expect(await shop.pay()).toMatchObject({ message: expect.stringContaining("JPY") });
  expect(bank().creates).toHaveLength(opened);
});
