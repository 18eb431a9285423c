/** npm run campaign:kills -- [--kills N] [--seed S] [--json]: exit 3 on a breach. */
import { parseArgs } from "node:util";
import { SingleBar } from "cli-progress";
import { killEverywhere } from "./kills.js";
import { type PlantedBug, plantedBugs } from "./planted.js";
import { type Point, pointNames, points, sides } from "./points.js";

const help = `Kills the engine's process with SIGKILL before and after each of ${pointNames.length} write points, on a real SQLite
file, starts it again, and asks the laws.

  npm run campaign:kills -- --kills 500              500 kills at each point, by turns before and after
  npm run campaign:kills -- --kills 20 --point commit.decision --point row.timer
  npm run campaign:kills -- --kills 5 --bug ack-before-commit   a planted bug, to see it found

--kills N   at each point, by turns before and after it (5)
--seed S    which lives are lived (1)
--lanes N   processes at once (2)
--point P   only this point; may be given again
--bug B     ${Object.keys(plantedBugs).join(" | ")}
--json      one JSON object instead of the table

Stopped by Ctrl-C it tells what it has done so far.

Exit codes: 0 nothing was lost, 2 wrong usage, 3 a law was broken.

${Object.entries(points)
  .map(([name, what]) => `  ${name.padEnd(22)} ${what}`)
  .join("\n")}
`;

const wrong = (message: string): never => {
  process.stderr.write(`${message}\n`);
  process.exit(2);
};
const given = () => {
  try {
    return parseArgs({
      options: {
        kills: { type: "string", default: "5" },
        seed: { type: "string", default: "1" },
        lanes: { type: "string", default: "2" },
        point: { type: "string", multiple: true },
        bug: { type: "string" },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    return wrong((error as Error).message);
  }
};
const values = given();
if (values.help) {
  process.stdout.write(help);
  process.exit();
}
const whole = (name: "kills" | "seed" | "lanes", least: number): number => {
  const n = Number(values[name]);
  return Number.isInteger(n) && n >= least ? n : wrong(`--${name} wants a whole number from ${least}`);
};
const [kills, seed, lanes] = [whole("kills", 1), whole("seed", 0), whole("lanes", 1)];
const unknown = values.point?.find((name) => !(name in points));
if (unknown !== undefined) wrong(`--point ${unknown}: there is ${pointNames.join(", ")}`);
if (values.bug !== undefined && !(values.bug in plantedBugs))
  wrong(`--bug ${values.bug}: there is ${Object.keys(plantedBugs).join(", ")}`);

const bar =
  process.stderr.isTTY && !values.json
    ? new SingleBar({ format: "{bar} {value} of {total} kills, {eta} s left" })
    : null;
const chosen = (values.point as Point[] | undefined) ?? pointNames;
bar?.start(kills * chosen.length, 0);
const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
const tally = await killEverywhere({
  stop: stop.signal,
  kills,
  seed,
  lanes,
  points: chosen,
  bug: (values.bug as PlantedBug | undefined) ?? null,
  progress: (done) => bar?.update(done),
});
bar?.stop();

if (values.json) process.stdout.write(`${JSON.stringify(tally)}\n`);
else {
  const lines = [
    ...chosen.map((name) => {
      const [before = 0, after = 0] = sides.map((side) => tally.kills[`${name} ${side}`] ?? 0);
      return `${name.padEnd(22)} ${String(before).padStart(6)} before ${String(after).padStart(6)} after   ${points[name]}`;
    }),
    `seed     ${tally.seed}`,
    `killed   ${tally.killed}, those on the way back among them`,
    `orders   ${tally.orders}`,
    `seconds  ${tally.seconds.toFixed(1)}`,
    `breaches ${tally.breaches.length}`,
    ...tally.breaches.slice(0, 20).map((b) => `         ${b.point} ${b.side}, kill ${b.kill}: ${b.detail}`),
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}
if (tally.breaches.length > 0) process.exitCode = 3;
