import { expect, test } from "vitest";
import { RecentMap } from "../../src/ports/recent.js";

test("beyond its size, what was set longest ago is forgotten", () => {
  const map = new RecentMap<string, number>(2).set("a", 1).set("b", 2);
  // Set again, it is the latest; asked for, it is not.
  map.set("a", 3).get("b");
  expect([...map.set("c", 4)]).toEqual([
    ["a", 3],
    ["c", 4],
  ]);
  expect([map.take("a"), map.take("a"), map.size]).toEqual([3, undefined, 1]);
  expect(new RecentMap<string, number>(0).set("a", 1).size).toBe(0);
});
