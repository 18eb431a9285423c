/** A bank that is away, lived minute by minute: beside the other scenarios, for it takes as long as all of them. */
import { describe, expect, it } from "vitest";
import { Scenario } from "../../src/testing/index.js";
import { isWhole } from "../exhaustive/whole.js";
import { outage } from "./files.js";
import { lives, Replaced } from "./lives.js";

/** Tries come ten minutes apart from the first hour on, so a day has what a week has. */
const forADay = (scenario: Scenario): Scenario =>
  Scenario.parse(JSON.parse(JSON.stringify(scenario).replaceAll("2026-06-08T", "2026-06-02T")));

describe(`a bank that is away for a ${isWhole ? "week" : "day"}`, () => {
  const replaced = new Replaced();
  lives(isWhole ? outage : outage.map(forADay), replaced);

  it("is expected to do nothing that could not be made wrong", () => {
    expect(replaced.total).toBeGreaterThan(20);
    expect(replaced.immovable).toEqual([]);
  });
});
