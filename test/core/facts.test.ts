/** What a machine may ask of the facts, at the edges where the answer turns. */
import { describe, expect, test } from "vitest";
import { flags } from "../../machines/flags.js";
import { type GuardName, nextDueAt } from "../../machines/guards.js";
import { cooldownEndsAt, dueAt } from "../../machines/hold.js";
import {
  bankBooks,
  flowOf,
  merchantApi,
  netsEasy,
  orderMachine,
  registry,
  standardFlow,
} from "../../machines/index.js";
import { linkLifetimeMinutes, Settings } from "../../machines/settings.js";
import { evaluate } from "../../src/core/explain.js";
import { step } from "../../src/core/step.js";
import { MINUTE, T0 } from "../../src/testing/simulator/script.js";
import { considered, type Said } from "./considered.js";

const offers = [] as [];
const growing = {
  kind: "capture",
  amount: 60_000,
  before: { authorized: 100_000, captured: 40_000, canceled: 0, refunded: 0 },
} as const;

/** The fact, the facts of which it is true, and the facts of which it is not. */
// biome-ignore format: a table has a line per row
const edges: [GuardName, holds: Said[], doesNot: Said[]][] = [
  ["isAccepted", [{}], [{ pays: "frozen" }, { pays: { exists: false } }]],
  ["isAwaitingCustomer", [{ pays: "at the bank" }, { pays: "supplementing" }], [{ pays: "inspection" }, { pays: { status: "SUPPLEMENTING_REQUIRED", exists: false } }]],
  ["isMissing", [{ pays: "missing" }], [{}]],
  ["taskIsCompleted", [{ pays: { taskCompleted: true } }, { pays: { taskCompleted: "unavailable" } }], [{ pays: { taskCompleted: false } }, { pays: { taskCompleted: null } }, { pays: { taskCompleted: "unavailable" }, choices: { taskStatusUnavailable: "cancelled" } }]],
  ["hasPayment", [{}], [{ pays: { id: null } }, { pays: { exists: false } }, { pays: { hasOrder: false } }]],
  ["hasNoPayment", [{ pays: { id: null } }], [{}]],
  ["isCapturedInFull", [{ pays: "captured" }, { pays: "partly refunded" }], [{}, { pays: "partly captured" }, { pays: "refunded" }, { pays: { authorized: 0, captured: 100, hasOrder: false } }, { pays: "cancelled" }, { pays: { authorized: 0, refunded: 1 } }]],
  ["isPartlyCaptured", [{ pays: "partly captured" }], [{}, { pays: "captured" }, { pays: "cancelled" }]],
  ["hasCaptured", [{ pays: { captured: 1 } }], [{}]],
  ["isRefundedInFull", [{ pays: "refunded" }], [{ pays: "partly refunded" }, { pays: "cancelled" }, { pays: { authorized: 1, captured: 1, refunded: 1 } }, { pays: { authorized: 0, captured: 1, refunded: 1, hasOrder: false } }, { pays: { authorized: 0, captured: -1, refunded: -1 } }]],
  ["isPartlyRefunded", [{ pays: "partly refunded" }], [{ pays: "refunded" }, { pays: "captured" }]],
  ["isCancelledInFull", [{ pays: "cancelled" }], [{ pays: { total: 0, authorized: 0 } }, { pays: { authorized: 1, canceled: 100_000 } }, { pays: "partly cancelled" }, { pays: "captured" }, { pays: { authorized: 0, canceled: 100_000, hasOrder: false } }]],
  ["offersCapture", [{ pays: { offers: ["CAPTURE"] } }, { pays: { offers: ["PARTIAL_CAPTURE"] } }, { pays: { authorized: 1 } }], [{ pays: { offers } }, { pays: { offers: ["CANCEL"] } }, { pays: { authorized: 0 } }, { pays: { exists: false } }, { pays: { hasOrder: false } }]],
  ["offersCancel", [{ pays: { offers: ["CANCEL"] } }, { pays: { offers: ["PARTIAL_CANCEL"] } }], [{ pays: { offers: ["CAPTURE", "REFUND"] } }]],
  ["offersRefund", [{ pays: { offers: ["REFUND"] } }, { pays: { offers: ["PARTIAL_REFUND"] } }], [{}]],
  ["hasSomethingToRefund", [{ pays: { captured: 2, refunded: 1 } }], [{}, { pays: "refunded" }]],
  ["hasCreditLimit", [{ pays: { creditLimit: 1 } }], [{ pays: { creditLimit: 0 } }, { pays: { creditLimit: null } }]],
  ["amountsMatch", [{}, { pays: "partly captured" }, { pays: { tolerance: 2, authorized: 100_002 } }, { pays: { tolerance: 2, authorized: 99_998 } }, { pays: "too little", choices: { amountMismatch: "capture" } }], [{ pays: { tolerance: 2, authorized: 100_003 } }, { pays: { authorized: 99_999 } }]],
  ["totalsAgree", [{}, { pays: "partly captured" }], [{ pays: "too little", choices: { amountMismatch: "capture" } }]],
  ["needsProcessing", [{}], [{ order: { needsProcessing: false } }]],
  ["isFree", [{ order: { total: 0 } }], [{}]],
  ["wasPending", [{}], [{ order: { status: "on-hold" } }]],
  ["wasProcessing", [{ order: { status: "processing" } }], [{}]],
  ["wasOnHold", [{ order: { status: "on-hold" } }], [{}]],
  ["wasFailed", [{ order: { status: "failed" } }], [{}]],
  ["asksForPart", [{ pays: "captured", wish: { amount: 99_999 } }], [{ pays: "captured", wish: { amount: 100_000 } }, { pays: "captured", wish: {} }, { pays: "captured" }]],
  ["asksForLines", [{ wish: { lines: [] } }], [{ wish: {} }, {}]],
  ["refundFits", [{ pays: "captured", wish: { amount: 100_000 } }, { pays: "captured", wish: { amount: 1 } }], [{ pays: "captured", wish: { amount: 100_001 } }, { pays: "captured", wish: { amount: 0 } }, { pays: "captured", wish: {} }, { pays: "captured" }]],
  ["staysWithinCreditLimit", [{ wish: { total: 100_000 } }, {}, { wish: {} }, { pays: { creditLimit: null }, wish: { total: 100_000 } }, { pays: { creditLimit: 200_000 }, wish: { total: 150_000 } }], [{ wish: { total: 100_001 } }, { order: { total: 100_001 } }, { pays: { creditLimit: null }, wish: { total: 100_001 } }]],
  ["addsItems", [{ wish: { adds: true } }], [{ wish: {} }, {}]],
  ["leavesSomething", [{ call: { amount: 1 } }], [{ call: { amount: 0 } }, {}]],
  ["stillWithinCreditLimit", [{ call: {} }, { pays: { creditLimit: null }, call: {} }, { pays: { creditLimit: 0 } }], [{ call: { amount: 100_001 } }, { pays: { creditLimit: null }, call: { amount: 100_001 } }]],
  ["stillLeftToRefund", [{ pays: "captured", call: {} }, {}], [{ pays: "captured", call: { amount: 100_001 } }]],
  ["totalIsOnThePayment", [{ wish: { total: 100_000 } }, { pays: "partly captured", wish: { total: 100_000 } }, { pays: "no order" }], [{ wish: { total: 99_999 } }, { pays: { authorized: 60_000 } }, { pays: "no order", wish: { total: 99_999 } }]],
  ["captureIsOff", [{ settings: { enableCapture: false } }], [{}]],
  ["cancelIsOff", [{ settings: { enableCancel: false } }], [{}]],
  ["refundIsOff", [{ settings: { enableRefund: false } }], [{}]],
  ["modifyIsOff", [{ settings: { enableModify: false } }], [{}]],
  ["unpaidStaysPending", [{ gateway: "nets-easy" }], [{}]],
  ["comparesAmounts", [{ gateway: "nets-easy" }], [{}]],
  ["recreatesLines", [{}], [{ gateway: "nets-easy" }, { gateway: "resurs-simplified" }]],
  ["booksWhenSigned", [{ gateway: "resurs-simplified" }], [{}, { gateway: "resurs-hosted" }, { gateway: "resurs-rco" }, { gateway: "nets-easy" }]],
  ["choosesToStayPending", [{ choices: { pendingWhileCustomerIsAway: "stay" } }], [{}]],
  ["choosesToRevive", [{ choices: { cancelledThenAccepted: "revive" } }], [{}]],
  ["choosesToStayOnHold", [{ choices: { onHoldThenAborted: "stay" } }], [{}]],
  ["choosesToKeepProcessing", [{ choices: { processingThenRejected: "stay" } }], [{}]],
  ["choosesToRebuild", [{}], [{ choices: { modifyWhenFullyCancelled: "refuse" } }]],
  ["staysWithinReservation", [{}, { wish: { total: 100_000 } }, { pays: { tolerance: 1 }, wish: { total: 100_001 } }, { choices: { raisedTotal: "up-to-credit-limit" }, wish: { total: 150_000 } }], [{ wish: { total: 100_001 } }, { order: { total: 100_001 } }, { pays: { authorized: 60_000 }, wish: { total: 60_001 } }]],
  ["cooldownIsOver", [{ waiting: [{}], order: { updatedAt: T0 - MINUTE } }, { waiting: [{ readDuring: "call-0" }], order: { updatedAt: T0 - MINUTE }, call: {} }], [{ waiting: [{}], order: { updatedAt: T0 - MINUTE + 1 } }, { waiting: [{ readDuring: "call-1" }], order: { updatedAt: T0 - MINUTE }, call: {} }, {}]],
  ["callbacksWait", [{ waiting: [{}] }, { waiting: [{}], call: {} }], [{}, { waiting: [{ held: false }] }, { waiting: [{ readingId: "r" }] }]],
  ["moneyIsUnderWay", [{ call: {} }], [{}]],
  ["someoneAskedSince", [{ waiting: [{}, { held: false }] }], [{ waiting: [{}] }, { waiting: [{ held: false, readingId: "r" }] }, {}]],
  ["captureTookEffect", [{ pays: "captured", call: {} }, { pays: { authorized: 0, captured: 60_000, canceled: 40_000 }, call: {} }, { pays: { captured: 100_000 }, call: growing }, { pays: { transactionIds: ["call-1"] }, call: {} }], [{ call: {} }, { pays: { captured: 99_999 }, call: growing }, { pays: { transactionIds: ["call-2"] }, call: {} }, { pays: "captured" }, { pays: "captured", call: { amount: 0 } }, { pays: { authorized: 1, captured: 60_000 }, call: {} }, { pays: { authorized: 0, captured: 60_000 }, call: { whole: false } }]],
  ["cancelTookEffect", [{ pays: "cancelled", call: { kind: "cancel" } }, { pays: "cancelled", call: { kind: "rebuild", amount: 0 } }], [{ pays: { canceled: 99_999 }, call: { kind: "cancel" } }, { pays: { transactionIds: ["call-1"] }, call: { kind: "cancel" } }, { pays: { canceled: 60_000 }, call: { kind: "rebuild", amount: 60_000 } }, { pays: "cancelled" }]],
  ["refundTookEffect", [{ pays: "refunded", call: { kind: "refund" } }, { pays: { transactionIds: ["call-1"] }, call: { kind: "refund" } }], [{ pays: "partly refunded", call: { kind: "refund" } }, { pays: "refunded" }]],
  ["linesTookEffect", [{ pays: { canceled: 100_000 }, call: { kind: "rebuild" } }, { pays: { authorized: 200_000, canceled: 100_000 }, call: { kind: "rebuild" } }, { pays: { authorized: 60_000, captured: 40_000, canceled: 100_000 }, call: { kind: "rebuild" } }, { pays: { authorized: 60_000, canceled: 140_000 }, call: { kind: "rebuild" } }, { pays: { authorized: 100_000, captured: 30_000, canceled: 70_000 }, call: { kind: "rebuild" } }], [{ call: { kind: "rebuild" } }, { pays: { authorized: 60_000, captured: 39_999, canceled: 100_000 }, call: { kind: "rebuild" } }, { pays: { canceled: 99_999 }, call: { kind: "rebuild" } }, { pays: { authorized: 60_000 }, call: { kind: "rebuild" } }, { pays: { authorized: 1 } }]],
  ["mayRepeat", [{ call: { tries: 5 } }, { call: { lostAt: T0 - 15_000 } }, { call: { whole: false, lostAt: T0 - 600_000 } }, { gateway: "nets-easy", call: { whole: false, lostAt: T0 - 15_000 } }], [{}, { call: { tries: 6 } }, { call: { lostAt: T0 - 14_999 } }, { call: { whole: false, lostAt: T0 - 15_000 } }, { call: { whole: false, lostAt: T0 - 599_999 } }, { pays: { readAt: T0 - 1 }, call: { lostAt: T0 - 15_000 } }, { pays: { readAt: T0 - 300_001 }, call: { whole: false, lostAt: T0 - 900_000 } }, { pays: { readAt: null }, call: { lostAt: T0 - 15_000 } }, { call: { refused: "no" } }, { gateway: "nets-easy", call: { whole: false, kind: "rebuild", lostAt: T0 - 15_000 } }]],
  ["mayStillTakeEffect", [{ call: { lostAt: T0 } }, { call: { lostAt: T0 - 599_999 } }, { pays: { readAt: T0 - 300_001 }, call: { lostAt: T0 - 900_000 } }], [{}, { call: {} }, { call: { lostAt: T0 - 600_000 } }, { pays: { readAt: T0 - 300_000 }, call: { lostAt: T0 - 900_000 } }]],
  ["answerWasLost", [{ call: { lostAt: T0 } }], [{}, { call: {} }]],
  ["repeatWasRefused", [{ call: { refused: "" } }], [{}, { call: {} }]],
  ["customerAsked", [{ call: { askedType: "customer.signed" } }], [{ call: { askedType: "merchant.completed" } }, {}]],
  ["completesTheOrder", [{ call: { leadsTo: "completed" } }], [{ call: { leadsTo: "refunded" } }, {}]],
  ["seesPending", [{ seen: "pending" }], [{ seen: "failed" }, {}]],

  ["canCapture", [{}], [{ pays: "rejected, task done" }, { pays: { status: "FROZEN" } }, { pays: { status: "INSPECTION" } }, { pays: "no order" }, { pays: "captured" }, { pays: "no offers" }, { pays: "too little" }]],
  ["hasNothingToPay", [{ order: { total: 0 } }, { pays: "missing", order: { total: 0 } }], [{}, { pays: "frozen", order: { total: 0 } }]],
  ["isAlreadyCaptured", [{ pays: "captured" }], [{ pays: { authorized: 0, captured: 1, status: "REJECTED" } }, { pays: { authorized: 0, captured: 1, status: "FROZEN" } }, {}]],
  ["canCancel", [{}, { pays: { status: "FROZEN" } }], [{ pays: "partly captured" }, { pays: { status: "FROZEN", offers: ["CAPTURE"] } }, { pays: { status: "INSPECTION" } }, { pays: "no offers" }]],
  ["hasNothingToCancel", [{ pays: { id: null } }, { pays: "missing" }, { pays: "at the bank" }, { pays: "rejected, task done" }, { pays: "cancelled" }], [{}, { pays: { status: "REJECTED", captured: 1 } }, { pays: { status: "SUPPLEMENTING_REQUIRED", captured: 1 } }]],
  ["canRefundInFull", [{ pays: "captured" }], [{ pays: "captured", wish: { amount: 1 } }, { pays: { captured: 1, offers: ["REFUND"], status: "FROZEN" } }, { pays: { captured: 1, offers: ["REFUND"], status: "INSPECTION" } }, { pays: { captured: 1, offers: ["REFUND"], id: null } }, { pays: { captured: 1 } }, { pays: { offers: ["REFUND"] } }]],
  ["canRefundAmount", [{ pays: "captured", wish: { amount: 1 } }], [{ pays: "captured" }, { pays: { captured: 1, offers: ["REFUND"], status: "FROZEN" }, wish: { amount: 1 } }, { pays: { captured: 1, offers: ["REFUND"], status: "INSPECTION" }, wish: { amount: 1 } }, { pays: { captured: 1, offers: ["REFUND"], id: null }, wish: { amount: 1 } }, { pays: { captured: 1 }, wish: { amount: 1 } }]],
  ["canModify", [{ wish: { total: 1 } }], [{ gateway: "nets-easy" }, { wish: { total: 100_001 } }, { wish: { adds: true } }, { pays: { id: null } }, { pays: { status: "FROZEN" } }, { pays: { status: "INSPECTION" } }, { pays: { status: "REJECTED" } }, { pays: "partly captured" }, { pays: "no offers" }]],
  ["canRebuild", [{ pays: "cancelled", wish: { total: 1 } }], [{ pays: "cancelled", gateway: "nets-easy" }, {}, { pays: "cancelled", choices: { modifyWhenFullyCancelled: "refuse" } }, { pays: { authorized: 0, canceled: 100_000, creditLimit: 0 }, wish: { total: 0 } }, { pays: "cancelled", wish: { total: 100_001 } }, { pays: { authorized: 0, canceled: 100_000, status: "FROZEN" } }, { pays: { authorized: 0, canceled: 100_000, status: "REJECTED" } }]],
  ["canBeEdited", [{}, { pays: "cancelled" }, { pays: { offers: ["CANCEL"] } }], [{ pays: { status: "FROZEN" } }, { pays: { status: "REJECTED" } }, { pays: "no offers" }, { pays: { authorized: 0, canceled: 100_000, creditLimit: 0, offers } }]],
  ["isDoneOncePaid", [{ pays: "captured", order: { needsProcessing: false } }, { order: { needsProcessing: false, total: 0 } }, { order: { needsProcessing: false }, settings: { enableCapture: false } }], [{ pays: "captured" }, { order: { needsProcessing: false } }, { pays: "refunded", order: { needsProcessing: false, total: 0 } }]],
  ["mayTryCaptureAgain", [{ call: {} }], [{ call: { tries: 6 } }, { pays: { status: "FROZEN" }, call: {} }, { pays: { status: "INSPECTION" }, call: {} }, { pays: { status: "REJECTED" }, call: {} }, { pays: "no offers", call: {} }]],
  ["mayTryCancelAgain", [{ call: {} }], [{ call: { tries: 6 } }, { pays: "no offers", call: {} }, { pays: "partly captured", call: {} }]],
  ["mayTryRefundAgain", [{ pays: "captured", call: {} }], [{ pays: "captured", call: { tries: 6 } }, { pays: { captured: 100_000 }, call: {} }, { pays: "partly refunded", call: {} }]],
  ["mayTryRebuildAgain", [{ pays: "cancelled", call: {} }], [{ pays: "cancelled", call: { tries: 6 } }, { call: {} }, { pays: "cancelled", call: { amount: 100_001 } }]],
];

describe.each(edges)("%s", (guard, holds, doesNot) => {
  const ask = (said: Said) => evaluate(orderMachine, guard, considered(said));
  test("is true of each of these", () => expect(holds.filter((said) => !ask(said))).toEqual([]));
  test("is true of none of these", () => expect(doesNot.filter(ask)).toEqual([]));
});

test("a fact that nobody has named is a mistake", () => {
  expect(() => evaluate(orderMachine, "isSunny", considered())).toThrow("no guard named isSunny");
});

const ids = Object.fromEntries(Object.keys(flags).map((name) => [name.replace("discrepancy:", ""), name]));
// biome-ignore format: a table has a line per row
const raised: [flag: string, stands: Said[], doesNot: Said[]][] = [
  ["paid-but-cancelled", [{ order: { status: "cancelled" } }, { order: { status: "failed" } }, { pays: "partly refunded", order: { status: "failed" } }], [{}, { pays: "refunded", order: { status: "failed" } }, { pays: "cancelled", order: { status: "failed" } }, { pays: "frozen", order: { status: "failed" } }, { pays: { gateway: null }, order: { status: "failed" } }, { pays: { readAt: null }, order: { status: "failed" } }, { pays: "no order", order: { status: "failed" } }]],
  ["processing-but-unpaid", ["at the bank", "supplementing", "inspection"].flatMap((pays) => [{ pays, order: { status: "processing" } }, { pays, order: { status: "completed" } }] as Said[]), [{ pays: "at the bank" }, { order: { status: "processing" } }, { pays: "at the bank", order: { status: "processing", total: 0 } }, { pays: { status: "INSPECTION", gateway: null }, order: { status: "processing" } }, { pays: { status: "INSPECTION", readAt: null }, order: { status: "processing" } }, { pays: { status: "INSPECTION", exists: false }, order: { status: "processing" } }]],
  ["completed-not-captured", [{ order: { status: "completed" } }], [{}, { pays: "captured", order: { status: "completed" } }, { pays: "frozen", order: { status: "completed" } }, { order: { status: "completed", total: 0 } }]],
  ["payment-cancelled-order-active", [{ pays: "cancelled", order: { status: "on-hold" } }, { pays: "cancelled", order: { status: "processing" } }, { pays: "cancelled", order: { status: "completed" } }], [{ pays: "cancelled" }, { order: { status: "on-hold" } }, { pays: "cancelled", order: { status: "on-hold" }, call: {} }, { pays: { total: 0, authorized: 0 }, order: { status: "on-hold" } }, { pays: { canceled: 100_000 }, order: { status: "on-hold" } }, { pays: "captured", order: { status: "on-hold" } }, { pays: { authorized: 0, canceled: 100_000, gateway: null }, order: { status: "on-hold" } }]],
  ["rejected-at-gateway", [{ pays: "rejected, task done", order: { status: "on-hold" } }, { pays: "rejected, task done", order: { status: "processing" } }, { pays: "rejected, task done", order: { status: "completed" } }, { pays: "rejected, task done", order: { status: "refunded" } }], [{ pays: "rejected, task done" }, { order: { status: "on-hold" } }, { pays: { status: "REJECTED", gateway: null }, order: { status: "on-hold" } }, { pays: { status: "REJECTED", exists: false }, order: { status: "on-hold" } }]],
  ["frozen-at-gateway", [{ pays: "frozen", order: { status: "processing" } }, { pays: "frozen", order: { status: "completed" } }], [{ pays: "frozen" }, { order: { status: "processing" } }, { pays: { status: "FROZEN", gateway: null }, order: { status: "processing" } }, { pays: { status: "FROZEN", exists: false }, order: { status: "processing" } }]],
  ["amount-mismatch", [{ pays: "too little", order: { status: "on-hold" } }, { pays: "too little", order: { status: "processing" } }, { pays: "too little", order: { status: "completed" } }, { pays: { authorized: 100_003, tolerance: 2 }, order: { status: "on-hold" } }], [{ pays: "too little" }, { order: { status: "on-hold" } }, { pays: "partly captured", order: { status: "on-hold" } }, { pays: { authorized: 100_002, tolerance: 2 }, order: { status: "on-hold" } }, { pays: { authorized: 99_998, tolerance: 2 }, order: { status: "on-hold" } }, { pays: "cancelled", order: { status: "on-hold" } }, { pays: "too little", order: { status: "on-hold" }, call: {} }, { pays: { status: "FROZEN", authorized: 1 }, order: { status: "on-hold" } }]],
  ["refunded-not-credited", [{ pays: "captured", order: { status: "refunded" } }, { pays: "partly refunded", order: { status: "refunded" } }], [{ pays: "captured" }, { pays: "refunded", order: { status: "refunded" } }, { pays: { status: "FROZEN", captured: 1 }, order: { status: "refunded" } }]],
  ["capture-failed", [{ pays: { captureFailed: true } }], [{}]],
];

describe.each(raised)("the flag %s", (name, stands, doesNot) => {
  const { test: holds } = flags[ids[name] as keyof typeof flags];
  test("stands for each of these", () => expect(stands.filter((said) => !holds(considered(said)))).toEqual([]));
  test("stands for none of these", () => expect(doesNot.filter((said) => holds(considered(said)))).toEqual([]));
});

describe("moments", () => {
  test.each([
    ["the last write", { order: { createdAt: T0, updatedAt: T0 + 5 } }, T0 + 5 + MINUTE],
    ["the creation, where it came last", { order: { createdAt: T0 + 9, updatedAt: T0 } }, T0 + 9 + MINUTE],
    [
      "the creation, where the shop chose it",
      { order: { createdAt: T0, updatedAt: T0 + 5 }, choices: { cooldownFrom: "created" } },
      T0 + MINUTE,
    ],
    ["other seconds", { order: { createdAt: T0, updatedAt: T0 }, settings: { cooldownSeconds: 7 } }, T0 + 7000],
  ] satisfies [string, Said, number][])("the minute is counted from %s", (_from, said, end) => {
    expect(cooldownEndsAt(considered(said))).toBe(end);
  });

  test("where the gateway asks for more, a callback waits so long after its arrival", () => {
    const nets = considered({ gateway: "nets-easy", order: { createdAt: T0, updatedAt: T0 } });
    expect(dueAt(nets, { at: T0 + 1 })).toBe(T0 + 1 + 2 * MINUTE);
    expect(dueAt(nets, { at: T0 - 5 * MINUTE })).toBe(T0 + MINUTE);
  });

  test("while money is on the move the payment is read for a callback once, and nobody knows when it is due again", () => {
    const moving = considered({ call: {} });
    const at = T0 - 5 * MINUTE;
    expect(dueAt(moving, { at })).toBe(dueAt(considered(), { at }));
    expect(dueAt(moving, { at, readDuring: "call-1" })).toBe(Number.POSITIVE_INFINITY);
    expect(dueAt(moving, { at, readDuring: "an earlier call" })).toBe(dueAt(considered(), { at }));
  });

  test("the first of those who are held is due first, and where none is held nothing is ever due", () => {
    const waiting = [
      { at: T0 + 9 },
      { at: T0 + 3 },
      { at: T0 - MINUTE, held: false },
      { at: T0 - MINUTE, readingId: "r" },
    ];
    expect(nextDueAt(considered({ gateway: "nets-easy", waiting }))).toBe(T0 + 3 + 2 * MINUTE);
    expect(nextDueAt(considered())).toBe(Number.POSITIVE_INFINITY);
  });

  const LINK = "xstate.after.linkLifetime.order.pending";
  const fresh = { createdAt: T0 - 9 * MINUTE, updatedAt: T0 - 10 * MINUTE };
  const winds = (minutes: number) => ({ set: LINK, delayMs: minutes * MINUTE });
  test.each<[string, string, string, Said, object[]]>([
    ["a write winds it up again", "pending", "order.updated", { order: fresh }, [{ cancel: LINK }, winds(111)]],
    ["so does a payment", "pending", "payment.created", { order: { updatedAt: T0 } }, [{ cancel: LINK }, winds(120)]],
    [
      "an order that is pending again is written now",
      "failed",
      "payment.created",
      { order: { status: "failed" } },
      [winds(120)],
    ],
    [
      "what runs out is due at once",
      "pending",
      "order.updated",
      { now: T0 + 200 * MINUTE },
      [{ cancel: LINK }, winds(0)],
    ],
    [
      "a gateway without links",
      "failed",
      "payment.created",
      { gateway: "nets-easy" },
      [winds(Number.POSITIVE_INFINITY)],
    ],
    ["an order paid another way", "failed", "payment.created", { gateway: null }, [winds(Number.POSITIVE_INFINITY)]],
    ["whoever pays stops it", "pending", "payment.read", {}, [{ cancel: LINK }]],
  ])("the customer's link: %s", (_when, state, type, said, timers) => {
    expect(step(orderMachine, state, considered(said), { type }).timers).toEqual(timers);
  });

  test.each([
    [{}, 120],
    [{ stockManagement: true }, 120],
    [{ holdStockMinutes: 30 }, 120],
    [{ stockManagement: true, holdStockMinutes: 0 }, 120],
    [{ stockManagement: true, holdStockMinutes: 1 }, 1],
    [{ stockManagement: true, holdStockMinutes: 43_200 }, 43_200],
    [{ stockManagement: true, holdStockMinutes: 43_201 }, 120],
  ])("the customer's link lives, with %j, for %i minutes", (settings, minutes) => {
    expect(linkLifetimeMinutes(Settings.parse(settings))).toBe(minutes);
  });
});

test("each way of paying has its own traits, and one that nobody named pays as the Merchant API does", () => {
  expect(Object.entries(registry.flows).map(([name, flow]) => [name, flow.bank, flow.payment.id])).toEqual([
    ["resurs-mapi", "Resurs Bank", "payment"],
    ["resurs-simplified", "Resurs Bank", "legacy"],
    ["resurs-hosted", "Resurs Bank", "legacy"],
    ["resurs-rco", "Resurs Bank", "legacy"],
    ["nets-easy", "Nets", "nets"],
  ]);
  const links = [merchantApi, standardFlow, bankBooks, netsEasy].map(({ linkExpires }) => linkExpires);
  expect(links).toEqual([true, false, false, false]);
  const waits = [merchantApi, standardFlow, bankBooks, netsEasy].map((flow) => flow.callbackDelaySeconds);
  expect(waits).toEqual([0, 0, 0, 120]);
  const pending = [merchantApi, standardFlow, bankBooks].map((f) => [f.unpaidStaysPending, f.comparesAmounts]);
  expect(pending.flat()).not.toContain(true);
  expect(flowOf(registry, "stranger")).toBe(merchantApi);
  expect(flowOf(registry, null)).toBe(merchantApi);
});
