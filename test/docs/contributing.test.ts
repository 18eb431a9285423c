/** CONTRIBUTING.md and the decisions speak of files, commands and tests that are there. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { root } from "../root.js";

const read = (path: string): string => readFileSync(new URL(path, root), "utf8");
const scripts = Object.keys(JSON.parse(read("package.json")).scripts);
const decisions = readdirSync(new URL("docs/decisions/", root)).filter((name) => /^\d/.test(name));
const pages = ["CONTRIBUTING.md", ...decisions.map((name) => `docs/decisions/${name}`)];

test.each(pages)("%s names files and npm scripts that are there", (page) => {
  const text = read(page);
  const paths = [...text.matchAll(/(?<![\w/.])(?:machines|src|test|docs|\.github)\/[\w./-]*\w/g)].map(([path]) => path);
  expect(paths.length).toBeGreaterThan(0);
  // `test/cli/<name>.test.ts` is for whoever writes it.
  const named = paths.filter((path) => !text.includes(`${path}/<`) && !text.includes(`${path}<`));
  expect(named.filter((path) => !existsSync(new URL(path, root)))).toEqual([]);
  const run = [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, name = ""]) => name);
  expect(run.filter((name) => !scripts.includes(name))).toEqual([]);
});

test("each decision has the same parts, is short, and is in the index under its title", () => {
  const index = read("docs/decisions/README.md");
  decisions.sort().forEach((name, i) => {
    const text = read(`docs/decisions/${name}`);
    const [, number, title = ""] = /^# (\d+)\. (.+)\n/.exec(text) ?? [];
    expect(Number(number)).toBe(i + 1);
    const [, inIndex = ""] = new RegExp(`^${i + 1}\\. \\[(.+)\\]\\(${name}\\)$`, "m").exec(index) ?? [];
    expect(title.startsWith(inIndex) && inIndex !== "", `${name} in the index: ${inIndex}`).toBe(true);
    const parts = [...text.matchAll(/^\*\*(.+?)\.\*\*/gm)].map(([, part]) => part);
    expect(parts, name).toEqual(["Context", "Decision", "Why", "Turned down", "Cost", "Held by"]);
    expect(text.split("\n").length, name).toBeLessThan(35);
  });
  expect(index.match(/^\d+\. /gm)).toHaveLength(decisions.length);
});

test("a test that a decision names by its title is there", () => {
  const named = decisions.flatMap((name) => [
    ...read(`docs/decisions/${name}`)
      .replace(/\n/g, " ")
      .matchAll(/`(test\/[\w/-]+\.test\.ts)`, "(.+?)"/g),
  ]);
  expect(named.length).toBeGreaterThan(3);
  for (const [, path = "", title = ""] of named) expect(read(path), path).toContain(`"${title}"`);
});
