/** docs/coverage.md says of each sentence of the documents what became of it; what it names is there. */
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { rules } from "../../machines/rules.js";
import { root } from "../root.js";
import { configurationDocument } from "./configuration.js";
import { documents, otherSources, rowsOf } from "./sentences/documents.js";
import { type Row, testsOf } from "./sentences/row.js";

const rows = documents.flatMap(rowsOf);
const seeds = new URL("../shared/seeds/", root);
/** Spaces and line breaks are alike, and so are the marks of a quotation. */
const flat = (text: string): string => text.replace(/\n>/g, "\n").replace(/\s+/g, " ");
const heading = (line: string): string => line.replace(/^#+/, "").replace(/[:.]$/, "").trim().toLowerCase();
const named = (row: Row): string => row.quote;

describe("the documents themselves", () => {
  if (!existsSync(seeds)) {
    test.skip("each quoted sentence stands in its document: ../shared/seeds is not here", () => {});
    return;
  }
  test.each(documents)("$title: each section is there, and each quoted sentence in it", ({ file, sections }) => {
    const lines = readFileSync(new URL(file, seeds), "utf8").split("\n");
    const headings = lines.map((line) => heading(line));
    const begins = sections.map(({ title }) => headings.indexOf(heading(title)));
    const faults = sections.flatMap(({ title, rows }, i) => {
      const from = begins[i] ?? -1;
      if (from < 0) return [`no section “${title}”`];
      const next = Math.min(lines.length, ...begins.filter((begin) => begin > from));
      const text = flat(lines.slice(from, next).join("\n"));
      return rows.filter(({ quote }) => !text.includes(flat(quote))).map(({ quote }) => `${title}: ${quote}`);
    });
    expect(faults).toEqual([]);
  });
});

test("a sentence has one row", () => {
  for (const document of documents) {
    const quotes = rowsOf(document).map(named);
    expect(quotes.filter((quote, i) => quotes.indexOf(quote) !== i)).toEqual([]);
  }
});

test("what is implemented names its test, and what is not says why", () => {
  expect(rows.filter(({ standing, test }) => standing === "implemented" && test === undefined).map(named)).toEqual([]);
  expect(rows.filter(({ says }) => !says.endsWith(".")).map(named)).toEqual([]);
  expect(rows.filter(({ standing, says }) => standing !== "implemented" && says.length < 40).map(named)).toEqual([]);
  expect(rows.filter(({ standing, test }) => standing === "out of scope" && test !== undefined)).toEqual([]);
});

test("each rule that a row names exists, and each setting and page", () => {
  const configuration = configurationDocument();
  const anchors = (page: string): string[] =>
    [...readFileSync(new URL(`docs/${page}`, root), "utf8").matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
      heading
        .toLowerCase()
        .replace(/[^\w -]/g, "")
        .replaceAll(" ", "-"),
    );
  const missing = rows.flatMap(({ rules: by = [], options = [], pages = [] }) => [
    ...by.filter((rule) => !(rule in rules)),
    ...options.filter((option) => !configuration.includes(`| \`${option}\` |`)),
    ...pages.filter((page) => {
      const [file = "", anchor] = page.split("#");
      if (!existsSync(new URL(`docs/${file}`, root))) return true;
      return anchor !== undefined && !anchors(file).includes(anchor);
    }),
  ]);
  expect(missing).toEqual([]);
});

test("each test that a row names exists, under its title", () => {
  const missing = rows.flatMap(testsOf).flatMap(([file, title, row]) => {
    const url = new URL(`test/${file}`, root);
    if (!/\.(test\.ts|json)$/.test(file) || !existsSync(url)) return [file];
    const text = flat(readFileSync(url, "utf8"));
    const isTitle = ['"', "`"].some((mark) => text.includes(`${mark}${title}${mark}`));
    return isTitle && (row === undefined || text.includes(flat(row))) ? [] : [`${file}: ${title} ${row ?? ""}`];
  });
  expect(missing).toEqual([]);
});

describe("each rule", () => {
  const covered = new Set<string>(rows.flatMap(({ rules: by = [] }) => by));
  const documented = Object.entries(rules).filter(([, { source }]) => !(source in otherSources));

  test("comes from a section that is on the page, or says whose word it is", () => {
    const sections = documents.flatMap(({ code, sections }) => sections.map(({ title }) => `${code} ${title}`));
    const known = (source: string) => sections.some((one) => source === one || source.startsWith(`${one}, `));
    expect(
      documented.filter(([, { source }]) => !known(source)).map(([name, { source }]) => `${name}: ${source}`),
    ).toEqual([]);
  });

  test("of a document is named by one of its sentences", () => {
    expect(documented.map(([name]) => name).filter((name) => !covered.has(name))).toEqual([]);
  });

  test("of no document says nothing of one", () => {
    const others = Object.entries(rules).filter(([, { source }]) => source in otherSources);
    expect(others.filter(([, { source, doc }]) => source === "our own" && doc !== "-")).toEqual([]);
  });
});
