/** The engine that a WordPress of a test asks: a bank's double, a shop's double, and the HTTP doors on a port. */
import type { SomeSettings } from "../../machines/settings.js";
import type { Statuses } from "../../machines/statuses.js";
import { httpApp } from "../../src/http/app.js";
import { listen, type Served } from "../../src/http/serve.js";
import { systemClock } from "../../src/ports/clock.js";
import { createEngine, type Engine } from "../../src/runtime/embedded/engine.js";
import { memoryStore } from "../../src/stores/memory/store.js";
import { type ResursDouble, resursDouble, type WooDouble, wooDouble } from "../../src/testing/index.js";
import { gatewayTo } from "../engine/place.js";

export const TOKEN = "token of the API";

export interface Behind {
  bank: ResursDouble;
  woo: WooDouble;
  engine: Engine;
  served: Served;
  end(): Promise<void>;
}

/** @param statuses of another plugin of the shop */
export const engineBehind = async (settings: SomeSettings = {}, statuses: Statuses = {}): Promise<Behind> => {
  const clock = systemClock();
  const bank = await resursDouble({ clock });
  const woo = wooDouble({ now: () => clock.now(), customStatuses: { ...statuses }, statuses }) as WooDouble;
  const gateways = [gatewayTo(bank.url, clock)];
  const engine = createEngine({ store: memoryStore(), gateways, shop: woo.shop, statuses, settings, clock });
  await engine.start();
  const served = await listen(httpApp({ engine, apiToken: TOKEN, publicUrl: "https://engine.example" }).fetch);
  return {
    ...{ bank, woo, engine, served },
    async end() {
      await served.close();
      await engine.stop();
      await bank.close();
    },
  };
};
