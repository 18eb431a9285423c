/** A node as `serve` composes it, with its bank and its shop at the other end of a wire. */
import { Settings } from "../../machines/settings.js";
import { compose } from "../../src/cli/lib/compose.js";
import { untilToldToStop } from "../../src/cli/lib/stopping.js";
import { postgresStore } from "../../src/stores/postgres/store.js";
import { nodeParts, offer } from "../../src/testing/contracts/runtime/wire.js";
import { keepKnownKey } from "../engine/known-key.js";
import type { NodeOptions } from "./fleet.js";

const { gateways, shop, clock, settings, limits, registry, decide } = nodeParts();
const { worker, drainMs, store } = JSON.parse(process.argv[3] ?? "{}") as NodeOptions;
const node = await compose({
  store: postgresStore(store),
  gateways,
  shop,
  clock,
  settings: Settings.parse(settings),
  apiToken: null,
  engine: { limits, registry, decide, worker },
  graceMs: 10_000,
});
await keepKnownKey(node.engine);
offer(node.url, node.engine);
await untilToldToStop();
await node.stop(drainMs);
process.exit(0);
