/** What the object of one order keeps in Restate, and what it is told. */
import { isReading } from "../../../machines/effects.js";
import type { Envelope, OrderEvent } from "../../../machines/events.js";
import type { Reading } from "../../../machines/facts.js";
import { notAhead } from "../../core/ahead.js";
import type { Answer, HistoryEntry, OrderRecord, OutboxRow } from "../../core/record.js";
import { isWithdrawn } from "../../core/withdrawn.js";
import { asAsked, nextInLane, peerOf } from "../../ports/lanes.js";
import { ASKED_ANEW, type ClaimedEffect, type InboxRow, type LongestWaits, type OrderRow } from "../../ports/store.js";
import type { AttemptResult } from "../embedded/outcomes.js";
import type { Receipt } from "../embedded/receipt.js";

export interface StoredCall extends OutboxRow {
  createdAt: number;
  /** How often it was sent to be carried out. */
  attempts: number;
  /** How the attempt before ended; null = there was none, or it never came back. */
  error: string | null;
  dead: boolean;
  /** It is being carried out. */
  underWay: boolean;
  /** A reminder of its time is on the way. */
  armed: boolean;
}

/** A reminder, with the mark by which a stale one is known: whatever it is about has moved on since. */
export type Due =
  | { what: "timer"; timer: string; generation: number }
  | { what: "effect"; id: string; attempts: number }
  | { what: "event"; id: string; attempts: number };

/**
 * One value under one key, so that whoever looks sees one moment. Beside it lie the history, a key per entry, and a key
 * per event id with the answer it got: those grow with the order's life and are not read to decide.
 */
export interface OrderState {
  record: OrderRecord | null;
  /** Why the order is parked. */
  parked: string | null;
  effects: StoredCall[];
  inbox: InboxRow[];
  /** Awakeables of those who wait for the end of an event. */
  listeners: Record<string, string[]>;
  /** Reminders that somebody moves by hand: only where delays are `held`. */
  held: { at: number; due: Due }[];
}

export const nothing: OrderState = { record: null, parked: null, effects: [], inbox: [], listeners: {}, held: [] };

/** Whether it is what was written: a state that is not stops its own order, and no list of others. */
export const isReadable = (state: OrderState): boolean =>
  [state.effects, state.inbox, state.held].every(Array.isArray) &&
  typeof state.listeners === "object" &&
  state.effects.every((row) => typeof row?.effect?.type === "string") &&
  state.inbox.every((row) => typeof row?.envelope?.event?.type === "string");

/** A call may have begun at `at`, and nobody will ever say how it ended. */
export type Lost = { kind: "lost"; at: number };

export type ObjectMessage =
  | { kind: "submit"; envelope: Envelope; listener: string | null }
  | { kind: "settle"; effectId: string; attempts: number; came: AttemptResult | Lost }
  | { kind: "due"; due: Due }
  | { kind: "revive"; id: string }
  | { kind: "forget"; eventId: string; listener: string };

const ringId = (orderId: string, timer: string, generation: number): string => `${orderId}/${timer}/${generation}`;

/** The event that a message brings, by its id; null = it brings none. */
export const eventIdIn = (orderId: string, message: ObjectMessage): string | null => {
  if (message.kind === "submit") return message.envelope.id;
  if (message.kind === "settle" && message.came.kind === "event") return `${message.effectId}/${message.came.how}`;
  if (message.kind !== "due") return null;
  const { due } = message;
  if (due.what === "timer") return ringId(orderId, due.timer, due.generation);
  return due.what === "event" ? due.id : null;
};

/** Readings that wait for their next try, or were given up, are due at `at` at the latest. */
export const hurry = (effects: StoredCall[], at: number): void => {
  for (const row of effects) {
    if (row.underWay || !isReading(row.effect.type)) continue;
    if (row.dead) Object.assign(row, { dead: false, attempts: 0, error: null, notBefore: at, armed: false });
    else if (row.notBefore > at) Object.assign(row, { notBefore: at, armed: false, error: ASKED_ANEW });
  }
};

/** What is open of each peer, in order: a bank that is away does not keep what is asked of another one waiting. */
export const lanesOf = ({ record, effects }: OrderState): StoredCall[][] => {
  const waiting =
    record === null ? [] : effects.filter(({ dead }) => !dead).map((row) => ({ row, peer: peerOf(row, record) }));
  const peers = [...new Set(waiting.map(({ peer }) => peer))];
  return peers.map((peer) =>
    waiting
      .filter((one) => one.peer === peer)
      .map(({ row }) => row)
      .sort(asAsked),
  );
};

/** Moments that a clock wrote which was ahead; see core/ahead.ts. What waits comes when the server's clock says so. */
export const pulledIn = (state: OrderState, now: number, { effectMs, eventMs }: LongestWaits): OrderState => {
  if (state.record !== null) state.record = notAhead(state.record, now);
  for (const row of state.effects)
    if (row.notBefore > now + effectMs) Object.assign(row, { notBefore: now, armed: false });
  for (const row of state.inbox) if (row.notBefore > now + eventMs) row.notBefore = now;
  return state;
};

/** A pending effect, with what it needs to know of its order. */
export interface OutgoingCall extends ClaimedEffect {
  gateway: string | null;
  /** An earlier reading found the payment that it is about. */
  seen: boolean;
  /** An earlier change of the order's lines is still on its way to the shop. */
  edited: boolean;
  /** The shop told of another status since it was asked for. */
  overtaken: boolean;
  /** The order is cancelled. */
  givenUp: boolean;
}

export type OrderReply =
  | { kind: "receipt"; receipt: Receipt }
  | { kind: "unknown-order" }
  | { kind: "revived"; yes: boolean };

/** One turn of the object, whole: journaled in one step, so that a second execution does what the first one did. */
export interface ObjectTurn {
  /** null = as it was. */
  state: OrderState | null;
  entry: HistoryEntry | null;
  answers: Answer[];
  errands: OutgoingCall[];
  reminders: { at: number; due: Due }[];
  /** Payment ids that came to this order, or left it. */
  payments: { paymentId: string; current: boolean }[];
  told: { listener: string; receipt: Receipt }[];
  reply: OrderReply;
  now: number;
}

/** What would become of an event; without a reading, on the payment as it was last read. */
export interface ObjectQuestion {
  event: OrderEvent;
  reading: Reading | null;
}

/** What a list of orders shows of this one; Restate's SQL finds it without opening the rest. */
export interface Summary extends OrderRow {
  waitingEffects: number;
  deadEffects: number;
  waitingEvents: number;
  deadEvents: number;
  timers: number;
  oldestEffectAt: number | null;
  oldestEventAt: number | null;
  nextTimerAt: number | null;
}

/** What goes out now of a lane, the first or a reading that overtakes it; else what is to be reminded of. */
export const nextIn = (lane: StoredCall[], now: number): { due: StoredCall | undefined; later: StoredCall[] } => {
  const next = nextInLane(lane, now);
  const due = next.find(({ notBefore }) => notBefore <= now);
  return { due, later: due === undefined ? next.filter(({ armed }) => !armed) : [] };
};

export const stillAskedFor = ({ record, effects }: OrderState): StoredCall[] =>
  effects.filter((row) => row.underWay || !isWithdrawn(record, row.effect));
