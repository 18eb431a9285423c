/**
 * Each scenario as two tests of one life: it ends as expected, and a wrong expectation is noticed. The second is the
 * proof that a scenario can fail: every single thing that is expected is replaced by something else.
 */
import { expect, it } from "vitest";
import { memoryStore } from "../../src/stores/memory/store.js";
import {
  type Expectation,
  engineStage,
  judge,
  type OpenStage,
  runScenario,
  type Scenario,
  sqliteStage,
  unsupportedBecause,
} from "../../src/testing/index.js";
import { mutationsOf } from "./mutations.js";
import { hasNodes, needsAFile, partOf } from "./part.js";

/** What is written for a reader, or shown by something that is not the engine. */
const forReaders = ["checks"];

const fieldOf = (name: string): string => /^\w+/.exec(name)?.[0] ?? name;

/** What was replaced in the lives of a group. */
export class Replaced {
  /** Field → how many of its values. */
  readonly fields: Record<string, number> = {};
  /** What could not be made wrong, as in `own/ttl/01: checks`. */
  readonly immovable: string[] = [];

  get total(): number {
    return Object.values(this.fields).reduce((sum, n) => sum + n, 0);
  }
}

export const inMemory: OpenStage = engineStage(async () => {
  const kept = memoryStore();
  return { store: () => kept, many: false, clear: async () => {} };
});

/** The engine and its HTTP are the real ones; the store is SQLite for a part, and else in memory, which is ten times as fast. */
export const lives = (scenarios: Scenario[], replaced = new Replaced()): void => {
  const onSqlite = new Set(partOf(scenarios, (one) => hasNodes(one) || needsAFile(one)));
  for (const scenario of scenarios) {
    const name = `${scenario.id}: ${scenario.title}`;
    const unsupported = unsupportedBecause(scenario);
    if (unsupported === null) livesOnce(scenario, name, replaced, onSqlite.has(scenario) ? sqliteStage : inMemory);
    else it.skip(`${name} (${unsupported})`, () => {});
  }
};

const livesOnce = (scenario: Scenario, name: string, replaced: Replaced, stage: OpenStage): void => {
  let life: ReturnType<typeof runScenario> | null = null;
  const lived = () => {
    life ??= runScenario(scenario, stage);
    return life;
  };

  it(name, { timeout: 240_000 }, async () => {
    const { result } = await lived();
    expect(result.differences).toEqual([]);
    expect(result.unchecked.filter((one) => !forReaders.includes(one))).toEqual([]);
  });

  it(`${scenario.id}: nothing expected of it can be replaced unnoticed`, { timeout: 240_000 }, async () => {
    const { result, seen } = await lived();
    life = null;
    expect(result.differences).toEqual([]);
    const [first] = seen;
    if (first === undefined) throw new Error("nothing was seen of this life");
    const differences = (expected: Expectation) =>
      judge({ ...scenario, expect: { ...expected, asOf: String(scenario.expect.asOf) } }, seen).differences;
    const found = mutationsOf(scenario.expect, first, (one) => differences(one).length === 0);
    const unnoticed = found.mutations.filter(
      ({ name: where, expect: wrong }) => !differences(wrong).some((one) => fieldOf(one.expect) === fieldOf(where)),
    );
    expect(unnoticed).toEqual([]);
    expect(found.mutations.length).toBeGreaterThan(0);
    for (const { name: where } of found.mutations)
      replaced.fields[fieldOf(where)] = (replaced.fields[fieldOf(where)] ?? 0) + 1;
    replaced.immovable.push(...found.immovable.map((field) => `${scenario.id}: ${field}`));
  });
};
