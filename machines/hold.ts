/** How long a callback is held, so that the customer reaches the thank-you page first (seed 003, "Order Status Flow"). */
import type { Facts } from "./facts.js";
import type { Flow } from "./flow.js";
import type { Settings } from "./settings.js";
import type { WaitingEvent } from "./waiting.js";

interface Held {
  order: Facts["order"];
  operation: Facts["operation"];
  settings: Settings;
  flow: Flow;
}

/** Until when callbacks are held for the customer: epoch milliseconds. */
export const cooldownEndsAt = ({ order, settings }: Pick<Held, "order" | "settings">): number =>
  (settings.choices.cooldownFrom === "created" ? order.createdAt : Math.max(order.createdAt, order.updatedAt)) +
  settings.cooldownSeconds * 1000;

/** An order that a plugin writes again and again keeps no callback for longer. */
const LONGEST_HOLD_MS = 10 * 60_000;

/**
 * When a held callback may be acted on. While money is on the move the payment is read for it once: only the end of the
 * call decides the rest, and no time is known for that.
 */
export const dueAt = (
  c: Held,
  { at, afterCheckout = false, readDuring }: Pick<WaitingEvent, "at" | "afterCheckout" | "readDuring">,
): number => {
  if (c.operation !== null && c.operation.key === readDuring) return Number.POSITIVE_INFINITY;
  const longest = at + Math.max(LONGEST_HOLD_MS, c.settings.cooldownSeconds * 1000);
  const ownDelay = afterCheckout ? 0 : c.flow.callbackDelaySeconds * 1000;
  return Math.max(Math.min(cooldownEndsAt(c), longest), at + ownDelay);
};
