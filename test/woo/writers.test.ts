import { expect, test } from "vitest";
import { twoWriters } from "./writers.js";

/** `npm run campaign woo` plays a thousand rounds. */
test("two writers at once: no change is lost, no note is written twice, every conflict has its reason", async () => {
  const tally = await twoWriters({ rounds: 80, seed: 11 });
  expect(tally.breaches).toEqual([]);
  // What it is about did happen.
  expect(tally.merchantWrites).toBeGreaterThan(60);
  expect(tally.engineWrites).toBeGreaterThan(20);
  expect(tally.conflicts).toBeGreaterThan(10);
}, 240_000);
