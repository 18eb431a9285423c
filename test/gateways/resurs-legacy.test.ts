import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import fc from "fast-check";
import { XMLBuilder, XMLParser } from "fast-xml-parser";
import { afterEach, describe, expect, test } from "vitest";
import { keyOf, transactionIdOf } from "../../src/gateways/resurs-legacy/ids.js";
import {
  decodeApiData,
  encodeApiData,
  type LegacyCustomer,
  resursCheckout,
  resursHosted,
  resursSimplified,
} from "../../src/gateways/resurs-legacy/index.js";
import { readingOf } from "../../src/gateways/resurs-legacy/reading.js";
import { LegacyPayment } from "../../src/gateways/resurs-legacy/schema.js";
import { readXml, writeXml } from "../../src/gateways/resurs-legacy/xml.js";
import type { NewPayment } from "../../src/ports/gateway.js";
import { madeUpBooking, madeUpCustomer } from "../../src/testing/doubles/resurs-legacy/customer.js";
import { type LegacyDouble, legacyDouble, VirtualClock } from "../../src/testing/index.js";

const T0 = Date.parse("2026-11-20T12:00:00.000Z");
const ID = "1001";
const ALL = ["CAPTURE", "PARTIAL_CAPTURE", "CANCEL", "PARTIAL_CANCEL"];
const BACK = ["REFUND", "PARTIAL_REFUND"];

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

const given = async (options: { strict?: boolean } = {}) => {
  const clock = new VirtualClock(T0);
  const bank = await legacyDouble({ clock, ...options });
  closing.push(bank.close);
  const own = { ...bank.addresses, userName: "shop", password: "pass:word", clock };
  const flow = { ...own, ...madeUpBooking };
  return {
    clock,
    bank,
    own,
    gateway: resursSimplified(flow),
    hosted: resursHosted(flow),
    rco: resursCheckout(own),
  };
};

type Way = Awaited<ReturnType<typeof given>>["own"];

const order = (more: object = {}) => ({
  totalOrderAmount: 1000,
  authorizedAmount: 1000,
  capturedAmount: 0,
  canceledAmount: 0,
  refundedAmount: 0,
  possibleActions: ALL,
  ...more,
});
const reserved = { status: "ACCEPTED", order: order(), application: { approvedCreditLimit: 2000 } };
const captured = {
  status: "ACCEPTED",
  order: order({ authorizedAmount: 0, capturedAmount: 1000, possibleActions: BACK }),
};

const stand = (bank: LegacyDouble, payment: Parameters<LegacyDouble["setSeries"]>[1][0]["payment"], faults = {}) =>
  bank.setSeries(ID, [{ from: T0, payment, faults }]);

const move = { paymentId: ID, amount: 100_000, key: "1001:4:0" };
const refund = { ...move, lines: null, all: true };

const payment: NewPayment = {
  orderId: "1001",
  total: 100_000,
  currency: "SEK",
  lines: [
    { sku: "BOOK-1", quantity: 1, total: 60_000 },
    { sku: "PEN & <INK>", quantity: 3, total: 40_000 },
  ],
  linkLifetimeMinutes: 120,
  successUrl: "https://shop.example/thanks?order=1001",
  failUrl: "https://shop.example/cart",
  callbackUrl: "https://shop.example/callbacks/resurs/legacy",
  preferredId: ID,
};

/** Lets a held call run into its timeout. */
const timedOut = async <T>({ clock, bank }: { clock: VirtualClock; bank: LegacyDouble }, answer: Promise<T>) => {
  await until(() => bank.held() === 1);
  clock.set(clock.now() + 30_000);
  const result = await answer;
  await until(() => bank.held() === 0);
  return result;
};

/** A bank that answers everything with whatever it is told. */
const oddBank = async (status: number, body: string) => {
  const server = createServer((_, response) => void response.writeHead(status).end(body));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  closing.push(close);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const own = { baseUrl: url, userName: "shop", password: "password", clock: new VirtualClock(T0) };
  return {
    gateway: resursSimplified({ ...own, ...madeUpBooking }),
    hosted: resursHosted({ ...own, hostedUrl: url }),
    rco: resursCheckout({ ...own, checkoutUrl: url }),
    close,
  };
};

const soap = (body: string) =>
  `<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>${body}</soap:Body></soap:Envelope>`;
const fault = (id: string, name = "ECommerceError") =>
  soap(
    `<soap:Fault><faultcode>soap:Server</faultcode><faultstring>secret</faultstring><detail><ns2:${name} xmlns:ns2="x">` +
      `<errorTypeDescription>WORDS</errorTypeDescription><errorTypeId>${id}</errorTypeId><fixableByYou>true</fixableByYou>` +
      `<userErrorMessage>F&#246;r &amp; mot</userErrorMessage></ns2:${name}></detail></soap:Fault>`,
  );
const got = (content: string) =>
  soap(`<ns2:getPaymentResponse xmlns:ns2="x"><return>${content}</return></ns2:getPaymentResponse>`);

/** getPayment's answer in the documents ("Get Payment"), shortened. */
const documented = got(`
  <id>${ID}</id><totalAmount>0.00000000000000000000</totalAmount>
  <metaData><key>Expressfrakt</key><value>true</value></metaData><limit>3030.00000</limit>
  <paymentDiffs><type>AUTHORIZE</type><created>2013-07-02T12:51:51+02:00</created><createdBy>SHOP_FLOW</createdBy>
    <paymentSpec><specLines><id>N</id><totalAmount>10.0</totalAmount></specLines><totalAmount>30.000000000000000</totalAmount></paymentSpec></paymentDiffs>
  <paymentDiffs><type>DEBIT</type><transactionId>TrD-1372762301644-3166</transactionId><created>2013-07-02T12:51:51+02:00</created>
    <paymentSpec><totalAmount>30.0000000000</totalAmount></paymentSpec></paymentDiffs>
  <paymentDiffs><type>CREDIT</type><transactionId>TrC-1372762301644-3166</transactionId><created>2013-07-02T12:51:52+02:00</created>
    <paymentSpec><totalAmount>30.0000000000</totalAmount></paymentSpec></paymentDiffs>
  <fraud>false</fraud><frozen>false</frozen><status>IS_DEBITED</status><status>IS_CREDITED</status>`);

describe("the reading", () => {
  const read = (
    status: string[],
    diffs: Record<string, string>,
    more: { frozen?: string; fraud?: string; limit?: string } = {},
  ) =>
    readingOf(
      LegacyPayment.parse({
        id: ID,
        totalAmount: "10.00",
        fraud: "false",
        frozen: "false",
        status,
        paymentDiffs: Object.entries(diffs).map(([type, totalAmount]) => ({ type, paymentSpec: { totalAmount } })),
        ...more,
      }),
    );

  // Facts 6.2, preAnalyze.
  test.each([
    ["reserved", read(["DEBITABLE"], { AUTHORIZE: "10.00" }), "ACCEPTED", [1000, 0, 0, 0], ALL],
    ["frozen", read(["DEBITABLE"], { AUTHORIZE: "10" }, { frozen: "true" }), "FROZEN", [1000, 0, 0, 0], []],
    ["in doubt", read(["DEBITABLE"], { AUTHORIZE: "10" }, { fraud: "true" }), "INSPECTION", [1000, 0, 0, 0], ALL],
    ["frozen and in doubt", read([], { AUTHORIZE: "10" }, { fraud: "1", frozen: "1" }), "FROZEN", [1000, 0, 0, 0], []],
    [
      "captured",
      read(["CREDITABLE", "IS_DEBITED"], { AUTHORIZE: "10", DEBIT: "10" }),
      "ACCEPTED",
      [0, 1000, 0, 0],
      BACK,
    ],
    [
      "partly captured",
      read(["DEBITABLE", "CREDITABLE", "IS_DEBITED"], { AUTHORIZE: "10", DEBIT: "3.5" }),
      "ACCEPTED",
      [650, 350, 0, 0],
      [...ALL, ...BACK],
    ],
    [
      "credited",
      read(["IS_DEBITED", "IS_CREDITED"], { AUTHORIZE: "10", DEBIT: "10", CREDIT: "10" }),
      "ACCEPTED",
      [0, 1000, 0, 1000],
      [],
    ],
    ["annulled", read(["IS_ANNULLED"], { AUTHORIZE: "10", ANNUL: "10" }), "REJECTED", [0, 0, 1000, 0], []],
    [
      "annulled by the control, whose mark stays",
      read(["IS_ANNULLED"], { AUTHORIZE: "10", ANNUL: "10" }, { frozen: "true" }),
      "REJECTED",
      [0, 0, 1000, 0],
      [],
    ],
    [
      "annulled in part",
      read(["DEBITABLE", "IS_ANNULLED"], { AUTHORIZE: "10", ANNUL: "4" }),
      "ACCEPTED",
      [600, 0, 400, 0],
      ALL,
    ],
    [
      "captured in part, the rest annulled",
      read(["CREDITABLE", "IS_DEBITED", "IS_ANNULLED"], { AUTHORIZE: "10", DEBIT: "6", ANNUL: "4" }),
      "ACCEPTED",
      [0, 600, 400, 0],
      BACK,
    ],
    ["debited without an authorisation", read(["CREDITABLE"], { DEBIT: "10" }), "ACCEPTED", [0, 1000, 0, 0], BACK],
  ])("%s", (_, reading, status, [authorized, capturedAmount, canceled, refunded], offers) => {
    expect(reading).toMatchObject({ exists: true, hasOrder: true, total: 1000, status, offers });
    expect(reading).toMatchObject({ authorized, captured: capturedAmount, canceled, refunded });
    expect([reading.rejectedReason, reading.taskCompleted]).toEqual(
      status === "REJECTED" ? ["CANCELED", false] : [null, null],
    );
  });

  test("a word of tomorrow is kept, and none at all has a word", () => {
    expect(read(["IS_PLEDGED"], { AUTHORIZE: "10" }).status).toBe("IS_PLEDGED");
    expect(read([], { AUTHORIZE: "10" })).toMatchObject({ status: "NO_STATUS", authorized: 0, offers: [] });
  });
  test("without a history there is no order to act on", () => {
    expect(read(["DEBITABLE"], {})).toMatchObject({ hasOrder: false, total: 1000, authorized: 1000 - 1000 });
  });
  test("the limit, if any", () => {
    expect(read([], {}, { limit: "3030.00000" }).creditLimit).toBe(303_000);
    expect(read([], {}, { limit: "0.00000" }).creditLimit).toBeNull();
  });
});

describe("reading over SOAP", () => {
  test("the documents' own answer", async () => {
    const { gateway } = await oddBank(200, documented);
    expect(await gateway.readPayment(ID)).toEqual({
      kind: "ok",
      reading: {
        paymentId: ID,
        exists: true,
        status: "ACCEPTED",
        rejectedReason: null,
        hasOrder: true,
        total: 3000,
        authorized: 0,
        captured: 3000,
        canceled: 0,
        refunded: 3000,
        offers: [],
        creditLimit: 303_000,
        taskCompleted: null,
        transactionIds: ["TrD-1372762301644-3166", "TrC-1372762301644-3166"],
      },
    });
  });
  test("each of the three flows, by its name", async () => {
    const { bank, gateway, hosted, rco } = await given();
    stand(bank, reserved);
    for (const one of [gateway, hosted, rco]) {
      expect(await one.readPayment(ID)).toMatchObject({
        kind: "ok",
        reading: { status: "ACCEPTED", authorized: 100_000, creditLimit: 200_000 },
      });
    }
    expect([gateway, hosted, rco].map(({ name }) => name)).toEqual([
      "resurs-simplified",
      "resurs-hosted",
      "resurs-rco",
    ]);
    expect(bank.reads).toHaveLength(3);
  });
  test.each([["not-exist:8"], ["not-exist:3"], ["not-exist:404"]])(
    "%s: there is no such payment (002)",
    async (kind) => {
      const { bank, gateway } = await given();
      stand(bank, reserved, { getPayment: kind });
      expect(await gateway.readPayment(ID)).toMatchObject({ kind: "ok", reading: { exists: false } });
    },
  );
  test("and so where the bank has never heard of it", async () => {
    const { gateway } = await given();
    expect(await gateway.readPayment("nobodys")).toMatchObject({ kind: "ok", reading: { exists: false } });
  });
  test.each([
    ["http-500", { kind: "unknown" }],
    ["not-exist:4", { kind: "refused", detail: expect.stringContaining("error 4") }],
    ["http-401", { kind: "refused" }],
    // Without the bank's own fault in it: whatever stands before the bank.
    ["http-403", { kind: "unknown" }],
    ["http-404", { kind: "unknown" }],
    ["http-408", { kind: "unknown" }],
    ["http-429:retry-after=5", { kind: "retry", afterMs: 5000 }],
  ])("%s", async (kind, answer) => {
    const { bank, gateway } = await given();
    stand(bank, reserved, { getPayment: kind });
    expect(await gateway.readPayment(ID)).toMatchObject(answer);
  });
  test("no answer in time is unknown, no connection is a retry", async () => {
    const world = await given();
    stand(world.bank, reserved, { getPayment: "timeout-before-apply" });
    expect(await timedOut(world, world.gateway.readPayment(ID))).toMatchObject({ kind: "unknown" });
    const { gateway, close } = await oddBank(200, "");
    await close();
    expect(await gateway.readPayment(ID)).toMatchObject({ kind: "retry" });
  });
  test("no user, no answer", async () => {
    const { bank, own } = await given();
    expect(await resursSimplified({ ...own, ...madeUpBooking, password: "" }).readPayment(ID)).toMatchObject({
      kind: "refused",
    });
    expect(bank.reads).toEqual([]);
  });
  test.each([[""], ["a b"], ["a\u0000"], ["x".repeat(101)]])(
    "what can be no payment id is never asked about: %j",
    async (id) => {
      const { bank, gateway } = await given();
      expect(await gateway.readPayment(id)).toMatchObject({ kind: "refused" });
      expect(await gateway.capture({ ...move, paymentId: id })).toMatchObject({ kind: "refused" });
      expect(await gateway.bookSignedPayment?.({ paymentId: id })).toMatchObject({ kind: "refused" });
      expect([bank.reads, bank.calls]).toEqual([[], []]);
    },
  );
});

describe("hostile XML", () => {
  const whole = documented;
  test.each([
    ["nothing", ""],
    ["a page", "<html><body>Hello</body></html>"],
    ["JSON", "{}"],
    ["half of it", whole.slice(0, -20)],
    ["a document type", `<!DOCTYPE x [<!ENTITY a "b">]>${whole}`],
    ["a document type in small letters", `<!doctype x>${whole}`],
    [
      "a thousand laughs",
      `<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>${whole.replace("Expressfrakt", "&b;")}`,
    ],
    ["a file of ours", `<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]>${whole}`],
    ["a processing instruction", `<?xml-stylesheet href="x"?>${whole}`],
    ["more than a payment can have", whole.replace("Expressfrakt", "x".repeat(1_000_001))],
    ["more than anything can have", whole.replace("Expressfrakt", "x".repeat(5_000_001))],
    ["a tower", got("<a>".repeat(5000) + "</a>".repeat(5000))],
    ["a name that changes objects", whole.replaceAll("metaData", "__proto__")],
    ["another payment", whole.replace(`<id>${ID}<`, "<id>1002<")],
    ["no amount", whole.replace("30.000000000000000", "much")],
    ["an amount below nothing", whole.replace("30.0000000000", "-30")],
    ["no word on frozen", whole.replace("<frozen>false</frozen>", "")],
    ["another answer", whole.replaceAll("getPaymentResponse", "findPaymentsResponse")],
  ])("%s is not believed", async (_, body) => {
    const { gateway } = await oddBank(200, body);
    expect(await gateway.readPayment(ID)).toMatchObject({ kind: "unknown" });
    expect(({} as Record<string, unknown>).key).toBeUndefined();
  });
  test.each([
    ["crossed", "<a><b>x</a></b>"],
    ["unfinished", "<a><b>x</b>"],
    ["far too deep", "<a>".repeat(40) + "</a>".repeat(40)],
  ])("%s is no XML to us", (_, text) => {
    expect(readXml(text)).toBeNull();
    expect(readXml("<a>".repeat(30) + "</a>".repeat(30))).not.toBeNull();
  });
  test("an entity that nobody declared stays the text that it is", () => {
    expect(readXml("<a>&copy; &amp;lt; &#x41;&#66; &#x110000; &#9999999;</a>")).toEqual({
      a: "&copy; &lt; AB &#x110000; &#9999999;",
    });
  });
  test("whatever is written is read again, without what XML cannot hold", () => {
    const text = fc.string({ unit: "binary", maxLength: 50 });
    fc.assert(
      fc.property(text, (value) => {
        const writable = value.replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "");
        // Blanks at the ends are trimmed by the reader, and line ends are one in XML.
        const same = writable.replace(/\r\n?/g, "\n").trim();
        expect(readXml(writeXml({ a: { b: value } }))).toMatchObject({
          a: same === "" ? expect.anything() : { b: same },
        });
      }),
    );
  });
  test("another parser reads what is written, and what another builder writes is read", () => {
    const text = fc
      .string({ unit: "grapheme", maxLength: 30 })
      .map((value) => value.replace(/[\t\n\r ]+/g, " ").trim());
    const value = fc.record({
      b: text,
      status: fc.array(text, { minLength: 1 }),
      metaData: fc.array(fc.record({ key: text })),
    });
    const lists = (name: string) => name === "status" || name === "metaData";
    const other = new XMLParser({ removeNSPrefix: true, parseTagValue: false, isArray: lists });
    fc.assert(
      fc.property(value, (told) => {
        const { metaData, ...rest } = told;
        const same = { "s:a": metaData.length === 0 ? rest : told };
        expect(readXml(new XMLBuilder().build(same))).toEqual({ a: same["s:a"] });
        expect(other.parse(writeXml(same))).toMatchObject({ a: same["s:a"] });
      }),
    );
  });
  test.each([
    ["a section of characters", "<a><![CDATA[x & <y>]]></a>", "x & <y>"],
    ["a comment inside", "<a>x<!-- & -->y</a>", "xy"],
    ["an ampersand alone", "<a>Bror & Co</a>", "Bror & Co"],
    ["a character that XML cannot hold, escaped and not", "<a>x\u0001y&#1;&#xD800;</a>", "xy&#1;&#xD800;"],
    ["a capital letter for a number's base", "<a>&#X41;</a>", "&#X41;"],
    ["blanks around", "<a>\n  x\n</a>", "x"],
    ["attributes", '<n:a xmlns:n="u" b="c"><n:d e="f"/></n:a>', { d: "" }],
    ["text beside elements", "<a>x<b>y</b>z</a>", { b: "y" }],
    ["the same twice", "<a><b>1</b><b>2</b><b>3</b></a>", { b: ["1", "2", "3"] }],
    ["one of what may come more than once", "<a><status>X</status></a>", { status: ["X"] }],
  ])("%s", (_, text, read) => expect(readXml(text)).toEqual({ a: read }));
  test.each(["__proto__", "constructor", "toString", "x:hasOwnProperty"])("an element called %s is refused", (name) => {
    expect(readXml(`<a xmlns:x="u"><${name}>x</${name}></a>`)).toBeNull();
  });
  test.each([
    ["comments that never end", `<a>${"<!--".repeat(9990)}${"x".repeat(900_000)}</a>`],
    ["sections that never end", `<a>${"<![CDATA[".repeat(9990)}${"x".repeat(900_000)}</a>`],
    ["ampersands", `<a>${"&".repeat(900_000)}</a>`],
    ["half a reference", `<a>${"&#1".repeat(300_000)}</a>`],
    ["a tower as high as may be", `${"<a>".repeat(9990)}${"</a>".repeat(9990)}`],
    ["siblings", `<a>${"<b/>".repeat(9990)}</a>`],
  ])("%s take no long time", (_, text) => {
    const begun = performance.now();
    readXml(text);
    expect(performance.now() - begun).toBeLessThan(20_000);
  });
  test("no text makes the reader throw", () => {
    const bits = fc.constantFrom(
      "<",
      ">",
      "</a>",
      "<a>",
      "<!--",
      "<![CDATA[",
      "]]>",
      "&",
      ";",
      "<?",
      "<!DOCTYPE",
      "'",
      "a",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(bits).map((parts) => parts.join("")),
        ),
        (text) => {
          expect(() => readXml(text)).not.toThrow();
        },
      ),
    );
  });
});

describe("money", () => {
  test("captured with its key, which the history shows", async () => {
    const { bank, gateway } = await given();
    stand(bank, reserved);
    expect(await gateway.capture(move)).toMatchObject({
      kind: "ok",
      reading: { captured: 100_000, authorized: 0, offers: BACK, transactionIds: ["1001:4:0"] },
    });
    expect(bank.calls).toMatchObject([{ op: "capture", amount: 1000, key: "1001/4/0", applied: true, answer: "200" }]);
    expect(bank.books(ID)).toEqual({ total: 1000, authorized: 0, captured: 1000, canceled: 0, refunded: 0 });
  });
  test.each([
    ["order#1:4:0", "order_23_1/4/0"],
    ["2024/17:4:0", "2024_2f_17/4/0"],
    ["order_01HX:4:0", "order__01HX/4/0"],
    ["Ärende 😀:4:0", "Ärende _1f600_/4/0"],
  ])("the key %s goes within the schema's characters, and the history shows it again", async (key, sent) => {
    const { bank, gateway } = await given();
    stand(bank, reserved);
    await gateway.capture({ ...move, key });
    expect(await gateway.refund({ ...refund, key: `${key}b` })).toMatchObject({
      reading: { transactionIds: [key, `${key}b`] },
    });
    expect(bank.calls.map((call) => call.key)).toEqual([sent, `${sent}b`]);
  });
  test("a key that was sent as it is, before there was a spelling for it, is found all the same; others' ids stay", () => {
    const shown = (id: string): string[] =>
      readingOf(
        LegacyPayment.parse({
          id: ID,
          totalAmount: "10",
          fraud: "false",
          frozen: "false",
          paymentDiffs: [{ type: "DEBIT", transactionId: id, paymentSpec: { totalAmount: "10" } }],
        }),
      ).transactionIds;
    for (const id of ["1001:4:0", "a_b", "_zz_", "T-2024_", "_110000_"]) expect(shown(id)).toEqual([id]);
  });
  test("every key is another id, within the schema's characters, and comes back", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 1, maxLength: 40 }), (key) => {
        expect(transactionIdOf(key)).toMatch(/^[\p{L}0-9 ._/-]+$/u);
        expect(keyOf(transactionIdOf(key))).toBe(key);
      }),
    );
  });
  test("captured in part, down to the last öre", async () => {
    const { bank, gateway } = await given();
    stand(bank, reserved);
    await gateway.capture({ ...move, amount: 30_151 });
    expect(await gateway.capture({ ...move, amount: 69_849, key: "second" })).toMatchObject({
      reading: { captured: 100_000, transactionIds: ["1001:4:0", "second"] },
    });
    expect(bank.calls.map(({ amount }) => amount)).toEqual([301.51, 698.49]);
  });
  test("cancelled: what is let go is told as rejected, cancelled, and by its amount", async () => {
    const { bank, gateway } = await given();
    stand(bank, reserved);
    expect(await gateway.cancel(move)).toMatchObject({
      kind: "ok",
      reading: {
        status: "REJECTED",
        rejectedReason: "CANCELED",
        taskCompleted: false,
        canceled: 100_000,
        authorized: 0,
      },
    });
    expect(bank.calls).toMatchObject([{ op: "cancel", amount: 1000, key: null }]);
  });
  test("refunded, all of it or lines of it", async () => {
    const { bank, gateway } = await given();
    stand(bank, captured);
    const part = { ...refund, amount: 25_000, all: false, lines: [{ sku: "A&B", quantity: 1, total: 25_000 }] };
    expect(await gateway.refund(part)).toMatchObject({ kind: "ok", reading: { refunded: 25_000 } });
    expect(await gateway.refund({ ...refund, amount: 75_000 })).toMatchObject({
      reading: { refunded: 100_000, offers: [] },
    });
    expect(bank.calls.map(({ op, amount }) => [op, amount])).toEqual([
      ["refund", 250],
      ["refund", 750],
    ]);
  });

  const operations = [
    ["capture", reserved],
    ["cancel", reserved],
    ["refund", captured],
  ] as const;
  describe.each(operations)("%s", (op, before) => {
    const act = (gateway: Awaited<ReturnType<typeof given>>["gateway"]) => gateway[op](refund);
    test.each([
      ["http-500", { kind: "unknown" }],
      ["http-503", { kind: "unknown" }],
      ["http-408", { kind: "unknown" }],
      ["http-400", { kind: "unknown" }],
      ["http-401", { kind: "refused", reason: "gateway-refused" }],
      ["http-403", { kind: "unknown" }],
      ["http-404", { kind: "unknown" }],
      ["http-429", { kind: "retry", afterMs: null }],
      ["http-429:retry-after=7", { kind: "retry", afterMs: 7000 }],
      ["not-exist:8", { kind: "refused", detail: expect.stringContaining("REFERENCED_DATA_DONT_EXISTS") }],
      ["not-exist:4", { kind: "refused" }],
      // INTERNAL_ERROR is a fault of the bank's, not a no.
      ["not-exist:3", { kind: "unknown" }],
    ])("%s", async (kind, answer) => {
      const { bank, gateway } = await given();
      stand(bank, before, { [op]: kind });
      expect(await act(gateway)).toMatchObject(answer);
      expect(bank.calls).toMatchObject([{ op, applied: false }]);
    });
    test("its answer lost: unknown, and done or not", async () => {
      const world = await given();
      stand(world.bank, before, { [op]: "timeout-after-apply:1" });
      expect(await timedOut(world, act(world.gateway))).toMatchObject({ kind: "unknown" });
      expect(world.bank.calls).toMatchObject([{ op, applied: true, answer: "lost" }]);
      stand(world.bank, before, { [op]: "timeout-before-apply:1" });
      expect(await timedOut(world, act(world.gateway))).toMatchObject({ kind: "unknown" });
      expect(world.bank.calls).toHaveLength(1);
    });
    test("never connected: ask again", async () => {
      const { gateway, close } = await oddBank(200, "");
      await close();
      expect(await act(gateway)).toMatchObject({ kind: "retry" });
    });
    test("done, and only the look afterwards failed: done", async () => {
      const { bank, gateway } = await given();
      stand(bank, before, { getPayment: "http-500" });
      expect(await act(gateway)).toEqual({ kind: "ok", reading: null });
    });
    test("done before, perhaps by us: the payment decides", async () => {
      const { bank, gateway } = await given();
      stand(bank, before);
      await act(gateway);
      expect(await act(gateway)).toMatchObject({ kind: "unknown", detail: expect.stringContaining("error ") });
      expect(bank.calls.map(({ applied }) => applied)).toEqual([true, false]);
    });
    test("not possible while all of it is still there: no", async () => {
      const { bank, gateway } = await given();
      stand(bank, before);
      const more = { ...refund, amount: 100_001 };
      expect(await gateway[op](more)).toMatchObject({ kind: "refused" });
    });
    test("a yes that is none is not believed", async () => {
      const { gateway } = await oddBank(200, "<ok/>");
      expect(await act(gateway)).toMatchObject({ kind: "unknown" });
    });
    test.each([["ECommerceError"], ["ECommerceErrorException"]])("a fault in %s is the bank's no", async (name) => {
      const { gateway } = await oddBank(500, fault("17", name));
      expect(await act(gateway)).toEqual({
        kind: "refused",
        reason: "gateway-refused",
        detail: "error 17 WORDS: För & mot",
      });
    });
    test("a fault without the bank's own error says nothing", async () => {
      const { gateway } = await oddBank(500, soap("<soap:Fault><faultcode>soap:Client</faultcode></soap:Fault>"));
      expect(await act(gateway)).toMatchObject({ kind: "unknown" });
    });
  });

  test("a frozen payment is not captured, and the bank's no is a no", async () => {
    const { bank, gateway } = await given();
    stand(bank, { ...reserved, status: "FROZEN" });
    expect(await gateway.readPayment(ID)).toMatchObject({ reading: { status: "FROZEN", offers: [] } });
    expect(await gateway.capture(move)).toMatchObject({ kind: "refused", detail: expect.stringContaining("error 20") });
  });
  test("a bank that does whatever it is asked", async () => {
    const { bank, gateway } = await given({ strict: false });
    stand(bank, { ...reserved, status: "FROZEN" });
    expect(await gateway.capture(move)).toMatchObject({ kind: "ok", reading: { captured: 100_000 } });
  });
  test("lines are never added", async () => {
    const { bank, gateway, hosted, rco } = await given();
    for (const one of [gateway, hosted, rco]) {
      expect(await one.addOrderLines({ ...move, lines: [] })).toMatchObject({
        kind: "refused",
        reason: "gateway-refused",
      });
    }
    expect(bank.calls).toEqual([]);
  });
});

describe("bookPayment", () => {
  test.each([["BOOKED"], ["FINALIZED"], ["FROZEN"]] as const)("%s: to the shop's own page", async (status) => {
    const { bank, gateway } = await given();
    bank.nextBooking({ status });
    expect(await gateway.createPayment(payment)).toMatchObject({
      kind: "ok",
      paymentId: ID,
      status,
      redirectUrl: payment.successUrl,
    });
    const told = { BOOKED: ["ACCEPTED", 0], FINALIZED: ["ACCEPTED", 100_000], FROZEN: ["FROZEN", 0] }[status];
    expect(await gateway.readPayment(ID)).toMatchObject({
      reading: { status: told[0], captured: told[1], total: 100_000 },
    });
  });
  test("SIGNING: to where the customer signs, and no payment yet", async () => {
    const { bank, gateway } = await given();
    bank.nextBooking({ status: "SIGNING", signingUrl: "https://sign.example/abc?a=1&b=2" });
    expect(await gateway.createPayment(payment)).toMatchObject({
      kind: "ok",
      paymentId: ID,
      status: "SIGNING",
      redirectUrl: "https://sign.example/abc?a=1&b=2",
    });
    expect(await gateway.readPayment(ID)).toMatchObject({ reading: { exists: false } });
  });
  test.each([[null], [""], ["javascript:alert(1)"]])(
    "SIGNING without a place to sign: failed (%j)",
    async (signingUrl) => {
      const { bank, gateway } = await given();
      bank.nextBooking({ status: "SIGNING", signingUrl });
      expect(await gateway.createPayment(payment)).toMatchObject({ kind: "failed" });
    },
  );
  test("DENIED: failed, with the bank's word", async () => {
    const { bank, gateway } = await given();
    bank.nextBooking({ status: "DENIED" });
    expect(await gateway.createPayment(payment)).toEqual({
      kind: "failed",
      detail: "the bank answered DENIED",
      meta: expect.objectContaining({ checkoutType: "simplified", resursReference: ID }),
    });
    expect(bank.books(ID)).toBeNull();
  });
  test.each([["http-500"], ["http-403"], ["not-exist:21"], ["http-429"]])("%s: failed, and why", async (kind) => {
    const { bank, gateway } = await given();
    stand(bank, null, { bookPayment: kind });
    expect(await gateway.createPayment(payment)).toMatchObject({
      kind: "failed",
      detail: expect.stringMatching(/HTTP|error/),
    });
  });
  test("FAILED, and what is no answer", async () => {
    const answer = (status: string) =>
      soap(
        `<bookPaymentResponse><return><paymentId>1</paymentId><bookPaymentStatus>${status}</bookPaymentStatus></return></bookPaymentResponse>`,
      );
    const failed = await oddBank(200, answer("FAILED"));
    expect(await failed.gateway.createPayment(payment)).toMatchObject({
      kind: "failed",
      detail: expect.stringContaining("FAILED"),
    });
    const odd = await oddBank(200, answer(""));
    expect(await odd.gateway.createPayment(payment)).toMatchObject({ kind: "failed" });
  });
  test("a second booking under the same id is refused rather than made twice", async () => {
    const { gateway } = await given();
    await gateway.createPayment(payment);
    expect(await gateway.createPayment(payment)).toMatchObject({
      kind: "failed",
      detail: expect.stringContaining("error 19"),
    });
  });
  test("what is sent", async () => {
    const { bank, own } = await given();
    const customerOf = (orderId: string): LegacyCustomer => ({
      type: "NATURAL",
      email: "",
      cellPhone: "0701234567",
      address: {
        country: "SE",
        postalCode: "12345",
        postalArea: "Ort",
        addressRow2: "",
        addressRow1: "",
        fullName: `Åsa <${orderId}>`,
      },
      governmentId: "198305147715",
    });
    await resursSimplified({ ...own, paymentMethodId: "PART_PAY", customerOf }).createPayment({
      ...payment,
      preferredId: null,
    });
    expect(bank.bookings).toMatchObject([
      {
        paymentData: {
          preferredId: "1001",
          paymentMethodId: "PART_PAY",
          waitForFraudControl: "true",
          annulIfFrozen: "false",
          finalizeIfBooked: "false",
        },
        orderData: {
          specLines: [
            { id: "1", artNo: "BOOK-1", quantity: "1", unitAmountWithoutVat: "600.00000", totalAmount: "600.00" },
            { id: "2", artNo: "PEN & <INK>", quantity: "3", unitAmountWithoutVat: "133.33333", totalAmount: "400.00" },
          ],
          totalAmount: "1000.00",
        },
        customer: {
          governmentId: "198305147715",
          address: { fullName: "Åsa <1001>", addressRow1: "", postalArea: "Ort", postalCode: "12345", country: "SE" },
          type: "NATURAL",
          cellPhone: "0701234567",
        },
        signing: { failUrl: "https://shop.example/cart" },
      },
    ]);
  });
  test("lines that do not add up are replaced by one that does", async () => {
    const { bank, gateway } = await given();
    await gateway.createPayment({ ...payment, total: 99_999 });
    expect(bank.bookings).toMatchObject([
      { orderData: { specLines: [{ totalAmount: "999.99" }], totalAmount: "999.99" } },
    ]);
  });
  test("the landing page gets the container, and the order keeps it (002)", async () => {
    const { bank, gateway } = await given();
    const created = await gateway.createPayment(payment);
    const [sent] = bank.bookings as { signing: { successUrl: string } }[];
    const landing = new URL(sent?.signing.successUrl ?? "");
    const data = {
      checkoutType: "simplified",
      paymentMethod: "INVOICE",
      wc_order_id: "1001",
      preferred_id: ID,
      isReturningCustomer: false,
    };
    expect(landing.searchParams.get("order")).toBe("1001");
    expect(landing.href).not.toContain("|");
    expect(decodeApiData(landing.searchParams.get("apiData") ?? "")).toEqual({ ok: true, data });
    if (created.kind !== "ok") throw new Error(created.detail);
    const { orderSigningPayload = "", ...meta } = created.meta ?? {};
    expect(decodeApiData(orderSigningPayload)).toEqual({ ok: true, data });
    expect(meta).toEqual({
      checkoutType: "simplified",
      apiDataId: landing.searchParams.get("apiDataId"),
      resursReference: ID,
      paymentMethod: "INVOICE",
    });
  });
});

describe("the method that the customer chose at the checkout goes before the configured one", () => {
  const ways = [
    ["simplified", (own: Way) => resursSimplified({ ...own, ...madeUpBooking })],
    ["hosted", (own: Way) => resursHosted(own)],
    ["hosted, with one configured", (own: Way) => resursHosted({ ...own, paymentMethodId: "INVOICE" })],
  ] as const;
  test.each(ways)("%s", async (_name, made) => {
    const { bank, own } = await given();
    const created = await made(own).createPayment({ ...payment, method: "CARD_7" });
    expect([...bank.bookings, ...bank.creates]).toMatchObject([{ paymentData: { paymentMethodId: "CARD_7" } }]);
    if (created.kind !== "ok") throw new Error(created.detail);
    expect(created.meta?.paymentMethod).toBe("CARD_7");
    const container = decodeApiData(created.meta?.orderSigningPayload ?? "");
    expect(container).toMatchObject({ data: { paymentMethod: "CARD_7" } });
  });
});

describe("bookSignedPayment", () => {
  const book = async (world: Awaited<ReturnType<typeof given>>) => world.gateway.bookSignedPayment?.({ paymentId: ID });
  test.each([
    ["BOOKED", { status: "ACCEPTED", authorized: 100_000, captured: 0 }],
    ["FINALIZED", { status: "ACCEPTED", authorized: 0, captured: 100_000 }],
    ["FROZEN", { status: "FROZEN", authorized: 100_000, captured: 0 }],
  ] as const)("%s: the payment, as it is then", async (status, reading) => {
    const world = await given();
    world.bank.expectPayment(ID, 1000);
    world.bank.whenSigned(ID, status);
    expect(await book(world)).toMatchObject({ kind: "ok", reading });
    expect(world.bank.calls).toMatchObject([{ op: "bookSignedPayment", amount: 1000, applied: true }]);
  });
  test("DENIED is rejected, and no payment comes of it", async () => {
    const world = await given();
    world.bank.expectPayment(ID, 1000);
    world.bank.whenSigned(ID, "DENIED");
    expect(await book(world)).toEqual({
      kind: "refused",
      reason: "payment-rejected",
      detail: "the bank answered DENIED",
    });
    expect(world.bank.books(ID)).toBeNull();
  });
  test("signed, and asked a second time: one payment", async () => {
    const world = await given();
    world.bank.nextBooking({ status: "SIGNING" });
    await world.gateway.createPayment(payment);
    expect(world.bank.customerSigns(ID).redirectUrl).toContain("https://shop.example/thanks?order=1001&apiDataId=");
    expect(await book(world)).toMatchObject({ kind: "ok", reading: { authorized: 100_000 } });
    expect(await book(world)).toMatchObject({ kind: "ok", reading: { authorized: 100_000 } });
    expect(world.bank.calls.map(({ applied }) => applied)).toEqual([true, false]);
  });
  test.each([
    ["http-500", "unknown"],
    ["http-403", "unknown"],
    ["http-429", "retry"],
    ["not-exist:8", "refused"],
    // Booked before, perhaps: the payment decides (ECOMPHP-453).
    ["not-exist:19", "unknown"],
    ["not-exist:20", "unknown"],
  ])("%s is %s", async (kind, answer) => {
    const world = await given();
    stand(world.bank, null, { bookSignedPayment: kind });
    world.bank.expectPayment(ID, 1000);
    expect(await book(world)).toMatchObject({ kind: answer });
  });
  test("its answer lost: unknown, and booked", async () => {
    const world = await given();
    stand(world.bank, null, { bookSignedPayment: "timeout-after-apply:1" });
    world.bank.expectPayment(ID, 1000);
    expect(await timedOut(world, book(world))).toMatchObject({ kind: "unknown" });
    expect(await world.gateway.readPayment(ID)).toMatchObject({ reading: { authorized: 100_000 } });
  });
  test("booked, and only the look afterwards failed: booked", async () => {
    const world = await given();
    stand(world.bank, null, { getPayment: "http-500" });
    world.bank.expectPayment(ID, 1000);
    expect(await book(world)).toEqual({ kind: "ok", reading: null });
  });
  test("only the simplified flow has two steps", async () => {
    const { hosted, rco } = await given();
    expect([hosted.bookSignedPayment, rco.bookSignedPayment]).toEqual([undefined, undefined]);
  });
  test("another payment's answer is not believed", async () => {
    const booked = "<return><paymentId>2</paymentId><bookPaymentStatus>BOOKED</bookPaymentStatus></return>";
    const { gateway } = await oddBank(200, soap(`<bookSignedPaymentResponse>${booked}</bookSignedPaymentResponse>`));
    expect(await gateway.bookSignedPayment?.({ paymentId: ID })).toMatchObject({ kind: "unknown" });
    expect(await gateway.bookSignedPayment?.({ paymentId: "2" })).toMatchObject({ kind: "ok" });
  });
});

describe("the hosted flow", () => {
  test.each(["SE", "FI"] as const)(
    "lines and country go by the names that this flow has for them: %s",
    async (country) => {
      const { bank, own } = await given();
      const address = { ...madeUpCustomer.address, country };
      const customerOf = () => ({ governmentId: "198305147715", address, deliveryAddress: address });
      const flow = resursHosted({ ...own, paymentMethodId: "INVOICE", customerOf });
      expect(await flow.createPayment(payment)).toMatchObject({ kind: "ok" });
      const [sent] = bank.creates as { orderData: object; customer: object }[];
      expect(sent).toMatchObject({
        orderData: {
          orderLines: [
            { artNo: "BOOK-1", quantity: 1, unitAmountWithoutVat: 600, totalAmount: 600 },
            { artNo: "PEN & <INK>", quantity: 3, totalAmount: 400 },
          ],
          totalAmount: 1000,
        },
        customer: { address: { countryCode: country }, deliveryAddress: { countryCode: country } },
        successUrl: expect.stringContaining("https://shop.example/thanks"),
        failUrl: payment.failUrl,
        backUrl: payment.failUrl,
      });
      expect(sent?.orderData).not.toHaveProperty("specLines");
    },
  );
  test("the customer is sent to the bank's page, and comes back with a payment", async () => {
    const { bank, hosted } = await given();
    const created = await hosted.createPayment(payment);
    expect(created).toMatchObject({ kind: "ok", paymentId: ID, redirectUrl: `${bank.url}/sign/1001` });
    expect(created).toMatchObject({ meta: { checkoutType: "hosted", resursReference: ID } });
    expect(await hosted.readPayment(ID)).toMatchObject({ reading: { exists: false } });
    const back = new URL(bank.customerSigns(ID).redirectUrl ?? "").searchParams;
    expect(decodeApiData(back.get("apiData") ?? "")).toMatchObject({
      ok: true,
      data: { checkoutType: "hosted", wc_order_id: payment.orderId, preferred_id: ID },
    });
    expect(await hosted.readPayment(ID)).toMatchObject({ reading: { status: "ACCEPTED", authorized: 100_000 } });
    expect(bank.creates).toMatchObject([{ paymentData: { preferredId: ID }, failUrl: payment.failUrl }]);
  });
  test.each([
    [200, '{"location":"https://bank.example/x"}', "ok"],
    [200, '{"url":"https://bank.example/x"}', "ok"],
    [200, '{"location":"javascript:alert(1)"}', "failed"],
    [200, "{}", "failed"],
    [500, '{"message":"x"}', "failed"],
    [302, "", "failed"],
  ])("%i %s is %s", async (status, body, kind) => {
    const { hosted } = await oddBank(status, body);
    expect(await hosted.createPayment(payment)).toMatchObject({ kind });
  });
});

describe("Resurs Checkout", () => {
  const { preferredId: _, ...wanted } = payment;
  const checkout = { ...wanted, preferredId: ID };
  test("opened first, the order after it, the payment last", async () => {
    const { bank, rco } = await given();
    const opened = await rco.openCheckout(checkout);
    expect(opened).toMatchObject({ kind: "ok", baseUrl: bank.url, iframe: expect.stringContaining("/sign/1001") });
    expect(await rco.readPayment(ID)).toMatchObject({ reading: { exists: false } });
    expect(bank.customerPays(ID)).toEqual({ redirectUrl: payment.successUrl });
    expect(await rco.readPayment(ID)).toMatchObject({ reading: { authorized: 100_000 } });
    expect(bank.creates).toMatchObject([
      {
        orderLines: [
          { artNo: "BOOK-1", quantity: 1, unitAmountWithoutVat: 600 },
          // 400 is not three times anything.
          { artNo: "PEN & <INK>", description: "3 x PEN & <INK>", quantity: 1, unitAmountWithoutVat: 400 },
        ],
        backUrl: payment.failUrl,
        shopUrl: "https://shop.example",
      },
    ]);
  });
  test.each([64, 65, 80, 100])(
    "an order whose id has %i characters is opened, paid, read and captured",
    async (length) => {
      const orderId = "a-long_id".padEnd(length, "7");
      const { bank, own } = await given();
      const rco = resursCheckout({ ...own, embedded: true });
      const open = { ...payment, orderId, preferredId: null, frameUrl: "https://shop.example/frames/1" };
      const created = await rco.createPayment(open);
      if (created.kind !== "ok") throw new Error(created.detail);
      const { paymentId, meta } = created;
      expect(paymentId.length).toBeLessThanOrEqual(64);
      expect(paymentId === orderId).toBe(length <= 64);
      // The order is found by what the shop keeps, and by its own id; another id is another payment.
      expect(decodeApiData(meta?.orderSigningPayload ?? "")).toMatchObject({
        data: { checkoutType: "rco", wc_order_id: orderId, preferred_id: paymentId },
      });
      expect(await rco.createPayment(open)).toMatchObject({ paymentId });
      expect(await rco.createPayment({ ...open, orderId: `${orderId.slice(0, -1)}8` })).not.toMatchObject({
        paymentId,
      });
      expect(await rco.createPayment({ ...open, preferredId: paymentId })).toMatchObject({ paymentId });
      bank.customerPays(paymentId);
      expect(await rco.capture({ ...move, paymentId })).toMatchObject({ kind: "ok", reading: { captured: 100_000 } });
    },
  );
  test.each(["sale*7", "*", "a*b-c", "a.b", "a b"])(
    "an order called %j goes under an id that each of the bank's services takes",
    async (orderId) => {
      const { bank, own } = await given();
      const rco = resursCheckout({ ...own, embedded: true });
      const open = { ...payment, orderId, preferredId: null, frameUrl: "https://shop.example/frames/1" };
      const created = await rco.createPayment(open);
      if (created.kind !== "ok") throw new Error(created.detail);
      const { paymentId } = created;
      bank.customerPays(paymentId);
      expect(await rco.readPayment(paymentId)).toMatchObject({ kind: "ok", reading: { authorized: 100_000 } });
      expect(await rco.capture({ ...move, paymentId })).toMatchObject({ kind: "ok", reading: { captured: 100_000 } });
    },
  );
  test("who is denied goes back to the shop, and there is no payment", async () => {
    const { bank, rco } = await given();
    bank.nextPerson("197211072793");
    await rco.openCheckout(checkout);
    expect(bank.customerPays(ID)).toEqual({ redirectUrl: payment.failUrl });
    expect(await rco.readPayment(ID)).toMatchObject({ reading: { exists: false } });
  });
  test("a cart that changes while the frame is open is what the customer pays", async () => {
    const { bank, rco } = await given();
    await rco.openCheckout(checkout);
    const lines = [{ sku: "LAMP", quantity: 2, total: 50_000, vatRate: 2500 }];
    const cart = { preferredId: ID, lines, total: 50_000 };
    expect(await rco.updateCheckout(cart)).toEqual({ kind: "ok", reading: null });
    const asked = async () => {
      const headers = { authorization: `Basic ${btoa("a:b")}` };
      return (await fetch(`${bank.url}/checkout/payments/${ID}`, { headers })).json();
    };
    expect(await asked()).toMatchObject({ errorCode: "PAYMENT_SESSION_NOT_FOUND" });
    bank.customerPays(ID);
    expect(bank.books(ID)).toMatchObject({ authorized: 500 });
    expect(await asked()).toMatchObject({ id: ID, totalAmount: 500, status: ["DEBITABLE"] });
    // Once it is paid it stays, and no other session is made of it.
    expect(await rco.updateCheckout({ ...cart, total: 1, lines: [] })).toMatchObject({ kind: "refused" });
    expect(await rco.updateCheckout({ ...cart, preferredId: "../x" })).toMatchObject({ kind: "refused" });
    expect(bank.books(ID)).toMatchObject({ authorized: 500 });
  });
  test("the reference follows the order, once", async () => {
    const { bank, rco } = await given();
    await rco.openCheckout({ ...checkout, preferredId: "basket-7" });
    expect(await rco.updateReference({ from: "basket-7", to: ID })).toEqual({ kind: "ok", reading: null });
    // "404 can probably always be considered a successful update".
    expect(await rco.updateReference({ from: "basket-7", to: ID })).toEqual({ kind: "ok", reading: null });
    bank.customerPays(ID);
    await rco.openCheckout({ ...checkout, preferredId: "basket-8" });
    expect(await rco.updateReference({ from: "basket-8", to: ID })).toMatchObject({
      kind: "refused",
      detail: expect.stringContaining("8 1001 is taken"),
    });
  });
  test.each([[".."], ["a/b"], ["a?b"], [""]])(
    "a reference that leads elsewhere is never asked about: %j",
    async (id) => {
      const { bank, rco } = await given();
      expect(await rco.openCheckout({ ...checkout, preferredId: id })).toMatchObject({ kind: "failed" });
      expect(await rco.updateReference({ from: id, to: ID })).toMatchObject({ kind: "refused" });
      expect(await rco.updateReference({ from: ID, to: id })).toMatchObject({ kind: "refused" });
      expect(bank.creates).toEqual([]);
    },
  );
  test("no session, no checkout", async () => {
    const { rco } = await oddBank(200, '{"html":"<iframe>"}');
    expect(await rco.openCheckout(checkout)).toMatchObject({ kind: "failed" });
    const broken = await oddBank(503, "");
    expect(await broken.rco.openCheckout(checkout)).toEqual({ kind: "failed", detail: "HTTP 503" });
  });
  test("process_payment fills in what is missing, and sends nothing", async () => {
    const { bank, rco } = await given();
    const created = await rco.createPayment({ ...payment, preferredId: "session-1" });
    expect(created).toMatchObject({
      kind: "ok",
      paymentId: "session-1",
      redirectUrl: payment.successUrl,
      meta: { checkoutType: "rco", resursReference: "session-1", apiDataId: expect.any(String) },
    });
    const payload = created.kind === "ok" ? (created.meta?.orderSigningPayload ?? "") : "";
    expect(decodeApiData(payload)).toMatchObject({
      ok: true,
      data: { wc_order_id: payment.orderId, preferred_id: "session-1" },
    });
    expect(await rco.createPayment({ ...payment, preferredId: null })).toMatchObject({ kind: "failed" });
    expect([bank.bookings, bank.creates]).toEqual([[], []]);
  });
});

describe("apiData", () => {
  const some = { checkoutType: "rco", wc_order_id: "1001", preferred_id: "a", isReturningCustomer: true };
  const word = fc.string({ unit: "binary", maxLength: 30 });
  const anything = fc.record(
    {
      checkoutType: word,
      paymentMethod: fc.option(word),
      wc_order_id: word,
      preferred_id: word,
      isReturningCustomer: fc.boolean(),
      more: fc.dictionary(
        word.filter((key) => !["__proto__", "constructor", "prototype"].includes(key)),
        word,
        { maxKeys: 5 },
      ),
    },
    { requiredKeys: [] },
  );
  const bits = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64");
  const reason = (encoded: string) => {
    const read = decodeApiData(encoded);
    return read.ok ? null : read.reason;
  };

  test("there and back, in either alphabet, padded or not", () => {
    fc.assert(
      fc.property(anything, (data) => {
        const plain = JSON.parse(JSON.stringify(data));
        for (const text of [
          encodeApiData(data),
          encodeApiData(data, "base64"),
          encodeApiData(data, "base64").replace(/=+$/, ""),
        ]) {
          expect(decodeApiData(text)).toEqual({ ok: true, data: plain });
        }
      }),
    );
  });
  test("no text makes it throw, nor any value in it", () => {
    const digits = fc.string({ unit: fc.constantFrom(..."AQZaz019+/-_="), maxLength: 80 });
    const encoded = fc.anything({ withNullPrototype: true }).map((value) => {
      try {
        return bits(value);
      } catch {
        return "";
      }
    });
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), digits, encoded), (text) => {
        expect(typeof decodeApiData(text).ok).toBe("boolean");
      }),
      { numRuns: 1000 },
    );
  });
  test("as WooCommerce writes it, and what else a flow may put there", () => {
    const read = decodeApiData(bits({ ...some, wc_order_id: 1001, flow: { step: ["a"] } }));
    expect(read).toEqual({ ok: true, data: { ...some, flow: { step: ["a"] } } });
    expect(decodeApiData(bits({}))).toEqual({ ok: true, data: {} });
  });
  test.each([
    ["too-long", "A".repeat(11_000)],
    ["not-base64", "what?"],
    ["not-base64", "AAAAA"],
    ["not-base64", "AAA=="],
    ["not-base64", "AA=A"],
    ["not-base64", "AA AA"],
    ["not-utf8", Buffer.from([0x7b, 0xff, 0x7d]).toString("base64")],
    ["not-json", Buffer.from("{").toString("base64")],
    ["not-json", ""],
    ["not-an-object", bits([some])],
    ["not-an-object", bits(null)],
    ["not-an-object", bits("x")],
    ["wrong-types", bits({ ...some, isReturningCustomer: "yes" })],
    ["wrong-types", bits({ ...some, wc_order_id: { $gt: "" } })],
    ["wrong-types", bits({ ...some, preferred_id: "x".repeat(501) })],
    ["forbidden-key", Buffer.from('{"__proto__":{"admin":true}}').toString("base64")],
    ["forbidden-key", Buffer.from('{"a":{"constructor":1}}').toString("base64")],
    ["too-deep", bits({ a: { b: { c: { d: {} } } } })],
    ["too-deep", Buffer.from(`{"a":${"[".repeat(3000)}${"]".repeat(3000)}}`).toString("base64")],
    ["too-many-keys", bits(Object.fromEntries(Array.from({ length: 33 }, (_, index) => [`k${index}`, 0])))],
  ])("%s: %.60s", (why, text) => {
    expect(reason(text)).toBe(why);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });
});

describe("a payment's number, where the ones before are over", () => {
  const again = { ...payment, orderId: "1001", frameUrl: "https://shop.example/frames/1" };
  const [second, third] = ["1001-2--MZ56a_1pPbVlIgkYf3dK", "1001-3--SfZpS67JRzxikRb2IkeU"];
  test.each([
    [null, [], "1001"],
    ["1001", [], "1001"],
    ["1001", ["1001"], second],
    [second, [second, "1001"], third],
    [second, [second], third],
    [null, ["1001"], second],
    ["session-1", ["session-1"], second],
    ["session-1", ["1001"], "session-1"],
  ])("%j, over %j: %s", async (preferredId, endedIds, paymentId) => {
    const { gateway, hosted, own } = await given();
    const rco = resursCheckout({ ...own, embedded: true });
    const asked = { ...again, preferredId, endedIds };
    expect(gateway.idOf?.(asked)).toBe(paymentId);
    for (const flow of [gateway, hosted, rco]) {
      expect(await flow.createPayment(asked)).toMatchObject({ kind: "ok", paymentId });
    }
  });

  test("an order that was made in a checkout which is over has no other to be paid in", async () => {
    const { rco } = await given();
    const asked = { ...again, preferredId: "session-1" };
    expect(await rco.createPayment(asked)).toMatchObject({ kind: "ok", paymentId: "session-1" });
    const detail = expect.stringContaining("is over");
    expect(await rco.createPayment({ ...asked, endedIds: ["session-1"] })).toMatchObject({ kind: "failed", detail });
  });

  test.each(["order/1001", "x".repeat(100), "7b0f4c4e-8a1d-4c6e-9d55-0b8a6a1b2c3d"])(
    "for the order %s",
    async (orderId) => {
      const { gateway, hosted, own } = await given();
      const rco = resursCheckout({ ...own, embedded: true });
      for (const flow of [gateway, hosted, rco]) {
        const ids: string[] = [];
        for (let n = 0; n < 3; n += 1) {
          const asked = { ...again, orderId, preferredId: ids.at(-1) ?? null, endedIds: ids };
          const created = await flow.createPayment(asked);
          if (created.kind !== "ok") throw new Error(JSON.stringify(created));
          ids.push(created.paymentId);
        }
        expect(new Set(ids).size).toBe(3);
      }
    },
  );
});
