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
  const kept = readFileSync(new URL(`docs/${page}`, root), "utf8").split("\n");
  const now = written().split("\n");
  const changed = now.find((line, i) => line !== kept[i]) ?? kept[now.length];
  expect(changed, `docs/${page} is out of date; run npm run docs. The first line that differs`).toBe(undefined);
});
