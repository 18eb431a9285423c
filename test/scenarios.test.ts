/** Whole order lives, one test each: the engine, its store and its HTTP are the real ones. */
import { describe, expect, it } from "vitest";
import { runScenario, type Scenario, unsupportedBecause } from "../src/testing/index.js";
import { own, shared } from "./scenarios/files.js";

/** What is written for a reader, or shown by something that is not the engine. */
const forReaders = ["checks"];

const live = (scenario: Scenario) => {
  const name = `${scenario.id}: ${scenario.title}`;
  const unsupported = unsupportedBecause(scenario);
  if (unsupported !== null) {
    it.skip(`${name} (${unsupported})`, () => {});
    return;
  }
  it(name, { timeout: 240_000 }, async () => {
    const { result } = await runScenario(scenario);
    expect(result.differences).toEqual([]);
    expect(result.unchecked.filter((one) => !forReaders.includes(one))).toEqual([]);
  });
};

describe("our own scenarios", () => {
  for (const [file, scenarios] of Object.entries(own)) {
    describe(file, () => {
      for (const scenario of scenarios) live(scenario);
    });
  }

  it("have an id of their own each, and stand in the file of their area", () => {
    const all = Object.values(own).flat();
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    for (const [file, scenarios] of Object.entries(own)) {
      expect(scenarios.filter(({ area }) => `${area}.json` !== file).map(({ id }) => id)).toEqual([]);
    }
  });
});

describe("the shared scenarios", () => {
  if (shared === null) {
    it.skip("all of them: ../shared/scenarios/scenarios.json is not here", () => {});
  } else {
    for (const scenario of shared) live(scenario);
  }
});
