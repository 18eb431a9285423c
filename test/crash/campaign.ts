/** `npm run campaign kills`: the engine's process is killed before and after every write. */
import { Option } from "commander";
import { wholeIn } from "../../src/cli/lib/options.js";
import { campaign, progress, tell, untilStopped } from "../campaign.js";
import { killEverywhere } from "./kills.js";
import { type PlantedBug, plantedBugs } from "./planted.js";
import { type Point, pointNames, points, sides } from "./points.js";

const says = `Kills the engine's process with SIGKILL before and after each of ${pointNames.length} write points, on a real SQLite file,
starts it again, and asks the laws. Stopped by Ctrl-C it tells what it has done so far.`;
const options = campaign("kills", says, [
  "--kills 500",
  "--kills 20 --point commit.decision row.timer",
  "--kills 5 --bug ack-before-commit   a planted bug, to see it found",
])
  .option("--kills <n>", "at each point, by turns before and after it", wholeIn(1, 1e9), 5)
  .option("--seed <s>", "which lives are lived", wholeIn(0, 2 ** 31), 1)
  .option("--lanes <n>", "processes at once", wholeIn(1, 64), 2)
  .addOption(new Option("--point <point...>", "only these points").choices(pointNames).default(pointNames, "all"))
  .addOption(new Option("--bug <bug>", "a planted bug").choices(Object.keys(plantedBugs)))
  .addHelpText(
    "after",
    `
Points:
${Object.entries(points)
  .map(([name, what]) => `  ${name.padEnd(22)} ${what}`)
  .join("\n")}`,
  )
  .parse()
  .opts<{ kills: number; seed: number; lanes: number; point: Point[]; bug?: PlantedBug; json?: true }>();
const { kills, seed, lanes, point: chosen, bug = null } = options;

const bar = progress("kills", kills * chosen.length);
const tally = await killEverywhere({ stop: untilStopped(), kills, seed, lanes, points: chosen, bug, progress: bar.to });
bar.end();

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
tell(options, tally, lines, tally.breaches.length);
