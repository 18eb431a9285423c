/** `dead-letters` over more of them than one page has. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { httpApp } from "../../src/http/app.js";
import { listen, type Served } from "../../src/http/serve.js";
import { inspector } from "../../src/inspector/inspector.js";
import type { Store } from "../../src/ports/store.js";
import { createEngine, type Engine } from "../../src/runtime/embedded/engine.js";
import { deadLettersIn } from "../../src/runtime/restate/dead-letters.js";
import { nothing, type OrderState } from "../../src/runtime/restate/state.js";
import { memoryStore } from "../../src/stores/memory/store.js";
import { sqliteStore } from "../../src/stores/sqlite/store.js";
import { changeOf, effectOf, eventOf, T } from "../../src/testing/contracts/store/sample.js";
import { cli } from "./run.js";

const EFFECTS = 612;
const EVENTS = 520;
const ALL = EFFECTS + EVENTS;
const TOKEN = "the token of the tests";

let directory: string;
let store: Store;
let engine: Engine;
let served: Served;

const idOf = (n: number): string => `o${String(n).padStart(5, "0")}`;

/** Of each order one effect, and of the first ones an event that all of them have under one id. */
const fill = async (): Promise<void> => {
  const ids = Array.from({ length: EFFECTS }, (_, n) => idOf(n));
  await store.commit(ids.map((id) => changeOf(id, 0, { effects: [effectOf(id, 1, 0, "shop")] })));
  const claimed = await store.claim(T, EFFECTS, 1000, "w");
  await store.release(
    "w",
    claimed.map(({ id }) => ({ id, outcome: "dead", error: "the shop was being rebuilt" })),
  );
  await store.postpone(ids.slice(0, EVENTS).map((id) => eventOf(id, "same", { dead: true })));
};

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "dead-"));
});
afterEach(async () => {
  await served.close();
  await engine.stop();
  rmSync(directory, { recursive: true });
});

const started = async (made: Store): Promise<void> => {
  store = made;
  await store.open();
  await fill();
  await store.close();
  engine = createEngine({
    store,
    gateways: [],
    // Nothing that is revived here comes to an end: so the counts stand still.
    shop: {
      execute: async () => ({ kind: "retry", afterMs: 600_000, detail: "later" }),
      readStatus: async () => null,
    },
    limits: { attemptsPerEvent: 1_000_000 },
  });
  await engine.start();
  served = await listen(httpApp({ engine, apiToken: TOKEN, publicUrl: "http://engine.test" }).fetch);
};

const run = async (...args: string[]) => {
  const ended = await cli(["dead-letters", ...args, "--url", served.url, "--token", TOKEN]);
  return { ...ended, json: args.includes("--json") ? JSON.parse(ended.out) : null };
};
const dead = async (): Promise<number> => {
  const { counts } = await engine.queries.health();
  return (counts?.deadEffects ?? 0) + (counts?.deadEvents ?? 0);
};

describe("of 1132, beyond two pages,", () => {
  beforeEach(() => started(sqliteStore({ file: join(directory, "orders.db") })));

  test("the list is whole, and names each once", async () => {
    const { code, json } = await run("--json");
    expect(code).toBe(0);
    expect(json).toMatchObject({ missing: [], revived: 0, of: ALL });
    const keys = json.deadLetters.map(({ kind, orderId, id }: Record<string, string>) => `${kind} ${orderId} ${id}`);
    expect(new Set(keys).size).toBe(ALL);
    const { out } = await run();
    expect(out.split("\n").filter((line) => line.startsWith("o0"))).toHaveLength(ALL);
  });

  test("--revive --all revives each, counts them, and health counts the same", async () => {
    const { code, out, err } = await run("--revive", "--all");
    expect({ code, err: err.replace(/revived \d+ of \d+\n/g, "") }).toEqual({ code: 0, err: "" });
    expect(out).toContain(`revived ${ALL} of ${ALL}\n`);
    expect(await dead()).toBe(0);
    expect((await run()).out).toBe("No failed calls.\n");
  });

  test("--revive without --all revives all as well, and --json has the counts", async () => {
    const { code, json } = await run("--revive", "--json");
    expect([code, json.revived, json.of, json.deadLetters.length]).toEqual([0, ALL, ALL, ALL]);
    expect(json.deadLetters.every(({ revived }: { revived: boolean }) => revived)).toBe(true);
    expect(await dead()).toBe(0);
  });

  test.each([
    ["the effect of an order beyond the first page", [idOf(EFFECTS - 1)], 1],
    ["an order's effect and event, the event beyond the second page", [idOf(EVENTS - 1)], 2],
    ["an effect by its own id", [`${idOf(555)}:1:0`], 1],
    ["events by the id that many have", ["same"], EVENTS],
  ])("revives %s, and nothing else", async (_what, ids, count) => {
    const { code, json } = await run(...ids, "--revive", "--json");
    expect([code, json.missing, json.revived, json.of]).toEqual([0, [], count, count]);
    expect(await dead()).toBe(ALL - count);
  });

  test("one that is none is named, with exit code 3; the others are revived all the same", async () => {
    const { code, json } = await run("nobody", idOf(EFFECTS - 2), "--revive", "--json");
    expect([code, json.missing, json.revived]).toEqual([3, ["nobody"], 1]);
    expect((await run("nobody")).out).toContain("No failed call nobody");
    expect((await run("a", "--all", "--revive")).code).toBe(2);
  });

  test("the pages of the API join, and a place that is none is refused", async () => {
    const get = (query: string) =>
      fetch(`${served.url}/dead-letters?${query}`, { headers: { authorization: `Bearer ${TOKEN}` } });
    const seen: string[] = [];
    for (let next: string | null = ""; next !== null; ) {
      const page = await (await get(`limit=400${next === "" ? "" : `&after=${encodeURIComponent(next)}`}`)).json();
      seen.push(...page.deadLetters.map(({ kind, orderId, id }: Record<string, string>) => `${kind} ${orderId} ${id}`));
      next = page.next;
    }
    expect([seen.length, new Set(seen).size]).toEqual([ALL, ALL]);
    for (const after of ["x", "event.-1", "event.1e3", "effect.1.2.3.", "effect.9.9.9"])
      expect((await get(`after=${after}`)).status).toBe(400);
  });

  test("the inspector's first page shows the count of all", async () => {
    const response = await inspector({ engine, access: { kind: "loopback", socketOf: () => "127.0.0.1" } }).fetch(
      new Request("http://127.0.0.1/"),
    );
    const page = await response.text();
    expect(page.match(new RegExp(`\\b${ALL}\\b`, "g"))?.length).toBeGreaterThanOrEqual(2);
    expect(page).not.toContain("200 or more");
  });
});

test("on Restate the pages join, order by order, whatever is revived between two of them", async () => {
  await started(memoryStore());
  const states = new Map<string, OrderState>();
  for (let n = 0; n < 23; n += 1) {
    const id = idOf(n);
    const row = { createdAt: T, attempts: 1, error: "no", dead: n % 2 === 0, underWay: false, armed: false };
    const effects = [0, 1].map((index) => ({ ...effectOf(id, 1, index), ...row }));
    states.set(id, { ...nothing, effects, inbox: [eventOf(id, "same", { dead: n % 3 === 0 })] });
  }
  const summaries = () =>
    [...states].map(([orderId, { effects, inbox }]) => ({
      orderId,
      deadEffects: effects.filter((row) => row.dead).length,
      deadEvents: inbox.filter((row) => row.dead).length,
    }));
  const page = (limit: number, after?: string) =>
    deadLettersIn(summaries(), async (id) => states.get(id) ?? null, limit, after);
  const whole = await page(999);
  expect(whole).toHaveLength(24 + 8);
  for (const limit of [1, 3, 7, 32]) {
    const seen = [];
    for (let some = await page(limit); some.length > 0; some = await page(limit, some.at(-1)?.place))
      seen.push(...some);
    expect(seen).toEqual(whole);
  }
  const first = await page(4);
  states.set(first.at(-1)?.orderId ?? "", nothing);
  expect((await page(999, first.at(-1)?.place)).map(({ orderId }) => orderId)).not.toContain(first.at(-1)?.orderId);
  await expect(page(9, "{}")).rejects.toThrow("place of a dead letter");
});
