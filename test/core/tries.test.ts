/** Tries to pay that nobody answered, under an id that the shop chose: what else happens meanwhile takes none of them away. */
import { describe, expect, test } from "vitest";
import { noSuchPayment, type Reading } from "../../machines/facts.js";
import type { EventInput, Life } from "../../src/testing/decision/life.js";
import { callback, payments, reading } from "../../src/testing/decision/samples.js";
import { MINUTE } from "../../src/testing/simulator/script.js";
import { answerTo, completed, lifeOf } from "./lives.js";

const gateway = "resurs-simplified";
const nothing = noSuchPayment("1001");
const named = (total: number) => ({ paymentId: "1001", gateway, total });
const began = (attempt: string, total = 100_000): EventInput => ({ type: "checkout.began", attempt, ...named(total) });
const lost = (attempt: string, total = 100_000): EventInput => ({
  type: "payment.notCreated",
  detail: "504",
  attempt,
  ...named(total),
});
const made = (attempt: string): EventInput => ({ type: "payment.created", paymentId: "1001", gateway, attempt });
const attached: EventInput = { type: "payment.attached", paymentId: "1001", gateway };
const edited = (total: number): EventInput => ({
  type: "order.updated",
  by: "shop",
  change: "cart",
  order: { total, lines: [] },
});
const booked = (total = 100_000): Reading => reading({ paymentId: "1001", total, authorized: total });
const reconciled: EventInput = { type: "reconcile.asked" };
const stands = (life: Life) => [life.status, life.record.facts.payment.id, life.raised];

describe("the cart grew between two tries", () => {
  const twice = (last: EventInput) => {
    const life = lifeOf({ paymentId: null, gateway });
    life.tell(began("a"));
    life.settle(lost("a"), nothing);
    life.settle(edited(130_000), nothing);
    life.tell(began("b", 130_000));
    if (last.type === "payment.created") life.tell(last);
    else life.settle(last, nothing);
    return life;
  };
  test.each([
    ["the bank answered the second", made("b"), 130_000],
    ["the second was lost as well, and booked", lost("b", 130_000), 130_000],
  ])("%s: it pays the order", (_, last, total) => {
    const life = twice(last);
    life.settle(reconciled, booked(total));
    expect(stands(life)).toEqual(["processing", "1001", []]);
  });

  test("both were lost, and the first was booked: it is ours, of another amount", () => {
    const life = twice(lost("b", 130_000));
    life.settle(reconciled, booked(100_000));
    expect(life.record.facts.payment).toMatchObject({ id: "1001", foreign: null, authorized: 100_000 });
  });

  test("what was booked for neither amount is another order's", () => {
    const life = twice(lost("b", 130_000));
    life.settle(reconciled, booked(70_000));
    expect(life.raised).toEqual(["discrepancy:payment-of-another-order"]);
  });
});

describe("of an order that was placed with another way to pay", () => {
  const tried = () => {
    const life = lifeOf({ paymentId: null, gateway: null });
    life.tell(began("a"));
    return life;
  };
  test("a try that nobody answered is read, and the next one may begin", () => {
    const life = tried();
    life.wait(MINUTE, nothing);
    expect(Object.keys(life.record.timers)).not.toContain("checkout.unanswered");
    expect(answerTo(life, began("b"))).toMatchObject({ reason: "recorded" });
  });

  test("what the bank booked pays it", () => {
    const life = tried();
    life.wait(MINUTE, booked());
    expect(stands(life)).toEqual(["processing", "1001", []]);
  });

  test("a callback about it is heard", () => {
    const life = tried();
    life.now += 20 * MINUTE;
    life.settle(callback({ paymentId: "1001" }), booked());
    expect(life.status).toBe("processing");
  });

  test("one about another payment is not", () => {
    expect(answerTo(tried(), callback({ paymentId: "9" }))).toMatchObject({ outcome: "ignored", reason: "not-ours" });
  });
});

describe.each([
  ["its timer rings", (life: Life) => life.wait(MINUTE, nothing)],
  ["its answer is lost", (life: Life) => void life.settle(lost("a"), nothing)],
])("the customer chose another way to pay after a try, and then %s", (_, end) => {
  test.each([[gateway], [null]])("in an order of %s: the order is left to the shop", (placedWith) => {
    const life = lifeOf({ paymentId: null, gateway: placedWith });
    life.tell(began("a"));
    life.now += 10_000;
    life.tell({ type: "order.updated", by: "shop", change: "gateway", order: { gateway: null } });
    life.tell({ type: "order.seen", status: "on-hold" });
    end(life);
    life.settle({ type: "merchant.processed", via: "api" }, nothing);
    expect(life.raised).toEqual([]);
    expect(life.settle(completed, nothing)).toMatchObject({ outcome: "moved", to: "completed" });
  });
});

describe("a try under way", () => {
  test.each([
    ["another bank's payment", { type: "payment.created", paymentId: "pay-x", gateway: "nets-easy" }],
    ["the no to an older try", { type: "payment.notCreated", detail: "no", attempt: "older" }],
    ["a no that names no try", { type: "payment.notCreated", detail: "no" }],
  ] as [string, EventInput][])("is not ended by %s", (_, other) => {
    const life = lifeOf({ paymentId: null, gateway });
    life.tell(began("a"));
    life.tell(other);
    life.wait(60 * MINUTE, payments["at the bank"], { "1001": booked() });
    expect(stands(life)).toEqual(["processing", "1001", []]);
  });

  test("is the one that counts when an older one is answered", () => {
    const life = lifeOf({ paymentId: null, gateway });
    life.tell(began("a"));
    life.wait(36_000, nothing);
    life.tell({ type: "checkout.began", attempt: "b" });
    expect(answerTo(life, lost("a"))).not.toMatchObject({ outcome: "refused" });
    life.tell({ type: "checkout.began", attempt: "c" }, "c");
    expect(life.answerTo("c")).toMatchObject({ reason: "checkout-under-way" });
    life.tell({ type: "payment.created", paymentId: "pay-b", gateway: "resurs-mapi", attempt: "b" });
    life.tell(made("a"), "late");
    expect(life.answerTo("late")).toMatchObject({ outcome: "refused", reason: "checkout-superseded" });
    expect(life.record.facts.payment.id).toBe("pay-b");
  });

  test("is heard of by a callback before its answer comes", () => {
    const life = lifeOf({ paymentId: null, gateway });
    life.tell(began("a"));
    life.settle(callback({ paymentId: "1001" }), booked());
    life.wait(20 * MINUTE, booked());
    expect(stands(life)).toEqual(["processing", "1001", []]);
  });
});

test("a payment that a person named, and whose try is lost then, is still looked for", () => {
  const life = lifeOf({});
  life.settle(reconciled, payments["at the bank"]);
  life.tell(began("a"));
  life.tell(attached);
  life.tell(lost("a"));
  life.read(payments["at the bank"], { "1001": nothing });
  expect(answerTo(life, callback({ paymentId: "1001" })).reason).not.toBe("unknown-payment");
});

describe("a payment that a person named twice", () => {
  test.each([
    ["unknown to the bank", nothing, "payment-missing"],
    ["another order's", { ...booked(), orderReference: "7" }, "payment-of-another-order"],
  ])("%s: both are refused by the same name", (_, says, reason) => {
    for (const paymentId of [null, "pay-1"]) {
      const life = lifeOf({ paymentId });
      for (const id of ["one", "two"]) life.tell(attached, id);
      life.read(payments["at the bank"], { "1001": says });
      for (const id of ["one", "two"]) expect(life.answerTo(id)).toMatchObject({ outcome: "refused", reason });
      expect(life.record.facts.others).toEqual([]);
    }
  });
});

describe("the checkout is answered while a named payment is read", () => {
  test("which holds the money: it pays the order, and everybody is answered", () => {
    const life = lifeOf({ paymentId: null });
    life.tell({ type: "checkout.began", attempt: "a" });
    life.tell(attached, "attached");
    life.tell({ type: "payment.created", paymentId: "pay-1", attempt: "a" });
    life.read(payments["at the bank"], { "1001": booked() });
    expect([life.record.facts.payment.id, life.status]).toEqual(["1001", "processing"]);
    expect(life.answerTo("attached").outcome).not.toBe("deferred");
    expect(life.record.facts.waiting).toEqual([]);
  });

  test("which the bank does not know: everybody is answered", () => {
    const life = lifeOf({ paymentId: null, gateway });
    life.tell({ type: "payment.attached", paymentId: "pay-9" }, "attached");
    life.tell({ type: "checkout.asked" }, "asks");
    life.tell(made("a"));
    life.read(nothing);
    for (const id of ["attached", "asks"]) expect(life.answerTo(id).outcome).not.toBe("deferred");
    expect(life.record.facts.waiting).toEqual([]);
  });
});

test("whoever asks again faster than the bank answers keeps nobody waiting, and has it asked once at a time", () => {
  const life = lifeOf({ paymentId: null });
  life.tell(attached, "attached");
  for (let i = 0; i < 50; i += 1) {
    life.tell({ type: "checkout.asked" }, `ask${i}`);
    expect(life.open.filter(({ effect }) => effect.type === "readPayment")).toHaveLength(1);
  }
  life.read(payments["at the bank"], { "1001": nothing });
  for (const id of ["attached", "ask0", "ask49"]) expect(life.answerTo(id).outcome).not.toBe("deferred");
});

describe("a plugin that sets a paid order to pending each time", () => {
  const again = (life: Life) => life.settle({ type: "order.seen", status: "pending" }, payments.accepted);

  test("is put right once, and flagged from then on", () => {
    const life = lifeOf({ status: "processing" });
    again(life);
    expect([life.status, life.raised]).toEqual(["processing", []]);
    for (let times = 0; times < 5; times += 1) again(life);
    expect([life.status, life.raised]).toEqual(["pending", ["discrepancy:paid-but-pending"]]);
    expect(life.types.filter((type) => type === "completePayment")).toHaveLength(1);
  });

  test("the flag is gone once the order is processing again", () => {
    const life = lifeOf({ status: "processing" });
    again(life);
    again(life);
    life.settle({ type: "merchant.processed", via: "api" }, payments.accepted);
    expect([life.status, life.raised]).toEqual(["processing", []]);
  });
});

test.each([
  ["waits for its customer", payments["at the bank"]],
  ["was rejected", payments["rejected, task done"]],
  ["is frozen", payments.frozen],
  ["was cancelled", payments.cancelled],
])("an order that is paid another way stands on no payment here, also where that %s", (_, says) => {
  const life = lifeOf({ status: "pending" });
  life.tell({ type: "order.updated", by: "shop", change: "gateway", order: { gateway: null } });
  life.tell({ type: "order.seen", status: "processing" });
  life.settle(reconciled, says);
  life.settle({ type: "order.seen", status: "completed" }, says);
  expect([life.status, life.raised]).toEqual(["completed", []]);
});

test("an id that the one bank does not know is another bank's once that has made it", () => {
  const life = lifeOf({ paymentId: null, gateway });
  life.tell(began("a"));
  life.settle(lost("a"), nothing);
  life.tell({ ...began("b"), gateway: "resurs-rco" } as EventInput);
  life.tell({ type: "payment.created", paymentId: "1001", gateway: "resurs-rco", attempt: "b" });
  expect(life.record.facts.payment).toMatchObject({ gateway: "resurs-rco", readAt: null, attempt: "b" });
  expect(life.record.facts.others).toEqual([]);
});

describe.each(["nets-easy", "resurs-simplified", "resurs-hosted", "resurs-rco"])(
  "a payment at %s of which nobody hears",
  (bank) => {
    const opened = () => {
      const life = lifeOf({ paymentId: null, gateway: bank });
      life.tell({ type: "payment.created", paymentId: "1001", gateway: bank, attempt: "a" });
      return life;
    };
    test("is read after twenty minutes, and pays the order", () => {
      const life = opened();
      life.wait(20 * MINUTE, booked());
      expect(life.status).toBe("processing");
      expect(Object.keys(life.record.timers)).toEqual([]);
    });

    test("is read again after two hours and a day, and its customer is left in peace", () => {
      const life = opened();
      life.wait(3 * 24 * 60 * MINUTE, { ...payments["at the bank"], paymentId: "1001" });
      expect([life.status, life.types.filter((type) => type === "readPayment").length]).toEqual(["pending", 3]);
    });

    test("and that the order was placed with is read as well", () => {
      const life = lifeOf({ paymentId: "1001", gateway: bank });
      life.wait(20 * MINUTE, booked());
      expect(life.status).toBe("processing");
    });
  },
);
