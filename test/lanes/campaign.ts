/** `npm run campaign lanes`: how long a customer waits for his answer while something else goes wrong. */
import { numberIn, wholeIn } from "../../src/cli/lib/options.js";
import { campaign, progress, tell } from "../campaign.js";
import { type Size, type Told, trials } from "./trials.js";

const options = campaign(
  "lanes",
  "Customers come back while the shop hangs, while timers are due by the thousand, and while the bank talks nonsense; each is answered in time.",
  ["--timers 100000 --seconds 60", "--orders 10 --timers 100 --seconds 2"],
)
  .option("--orders <n>", "orders that wait for a shop that hangs", wholeIn(1, 1e6), 200)
  .option("--timers <n>", "timers that are due at the start", wholeIn(1, 1e6), 100_000)
  .option("--payments <n>", "payments about which the bank talks nonsense", wholeIn(1, 1e6), 12)
  .option("--seconds <n>", "how long customers come back in each trial", wholeIn(1, 86_400), 30)
  .option("--per-second <n>", "how many come back in a second", numberIn(0.1, 1000), 5)
  .option("--within-ms <n>", "in which 99 of 100 customers are answered", wholeIn(1, 1e6), 2000)
  .parse()
  .opts<Size & { withinMs: number; json?: true }>();

const bar = progress("trials", trials.length);
const told: Told[] = [];
for (const trial of trials) {
  told.push(await trial(options));
  bar.to(told.length);
}
bar.end();

const breaches = told.flatMap(({ trial, p99, unsettled }) => [
  ...(p99 > options.withinMs ? [`${trial}: p99 ${p99} ms; ${options.withinMs} are allowed`] : []),
  ...(unsettled > 0 ? [`${trial}: ${unsettled} customers were not told how their order stands`] : []),
]);
const lines = told.map(
  ({ trial, returns, unsettled, p50, p99, most, readingsPerSecond }) =>
    `${trial.padEnd(38)} ${returns} returns, p50 ${p50} ms, p99 ${p99} ms, most ${most} ms, ${unsettled} without an answer, ${readingsPerSecond} readings/s`,
);
lines.push(...breaches.map((breach) => `BROKEN  ${breach}`));
tell(options, { trials: told, breaches }, lines, breaches.length);
