/** docs/rules.md: a chapter's traits and tables are those of each gateway that it names. */
import { expect, test } from "vitest";
import { registry } from "../../machines/index.js";
import { chapters } from "./flows.js";

test.each(chapters)("$title: its gateways pay the same way", ({ gateways }) => {
  expect(new Set(gateways.map((name) => registry.flows[name])).size).toBe(1);
});

test("each gateway of the registry has its chapter, once", () => {
  expect(chapters.flatMap(({ gateways }) => gateways).sort()).toEqual(Object.keys(registry.flows).sort());
});
