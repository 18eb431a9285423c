/** Durable events per second: from submit() to the receipt, against SQLite alone writing the same rows. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEngine, type Engine } from "../../src/runtime/embedded/engine.js";
import { Database } from "../../src/stores/sqlite/driver.js";
import { sqliteStore } from "../../src/stores/sqlite/store.js";
import { type WireChange, writeChange } from "../../src/stores/sqlite/wire.js";
import { type Bare, contentsOf, openBare } from "./bare.js";
import { type Table, tableOf, turns } from "./rounds.js";
import {
  Foretold,
  gateway,
  IN_FLIGHT,
  perSecond,
  placeAll,
  shop,
  type Told,
  throughEngine,
  undelivered,
} from "./work.js";

export interface Sizes {
  rounds: number;
  /** Orders per round, one event each. */
  alone: number;
  together: number;
}

const asRows = ({ change }: Told): WireChange => writeChange(change);

const throughBare = (bare: Bare, rows: WireChange[], inFlight: number): void => {
  for (let i = 0; i < rows.length; i += inFlight) bare.write(rows.slice(i, i + inFlight));
};

const measure = async (engine: Engine, bare: Bare, rounds: Told[][], inFlight: number): Promise<number[][]> => {
  const rates: number[][] = [];
  for (const [round, told] of rounds.entries()) {
    const rows = told.map(asRows);
    const works = [() => throughEngine(engine, told, inFlight), () => throughBare(bare, rows, inFlight)];
    const found: number[] = [];
    for (const i of turns(works.length, round)) found[i] = await perSecond(told.length, works[i] as () => unknown);
    rates.push(found);
  }
  // The first round warms up.
  return rates.slice(1);
};

export const durable = async ({ rounds, alone, together }: Sizes): Promise<{ tables: Table[]; orders: number }> => {
  const directory = mkdtempSync(join(tmpdir(), "order-status-bench-"));
  const files = { engine: join(directory, "engine.db"), bare: join(directory, "bare.db") };
  const engine = createEngine({
    store: undelivered(sqliteStore({ file: files.engine })),
    gateways: [gateway],
    shop,
  });
  const bare = openBare(files.bare);
  try {
    await engine.start();
    const foretold = new Foretold(engine.clock.now());
    const orders = (rounds + 1) * (alone + together);
    await placeAll(engine, orders, foretold, (told) => bare.write(told.map(asRows)));
    const slices = (from: number, size: number) =>
      Array.from({ length: rounds + 1 }, (_, round) => foretold.returns(from + round * size, size));
    const one = await measure(engine, bare, slices(0, alone), 1);
    const many = await measure(engine, bare, slices((rounds + 1) * alone, together), IN_FLIGHT);
    const names = ["engine.submit()", "SQLite alone"];
    await engine.stop();
    sameContents(files.engine, bare.db);
    return {
      orders,
      tables: [
        tableOf("Durable events, 1 in flight", "events/s", names, 1, one),
        tableOf(`Durable events, ${IN_FLIGHT} in flight`, "events/s", names, 1, many),
      ],
    };
  } finally {
    await engine.stop();
    bare.db.close();
    rmSync(directory, { recursive: true, force: true });
  }
};

const sameContents = (file: string, bare: Database): void => {
  const db = new Database(file, { readonly: true });
  const [ours, theirs] = [contentsOf(db), contentsOf(bare)];
  db.close();
  if (ours !== theirs) throw new Error(`the two sides wrote different rows:\n${ours}\n${theirs}`);
};
