/** Seed 002, step 4b: what the customer signed is booked when he lands, whatever a person did to the open order meanwhile. */
import { describe, expect, test } from "vitest";
import type { Choices } from "../../machines/settings.js";
import { type EventInput, Life, rulesWith } from "../../src/testing/decision/life.js";
import { anOrder, callback, payments, reading } from "../../src/testing/decision/samples.js";
import { sent } from "./lives.js";

const held: EventInput = { type: "merchant.held", via: "api" };
const processed: EventInput = { type: "merchant.processed", via: "api" };
const landing: EventInput = { type: "customer.returned", page: "signing-landing" };

/** A customer is signing, and a person sets the order to another status. */
const meanwhile = (choices: Partial<Choices>, ...events: EventInput[]) => {
  const life = new Life(anOrder({ gateway: "resurs-simplified" }), rulesWith({ choices }));
  for (const event of events) life.settle(event, payments.missing);
  return life;
};
const booked = (life: Life) => sent(life).filter(({ type }) => type === "bookSignedPayment").length;
const readBack = (life: Life, answer = payments.missing) => {
  const asked = life.open.find(({ effect }) => effect.type === "readBack");
  life.tell({ type: "payment.readBack", effectId: asked?.id ?? "none is open", reading: answer });
};

const inTheShop = (status: "on-hold" | "processing"): EventInput => ({ type: "order.seen", status });
const set: [string, EventInput[], "on-hold" | "processing"][] = [
  ["on hold", [held], "on-hold"],
  ["on hold in the shop", [inTheShop("on-hold")], "on-hold"],
  ["to processing", [processed], "processing"],
  ["to processing in the shop", [inTheShop("processing")], "processing"],
];

describe.each(set)("signed while a person set the order %s", (_how, events, status) => {
  test.each([
    ["landing page", landing],
    ["callback", callback()],
  ])("is booked at the %s, and pays the order, unflagged", (_where, event) => {
    const life = meanwhile({}, ...events);
    life.settle(event, payments.missing);
    life.wait(11 * 60_000, payments.missing);
    expect([life.status, booked(life)]).toEqual([status, 1]);
    life.bankAnswers({ is: "confirmed", reading: reading() });
    life.read(reading());
    expect([life.status, life.raised, life.record.facts.operation]).toEqual(["processing", [], null]);
    life.settle(landing, reading());
    expect([life.status, booked(life)]).toEqual(["processing", 1]);
  });

  test("and refused by the bank fails it, and the customer may try again", () => {
    const life = meanwhile({}, ...events);
    life.settle(landing, payments.missing);
    life.bankAnswers({ is: "refused" });
    readBack(life);
    expect([life.status, life.record.facts.operation]).toEqual(["failed", null]);
  });

  test("and refused after a callback leaves it as it is", () => {
    const life = meanwhile({}, ...events);
    life.settle(callback(), payments.missing);
    life.wait(11 * 60_000, payments.missing);
    life.bankAnswers({ is: "refused" });
    readBack(life);
    expect([life.status, life.record.facts.operation]).toEqual([status, null]);
  });

  test.each([
    ["frozen", status],
    ["rejected, task done", "failed"],
    ["rejected, task open", "cancelled"],
  ] as const)("and booked, but %s, makes it %s, as any such payment does", (payment, then) => {
    const life = meanwhile({}, ...events);
    life.settle(landing, payments.missing);
    life.bankAnswers({ is: "confirmed", reading: payments[payment] });
    expect([life.status, life.record.facts.operation]).toEqual([then, null]);
  });
});

describe("a shop's choices count for what was booked, too", () => {
  test("processing, and rejected", () => {
    for (const answer of ["confirmed", "refused"] as const) {
      const life = meanwhile({ processingThenRejected: "stay" }, processed);
      life.settle(landing, payments.missing);
      if (answer === "confirmed") life.bankAnswers({ is: answer, reading: payments["rejected, task done"] });
      else {
        life.bankAnswers({ is: answer });
        readBack(life);
      }
      expect([life.status, life.record.facts.operation]).toEqual(["processing", null]);
    }
  });

  test("on hold, and rejected before the task was done", () => {
    const life = meanwhile({ onHoldThenAborted: "stay" }, held);
    life.settle(landing, payments.missing);
    life.bankAnswers({ is: "confirmed", reading: payments["rejected, task open"] });
    expect(life.status).toBe("on-hold");
  });
});

test("a person's hold of an order in processing is not lifted by what was booked", () => {
  const life = meanwhile({}, processed, held);
  life.settle(landing, payments.missing);
  expect(booked(life)).toBe(1);
  life.bankAnswers({ is: "confirmed", reading: reading() });
  expect([life.status, life.record.facts.operation]).toEqual(["on-hold", null]);
});

test("signed in an older tab, it is booked for an order on hold, and not for one in processing", () => {
  for (const [event, times] of [
    [held, 1],
    [processed, 0],
  ] as const) {
    const life = new Life(anOrder({ gateway: "resurs-simplified", previousPaymentIds: ["pay-0"] }));
    life.settle(event, payments.missing);
    life.settle({ ...landing, attempt: "pay-0" } as EventInput, payments.missing);
    expect(booked(life)).toBe(times);
  }
});

test.each(["cancelled", "completed", "refunded"] as const)("an order that is %s has nothing booked", (status) => {
  const life = new Life(anOrder({ gateway: "resurs-simplified", status }));
  for (const event of [landing, callback()]) life.settle(event, payments.missing);
  life.wait(11 * 60_000, payments.missing);
  expect(booked(life)).toBe(0);
});

test.each(["pending", "on-hold", "processing"] as const)("paid another way by now, %s: nothing is booked", (status) => {
  const byInvoice = { type: "order.updated", by: "shop", change: "paid by invoice", order: { gateway: null } } as const;
  const life = meanwhile({}, byInvoice, { type: "order.seen", status });
  for (const event of [landing, callback()]) life.settle(event, payments.missing);
  life.wait(11 * 60_000, payments.missing);
  expect([life.status, booked(life)]).toEqual([status, 0]);
});

describe.each(["pending", "on-hold", "processing"] as const)(
  "deleted in the shop while its customer signed, %s",
  (status) => {
    const deleted = { type: "order.updated", by: "shop", change: "order.deleted", order: { gone: true } } as const;

    test.each([
      ["landing page", landing],
      ["callback", callback()],
      ["landing page of an older tab", { ...landing, attempt: "pay-0" } as EventInput],
    ])("nothing is booked at the %s", (_where, event) => {
      const life = new Life(anOrder({ gateway: "resurs-simplified", previousPaymentIds: ["pay-0"] }));
      for (const before of [{ type: "order.seen", status } as const, deleted, event])
        life.settle(before, payments.missing);
      life.wait(11 * 60_000, payments.missing);
      expect([life.status, booked(life)]).toEqual([status, 0]);
    });
  },
);
