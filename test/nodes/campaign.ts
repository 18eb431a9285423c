/** node dist/test/nodes/campaign.js [--rounds N] [--stops N] [--outage seconds] [--json]: exit 1 on a breach. */
import { parseArgs } from "node:util";
import { Presets, SingleBar } from "cli-progress";
import { startPostgres } from "../adapters/postgres-server.js";
import { outage, sameMoment, stopped, type Told } from "./trials.js";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "1000" },
    stops: { type: "string", default: "200" },
    outage: { type: "string", default: "60" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  process.stdout.write(`Two nodes on one PostgreSQL, each a process of its own.

  --rounds N        the same callback and return at once on both (0 = leave out)
  --stops N         a node stopped with work in its hands, half of them by lease and half by silence
  --outage seconds  PostgreSQL without power, under load
  --json            the figures as JSON

  $ npm run campaign:nodes -- --rounds 1000 --stops 200 --outage 60
`);
  process.exit(0);
}
const [rounds, stops, seconds] = [Number(values.rounds), Number(values.stops), Number(values.outage)];
if ([rounds, stops, seconds].some((n) => !Number.isInteger(n) || n < 0)) {
  process.stderr.write("--rounds, --stops and --outage want whole numbers, 0 or more\n");
  process.exit(2);
}

const watched = async <T>(name: string, total: number, trial: (told: Told) => Promise<T>): Promise<T[]> => {
  if (total === 0) return [];
  const bar = new SingleBar(
    {
      format: `${name.padEnd(18)} {bar} {value} of {total}`,
      clearOnComplete: true,
      // Where nobody looks, a line now and then.
      noTTYOutput: true,
      notTTYSchedule: 10_000,
    },
    Presets.rect,
  );
  bar.start(total, 0);
  try {
    return [await trial((done) => bar.update(done))];
  } finally {
    bar.stop();
  }
};

const server = await startPostgres();
if (typeof server === "string") {
  process.stderr.write(`${server}\n`);
  process.exit(1);
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

if (values.json) process.stdout.write(`${JSON.stringify({ ...results, seconds: tookSeconds }, null, 2)}\n`);
else {
  const lines = Object.entries(results).flatMap(([name, list]) =>
    list.map(({ breaches: own, ...seen }) => `${name}: ${JSON.stringify(seen)}, breaches ${own.length}`),
  );
  process.stdout.write(`${[...lines, ...breaches.slice(0, 20), `seconds: ${tookSeconds}`].join("\n")}\n`);
}
process.exit(breaches.length > 0 ? 1 : 0);
