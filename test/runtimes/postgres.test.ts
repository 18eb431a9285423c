/** The runtime contract on a real PostgreSQL, each node in a process of its own where a case does something to it. */
import { afterAll, describe, it } from "vitest";
import { postgresStore } from "../../src/stores/postgres/store.js";
import { Guest, type OpenRuntime, type Setup } from "../../src/testing/contracts/runtime.js";
import { isWhole } from "../exhaustive/whole.js";
import { program } from "../programs.js";
import { startPostgres } from "../stores/postgres-server.js";
import { cases, openedHere } from "./cases.js";

const script = program("test/runtimes/postgres-node");
const server = await startPostgres();
afterAll(async () => {
  if (typeof server !== "string") await server.stop();
}, 240_000);

if (typeof server === "string") it.skip(`the runtime contract on PostgreSQL: ${server}`, () => {});
else {
  const open: OpenRuntime = async (setup, needs) => {
    const database = await server.database();
    if (needs.length === 0) return openedHere(setup, postgresStore({ connectionString: database, poolSize: 3 }));
    const started = (changed: Setup) => Guest.started(script, changed, [database]);
    const guests = [await started(setup)];
    const [first] = guests;
    const node = () => guests[0] ?? (first as Guest);
    return {
      get door() {
        return node().door;
      },
      kill: async () => guests.shift()?.kill(),
      async restart(changed) {
        guests.unshift(await started(changed));
      },
      pause: async () => node().pause(),
      resume: async () => node().resume(),
      async secondNode(changed) {
        const second = await started(changed);
        guests.push(second);
        return second.door;
      },
      setWallClock: (offsetMs) => node().setWallClock(offsetMs),
      stalled: () => node().stalled,
      async end() {
        for (const guest of guests) await guest.kill();
      },
    };
  };

  describe("engines on PostgreSQL", () => {
    // Nodes on PostgreSQL are killed in nodes.test.ts and kill.test.ts.
    cases(open, isWhole ? {} : { kill: "npm run campaign exhaustive" });
  });
}
