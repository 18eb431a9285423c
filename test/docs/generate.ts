/** Writes the documents that are made from the machines, and the tables that are made from the code. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { wireDocuments } from "../wire/document.js";
import { configurationDocument } from "./configuration.js";
import { llmsDocument } from "./llms.js";
import { withMetrics } from "./metrics.js";
import { rulesDocument } from "./rules.js";
import { coverageDocument } from "./sentences/page.js";
import { situationsDocument } from "./situations.js";

const page = (name: string) => new URL(`../../../docs/${name}`, import.meta.url);

writeFileSync(page("rules.md"), rulesDocument());
writeFileSync(page("coverage.md"), coverageDocument());
writeFileSync(page("configuration.md"), configurationDocument());
writeFileSync(page("operating.md"), withMetrics(readFileSync(page("operating.md"), "utf8")));
writeFileSync(page("situations.md"), situationsDocument());
mkdirSync(page("wire"), { recursive: true });
for (const [name, text] of Object.entries(await wireDocuments())) writeFileSync(page(name), text);
writeFileSync(page("llms.txt"), llmsDocument());
