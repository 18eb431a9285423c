/** A bank, a shop and a customer on this computer, to try an engine between them. */

import { resursMapi } from "../gateways/resurs/mapi.js";
import { addressKeys, urlsFor } from "../http/app.js";
import { type Clock, systemClock } from "../ports/clock.js";
import type { Gateway } from "../ports/gateway.js";
import type { Receipt, Runtime } from "../ports/runtime.js";
import type { Shop } from "../ports/shop.js";
import { type ResursDouble, resursDouble } from "./doubles/resurs/double.js";
import { type WooDouble, wooDouble } from "./doubles/woocommerce/double.js";

export interface Sandbox {
  /** Resurs's Merchant API as a double, named `resurs-mapi`: what an engine is given as a gateway. */
  gateway: Gateway;
  /** A WooCommerce in memory: what an engine is given as its shop. */
  shop: Shop;
  bank: ResursDouble;
  woo: WooDouble;
  customer: {
    /** Orders in the shop, and has the engine know it. `total` in minor units. */
    orders(engine: Runtime, orderId: string, total: number): Promise<Receipt>;
    /** Goes from the checkout to the bank, signs, and comes back. @throws Error when the bank takes no payment */
    pays(engine: Runtime, orderId: string): Promise<Receipt>;
  };
  close(): Promise<void>;
}

/** @param options.clock default: the computer's own */
export const sandbox = async ({ clock = systemClock() }: { clock?: Clock | undefined } = {}): Promise<Sandbox> => {
  const bank = await resursDouble({ clock });
  const woo = wooDouble({ now: () => clock.now() });
  const gateway = resursMapi({ baseUrl: bank.url, clientId: "id", clientSecret: "secret", clock });
  const { name } = gateway;
  return {
    gateway,
    shop: woo.shop,
    bank,
    woo,
    customer: {
      async orders(engine, orderId, total) {
        const order = { total, currency: "SEK", lines: [] };
        woo.addOrder({ id: orderId, ...order });
        return engine.place(orderId, { gateway: name, ...order });
      },
      async pays(engine, orderId) {
        const urls = urlsFor("http://127.0.0.1", orderId, name, await addressKeys(engine));
        const payment = await engine.checkout(orderId, name, urls);
        if (payment.kind === "failed") throw new Error(`the bank took no payment: ${payment.detail}`);
        bank.customerSigns(payment.paymentId);
        return engine.submit(orderId, { type: "customer.returned", page: "success" }, { wait: "settled" });
      },
    },
    close: () => bank.close(),
  };
};
