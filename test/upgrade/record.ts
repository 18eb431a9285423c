/** Records the snapshots of today's machines. What was recorded is never written again. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { registry } from "../../machines/index.js";
import { structureHash } from "../../src/core/structure.js";
import { folderOf, recordsToday } from "./snapshots.js";

const { version } = registry;
const folder = folderOf(version);
if (existsSync(folder)) {
  console.error(`${folder} is there already: stores hold such records. Raise the version in machines/index.ts.`);
  process.exit(1);
}
const found = Object.keys(registry.flows).map((gateway) => ({ gateway, kept: recordsToday(registry, gateway) }));
mkdirSync(folder, { recursive: true });
for (const { gateway, kept } of found) {
  writeFileSync(`${folder}/${gateway}.jsonl`, kept.map((record) => `${JSON.stringify(record)}\n`).join(""));
  console.info(`${gateway}: ${kept.length} records`);
}
writeFileSync(`${folder}/structure.json`, `${JSON.stringify({ version, hash: structureHash(registry) }, null, 2)}\n`);
