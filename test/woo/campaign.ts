/** node dist/test/woo/campaign.js [--rounds N] [--seed S]: exit 3 on a breach. */
import { parseArgs } from "node:util";
import { twoWriters } from "./writers.js";

const { values } = parseArgs({
  options: { rounds: { type: "string", default: "1000" }, seed: { type: "string", default: "1" } },
});
const [rounds, seed] = [Number(values.rounds), Number(values.seed)];
if (!Number.isInteger(rounds) || rounds < 1 || !Number.isInteger(seed)) {
  process.stderr.write("--rounds wants a whole number above 0, --seed a whole number\n");
  process.exit(2);
}

const began = performance.now();
const tally = await twoWriters({
  rounds,
  seed,
  told: (done) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${rounds} rounds`);
  },
});
const lines = [
  `seed       ${seed}`,
  `rounds     ${tally.rounds}, ${tally.lostAnswers} writes whose answer was lost`,
  `merchant   ${tally.merchantWrites} changes`,
  `engine     ${tally.engineWrites} changes, ${tally.putBack} of them put a newer one back`,
  `events     ${tally.conflicts} conflicts, ${tally.seen} changes seen, each with a rule or a reason`,
  `breaches   ${tally.breaches.length}`,
  ...tally.breaches.slice(0, 10).map(({ law, orderId, detail }) => `           ${orderId}: ${law} (${detail})`),
  `seconds    ${((performance.now() - began) / 1000).toFixed(1)}`,
];
process.stdout.write(`${lines.join("\n")}\n`);
if (tally.breaches.length > 0) process.exitCode = 3;
