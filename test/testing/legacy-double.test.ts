import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { resursCheckout, resursHosted, resursSimplified } from "../../src/gateways/resurs-legacy/index.js";
import { readXml, writeXml } from "../../src/gateways/resurs-legacy/xml.js";
import type { NewPayment } from "../../src/ports/gateway.js";
import { digestOf, type LegacyDelivery, type LegacyDigest } from "../../src/testing/doubles/resurs-legacy/callbacks.js";
import { madeUpBooking, madeUpCustomer } from "../../src/testing/doubles/resurs-legacy/customer.js";
import { faultsIn } from "../../src/testing/doubles/wire/fields.js";
import { afterShopAndSimplified } from "../../src/testing/doubles/wire/soap-flows.js";
import { type LegacyDouble, legacyDouble, VirtualClock } from "../../src/testing/index.js";

const T0 = Date.parse("2026-11-20T12:00:00.000Z");
const ID = "10000016";
const SALTED: LegacyDigest = { algorithm: "SHA1", salt: "SecretHashSalt" };

const until = async (met: () => boolean): Promise<void> => {
  for (let tries = 0; !met(); tries += 1) {
    if (tries > 2000) throw new Error("it never came to that");
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
};

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A shop that notes what comes and answers as it is told. */
const shop = async (answer: (request: IncomingMessage) => number = () => 204) => {
  const came: {
    method: string;
    path: string;
    query: Record<string, string>;
    type: string | undefined;
    body: unknown;
  }[] = [];
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const part of request) text += part;
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://shop");
    came.push({
      method: request.method ?? "",
      path: pathname,
      query: Object.fromEntries(searchParams),
      type: request.headers["content-type"],
      body: text === "" ? null : JSON.parse(text),
    });
    const status = answer(request);
    response.writeHead(status, status === 302 ? { location: "/elsewhere" } : {}).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return { came, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/callbacks/resurs/legacy` };
};

const given = async (
  url?: string,
  digest: LegacyDigest | null = SALTED,
  flow: { waitForFraudControl?: boolean } = {},
) => {
  const clock = new VirtualClock(T0);
  const bank = await legacyDouble({ clock, ...(url === undefined ? {} : { callbacks: { url, digest } }) });
  closing.push(bank.close);
  const own = { ...bank.addresses, userName: "shop", password: "password", clock };
  return {
    clock,
    bank,
    gateway: resursSimplified({ ...own, ...madeUpBooking, ...flow }),
    hosted: resursHosted(own),
    rco: resursCheckout(own),
    /** Moves on step by step, letting everything that becomes due come to rest. */
    advance: (ms: number) =>
      clock.advanceTo(clock.now() + ms, async () => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        await until(() => bank.delivering() === 0);
      }),
  };
};

const payment: NewPayment = {
  orderId: "1001",
  total: 100_000,
  currency: "SEK",
  lines: [],
  linkLifetimeMinutes: 120,
  successUrl: "https://shop.example/thanks",
  failUrl: "https://shop.example/cart",
  callbackUrl: "",
  preferredId: ID,
};
const move = { paymentId: ID, amount: 100_000, key: "k" };
const kinds = ({ deliveries }: LegacyDouble) => deliveries.map(({ kind }) => kind);

describe("the digest", () => {
  test.each([
    ["MD5", "iCanHasCheezeburger", ["lePayment"], "ED3381936CCAA2659CF3089F4AA83007"],
    ["SHA1", "SecretHashSalt", [ID], "C60345B6E58FD0B363FD2904A39EBB03442CF778"],
  ] as const)("%s, as the documents have it", (algorithm, salt, values, digest) => {
    expect(digestOf({ algorithm, salt }, [...values])).toBe(digest);
  });
  test("is sent, of the payment and of the result where there is one", async () => {
    const { came, url } = await shop();
    const { bank } = await given(url);
    await bank.deliver(ID, "UNFREEZE");
    await bank.deliver(ID, "AUTOMATIC_FRAUD_CONTROL", { result: "FROZEN" });
    expect(came.map(({ query }) => query)).toEqual([
      { paymentId: ID, digest: "C60345B6E58FD0B363FD2904A39EBB03442CF778" },
      { paymentId: ID, result: "FROZEN", digest: digestOf(SALTED, [ID, "FROZEN"]) },
    ]);
  });
  test("of the parameters that the shop chose", async () => {
    const { came, url } = await shop();
    const { bank } = await given(url, { ...SALTED, parameters: ["paymentId"] });
    await bank.deliver(ID, "AUTOMATIC_FRAUD_CONTROL", { result: "FROZEN" });
    expect(came[0]?.query.digest).toBe(digestOf(SALTED, [ID]));
  });
  test("not sent where none was asked for", async () => {
    const { came, url } = await shop();
    const { bank } = await given(url, null);
    await bank.deliver(ID, "ANNULMENT");
    expect(came).toMatchObject([{ path: "/callbacks/resurs/legacy/ANNULMENT", query: { paymentId: ID } }]);
    expect(came[0]?.query).not.toHaveProperty("digest");
  });
});

describe("callbacks", () => {
  test.each([
    ["BOOKED", "POST", { addedPaymentSpecificationLines: [] }],
    ["UPDATE", "POST", { paymentDiff: null }],
    ["AUTOMATIC_FRAUD_CONTROL", "GET", null],
    ["UNFREEZE", "GET", null],
    ["ANNULMENT", "GET", null],
    ["FINALIZATION", "GET", null],
    ["TEST", "GET", null],
  ] as const)("%s is a %s", async (kind, method, body) => {
    const { came, url } = await shop();
    const { bank } = await given(url);
    await bank.deliver(ID, kind);
    const type = method === "POST" ? "application/json" : undefined;
    expect(came).toMatchObject([
      { method, path: `/callbacks/resurs/legacy/${kind}`, query: { paymentId: ID }, type, body },
    ]);
    expect(bank.deliveries).toMatchObject([{ kind, method, paymentId: ID, attempt: 1, answer: 204 }]);
  });
  test("go where the shop registered, each kind for itself", async () => {
    const { came, url } = await shop();
    const { bank } = await given();
    bank.register("UNFREEZE", { uriTemplate: `${url}/{paymentId}?t=UNFREEZE&d={digest}&x={result}`, digest: null });
    await bank.deliver("a b&c", "UNFREEZE");
    await bank.deliver(ID, "ANNULMENT");
    expect(came).toMatchObject([
      { path: "/callbacks/resurs/legacy/a%20b%26c", query: { t: "UNFREEZE", d: "", x: "" } },
    ]);
    bank.register("UNFREEZE", null);
    await bank.deliver(ID, "UNFREEZE");
    expect(came).toHaveLength(1);
  });
  test("BOOKED that is not taken as a POST is sent as a GET at once", async () => {
    const { came, url } = await shop(({ method }) => (method === "POST" ? 405 : 200));
    const { bank } = await given(url);
    await bank.deliver(ID, "BOOKED");
    expect(came.map(({ method, body }) => [method, body])).toEqual([
      ["POST", { addedPaymentSpecificationLines: [] }],
      ["GET", null],
    ]);
    expect(bank.deliveries.map(({ attempt, answer }) => [attempt, answer])).toEqual([
      [1, 405],
      [1, 200],
    ]);
  });
  test("are sent nineteen times more, at the documented moments, and then given up", async () => {
    const { came, url } = await shop(() => 503);
    const { bank, advance } = await given(url);
    const sending = bank.deliver(ID, "UNFREEZE");
    await advance(37 * 3_600_000);
    await sending;
    const seconds = bank.deliveries.map(({ at }) => (at - T0) / 1000);
    expect(seconds.slice(0, 6)).toEqual([0, 30, 75, 135, 225, 375]);
    expect(seconds).toHaveLength(20);
    expect((seconds.at(-1) ?? 0) / 3600).toBeCloseTo(36.2, 1);
    expect(new Set(came.map(({ query }) => query.digest)).size).toBe(1);
  });
  test.each([
    [200, 1],
    [202, 1],
    [204, 1],
    [302, 2],
    [406, 2],
    [503, 2],
  ])("answered %i: %i within a minute", async (status, times) => {
    const { came, url } = await shop(() => status);
    const { bank, advance } = await given(url);
    void bank.deliver(ID, "UNFREEZE");
    await advance(60_000);
    expect(came).toHaveLength(times);
    expect(came.every(({ path }) => path.endsWith("/UNFREEZE"))).toBe(true);
  });
});

describe("a payment tells of itself", () => {
  test("booked", async () => {
    const { url } = await shop();
    const { bank, gateway, advance } = await given(url);
    await gateway.createPayment(payment);
    await advance(0);
    expect(kinds(bank)).toEqual(["BOOKED"]);
  });
  test("finalized", async () => {
    const { url } = await shop();
    const { bank, gateway, advance } = await given(url);
    bank.nextBooking({ status: "FINALIZED" });
    await gateway.createPayment(payment);
    await advance(0);
    expect(kinds(bank).sort()).toEqual(["BOOKED", "FINALIZATION"]);
    expect(bank.books(ID)).toEqual({ total: 1000, authorized: 0, captured: 1000, canceled: 0, refunded: 0 });
  });
  test("denied: nothing to tell", async () => {
    const { url } = await shop();
    const { bank, gateway, advance } = await given(url);
    bank.nextPerson("197211072793");
    expect(await gateway.createPayment(payment)).toMatchObject({ kind: "failed" });
    await advance(60_000);
    expect([kinds(bank), bank.books(ID)]).toEqual([[], null]);
  });

  const moments = (deliveries: LegacyDelivery[]) => deliveries.map(({ kind, at }) => [kind, at - T0]);
  test.each([
    ["198001010001", "UNFREEZE", 5000, { authorized: 1000, canceled: 0 }, "ACCEPTED"],
    ["197801069241", "ANNULMENT", 5000, { authorized: 0, canceled: 1000 }, "REJECTED"],
    ["199401012381", "UNFREEZE", 600_000, { authorized: 1000 }, "ACCEPTED"],
    ["198909194451", "ANNULMENT", 600_000, { canceled: 1000 }, "REJECTED"],
    ["199105149612", "UNFREEZE", 10_000, { authorized: 1000 }, "ACCEPTED"],
  ])("test person %s: frozen, then %s", async (person, kind, ms, books, status) => {
    const { url } = await shop();
    const { bank, gateway, advance } = await given(url);
    bank.nextPerson(person);
    expect(await gateway.createPayment(payment)).toMatchObject({ kind: "ok", status: "FROZEN" });
    await advance(600_000);
    expect(moments(bank.deliveries)).toEqual([
      ["BOOKED", 0],
      [kind, ms],
    ]);
    expect(bank.books(ID)).toMatchObject(books);
    expect(await gateway.readPayment(ID)).toMatchObject({ reading: { status } });
  });
  test("frozen for ever", async () => {
    const { url } = await shop();
    const { bank, gateway, advance } = await given(url);
    bank.nextPerson("198209123705");
    await gateway.createPayment(payment);
    await advance(3_600_000);
    expect(kinds(bank)).toEqual(["BOOKED"]);
  });
  test("the shop does not wait for the control: frozen at first, then told how it ended", async () => {
    const { came, url } = await shop();
    const { bank, gateway, advance } = await given(url, SALTED, { waitForFraudControl: false });
    expect(await gateway.createPayment(payment)).toMatchObject({ kind: "ok", status: "FROZEN" });
    await advance(60_000);
    expect(moments(bank.deliveries)).toEqual([
      ["BOOKED", 0],
      ["AUTOMATIC_FRAUD_CONTROL", 5000],
    ]);
    expect(came[1]?.query.result).toBe("THAWED");
    expect(await gateway.readPayment(ID)).toMatchObject({ reading: { status: "ACCEPTED" } });
  });
  test("and it ended frozen", async () => {
    const { came, url } = await shop();
    const { bank, gateway, advance } = await given(url, SALTED, { waitForFraudControl: false });
    bank.nextPerson("198001010001");
    await gateway.createPayment(payment);
    await advance(60_000);
    expect(kinds(bank)).toHaveLength(3);
    expect(kinds(bank).at(-1)).toBe("UNFREEZE");
    expect(came.find(({ path }) => path.endsWith("AUTOMATIC_FRAUD_CONTROL"))?.query.result).toBe("FROZEN");
  });
  test("what is done to it: UPDATE each time, ANNULMENT once nothing is left", async () => {
    const { came, url } = await shop();
    const { bank, gateway, advance } = await given(url);
    await gateway.createPayment(payment);
    await gateway.cancel({ ...move, amount: 40_000 });
    await advance(0);
    expect(kinds(bank)).toEqual(["BOOKED", "UPDATE"]);
    await gateway.cancel({ ...move, amount: 60_000 });
    await advance(0);
    expect(kinds(bank).sort()).toEqual(["ANNULMENT", "BOOKED", "UPDATE", "UPDATE"]);
    expect(came[1]).toMatchObject({
      method: "POST",
      body: { paymentDiff: { type: "ANNUL", created: T0, paymentSpecification: { totalAmount: 400 } } },
    });
  });
  test("captured: UPDATE with the key, and no FINALIZATION, which is for what the bank does by itself", async () => {
    const { came, url } = await shop();
    const { bank, gateway, advance } = await given(url);
    await gateway.createPayment(payment);
    await gateway.capture(move);
    await advance(0);
    expect(kinds(bank)).toEqual(["BOOKED", "UPDATE"]);
    expect(came[1]).toMatchObject({ body: { paymentDiff: { type: "DEBIT", transactionId: "k" } } });
  });
});

describe("coming into being", () => {
  test("signed and booked: the customer is sent on, the payment is there after bookSignedPayment", async () => {
    const { bank, gateway } = await given();
    bank.nextBooking({ status: "SIGNING" });
    expect(await gateway.createPayment(payment)).toMatchObject({ redirectUrl: `${bank.url}/sign/${ID}` });
    expect(bank.customerSigns(ID).redirectUrl).toContain("https://shop.example/thanks?apiDataId=");
    expect(bank.books(ID)).toBeNull();
    await gateway.bookSignedPayment?.({ paymentId: ID });
    expect(bank.books(ID)).toMatchObject({ total: 1000, authorized: 1000 });
  });
  test("the page in a browser does the same as the test", async () => {
    const { bank, hosted } = await given();
    const created = await hosted.createPayment(payment);
    const page = created.kind === "ok" ? created.redirectUrl : "";
    expect(await (await fetch(page)).text()).toContain('value="freeze"');
    const signed = await fetch(page, { method: "POST", redirect: "manual" });
    expect(signed.headers.get("location")).toContain("https://shop.example/thanks");
    expect(bank.books(ID)).toMatchObject({ authorized: 1000 });
    expect((await fetch(`${bank.url}/sign/2`)).status).toBe(404);
  });
  test.each([
    ["deny", "https://shop.example/cart", null],
    ["freeze", "https://shop.example/thanks", "FROZEN"],
    ["leave", "https://shop.example/cart", null],
  ])("whoever chooses to %s comes back to %s", async (outcome, to, status) => {
    const { hosted } = await given();
    const created = await hosted.createPayment(payment);
    const page = created.kind === "ok" ? created.redirectUrl : "";
    const body = new URLSearchParams({ outcome });
    const chosen = await fetch(page, { method: "POST", redirect: "manual", body });
    expect(chosen.headers.get("location")).toContain(to);
    expect(await hosted.readPayment(ID)).toMatchObject({ reading: { exists: status !== null } });
    if (status !== null) expect(await hosted.readPayment(ID)).toMatchObject({ reading: { status } });
  });
  test("whoever pays a second time changes nothing", async () => {
    const { bank, hosted } = await given();
    await hosted.createPayment(payment);
    bank.customerSigns(ID);
    await hosted.capture(move);
    bank.customerSigns(ID);
    expect(bank.books(ID)).toMatchObject({ captured: 1000, authorized: 0 });
  });
  test("nobody pays what was never begun", async () => {
    const { bank } = await given();
    expect(() => bank.customerPays(ID)).toThrow("was not begun here");
  });
  test("without anything to go by, bookSignedPayment knows no payment", async () => {
    const { bank, gateway } = await given();
    expect(await gateway.bookSignedPayment?.({ paymentId: ID })).toMatchObject({
      kind: "refused",
      detail: expect.stringContaining("error 8"),
    });
    expect(bank.calls).toMatchObject([{ op: "bookSignedPayment", applied: false, answer: "500" }]);
  });
  test("a booking that names a test person goes that person's way", async () => {
    const { bank, clock } = await given();
    const own = { ...bank.addresses, userName: "shop", password: "password", clock };
    const customerOf = () => ({ ...madeUpCustomer, governmentId: "197211072793" });
    const denied = resursSimplified({ ...own, ...madeUpBooking, customerOf });
    expect(await denied.createPayment(payment)).toMatchObject({ kind: "failed", detail: "the bank answered DENIED" });
  });
});

describe("a series", () => {
  const accepted = (more: object) => ({
    status: "ACCEPTED",
    order: { totalOrderAmount: 1000, authorizedAmount: 1000, possibleActions: ["CAPTURE"], ...more },
  });
  test("counts from its moment on, and is said in the older words", async () => {
    const { bank, gateway, clock } = await given();
    const frozen = {
      status: "FROZEN",
      order: { totalOrderAmount: 1000, authorizedAmount: 1000, possibleActions: ["CAPTURE"] },
    };
    bank.setSeries(ID, [
      { from: T0, payment: null },
      { from: T0 + 1000, payment: frozen },
      { from: T0 + 2000, payment: accepted({}) },
      { from: T0 + 3000, payment: { status: "INSPECTION", order: accepted({}).order } },
      { from: T0 + 4000, payment: { status: "REJECTED", order: { totalOrderAmount: 1000 } } },
      { from: T0 + 5000, payment: { status: "TASK_REDIRECTION_REQUIRED", order: { totalOrderAmount: 1000 } } },
      { from: T0 + 6000, payment: { status: "SOMETHING_NEW", order: accepted({}).order } },
      { from: T0 + 7000, payment: { status: "ACCEPTED", order: null } },
    ]);
    const told: unknown[] = [];
    for (let step = 0; step < 8; step += 1) {
      clock.set(T0 + step * 1000);
      const answer = await gateway.readPayment(ID);
      if (answer.kind !== "ok") throw new Error(answer.detail);
      const { exists, status, hasOrder, authorized, canceled, offers } = answer.reading;
      told.push([exists, status, hasOrder, authorized, canceled, offers.length]);
    }
    expect(told).toEqual([
      [false, "NOT_FOUND", false, 0, 0, 0],
      [true, "FROZEN", true, 100_000, 0, 0],
      [true, "ACCEPTED", true, 100_000, 0, 4],
      [true, "INSPECTION", true, 100_000, 0, 4],
      [true, "REJECTED", true, 0, 100_000, 0],
      [false, "NOT_FOUND", false, 0, 0, 0],
      [true, "SOMETHING_NEW", true, 0, 0, 0],
      [true, "NO_STATUS", false, 0, 0, 0],
    ]);
  });
  test("does not make the bank forget which calls it took", async () => {
    const { bank, gateway, clock } = await given();
    bank.setSeries(ID, [
      { from: T0, payment: accepted({}) },
      {
        from: T0 + 1000,
        payment: accepted({ authorizedAmount: 0, capturedAmount: 1000, possibleActions: ["REFUND"] }),
      },
    ]);
    await gateway.capture({ ...move, amount: 60_000 });
    clock.set(T0 + 1000);
    expect(await gateway.readPayment(ID)).toMatchObject({ reading: { captured: 100_000, transactionIds: ["k"] } });
  });
  test("faults run out, and an answer can be held back", async () => {
    const { bank, gateway, clock } = await given();
    bank.setSeries(ID, [{ from: T0, payment: accepted({}), faults: { getPayment: "http-500:1" } }]);
    expect(await gateway.readPayment(ID)).toMatchObject({ kind: "unknown" });
    bank.delayNext("getPayment", 1000);
    const answer = gateway.readPayment(ID);
    await until(() => bank.held() === 1);
    clock.set(T0 + 1000);
    expect(await answer).toMatchObject({ kind: "ok", reading: { exists: true } });
    expect(bank.reads).toHaveLength(2);
  });
});

describe("over the wire", () => {
  const ask = async (bank: LegacyDouble, path: string, body: string, authorization = "Basic dXNlcjpwYXNz") => {
    const response = await fetch(`${bank.url}${path}`, { method: "POST", headers: { authorization }, body });
    return { status: response.status, type: response.headers.get("content-type"), text: await response.text() };
  };
  const soap = (name: string, content: string) =>
    `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns:m="x"><e:Body><m:${name}>${content}</m:${name}></e:Body></e:Envelope>`;
  const AFTER_SHOP = "/ws/V4/AfterShopFlowService";

  test("a payment that is not there is a fault as the documents show it", async () => {
    const { bank } = await given();
    const answer = await ask(bank, AFTER_SHOP, soap("getPayment", "<paymentId>2</paymentId>"));
    expect(answer).toMatchObject({ status: 500, type: "text/xml; charset=utf-8" });
    expect(answer.text).toContain("<faultcode>soap:Server</faultcode>");
    expect(answer.text).toMatch(/<ns3:ECommerceError [^>]*><errorTypeDescription>REFERENCED_DATA_DONT_EXISTS</);
    expect(answer.text).toContain("<errorTypeId>8</errorTypeId>");
  });
  test("bookSignedPayment is answered by bookPayment's name, as in the documents", async () => {
    const { bank } = await given();
    bank.expectPayment(ID, 497);
    const body = soap("bookSignedPayment", `<paymentId>${ID}</paymentId>`);
    const { text } = await ask(bank, "/ws/V4/SimplifiedShopFlowService", body);
    expect(text).toContain("<ns2:bookPaymentResponse");
    expect(text).toContain("<approvedAmount>497</approvedAmount>");
  });
  test("an annulment without an amount is of all that is left", async () => {
    const { bank, gateway } = await given();
    await gateway.createPayment(payment);
    await gateway.capture({ ...move, amount: 30_000 });
    await ask(bank, AFTER_SHOP, soap("annulPayment", `<paymentId>${ID}</paymentId>`));
    expect(bank.calls.at(-1)).toMatchObject({ op: "cancel", amount: 700, applied: true, answer: "200" });
    expect(bank.books(ID)).toMatchObject({ captured: 300, canceled: 700, authorized: 0 });
  });
  test.each([
    ["no user", AFTER_SHOP, soap("getPayment", `<paymentId>${ID}</paymentId>`), "", 401],
    [
      "the other service",
      "/ws/V4/SimplifiedShopFlowService",
      soap("getPayment", `<paymentId>${ID}</paymentId>`),
      undefined,
      500,
    ],
    ["no XML", AFTER_SHOP, "<", undefined, 500],
    ["no envelope", AFTER_SHOP, "<a/>", undefined, 500],
    ["nothing of ours", "/ws/V5", "", undefined, 500],
    ["half a booking", "/ws/V4/SimplifiedShopFlowService", soap("bookPayment", "<paymentData/>"), undefined, 500],
    ["half a page", "/back-channel", "{}", undefined, 400],
    ["half a checkout", `/checkout/payments/${ID}`, "{", undefined, 400],
  ])("%s", async (_, path, body, authorization, status) => {
    const { bank } = await given();
    expect(await ask(bank, path, body, authorization)).toMatchObject({ status });
    expect(bank.calls).toEqual([]);
  });
});

describe("the published schema", () => {
  const booking = (more: object = {}) => ({
    paymentData: { preferredId: ID, paymentMethodId: "INVOICE", waitForFraudControl: "true" },
    orderData: {
      specLines: [
        {
          id: "1",
          artNo: "a",
          description: "b",
          quantity: "1",
          unitMeasure: "pcs",
          unitAmountWithoutVat: "-5",
          vatPct: "25",
          totalVatAmount: "-1.25",
          totalAmount: "-6.25",
        },
      ],
      totalAmount: "10",
    },
    customer: madeUpCustomer,
    ...more,
  });
  const ask = async (url: string, service: string, operation: string, content: object) => {
    const names = { SimplifiedShopFlowService: "simplifiedshopflow", AfterShopFlowService: "aftershopflow" };
    const response = await fetch(`${url}/ws/V4/${service}`, {
      method: "POST",
      headers: {
        authorization: `Basic ${Buffer.from("shop:password").toString("base64")}`,
        "content-type": "text/xml",
      },
      body: writeXml({
        "e:Envelope": {
          "@_xmlns:e": "http://schemas.xmlsoap.org/soap/envelope/",
          "@_xmlns:m": `http://ecommerce.resurs.com/v4/msg/${names[service as keyof typeof names]}`,
          "e:Body": { [`m:${operation}`]: content },
        },
      }),
    });
    const text = await response.text();
    const { Envelope } = readXml(text) as { Envelope: { Body: Record<string, unknown> } };
    const [element = "", told] = Object.entries(Envelope.Body)[0] ?? [];
    return { status: response.status, element, told };
  };
  const shop = "SimplifiedShopFlowService";
  const after = "AfterShopFlowService";
  const { customer: _, ...nobody } = booking();
  const { paymentMethodId: __, ...methodless } = booking().paymentData;

  test.each<[string, string, string, object, string]>([
    ["no payment method", shop, "bookPayment", booking({ paymentData: methodless }), "paymentMethodId is missing"],
    ["no customer", shop, "bookPayment", nobody, "customer is missing"],
    [
      "a customer of another kind",
      shop,
      "bookPayment",
      booking({ customer: { ...madeUpCustomer, type: "X" } }),
      "customer.type is none of",
    ],
    [
      "elements out of order",
      shop,
      "bookPayment",
      booking({ paymentData: { paymentMethodId: "INVOICE", preferredId: ID } }),
      "out of order",
    ],
    ["an element of another schema", shop, "bookPayment", booking({ storeId: "1" }), "storeId is published nowhere"],
    ["a total below nothing", shop, "bookPayment", booking({ orderData: { totalAmount: "-1" } }), "is less than 0"],
    [
      "a colon in an id",
      after,
      "finalizePayment",
      { paymentId: ID, preferredTransactionId: "1:2" },
      "preferredTransactionId is no",
    ],
    ["no id", after, "getPayment", {}, "paymentId is missing"],
    ["two ids", after, "getPayment", { paymentId: [ID, ID] }, "more than once"],
  ])("refuses %s, and not in words of the bank's own", async (_, service, operation, content, why) => {
    const { bank } = await given();
    expect(await ask(bank.url, service, operation, content)).toMatchObject({
      status: 500,
      element: "Fault",
      told: { faultcode: "soap:Client", faultstring: expect.stringContaining(why) },
    });
    expect([bank.bookings, bank.calls]).toEqual([[], []]);
  });
  test("takes a line that gives a discount", async () => {
    const { bank } = await given();
    expect(await ask(bank.url, shop, "bookPayment", booking())).toMatchObject({ status: 200 });
  });
  test("has nothing against the answers, in whatever state the payment is", async () => {
    const { bank, gateway } = await given();
    const faults: unknown[] = [];
    const ok = async (service: string, operation: string, content: object) => {
      const { element, told } = await ask(bank.url, service, operation, content);
      const due = afterShopAndSimplified.find(({ name }) => name === operation)?.answer ?? [];
      faults.push({ element, faults: faultsIn(told, due, { strict: true, xml: true }) });
    };
    for (const status of ["BOOKED", "FINALIZED", "FROZEN", "DENIED", "SIGNING"] as const) {
      bank.nextBooking({ status });
      const paymentData = { preferredId: `${ID}-${status}`, paymentMethodId: "INVOICE" };
      await ok(shop, "bookPayment", booking({ paymentData }));
    }
    await ok(shop, "bookSignedPayment", { paymentId: `${ID}-SIGNING` });
    await gateway.capture({ paymentId: `${ID}-BOOKED`, amount: 500, key: "1001:5:0" });
    for (const status of ["BOOKED", "FINALIZED", "FROZEN", "SIGNING"])
      await ok(after, "getPayment", { paymentId: `${ID}-${status}` });
    const paymentId = `${ID}-SIGNING`;
    const partPaymentSpec = { totalAmount: "1" };
    await ok(after, "finalizePayment", { paymentId, partPaymentSpec });
    await ok(after, "creditPayment", { paymentId, partPaymentSpec });
    await ok(after, "annulPayment", { paymentId, partPaymentSpec });
    expect(faults).toHaveLength(13);
    expect(faults).toEqual(faults.map(() => ({ element: expect.stringMatching(/Response$/), faults: [] })));
  });
});
