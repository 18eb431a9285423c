/** Refunds that fail at the bank, and money beyond what was asked for in spite of edits and clicks. */
import { describe, expect, test } from "vitest";
import type { Reading } from "../../machines/facts.js";
import type { EventInput, Life } from "../../src/testing/decision/life.js";
import { payments, reading } from "../../src/testing/decision/samples.js";
import { completed, lifeOf, sent } from "./lives.js";

const refund = (amount: number): EventInput => ({ type: "merchant.refundedAmount", via: "api", amount, lines: null });
/** A bank that names what became of each refund, as Nets does. */
const books = (refunded: number, failedRefund = 0, pendingRefund = 0): Reading =>
  reading({
    authorized: 0,
    captured: 100_000,
    refunded,
    failedRefund,
    pendingRefund,
    offers: ["REFUND", "PARTIAL_REFUND"],
  });
const standing = ({ record }: Life) =>
  record.flags.filter(({ clearedAt }) => clearedAt === null).map(({ flag, amount }) => [flag, amount]);
const readBack = (life: Life, says: Reading) => {
  const asked = life.open.find(({ effect }) => effect.type === "readBack");
  life.tell({ type: "payment.readBack", effectId: asked?.id ?? "", reading: says });
};
const recorded = (life: Life) => sent(life).flatMap((one) => (one.type === "recordRefund" ? [one.amount] : []));

/** 250.00 that the bank calls pending. */
const pending = (): Life => {
  const life = lifeOf({ status: "completed" });
  life.settle({ type: "reconcile.asked" }, books(0));
  life.settle(refund(25_000), books(0));
  life.bankAnswers({ is: "confirmed", reading: books(25_000, 0, 25_000) });
  return life;
};

describe("a refund that the bank says to have failed", () => {
  test("is flagged as soon as it is read", () => {
    const life = pending();
    life.now += 60_000;
    life.settle({ type: "reconcile.asked" }, books(0, 25_000));
    expect(standing(life)).toEqual([["refund-failed", 25_000]]);
  });

  test.each([25_000, 40_000, 10_000])("does not hide the next one, of %i", (amount) => {
    const life = pending();
    life.now += 60_000;
    life.settle(refund(amount), books(0, 25_000));
    life.bankAnswers({ is: "confirmed", reading: books(amount, 25_000) });
    expect(life.answers.findLast(({ type }) => type === "merchant.refundedAmount")).toMatchObject({ outcome: "moved" });
    const left = 25_000 - amount;
    expect(standing(life)).toEqual(left > 0 ? [["refund-failed", left]] : []);
    // The shop has the first one already.
    expect(recorded(life)).toEqual([25_000, ...(amount > 25_000 ? [amount - 25_000] : [])]);
  });

  test("of everything, which the shop has recorded: of a part that is refunded after it nothing more is recorded", () => {
    const life = lifeOf({ status: "completed" });
    life.settle({ type: "reconcile.asked" }, books(0));
    life.settle({ type: "merchant.refunded", via: "api" }, books(0));
    life.bankAnswers({ is: "confirmed", reading: books(100_000, 0, 100_000) });
    life.now += 60_000;
    life.settle(refund(30_000), books(0, 100_000));
    life.bankAnswers({ is: "confirmed", reading: books(30_000, 100_000) });
    expect([life.status, recorded(life), standing(life)]).toEqual([
      "completed",
      [100_000],
      [["refund-failed", 70_000]],
    ]);
  });

  test("before anybody here had asked whether refunds fail, as in a record of an earlier version, is none of ours", () => {
    const life = lifeOf({ status: "completed" });
    const { failedRefund: _, ...before } = books(0);
    life.settle({ type: "reconcile.asked" }, before as Reading);
    life.settle(refund(25_000), before as Reading);
    life.bankAnswers({ is: "lost" });
    readBack(life, books(0, 40_000));
    expect(life.record.facts.operation).not.toBe(null);
    expect(standing(life)).toEqual([]);
  });

  test("while the answer to the next one is lost: that one is found, and both are told right", () => {
    const life = pending();
    life.settle(refund(40_000), books(25_000, 0, 25_000));
    life.bankAnswers({ is: "lost" });
    readBack(life, books(40_000, 25_000));
    expect(life.answers.findLast(({ type }) => type === "merchant.refundedAmount")).toMatchObject({ outcome: "moved" });
    expect(life.record.facts.operation).toBe(null);
    // What failed was asked for, and 400.00 went to the customer since: nothing is too much.
    expect(standing(life).map(([flag]) => flag)).not.toContain("discrepancy:refunded-twice");
  });

  test("and the next one booked twice is flagged with what is too much", () => {
    const life = pending();
    life.now += 60_000;
    life.settle(refund(25_000), books(0, 25_000));
    life.bankAnswers({ is: "confirmed", reading: books(25_000, 25_000) });
    life.wait(30 * 60_000, books(50_000, 25_000));
    life.settle({ type: "reconcile.asked" }, books(50_000, 25_000));
    expect(standing(life)).toContainEqual(["discrepancy:refunded-twice", 25_000]);
  });
});

describe("a refund that fails beside another", () => {
  const moved = { outcome: "moved" } as const;
  const last = (life: Life) => life.answers.findLast(({ type }) => type === "merchant.refundedAmount");

  test.each([25_000, 40_000, 10_000])("before the answer to one of %i is read: it is owed", (amount) => {
    const life = pending();
    life.now += 60_000;
    life.settle(refund(amount), books(25_000, 0, 25_000));
    // Nobody read it between the call and its answer.
    life.bankAnswers({ is: "confirmed", reading: books(amount, 25_000) });
    expect(last(life)).toMatchObject(moved);
    expect([standing(life), recorded(life)]).toEqual([[["refund-failed", 25_000]], [25_000, amount]]);
    life.now += 60_000;
    life.settle(refund(25_000), books(amount, 25_000));
    life.bankAnswers({ is: "confirmed", reading: books(amount + 25_000, 25_000) });
    expect([standing(life), recorded(life)]).toEqual([[], [25_000, amount]]);
  });

  test("while the books are read back for the next one, again and again: it is counted once", () => {
    const life = pending();
    life.now += 60_000;
    life.settle(refund(40_000), books(25_000, 0, 25_000));
    life.bankAnswers({ is: "lost" });
    readBack(life, books(25_000, 0, 25_000));
    life.wait(8 * 60_000, books(0, 25_000));
    expect(life.record.facts.operation).not.toBe(null);
    life.wait(120_000, books(40_000, 25_000));
    expect([life.record.facts.operation, standing(life)]).toEqual([null, [["refund-failed", 25_000]]]);
  });

  test.each([25_000, 10_000])("is made good in the bank's portal, %i of it", (amount) => {
    const life = pending();
    life.now += 60_000;
    life.settle({ type: "reconcile.asked" }, books(0, 25_000));
    life.now += 60_000;
    life.settle({ type: "reconcile.asked" }, books(amount, 25_000));
    const left = 25_000 - amount;
    expect(standing(life)).toEqual(left > 0 ? [["refund-failed", left]] : []);
  });

  test("and more than failed is refunded in the portal: the rest is too much", () => {
    const life = pending();
    life.now += 60_000;
    life.settle({ type: "reconcile.asked" }, books(0, 25_000));
    life.settle({ type: "reconcile.asked" }, books(30_000, 25_000));
    expect(standing(life)).toEqual([["discrepancy:refunded-twice", 5000]]);
  });

  test("and that a person settled another way is recorded anew where it is refunded all the same", () => {
    const life = pending();
    life.now += 60_000;
    life.settle({ type: "reconcile.asked" }, books(0, 25_000));
    life.settle({ type: "merchant.acknowledged", via: "api" }, books(0, 25_000));
    expect(standing(life)).toEqual([]);
    life.settle(refund(25_000), books(0, 25_000));
    life.bankAnswers({ is: "confirmed", reading: books(25_000, 25_000) });
    expect([standing(life), recorded(life)]).toEqual([[], [25_000, 25_000]]);
  });
});

describe("money beyond what was asked for", () => {
  /** 250.00 was asked for, given up, and booked after that. */
  const twice = (status: "processing" | "completed" = "processing"): Life => {
    const life = lifeOf({ status });
    life.settle({ type: "reconcile.asked" }, books(0));
    life.settle(refund(25_000), books(0));
    life.bankAnswers({ is: "lost" });
    readBack(life, books(0));
    life.settle({ type: "merchant.endedWait", via: "api" }, books(0));
    life.settle({ type: "reconcile.asked" }, books(25_000));
    expect(standing(life)).toEqual([["discrepancy:refunded-twice", 25_000]]);
    return life;
  };

  test("stays flagged where a merchant completes the order, whose money is captured already", () => {
    const life = twice();
    expect(life.settle(completed, books(25_000))).toMatchObject({ outcome: "moved", to: "completed" });
    expect(standing(life)).toEqual([["discrepancy:refunded-twice", 25_000]]);
  });

  test("is what a merchant wants who asks for everything back", () => {
    const life = twice();
    life.settle({ type: "merchant.refunded", via: "api" }, books(100_000));
    expect([life.status, standing(life)]).toEqual(["refunded", []]);
  });

  test.each([["processing"], ["completed"]] as const)(
    "is flagged though the currency of the order is edited, which is %s",
    (status) => {
      const life = twice(status);
      const order = { total: 100_000, currency: "EUR", lines: [] };
      life.settle({ type: "order.updated", by: "shop", change: "currency", order }, inSek(25_000));
      life.settle({ type: "reconcile.asked" }, inSek(25_000));
      expect(standing(life)).toContainEqual(["discrepancy:refunded-twice", 25_000]);
      expect(standing(life)).toContainEqual(["discrepancy:currency-mismatch", undefined]);
    },
  );
  const inSek = (refunded: number): Reading => ({ ...books(refunded), currency: "SEK" });

  test("of a call that is not repeated because the shop changed the order: nobody is told that the bank refused it", () => {
    const life = lifeOf({ status: "processing" });
    life.tell(completed, "first");
    life.read(reading());
    life.bankAnswers({ is: "lost" });
    readBack(life, reading());
    while (life.types.filter((type) => type === "capturePayment").length === 1) life.wait(1000, reading());
    const call = life.open.find(({ effect }) => effect.type === "capturePayment");
    life.tell({
      type: "shop.differs",
      effectId: call?.id ?? "",
      order: { total: 50_000, currency: "SEK", lines: [] },
    });
    readBack(life, reading());
    life.wait(20 * 60_000, reading());
    expect(life.answerTo("first")).toMatchObject({ outcome: "refused", reason: "not-confirmed" });
  });
});

test("an order that is paid another way is not moved by hand while a call is under way", () => {
  const life = lifeOf({ status: "processing" });
  life.settle(completed, reading());
  life.settle({
    type: "order.updated",
    by: "shop",
    change: "payment method",
    order: { gateway: null },
  });
  expect(life.settle({ type: "merchant.cancelled", via: "api" })).toMatchObject({
    outcome: "refused",
    reason: "operation-in-flight",
  });
  life.bankAnswers({ is: "confirmed", reading: payments.captured });
  expect(life.status).toBe("completed");
});

test("a payment of an older flow in another currency is not said to be unsigned", () => {
  const life = lifeOf({ gateway: "resurs-simplified", status: "processing" });
  life.settle({ type: "reconcile.asked" }, { ...reading(), currency: "EUR" });
  expect(life.raised).toEqual(["discrepancy:currency-mismatch"]);
});

test("an unsigned payment of an older flow does not make an order paid that a person set to processing", () => {
  const life = lifeOf({ gateway: "resurs-simplified" });
  life.settle({ type: "merchant.processed", via: "dropdown" }, payments.missing);
  expect([life.status, life.raised]).toEqual(["processing", ["discrepancy:processing-but-unpaid"]]);
});

describe("a payment that a merchant names", () => {
  const named = (paymentId: string, gateway?: string): EventInput => ({
    type: "payment.attached",
    paymentId,
    ...(gateway !== undefined && { gateway }),
  });
  const missing = (paymentId: string): Reading => ({ ...payments.missing, paymentId });

  test("and that the bank does not know is forgotten, and he is told", () => {
    const life = lifeOf({ status: "processing" });
    life.settle({ type: "reconcile.asked" });
    const answer = life.settle(named("typo", "nets-easy"), reading(), { typo: missing("typo") });
    expect(answer).toMatchObject({ outcome: "refused", reason: "payment-missing" });
    expect(life.record.facts.others).toEqual([]);
  });

  test("of an order without one, and unknown at the bank: the order has none, as before", () => {
    const life = lifeOf({ paymentId: null });
    const answer = life.settle(named("typo", "nets-easy"), reading(), { typo: missing("typo") });
    expect(answer).toMatchObject({ outcome: "refused", reason: "payment-missing" });
    const { payment, others } = life.record.facts;
    expect([payment.id, payment.gateway, others]).toEqual([null, "resurs-mapi", []]);
    expect(life.types).not.toContain("addOrderNote");
  });

  test("of an order without one, and known: the order follows it", () => {
    const life = lifeOf({ paymentId: null });
    life.settle(named("found"), reading(), { found: reading({ paymentId: "found" }) });
    expect([life.record.facts.payment.id, life.status]).toEqual(["found", "processing"]);
    const waits = lifeOf({ paymentId: null });
    waits.settle(named("open"), reading(), { open: { ...payments["at the bank"], paymentId: "open" } });
    expect(waits.record.facts.payment.id).toBe("open");
  });

  describe.each([
    ["which has one", "pay-1"],
    ["which has none", null],
  ] as const)("of an order %s,", (_, paymentId) => {
    const lived = (says: Partial<Reading>) => {
      const life = lifeOf({ status: paymentId === null ? "pending" : "processing", paymentId });
      if (paymentId !== null) life.settle({ type: "reconcile.asked" });
      const before = life.record.facts;
      const answer = life.settle(named("other"), reading(), { other: reading({ paymentId: "other", ...says }) });
      return { life, before, answer };
    };

    test("and that the bank has for another order, is refused, and the order is as it was", () => {
      const { life, before, answer } = lived({ orderReference: "another" });
      expect(answer).toMatchObject({ outcome: "refused", reason: "payment-of-another-order" });
      const { payment, others, order } = life.record.facts;
      expect([payment.id, others, order.status]).toEqual([before.payment.id, [], before.order.status]);
      expect([life.raised, life.types]).toEqual([[], life.types.filter((type) => type === "readPayment")]);
    });

    test("and in another currency, does not pay it, and is watched", () => {
      const { life, before, answer } = lived({ currency: "EUR" });
      expect(answer).toMatchObject({ outcome: "refused", reason: "currency-mismatch" });
      const { payment, others, order } = life.record.facts;
      expect([payment.id, order.status]).toEqual([before.payment.id, before.order.status]);
      expect(others.map(({ id, foreign }) => [id, foreign])).toEqual([["other", "currency"]]);
    });
  });
});

const everything: EventInput = { type: "merchant.refunded", via: "api" };
describe("a refund that is not possible", () => {
  const allOfThePart = reading({ authorized: 60_000, captured: 40_000, refunded: 40_000 });
  const notOffered = reading({ authorized: 0, captured: 100_000, offers: [] });
  test.each([
    ["the bank does not offer it", everything, notOffered, "refund-not-offered"],
    ["the bank does not offer it of a part", refund(1), notOffered, "refund-not-offered"],
    ["nothing was captured", everything, payments.accepted, "refund-not-possible"],
    ["all was refunded already", refund(1), payments.refunded, "refund-not-possible"],
    ["all that was captured was refunded already", everything, allOfThePart, "refund-not-possible"],
  ] as const)("%s: that is what the note says", (_, event, says, reason) => {
    const life = lifeOf({ status: "processing" });
    expect(life.settle(event, says)).toMatchObject({ outcome: "refused", reason });
    const [note] = sent(life).flatMap((one) => (one.type === "addOrderNote" ? [one.note] : []));
    const said = {
      "refund-not-offered": "does not offer a refund",
      "refund-not-possible": "No captured money is left",
    };
    expect(note).toContain(said[reason]);
  });
});

test("while a part is still reserved, Refunded gives back what was captured, and closes the order when it is asked for again", () => {
  const life = lifeOf({ status: "processing" });
  life.settle(everything, payments["partly captured"]);
  const back = { ...payments["partly captured"], refunded: 40_000 };
  life.bankAnswers({ is: "confirmed", reading: back });
  expect([life.status, recorded(life)]).toEqual(["processing", [40_000]]);
  life.settle({ type: "merchant.released", via: "api" }, back);
  const nothingLeft = { ...back, authorized: 0, canceled: 60_000, offers: [] };
  life.bankAnswers({ is: "confirmed", reading: nothingLeft });
  expect(life.settle(everything, nothingLeft)).toMatchObject({ outcome: "moved", to: "refunded" });
  expect(recorded(life)).toEqual([40_000]);
});
