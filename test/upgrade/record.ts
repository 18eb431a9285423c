/** Records the snapshots of today's machines. What was recorded is never written again. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { registry } from "../../machines/index.js";
import { defaultSettings } from "../../machines/settings.js";
import type { OrderRecord } from "../../src/core/record.js";
import { structureHash } from "../../src/core/structure.js";
import { explore } from "../../src/testing/reachable/index.js";
import { folderOf, standsIn } from "./snapshots.js";

const { version } = registry;
const folder = folderOf(version);
if (existsSync(folder)) {
  console.error(`${folder} is there already: stores hold such records. Raise the version in machines/index.ts.`);
  process.exit(1);
}
mkdirSync(folder, { recursive: true });
for (const gateway of Object.keys(registry.flows)) {
  const seen = new Set<string>();
  const kept: OrderRecord[] = [];
  explore({
    rules: { settings: defaultSettings, registry },
    gateway,
    found: (record) => {
      const fresh = standsIn(registry, record).filter((id) => !seen.has(id));
      for (const id of fresh) seen.add(id);
      if (fresh.length > 0) kept.push(record);
    },
  });
  writeFileSync(`${folder}/${gateway}.jsonl`, kept.map((record) => `${JSON.stringify(record)}\n`).join(""));
  console.info(`${gateway}: ${kept.length} records`);
}
writeFileSync(`${folder}/structure.json`, `${JSON.stringify({ version, hash: structureHash(registry) }, null, 2)}\n`);
