/** A person ends the wait for the release of a payment too many, whose answer was lost. */
import { describe, expect, test } from "vitest";
import type { Reading } from "../../machines/facts.js";
import { why } from "../../src/core/why.js";
import { Life, rulesWith } from "../../src/testing/decision/life.js";
import { anOrder, callback, payments } from "../../src/testing/decision/samples.js";

const end = { type: "merchant.endedWait", via: "api" } as const;
const rules = rulesWith({ choices: { surplusPayment: "release" } });
const others = (reading: Reading): Record<string, Reading> => ({ "pay-0": { ...reading, paymentId: "pay-0" } });

/** `pay-1` pays the order, and what `pay-0` holds is being released; the bank's answer to that was lost. */
const lost = (): Life => {
  const life = new Life(anOrder({ status: "processing", previousPaymentIds: ["pay-0"] }), rules);
  life.settle(callback({ paymentId: "pay-0" }), payments.accepted, others(payments.accepted));
  life.bankAnswers({ is: "lost" });
  return life;
};
const other = (life: Life) => life.record.facts.others[0];

describe("the wait for a release whose answer was lost", () => {
  test("is offered", () => {
    const life = lost();
    const told = why(life.record, life.history, []);
    expect([told.situation, told.action.events]).toEqual(["lost/surplus", ["merchant.endedWait"]]);
  });

  test("ends, where the payment does not show it, and it is not asked for again", () => {
    const life = lost();
    expect(life.settle(end, payments.accepted, others(payments.accepted))).toMatchObject({
      outcome: "moved",
      rule: "cancel/ended-by-person",
    });
    expect(other(life)).toMatchObject({ release: null, state: "surplus", releaseEnded: true });
    life.settle({ type: "reconcile.asked" }, payments.accepted, others(payments.accepted));
    expect(life.types.filter((type) => type === "cancelPayment")).toHaveLength(1);
    expect(life.raised).toEqual(["discrepancy:paid-twice"]);
    expect(life.settle(end)).toMatchObject({ outcome: "refused", reason: "no-lost-answer" });
  });

  test("ends with what the payment shows", () => {
    const life = lost();
    expect(life.settle(end, payments.accepted, others(payments.cancelled))).toMatchObject({
      outcome: "moved",
      rule: "cancel/read-back",
    });
    expect(other(life)).toMatchObject({ release: null, state: "closed" });
    expect([other(life)?.releaseEnded, life.raised]).toEqual([undefined, []]);
  });

  test("ends with a payment that the bank has rejected meanwhile", () => {
    const life = lost();
    life.settle(end, payments.accepted, others(payments["rejected, task done"]));
    expect(other(life)).toMatchObject({ release: null, state: "closed" });
  });

  test("is not what is ended while a call for the payment that pays the order is under way", () => {
    const life = lost();
    life.settle({ type: "merchant.completed", via: "api" }, payments.accepted, others(payments.accepted));
    life.settle(end, payments.accepted, others(payments.accepted));
    expect(life.record.facts.operation?.lostAt).toBe(life.now);
    expect(other(life)?.release).not.toBeNull();
  });
});
