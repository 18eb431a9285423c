/** Lines of an order whose payment the bank does not know: the reason says so, whatever the new total is. */
import { expect, test } from "vitest";
import { noSuchPayment } from "../../machines/facts.js";
import type { EventInput } from "../../src/testing/decision/life.js";
import { lifeOf } from "./lives.js";

const total = 100_000;
const edited = (to: number): EventInput => ({
  type: "merchant.editedLines",
  via: "api",
  lines: [{ sku: "a", description: "A", quantity: 1, total: to, vatRate: 0 }],
  total: to,
  adds: false,
});

test.each([
  ["recalculated", { type: "merchant.recalculated", via: "api" }],
  ["edited to the same total", edited(total)],
  ["edited to less", edited(total - 100)],
  ["edited to more", edited(total + 100)],
] as [string, EventInput][])("%s: refused, because the order has no payment", (_, click) => {
  const life = lifeOf({ status: "processing" });
  expect(life.settle(click, noSuchPayment("pay-1"))).toMatchObject({ outcome: "refused", reason: "no-payment" });
  expect(life.types.filter((type) => type !== "readPayment" && type !== "addOrderNote")).toEqual([]);
});
