/** Apart from the others, because a mutant of a machine is another structure whatever it does. */
import { expect, test } from "vitest";
import { registry } from "../../machines/index.js";
import { faultsOf, recorded } from "./snapshots.js";

test("the machines may be deployed over everything that was ever recorded", () => {
  expect(faultsOf(registry, recorded())).toEqual([]);
});
