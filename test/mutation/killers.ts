/**
 * The tests that a mutant has to get past, the quickest first. One file, so that machines and core are loaded once for
 * each mutant.
 */
import { expect, test } from "vitest";

/** A mutant that cannot even be loaded leaves no test that could fail, so a test says it. */
const broken: unknown[] = [];
test("everything can be loaded", () => {
  expect(broken).toEqual([]);
});

for (const load of [
  () => import("../core/branches.test.js"),
  () => import("../core/messages.test.js"),
  () => import("../core/wishes.test.js"),
  () => import("../core/attempts.test.js"),
  () => import("../core/ask.test.js"),
  () => import("../core/facts.test.js"),
  () => import("../core/cooldown.test.js"),
  () => import("../core/machines.test.js"),
  () => import("../core/records.test.js"),
  () => import("../core/why.test.js"),
  () => import("../core/versions.test.js"),
  () => import("../core/events.test.js"),
  () => import("../core/decide.test.js"),
  () => import("../upgrade/upgrade.test.js"),
  () => import("../core/carried.test.js"),
  () => import("../core/step.test.js"),
]) {
  await load().catch((error) => broken.push(error));
}
