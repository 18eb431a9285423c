/** From an event to what its caller gets back. */
import type { Envelope, EventType, Source } from "../../../machines/events.js";
import type { Reason } from "../../../machines/reasons.js";
import type { Answer } from "../../core/record.js";
import type { Preview, Receipt, ReceiptReason, SubmitOptions } from "../../ports/runtime.js";

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

const bare = ({ id: eventId, orderId }: Pick<Envelope, "id" | "orderId">) => ({
  eventId,
  orderId,
  rule: null,
  from: null,
  to: null,
  until: null,
});

/** @param answers of the decision on this event, which may answer others that waited as well */
export const decidedReceipt = (envelope: Envelope, answers: Answer[]): Receipt => {
  const answer = answers.findLast((one) => one.eventId === envelope.id);
  if (answer === undefined) return { ...bare(envelope), outcome: "ignored", reason: "no-change", final: true };
  return receiptFor(envelope.orderId, answer);
};

/** The event was decided before. */
export const duplicateReceipt = (envelope: Envelope): Receipt => ({
  ...bare(envelope),
  outcome: "ignored",
  reason: "duplicate",
  final: true,
  repeated: true,
});

type Postponement = Exclude<ReceiptReason, Reason>;

/** The event waits in the inbox; with `until`, one that completes an effect does not, and the effect is free from then on. */
export const postponedReceipt = (
  envelope: Pick<Envelope, "id" | "orderId">,
  reason: Postponement,
  { until = null, detail }: { until?: number | null; detail?: string } = {},
): Receipt => ({
  ...bare(envelope),
  outcome: "deferred",
  reason,
  until,
  final: false,
  postponed: true,
  ...(detail === undefined ? {} : { detail }),
});
