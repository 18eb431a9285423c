/** What is told of one decision to whoever subscribed, in this process or by webhook. */
import type { EventType, Source } from "../../machines/events.js";
import type { OrderStatus } from "../../machines/facts.js";
import type { FlagName } from "../../machines/flags.js";
import type { Reason } from "../../machines/reasons.js";
import { withChild } from "../../machines/statuses.js";
import type { AnswerRule, HistoryEntry, Outcome } from "../core/record.js";

/**
 * `order.placed`: the order became known. `order.status_changed`: `from` and `status` differ. `order.flagged`: flags were
 * raised or cleared, the status is the same. `order.decided`: anything else, such as a reading that changed nothing.
 */
export const changeTypes = ["order.placed", "order.status_changed", "order.flagged", "order.decided"] as const;
export type ChangeType = (typeof changeTypes)[number];

/** The payment as the bank had it in this decision. Amounts in minor units. */
export interface ChangedPayment {
  id: string;
  /** The bank's word, such as ACCEPTED. */
  status: string;
  authorized: number;
  captured: number;
  refunded: number;
}

/** One decision on one order, as it is kept in the history. It holds nothing about a person. */
export interface OrderChange {
  /** Of this shape. Keys may be added under the same version; one that changes its meaning or goes gets another. */
  version: 1;
  /** `order/number`: a repeated delivery has the same. */
  id: string;
  type: ChangeType;
  orderId: string;
  /** Counts the order's decisions from 1; of one order they are delivered in this order. */
  seq: number;
  /** When it was decided; epoch ms. */
  at: number;
  /** The status before; null = the order was not known. */
  from: OrderStatus | null;
  /** The status now. */
  status: OrderStatus;
  /** The shop's own status now, a child of that one; left out: none. */
  child?: string;
  /** What happened. */
  event: EventType;
  source: Source;
  /** What became of it, and of events that had waited. */
  answers: { event: EventType; outcome: Outcome; rule: AnswerRule | null; reason: Reason | null }[];
  flags: { raised: FlagName[]; cleared: FlagName[] };
  /** null = the bank was not read. */
  payment: ChangedPayment | null;
}

const typeOf = ({ seq, from, to, raised, cleared, event }: HistoryEntry): ChangeType => {
  if (seq === 1 && event.type === "order.placed") return "order.placed";
  if (from !== to) return "order.status_changed";
  return raised.length + cleared.length > 0 ? "order.flagged" : "order.decided";
};

const paymentIn = ({ event }: HistoryEntry): ChangedPayment | null => {
  if (event.type !== "payment.read" || !event.reading.exists) return null;
  const { paymentId: id, status, authorized, captured, refunded } = event.reading;
  return { id, status, authorized, captured, refunded };
};

export const changeOf = (entry: HistoryEntry): OrderChange => {
  const { orderId, seq, at, from, to: status, child, source, raised, cleared } = entry;
  return {
    version: 1,
    id: `${orderId}/${seq}`,
    type: typeOf(entry),
    orderId,
    seq,
    at,
    from,
    status,
    ...withChild(child),
    event: entry.event.type,
    source,
    answers: entry.answers.map(({ type: event, outcome, rule, reason }) => ({ event, outcome, rule, reason })),
    flags: { raised, cleared },
    payment: paymentIn(entry),
  };
};

/** What a handler is told beside the change. */
export interface Delivered {
  /** The entry that the change was made of; its event may hold what a person wrote. */
  entry: HistoryEntry;
  /** 1 at the first time. A later one may repeat what was carried out: the change's `id` says so. */
  attempt: number;
  /** Aborted when the time is over or the engine stops. */
  signal: AbortSignal;
}

/** What it throws, or a promise of it that rejects, has the change delivered again later. */
export type ChangeHandler = (change: OrderChange, about: Delivered) => unknown;

export interface SubscribeOptions {
  /** Where a new subscription begins: `now` with what is decided next, `start` with the whole history. Default `now`. */
  from?: "now" | "start" | undefined;
  /** Orders that are delivered at once. Default 8. */
  ordersAtOnce?: number | undefined;
  /** How long one change may take; the try then counts as failed. Default 30 s. */
  timeoutMs?: number | undefined;
  /** How often one change is tried, 1 s to 10 minutes apart, before it is given up. Default 500: three days. */
  attempts?: number | undefined;
}

/** Thrown by a handler that knows more than that it failed. */
export class Undelivered extends Error {
  override name = "Undelivered";
  constructor(
    message: string,
    /** `retryAfterMs`: no sooner, and 10 minutes at most. `final`: trying again is of no use. */
    readonly how: { retryAfterMs?: number; final?: true } = {},
  ) {
    super(message);
  }
}
