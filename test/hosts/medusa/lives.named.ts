/** Random lives of carts in a real Medusa server; at their end its books and the bank's are one. */
import { expect, test } from "vitest";
import { type Life, live, settled } from "./lives.js";
import { startMedusa } from "./place.js";

const LIVES = Number(process.env.LIVES ?? 50);
const SEED = Number(process.env.SEED ?? 1);
const AT_ONCE = 3;

test(`${LIVES} lives: no law is broken, and no money differs`, async () => {
  const place = await startMedusa();
  try {
    const seeds = Array.from({ length: LIVES }, (_, i) => SEED + i);
    const lives = await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        const lived = [];
        for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) lived.push(await live(place, seed));
        return lived;
      }),
    );
    const ended: Life[] = [];
    for (const life of lives.flat()) ended.push(await settled(place, life, 60_000));
    const broken = ended.filter(({ breaches }) => breaches.length > 0);
    for (const life of broken) console.log(JSON.stringify(life, null, 1));
    const count = (what: RegExp) => ended.flatMap(({ told }) => told).filter((one) => what.test(one)).length;
    console.log(
      `${ended.length} lives, ${count(/^pays: [\da-f-]{36}$/)} payments, ${count(/^signs/)} signed, ` +
        `${count(/^(capture|part): 200/)} captured, ${count(/^refund.*: 200/)} refunds, ${count(/^cancels: 200/)} cancelled, ` +
        `${count(/^the bank's staff/)} at the bank`,
    );
    expect(broken.length).toBe(0);
  } finally {
    await place.end();
  }
}, 2_400_000);
