/** Orders under ids that the Merchant API does not take as they are: paid, called back about, found and captured. */
import { afterEach, expect, test } from "vitest";
import { resursMapi } from "../../src/gateways/resurs/mapi.js";
import { resursDouble, VirtualClock } from "../../src/testing/index.js";
import { shopWith } from "./shop-with.js";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

test.each(["0f8fad5b-d9cb-469f-a165-70867728950e", "0f8fad5bd9cb469fa16570867728950e", "order#1", "x".repeat(100)])(
  "order %s",
  async (orderId) => {
    const clock = new VirtualClock(Date.parse("2026-11-20T12:00:00.000Z"));
    const bank = await resursDouble({ clock });
    closing.push(bank.close);
    const gateway = resursMapi({ baseUrl: bank.url, clientId: "shop", clientSecret: "secret", clock });
    const { engine, woo, pass, opened, close } = await shopWith(clock, gateway, { delivering: bank.delivering });
    closing.push(close);
    const paymentId = await opened(orderId);
    bank.customerSigns(paymentId);
    await pass(61_000);
    expect(bank.deliveries).toMatchObject([{ status: "AUTHORIZED", answer: 202 }]);
    expect(woo.order(orderId).status).toBe("processing");
    await engine.submit(orderId, { type: "merchant.completed" });
    await pass(1_000);
    expect(bank.books(paymentId)).toMatchObject({ captured: 1000 });
    expect((await engine.queries.read(orderId))?.facts.payment).toMatchObject({ foreign: null });
  },
);
