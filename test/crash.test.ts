/** SIGKILL before and after every write and every word with the world, on a real file: nothing is lost, nothing is done twice. */
import { describe, expect, test } from "vitest";
import { killEverywhere } from "./crash/kills.js";
import type { PlantedBug } from "./crash/planted.js";
import { type Point, pointNames } from "./crash/points.js";
import { isWhole } from "./exhaustive/whole.js";

// Every second one at each build; `npm run campaign kills` makes as many as one likes, before and after each.
const points = pointNames.filter((_, i) => isWhole || i % 2 === 1);
test(`a kill at each of ${points.length} points, and every law holds afterwards`, {
  timeout: 600_000,
}, async () => {
  const { breaches, kills } = await killEverywhere({ kills: 1, seed: 7, lanes: 2, points });
  expect(breaches).toEqual([]);
  const places = points.map((point, i) => [`${point} ${i % 2 === 0 ? "before" : "after"}`, 1]);
  expect(kills).toEqual(Object.fromEntries(places));
});

// It ends with the first breach; a write that is faster than the signal hides the first bug from some kills.
describe("a planted bug is found by a few kills", () => {
  const planted: [bug: PlantedBug, points: Point[], law: RegExp][] = [
    ["ack-before-commit", ["http.answer"], /unknown-(order|payment)|acknowledged-is-kept|still open/],
    ["settle-before-call", ["shop.told"], /shop-agrees/],
    ["timers-in-memory", ["timer.due"], /timer/],
    ["blind-retry", ["bank.capture", "bank.refund"], /moved-once|answered 409/],
  ];
  // The last at each build, the one that moves money twice.
  const some = isWhole ? planted : planted.slice(-1);
  test.each(some)("%s", { timeout: 300_000 }, async (bug, points, law) => {
    const { breaches } = await killEverywhere({ kills: 60, seed: 5, lanes: 1, points, bug, untilBreach: true });
    expect(breaches.map(({ detail }) => detail).join("\n")).toMatch(law);
  });
});
