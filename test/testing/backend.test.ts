/** Shops of one's own put to the laws, over real HTTP: a right one, wrong ones, and the engine itself. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Choices, type Settings } from "../../machines/settings.js";
import { resursMapi } from "../../src/gateways/resurs/mapi.js";
import { createEngine } from "../../src/index.js";
import { memoryStore } from "../../src/stores/memory/store.js";
import {
  type Backend,
  backendLaws,
  backendTiers,
  type ResursDouble,
  resursDouble,
  runtimeBackend,
  type ShopUnderTest,
  VirtualClock,
  wooDouble,
} from "../../src/testing/index.js";
import { BackendBreach, backendCommands, liveAgainst } from "../../src/testing/properties.js";
import { T0 } from "../../src/testing/simulator/script.js";
import { overHttp } from "../sample-backend/over-http.js";
import { type PhpMistake, phpMistakes, phpShop, phpVersion } from "../sample-backend/php.js";
import { type Mistake, mistakes, sampleShop } from "../sample-backend/shop.js";

/** Other lives on every build; BACKEND_LIVES=5000 lives that many. */
const LIVES = Number(process.env.BACKEND_LIVES ?? 40);
const timeout = 30_000 + 200 * LIVES;

let clock: VirtualClock;
let bank: ResursDouble;
beforeAll(async () => {
  clock = new VirtualClock(T0);
  bank = await resursDouble({ clock });
});
afterAll(() => bank.close());

const keeps = (shop: ShopUnderTest) => fc.asyncProperty(backendCommands(), (commands) => liveAgainst(shop, commands));

describe("a shop written by hand", () => {
  test("keeps the laws where it makes no mistake", { timeout }, async () => {
    const served = await sampleShop({ bankUrl: bank.url });
    await fc.assert(keeps({ backend: overHttp(served.url), bank, clock }), { numRuns: LIVES });
    await served.close();
  });

  // Lives that found it wrong before: the fail page of an order that was on hold when the bank rejected its payment.
  test.each([111, 112, 117])("keeps them in the lives of seed %d", { timeout }, async (seed) => {
    const served = await sampleShop({ bankUrl: bank.url });
    await fc.assert(keeps({ backend: overHttp(served.url), bank, clock }), { numRuns: 30, seed });
    await served.close();
  });

  const caughtBy: Record<Mistake, string> = {
    "return-completes-again": "mailed-once",
    "check-then-act": "mailed-once",
    "trusts-the-callback": "paid-when-the-bank-says",
    "stock-timer-does-not-ask": "never-cancelled-unasked",
    "completes-a-frozen-order": "captured-as-the-bank-allowed",
    "captures-at-every-click": "moved-once",
  };
  test.each(Object.keys(mistakes) as Mistake[])(
    "%s is found, and told in at most six steps",
    { timeout: 480_000 },
    async (mistake) => {
      const served = await sampleShop({ bankUrl: bank.url, mistake });
      const found = await fc.check(keeps({ backend: overHttp(served.url), bank, clock }), { numRuns: 500, seed: 1 });
      await served.close();
      expect(found.failed).toBe(true);
      const breach = found.errorInstance as BackendBreach;
      expect(breach).toBeInstanceOf(BackendBreach);
      expect(breach.law.name).toBe(caughtBy[mistake]);
      expect(breach.steps.length).toBeLessThanOrEqual(6);
      if (mistake === "return-completes-again")
        expect(readFileSync("docs/testing.md", "utf8")).toContain(breach.message);
      for (const [i, step] of breach.steps.entries()) expect(breach.message).toContain(`\n  ${i + 1}. ${step}`);
    },
  );
});

describe.skipIf(phpVersion === null)("a shop in PHP", () => {
  test("keeps the laws where it makes no mistake", { timeout }, async () => {
    const served = await phpShop({ bankUrl: bank.url });
    await fc.assert(keeps({ backend: overHttp(served.url), bank, clock }), { numRuns: LIVES / 2 });
    await served.close();
  });
  // `npm run campaign harness` asks with twenty seeds.
  test.each(Object.entries(phpMistakes) as [PhpMistake, string][])(
    "%s is found by %s",
    { timeout: 480_000 },
    async (mistake, law) => {
      const served = await phpShop({ bankUrl: bank.url, mistake });
      const how = { numRuns: 300, seed: 1, endOnFailure: true };
      const found = await fc.check(keeps({ backend: overHttp(served.url), bank, clock }), how);
      await served.close();
      expect((found.errorInstance as BackendBreach | null)?.law.name).toBe(law);
    },
  );
});

describe("the engine, behind its own HTTP", () => {
  const withEngine = async (settings: Partial<Settings>, use: (backend: Backend) => Promise<void>) => {
    const woo = wooDouble({ now: () => clock.now(), holdStockMinutes: null });
    const gateway = resursMapi({ baseUrl: bank.url, clientId: "shop", clientSecret: "secret", clock });
    const runtime = createEngine({ store: memoryStore(), gateways: [gateway], shop: woo.shop, clock, settings });
    await runtime.start();
    const settled = async (): Promise<void> => {
      for (let calm = 0; calm < 3; ) {
        await new Promise((resolve) => setImmediate(resolve));
        calm = runtime.idle && bank.delivering() === 0 ? calm + 1 : 0;
      }
    };
    const backend = await runtimeBackend({ runtime, woo, clock, settled });
    await use(backend).finally(async () => {
      await backend.close();
      await runtime.stop();
    });
  };

  test("keeps the laws", { timeout }, () =>
    withEngine({}, (backend) => fc.assert(keeps({ backend, bank, clock }), { numRuns: LIVES })),
  );

  test("keeps them where no test can move its clock", { timeout }, () => {
    const settings = { cooldownSeconds: 0 };
    return withEngine(settings, ({ timePasses: _, ...backend }) =>
      fc.assert(keeps({ backend, bank, clock, settings }), { numRuns: LIVES / 2 }),
    );
  });

  test("is caught where it and the test disagree about a setting", { timeout: 480_000 }, () =>
    withEngine({ choices: Choices.parse({ pendingWhileCustomerIsAway: "stay" }) }, async (backend) => {
      const { errorInstance } = await fc.check(keeps({ backend, bank, clock }), { numRuns: 200, seed: 7 });
      expect(errorInstance).toMatchObject({ law: { name: "as-the-story-goes" } });
      expect((errorInstance as BackendBreach).steps).toHaveLength(3);
    }),
  );
});

test("every law of a backend has a name of its own, a sentence, a source and a tier", () => {
  for (const { tier } of backendLaws) expect(backendTiers).toContain(tier);
  expect(new Set(backendLaws.map(({ name }) => name)).size).toBe(backendLaws.length);
  for (const { says, source } of backendLaws) expect([says, source].every((text) => text.length > 5)).toBe(true);
});
