/** Random lives in a real server, at a bank that loses answers; at their end its books, the engine's and the bank's are one. */
import { setTimeout } from "node:timers/promises";
import type { ResursDouble } from "order-status-engine/testing";
import { expect } from "vitest";
import type { LosingBank } from "./losing-bank.js";
import type { Records } from "./money.js";

export const LIVES = Number(process.env.LIVES ?? 50);
const SEED = Number(process.env.SEED ?? 1);
/** Most of a life is waiting for a bank that has lost an answer. */
const AT_ONCE = 8;
/** What is still on its way; after that the bank reports its payments again, as a callback that comes late does. */
const REPORT_MS = 20_000;
/** A refund of a part whose call was lost goes out again after ten minutes. */
const SETTLE_MS = 14 * 60_000;

interface Lived {
  /** The bank's payments. */
  payments: string[];
  /** What was done, for whoever reads a breach. */
  told: string[];
  breaches: string[];
}

interface At {
  bank: ResursDouble;
  front: LosingBank;
  records: Records;
  end(): Promise<void>;
}

export interface RandomLives<Place extends At, Life extends Lived> {
  name: string;
  start(): Promise<Place>;
  live(place: Place, seed: number): Promise<Life>;
  /** What is wrong between the framework's books and the bank's at this moment. */
  differences(place: Place, life: Life): Promise<string[]>;
  /** What is counted of all that was done, by its name. */
  counts: Record<string, RegExp>;
}

/** `LIVES` of them from `SEED` on; none may have a breach. */
export const liveAtRandom = async <Place extends At, Life extends Lived>(
  lives: RandomLives<Place, Life>,
): Promise<void> => {
  const { name } = lives;
  const place = await lives.start();
  const began = performance.now();
  const done = { lived: 0, compared: 0, reportedLate: 0, broken: 0 };
  const tell = (more = "") => {
    const minutes = ((performance.now() - began) / 60_000).toFixed(1);
    const { lived, compared, broken } = done;
    process.stderr.write(
      `${name}: ${lived} of ${LIVES} lived, ${compared} compared, ${broken} broken, ${minutes} min${more}\n`,
    );
  };
  const settled = async (life: Life): Promise<Life> => {
    const { bank, front, records } = place;
    const [reports, end] = [performance.now() + REPORT_MS, performance.now() + SETTLE_MS];
    for (let reported = false; ; ) {
      const found = await lives.differences(place, life).catch((error: unknown) => [String(error)]);
      found.push(...(await records.differences(bank, life.payments)));
      const now = performance.now();
      if (found.length === 0 || now > end) {
        done.compared += 1;
        done.reportedLate += reported ? 1 : 0;
        life.breaches.push(...found);
        done.broken += life.breaches.length > 0 ? 1 : 0;
        tell(life.breaches.length > 0 ? `\n${JSON.stringify(life, null, 1)}` : "");
        return life;
      }
      if (!reported && now > reports) {
        reported = true;
        await Promise.all(life.payments.map((id) => front.reports(id).catch(() => undefined)));
      }
      await setTimeout(2000);
    }
  };
  try {
    place.front.loses(SEED);
    const seeds = Array.from({ length: LIVES }, (_, i) => SEED + i);
    const ending: Promise<Life>[] = [];
    const lane = async () => {
      for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
        const life = await lives.live(place, seed);
        done.lived += 1;
        tell();
        ending.push(settled(life));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
    const ended = await Promise.all(ending);
    const all = ended.flatMap(({ told }) => told);
    const sums = Object.entries(lives.counts).map(
      ([what, how]) => `${all.filter((one) => how.test(one)).length} ${what}`,
    );
    process.stderr.write(`${name}: ${ended.length} lives, ${sums.join(", ")}, ${done.reportedLate} reported late\n`);
    process.stderr.write(`${name}: lost ${JSON.stringify(place.front.lost)}\n`);
    expect(
      ended.filter(({ breaches }) => breaches.length > 0).map(({ told, breaches }) => ({ told, breaches })),
    ).toEqual([]);
  } finally {
    await place.end();
  }
};
