/** What is answered while a call is under way, and what ends a call whose answer was lost. */
import { describe, expect, test } from "vitest";
import type { Reading } from "../../machines/facts.js";
import type { EventInput, Life } from "../../src/testing/decision/life.js";
import { payments, reading } from "../../src/testing/decision/samples.js";
import { completed, lifeOf } from "./lives.js";

const capturedOnly: EventInput = { type: "merchant.captured", via: "api" };
const refunded: EventInput = { type: "merchant.refunded", via: "api" };
const part: EventInput = { type: "merchant.refundedAmount", via: "api", amount: 100, lines: null };
const cancelled: EventInput = { type: "merchant.cancelled", via: "api" };

/** The payment as it is read back. */
const readBack = (life: Life, says: Reading) => {
  const asked = life.open.find(({ effect }) => effect.type === "readBack");
  if (asked === undefined) throw new Error("nothing is read back");
  life.tell({ type: "payment.readBack", effectId: asked.id, reading: says });
};

describe("a click while a call is under way", () => {
  const underWay = (first: EventInput, status: "processing" | "completed", pays = reading()) => {
    const life = lifeOf({ status });
    life.tell(first, "first");
    life.read(pays);
    return life;
  };

  test.each([
    ["everything back, while a part is given back", part, refunded, "completed", payments.captured],
    ["completed, while a capture keeps the status", capturedOnly, completed, "processing", reading()],
  ] as const)("%s: refused, because it was not asked for yet", (_, first, second, status, pays) => {
    const life = underWay(first, status, pays);
    expect(life.settle(second, pays)).toMatchObject({ outcome: "refused", reason: "operation-in-flight" });
  });

  test.each([
    ["everything back", refunded, "completed", payments.captured],
    ["completed", completed, "processing", reading()],
    ["cancelled", cancelled, "processing", reading()],
  ] as const)("%s, twice: it was asked for already", (_, click, status, pays) => {
    const life = underWay(click, status, pays);
    expect(life.settle(click, pays)).toMatchObject({ outcome: "ignored", reason: "already-asked" });
  });
});

describe("a capture whose answer was lost, after a part was cancelled at the bank", () => {
  const { total } = reading();

  test("is done when nothing is left reserved and the rest is captured", () => {
    const life = lifeOf({ status: "processing" });
    life.tell(completed, "first");
    life.read(reading());
    life.bankAnswers({ is: "lost" });
    const rest = reading({ authorized: 0, captured: total - 100, canceled: 100, offers: ["REFUND"] });
    readBack(life, rest);
    expect(life.status).toBe("completed");
    expect(life.raised).toContain("discrepancy:amount-mismatch");
  });

  test("is not done while anything is still reserved", () => {
    const life = lifeOf({ status: "processing" });
    life.tell(completed, "first");
    life.read(reading());
    life.bankAnswers({ is: "lost" });
    readBack(life, reading({ authorized: total - 200, captured: 100, canceled: 100 }));
    expect(life.status).toBe("processing");
  });
});

test("money that is captured is no payment that was cancelled, though as much was cancelled before", () => {
  const { total } = reading();
  const life = lifeOf({ status: "completed" });
  life.settle(
    { type: "reconcile.asked" },
    reading({ authorized: 0, captured: total, canceled: total, offers: ["REFUND"] }),
  );
  expect(life.raised).not.toContain("discrepancy:payment-cancelled-order-active");
});

test("a yes without the payment is read back, and nobody looks for a lost answer a day later", () => {
  const life = lifeOf({ status: "processing" });
  life.tell(completed, "first");
  life.read(reading());
  life.bankAnswers({ is: "confirmed", reading: reading() });
  expect(Object.keys(life.record.timers).filter((timer) => timer.startsWith("look.again"))).toEqual([]);
  readBack(life, payments.captured);
  expect(life.status).toBe("completed");
});
