import { expect, test } from "vitest";
import { flood } from "./flood.js";
import { siege } from "./siege.js";

/** `npm run campaign door` sends a hundred thousand, with and without tokens. */
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

/** How fast it is answered meanwhile, `npm run campaign door` says: a busy computer would fail this test. */
test("strangers send everything at once: each callback of the bank is taken, and memory stays small", async () => {
  const { siege: seen, strangers, memory } = await siege(3, 40);
  expect(seen.statuses).toEqual({ "genuine 202": 75 });
  expect(memory.most - memory.idle).toBeLessThan(100);
  // Or nothing was shown.
  expect(Object.values(strangers).reduce((sum, n) => sum + n, 0)).toBeGreaterThan(10);
  expect(Object.keys(strangers).filter((label) => / 5(?!03)\d\d$/.test(label))).toEqual([]);
}, 480_000);
