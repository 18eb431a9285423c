/** The runtime contract on a real PostgreSQL, each node in a process of its own. */
import { afterAll, describe, it } from "vitest";
import { Guest, type RuntimePlace, type Setup } from "../../src/testing/contracts/runtime.js";
import { startPostgres } from "../stores/postgres-server.js";
import { cases } from "./cases.js";

const script = new URL("./postgres-node.js", import.meta.url);
const server = await startPostgres();
afterAll(async () => {
  if (typeof server !== "string") await server.stop();
}, 240_000);

if (typeof server === "string") it.skip(`the runtime contract on PostgreSQL: ${server}`, () => {});
else {
  const open = async (setup: Setup): Promise<RuntimePlace> => {
    const database = await server.database();
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
    cases(open);
  });
}
