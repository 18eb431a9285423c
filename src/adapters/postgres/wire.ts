/** Changes as columns for `commit_changes`, and rows as the port has them. JSON is made and read here. */
import { listed } from "../../core/listed.js";
import type { HistoryEntry } from "../../core/record.js";
import type { Change, ClaimedEffect, InboxRow, Loaded, OrderRow, TimerRow } from "../../ports/store.js";
import { columns, type Kind } from "./arrays.js";
import { parts, shapes } from "./commit.js";
import type { Row } from "./connections.js";

type Written = Record<keyof typeof shapes, Row[]>;

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
  };
  for (const change of changes) write(change, rows);
  return parts.flatMap((part) => columns(Object.values(shapes[part]) as Kind[], rows[part]));
};

const write = ({ orderId, expectedVersion, record, history, ...rest }: Change, rows: Written): void => {
  const { status, state, flags, inDoubt, updatedAt, payments } = listed(record);
  rows.orders.push([
    orderId,
    expectedVersion,
    record.version,
    record.machine.version,
    status,
    state,
    JSON.stringify(flags),
    flags.length > 0,
    inDoubt,
    updatedAt,
    record.facts.payment.id,
    JSON.stringify(record),
  ]);
  for (const id of payments) rows.payments.push([id, orderId]);
  for (const entry of history) rows.history.push([orderId, entry.seq, entry.eventId, entry.at, JSON.stringify(entry)]);
  for (const id of rest.settled) rows.settled.push([orderId, id, rest.settledBy ?? null]);
  for (const { id, seq, index, lane, effect, notBefore } of rest.effects) {
    const createdAt = history.find((entry) => entry.seq === seq)?.at ?? updatedAt;
    rows.effects.push([id, orderId, seq, index, lane, JSON.stringify(effect), notBefore, createdAt]);
  }
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

/** Rows of `order_id, record, parked, event_id`: one for each order, and one for each event seen. */
export const readLoaded = (asked: { orderId: string; eventIds: string[] }[], rows: Row[]): Loaded[] => {
  const orders = new Map<string, [record: string, parked: string | null]>();
  const events = new Map<string, Set<string>>();
  for (const [orderId, record, parked, eventId] of rows as [string, string, string | null, string | null][]) {
    if (eventId === null) orders.set(orderId, [record, parked]);
    else events.set(orderId, (events.get(orderId) ?? new Set()).add(eventId));
  }
  return asked.map(({ orderId, eventIds }) => {
    const [record, parked] = orders.get(orderId) ?? [null, null];
    const decided = events.get(orderId);
    const seen = decided ? eventIds.filter((id) => decided.has(id)) : [];
    return { record: record === null ? null : JSON.parse(record), seen, parked };
  });
};

export const readEntry = ([entry]: Row): HistoryEntry => JSON.parse(entry as string);

type OrderColumns = [string, OrderRow["status"], string, number, number, string, string | null];
export const readOrder = (row: Row): OrderRow => {
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
];
export const readEffect = (row: Row): ClaimedEffect => {
  const [id, orderId, seq, index, lane, effect, notBefore, attempts, createdAt, error] = row as EffectColumns;
  const place = { id, orderId, seq, index, lane, effect: JSON.parse(effect), notBefore };
  return { ...place, attempts, createdAt, previousError: error };
};

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
/** The order in which they were claimed; an UPDATE does not say. */
export const inOrder = (a: ClaimedEffect, b: ClaimedEffect): number =>
  a.notBefore - b.notBefore || compare(a.orderId, b.orderId) || a.seq - b.seq || a.index - b.index;

export const readTimer = (row: Row): TimerRow => {
  const [orderId, timer, generation, at] = row as [string, string, number, number];
  return { orderId, timer, generation, at };
};

export const EVENT_KINDS: Kind[] = ["text", "text", "json", "int", "bigint", "text", "boolean"];
export const writeEvent = ({ envelope, attempts, notBefore, error, dead }: InboxRow): Row => [
  envelope.orderId,
  envelope.id,
  JSON.stringify(envelope),
  attempts,
  notBefore,
  error,
  dead,
];
export const readEvent = (row: Row): InboxRow => {
  const [envelope, attempts, notBefore, error, dead] = row as [string, number, number, string, boolean];
  return { envelope: JSON.parse(envelope), attempts, notBefore, error, dead };
};
