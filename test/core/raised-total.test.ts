/** Seed 003, "Order Line Handling": orders can only be reduced in value after authorization, not increased. */
import { describe, expect, test } from "vitest";
import type { EventInput } from "../../src/testing/decision/life.js";
import { reading } from "../../src/testing/decision/samples.js";
import { lifeOf, sent } from "./lives.js";

const lines = [
  { sku: "A", quantity: 2, total: 80_000 },
  { sku: "B", quantity: 1, total: 20_000 },
];
const dearer = [{ sku: "A", quantity: 2, total: 100_000 }, ...lines.slice(1)];
const limit = reading({ creditLimit: 500_000 });
const edit: EventInput = { type: "merchant.editedLines", via: "api", lines: dearer, total: 120_000, adds: false };
const recalculated: EventInput = { type: "merchant.recalculated", via: "inspector" };
const upTo = { choices: { raisedTotal: "up-to-credit-limit" } } as never;

const cells = [
  ["a higher price of the same article", edit, { status: "processing", total: 100_000, lines }],
  [
    "Recalculate of an order that was made dearer in the shop",
    recalculated,
    { status: "processing", total: 120_000, lines: dearer },
  ],
  ["the same while it is on hold", edit, { status: "on-hold", total: 100_000, lines }],
] as const;

describe("an order that is paid and made dearer", () => {
  test.each(cells)("%s: refused", (_, event, order) => {
    const life = lifeOf({ ...order, lines: [...order.lines] });
    expect(life.settle(event, limit)).toMatchObject({ outcome: "refused", reason: "adding-items-not-supported" });
    expect(sent(life).map(({ type }) => type)).not.toContain("cancelPayment");
  });

  test.each(cells)("%s: reserved anew up to the credit limit, where the shop chooses so", (_, event, order) => {
    const life = lifeOf({ ...order, lines: [...order.lines] }, upTo);
    expect(life.settle(event, limit)).toMatchObject({ outcome: "deferred", reason: "awaiting-gateway" });
  });

  test.each([120_000, 60_000])(
    "by a change to %i that says it adds an item: refused, whatever the shop chooses",
    (total) => {
      const life = lifeOf({ status: "processing", total: 100_000, lines }, upTo);
      const adds = { ...edit, lines: [], total, adds: true };
      expect(life.settle(adds, limit)).toMatchObject({ outcome: "refused", reason: "adding-items-not-supported" });
    },
  );

  test("and above the credit limit: refused for that", () => {
    const life = lifeOf({ status: "processing", total: 100_000, lines });
    expect(life.settle(edit, reading({ creditLimit: 110_000 }))).toMatchObject({ reason: "exceeds-credit-limit" });
  });

  test("by no more than the bank's rounding is as it was", () => {
    const life = lifeOf({ status: "processing", total: 100_000, lines, tolerance: 1 });
    expect(life.settle({ ...edit, total: 100_001, lines: [] }, limit)).not.toMatchObject({ outcome: "refused" });
  });

  test("whose payment was cancelled in full: the credit limit counts, as nothing is reserved", () => {
    const life = lifeOf({ status: "processing", total: 100_000, lines });
    const gone = reading({ authorized: 0, canceled: 100_000, creditLimit: 500_000, offers: [] });
    expect(life.settle(edit, gone)).toMatchObject({ outcome: "deferred", reason: "awaiting-gateway" });
  });
});
