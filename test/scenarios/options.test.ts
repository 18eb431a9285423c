/** Each value of each option is shown by a scenario: one that comes out otherwise as soon as the option has another value. */
import { expect, test } from "vitest";
import { Choices, type Settings } from "../../machines/settings.js";
import { runScenario, type Scenario } from "../../src/testing/index.js";
import { own } from "./files.js";
import { inMemory } from "./lives.js";

interface Option {
  name: string;
  values: readonly (string | boolean)[];
  file: string;
  valueIn(settings: Settings): string | boolean;
  turned(settings: Settings, value: string | boolean): Settings;
}

const choices = (Object.keys(Choices.shape) as (keyof Choices)[]).map(
  (name): Option => ({
    name: `choices.${name}`,
    values: Choices.shape[name].unwrap().options,
    file: "choices.json",
    valueIn: (settings) => settings.choices[name],
    turned: (settings, value) => ({ ...settings, choices: { ...settings.choices, [name]: value } }),
  }),
);
const switches = Object.entries({
  enableCapture: "capture.json",
  enableCancel: "cancel.json",
  enableRefund: "refund.json",
  enableModify: "modify.json",
  stockManagement: "ttl.json",
} as const).map(
  ([key, file]): Option => ({
    name: key,
    values: [true, false],
    file,
    valueIn: (settings) => settings[key as keyof Settings] as boolean,
    turned: (settings, value) => ({ ...settings, [key]: value }),
  }),
);

/** The scenarios with this value: those of the option's own file first, for one of them is likely to be about it. */
const withValue = ({ file, valueIn }: Option, value: string | boolean): Scenario[] =>
  [...new Set([own[file] ?? [], own["choices.json"] ?? []].flat())].filter(
    ({ given }) => valueIn(given.settings) === value,
  );

const passes = async (scenario: Scenario): Promise<boolean> =>
  (await runScenario(scenario, inMemory)).result.differences.length === 0;

const rows = [...choices, ...switches].flatMap((option) => option.values.map((value) => ({ option, value })));

test.each(rows.map(({ option, value }) => [option.name, value, option] as const))(
  "%s = %s decides a scenario",
  { timeout: 240_000 },
  async (_name, value, option) => {
    const others = option.values.filter((one) => one !== value);
    for (const scenario of withValue(option, value)) {
      const { given } = scenario;
      const turned = others.map((other) => ({
        ...scenario,
        given: { ...given, settings: option.turned(given.settings, other) },
      }));
      const decided = (await Promise.all(turned.map(passes))).every((passed) => !passed);
      if (decided && (await passes(scenario))) return;
    }
    expect.fail(`no scenario of ${option.file} comes out otherwise without ${option.name} = ${value}`);
  },
);
