/** Kills a process at every place, again and again, and asks the laws whenever nothing is left to do. */

import type { OrderRecord } from "../../src/core/record.js";
import { isLaterLook } from "../../src/core/timer-names.js";
import { pause } from "../../src/testing/contracts/runtime/scene.js";
import { Chance, mixed } from "../../src/testing/simulator/chance.js";
import { Lane } from "./lane.js";
import { broken } from "./laws.js";
import type { PlantedBug } from "./planted.js";
import { type Armed, type Point, pointNames, type Side, sides, timesIn } from "./points.js";
import { type End, storiesFor } from "./stories.js";

export interface Options {
  /** At each point, by turns before and after it; the first kill is before every other point, and after the rest. */
  kills: number;
  seed: number;
  lanes: number;
  points?: readonly Point[];
  bug?: PlantedBug | null;
  /** Ends after what is under way, with what was found so far. */
  stop?: AbortSignal;
  /** Ends at the first breach. */
  untilBreach?: boolean;
  progress?: (done: number, of: number) => void;
}

export interface Breach {
  point: Point;
  side: Side;
  kill: number;
  detail: string;
}

export interface Tally {
  seed: number;
  /** Of the place's own, by `point side`. */
  kills: Record<string, number>;
  /** All of them, those on the way back among them. */
  killed: number;
  orders: number;
  breaches: Breach[];
  seconds: number;
}

interface Job {
  point: Point;
  side: Side;
  kill: number;
}

const LIVES_PER_FILE = 25;
const TRIES = 6;
/** They happen when a process starts or ends. */
const ofTheProcess: Point[] = ["store.made", "store.moved", "store.closed", "leases.returned"];

const MINUTE = 60_000;

/** What is left to do, but for what is due much later (a later look may be due while a slow story ends); and the versions, by which two looks are compared. */
const look = async (lane: Lane, ends: End[]): Promise<{ open: string[]; versions: string }> => {
  const { body } = await lane.asked("/healthz");
  const counts = body.counts as Record<string, number>;
  const open = ["waitingEffects", "waitingEvents"].filter((name) => counts[name] !== 0);
  const versions: unknown[] = [];
  for (const { orderId } of ends) {
    const { body } = await lane.asked(`/orders/${orderId}`);
    const { timers, facts, version } = body as unknown as OrderRecord;
    versions.push(version);
    for (const [timer, { at }] of Object.entries(timers))
      if (at < lane.clock.now() + 10 * MINUTE && !isLaterLook(timer)) open.push(`timer ${timer} of ${orderId}`);
    if (facts.operation !== null) open.push(`${facts.operation.kind} of ${orderId}`);
  }
  return { open, versions: versions.join() };
};

/** Twice the same, as something may ring between two looks. Returns what is left open for good. */
const rests = async (lane: Lane, ends: End[]): Promise<string[]> => {
  const patience = performance.now() + 15_000;
  for (let before = ""; ; ) {
    const { open, versions } = await look(lane, ends);
    if (open.length === 0 && versions === before) return [];
    if (performance.now() > patience) return open;
    before = versions;
    if (open.length > 0) await pause(8);
  }
};

class Killer {
  private lives = 0;
  orders = 0;

  constructor(
    private readonly lane: Lane,
    private readonly seed: number,
  ) {}

  /** What was broken, or null where the process did not come to the place. */
  async kill({ point, side, kill }: Job, attempt: number): Promise<string[] | null> {
    const { lane } = this;
    const chance = new Chance(
      mixed(mixed(this.seed, kill * 64 + attempt), pointNames.indexOf(point) * 2 + sides.indexOf(side)),
    );
    this.lives += 1;
    if (this.lives % LIVES_PER_FILE === 0) await lane.freshFile();
    const before = lane.kills;
    const nth = attempt === 0 ? chance.between(1, timesIn[point] ?? 1) : 1;
    const armed: Armed = { point, side, nth };
    if (point === "store.made" || point === "store.moved") {
      lane.armNext = armed;
      await lane.freshFile();
    } else if (point === "store.closed") await this.arm(armed);
    else if (!ofTheProcess.includes(point)) await this.arm(armed);
    // Every now and then the process that comes back dies at the same place.
    if (chance.happens(0.2) && !ofTheProcess.includes(point)) lane.armNext = { ...armed, nth: 1 };

    const playing = storiesFor(point, side, chance).map((story, i) =>
      story(lane, `${pointNames.indexOf(point)}${side}-${kill}-${attempt}-${i}`, chance),
    );
    const all = Promise.all(playing);
    all.catch(() => {});
    if (point === "bank.capture-underway") await this.killUnderWay(all);
    if (point === "leases.returned") {
      await pause(chance.between(0, 25));
      lane.armNext = armed;
      await lane.kill();
    }
    if (point === "store.closed") {
      await pause(chance.between(0, 30));
      await lane.restart();
    }
    let found: string[];
    try {
      const ends = await all;
      this.orders += ends.length;
      const open = await rests(lane, ends);
      found = open.length === 0 ? broken(lane, ends) : [`comes-to-rest: still open: ${open.join(", ")}`];
    } catch (error) {
      found = [`comes-to-rest: ${(error as Error).message}`];
    }
    lane.armNext = null;
    await this.arm(null);
    if (found.length > 0) {
      // What is broken stays behind.
      await lane.freshFile();
      return found;
    }
    return lane.kills > before ? [] : null;
  }

  /** The bank has the call, and keeps its answer: now. */
  private async killUnderWay(all: Promise<unknown>): Promise<void> {
    let over = false;
    void all.then(
      () => (over = true),
      () => (over = true),
    );
    while (!over && this.lane.bank.held() === 0) await pause(1);
    if (!over) await this.lane.kill();
  }

  private async arm(armed: Armed | null): Promise<void> {
    await this.lane.tell({ arm: armed }, (said) => "armed" in said);
  }
}

export const killEverywhere = async (options: Options): Promise<Tally> => {
  const { kills, seed, lanes, points = pointNames, bug = null, untilBreach = false, stop, progress } = options;
  const began = performance.now();
  const jobs: Job[] = Array.from({ length: kills }, (_, kill) =>
    points.map((point, i) => ({ point, side: sides[(i + kill) % 2] as Side, kill })),
  ).flat();
  const tally: Tally = { seed, kills: {}, killed: 0, orders: 0, breaches: [], seconds: 0 };
  let next = 0;
  let over = false;

  const work = async (): Promise<void> => {
    const lane = new Lane(bug);
    await lane.open();
    const killer = new Killer(lane, seed);
    try {
      while (!over && !stop?.aborted && next < jobs.length) {
        const job = jobs[next] as Job;
        next += 1;
        await once(killer, job);
        progress?.(next, jobs.length);
      }
    } finally {
      tally.orders += killer.orders;
      tally.killed += lane.kills;
      await lane.close();
    }
  };
  const once = async (killer: Killer, job: Job): Promise<void> => {
    const { point, side, kill } = job;
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      const found = await killer.kill(job, attempt);
      if (found === null) continue;
      for (const detail of found) tally.breaches.push({ point, side, kill, detail });
      if (found.length > 0 && untilBreach) over = true;
      const place = `${point} ${side}`;
      tally.kills[place] = (tally.kills[place] ?? 0) + 1;
      return;
    }
    tally.breaches.push({ point, side, kill, detail: "no process came to this place" });
  };
  await Promise.all(Array.from({ length: lanes }, work));
  tally.seconds = (performance.now() - began) / 1000;
  return tally;
};
