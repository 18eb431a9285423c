/** node dist/test/money/campaign.js [--calls N] [--seed S]: exit 3 on a breach. */
import { parseArgs } from "node:util";
import { campaign } from "./ledger.js";

const { values } = parseArgs({
  options: { calls: { type: "string", default: "100000" }, seed: { type: "string", default: "1" } },
});
const [calls, seed] = [Number(values.calls), Number(values.seed)];
if (!Number.isInteger(calls) || calls < 1 || !Number.isInteger(seed)) {
  process.stderr.write("--calls wants a whole number above 0, --seed a whole number\n");
  process.exit(2);
}

const began = performance.now();
const tally = await campaign(calls, seed, {
  told: (t) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${t.calls} of ${calls} calls`);
  },
});
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
process.stdout.write(`${lines.join("\n")}\n`);
if (tally.breaches.length > 0) process.exitCode = 3;
