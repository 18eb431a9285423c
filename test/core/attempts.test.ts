/** What an answer is, and what is answered to an attempt to pay and to what the bank says of a call. */
import { describe, expect, test } from "vitest";
import { noSuchPayment } from "../../machines/facts.js";
import type { EventInput, Life } from "../../src/testing/decision/life.js";
import { callback, payments, reading } from "../../src/testing/decision/samples.js";
import { MINUTE, T0 } from "../../src/testing/simulator/script.js";
import { answerTo, completed, fresh, LINK, lifeOf, type Placed, sent, success } from "./lives.js";

test("an answer names its event, its outcome, the rule, the reason, the way and the moment", () => {
  expect(answerTo(lifeOf(fresh), callback())).toEqual({
    eventId: "mine",
    type: "callback.received",
    outcome: "deferred",
    rule: "cooldown/held",
    reason: "cooldown",
    from: "pending",
    to: "pending",
    until: T0 + 50_000,
  });
  expect(answerTo(lifeOf(), callback())).toMatchObject({
    rule: "cooldown/over",
    reason: "reading-payment",
    until: null,
  });
  expect(answerTo(lifeOf(), completed)).toMatchObject({ rule: "cooldown/never-held", reason: "reading-payment" });
  expect(lifeOf().answerTo("placed")).toMatchObject({
    outcome: "moved",
    rule: "order/placed",
    type: "order.placed",
    from: null,
    to: "pending",
  });
});

describe("a payment that was known before the bank's answer to the checkout", () => {
  const before: Record<string, (life: Life) => void> = {
    "a lost answer": (life) => {
      const told = { detail: "504", attempt: "a", paymentId: "mine", gateway: "resurs-simplified", total: 100_000 };
      life.settle({ type: "payment.notCreated", ...told }, noSuchPayment("mine"));
    },
    "the try before": (life) => life.tell({ type: "payment.created", paymentId: "mine", attempt: "before" }),
    "the look for what a dead process may have made": (life) => life.wait(MINUTE, noSuchPayment("mine")),
  };

  test.each(Object.keys(before))("told by %s: callbacks are held from the answer on", (told) => {
    const life = lifeOf({ paymentId: null, gateway: "resurs-simplified" });
    const began = { paymentId: "mine", gateway: "resurs-simplified", total: 100_000 };
    life.tell({ type: "checkout.began", attempt: "a", ...began });
    before[told]?.(life);
    life.now += 3 * MINUTE;
    life.tell({ type: "payment.created", paymentId: "mine", gateway: "resurs-simplified", attempt: "a" });
    life.now += 50_000;
    expect(answerTo(life, callback({ paymentId: "mine" }))).toMatchObject({
      rule: "cooldown/held",
      until: life.now + 10_000,
    });
  });
});

describe("a payment attempt", () => {
  const created = (paymentId: string, meta?: Record<string, string>): EventInput => ({
    type: "payment.created",
    paymentId,
    meta,
  });

  test("is remembered, and the earlier one with it", () => {
    const life = lifeOf();
    life.settle({ type: "reconcile.asked" }, payments["at the bank"]);
    life.now = T0 + 5;
    expect(answerTo(life, created("pay-2"))).toMatchObject({
      outcome: "moved",
      rule: "checkout/payment-created",
      from: "pending",
      to: "pending",
      reason: null,
    });
    const { payment, others, order } = life.record.facts;
    expect(payment).toMatchObject({ id: "pay-2", readAt: null, status: "UNREAD", gateway: "resurs-mapi" });
    expect(others).toMatchObject([{ id: "pay-1", readAt: T0, status: "TASK_REDIRECTION_REQUIRED", state: "open" }]);
    expect([order.updatedAt, life.record.states.payment]).toEqual([T0 + 5, "UNREAD"]);
    expect(life.record.timers[LINK]?.at).toBe(T0 + 5 + 120 * MINUTE);
    expect(sent(life).filter(({ type }) => type === "setOrderMeta")).toEqual([]);
    const first = lifeOf({ paymentId: null });
    first.tell(created("pay-1", { a: "b" }));
    expect(first.record.facts).toMatchObject({ payment: { id: "pay-1" }, others: [] });
    expect(sent(first)).toEqual([{ type: "setOrderMeta", meta: { a: "b" } }]);
  });

  test("does not take the customer's minute back where the clock was set back", () => {
    const life = lifeOf({ updatedAt: T0 });
    life.now = T0 - 60 * MINUTE;
    life.tell(created("pay-2"));
    expect(life.record.facts.order.updatedAt).toBe(T0);
  });

  test("that is known already changes nothing of it", () => {
    const life = lifeOf();
    life.settle({ type: "reconcile.asked" }, payments["at the bank"]);
    life.now = T0 + 5;
    life.tell(created("pay-1"));
    expect(life.record.facts.payment).toMatchObject({ id: "pay-1", status: "TASK_REDIRECTION_REQUIRED" });
    expect(life.record.facts.others).toEqual([]);
    expect(life.record.states.payment).toBe("TASK_REDIRECTION_REQUIRED");
  });

  test("is refused where the order waits for none", () => {
    const life = lifeOf({ status: "processing" });
    expect(answerTo(life, created("pay-2"))).toMatchObject({
      outcome: "refused",
      rule: "refused/not-awaiting-payment",
      reason: "not-awaiting-payment",
    });
    expect(life.record.facts.payment.id).toBe("pay-1");
  });

  test("after a failure takes the order back to pending", () => {
    const life = lifeOf({ status: "failed" });
    expect(answerTo(life, created("pay-2"))).toMatchObject({
      outcome: "moved",
      rule: "checkout/tries-again",
      from: "failed",
      to: "pending",
    });
    expect(sent(life)).toEqual([
      { type: "setOrderStatus", from: "failed", to: "pending", note: "Customer tries the payment again." },
    ]);
  });

  test("leaves the callbacks of the earlier one waiting for it, and whoever else waits is answered by the new one", () => {
    const life = lifeOf(fresh);
    life.tell(callback(), "late");
    life.tell(success, "back");
    life.tell(created("pay-2"), "new");
    expect(life.record.facts.waiting.map(({ eventId, paymentId }) => [eventId, paymentId])).toEqual([
      ["late", "pay-1"],
      ["back", null],
    ]);
    expect(sent(life).filter(({ type }) => type === "readPayment")).toEqual([
      { type: "readPayment", paymentId: "pay-1" },
      { type: "readPayment", paymentId: "pay-2" },
    ]);
    for (const { id, effect } of life.open.filter(({ lane }) => lane === "gateway")) {
      if (effect.type !== "readPayment") continue;
      life.tell({ type: "payment.read", effectId: id, reading: reading({ paymentId: effect.paymentId }) });
    }
    expect(life.answerTo("back")).toMatchObject({ outcome: "moved", to: "processing" });
    // The order was written, so its minute began anew.
    life.wait(MINUTE, reading({ paymentId: "pay-2" }));
    expect(life.answerTo("late")).toMatchObject({
      type: "callback.received",
      outcome: "refused",
      rule: "callback/stale-payment",
      reason: "stale-payment",
    });
  });

  test("of the same name leaves the callbacks about it waiting", () => {
    const life = lifeOf(fresh);
    life.tell(callback(), "early");
    life.tell(created("pay-1"), "new");
    expect(life.record.facts.waiting).toHaveLength(1);
    expect(life.answers.filter(({ eventId }) => eventId === "early")).toHaveLength(1);
    expect(life.record.states.cooldown).toBe("holding");
  });

  test("that the bank did not take is noted", () => {
    const life = lifeOf();
    const answer = answerTo(life, { type: "payment.notCreated", detail: "$& down" });
    expect(answer).toMatchObject({ outcome: "ignored", rule: "checkout/not-created", reason: "payment-not-created" });
    expect(sent(life)).toEqual([
      { type: "addOrderNote", note: "Creating the payment at Resurs Bank failed ($& down)." },
    ]);
  });

  test("that the frame turned away is kept with the order, the last twenty of them", () => {
    const life = lifeOf();
    const answer = answerTo(life, { type: "checkout.rejected", rejection: "deny", message: "no" });
    expect(answer).toMatchObject({ outcome: "ignored", rule: "checkout/rejected", reason: "checkout-rejected" });
    expect(sent(life)).toEqual([
      {
        type: "setOrderMeta",
        meta: {
          rco_rejected_once: true,
          rco_rejected: [{ at: new Date(T0).toISOString(), type: "deny" }],
          rco_reject_message: "no",
        },
      },
      { type: "addOrderNote", note: "The customer's payment was rejected at the checkout (deny)." },
    ]);
    for (let i = 1; i <= 20; i += 1) {
      life.now = T0 + i;
      life.tell({ type: "checkout.rejected", rejection: "fail" });
    }
    expect(life.record.facts.order.rejections.map(({ at }) => at - T0)).toEqual(
      Array.from({ length: 20 }, (_, i) => i + 1),
    );
  });
});

describe("the bank's answer to a call", () => {
  const asked = (event: EventInput = completed, order: Placed = { status: "processing" }, pays = reading()) => {
    const life = lifeOf(order);
    life.tell(event, "asked");
    life.read(pays);
    return life;
  };

  test("is told to whoever asked for it", () => {
    const life = asked();
    life.bankAnswers({ is: "confirmed", reading: payments.captured });
    expect(life.history.at(-1)?.answers).toMatchObject([
      {
        eventId: "asked",
        type: "merchant.completed",
        outcome: "moved",
        rule: "capture/confirmed",
        reason: null,
        from: "processing",
        to: "completed",
      },
      { type: "capture.confirmed", outcome: "moved", rule: "capture/confirmed", from: "processing", to: "completed" },
    ]);
    expect(life.record.facts.operation).toBeNull();
    expect(sent(life).at(-1)).toMatchObject({ note: "Successfully captured 1000.00 SEK of payment at Resurs Bank." });
    expect(life.record.states.payment).toEqual({ ACCEPTED: "captured" });
  });

  test("that it refused is told as a refusal, with its reason in the note", () => {
    const life = asked();
    life.bankAnswers({ is: "refused" });
    expect(life.history.at(-1)?.answers).toMatchObject([
      { eventId: "asked", outcome: "refused", rule: "capture/refused", reason: "gateway-refused", to: "processing" },
      { type: "capture.refused", outcome: "moved", rule: "capture/refused" },
    ]);
    expect(sent(life).at(-1)).toMatchObject({ note: "Capturing payment at Resurs Bank failed (the bank said no)." });
    const silent = asked();
    silent.tell({ type: "capture.refused", effectId: silent.open[0]?.id ?? "", reason: "limit", detail: "" });
    expect(sent(silent).at(-1)).toMatchObject({ note: "Capturing payment at Resurs Bank failed (limit)." });
  });

  /** The reading that the order's own timer asks for, once it rings. */
  const lookAgain = (life: ReturnType<typeof asked>, found = reading()): number => {
    const [timer, { generation, at }] = Object.entries(life.record.timers).find(([name]) =>
      name.includes("nextLook"),
    ) as [string, { generation: number; at: number }];
    life.now = at;
    life.tell({ type: "timer.fired", timer, generation });
    const look = life.open.find(({ effect }) => effect.type === "readPayment");
    life.tell({ type: "payment.read", effectId: look?.id ?? "", reading: found });
    return at;
  };
  const readBack = (life: ReturnType<typeof asked>, found = reading()): void => {
    const look = life.open.find(({ effect }) => effect.type === "readBack");
    life.tell({ type: "payment.readBack", effectId: look?.id ?? "", reading: found });
  };
  const captures = (life: ReturnType<typeof asked>) => sent(life).filter(({ type }) => type === "capturePayment");

  test("that was lost is looked for after 0, 2, 5 and 15 seconds, and then made again", () => {
    const life = asked();
    const lost = life.now;
    life.bankAnswers({ is: "lost" });
    readBack(life);
    const looks = [lookAgain(life), lookAgain(life)].map((at) => at - lost);
    expect(captures(life)).toHaveLength(1);
    looks.push(lookAgain(life) - lost);
    expect(looks).toEqual([2000, 5000, 15_000]);
    expect(captures(life)).toHaveLength(2);
  });

  test("that was lost six times is looked for until the bank can no longer act on it, and then given up", () => {
    const life = asked();
    let lost = 0;
    for (let tries = 1; tries <= 6; tries += 1) {
      lost = life.now;
      life.bankAnswers({ is: "lost" });
      expect(life.answers.at(-1)).toMatchObject({ type: "capture.unknown", outcome: "moved", rule: "capture/unknown" });
      readBack(life);
      while (captures(life).length === tries && life.record.facts.operation !== null) lookAgain(life);
    }
    expect(life.now - lost).toBe(600_000);
    expect(life.answerTo("asked")).toMatchObject({
      outcome: "refused",
      rule: "capture/given-up",
      reason: "not-confirmed",
    });
    expect(captures(life)).toHaveLength(6);
    expect(sent(life).at(-1)).toMatchObject({
      note: "Capturing payment at Resurs Bank failed (no confirmation after several attempts).",
    });
    expect(new Set(captures(life).map((effect) => (effect as { key: string }).key)).size).toBe(1);
  });

  test("a refusal of the repeated call is not believed before the payment was read until the end of the window", () => {
    const life = asked();
    life.bankAnswers({ is: "lost" });
    readBack(life);
    while (captures(life).length === 1) lookAgain(life);
    life.bankAnswers({ is: "refused" });
    expect(life.history.at(-1)?.answers[0]).toMatchObject({ rule: "capture/refused-after-loss" });
    readBack(life);
    lookAgain(life, payments.captured);
    expect(life.answerTo("asked")).toMatchObject({ outcome: "moved", rule: "capture/read-back", to: "completed" });
  });

  test("a refusal of the repeated call stands where the payment shows nothing", () => {
    const life = asked();
    life.bankAnswers({ is: "lost" });
    readBack(life);
    while (captures(life).length === 1) lookAgain(life);
    life.bankAnswers({ is: "refused" });
    readBack(life);
    while (life.record.facts.operation !== null) lookAgain(life);
    expect(life.answerTo("asked")).toMatchObject({ outcome: "refused", rule: "capture/refused" });
    expect(sent(life).at(-1)).toMatchObject({ note: "Capturing payment at Resurs Bank failed (the bank said no)." });
    expect(captures(life)).toHaveLength(2);
  });

  test("a person ends the wait for it", () => {
    const life = asked();
    life.bankAnswers({ is: "lost" });
    readBack(life);
    life.settle({ type: "merchant.endedWait", via: "api" });
    expect(life.answerTo("asked")).toMatchObject({ outcome: "refused", rule: "capture/ended-by-person" });
    expect(life.record.states.order).toBe("processing");
    expect(Object.keys(life.record.timers).filter((name) => name.includes("nextLook"))).toEqual([]);
    expect(answerTo(life, { type: "merchant.endedWait", via: "api" })).toMatchObject({
      outcome: "refused",
      reason: "no-lost-answer",
    });
  });

  test("that was lost is found where the payment shows its effect", () => {
    const life = asked();
    life.bankAnswers({ is: "lost" });
    const look = life.open.find(({ effect }) => effect.type === "readBack");
    life.tell({ type: "payment.readBack", effectId: look?.id ?? "", reading: payments.captured });
    expect(life.answerTo("asked")).toMatchObject({ outcome: "moved", rule: "capture/read-back", to: "completed" });
    expect(life.record.facts.payment.captured).toBe(100_000);
  });

  test("that shows no payment of this order is not looked at", () => {
    const life = asked();
    const { payment } = life.record.facts;
    life.bankAnswers({ is: "confirmed", reading: { ...payments.captured, paymentId: "pay-9" } });
    expect(life.record.facts.payment).toEqual(payment);
    expect(life.record.states.order).toEqual({ capturing: "unknown" });
    const silent = asked();
    silent.tell({ type: "capture.confirmed", effectId: silent.open[0]?.id ?? "", reading: null });
    expect(silent.record.states.order).toEqual({ capturing: "unknown" });
  });

  test("to nothing that is asked for changes nothing", () => {
    const life = lifeOf();
    expect(answerTo(life, { type: "capture.confirmed", effectId: "o:0:0", reading: null })).toMatchObject({
      outcome: "ignored",
      reason: "no-change",
    });
    const done = lifeOf({ status: "completed" });
    expect(answerTo(done, { type: "capture.confirmed", effectId: "o:0:0", reading: null })).toMatchObject({
      outcome: "ignored",
      reason: "terminal-status",
    });
  });

  test.each(["book", "cancel", "refund", "rebuild"] as const)("to a %s brings a reading with it", (family) => {
    const life = lifeOf();
    life.tell({ type: `${family}.confirmed`, effectId: "o:0:0", reading: payments.frozen });
    expect(life.record.facts.payment).toMatchObject({ status: "FROZEN", readAt: T0 });
    expect(life.record.states.payment).toBe("FROZEN");
  });
});

test("an effect goes to the bank or to the shop, under a number of its own", () => {
  const life = lifeOf({ status: "processing" });
  life.settle({ type: "merchant.editedLines", via: "api", lines: [], total: 60_000, adds: false });
  const rows = life.effects.map(({ id, lane, index, effect }) => [id, lane, index, effect.type]);
  expect(rows).toEqual([
    ["o:2:0", "gateway", 0, "readPayment"],
    ["o:3:0", "shop", 0, "setOrderLines"],
    ["o:3:1", "gateway", 1, "cancelPayment"],
  ]);
  const paid = lifeOf();
  paid.tell(success);
  paid.read(reading());
  expect(paid.effects.map(({ lane, effect }) => [effect.type, lane])).toEqual([
    ["addOrderNote", "shop"],
    ["readPayment", "gateway"],
    ["completePayment", "shop"],
  ]);
  const refunded = lifeOf({ status: "completed" }, { enableRefund: false });
  refunded.settle({ type: "merchant.refundedAmount", via: "api", amount: 5 }, payments.captured);
  expect(refunded.effects.at(-1)).toMatchObject({ lane: "shop", effect: { type: "recordRefund", amount: 5 } });
  const turned = lifeOf();
  turned.tell({ type: "checkout.rejected", rejection: "fail" });
  expect(turned.effects.map(({ lane }) => lane)).toEqual(["shop", "shop"]);
});
