/** The sandbox: the real engine between doubles. Apart from `compose.ts`, as a shop that is served loads no doubles. */

import { checkoutScriptAt } from "../../gateways/nets/easy.js";
import { decodeApiData } from "../../gateways/resurs-legacy/index.js";
import { systemClock } from "../../ports/clock.js";
import { memoryStore } from "../../stores/memory/store.js";
import {
  type Banks,
  closeBanks,
  gatewaysTo,
  LEGACY_DIGEST,
  NETS_AUTHORIZATION,
  openBanks,
  registerCallbacks,
} from "../../testing/doubles/banks.js";
import { type WooDouble, wooDouble } from "../../testing/doubles/woocommerce/double.js";
import { type Common, compose, LET_GO_MS, type Running } from "./compose.js";
import { atMost } from "./ending.js";
import { type Fetch, sandboxDoor, stocked, stockUp } from "./sandbox.js";
import { storeAt } from "./stores.js";

export interface ComposedSandbox extends Running {
  banks: Banks;
  woo: WooDouble;
}

/**
 * The real engine between doubles of bank and shop. Without a store its orders live as long as it does, and no driver
 * is asked for.
 */
export const composeSandbox = async (
  options: Common & { store?: string; bankFetch?: typeof globalThis.fetch; around?: (fetch: Fetch) => Fetch },
): Promise<ComposedSandbox> => {
  const { clock = systemClock(), settings, onDecision, around = (fetch) => fetch } = options;
  const banks = await openBanks(clock);
  try {
    const woo = wooDouble({
      now: () => clock.now(),
      manageStock: true,
      holdStockMinutes: settings.stockManagement ? settings.holdStockMinutes : null,
    });
    const one = await compose({
      ...options,
      clock,
      store: options.store === undefined ? memoryStore() : await storeAt(options.store),
      gateways: gatewaysTo(banks, clock, options.bankFetch, true),
      shop: woo.shop,
      doors: () => ({
        netsAuthorization: NETS_AUTHORIZATION,
        frames: {
          nets: { checkoutKey: "sandbox-checkout-key", script: checkoutScriptAt(banks.nets.url) },
          resursCheckout: { origin: new URL(banks.legacy.addresses.checkoutUrl).origin },
        },
        resursDigest: { algorithm: LEGACY_DIGEST.algorithm, salts: [...LEGACY_DIGEST.salts] },
        readContainer: decodeApiData,
      }),
      onDecision: (entry, record, messages) => {
        stocked(woo, entry, record);
        onDecision?.(entry, record, messages);
      },
      around: (fetch, engine, url) =>
        around(sandboxDoor(fetch, engine, url, () => banks.legacy.nextBooking({ status: "SIGNING" }))),
    });
    registerCallbacks(banks, one.url);
    await stockUp(woo, one.engine).catch(async (error: unknown) => {
      await atMost(LET_GO_MS, one.stop());
      throw error;
    });
    const stop = async (drainMs?: number) => {
      await one.stop(drainMs);
      await closeBanks(banks);
    };
    return { ...one, banks, woo, stop };
  } catch (error) {
    await closeBanks(banks);
    throw error;
  }
};
