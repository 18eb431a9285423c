/** Two banks that both name a payment after its order: one id, two payments. */
import { describe, expect, test } from "vitest";
import { defaultSettings } from "../../machines/settings.js";
import { type EventInput, Life, rulesWith } from "../../src/testing/decision/life.js";
import { anOrder, callback, payments } from "../../src/testing/decision/samples.js";
import { MINUTE } from "../../src/testing/simulator/script.js";
import { answerTo, LINK, ring, success } from "./lives.js";

const ID = "order-1";
const { accepted, frozen, missing } = payments;
const stays = rulesWith({ choices: { ...defaultSettings.choices, pendingWhileCustomerIsAway: "stay" } });
const as = (payment: typeof accepted) => ({ ...payment, paymentId: ID });
const ways = [
  ["nets-easy", "resurs-simplified"],
  ["resurs-hosted", "nets-easy"],
  ["nets-easy", "resurs-mapi"],
] as const;

describe.each(ways)("first at %s, then at %s", (first, then) => {
  const tried = (says: typeof accepted): Life => {
    const life = new Life(anOrder({ gateway: first, paymentId: ID }), stays);
    life.settle(success, as(says));
    life.now += MINUTE;
    return life;
  };
  const created: EventInput = { type: "payment.created", paymentId: ID, gateway: then, attempt: "second" };
  const began: EventInput = { type: "checkout.began", attempt: "second", gateway: then, paymentId: ID, total: 100_000 };

  test.each([
    ["denied there", payments["rejected, task done"]],
    ["not known there", missing],
  ])("%s: the order is paid by the second", (_, says) => {
    const life = tried(says);
    expect(answerTo(life, began).outcome).toBe("ignored");
    life.tell(created);
    expect(life.record.facts.payment).toMatchObject({ gateway: then, readAt: null });
    life.settle(callback({ paymentId: ID }), as(accepted));
    life.wait(5 * MINUTE, as(accepted));
    expect([life.status, life.record.facts.payment.authorized, life.raised]).toEqual(["processing", 100_000, []]);
  });

  test.each([
    ["still open there", payments["at the bank"], "payment-id-in-use"],
    ["frozen there", frozen, "not-awaiting-payment"],
    ["paid there", accepted, "not-awaiting-payment"],
  ])("%s: the second is not begun, and says why", (_, says, reason) => {
    const life = tried(says);
    expect(answerTo(life, began)).toMatchObject({ outcome: "refused", reason });
    expect(life.record.facts.payment.gateway).toBe(first);
  });
});

test("two flows of one bank are one payment", () => {
  const life = new Life(anOrder({ gateway: "resurs-simplified", paymentId: ID }), stays);
  life.settle(success, as(payments["at the bank"]));
  const began: EventInput = { type: "checkout.began", attempt: "b", gateway: "resurs-hosted", paymentId: ID, total: 1 };
  expect(answerTo(life, began).outcome).toBe("ignored");
  life.tell({ type: "payment.created", paymentId: ID, gateway: "resurs-hosted", attempt: "b" });
  expect(life.record.facts.payment.exists).toBe(true);
  expect(ring(life, LINK)).toBeDefined();
});

describe.each([undefined, null, "EUR"])(
  "the order becomes one in euro while the bank opens its payment; the bank says %s",
  (says) => {
    test("what was asked for in crowns does not pay it, unless the bank says euro", () => {
      const life = new Life(anOrder({ gateway: "resurs-mapi", paymentId: null }));
      life.tell({ type: "checkout.began", attempt: "a", gateway: "resurs-mapi", total: 100_000 });
      life.tell({ type: "order.updated", by: "shop", change: "cart", order: { currency: "EUR" } });
      life.tell({ type: "payment.created", paymentId: ID, gateway: "resurs-mapi", attempt: "a" });
      life.settle(success, { ...as(accepted), ...(says !== undefined && { currency: says }) });
      const paid = says === "EUR";
      expect(life.status === "processing").toBe(paid);
      expect(life.raised).toEqual(paid ? [] : ["discrepancy:currency-mismatch"]);
    });
  },
);
