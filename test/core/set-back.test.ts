/** Seed 003, "Enable Capture": a completed order can no longer be reverted. Another hand may do it in the shop all the same. */

import { describe, expect, test } from "vitest";
import type { OrderStatus, Reading } from "../../machines/facts.js";
import { why } from "../../src/core/why.js";
import type { EventInput, Life } from "../../src/testing/decision/life.js";
import { payments } from "../../src/testing/decision/samples.js";
import { completed, lifeOf, sent } from "./lives.js";

const { captured } = payments;
const FLAG = "discrepancy:completed-set-back";
const setBack = (event: EventInput, gateway = "resurs-mapi"): Life => {
  const life = lifeOf({ status: "completed", gateway });
  life.settle({ type: "reconcile.asked" }, captured);
  life.settle(event, captured);
  life.settle({ type: "reconcile.asked" }, captured);
  return life;
};

describe("a completed and captured order that another hand sets back", () => {
  test.each([
    ["processing", "resurs-mapi"],
    ["on-hold", "resurs-mapi"],
    ["pending", "nets-easy"],
    ["failed", "resurs-simplified"],
  ] as const)("to %s at %s is flagged, and Completed is offered", (status, gateway) => {
    const life = setBack({ type: "order.seen", status }, gateway);
    expect(life.raised).toEqual([FLAG]);
    const { action } = why(life.record, life.history, []);
    expect(action.events).toContain("merchant.completed");
  });

  test("is flagged, too, where the shop says so in answer to a write of ours", () => {
    expect(setBack({ type: "shop.conflicted", effectId: "e", status: "processing" }).raised).toEqual([FLAG]);
  });

  test("is completed again without a second capture, and nothing is flagged any more", () => {
    const life = setBack({ type: "order.seen", status: "processing" });
    life.settle(completed, captured);
    expect([life.status, life.raised]).toEqual(["completed", []]);
    expect(sent(life).map(({ type }) => type)).not.toContain("capturePayment");
  });

  test("is not flagged any more once it is refunded", () => {
    const life = setBack({ type: "order.seen", status: "processing" });
    life.settle({ type: "merchant.refunded", via: "api" }, captured);
    life.bankAnswers({ is: "confirmed", reading: payments.refunded });
    expect([life.status, life.raised]).toEqual(["refunded", []]);
  });
});

test("an order that was captured in the portal, and never completed, is nobody's mistake", () => {
  const life = lifeOf({ status: "processing" });
  life.settle({ type: "order.seen", status: "on-hold" }, captured);
  life.settle({ type: "reconcile.asked" }, captured);
  expect(life.raised).toEqual([]);
});

describe("a paid order that another hand sets to pending in the shop", () => {
  test.each([
    ["processing", { type: "order.seen", status: "pending" }, payments.accepted],
    ["processing", { type: "shop.conflicted", effectId: "e", status: "pending" }, payments.accepted],
    ["on-hold", { type: "order.seen", status: "pending" }, payments.accepted],
    ["completed", { type: "order.seen", status: "pending" }, captured],
  ] as [OrderStatus, EventInput, Reading][])(
    "from %s, seen by %j: its customer is not asked to pay again",
    (status, event, pays) => {
      const life = lifeOf({ status });
      life.settle(event, pays);
      expect(life.status).toBe("processing");
    },
  );

  test("of an order with nothing to send captures it, and completes it", () => {
    const life = lifeOf({ status: "processing", needsProcessing: false });
    life.settle({ type: "order.seen", status: "pending" }, payments.accepted);
    expect(sent(life).map(({ type }) => type)).toContain("capturePayment");
    life.bankAnswers({ is: "confirmed", reading: captured });
    expect(life.status).toBe("completed");
  });

  test("of an order with nothing to send, set to failed, captures it when the payment is next read", () => {
    const life = lifeOf({ status: "processing", needsProcessing: false });
    life.settle({ type: "order.seen", status: "failed" }, payments.accepted);
    expect([life.status, sent(life).map(({ type }) => type)]).toEqual(["failed", ["readPayment"]]);
    life.settle({ type: "reconcile.asked" }, payments.accepted);
    life.bankAnswers({ is: "confirmed", reading: captured });
    expect(life.status).toBe("completed");
  });

  test.each([
    ["the bank has nothing of it", payments.cancelled],
    ["the bank looks at it", payments.frozen],
  ])("stays pending where %s", (_, pays) => {
    const life = lifeOf({ status: "processing" });
    life.settle({ type: "order.seen", status: "pending" }, pays);
    expect(life.status).toBe("pending");
  });
});

test.each([
  ["cancelled", "frozen", []],
  ["cancelled", "inspection", []],
  ["refunded", "frozen", []],
  ["failed", "at the bank", []],
  ["refunded", "rejected, task done", ["discrepancy:rejected-at-gateway"]],
  ["cancelled", "accepted", ["discrepancy:paid-but-cancelled"]],
  ["completed", "frozen", ["discrepancy:frozen-at-gateway"]],
  ["completed", "inspection", ["discrepancy:processing-but-unpaid"]],
] as const)("an order set to %s past the engine while its payment is %s is flagged with %j", (status, pays, flags) => {
  const life = lifeOf({ status: "processing" });
  life.settle({ type: "order.seen", status }, payments[pays]);
  expect([life.status, life.raised]).toEqual([status, flags]);
});

test("a captured order that is cancelled past the engine is flagged, and stays closed", () => {
  const life = setBack({ type: "order.seen", status: "cancelled" });
  expect(life.raised).toEqual(["discrepancy:paid-but-cancelled"]);
  expect(life.settle(completed, captured)).toMatchObject({ outcome: "refused", reason: "terminal-status" });
});
