/** What is kept of an order: its record, its line of history, what a list shows, and what would become of it. */
import { describe, expect, test } from "vitest";
import type { Facts, OrderStatus } from "../../machines/facts.js";
import { registry } from "../../machines/index.js";
import { decide } from "../../src/core/decide.js";
import { timersBetween } from "../../src/core/finish.js";
import { preview } from "../../src/core/preview.js";
import type { OrderRecord } from "../../src/core/record.js";
import { structureHash } from "../../src/core/structure.js";
import { summaryOf } from "../../src/core/summary.js";
import { Life, rulesWith } from "../../src/testing/decision/life.js";
import { anOrder, callback, payments, reading } from "../../src/testing/decision/samples.js";
import { MINUTE, T0 } from "../../src/testing/simulator/script.js";

const capturing = () => {
  const life = new Life(anOrder({ status: "processing", previousPaymentIds: ["pay-0"] }));
  life.settle({ type: "merchant.completed", via: "api" });
  return life;
};

describe("a list shows", () => {
  test("an order on its way", () => {
    const { record } = capturing();
    expect(summaryOf(record)).toEqual({
      status: "processing",
      state: '{"capturing":"asked"}',
      flags: [],
      inDoubt: true,
      updatedAt: T0 - 10 * MINUTE,
      payments: ["pay-1", "pay-0"],
    });
  });

  test("the flags that stand, and those alone", () => {
    const life = new Life(anOrder({ status: "processing" }));
    life.settle(callback(), payments.frozen);
    expect(summaryOf(life.record)).toMatchObject({ state: "processing", flags: ["discrepancy:frozen-at-gateway"] });
    life.settle(callback());
    expect(life.record.flags).toHaveLength(1);
    expect(summaryOf(life.record).flags).toEqual([]);
  });

  test("an order whose payment has not begun by its earlier ones", () => {
    const life = new Life(anOrder({ paymentId: null, previousPaymentIds: ["pay-0"] }));
    expect(summaryOf(life.record).payments).toEqual(["pay-0"]);
  });

  test("whether it is in doubt: an end is not, once nothing is open at the bank", () => {
    const { record } = new Life(anOrder({ status: "processing" }));
    const as = (status: OrderStatus, more: Partial<OrderRecord> = {}, payment: Partial<Facts["payment"]> = {}) => {
      const { order } = record.facts;
      const facts = { ...record.facts, order: { ...order, status }, payment: { ...record.facts.payment, ...payment } };
      return summaryOf({ ...record, timers: {}, ...more, facts }).inDoubt;
    };
    const ends = ["cancelled", "refunded", "completed"] as const;
    const flags = [{ flag: "capture-failed", raisedAt: T0, clearedAt: null }] as const;
    expect(ends.map((status) => as(status))).toEqual([false, false, false]);
    expect(ends.map((status) => as(status, { flags: [...flags] }))).toEqual([true, true, true]);
    expect(ends.map((status) => as(status, {}, { pendingRefund: 100 }))).toEqual([true, true, true]);
    expect(ends.map((status) => as(status, { timers: { "look.again.20": { generation: 1, at: T0 } } }))).toEqual([
      true,
      true,
      true,
    ]);
    expect((["pending", "failed", "on-hold"] as const).map((status) => as(status))).toEqual([true, true, true]);
  });
});

const lifeWith = (pays: keyof typeof payments): Life => {
  const life = new Life(anOrder({ status: "processing" }));
  life.settle(callback(), payments[pays]);
  return life;
};

describe("what becomes of timers and flags", () => {
  const timed = (timers: OrderRecord["timers"]): OrderRecord => ({ ...new Life().record, timers });

  test("a timer that came or was wound up again is set, one that went is cancelled, any other is left alone", () => {
    const before = timed({
      gone: { generation: 1, at: 5 },
      same: { generation: 2, at: 5 },
      wound: { generation: 3, at: 5 },
    });
    const after = timed({
      same: { generation: 2, at: 5 },
      wound: { generation: 4, at: 6 },
      fresh: { generation: 5, at: 7 },
    });
    expect(timersBetween(before, after)).toEqual({
      set: [
        { orderId: "o", timer: "wound", generation: 4, at: 6 },
        { orderId: "o", timer: "fresh", generation: 5, at: 7 },
      ],
      cancel: [{ timer: "gone", generation: 1 }],
    });
    expect(timersBetween(null, after).set).toHaveLength(3);
    expect(timersBetween(null, after).cancel).toEqual([]);
  });

  test("a flag is raised when it becomes true, cleared when it no longer is, and told once each", () => {
    const life = new Life(anOrder({ status: "processing" }));
    const flag = "discrepancy:frozen-at-gateway";
    life.settle(callback(), payments.frozen);
    expect(life.history.at(-1)).toMatchObject({ raised: [flag], cleared: [] });
    expect(life.record.flags).toEqual([{ flag, raisedAt: T0, clearedAt: null }]);
    life.now = T0 + MINUTE;
    life.settle(callback(), payments.frozen);
    expect(life.history.at(-1)).toMatchObject({ raised: [], cleared: [] });
    life.settle(callback());
    expect(life.history.at(-1)).toMatchObject({ raised: [], cleared: [flag] });
    expect(life.record.flags).toEqual([{ flag, raisedAt: T0, clearedAt: T0 + MINUTE }]);
  });

  test("of the cleared flags the last twenty are kept, after those that stand", () => {
    const life = new Life(anOrder({ status: "processing" }));
    for (let i = 0; i < 22; i += 1) {
      life.now = T0 + i;
      life.settle(callback(), payments.frozen);
      life.settle(callback());
    }
    life.settle(callback(), payments["rejected, task done"]);
    life.settle(callback(), payments.frozen);
    const cleared = life.record.flags.filter((f) => f.clearedAt !== null);
    expect(cleared.map((f) => f.raisedAt - T0)).toEqual(Array.from({ length: 20 }, (_, i) => i + 2));
    expect(life.record.flags.slice(-20)).toEqual(cleared);
  });

  test("one flag is raised or cleared beside another that stands", () => {
    const life = lifeWith("too little");
    const [mismatch, uncaptured] = ["discrepancy:amount-mismatch", "discrepancy:completed-not-captured"];
    expect(life.raised).toEqual([mismatch]);
    life.tell({ type: "order.seen", status: "completed" });
    expect(life.history.at(-1)).toMatchObject({ raised: [uncaptured], cleared: [] });
    life.read(payments["too little"]);
    expect(life.raised).toEqual([mismatch, uncaptured]);
    life.settle({ type: "reconcile.asked" }, reading({ total: 90_000, authorized: 0, captured: 90_000, offers: [] }));
    expect(life.history.at(-1)).toMatchObject({ raised: [], cleared: [uncaptured] });
    expect(life.record.flags.map(({ flag, clearedAt }) => [flag, clearedAt])).toEqual([
      [mismatch, null],
      [uncaptured, T0],
    ]);
  });

  test("flags that stood before and stand still keep their moment while others come and go", () => {
    const life = new Life(anOrder({ status: "processing" }));
    life.settle(callback(), reading({ status: "FROZEN", captured: 0 }));
    life.now = T0 + 1;
    life.tell({ type: "order.seen", status: "completed" });
    expect(life.record.flags).toEqual([{ flag: "discrepancy:frozen-at-gateway", raisedAt: T0, clearedAt: null }]);
  });
});

describe("a decision's line of history", () => {
  test("tells who, what, when, from where to where, and what was asked for", () => {
    const life = new Life();
    life.now = T0 + 5;
    life.tell({ type: "merchant.held", via: "erp" }, "mine");
    const { record, entry, effects, messages } = life.decisions[1] as (typeof life.decisions)[number];
    expect(entry).toEqual({
      orderId: "o",
      seq: 2,
      at: T0 + 5,
      eventId: "mine",
      source: "merchant",
      event: { type: "merchant.held", via: "erp" },
      answers: [
        {
          eventId: "mine",
          type: "merchant.held",
          outcome: "moved",
          rule: "merchant/on-hold",
          reason: null,
          from: "pending",
          to: "on-hold",
          until: null,
        },
      ],
      from: "pending",
      to: "on-hold",
      states: { order: "on-hold", payment: "UNREAD", cooldown: "idle" },
      effects: [{ id: "o:2:0", type: "setOrderStatus" }],
      raised: [],
      cleared: [],
    });
    expect(effects).toEqual([
      {
        id: "o:2:0",
        orderId: "o",
        seq: 2,
        index: 0,
        lane: "shop",
        notBefore: T0 + 5,
        effect: { type: "setOrderStatus", from: "pending", to: "on-hold", note: "Status set by the merchant." },
      },
    ]);
    expect(messages).toEqual([{ to: "order", from: null, type: "merchant.held", eventId: "mine", value: "on-hold" }]);
    const { id, version } = registry;
    expect(record).toMatchObject({ version: 2, machine: { id, version, hash: structureHash(registry) } });
  });

  test("tells what the actors said to each other", () => {
    const life = new Life();
    life.settle(callback());
    const said = life.decisions.flatMap(({ messages }) => messages);
    expect(said).toEqual([
      { to: "order", from: null, type: "order.placed", eventId: "placed", value: "pending" },
      { to: "cooldown", from: null, type: "callback.received", eventId: "e1", value: "reading" },
      { to: "payment", from: null, type: "payment.read", eventId: "e2", value: { ACCEPTED: "authorized" } },
      { to: "order", from: "cooldown", type: "callback.received", eventId: "e1", value: "processing" },
      { to: "cooldown", from: null, type: "payment.read", eventId: "e2", value: "idle" },
    ]);
  });
});

describe("what would become of it", () => {
  const envelope = (event: object) => ({
    id: "e",
    orderId: "o",
    at: T0,
    source: "merchant" as const,
    event: event as never,
  });
  const completed = envelope({ type: "merchant.completed", via: "api" });

  test("is what then becomes of it, with the payment as it is taken", () => {
    const life = new Life(anOrder({ status: "processing" }));
    const frozen = preview(life.record, completed, T0, rulesWith(), payments.frozen);
    expect(frozen.answer).toMatchObject({ outcome: "refused", reason: "unable-to-capture-frozen-order", eventId: "e" });
    expect(frozen.flags).toEqual(["discrepancy:frozen-at-gateway"]);
    expect(frozen.effects.map((e) => e.effect.type)).toEqual(["readPayment", "addOrderNote"]);
    expect(frozen.record.facts.payment).toMatchObject({ status: "FROZEN", readAt: T0 });
    const accepted = preview(life.record, completed, T0, undefined, payments.accepted);
    expect(accepted.answer).toMatchObject({ outcome: "deferred", reason: "awaiting-gateway", to: "completed" });
    expect(accepted.flags).toEqual([]);
  });

  test("is told of the payment as it was last read, where nothing else is said", () => {
    const life = new Life(anOrder({ status: "processing" }));
    life.settle(callback(), payments.frozen);
    expect(preview(life.record, completed, T0).answer).toMatchObject({ reason: "unable-to-capture-frozen-order" });
    life.settle(callback());
    const { answer, flags } = preview(life.record, completed, T0);
    expect([answer.reason, flags]).toEqual(["awaiting-gateway", []]);
  });

  test("is not known where the payment cannot be read, and hangs on it", () => {
    const life = new Life(anOrder({ status: "processing" }));
    const { answer, effects } = preview(life.record, completed, T0, rulesWith(), null);
    expect(answer).toMatchObject({ outcome: "deferred", reason: "reading-payment" });
    expect(effects).toHaveLength(1);
    expect(
      preview(life.record, envelope({ type: "merchant.held", via: "api" }), T0, rulesWith(), null).answer.outcome,
    ).toBe("moved");
  });

  test("is asked of no reading where none would be made", () => {
    const life = new Life(anOrder({ createdAt: T0, updatedAt: T0 }));
    const { answer, effects, record } = preview(life.record, envelope(callback()), T0);
    expect(answer).toMatchObject({ outcome: "deferred", reason: "cooldown" });
    expect([effects.length, record.version]).toEqual([0, 2]);
    const paidElsewhere = new Life(anOrder({ gateway: null, paymentId: null }));
    expect(preview(paidElsewhere.record, completed, T0).answer).toMatchObject({ outcome: "moved", to: "completed" });
  });

  test("is the answer to what was asked, and not to whoever is answered with it", () => {
    const life = new Life(anOrder({ createdAt: T0, updatedAt: T0 }));
    life.tell(callback());
    const created = preview(life.record, envelope({ type: "payment.created", paymentId: "pay-2" }), T0);
    expect(created.answer).toMatchObject({ eventId: "e", outcome: "moved", rule: "checkout/payment-created" });
    const timer = "xstate.after.cooldownRemaining.cooldown.holding";
    const { generation = 0 } = life.record.timers[timer] ?? {};
    const rung = preview(life.record, envelope({ type: "timer.fired", timer, generation }), T0 + MINUTE);
    expect(rung.answer).toMatchObject({ outcome: "ignored", reason: "reading-payment" });
    expect([rung.effects.length, rung.record.version]).toEqual([1, 3]);
  });

  test("is known of a customer's return, which is noted before the payment is read", () => {
    const returned = envelope({ type: "customer.returned", page: "success" });
    const { answer, effects } = preview(new Life().record, returned, T0, rulesWith(), payments.accepted);
    expect(answer).toMatchObject({ outcome: "moved", to: "processing" });
    expect(effects.map(({ effect }) => effect.type)).toEqual(["addOrderNote", "readPayment", "completePayment"]);
  });

  test("the reading bears the event's name, and changes nothing that is kept", () => {
    const life = new Life(anOrder({ status: "processing" }));
    const kept = JSON.stringify(life.record);
    preview(life.record, completed, T0);
    expect(JSON.stringify(life.record)).toBe(kept);
    expect(decide(life.record, completed, T0).record.version).toBe(2);
  });
});
