/** What may come from outside: how long, how many, and what is taken for granted where nothing is said. */
import { describe, expect, test } from "vitest";
import {
  merchantEventFor,
  OrderEvent,
  PlacedOrder,
  Source,
  statusWantedBy,
  waitsForReading,
} from "../../machines/events.js";
import {
  earlierPayment,
  Facts,
  noSuchPayment,
  Operation,
  OrderStatus,
  PaymentStatus,
  Reading,
  unreadPayment,
} from "../../machines/facts.js";
import { Settings } from "../../machines/settings.js";
import { EARLIEST, LATEST } from "../../machines/text.js";
import { payments } from "../../src/testing/decision/samples.js";
import { considered } from "./considered.js";

const long = (length: number) => "x".repeat(length);
const line = { sku: long(100), quantity: 1, total: 100 };
const order = { total: 100, currency: "SEK", lines: [line], gateway: null, createdAt: EARLIEST, updatedAt: LATEST };
const callback = {
  type: "callback.received",
  kind: long(60),
  paymentId: long(100),
  claims: long(60),
  content: long(100),
};
const created = { type: "payment.created", paymentId: long(100), meta: { [long(100)]: long(20_000) } };
const rejection = { type: "checkout.rejected", rejection: "deny", message: long(1000) };
const revealed = { type: "data.revealed", by: "s", why: long(200) };
const edited = { type: "merchant.editedLines", lines: [line], total: 100, adds: false };
const answer = { effectId: "o:1:0", reason: "gateway-refused", detail: long(500) };
const reading = noSuchPayment("pay-1");

const wellFormed: object[] = [
  { type: "order.placed", order },
  {
    type: "order.placed",
    order: {
      ...order,
      total: 0,
      lines: [],
      paymentId: long(100),
      previousPaymentIds: [long(100)],
      meta: { [long(100)]: 1 },
    },
  },
  { type: "order.placed", order: { ...order, total: 100_000, lines: Array(1000).fill(line) } },
  { type: "order.updated", by: long(100), change: long(200) },
  { type: "order.seen", status: "failed" },
  { type: "checkout.asked" },
  { type: "payment.attached", paymentId: long(100), gateway: long(100) },
  { type: "merchant.released", via: "api" },
  { type: "merchant.completed", by: long(100) },
  { type: "merchant.refunded", by: "Anna Ek", amount: 1 },
  { type: "merchant.captured", by: "Anna Ek" },
  { type: "merchant.refundedAmount", by: "Anna Ek", amount: 1 },
  { type: "merchant.editedLines", by: "Anna Ek", lines: [line], total: line.total, adds: false },
  {
    type: "order.updated",
    by: "",
    change: "",
    order: { total: 100, currency: "SEK", lines: [line], gateway: null, gone: true },
  },
  { type: "checkout.began", attempt: long(100) },
  created,
  { ...created, gateway: long(100), tolerance: 0 },
  { type: "payment.notCreated", detail: long(500) },
  { type: "payment.notCreated", detail: "", attempt: long(100) },
  rejection,
  callback,
  { ...callback, claims: null, content: null },
  ...["success", "fail", "signing-landing", "signing-cancelled"].map((page) => ({ type: "customer.returned", page })),
  ...Object.values(merchantEventFor).map((type) => ({ type })),
  ...["dropdown", "list-button", "bulk", "erp", "inspector", "api"].map((via) => ({ type: "merchant.completed", via })),
  { type: "merchant.refunded", amount: 5 },
  { type: "merchant.captured", lines: [line] },
  { type: "merchant.refundedAmount", amount: 100, lines: [line] },
  edited,
  { type: "merchant.recalculated" },
  { type: "merchant.endedWait" },
  { type: "merchant.acknowledged" },
  { type: "shop.holdStockDue" },
  { type: "reconcile.asked" },
  revealed,
  { ...revealed, by: long(100), why: "" },
  { type: "timer.fired", timer: "t", generation: 3 },
  { type: "payment.read", effectId: "e", reading },
  { type: "payment.readBack", effectId: "e", reading },
  { type: "shop.conflicted", effectId: "e", status: "failed" },
  { type: "shop.differs", effectId: "e", order: {} },
  {
    type: "shop.differs",
    effectId: "e",
    order: { total: 100, currency: "SEK", lines: [line], gateway: null, gone: true },
  },
  ...["book", "capture", "cancel", "refund", "rebuild"].flatMap((call) => [
    { type: `${call}.confirmed`, effectId: "e", reading: null },
    { type: `${call}.refused`, ...answer },
    { type: `${call}.unknown`, effectId: "e", detail: long(500) },
  ]),
];

const placed = (more: object) => ({ type: "order.placed", order: { ...order, ...more } });
const malformed: [path: string, object][] = [
  ["order.total", placed({ total: -1 })],
  ["order.total", placed({ total: 1.5 })],
  ["order.currency", placed({ currency: "SE" })],
  ["order.lines", placed({ lines: Array(1001).fill(line) })],
  ["order.lines", placed({ total: 101 })],
  ["order.lines", placed({ lines: [{ ...line, vat: 101 }] })],
  ["order.lines", placed({ lines: [{ ...line, vat: -1 }] })],
  ["order.lines.0.vatRate", placed({ lines: [{ ...line, vatRate: 10_001 }] })],
  ["order.lines.0.type", placed({ lines: [{ ...line, type: "toy" }] })],
  ["order.lines", { type: "order.updated", by: "", change: "", order: { total: 1, lines: [line] } }],
  ["lines", { ...edited, total: 99 }],
  ["lines", { type: "merchant.refundedAmount", amount: 5, lines: [line] }],
  ["order.lines.0.sku", placed({ lines: [{ ...line, sku: long(101) }] })],
  ["order.lines.0.quantity", placed({ lines: [{ ...line, quantity: 0 }] })],
  ["order.paymentId", placed({ paymentId: long(101) })],
  ["order.previousPaymentIds.0", placed({ previousPaymentIds: [long(101)] })],
  ["order.createdAt", placed({ createdAt: EARLIEST + 0.5 })],
  ["order.updatedAt", placed({ updatedAt: EARLIEST + 0.5 })],
  ["order.createdAt", placed({ createdAt: EARLIEST - 1 })],
  ["order.updatedAt", placed({ updatedAt: LATEST + 1 })],
  [`order.meta.${long(101)}`, placed({ meta: { [long(101)]: 1 } })],
  ["order", placed({ unheard: 1 })],
  ["by", { type: "order.updated", by: long(101), change: "" }],
  ["change", { type: "order.updated", by: "", change: long(201) }],
  ["status", { type: "order.seen", status: "shipped" }],
  ["paymentId", { ...created, paymentId: long(101) }],
  [`meta.${long(101)}`, { ...created, meta: { [long(101)]: "" } }],
  ["meta.a", { ...created, meta: { a: long(20_001) } }],
  ["attempt", { type: "checkout.began", attempt: long(101) }],
  ["detail", { type: "payment.notCreated", detail: long(501) }],
  ["attempt", { type: "payment.notCreated", detail: "", attempt: "" }],
  ["message", { ...rejection, message: long(1001) }],
  ["kind", { ...callback, kind: long(61) }],
  ["paymentId", { ...callback, paymentId: long(101) }],
  ["claims", { ...callback, claims: long(61) }],
  ["content", { ...callback, content: long(101) }],
  ["page", { type: "customer.returned", page: "home" }],
  ["via", { type: "merchant.completed", via: "fax" }],
  ["by", { type: "merchant.completed", by: long(101) }],
  ["by", { type: "merchant.refunded", by: 7 }],
  ["amount", { type: "merchant.refundedAmount", amount: 1.5 }],
  ["total", { ...edited, total: -1 }],
  ["by", { ...revealed, by: "" }],
  ["by", { ...revealed, by: long(101) }],
  ["why", { ...revealed, why: long(201) }],
  ["generation", { type: "timer.fired", timer: "t", generation: 1.5 }],
  ["detail", { type: "capture.refused", ...answer, detail: long(501) }],
  ["detail", { type: "capture.unknown", effectId: "e", detail: long(501) }],
  ["reading", { type: "capture.confirmed", effectId: "e" }],
  ["type", { type: "order.shipped" }],
];

describe("an event", () => {
  test("of each kind is read as it came", () => {
    for (const event of wellFormed) expect(OrderEvent.parse(event)).toMatchObject(event);
    const kinds = new Set(wellFormed.map((event) => (event as OrderEvent).type));
    expect(OrderEvent.options.map(({ shape }) => shape.type.value).filter((type) => !kinds.has(type))).toEqual([]);
  });

  test("that says more than its kind has to say is turned away", () => {
    for (const event of wellFormed) expect(OrderEvent.safeParse({ ...event, unheard: 1 }).success).toBe(false);
  });

  test.each(malformed)("is turned away for its %s", (path, event) => {
    const { error } = OrderEvent.safeParse(event);
    expect(error?.issues.map((issue) => issue.path.join("."))).toEqual([path]);
  });

  test("without more says what is usual", () => {
    expect(PlacedOrder.parse(order)).toEqual({
      ...order,
      status: "pending",
      needsProcessing: true,
      paymentId: null,
      previousPaymentIds: [],
      customerReturned: false,
      tolerance: 0,
    });
    expect(OrderEvent.parse({ type: "merchant.completed" })).toEqual({ type: "merchant.completed", via: "api" });
    expect(OrderEvent.parse({ type: "merchant.refunded" })).toMatchObject({ amount: null });
    expect(OrderEvent.parse({ type: "merchant.captured" })).toMatchObject({ lines: null });
    expect(OrderEvent.parse({ type: "merchant.refundedAmount", amount: 1 })).toMatchObject({ lines: null });
    expect(OrderEvent.parse({ type: "checkout.rejected", rejection: "fail" })).toMatchObject({ message: null });
  });

  test("asks for a status, or for none", () => {
    expect(statusWantedBy).toEqual({
      "merchant.completed": "completed",
      "merchant.cancelled": "cancelled",
      "merchant.refunded": "refunded",
      "merchant.failed": "failed",
      "merchant.held": "on-hold",
      "merchant.processed": "processing",
      "merchant.reopened": "pending",
    });
  });

  test("waits for a reading of the payment where a decision hangs on it", () => {
    const types = OrderEvent.options.map(({ shape }) => shape.type.value);
    expect(types.filter(waitsForReading)).toEqual([
      "checkout.asked",
      "payment.attached",
      "callback.received",
      "customer.returned",
      "merchant.completed",
      "merchant.cancelled",
      "merchant.refunded",
      "merchant.failed",
      "merchant.processed",
      "merchant.reopened",
      "merchant.captured",
      "merchant.refundedAmount",
      "merchant.released",
      "merchant.editedLines",
      "merchant.recalculated",
      "merchant.endedWait",
      "shop.holdStockDue",
      "reconcile.asked",
    ]);
  });

  test("comes from one of seven", () => {
    expect(Source.options).toEqual(["customer", "callback", "merchant", "timer", "shop", "gateway", "reconcile"]);
  });
});

describe("the facts", () => {
  test("are those of an order, its payment, who waits and which call is under way", () => {
    const { order, payment, others, waiting, operation } = considered({
      call: { lines: [line] },
      waiting: [{ wish: { amount: 1, lines: [line], total: 1, adds: true } }],
      order: { rejections: [{ at: 1, type: "deny" }] },
    });
    const tries = [{ attempt: "a", since: 1, answer: "awaited" }];
    const facts = { order, payment, others, waiting, operation, tries };
    expect(Facts.parse(facts)).toEqual(facts);
    expect(Facts.parse({ order, payment, waiting, operation })).toEqual({ ...facts, tries: [] });
  });

  test("know five calls that move money, and six words for a payment", () => {
    const { operation } = considered({ call: {} });
    const kinds = ["book", "capture", "cancel", "refund", "rebuild"];
    expect(kinds.map((kind) => Operation.parse({ ...operation, kind }).kind)).toEqual(kinds);
    expect(Operation.safeParse({ ...operation, kind: "steal" }).success).toBe(false);
    const words = Object.entries(payments).filter(([name]) => !["missing", "a new word"].includes(name));
    expect(new Set(words.map(([, { status }]) => status))).toEqual(new Set(PaymentStatus.options));
  });

  test("a wish that says nothing wishes for nothing", () => {
    const { wish } = Facts.shape.waiting.element.parse({ ...considered({ waiting: [{}] }).waiting[0], wish: {} });
    expect(wish).toEqual({ amount: null, lines: null, total: null, adds: false });
  });

  test.each([[{ total: 1.5 }], [{ offers: ["STEAL"] }], [{ taskCompleted: "perhaps" }], [{ creditLimit: 1.5 }]])(
    "a reading with %j is none",
    (says) => {
      expect(Reading.safeParse({ ...reading, ...says }).success).toBe(false);
    },
  );

  test.each([true, false, null, "unavailable"])("a reading says of the task: %s", (taskCompleted) => {
    expect(Reading.parse({ ...reading, taskCompleted })).toMatchObject({ taskCompleted });
  });

  test("a payment that is not there reads as nothing at all", () => {
    expect(reading).toEqual({
      paymentId: "pay-1",
      exists: false,
      status: "NOT_FOUND",
      rejectedReason: null,
      hasOrder: false,
      total: 0,
      authorized: 0,
      captured: 0,
      canceled: 0,
      refunded: 0,
      offers: [],
      creditLimit: null,
      taskCompleted: null,
      transactionIds: [],
    });
  });

  test("a payment that nobody read is taken to be there, where it has a name", () => {
    const named = unreadPayment("bank", "pay-1");
    expect(named).toMatchObject({ gateway: "bank", id: "pay-1", readAt: null, captureFailed: false });
    expect(named).toMatchObject({ exists: true, status: "UNREAD", tolerance: 0, hasOrder: false });
    expect("paymentId" in named).toBe(false);
    expect(unreadPayment(null, null, 5)).toMatchObject({ exists: false, tolerance: 5 });
    expect(earlierPayment(named, "pay-0")).toMatchObject({ gateway: "bank", id: "pay-0", readAt: null, state: "open" });
  });

  test("WooCommerce has eight words for an order", () => {
    expect(OrderStatus.options).toHaveLength(8);
    expect(OrderStatus.options.every((status) => /^[a-z-]+$/.test(status))).toBe(true);
  });
});

describe("the settings", () => {
  test("say what each of them is", () => {
    const words = Object.values(Settings.shape).map(({ description }) => description ?? "");
    for (const description of words) expect(description).toMatch(/^\w.*\w$/);
    expect(new Set(words).size).toBe(words.length);
  });

  test("are the documents' where nothing is said", () => {
    expect(Settings.parse({})).toEqual({
      cooldownSeconds: 60,
      enableCapture: true,
      enableCancel: true,
      enableRefund: true,
      enableModify: true,
      stockManagement: false,
      holdStockMinutes: null,
      choices: {
        pendingWhileCustomerIsAway: "on-hold",
        cancelledThenAccepted: "stay",
        onHoldThenAborted: "cancel",
        processingThenRejected: "follow",
        rejected: "by-task",
        taskStatusUnavailable: "failed",
        modifyWhenFullyCancelled: "rebuild",
        raisedTotal: "refuse",
        cooldownFrom: "created-or-updated",
        amountMismatch: "refuse",
        surplusPayment: "release",
      },
    });
  });

  test.each([{ cooldownSeconds: 0 }, { cooldownSeconds: 86_400 }, { holdStockMinutes: 5 }])("may be %j", (settings) => {
    expect(Settings.parse(settings)).toMatchObject(settings);
  });

  test.each([
    { cooldownSeconds: -1 },
    { cooldownSeconds: 86_401 },
    { holdStockMinutes: 1.5 },
    { enableCapture: "yes" },
    { enableSteal: true },
    { choices: { amountMismatch: "shrug" } },
    { choices: { unheard: "of" } },
  ])("may not be %j", (settings) => {
    expect(Settings.safeParse(settings).success).toBe(false);
  });
});
