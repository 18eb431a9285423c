/** How a bug is planted. */
import type { Registry } from "../../../machines/index.js";
import type { decide as theDecide } from "../../core/decide.js";
import type { Gateway } from "../../ports/gateway.js";
import type { Shop } from "../../ports/shop.js";
import type { Store } from "../../ports/store.js";
import type { WooDouble } from "../doubles/woocommerce/double.js";
import type { VirtualClock } from "../virtual-clock.js";
import type { Chance } from "./chance.js";
import type { SubmitApi } from "./ill-formed.js";

/** What a planted bug may put between the engine and the world. */
export interface Plant {
  store?(inner: Store, process: { name: string; stoodStill(): boolean }): Store;
  gateway?(inner: Gateway): Gateway;
  shop?(inner: Shop): Shop;
  decide?: typeof theDecide;
  registry?: Registry;
  entry?(inner: SubmitApi): SubmitApi;
}

export interface PlantSite {
  luck: Chance;
  clock: VirtualClock;
  woo: WooDouble;
  registry: Registry;
  decide: typeof theDecide;
}
