/** Rows as they cross the thread: flat lists of what SQLite binds, JSON made and read on this side. */
import { crc32 } from "node:zlib";
import type { Envelope } from "../../../machines/events.js";
import {
  effectFrom,
  entryFrom,
  envelopeFrom,
  flagsFrom,
  inRange,
  listedFrom,
  recordFrom,
  timerFrom,
} from "../../core/readable.js";
import type { HistoryEntry, OrderRecord } from "../../core/record.js";
import { summaryOf } from "../../core/summary.js";
import { reasonOf } from "../../ports/damaged.js";
import { type CallKind, kindAt, peerOf, rankOf } from "../../ports/lanes.js";
import type { PaymentRow } from "../../ports/payments.js";
import {
  type Change,
  type Claim,
  type ClaimedEffect,
  type DeadEvent,
  type EffectPlace,
  type InboxRow,
  type Loaded,
  type OrderRow,
  type OutboxRow,
  StoreError,
  type TimerRow,
} from "../../ports/store.js";

import type { EffectPlaceColumns } from "./statements.js";

/** One row; each statement in statements.ts says which columns, the functions here agree with it. */
export type Columns = unknown[];

const sumOf = (...said: unknown[]): number => crc32(said.join("\n"));

const damaged = (what: string, why: string): StoreError =>
  new StoreError(
    "corrupt",
    reasonOf(`${what} is damaged: ${why}. See what is left of it with order-status repair, or restore a backup`),
  );

/** @throws StoreError where the row does not say any more what was written */
const whole = (sum: unknown, what: string, ...said: unknown[]): void => {
  if (sum !== sumOf(...said)) throw damaged(what, "its checksum is another one");
};

/** @throws StoreError where it says what nothing can be built on */
const sound = <T>(what: string, read: () => T): T => {
  try {
    return read();
  } catch (error) {
    throw damaged(what, (error as Error).message);
  }
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
  /** Rank of whoever waits; null = nobody. */
  urgent: number | null;
  decided: string[];
}

export const writeChange = (change: Change): WireChange => {
  const { orderId, record, history, timers, kind = "background" } = change;
  const createdAt = new Map(history.map((entry) => [entry.seq, entry.at]));
  return {
    orderId,
    expectedVersion: change.expectedVersion,
    order: writeOrder(record),
    payments: summaryOf(record).payments,
    history: history.map((entry) => [entry.seq, entry.eventId, ...sealedEntry(entry)]),
    effects: change.effects.map((row) =>
      writeEffect(row, createdAt.get(row.seq) ?? record.facts.order.updatedAt, peerOf(row, record), kind),
    ),
    set: timers.set.map(writeTimer),
    cancel: timers.cancel.map((row) => [row.timer, row.generation]),
    settled: change.settled,
    settledBy: change.settledBy ?? null,
    urgent: kind === "background" ? null : rankOf(kind),
    decided: change.decided,
  };
};

export const writeEffect = (row: OutboxRow, createdAt: number, peer: string, kind?: CallKind): Columns => {
  const said = [row.id, row.orderId, row.seq, row.index, row.lane, JSON.stringify(row.effect)];
  return [...said, row.notBefore, createdAt, sumOf(...said), peer, rankOf(kind ?? "background")];
};

export const writeTimer = (row: TimerRow): Columns => {
  const said = [row.orderId, row.timer, row.generation, row.at];
  return [...said, sumOf(...said)];
};

/** What lists show of a record. */
export const writeListed = (record: OrderRecord): Columns => {
  const { status, state, flags, inDoubt, updatedAt } = summaryOf(record);
  const flagsJson = JSON.stringify(flags);
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
  ];
};

const writeOrder = (record: OrderRecord): Columns => {
  const json = JSON.stringify(record);
  return [...writeListed(record), json, sumOf(record.orderId, record.version, json)];
};

export type RecordColumns = [json: string, parked: string | null, version: number, sum: number];
/** @throws StoreError */
export const readRecord = (orderId: string, [json, , version, sum]: RecordColumns): OrderRecord => {
  const what = `the record of order ${orderId}`;
  whole(sum, what, orderId, version, json);
  return sound(what, () => recordFrom(json, orderId, version));
};

/** An order that a payment leads to: none where there is no such order. */
export const readNamed = ([orderId, current, ...row]: Columns): PaymentRow[] => {
  if (row[0] === null) return [];
  const named = { orderId: orderId as string, current: current === 1 };
  try {
    return [{ ...named, record: readRecord(named.orderId, row as unknown as RecordColumns) }];
  } catch {
    return [{ ...named, record: null }];
  }
};

/**
 * A damaged record sets its order aside, visibly; nobody else has to wait for it.
 *
 * @param damaged what else of the order is parked
 */
export const readLoaded = (
  orderId: string,
  row: Columns | null,
  damaged: string | null = null,
): Omit<Loaded, "processedIds"> => {
  const why = damaged === null ? null : reasonOf(damaged);
  const aside = why === null ? {} : { damaged: why };
  if (row === null) return { record: null, parked: why, ...aside };
  const columns = row as RecordColumns;
  const [, parked] = columns;
  try {
    return { record: readRecord(orderId, columns), parked: parked === null ? why : reasonOf(parked), ...aside };
  } catch (error) {
    const { message } = error as Error;
    return { record: null, parked: message, damaged: message };
  }
};

const sealedEntry = (entry: HistoryEntry): Columns => {
  const json = JSON.stringify(entry);
  return [entry.at, json, sumOf(entry.orderId, entry.seq, entry.eventId, json)];
};

export const readEntry = (row: Columns): HistoryEntry => {
  const [orderId, seq, eventId, json, sum] = row as [string, number, string, string, number];
  const what = `entry ${seq} in the history of order ${orderId}`;
  whole(sum, what, orderId, seq, eventId, json);
  return sound(what, () => entryFrom(json, orderId, seq));
};

type OrderColumns = [string, OrderRow["status"], string, number, number, string, number, string | null, number];
export const readOrder = (row: Columns): OrderRow => {
  const [orderId, status, state, version, updatedAt, flags, inDoubt, parked, sum] = row as OrderColumns;
  const what = `what is listed of order ${orderId}`;
  whole(sum, what, orderId, status, state, version, updatedAt, flags);
  return sound(what, () => ({
    ...listedFrom({ orderId, status, state, version, updatedAt, flags: flagsFrom(flags) }),
    inDoubt: inDoubt !== 0,
    parked,
  }));
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
  leaseUntil: number,
  worker: string | null,
];
/** What a row says for good, whatever stands in its other columns. */
export const readContent = (row: Columns): OutboxRow => {
  const [id, orderId, seq, index, lane, effect, notBefore, , , , , sum] = row as EffectColumns;
  const what = `effect ${id} of order ${orderId}`;
  whole(sum, what, id, orderId, seq, index, lane, effect);
  return { id, orderId, seq, index, lane, effect: sound(what, () => effectFrom(effect, lane)), notBefore };
};
export const readEffect = (row: Columns): { claimed: ClaimedEffect; error: string | null; dead: boolean } => {
  const [id, orderId, , , , , notBefore, attempts, createdAt, error, dead, , until, worker] = row as EffectColumns;
  const content = readContent(row);
  sound(`effect ${id} of order ${orderId}`, () => {
    inRange({ attempts, notBefore, createdAt, error, lease: { until, worker } });
    return flag(dead);
  });
  return { claimed: { ...content, attempts, createdAt, previousError: error }, error, dead: dead === 1 };
};
/** With the rank of whoever waits behind the other columns. */
export const readRanked = (row: Columns): OutboxRow => {
  const { claimed, error } = readEffect(row);
  const { id, orderId, attempts, notBefore } = claimed;
  sound(`effect ${id} of order ${orderId}`, () => inRange({ attempts, notBefore, error, kind: row.at(-1) }));
  return claimed;
};
/** @throws Error */
const flag = (dead: unknown): boolean => {
  if (dead !== 0 && dead !== 1) throw new Error(`dead is ${String(dead)}`);
  return dead === 1;
};

/** Left out: before all of them. */
export const writePlace = (place?: EffectPlace): EffectPlaceColumns =>
  place === undefined ? [-1, "", 0, 0] : [place.createdAt, place.orderId, place.seq, place.index];

type ClaimColumns = [...EffectColumns, peer: string, kind: number];
/** Read before the lease was taken. */
export const readClaim = (row: Columns): Claim => {
  const [peer, kind] = (row as ClaimColumns).slice(-2) as [string, number];
  const { claimed } = readEffect(row);
  return { ...claimed, attempts: claimed.attempts + 1, peer, kind: kindAt(kind) };
};

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
/** The order in which effects of one kind are claimed. */
export const inTurn = (a: Columns, b: Columns): number => {
  const [, orderA, seqA, indexA, , , beforeA] = a as ClaimColumns;
  const [, orderB, seqB, indexB, , , beforeB] = b as ClaimColumns;
  return beforeA - beforeB || compare(orderA, orderB) || seqA - seqB || indexA - indexB;
};

export const readTimer = (row: Columns): TimerRow => {
  const [orderId, timer, generation, at, sum] = row as [string, string, number, number, number];
  const what = `timer ${timer} of order ${orderId}`;
  whole(sum, what, orderId, timer, generation, at);
  return sound(what, () => timerFrom({ orderId, timer, generation, at }));
};

export const writeEvent = ({ envelope, attempts, notBefore, error, dead }: InboxRow): Columns => {
  const json = JSON.stringify(envelope);
  return [envelope.orderId, envelope.id, json, attempts, notBefore, error, Number(dead), sumOf(json)];
};
type EventColumns = [
  envelope: string,
  attempts: number,
  notBefore: number,
  error: string,
  dead: number,
  sum: number,
  orderId: string,
  eventId: string,
];
/** The event alone, whatever stands in the other columns. */
export const readEnvelope = (row: Columns): Envelope => {
  const [envelope, , , , , sum, orderId, id] = row as EventColumns;
  const what = `event ${id} of order ${orderId}`;
  whole(sum, what, envelope);
  return sound(what, () => envelopeFrom(envelope));
};
export const readEvent = (row: Columns): InboxRow => {
  const [json, attempts, notBefore, error, dead, sum, orderId, id] = row as EventColumns;
  const what = `event ${id} of order ${orderId}`;
  whole(sum, what, json);
  return sound(what, () => ({
    envelope: envelopeFrom(json, { orderId, id }),
    ...inRange({ attempts, notBefore, error }),
    dead: flag(dead),
  }));
};
export const readDeadEvent = (row: Columns): DeadEvent => ({ ...readEvent(row), n: row.at(-1) as number });
