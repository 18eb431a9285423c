/** What takes the place of a row that cannot be read, as far as the record and the history still say it. Pure. */
import { type Effect, type EffectType, movesMoney, resultOf } from "../../machines/effects.js";
import type { Envelope, OrderEvent } from "../../machines/events.js";
import type { HistoryEntry, Lane, OrderRecord, OutboxRow, TimerRow } from "./record.js";

/** The timers that the record says are running. */
export const timersIn = ({ orderId, timers }: OrderRecord): TimerRow[] =>
  Object.entries(timers).map(([timer, { generation, at }]) => ({ orderId, timer, generation, at }));

/** Of a damaged effect, what can still be told. */
export interface LostEffect {
  id: string;
  seq: number;
  index: number;
  lane: Lane;
}

export type Instead = { effect: OutboxRow } | { event: Envelope };

/**
 * A reading is asked for again; a status is written as the decision had it; of a call that moves money nobody knows
 * whether it was made, so the bank is asked. null = nothing can stand in for it, as for a note.
 *
 * @param entry the decision that asked for it; null = it cannot be read either
 */
export const insteadOf = (lost: LostEffect, record: OrderRecord, entry: HistoryEntry | null): Instead | null => {
  const { orderId, facts } = record;
  // In the past by every clock, so it is due at once.
  const now = facts.order.updatedAt;
  const type = entry?.effects.find(({ id }) => id === lost.id)?.type ?? null;
  if (type === null || entry === null) return null;
  if (movesMoney(type)) {
    const family = resultOf[type as keyof typeof resultOf];
    const detail = "the row of the call could not be read, so nobody knows whether it was made";
    const event = { type: `${family}.unknown`, effectId: lost.id, detail } as OrderEvent;
    return { event: { id: `${lost.id}/unreadable`, orderId, at: now, source: "gateway", event } };
  }
  const effect = again(type, facts, entry);
  if (effect === null) return null;
  return {
    effect: { id: lost.id, orderId, seq: lost.seq, index: lost.index, lane: lost.lane, effect, notBefore: now },
  };
};

const again = (type: EffectType, { order, payment }: OrderRecord["facts"], entry: HistoryEntry): Effect | null => {
  switch (type) {
    case "readPayment":
    case "readBack":
      return payment.id === null ? null : { type, paymentId: payment.id };
    case "setOrderStatus":
    case "completePayment": {
      const note = "Written again: the first attempt was lost.";
      return { type: "setOrderStatus", from: entry.from ?? entry.to, to: entry.to, note };
    }
    case "setOrderLines":
      return { type, lines: order.lines, total: order.total };
    default:
      return null;
  }
};
