/** Automatic refunds are off: what the shop records as refunded is flagged until the bank's books show it. */
import { describe, expect, test } from "vitest";
import type { EventInput, Life } from "../../src/testing/decision/life.js";
import { reading } from "../../src/testing/decision/samples.js";
import { lifeOf } from "./lives.js";

const books = (refunded: number) => reading({ authorized: 0, captured: 100_000, refunded, offers: ["REFUND"] });
const refund = (amount: number): EventInput => ({ type: "merchant.refundedAmount", via: "api", amount, lines: null });
const standing = ({ record }: Life) =>
  record.flags.filter(({ clearedAt }) => clearedAt === null).map(({ flag, amount }) => [flag, amount]);
const off = (status: "completed" | "processing" = "completed", gateway = "resurs-mapi"): Life => {
  const life = lifeOf({ status, gateway }, { enableRefund: false });
  life.settle({ type: "reconcile.asked" }, books(0));
  return life;
};

describe("a refund of an amount while automatic refunds are off", () => {
  test.each([
    ["completed", "resurs-mapi"],
    ["processing", "resurs-mapi"],
    ["completed", "nets-easy"],
  ] as const)("of an order that is %s, at %s: recorded in the shop, and flagged with the amount", (status, gateway) => {
    const life = off(status, gateway);
    life.settle(refund(30_000), books(0));
    expect(life.types).not.toContain("refundPayment");
    expect(standing(life)).toEqual([["refund-by-hand", 30_000]]);
  });

  test("several of them: their sum, until the portal shows as much", () => {
    const life = off();
    life.settle(refund(30_000), books(0));
    life.now += 5000;
    life.settle(refund(70_000), books(0));
    expect(standing(life)).toEqual([["refund-by-hand", 100_000]]);
    life.settle({ type: "reconcile.asked" }, books(30_000));
    expect(standing(life)).toEqual([["refund-by-hand", 70_000]]);
    life.settle({ type: "reconcile.asked" }, books(100_000));
    expect(standing(life).map(([flag]) => flag)).not.toContain("refund-by-hand");
  });

  test.each([
    [1000, []],
    [40_000, []],
    [50_000, [["refund-by-hand", 10_000]]],
  ] as const)("after 40000 in the portal: %i is flagged as far as the shop has refunded more", (amount, flagged) => {
    const life = off();
    life.settle({ type: "reconcile.asked" }, books(40_000));
    life.settle(refund(amount), books(40_000));
    expect(standing(life)).toEqual(flagged);
  });

  test("is no matter where refunds are on", () => {
    const life = lifeOf({ status: "completed" });
    life.settle({ type: "reconcile.asked" }, books(0));
    life.settle(refund(30_000), books(0));
    life.bankAnswers({ is: "confirmed", reading: books(30_000) });
    expect(standing(life)).toEqual([]);
  });
});
