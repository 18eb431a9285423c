/** A bank that is away, lived minute by minute: beside the other scenarios, for it takes as long as all of them. */
import { describe, expect, it } from "vitest";
import { Scenario } from "../../src/testing/index.js";
import { isWhole } from "../exhaustive/whole.js";
import { outage } from "./files.js";
import { lives, Replaced } from "./lives.js";

/** After two days a try that is not capped is more than an hour off, so two days show what a week shows. */
const forTwoDays = (scenario: Scenario): Scenario =>
  Scenario.parse(JSON.parse(JSON.stringify(scenario).replaceAll("2026-06-08T", "2026-06-03T")));

describe(`a bank that is away for ${isWhole ? "a week" : "two days"}`, () => {
  const replaced = new Replaced();
  lives(isWhole ? outage : outage.map(forTwoDays), replaced);

  it("is expected to do nothing that could not be made wrong", () => {
    expect(replaced.total).toBeGreaterThan(20);
    expect(replaced.immovable).toEqual([]);
  });
});
