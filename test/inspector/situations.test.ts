/**
 * Each situation there is: the answer and what to do are there without scrolling. Swedish on a phone is the tightest, so
 * each build looks at every fourth one there, and at every twentieth elsewhere; `npm run campaign exhaustive` looks at all.
 */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listen, type Served } from "../../src/http/serve.js";
import { inspector } from "../../src/inspector/inspector.js";
import type { Queries, WaitingEffect } from "../../src/ports/runtime.js";
import type { Engine } from "../../src/runtime/embedded/engine.js";
import { verdictOn } from "../../src/runtime/embedded/queries.js";
import type { Ended } from "../docs/lived.js";
import { explained, situations } from "../docs/situations.js";
import { isWhole } from "../exhaustive/whole.js";
import { chromiumAt, launch } from "./browser.js";

/** An engine that knows these lives alone. */
const knowing = (lives: Map<string, Ended>): Queries => {
  const ended = (id: string) => lives.get(id);
  const recordOf = (id: string) => {
    const life = ended(id)?.life;
    return life === undefined ? null : { ...life.record, orderId: id };
  };
  return {
    clock: { now: () => 0 },
    read: async (id: string) => recordOf(id),
    parked: async (id: string) => ended(id)?.parked ?? null,
    why: async (id: string) => {
      const found = ended(id);
      return found === undefined ? null : explained(found);
    },
    history: async (id: string) => ended(id)?.life.history ?? [],
    effectsOf: async (id: string) =>
      (ended(id)?.open ?? []).map((call, i) => ({ ...call, id: `${id}:${i}`, lane: "shop" }) as WaitingEffect),
    can: async (id: string, event: Parameters<Queries["can"]>[1]) => {
      const life = ended(id)?.life;
      const record = recordOf(id);
      if (life === undefined || record === null) throw new Error(id);
      return verdictOn(record, event as Parameters<typeof verdictOn>[1], life.now, life.rules);
    },
  } as unknown as Queries;
};

describe.skipIf(chromiumAt === null)("each situation in a browser", () => {
  const lives = new Map(situations.map(([, , live], i) => [`s${i}`, live()]));
  let served: Served;
  let browser: Browser;
  beforeAll(async () => {
    const engine = { queries: knowing(lives), submit: async () => ({}) } as unknown as Engine;
    const looks = inspector({ engine, actions: true, access: { kind: "host" } });
    served = await listen((request) => looks.fetch(request));
    browser = await launch();
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await served?.close();
  });

  test.each([
    ["a desk", { width: 1280, height: 850 }, "en", 20],
    ["a phone", { width: 390, height: 844 }, "en", 20],
    ["a phone, in Swedish", { width: 390, height: 844 }, "sv", 4],
  ] as const)(
    "on %s the answer and the first action are above the fold",
    async (_where, viewport, language, every) => {
      const page = await browser.newPage({ viewport });
      const below: string[] = [];
      for (const [i, [title, situation]] of situations.entries()) {
        if (!isWhole && i % every !== 0) continue;
        await page.goto(`${served.url}/orders/s${i}?lang=${language}`);
        const answer = page.locator("[data-situation]");
        expect(await answer.getAttribute("data-situation"), title).toBe(situation);
        for (const what of [".sentence", "#todo", "#first-actions .button >> nth=0"]) {
          const found = page.locator(what);
          if ((await found.count()) === 0) continue;
          const box = await found.boundingBox();
          if (box === null || box.y + box.height > viewport.height) below.push(`${title}: ${what}`);
        }
        // Where there is something to do here, it is there to be clicked.
        const first = explained(lives.get(`s${i}`) as Ended).action.events;
        if (situation.startsWith("dead/") || (first.includes("reconcile.asked") && situation !== "parked"))
          expect(await page.locator("#first-actions .button").count(), title).toBeGreaterThan(0);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        expect(wide, title).toBeLessThanOrEqual(viewport.width);
      }
      expect(below).toEqual([]);
      await page.close();
    },
    240_000,
  );
});
