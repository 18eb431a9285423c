/** `npm run campaign pairs`: what this build decides, beside what another one decides. */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { wholeIn } from "../../src/cli/lib/options.js";
import { campaign, progress, tell, untilStopped } from "../campaign.js";
import { type Build, comparedWith } from "./pairs.js";

const command = campaign("pairs", "Pairs of a record and an event, decided by this checkout and by another one.", [
  "../before",
  "../before --pairs 100000 --seed 7",
])
  .argument("<folder>", "another checkout of the engine, built (`npm ci && npm run build`)")
  .allowExcessArguments(false)
  .option("--pairs <n>", "how many, at least", wholeIn(1, 1e9), 1_000_000)
  .option("--seed <s>", "which lives they are taken from", wholeIn(0, 2 ** 31), 1)
  .parse();
const { pairs, seed, json } = command.opts<{ pairs: number; seed: number; json?: true }>();
const [folder = ""] = command.args;

const built = async (file: string): Promise<Record<string, unknown>> => {
  const path = resolve(folder, "dist", file);
  return import(pathToFileURL(path).href).catch(() => {
    process.stderr.write(`${path} cannot be loaded. Build that checkout first: npm ci && npm run build\n`);
    process.exit(2);
  });
};
const other = { ...(await built("src/core/decide.js")), ...(await built("machines/index.js")) } as unknown as Build;

const began = performance.now();
const bar = progress("pairs", pairs);
const stopped = untilStopped();
const onLife = (done: number): boolean => {
  bar.to(Math.min(done, pairs));
  return !stopped.aborted;
};
const tally = await comparedWith(other, { seed, pairs, onLife });
bar.end();
const seconds = (performance.now() - began) / 1000;
const kinds = Object.entries(tally.kinds).sort(([, a], [, b]) => b - a);
const lines = [
  `seed       ${seed}`,
  `pairs      ${tally.pairs}, from ${tally.lives} lives`,
  `different  ${tally.different}, of ${kinds.length} kinds (event | status before | where)`,
  ...kinds.slice(0, 40).map(([kind, n]) => `           ${n} × ${kind}`),
  `seconds    ${seconds.toFixed(1)}`,
];
tell({ json }, { seed, ...tally, seconds }, lines, tally.different);
