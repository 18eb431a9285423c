/**
 * `npm run campaign woo`: the engine and a merchant write the same orders of a shop's double; then customers and merchants
 * of a real WooCommerce, where WOOCOMMERCE_DIR names an unzipped release of it (docs/woocommerce.md).
 */
import { Option } from "commander";
import { wholeIn } from "../../src/cli/lib/options.js";
import { campaign, progress, tell } from "../campaign.js";
import { type Asked, liveReal } from "./real/run.js";
import { twoWriters } from "./writers.js";

const options = campaign(
  "woo",
  "The engine and a merchant write the same orders of one WooCommerce, and writes get lost. With WOOCOMMERCE_DIR: customers and merchants of a real one.",
  ["--rounds 1000 --seed 7", "--rounds 1 --customers 50"],
)
  .option("--rounds <n>", "how many", wholeIn(1, 1e9), 1000)
  .option("--seed <s>", "which", wholeIn(0, 2 ** 31), 1)
  .option("--customers <n>", "how many pay at each checkout of the real shop", wholeIn(1, 10_000), 5)
  .option("--outage <n>", "orders of the real shop under which the engine is stopped", wholeIn(4, 10_000), 20)
  .addOption(
    new Option("--storage <how>", "how the real shop keeps orders").choices(["HPOS", "posts", "both"]).default("both"),
  )
  .option("--only <words...>", "acts on the real shop with one of these in their name")
  .option("--pictures <folder>", "takes the pictures of docs/woocommerce.md (with --only pictures, nothing else)")
  .parse()
  .opts<{ rounds: number; seed: number; json?: true } & Asked>();
const { rounds, seed } = options;

const began = performance.now();
const bar = progress("rounds", rounds);
const tally = await twoWriters({ rounds, seed, told: bar.to });
bar.end();
const seconds = (performance.now() - began) / 1000;
const real = await liveReal(options, ({ orders, name, seconds: took, broken: laws }) => {
  const says = [`${laws.length === 0 ? "held  " : "BROKEN"} ${orders} ${took.toFixed(0)} s  ${name}`, ...laws];
  process.stderr.write(`${says.join("\n         ")}\n`);
});
const lines = [
  `seed       ${seed}`,
  `rounds     ${tally.rounds}, ${tally.lostAnswers} writes whose answer was lost`,
  `merchant   ${tally.merchantWrites} changes`,
  `engine     ${tally.engineWrites} changes, ${tally.putBack} of them put a newer one back`,
  `events     ${tally.conflicts} conflicts, ${tally.seen} changes seen, each with a rule or a reason`,
  `breaches   ${tally.breaches.length}`,
  ...tally.breaches.slice(0, 10).map(({ law, orderId, detail }) => `           ${orderId}: ${law} (${detail})`),
  `seconds    ${seconds.toFixed(1)}`,
  real.skipped === null ? `real shop  ${real.versions}` : `real shop  skipped: ${real.skipped}`,
  ...real.outcomes.flatMap(({ orders, name, seconds: took, broken }) => [
    `           ${broken.length === 0 ? "held" : "BROKEN"}, ${orders}, ${took.toFixed(0)} s: ${name}`,
    ...broken.map((says) => `             ${says}`),
  ]),
];
const broken = real.outcomes.flatMap((one) => one.broken).length;
tell(options, { seed, ...tally, seconds, real }, lines, tally.breaches.length + broken);
