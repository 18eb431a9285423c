/** The words that the code of a decision says by itself are found by reading it, and are rows of the tables. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { notes } from "../../machines/effects.js";
import { type FlagRule, flags } from "../../machines/flags.js";
import { reasons } from "../../machines/reasons.js";
import { rules } from "../../machines/rules.js";
import { root } from "../root.js";
import { all } from "./parts.js";

const source = (path: string): string => readFileSync(new URL(path, root), "utf8");
const core = [
  "ask",
  "checkout",
  "decide",
  "explain",
  "finish",
  "builder",
  "preview",
  "intended",
  "remember",
  "others",
  "refuse",
  "asking",
  "follow",
]
  .map((n) => source(`src/core/${n}.ts`))
  .join("\n");
const engine = ["mailbox", "decided", "receipt"].map((n) => source(`src/runtime/embedded/${n}.ts`)).join("\n");
const inCode = new Set([...core.matchAll(/"([^"\n]+)"/g)].map((m) => m[1] as string));

test("every rule that the decision cites by itself is a row of the table", () => {
  const families = new Set(Object.keys(rules).map((rule) => rule.split("/")[0]));
  const words = [...inCode].filter((word) => /^[a-z-]+\/[a-z-]+$/.test(word) && families.has(word.split("/")[0]));
  expect(words.filter((word) => !(word in rules))).toEqual([]);
});

test("every row of the table is cited somewhere", () => {
  const cited = new Set<string | undefined>(all.map((t) => t.meta.rule));
  const built = new Set(["callback/stale-payment", "callback/unknown-payment"]);
  expect(core).toContain("`callback/$" + "{reason}`");
  expect(Object.keys(rules).filter((rule) => !cited.has(rule) && !inCode.has(rule) && !built.has(rule))).toEqual([]);
});

test("every reason that the code gives has a sentence that a merchant understands", () => {
  const given = [
    ...`${core}\n${engine}`.matchAll(/reason(?:: [^"\n;]*|\s=[^"\n;]*)"([a-z-]+)"(?: : "([a-z-]+)")?/g),
  ].flatMap((m) => m.slice(1).filter((word): word is string => word !== undefined));
  // These must be among them, or the reading went blind.
  for (const known of ["no-change", "cooldown", "superseded", "stale-timer"]) {
    expect(given).toContain(known);
  }
  expect(given.filter((reason) => !(reason in reasons))).toEqual([]);
});

test("every note is written by a machine or by the code", () => {
  const written = [
    ...all.flatMap((t) => t.actions.map((a) => a.params?.note)),
    ...Object.values(flags).map((flag) => (flag as FlagRule).note),
  ];
  expect(Object.keys(notes).filter((note) => !written.includes(note) && !inCode.has(note))).toEqual([]);
});
