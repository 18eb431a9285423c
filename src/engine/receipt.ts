/** What a caller gets back, and what can go wrong on the way in. */
import { type Envelope, type EventType, OrderEvent, type Source } from "../../machines/events.js";
import type { OrderStatus } from "../../machines/facts.js";
import type { Answer, Outcome } from "../core/record.js";

/** What became of a submitted event. `final` is false while it waits for something. */
export interface Receipt {
  eventId: string;
  orderId: string;
  outcome: Outcome;
  rule: string | null;
  reason: string | null;
  from: OrderStatus | null;
  to: OrderStatus | null;
  until: number | null;
  final: boolean;
  /** It could not be decided and waits in the inbox. */
  postponed?: true;
  /** This event id was decided before; this is the answer it got then, and nothing happened now. */
  repeated?: true;
}

export interface SubmitOptions {
  /** Unique per order; the same id again is a no-op. Made up where left out. */
  id?: string;
  source?: Source;
  /** `settled` waits for the final answer, at most `timeoutMs` (default 30 s of the engine's clock). */
  wait?: "durable" | "settled";
  timeoutMs?: number;
}

export interface Verdict {
  allowed: boolean;
  outcome: Outcome;
  reason: string | null;
  rule: string | null;
  to: OrderStatus | null;
}

/** An event that does not fit its schema; `issues` names each key and what it wants. */
export class InvalidEvent extends Error {
  override name = "InvalidEvent";
  constructor(readonly issues: { path: string; message: string }[]) {
    super(`not a valid event: ${issues.map((i) => `${i.path}: ${i.message}`).join("; ")}`);
  }
}

/** @throws InvalidEvent */
export const parseEvent = (event: unknown): OrderEvent => {
  const parsed = OrderEvent.safeParse(event);
  if (parsed.success) return parsed.data;
  throw new InvalidEvent(parsed.error.issues.map((i) => ({ path: i.path.join(".") || "event", message: i.message })));
};

/** There is no such order here; place it first. */
export class UnknownOrder extends Error {
  override name = "UnknownOrder";
  constructor(readonly orderId: string) {
    super(`there is no order ${orderId} here; place it before anything else happens to it`);
  }
}

/** More events wait than the engine takes on; try again later. */
export class Overloaded extends Error {
  override name = "Overloaded";
  readonly retryAfterSeconds = 1;
}

export const sourceOf = (type: EventType): Source => {
  if (type.startsWith("merchant.")) return "merchant";
  if (type.startsWith("callback.")) return "callback";
  if (type.startsWith("customer.")) return "customer";
  if (type.startsWith("timer.")) return "timer";
  if (type.startsWith("reconcile.")) return "reconcile";
  if (/^(order|shop|payment\.created)/.test(type)) return "shop";
  return "gateway";
};

export const shortOf = ({ eventId, outcome, rule, reason, from, to, until }: Answer) => ({
  eventId,
  outcome,
  rule,
  reason,
  from,
  to,
  until,
});

export const receiptOf = (
  { id: eventId, orderId }: Envelope,
  result: { answers: Answer[] } | { repeated: true } | { postponed: string },
): Receipt => {
  const bare = { eventId, orderId, rule: null, from: null, to: null, until: null };
  if ("repeated" in result) return { ...bare, outcome: "ignored", reason: "duplicate", final: true, repeated: true };
  if ("postponed" in result)
    return { ...bare, outcome: "deferred", reason: result.postponed, final: false, postponed: true };
  const answer = result.answers.findLast((a) => a.eventId === eventId);
  if (answer === undefined) return { ...bare, outcome: "ignored", reason: "no-change", final: true };
  return { ...shortOf(answer), orderId, final: answer.outcome !== "deferred" };
};
