/** A week without a bank, lived minute by minute: beside the other scenarios, for it takes as long as all of them. */
import { describe, expect, it } from "vitest";
import { outage } from "./files.js";
import { lives, Replaced } from "./lives.js";

describe("a bank that is away for a week", () => {
  const replaced = new Replaced();
  lives(outage, replaced);

  it("is expected to do nothing that could not be made wrong", () => {
    expect(replaced.total).toBeGreaterThan(20);
    expect(replaced.immovable).toEqual([]);
  });
});
