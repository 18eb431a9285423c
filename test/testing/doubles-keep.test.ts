/** What a double is told it keeps, and what it tells is so: for what no adapter of ours asks, and no foreign client reads. */
import { afterEach, describe, expect, test } from "vitest";
import { writeXml } from "../../src/gateways/resurs-legacy/xml.js";
import { madeUpBooking } from "../../src/testing/doubles/resurs-legacy/customer.js";
import { legacyDouble, netsDouble, resursDouble, VirtualClock } from "../../src/testing/index.js";
import { handServer } from "../conformance/hand.js";
import { elementIn } from "../wire/exchange.js";

const T0 = Date.parse("2026-11-20T12:00:00.000Z");
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

// biome-ignore lint/suspicious/noExplicitAny: whatever a bank answers
type Json = any;

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const asking =
  (url: string, headers: Record<string, string>) =>
  async (method: string, path: string, body?: object): Promise<{ status: number; body: Json }> => {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: { "content-type": "application/json", ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === "" ? null : JSON.parse(text) };
  };

const until = async (met: () => boolean): Promise<void> => {
  for (let tries = 0; !met(); tries += 1) {
    if (tries > 2000) throw new Error("it never came to that");
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
};

describe("Nets Easy", () => {
  const item = { reference: "tea", name: "Tea", quantity: 1, unit: "pcs", unitPrice: 500 };
  const order = {
    items: [{ ...item, grossTotalAmount: 500, netTotalAmount: 500 }],
    amount: 500,
    currency: "SEK",
    reference: "1001",
  };
  const given = async (more: object = {}) => {
    const bank = await netsDouble({ clock: new VirtualClock(T0) });
    closing.push(bank.close);
    const ask = asking(`${bank.url}/v1`, { authorization: "secret" });
    const checkout = {
      integrationType: "EmbeddedCheckout",
      url: "https://shop.example/c",
      termsUrl: "https://shop.example/t",
    };
    const created = await ask("POST", "/payments", { order, checkout, ...more });
    const id = created.body.paymentId;
    const read = async () => (await ask("GET", `/payments/${id}`)).body.payment;
    return { bank, ask, id, read };
  };

  test("a payment that is terminated says when, and nobody pays it any more", async () => {
    const { bank, ask, id, read } = await given();
    expect(await read()).not.toHaveProperty("terminated");
    expect(await ask("PUT", `/payments/${id}/terminate`)).toEqual({ status: 204, body: null });
    expect(await read()).toMatchObject({ terminated: new Date(T0).toISOString() });
    bank.customerPays(id);
    expect((await read()).summary).toEqual({});
    expect(bank.books(id)).toMatchObject({ authorized: 0, captured: 0 });
    // Neither is it ended twice, nor changed.
    expect(await ask("PUT", `/payments/${id}/terminate`)).toMatchObject({ status: 409 });
    expect(await ask("PUT", `/payments/${id}/orderitems`, order)).toMatchObject({ status: 409 });
  });

  test("a payment that is paid is not terminated", async () => {
    const { bank, ask, id, read } = await given();
    bank.customerPays(id);
    expect(await ask("PUT", `/payments/${id}/terminate`)).toMatchObject({ status: 409 });
    expect(await read()).not.toHaveProperty("terminated");
  });

  test("myReference is kept, from the beginning and as it is changed", async () => {
    const { ask, id, read } = await given({ myReference: "mine" });
    expect(await read()).toMatchObject({ myReference: "mine" });
    expect(await ask("PUT", `/payments/${id}/myreference`, { myReference: "ours" })).toEqual({
      status: 204,
      body: null,
    });
    expect(await read()).toMatchObject({ myReference: "ours" });
    await ask("PUT", `/payments/${id}/myreference`, { myReference: null });
    expect(await read()).not.toHaveProperty("myReference");
    expect(await (await given()).read()).not.toHaveProperty("myReference");
  });

  test("referenceinformation is kept: the order's reference and the checkout's page", async () => {
    const { ask, id, read } = await given();
    expect(await read()).toMatchObject({
      orderDetails: { reference: "1001" },
      checkout: { url: "https://shop.example/c" },
    });
    const told = { reference: "1002", checkoutUrl: "https://shop.example/other" };
    expect(await ask("PUT", `/payments/${id}/referenceinformation`, told)).toEqual({ status: 204, body: null });
    expect(await read()).toMatchObject({ orderDetails: { reference: "1002" }, checkout: { url: told.checkoutUrl } });
  });

  test("a cart that is changed is what is paid", async () => {
    const { bank, ask, id, read } = await given();
    const items = [{ ...item, unitPrice: 700, grossTotalAmount: 700, netTotalAmount: 700 }];
    expect(await ask("PUT", `/payments/${id}/orderitems`, { amount: 700, items })).toMatchObject({ status: 204 });
    bank.customerPays(id);
    expect(await read()).toMatchObject({ orderDetails: { amount: 700 }, summary: { reservedAmount: 700 } });
  });
});

describe("the Merchant API", () => {
  const line = { description: "Tea", quantity: 1, quantityUnit: "pcs", vatRate: 25, totalAmountIncludingVat: 500 };
  const given = async (options: object = {}, person?: string) => {
    const heard: Json[] = [];
    const hand = await handServer({}, (path, body) => heard.push({ path, ...JSON.parse(body) }));
    const clock = new VirtualClock(T0);
    const bank = await resursDouble({ clock });
    closing.push(bank.close, hand.close);
    if (person !== undefined) bank.nextPerson(person);
    const form = {
      grant_type: "client_credentials",
      client_id: "shop",
      client_secret: "secret",
      scope: "merchant-api",
    };
    const token = await asking(bank.url, {})("POST", "/oauth2/token", form);
    const ask = asking(`${bank.url}/v2`, { authorization: `Bearer ${token.body.access_token}` });
    const callbacks = {
      authorization: { url: `${hand.url}/authorization` },
      management: { url: `${hand.url}/management` },
    };
    const created = await ask("POST", "/payments", {
      order: { orderLines: [line] },
      options: { callbacks, ...options },
    });
    const id = created.body.id;
    const read = async () => (await ask("GET", `/payments/${id}`)).body;
    const calm = () => until(() => bank.delivering() === 0);
    return { bank, clock, ask, id, read, heard, calm };
  };
  const paid = async () => {
    const bank = await given({ handleFrozenPayments: true });
    bank.bank.customerSigns(bank.id);
    await bank.calm();
    return bank;
  };

  test("metadata that is put is kept in place of what was there", async () => {
    const { ask, id, read } = await given();
    const first = { creator: "shop", custom: [{ key: "a", value: "b" }] };
    expect(await ask("PUT", `/payments/${id}/metadata`, first)).toEqual({ status: 200, body: first });
    expect(await read()).toMatchObject({ metadata: first });
    const second = { custom: [{ key: "c", value: "d" }] };
    await ask("PUT", `/payments/${id}/metadata`, second);
    expect((await read()).metadata).toEqual(second);
  });

  test.each<[string, string | undefined, object, string[]]>([
    ["accepted", undefined, { handleFrozenPayments: true }, ["AUTHORIZED"]],
    ["captured at once", undefined, { automaticCapture: true }, ["CAPTURED"]],
    ["denied", "197211072793", { handleFrozenPayments: true }, ["REJECTED"]],
  ])("AUTHORIZATION says what became of a payment that is %s", async (_, person, options, statuses) => {
    const { bank, id, heard, calm } = await given(options, person);
    bank.customerSigns(id);
    await calm();
    const told = statuses.map((status) => ({
      path: "/authorization",
      paymentId: id,
      status,
      created: expect.any(String),
    }));
    expect(heard).toEqual(told);
  });

  test.each([
    ["198001010001", "AUTHORIZED"],
    ["197801069241", "REJECTED"],
  ])("a payment that is frozen says so, and what becomes of it: %s", async (person, end) => {
    const { bank, clock, id, heard, calm } = await given({ handleFrozenPayments: true }, person);
    bank.customerSigns(id);
    await calm();
    expect(heard).toMatchObject([{ status: "FROZEN" }]);
    await clock.advanceTo(T0 + 6000, calm);
    await until(() => heard.length === 2);
    expect(heard).toMatchObject([{ status: "FROZEN" }, { status: end }]);
  });

  test.each([
    ["capture", "CAPTURE"],
    ["cancel", "CANCEL"],
    ["order", "MODIFY_ORDER"],
    ["refund", "REFUND"],
  ])("MANAGEMENT after %s names the action that the payment's log has", async (what, action) => {
    const { ask, id, read, heard, calm } = await paid();
    if (what === "refund") await ask("POST", `/payments/${id}/capture`, {});
    await calm();
    heard.length = 0;
    const asked = await ask("POST", `/payments/${id}/${what}`, what === "order" ? { orderLines: [line] } : {});
    expect(asked.status).toBe(200);
    await calm();
    const [entry] = (await read()).order.actionLog.slice(-1);
    expect(heard).toEqual([
      { path: "/management", paymentId: id, action, actionId: entry.actionId, created: expect.any(String) },
    ]);
    expect(entry).toMatchObject({ type: action, actionId: expect.stringMatching(UUID) });
    expect(await ask("GET", `/payments/${id}/actions/${entry.actionId}`)).toEqual({ status: 200, body: entry });
  });

  test("a call without lines is logged with a whole line, without VAT that nobody named", async () => {
    const { ask, id, read } = await paid();
    const madeUp = (amount: number) => ({
      quantity: 1,
      quantityUnit: "pcs",
      vatRate: 0,
      totalAmountIncludingVat: amount,
    });
    await ask("POST", `/payments/${id}/capture`, { creator: "shop" });
    await ask("POST", `/payments/${id}/refund`, {});
    const [, capture, refund] = (await read()).order.actionLog;
    expect(capture.orderLines).toEqual([{ description: expect.any(String), ...madeUp(500) }]);
    expect(refund.orderLines).toEqual([{ description: expect.any(String), ...madeUp(500) }]);
  });
});

describe("the older flows", () => {
  const given = async () => {
    const bank = await legacyDouble({ clock: new VirtualClock(T0) });
    closing.push(bank.close);
    const ask = async (element: string, content: object): Promise<Json> => {
      const answer = await fetch(`${bank.url}/ws/V4/SimplifiedShopFlowService`, {
        method: "POST",
        headers: { authorization: `Basic ${btoa("shop:secret")}`, "content-type": "text/xml" },
        body: writeXml({ "s:Envelope": { "s:Body": { [element]: content } } }),
      });
      const told: Json = elementIn(await answer.text())?.content;
      return told.return;
    };
    const customer = madeUpBooking.customerOf();
    const booking = {
      paymentData: { preferredId: "1001", paymentMethodId: "INVOICE" },
      orderData: { totalAmount: "319.50" },
      customer: { ...customer },
      signing: { successUrl: "https://shop.example/s", failUrl: "https://shop.example/f" },
    };
    return { bank, ask, booking };
  };

  test("what is booked at once is approved for what it costs", async () => {
    const { ask, booking } = await given();
    expect(await ask("bookPayment", booking)).toMatchObject({ bookPaymentStatus: "BOOKED", approvedAmount: "319.5" });
  });

  test("what is to be signed is, too, and again once it is signed", async () => {
    const { bank, ask, booking } = await given();
    bank.nextBooking({ status: "SIGNING" });
    expect(await ask("bookPayment", booking)).toMatchObject({ bookPaymentStatus: "SIGNING", approvedAmount: "319.5" });
    bank.customerSigns("1001");
    const signed = { bookPaymentStatus: "BOOKED", approvedAmount: "319.5" };
    expect(await ask("bookSignedPayment", { paymentId: "1001" })).toMatchObject(signed);
    expect(await ask("bookSignedPayment", { paymentId: "1001" })).toMatchObject(signed);
  });
});
