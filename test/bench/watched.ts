/** `npm run bench telemetry [-- --quick] [-- --json]`: what it costs to be watched, against the same engine unwatched. */
import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { BatchSpanProcessor, InMemorySpanExporter, NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import { type Observer, unobserved } from "../../src/ports/observer.js";
import { createEngine, type Engine } from "../../src/runtime/embedded/engine.js";
import { sqliteStore } from "../../src/stores/sqlite/store.js";
import { telemetry } from "../../src/telemetry/telemetry.js";
import { printed, tableOf, turns } from "./rounds.js";
import { Foretold, gateway, IN_FLIGHT, placeAll, shop, throughEngine, undelivered } from "./work.js";

// Per second of processor time, over all threads: what others do on the machine weighs less.
const [rounds, orders] = process.argv.includes("--quick") ? [3, 100] : [15, 800];
const load = () => (loadavg()[0] ?? 0).toFixed(1);
const before = load();

const spans = new InMemorySpanExporter();
const provider = new NodeTracerProvider({ spanProcessors: [new BatchSpanProcessor(spans, { maxQueueSize: 100_000 })] });
const contenders: [string, Observer][] = [
  ["unwatched", unobserved],
  ["telemetry(), no SDK", telemetry().observer],
  ["telemetry(), every span recorded", telemetry({ tracer: provider.getTracer("bench") }).observer],
];

const directory = mkdtempSync(join(tmpdir(), "order-status-bench-"));
const engines: Engine[] = [];
try {
  let foretold = new Foretold(Date.now());
  for (const [i, [, observer]] of contenders.entries()) {
    const store = undelivered(sqliteStore({ file: join(directory, `${i}.db`) }));
    const engine = createEngine({ store, gateways: [gateway], shop, observer });
    await engine.start();
    engines.push(engine);
    foretold = new Foretold(engine.clock.now());
    await placeAll(engine, (rounds + 1) * orders, foretold);
  }
  const rates: number[][] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const told = foretold.returns(round * orders, orders);
    const found: number[] = [];
    for (const i of turns(engines.length, round)) {
      const from = process.cpuUsage();
      await throughEngine(engines[i] as Engine, told, IN_FLIGHT);
      const { user, system } = process.cpuUsage(from);
      found[i] = (told.length * 1e6) / (user + system);
      spans.reset();
    }
    rates.push(found);
  }
  const names = contenders.map(([name]) => name);
  const table = tableOf(`Durable events on SQLite, ${IN_FLIGHT} in flight`, "events/cpu-s", names, 0, rates.slice(1));
  if (process.argv.includes("--json"))
    console.log(JSON.stringify({ load: `${before} before, ${load()} after`, tables: [table] }));
  else console.log(`load: ${before} before, ${load()} after\n\n${printed(table)}`);
} finally {
  for (const engine of engines) await engine.stop();
  await provider.shutdown();
  rmSync(directory, { recursive: true, force: true });
}
