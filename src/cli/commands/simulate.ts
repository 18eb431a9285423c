/** `simulate`: thousands of whole lives in one process, with everything going wrong, against the laws. */
import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Command } from "commander";
import { registry } from "../../../machines/index.js";
import { asScenario } from "../../testing/simulator/as-scenario.js";
import { bugs } from "../../testing/simulator/bugs.js";
import { liveScript, type SimulationOptions, scriptFor, type Tally } from "../../testing/simulator/campaign.js";
import { campaign, withModule } from "../../testing/simulator/crew.js";
import { type Breach, laws } from "../../testing/simulator/laws.js";
import { unreachable, unreachedIn } from "../../testing/simulator/points.js";
import { inWords, type Script } from "../../testing/simulator/script.js";
import { type Shrunk, shrink } from "../../testing/simulator/shrink.js";
import { traceOf } from "../../testing/simulator/trace.js";
import { Bar } from "../lib/bar.js";
import { exitCodes, exits, wrongUsage } from "../lib/ending.js";
import { wholeIn } from "../lib/options.js";
import { paint, say, sayJson } from "../lib/terminal.js";

interface Options {
  lives: number;
  seed: number;
  from: number;
  workers: number;
  bug?: string;
  life?: number;
  trace?: true;
  shrink: boolean;
  save?: string;
  with?: string;
  laws?: true;
  json?: true;
}

/** From as many lives on, every rare branch has to be among them. */
const ENOUGH = 20_000;

const described = ({ orders, nodes, settings }: Script): string[] => [
  `${nodes === 1 ? "one node" : "two nodes"}, cooldown ${settings.cooldownSeconds} s`,
  ...orders.map(
    ({ id, gateway, status, lines, payment }) =>
      `order ${id}: ${status}, ${lines.length} line(s), ${gateway ?? "paid another way"}, payment ${JSON.stringify(payment)}`,
  ),
];

const tellScript = (script: Script): void => {
  for (const line of described(script)) say(`  ${line}`);
  for (const step of script.steps) say(`  ${inWords(step)}`);
};

const tellBreaches = (breaches: Breach[]): void => {
  for (const { law, orderId, detail } of breaches) {
    say(`  ${paint("red", law)}${orderId === "" ? "" : ` (order ${orderId})`}: ${detail}`);
    const source = laws.find(({ name }) => name === law);
    if (source !== undefined) say(`    the law: ${source.says} (${source.source})`);
  }
};

const saved = async (folder: string, script: Script, law: string, own: SimulationOptions): Promise<string> => {
  const told = asScenario(script, law, own.registry ?? registry);
  await mkdir(folder, { recursive: true });
  const name = join(folder, `life-${script.seed}-${script.life}`);
  await writeFile(`${name}.script.json`, `${JSON.stringify(script, null, 2)}\n`);
  if ("because" in told) return `${name}.script.json; no scenario, because ${told.because}`;
  await writeFile(`${name}.scenario.json`, `${JSON.stringify([told.scenario], null, 2)}\n`);
  return `${name}.scenario.json (order-status scenarios runs it) and ${name}.script.json`;
};

const replayOf = ({ seed, bug }: Options, life: number): string =>
  `order-status simulate --seed ${seed} --life ${life} --trace${bug === undefined ? "" : ` --bug ${bug}`}`;

interface FoundBreach {
  life: number;
  breaches: Breach[];
  shrunk: Shrunk | null;
  savedAs: string | null;
}

const lookedInto = async (life: number, own: SimulationOptions, options: Options): Promise<FoundBreach> => {
  const script = scriptFor(own, life);
  const { breaches } = await liveScript(script, own);
  const law = breaches[0]?.law;
  if (law === undefined) return { life, breaches, shrunk: null, savedAs: null };
  const shrunk = options.shrink ? await shrink(script, law, own) : null;
  const savedAs = options.save === undefined ? null : await saved(options.save, shrunk?.script ?? script, law, own);
  return { life, breaches, shrunk, savedAs };
};

const tellFound = ({ life, breaches, shrunk, savedAs }: FoundBreach, options: Options): void => {
  say(paint("red", `breach in life ${life} of seed ${options.seed}`));
  tellBreaches(breaches);
  if (shrunk !== null) {
    say(
      `shrunk to ${shrunk.script.steps.length} steps in ${shrunk.runs} lives; it still breaks ${shrunk.breaches[0]?.law}:`,
    );
    tellScript(shrunk.script);
  }
  if (savedAs !== null) say(`saved as ${savedAs}`);
  say(`replay: ${replayOf(options, life)}`);
};

const oneLife = async (life: number, own: SimulationOptions, options: Options): Promise<void> => {
  const script = scriptFor(own, life);
  const { lived, breaches } = await liveScript(script, own);
  const found =
    breaches.length > 0 && (options.save !== undefined || options.json) ? await lookedInto(life, own, options) : null;
  if (options.json) {
    sayJson({ seed: options.seed, life, script, breaches, ...(options.trace ? { trace: traceOf(lived) } : {}), found });
  } else {
    say(`life ${life} of seed ${options.seed}${script.calm ? ", in which nothing goes wrong" : ""}`);
    tellScript(script);
    if (options.trace) for (const line of traceOf(lived)) say(line);
    for (const { orderId, record, inShop, truth } of lived.after)
      say(
        `order ${orderId} ends ${record?.facts.order.status}; the shop has ${inShop.status}, the bank ${truth?.status ?? "nothing"}`,
      );
    if (breaches.length === 0) say(paint("green", "no law was broken"));
    else tellBreaches(breaches);
    if (found?.savedAs != null) say(`saved as ${found.savedAs}`);
  }
  if (breaches.length > 0) process.exitCode = exits.refused;
};

const listed = (counts: Record<string, number>): string =>
  Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([name, n]) => `${name} ${n}`)
    .join(" · ");

const tellTally = (tally: Tally, options: Options, seconds: number, unreached: string[]): void => {
  say(
    `seed      ${options.seed}, lives ${options.from} to ${options.from + tally.lives - 1}, digest ${tally.digest.toString(16)}`,
  );
  say(
    `lives     ${tally.lives} (${tally.calm} in which nothing goes wrong), ${Math.round(tally.lives / seconds)} a second`,
  );
  say(`events    ${tally.steps} steps, ${tally.decisions} decisions`);
  say(`ends      ${listed(tally.statuses)}`);
  say(`faults    ${listed(tally.faults)}`);
  const reached = Object.keys(tally.points).length;
  say(
    `points    ${reached} rare branches reached${unreached.length === 0 ? "" : paint("red", `, never: ${unreached.join(", ")}`)}`,
  );
  say(paint(tally.broken.length > 0 ? "red" : "green", `breaches  ${tally.broken.length}`));
};

const many = async (own: SimulationOptions, options: Options): Promise<void> => {
  const { lives, seed, from, workers, bug, json } = options;
  const bar = new Bar("{bar} {percentage}% · {value}/{total} lives · {rate}/s · {broken} breaches · {left}", {
    // A million lives are half an hour: who reads a log wants to know, too.
    elsewhereMs: 10_000,
  });
  const began = performance.now();
  bar.start(lives, 0, { rate: 0, broken: 0 });
  const tally = await campaign({
    ...own,
    lives,
    seed,
    from,
    workers,
    ...(options.with === undefined ? {} : { module: moduleUrl(options.with) }),
    ...(bug === undefined ? {} : { bug }),
    told: (done) => {
      const rate = Math.round(done.lives / ((performance.now() - began) / 1000));
      bar.update(done.lives, { rate, broken: done.broken });
    },
  });
  bar.stop();
  const seconds = (performance.now() - began) / 1000;
  const first = tally.broken[0];
  const judged = bug === undefined && options.with === undefined && tally.lives >= ENOUGH;
  const unreached = judged ? unreachedIn(tally.points) : [];
  const found = first === undefined ? null : await lookedInto(first.life, own, options);
  if (json) sayJson({ ...tally, livesPerSecond: Math.round(tally.lives / seconds), unreached, unreachable, found });
  else {
    tellTally(tally, options, seconds, unreached);
    if (found !== null) tellFound(found, options);
  }
  if (found !== null || unreached.length > 0) process.exitCode = exits.refused;
};

const moduleUrl = (path: string): string => pathToFileURL(resolve(path)).href;

const run = async (options: Options): Promise<void> => {
  if (options.laws) {
    for (const { name, says, source } of laws) say(`${paint("bold", name)}: ${says} (${source})`);
    return;
  }
  if (options.bug !== undefined && bugs[options.bug] === undefined)
    throw wrongUsage(`there is no bug "${options.bug}"; there are ${Object.keys(bugs).join(", ")}`);
  if (options.trace && options.life === undefined) throw wrongUsage("--trace goes with --life N");
  const { seed, bug } = options;
  const bare = { seed, ...(bug === undefined ? {} : { bug }) };
  const own = await withModule(bare, options.with === undefined ? null : moduleUrl(options.with));
  if (options.life !== undefined) await oneLife(options.life, own, options);
  else await many(own, options);
};

export const addSimulate = (program: Command): void => {
  const whole = wholeIn(0, 2 ** 31);
  program
    .command("simulate")
    .description("simulate thousands of orders from one seed, inject every fault, and check them against the laws")
    .option("--lives <n>", "how many lives", wholeIn(1, 100_000_000), 20_000)
    .option("--seed <n>", "where all chance comes from", whole, 7)
    .option("--from <n>", "the number of the first life", whole, 0)
    .option("--workers <n>", "threads; the result is the same whatever their number", wholeIn(1, 64), 1)
    .option("--bug <name>", "plants a known bug, which has to be found")
    .option("--life <n>", "this life alone", whole)
    .option("--trace", "every line of the life's log (with --life)")
    .option("--no-shrink", "leave a breach as it was found")
    .option("--save <dir>", "write a breach as a script, and as a scenario where it can be told as one")
    .option("--with <module>", "a shop's own { registry, settings, decide, laws }: the default export of a module")
    .option("--laws", "list the laws and leave")
    .option("--json", "everything as JSON")
    .addHelpText(
      "after",
      `
Bugs to plant: ${Object.keys(bugs).join(", ")}

Examples:
  $ order-status simulate --lives 20000 --seed 7
  $ order-status simulate --lives 1000000 --seed 8 --workers 2
  $ order-status simulate --seed 7 --life 4711 --trace
  $ order-status simulate --bug no-version-check --save bugs
${exitCodes("a law was broken, or a campaign of 20000 lives never came to some rare branch")}`,
    )
    .action(run);
};
