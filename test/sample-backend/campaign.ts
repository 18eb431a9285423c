/** `npm run campaign harness`: twelve shops with a mistake each, put to the laws with many seeds. */
import fc from "fast-check";
import { wholeIn } from "../../src/cli/lib/options.js";
import { resursDouble, type ShopUnderTest, VirtualClock } from "../../src/testing/index.js";
import { backendCommands, liveAgainst } from "../../src/testing/properties.js";
import { campaign, progress, tell } from "../campaign.js";
import { overHttp } from "./over-http.js";
import { type PhpMistake, phpMistakes, phpShop, phpVersion } from "./php.js";
import { type Mistake, mistakes, sampleShop } from "./shop.js";

const options = campaign(
  "harness",
  "Twelve shops with a mistake each, six of them in PHP: how many seeds find each with the harness of docs/testing.md.",
  ["--seeds 20", "--seeds 3 --runs 100"],
)
  .option("--seeds <n>", "how many seeds each shop is tried with", wholeIn(1, 1000), 20)
  .option("--runs <n>", "lives for each seed", wholeIn(1, 100_000), 300)
  .parse()
  .opts<{ seeds: number; runs: number; json?: true }>();

const clock = new VirtualClock(Date.parse("2026-11-20T12:00:00Z"));
const bank = await resursDouble({ clock });
const shops = [
  ...(Object.keys(mistakes) as Mistake[]).map((mistake) => ({
    name: mistake,
    open: () => sampleShop({ bankUrl: bank.url, mistake }),
  })),
  ...(phpVersion === null ? [] : (Object.keys(phpMistakes) as PhpMistake[])).map((mistake) => ({
    name: `${mistake} (PHP)`,
    open: () => phpShop({ bankUrl: bank.url, mistake }),
  })),
];

/** @returns in which life it was found, 1 the first; null = in none */
const foundIn = async (shop: ShopUnderTest, seed: number): Promise<number | null> => {
  const lives = fc.asyncProperty(backendCommands(), (commands) => liveAgainst(shop, commands));
  const { failed, numRuns } = await fc.check(lives, { numRuns: options.runs, seed, endOnFailure: true });
  return failed ? numRuns : null;
};

const bar = progress("shops", shops.length);
const told: { shop: string; found: number; of: number; median: number | null; most: number | null }[] = [];
for (const { name, open } of shops) {
  const served = await open();
  const lives: (number | null)[] = [];
  for (let seed = 1; seed <= options.seeds; seed += 1) {
    lives.push(await foundIn({ backend: overHttp(served.url), bank, clock }, seed));
  }
  await served.close();
  const found = lives.filter((life) => life !== null).sort((a, b) => a - b);
  const median = found[Math.floor(found.length / 2)] ?? null;
  told.push({ shop: name, found: found.length, of: lives.length, median, most: found.at(-1) ?? null });
  bar.to(told.length);
}
bar.end();
await bank.close();

const missed = told.filter(({ found, of }) => found < of).length;
const lines = told.map(
  ({ shop, found, of, median, most }) =>
    `${found === of ? "found " : "MISSED"}  ${shop.padEnd(34)} ${found} of ${of} seeds, in life ${median ?? "-"} at the median, ${most ?? "-"} at most`,
);
if (phpVersion === null) lines.push("skipped  six shops in PHP: there is no php on this computer");
tell(options, { shops: told, php: phpVersion }, lines, missed);
