/** A host with an engine, in a process that is to be killed: sells in its own table, and is told of every change. */
import { appendFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import pg from "pg";
import { changeTypes } from "../../src/ports/changes.js";
import type { Shop } from "../../src/ports/shop.js";
import type { Store } from "../../src/ports/store.js";
import { createEngine } from "../../src/runtime/embedded/engine.js";
import { limits as usual } from "../../src/runtime/embedded/limits.js";
import { postgresStore } from "../../src/stores/postgres/store.js";
import { sqliteLibrary } from "../../src/stores/sqlite/library.js";
import { sqliteStore } from "../../src/stores/sqlite/store.js";
import { webhook } from "../../src/webhooks/webhook.js";
import type { NodeSetup } from "./wire.js";

const { place, start, told, hook, sells } = JSON.parse(process.argv[2] ?? "{}") as NodeSetup;
const order = {
  total: 100,
  currency: "SEK",
  lines: [],
  gateway: null,
  status: "pending" as const,
  needsProcessing: true,
};

/** One transaction on a connection of its own: `work` sells by `row`, which is SQL of both databases. */
type Work = (handle: unknown, row: (sql: string) => Promise<void>) => Promise<"COMMIT" | "ROLLBACK">;

const onPostgres = (): { store: Store; transaction(work: Work): Promise<void> } => {
  const pool = new pg.Pool({ connectionString: place, max: 6 });
  return {
    store: postgresStore({ pool, silenceMs: 2000, pollMs: 500 }),
    async transaction(work) {
      const client = await pool.connect();
      await client.query("BEGIN");
      await client.query(await work(client, async (sql) => void (await client.query(sql))));
      client.release();
    },
  };
};

const onSqlite = (): ReturnType<typeof onPostgres> => {
  const { DatabaseSync } = sqliteLibrary();
  const db = () => new DatabaseSync(place, { readOnly: false, timeout: 5000 });
  return {
    store: sqliteStore({ file: place, ownerTimeoutMs: 5000 }),
    async transaction(work) {
      const own = db();
      own.exec("CREATE TABLE IF NOT EXISTS sold (id TEXT PRIMARY KEY, n INTEGER NOT NULL)");
      own.exec("BEGIN IMMEDIATE");
      own.exec(await work(own, async (sql) => own.exec(sql)));
      own.close();
    },
  };
};

const PAUSE_MS = 15;
/** So that what failed, and was begun by many that died, is tried again before the campaign ends. */
const limits = { ...usual, longestAwayMs: 3_000 };
const shop: Shop = { execute: async () => ({ kind: "done" }), readStatus: async () => null };
const { store, transaction } = place.startsWith("postgres:") ? onPostgres() : onSqlite();
const engine = createEngine({ store, gateways: [], shop, limits });
let heard = 0;
if (told !== null) {
  await engine.subscribe("told", ({ id }) => {
    // In another place of each life: else the same change fails in every one.
    heard += heard === 0 ? 1 + start * 7 : 1;
    // A host's handler fails, too: before it has noted the change, and after it.
    if (heard % 17 === 3) throw new Error("the ledger is locked");
    appendFileSync(told, `${id}\n`);
    if (heard % 19 === 5) throw new Error("noted, and then something else failed");
  });
}
if (hook !== null) await engine.subscribe("webhook.hook", webhook({ ...hook, types: [...changeTypes] }));
await engine.start();
process.send?.("started");
// Nobody is there any more who would kill it.
process.once("disconnect", () => process.exit());

/** An order, and two more decisions on it; of some, the host thinks better. */
const sell = async (n: number): Promise<void> => {
  const id = `${start}-${n}`;
  for (let step = 0; step < 3; step += 1) {
    await transaction(async (handle, row) => {
      const mine = engine.within(handle);
      const count = `INSERT INTO sold (id, n) VALUES ('${id}', 1) ON CONFLICT (id) DO UPDATE SET n = sold.n + 1`;
      const tell = () =>
        step === 0
          ? mine.place(id, order)
          : mine.submit(id, { type: "order.updated", by: "shop", change: "a note" }, { id: `mine-${step}` });
      // By turns the row first and the decision first.
      if (n % 2 === 0) await row(count);
      await tell();
      if (n % 2 === 1) await row(count);
      return n % 7 === 6 && step === 2 ? "ROLLBACK" : "COMMIT";
    });
  }
};
for (let n = 0; sells === null || n < sells; n += 1) {
  await sell(n);
  // SQLite serves whoever asks first: a host that writes without a pause lets nobody else write.
  await setTimeout(PAUSE_MS);
  if (n === 0) process.send?.("sells");
}
process.send?.("sold");
