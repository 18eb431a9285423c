/** From an event to what its caller gets back. */
import type { Envelope, EventType, Source } from "../../../machines/events.js";
import type { Answer } from "../../core/record.js";
import type { Preview, Receipt, SubmitOptions } from "../../ports/runtime.js";
import type { Postponed } from "./posted.js";

export { InvalidEvent, Overloaded, Stopped, UnknownOrder } from "../../ports/runtime.js";
export type { Preview, Receipt, SubmitOptions };

export const sourceOf = (type: EventType): Source => {
  if (type.startsWith("merchant.") || type === "data.revealed") return "merchant";
  if (type.startsWith("callback.")) return "callback";
  if (type.startsWith("customer.")) return "customer";
  if (type.startsWith("timer.")) return "timer";
  if (type.startsWith("reconcile.")) return "reconcile";
  if (/^(order|shop|payment\.created)/.test(type)) return "shop";
  return "gateway";
};

/**
 * The cast holds by a law of every decision: what moves has no reason, all else has one, and only what waits has an
 * `until`.
 */
export const receiptFor = (orderId: string, { eventId, outcome, rule, reason, from, to, until }: Answer): Receipt =>
  ({ eventId, outcome, rule, reason, from, to, until, orderId, final: outcome !== "deferred" }) as Receipt;

export const receiptOf = (
  { id: eventId, orderId }: Envelope,
  result: { answers: Answer[] } | { repeated: true } | Postponed,
): Receipt => {
  const bare = { eventId, orderId, rule: null, from: null, to: null, until: null };
  if ("repeated" in result) return { ...bare, outcome: "ignored", reason: "duplicate", final: true, repeated: true };
  if ("postponed" in result)
    return {
      ...bare,
      outcome: "deferred",
      reason: result.postponed,
      until: result.until ?? null,
      final: false,
      postponed: true,
    };
  const answer = result.answers.findLast((a) => a.eventId === eventId);
  if (answer === undefined) return { ...bare, outcome: "ignored", reason: "no-change", final: true };
  return receiptFor(orderId, answer);
};
