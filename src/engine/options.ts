/** What a host hands to the engine. */
import type { Registry } from "../../machines/index.js";
import type { Settings } from "../../machines/settings.js";
import type { decide } from "../core/decide.js";
import type { ActorMessage, HistoryEntry, OrderRecord } from "../core/record.js";
import type { Clock } from "../ports/clock.js";
import type { Gateway } from "../ports/gateway.js";
import type { Log } from "../ports/log.js";
import type { Observer } from "../ports/observer.js";
import type { Shop } from "../ports/shop.js";
import type { Store } from "../ports/store.js";
import type { Limits } from "./limits.js";

export interface EngineOptions {
  store: Store;
  gateways: Gateway[];
  shop: Shop;
  settings?: Partial<Settings>;
  clock?: Clock;
  log?: Log;
  /** Makes numbers and spans of what happens. */
  observer?: Observer;
  registry?: Registry;
  limits?: Partial<Limits>;
  /** Name of this node in leases. */
  worker?: string;
  /** 0..1; the simulator passes its own. */
  random?: () => number;
  /** Ids of events that come without one; the simulator passes its own. */
  newId?: () => string;
  /** Replaces the decision, for tests that plant a fault. */
  decide?: typeof decide;
  /** Told of every committed decision, in order. What it throws, or a promise of it that rejects, is logged, no more. */
  onDecision?: (entry: HistoryEntry, record: OrderRecord, messages: ActorMessage[]) => void;
}
