import { expect, test } from "vitest";
import { flood } from "./flood.js";

/** `npm run campaign:door` sends a hundred thousand, with and without tokens. */
test.each([true, false])(
  "forged callbacks (tokens: %s): every one is answered, and the bank has its peace",
  async (tokens) => {
    const { flood: seen, readings, allowed, knocks } = await flood(1500, 1500, tokens);
    expect(knocks).toBe(1500);
    expect(readings).toBeLessThanOrEqual(allowed);
    // Without tokens something does get through to the bank, or the test would see nothing.
    if (!tokens) expect(readings).toBeGreaterThan(0);
    const labels = Object.keys(seen.statuses);
    // Nobody is let in who proves nothing; without tokens the limit lets one through, so that a true one gets through too.
    const letIn = labels.filter((label) => label.endsWith(" 202"));
    expect(letIn).toEqual(tokens ? [] : ["known id 202"]);
    expect(labels.filter((label) => / (0|5\d\d)$/.test(label))).toEqual([]);
  },
  120_000,
);
