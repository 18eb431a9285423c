/** What is answered to whoever works in the shop, and to the shop itself. */
import { describe, expect, test } from "vitest";
import type { EventInput } from "../../src/testing/decision/life.js";
import { anOrder, callback, payments } from "../../src/testing/decision/samples.js";
import { MINUTE, T0 } from "../../src/testing/simulator/script.js";
import { answerTo, completed, fresh, lifeOf, sent, success } from "./lives.js";

describe("a merchant's wish", () => {
  test("that needs no payment is granted without one", () => {
    const life = lifeOf({ paymentId: null });
    expect(answerTo(life, { type: "merchant.cancelled", via: "api" })).toMatchObject({
      outcome: "moved",
      to: "cancelled",
      rule: "cancel/nothing-to-cancel",
    });
    expect(sent(life)).toEqual([
      {
        type: "setOrderStatus",
        from: "pending",
        to: "cancelled",
        note: "Order cancelled; there was nothing to cancel at the bank.",
      },
    ]);
  });

  test("that the order has no branch for is refused at once, with a note", () => {
    const life = lifeOf({ status: "completed" });
    expect(answerTo(life, { type: "merchant.cancelled", via: "api" })).toMatchObject({
      outcome: "refused",
      rule: "refused/terminal-status",
      reason: "terminal-status",
      from: "completed",
      to: "completed",
    });
    expect(sent(life)).toEqual([
      { type: "addOrderNote", note: "The order is closed, and that cannot be undone. (terminal-status)" },
    ]);
  });

  test.each([
    ["merchant.editedLines", { lines: [], total: 5, adds: false }, "completed", "not-editable"],
    ["merchant.recalculated", {}, "completed", "not-editable"],
    ["merchant.refundedAmount", { amount: 5 }, "pending", "not-possible-now"],
    ["merchant.refunded", {}, "pending", "not-possible-now"],
    ["merchant.captured", {}, "pending", "not-possible-now"],
    ["merchant.captured", {}, "failed", "not-possible-now"],
    ["merchant.captured", {}, "cancelled", "terminal-status"],
    ["merchant.released", {}, "pending", "not-possible-now"],
    ["merchant.released", {}, "cancelled", "terminal-status"],
    ["merchant.held", {}, "completed", "terminal-status"],
    ["merchant.reopened", {}, "checkout-draft", "not-possible-now"],
  ] as const)("%s (%j) of an order that is %s: %s", (type, more, status, reason) => {
    expect(answerTo(lifeOf({ status }), { type, via: "api", ...more } as EventInput)).toMatchObject({
      outcome: "refused",
      reason,
    });
  });

  test.each([
    ["merchant.refundedAmount", { amount: 5 }, "cancelled", "captured", "terminal-status"],
    ["merchant.refundedAmount", { amount: 5 }, "cancelled", "accepted", "refund-not-possible"],
    ["merchant.refundedAmount", { amount: 5 }, "refunded", "partly refunded", "terminal-status"],
    ["merchant.refundedAmount", { amount: 5 }, "failed", "captured", "not-possible-now"],
    ["merchant.refunded", {}, "failed", "partly captured", "not-possible-now"],
    ["merchant.refunded", {}, "failed", "rejected, task done", "refund-not-possible"],
    ["merchant.released", {}, "cancelled", "partly captured", "terminal-status"],
    ["merchant.released", {}, "failed", "partly captured", "not-possible-now"],
    ["merchant.released", {}, "cancelled", "accepted", "nothing-to-release"],
    ["merchant.captured", {}, "cancelled", "accepted", "terminal-status"],
  ] as const)(
    "%s (%j) of an order that is %s, of whose payment it is known that it is %s: %s",
    (type, more, status, payment, reason) => {
      const life = lifeOf({ status });
      life.settle({ type: "merchant.processed" }, payments[payment]);
      life.settle(callback(), payments[payment]);
      life.tell({ type: "order.seen", status });
      life.read(payments[payment]);
      expect(life.status).toBe(status);
      expect(answerTo(life, { type, via: "api", ...more } as EventInput)).toMatchObject({ outcome: "refused", reason });
    },
  );

  test("while money is on the move has to wait, and the same wish is under way", () => {
    const life = lifeOf({ status: "processing" });
    expect(life.settle(completed)).toMatchObject({
      outcome: "deferred",
      rule: "capture/full",
      reason: "awaiting-gateway",
      from: "processing",
      to: "completed",
    });
    expect(life.settle({ type: "merchant.held", via: "api" })).toMatchObject({
      outcome: "refused",
      reason: "operation-in-flight",
    });
    expect(life.settle(completed)).toMatchObject({
      outcome: "ignored",
      rule: "money/under-way",
      reason: "already-asked",
    });
    expect(life.settle({ type: "order.seen", status: "failed" })).toMatchObject({
      outcome: "ignored",
      reason: "operation-in-flight",
    });
    expect(life.status).toBe("processing");
  });

  test("that changes something beside the status is granted too", () => {
    const life = lifeOf({ status: "processing" }, { enableModify: false });
    expect(life.settle({ type: "merchant.editedLines", via: "api", lines: [], total: 5, adds: false })).toMatchObject({
      outcome: "moved",
      rule: "modify/off",
      reason: null,
      from: "processing",
      to: "processing",
    });
    expect(life.settle({ type: "merchant.recalculated", via: "api" })).toMatchObject({
      outcome: "ignored",
      rule: "modify/off",
      reason: "no-change",
    });
  });

  test.each<[string, object, object]>([
    ["merchant.refunded", { amount: 5 }, { amount: 5 }],
    ["merchant.refundedAmount", { amount: 5, lines: [] }, { amount: 5, lines: [] }],
    ["merchant.captured", { lines: [] }, { lines: [] }],
    ["merchant.editedLines", { lines: [], total: 5, adds: true }, { lines: [], total: 5, adds: true }],
    ["merchant.recalculated", {}, { lines: anOrder().lines, total: 100_000 }],
  ])("waits as it was said: %s %j", (type, said, wish) => {
    const life = lifeOf({ status: "processing" });
    life.tell({ type, via: "api", ...said } as EventInput);
    const noWish = { amount: null, lines: null, total: null, adds: false };
    expect(life.record.facts.waiting).toEqual([
      {
        eventId: "e1",
        type,
        at: T0,
        held: false,
        content: null,
        readingId: "o:2:0",
        paymentId: null,
        wish: { ...noWish, ...wish },
      },
    ]);
    life.tell(callback({ content: "a" }));
    expect(life.record.facts.waiting[1]).toMatchObject({ held: true, content: "a", readingId: null, wish: null });
  });

  test("names what he wishes for: amounts, lines, totals", () => {
    const refund = lifeOf({ status: "completed" });
    refund.settle(
      { type: "merchant.refundedAmount", via: "api", amount: 5, lines: [{ sku: "a", quantity: 1, total: 5 }] },
      payments.captured,
    );
    expect(sent(refund).at(-1)).toMatchObject({ type: "refundPayment", amount: 5, lines: [{ sku: "a" }] });
    const edit = lifeOf({ status: "processing" });
    edit.settle({
      type: "merchant.editedLines",
      via: "api",
      lines: [{ sku: "z", quantity: 1, total: 7 }],
      total: 7,
      adds: false,
    });
    expect(edit.record.facts.operation).toMatchObject({ kind: "rebuild", amount: 7, lines: [{ sku: "z" }] });
    const lines = ["a", "b"].map((sku) => ({ sku, quantity: 1, total: 30_000 }));
    const again = lifeOf({ status: "processing", total: 60_000, lines });
    again.settle({ type: "merchant.recalculated", via: "api" });
    expect(again.record.facts.operation).toMatchObject({ amount: 60_000, lines });
    const whole = lifeOf({ status: "completed" });
    whole.settle({ type: "merchant.refunded", via: "api", amount: 5 }, payments.captured);
    expect(whole.answers.at(-1)).toMatchObject({ outcome: "refused", reason: "partial-refund-not-supported" });
  });
});

describe("the shop", () => {
  test.each([
    [{ stockManagement: true, holdStockMinutes: 10 }, "deferred"],
    [{ stockManagement: true, holdStockMinutes: 1 }, "deferred"],
    [{ stockManagement: true, holdStockMinutes: 11 }, "ignored"],
    [{ stockManagement: false, holdStockMinutes: 10 }, "ignored"],
    [{ stockManagement: true, holdStockMinutes: null }, "ignored"],
    [{ stockManagement: true, holdStockMinutes: 0 }, "ignored"],
  ])("wants an unpaid order back, with %j: %s", (settings, outcome) => {
    const answer = answerTo(lifeOf({}, settings), { type: "shop.holdStockDue" });
    expect(answer).toMatchObject({
      outcome,
      ...(outcome === "ignored" ? { rule: "ttl/not-due", reason: "not-due" } : {}),
    });
  });

  test("counts from the last write, or from the creation where that came last", () => {
    const settings = { stockManagement: true, holdStockMinutes: 10 };
    for (const late of [{ createdAt: T0 - 9 * MINUTE }, { updatedAt: T0 - 9 * MINUTE }]) {
      expect(answerTo(lifeOf(late, settings), { type: "shop.holdStockDue" }).reason).toBe("not-due");
    }
    const paid = lifeOf({ status: "processing" }, settings);
    expect(answerTo(paid, { type: "shop.holdStockDue" })).toMatchObject({ outcome: "ignored", reason: "no-change" });
    expect(sent(paid)).toEqual([]);
  });

  test("tells of a write: what winds up a timer is the rule of it", () => {
    const written: EventInput = { type: "order.updated", by: "plugin", change: "note" };
    expect(answerTo(lifeOf(), written)).toMatchObject({
      outcome: "ignored",
      rule: "ttl/restarted",
      reason: "no-change",
    });
    const held = lifeOf(fresh);
    held.tell(callback());
    expect(answerTo(held, written)).toMatchObject({ rule: "cooldown/updated" });
    const paid = lifeOf({ status: "processing" });
    expect(answerTo(paid, written)).toMatchObject({ rule: null });
    expect(paid.record.facts.order.updatedAt).toBe(T0);
    const ahead = lifeOf({ updatedAt: T0 + 5 });
    // A moment that has not come yet counts as now.
    expect(ahead.record.facts.order.updatedAt).toBe(T0);
    ahead.now = T0 + 7;
    ahead.tell(written);
    ahead.now = T0 + 5;
    ahead.tell(written);
    expect(ahead.record.facts.order.updatedAt).toBe(T0 + 7);
  });

  test("what was seen in the shop before the order was decided last is not followed", () => {
    const life = lifeOf({ status: "processing" });
    expect(life.settle({ type: "order.seen", status: "on-hold", version: 1 })).toMatchObject({ outcome: "moved" });
    expect(life.settle({ type: "order.seen", status: "failed", version: 1 })).toMatchObject({
      outcome: "ignored",
      reason: "superseded",
      to: "on-hold",
    });
    expect(life.settle({ type: "order.seen", status: "failed", version: 4 })).toMatchObject({ outcome: "moved" });
  });

  test("tells of a status that another hand wrote", () => {
    const life = lifeOf();
    expect(answerTo(life, { type: "order.seen", status: "pending" })).toMatchObject({
      outcome: "ignored",
      reason: "same-status",
      rule: null,
    });
    expect(life.settle({ type: "order.seen", status: "checkout-draft" })).toMatchObject({
      outcome: "ignored",
      reason: "no-change",
      from: "pending",
    });
    expect(life.settle({ type: "order.seen", status: "on-hold" })).toMatchObject({
      outcome: "moved",
      rule: "shop/seen",
      from: "pending",
      to: "on-hold",
      reason: null,
    });
    const conflicted = { type: "shop.conflicted", effectId: "o:1:0", status: "cancelled" } as const;
    expect(life.settle(conflicted)).toMatchObject({
      outcome: "moved",
      rule: "shop/seen",
      from: "on-hold",
      to: "cancelled",
    });
    expect(life.record.facts.order.updatedAt).toBe(T0);
  });

  test("shows personal data to somebody, and nothing else changes", () => {
    const life = lifeOf();
    const { facts } = life.record;
    expect(answerTo(life, { type: "data.revealed", by: "support", why: "a call" })).toMatchObject({
      outcome: "ignored",
      reason: "recorded",
    });
    expect(answerTo(life, { type: "order.placed", order: anOrder() })).toMatchObject({
      outcome: "ignored",
      reason: "already-placed",
    });
    expect(life.record.facts).toEqual(facts);
  });
});

describe("an order paid another way", () => {
  const another = { gateway: null, paymentId: null } as const;

  test("follows the merchant, and nobody else", () => {
    const life = lifeOf(another);
    expect(answerTo(life, { type: "merchant.held", via: "api" })).toMatchObject({
      outcome: "moved",
      rule: "order/not-ours",
      from: "pending",
      to: "on-hold",
      reason: null,
    });
    expect(sent(life)).toEqual([
      { type: "setOrderStatus", from: "pending", to: "on-hold", note: "Status set by the merchant." },
    ]);
    expect(life.settle({ type: "merchant.held", via: "api" })).toMatchObject({
      outcome: "ignored",
      reason: "same-status",
    });
    expect(life.settle({ type: "merchant.recalculated", via: "api" })).toMatchObject({
      outcome: "ignored",
      rule: "order/not-ours",
      reason: "not-ours",
    });
    expect(life.settle(success)).toMatchObject({ outcome: "ignored", reason: "not-ours" });
    expect(sent(life)).toHaveLength(1);
  });

  test("follows the shop", () => {
    const life = lifeOf(another);
    expect(answerTo(life, { type: "order.seen", status: "completed" })).toMatchObject({
      outcome: "moved",
      rule: "shop/seen",
      to: "completed",
    });
    expect(life.settle({ type: "shop.conflicted", effectId: "o:1:0", status: "failed" })).toMatchObject({
      outcome: "moved",
      to: "failed",
    });
    expect(sent(life)).toEqual([]);
  });
});
