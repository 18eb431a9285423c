/** Rows as they cross the thread: flat lists of what SQLite binds, JSON made and read on this side. */
import { crc32 } from "node:zlib";
import { listed } from "../../core/listed.js";
import type { HistoryEntry, OrderRecord } from "../../core/record.js";
import {
  type Change,
  type ClaimedEffect,
  type InboxRow,
  type Loaded,
  type OrderRow,
  StoreError,
  type TimerRow,
} from "../../ports/store.js";

/** One row; each statement in statements.ts says which columns, the functions here agree with it. */
export type Columns = unknown[];

const sumOf = (...said: unknown[]): number => crc32(said.join("\n"));

/** @throws StoreError where the row does not say any more what was written */
const whole = (sum: unknown, what: string, ...said: unknown[]): void => {
  if (sum !== sumOf(...said))
    throw new StoreError(
      "corrupt",
      `${what} is damaged: its checksum is another one. Stop the engine, and restore a backup.`,
    );
};

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
    history: history.map((entry) => [entry.seq, entry.eventId, ...sealedEntry(entry)]),
    effects: change.effects.map((row) => {
      const said = [row.id, row.orderId, row.seq, row.index, row.lane, JSON.stringify(row.effect)];
      return [...said, row.notBefore, createdAt.get(row.seq) ?? record.facts.order.updatedAt, sumOf(...said)];
    }),
    set: timers.set.map((row) => {
      const said = [row.orderId, row.timer, row.generation, row.at];
      return [...said, sumOf(...said)];
    }),
    cancel: timers.cancel.map((row) => [row.timer, row.generation]),
    settled: change.settled,
    settledBy: change.settledBy ?? null,
    decided: change.decided,
  };
};

const writeOrder = (record: OrderRecord): Columns => {
  const { status, state, flags, inDoubt, updatedAt } = listed(record);
  const [json, flagsJson] = [JSON.stringify(record), JSON.stringify(flags)];
  return [
    record.version,
    status,
    state,
    flagsJson,
    Number(flags.length > 0),
    Number(inDoubt),
    updatedAt,
    record.facts.payment.id,
    sumOf(record.orderId, status, state, record.version, updatedAt, flagsJson),
    json,
    sumOf(record.orderId, record.version, json),
  ];
};

type LoadedColumns = [json: string, parked: string | null, version: number, sum: number];
/** A damaged record sets its order aside, visibly; nobody else has to wait for it. */
export const readLoaded = (orderId: string, row: Columns | null): Pick<Loaded, "record" | "parked"> => {
  if (row === null) return { record: null, parked: null };
  const [json, parked, version, sum] = row as LoadedColumns;
  try {
    whole(sum, `the record of order ${orderId}`, orderId, version, json);
    return { record: JSON.parse(json), parked };
  } catch (error) {
    return { record: null, parked: (error as Error).message };
  }
};

const sealedEntry = (entry: HistoryEntry): Columns => {
  const json = JSON.stringify(entry);
  return [entry.at, json, sumOf(entry.orderId, entry.seq, entry.eventId, json)];
};

export const readEntry = (row: Columns): HistoryEntry => {
  const [orderId, seq, eventId, json, sum] = row as [string, number, string, string, number];
  whole(sum, `entry ${seq} in the history of order ${orderId}`, orderId, seq, eventId, json);
  return JSON.parse(json);
};

type OrderColumns = [string, OrderRow["status"], string, number, number, string, string | null, number];
export const readOrder = (row: Columns): OrderRow => {
  const [orderId, status, state, version, updatedAt, flags, parked, sum] = row as OrderColumns;
  whole(sum, `what is listed of order ${orderId}`, orderId, status, state, version, updatedAt, flags);
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
  sum: number,
];
export const readEffect = (row: Columns): { claimed: ClaimedEffect; error: string | null; dead: boolean } => {
  const [id, orderId, seq, index, lane, effect, notBefore, attempts, createdAt, error, dead, sum] =
    row as EffectColumns;
  whole(sum, `effect ${id} of order ${orderId}`, id, orderId, seq, index, lane, effect);
  const place = { id, orderId, seq, index, lane, effect: JSON.parse(effect), notBefore };
  const claimed = { ...place, attempts, createdAt, previousError: error };
  return { claimed, error, dead: dead === 1 };
};

export const readTimer = (row: Columns): TimerRow => {
  const [orderId, timer, generation, at, sum] = row as [string, string, number, number, number];
  whole(sum, `timer ${timer} of order ${orderId}`, orderId, timer, generation, at);
  return { orderId, timer, generation, at };
};

export const writeEvent = ({ envelope, attempts, notBefore, error, dead }: InboxRow): Columns => {
  const json = JSON.stringify(envelope);
  return [envelope.orderId, envelope.id, json, attempts, notBefore, error, Number(dead), sumOf(json)];
};
export const readEvent = (row: Columns): InboxRow => {
  const [envelope, attempts, notBefore, error, dead, sum] = row as [string, number, number, string, number, number];
  whole(sum, "an event that waits in the inbox", envelope);
  return { envelope: JSON.parse(envelope), attempts, notBefore, error, dead: dead === 1 };
};
