/** Many lives: what happened in them, what broke, and where they have been. */
import { registry as current, type Registry } from "../../../machines/index.js";
import type { Settings } from "../../../machines/settings.js";
import type { decide } from "../../core/decide.js";
import { bugs } from "./bugs.js";
import { mixed } from "./chance.js";
import { laws as allLaws, type Breach, breachesOf, type Law } from "./laws.js";
import { type Lived, live } from "./life.js";
import { reachedIn } from "./points.js";
import type { Script } from "./script.js";
import { scriptOf } from "./write.js";

export interface SimulationOptions {
  seed: number;
  /** A shop's own machines, settings and decision. */
  registry?: Registry;
  settings?: Partial<Settings>;
  decide?: typeof decide;
  /** Asked of every life; a shop may add its own. */
  laws?: readonly Law[];
  /** Name of a bug to plant. */
  bug?: string;
}

export interface BrokenLife {
  life: number;
  breaches: Breach[];
}

export interface Tally {
  lives: number;
  calm: number;
  steps: number;
  decisions: number;
  faults: Record<string, number>;
  statuses: Record<string, number>;
  /** In how many lives each rare branch was reached. */
  points: Record<string, number>;
  broken: BrokenLife[];
  /** Of every log line of every life, in order: the same seed, the same digest. */
  digest: number;
}

export const emptyTally = (): Tally => ({
  lives: 0,
  calm: 0,
  steps: 0,
  decisions: 0,
  faults: {},
  statuses: {},
  points: {},
  broken: [],
  digest: 0,
});

const more = (counts: Record<string, number>, others: Record<string, number>): void => {
  for (const [name, n] of Object.entries(others)) counts[name] = (counts[name] ?? 0) + n;
};

/** `next` comes after `tally`. */
export const addTo = (tally: Tally, next: Tally): void => {
  tally.lives += next.lives;
  tally.calm += next.calm;
  tally.steps += next.steps;
  tally.decisions += next.decisions;
  more(tally.faults, next.faults);
  more(tally.statuses, next.statuses);
  more(tally.points, next.points);
  tally.broken.push(...next.broken);
  tally.digest = mixed(tally.digest, next.digest);
};

/** FNV-1a, 32 bits. */
const digestOf = (log: string[]): number => {
  let hash = 0x811c9dc5;
  for (const line of log) {
    for (let i = 0; i < line.length; i += 1) hash = Math.imul(hash ^ line.charCodeAt(i), 0x01000193);
    hash = Math.imul(hash ^ 10, 0x01000193);
  }
  return hash >>> 0;
};

export interface LifeResult {
  lived: Lived;
  breaches: Breach[];
}

export const scriptFor = (options: SimulationOptions, life: number): Script =>
  scriptOf(options.seed, life, {
    registry: options.registry ?? current,
    ...(options.settings === undefined ? {} : { settings: options.settings }),
  });

/** @throws Error that names the bugs there are */
export const liveScript = async (script: Script, options: SimulationOptions): Promise<LifeResult> => {
  const { registry, decide, bug, laws = allLaws } = options;
  const planted = bug === undefined ? undefined : bugs[bug];
  if (bug !== undefined && planted === undefined)
    throw new Error(`no bug named "${bug}"; there are ${Object.keys(bugs).join(", ")}`);
  const lived = await live(script, {
    ...(registry === undefined ? {} : { registry }),
    ...(decide === undefined ? {} : { decide }),
    ...(planted === undefined ? {} : { plant: planted.plant }),
  });
  return { lived, breaches: breachesOf(lived, laws) };
};

/** The lives from `from` up to, not including, `to`. */
export const liveMany = async (options: SimulationOptions, from: number, to: number): Promise<Tally> => {
  const tally = emptyTally();
  for (let life = from; life < to; life += 1) {
    const script = scriptFor(options, life);
    const { lived, breaches } = await liveScript(script, options);
    const { evidence, after } = lived;
    tally.lives += 1;
    tally.calm += script.calm ? 1 : 0;
    tally.steps += script.steps.length;
    tally.decisions += evidence.commits.reduce((sum, { history }) => sum + history.length, 0);
    more(tally.faults, evidence.faults);
    for (const { record } of after) more(tally.statuses, { [record?.facts.order.status ?? "gone"]: 1 });
    for (const point of reachedIn(lived)) more(tally.points, { [point]: 1 });
    if (breaches.length > 0) tally.broken.push({ life, breaches });
    tally.digest = mixed(tally.digest, digestOf(evidence.log));
  }
  return tally;
};
