/** The pages that `npm run docs` writes say what the sources say now. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { root } from "../root.js";
import { configurationDocument } from "./configuration.js";
import { llmsDocument } from "./llms.js";
import { rulesDocument } from "./rules.js";
import { coverageDocument } from "./sentences/page.js";
import { situationsDocument } from "./situations.js";

test.each([
  ["rules.md", rulesDocument],
  ["coverage.md", coverageDocument],
  ["configuration.md", configurationDocument],
  ["situations.md", situationsDocument],
  ["llms.txt", llmsDocument],
])("docs/%s is up to date", (page, written) => {
  const kept = readFileSync(new URL(`docs/${page}`, root), "utf8");
  const now = written();
  let at = 0;
  while (at < now.length && kept[at] === now[at]) at++;
  // Some lines are of thousands of characters.
  const near = (text: string): string => text.slice(Math.max(0, at - 60), at + 60);
  expect(near(kept), `docs/${page} is out of date; run npm run docs. It differs first here`).toBe(near(now));
});
