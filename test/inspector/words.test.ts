/** Both languages say everything. */
import { describe, expect, test } from "vitest";
import { OrderEvent } from "../../machines/events.js";
import { flags, remedies } from "../../machines/flags.js";
import { machinesOf, registry } from "../../machines/index.js";
import { reasons } from "../../machines/reasons.js";
import { rules } from "../../machines/rules.js";
import { flagsInSwedish, reasonsInSwedish } from "../../machines/swedish.js";
import { statesInSwedish } from "../../machines/swedish-states.js";
import { handles } from "../../src/core/explain.js";
import { texts } from "../../src/inspector/words/pages.js";
import { rulesInSwedish } from "../../src/inspector/words/rules.js";
import { wordsIn } from "../../src/inspector/words/words.js";
import { chartOf } from "../../src/statechart/chart.js";

const keys = (table: object): string[] => Object.keys(table).sort();
const placeholders = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(([name]) => name).sort();

describe("English and Swedish", () => {
  test.each([
    ["rules", rules, rulesInSwedish, "src/inspector/words/rules.ts"],
    ["reasons", reasons, reasonsInSwedish, "machines/swedish.ts"],
    ["flags", flags, flagsInSwedish, "machines/swedish.ts"],
  ])("the same %s", (_, english, swedish, file) => {
    expect(keys(swedish), `the Swedish ones are in ${file}`).toEqual(keys(english));
    expect(
      Object.values(swedish)
        .flatMap((one) => Object.values(one as object))
        .every((text) => text !== ""),
    ).toBe(true);
  });

  test.each([
    ["rules", [...Object.values(rules).map(({ rule }) => rule), ...Object.values(rulesInSwedish)]],
    ["reasons", [...Object.values(reasons), ...Object.values(reasonsInSwedish)]],
  ])("%s are whole sentences", (_, texts) => {
    expect(texts.filter((text) => !/^\p{Lu}.*\.$/u.test(text))).toEqual([]);
  });

  test("the same states", () => {
    const says = Object.fromEntries(
      Object.entries(machinesOf(registry)).map(([id, machine]) => [
        id,
        chartOf(machine)
          .nodes.filter((node) => node.says !== null)
          .map((node) => node.id)
          .sort(),
      ]),
    );
    expect(Object.fromEntries(Object.entries(statesInSwedish).map(([id, table]) => [id, keys(table)]))).toEqual(says);
  });

  test("every text of the pages in both, with the same gaps to fill", () => {
    const pairs = Object.entries(texts) as [string, readonly [string, string]][];
    const uneven = pairs.filter(
      ([, [english, swedish]]) =>
        english === "" || swedish === "" || placeholders(english).join() !== placeholders(swedish).join(),
    );
    expect(uneven).toEqual([]);
  });

  test("every flag has a name in both, and no two the same", () => {
    for (const language of ["en", "sv"] as const) {
      const { flagName } = wordsIn(language);
      const named = Object.keys(flags).map(flagName);
      expect(new Set(named).size).toBe(named.length);
      expect(named.filter((name) => name.includes(":"))).toEqual([]);
      expect(flagName("discrepancy:of-another-version")).toBe("discrepancy:of-another-version");
    }
  });

  test("a gateway is told by its bank, and one of a host's own by its name", () => {
    const { bank } = wordsIn("sv");
    expect(["resurs-rco", "nets-easy", "toy", "constructor", null].map(bank)).toEqual([
      "Resurs Bank",
      "Nets",
      "toy",
      "constructor",
      "annat betalsätt",
    ]);
  });

  test.each(["en", "sv"] as const)("every event has words in %s", (language) => {
    const { event } = wordsIn(language);
    const types = OrderEvent.options.map((option) => String([...option.shape.type.values][0]));
    const wordless = types.filter(
      (type) => event(type) === type || /[{}]/.test(event(type).replace(/\{(kind|page|status|by)\}/g, "")),
    );
    expect(wordless).toEqual([]);
  });
});

test("every remedy is something that the order can be asked for where the flag may stand", () => {
  const asked = Object.values(remedies).flat();
  const states = chartOf(registry.order).nodes.map((node) => node.id);
  // Taken wherever the order is: nothing of it moves.
  const anywhere = ["merchant.acknowledged"];
  const idle = asked.filter(
    (type) => !anywhere.includes(type) && !states.some((state) => handles(registry.order, state, type)),
  );
  expect(asked.length).toBeGreaterThan(4);
  expect(idle).toEqual([]);
});
