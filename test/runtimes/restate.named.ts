/** The runtime contract on a real Restate server, with the service that it calls in processes of their own. */
import { afterAll, beforeAll, describe } from "vitest";
import { registerService, restateRuntime } from "../../src/runtime/restate/index.js";
import { Guest, type RuntimePlace, type Setup } from "../../src/testing/contracts/runtime.js";
import { address } from "../restate/address.js";
import { noServerBecause, type RestateServer, restateServer } from "../restate/server.js";
import { cases } from "./cases.js";

const script = new URL("./restate-node.js", import.meta.url);
let server: RestateServer;
let places = 0;

const open = async (setup: Setup): Promise<RuntimePlace> => {
  places += 1;
  // Another shop on the same server.
  const name = `orders-${places}`;
  const started = (changed: Setup) => Guest.started(script, changed, [name]);
  const at = await address();
  const guests = [await started(setup)];
  const [first] = guests;
  const lead = () => at.leadsTo(guests.map(({ ready }) => ready));
  lead();
  await registerService(server.adminUrl, at.url);
  const client = () => restateRuntime({ ...server, name });
  const door = client();
  const node = () => guests[0] ?? first;
  return {
    door,
    async kill() {
      await guests.shift()?.kill();
      lead();
    },
    async restart(changed) {
      guests.unshift(await started(changed));
      lead();
    },
    pause: async () => node()?.pause(),
    resume: async () => node()?.resume(),
    async secondNode(changed) {
      guests.push(await started(changed));
      lead();
      return client();
    },
    setWallClock: (offsetMs) => node()?.setWallClock(offsetMs),
    stalled: async () => node()?.stalled,
    async end() {
      for (const guest of guests) await guest.kill();
      at.end();
    },
  };
};

describe.skipIf(noServerBecause !== null)(`Restate${noServerBecause === null ? "" : ` (${noServerBecause})`}`, () => {
  beforeAll(async () => {
    server = await restateServer({
      // A node that says nothing is given up after seconds, where the default waits a minute.
      RESTATE_WORKER__INVOKER__HTTP2_KEEP_ALIVE_INTERVAL: "1s",
      RESTATE_WORKER__INVOKER__HTTP2_KEEP_ALIVE_TIMEOUT: "1s",
      // Few calls per connection, so that two nodes behind one address share them.
      RESTATE_WORKER__INVOKER__HTTP2_STREAMS_PER_CONNECTION_LIMIT: "4",
    });
  });
  afterAll(() => server?.end());

  cases(open);
});
