/** The contract of every store, kept by PostgreSQL. */
import pg from "pg";
import { afterAll, afterEach, describe, test } from "vitest";
import type { Store } from "../../src/ports/store.js";
import { type PostgresOptions, postgresStore } from "../../src/stores/postgres/store.js";
import { type StorePlace, storeContract } from "../../src/testing/contracts/store.js";
import { isWhole } from "../exhaustive/whole.js";
import { run } from "./postgres-client.js";
import { startPostgres } from "./postgres-server.js";

const server = await startPostgres();
const opened: Store[] = [];

afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
});
afterAll(async () => {
  if (typeof server !== "string") await server.stop();
}, 240_000);

let places = 0;
/** A schema of its own for each case: a database takes ten times as long. */
const placeIn = (connectionString: string, more: PostgresOptions = {}): StorePlace => {
  places += 1;
  const options = { ...more, schema: `place_${places}` };
  const open = async (versions?: number[]) => {
    const store = postgresStore({ connectionString, ...options });
    opened.push(store);
    await store.open(versions);
    return store;
  };
  const reopen = async () => {
    for (const store of opened.splice(0)) await store.close();
    return open();
  };
  const openForeign = async () => {
    const { schema } = options;
    await run(connectionString, `CREATE SCHEMA ${schema}; CREATE TABLE ${schema}.recipes (name text)`);
    return open();
  };
  const damage: StorePlace["damage"] = async (table, orderId, column, value) => {
    const text = `UPDATE ${options.schema}.${table} SET ${column} = $1 WHERE order_id = $2`;
    await run(connectionString, text, [value, orderId]);
  };
  const begin: StorePlace["begin"] = async () => {
    const transaction = new pg.Client({ connectionString });
    await transaction.connect();
    await transaction.query("BEGIN");
    return {
      transaction,
      async end(how) {
        await transaction.query(how);
        await transaction.end();
      },
    };
  };
  return { open, reopen, openForeign, damage, begin, many: true };
};

if (typeof server === "string") test.skip(`the store contract on PostgreSQL: ${server}`, () => {});
else {
  const url = await server.database();
  describe("PostgreSQL", () => {
    for (const { title, run: keep } of storeContract) test(title, () => keep(placeIn(url)));
  });
  /** Every transaction on a connection that has seen none before: whatever a session keeps is not there. */
  describe("PostgreSQL behind a pooler in transaction mode", () => {
    const pooled = { pool: { maxUses: 1 }, listenUrl: url };
    // Each connection costs a process of the server's: a third of the cases at each build.
    const some = storeContract.filter((_, i) => isWhole || i % 3 === 0);
    for (const { title, run: keep } of some) test(title, () => keep(placeIn(url, pooled)));
  });
}
