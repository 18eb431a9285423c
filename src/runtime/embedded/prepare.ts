/** What is left to do between the opening of the store and the first work. */
import { longestTimers, SLACK_MS } from "../../core/ahead.js";
import type { Rules } from "../../core/builder.js";
import type { LongestWaits } from "../../ports/store.js";
import type { EngineContext } from "./context.js";
import type { Limits } from "./limits.js";

/** How long anything in a store can have to wait under these limits and settings. */
export const longestWaits = (limits: Limits, rules: Rules): LongestWaits => ({
  leaseMs: limits.leaseMs + SLACK_MS,
  // Between two tries of a call that did not happen the machines wait no longer than those of an adapter.
  effectMs: Math.max(limits.longestAwayMs, limits.longestAskedMs, limits.secondWordMs, limits.callMs) + SLACK_MS,
  eventMs: Math.max(limits.parkedRetryMs, limits.longestRetryMs) + SLACK_MS,
  // As long as a call may be under way that was begun just before.
  soonMs: limits.callMs,
  timers: Object.entries(longestTimers(rules)).map(([prefix, ms]) => ({ prefix, ms: ms + SLACK_MS })),
});

export const prepare = async ({ store, clock, log, limits, rules, worker }: EngineContext): Promise<void> => {
  await store.recoverLeases(worker);
  const rows = await store.pullIn(clock.now(), longestWaits(limits, rules));
  if (rows > 0)
    log.warn({ rows }, "the clock was ahead when these were set to wait; they are due within their longest wait");
};
