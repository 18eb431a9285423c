/** What each action asks of the bank or the shop: amounts, keys, moments, and the laws of money. */
import { describe, expect, test } from "vitest";
import type { ActionName, EffectParams, NoteKey } from "../../machines/effects.js";
import type { Facts, Operation } from "../../machines/facts.js";
import { ask, callAgainMs, type EffectAndFacts, type EffectContext } from "../../src/core/ask.js";
import { SECOND, T0 } from "../../src/testing/simulator/script.js";
import { considered, type Said } from "./considered.js";

const factsOf = (said: Said): Facts => {
  const { order, payment, others, waiting, operation } = considered(said);
  return { order, payment, others, waiting, operation, tries: [] };
};

const asked = (
  type: ActionName,
  said: Said = {},
  more: Partial<EffectContext> = {},
  params?: EffectParams,
): EffectAndFacts =>
  ask(
    { type, params },
    {
      facts: factsOf(said),
      now: T0,
      from: "processing",
      to: "completed",
      totalBefore: factsOf(said).order.total,
      wish: considered(said).wish,
      eventId: "e1",
      eventType: "merchant.completed",
      goesAgain: false,
      bank: "Resurs Bank",
      detail: "the bank said no",
      effectId: "o:2:0",
      ...more,
    },
  );
const again = { goesAgain: true };
/** Of the shop, which is read first. */
const expects = { totals: [100_000], currency: "SEK" };
const begun = {
  askedBy: "e1",
  askedType: "merchant.completed",
  key: "o:2:0",
  lines: null,
  leadsTo: null,
  tries: 1,
  whole: true,
  lostAt: null,
  refused: null,
  before: { authorized: 100_000, captured: 0, canceled: 0, refunded: 0 },
  since: T0,
};
const some = [{ sku: "a", quantity: 1, total: 60_000 }];
const at = { paymentId: "pay-1", key: "o:2:0" };

describe("a call that moves money", () => {
  test("a booking is of the whole order", () => {
    const { facts, effect, notBefore } = asked("bookSignedPayment", {
      pays: { authorized: 0 },
      order: { total: 70_000 },
    });
    expect(effect).toEqual({ type: "bookSignedPayment", ...at, amount: 70_000 });
    expect(facts.operation).toEqual({
      ...begun,
      kind: "book",
      amount: 70_000,
      before: { ...begun.before, authorized: 0 },
    });
    expect(notBefore).toBe(T0);
  });

  test("a capture is of all that is reserved, and completes the order", () => {
    const { facts, effect } = asked("capturePayment", { pays: "partly captured" });
    expect(effect).toEqual({ type: "capturePayment", ...at, amount: 60_000, expects });
    const before = { authorized: 60_000, captured: 40_000, canceled: 0, refunded: 0 };
    expect(facts.operation).toEqual({
      ...begun,
      kind: "capture",
      amount: 60_000,
      leadsTo: "completed",
      before,
      expects,
    });
  });

  test("a capture that was asked for by itself leaves the status alone", () => {
    expect(asked("capturePayment", {}, { eventType: "merchant.captured" }).facts.operation?.leadsTo).toBeNull();
  });

  test("a capture of the whole order says what it is of, and lines that make up another amount are left out", () => {
    const { lines } = considered().order;
    expect(asked("capturePayment").effect).toEqual({ type: "capturePayment", ...at, amount: 100_000, lines, expects });
    const other = asked("capturePayment", { order: { lines: some } }).effect;
    expect(other).toEqual({ type: "capturePayment", ...at, amount: 100_000, expects });
  });

  test("a cancellation is of all that is reserved, under a key of its own", () => {
    const { facts, effect } = asked("cancelPayment");
    const { lines } = considered().order;
    expect(effect).toEqual({ type: "cancelPayment", ...at, amount: 100_000, lines, key: "o:2:0:cancel" });
    expect(facts.operation).toEqual({ ...begun, kind: "cancel", amount: 100_000, leadsTo: "cancelled" });
  });

  test("a change of lines cancels the whole first, and remembers what is to be reserved anew", () => {
    const { facts, effect } = asked("cancelPayment", { wish: { lines: some, total: 60_000 } });
    const { lines } = considered().order;
    expect(effect).toEqual({ type: "cancelPayment", ...at, amount: 100_000, lines, key: "o:2:0:cancel", expects });
    expect(facts.operation).toEqual({ ...begun, kind: "rebuild", amount: 60_000, lines: some, whole: false, expects });
    const tried = asked("cancelPayment", { call: { kind: "rebuild", amount: 60_000, lines: some } });
    expect(tried.facts.operation).toMatchObject({ kind: "rebuild", amount: 60_000, lines: some, key: "call-1" });
  });

  test("a merchant's wish without lines is a cancellation", () => {
    expect(asked("cancelPayment", { wish: {} }).facts.operation).toMatchObject({ kind: "cancel" });
  });

  test("lines are reserved anew for what they cost, under a key of their own", () => {
    const { facts, effect } = asked("addOrderLines", { wish: { lines: some, total: 60_000 } });
    expect(effect).toEqual({ type: "addOrderLines", ...at, amount: 60_000, lines: some, key: "o:2:0:lines", expects });
    expect(facts.operation).toEqual({ ...begun, kind: "rebuild", amount: 60_000, lines: some, whole: false, expects });
  });

  test("without other lines it is the order's own that are reserved anew", () => {
    const { effect } = asked("addOrderLines");
    expect(effect).toMatchObject({ amount: 100_000, lines: considered().order.lines });
    expect(asked("addOrderLines", { call: { kind: "rebuild" } }).effect).toMatchObject({ lines: [] });
  });

  test.each([
    ["all that is left", "partly refunded", {}, { amount: 60_000, all: true, lines: null }, "refunded"],
    ["a part", "captured", { amount: 40_000, lines: some }, { amount: 40_000, all: false, lines: some }, null],
    ["all, while some is still reserved", "partly captured", {}, { amount: 40_000, all: true, lines: null }, null],
  ] as const)("a refund of %s", (_what, pays, wish, sent, leadsTo) => {
    const { facts, effect } = asked("refundPayment", { pays, wish: { ...wish, lines: "lines" in wish ? some : null } });
    expect(effect).toEqual({
      type: "refundPayment",
      ...at,
      ...sent,
      refundedBefore: pays === "partly refunded" ? 40_000 : 0,
      ...(sent.all ? { expects } : {}),
    });
    expect(facts.operation).toMatchObject({ kind: "refund", amount: sent.amount, lines: sent.lines, leadsTo });
  });

  test("nobody wishes for anything, and everything is refunded", () => {
    const { effect, facts } = asked("refundPayment", { pays: "captured" });
    expect(effect).toMatchObject({ amount: 100_000, all: true, lines: considered().order.lines });
    // The shop is told of no lines that nobody asked for.
    expect(facts.operation).toMatchObject({ lines: null });
  });

  test.each([
    ["bookSignedPayment", { call: { kind: "book" } }, "call-1"],
    ["capturePayment", { call: { kind: "capture" } }, "call-1"],
    ["cancelPayment", { call: { kind: "cancel" } }, "call-1:cancel"],
    ["refundPayment", { pays: "captured", call: { kind: "refund" } }, "call-1"],
    ["addOrderLines", { call: { kind: "rebuild" } }, "call-1:lines"],
  ] satisfies [ActionName, Said, string][])("%s goes out again under its key, later each time", (type, said, key) => {
    const { facts, effect, notBefore } = asked(type, { ...said, call: { ...said.call, tries: 3 } }, again);
    expect(effect).toMatchObject({ type, key, amount: 100_000 });
    expect(facts.operation?.tries).toBe(4);
    expect(notBefore).toBe(T0 + 8 * SECOND);
  });

  test("a call of another kind within one operation starts its tries anew", () => {
    const { facts, notBefore } = asked("addOrderLines", { call: { kind: "rebuild", tries: 3 } }, { goesAgain: false });
    expect(facts.operation?.tries).toBe(1);
    expect(notBefore).toBe(T0);
  });

  test("what follows from a booking is a call of its own, asked for by whoever signed", () => {
    const { facts } = asked("capturePayment", { call: { kind: "book", askedBy: "e0", askedType: "customer.signed" } });
    expect(facts.operation).toMatchObject({
      kind: "capture",
      askedBy: "e0",
      askedType: "customer.signed",
      key: "o:2:0",
    });
  });

  test("waits are doubled from two seconds up to five minutes", () => {
    expect([0, 1, 2, 3, 8, 9].map(callAgainMs)).toEqual([2, 2, 4, 8, 256, 300].map((seconds) => seconds * SECOND));
  });
});

describe("the laws of money", () => {
  test.each([
    ["capturePayment", { pays: "frozen" }, "nothing is captured from such a payment"],
    ["capturePayment", { pays: "inspection" }, "nothing is captured from such a payment"],
    ["capturePayment", { pays: { status: "REJECTED" } }, "nothing is captured from such a payment"],
    ["capturePayment", { pays: "captured" }, "there must be something to capture"],
    ["cancelPayment", { pays: { captured: 1 } }, "nothing is cancelled after a capture"],
    ["refundPayment", { pays: "captured", wish: { amount: 0 } }, "never more is refunded than was captured"],
    ["refundPayment", { pays: "captured", wish: { amount: 100_001 } }, "never more is refunded than was captured"],
    ["addOrderLines", { wish: { total: 100_001 } }, "never more is reserved than the bank authorised"],
    ["addOrderLines", { pays: { creditLimit: null }, wish: { total: 100_001 } }, "never more is reserved"],
  ] satisfies [ActionName, Said, string][])("%s of %j is a mistake in a guard: %s", (type, said, law) => {
    expect(() => asked(type, said)).toThrow(`money law broken: ${law}`);
  });

  test("up to the limit is within it", () => {
    expect(asked("addOrderLines", { pays: { creditLimit: null }, wish: { total: 100_000 } }).effect).not.toBeNull();
    expect(asked("refundPayment", { pays: "captured", wish: { amount: 1 } }).effect).not.toBeNull();
    expect(asked("capturePayment", { pays: { authorized: 1 } }).effect).not.toBeNull();
  });

  test("without a payment there is nobody to ask", () => {
    expect(() => asked("readPayment", { pays: { id: null } })).toThrow("no payment to send anything to");
  });
});

describe("a look at the payment", () => {
  test("is about this order's, now", () => {
    const { effect, notBefore } = asked("readPayment");
    expect([effect, notBefore]).toEqual([{ type: "readPayment", paymentId: "pay-1" }, T0]);
    expect(asked("readPayment", { call: { tries: 3 } }).notBefore).toBe(T0);
  });

  test.each([
    ["the first", { call: { tries: 1 } }],
    ["the third", { call: { tries: 3 } }],
    ["none that is known", {}],
  ] satisfies [string, Said][])("looks for the effect of a call at once: %s", (_which, said) => {
    const { effect, notBefore } = asked("readBack", said);
    expect(effect).toEqual({ type: "readBack", paymentId: "pay-1" });
    expect(notBefore).toBe(T0);
  });

  test("after a lost answer remembers when it was lost, each time anew", () => {
    const lost = (call: Partial<Operation>) =>
      asked("readBack", { call }, { eventType: "refund.unknown" }).facts.operation;
    expect(lost({})).toMatchObject({ lostAt: T0, refused: null });
    expect(lost({ lostAt: T0 - 99_000 })).toMatchObject({ lostAt: T0, refused: null });
  });

  test("after a refusal remembers why, where an earlier answer was lost", () => {
    const refused = (call: Partial<Operation>) =>
      asked("readBack", { call }, { eventType: "refund.refused" }).facts.operation;
    expect(refused({ lostAt: T0 - 99_000 })).toMatchObject({ lostAt: T0 - 99_000, refused: "the bank said no" });
    expect(refused({})).toMatchObject({ lostAt: null, refused: null });
  });
});

describe("what the shop is asked for", () => {
  const change = { from: "processing", to: "completed", note: "Payment complete." };

  test.each([
    ["completes the payment", {}, "processing", { type: "completePayment", transactionId: "pay-1" }],
    [
      "completes it, where nothing needs processing",
      { order: { needsProcessing: false } },
      "completed",
      { type: "completePayment", transactionId: "pay-1" },
    ],
    // WooCommerce would make this one completed.
    ["sets the status", { order: { needsProcessing: false } }, "processing", { type: "setOrderStatus" }],
  ] as const)("a paid order %s", (_how, said, to, sent) => {
    expect(asked("completePayment", said, { to }).effect).toEqual({ ...change, to, ...sent });
  });

  test("another status, with its note", () => {
    const { effect, facts, notBefore } = asked("setStatus", {}, {}, { note: "set-by-merchant" });
    expect(effect).toEqual({ ...change, type: "setOrderStatus", note: "Status set by the merchant." });
    expect([facts, notBefore]).toEqual([factsOf({}), T0]);
  });

  test("other lines, which are remembered as a write of now", () => {
    const { effect, facts } = asked("setOrderLines", { wish: { lines: some, total: 60_000 } });
    const changed = { ...expects, totals: [100_000, 60_000] };
    expect(effect).toEqual({ type: "setOrderLines", lines: some, total: 60_000, expects: changed });
    expect(facts.order).toMatchObject({ lines: some, total: 60_000, updatedAt: T0 });
    const { lines, total } = considered().order;
    expect(asked("setOrderLines").effect).toEqual({ type: "setOrderLines", lines, total, expects });
  });

  test.each([
    [
      "of the call",
      { call: { kind: "refund", amount: 5, lines: some }, wish: { amount: 7 } },
      { amount: 5, lines: some },
    ],
    ["that was wished for", { wish: { amount: 7, lines: some } }, { amount: 7, lines: some }],
    ["that nobody named", {}, { amount: 0, lines: null }],
    ["that was wished for without lines", { wish: { amount: 7 } }, { amount: 7, lines: null }],
    ["that the shop has", { wish: { amount: 7, refund: "55" } }, { amount: 7, lines: null, refund: "55" }],
    [
      "of a call that the shop began",
      { call: { kind: "refund", amount: 5, refund: "55" } },
      { amount: 5, lines: null, refund: "55" },
    ],
  ] satisfies [string, Said, object][])("its own record of a refund %s", (_which, said, record) => {
    expect(asked("recordRefund", said).effect).toEqual({ type: "recordRefund", ...record });
  });

  test("a capture that failed is remembered, and nobody is asked for anything", () => {
    const { effect, facts } = asked("rememberFailedCapture");
    expect([effect, facts.payment.captureFailed]).toEqual([null, true]);
    expect(facts.order).toEqual(considered().order);
  });

  test.each([
    ["capture-success", { call: { amount: 12_345 } }, "Successfully captured 123.45 SEK of payment at Resurs Bank."],
    ["refund-success", {}, "Successfully refunded 0.00 SEK of payment at Resurs Bank."],
    ["capture-failed", {}, "Capturing payment at Resurs Bank failed (the bank said no)."],
    [
      "payment-status-failed",
      { pays: { status: "REJECTED", rejectedReason: "CREDIT" } },
      "Payment failed. Reason given by the bank: CREDIT.",
    ],
    [
      "payment-status-cancelled",
      { pays: { status: "REJECTED", rejectedReason: "CREDIT" } },
      "Payment aborted. Reason given by the bank: CREDIT.",
    ],
    ["payment-status-failed", { pays: { status: "REJECTED" } }, "Payment failed."],
    ["payment-status-failed", { pays: { status: "FROZEN", rejectedReason: "CREDIT" } }, "Payment failed."],
    [
      "cancel-off",
      { pays: { status: "REJECTED", rejectedReason: "CREDIT" } },
      "Order cancelled without cancelling the payment: automatic cancel is switched off.",
    ],
  ] satisfies [NoteKey, Said, string][])("the note %s of %j", (note, said, words) => {
    expect(asked("addNote", said, {}, { note }).effect).toEqual({ type: "addOrderNote", note: words });
  });

  test("the bank's own words are written as they are, whatever stands in them", () => {
    const { effect } = asked("addNote", {}, { detail: "$& {bank}", bank: "$1 Bank" }, { note: "capture-failed" });
    expect(effect).toMatchObject({ note: "Capturing payment at $1 Bank failed ($& {bank})." });
  });

  test("a rejection that says nothing of its note says that the payment is complete", () => {
    const said: Said = { pays: { status: "REJECTED", rejectedReason: "CREDIT" } };
    for (const params of [undefined, {}]) {
      expect(asked("addNote", said, {}, params).effect).toEqual({ type: "addOrderNote", note: "Payment complete." });
    }
  });
});
