/** `npm run campaign woo`: the engine and a merchant write the same orders of a shop. */
import { wholeIn } from "../../src/cli/lib/options.js";
import { campaign, progress, tell } from "../campaign.js";
import { twoWriters } from "./writers.js";

const options = campaign(
  "woo",
  "The engine and a merchant write the same orders of one WooCommerce, and writes get lost.",
  ["--rounds 1000 --seed 7"],
)
  .option("--rounds <n>", "how many", wholeIn(1, 1e9), 1000)
  .option("--seed <s>", "which", wholeIn(0, 2 ** 31), 1)
  .parse()
  .opts<{ rounds: number; seed: number; json?: true }>();
const { rounds, seed } = options;

const began = performance.now();
const bar = progress("rounds", rounds);
const tally = await twoWriters({ rounds, seed, told: bar.to });
bar.end();
const seconds = (performance.now() - began) / 1000;
const lines = [
  `seed       ${seed}`,
  `rounds     ${tally.rounds}, ${tally.lostAnswers} writes whose answer was lost`,
  `merchant   ${tally.merchantWrites} changes`,
  `engine     ${tally.engineWrites} changes, ${tally.putBack} of them put a newer one back`,
  `events     ${tally.conflicts} conflicts, ${tally.seen} changes seen, each with a rule or a reason`,
  `breaches   ${tally.breaches.length}`,
  ...tally.breaches.slice(0, 10).map(({ law, orderId, detail }) => `           ${orderId}: ${law} (${detail})`),
  `seconds    ${seconds.toFixed(1)}`,
];
tell(options, { seed, ...tally, seconds }, lines, tally.breaches.length);
