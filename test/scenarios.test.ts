/** Whole order lives: the engine and its HTTP are the real ones, its store as `scenarios/lives.ts` says. A week without a bank is in `scenarios/outage.test.ts`. */
import { describe, expect, it } from "vitest";
import { outage, own, shared } from "./scenarios/files.js";
import { lives, Replaced } from "./scenarios/lives.js";

describe("our own scenarios", () => {
  const replaced = new Replaced();
  for (const [file, scenarios] of Object.entries(own)) {
    if (scenarios !== outage) describe(file, () => lives(scenarios, replaced));
  }

  it("have an id of their own each, and stand in the file of their area", () => {
    const all = Object.values(own).flat();
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    for (const [file, scenarios] of Object.entries(own)) {
      expect(scenarios.filter(({ area }) => `${area}.json` !== file).map(({ id }) => id)).toEqual([]);
    }
  });

  it("were made wrong in more than eight hundred ways", () => {
    expect(replaced.total).toBeGreaterThan(800);
  });

  it("expect nothing that could not be made wrong", () => {
    expect(replaced.immovable).toEqual([]);
  });
});

describe("the shared scenarios", () => {
  if (shared === null) {
    it.skip("all of them: ../shared/scenarios/scenarios.json is not here", () => {});
    return;
  }
  const replaced = new Replaced();
  lives(shared, replaced);

  it("expect hardly anything that could not be made wrong", () => {
    // `checks` are for a reader; beside a `preferred` status the others are not asked for; where no call at all
    // reached the gateway, `noGatewayCalls` names none that did.
    const fields = replaced.immovable.filter((name) => !name.endsWith(": checks"));
    expect(fields.filter((name) => !/: (statusOneOf|noGatewayCalls)$/.test(name))).toEqual([]);
    expect(fields.length).toBeLessThanOrEqual(11);
  });
});
