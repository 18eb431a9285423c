/**
 * Libraries of the field, each doing the same work: read the order, and write the event, the new state and two effects
 * in one compare-and-set statement. What is to be written they are told beforehand; only the engine decides.
 */
import { DBOS } from "@dbos-inc/dbos-sdk";
import { Logger, run } from "graphile-worker";
import pg from "pg";
import type { Change } from "../../../src/ports/store.js";
import { type HandWritten, handWritten } from "../hand-written.js";

const byHand = (connectionString: string, schema: string) =>
  handWritten(connectionString, { schema, connections: 8, grouped: false, prepared: true });

/** Only names go through the library; what is to be written waits here. */
class Told {
  private readonly changes = new Map<string, Change>();

  nameOf(change: Change): string {
    const name = `${change.orderId}/${change.expectedVersion}`;
    this.changes.set(name, change);
    return name;
  }
  take(name: string): Change {
    const change = this.changes.get(name);
    if (change === undefined) throw new Error(`nobody told of ${name}`);
    this.changes.delete(name);
    return change;
  }
}

/** A job for each event; answered when the job's own transaction is durable. Queues by name are left out: they are slower. */
export const graphileWorker = async (connectionString: string, schema: string): Promise<HandWritten> => {
  const inner = await byHand(connectionString, schema);
  const told = new Told();
  const waiting = new Map<string, () => void>();
  const runner = await run({
    connectionString,
    noHandleSignals: true,
    logger: new Logger(() => () => {}),
    taskList: {
      event: async (payload) => {
        const { name } = payload as { name: string };
        await inner.write(told.take(name));
        waiting.get(name)?.();
        waiting.delete(name);
      },
    },
    preset: {
      worker: { concurrentJobs: 32, maxPoolSize: 16, localQueue: { size: 64 }, completeJobBatchDelay: 0 },
    },
  });
  return {
    ...inner,
    async write(change) {
      const name = told.nameOf(change);
      const done = new Promise<void>((resolve) => waiting.set(name, resolve));
      await runner.addJob("event", { name });
      await done;
    },
    async close() {
      await runner.stop();
      await inner.close();
    },
  };
};

/** A workflow of one step for each event; answered when the workflow has ended. */
export const dbos = async (connectionString: string, schema: string): Promise<HandWritten> => {
  const inner = await byHand(connectionString, schema);
  const told = new Told();
  DBOS.setConfig({
    name: "bench",
    systemDatabaseUrl: connectionString,
    systemDatabasePoolSize: 16,
    logger: { info() {}, debug() {}, warn() {}, error: console.error },
  });
  const event = DBOS.registerWorkflow(
    async (name: string) => {
      await DBOS.runStep(() => inner.write(told.take(name)), { name: "write" });
    },
    { name: "event" },
  );
  await DBOS.launch();
  return {
    ...inner,
    write: (change) => event(told.nameOf(change)),
    async close() {
      await DBOS.shutdown();
      await inner.close();
    },
  };
};

/** Of one small row, and nothing is read or sent beside it: as much as a server that commits each event alone can do. */
export interface BareCommits {
  update(n: number): Promise<void>;
  /** How many were written. */
  updates(): Promise<number>;
  close(): Promise<void>;
}

export const bareCommits = async (
  connectionString: string,
  rows: number,
  connections: number,
): Promise<BareCommits> => {
  const pool = new pg.Pool({ connectionString, max: connections });
  pool.on("error", () => {});
  await pool.query(`CREATE TABLE bare_rows (n integer PRIMARY KEY, version integer NOT NULL) WITH (fillfactor = 50)`);
  await pool.query("INSERT INTO bare_rows SELECT n, 0 FROM generate_series(0, $1::int - 1) AS n", [rows]);
  const statement = { name: "bare", text: "UPDATE bare_rows SET version = version + 1 WHERE n = $1" };
  return {
    async update(n) {
      await pool.query({ ...statement, values: [n] });
    },
    updates: async () => Number((await pool.query("SELECT sum(version) FROM bare_rows")).rows[0].sum),
    close: () => pool.end(),
  };
};
