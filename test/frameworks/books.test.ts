/** What Vendure and Medusa are told of a payment, and how amounts are written there; with neither of them at hand. */
import { describe, expect, test } from "vitest";
import { type Facts, type OrderStatus, unreadPayment } from "../../machines/facts.js";
import { toMajor, toMinor } from "../../src/hosts/medusa/core.js";
import { sessionStatus } from "../../src/hosts/medusa/ledger.js";
import { type Books, storedAs } from "../../src/hosts/vendure/books.js";
import { scaleOf } from "../../src/hosts/vendure/cart.js";
import type { VendureOrder } from "../../src/hosts/vendure/core.js";
import { vendureShop } from "../../src/hosts/vendure/shop.js";

const TOTAL = 13_000;

const payment = (status: string, authorized: number, captured = 0): Facts["payment"] => ({
  ...unreadPayment("resurs-mapi", "pay-1"),
  ...{ exists: true, hasOrder: true, status, total: TOTAL, authorized, captured },
});

describe("the currency's own minor units", () => {
  test.each([
    ["SEK", "129.99", 12_999],
    ["JPY", 1510, 1510],
    ["KWD", 12.345, 12_345],
    ["BHD", { value: "0.001" }, 1],
  ])("%s in Medusa", (currency, major, minor) => {
    expect(toMinor(major, currency)).toBe(minor);
    expect(toMinor(toMajor(minor, currency), currency)).toBe(minor);
  });

  test.each([
    ["SEK", 12_999, 12_999],
    ["JPY", 151_000, 1510],
    ["KWD", 1234, 12_340],
  ])("%s in Vendure, which writes every currency with two digits", (currency, written, minor) => {
    const { toMinor: of, toVendure } = scaleOf(currency, 2);
    expect(of(written)).toBe(minor);
    expect(toVendure(minor)).toBe(written);
  });
});

describe.each([
  {
    what: "its customer is still there",
    paid: payment("TASK_REDIRECTION_REQUIRED", 0),
    vendure: null,
    medusa: "requires_more",
  },
  { what: "frozen", paid: payment("FROZEN", TOTAL), vendure: "Created", medusa: "pending" },
  { what: "under review", paid: payment("INSPECTION", TOTAL), vendure: "Created", medusa: "pending" },
  { what: "a word that nobody knows", paid: payment("PONDERING", TOTAL), vendure: "Created", medusa: "pending" },
  { what: "rejected", paid: payment("REJECTED", 0), vendure: "Declined", medusa: "error" },
  { what: "reserved", paid: payment("ACCEPTED", TOTAL), vendure: "Authorized", medusa: "authorized" },
  { what: "captured in part", paid: payment("ACCEPTED", 8000, 5000), vendure: "Authorized", medusa: "authorized" },
  { what: "captured", paid: payment("ACCEPTED", 0, TOTAL), vendure: "Settled", medusa: "captured" },
  { what: "let go", paid: payment("ACCEPTED", 0), vendure: "Cancelled", medusa: "canceled" },
])("a payment that is $what", ({ paid, vendure, medusa }) => {
  test(`is ${vendure} in Vendure`, () => expect(storedAs(paid)?.state ?? null).toBe(vendure));

  test(`makes Medusa's session ${medusa}`, () => {
    const session = { session_id: "s", order_status: "o", payment_id: "pay-1", redirect_url: "", total: TOTAL };
    expect(sessionStatus({ payment: paid, others: [] } as unknown as Facts, session)).toBe(medusa);
  });
});

test("a session is not paid by another amount than its own", () => {
  const session = { session_id: "s", order_status: "o", payment_id: "pay-1", redirect_url: "", total: TOTAL + 50_000 };
  const facts = { payment: payment("ACCEPTED", TOTAL), others: [] } as unknown as Facts;
  expect(sessionStatus(facts, session)).toBe("pending");
});

describe("Vendure's fewer states are no news", () => {
  const shopWith = (state: string, status: OrderStatus | null) => {
    const order = { state } as VendureOrder;
    const books = { order: async () => order } as unknown as Books;
    return vendureShop(
      () => books,
      async () => status,
    );
  };

  test.each(["on-hold", "processing", "failed", "completed", "refunded"] as const)(
    "to an order that is %s",
    async (status) => {
      for (const state of ["ArrangingPayment", "PaymentAuthorized", "PaymentSettled", "Shipped"])
        expect(await shopWith(state, status).readStatus("A")).toBe(status);
    },
  );

  test("except its own cancellation, while no money was taken", async () => {
    expect(await shopWith("Cancelled", "on-hold").readStatus("A")).toBe("cancelled");
    expect(await shopWith("Cancelled", "completed").readStatus("A")).toBe("completed");
  });
});
