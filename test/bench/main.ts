/** `npm run bench [-- --quick] [-- --json]`: every figure is a ratio to a peer measured in the same run. */
import { cpus, loadavg } from "node:os";
import Sqlite from "better-sqlite3";
import { decisions, disagreements } from "./decisions.js";
import { durable } from "./durable.js";
import { eventsInMix } from "./mix.js";
import { printed } from "./rounds.js";

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

const db = new Sqlite(":memory:");
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
  console.log(JSON.stringify({ configuration, agree: true, tables: [decided, ...stored.tables] }, null, 2));
} else {
  console.log(
    Object.entries(configuration)
      .map(([name, value]) => `${name}: ${value}`)
      .join("\n"),
  );
  console.log("All contenders read the same status and ask for the same effects after every event.");
  for (const table of [decided, ...stored.tables]) console.log(`\n${printed(table)}`);
}
