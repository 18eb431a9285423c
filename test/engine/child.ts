/** The engine in a process of its own, to be killed. Bank and shop live with the parent. */
import { httpApp } from "../../src/http/app.js";
import { listen } from "../../src/http/serve.js";
import { systemClock } from "../../src/ports/clock.js";
import type { Shop } from "../../src/ports/shop.js";
import { createEngine } from "../../src/runtime/embedded/engine.js";
import { postgresStore } from "../../src/stores/postgres/store.js";
import { sqliteStore } from "../../src/stores/sqlite/store.js";
import { gatewayTo } from "./to-bank.js";

const [file = "", bankUrl = "", shopUrl = "", cooldownSeconds = "60"] = process.argv.slice(2);

const ask = async (path: string, body: unknown): Promise<unknown> => {
  const response = await fetch(`${shopUrl}${path}`, { method: "POST", body: JSON.stringify(body) });
  return response.json();
};
/** A shop at the other end of a wire: a lost connection is worth another try. */
const shop: Shop = {
  execute: async (orderId, effectId, effect) => {
    try {
      return (await ask("/execute", [orderId, effectId, effect])) as Awaited<ReturnType<Shop["execute"]>>;
    } catch (error) {
      return { kind: "retry", afterMs: 1000, detail: String(error) };
    }
  },
  readStatus: async (orderId) => (await ask("/readStatus", [orderId])) as Awaited<ReturnType<Shop["readStatus"]>>,
};

const clock = systemClock();
const onPostgres = file.startsWith("postgres:");
const engine = createEngine({
  store: onPostgres ? postgresStore({ connectionString: file }) : sqliteStore({ file, ownerTimeoutMs: 10_000 }),
  // Where others may live, what a dead one held comes free with its lease.
  limits: onPostgres ? { leaseMs: 1500 } : {},
  gateways: [gatewayTo(bankUrl, clock)],
  shop,
  settings: { cooldownSeconds: Number(cooldownSeconds) },
  clock,
});
await engine.start();
const served = await listen(httpApp({ engine, apiToken: null, publicUrl: "https://shop.example" }).fetch);
process.send?.(served.url);
// Whoever started it is gone: so is it.
process.on("disconnect", () => process.exit());
