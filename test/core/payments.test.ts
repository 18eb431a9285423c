/** Several payments of one order: which of them pays it, and what becomes of the others. */
import { describe, expect, test } from "vitest";
import { noSuchPayment, type Reading } from "../../machines/facts.js";
import type { ShopOrder } from "../../machines/shop-order.js";
import { type EventInput, Life, rulesWith } from "../../src/testing/decision/life.js";
import { anOrder, callback, payments, reading } from "../../src/testing/decision/samples.js";
import { MINUTE, SECOND, T0 } from "../../src/testing/simulator/script.js";
import { completed, LINK, lifeOf, type Placed, ring, sent, success } from "./lives.js";

const NEWER = "pay-1";
const OLDER = "pay-0";
const about = (paymentId: string, says: Reading): Reading => ({ ...says, paymentId });
const olderSays = (says: Reading) => ({ [OLDER]: about(OLDER, says) });
/** `pay-1` is the current one, `pay-0` an earlier attempt. */
const two = (order: Placed = {}, settings: object = {}) =>
  new Life(anOrder({ previousPaymentIds: [OLDER], ...order }), rulesWith(settings));
const paidBy = (life: Life) => life.record.facts.payment.id;
const others = (life: Life) => life.record.facts.others.map(({ id, state }) => [id, state]);
const cancelled = (life: Life) => sent(life).filter(({ type }) => type === "cancelPayment");
const olderCallback = callback({ paymentId: OLDER });
const cancelClick = { type: "merchant.cancelled", via: "api" } as const;

test("lines of a payment that was let go are booked late, beside the one that pays: seen and flagged", () => {
  const life = two({ status: "processing" });
  life.settle({ type: "reconcile.asked" }, payments.accepted, olderSays(payments.cancelled));
  life.settle({ type: "merchant.cancelled", via: "api" }, payments.captured, olderSays(payments.cancelled));
  expect(others(life)).toEqual([[OLDER, "closed"]]);
  const late = reading({ paymentId: OLDER, authorized: 0, captured: 40_000, offers: ["REFUND"] });
  life.settle({ type: "reconcile.asked" }, payments.captured, { [OLDER]: late });
  expect(life.raised).toContain("discrepancy:paid-twice");
});

test("opened after the order was cancelled, paid, and not read at once: it is looked at later, and flagged", () => {
  const life = lifeOf({ paymentId: null });
  life.tell({ type: "checkout.began", attempt: "a" });
  life.settle(cancelClick);
  life.tell({ type: "payment.created", paymentId: OLDER, attempt: "a" });
  // The bank did not answer, and nobody waited for it.
  life.open = [];
  life.wait(30 * MINUTE, reading(), olderSays(payments.accepted));
  expect([life.status, life.raised]).toEqual(["cancelled", ["discrepancy:paid-but-cancelled"]]);
});

describe("a payment that nobody is to pay any more", () => {
  const ended = (life: Life) =>
    sent(life).flatMap((effect) => (effect.type === "endPayment" ? [effect.paymentId] : []));
  const opened = { type: "payment.created", paymentId: "pay-2" } as const;
  const netsLife = (order: Placed = {}) => lifeOf({ gateway: "nets-easy", ...order });

  test("is ended at a bank that can when a newer one is opened", () => {
    const life = netsLife();
    life.settle({ type: "checkout.asked" }, payments["at the bank"]);
    life.tell(opened);
    expect(ended(life)).toEqual([NEWER]);
    expect(others(life)).toEqual([[NEWER, "open"]]);
  });

  test("is ended when the merchant cancels the order, or the stock timer", () => {
    for (const event of [cancelClick, { type: "order.seen", status: "cancelled" } as const]) {
      const life = netsLife();
      life.settle(event, payments["at the bank"]);
      expect([life.status, ended(life)]).toEqual(["cancelled", [NEWER]]);
    }
  });

  test("is not ended where it is over, where it was paid, or by a bank that has no such call", () => {
    const paid = netsLife({ status: "processing" });
    paid.settle({ type: "reconcile.asked" }, payments.accepted);
    paid.tell({ type: "order.seen", status: "cancelled" });
    const over = netsLife({ status: "failed" });
    over.settle({ type: "checkout.asked" }, payments["rejected, task open"]);
    over.tell(opened);
    const resurs = lifeOf();
    resurs.settle({ type: "checkout.asked" }, payments["at the bank"]);
    resurs.tell(opened);
    expect([paid, over, resurs].flatMap(ended)).toEqual([]);
  });
});

describe("an earlier payment that the bank reviews holds the order", () => {
  const inspected = payments.inspection;
  test.each([
    ["frozen, told of by a callback", "pending", payments.frozen, () => olderCallback, payments["at the bank"]],
    [
      "in inspection, when the link runs out",
      "pending",
      inspected,
      (life: Life) => ring(life, LINK),
      payments["at the bank"],
    ],
    [
      "frozen, when the newer one is denied",
      "pending",
      payments.frozen,
      () => callback(),
      payments["rejected, task done"],
    ],
    [
      "frozen, found by a reconciliation",
      "pending",
      payments.frozen,
      () => ({ type: "reconcile.asked" }) as const,
      payments["at the bank"],
    ],
  ] as const)("%s", (_, status, older, event, current) => {
    const life = two({ status });
    life.settle(event(life), current, olderSays(older));
    expect([life.status, paidBy(life)]).toEqual(["on-hold", OLDER]);
    expect(sent(life)).toContainEqual({
      type: "addOrderNote",
      note: "Payment pay-0 at Resurs Bank, of an earlier attempt, is being reviewed by the bank; the order waits for it.",
    });
    // Accepted in the end, it pays.
    life.now += 2 * MINUTE;
    life.settle(olderCallback, about(OLDER, payments.accepted), { [NEWER]: about(NEWER, payments["at the bank"]) });
    expect(life.status).toBe("processing");
  });

  test("not when the newer one holds the money, and not when that one is reviewed as well", () => {
    for (const current of [payments.accepted, payments.frozen]) {
      const life = two();
      life.settle(callback(), current, olderSays(payments.frozen));
      life.settle(olderCallback, current, olderSays(payments.frozen));
      expect(paidBy(life)).toBe(NEWER);
    }
  });

  test("paid by the newer one after all: the order follows that", () => {
    const life = two();
    life.settle(olderCallback, payments["at the bank"], olderSays(payments.frozen));
    expect(paidBy(life)).toBe(OLDER);
    life.now += 2 * MINUTE;
    life.settle(callback({ paymentId: NEWER }), about(OLDER, payments.frozen), {
      [NEWER]: about(NEWER, payments.accepted),
    });
    expect([life.status, paidBy(life)]).toEqual(["processing", NEWER]);
  });
});

describe("the payment that holds the money pays the order", () => {
  test.each([
    ["pending", payments["at the bank"]],
    ["pending", payments["rejected, task open"]],
    ["pending", noSuchPayment(NEWER)],
    ["pending", payments.cancelled],
    ["failed", payments["rejected, task done"]],
    ["on-hold", payments.refunded],
  ] as const)("an earlier attempt, told of in a %s order", (status, current) => {
    const life = two({ status });
    expect(life.settle(olderCallback, current, olderSays(payments.accepted))).toMatchObject({
      outcome: "moved",
      to: "processing",
    });
    expect(paidBy(life)).toBe(OLDER);
    expect(others(life).map(([id]) => id)).toEqual([NEWER]);
    expect(cancelled(life)).toEqual([]);
    expect(life.raised).toEqual([]);
    expect(sent(life)).toContainEqual({
      type: "addOrderNote",
      note: "Payment pay-0 at Resurs Bank was made in an earlier attempt; it pays this order.",
    });
  });

  test.each([
    ["the link runs out", (life: Life) => ring(life, LINK), payments["at the bank"]],
    ["the newer one is rejected", () => callback(), payments["rejected, task open"]],
    [
      "the customer is on its fail page",
      () => ({ type: "customer.returned", page: "fail" }) as const,
      payments["at the bank"],
    ],
    ["a reconciliation asks", () => ({ type: "reconcile.asked" }) as const, payments["at the bank"]],
    ["the merchant completes the order", () => completed, payments["at the bank"]],
  ])("nobody told of it, and %s: it is read before the order is given up", (_when, event, current) => {
    const life = two();
    life.settle(event(life), current, olderSays(payments.accepted));
    expect(["processing", "completed", "pending"]).toContain(life.status);
    expect(paidBy(life)).toBe(OLDER);
  });

  test("a message about the one that was overtaken changes nothing", () => {
    const life = two();
    life.settle(olderCallback, payments["at the bank"], olderSays(payments.accepted));
    life.now += 2 * MINUTE;
    const late = life.settle(callback(), about(OLDER, payments.accepted), { [NEWER]: payments["rejected, task open"] });
    expect(late).toMatchObject({ outcome: "refused", reason: "stale-payment" });
    expect(life.status).toBe("processing");
    expect(others(life)).toEqual([[NEWER, "closed"]]);
  });

  test("an order that another attempt cancelled is not revived, but flagged", () => {
    const life = two({ status: "cancelled" });
    life.settle(olderCallback, payments["rejected, task open"], olderSays(payments.accepted));
    expect(life.status).toBe("cancelled");
    expect(life.raised).toEqual(["discrepancy:paid-but-cancelled"]);
  });

  test("a captured one that was refunded pays for nothing", () => {
    const life = two();
    const answer = life.settle(olderCallback, payments["at the bank"], olderSays(payments.refunded));
    expect(answer).toMatchObject({ outcome: "refused", reason: "stale-payment" });
    expect([life.status, paidBy(life)]).toEqual(["pending", NEWER]);
  });

  test("an order whose current payment is none takes the one that a callback names", () => {
    const life = new Life(anOrder({ paymentId: null, previousPaymentIds: [OLDER] }));
    life.settle(olderCallback, about(OLDER, payments.accepted));
    expect([life.status, paidBy(life)]).toEqual(["processing", OLDER]);
  });
});

describe("a payment beside the one that pays", () => {
  const surplus = (settings: object = {}, status: NonNullable<Placed>["status"] = "processing") => {
    const life = two({ status }, settings);
    life.settle(olderCallback, payments.accepted, olderSays(payments.accepted));
    return life;
  };

  test("is let go, with a note", () => {
    const life = surplus();
    expect(cancelled(life)).toMatchObject([{ paymentId: OLDER, amount: 100_000 }]);
    expect(life.raised).toEqual(["discrepancy:paid-twice"]);
    life.bankAnswers({ is: "confirmed", reading: about(OLDER, payments.cancelled) });
    expect(others(life)).toEqual([[OLDER, "closed"]]);
    expect(life.raised).toEqual([]);
    expect(sent(life).at(-1)).toMatchObject({
      type: "addOrderNote",
      note: expect.stringMatching(`${OLDER} .*was not needed`),
    });
    expect([life.status, paidBy(life), life.record.facts.operation]).toEqual(["processing", NEWER, null]);
  });

  test.each([
    ["cancelled", ["discrepancy:paid-but-cancelled"]],
    ["refunded", ["discrepancy:refunded-not-credited"]],
  ] as const)("is all that an order holds that is %s: it is not said to be paid twice", (status, raised) => {
    const life = two({ status }, { choices: { surplusPayment: "flag" } });
    life.settle(olderCallback, payments.cancelled, olderSays(payments.captured));
    expect([life.status, life.raised]).toEqual([status, raised]);
  });

  test("of a cancelled order that the current one holds money for as well: it is paid twice", () => {
    const life = two({ status: "cancelled" }, { choices: { surplusPayment: "flag" } });
    life.settle(olderCallback, payments.captured, olderSays(payments.captured));
    expect(life.raised).toEqual(["discrepancy:paid-but-cancelled", "discrepancy:paid-twice"]);
  });

  test("is let go once, when the answer was lost and it is gone", () => {
    const life = surplus();
    life.bankAnswers({ is: "lost" });
    const look = life.open.find(({ effect }) => effect.type === "readBack");
    life.tell({ type: "payment.readBack", effectId: look?.id ?? "", reading: about(OLDER, payments.cancelled) });
    expect(others(life)).toEqual([[OLDER, "closed"]]);
    expect(cancelled(life)).toHaveLength(1);
  });

  test("is let go again after 15 seconds, when the answer was lost and it is still there", () => {
    const life = surplus();
    life.bankAnswers({ is: "lost" });
    const look = life.open.find(({ effect }) => effect.type === "readBack");
    life.tell({ type: "payment.readBack", effectId: look?.id ?? "", reading: about(OLDER, payments.accepted) });
    life.wait(20 * SECOND, payments.accepted, olderSays(payments.accepted));
    expect(cancelled(life)).toHaveLength(2);
    expect(new Set(cancelled(life).map((call) => ("key" in call ? call.key : ""))).size).toBe(1);
    life.bankAnswers({ is: "confirmed", reading: about(OLDER, payments.cancelled) });
    expect(others(life)).toEqual([[OLDER, "closed"]]);
  });

  test("is flagged with what it holds, and noted, when the bank refuses to cancel it", () => {
    const life = surplus();
    life.bankAnswers({ is: "refused" });
    expect(others(life)).toEqual([[OLDER, "surplus"]]);
    expect(life.record.flags).toMatchObject([{ flag: "discrepancy:paid-twice", amount: 100_000, clearedAt: null }]);
    expect(sent(life).at(-1)).toMatchObject({ note: expect.stringMatching(`${OLDER} .*cancelling it failed`) });
  });

  test.each([
    ["it was captured", payments.captured, {}],
    ["the shop chose so", payments.accepted, { choices: { surplusPayment: "flag" } }],
    ["cancelling is switched off", payments.accepted, { enableCancel: false }],
    ["the bank does not offer it", reading({ offers: [] }), {}],
  ] as const)("is flagged and left alone where %s", (_why, says, settings) => {
    const life = two({ status: "processing" }, settings);
    life.settle(olderCallback, payments.accepted, olderSays(says));
    expect(cancelled(life)).toEqual([]);
    expect(life.raised).toEqual(["discrepancy:paid-twice"]);
  });

  test.each(["processing", "on-hold", "completed"] as const)("of a %s order is never captured", (status) => {
    const life = surplus({}, status);
    life.settle(completed, payments.accepted, olderSays(payments.accepted));
    const captured = sent(life).filter(({ type }) => type === "capturePayment");
    expect(captured.every((call) => "paymentId" in call && call.paymentId === NEWER)).toBe(true);
  });

  test("is let go with the order, when the merchant cancels it and nobody told of the other", () => {
    const life = two({ status: "processing" });
    life.settle(cancelClick, payments.accepted, olderSays(payments.accepted));
    life.bankAnswers({ is: "confirmed", reading: payments.cancelled });
    life.read(payments.cancelled, olderSays(payments.accepted));
    expect(cancelled(life).map((call) => ("paymentId" in call ? call.paymentId : ""))).toEqual([NEWER, OLDER]);
    expect(life.status).toBe("cancelled");
  });

  test("waits while money of the order is on the move", () => {
    const life = two({ status: "processing" });
    life.settle(completed, payments.accepted, olderSays(payments["at the bank"]));
    life.tell(success);
    life.read(payments.accepted, olderSays(payments.accepted));
    expect(cancelled(life)).toEqual([]);
  });
});

describe("a payment that is not the order's", () => {
  test.each([
    ["order", { orderReference: "1001" }, "discrepancy:payment-of-another-order"],
    ["currency", { currency: "EUR" }, "discrepancy:currency-mismatch"],
  ] as const)("by its %s moves nothing, and is flagged", (_what, says, flag) => {
    const life = lifeOf({ status: "pending" });
    const answer = life.settle(callback(), reading(says));
    expect(answer.outcome).not.toBe("moved");
    expect([life.status, life.raised]).toEqual(["pending", [flag]]);
    const paid = lifeOf({ status: "processing" });
    for (const click of [completed, cancelClick]) paid.settle(click, reading(says));
    expect(sent(paid).filter(({ type }) => type !== "readPayment" && type !== "addOrderNote")).toEqual([
      expect.objectContaining({ type: "setOrderStatus", to: "cancelled" }),
    ]);
  });

  test("is known by the reference that the order was placed with", () => {
    const life = lifeOf({ reference: "1001" });
    life.settle(callback(), reading({ orderReference: "1001" }));
    expect([life.status, life.raised]).toEqual(["processing", []]);
  });
});

describe("an edit that waits for its reading while the shop tells of something newer", () => {
  const told = (order: ShopOrder): EventInput => ({ type: "order.updated", by: "shop", change: "edited", order });
  const one = [{ sku: "a", quantity: 1, total: 60_000 }];
  const edit: EventInput = { type: "merchant.editedLines", lines: one, total: 60_000, adds: false };
  const calls = (life: Life) => sent(life).filter(({ type }) => type === "cancelPayment" || type === "setOrderLines");

  test.each([
    ["paid", { status: "processing" }, payments.accepted],
    ["on hold", { status: "on-hold" }, payments["in inspection, still offered"]],
    ["unpaid", { status: "pending" }, payments["at the bank"]],
    ["at Nets", { status: "processing", gateway: "nets-easy" }, payments.accepted],
  ] as const)("is refused, and the newer total stays: %s", (_what, placed, has) => {
    const life = lifeOf(placed);
    life.tell(edit, "edit");
    life.tell(told({ total: 80_000, lines: [] }));
    life.read(has);
    expect(life.answerTo("edit")).toMatchObject({ outcome: "refused", reason: "order-changed" });
    expect([life.record.facts.order.total, calls(life)]).toEqual([80_000, []]);
  });

  test("is made where the shop tells of that very edit, with the lines that the shop has", () => {
    const life = lifeOf({ status: "processing" });
    const other = [{ sku: "c", quantity: 2, total: 60_000 }];
    life.tell(edit, "edit");
    life.tell(told({ total: 60_000, lines: other }));
    life.read(payments.accepted);
    expect(life.answerTo("edit")).toMatchObject({ outcome: "deferred", reason: "awaiting-gateway" });
    expect(life.record.facts).toMatchObject({ order: { lines: other }, operation: { amount: 60_000, lines: other } });
  });

  test("is made where it came after what the shop told, in the same instant, too", () => {
    const life = lifeOf({ status: "processing" });
    life.tell(told({ total: 80_000 }));
    life.settle(edit);
    expect(life.record.facts).toMatchObject({ order: { total: 60_000 }, operation: { amount: 60_000 } });
  });

  test("is made where the shop tells of something else", () => {
    const life = lifeOf({ status: "processing" });
    life.tell(edit, "edit");
    for (const order of [{ gone: false }, { total: 100_000 }]) life.tell(told(order));
    life.read(payments.accepted);
    expect(life.record.facts).toMatchObject({ order: { total: 60_000 }, operation: { amount: 60_000 } });
  });

  test("as a recalculation is made for the newer total", () => {
    const life = lifeOf({ status: "processing" });
    life.tell({ type: "merchant.recalculated" }, "again");
    life.tell(told({ total: 60_000, lines: one }));
    life.read(payments.accepted);
    expect(life.record.facts).toMatchObject({ order: { total: 60_000 }, operation: { amount: 60_000, lines: one } });
  });
});

describe("the currency is edited under a call that is under way", () => {
  const inEuro: EventInput = { type: "order.updated", by: "shop", change: "currency", order: { currency: "EUR" } };
  const sek = (says: Reading): Reading => ({ ...says, currency: "SEK" });
  const given = { type: "merchant.refunded", via: "api" } as const;

  test.each([
    ["a capture", "resurs-mapi", completed, payments.accepted, payments.captured, "completed"],
    ["a charge at Nets", "nets-easy", completed, payments.accepted, payments.captured, "completed"],
    ["a refund", "resurs-mapi", given, payments.captured, payments.refunded, "refunded"],
    ["a cancellation", "resurs-mapi", cancelClick, payments.accepted, payments.cancelled, "cancelled"],
  ] as const)("%s comes to its end, and the difference is flagged then", (_what, gateway, click, has, shows, to) => {
    for (const answer of ["confirmed", "lost"] as const) {
      const life = lifeOf({ status: "processing", gateway });
      life.settle(click, sek(has));
      life.tell(inEuro);
      expect(life.raised).toEqual([]);
      life.bankAnswers(answer === "lost" ? { is: "lost" } : { is: "confirmed", reading: sek(shows) });
      const asked = life.open.find(({ effect }) => effect.type === "readBack");
      if (asked) life.tell({ type: "payment.readBack", effectId: asked.id, reading: sek(shows) });
      expect([life.status, life.record.facts.operation]).toEqual([to, null]);
      expect(life.raised).toContain("discrepancy:currency-mismatch");
      expect(life.record.facts.payment.captureFailed).toBe(false);
    }
  });

  test("at a bank that does not say in which currency a payment is", () => {
    const life = lifeOf({ status: "processing", gateway: "resurs-simplified" });
    life.settle(completed);
    life.tell(inEuro);
    life.bankAnswers({ is: "confirmed", reading: payments.captured });
    expect([life.status, life.raised]).toEqual(["completed", ["discrepancy:currency-mismatch"]]);
  });

  test("the money of a payment beside the one that pays is let go all the same", () => {
    const life = two({ status: "processing" });
    life.settle({ type: "reconcile.asked" }, sek(payments.accepted), olderSays(sek(payments.accepted)));
    life.tell(inEuro);
    life.bankAnswers({ is: "confirmed", reading: { ...sek(payments.cancelled), paymentId: OLDER } });
    expect(others(life)).toEqual([[OLDER, "closed"]]);
  });

  test("and edited back before the call ends: nothing is flagged", () => {
    const life = lifeOf({ status: "processing" });
    life.settle(completed, sek(payments.accepted));
    for (const currency of ["EUR", "SEK"]) life.tell({ ...inEuro, order: { currency } });
    life.bankAnswers({ is: "confirmed", reading: sek(payments.captured) });
    expect([life.status, life.raised]).toEqual(["completed", []]);
  });
});

describe("a payment that a merchant attaches", () => {
  const attached = { type: "payment.attached", paymentId: "pay-9" } as const;
  const says = (payment: Reading) => ({ "pay-9": about("pay-9", payment) });

  test("pays the order where it holds the money", () => {
    const life = lifeOf({ status: "processing" });
    expect(life.settle(attached, payments.cancelled, says(payments.accepted))).toMatchObject({
      type: "payment.attached",
      outcome: expect.not.stringContaining("refused"),
    });
    expect(paidBy(life)).toBe("pay-9");
  });

  test.each([
    ["holds nothing", payments["at the bank"], "not-paid"],
    ["is another order's", reading({ orderReference: "7" }), "payment-of-another-order"],
  ])("is refused by name where it %s", (_what, payment, reason) => {
    const life = lifeOf({ status: "processing" });
    expect(life.settle(attached, payments.cancelled, says(payment))).toMatchObject({ outcome: "refused", reason });
    expect(paidBy(life)).toBe(NEWER);
  });
});

describe("paid means holding the money", () => {
  test.each(["pending", "on-hold", "failed"] as const)(
    "a %s order whose payment was refunded is not paid",
    (status) => {
      for (const payment of [payments.refunded, payments.cancelled]) {
        const life = lifeOf({ status });
        life.settle(callback(), payment);
        expect(["processing", "completed"]).not.toContain(life.status);
      }
    },
  );

  test("refunded in the portal while processing: noted once, and flagged with its remedy", () => {
    const life = lifeOf({ status: "processing" });
    for (const event of [callback(), { type: "reconcile.asked" } as const]) life.settle(event, payments.refunded);
    expect(life.raised).toEqual(["discrepancy:payment-cancelled-order-active"]);
    expect(sent(life).filter(({ type }) => type === "addOrderNote")).toHaveLength(1);
    expect(life.settle({ type: "merchant.refunded", via: "api" }, payments.refunded)).toMatchObject({ to: "refunded" });
    expect(life.raised).toEqual([]);
  });

  test("what is left after a part was captured can be released, and the order keeps its status", () => {
    const life = lifeOf({ status: "processing" });
    const release = { type: "merchant.released", via: "api" } as const;
    expect(life.settle(release, payments.accepted)).toMatchObject({ outcome: "refused", reason: "nothing-to-release" });
    life.settle(release, payments["partly captured"]);
    expect(cancelled(life)).toHaveLength(1);
    const { authorized, captured } = payments["partly captured"];
    life.bankAnswers({
      is: "confirmed",
      reading: reading({ authorized: 0, captured, canceled: authorized, offers: [] }),
    });
    expect([life.status, life.record.facts.operation]).toEqual(["processing", null]);
  });
});

describe("what the shop says of the order", () => {
  const edited = (order: object) => ({ type: "order.updated", by: "shop", change: "edited", order }) as const;

  test("lowered after the authorisation: the old total is not captured", () => {
    const life = lifeOf({ status: "processing" });
    life.settle(callback());
    life.tell(edited({ total: 60_000, lines: [{ sku: "a", quantity: 1, total: 60_000 }] }));
    expect(life.raised).toEqual(["discrepancy:amount-mismatch"]);
    expect(life.settle(completed)).toMatchObject({ outcome: "refused", reason: "amount-mismatch" });
  });

  test.each([["pending"], ["failed"]] as const)(
    "an unpaid %s order takes the lines, and the payment waits for no bank",
    (status) => {
      const lines = [{ sku: "a", quantity: 1, total: 60_000 }];
      for (const paymentId of [null, NEWER]) {
        const life = lifeOf({ status, paymentId });
        const edit = { type: "merchant.editedLines", via: "api", lines, total: 60_000, adds: true } as const;
        expect(life.settle(edit, payments["at the bank"])).toMatchObject({ outcome: "moved", rule: "modify/unpaid" });
        expect(life.record.facts.order).toMatchObject({ lines, total: 60_000, status });
      }
    },
  );

  test("paid another way now: the abandoned payment cancels nothing", () => {
    const life = lifeOf();
    life.tell(edited({ gateway: null }));
    life.tell({ type: "order.seen", status: "on-hold" });
    life.read(payments["at the bank"]);
    for (const event of [
      callback(),
      { type: "reconcile.asked" } as const,
      { type: "customer.returned", page: "fail" } as const,
    ])
      life.settle(event, payments["rejected, task open"]);
    life.wait(200 * MINUTE, payments["rejected, task open"]);
    expect(life.status).toBe("on-hold");
    life.settle(callback(), payments.accepted);
    expect([life.status, life.raised]).toEqual(["on-hold", ["discrepancy:paid-another-way"]]);
    expect(life.settle(completed)).toMatchObject({ outcome: "moved", to: "completed", rule: "order/not-ours" });
    expect(sent(life).filter(({ type }) => type === "capturePayment")).toEqual([]);
  });

  test.each([
    ["the link runs out", (life: Life) => ring(life, LINK)],
    ["the stock timer is due", () => ({ type: "shop.holdStockDue" }) as const],
    ["a reconciliation asks", () => ({ type: "reconcile.asked" }) as const],
    ["the customer is on the fail page", () => ({ type: "customer.returned", page: "fail" }) as const],
  ])("paid another way before any payment was opened, and %s: it is the shop's to cancel", (_, event) => {
    const life = lifeOf({ paymentId: null }, { stockManagement: true, holdStockMinutes: 10 });
    life.tell(edited({ gateway: null }));
    life.now += 200 * MINUTE;
    expect(life.settle(event(life))).toMatchObject({ outcome: "ignored" });
    expect(life.status).toBe("pending");
  });

  test.each([
    ["a capture", "processing", completed, payments.accepted, payments.captured],
    ["a refund", "completed", { type: "merchant.refunded", via: "api" }, payments.captured, payments.refunded],
    ["a cancellation", "processing", cancelClick, payments.accepted, payments.cancelled],
  ] as const)(
    "paid another way while the answer to %s is lost: the call ends all the same",
    (_, status, click, has, shows) => {
      const life = lifeOf({ status });
      life.settle(click, has);
      life.bankAnswers({ is: "lost" });
      life.tell(edited({ gateway: null }));
      life.wait(2 * SECOND, has);
      life.wait(20 * MINUTE, shows);
      expect(life.record.facts.operation).toBeNull();
      expect(life.answers.findLast(({ type }) => type === click.type)).toMatchObject({ outcome: "moved" });
    },
  );

  test("paid another way, and a message about one of two abandoned payments: the order is left to the shop", () => {
    for (const olderHas of [payments["at the bank"], payments.frozen, payments.accepted]) {
      const life = two();
      life.tell(edited({ gateway: null }));
      life.now += 2 * MINUTE;
      life.settle(olderCallback, payments.accepted, olderSays(olderHas));
      life.settle(olderCallback, payments["at the bank"], olderSays(olderHas));
      expect(life.status).toBe("pending");
    }
  });

  test("refunded with the money still reserved, for refunds are off: flagged", () => {
    const life = lifeOf({ status: "processing" }, { enableRefund: false });
    life.settle({ type: "merchant.refunded", via: "api" });
    expect([life.status, life.raised]).toEqual(["refunded", ["discrepancy:refunded-not-credited"]]);
  });

  test("deleted with the customer's money at the bank: flagged", () => {
    const life = lifeOf({ status: "processing" });
    life.settle(callback());
    life.tell(edited({ gone: true }));
    expect(life.raised).toEqual(["discrepancy:order-gone"]);
    life.tell(edited({ gone: false }));
    expect(life.raised).toEqual([]);
  });

  test("a paid order that somebody cancelled in the shop: the payment is read, and it is flagged", () => {
    const life = lifeOf({ status: "processing" });
    life.tell({ type: "order.seen", status: "cancelled" });
    life.read(payments.accepted);
    expect([life.status, life.raised]).toEqual(["cancelled", ["discrepancy:paid-but-cancelled"]]);
  });

  test("a draft with money is flagged", () => {
    const life = lifeOf({ status: "checkout-draft" });
    life.settle(callback());
    expect(life.raised).toEqual(["discrepancy:paid-draft"]);
  });
});

test("two identical refunds in one instant are one, unless they have ids of their own", () => {
  const refund = (more: object = {}) =>
    ({ type: "merchant.refundedAmount", via: "api", amount: 39_200, ...more }) as const;
  const asked = (first: object, second: object, between = 0) => {
    const life = lifeOf({ status: "completed" });
    life.settle(refund(first), payments.captured);
    life.bankAnswers({
      is: "confirmed",
      reading: reading({ authorized: 0, captured: 100_000, refunded: 39_200, offers: ["REFUND"] }),
    });
    life.now = T0 + between;
    life.settle(refund(second), reading({ authorized: 0, captured: 100_000, refunded: 39_200, offers: ["REFUND"] }));
    return sent(life).filter(({ type }) => type === "refundPayment").length;
  };
  expect(asked({}, {})).toBe(1);
  expect(asked({ refund: "r1" }, { refund: "r2" })).toBe(2);
  expect(asked({}, {}, 2 * SECOND)).toBe(2);
  const waiting = lifeOf({ status: "completed" });
  waiting.tell(refund(), "one");
  waiting.tell(refund(), "two");
  expect(waiting.answerTo("two")).toMatchObject({ outcome: "ignored", reason: "already-asked" });
});

describe("nobody waits for ever", () => {
  const waits = (life: Life) => life.record.facts.waiting.map(({ eventId }) => eventId);
  const openReads = (life: Life) => life.open.filter(({ effect }) => effect.type === "readPayment");
  const tellRead = (life: Life, says: Reading, nth = 0) => {
    const asked = openReads(life)[nth];
    if (asked?.effect.type !== "readPayment") throw new Error("nothing is read");
    life.tell({ type: "payment.read", effectId: asked.id, reading: about(asked.effect.paymentId, says) });
  };

  test("an older payment takes over while the newer attempt's reading is under way", () => {
    const life = two();
    life.tell({ type: "reconcile.asked" }, "first");
    tellRead(life, payments["at the bank"]);
    // The older one is being read; the customer presses Pay once more.
    life.tell({ type: "payment.created", paymentId: "pay-2" }, "newest");
    life.tell(success, "back");
    life.read(payments["at the bank"], {
      ...olderSays(payments.accepted),
      [NEWER]: about(NEWER, payments["at the bank"]),
    });
    for (const id of ["first", "back"]) expect(life.answerTo(id).outcome).not.toBe("deferred");
    expect([paidBy(life), life.status, waits(life)]).toEqual([OLDER, "processing", []]);
    expect(life.record.states.cooldown).toBe("idle");
    expect(life.settle(completed, about(OLDER, payments.accepted))).toMatchObject({ reason: "awaiting-gateway" });
  });

  test("the look at a surplus whose answer was lost rings while somebody has it read", () => {
    const life = two({ status: "processing" });
    life.settle(olderCallback, payments.accepted, olderSays(payments.accepted));
    life.bankAnswers({ is: "lost" });
    const back = life.open.find(({ effect }) => effect.type === "readBack");
    life.tell({ type: "payment.readBack", effectId: back?.id ?? "", reading: about(OLDER, payments.accepted) });
    life.tell(olderCallback, "again");
    tellRead(life, payments.accepted);
    const [timer, { at, generation }] = Object.entries(life.record.timers).find(([name]) =>
      name.includes("nextLook"),
    ) as [string, { at: number; generation: number }];
    life.now = at;
    life.tell({ type: "timer.fired", timer, generation }, "look");
    life.read(payments.accepted, olderSays(payments.cancelled));
    expect(life.answerTo("again").outcome).not.toBe("deferred");
    expect([others(life), waits(life), life.record.states.cooldown]).toEqual([[[OLDER, "closed"]], [], "idle"]);
  });

  test("a payment at a bank that is away keeps nobody, where the current one holds the money", () => {
    const life = two({ status: "processing" });
    life.tell({ type: "reconcile.asked" }, "asked");
    tellRead(life, payments.accepted);
    expect(life.answerTo("asked").outcome).not.toBe("deferred");
    // Its reading is still under way.
    expect(openReads(life)).toHaveLength(1);
    expect(life.tell(completed, "done").effects.map(({ effect }) => effect.type)).toEqual(["readPayment"]);
  });
});

test("of two that hold money the one with the order's total pays it", () => {
  const life = two({ status: "pending", total: 20_000 });
  const says = (amount: number) => reading({ total: amount, authorized: amount });
  life.settle(olderCallback, says(10_000), olderSays(says(20_000)));
  expect(paidBy(life)).toBe(OLDER);
  expect(cancelled(life)).toMatchObject([{ paymentId: NEWER }]);
});

test("an order that was paid another way, and is paid here after all, is ours", () => {
  const life = new Life(anOrder({ gateway: null, paymentId: null }));
  life.tell({ type: "checkout.began", attempt: "a" });
  life.tell({ type: "payment.created", paymentId: "pay-7", gateway: "resurs-mapi", attempt: "a" });
  life.settle(success, about("pay-7", payments.accepted));
  expect([life.status, paidBy(life)]).toEqual(["processing", "pay-7"]);
});

test("a payment that was attached with the wrong bank can be attached with the right one", () => {
  const life = lifeOf({ status: "processing" });
  life.settle({ type: "payment.attached", paymentId: "nx" }, payments.cancelled);
  const right = { type: "payment.attached", paymentId: "nx", gateway: "nets-easy" } as const;
  life.settle(right, payments.cancelled, { nx: about("nx", payments.accepted) });
  expect(life.record.facts.payment).toMatchObject({ id: "nx", gateway: "nets-easy", authorized: 100_000 });
});
