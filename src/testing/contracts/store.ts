/** What every store keeps to. Free of any test runner: a case throws when the store breaks its word. */
import { clock } from "./store/clock.js";
import { damaged } from "./store/damaged.js";
import { dead } from "./store/dead.js";
import { effects } from "./store/effects.js";
import { lanes } from "./store/lanes.js";
import { lists } from "./store/lists.js";
import { orders } from "./store/orders.js";
import { readings } from "./store/readings.js";
import type { StoreCase } from "./store/sample.js";
import { secrets } from "./store/secrets.js";
import { subscriptions } from "./store/subscriptions.js";
import { text } from "./store/text.js";
import { waiting } from "./store/waiting.js";
import { within } from "./store/within.js";

export type { Damageable, HostConnection, StoreCase, StorePlace } from "./store/sample.js";

export const storeContract: StoreCase[] = [
  ...orders,
  ...lists,
  ...effects,
  ...dead,
  ...lanes,
  ...clock,
  ...readings,
  ...text,
  ...waiting,
  ...secrets,
  ...subscriptions,
  ...damaged,
  ...within,
];
