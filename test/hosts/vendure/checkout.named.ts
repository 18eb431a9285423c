/** The Vendure plugin in a real server, until an order is paid: each row is a fault that a shop met with an earlier recipe. */
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
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

const { bank, cart, begin, paysAt, orderWith } = actsAt(() => place);

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

test("a currency that the bank does not sell is refused before anything is opened", async () => {
  const opened = bank().creates.length;
  const shop = storefrontOf(place.storefront("JPY"));
  await shop.add(LAMP);
  await shop.address();
  expect((await shop.to("ArrangingPayment")).state).toBe("ArrangingPayment");
  expect(await shop.pay()).toMatchObject({ message: expect.stringContaining("JPY") });
  expect(bank().creates).toHaveLength(opened);
});

test("killed before the bank's callback, the server learns of the payment when it is back", async () => {
  const { shop, code } = await cart(LAMP);
  const paymentId = await begin(shop);
  await place.restart("SIGKILL", async () => void bank().customerSigns(paymentId));
  office = officeOf(await adminOf(place.url));
  // The bank calls again after half a minute.
  while ((await office.order(code)).state !== "PaymentAuthorized") await setTimeout(250);
  expect((await office.order(code)).payments).toMatchObject([{ state: "Authorized", transactionId: paymentId }]);
}, 120_000);

test("a worker reads the same configuration, and starts no engine", async () => {
  expect(await place.worker()).toBe(0);
});
