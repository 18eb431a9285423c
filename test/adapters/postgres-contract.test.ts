/** The contract of every store, kept by PostgreSQL. */
import { afterAll, afterEach, describe, test } from "vitest";
import { postgresStore } from "../../src/adapters/postgres/store.js";
import type { Store } from "../../src/ports/store.js";
import { type Place, storeContract } from "../../src/testing/store-contract.js";
import { run } from "./postgres-client.js";
import { startPostgres } from "./postgres-server.js";

const server = await startPostgres();
const opened: Store[] = [];

afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
});
afterAll(async () => {
  if (typeof server !== "string") await server.stop();
});

const placeIn = (connectionString: string): Place => {
  const open = async () => {
    const store = postgresStore({ connectionString });
    opened.push(store);
    await store.open();
    return store;
  };
  const reopen = async () => {
    for (const store of opened.splice(0)) await store.close();
    return open();
  };
  const openForeign = async () => {
    await run(connectionString, "CREATE SCHEMA order_status; CREATE TABLE order_status.recipes (name text)");
    return open();
  };
  return { open, reopen, openForeign, many: true };
};

if (typeof server === "string") test.skip(`the store contract on PostgreSQL: ${server}`, () => {});
else {
  describe("PostgreSQL", () => {
    for (const { title, run: keep } of storeContract) test(title, async () => keep(placeIn(await server.database())));
  });
}
