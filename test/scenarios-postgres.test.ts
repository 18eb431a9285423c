/**
 * Scenarios once more, on PostgreSQL, each node with a store of its own: of each area the first, and those with several
 * nodes; all of them with `npm run campaign exhaustive`. A week without a bank is minutes of a store's work, and lives
 * in `scenarios/outage.test.ts`. What a store owes is in its contract.
 */
import { afterAll, describe, expect, it } from "vitest";
import { postgresStore } from "../src/stores/postgres/store.js";
import { engineStage, type Ground, runScenario, unsupportedBecause } from "../src/testing/index.js";
import { isWhole } from "./exhaustive/whole.js";
import { outage, own, shared } from "./scenarios/files.js";
import { hasNodes, partOf } from "./scenarios/part.js";
import { run } from "./stores/postgres-client.js";
import { startPostgres } from "./stores/postgres-server.js";

const server = await startPostgres();
afterAll(async () => {
  if (typeof server !== "string") await server.stop();
}, 240_000);

if (typeof server === "string") it.skip(`every scenario on PostgreSQL: ${server}`, () => {});
else {
  const connectionString = await server.database();
  let lives = 0;
  const ground = async (): Promise<Ground> => {
    lives += 1;
    const schema = `life_${lives}`;
    return {
      store: () => postgresStore({ connectionString, schema, poolSize: 3 }),
      many: true,
      clear: async () => void (await run(connectionString, `DROP SCHEMA ${schema} CASCADE`)),
    };
  };
  describe("on PostgreSQL", () => {
    const all = shared ?? Object.values(own).flatMap((area) => (area === outage && !isWhole ? [] : area));
    for (const scenario of partOf(all, hasNodes)) {
      const name = `${scenario.id}: ${scenario.title}`;
      const unsupported = unsupportedBecause(scenario);
      if (unsupported !== null) it.skip(`${name} (${unsupported})`, () => {});
      else
        it(name, { timeout: 240_000 }, async () => {
          expect((await runScenario(scenario, engineStage(ground))).result.differences).toEqual([]);
        });
    }
  });
}
