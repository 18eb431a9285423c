/**
 * `node dist/test/bench/growth.js [--quick] [--json] [--store sqlite|postgres] [--orders 10000,1000000]`:
 * what a store costs as it grows. The same events on stores of different sizes, taking turns; how soon events are
 * acknowledged while timers and put-off events wait by the million; and what an idle order takes of the memory.
 */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { cpus, loadavg, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import pg from "pg";
import { Bar } from "../../src/cli/lib/bar.js";
import { createEngine, type Engine } from "../../src/runtime/embedded/engine.js";
import { AS_IT_COMES, type PostgresServer, startPostgres } from "../stores/postgres-server.js";
import { fill, type Place, storeAt } from "./fill.js";
import { untilIdle } from "./relay.js";
import { type Latencies, latenciesOf, printed, printedLatencies, type Table, tableOf, turns } from "./rounds.js";
import {
  answering,
  Foretold,
  gateway,
  IN_FLIGHT,
  inFlight,
  orderIdOf,
  perSecond,
  placing,
  returning,
  shop,
  undelivered,
} from "./work.js";

const { values: given } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    store: { type: "string" },
    orders: { type: "string" },
    /** Only for this program itself: what a process weighs that has this store open. */
    idle: { type: "string" },
  },
});
const sizes = given.orders?.split(",").map(Number) ?? (given.quick ? [500, 2000] : [10_000, 1_000_000, 5_000_000]);
/** Events put off, at most. */
const PUT_OFF = 1_000_000;
const [rounds, perRound, acknowledged] = given.quick ? [1, 50, 50] : [5, 500, 1000];
/** A quarter of the memory is what PostgreSQL's manual begins with. */
const server = { ...AS_IT_COMES, shared_buffers: `${Math.round(totalmem() / 4 / 2 ** 20)}MB`, max_wal_size: "4GB" };
/** As often as a load balancer asks. */
const HEALTH_MS = 1000;

const idle = async (place: Place): Promise<void> => {
  const engine = createEngine({ store: storeAt(place), gateways: [gateway], shop });
  const begin = performance.now();
  await engine.start();
  const openedMs = performance.now() - begin;
  await new Promise((resolve) => setTimeout(resolve, 500));
  globalThis.gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  console.log(JSON.stringify({ openedMs, rss, heap: heapUsed + external }));
  await engine.stop();
};

interface Weight {
  orders: number;
  openedMs: number;
  rss: number;
  heap: number;
}

const weightOf = async (place: Place, orders: number): Promise<Weight> => {
  const own = fileURLToPath(import.meta.url);
  const { stdout } = await promisify(execFile)(process.execPath, ["--expose-gc", own, "--idle", JSON.stringify(place)]);
  return { orders, ...JSON.parse(stdout) };
};

/** As many as the smallest store has. */
const NEWEST = Math.min(...sizes);
const taken = (rounds + 1) * perRound;

type Pick = (i: number, size: number) => number;
/** Every order once, from all over the store but its newest; and as a shop's day has them, from its newest. */
const everywhere: Pick = (i, size) => (i * 618_033_989) % (size === NEWEST ? size : size - NEWEST);
const newest: Pick = (i, size) => size - NEWEST + ((i * 618_033_989) % NEWEST);

const slice = (pick: Pick, from: number, orders: number, size: number): string[] =>
  Array.from({ length: orders }, (_, i) => orderIdOf(pick(from + i, size)));

/** 32 in flight, effects carried out beside them, while somebody asks for the engine's health. */
const acknowledging = async (title: string, place: Place, orders: string[]): Promise<Latencies[]> => {
  const instant = answering(() => {});
  const engine = createEngine({ store: storeAt(place), gateways: [instant.gateway], shop: instant.shop });
  await engine.start();
  const [waits, healths]: [number[], number[]] = [[], []];
  const timed = async (into: number[], work: () => Promise<unknown>) => {
    const begin = performance.now();
    await work();
    into.push(performance.now() - begin);
  };
  await timed(healths, () => engine.queries.health());
  const asking = setInterval(() => void timed(healths, () => engine.queries.health()), HEALTH_MS);
  await inFlight(IN_FLIGHT, orders, (id) => timed(waits, () => engine.submit(id, returning)));
  clearInterval(asking);
  await untilIdle(engine);
  await engine.stop();
  return [latenciesOf(title, waits), latenciesOf(`${title}: health()`, healths)];
};

const rates = async (places: Place[], pick: Pick, from: number): Promise<number[][]> => {
  const found: number[][] = [];
  const engines = places.map((place) =>
    createEngine({ store: undelivered(storeAt(place)), gateways: [gateway], shop }),
  );
  await Promise.all(engines.map((engine) => engine.start()));
  for (let round = 0; round <= rounds; round += 1) {
    const own: number[] = [];
    for (const i of turns(places.length, round)) {
      const [engine, size] = [engines[i] as Engine, sizes[i] as number];
      const ids = slice(pick, from + round * perRound, perRound, size);
      own[i] = await perSecond(perRound, () => inFlight(IN_FLIGHT, ids, (id) => engine.submit(id, returning)));
    }
    // The first round warms up.
    if (round > 0) found.push(own);
  }
  await Promise.all(engines.map((engine) => engine.stop()));
  return found;
};

/** A copied order is what the engine makes of that order, and every event was taken in once. */
const check = async (place: Place, size: number): Promise<void> => {
  const store = storeAt(place);
  await store.open();
  const expected: [version: number, ids: string[]][] = [
    [3, slice(everywhere, 0, acknowledged, size)],
    [3, slice(newest, acknowledged, acknowledged, size)],
    [2, slice(everywhere, 2 * acknowledged, taken, size)],
    [2, slice(newest, 2 * acknowledged + taken, taken, size)],
    [1, slice(newest, 2 * acknowledged + 2 * taken, 1, size)],
  ];
  const ids = expected.flatMap(([version, all]) => all.map((orderId): [number, string] => [version, orderId]));
  const loaded = await store.load(ids.map(([, orderId]) => ({ orderId, eventIds: [] })));
  const { orders, waitingEvents } = await store.counts();
  await store.close();
  for (const [i, [version, orderId]] of ids.entries()) {
    const found = loaded[i]?.record?.version ?? 0;
    if (found !== version) throw new Error(`order ${orderId} of ${size} has version ${found}, not ${version}`);
  }
  const untouched = loaded.at(-1)?.record;
  const at = untouched?.facts.order.createdAt ?? 0;
  const n = newest(2 * acknowledged + 2 * taken, size);
  const { record } = new Foretold(at).told(orderIdOf(n), placing(n, at), "shop", "order.placed").change;
  if (JSON.stringify(untouched) !== JSON.stringify(record)) throw new Error(`order ${record.orderId} is no true copy`);
  // A large server's store estimates.
  const off = (counted: number, there: number) => Math.abs(counted / there - 1) > (there > 100_000 ? 0.05 : 0);
  if (off(orders, size) || off(waitingEvents, Math.min(size, PUT_OFF)))
    throw new Error(`${orders} orders and ${waitingEvents} put-off events in the store of ${size}`);
};

interface Grown {
  store: string;
  bytes: number[];
  throughput: Table[];
  latencies: Latencies[];
  weights: Weight[];
}

/**
 * After a checkpoint PostgreSQL writes a whole page at its first change. Orders that an earlier table has written would
 * be spared that, and in the smallest store those are all of them: so every table begins after a checkpoint.
 */
const settled = async (places: Place[]): Promise<void> => {
  for (const place of places) {
    if (!("connectionString" in place)) continue;
    const client = new pg.Client(place.connectionString);
    await client.connect();
    await client.query("CHECKPOINT");
    await client.end();
  }
};

const grown = async (store: string, places: Place[], bytesOf: (place: Place) => Promise<number>): Promise<Grown> => {
  for (const [i, place] of places.entries()) {
    const size = sizes[i] as number;
    const bar = new Bar(`${store} {bar} {value} of {total} orders, {taken}`, {
      // Somebody who reads a log sees it too.
      elsewhereMs: 10_000,
    });
    bar.start(size, 0);
    await fill(place, size, PUT_OFF, (orders) => bar.update(orders));
    bar.stop();
  }
  const weights: Weight[] = [];
  const latencies: Latencies[] = [];
  for (const [i, place] of places.entries()) {
    weights.push(await weightOf(place, sizes[i] as number));
  }
  for (const [which, pick, from] of [
    ["orders from all over the store", everywhere, 0],
    ["its newest orders", newest, acknowledged],
  ] as const) {
    for (const [i, place] of places.entries()) {
      const size = sizes[i] as number;
      await settled(places);
      const title = `${store}, ${size.toLocaleString("en")} orders, ${which}`;
      latencies.push(...(await acknowledging(title, place, slice(pick, from, acknowledged, size))));
    }
  }
  const names = sizes.map((size) => `${size.toLocaleString("en")} orders`);
  const table = async (which: string, pick: Pick, from: number) => {
    await settled(places);
    const found = await rates(places, pick, from);
    return tableOf(`${store}, ${IN_FLIGHT} in flight, ${which}`, "events/s", names, 0, found);
  };
  const throughput = [
    await table("orders from all over the store", everywhere, 2 * acknowledged),
    await table("its newest orders", newest, 2 * acknowledged + taken),
  ];
  for (const [i, place] of places.entries()) await check(place, sizes[i] as number);
  return { store, bytes: await Promise.all(places.map(bytesOf)), throughput, latencies, weights };
};

const onSqlite = async (): Promise<Grown> => {
  const directory = mkdtempSync(join(tmpdir(), "order-status-growth-"));
  const remove = () => rmSync(directory, { recursive: true, force: true });
  const interrupted = () => process.exit(130);
  process.once("exit", remove);
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, interrupted);
  const places = sizes.map((size) => ({ file: join(directory, `${size}.db`) }));
  const result = await grown("SQLite", places, async (place) => ("file" in place ? statSync(place.file).size : 0));
  for (const signal of ["SIGINT", "SIGTERM"]) process.off(signal, interrupted);
  remove();
  return result;
};

const onPostgres = async (running: PostgresServer): Promise<Grown> => {
  const places: Place[] = [];
  for (const _ of sizes) places.push({ connectionString: await running.database() });
  return grown("PostgreSQL", places, async (place) => {
    const client = new pg.Client("connectionString" in place ? place.connectionString : {});
    await client.connect();
    const { rows } = await client.query("SELECT pg_database_size(current_database())::float8 AS bytes");
    await client.end();
    return rows[0].bytes;
  });
};

const told = ({ store, bytes, throughput, latencies, weights }: Grown): string => {
  const MB = (value: number) => `${(value / 2 ** 20).toFixed(1)} MB`;
  const lines = weights.map(({ orders, openedMs, rss, heap }, i) => {
    return `  ${orders.toLocaleString("en")} orders: ${MB(bytes[i] ?? 0)} on the disk; opened in ${(openedMs / 1000).toFixed(1)} s; a process that has them open: ${MB(rss)}, heap ${MB(heap)}`;
  });
  return [
    ...throughput.map(printed),
    printedLatencies("Acknowledging", latencies),
    `${store}, size\n${lines.join("\n")}`,
  ].join("\n\n");
};

const main = async (): Promise<void> => {
  const before = loadavg()[0] ?? 0;
  const results: Grown[] = [];
  const skipped: string[] = [];
  if (given.store !== "postgres") results.push(await onSqlite());
  if (given.store !== "sqlite") {
    const running = await startPostgres(server);
    if (typeof running === "string") skipped.push(running);
    else {
      try {
        results.push(await onPostgres(running));
      } finally {
        await running.stop();
      }
    }
  }
  const configuration = {
    processors: `${cpus().length} x ${cpus()[0]?.model ?? "unknown"}`,
    node: process.version,
    ...server,
    timers: "one for each order",
    putOff: `an event for each order, ${PUT_OFF.toLocaleString("en")} at most`,
    load: `${before.toFixed(1)} before, ${(loadavg()[0] ?? 0).toFixed(1)} after`,
  };
  if (given.json) return console.log(JSON.stringify({ configuration, skipped, results }, null, 2));
  for (const [name, value] of Object.entries(configuration)) console.log(`${name}: ${value}`);
  for (const one of [...skipped, ...results.map(told)]) console.log(`\n${one}`);
};

await (given.idle === undefined ? main() : idle(JSON.parse(given.idle)));
