/** Random lives in a real server; at their end its books and the bank's are one. */
import { expect } from "vitest";

export const LIVES = Number(process.env.LIVES ?? 50);
const SEED = Number(process.env.SEED ?? 1);
const AT_ONCE = 3;
const SETTLE_MS = 60_000;

interface Lived {
  /** What was done, for whoever reads a breach. */
  told: string[];
  breaches: string[];
}

export interface RandomLives<Place, Life extends Lived> {
  start(): Promise<Place>;
  live(place: Place, seed: number): Promise<Life>;
  settled(place: Place, life: Life, withinMs: number): Promise<Life>;
  /** What is counted of all that was done, by its name. */
  counts: Record<string, RegExp>;
}

/** `LIVES` of them from `SEED` on; none may have a breach. */
export const liveAtRandom = async <Place extends { end(): Promise<void> }, Life extends Lived>(
  lives: RandomLives<Place, Life>,
): Promise<void> => {
  const place = await lives.start();
  try {
    const seeds = Array.from({ length: LIVES }, (_, i) => SEED + i);
    const lived = await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        const mine: Life[] = [];
        for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift())
          mine.push(await lives.live(place, seed));
        return mine;
      }),
    );
    const ended: Life[] = [];
    for (const life of lived.flat()) ended.push(await lives.settled(place, life, SETTLE_MS));
    const broken = ended.filter(({ breaches }) => breaches.length > 0);
    for (const life of broken) console.log(JSON.stringify(life, null, 1));
    const done = ended.flatMap(({ told }) => told);
    const sums = Object.entries(lives.counts).map(
      ([name, what]) => `${done.filter((one) => what.test(one)).length} ${name}`,
    );
    console.log(`${ended.length} lives, ${sums.join(", ")}`);
    expect(broken.length).toBe(0);
  } finally {
    await place.end();
  }
};
