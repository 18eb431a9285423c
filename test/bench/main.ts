/** `npm run bench [-- --quick] [-- --json]`: every figure is a ratio to a peer measured in the same run. */
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { Database } from "../../src/stores/sqlite/driver.js";
import { sqliteStore } from "../../src/stores/sqlite/store.js";
import { relayByHand } from "./bare.js";
import { decisions, disagreements } from "./decisions.js";
import { durable } from "./durable.js";
import { eventsInMix } from "./mix.js";
import { relay } from "./relay.js";
import { printed, printedLatencies } from "./rounds.js";

const quick = process.argv.includes("--quick");
const json = process.argv.includes("--json");

/** What else the machine does: the engine works in two threads, its peers in one. */
const load = () => (loadavg()[0] ?? 0).toFixed(1);
const before = load();

const against = disagreements();
if (against.length > 0) {
  console.error(`The contenders decide differently:\n${against.join("\n")}`);
  process.exit(1);
}

const decided = quick ? decisions(3, 100) : decisions(15, 400);
const stored = await durable(
  quick ? { rounds: 3, alone: 100, together: 400 } : { rounds: 9, alone: 200, together: 800 },
);
const directory = mkdtempSync(join(tmpdir(), "order-status-bench-"));
const file = join(directory, "engine.db");
const open = () => sqliteStore({ file });
const relayed = await relay(
  "SQLite",
  open,
  relayByHand(join(directory, "bare.db"), file),
  quick ? { rounds: 1, effects: 200, timed: 50 } : { rounds: 5, effects: 5000, timed: 1000 },
);
rmSync(directory, { recursive: true, force: true });
const tables = [decided, ...stored.tables, relayed.throughput];

const db = new Database(":memory:");
const sqlite = db.prepare("SELECT sqlite_version()").pluck().get();
db.close();
const configuration = {
  processors: `${cpus().length} x ${cpus()[0]?.model ?? "unknown"}`,
  node: process.version,
  sqlite: `${sqlite}, WAL, synchronous=FULL`,
  mix: `${eventsInMix} events of 2 orders`,
  orders: stored.orders,
  load: `${before} before, ${load()} after`,
};

if (json) {
  console.log(JSON.stringify({ configuration, agree: true, tables, starts: relayed.starts }, null, 2));
} else {
  console.log(
    Object.entries(configuration)
      .map(([name, value]) => `${name}: ${value}`)
      .join("\n"),
  );
  console.log("All contenders read the same status and ask for the same effects after every event.");
  for (const table of tables) console.log(`\n${printed(table)}`);
  console.log(`\n${printedLatencies("From the commit to the beginning of an effect", relayed.starts)}`);
}
