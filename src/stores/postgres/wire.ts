/** Changes as columns for `commit_changes`, and rows as the port has them. JSON is made and read here. */

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
import { kindAt, type LaneCapacity, peerOf, rankOf } from "../../ports/lanes.js";
import type { PaymentRow } from "../../ports/payments.js";
import type {
  Change,
  Claim,
  ClaimedEffect,
  DeadEvent,
  EffectPlace,
  InboxRow,
  Loaded,
  OrderRow,
  OutboxRow,
  TimerRow,
} from "../../ports/store.js";
import { type ColumnKind, columns } from "./arrays.js";
import { parts, shapes } from "./commit.js";
import type { PgRow } from "./connections.js";

type Written = Record<keyof typeof shapes, PgRow[]>;

/** The parameters of `commit_changes`. */
export const writeChanges = (changes: Change[]): unknown[] => {
  const rows: Written = {
    orders: [],
    payments: [],
    history: [],
    settled: [],
    effects: [],
    cancelled: [],
    set: [],
    decided: [],
    raised: [],
  };
  for (const change of changes) write(change, rows);
  return parts.flatMap((part) => columns(Object.values(shapes[part]) as ColumnKind[], rows[part]));
};

/** What lists show of a record: status, state, flags, flagged, in_doubt, updated_at, payment_id. */
export const writeListed = (record: OrderRecord): unknown[] => {
  const { status, state, flags, inDoubt, updatedAt } = summaryOf(record);
  return [status, state, JSON.stringify(flags), flags.length > 0, inDoubt, updatedAt, record.facts.payment.id];
};

const write = (
  { orderId, expectedVersion, record, history, kind = "background", ...rest }: Change,
  rows: Written,
): void => {
  const { version, machine } = record;
  const { updatedAt, payments } = summaryOf(record);
  const said = [version, machine.version, ...writeListed(record), JSON.stringify(record)];
  rows.orders.push([orderId, expectedVersion, ...said]);
  for (const id of payments) rows.payments.push([id, orderId]);
  for (const entry of history) rows.history.push([orderId, entry.seq, entry.eventId, entry.at, JSON.stringify(entry)]);
  for (const id of rest.settled) rows.settled.push([orderId, id, rest.settledBy ?? null]);
  for (const row of rest.effects) {
    const { id, seq, index, lane, effect, notBefore } = row;
    const createdAt = history.find((entry) => entry.seq === seq)?.at ?? updatedAt;
    const peer = peerOf(row, record);
    const said = JSON.stringify(effect);
    rows.effects.push([id, orderId, seq, index, lane, said, notBefore, createdAt, peer, rankOf(kind)]);
  }
  if (kind !== "background") rows.raised.push([orderId, rankOf(kind)]);
  for (const { timer, generation } of rest.timers.cancel) rows.cancelled.push([orderId, timer, generation]);
  for (const { timer, generation, at } of rest.timers.set) rows.set.push([orderId, timer, generation, at]);
  for (const id of rest.decided) rows.decided.push([orderId, id]);
};

/** When the first of what is written becomes due; null = nothing does. */
export const firstDue = (changes: Change[]): number | null => {
  let first: number | null = null;
  for (const { effects, timers } of changes) {
    for (const { notBefore } of effects) first = Math.min(first ?? notBefore, notBefore);
    for (const { at } of timers.set) first = Math.min(first ?? at, at);
  }
  return first;
};

/** @throws Error that says of what, and what is wrong with it */
const sound = <T>(what: string, read: () => T): T => {
  try {
    return read();
  } catch (error) {
    const why = (error as Error).message;
    throw new Error(
      reasonOf(`${what} is damaged: ${why}. See what is left of it with order-status repair, or restore a backup`),
    );
  }
};

export const readRecord = (orderId: string, json: unknown, version: unknown): OrderRecord =>
  sound(`the record of order ${orderId}`, () => recordFrom(json, orderId, version as number));

/** An order that a payment leads to: none where there is no such order. */
export const readNamed = ([orderId, current, json, version]: PgRow): PaymentRow[] => {
  if (json === null) return [];
  const named = { orderId: orderId as string, current: current as boolean };
  try {
    return [{ ...named, record: readRecord(named.orderId, json, version) }];
  } catch {
    return [{ ...named, record: null }];
  }
};

type OrderColumnsRead = [
  orderId: string,
  record: string | null,
  parked: string | null,
  eventId: string | null,
  version: number | null,
  damaged: string | null,
];

/** Rows of one order's record, of each processed event, and of what is damaged. A damaged record sets its order aside. */
export const readLoaded = (asked: { orderId: string; eventIds: string[] }[], rows: PgRow[]): Loaded[] => {
  const orders = new Map<string, OrderColumnsRead>();
  const events = new Map<string, Set<string>>();
  const aside = new Map<string, string>();
  for (const row of rows as OrderColumnsRead[]) {
    const [orderId, record, , eventId, , damaged] = row;
    if (damaged !== null) aside.set(orderId, reasonOf(damaged));
    else if (eventId !== null) events.set(orderId, (events.get(orderId) ?? new Set()).add(eventId));
    else if (record !== null) orders.set(orderId, row);
  }
  return asked.map(({ orderId, eventIds }) => {
    const decided = events.get(orderId);
    const processedIds = decided ? eventIds.filter((id) => decided.has(id)) : [];
    const damaged = aside.get(orderId);
    const found = orders.get(orderId);
    const marked = damaged === undefined ? {} : { damaged };
    if (found === undefined) return { record: null, processedIds, parked: damaged ?? null, ...marked };
    const [, json, parked, , version] = found;
    try {
      const why = parked === null ? (damaged ?? null) : reasonOf(parked);
      return { record: readRecord(orderId, json, version), processedIds, parked: why, ...marked };
    } catch (error) {
      const { message } = error as Error;
      return { record: null, processedIds, parked: message, damaged: message };
    }
  });
};

export const readEntry = ([entry, orderId, seq]: PgRow): HistoryEntry =>
  sound(`entry ${seq} in the history of order ${orderId}`, () => entryFrom(entry, orderId as string, seq as number));

type OrderColumns = [string, OrderRow["status"], string, number, number, string, boolean, string | null];
export const readOrder = (row: PgRow): OrderRow => {
  const [orderId, status, state, version, updatedAt, flags, inDoubt, parked] = row as OrderColumns;
  return sound(`what is listed of order ${orderId}`, () => ({
    ...listedFrom({ orderId, status, state, version, updatedAt, flags: flagsFrom(flags) }),
    inDoubt,
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
];
/** What a row says for good, whatever stands in its other columns. */
export const readContent = (row: PgRow): OutboxRow => {
  const [id, orderId, seq, index, lane, effect, notBefore] = row as EffectColumns;
  const what = `effect ${id} of order ${orderId}`;
  return sound(what, () => {
    if (id !== `${orderId}:${seq}:${index}`) throw new Error("its id and its place are of two effects");
    return { id, orderId, seq, index, lane, effect: effectFrom(effect, lane), notBefore };
  });
};
export const readEffect = (row: PgRow): ClaimedEffect => {
  const [id, orderId, , , , , notBefore, attempts, createdAt, error] = row as EffectColumns;
  const content = readContent(row);
  sound(`effect ${id} of order ${orderId}`, () => inRange({ attempts, notBefore, createdAt, error }));
  return { ...content, attempts, createdAt, previousError: error };
};
/** With whose it is, and who waits for it, behind the other columns. */
export const readLeased = (row: PgRow): ClaimedEffect => {
  const effect = readEffect(row);
  const [until, worker, kind] = row.slice(10);
  const { id, orderId, attempts, notBefore, createdAt, previousError: error } = effect;
  const lease = { until, worker };
  sound(`effect ${id} of order ${orderId}`, () => inRange({ attempts, notBefore, createdAt, error, kind, lease }));
  return effect;
};

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
type ClaimColumns = [...EffectColumns, peer: string, kind: number];
export const readClaim = (row: PgRow): Claim => {
  const [peer, kind] = (row as ClaimColumns).slice(-2) as [string, number];
  return { ...readEffect(row), peer, kind: kindAt(kind) };
};

/** The last parameters of `claim_in_lanes`. */
export const writeRoom = ({ perPeer, kept, underWay }: LaneCapacity): unknown[] => {
  const busy = Object.entries(underWay).flatMap(([peer, calls]) => calls.map((n, rank) => [peer, rank, n]));
  return [perPeer, [...kept], ...columns(["text", "int", "int"], busy)];
};

/** The order in which they were claimed; an UPDATE does not say. */
export const inOrder = (a: Claim, b: Claim): number =>
  rankOf(a.kind) - rankOf(b.kind) ||
  a.notBefore - b.notBefore ||
  compare(a.orderId, b.orderId) ||
  a.seq - b.seq ||
  a.index - b.index;

export const readTimer = (row: PgRow): TimerRow => {
  const [orderId, timer, generation, at] = row as [string, string, number, number];
  return sound(`timer ${timer} of order ${orderId}`, () => timerFrom({ orderId, timer, generation, at }));
};

export const EVENT_KINDS: ColumnKind[] = ["text", "text", "json", "int", "bigint", "text", "boolean"];
export const writeEvent = ({ envelope, attempts, notBefore, error, dead }: InboxRow): PgRow => [
  envelope.orderId,
  envelope.id,
  JSON.stringify(envelope),
  attempts,
  notBefore,
  error,
  dead,
];
type EventColumns = [
  envelope: string,
  attempts: number,
  notBefore: number,
  error: string,
  dead: boolean,
  orderId: string,
  eventId: string,
];
/** The event alone, whatever stands in the other columns. */
export const readEnvelope = ([envelope]: PgRow): Envelope => envelopeFrom(envelope);
export const readEvent = (row: PgRow): InboxRow => {
  const [json, attempts, notBefore, error, dead, orderId, id] = row as EventColumns;
  return sound(`event ${id} of order ${orderId}`, () => ({
    envelope: envelopeFrom(json, { orderId, id }),
    ...inRange({ attempts, notBefore, error }),
    dead,
  }));
};
export const readDeadEvent = (row: PgRow): DeadEvent => ({ ...readEvent(row), n: row.at(-1) as number });

/** Left out: before all of them. */
export const writePlace = (place?: EffectPlace): unknown[] =>
  place === undefined ? [-1, "", 0, 0] : [place.createdAt, place.orderId, place.seq, place.index];
