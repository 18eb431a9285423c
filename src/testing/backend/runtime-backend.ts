/** Any runtime behind the door as a backend: its own HTTP, and WooCommerce's double for a shop. */
import { merchantEventFor } from "../../../machines/events.js";
import { OrderStatus } from "../../../machines/facts.js";
import { httpApp } from "../../http/app.js";
import { addressKeys } from "../../http/keys.js";
import { listen } from "../../http/serve.js";
import { urlsFor } from "../../http/urls.js";
import type { Runtime } from "../../ports/runtime.js";
import type { WooDouble } from "../doubles/woocommerce/double.js";
import type { VirtualClock } from "../virtual-clock.js";
import type { Backend } from "./backend.js";

const GATEWAY = "resurs-mapi";

export interface RuntimeUnderTest {
  runtime: Runtime;
  woo: WooDouble;
  /** The runtime's clock and the bank's. */
  clock: VirtualClock;
  /** Resolves when whatever is due is done. */
  settled(): Promise<void>;
}

export const runtimeBackend = async ({
  runtime,
  woo,
  clock,
  settled,
}: RuntimeUnderTest): Promise<Backend & { close(): Promise<void> }> => {
  const { url, close } = await listen(httpApp({ engine: runtime, apiToken: null }).fetch);
  let orders = 0;
  const comesBackTo = new Map<string, Record<"success" | "fail", string>>();
  return {
    close,
    async checkout({ total, lines }) {
      orders += 1;
      const orderId = String(orders);
      const now = clock.now();
      const times = { createdAt: now, updatedAt: now };
      const order = { status: "pending" as const, total, currency: "SEK", lines, needsProcessing: true, ...times };
      woo.addOrder({ id: orderId, ...order, datePaid: null });
      const unpaid = { gateway: GATEWAY, paymentId: null, previousPaymentIds: [], customerReturned: false };
      await runtime.place(orderId, { ...order, ...unpaid });
      const urls = urlsFor(url, orderId, GATEWAY, await addressKeys(runtime));
      const created = await runtime.checkout(orderId, GATEWAY, urls);
      if (created.kind === "failed") throw new Error(`no payment was begun: ${created.detail}`);
      comesBackTo.set(orderId, { success: urls.successUrl, fail: urls.failUrl });
      await settled();
      return { orderId, paymentId: created.paymentId };
    },
    customerReturns: (orderId, page) => fetch(comesBackTo.get(orderId)?.[page] ?? `${url}/returns/${orderId}/${page}`),
    merchantSets: (orderId, status) =>
      fetch(`${url}/orders/${orderId}/events`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ type: merchantEventFor[status], via: "api" }),
      }),
    async look(orderId) {
      await settled();
      const { status, stockReductions, stockIncreases } = woo.order(orderId);
      const confirmationMails = woo.confirmationMails(orderId);
      return { status: OrderStatus.parse(status), confirmationMails, stockReductions, stockIncreases };
    },
    timePasses: (ms) => clock.advanceTo(clock.now() + ms, settled),
  };
};
