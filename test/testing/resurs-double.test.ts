/** The Merchant API's double against the bank's own documents and client: what it refuses, and how whole it answers. */
import { afterEach, describe, expect, test } from "vitest";
import { resursDouble, VirtualClock } from "../../src/testing/index.js";

const T0 = Date.parse("2026-11-20T12:00:00.000Z");

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const form = { grant_type: "client_credentials", client_id: "shop", client_secret: "secret", scope: "merchant-api" };

const given = async () => {
  const clock = new VirtualClock(T0);
  const bank = await resursDouble({ clock });
  closing.push(bank.close);
  const told = await fetch(`${bank.url}/oauth2/token`, { method: "POST", body: new URLSearchParams(form) });
  const { access_token: token } = (await told.json()) as { access_token: string };
  const ask = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${bank.url}/v2/${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
  };
  return { clock, bank, ask };
};

const line = (more: object = {}) => ({
  description: "Tea",
  quantity: 1,
  quantityUnit: "st",
  vatRate: 25,
  totalAmountIncludingVat: 301.5,
  type: "NORMAL",
  ...more,
});
const creation = (order: object = {}, more: object = {}) => ({
  storeId: "b7f88ac4-baa7-493b-a0a7-d4e14f91f555",
  paymentMethodId: "7d63eb50-94b4-4238-8c0d-22d095bfe46b",
  order: { orderLines: [line()], ...order },
  ...more,
});

test.each<[string, string | URLSearchParams, number]>([
  ["as a form", new URLSearchParams(form), 200],
  ["as JSON, as the bank's own client asks", JSON.stringify(form), 200],
  ["without its scope", new URLSearchParams({ ...form, scope: "" }), 400],
  ["with another scope", JSON.stringify({ ...form, scope: "checkout-plus-api" }), 400],
  ["without a secret", new URLSearchParams({ ...form, client_secret: "" }), 401],
])("a token asked for %s", async (_, body, status) => {
  const { bank } = await given();
  expect((await fetch(`${bank.url}/oauth2/token`, { method: "POST", body })).status).toBe(status);
});

describe("a payment is created", () => {
  test.each<[string, object]>([
    ["without a reference", creation()],
    ["with nothing in what is optional", creation({ orderReference: null }, { metadata: null, customer: null })],
    ["with a discount", creation({ orderLines: [line(), line({ totalAmountIncludingVat: -1.5, type: "DISCOUNT" })] })],
    ["with metadata", creation({}, { metadata: { creator: "x", custom: [{ key: "k", value: "v" }] } })],
  ])("%s", async (_, body) => {
    const { ask } = await given();
    const created = await ask("POST", "payments", body);
    expect(created).toMatchObject({ status: 200, body: { status: "TASK_REDIRECTION_REQUIRED" } });
    expect(created.body.order.orderReference).toMatch(/^[\w-]{1,36}$/);
  });
  test.each<[string, object]>([
    ["a unit missing", creation({ orderLines: [line({ quantityUnit: undefined })] })],
    ["a rate missing", creation({ orderLines: [line({ vatRate: undefined })] })],
    ["a rate of more than a hundred", creation({ orderLines: [line({ vatRate: 101 })] })],
    ["no quantity", creation({ orderLines: [line({ quantity: 0 })] })],
    ["a third decimal", creation({ orderLines: [line({ totalAmountIncludingVat: 1.005 })] })],
    ["a type that nobody knows", creation({ orderLines: [line({ type: "BOOK" })] })],
    ["a description that is too long", creation({ orderLines: [line({ description: "x".repeat(101) })] })],
    ["a reference with a sign", creation({ orderReference: "order#1" })],
    ["a reference that is too long", creation({ orderReference: "x".repeat(33) })],
    [
      "an attempt to wait and to take at once",
      creation({}, { options: { automaticCapture: true, handleFrozenPayments: true } }),
    ],
  ])("but not with %s", async (_, body) => {
    const { ask } = await given();
    expect((await ask("POST", "payments", body)).status).toBe(400);
  });
});

describe("a payment that stands", () => {
  const paid = async (options: object = { handleFrozenPayments: true }, governmentId = "198305147715") => {
    const world = await given();
    const { body } = await world.ask(
      "POST",
      "payments",
      creation({ orderReference: "1001" }, { options, customer: { governmentId } }),
    );
    world.bank.customerSigns(body.id);
    return { ...world, id: body.id as string, read: async () => (await world.ask("GET", `payments/${body.id}`)).body };
  };
  test("every entry of its log has whole lines, whichever calls named any", async () => {
    const { ask, id, read } = await paid();
    await ask("POST", `payments/${id}/capture`, {});
    await ask("POST", `payments/${id}/refund`, { orderLines: [line({ totalAmountIncludingVat: 100 })] });
    const { order, application } = await read();
    const whole = { quantity: expect.any(Number), quantityUnit: expect.any(String), vatRate: expect.any(Number) };
    expect(order.actionLog).toMatchObject(
      ["CREATE", "CAPTURE", "REFUND"].map((type) => ({ type, orderLines: [whole] })),
    );
    expect(application.approvedCreditLimit).toBe(302);
    const [{ actionId }] = order.actionLog;
    expect((await ask("GET", `payments/${id}/actions/${actionId}`)).body).toEqual(order.actionLog[0]);
    expect((await ask("GET", `payments/${id}/actions/none`)).status).toBe(404);
  });
  test("one that a scenario gave has them, too", async () => {
    const { bank, ask } = await given();
    const id = "8b9dab18-e1fe-430e-891b-42edb89ba77a";
    bank.setSeries(id, [{ from: T0, payment: { status: "ACCEPTED", order: { totalOrderAmount: 10 } } }]);
    const { body } = await ask("GET", `payments/${id}`);
    expect(body.order.actionLog).toMatchObject([{ orderLines: [{ quantity: 1, totalAmountIncludingVat: 10 }] }]);
  });
  test("is found by its reference and by its person, and by nothing else", async () => {
    const { ask, id } = await paid();
    const found = async (by: object) =>
      (await ask("POST", "payments/search", by)).body.content?.map((one: { id: string }) => one.id);
    expect(await found({ orderReference: "1001" })).toEqual([id]);
    expect(await found({ governmentId: "198305147715" })).toEqual([id]);
    expect(await found({ orderReference: "1001", governmentId: "197211072793" })).toEqual([]);
    expect(await found({ orderReference: "1002" })).toEqual([]);
    expect(await found({})).toBeUndefined();
  });
  test("metadata are put and read again", async () => {
    const { ask, id, read } = await paid();
    const metadata = { custom: [{ key: "a", value: "b" }] };
    expect(await ask("PUT", `payments/${id}/metadata`, metadata)).toEqual({ status: 200, body: metadata });
    expect((await read()).metadata).toEqual(metadata);
    expect((await ask("PUT", `payments/${id}/metadata`, { custom: [{ key: "", value: "b" }] })).status).toBe(400);
  });
  test("the money is taken at once where the shop asks for it", async () => {
    const { read } = await paid({ automaticCapture: true });
    expect((await read()).order).toMatchObject({ capturedAmount: 301.5, authorizedAmount: 0 });
  });
  test("one that would freeze is rejected where the shop does not wait for it", async () => {
    const { read } = await paid({}, "198001010001");
    expect(await read()).toMatchObject({ status: "REJECTED", rejectedReason: { category: "PAYMENT_FROZEN" } });
  });
});

test("stores, their methods and a person's address are told", async () => {
  const { ask } = await given();
  const { body } = await ask("GET", "stores");
  expect(body.content).toHaveLength(1);
  expect((await ask("GET", `stores/${body.content[0].id}/payment_methods`)).body.content).toHaveLength(1);
  const person = { storeId: body.content[0].id, governmentId: "198305147715", customerType: "NATURAL" };
  expect((await ask("POST", "customers/address/by_government_id", person)).body.address.countryCode).toBe("SE");
});

test("an address for callbacks is tried", async () => {
  const { bank, ask } = await given();
  const at = async (url: string) => (await ask("POST", "callbacks/test", { url })).body;
  expect(await at(`${bank.url}/no-such-page`)).toEqual({ status: "FAILED", code: 404 });
  expect(await at("http://127.0.0.1:1/")).toEqual({ status: "ERROR", code: 0 });
  expect(await at("javascript:x")).toEqual({ status: "INVALID_URL", code: 0 });
});
