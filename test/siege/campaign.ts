/** `npm run campaign door`: floods of the public routes, what they cost the bank, and what they cost whoever proved himself. */
import { numberIn, wholeIn } from "../../src/cli/lib/options.js";
import { campaign, progress, tell } from "../campaign.js";
import { flood } from "./flood.js";
import { type Siege, siege } from "./siege.js";

/**
 * A proven callback is answered within so many times what a server needs that reads what comes and answers 202, 99 times
 * of a hundred, in the same siege; or within so many milliseconds.
 */
const MOST_TIMES_BARE = 5;
const FAST_ENOUGH_MS = 50;
const MOST_MIB = 100;

const options = campaign(
  "door",
  "Floods the public routes, with proofs and without; the bank may be asked no more than allowed, and its own callbacks are answered meanwhile.",
  ["--requests 100000 --per-second 1700", "--requests 1 --seconds 300"],
)
  .option("--requests <n>", "forged callbacks of each kind", wholeIn(1, 1e9), 15_000)
  .option("--per-second <n>", "how fast", numberIn(1, 1e6), 1500)
  .option(
    "--seconds <n>",
    "how long strangers send everything at once, beside the bank; 0: not at all",
    wholeIn(0, 86_400),
    20,
  )
  .option("--strangers <n>", "requests a second of each kind of stranger", numberIn(1, 1e5), 60)
  .parse()
  .opts<{ requests: number; perSecond: number; seconds: number; strangers: number; json?: true }>();
const { requests, perSecond, seconds, strangers } = options;

const counted = (statuses: Record<string, number>): string =>
  Object.entries(statuses)
    .map(([label, n]) => `${label}: ${n}`)
    .join(" · ");

const bar = progress("floods", seconds > 0 ? 3 : 2);
const figures: ({ addresses: string } & Awaited<ReturnType<typeof flood>>)[] = [];
for (const tokens of [true, false]) {
  figures.push({
    addresses: tokens ? "with a token each" : "without tokens",
    ...(await flood(requests, perSecond, tokens)),
  });
  bar.to(figures.length);
}
const seen: Siege | null = seconds > 0 ? await siege(seconds, strangers) : null;
bar.to(seconds > 0 ? 3 : 2);
bar.end();

const breachesOf = ({ siege: { statuses, p99 }, bare, memory }: Siege): string[] => {
  const turnedAway = Object.keys(statuses).filter((label) => label !== "genuine 202");
  const more = memory.most - memory.idle;
  const allowed = Math.max(FAST_ENOUGH_MS, MOST_TIMES_BARE * bare.p99);
  return [
    ...(turnedAway.length > 0 ? [`the bank was answered otherwise than 202: ${counted(statuses)}`] : []),
    ...(p99 > allowed ? [`the bank was answered within ${p99} ms, 99 times of a hundred; ${allowed} are allowed`] : []),
    ...(more > MOST_MIB ? [`${more} MiB more than idle; ${MOST_MIB} are allowed`] : []),
  ];
};
const breaches = [
  ...figures
    .filter(({ readings, allowed }) => readings > allowed)
    .map(({ addresses, readings, allowed }) => `${addresses}: ${readings} readings, where ${allowed} are allowed`),
  ...(seen === null ? [] : breachesOf(seen)),
];
const lines = figures.flatMap(({ addresses, idle, flood: felt, readings, allowed, memory }) => [
  `addresses  ${addresses}`,
  `callbacks  ${requests} in ${felt.seconds.toFixed(1)} s (${counted(felt.statuses)})`,
  `readings   ${readings}, where ${allowed} are allowed`,
  `answers    p50 ${felt.p50} ms, p99 ${felt.p99} ms (idle: p50 ${idle.p50} ms, p99 ${idle.p99} ms)`,
  `memory     ${memory[0]} MB after a tenth, ${memory[1]} MB at the end`,
  "",
]);
if (seen !== null) {
  const { idle, siege: felt, bare, memory, processor, readings } = seen;
  lines.push(
    `strangers  ${seconds} s (${counted(seen.strangers)})`,
    `the bank   ${counted(felt.statuses)}; p50 ${felt.p50} ms, p99 ${felt.p99} ms (idle: p50 ${idle.p50} ms, p99 ${idle.p99} ms)`,
    `bare       p50 ${bare.p50} ms, p99 ${bare.p99} ms, where a server answers 202 to whatever comes`,
    `readings   ${readings}`,
    `processor  ${processor.toFixed(1)} s`,
    `memory     ${memory.idle} MiB idle, ${memory.most} MiB at most`,
    "",
  );
}
lines.push(...breaches.map((breach) => `BROKEN     ${breach}`));
tell(options, { requests, floods: figures, siege: seen, breaches }, lines, breaches.length);
