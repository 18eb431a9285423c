/** Sentences that nobody says, wherever a merchant or a newcomer may read them. */
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { flags } from "../../machines/flags.js";
import { reasons } from "../../machines/reasons.js";
import { rules } from "../../machines/rules.js";
import { flagsInSwedish, reasonsInSwedish } from "../../machines/swedish.js";
import { texts } from "../../src/inspector/words/pages.js";
import { rulesInSwedish } from "../../src/inspector/words/rules.js";
import { root } from "../root.js";

const odd = [
  /\bneeds you\b/i,
  /\bthe (?:order|shop) (?:already )?reads\b/i,
  /\bthe bank tells\b/i,
  /\bgives? way to\b/i,
  /\bminute is over\b/i,
  /\bis an end\b/i,
  /\bhas come to its end\b/i,
  /\btells? its numbers\b/i,
  /\bstands at the other end\b/i,
  /\bmend that\b/i,
  /\bmay knock\b/i,
  /\bis no time; say\b/i,
  /\bBecause [^.]*, so\b/,
  /\bset aside\b/i,
  /\b60 sec|\b60 sek/i,
  /\b(?:goes? out|begins? anew|given back|on the move|another hand)\b/i,
  /\bonly looks\b/i,
  // Swedish
  /\bbehöver dig\b/i,
  /\bär ett slut\b/i,
  /\bkundens minut\b/i,
  /\bdöda brev\b/i,
  /\båt sidan\b/i,
  /\bbanken håller\b/i,
  /\b(?:dras|dragen|dragits|dragningen?)\b/i,
];
const found = (text: string): string[] => odd.flatMap((pattern) => pattern.exec(text)?.[0] ?? []);

test("a sentence of the list is found", () => {
  expect(found("Nothing needs you. Because X, so everything is captured. Banken håller pengar.")).toHaveLength(3);
});

test.each([
  ["pages", Object.values(texts).flat()],
  ["rules", [...Object.values(rules).map(({ rule }) => rule), ...Object.values(rulesInSwedish)]],
  ["reasons", [...Object.values(reasons), ...Object.values(reasonsInSwedish)]],
  ["flags", [...Object.values(flags), ...Object.values(flagsInSwedish)].flatMap(({ says, remedy }) => [says, remedy])],
])("no such sentence in the %s", (_what, all) => {
  expect(all.flatMap((text) => found(text).map((what) => `${what}: ${text}`))).toEqual([]);
});

test("no such sentence in what a newcomer reads first", () => {
  const docs = readdirSync(new URL("docs", root)).filter((name) =>
    /^(?:faq|inspector|situations|woocommerce)\.md$/.test(name),
  );
  const pages = ["README.md", ...docs.map((name) => `docs/${name}`)];
  expect(pages).toHaveLength(5);
  const faults = pages.flatMap((page) =>
    found(readFileSync(new URL(page, root), "utf8")).map((what) => `${page}: ${what}`),
  );
  expect(faults).toEqual([]);
});
