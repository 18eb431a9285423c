import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { type NetsEasyOptions, netsEasy } from "../../src/gateways/nets/easy.js";
import { readingOf } from "../../src/gateways/nets/reading.js";
import { EVENTS, idempotencyKey, refundParts } from "../../src/gateways/nets/requests.js";
import { NetsPayment } from "../../src/gateways/nets/schema.js";
import { httpApp } from "../../src/http/app.js";
import { listen } from "../../src/http/serve.js";
import { createEngine } from "../../src/runtime/embedded/engine.js";
import { memoryStore } from "../../src/stores/memory/store.js";
import type { ScenarioNetsPayment } from "../../src/testing/doubles/nets/books.js";
import { type NetsDouble, netsDouble, VirtualClock, wooDouble } from "../../src/testing/index.js";

const T0 = Date.parse("2026-11-20T12:00:00.000Z");
const ID = "025400006091b1ef6937598058c4e487";
const SECRET = "whatNetsSendsBack1";

const soon = () => new Promise((resolve) => setTimeout(resolve, 2));
const until = async (met: () => boolean): Promise<void> => {
  for (let tries = 0; !met(); tries += 1) {
    if (tries > 2000) throw new Error("it never came to that");
    await soon();
  }
};

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const given = async (more: Partial<NetsEasyOptions> = {}) => {
  const clock = new VirtualClock(T0);
  const nets = await netsDouble({ clock });
  closing.push(nets.close);
  const gateway = netsEasy({ baseUrl: nets.url, secretKey: "secret", clock, ...more });
  return { clock, nets, gateway };
};

const stand = (nets: NetsDouble, netsPayment: ScenarioNetsPayment | null, faults?: Record<string, string>) =>
  nets.setSeries(ID, [{ from: T0, netsPayment, faults }]);

const reserved = { summary: { reservedAmount: 100_000 } };
const charged = { summary: { reservedAmount: 100_000, chargedAmount: 100_000 } };
const twoCharges = {
  ...charged,
  charges: [
    { chargeId: "younger", amount: 70_000, created: "2026-11-20T11:30:00Z" },
    { chargeId: "older", amount: 30_000, created: "2026-11-20T11:00:00Z" },
  ],
};

const move = { paymentId: ID, amount: 100_000, key: "1001:4:0" };
const refund = { ...move, lines: null, all: true };

/** Lets a held call run into its timeout. */
const timedOut = async <T>({ clock, nets }: { clock: VirtualClock; nets: NetsDouble }, answer: Promise<T>) => {
  await until(() => nets.held() === 1);
  clock.set(clock.now() + 30_000);
  const result = await answer;
  await until(() => nets.held() === 0);
  return result;
};

/** A Nets that answers everything with whatever it is told. */
const oddNets = async (status: number, body: unknown) => {
  const server = createServer((_, response) => {
    response.writeHead(status).end(typeof body === "string" ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  closing.push(close);
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { gateway: netsEasy({ baseUrl, secretKey: "secret", clock: new VirtualClock(T0) }), close };
};

describe("the reading", () => {
  const read = (payment: object) =>
    readingOf(NetsPayment.parse({ payment: { paymentId: ID, ...payment } }).payment, T0);
  const summary = (
    reservedAmount?: number,
    chargedAmount?: number,
    refundedAmount?: number,
    cancelledAmount?: number,
  ) => ({
    summary: { reservedAmount, chargedAmount, refundedAmount, cancelledAmount },
  });

  // The first column as facts 8.6, what Nexi's own SDK makes of the amounts.
  test.each([
    ["new", summary(), "TASK_REDIRECTION_REQUIRED", [0, 0, 0, 0], []],
    ["reserved", summary(100), "ACCEPTED", [100, 0, 0, 0], ["CAPTURE", "PARTIAL_CAPTURE", "CANCEL", "PARTIAL_CANCEL"]],
    [
      "reserved, an invoice",
      { ...summary(100), paymentDetails: { paymentType: "INVOICE" } },
      "ACCEPTED",
      [100, 0, 0, 0],
      ["CAPTURE", "PARTIAL_CAPTURE", "CANCEL"],
    ],
    [
      "partly charged, an invoice: what is left of it cannot be cancelled",
      { ...summary(100, 80), paymentDetails: { paymentType: "INVOICE" } },
      "ACCEPTED",
      [20, 80, 0, 0],
      ["CAPTURE", "PARTIAL_CAPTURE", "REFUND", "PARTIAL_REFUND"],
    ],
    [
      "partly let go",
      { ...summary(100, 0, 0, 30), paymentDetails: { paymentType: "WALLET" } },
      "ACCEPTED",
      [70, 0, 30, 0],
      ["CAPTURE", "PARTIAL_CAPTURE", "PARTIAL_CANCEL"],
    ],
    ["charged", summary(100, 100), "ACCEPTED", [0, 100, 0, 0], ["REFUND", "PARTIAL_REFUND"]],
    [
      "charged without a reservation",
      summary(undefined, 100),
      "ACCEPTED",
      [0, 100, 0, 0],
      ["REFUND", "PARTIAL_REFUND"],
    ],
    ["refunded", summary(100, 100, 100), "ACCEPTED", [0, 100, 0, 100], []],
    [
      "partly charged",
      summary(100, 80),
      "ACCEPTED",
      [20, 80, 0, 0],
      ["CAPTURE", "PARTIAL_CAPTURE", "PARTIAL_CANCEL", "REFUND", "PARTIAL_REFUND"],
    ],
    [
      "partly charged, the rest let go",
      summary(100, 80, 0, 20),
      "ACCEPTED",
      [0, 80, 20, 0],
      ["REFUND", "PARTIAL_REFUND"],
    ],
    ["cancelled", summary(100, 0, 0, 100), "ACCEPTED", [0, 0, 100, 0], []],
    [
      "charged and cancelled, as the SDK has it",
      summary(100, 100, 0, 100),
      "ACCEPTED",
      [0, 100, 100, 0],
      ["REFUND", "PARTIAL_REFUND"],
    ],
  ])("%s", (_, payment, status, [authorized, captured, canceled, refunded], offers) => {
    const reading = read(payment);
    expect(reading).toMatchObject({ exists: true, hasOrder: true, status, authorized, captured, canceled, refunded });
    expect(reading.offers).toEqual(offers);
    expect(reading.creditLimit).toBe(reading.total);
  });

  test("no summary at all is a payment that nobody has paid", () => {
    expect(read({ orderDetails: { amount: 500 } })).toMatchObject({ status: "TASK_REDIRECTION_REQUIRED", total: 500 });
  });
  test("ended unpaid is rejected, and the customer had not done his part", () => {
    expect(read({ terminated: "2026-11-20T12:00:00Z" })).toMatchObject({ status: "REJECTED", taskCompleted: false });
  });
  test("ended or not, money that is there decides (facts 10.2)", () => {
    expect(read({ terminated: "2026-11-20T12:00:00Z", ...summary(100) }).status).toBe("ACCEPTED");
  });
  test.each([
    ["over", "2026-11-20T12:00:00.000Z", {}, "REJECTED"],
    ["over, in another time zone", "2026-11-20T13:00:00+01:00", {}, "REJECTED"],
    ["not over", "2026-11-20T12:00:00.001Z", {}, "TASK_REDIRECTION_REQUIRED"],
    ["over, and paid before", "2026-11-20T11:00:00Z", summary(100), "ACCEPTED"],
    ["over at some other time than one", "soon", {}, "TASK_REDIRECTION_REQUIRED"],
    ["over at a number", 7, {}, "TASK_REDIRECTION_REQUIRED"],
  ])("a session that is %s", (_, expiresAt, more, status) => {
    expect(read({ ...more, checkout: { url: "https://nets.example", expiresAt } }).status).toBe(status);
  });
  test("a subscription counts as paid, without any amount", () => {
    expect(read({ subscription: { id: "s" } })).toMatchObject({ status: "ACCEPTED", authorized: 0, offers: [] });
  });
  test.each(["A2A", "A2a"])("from account to account (%s), what is reserved is taken", (paymentType) => {
    const reading = read({ ...summary(100), paymentDetails: { paymentType } });
    expect(reading).toMatchObject({ authorized: 0, captured: 100, offers: ["REFUND", "PARTIAL_REFUND"] });
  });
  test("a refund on its way counts as refunded, one that failed does not", () => {
    const refunds = [
      { amount: 30, state: "Pending" },
      { amount: 50, state: "Failed" },
    ];
    expect(read({ ...summary(100, 100), refunds })).toMatchObject({ refunded: 30 });
    expect(read({ ...summary(100, 100, 100), refunds })).toMatchObject({ refunded: 100, offers: [] });
  });

  test.each([
    ["Completed", 40, 0],
    ["Pending", 40, 40],
    ["Failed", 0, 0],
    ["Cancelled", 0, 0],
    ["Expired", 0, 0],
  ])("a refund's state stands under its own key: %s", (state, refunded, pendingRefund) => {
    const refunds = [{ refundId: "r", amount: 40, state, lastUpdated: "2026-11-20T12:00:00Z" }];
    expect(read({ ...summary(100, 100), refunds })).toMatchObject({ refunded, pendingRefund });
  });
});

describe("reading over HTTP", () => {
  test("the payment, and none where there is none", async () => {
    const { nets, gateway } = await given();
    stand(nets, reserved);
    expect(await gateway.readPayment(ID)).toMatchObject({ kind: "ok", reading: { authorized: 100_000, exists: true } });
    expect(await gateway.readPayment("0")).toMatchObject({ kind: "ok", reading: { exists: false } });
    expect(gateway).toMatchObject({ name: "nets-easy", tolerance: 30 });
  });
  test("an id that leads elsewhere is never asked about", async () => {
    const { nets, gateway } = await given();
    expect(await gateway.readPayment("../charges/1")).toMatchObject({ kind: "refused" });
    expect(await gateway.refund({ ...refund, paymentId: "a/b" })).toMatchObject({ kind: "refused" });
    expect(nets.reads).toEqual([]);
  });
  test.each([
    ["http-500", { kind: "unknown" }],
    ["http-403", { kind: "refused", reason: "gateway-refused" }],
    ["http-429:retry-after=5", { kind: "retry", afterMs: 5000 }],
  ])("%s", async (fault, answer) => {
    const { nets, gateway } = await given();
    stand(nets, reserved, { getPayment: fault });
    expect(await gateway.readPayment(ID)).toMatchObject(answer);
  });
  test("no answer in time is unknown, no connection is a retry", async () => {
    const world = await given();
    stand(world.nets, reserved, { getPayment: "timeout-before-apply" });
    expect(await timedOut(world, world.gateway.readPayment(ID))).toMatchObject({ kind: "unknown" });
    const { gateway, close } = await oddNets(200, {});
    await close();
    expect(await gateway.readPayment(ID)).toMatchObject({ kind: "retry" });
  });
  test.each([
    [{}],
    ["<html>"],
    [{ payment: { paymentId: "another" } }],
    [{ payment: { paymentId: ID, summary: { reservedAmount: -1 } } }],
  ])("an answer that is no such payment is not believed: %j", async (body) => {
    const { gateway } = await oddNets(200, body);
    expect(await gateway.readPayment(ID)).toMatchObject({ kind: "unknown" });
  });
});

describe("capture", () => {
  test("charges the amount with its key, and tells what the payment is then", async () => {
    const { nets, gateway } = await given();
    stand(nets, reserved);
    expect(await gateway.capture(move)).toMatchObject({ kind: "ok", reading: { captured: 100_000, authorized: 0 } });
    expect(nets.calls).toMatchObject([
      { op: "capture", amount: 1000, key: `${ID}:1001:4:0`, applied: true, answer: "201" },
    ]);
  });
  test("sent again with its key it takes effect once", async () => {
    const { nets, gateway } = await given();
    stand(nets, reserved);
    await gateway.capture({ ...move, amount: 40_000 });
    expect(await gateway.capture({ ...move, amount: 40_000 })).toMatchObject({ reading: { captured: 40_000 } });
    expect(nets.calls.map(({ applied }) => applied)).toEqual([true, false]);
  });
  test("its answer lost: unknown, and done", async () => {
    const world = await given();
    stand(world.nets, reserved, { capture: "timeout-after-apply:1" });
    expect(await timedOut(world, world.gateway.capture(move))).toMatchObject({ kind: "unknown" });
    expect(world.nets.books(ID)).toMatchObject({ captured: 1000 });
  });
  test("done, and only the look afterwards failed: done", async () => {
    const { clock, nets, gateway } = await given();
    stand(nets, reserved);
    nets.delayNext("capture", 1000);
    const answer = gateway.capture(move);
    await until(() => nets.held() === 1);
    stand(nets, charged, { getPayment: "http-500" });
    clock.set(T0 + 1000);
    expect(await answer).toEqual({ kind: "ok", reading: null });
  });
  test("the payment cannot be looked at before: nothing was sent, ask again", async () => {
    const { nets, gateway } = await given();
    stand(nets, reserved, { getPayment: "http-500" });
    expect(await gateway.capture(move)).toMatchObject({ kind: "retry" });
    expect(await gateway.cancel(move)).toMatchObject({ kind: "retry" });
    expect(nets.calls).toEqual([]);
  });
  test("charged before: the payment is to decide", async () => {
    const { nets, gateway } = await given();
    stand(nets, charged);
    expect(await gateway.capture(move)).toMatchObject({ kind: "unknown", detail: expect.stringContaining("1008") });
  });
  test("more than is reserved, or nothing reserved at all: no", async () => {
    const { nets, gateway } = await given();
    stand(nets, reserved);
    expect(await gateway.capture({ ...move, amount: 100_001 })).toMatchObject({ kind: "refused" });
    stand(nets, {});
    expect(await gateway.capture(move)).toMatchObject({ kind: "refused", reason: "gateway-refused" });
  });
});

describe("cancel", () => {
  test("lets all of it go, without a key", async () => {
    const { nets, gateway } = await given();
    stand(nets, reserved);
    expect(await gateway.cancel(move)).toMatchObject({ kind: "ok", reading: { canceled: 100_000, authorized: 0 } });
    expect(nets.calls).toMatchObject([{ op: "cancel", amount: 1000, key: null }]);
    expect(await gateway.cancel(move)).toMatchObject({ kind: "unknown", detail: expect.stringContaining("1019") });
  });
  test.each(["CARD", "WALLET"])("a part of a %s, and what is left after a part was charged", async (paymentType) => {
    const { nets, gateway } = await given();
    stand(nets, { ...reserved, paymentType });
    expect(await gateway.cancel({ ...move, amount: 30_001 })).toMatchObject({ reading: { canceled: 30_001 } });
    await gateway.capture({ ...move, amount: 20_002 });
    expect(await gateway.cancel({ ...move, amount: 49_997 })).toMatchObject({
      kind: "ok",
      reading: { authorized: 0, captured: 20_002, canceled: 79_998 },
    });
  });
  test("not a part of an invoice, and not what was charged", async () => {
    const { nets, gateway } = await given();
    stand(nets, { ...reserved, paymentType: "INVOICE" });
    expect(await gateway.cancel({ ...move, amount: 1 })).toMatchObject({
      kind: "refused",
      detail: expect.stringContaining("1007"),
    });
    stand(nets, charged);
    expect(await gateway.cancel(move)).toMatchObject({ kind: "refused" });
  });
});

describe("refund", () => {
  test("a part, on the charge", async () => {
    const { nets, gateway } = await given();
    stand(nets, charged);
    const part = { ...refund, amount: 25_000, all: false };
    expect(await gateway.refund(part)).toMatchObject({ kind: "ok", reading: { refunded: 25_000 } });
    expect(nets.calls).toMatchObject([{ op: "refund", paymentId: ID, amount: 250, key: `${ID}:1001:4:0` }]);
  });
  test("all of two charges: each its own, the oldest first, each with a key of its own", async () => {
    const { nets, gateway } = await given();
    stand(nets, twoCharges);
    expect(await gateway.refund(refund)).toMatchObject({ kind: "ok", reading: { refunded: 100_000 } });
    expect(nets.calls).toMatchObject([
      { amount: 300, key: `${ID}:1001:4:0:0` },
      { amount: 700, key: `${ID}:1001:4:0:1` },
    ]);
  });
  test("refused at the second of two: unknown, for a part is refunded already", async () => {
    const { clock, nets, gateway } = await given();
    stand(nets, twoCharges);
    nets.delayNext("refund", 1000);
    const answer = gateway.refund(refund);
    await until(() => nets.held() === 1);
    stand(nets, twoCharges, { refund: "http-403" });
    clock.set(T0 + 1000);
    expect(await answer).toMatchObject({ kind: "unknown", detail: expect.stringContaining("only a part") });
    expect(nets.calls.map(({ amount, answer }) => [amount, answer])).toEqual([
      [300, "201"],
      [700, "403"],
    ]);
  });
  test("an amount that the oldest charge cannot bear goes to one that can", async () => {
    const { nets, gateway } = await given();
    stand(nets, twoCharges);
    await gateway.refund({ ...refund, amount: 60_000, all: false });
    expect(nets.calls).toMatchObject([{ amount: 600, answer: "201" }]);
  });
  test("one that is sent again goes to the same charge, though the first try has been booked since", () => {
    const refunds = [{ refundId: "r", amount: 25_000, state: "Completed" }];
    const payment = NetsPayment.parse({ payment: { paymentId: ID, ...twoCharges, refunds } }).payment;
    const part = { amount: 25_000, lines: null, all: false };
    const paths = (refundedBefore?: number) =>
      refundParts(payment, { ...part, refundedBefore }).map(({ path }) => path.split("/")[2]);
    expect([paths(0), paths(), paths(25_000)]).toEqual([["older"], ["younger"], ["younger"]]);
  });
  test.each(["Failed", "Cancelled", "Expired"])("one that is %s is told beside the others", async (state) => {
    const refunds = [
      { refundId: "a", amount: 25_000, state },
      { refundId: "b", amount: 10_000, state: "Pending" },
      { refundId: "c", amount: 5_000, state: "Completed" },
    ];
    const { payment } = NetsPayment.parse({ payment: { paymentId: ID, ...charged, refunds } });
    expect(readingOf(payment, T0)).toMatchObject({ refunded: 15_000, pendingRefund: 10_000, failedRefund: 25_000 });
  });
  test("an amount that no charge can bear is one call for the whole payment", async () => {
    const { nets, gateway } = await given();
    stand(nets, twoCharges);
    expect(await gateway.refund({ ...refund, amount: 90_000, all: false })).toMatchObject({
      reading: { refunded: 90_000 },
    });
    expect(nets.calls).toMatchObject([{ amount: 900, key: `${ID}:1001:4:0` }]);
  });
  test("from account to account there is no charge, so the payment gives it back", async () => {
    const { nets, gateway } = await given();
    stand(nets, { ...reserved, paymentType: "A2A" });
    expect(await gateway.refund({ ...refund, amount: 40_000, all: false })).toMatchObject({
      reading: { refunded: 40_000 },
    });
  });
  test("the payment cannot be looked at: nothing was sent, ask again", async () => {
    const { nets, gateway } = await given();
    stand(nets, charged, { getPayment: "http-500" });
    expect(await gateway.refund(refund)).toMatchObject({ kind: "retry" });
    expect(nets.calls).toEqual([]);
  });
  test("refunded before: the payment is to decide", async () => {
    const { nets, gateway } = await given();
    stand(nets, { summary: { ...charged.summary, refundedAmount: 100_000 } });
    expect(await gateway.refund(refund)).toMatchObject({ kind: "unknown", detail: expect.stringContaining("1023") });
  });
});

test("lines are never added", async () => {
  const { nets, gateway } = await given();
  const answer = await gateway.addOrderLines({ ...move, lines: [] });
  expect(answer).toMatchObject({ kind: "refused", reason: "gateway-refused" });
  expect(nets.calls).toEqual([]);
});

test("a key that Nets would not take is replaced by one that it takes, the same each time", () => {
  expect(idempotencyKey("1001:4:0", ID)).toBe(`${ID}:1001:4:0`);
  const long = `${"order".repeat(20)}:4:0`;
  expect(idempotencyKey(long, ID)).toMatch(/^[\w-]{43}$/);
  expect(idempotencyKey(long, ID)).toBe(idempotencyKey(long, ID));
  expect(idempotencyKey("ørder:1", ID)).not.toContain("ø");
});

test("two payments of one order never have one key, whichever of the calls, charges and parts it is", async () => {
  const other = "125400006091b1ef6937598058c4e487";
  for (const key of ["1001:4:0", `${"order".repeat(20)}:4:0`, "ørder:1"]) {
    expect(idempotencyKey(key, ID)).not.toBe(idempotencyKey(key, other));
  }
  const { nets, gateway } = await given();
  const series = (netsPayment: ScenarioNetsPayment) => [{ from: T0, netsPayment }];
  nets.setSeries(ID, series(reserved));
  nets.setSeries(other, series(reserved));
  for (const paymentId of [ID, other]) {
    await gateway.capture({ ...move, paymentId });
    await gateway.refund({ ...refund, paymentId, key: "1001:5:0" });
  }
  nets.setSeries(ID, series(twoCharges));
  nets.setSeries(
    other,
    series({ ...twoCharges, charges: twoCharges.charges.map((one) => ({ ...one, chargeId: `${one.chargeId}2` })) }),
  );
  for (const paymentId of [ID, other]) await gateway.refund({ ...refund, paymentId, key: "1001:6:0" });
  const keys = nets.calls.map(({ key }) => key);
  expect(keys).toHaveLength(8);
  expect(new Set(keys).size).toBe(8);
});

describe("a part goes with its items, and they add up to it (N1: only the whole goes without)", () => {
  const lines = [
    { sku: "BOOK", quantity: 2, total: 20_000 },
    { sku: "PEN", quantity: 3, total: 10_001 },
  ];
  test("a charge of a part, and of what is left", async () => {
    const { nets, gateway } = await given();
    stand(nets, reserved);
    await gateway.capture({ ...move, amount: 30_001 });
    await gateway.capture({ ...move, amount: 69_999, key: "1001:9:0" });
    stand(nets, reserved);
    await gateway.capture({ ...move, key: "1001:10:0" });
    expect(
      nets.bodies.map(({ orderItems, ...rest }) => [rest, orderItems?.map((item) => item.grossTotalAmount)]),
    ).toEqual([
      [{ amount: 30_001 }, [30_001]],
      // Nothing is charged after it.
      [{ amount: 69_999, finalCharge: true }, [69_999]],
      [{ amount: 100_000 }, undefined],
    ]);
    expect(nets.calls.map(({ answer }) => answer)).toEqual(["201", "201", "201"]);
  });
  test("a refund with its lines, with lines that do not add up, without any, and of the whole", async () => {
    const { nets, gateway } = await given();
    const part = { ...refund, amount: 30_001, all: false };
    for (const [index, given] of [lines, lines.slice(1), null].entries()) {
      stand(nets, charged);
      expect(await gateway.refund({ ...part, lines: given, key: `k${index}` })).toMatchObject({ kind: "ok" });
    }
    stand(nets, charged);
    expect(await gateway.refund({ ...refund, key: "k9" })).toMatchObject({ kind: "ok" });
    expect(
      nets.bodies.map(({ orderItems }) => orderItems?.map((item) => [item.reference, item.grossTotalAmount])),
    ).toEqual([
      [
        ["BOOK", 20_000],
        ["PEN", 10_001],
      ],
      [["order", 30_001]],
      [["order", 30_001]],
      undefined,
    ]);
  });
  test("the rest of a charge of which a part was refunded is a part as well", async () => {
    const { nets, gateway } = await given();
    stand(nets, { summary: { ...charged.summary, refundedAmount: 25_000 } });
    expect(await gateway.refund({ ...refund, amount: 75_000 })).toMatchObject({ reading: { refunded: 100_000 } });
    expect(nets.bodies).toMatchObject([{ amount: 75_000, orderItems: [{ grossTotalAmount: 75_000 }] }]);
  });
});

describe("an error with a code of Nets's is a no, whatever its status (N1: 402 and 500)", () => {
  const coded = (code: unknown) => ({ code, message: "no", source: "Internal" });
  const json = async (status: number, body: unknown) => {
    const fetch: typeof globalThis.fetch = async (_, init) =>
      init?.method === "GET"
        ? Response.json({ payment: { paymentId: ID, ...reserved } })
        : Response.json(body, { status });
    return netsEasy({ baseUrl: "https://nets.invalid", secretKey: "secret", clock: new VirtualClock(T0), fetch });
  };
  test.each([
    [402, "1001"],
    [402, 1020],
    [500, "1007"],
    [500, "1015"],
    [500, 1005],
  ])("%i with %j", async (status, code) => {
    const gateway = await json(status, coded(code));
    expect(await gateway.capture(move)).toMatchObject({
      kind: "refused",
      detail: expect.stringContaining(String(code)),
    });
    expect(await gateway.cancel(move)).toMatchObject({ kind: "refused" });
  });
  test.each([
    [500, "1000"],
    [500, "Unknown"],
    [500, undefined],
    [502, "1001"],
    [503, "1001"],
  ])("but %i with %j says nothing", async (status, code) => {
    const gateway = await json(status, coded(code));
    expect(await gateway.capture(move)).toMatchObject({ kind: "unknown" });
  });
  test("and what was done before is for the payment to say, under each status", async () => {
    for (const status of [402, 500]) {
      const gateway = await json(status, coded("1008"));
      expect(await gateway.capture(move)).toMatchObject({ kind: "unknown" });
    }
  });
});

describe("a new payment", () => {
  const order = {
    orderId: "1001",
    total: 100_000,
    currency: "SEK",
    lines: [{ sku: "BOOK", quantity: 3, total: 100_000 }],
    linkLifetimeMinutes: 60,
    successUrl: "https://shop.example/returns/1001/success",
    failUrl: "https://shop.example/returns/1001/fail",
    callbackUrl: "https://shop.example/callbacks/nets",
  };
  test("sends the customer to Nets, who reports back to the webhook", async () => {
    const { nets, gateway } = await given({ webhook: { authorization: SECRET } });
    const created = await gateway.createPayment(order);
    if (created.kind !== "ok") throw new Error(created.detail);
    expect(created.status).toBe("TASK_REDIRECTION_REQUIRED");
    expect(created.redirectUrl).toBe(`${nets.url}/pay/${created.paymentId}`);
    expect(nets.creates).toMatchObject([
      {
        order: { amount: 100_000, currency: "SEK", reference: "1001", items: [{ grossTotalAmount: 100_000 }] },
        checkout: {
          returnUrl: order.successUrl,
          termsUrl: "https://shop.example/",
          charge: false,
          expiresAt: new Date(T0 + order.linkLifetimeMinutes * 60_000).toISOString(),
        },
        notifications: {
          webHooks: EVENTS.map((eventName) => ({ eventName, url: order.callbackUrl, authorization: SECRET })),
        },
      },
    ]);
  });
  test("an address that is too long for Nets is left out, and the order can be paid all the same", async () => {
    const { nets, gateway } = await given({ webhook: { authorization: SECRET } });
    const callbackUrl = `https://shop.example/callbacks/t/${"x".repeat(230)}`;
    expect(await gateway.createPayment({ ...order, callbackUrl })).toMatchObject({ kind: "ok" });
    expect(nets.creates[0]).not.toHaveProperty("notifications");
    expect(await gateway.createPayment({ ...order, callbackUrl: callbackUrl.slice(0, 256) })).toMatchObject({
      kind: "ok",
    });
    expect(nets.creates[1]).toHaveProperty("notifications");
  });
  test("and whoever runs the shop is told so, by order", async () => {
    const warned: unknown[] = [];
    const log = { debug() {}, info() {}, error() {}, warn: (...line: unknown[]) => void warned.push(line) };
    const { gateway } = await given({ webhook: { authorization: SECRET }, log });
    const callbackUrl = `https://shop.example/callbacks/t/${"x".repeat(230)}`;
    await gateway.createPayment({ ...order, callbackUrl: callbackUrl.slice(0, 256) });
    expect(warned).toEqual([]);
    await gateway.createPayment({ ...order, callbackUrl });
    expect(warned).toEqual([
      [
        { orderId: "1001", count: callbackUrl.length },
        expect.stringMatching(/^the callback's address .* 256 characters/),
      ],
    ]);
    await gateway.openCheckout({ ...order, reference: "basket", checkoutUrl: "https://shop.example/c", callbackUrl });
    expect(warned).toHaveLength(2);
    // Who registers no webhooks misses none.
    const quiet = await given({ log });
    await quiet.gateway.createPayment({ ...order, callbackUrl });
    expect(warned).toHaveLength(2);
  });
  test("an address of one's own for the webhooks that is too long is refused at once", () => {
    const webhook = { authorization: SECRET, url: `https://shop.example/${"x".repeat(236)}` };
    const way = { baseUrl: "https://nets.invalid", secretKey: "secret" };
    expect(() => netsEasy({ ...way, webhook })).toThrow(
      "webhook.url: Nets takes at most 256 characters, and it has 257",
    );
    expect(() => netsEasy({ ...way, webhook: { ...webhook, url: webhook.url.slice(0, 256) } })).not.toThrow();
  });
  test("a page of the shop's whose address is too long for Nets is named, and Nets is not asked", async () => {
    const { nets, gateway } = await given({ embedded: true });
    const checkoutUrl = `https://shop.example/frames/${"x".repeat(229)}`;
    const detail = "the address of the page that shows the checkout has 257 characters, and Nets takes at most 256";
    expect(await gateway.createPayment({ ...order, frameUrl: checkoutUrl })).toEqual({ kind: "failed", detail });
    expect(await gateway.openCheckout({ ...order, reference: "basket", checkoutUrl })).toEqual({
      kind: "failed",
      detail,
    });
    expect(nets.creates).toEqual([]);
    const frameUrl = checkoutUrl.slice(0, 256);
    expect(await gateway.createPayment({ ...order, frameUrl })).toMatchObject({ kind: "ok", redirectUrl: frameUrl });
  });
  test.each(["seven77", "x".repeat(65), "with-a-hyphen-in-it", "with spaces in between"])(
    "an authorization that Nets would not take is refused at once: %s",
    (authorization) => {
      const way = { baseUrl: "https://nets.invalid", secretKey: "secret", webhook: { authorization } };
      expect(() => netsEasy(way)).toThrow(/^webhook.authorization: /);
    },
  );
  test("names and references go without what Nets does not store", async () => {
    const { nets, gateway } = await given();
    const lines = [{ sku: "<B> \\", quantity: 1, total: 100_000 }];
    expect(await gateway.createPayment({ ...order, orderId: 'a"b', lines })).toMatchObject({ kind: "ok" });
    expect(nets.creates).toMatchObject([
      { order: { reference: expect.stringMatching(/^a-b--[\w-]{20}$/), items: [{ name: "B", reference: "B" }] } },
    ]);
  });
  test("lines that do not add up are one line that does", async () => {
    const { nets, gateway } = await given();
    expect(await gateway.createPayment({ ...order, total: 90_000 })).toMatchObject({ kind: "ok" });
    expect(nets.creates).toMatchObject([{ order: { items: [{ grossTotalAmount: 90_000 }] } }]);
    expect(nets.creates[0]).not.toHaveProperty("notifications");
  });
  test("trouble is told, never thrown", async () => {
    const { gateway } = await oddNets(400, { errors: { "order.amount": ["is too small"] } });
    expect(await gateway.createPayment(order)).toEqual({
      kind: "failed",
      detail: expect.stringContaining("too small"),
    });
    const script = await oddNets(201, { paymentId: "1", hostedPaymentPageUrl: "javascript:alert(1)" });
    expect(await script.gateway.createPayment(order)).toMatchObject({ kind: "failed" });
  });
});

/** The engine with a shop and Nets around it, and a door of its own. */
const shopWith = async (more: object = {}) => {
  const clock = new VirtualClock(T0);
  const nets = await netsDouble({ clock });
  closing.push(nets.close);
  const woo = wooDouble({ now: () => clock.now() });
  const gateway = netsEasy({ baseUrl: nets.url, secretKey: "secret", clock, webhook: { authorization: SECRET } });
  const engine = createEngine({ store: memoryStore(), gateways: [gateway], shop: woo.shop, clock, random: () => 0.5 });
  await engine.start();
  closing.push(() => engine.stop());
  const app = httpApp({ engine, apiToken: null, netsAuthorization: SECRET, ...more });
  const served = await listen(app.fetch);
  closing.push(() => served.close());
  const place = async (orderId: string, paymentId: string | null) => {
    const order = { total: 100_000, currency: "SEK", lines: [], createdAt: T0, updatedAt: T0, needsProcessing: true };
    woo.addOrder({ ...order, id: orderId, status: "pending", datePaid: null });
    await engine.place(orderId, {
      ...order,
      status: "pending",
      gateway: "nets-easy",
      paymentId,
      previousPaymentIds: [],
      customerReturned: false,
    });
  };
  const post = async (path: string, body: unknown, headers: Record<string, string> = { authorization: SECRET }) => {
    const response = await fetch(`${served.url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const pass = async (ms: number) =>
    clock.advanceTo(clock.now() + ms, async () => {
      for (let calm = 0; calm < 3; ) {
        await soon();
        calm = engine.idle && nets.delivering() === 0 ? calm + 1 : 0;
      }
    });
  return { clock, nets, woo, engine, served, place, post, pass };
};

const webhook = (more: object = {}) => ({
  id: "bcec42e7ba964e568b14691f259cfa3a",
  event: "payment.checkout.completed",
  data: { paymentId: ID },
  ...more,
});

describe("webhooks", () => {
  test("from creating the payment to the paid order, over Nets's own webhook", async () => {
    const shop = await shopWith();
    await shop.place("1001", null);
    const created = await shop.engine.checkout("1001", "nets-easy", {
      successUrl: `${shop.served.url}/returns/1001/success`,
      failUrl: `${shop.served.url}/returns/1001/fail`,
      callbackUrl: `${shop.served.url}/callbacks/nets`,
    });
    if (created.kind !== "ok") throw new Error(created.kind);
    shop.nets.customerPays(created.paymentId);
    await shop.pass(119_000);
    expect(shop.nets.deliveries).toMatchObject([
      { event: "payment.reservation.created.v2", answer: 200, attempt: 1 },
      { event: "payment.checkout.completed", answer: 200, attempt: 1 },
    ]);
    expect(shop.woo.order("1001").status).toBe("pending");
    await shop.pass(2_000);
    expect(shop.woo.order("1001").status).toBe("processing");
  });
  test("one that is not taken comes again, with its id, until the order is known", async () => {
    const shop = await shopWith();
    const gateway = netsEasy({
      baseUrl: shop.nets.url,
      secretKey: "s",
      clock: shop.clock,
      webhook: { authorization: SECRET },
    });
    const created = await gateway.createPayment({
      orderId: "1001",
      total: 100_000,
      currency: "SEK",
      lines: [],
      linkLifetimeMinutes: 60,
      successUrl: "https://shop.example/",
      failUrl: "https://shop.example/",
      callbackUrl: `${shop.served.url}/callbacks/nets`,
    });
    if (created.kind !== "ok") throw new Error(created.kind);
    shop.nets.customerPays(created.paymentId);
    await shop.pass(1_000);
    await shop.place("1001", created.paymentId);
    await shop.pass(60_000);
    expect(shop.nets.deliveries.map(({ answer }) => answer)).toEqual([404, 404, 200, 200]);
    expect(new Set(shop.nets.deliveries.map(({ id, event }) => `${event} ${id}`)).size).toBe(2);
  });
  test.each([
    ["missing", {}],
    ["wrong", { authorization: `${SECRET}!` }],
    ["shorter", { authorization: SECRET.slice(1) }],
  ])("an authorization that is %s: 401, whatever else it says", async (_, headers) => {
    const shop = await shopWith();
    expect(await shop.post("/callbacks/nets", "{", headers)).toMatchObject({ status: 401 });
    expect(await shop.post("/callbacks/nets", webhook(), headers)).toMatchObject({ status: 401 });
  });
  test("without a configured authorization none is asked for", async () => {
    const shop = await shopWith({ netsAuthorization: null });
    stand(shop.nets, reserved);
    await shop.place("1001", ID);
    expect(await shop.post("/callbacks/nets", webhook(), {})).toMatchObject({ status: 200 });
  });
  test("the same event again is answered and nothing more; another one is another hint", async () => {
    const shop = await shopWith();
    stand(shop.nets, reserved);
    await shop.place("1001", ID);
    for (let i = 0; i < 3; i += 1) expect((await shop.post("/callbacks/nets", webhook())).status).toBe(200);
    const first = (await shop.engine.queries.history("1001")).length;
    const other = webhook({ id: "another", event: "payment.charge.created.v2" });
    expect((await shop.post("/callbacks/nets", other)).status).toBe(200);
    expect((await shop.engine.queries.history("1001")).length).toBe(first + 1);
  });
  test.each([
    [404, webhook({ data: { paymentId: "unknown" } })],
    [400, webhook({ id: undefined })],
    [400, webhook({ event: "something.else" })],
    [400, webhook({ data: {} })],
    [400, webhook({ data: { paymentId: "../orders" } })],
    [400, "{"],
    [413, webhook({ padding: "x".repeat(20_000) })],
  ])("%i for %j", async (status, body) => {
    const shop = await shopWith();
    expect((await shop.post("/callbacks/nets", body)).status).toBe(status);
  });
});

describe("the embedded checkout (seed 004)", () => {
  const book = { sku: "BOOK", quantity: 1, total: 80_000 };
  const cart = { lines: [book], total: 80_000 };
  const checkout = {
    ...cart,
    currency: "SEK",
    reference: "cart-7",
    checkoutUrl: "https://shop.test/checkout",
    callbackUrl: "https://shop.test/callbacks/nets",
  };
  const shipping = { sku: "SHIPPING", quantity: 1, total: 4_900 };
  const opened = async (more?: Partial<NetsEasyOptions>) => {
    const world = await given(more);
    const answer = await world.gateway.openCheckout(checkout);
    if (answer.kind === "failed") throw new Error(answer.detail);
    return { ...world, paymentId: answer.paymentId };
  };

  test("opens a session for the shop's own page, and sends nobody anywhere", async () => {
    const { nets, gateway, paymentId } = await opened({ webhook: { authorization: SECRET } });
    expect(nets.creates).toEqual([
      {
        order: {
          items: [expect.objectContaining({ reference: "BOOK", grossTotalAmount: 80_000 })],
          amount: 80_000,
          currency: "SEK",
          reference: "cart-7",
        },
        checkout: {
          integrationType: "EmbeddedCheckout",
          url: "https://shop.test/checkout",
          termsUrl: "https://shop.test/",
          charge: false,
        },
        notifications: {
          webHooks: EVENTS.map((eventName) => ({ eventName, url: checkout.callbackUrl, authorization: SECRET })),
        },
      },
    ]);
    expect(await gateway.readPayment(paymentId)).toMatchObject({
      kind: "ok",
      reading: { exists: true, authorized: 0 },
    });
    expect(nets.customerPays(paymentId)).toEqual({ redirectUrl: null });
  });

  test("the customer is known and the cart calculated anew: he pays what it comes to now", async () => {
    const { nets, gateway, paymentId } = await opened();
    const now = { paymentId, lines: [book, shipping], total: 84_900 };
    expect(await gateway.updateCheckout(now)).toEqual({ kind: "ok", reading: null });
    expect(await gateway.updateCheckout(now)).toEqual({ kind: "ok", reading: null });
    const items = [{ reference: "BOOK" }, { reference: "SHIPPING", grossTotalAmount: 4_900 }];
    expect(nets.updates[1]).toMatchObject({ amount: 84_900, items });
    expect(nets.updates[1]).toEqual(nets.updates[0]);
    nets.customerPays(paymentId);
    expect(nets.books(paymentId)).toMatchObject({ authorized: 849 });
  });

  test("lines that do not come to the total go as one that does", async () => {
    const { nets, gateway, paymentId } = await opened();
    expect((await gateway.updateCheckout({ paymentId, lines: [book], total: 84_900 })).kind).toBe("ok");
    expect(nets.updates).toMatchObject([{ amount: 84_900, items: [{ grossTotalAmount: 84_900 }] }]);
  });

  test("what is paid is changed no more, what is not there neither; and a lost answer is not taken for one", async () => {
    const { clock, nets, gateway, paymentId } = await opened();
    nets.customerPays(paymentId);
    const later = { paymentId, lines: [book, shipping], total: 84_900 };
    expect(await gateway.updateCheckout(later)).toMatchObject({
      kind: "refused",
      detail: expect.stringContaining("409"),
    });
    expect(nets.books(paymentId)).toMatchObject({ authorized: 800 });
    expect((await gateway.updateCheckout({ ...later, paymentId: ID })).kind).toBe("refused");
    expect((await gateway.updateCheckout({ ...later, paymentId: "../x" })).kind).toBe("refused");
    nets.delayNext("updateOrder", 60_000);
    expect((await timedOut({ clock, nets }, gateway.updateCheckout(later))).kind).toBe("unknown");
    const { gateway: odd } = await oddNets(201, { hello: "you" });
    expect(await odd.openCheckout(checkout)).toEqual({ kind: "failed", detail: expect.stringContaining("unexpected") });
  });

  test("the order that Pay makes is paid over the session's payment", async () => {
    const { clock, nets, gateway, paymentId } = await opened({ webhook: { authorization: SECRET } });
    await gateway.updateCheckout({ paymentId, lines: [book, shipping], total: 84_900 });
    const woo = wooDouble({ now: () => clock.now() });
    const engine = createEngine({ store: memoryStore(), gateways: [gateway], shop: woo.shop, clock });
    await engine.start();
    closing.push(() => engine.stop());
    const common = { status: "pending", needsProcessing: true, createdAt: T0, updatedAt: T0 } as const;
    const order = { ...common, total: 84_900, currency: "SEK", lines: [book, shipping] };
    const onPayInitialized = async (id: string) => {
      woo.addOrder({ id: "1001", ...order, datePaid: null });
      const more = { gateway: "nets-easy", paymentId: id, previousPaymentIds: [], customerReturned: false };
      await engine.place("1001", { ...order, ...more });
      return { orderId: "1001" };
    };
    const app = httpApp({ engine, apiToken: null, onPayInitialized });
    const answer = await app.fetch(
      new Request("http://shop.test/nets/pay-initialized", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ paymentId }),
      }),
    );
    expect(await answer.json()).toEqual({ reply: true, orderId: "1001" });
    nets.customerPays(paymentId);
    await engine.submit("1001", { type: "customer.returned", page: "success" }, { wait: "settled" });
    await until(() => woo.order("1001").status === "processing");
    expect((await engine.queries.read("1001"))?.flags).toEqual([]);
  });
});

describe("pay-initialized", () => {
  const ask = { paymentId: ID };
  test("true with the order that the shop made", async () => {
    const asked: string[] = [];
    const shop = await shopWith({
      onPayInitialized: async (paymentId: string) => {
        asked.push(paymentId);
        await shop.place("1001", paymentId);
        return { orderId: "1001" };
      },
    });
    expect(await shop.post("/nets/pay-initialized", ask)).toEqual({
      status: 200,
      body: { reply: true, orderId: "1001" },
    });
    expect(asked).toEqual([ID]);
    expect(shop.woo.order("1001").status).toBe("pending");
  });
  test.each([
    ["none is made", async () => null],
    ["making one throws", async () => Promise.reject(new Error("secret words"))],
  ])("false when %s", async (_, onPayInitialized) => {
    const shop = await shopWith({ onPayInitialized });
    expect(await shop.post("/nets/pay-initialized", ask)).toEqual({
      status: 200,
      body: { reply: false, error: "no-order" },
    });
  });
  test("false for an order that is paid or given up: no money is taken twice", async () => {
    const asked: string[] = [];
    const onPayInitialized = async (paymentId: string) => {
      asked.push(paymentId);
      return { orderId: "1001" };
    };
    const shop = await shopWith({ onPayInitialized });
    stand(shop.nets, {});
    await shop.place("1001", ID);
    await shop.engine.submit("1001", { type: "merchant.failed", via: "dropdown" }, { wait: "settled" });
    const answer = await shop.post("/nets/pay-initialized", ask);
    expect(answer.body).toEqual({ reply: false, error: "order-is-failed" });
    expect(asked).toEqual([]);
  });
  test("no such address for a shop without the embedded checkout", async () => {
    const shop = await shopWith();
    expect((await shop.post("/nets/pay-initialized", ask)).status).toBe(404);
  });
  test("what names no payment is turned away", async () => {
    const shop = await shopWith({ onPayInitialized: async () => ({ orderId: "1" }) });
    expect(await shop.post("/nets/pay-initialized", {})).toMatchObject({ status: 400, body: { reply: false } });
  });
});
