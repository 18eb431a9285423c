/** What the store in memory keeps of an order and of an effect, and what becomes of it. */
import { isReading } from "../../../machines/effects.js";
import type { HistoryEntry, OrderRecord } from "../../core/record.js";
import { ASKED_ANEW, type ClaimedEffect, type EffectPlace, type EffectResult, StoreError } from "../../ports/store.js";

export interface Kept extends Omit<ClaimedEffect, "previousError"> {
  leaseUntil: number;
  worker: string | null;
  dead: boolean;
  error: string | null;
}
export interface KeptOrder {
  record: OrderRecord;
  parked: string | null;
  history: HistoryEntry[];
  decided: Set<string>;
}

export const earlier = (a: EffectPlace, b: EffectPlace) => a.seq - b.seq || a.index - b.index;
export const byOrder = (a: { orderId: string }, b: { orderId: string }) => compare(a.orderId, b.orderId);
export const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
export const older = (a: EffectPlace, b: EffectPlace) => a.createdAt - b.createdAt || byOrder(a, b) || earlier(a, b);
export const free = (row: Kept) => Object.assign(row, { leaseUntil: 0, worker: null });
export const inboxKey = (orderId: string, eventId: string) => JSON.stringify([orderId, eventId]);

export const released = (row: Kept, result: Exclude<EffectResult, { outcome: "done" }>): void => {
  free(row);
  row.error = result.error;
  if (result.outcome === "dead") {
    row.dead = true;
    return;
  }
  row.notBefore = result.notBefore;
  if (result.paused) row.attempts = Math.max(0, row.attempts - 1);
};

/** A reading is due at `at` at the latest; anything else stays as it is. */
export const hurried = (row: Kept, at: number): void => {
  if (!isReading(row.effect.type)) return;
  if (row.dead) Object.assign(row, { dead: false, attempts: 0, error: null, notBefore: at });
  else if (row.notBefore > at) Object.assign(row, { notBefore: at, error: ASKED_ANEW });
};

/** The same functions, refused while the store is closed. */
export function onlyWhile<T extends object>(isOpen: () => boolean, store: T): T {
  const guarded = Object.entries(store).map(([name, work]) => [
    name,
    async (...args: unknown[]) => {
      if (!isOpen()) throw new StoreError("closed", "The store is not open.");
      return work(...args);
    },
  ]);
  return Object.fromEntries(guarded);
}
