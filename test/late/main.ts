/** `npm run record late`: writes the matrix of lost answers into docs/evidence/guarantees.md. */
import { readFileSync, writeFileSync } from "node:fs";
import { everyRow, withTable } from "./table.js";

const page = new URL("../../../docs/evidence/guarantees.md", import.meta.url);
const rows = await everyRow((call) => console.error(call));
writeFileSync(page, withTable(readFileSync(page, "utf8"), rows));
