/** Orders under ids that the Merchant API does not take as they are: paid, called back about, found and captured. */
import { afterEach, expect, test } from "vitest";
import { resursMapi } from "../../src/gateways/resurs/mapi.js";
import { httpApp } from "../../src/http/app.js";
import { listen } from "../../src/http/serve.js";
import { createEngine } from "../../src/runtime/embedded/engine.js";
import { memoryStore } from "../../src/stores/memory/store.js";
import { resursDouble, VirtualClock, wooDouble } from "../../src/testing/index.js";

const T0 = Date.parse("2026-11-20T12:00:00.000Z");

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

test.each(["0f8fad5b-d9cb-469f-a165-70867728950e", "0f8fad5bd9cb469fa16570867728950e", "order#1", "x".repeat(100)])(
  "order %s",
  async (orderId) => {
    const clock = new VirtualClock(T0);
    const bank = await resursDouble({ clock });
    closing.push(bank.close);
    const gateway = resursMapi({ baseUrl: bank.url, clientId: "shop", clientSecret: "secret", clock });
    const woo = wooDouble({ now: () => clock.now() });
    const engine = createEngine({ store: memoryStore(), gateways: [gateway], shop: woo.shop, clock });
    await engine.start();
    closing.push(() => engine.stop());
    const served = await listen(httpApp({ engine, apiToken: null }).fetch);
    closing.push(() => served.close());
    const pass = async (ms: number) =>
      clock.advanceTo(clock.now() + ms, async () => {
        for (let calm = 0; calm < 3; ) {
          await new Promise((resolve) => setTimeout(resolve, 2));
          calm = engine.idle && bank.delivering() === 0 ? calm + 1 : 0;
        }
      });
    const order = { total: 100_000, currency: "SEK", lines: [], createdAt: T0, updatedAt: T0, needsProcessing: true };
    woo.addOrder({ ...order, id: orderId, status: "pending", datePaid: null });
    await engine.place(orderId, {
      ...order,
      status: "pending",
      gateway: "resurs-mapi",
      paymentId: null,
      previousPaymentIds: [],
      customerReturned: false,
    });
    const created = await engine.checkout(orderId, "resurs-mapi", {
      successUrl: `${served.url}/returns/success`,
      failUrl: `${served.url}/returns/fail`,
      callbackUrl: `${served.url}/callbacks/resurs/authorization`,
    });
    if (created.kind !== "ok") throw new Error(JSON.stringify(created));
    bank.customerSigns(created.paymentId);
    await pass(61_000);
    expect(bank.deliveries).toMatchObject([{ status: "AUTHORIZED", answer: 202 }]);
    expect(woo.order(orderId).status).toBe("processing");
    await engine.submit(orderId, { type: "merchant.completed" });
    await pass(1_000);
    expect(bank.books(created.paymentId)).toMatchObject({ captured: 1000 });
    expect((await engine.read(orderId))?.facts.payment).toMatchObject({ foreign: null });
  },
);
