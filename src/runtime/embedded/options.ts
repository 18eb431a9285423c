/** What a host hands to the engine. */

import type { OrderStatus } from "../../../machines/facts.js";
import type { Registry } from "../../../machines/index.js";
import type { SomeSettings } from "../../../machines/settings.js";
import type { decide } from "../../core/decide.js";
import type { ActorMessage, HistoryEntry, OrderRecord } from "../../core/record.js";
import type { Clock } from "../../ports/clock.js";
import type { Some } from "../../ports/defaults.js";
import type { Gateway } from "../../ports/gateway.js";
import type { Log } from "../../ports/log.js";
import type { Observer } from "../../ports/observer.js";
import type { Shop } from "../../ports/shop.js";
import type { Store } from "../../ports/store.js";
import type { Limits } from "./limits.js";

export interface EngineOptions<Own extends string = never> {
  store: Store;
  gateways: Gateway[];
  shop: Shop<string>;
  /** The shop's own statuses, each with the one of the eight that it is a child of: `{ picking: "processing" }`. */
  statuses?: Readonly<Record<Own, OrderStatus>> | undefined;
  settings?: SomeSettings | undefined;
  clock?: Clock | undefined;
  log?: Log | undefined;
  /** Makes numbers and spans of what happens. */
  observer?: Observer | undefined;
  registry?: Registry | undefined;
  limits?: Some<Limits> | undefined;
  /** Name of this node in leases. */
  worker?: string | undefined;
  /** 0..1; the simulator passes its own. */
  random?: (() => number) | undefined;
  /** Ids of events that come without one; the simulator passes its own. */
  newId?: (() => string) | undefined;
  /** Replaces the decision, for tests that plant a fault. */
  decide?: typeof decide | undefined;
  /** Told of every committed decision, in order. What it throws, or a promise of it that rejects, is logged, no more. */
  onDecision?: ((entry: HistoryEntry, record: OrderRecord, messages: ActorMessage[]) => void) | undefined;
}
