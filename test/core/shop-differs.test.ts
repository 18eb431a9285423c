/** The shop is read before money moves: what becomes of a call that was asked for another order than the shop has. */
import { describe, expect, test } from "vitest";
import type { Effect } from "../../machines/effects.js";
import { defaultSettings } from "../../machines/settings.js";
import type { ShopOrder } from "../../machines/shop-order.js";
import type { Decision } from "../../src/core/decide.js";
import { breachesOf } from "../../src/testing/decision/laws.js";
import type { EventInput, Life } from "../../src/testing/decision/life.js";
import { callback, payments, reading } from "../../src/testing/decision/samples.js";
import { MINUTE } from "../../src/testing/simulator/script.js";
import { completed, lifeOf, sent } from "./lives.js";

const edited = (order: ShopOrder): EventInput => ({ type: "order.updated", by: "shop", change: "edited", order });
const refunded: EventInput = { type: "merchant.refunded" };
const fewer: EventInput = { type: "merchant.editedLines", lines: [], total: 80_000, adds: false };
const lastOf = <T extends Effect["type"]>(life: Life, type: T) =>
  sent(life).findLast((effect): effect is Extract<Effect, { type: T }> => effect.type === type);
const open = (life: Life, type: string) => life.open.findLast(({ effect }) => effect.type === type);

/** The call under way was not sent, for the shop has this. */
const shopHas = (life: Life, order: ShopOrder): void => {
  const call = life.open.find(({ effect }) => "key" in effect);
  life.tell({ type: "shop.differs", effectId: call?.id ?? "none", order });
};

describe("what a call expects of the shop", () => {
  test("is the order that it was asked for", () => {
    const life = lifeOf({ status: "processing" });
    life.settle(completed);
    expect(lastOf(life, "capturePayment")?.expects).toEqual({ totals: [100_000], currency: "SEK" });
  });

  test("may be the order before a change of lines or after it", () => {
    const life = lifeOf({ status: "processing" });
    life.settle(fewer);
    const expects = { totals: [100_000, 80_000], currency: "SEK" };
    expect([lastOf(life, "cancelPayment")?.expects, lastOf(life, "setOrderLines")?.expects]).toEqual([
      expects,
      expects,
    ]);
    life.bankAnswers({ is: "confirmed", reading: payments.cancelled });
    // What was let go is reserved again in any case.
    expect(lastOf(life, "addOrderLines")).toEqual(expect.not.objectContaining({ expects: expect.anything() }));
  });

  test("is nothing where a part is refunded, or the order is cancelled", () => {
    const part = lifeOf({ status: "completed" });
    part.settle({ type: "merchant.refundedAmount", via: "api", amount: 10_000 }, payments.captured);
    const given = lifeOf({ status: "processing" });
    given.settle({ type: "merchant.cancelled", via: "api" });
    expect([lastOf(part, "refundPayment"), lastOf(given, "cancelPayment")]).toEqual([
      expect.not.objectContaining({ expects: expect.anything() }),
      expect.not.objectContaining({ expects: expect.anything() }),
    ]);
  });
});

describe("a capture that was asked for another order", () => {
  test.each<[ShopOrder, string]>([
    [{ total: 90_000, currency: "SEK", lines: [] }, "amount-mismatch"],
    [{ total: 110_000 }, "amount-mismatch"],
    [{ gone: true }, "order-gone"],
    [{ gateway: null }, "not-ours"],
  ])("is refused by name where the shop has %j", (order, reason) => {
    const life = lifeOf({ status: "processing" });
    life.settle(completed);
    shopHas(life, order);
    expect(life.answerTo("e1")).toMatchObject({ type: "merchant.completed", outcome: "refused", reason });
    expect([life.status, life.record.facts.operation]).toEqual(["processing", null]);
    expect(life.record.facts.payment.captureFailed).toBe(false);
  });

  test("is refused in another currency, also where a person asks again", () => {
    const life = lifeOf({ status: "processing" });
    const paid = reading({ currency: "SEK" });
    life.settle(completed, paid);
    shopHas(life, { currency: "EUR", total: 100_000 });
    expect(life.answerTo("e1")).toMatchObject({ outcome: "refused", reason: "currency-mismatch" });
    expect(life.settle(completed, paid)).toMatchObject({ outcome: "refused", reason: "currency-mismatch" });
    expect(life.raised).toEqual(["discrepancy:currency-mismatch"]);
  });

  test("leaves the record as when the shop had told it", () => {
    const told = lifeOf({ status: "processing" });
    told.settle({ type: "reconcile.asked" });
    told.tell(edited({ total: 90_000, currency: "SEK", lines: [] }));
    const read = lifeOf({ status: "processing" });
    read.settle(completed);
    shopHas(read, { total: 90_000, currency: "SEK", lines: [] });
    expect(read.record.facts.order).toEqual(told.record.facts.order);
    expect(read.raised).toEqual(told.raised);
  });

  test("goes out after all where the difference does not matter", () => {
    const choices = { ...defaultSettings.choices, amountMismatch: "capture" as const };
    const lenient = lifeOf({ status: "processing" }, { choices });
    lenient.settle(completed);
    const first = open(lenient, "capturePayment")?.id;
    shopHas(lenient, { total: 90_000 });
    const second = open(lenient, "capturePayment");
    expect(second?.id).not.toBe(first);
    expect(second?.effect).toMatchObject({ amount: 100_000, expects: { totals: [90_000] } });
  });

  test("of goods that nobody has to send leaves the order paid", () => {
    const life = lifeOf({ status: "pending", needsProcessing: false });
    life.settle(callback());
    expect(open(life, "capturePayment")).toBeDefined();
    shopHas(life, { total: 90_000 });
    expect([life.status, life.raised]).toEqual(["processing", ["discrepancy:amount-mismatch"]]);
  });

  test("is looked up first where an answer to it was lost", () => {
    const life = lifeOf({ status: "processing" });
    life.settle(completed);
    life.bankAnswers({ is: "lost" });
    const shows = { reading: payments.accepted };
    for (let looks = 0; looks < 10 && open(life, "capturePayment") === undefined; looks += 1) {
      const asked = open(life, "readBack");
      if (asked !== undefined) life.tell({ type: "payment.readBack", effectId: asked.id, ...shows });
      life.wait(2 * MINUTE, payments.accepted);
    }
    shopHas(life, { total: 90_000 });
    expect(life.record.states.order).toEqual({ capturing: "unknown" });
    const asked = open(life, "readBack");
    life.tell({ type: "payment.readBack", effectId: asked?.id ?? "", reading: payments.captured });
    expect([life.status, life.raised]).toEqual(["completed", ["discrepancy:amount-mismatch"]]);
  });

  test("is not taken back by a shop that was read before it told of something newer", () => {
    const life = lifeOf({ status: "processing" });
    life.settle(completed);
    life.tell(edited({ total: 70_000 }));
    shopHas(life, { total: 90_000 });
    expect(life.record.facts.order.total).toBe(70_000);
    expect(life.answerTo("e1")).toMatchObject({ outcome: "refused", reason: "amount-mismatch" });
  });

  test("is refused once, also where the clock was set back since the shop told of a change before it", () => {
    const life = lifeOf({ status: "processing" });
    life.tell(edited({ total: 100_001 }));
    life.tell(edited({ total: 100_000 }));
    life.now -= 60 * MINUTE;
    life.settle(completed);
    shopHas(life, { total: 90_000 });
    expect(life.record.facts.order.total).toBe(90_000);
    expect(life.answerTo("e3")).toMatchObject({ outcome: "refused", reason: "amount-mismatch" });
  });

  test("which is no longer waited for changes the order and nothing else", () => {
    const life = lifeOf({ status: "processing" });
    life.tell({ type: "shop.differs", effectId: "o:1:0", order: { total: 90_000 } });
    expect([life.status, life.record.facts.order.total, life.record.facts.operation]).toEqual([
      "processing",
      90_000,
      null,
    ]);
  });
});

describe("what else was asked for another order", () => {
  test.each([
    ["a refund of everything", refunded, payments.captured, "completed"],
    ["a change of lines", fewer, payments.accepted, "processing"],
  ] as const)("%s is refused, and may be asked for again", (_what, event, has, status) => {
    const life = lifeOf({ status });
    life.settle(event, has);
    shopHas(life, { total: 90_000, currency: "SEK", lines: [] });
    expect(life.answerTo("e1")).toMatchObject({ outcome: "refused", reason: "order-changed" });
    expect([life.status, life.record.facts.order.total, life.record.facts.operation]).toEqual([status, 90_000, null]);
    expect(life.settle(event, has)).toMatchObject({ outcome: "deferred", reason: "awaiting-gateway" });
  });
});

test("a deleted order is not captured, whoever told of it", () => {
  const life = lifeOf({ status: "processing" });
  life.tell(edited({ gone: true }));
  expect(life.settle(completed)).toMatchObject({ outcome: "refused", reason: "order-gone" });
  life.tell(edited({ gone: false }));
  expect(life.settle(completed)).toMatchObject({ outcome: "deferred", reason: "awaiting-gateway" });
});

describe("a call whose answer was lost goes out again only for the order that it was asked for", () => {
  const changes: [string, ShopOrder | null][] = [
    ["nothing", null],
    ["another total", { total: 60_000, currency: "SEK", lines: [] }],
    ["another currency", { currency: "EUR" }],
    ["that it is deleted", { gone: true }],
    ["that it is paid another way", { gateway: null }],
  ];
  const calls: [EventInput, "capturePayment" | "refundPayment" | "cancelPayment"][] = [
    [completed, "capturePayment"],
    [refunded, "refundPayment"],
    [fewer, "cancelPayment"],
  ];

  test.each(calls.flatMap(([event, type]) => changes.map(([what, order]) => [type, what, event, order] as const)))(
    "%s, and the shop tells meanwhile: %s",
    (type, _what, event, order) => {
      const isRefund = type === "refundPayment";
      const pays = isRefund ? payments.captured : reading();
      const life = lifeOf({ status: isRefund ? "completed" : "processing" });
      life.settle(event, pays);
      const asked = lastOf(life, type)?.expects;
      life.bankAnswers({ is: "lost" });
      if (order !== null) life.tell(edited(order));
      // Nothing of the call shows, however often the payment is read back.
      for (let looks = 0; looks < 12; looks += 1) {
        const look = open(life, "readBack");
        if (look !== undefined) life.tell({ type: "payment.readBack", effectId: look.id, reading: pays });
        life.wait(2 * MINUTE, pays);
      }
      const again = sent(life).flatMap((effect) => (effect.type === type ? [effect.expects] : []));
      expect(again.length).toBeGreaterThan(1);
      expect(again).toEqual(again.map(() => asked));
    },
  );
});

test.each([
  ["less", reading({ authorized: 90_000 })],
  ["and captured meanwhile", payments.captured],
])(
  "a call that was not sent ends in the status that was seen during it, and the next one begins there: %s",
  (_, says) => {
    const life = lifeOf({ status: "on-hold" });
    life.settle(completed);
    life.tell({ type: "order.seen", status: "processing" });
    life.now += 1_000;
    life.tell(completed, "again");
    life.read(says);
    const before = life.record;
    shopHas(life, { total: 100_000 });
    const decision = life.decisions.at(-1) as Decision;
    expect(breachesOf({ before, decision, settings: life.rules.settings })).toEqual([]);
    expect(decision.record.facts.order.status).not.toBe("on-hold");
  },
);
