/** What the store in memory keeps of an order and of an effect, and what becomes of it. */
import { isReading } from "../../../machines/effects.js";
import type { HistoryEntry, OrderRecord, TimerRow } from "../../core/record.js";
import { asAsked, nextInLane } from "../../ports/lanes.js";
import {
  ASKED_ANEW,
  type Claim,
  type EffectPlace,
  type EffectResult,
  type InboxRow,
  type LongestWaits,
  StoreError,
} from "../../ports/store.js";

export interface MemoryRow extends Omit<Claim, "previousError"> {
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

export const byOrder = (a: { orderId: string }, b: { orderId: string }) => compare(a.orderId, b.orderId);
export const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
export const older = (a: EffectPlace, b: EffectPlace) => a.createdAt - b.createdAt || byOrder(a, b) || asAsked(a, b);
export const inTurn = (a: MemoryRow, b: MemoryRow) => a.notBefore - b.notBefore || byOrder(a, b) || asAsked(a, b);
/**
 * What comes next of an order to every peer, and until when anything of its lane is leased: the first open effect, and a
 * reading that overtakes it. `now` left out: what comes next at its own time.
 */
export const laneHeads = (open: MemoryRow[], now = 0): { head: MemoryRow; leasedUntil: number }[] => {
  const lanes = new Map<string, MemoryRow[]>();
  for (const row of open) {
    const key = JSON.stringify([row.orderId, row.peer]);
    const lane = lanes.get(key);
    if (lane === undefined) lanes.set(key, [row]);
    else lane.push(row);
  }
  return [...lanes.values()].flatMap((lane) => {
    const leasedUntil = Math.max(...lane.map((row) => row.leaseUntil));
    return nextInLane(lane.sort(asAsked), now).map((head) => ({ head, leasedUntil }));
  });
};
export const free = (row: MemoryRow) => Object.assign(row, { leaseUntil: 0, worker: null });
export const inboxKey = (orderId: string, eventId: string) => JSON.stringify([orderId, eventId]);

export const released = (row: MemoryRow, result: Exclude<EffectResult, { outcome: "done" }>): void => {
  free(row);
  row.error = result.error;
  if (result.outcome === "dead") {
    row.dead = true;
    return;
  }
  row.notBefore = result.notBefore;
  if (result.unhurried) row.kind = "background";
  if (result.paused) row.attempts = Math.max(0, row.attempts - 1);
};

/** A reading is due at `at` at the latest; anything else stays as it is. */
export const hurried = (row: MemoryRow, at: number): void => {
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

export const allOf = (timers: Map<string, Map<string, TimerRow>>): TimerRow[] =>
  [...timers.values()].flatMap((own) => [...own.values()]);

/** Changes the rows that wait longer than they can have to, and counts them. */
export const pulledIn = (
  now: number,
  { leaseMs, effectMs, eventMs, soonMs, timers: names }: LongestWaits,
  effects: MemoryRow[],
  events: InboxRow[],
  timers: TimerRow[],
): number => {
  let rows = 0;
  const pull = <R, K extends keyof R>(row: R, key: K, ms: number, to: number) => {
    if ((row[key] as number) <= now + ms) return;
    row[key] = (now + to) as R[K];
    rows += 1;
  };
  for (const row of effects) pull(row, "leaseUntil", leaseMs, leaseMs);
  for (const row of effects) if (!row.dead) pull(row, "notBefore", effectMs, soonMs);
  for (const row of events) if (!row.dead) pull(row, "notBefore", eventMs, soonMs);
  for (const row of timers) {
    const known = names.find(({ prefix }) => row.timer.startsWith(prefix));
    if (known !== undefined) pull(row, "at", known.ms, known.ms);
  }
  return rows;
};
