/** `npm run campaign fuzz`: changed bytes for everything that takes bytes from outside. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { Option } from "commander";
import { wholeIn } from "../../src/cli/lib/options.js";
import * as common from "../campaign.js";
import { campaign } from "./crew.js";
import { allTargets, replayed } from "./run.js";

const names = allTargets().map(({ name }) => name);
const says = `Throws changed bytes at everything that takes bytes from outside, and looks for what must not be: an exception, a
5xx, an event that cannot be decided, an answer that is none, a hang, memory that grows. Stopped by Ctrl-C it tells what
it has done so far.`;
const command = common
  .campaign("fuzz", says, [
    "--inputs 10000000 --seed 7",
    "--inputs 100000 --target gateways",
    "--replay findings/http-7-4101.bin",
  ])
  .option("--inputs <n>", "how many", wholeIn(1, 1e12), 100_000)
  .option("--seed <s>", "which", wholeIn(0, 2 ** 31), 1)
  .option("--workers <n>", "threads", wholeIn(1, 64), 2)
  .addOption(new Option("--target <target...>", "only these").choices(names))
  .option("--save <folder>", "where the bytes of a finding are kept", "fuzz-findings")
  .option("--replay <file>", "one saved input, alone");
interface Options {
  inputs: number;
  seed: number;
  workers: number;
  target?: string[];
  save: string;
  replay?: string;
  json?: true;
}
const options = command.parse().opts<Options>();

const replay = async (file: string): Promise<void> => {
  const target = allTargets().find(({ name }) => basename(file).startsWith(`${name}-`));
  if (target === undefined) return command.error(`${file}: its name begins with none of ${names.join(", ")}`);
  const found = await replayed(target, readFileSync(file));
  const line = found ?? "nothing is wrong with how this is taken";
  common.tell(options, { file, found }, [line], found === null ? 0 : 1);
};

const run = async ({ inputs, seed, workers, target, save }: Options): Promise<void> => {
  const bar = common.progress("inputs", inputs);
  const told = await campaign({
    stop: common.untilStopped(),
    inputs,
    seed,
    workers,
    ...(target && { targets: target }),
    progress: bar.to,
  });
  bar.end();
  const { findings, memory, grew, seconds } = told;
  if (findings.length > 0) mkdirSync(save, { recursive: true });
  for (const { target: name, input, bytes } of findings)
    writeFileSync(join(save, `${name}-${seed}-${input}.bin`), Buffer.from(bytes, "base64"));
  const all = Object.values(told.inputs).reduce((sum, n) => sum + n, 0);
  const lines = [
    ...Object.entries(told.inputs).map(
      ([name, n]) => `${name.padEnd(16)} ${n} inputs, ${told.rates[name]} a second and thread`,
    ),
    `seed             ${seed}`,
    `inputs           ${all} in ${seconds.toFixed(1)} s, ${Math.round(all / seconds)} a second`,
    `memory           ${memory.rssStart.toFixed(0)} MB after the first range, ${memory.rssEnd.toFixed(0)} MB at the end; in use ${memory.heapStart.toFixed(1)} and ${memory.heapEnd.toFixed(1)} MB${grew ? ": it grows" : ""}`,
    `findings         ${findings.length}${findings.length > 0 ? `, their bytes in ${save}` : ""}`,
    ...findings.slice(0, 20).map(({ target: name, input, detail }) => `  ${name} ${input}: ${detail.split("\n")[0]}`),
  ];
  common.tell(options, told, lines, findings.length + (grew ? 1 : 0));
};

await (options.replay === undefined ? run(options) : replay(options.replay));
