/** A shop, an engine and its door in front of banks that can call back. */
import type { SomeSettings } from "../../machines/settings.js";
import { httpApp } from "../../src/http/app.js";
import type { DigestOptions } from "../../src/http/digest.js";
import { addressKeys } from "../../src/http/keys.js";
import { listen } from "../../src/http/serve.js";
import { urlsFor } from "../../src/http/urls.js";
import type { Gateway } from "../../src/ports/gateway.js";
import { createEngine } from "../../src/runtime/embedded/engine.js";
import { memoryStore } from "../../src/stores/memory/store.js";
import { type VirtualClock, wooDouble } from "../../src/testing/index.js";

export const shopWith = async (
  clock: VirtualClock,
  gateway: Gateway,
  options: {
    delivering: () => number;
    netsAuthorization?: string;
    resursDigest?: DigestOptions;
    settings?: SomeSettings | undefined;
  },
) => {
  const { delivering, settings, ...doors } = options;
  const woo = wooDouble({ now: () => clock.now() });
  const engine = createEngine({
    store: memoryStore(),
    gateways: [gateway],
    shop: woo.shop,
    clock,
    ...(settings && { settings }),
  });
  await engine.start();
  const served = await listen(httpApp({ engine, apiToken: null, ...doors }).fetch);
  const pass = async (ms: number) =>
    clock.advanceTo(clock.now() + ms, async () => {
      for (let calm = 0; calm < 3; ) {
        await new Promise((resolve) => setTimeout(resolve, 2));
        calm = engine.idle && delivering() === 0 ? calm + 1 : 0;
      }
    });
  return {
    engine,
    woo,
    pass,
    url: served.url,
    async close() {
      await served.close();
      await engine.stop();
    },
    /** Places the order and opens its payment; the payment's id. */
    async opened(orderId: string, total = 100_000) {
      const now = clock.now();
      const order = { total, currency: "SEK", lines: [], createdAt: now, updatedAt: now, needsProcessing: true };
      woo.addOrder({ ...order, id: orderId, status: "pending", datePaid: null });
      await engine.place(orderId, {
        ...order,
        status: "pending",
        gateway: gateway.name,
        paymentId: null,
        previousPaymentIds: [],
        customerReturned: false,
      });
      const urls = urlsFor(served.url, orderId, gateway.api ?? gateway.name, await addressKeys(engine, null));
      const created = await engine.checkout(orderId, gateway.name, urls);
      if (created.kind !== "ok") throw new Error(JSON.stringify(created));
      return created.paymentId;
    },
  };
};
