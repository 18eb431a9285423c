/** What the bank refused to us may be done by hand in its portal, as the flags advise: that is not too much. */
import { describe, expect, test } from "vitest";
import type { EventInput, Life } from "../../src/testing/decision/life.js";
import { payments } from "../../src/testing/decision/samples.js";
import { MINUTE } from "../../src/testing/simulator/script.js";
import { completed, lifeOf } from "./lives.js";

const { accepted, captured } = payments;
const refund = (amount: number): EventInput => ({ type: "merchant.refundedAmount", amount, lines: null });
const booked = (parts: Partial<typeof accepted>) => ({ ...accepted, offers: [], ...parts });
const seenByHand = (life: Life, reading: typeof accepted): string[] => {
  life.now += 60 * MINUTE;
  life.settle({ type: "reconcile.asked" }, reading);
  return life.raised;
};

describe.each(["resurs-mapi", "resurs-hosted", "nets-easy"])("at %s", (gateway) => {
  const paid = () => lifeOf({ gateway, status: "processing" });
  const refusedCapture = () => {
    const life = paid();
    life.settle(completed, accepted);
    life.bankAnswers({ is: "refused" });
    return life;
  };
  const refused = (amount: number) => {
    const life = lifeOf({ gateway, status: "completed" });
    life.settle({ type: "reconcile.asked" }, captured);
    life.settle(refund(amount), captured);
    life.bankAnswers({ is: "refused" });
    return life;
  };

  test("a capture: no word of a second one, whole or in parts", () => {
    expect(seenByHand(refusedCapture(), captured)).toEqual([]);
    const inParts = refusedCapture();
    expect(seenByHand(inParts, booked({ authorized: 60_000, captured: 40_000 }))).toEqual(["capture-failed"]);
    expect(seenByHand(inParts, captured)).toEqual([]);
  });

  test("a capture that was refused twice", () => {
    const life = refusedCapture();
    life.settle(completed, accepted);
    life.bankAnswers({ is: "refused" });
    expect(seenByHand(life, captured)).toEqual([]);
  });

  test.each([99_000, 25_000])("a refund of %s", (amount) => {
    expect(seenByHand(refused(amount), { ...captured, refunded: amount })).toEqual([]);
  });

  test("a refund after one that was done: what comes on top of the two is too much", () => {
    const life = lifeOf({ gateway, status: "completed" });
    life.settle({ type: "reconcile.asked" }, captured);
    life.settle(refund(10_000), captured);
    life.bankAnswers({ is: "confirmed", reading: { ...captured, refunded: 10_000 } });
    life.settle(refund(20_000), { ...captured, refunded: 10_000 });
    life.bankAnswers({ is: "refused" });
    expect(seenByHand(life, { ...captured, refunded: 40_000 })).toEqual(["discrepancy:refunded-twice"]);
  });

  test("a capture whose answer was lost, and which a person gave up: booked late it is named", () => {
    const life = paid();
    life.settle(completed, accepted);
    life.bankAnswers({ is: "lost" });
    life.settle({ type: "merchant.endedWait" }, accepted);
    const look = life.open.find(({ effect }) => effect.type === "readBack");
    if (look !== undefined) life.tell({ type: "payment.readBack", effectId: look.id, reading: accepted });
    expect(seenByHand(life, captured)).toContain("discrepancy:captured-twice");
  });
});
