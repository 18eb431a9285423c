/**
 * `node dist/test/bench/peers/postgres.js [--quick] [--json]`: durable events per second on PostgreSQL, from submit() to the
 * receipt, against the same rows written by hand on the same server, against libraries of the field that do the same
 * work, and against Restate's own package. Nobody delivers: effects and timers are left lying.
 */
import { cpus, loadavg } from "node:os";
import pg from "pg";
import type { Command } from "../../../machines/commands.js";
import { createEngine, type Engine } from "../../../src/runtime/embedded/engine.js";
import { postgresStore } from "../../../src/stores/postgres/store.js";
import { noServerBecause, type RestateServer, restateServer } from "../../restate/server.js";
import { AS_IT_COMES, startPostgres } from "../../stores/postgres-server.js";
import { type HandWritten, handWritten, relayByHand } from "../hand-written.js";
import { relay } from "../relay.js";
import { restateEngine } from "../restate-engine.js";
import { firstToEach, printed, printedLatencies, type Table, turns } from "../rounds.js";
import { Foretold, gateway, IN_FLIGHT, inFlight, perSecond, placeAll, shop, type Told, undelivered } from "../work.js";
import { bareCommits, dbos, graphileWorker } from "./libraries.js";
import { restateXState } from "./restate-xstate.js";

const quick = process.argv.includes("--quick");
const [rounds, perRound] = quick ? [1, 100] : [9, 500];
const relayed = quick ? { rounds: 1, effects: 200, timed: 50 } : { rounds: 5, effects: 5000, timed: 1000 };
const orders = (rounds + 1) * perRound;
/** Of durable.md's run: the log does not turn over in the middle of a round. */
const server = { ...AS_IT_COMES, shared_buffers: "512MB", max_wal_size: "4GB" };

interface Contender {
  name: string;
  /** Event n, durable when it resolves. */
  take(told: Told, n: number): Promise<unknown>;
  /** Throws where it holds something else than the engine. */
  check(): Promise<void>;
  close(): Promise<unknown>;
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

const same = (name: string, theirs: unknown, ours: unknown): void => {
  const [found, expected] = [JSON.stringify(theirs), JSON.stringify(ours)];
  if (found !== expected) throw new Error(`${name} did other work than the engine:\n${found}\n${expected}`);
};

/** Rows and characters of every table. */
const contentsOf = async (pool: pg.Pool, schema: string): Promise<string[]> => {
  const counted = ["orders record", "history entry", "outbox effect", "timers timer", "payments payment_id"];
  const columns = counted.map((one) => {
    const [table, column] = one.split(" ");
    return `(SELECT count(*) || ' ${table} of ' || sum(length(${column})) FROM ${schema}.${table})`;
  });
  const { rows } = await pool.query({ text: `SELECT ${columns.join(", ")}`, rowMode: "array" });
  return rows[0] as string[];
};

const plain = { connections: 8, grouped: false };
const grouped = { connections: 2, grouped: true };
const written: [name: string, schema: string, open: (url: string, schema: string) => Promise<HandWritten>][] = [
  ["by hand: read, compare and set", "alone", (url, schema) => handWritten(url, { schema, ...plain, prepared: false })],
  [
    "the same, statements prepared",
    "prepared",
    (url, schema) => handWritten(url, { schema, ...plain, prepared: true }),
  ],
  ["by hand, grouped", "grouped", (url, schema) => handWritten(url, { schema, ...grouped, prepared: false })],
  ["grouped, prepared", "grouped_prepared", (url, schema) => handWritten(url, { schema, ...grouped, prepared: true })],
  ["graphile-worker, a job per event", "graphile", graphileWorker],
  ["DBOS, a workflow per event", "dbos_orders", dbos],
];

const engineOn = async (connectionString: string): Promise<Engine> => {
  const engine = createEngine({ store: undelivered(postgresStore({ connectionString })), gateways: [gateway], shop });
  await engine.start();
  return engine;
};

const besideIt = async (connectionString: string, pool: pg.Pool): Promise<Contender[]> =>
  Promise.all(
    written.map(async ([name, schema, open]) => {
      const { copy, write, close } = await open(connectionString, schema);
      await copy("order_status");
      const check = async () => same(name, await contentsOf(pool, schema), await contentsOf(pool, "order_status"));
      return { name, take: ({ change }: Told) => write(change), check, close };
    }),
  );

const limit = async (connectionString: string): Promise<Contender> => {
  const { update, updates, close } = await bareCommits(connectionString, orders, IN_FLIGHT);
  const name = "limit: UPDATE of one small row";
  return { name, take: (_, n) => update(n), check: async () => same(name, await updates(), orders), close };
};

const onRestate = async (server: RestateServer, placed: Told[]): Promise<Contender[]> => {
  const { place, send, counts, end } = await restateXState(server);
  await inFlight(IN_FLIGHT, placed, ({ orderId, event }) => place(orderId, event));
  const name = "Restate's own xstate package";
  const check = async () => same(name, await counts(), { orders, events: orders, effects: 2 * orders });
  const engine = await restateEngine(server);
  await inFlight(IN_FLIGHT, placed, engine.place);
  const ours = "the engine on Restate, to the last effect";
  const paid = async () => {
    const ids = placed.map(({ orderId }) => orderId);
    // The last ones may still be under way.
    for (let looks = 0; looks < 100 && (await engine.paid(ids)) < orders; looks += 1) await pause(100);
    same(ours, await engine.paid(ids), orders);
  };
  return [
    { name, take: ({ orderId, event }) => send(orderId, event), check, close: end },
    { name: ours, take: engine.take, check: paid, close: engine.close },
  ];
};

const measure = async (connectionString: string): Promise<Table> => {
  const pool = new pg.Pool({ connectionString, max: 1 });
  pool.on("error", () => {});
  // Nothing where the server has no binary for this platform.
  const restate = noServerBecause === null ? await restateServer() : null;
  const engine = await engineOn(connectionString);
  const foretold = new Foretold(engine.clock.now());
  const placed: Told[] = [];
  await placeAll(engine, orders, foretold, (told) => placed.push(...told));
  const contenders: Contender[] = [
    {
      name: "engine.submit()",
      take: ({ orderId, event }) => engine.submit(orderId, event as Command),
      check: async () => {},
      close: () => engine.stop(),
    },
    ...(await besideIt(connectionString, pool)),
    await limit(connectionString),
    ...(restate === null ? [] : await onRestate(restate, placed)),
  ];

  const rates: number[][] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const told = foretold.returns(round * perRound, perRound);
    const numbered = told.map((one, i): [Told, number] => [one, round * perRound + i]);
    const found: number[] = [];
    for (const i of turns(contenders.length, round)) {
      const { take } = contenders[i] as Contender;
      found[i] = await perSecond(perRound, () => inFlight(IN_FLIGHT, numbered, (one) => take(...one)));
    }
    // The first round warms up.
    if (round > 0) rates.push(found);
  }
  for (const { check } of contenders) await check();
  for (const { close } of contenders) await close();
  await restate?.end();
  await pool.end();
  const names = contenders.map(({ name }) => name);
  return firstToEach(`PostgreSQL, ${IN_FLIGHT} in flight`, "events/s", names, rates);
};

const started = await startPostgres(server);
if (typeof started === "string") {
  console.log(JSON.stringify({ skipped: started, tables: [] }));
  process.exit();
}
const load = () => (loadavg()[0] ?? 0).toFixed(1);
const before = load();
try {
  const connectionString = await started.database();
  const table = await measure(connectionString);
  const relayUrl = await started.database();
  const open = () => postgresStore({ connectionString: relayUrl });
  const { throughput, starts } = await relay("PostgreSQL", open, relayByHand(relayUrl), relayed);
  const tables = [table, throughput];
  const client = new pg.Client(connectionString);
  await client.connect();
  const shown = ["server_version", "fsync", "synchronous_commit", "full_page_writes", ...Object.keys(server)];
  const values: [string, string][] = [];
  for (const name of shown) values.push([name, (await client.query(`SHOW ${name}`)).rows[0][name]]);
  await client.end();
  const configuration = {
    processors: `${cpus().length} x ${cpus()[0]?.model ?? "unknown"}`,
    node: process.version,
    ...Object.fromEntries(values),
    orders,
    load: `${before} before, ${load()} after`,
  };
  if (process.argv.includes("--json")) console.log(JSON.stringify({ configuration, tables, starts }, null, 2));
  else {
    for (const [name, value] of Object.entries(configuration)) console.log(`${name}: ${value}`);
    for (const table of tables) console.log(`\n${printed(table)}`);
    console.log(`\n${printedLatencies("From the commit to the beginning of an effect", starts)}`);
  }
} finally {
  await started.stop();
}
