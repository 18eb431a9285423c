/** Seed 000: "WooCommerce then decides if the order status should be set to Processing or Completed": a paid order is paid. */
import { describe, expect, test } from "vitest";
import type { EventInput, Life } from "../../src/testing/decision/life.js";
import { callback, payments } from "../../src/testing/decision/samples.js";
import { MINUTE, T0 } from "../../src/testing/simulator/script.js";
import { completed, lifeOf, type Placed, sent, success } from "./lives.js";

const { accepted } = payments;
const virtual = { needsProcessing: false } as const;
const captures = (life: Life) => sent(life).filter(({ type }) => type === "capturePayment").length;
const paidAndRefused = (order: Placed = {}, event: Parameters<Life["settle"]>[0] = success): Life => {
  const life = lifeOf({ ...virtual, ...order });
  life.settle(event, accepted);
  life.bankAnswers({ is: "refused" });
  life.read(accepted);
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
    life.read(accepted);
    expect([life.status, life.raised]).toEqual(["processing", ["capture-failed"]]);
  });

  test("is completed by the next click that the bank does not refuse", () => {
    const life = paidAndRefused();
    life.settle(completed, accepted);
    life.bankAnswers({ is: "confirmed", reading: payments.captured });
    expect([life.status, life.raised]).toEqual(["completed", []]);
  });

  test("stays on hold where a person put it there", () => {
    const life = paidAndRefused();
    life.settle({ type: "merchant.held", via: "api" }, accepted);
    life.settle(completed, accepted);
    life.bankAnswers({ is: "refused" });
    expect(life.status).toBe("on-hold");
  });
});

describe("what changed while the bank was asked to capture counts", () => {
  const refusedAfter = (event: Parameters<Life["tell"]>[0], says = accepted): Life => {
    const life = lifeOf({ ...virtual, gateway: "resurs-mapi" });
    life.settle(success, accepted);
    life.tell(event);
    life.bankAnswers({ is: "refused" });
    life.read(says);
    return life;
  };
  const edited = (order: object) => ({ type: "order.updated", by: "shop", change: "x", order }) as never;

  test.each([
    ["another way of paying", { gateway: null }, "discrepancy:paid-another-way"],
    ["another currency", { currency: "NOK" }, "discrepancy:currency-mismatch"],
  ])("%s: the order stays unpaid, and is flagged", (_what, order, flag) => {
    const life = refusedAfter(edited(order), { ...accepted, currency: "SEK" });
    expect(life.status).not.toBe("processing");
    expect(life.raised).toContain(flag);
  });

  test("a payment that was let go at the bank does not pay it", () => {
    expect(refusedAfter({ type: "order.seen", status: "pending" }, payments.cancelled).status).toBe("on-hold");
  });

  test("a hold of a person's, seen meanwhile, is followed", () => {
    expect(refusedAfter({ type: "order.seen", status: "on-hold" }).status).toBe("on-hold");
  });

  test("a capture that a merchant asked for on an order on hold leaves it there, refused or not", () => {
    const life = lifeOf({ ...virtual, gateway: "resurs-mapi", status: "on-hold" });
    life.settle({ type: "merchant.captured", via: "api" }, accepted);
    life.bankAnswers({ is: "refused" });
    expect([life.status, life.open.map(({ effect }) => effect.type)]).toEqual(["on-hold", ["addOrderNote"]]);
  });
});

test("a refused click on an order with goods to send stays where it was", () => {
  const life = lifeOf();
  life.settle(completed, accepted);
  life.bankAnswers({ is: "refused" });
  expect([life.status, life.raised]).toEqual(["pending", ["capture-failed"]]);
});

describe("a part was captured in the portal, and the bank refuses the rest", () => {
  const partly = { ...payments.accepted, authorized: 60_000, captured: 40_000 };
  const refused = () => {
    const life = lifeOf({ needsProcessing: false });
    life.settle(success, partly);
    expect(captures(life)).toBe(1);
    life.bankAnswers({ is: "refused" });
    life.read(partly);
    return life;
  };
  test.each([
    ["by itself", undefined],
    ["at a callback", callback()],
    ["at a reconciliation", { type: "reconcile.asked" }],
  ] as [string, EventInput | undefined][])("it is not asked for again %s", (_, event) => {
    const life = refused();
    life.now += 10 * MINUTE;
    if (event !== undefined) life.settle(event, partly);
    expect([captures(life), life.raised.includes("capture-failed")]).toEqual([1, true]);
  });

  test("it is once a person asks, and the flag goes when all is captured", () => {
    const life = refused();
    life.settle(completed, partly);
    expect(captures(life)).toBe(2);
    life.bankAnswers({ is: "confirmed", reading: { ...partly, authorized: 0, captured: 100_000 } });
    expect([life.status, life.raised]).toEqual(["completed", []]);
  });
});

describe("an order with nothing to send that was paid with another amount", () => {
  test.each([
    ["resurs-mapi", "processing"],
    ["resurs-simplified", "processing"],
    ["nets-easy", "on-hold"],
  ] as const)("at %s is %s, flagged and not captured", (gateway, status) => {
    const life = lifeOf({ ...virtual, gateway });
    life.settle(success, payments["too little"]);
    expect([life.status, life.raised, captures(life)]).toEqual([status, ["discrepancy:amount-mismatch"], 0]);
  });
});
