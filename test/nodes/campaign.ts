/** `npm run campaign nodes`: two nodes on one PostgreSQL, each a process of its own. */
import { exits } from "../../src/cli/lib/ending.js";
import { wholeIn } from "../../src/cli/lib/options.js";
import { campaign, progress, tell } from "../campaign.js";
import { AS_IT_COMES, startPostgres } from "../stores/postgres-server.js";
import { outage, sameMoment, stopped, type Told } from "./trials.js";

const options = campaign("nodes", "Two nodes on one PostgreSQL, each a process of its own.", [
  "--rounds 1000 --stops 200 --outage 60",
  "--rounds 0 --stops 20 --outage 0",
])
  .option("--rounds <n>", "the same callback and return at once on both (0 = leave out)", wholeIn(0, 1e9), 1000)
  .option(
    "--stops <n>",
    "a node stopped with work in its hands, half by lease and half by silence",
    wholeIn(0, 1e9),
    200,
  )
  .option("--outage <seconds>", "PostgreSQL without power, under load", wholeIn(0, 86_400), 60)
  .parse()
  .opts<{ rounds: number; stops: number; outage: number; json?: true }>();
const { rounds, stops, outage: seconds } = options;

const watched = async <T>(name: string, total: number, trial: (told: Told) => Promise<T>): Promise<T[]> => {
  if (total === 0) return [];
  const bar = progress(name, total);
  try {
    return [await trial(bar.to)];
  } finally {
    bar.end();
  }
};

const server = await startPostgres(AS_IT_COMES);
if (typeof server === "string") {
  process.stderr.write(`${server}\n`);
  process.exit(exits.trouble);
}
const began = performance.now();
const results = {
  sameMoment: await watched("at the same moment", rounds, (told) => sameMoment(server, rounds, told)),
  stopped: [
    ...(await watched("stopped, lease", Math.ceil(stops / 2), (told) =>
      stopped(server, "lease", Math.ceil(stops / 2), told),
    )),
    ...(await watched("stopped, silence", Math.floor(stops / 2), (told) =>
      stopped(server, "silence", Math.floor(stops / 2), told),
    )),
  ],
  outage: await watched("no database", seconds, (told) => outage(server, seconds, told)),
};
await server.stop();
const breaches = Object.values(results).flatMap((list) => list.flatMap((one) => one.breaches));
const tookSeconds = Math.round((performance.now() - began) / 1000);

const lines = Object.entries(results).flatMap(([name, list]) =>
  list.map(({ breaches: own, ...seen }) => `${name}: ${JSON.stringify(seen)}, breaches ${own.length}`),
);
const all = [...lines, ...breaches.slice(0, 20), `seconds: ${tookSeconds}`];
tell(options, { ...results, seconds: tookSeconds }, all, breaches.length);
