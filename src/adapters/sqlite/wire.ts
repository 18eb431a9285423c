/** Rows as they cross the thread: flat lists of what SQLite binds, JSON made and read on this side. */
import { listed } from "../../core/listed.js";
import type { HistoryEntry, OrderRecord } from "../../core/record.js";
import type { Change, ClaimedEffect, Counts, InboxRow, OrderRow, TimerRow } from "../../ports/store.js";

/** One row; each statement in statements.ts says which columns, the functions here agree with it. */
export type Columns = unknown[];

export interface WireChange {
  orderId: string;
  expectedVersion: number;
  order: Columns;
  payments: string[];
  history: Columns[];
  effects: Columns[];
  set: Columns[];
  cancel: Columns[];
  settled: string[];
  settledBy: string | null;
  decided: string[];
}

export const writeChange = (change: Change): WireChange => {
  const { orderId, record, history, timers } = change;
  const createdAt = new Map(history.map((entry) => [entry.seq, entry.at]));
  return {
    orderId,
    expectedVersion: change.expectedVersion,
    order: writeOrder(record),
    payments: listed(record).payments,
    history: history.map((entry) => [entry.seq, entry.eventId, entry.at, JSON.stringify(entry)]),
    effects: change.effects.map((row) => [
      row.id,
      row.orderId,
      row.seq,
      row.index,
      row.lane,
      JSON.stringify(row.effect),
      row.notBefore,
      createdAt.get(row.seq) ?? record.facts.order.updatedAt,
    ]),
    set: timers.set.map((row) => [row.orderId, row.timer, row.generation, row.at]),
    cancel: timers.cancel.map((row) => [row.timer, row.generation]),
    settled: change.settled,
    settledBy: change.settledBy ?? null,
    decided: change.decided,
  };
};

const writeOrder = (record: OrderRecord): Columns => {
  const { status, state, flags, inDoubt, updatedAt } = listed(record);
  return [
    record.version,
    status,
    state,
    JSON.stringify(flags),
    Number(flags.length > 0),
    Number(inDoubt),
    updatedAt,
    record.facts.payment.id,
    JSON.stringify(record),
  ];
};

export const readRecord = (json: string): OrderRecord => JSON.parse(json);
export const readEntry = (json: string): HistoryEntry => JSON.parse(json);

type OrderColumns = [string, OrderRow["status"], string, number, number, string, string | null];
export const readOrder = (row: Columns): OrderRow => {
  const [orderId, status, state, version, updatedAt, flags, parked] = row as OrderColumns;
  return { orderId, status, state, version, updatedAt, flags: JSON.parse(flags), parked };
};

type EffectColumns = [
  id: string,
  orderId: string,
  seq: number,
  index: number,
  lane: ClaimedEffect["lane"],
  effect: string,
  notBefore: number,
  attempts: number,
  createdAt: number,
  error: string | null,
  dead: number,
];
export const readEffect = (row: Columns): { claimed: ClaimedEffect; error: string | null; dead: boolean } => {
  const [id, orderId, seq, index, lane, effect, notBefore, attempts, createdAt, error, dead] = row as EffectColumns;
  const place = { id, orderId, seq, index, lane, effect: JSON.parse(effect), notBefore };
  const claimed = { ...place, attempts, createdAt, previousError: error };
  return { claimed, error, dead: dead === 1 };
};

export const readTimer = (row: Columns): TimerRow => {
  const [orderId, timer, generation, at] = row as [string, string, number, number];
  return { orderId, timer, generation, at };
};

export const writeEvent = ({ envelope, attempts, notBefore, error, dead }: InboxRow): Columns => [
  envelope.orderId,
  envelope.id,
  JSON.stringify(envelope),
  attempts,
  notBefore,
  error,
  Number(dead),
];
export const readEvent = (row: Columns): InboxRow => {
  const [envelope, attempts, notBefore, error, dead] = row as [string, number, number, string, number];
  return { envelope: JSON.parse(envelope), attempts, notBefore, error, dead: dead === 1 };
};

/** In the order in which the statement selects them. */
const COUNTS = [
  "orders",
  "waitingEffects",
  "deadEffects",
  "waitingEvents",
  "deadEvents",
  "timers",
  "parked",
  "flagged",
  "oldestEffectAt",
  "oldestEventAt",
  "nextTimerAt",
] as const satisfies (keyof Counts)[];
export const readCounts = (row: Columns): Counts =>
  Object.fromEntries(COUNTS.map((name, i) => [name, row[i]])) as unknown as Counts;
