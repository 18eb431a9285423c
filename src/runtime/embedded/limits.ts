/** Every limit in one place, with its reason. */
import { backoffMs } from "../../core/backoff.js";

export interface Limits {
  /** Orders decided in one transaction: larger groups add latency and no throughput (measured, docs/evidence/performance.md). */
  ordersPerGroup: number;
  /** Of them, orders that nobody waits for: whoever comes meanwhile waits for the end of a group. */
  unhurriedPerGroup: number;
  /** Groups under way at once: one is decided here while the other is written. */
  groupsAtOnce: number;
  /** Records kept in memory; the version check makes a stale one harmless. */
  recordsInMemory: number;
  /** Effects claimed in one go. */
  effectsPerClaim: number;
  /** Calls to one bank, or to the shop, under way at once. */
  effectsAtOnce: number;
  /** After this long without a result, another worker may take an effect over. Longer than any call's timeout. */
  leaseMs: number;
  /** As long as a call may be under way; the adapters give up on an answer by then. */
  callMs: number;
  /** A retry waits 1, 2, 4 … seconds, at most this. */
  longestRetryMs: number;
  /**
   * What has failed for longer than half an hour waits a thirtieth of that time, at most this: ten thousand orders that
   * wait for a bank for a week are twenty questions a second, not two hundred.
   */
  longestAwayMs: number;
  /** How often an event may throw before it is a dead letter. */
  attemptsPerEvent: number;
  /** A reading that waits for its next try is made at most this long after somebody new asks for it. */
  askedAnewMs: number;
  /** A bank or a shop that asks to be left alone for longer is asked again after this. */
  longestAskedMs: number;
  /** How long after the first time a word is asked for again that is believed only the second time (`second-word.ts`). */
  secondWordMs: number;
  /** Calls in a row that fail before a gateway is left alone for a while. */
  failuresBeforeBreak: number;
  breakMs: number;
  /** How often a parked order is tried again: a deployment may have brought its migration. */
  parkedRetryMs: number;
  /** Events waiting in memory before new ones are turned away: of 16 kB at most where they came over HTTP. */
  waitingEvents: number;
  /** How long after the store last failed the engine calls itself unwell. */
  troubleMs: number;
  /** How long a stop waits for what is under way. */
  stopMs: number;
}

export const limits: Limits = {
  ordersPerGroup: 256,
  unhurriedPerGroup: 32,
  groupsAtOnce: 2,
  recordsInMemory: 10_000,
  effectsPerClaim: 64,
  effectsAtOnce: 64,
  leaseMs: 120_000,
  callMs: 30_000,
  longestRetryMs: 60_000,
  longestAwayMs: 600_000,
  attemptsPerEvent: 5,
  askedAnewMs: 1_000,
  longestAskedMs: 600_000,
  secondWordMs: 30_000,
  failuresBeforeBreak: 5,
  breakMs: 15_000,
  parkedRetryMs: 300_000,
  waitingEvents: 10_000,
  troubleMs: 5_000,
  stopMs: 10_000,
};

/** An effect that failed so often waits in the background for its next try, until somebody new waits for it. */
export const HURRIED_ATTEMPTS = 3;

/** Until a store that failed is tried again. */
export const AFTER_TROUBLE_MS = 1000;

/** Exponential with jitter: between half and the whole of the wait. */
export const retryAfterMs = (attempt: number, longest: number, random: () => number): number =>
  Math.round(backoffMs(attempt, 1000, longest) * (0.5 + random() / 2));

/** @param ageMs for how long it has been tried */
export const longestWaitMs = (ageMs: number, limits: Limits): number =>
  Math.max(limits.longestRetryMs, Math.min(limits.longestAwayMs, ageMs / 30));

/** How often one event is decided anew because another node was faster; nodes that race get through in a few. */
export const MOST_ROUNDS = 50;
