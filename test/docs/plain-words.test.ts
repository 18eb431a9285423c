/** Sentences that nobody says, wherever a merchant or a newcomer may read them. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { flags } from "../../machines/flags.js";
import { reasons } from "../../machines/reasons.js";
import { rules } from "../../machines/rules.js";
import { flagsInSwedish, reasonsInSwedish } from "../../machines/swedish.js";
import { texts } from "../../src/inspector/words/pages.js";
import { rulesInSwedish } from "../../src/inspector/words/rules.js";
import { root } from "../root.js";
import { filesUnder, shipped } from "../sources.js";

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
  /\b(?:begins? anew|given back|on the move|another hand)\b/i,
  /\bonly looks\b/i,
  /\blets? it go\b/i,
  /\bfor looking only\b/i,
  /\bpaid over\b/i,
  /\bleft out[:=]/i,
  /\bneeds? a person\b/i,
  /\b(?:made|written|set|place it) anew\b/i,
  /\bat the other end\b/i,
  /\bwhoever (?:only )?looks\b/i,
  /\bknocks in vain\b/i,
  /\bNothing is to be done\b/i,
  /\bsay which\b/i,
  /\bturns this away\b/i,
  // Swedish
  /\bbehöver dig\b/i,
  /\bär ett slut\b/i,
  /\bkundens minut\b/i,
  /\bdöda brev\b/i,
  /\båt sidan\b/i,
  /\bbanken håller\b/i,
  /\b(?:dras|dragen|dragits|dragningen?)\b/i,
];
/** On a page the seconds are those that are configured, and a call is sent. */
const oddOnPages = [/\b60 sec|\b60 sek/i, /\bgoes? out\b/i];
const found = (text: string, patterns = odd): string[] => patterns.flatMap((pattern) => pattern.exec(text)?.[0] ?? []);

test("a sentence of the list is found", () => {
  expect(found("Nothing needs you. Because X, so everything is captured. Banken håller pengar.")).toHaveLength(3);
});

test.each([
  ["pages", Object.values(texts).flat()],
  ["rules", [...Object.values(rules).map(({ rule }) => rule), ...Object.values(rulesInSwedish)]],
  ["reasons", [...Object.values(reasons), ...Object.values(reasonsInSwedish)]],
  ["flags", [...Object.values(flags), ...Object.values(flagsInSwedish)].flatMap(({ says, remedy }) => [says, remedy])],
])("no such sentence in the %s", (_what, all) => {
  expect(all.flatMap((text) => found(text, [...odd, ...oddOnPages]).map((what) => `${what}: ${text}`))).toEqual([]);
});

const said = (path: string, text: string): string[] =>
  text.split("\n").flatMap((line, i) => found(line).map((what) => `${path}:${i + 1}: ${what}`));

test("no such sentence in what the programs say", () => {
  // Quoted texts alone: a comment is for whoever changes the code. What a released migration is called stays.
  const texts = /"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g;
  const programs = shipped.filter(({ path }) => !/^src\/testing\/|postgres\/migrations\.ts$/.test(path));
  const faults = programs.flatMap(({ path, uncommented }) =>
    (uncommented.match(texts) ?? []).flatMap((text) => said(path, text)),
  );
  expect(faults).toEqual([]);
});

/** Those that people once read on the pages: they come back by way of a comment. */
const gone =
  /nothing needs you|no order is like that|already reads|gives? way to the customer|customer's minute is over|the way it took|on its way out|set off by|\bis an end\b|lets it go|only looks(?!:)|at the other end|knock|tells its numbers|\bmend that\b|\bset aside\b|given back/i;

test("nor in a comment of theirs", () => {
  const faults = shipped
    .filter(({ path }) => !/postgres\/migrations\.ts$/.test(path))
    .flatMap(({ path, text }) =>
      text.split("\n").flatMap((line, i) => (gone.test(line) ? [`${path}:${i + 1}: ${line}`] : [])),
    );
  expect(faults).toEqual([]);
});

test("no such sentence in the docs", () => {
  const pages = ["README.md", "CONTRIBUTING.md", ...filesUnder("docs", /\.md$/)];
  expect(pages.length).toBeGreaterThan(20);
  expect(pages.flatMap((page) => said(page, readFileSync(new URL(page, root), "utf8")))).toEqual([]);
});
