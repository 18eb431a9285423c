/** What the tests of Resurs's older flows begin with: the bank, a shop, and an order whose customer is about to pay. */
import type { Engine } from "../../src/runtime/embedded/engine.js";
import { legacyDouble } from "../../src/testing/doubles/resurs-legacy/double.js";
import { VirtualClock, wooDouble } from "../../src/testing/index.js";
import { T0 } from "./place.js";

export const urls = {
  successUrl: "https://shop.test/ok",
  failUrl: "https://shop.test/no",
  callbackUrl: "https://shop.test/cb",
};
export const TOTAL = 84_900;
export const placed = { total: TOTAL, currency: "SEK", lines: [], needsProcessing: true, createdAt: T0, updatedAt: T0 };

/** `own`: what each of the flows is configured with. */
export const bankAndShop = async () => {
  const clock = new VirtualClock(T0);
  const bank = await legacyDouble({ clock });
  const woo = wooDouble({ now: () => clock.now() });
  const own = { ...bank.addresses, userName: "shop", password: "a-password-of-the-shop", clock };
  return { clock, bank, woo, own };
};

/** The bank is behind a socket, so that it takes some turns until nothing is on its way. */
export const restOf = (engine: Engine) => async (): Promise<void> => {
  for (let calm = 0; calm < 4; ) {
    await new Promise((resolve) => setTimeout(resolve, 2));
    calm = engine.idle ? calm + 1 : 0;
  }
};
