/** The same order lives as everywhere, on Restate. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runScenario, type Scenario, unsupportedBecause } from "../../src/testing/index.js";
import { forDays, own, shared } from "../scenarios/files.js";
import { noServerBecause, type RestateServer, restateServer } from "./server.js";
import { restateStage } from "./stage.js";

/** What is written for a reader, or shown by something that is not the engine. */
const forReaders = ["checks"];
/** Hundreds of tries are minutes of a server's work; a week of them would be an hour's. */
const SLOW = "outage";

describe.skipIf(noServerBecause !== null)(`Restate${noServerBecause === null ? "" : ` (${noServerBecause})`}`, () => {
  let server: RestateServer;
  beforeAll(async () => {
    // Nobody looks at what is over; the tables would grow with every scenario.
    server = await restateServer({ RESTATE_DEFAULT_JOURNAL_RETENTION: "0s" });
  });
  afterAll(() => server?.end());

  const live = (scenario: Scenario) => {
    const name = `${scenario.id}: ${scenario.title}`;
    const unsupported = unsupportedBecause(scenario);
    if (unsupported !== null) {
      it.skip(`${name} (${unsupported})`, () => {});
      return;
    }
    it(name, { timeout: scenario.area === SLOW ? 1_800_000 : 300_000 }, async () => {
      const { result } = await runScenario(scenario, restateStage(server));
      expect(result.differences).toEqual([]);
      expect(result.unchecked.filter((one) => !forReaders.includes(one))).toEqual([]);
    });
  };

  for (const scenario of [...(shared ?? []), ...Object.values(own).flat()])
    live(scenario.area === SLOW ? forDays(scenario, 2) : scenario);
});
