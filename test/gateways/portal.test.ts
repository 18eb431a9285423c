/** What a hand does in the bank's portal is heard of from the bank itself, and in the shop a second later. */
import { afterEach, describe, expect, test } from "vitest";
import { resursMapi } from "../../src/gateways/resurs/mapi.js";
import { resursDouble, VirtualClock } from "../../src/testing/index.js";
import { shopWith } from "./shop-with.js";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const HOUR = 3_600_000;

describe("Resurs's portal", () => {
  const paid = async () => {
    const clock = new VirtualClock(Date.parse("2026-11-20T12:00:00.000Z"));
    const bank = await resursDouble({ clock });
    closing.push(bank.close);
    const gateway = resursMapi({ baseUrl: bank.url, clientId: "shop", clientSecret: "secret", clock });
    const shop = await shopWith(clock, gateway, { delivering: bank.delivering });
    closing.push(shop.close);
    const paymentId = await shop.opened("1001");
    bank.customerSigns(paymentId);
    await shop.pass(HOUR);
    expect(shop.woo.order("1001").status).toBe("processing");
    const payment = async () => (await shop.engine.read("1001"))?.facts.payment;
    const flags = async () => (await shop.engine.read("1001"))?.flags;
    return { ...shop, bank, paymentId, payment, flags };
  };
  test("a capture, and a part of it given back", async () => {
    const { bank, paymentId, pass, payment } = await paid();
    bank.portal(paymentId, "capture");
    await pass(1_000);
    expect(await payment()).toMatchObject({ captured: 100_000 });
    await pass(HOUR);
    bank.portal(paymentId, "refund", 250);
    await pass(1_000);
    expect(await payment()).toMatchObject({ refunded: 25_000 });
    expect(bank.deliveries.map(({ status, answer }) => [status, answer])).toEqual([
      ["AUTHORIZED", 202],
      ["CAPTURE", 202],
      ["REFUND", 202],
    ]);
  });
  test("a cancellation", async () => {
    const { bank, flags, paymentId, pass, payment } = await paid();
    bank.portal(paymentId, "cancel");
    await pass(1_000);
    expect(await payment()).toMatchObject({ canceled: 100_000, authorized: 0 });
    expect(await flags()).toMatchObject([{ flag: "discrepancy:payment-cancelled-order-active", clearedAt: null }]);
  });
  test("our own call is told of, too, and changes nothing more", async () => {
    const { bank, engine, pass, woo } = await paid();
    await engine.submit("1001", { type: "merchant.completed" });
    await pass(HOUR);
    expect(bank.deliveries.at(-1)).toMatchObject({ status: "CAPTURE", answer: 202 });
    expect([woo.order("1001").status, bank.calls.length]).toEqual(["completed", 1]);
  });
});
