/** A bank that is away, lived minute by minute: beside the other scenarios, for it takes as long as all of them. */
import { describe, expect, it } from "vitest";
import { isWhole } from "../exhaustive/whole.js";
import { forDays, outage } from "./files.js";
import { lives, Replaced } from "./lives.js";

describe(`a bank that is away for ${isWhole ? "a week" : "a day or two"}`, () => {
  const replaced = new Replaced();
  lives(isWhole ? outage : outage.map((one, i) => forDays(one, i === 0 ? 2 : 1)), replaced);

  it("is expected to do nothing that could not be made wrong", () => {
    expect(replaced.total).toBeGreaterThan(20);
    expect(replaced.immovable).toEqual([]);
  });
});
