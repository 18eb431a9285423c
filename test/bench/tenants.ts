/** `npm run bench tenants`: many engines in one process, on one pool. */
import pg from "pg";
import { createEngine, type Engine } from "../../src/index.js";
import { postgresStore } from "../../src/stores/postgres/store.js";
import { wooDouble } from "../../src/testing/index.js";
import { startPostgres } from "../stores/postgres-server.js";

const ENGINES = Number(process.argv[2] ?? 100);
const CONNECTIONS = 10;
const IDLE_MS = 30_000;

const server = await startPostgres();
if (typeof server === "string") throw new Error(server);
const pool = new pg.Pool({ connectionString: await server.database(), max: CONNECTIONS });
const { shop } = wooDouble({ now: Date.now });
const open = async (n: number): Promise<Engine> => {
  const engine = createEngine({ store: postgresStore({ pool, schema: `shop_${n}` }), gateways: [], shop });
  await engine.start();
  return engine;
};
const all = async (): Promise<Engine[]> => {
  const engines: Engine[] = [];
  for (let n = 0; n < ENGINES; n += 1) engines.push(await open(n));
  return engines;
};
// The schemas are made by the first start, and are there at every other.
for (const engine of await all()) await engine.stop();
const memory = () => process.memoryUsage().rss / 1024 / 1024;
const [begun, before] = [performance.now(), memory()];
const engines = await all();
const startMs = performance.now() - begun;
const idle = process.cpuUsage();
await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
const { user, system } = process.cpuUsage(idle);
const figures = {
  engines: ENGINES,
  connections: pool.totalCount,
  startSeconds: Number((startMs / 1000).toFixed(1)),
  mebibytes: Math.round(memory() - before),
  idlePercentOfACore: Number(((user + system) / 10 / IDLE_MS).toFixed(1)),
};
const order = {
  total: 100,
  currency: "SEK",
  lines: [],
  gateway: null,
  status: "pending" as const,
  needsProcessing: true,
};
const placing = performance.now();
await Promise.all(engines.map((engine, n) => engine.place(String(n), order)));
console.log(JSON.stringify({ ...figures, oneOrderEachMs: Math.round(performance.now() - placing) }));
for (const engine of engines) await engine.stop();
await pool.end();
await server.stop();
