/** A loop that fails again and again is named by health, stops nothing else, and is forgotten once it works again. */
import { afterEach, describe, expect, test } from "vitest";
import type { Store } from "../../src/ports/store.js";
import { memoryStore } from "../../src/stores/memory/store.js";
import { Place } from "./place.js";

let place: Place | null = null;
afterEach(async () => {
  await place?.end();
  place = null;
});

type Broken = "dueTimers" | "dueEvents" | "claim" | "release" | "nextDue";

/** A store one of whose methods can be switched off. */
const breakable = (method: Broken) => {
  const inner = memoryStore();
  const state = { broken: false };
  const act = inner[method] as (...args: unknown[]) => Promise<unknown>;
  const broken = async (...args: unknown[]) => {
    if (state.broken) throw new Error(`no ${method}`);
    return act(...args);
  };
  return { state, store: { ...inner, [method]: broken } as Store };
};

const SECOND = 1000;

describe.each<[Broken, string]>([
  ["dueTimers", "ringing due timers"],
  ["dueEvents", "trying postponed events again"],
  ["claim", "claiming effects"],
  ["release", "writing the results of effects"],
  ["nextDue", "asking when work is due"],
])("%s fails", (method, loop) => {
  test("health stays green at the first failure, names the loop at the second, and is green again on success", async () => {
    const { store, state } = breakable(method);
    place = await Place.made({ store });
    await place.order("a");
    await place.rest();
    state.broken = true;
    // An effect of the shop's, so that there is a result to write.
    void place.engine.submit("a", { type: "customer.returned", page: "success" });
    await place.rest(50);
    // By then the lease of what was claimed has run out, so there is something to look for.
    await place.after(130 * SECOND, 50);
    const sick = await place.engine.queries.health();
    expect(sick.ok).toBe(false);
    expect(sick.trouble).toMatch(new RegExp(`${loop} failed \\d+ times in a row: no ${method}`));
    state.broken = false;
    await place.after(3 * SECOND, 50);
    expect(await place.engine.queries.health()).toMatchObject({ ok: true, trouble: null });
    await place.after(130 * SECOND);
    expect(place.status("a")).toBe("processing");
  });
});

test("one failure alone is no trouble", async () => {
  const { store, state } = breakable("dueTimers");
  place = await Place.made({ store });
  await place.order("a");
  await place.rest();
  state.broken = true;
  await place.engine.submit("a", { type: "customer.returned", page: "success" });
  state.broken = false;
  await place.after(5 * SECOND);
  expect(await place.engine.queries.health()).toMatchObject({ ok: true, trouble: null });
});

test("while timers cannot be read, effects go out and postponed events are tried", async () => {
  const { store, state } = breakable("dueTimers");
  place = await Place.made({ store });
  await place.order("a");
  await place.rest();
  state.broken = true;
  await place.engine.submit("a", { type: "customer.returned", page: "success" });
  await place.rest();
  await store.postpone([
    {
      envelope: {
        id: "late",
        orderId: "a",
        at: place.clock.now(),
        source: "merchant",
        event: { type: "merchant.completed", via: "api" },
      },
      attempts: 1,
      notBefore: place.clock.now(),
      error: "threw",
      dead: false,
    },
  ]);
  await place.after(130 * SECOND, 50);
  expect(place.status("a")).toBe("completed");
});
