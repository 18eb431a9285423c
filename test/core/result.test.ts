/** What became of an event, short: the money that moved, and the status. */
import { describe, expect, test } from "vitest";
import type { OrderEvent } from "../../machines/events.js";
import type { HistoryEntry } from "../../src/core/record.js";
import { movedFor, previewSaid, resultSaid } from "../../src/core/why/result.js";

const reading = (amounts: object, paymentId = "p") =>
  ({ paymentId, authorized: 0, captured: 0, canceled: 0, refunded: 0, ...amounts }) as never;
const entry = (event: object, ...answered: string[]): HistoryEntry =>
  ({
    event: event as OrderEvent,
    answers: answered.map((eventId) => ({ eventId, outcome: "moved" })),
  }) as HistoryEntry;
const read = (amounts: object, paymentId?: string) =>
  entry({ type: "payment.read", reading: reading(amounts, paymentId) });

describe("money that moved", () => {
  test.each([
    ["capture.confirmed", { authorized: 100 }, { captured: 100 }, { what: "captured", amount: 100 }],
    ["capture.confirmed", { captured: 40 }, { captured: 100 }, { what: "captured", amount: 60 }],
    ["cancel.confirmed", { authorized: 100 }, { canceled: 100 }, { what: "canceled", amount: 100 }],
    [
      "refund.confirmed",
      { captured: 100, refunded: 20 },
      { captured: 100, refunded: 50 },
      { what: "refunded", amount: 30 },
    ],
    ["capture.confirmed", { captured: 100 }, { captured: 100 }, null],
    ["rebuild.confirmed", { authorized: 100 }, { authorized: 50 }, null],
  ])("%s after %j, then %j", (type, before, after, expected) => {
    expect(movedFor([read(before), entry({ type, reading: reading(after) }, "click", "own")], "click")).toEqual(
      expected,
    );
  });

  test("is not told where it is not known", () => {
    const confirmed = entry({ type: "capture.confirmed", reading: reading({ captured: 100 }) }, "click");
    expect(movedFor([confirmed], "click")).toBeNull();
    expect(movedFor([read({}), confirmed], "another")).toBeNull();
    expect(movedFor([read({}, "another payment"), confirmed], "click")).toBeNull();
    expect(movedFor([read({}), entry({ type: "capture.confirmed", reading: null }, "click")], "click")).toBeNull();
    expect(movedFor([], "click")).toBeNull();
  });
});

test.each([
  [
    { from: "processing", to: "completed" },
    { what: "captured", amount: 10000 },
    "Captured 100.00 SEK. Order is now Completed.",
  ],
  [
    { from: "completed", to: "completed" },
    { what: "refunded", amount: 2000 },
    "Refunded 20.00 SEK. Order is still Completed.",
  ],
  [
    { from: "on-hold", to: "cancelled" },
    { what: "canceled", amount: 123456 },
    "Released 1,234.56 SEK. Order is now Cancelled.",
  ],
  [{ from: "pending", to: "on-hold" }, null, "Order is now On hold."],
] as const)("done: %j with %j", (moved, money, says) => {
  expect(resultSaid(moved, { money, currency: "SEK" }).en).toBe(says);
});

test("in Swedish", () => {
  const money = { what: "captured", amount: 10000 } as const;
  expect(resultSaid({ from: "processing", to: "completed" }, { money, currency: "SEK" }).sv).toBe(
    "100,00 SEK har debiterats. Ordern har nu statusen Färdigbehandlad.",
  );
});

test.each([
  [
    "processing",
    "completed",
    [{ type: "capturePayment", amount: 10000 }],
    "This captures 100.00 SEK. The order becomes Completed once the bank confirms.",
  ],
  [
    "completed",
    "completed",
    [{ type: "refundPayment", amount: 2000 }],
    "This refunds 20.00 SEK. The order stays Completed.",
  ],
  ["processing", "on-hold", [{ type: "setOrderStatus" }], "The order becomes On hold."],
  ["processing", null, [], "The order stays Processing."],
] as const)("before: from %s to %s with %j", (from, to, effects, says) => {
  expect(previewSaid({ from, to }, effects as never, "SEK").en).toBe(says);
});
