/** node dist/test/door/campaign.js [--requests N] [--per-second N]: exit 3 where the bank was asked more than it may be. */
import { parseArgs } from "node:util";
import { flood } from "./flood.js";

const { values } = parseArgs({
  options: { requests: { type: "string", default: "100000" }, "per-second": { type: "string", default: "1700" } },
});
const [requests, perSecond] = [Number(values.requests), Number(values["per-second"])];
if (!Number.isInteger(requests) || requests < 1 || !(perSecond > 0)) {
  process.stderr.write("--requests and --per-second want whole numbers above 0\n");
  process.exit(2);
}
for (const tokens of [true, false]) {
  const { idle, flood: seen, readings, allowed, memory } = await flood(requests, perSecond, tokens);
  const listed = Object.entries(seen.statuses).map(([label, n]) => `${label}: ${n}`);
  const lines = [
    `addresses  ${tokens ? "with a token each" : "without tokens"}`,
    `knocks     ${requests} in ${seen.seconds.toFixed(1)} s (${listed.join(" · ")})`,
    `readings   ${readings}, where ${allowed} are allowed`,
    `answers    p50 ${seen.p50} ms, p99 ${seen.p99} ms (idle: p50 ${idle.p50} ms, p99 ${idle.p99} ms)`,
    `memory     ${memory[0]} MB after a tenth, ${memory[1]} MB at the end`,
    "",
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
  if (readings > allowed) process.exitCode = 3;
}
