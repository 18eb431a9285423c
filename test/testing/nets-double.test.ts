/** The Nets double against Nexi's reference of the payment API: what it refuses, and how whole its answers are. */
import { afterEach, describe, expect, test } from "vitest";
import { netsEasy } from "../../src/gateways/nets/easy.js";
import { netsDouble, VirtualClock } from "../../src/testing/index.js";

const T0 = Date.parse("2026-11-20T12:00:00.000Z");

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const given = async () => {
  const nets = await netsDouble({ clock: new VirtualClock(T0) });
  closing.push(nets.close);
  const ask = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${nets.url}/v1/${path}`, {
      method,
      headers: { authorization: "secret", "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
  };
  return { nets, ask };
};

const item = (grossTotalAmount: number, more: object = {}) => ({
  reference: "tea",
  name: "Tea",
  quantity: 1,
  unit: "pcs",
  unitPrice: grossTotalAmount,
  grossTotalAmount,
  netTotalAmount: grossTotalAmount,
  ...more,
});
const creation = (order: object = {}, checkout: object = {}, more: object = {}) => ({
  order: { items: [item(1000)], amount: 1000, currency: "SEK", ...order },
  checkout: { termsUrl: "https://shop.example/terms", ...checkout },
  ...more,
});
const webhook = (more: object = {}) => ({
  notifications: { webHooks: [{ eventName: "payment.created", url: "https://shop.example/w", ...more }] },
});

test("a payment is read thirty times an hour, and whoever asks too often is told how long to wait", async () => {
  const clock = new VirtualClock(T0);
  const nets = await netsDouble({ clock, readsPerHour: 30 });
  closing.push(nets.close);
  const gateway = netsEasy({ baseUrl: nets.url, secretKey: "secret", clock });
  for (const paymentId of ["p-1", "p-2"]) {
    nets.setSeries(paymentId, [{ from: 0, netsPayment: { summary: { reservedAmount: 1000 } } }]);
    await clock.advanceTo(clock.now() + 1000, async () => {});
    for (let reads = 0; reads < 30; reads += 1)
      expect(await gateway.readPayment(paymentId)).toMatchObject({ kind: "ok" });
  }
  // No longer than our client believes anybody.
  const wait = { kind: "retry", afterMs: 600_000 };
  expect(await gateway.readPayment("p-1")).toMatchObject(wait);
  // Nothing was sent but the question, so the capture comes later.
  expect(await gateway.capture({ paymentId: "p-1", amount: 1000, key: "1:1:0" })).toMatchObject(wait);
  await clock.advanceTo(clock.now() + 3_599_000, async () => {});
  expect(await gateway.readPayment("p-1")).toMatchObject({ kind: "ok" });
  expect(await gateway.readPayment("p-2")).toMatchObject({ kind: "retry", afterMs: 1000 });
});

describe("a payment is created", () => {
  test.each<[string, object]>([
    ["with what is required alone", creation()],
    [
      "with nothing in what is optional",
      creation({ reference: null }, { charge: null, url: null }, { notifications: null }),
    ],
    ["hosted", creation({}, { integrationType: "HostedPaymentPage", returnUrl: "https://shop.example/" })],
    ["with a webhook", creation({}, {}, webhook({ authorization: "Abcdefg8" }))],
    ["with a webhook that proves nothing", creation({}, {}, webhook())],
    ["with a discount", creation({ items: [item(1500), item(-500)] })],
    ["with a picture", creation({ items: [item(1000, { imageUrl: "https://shop.example/tea.png" })] })],
  ])("%s", async (_, body) => {
    const { ask } = await given();
    const created = await ask("POST", "payments", body);
    expect(created).toMatchObject({ status: 201, body: { paymentId: expect.stringMatching(/^[0-9a-f]{32}$/) } });
    expect((await ask("GET", `payments/${created.body.paymentId}`)).status).toBe(200);
  });
  test.each<[string, object, string]>([
    ["nothing to pay for", creation({ amount: 0, items: [item(0)] }), "order.amount"],
    ["no items", creation({ items: [] }), "order.items"],
    ["items that do not add up", creation({ amount: 999 }), "order"],
    ["an item without a unit", creation({ items: [item(1000, { unit: undefined })] }), "order.items[0].unit"],
    ["a name with a sign", creation({ items: [item(1000, { name: "<b>" })] }), "order.items[0].name"],
    ["a tax rate of a thousand", creation({ items: [item(1000, { taxRate: 100_000 })] }), "order.items[0].taxRate"],
    ["a reference with a sign", creation({ reference: "a&b" }), "order.reference"],
    ["a reference that is too long", creation({ reference: "x".repeat(129) }), "order.reference"],
    ["no terms", creation({}, { termsUrl: undefined }), "checkout.termsUrl"],
    ["another integration", creation({}, { integrationType: "embedded" }), "checkout.integrationType"],
    ["a proof with a hyphen", creation({}, {}, webhook({ authorization: "a-b-c-d-e" })), "notifications.webHooks[0]"],
    ["a webhook in the open", creation({}, {}, webhook({ url: "http://shop.example/w" })), "notifications.webHooks[0]"],
    [
      "a webhook's address that is too long",
      creation({}, {}, webhook({ url: `https://shop.example/${"x".repeat(240)}` })),
      "notifications.webHooks[0]",
    ],
  ])("but not with %s", async (_, body, field) => {
    const { nets, ask } = await given();
    const { status, body: told } = await ask("POST", "payments", body);
    expect(status).toBe(400);
    expect(Object.keys(told.errors)[0]).toContain(field);
    expect(nets.creates).toHaveLength(1);
  });
});

describe("a payment that stands", () => {
  const paid = async () => {
    const world = await given();
    const { body } = await world.ask("POST", "payments", creation({ reference: "1001" }));
    world.nets.customerPays(body.paymentId);
    const read = async () => (await world.ask("GET", `payments/${body.paymentId}`)).body.payment;
    return { ...world, id: body.paymentId as string, read };
  };
  test("is answered whole: checkout, customer, items of charges and refunds", async () => {
    const { ask, id, read } = await paid();
    const { body } = await ask("POST", `payments/${id}/charges`, { amount: 1000 });
    const part = { amount: 400, orderItems: [item(400)] };
    await ask("POST", `charges/${body.chargeId}/refunds`, part);
    expect(await read()).toMatchObject({
      paymentId: id,
      orderDetails: { amount: 1000, currency: "SEK", reference: "1001" },
      checkout: { url: expect.stringContaining("http"), cancelUrl: null },
      consumer: { shippingAddress: {}, billingAddress: {}, privatePerson: {}, company: {} },
      charges: [{ chargeId: body.chargeId, amount: 1000, surchargeAmount: 0, orderItems: [{ reference: "tea" }] }],
      refunds: [{ amount: 400, surchargeAmount: 0, state: "Completed", orderItems: [{ grossTotalAmount: 400 }] }],
    });
    expect(await ask("GET", `charges/${body.chargeId}`)).toMatchObject({ status: 200, body: { amount: 1000 } });
  });
  test.each<[string, string, object, number, string]>([
    ["a charge of nothing", "charges", { amount: 0 }, 402, "1002"],
    ["a charge of more than is reserved", "charges", { amount: 1001 }, 402, "1001"],
    ["a charge of a part without items", "charges", { amount: 400 }, 402, "1015"],
    ["a charge whose items differ", "charges", { amount: 400, orderItems: [item(399)] }, 402, "1005"],
    ["a whole charge whose items differ", "charges", { amount: 1000, orderItems: [item(999)] }, 402, "1005"],
    ["a cancellation of a part without items", "cancels", { amount: 400 }, 500, "1015"],
    ["a cancellation of more than there is", "cancels", { amount: 1001, orderItems: [item(1001)] }, 500, "1007"],
    ["a refund before there is a charge", "refunds", { amount: 1000 }, 500, "1009"],
  ])("refuses %s with a code, and moves nothing", async (_, what, body, status, code) => {
    const { nets, ask, id } = await paid();
    const before = nets.books(id);
    expect(await ask("POST", `payments/${id}/${what}`, body)).toMatchObject({
      status,
      body: { code, source: "Internal" },
    });
    expect(nets.books(id)).toEqual(before);
  });
  test("a cancellation is answered with nothing", async () => {
    const { ask, id } = await paid();
    expect(await ask("POST", `payments/${id}/cancels`, { amount: 400, orderItems: [item(400)] })).toEqual({
      status: 204,
    });
    expect((await ask("POST", `payments/${id}/cancels`, { amount: 600, orderItems: [item(600)] })).status).toBe(204);
    expect((await ask("POST", `payments/${id}/cancels`, { amount: 600, orderItems: [item(600)] })).body.code).toBe(
      "1019",
    );
  });
  test("the last charge lets the rest go", async () => {
    const { nets, ask, id } = await paid();
    await ask("POST", `payments/${id}/charges`, { amount: 400, orderItems: [item(400)], finalCharge: true });
    expect(nets.books(id)).toMatchObject({ captured: 4, canceled: 6, authorized: 0 });
  });
  test("references change, and what is paid is ended no more", async () => {
    const { ask, id, read } = await paid();
    const reference = { checkoutUrl: "https://shop.example/c", reference: "1002" };
    expect((await ask("PUT", `payments/${id}/referenceinformation`, reference)).status).toBe(204);
    expect((await ask("PUT", `payments/${id}/myreference`, { myReference: "mine" })).status).toBe(204);
    expect((await ask("PUT", `payments/${id}/myreference`, { myReference: "x".repeat(37) })).status).toBe(400);
    expect(await read()).toMatchObject({
      orderDetails: { reference: "1002" },
      checkout: { url: reference.checkoutUrl },
      myReference: "mine",
    });
    expect((await ask("PUT", `payments/${id}/terminate`)).status).toBe(409);
  });
  test("a refund that waits can be given up", async () => {
    const { nets, ask, id, read } = await paid();
    await ask("POST", `payments/${id}/charges`, { amount: 1000 });
    const { body } = await ask("POST", `payments/${id}/refunds`, { amount: 1000 });
    expect((await ask("POST", `pending-refunds/${body.refundId}/cancel`)).body.code).toBe("1025");
    nets.refundTurns(id, "Pending");
    expect((await ask("POST", `pending-refunds/${body.refundId}/cancel`)).status).toBe(204);
    expect((await read()).refunds).toMatchObject([{ state: "Cancelled" }]);
    expect(nets.books(id)).toMatchObject({ refunded: 0 });
  });
});

describe("a quantity", () => {
  const path = "payments";
  const quantityOf = async (quantity: unknown) => {
    const { nets, ask } = await given();
    const { status, body } = await ask("POST", path, creation({ items: [item(1000, { quantity })] }, { charge: true }));
    if (status !== 201) return { status, body };
    nets.customerPays(body.paymentId);
    const { payment } = (await ask("GET", `payments/${body.paymentId}`)).body;
    return payment.charges[0].orderItems[0].quantity;
  };
  test("is a number, or a text that is one, and is answered as a number", async () => {
    expect(await quantityOf(2)).toBe(2);
    // So Nets's own plugin for WooCommerce sends it of a fee and of the shipping.
    expect(await quantityOf("1")).toBe(1);
    expect(await quantityOf("0.35")).toBe(0.35);
  });
  test.each([["one"], [""], ["-1"], [-1], [null], [{}]])("is not %j", async (quantity) => {
    expect(await quantityOf(quantity)).toMatchObject({
      status: 400,
      body: { errors: { "order.items[0].quantity": [expect.any(String)] } },
    });
  });
});

describe("how it was paid", () => {
  const detailsOf = async (paymentType: string, checkout: object) => {
    const { nets, ask } = await given();
    const { body } = await ask("POST", "payments", creation({}, checkout));
    const read = async () => (await ask("GET", `payments/${body.paymentId}`)).body.payment.paymentDetails;
    const before = await read();
    nets.customerPays(body.paymentId, paymentType);
    return { before, after: await read() };
  };
  const card = { maskedPan: expect.stringMatching(/^\d{6}\*+\d{4}$/), expiryDate: expect.stringMatching(/^\d{4}$/) };
  test("the card is told once it was paid with, as far as a shop may know it", async () => {
    const { before, after } = await detailsOf("CARD", {});
    expect(before).toMatchObject({ cardDetails: {}, invoiceDetails: {} });
    expect(before.cardDetails).toEqual({});
    expect(after).toMatchObject({ paymentType: "CARD", cardDetails: card, invoiceDetails: {} });
  });
  test("the invoice is told once it is charged", async () => {
    const reserved = await detailsOf("INVOICE", {});
    expect(reserved.after).toMatchObject({ cardDetails: {}, invoiceDetails: {} });
    expect(reserved.after.invoiceDetails).toEqual({});
    const charged = await detailsOf("INVOICE", { charge: true });
    expect(charged.after).toMatchObject({
      paymentType: "INVOICE",
      invoiceDetails: { invoiceNumber: expect.any(String) },
    });
  });
});
