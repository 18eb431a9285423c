/**
 * The proof that a scenario can fail: every life is lived once, then every single thing that is expected of it is
 * replaced by something else, and the runner has to notice.
 */
import { afterAll, describe, expect, it } from "vitest";
import { type Expectation, judge, runScenario, type Scenario, unsupportedBecause } from "../src/testing/index.js";
import { own, shared } from "./scenarios/files.js";
import { mutationsOf } from "./scenarios/mutations.js";

/** Field → how many of its values were replaced. */
const replaced: Record<string, number> = {};
const total = () => Object.values(replaced).reduce((sum, n) => sum + n, 0);

const fieldOf = (name: string): string => /^\w+/.exec(name)?.[0] ?? name;

/** A week without a bank takes a minute to live: with `npm run exhaustive`. */
const isLivedHere = ({ area }: Scenario): boolean => area !== "outage" || process.env.EXHAUSTIVE === "all";

const replaceEach = (scenario: Scenario, immovable: string[]) => {
  it(`${scenario.id}: nothing expected of it can be replaced unnoticed`, { timeout: 240_000 }, async () => {
    const { result, seen } = await runScenario(scenario);
    expect(result.differences).toEqual([]);
    const [first] = seen;
    if (first === undefined) throw new Error("nothing was seen of this life");
    const differences = (expected: Expectation) =>
      judge({ ...scenario, expect: { ...expected, asOf: String(scenario.expect.asOf) } }, seen).differences;
    const found = mutationsOf(scenario.expect, first, (one) => differences(one).length === 0);
    const unnoticed = found.mutations.filter(
      ({ name, expect: wrong }) => !differences(wrong).some((one) => fieldOf(one.expect) === fieldOf(name)),
    );
    expect(unnoticed).toEqual([]);
    expect(found.mutations.length).toBeGreaterThan(0);
    for (const { name } of found.mutations) replaced[fieldOf(name)] = (replaced[fieldOf(name)] ?? 0) + 1;
    immovable.push(...found.immovable.map((field) => `${scenario.id}: ${field}`));
  });
};

describe("our own scenarios", () => {
  const immovable: string[] = [];
  for (const scenario of Object.values(own).flat().filter(isLivedHere)) replaceEach(scenario, immovable);

  it("were made wrong in more than eight hundred ways", () => {
    expect(total()).toBeGreaterThan(800);
  });

  it("expect nothing that could not be made wrong", () => {
    expect(immovable).toEqual([]);
  });
});

describe("the shared scenarios", () => {
  if (shared === null) {
    it.skip("all of them: ../shared/scenarios/scenarios.json is not here", () => {});
    return;
  }
  const immovable: string[] = [];
  for (const scenario of shared) if (unsupportedBecause(scenario) === null) replaceEach(scenario, immovable);

  it("expect hardly anything that could not be made wrong", () => {
    // `checks` are for a reader; beside a `preferred` status the others are not asked for; where no call at all
    // reached the gateway, `noGatewayCalls` names none that did.
    const fields = immovable.filter((name) => !name.endsWith(": checks"));
    expect(fields.filter((name) => !/: (statusOneOf|noGatewayCalls)$/.test(name))).toEqual([]);
    expect(fields.length).toBeLessThanOrEqual(11);
  });
});

afterAll(() => {
  const fields = Object.entries(replaced).sort(([, a], [, b]) => b - a);
  console.info(`${total()} expectations replaced: ${fields.map(([field, n]) => `${field} ${n}`).join(", ")}`);
});
