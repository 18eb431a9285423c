/** Another hand completed the order in the shop, and nothing was captured. */
import { describe, expect, test } from "vitest";
import { payments, reading } from "../../src/testing/decision/samples.js";
import { lifeOf, sent } from "./lives.js";

const FLAG = "discrepancy:completed-not-captured";
const captured = { type: "merchant.captured", via: "api" } as const;
const seenCompleted = (gateway = "resurs-mapi") => {
  const life = lifeOf({ status: "processing", gateway });
  life.settle({ type: "reconcile.asked" }, reading());
  life.settle({ type: "order.seen", status: "completed" }, reading());
  expect(life.raised).toEqual([FLAG]);
  return life;
};

describe("an order that was completed past the engine", () => {
  test.each(["resurs-mapi", "nets-easy", "resurs-simplified"])(
    "can be captured at %s, and stays completed",
    (gateway) => {
      const life = seenCompleted(gateway);
      expect(life.settle(captured, reading())).toMatchObject({ outcome: "deferred", reason: "awaiting-gateway" });
      life.bankAnswers({ is: "confirmed", reading: payments.captured });
      expect([life.status, life.raised]).toEqual(["completed", []]);
      expect(sent(life).map(({ type }) => type)).not.toContain("setOrderStatus");
    },
  );

  test("is captured once, whoever asks again", () => {
    const life = seenCompleted();
    life.settle(captured, reading());
    life.bankAnswers({ is: "confirmed", reading: payments.captured });
    expect(life.settle(captured, payments.captured)).toMatchObject({ outcome: "refused", reason: "already-captured" });
    expect(life.types.filter((type) => type === "capturePayment")).toHaveLength(1);
  });

  test("whose payment is frozen meanwhile is not captured", () => {
    const life = seenCompleted();
    expect(life.settle(captured, payments.frozen)).toMatchObject({ reason: "unable-to-capture-frozen-order" });
    expect(life.types).not.toContain("capturePayment");
  });

  test("stays completed where the bank refuses the capture, and says so", () => {
    const life = seenCompleted();
    life.settle(captured, reading());
    life.bankAnswers({ is: "refused" });
    life.read(reading());
    expect(life.status).toBe("completed");
    expect(life.raised).toContain(FLAG);
  });
});
