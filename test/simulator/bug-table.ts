/** node dist/test/simulator/bug-table.js [--seed S]: which law catches which planted bug, and in which life. */
import { parseArgs } from "node:util";
import { bugs } from "../../src/testing/index.js";
import { type Caught, caught } from "./caught.js";

const { values } = parseArgs({ options: { seed: { type: "string", default: "7" } } });
const seed = Number(values.seed);
const MOST = 20_000;

const rows: (Caught | null)[] = [];
process.stdout.write("| bug | what it does | caught by | life |\n|---|---|---|---|\n");
for (const [bug, { says }] of Object.entries(bugs)) {
  const found = await caught(bug, seed, MOST);
  rows.push(found);
  const by = found === null ? "**nothing**" : found.laws.map((law) => `\`${law}\``).join(", ");
  process.stdout.write(`| \`${bug}\` | ${says} | ${by} | ${found?.life ?? "-"} |\n`);
}
const missed = rows.filter((row) => row === null).length;
process.stdout.write(`\n${rows.length - missed} of ${rows.length} found within ${MOST} lives of seed ${seed}\n`);
if (missed > 0) process.exitCode = 3;
