/** What a store keeps and hands out: rows, counts, pages, and how an effect ended. */
import type { Envelope } from "../../machines/events.js";
import type { OrderStatus } from "../../machines/facts.js";
import type { FlagName } from "../../machines/flags.js";
import type { HistoryEntry, OrderRecord, OutboxRow, TimerRow } from "../core/record.js";
import type { CallKind } from "./lanes.js";

export type { Lane, OutboxRow, TimerRow } from "../core/record.js";

export interface ClaimedEffect extends OutboxRow {
  /** How often it was claimed, this time included. */
  attempts: number;
  createdAt: number;
  /**
   * How the claim before this one ended; null = there was none, or it never came back: whoever had it died
   * in the middle. A claim forgets it in the store.
   */
  previousError: string | null;
}

/** An effect with the lane that it was claimed in. */
export interface Claim extends ClaimedEffect {
  peer: string;
  kind: CallKind;
}

export interface Change {
  orderId: string;
  /** 0 = the order must not exist yet. */
  expectedVersion: number;
  record: OrderRecord;
  history: HistoryEntry[];
  effects: OutboxRow[];
  /** Who waits for these effects, and from now on for whatever else of the order is open; left out: nobody. */
  kind?: CallKind;
  timers: { set: TimerRow[]; cancel: { timer: string; generation: number }[] };
  /** Effects whose result this change takes in: done, in the same transaction. */
  settled: string[];
  /** Whose claims the settled effects are, as a fencing token; left out, it is not asked. */
  settledBy?: string;
  /** Events of the inbox that are decided now. */
  decided: string[];
}

/** `lease-lost`: the fencing token is stale. An effect it settles is another worker's by now, or done. */
export type CommitResult = "committed" | "conflict" | "lease-lost";

/** An event that could not be decided yet: it threw, or its order is parked. */
export interface InboxRow {
  envelope: Envelope;
  attempts: number;
  notBefore: number;
  error: string;
  dead: boolean;
}

export interface Loaded {
  record: OrderRecord | null;
  /** Those of the asked event ids that were decided before. */
  processedIds: string[];
  /** Why the order is parked; null = it is not. */
  parked: string | null;
  /** What of it cannot be read; left out = all of it can. Then nothing is decided for it until it is repaired. */
  damaged?: string;
}

/** A row that cannot be read. */
export interface DamagedRow {
  orderId: string;
  /** `orders` is the record, `listed` what lists show of it, `damaged` a row that was parked and was damaged there. */
  table: "orders" | "listed" | "history" | "outbox" | "timers" | "inbox" | "damaged";
  /** Of the effect, the timer or the event; of an entry its number. */
  id: string;
  /** What is wrong, in words. */
  what: string;
  /** The row as it was found, column by column; a text that is not well-formed UTF-8 as `{ hex }`. */
  row: Record<string, unknown>;
}

export interface Repaired {
  /** Rows that are gone now, or were made anew. */
  taken: DamagedRow[];
  /** What nothing here can mend. The order rests as before. */
  left: DamagedRow[];
}

export interface OrderFilter {
  status?: OrderStatus | undefined;
  flagged?: boolean | undefined;
  /** Orders whose status is not final, that carry a flag, or whose payment the bank may still change. */
  inDoubt?: boolean | undefined;
  updatedSince?: number | undefined;
  /** Orders that are parked. */
  parked?: boolean | undefined;
  /** Orders that have or had a payment whose id begins with this text, byte by byte. Restate does not offer it. */
  paymentPrefix?: string | undefined;
  /** Order id to start after. */
  after?: string | undefined;
  /** The order written last comes first, those before the given one; left out, orders come by their id. */
  latest?: { before: { updatedAt: number; orderId: string } | null } | undefined;
  limit: number;
}

export interface OrderRow {
  orderId: string;
  status: OrderStatus;
  state: string;
  version: number;
  updatedAt: number;
  flags: FlagName[];
  /** The status is not final, a flag stands, or the bank may still change the payment. */
  inDoubt: boolean;
  parked: string | null;
}

export interface DeadEffect {
  row: ClaimedEffect;
  error: string;
}
/** Where a dead effect stands in their list. */
export type EffectPlace = Pick<ClaimedEffect, "createdAt" | "orderId" | "seq" | "index">;

export interface DeadEvent extends InboxRow {
  /** Where it stands in their list; greater than those of all before it. */
  n: number;
}

export interface Counts {
  /**
   * Beyond 100,000 a store may estimate this, the timers and the waiting events; with more than 10,000 of those,
   * `parked` too.
   */
  orders: number;
  waitingEffects: number;
  deadEffects: number;
  waitingEvents: number;
  deadEvents: number;
  timers: number;
  parked: number;
  /** Orders that carry a flag. */
  flagged: number;
  /** Orders that rest because a row of theirs cannot be read. */
  damaged: number;
  /** Creation time of the oldest effect not carried out; null = none. */
  oldestEffectAt: number | null;
  /** When the event came in that waits in the inbox the longest; null = none. */
  oldestEventAt: number | null;
  /** When the first timer rings, or should have rung; null = none. */
  nextTimerAt: number | null;
}

/** In the order in which a store's statement selects them. */
const COUNTED = [
  "orders",
  "waitingEffects",
  "deadEffects",
  "waitingEvents",
  "deadEvents",
  "timers",
  "parked",
  "flagged",
  "damaged",
  "oldestEffectAt",
  "oldestEventAt",
  "nextTimerAt",
] as const satisfies (keyof Counts)[];
/** The counts in a row whose columns are those of `COUNTED`, in their order. */
export const countsIn = (row: unknown[]): Counts =>
  Object.fromEntries(COUNTED.map((name, i) => [name, row[i]])) as unknown as Counts;

export interface Page {
  /** Order id to start after. */
  after: string;
  limit: number;
  /** Takes nothing out, and tells what it would. */
  dryRun?: boolean;
}

export interface Pruned {
  /** Entries taken out, and of how many orders. */
  entries: number;
  orders: number;
  /** The last order that was looked at, to go on after; null = there are no more. */
  last: string | null;
}

/** In ms: the longest that anything waits, as kinds go. What is due later than that was set by a clock that was ahead. */
export interface LongestWaits {
  leaseMs: number;
  effectMs: number;
  eventMs: number;
  /** By how their names begin. */
  timers: { prefix: string; ms: number }[];
  /** When an effect or an event is due that waited for longer. */
  soonMs: number;
}

/** The error of a reading that was not left to its own wait, because somebody new waits for it. */
export const ASKED_ANEW = "asked for anew";

export type EffectResult =
  | { id: string; outcome: "done" }
  /** `paused`: nothing was tried, so it does not count as an attempt. `unhurried`: it goes to the background. */
  | { id: string; outcome: "retry"; notBefore: number; error: string; paused?: boolean; unhurried?: boolean }
  | { id: string; outcome: "dead"; error: string };
