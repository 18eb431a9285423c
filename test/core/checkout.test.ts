/** One payment of an order is opened at a time; what an earlier try brings late is an earlier attempt. */
import { describe, expect, test } from "vitest";
import type { EventInput } from "../../src/testing/decision/life.js";
import { answerTo, lifeOf, ring } from "./lives.js";

const began = (attempt: string): EventInput => ({ type: "checkout.began", attempt });
const created = (paymentId: string, attempt: string): EventInput => ({ type: "payment.created", paymentId, attempt });
const failed = (attempt: string): EventInput => ({ type: "payment.notCreated", detail: "no", attempt });
const underWay = { outcome: "refused", reason: "checkout-under-way" };
const superseded = { outcome: "refused", reason: "checkout-superseded" };

describe("a checkout", () => {
  test("keeps another one out until the bank has answered, or for 35 seconds", () => {
    const life = lifeOf();
    life.tell(began("one"));
    expect(answerTo(life, began("two"))).toMatchObject(underWay);
    life.now += 34_999;
    expect(life.tell(began("two")).entry.answers[0]).toMatchObject(underWay);
    life.now += 1;
    expect(life.tell(began("two")).entry.answers[0]).toMatchObject({ outcome: "ignored", rule: "checkout/began" });
  });

  test.each([
    ["while the newer one is under way", []],
    ["after the newer one was answered", [created("pay-two", "two")]],
    ["after the newer one failed", [failed("two")]],
  ] as const)("that is answered %s is an earlier attempt", (_, then) => {
    const life = lifeOf();
    const before = life.record.facts.payment.id;
    life.tell(began("one"));
    life.now += 35_000;
    life.tell(began("two"));
    for (const event of then) life.tell(event);
    const current = then.length > 0 && then[0]?.type === "payment.created" ? "pay-two" : before;
    expect(life.tell(created("pay-one", "one")).entry.answers[0]).toMatchObject(superseded);
    expect(life.record.facts.payment.id).toBe(current);
    expect(life.record.facts.others).toContainEqual(expect.objectContaining({ id: "pay-one" }));
  });

  test("that is answered while it is the last one makes the payment the order's", () => {
    const life = lifeOf();
    life.tell(began("one"));
    life.tell(created("pay-one", "one"));
    life.tell(began("two"));
    life.tell(created("pay-two", "two"));
    expect(life.record.facts.payment.id).toBe("pay-two");
  });

  test("that is answered when the order takes no payment any more is known as one of its own", () => {
    const life = lifeOf({ status: "processing" });
    expect(life.tell(created("pay-late", "late")).entry.answers[0]).toMatchObject({ reason: "not-awaiting-payment" });
    expect(life.record.facts.others).toContainEqual(expect.objectContaining({ id: "pay-late" }));
  });
});

test("a try whose answer never came is read before another one begins, however late its timer rings", () => {
  const life = lifeOf({ gateway: "resurs-simplified" });
  const named = { paymentId: "1001", gateway: "resurs-simplified", total: 100_000 };
  life.tell({ type: "checkout.began", attempt: "a", ...named });
  life.now += 36_000;
  const other = { type: "checkout.began", attempt: "b" } as const;
  expect(answerTo(life, other)).toMatchObject({ outcome: "refused", reason: "checkout-under-way" });
  life.tell(ring(life, "checkout.unanswered"));
  const payments = [life.record.facts.payment, ...life.record.facts.others].map(({ id }) => id);
  expect(payments).toContain("1001");
  expect(life.open.map(({ effect }) => effect.type)).toContain("readPayment");
  life.tell(other, "then");
  expect(life.answerTo("then")).toMatchObject({ reason: "recorded" });
});
