/** What is answered to messages: the bank's and the customer's, a reading, a timer. */
import { describe, expect, test } from "vitest";
import type { Settings } from "../../machines/settings.js";
import type { EventInput } from "../../src/testing/decision/life.js";
import { callback, payments, reading } from "../../src/testing/decision/samples.js";
import { MINUTE, T0 } from "../../src/testing/simulator/script.js";
import { answerTo, COOLDOWN, completed, fresh, LINK, lifeOf, ring, sent, success } from "./lives.js";

describe("a callback", () => {
  test.each([
    ["a test", { kind: "TEST" }, { outcome: "ignored", rule: "callback/test", reason: "test-callback" }],
    [
      "about no payment of ours",
      { paymentId: "pay-9" },
      { outcome: "refused", rule: "callback/unknown-payment", reason: "unknown-payment" },
    ],
  ])("that is %s", (_what, more, answer) => {
    expect(answerTo(lifeOf({ previousPaymentIds: ["pay-0"] }), callback(more))).toMatchObject(answer);
  });

  test("is the same again only while the first waits, is held, and has a content", () => {
    const duplicate = { outcome: "ignored", rule: "callback/duplicate", reason: "duplicate" };
    const waits = lifeOf(fresh);
    waits.tell(callback({ content: "a" }));
    expect(answerTo(waits, callback({ content: "a" }))).toMatchObject(duplicate);
    expect(waits.settle(callback({ content: "b" }))).toMatchObject({ outcome: "deferred" });
    const silent = lifeOf(fresh);
    silent.tell(callback());
    expect(answerTo(silent, callback())).toMatchObject({ outcome: "deferred", rule: "cooldown/queued" });
    const asked = lifeOf();
    asked.tell(callback({ content: "a" }));
    expect(answerTo(asked, callback({ content: "a" }))).toMatchObject({ outcome: "deferred", rule: "cooldown/queued" });
  });

  test("that is held while somebody else is let through waits on", () => {
    const life = lifeOf(fresh);
    life.tell(callback({ content: "a" }), "held");
    life.tell(success);
    expect(answerTo(life, callback({ content: "a" }))).toMatchObject({ outcome: "ignored", reason: "duplicate" });
    life.read(reading());
    expect(life.record.facts.waiting.map(({ eventId, readingId, held }) => [eventId, readingId, held])).toEqual([
      ["held", null, true],
    ]);
    // The order was written by the customer's return, so the minute began anew.
    expect(life.record.timers[COOLDOWN]?.at).toBe(T0 + MINUTE);
  });

  test("whose order was written while the bank was asked waits for another minute", () => {
    const life = lifeOf();
    life.tell(callback(), "early");
    life.tell({ type: "order.updated", by: "customer", change: "address" });
    life.read(reading());
    expect(life.answers.filter(({ eventId }) => eventId === "early")).toHaveLength(1);
    expect(life.record.facts.waiting).toMatchObject([{ eventId: "early", readingId: null }]);
    expect(life.record.states.cooldown).toBe("holding");
    life.wait(MINUTE);
    expect(life.answerTo("early")).toMatchObject({ outcome: "moved", to: "processing" });
  });
});

describe("a customer's return", () => {
  const note = { type: "addOrderNote", note: "Customer returned from external source." };

  test("is noted once, and only where he was successful", () => {
    const life = lifeOf();
    life.tell(success);
    expect(sent(life)).toEqual([note, { type: "readPayment", paymentId: "pay-1" }]);
    life.tell(success);
    expect(sent(life).filter(({ type }) => type === "addOrderNote")).toHaveLength(1);
    const before = lifeOf({ customerReturned: true });
    before.tell(success);
    expect(sent(before)).not.toContainEqual(note);
    const failed = lifeOf();
    failed.tell({ type: "customer.returned", page: "fail" });
    expect(sent(failed)).not.toContainEqual(note);
    life.now = T0 + 5;
    life.tell(success);
    expect(life.record.facts.order.customerReturnedAt).toBe(T0);
    expect(failed.record.facts.order.customerReturnedAt).toBeNull();
  });

  test.each([
    ["fail", "customer-cancelled", "cancelled"],
    ["signing-cancelled", "customer-cancelled", "cancelled"],
    ["signing-landing", "payment-status-on-hold", "on-hold"],
    ["success", "payment-status-on-hold", "on-hold"],
  ] as const)("by the page %s is answered by its own name", (page, _note, to) => {
    const life = lifeOf();
    expect(life.settle({ type: "customer.returned", page }, payments["at the bank"])).toMatchObject({
      type: "customer.returned",
      outcome: "moved",
      to,
    });
  });

  test.each([success, { type: "reconcile.asked" }] as const)(
    "without a payment there is nothing to read: %j",
    (event) => {
      const life = lifeOf({ paymentId: null });
      expect(answerTo(life, event)).toMatchObject({ outcome: "ignored", rule: null, reason: "no-payment" });
      expect(sent(life)).toEqual([]);
    },
  );

  test("books nothing but from the page where the signing ends", () => {
    const life = lifeOf({ gateway: "resurs-simplified" });
    expect(life.settle(success, payments.missing)).toMatchObject({ outcome: "ignored", reason: "payment-missing" });
  });

  test("to an order that would do nothing of it is read all the same", () => {
    const life = lifeOf({ status: "completed" });
    expect(life.settle(success)).toMatchObject({
      outcome: "ignored",
      reason: "terminal-status",
      rule: "terminal/completed",
    });
  });
});

describe("a reading", () => {
  test("is answered before those who waited for it, who are let through in the order of arrival", () => {
    const life = lifeOf();
    life.tell(callback({ content: "a" }), "one");
    life.tell(success, "two");
    const [row] = life.open.filter(({ effect }) => effect.type === "readPayment");
    const { entry } = life.tell({ type: "payment.read", effectId: row?.id ?? "", reading: reading() }, "read");
    expect(entry.answers.map(({ eventId, outcome }) => [eventId, outcome])).toEqual([
      ["read", "moved"],
      ["one", "moved"],
    ]);
    expect(life.record.facts.payment.readAt).toBe(T0);
    const piled = lifeOf(fresh);
    piled.tell(callback({ content: "a" }), "one");
    piled.tell(callback({ content: "b" }), "two");
    piled.wait(MINUTE);
    expect(
      piled.history.at(-1)?.answers.map(({ type, eventId }) => (type === "payment.read" ? type : eventId)),
    ).toEqual(["payment.read", "one", "two"]);
    life.read(reading());
    expect(life.answerTo("two")).toMatchObject({
      outcome: "ignored",
      reason: "no-change",
      rule: "status-update/already",
    });
  });

  test("that moves nothing says so", () => {
    const life = lifeOf();
    life.settle(callback(), payments.missing);
    expect(life.history.at(-1)?.answers[0]).toMatchObject({
      type: "payment.read",
      outcome: "ignored",
      reason: "no-change",
    });
    expect(life.answers.at(-1)).toMatchObject({
      outcome: "ignored",
      rule: "status-update/no-such-payment",
      reason: "payment-missing",
    });
    const moves = lifeOf();
    moves.settle(callback());
    expect(moves.history.at(-1)?.answers[0]).toMatchObject({
      outcome: "moved",
      reason: null,
      from: "pending",
      to: "processing",
    });
  });

  test("about another payment, or that nobody waits for, is superseded", () => {
    const life = lifeOf();
    const { facts } = life.record;
    expect(answerTo(life, { type: "payment.read", effectId: "o:0:0", reading: reading() })).toMatchObject({
      outcome: "ignored",
      reason: "superseded",
    });
    expect(life.record.facts).toEqual(facts);
    life.tell(callback());
    life.read({ ...reading(), paymentId: "pay-9" });
    expect(life.answers.at(-1)).toMatchObject({ reason: "superseded" });
    expect(life.status).toBe("pending");
  });

  test("after the link ran out, or a customer failed, is told by the name of what happened", () => {
    const life = lifeOf();
    life.now = T0 + 110 * MINUTE;
    expect(answerTo(life, ring(life, LINK))).toMatchObject({
      type: "timer.fired",
      outcome: "deferred",
      reason: "reading-payment",
    });
    expect(life.record.timers).toEqual({});
    life.read(payments.missing);
    expect(life.answerTo("mine")).toMatchObject({
      type: "timer.fired",
      outcome: "moved",
      rule: "ttl/expired",
      to: "cancelled",
    });
    const signed = lifeOf({ gateway: "resurs-simplified" });
    expect(signed.settle({ type: "customer.returned", page: "signing-landing" }, payments.missing)).toMatchObject({
      type: "customer.returned",
      outcome: "deferred",
      rule: "book/signed",
      reason: "awaiting-gateway",
    });
  });

  test.each<[string, EventInput, Partial<Settings>, object]>([
    ["a merchant", completed, {}, { outcome: "refused", rule: "refused/terminal-status" }],
    [
      "the shop",
      { type: "shop.holdStockDue" },
      { stockManagement: true, holdStockMinutes: 1 },
      { outcome: "ignored", rule: null, reason: "terminal-status" },
    ],
    [
      "a timer",
      { type: "timer.fired", timer: LINK, generation: 1 },
      {},
      { outcome: "ignored", rule: null, reason: "terminal-status" },
    ],
    ["the customer", success, {}, { outcome: "ignored", rule: "terminal/cancelled", reason: "terminal-status" }],
  ])("that comes after the order reached an end answers %s by what was asked", (_who, event, settings, answer) => {
    const life = lifeOf({}, settings);
    life.tell(callback());
    life.tell(event, "mine");
    life.read(payments["rejected, task open"]);
    expect(life.answerTo("mine")).toMatchObject({ type: event.type, to: "cancelled", ...answer });
  });

  test("settles a failed capture only when it shows one", () => {
    const life = lifeOf({ status: "processing" });
    life.settle(completed);
    life.bankAnswers({ is: "refused" });
    expect(life.raised).toEqual(["capture-failed"]);
    life.settle({ type: "reconcile.asked" });
    expect(life.raised).toEqual(["capture-failed"]);
    life.settle({ type: "reconcile.asked" }, reading({ authorized: 0, captured: 100_000 }));
    expect(life.record.facts.payment.captureFailed).toBe(false);
  });
});

describe("a timer", () => {
  test("of the cooldown asks the bank, or winds itself up again", () => {
    const life = lifeOf(fresh);
    life.tell(callback());
    const rings = ring(life, COOLDOWN);
    life.now = T0 + 50_000;
    expect(answerTo(life, rings)).toMatchObject({
      outcome: "ignored",
      rule: "cooldown/over",
      reason: "reading-payment",
    });
    expect(life.record.timers[COOLDOWN]).toBeUndefined();
    const early = lifeOf(fresh);
    early.tell(callback());
    early.now = T0 + 49_999;
    expect(answerTo(early, ring(early, COOLDOWN))).toMatchObject({
      outcome: "ignored",
      rule: "cooldown/updated",
      reason: "cooldown",
    });
    expect(early.record.timers[COOLDOWN]).toEqual({ generation: 3, at: T0 + 50_000 });
  });

  test("of an order without a payment is acted on at once", () => {
    const life = lifeOf({ paymentId: null });
    life.now = T0 + 110 * MINUTE;
    expect(answerTo(life, ring(life, LINK))).toMatchObject({ outcome: "moved", to: "cancelled", rule: "ttl/expired" });
    expect(life.record.timers).toEqual({});
  });

  test("of another generation is stale", () => {
    const life = lifeOf();
    expect(answerTo(life, { type: "timer.fired", timer: LINK, generation: 2 })).toMatchObject({
      outcome: "ignored",
      reason: "stale-timer",
      rule: null,
    });
    expect(life.record.timers[LINK]).toEqual({ generation: 1, at: T0 + 110 * MINUTE });
  });

  const written: EventInput = { type: "order.updated", by: "shop", change: "note" };
  const opened: EventInput = { type: "payment.created", paymentId: "pay-2" };
  test.each([
    ["a payment was opened", opened],
    ["the order was written", written],
  ])("that waits for its reading ends nothing any more, once %s", (_, event) => {
    const life = lifeOf();
    life.now = T0 + 110 * MINUTE;
    life.tell(ring(life, LINK), "rang");
    life.now += MINUTE;
    life.tell(event);
    life.read({ ...payments["at the bank"], paymentId: life.record.facts.payment.id ?? "" });
    expect(life.answerTo("rang")).toMatchObject({ outcome: "ignored", rule: "ttl/restarted", reason: "stale-timer" });
    expect(life.status).toBe("pending");
    expect(life.record.timers[LINK]?.at).toBe(life.now + 120 * MINUTE);
  });

  test("the hold-stock job ends nothing either, where the order was written while the bank was asked", () => {
    const life = lifeOf({}, { stockManagement: true, holdStockMinutes: 10 });
    life.tell({ type: "shop.holdStockDue" }, "job");
    life.tell(written);
    life.read(payments["at the bank"]);
    expect(life.answerTo("job")).toMatchObject({ outcome: "ignored", rule: "ttl/not-due", reason: "not-due" });
    expect(life.status).toBe("pending");
  });

  test("that would never ring is not set", () => {
    const { timers } = lifeOf({ gateway: "nets-easy" }).record;
    expect(Object.keys(timers).filter((timer) => timer.startsWith("xstate."))).toEqual([]);
  });
});
