/** Lives to begin a test of answers with. */
import type { Effect } from "../../machines/effects.js";
import type { Settings } from "../../machines/settings.js";
import type { Answer } from "../../src/core/record.js";
import { type EventInput, Life, rulesWith } from "../../src/testing/decision/life.js";
import { anOrder } from "../../src/testing/decision/samples.js";
import { T0 } from "../../src/testing/simulator/script.js";

export type Placed = Parameters<typeof anOrder>[0];
export const lifeOf = (order: Placed = {}, settings: Partial<Settings> = {}): Life =>
  new Life(anOrder(order), rulesWith(settings));
/** In the customer's minute, for 50 seconds more. */
export const fresh = { createdAt: T0 - 30_000, updatedAt: T0 - 10_000 };
export const COOLDOWN = "xstate.after.cooldownRemaining.cooldown.holding";
export const LINK = "xstate.after.linkLifetime.order.pending";

/** The event's own answer, at once. */
export const answerTo = (life: Life, event: EventInput): Answer => {
  life.tell(event, "mine");
  return life.answerTo("mine");
};
export const sent = (life: Life): Effect[] => life.effects.map(({ effect }) => effect);
export const completed = { type: "merchant.completed", via: "api" } as const;
export const success = { type: "customer.returned", page: "success" } as const;
export const ring = (life: Life, timer: string): EventInput => ({
  type: "timer.fired",
  timer,
  generation: life.record.timers[timer]?.generation ?? -1,
});
