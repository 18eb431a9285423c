/** A host that is killed a few times; `npm run campaign beside` does it as often as one likes. */
import { expect, test } from "vitest";
import { killBeside } from "./kills.js";

test("a row of the host's, a subscriber and a webhook agree with the history after every kill", {
  timeout: 240_000,
}, async () => {
  const { breaches, orders, kills } = await killBeside({ kills: 5, seed: 3, on: "sqlite" });
  expect(breaches).toEqual([]);
  expect(kills).toBe(5);
  expect(orders).toBeGreaterThan(0);
});
