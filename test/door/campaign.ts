/** `npm run campaign:door`: a flood of knocks, and what the bank is asked because of it. */
import { numberIn, wholeIn } from "../../src/cli/options.js";
import { campaign, progress, tell } from "../campaign.js";
import { flood } from "./flood.js";

const options = campaign(
  "door",
  "Floods the door of callbacks, with tokens and without; the bank may be asked no more than allowed.",
  ["--requests 100000 --per-second 1700"],
)
  .option("--requests <n>", "knocks of each kind", wholeIn(1, 1e9), 100_000)
  .option("--per-second <n>", "how fast", numberIn(1, 1e6), 1700)
  .parse()
  .opts<{ requests: number; perSecond: number; json?: true }>();
const { requests, perSecond } = options;

const bar = progress("floods", 2);
const figures: ({ addresses: string } & Awaited<ReturnType<typeof flood>>)[] = [];
for (const tokens of [true, false]) {
  figures.push({
    addresses: tokens ? "with a token each" : "without tokens",
    ...(await flood(requests, perSecond, tokens)),
  });
  bar.to(figures.length);
}
bar.end();
const lines = figures.flatMap(({ addresses, idle, flood: seen, readings, allowed, memory }) => [
  `addresses  ${addresses}`,
  `knocks     ${requests} in ${seen.seconds.toFixed(1)} s (${Object.entries(seen.statuses)
    .map(([label, n]) => `${label}: ${n}`)
    .join(" · ")})`,
  `readings   ${readings}, where ${allowed} are allowed`,
  `answers    p50 ${seen.p50} ms, p99 ${seen.p99} ms (idle: p50 ${idle.p50} ms, p99 ${idle.p99} ms)`,
  `memory     ${memory[0]} MB after a tenth, ${memory[1]} MB at the end`,
  "",
]);
tell(
  options,
  { requests, floods: figures },
  lines,
  figures.filter(({ readings, allowed }) => readings > allowed).length,
);
