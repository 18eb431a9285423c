/** docs/security.md: each point names the test that shows it, and the test is there. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const read = (path: string) => readFile(join(root, path), "utf8");
const page = await read("docs/security.md");

/** What stands in quotes right behind an opening bracket or comma of a call: titles of tests are among it. */
const titlesIn = (source: string): string[] =>
  [...source.matchAll(/[(,]\s*(["'`])((?:\\.|(?!\1)[^\\])*)\1/g)].map(([, , title = ""]) =>
    title.replaceAll('\\"', '"'),
  );

const named = [...page.matchAll(/`(test\/[\w/.-]+\.tsx?)`, "([^"]+)"/g)].map(([, path = "", title = ""]) => ({
  path,
  title,
}));

test.each(named)("$path has the test “$title”", async ({ path, title }) => {
  expect(titlesIn(await read(path)).filter((one) => one.includes(title))).not.toEqual([]);
});

test("every file of tests that the page names, it names with a test", () => {
  const files = [...page.matchAll(/`(test\/[\w/.-]+\.tsx?)`/g)].map(([, path]) => path);
  expect(files.length).toBe(named.length);
});

test("every attack that was tried has one row, and every row of the page's tables a test", () => {
  const rows = page.split("\n").filter((line) => line.startsWith("| "));
  const tried = rows.map((row) => Number(/^\| (\d+) \|/.exec(row)?.[1])).filter((n) => n > 0);
  expect(tried).toEqual(Array.from({ length: 13 }, (_, i) => i + 1));
  const [, shown = ""] = page.split("\n## What is guaranteed\n");
  const bare = shown
    .replace(/^\|.*\|\n\|---.*$/gm, "")
    .split("\n")
    .filter((line) => line.startsWith("| ") && !/`test\/[^`]+`|`npm run [^`]+`/.test(line));
  expect(bare).toEqual([]);
});

test("its links and the sources it names lead somewhere", async () => {
  for (const [, path = ""] of page.matchAll(/`(src\/[\w/.-]+\.tsx?)`/g)) await read(path);
  for (const doc of ["docs/security.md", "docs/woocommerce.md", ".github/SECURITY.md"]) {
    for (const [, target = ""] of (await read(doc)).matchAll(/\]\((?!https?:)([^)#]+)/g)) {
      await readFile(join(root, doc, "..", target));
    }
  }
});
