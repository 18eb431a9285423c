/** npm run campaign:fuzz -- [--inputs N] [--seed S] [--json]: exit 3 on a finding. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { SingleBar } from "cli-progress";
import { campaign } from "./crew.js";
import { allTargets, replayed } from "./run.js";

const names = allTargets().map(({ name }) => name);
const help = `Throws changed bytes at everything that takes bytes from outside, and looks for what must not be: an exception, a 5xx,
an event that cannot be decided, an answer that is none, a hang, memory that grows.

  npm run campaign:fuzz -- --inputs 10000000 --seed 7
  npm run campaign:fuzz -- --inputs 100000 --target gateways
  npm run campaign:fuzz -- --replay findings/http-7-4101.bin

--inputs N     how many (100000)
--seed S       which (1)
--workers N    threads (2)
--target T     ${names.join(" | ")}; may be given again
--save DIR     where the bytes of a finding are kept (fuzz-findings)
--replay FILE  one saved input, alone
--json         one JSON object instead of the table

Stopped by Ctrl-C it tells what it has done so far.

Exit codes: 0 nothing was found, 2 wrong usage, 3 something was.
`;

const wrong = (message: string): never => {
  process.stderr.write(`${message}\n`);
  process.exit(2);
};
const given = () => {
  try {
    return parseArgs({
      options: {
        inputs: { type: "string", default: "100000" },
        seed: { type: "string", default: "1" },
        workers: { type: "string", default: "2" },
        target: { type: "string", multiple: true },
        save: { type: "string", default: "fuzz-findings" },
        replay: { type: "string" },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    return wrong((error as Error).message);
  }
};
const values = given();
const whole = (name: "inputs" | "seed" | "workers", least: number): number => {
  const n = Number(values[name]);
  return Number.isInteger(n) && n >= least ? n : wrong(`--${name} wants a whole number from ${least}`);
};
const say = (text: string) => process.stdout.write(`${text}\n`);

const replay = async (file: string): Promise<void> => {
  const target = allTargets().find(({ name }) => basename(file).startsWith(`${name}-`));
  if (target === undefined) return wrong(`${file}: its name begins with none of ${names.join(", ")}`);
  const found = await replayed(target, readFileSync(file));
  say(found === null ? "nothing is wrong with how this is taken" : found);
  process.exit(found === null ? 0 : 3);
};

const run = async (): Promise<void> => {
  const [inputs, seed, workers] = [whole("inputs", 1), whole("seed", 0), whole("workers", 1)];
  const unknown = values.target?.find((name) => !names.includes(name));
  if (unknown !== undefined) wrong(`--target ${unknown}: there is ${names.join(", ")}`);
  const format = "{bar} {value} of {total} inputs, {eta_formatted} left";
  const bar = process.stderr.isTTY && !values.json ? new SingleBar({ format }) : null;
  bar?.start(inputs, 0);
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  const told = await campaign({
    stop: stop.signal,
    inputs,
    seed,
    workers,
    ...(values.target && { targets: values.target }),
    progress: (done) => bar?.update(done),
  });
  bar?.stop();
  if (told.findings.length > 0) mkdirSync(values.save, { recursive: true });
  for (const { target, input, bytes } of told.findings)
    writeFileSync(join(values.save, `${target}-${seed}-${input}.bin`), Buffer.from(bytes, "base64"));
  if (values.json) say(JSON.stringify(told));
  else {
    const { memory, seconds } = told;
    const all = Object.values(told.inputs).reduce((sum, n) => sum + n, 0);
    for (const [name, n] of Object.entries(told.inputs))
      say(`${name.padEnd(16)} ${n} inputs, ${told.rates[name]} a second and thread`);
    say(`seed             ${seed}`);
    say(`inputs           ${all} in ${seconds.toFixed(1)} s, ${Math.round(all / seconds)} a second`);
    say(
      `memory           ${memory.rssStart.toFixed(0)} MB after the first range, ${memory.rssEnd.toFixed(0)} MB at the end; in use ${memory.heapStart.toFixed(1)} and ${memory.heapEnd.toFixed(1)} MB`,
    );
    say(`findings         ${told.findings.length}${told.findings.length > 0 ? `, their bytes in ${values.save}` : ""}`);
    for (const { target, input, detail } of told.findings.slice(0, 20))
      say(`  ${target} ${input}: ${detail.split("\n")[0]}`);
  }
  process.exit(told.findings.length > 0 ? 3 : 0);
};

if (values.help) say(help);
else if (values.replay !== undefined) await replay(values.replay);
else await run();
