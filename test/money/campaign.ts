/** `npm run campaign money`: calls that move money, with everything going wrong at the bank. */
import { wholeIn } from "../../src/cli/lib/options.js";
import * as common from "../campaign.js";
import { campaign } from "./ledger.js";

const options = common
  .campaign("money", "Captures, cancels and refunds against a bank that loses, delays and doubles answers.", [
    "--calls 1000000 --seed 7",
  ])
  .option("--calls <n>", "how many calls that move money", wholeIn(1, 1e9), 100_000)
  .option("--seed <s>", "which", wholeIn(0, 2 ** 31), 1)
  .parse()
  .opts<{ calls: number; seed: number; json?: true }>();
const { calls, seed } = options;

const began = performance.now();
const bar = common.progress("calls", calls);
const tally = await campaign(calls, seed, { told: (t) => bar.to(t.calls) });
bar.end();
const seconds = (performance.now() - began) / 1000;
const listed = (counts: Record<string, number>): string =>
  Object.entries(counts)
    .map(([name, n]) => `${name} ${n}`)
    .join(" · ");
const lines = [
  `seed      ${seed}`,
  `orders    ${tally.orders} (at rest: ${listed(tally.statuses)})`,
  `clicks    ${tally.clicks}`,
  `calls     ${tally.calls} (${listed(tally.byOp)}), ${tally.tookEffect} took effect`,
  `faults    ${listed(tally.faults)}`,
  `reads     ${tally.reads}, lost ${tally.lostReads}, 429 ${tally.throttledReads}`,
  `given up  ${tally.givenUp}, each with its note`,
  `breaches  ${tally.breaches.length}`,
  ...tally.breaches.slice(0, 10).map(({ law, orderId, detail }) => `          ${orderId}: ${law} (${detail})`),
  `seconds   ${seconds.toFixed(1)}`,
];
common.tell(options, { seed, ...tally, seconds }, lines, tally.breaches.length);
