/**
 * `node dist/test/bench/postgres.js [--quick] [--json]`: durable events per second on PostgreSQL, from submit() to the
 * receipt, against the same rows written by hand on the same server. Nobody delivers: effects and timers are left lying.
 */
import { cpus, loadavg } from "node:os";
import pg from "pg";
import { postgresStore } from "../../src/adapters/postgres/store.js";
import { createEngine } from "../../src/engine/engine.js";
import { startPostgres } from "../adapters/postgres-server.js";
import { type HandWritten, type How, handWritten } from "./hand-written.js";
import { printed, type Table, tableOf, turns } from "./rounds.js";
import {
  Foretold,
  GROUP,
  gateway,
  IN_FLIGHT,
  orderIdOf,
  perSecond,
  placing,
  settings,
  shop,
  type Told,
  throughEngine,
  undelivered,
} from "./work.js";

const quick = process.argv.includes("--quick");
const [rounds, perRound] = quick ? [3, GROUP] : [9, 3 * GROUP];
/** Of durable.md's run: the log does not turn over in the middle of a round. */
const server = { shared_buffers: "512MB", max_wal_size: "4GB" };

const peers: [name: string, how: How][] = [
  ["by hand: read, compare and set", { schema: "alone", connections: 8, grouped: false, prepared: false }],
  ["the same, statements prepared", { schema: "prepared", connections: 8, grouped: false, prepared: true }],
  ["by hand, grouped", { schema: "grouped", connections: 2, grouped: true, prepared: false }],
  ["grouped, statements prepared", { schema: "grouped_prepared", connections: 2, grouped: true, prepared: true }],
];

const throughPeer = async (peer: HandWritten, told: Told[]): Promise<void> => {
  let next = 0;
  const writer = async () => {
    for (let one = told[next++]; one !== undefined; one = told[next++]) await peer.write(one.change);
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, writer));
};

const contentsOf = async (client: pg.Client, schema: string): Promise<string> => {
  const counted = ["orders record", "history entry", "outbox effect", "timers timer", "payments payment_id"];
  const columns = counted.map((one) => {
    const [table, column] = one.split(" ");
    return `(SELECT count(*) || ' ${table} of ' || sum(length(${column})) FROM ${schema}.${table})`;
  });
  const { rows } = await client.query({ text: `SELECT ${columns.join(", ")}`, rowMode: "array" });
  return String(rows[0]);
};

const measure = async (connectionString: string): Promise<Table[]> => {
  const engine = createEngine({
    store: undelivered(postgresStore({ connectionString })),
    gateways: [gateway],
    shop,
    settings,
  });
  await engine.start();
  const at = engine.clock.now();
  const foretold = new Foretold(at);
  const orders = (rounds + 1) * perRound;
  for (let first = 0; first < orders; first += GROUP) {
    const group = Array.from({ length: Math.min(GROUP, orders - first) }, (_, i) => first + i);
    for (const n of group) foretold.told(orderIdOf(n), placing(n, at), "shop", "order.placed");
    await Promise.all(group.map((n) => engine.place(orderIdOf(n), placing(n, at).order)));
  }
  const others = await Promise.all(peers.map(([, how]) => handWritten(connectionString, how)));
  for (const other of others) await other.copy("order_status");

  const rates: number[][] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const told = foretold.mix(round * perRound, perRound);
    const works = [
      () => throughEngine(engine, told, IN_FLIGHT),
      ...others.map((other) => () => throughPeer(other, told)),
    ];
    const found: number[] = [];
    for (const i of turns(works.length, round)) found[i] = await perSecond(told.length, works[i] as () => unknown);
    // The first round warms up.
    if (round > 0) rates.push(found);
  }
  await engine.stop();
  for (const other of others) await other.close();

  const client = new pg.Client(connectionString);
  await client.connect();
  const ours = await contentsOf(client, "order_status");
  for (const [, { schema }] of peers) {
    const theirs = await contentsOf(client, schema);
    if (theirs !== ours) throw new Error(`${schema} and the engine wrote different rows:\n${theirs}\n${ours}`);
  }
  await client.end();
  const names = ["engine.submit()", ...peers.map(([name]) => name)];
  return [1, 3].map((peer) => tableOf(`PostgreSQL, ${IN_FLIGHT} in flight`, "events/s", names, peer, rates));
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
  const tables = await measure(connectionString);
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
    orders: (rounds + 1) * perRound,
    connections: `engine 5, ${peers.map(([, { schema, connections }]) => `${schema} ${connections}`).join(", ")}`,
    load: `${before} before, ${load()} after`,
  };
  if (process.argv.includes("--json")) console.log(JSON.stringify({ configuration, tables }, null, 2));
  else {
    for (const [name, value] of Object.entries(configuration)) console.log(`${name}: ${value}`);
    for (const table of tables) console.log(`\n${printed(table)}`);
  }
} finally {
  await started.stop();
}
