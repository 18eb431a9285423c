/** What every store keeps to. Free of any test runner: a case throws when the store breaks its word. */
import { clock } from "./store-contract/clock.js";
import { damaged } from "./store-contract/damaged.js";
import { dead } from "./store-contract/dead.js";
import { effects } from "./store-contract/effects.js";
import { lanes } from "./store-contract/lanes.js";
import { orders } from "./store-contract/orders.js";
import { readings } from "./store-contract/readings.js";
import type { StoreCase } from "./store-contract/sample.js";
import { secrets } from "./store-contract/secrets.js";
import { text } from "./store-contract/text.js";
import { waiting } from "./store-contract/waiting.js";

export type { Damageable, StoreCase, StorePlace } from "./store-contract/sample.js";

export const storeContract: StoreCase[] = [
  ...orders,
  ...effects,
  ...dead,
  ...lanes,
  ...clock,
  ...readings,
  ...text,
  ...waiting,
  ...secrets,
  ...damaged,
];
