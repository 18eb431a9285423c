/** Writes the documents that are made from the machines. */
import { writeFileSync } from "node:fs";
import { rulesDocument } from "./rules.js";

writeFileSync(new URL("../../../docs/rules.md", import.meta.url), rulesDocument());
