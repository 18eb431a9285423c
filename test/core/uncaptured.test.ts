/** Seed 000: "WooCommerce then decides if the order status should be set to Processing or Completed": a paid order is paid. */
import { describe, expect, test } from "vitest";
import type { Life } from "../../src/testing/decision/life.js";
import { payments } from "../../src/testing/decision/samples.js";
import { MINUTE, T0 } from "../../src/testing/simulator/script.js";
import { completed, lifeOf, type Placed, sent, success } from "./lives.js";

const { accepted } = payments;
const virtual = { needsProcessing: false } as const;
const captures = (life: Life) => sent(life).filter(({ type }) => type === "capturePayment").length;
const paidAndRefused = (order: Placed = {}, event: Parameters<Life["settle"]>[0] = success): Life => {
  const life = lifeOf({ ...virtual, ...order });
  life.settle(event, accepted);
  life.bankAnswers({ is: "refused" });
  return life;
};

describe("an order that would be completed once it is captured, and whose capture the bank refuses", () => {
  test.each([
    ["resurs-mapi", "pending"],
    ["nets-easy", "pending"],
    ["resurs-simplified", "pending"],
    ["resurs-mapi", "on-hold"],
    ["resurs-mapi", "failed"],
  ] as const)("at %s, %s, is paid and flagged", (gateway, status) => {
    const life = paidAndRefused({ gateway, status }, { type: "reconcile.asked" });
    expect([life.status, life.raised]).toEqual(["processing", ["capture-failed"]]);
    expect(sent(life)).toContainEqual(expect.objectContaining({ type: "setOrderStatus", to: "processing" }));
  });

  test("is not captured again by itself, however long ago its link ran out", () => {
    const long = { createdAt: T0 - 500 * MINUTE, updatedAt: T0 - 500 * MINUTE };
    const life = paidAndRefused(long);
    life.wait(1000 * MINUTE, accepted);
    expect([life.status, captures(life)]).toEqual(["processing", 1]);
    expect(life.history.length).toBeLessThan(30);
  });

  test("is paid, too, where the bank never confirms", () => {
    const life = lifeOf({ ...virtual, gateway: "resurs-mapi" });
    life.settle(success, accepted);
    while (life.open.some(({ effect }) => effect.type === "capturePayment")) {
      life.bankAnswers({ is: "lost" });
      while (life.open.some(({ effect }) => effect.type === "readBack")) {
        const [look] = life.open.filter(({ effect }) => effect.type === "readBack");
        life.tell({ type: "payment.readBack", effectId: look?.id ?? "", reading: accepted });
        life.wait(30 * MINUTE, accepted);
      }
    }
    expect([life.status, life.raised]).toEqual(["processing", ["capture-failed"]]);
  });

  test("is completed by the next click that the bank does not refuse", () => {
    const life = paidAndRefused();
    life.settle(completed, accepted);
    life.bankAnswers({ is: "confirmed", reading: payments.captured });
    expect([life.status, life.raised]).toEqual(["completed", []]);
  });

  test("stays on hold where a person put it there", () => {
    const life = lifeOf(virtual);
    life.settle(success, accepted);
    life.bankAnswers({ is: "refused" });
    life.settle({ type: "merchant.held", via: "api" }, accepted);
    life.settle(completed, accepted);
    life.bankAnswers({ is: "refused" });
    expect(life.status).toBe("on-hold");
  });
});

test("a refused click on an order with goods to send stays where it was", () => {
  const life = lifeOf();
  life.settle(completed, accepted);
  life.bankAnswers({ is: "refused" });
  expect([life.status, life.raised]).toEqual(["pending", ["capture-failed"]]);
});
