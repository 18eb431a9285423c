/** The shop changes what an order costs that stands on hold: the bank may hold just that. */
import { describe, expect, test } from "vitest";
import { Life } from "../../src/testing/decision/life.js";
import { anOrder, payments, reading } from "../../src/testing/decision/samples.js";
import type { Placed } from "./lives.js";

const TOO_LITTLE = payments["too little"];
/** On hold, as the bank holds 900.00 of 1000.00. */
const held = (order: Placed = {}): Life => {
  const life = new Life(anOrder({ gateway: "nets-easy", ...order }));
  life.settle({ type: "reconcile.asked" }, TOO_LITTLE);
  expect(life.status).toBe("on-hold");
  return life;
};
const lines = (total: number) => [{ sku: "a", quantity: 1, total }];
const edited = (total: number, more: object = {}) =>
  ({ type: "order.updated", by: "shop", change: "edited", order: { total, lines: lines(total), ...more } }) as const;
const readings = (life: Life) => life.types.filter((type) => type === "readPayment").length;

describe("the total of an order on hold is changed in the shop", () => {
  test("to what the bank holds: it is paid, at once", () => {
    const life = held();
    expect(life.settle(edited(90_000), TOO_LITTLE)).toMatchObject({
      type: "order.updated",
      outcome: "moved",
      to: "processing",
    });
    expect(life.raised).toEqual([]);
  });

  test("and nothing of it needs processing: it is captured and completed", () => {
    const life = held({ needsProcessing: false });
    life.settle(edited(90_000), TOO_LITTLE);
    life.bankAnswers({ is: "confirmed", reading: { ...payments.captured, total: 90_000, captured: 90_000 } });
    expect(life.status).toBe("completed");
  });

  test("to another amount: it stays, and is flagged", () => {
    const life = held();
    expect(life.settle(edited(95_000), TOO_LITTLE)).toMatchObject({ outcome: "ignored", to: "on-hold" });
    expect(life.raised).toContain("discrepancy:amount-mismatch");
  });

  test("twice before the bank answers: the last one counts", () => {
    const life = held();
    life.tell(edited(95_000), "first");
    life.tell(edited(90_000), "second");
    life.read(TOO_LITTLE);
    expect([life.status, life.answerTo("first").outcome]).toEqual(["processing", "moved"]);
    expect(life.record.facts.waiting).toEqual([]);
  });

  test("and a merchant reopens it meanwhile: it is paid", () => {
    const life = held();
    life.tell(edited(90_000));
    life.tell({ type: "merchant.reopened", via: "api" });
    life.read(TOO_LITTLE);
    expect(life.status).toBe("processing");
  });

  test("by placing it again", () => {
    const life = held();
    life.settle({ ...edited(90_000), change: "placed again" }, TOO_LITTLE);
    expect(life.status).toBe("processing");
  });

  test("while a merchant wants it cancelled: he is answered as well", () => {
    const life = held();
    life.tell({ type: "merchant.cancelled", via: "api" }, "no");
    life.settle(edited(90_000), TOO_LITTLE);
    life.bankAnswers({ is: "confirmed", reading: { ...payments.cancelled, total: 90_000, canceled: 90_000 } });
    expect(life.status).toBe("cancelled");
  });

  test("is not asked about where nothing changed, or another hand has the order", () => {
    const same = held();
    const asked = readings(same);
    same.tell(edited(100_000, { lines: anOrder().lines }));
    same.tell({ type: "order.updated", by: "shop", change: "a note" });
    expect(readings(same)).toBe(asked);
    const elsewhere = held();
    elsewhere.tell({ type: "order.updated", by: "shop", change: "paid by invoice", order: { gateway: null } });
    const then = readings(elsewhere);
    elsewhere.tell(edited(90_000));
    expect(readings(elsewhere)).toBe(then);
  });
});

test.each(["pending", "processing"] as const)(
  "an order that is %s is followed by what the bank says later",
  (status) => {
    const life = new Life(anOrder({ gateway: "nets-easy", status }));
    life.tell(edited(90_000));
    expect(readings(life)).toBe(0);
  },
);

describe("what kept a payment from paying is edited away", () => {
  const paid = payments.accepted ?? reading();
  const euro = { order: { total: 100_000, currency: "EUR", lines: lines(100_000) } };
  const krona = { order: { total: 100_000, currency: "SEK", lines: lines(100_000) } };
  const edit = (more: object) => ({ type: "order.updated", by: "shop", change: "edited", ...more }) as const;
  const says = { ...paid, currency: "SEK" };
  const gateways = ["resurs-mapi", "nets-easy", "resurs-simplified"];

  test.each(gateways)("the currency, at %s: it is read at once and paid", (gateway) => {
    const life = new Life(anOrder({ gateway }));
    life.settle(edit(euro));
    life.settle({ type: "customer.returned", page: "success" }, says);
    expect(life.status).not.toBe("processing");
    expect(life.settle(edit(krona), says)).toMatchObject({ outcome: "moved", to: "processing" });
    expect(life.raised).toEqual([]);
  });

  test.each(gateways)("another way of paying, at %s: it is read at once and paid", (gateway) => {
    const life = new Life(anOrder({ gateway }));
    life.settle(edit({ order: { gateway: null } }));
    life.settle({ type: "customer.returned", page: "success" }, says);
    expect(life.settle(edit({ order: { gateway } }), says)).toMatchObject({ outcome: "moved", to: "processing" });
  });

  test.each(["TASK_REDIRECTION_REQUIRED", "SUPPLEMENTING_REQUIRED"])(
    "a customer who is at the bank is left alone: %s",
    (status) => {
      const life = new Life(anOrder({ gateway: "resurs-mapi" }));
      const atBank = { ...payments["at the bank"], status };
      life.settle({ type: "reconcile.asked" }, atBank);
      life.settle(edit({ order: { total: 90_000, lines: lines(90_000) } }), atBank);
      expect([life.status, readings(life)]).toEqual(["pending", 2]);
    },
  );

  test("a payment that nobody has read is not read for an edit", () => {
    const life = new Life(anOrder({ gateway: "resurs-mapi" }));
    life.settle(edit({ order: { total: 90_000, lines: lines(90_000) } }));
    expect(readings(life)).toBe(0);
  });
});
