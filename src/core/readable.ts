/**
 * What a stored row must say before anything is built on it. Plain comparisons and no schema: they are made for every
 * row that is read, also where a checksum has already shown that it is what was written.
 */

import type { Effect, EffectType } from "../../machines/effects.js";
import type { Envelope } from "../../machines/events.js";
import type { OrderStatus } from "../../machines/facts.js";
import type { FlagName } from "../../machines/flags.js";
import { laneOf } from "./lanes.js";
import { outOfRange } from "./ranges.js";
import type { HistoryEntry, Lane, OrderRecord, TimerRow } from "./record.js";

/** A row that cannot be read; the message says of what, and what is wrong. */
class Unreadable extends Error {
  override name = "Unreadable";
}

type Bag = Record<string, unknown>;
type IsReadable = (value: unknown) => boolean;

/** The last moment that a Date can name; epoch ms. */
const LAST = 8_640_000_000_000_000;
const text: IsReadable = (value) => typeof value === "string";
/** What a row is found by: half a surrogate pair does not come back from a store as it went in. */
const id: IsReadable = (value) => typeof value === "string" && !/\p{Surrogate}/u.test(value);
const moment: IsReadable = (value) =>
  Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= LAST;
const whole: IsReadable = Number.isSafeInteger;
const count: IsReadable = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const list: IsReadable = Array.isArray;
const bag: IsReadable = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const statuses: Record<OrderStatus, true> = {
  "checkout-draft": true,
  pending: true,
  processing: true,
  "on-hold": true,
  failed: true,
  cancelled: true,
  completed: true,
  refunded: true,
};
const status: IsReadable = (value) => Object.hasOwn(statuses, String(value));
const orNone =
  (is: IsReadable): IsReadable =>
  (value) =>
    value === undefined || is(value);
const orNull =
  (check: IsReadable): IsReadable =>
  (value) =>
    value === null || check(value);
const texts: IsReadable = (value) => Array.isArray(value) && value.every(text);

const parsed = (json: unknown): Bag => {
  let value: unknown;
  try {
    value = JSON.parse(json as string);
  } catch {
    throw new Unreadable("it is not JSON");
  }
  if (!bag(value)) throw new Unreadable("it is not a JSON object");
  return value as Bag;
};

/** @throws Unreadable naming the first key that is not as it must be */
const must = (value: unknown, checks: Record<string, IsReadable>, of = ""): void => {
  for (const key in checks) {
    const found = (value as Bag)[key];
    if (!(checks[key] as IsReadable)(found)) throw new Unreadable(`${of}${key} is ${shown(found)}`);
  }
};

const shown = (value: unknown): string => (JSON.stringify(value) ?? "missing").slice(0, 60);

/** How a store keeps an id, where it cannot keep every character. */
type KeepId = (id: string) => string;
const asGiven: KeepId = (id) => id;

const same = (what: string, is: unknown, wanted: unknown, kept: KeepId = asGiven): void => {
  if (is !== wanted && (typeof is !== "string" || kept(is) !== wanted))
    throw new Unreadable(`${what} is ${shown(is)} and not ${shown(wanted)}`);
};

const ofRecord = { version: count, machine: bag, states: bag, facts: bag, flags: list, timers: bag, generation: count };
const ofOrder = { status, total: whole, currency: text, lines: list, createdAt: moment, updatedAt: moment };
const ofPayment = { gateway: orNull(text), id: orNull(text), readAt: orNull(moment), status: text };
const ofTimer = { generation: count, at: moment };

/** The machines' own check comes with `migrate`. @throws Unreadable */
export const recordFrom = (json: unknown, orderId: string, version?: number): OrderRecord => {
  const record = parsed(json);
  must(record, { orderId: id });
  same("orderId", record.orderId, orderId);
  must(record, ofRecord);
  if (version !== undefined) same("version", record.version, version);
  const { order, payment, waiting } = record.facts as Bag;
  if (!bag(order) || !bag(payment)) throw new Unreadable("facts are missing");
  must(order, ofOrder, "order.");
  must(payment, ofPayment, "payment.");
  if (!list(waiting)) throw new Unreadable(`waiting is ${shown(waiting)}`);
  for (const [name, timer] of Object.entries(record.timers as Bag)) {
    if (!bag(timer)) throw new Unreadable(`timer ${name} is ${shown(timer)}`);
    must(timer, ofTimer, `timer ${name}: `);
  }
  return record as unknown as OrderRecord;
};

/** @throws Unreadable */
export const entryFrom = (json: unknown, orderId: string, seq: number): HistoryEntry => {
  const entry = parsed(json);
  same("orderId", entry.orderId, orderId);
  same("seq", entry.seq, seq);
  must(entry, { at: moment, eventId: text, event: bag, answers: list, to: status, states: bag, effects: list });
  must(entry, { raised: list, cleared: list, source: text });
  must(entry.event, { type: text }, "event.");
  return entry as unknown as HistoryEntry;
};

const money = { paymentId: text, amount: count, key: text };
const change = { from: status, to: status, note: text };
const lines = { lines: list };
const shapes: Record<EffectType, Record<string, IsReadable>> = {
  readPayment: { paymentId: text },
  readBack: { paymentId: text },
  endPayment: { paymentId: text },
  bookSignedPayment: money,
  capturePayment: money,
  cancelPayment: money,
  refundPayment: { ...money, lines: orNull(list) },
  addOrderLines: { ...money, ...lines },
  completePayment: change,
  setOrderStatus: change,
  setOrderLines: { ...lines, total: whole },
  setOrderMeta: { meta: bag },
  addOrderNote: { note: text },
  recordRefund: { amount: count, lines: orNull(list), refund: orNone(text) },
};

/** @throws Unreadable */
export const effectFrom = (json: unknown, lane: Lane): Effect => {
  const effect = parsed(json);
  const shape = Object.hasOwn(shapes, String(effect.type)) ? shapes[effect.type as EffectType] : undefined;
  if (shape === undefined) throw new Unreadable(`${shown(effect.type)} is not an effect that is known here`);
  same("lane", lane, laneOf(effect.type as EffectType));
  must(effect, shape);
  return effect as unknown as Effect;
};

/** The columns that no checksum covers. @throws Unreadable */
export const inRange = <T extends Parameters<typeof outOfRange>[0]>(row: T): T => {
  const wrong = outOfRange(row);
  if (wrong !== null) throw new Unreadable(wrong);
  return row;
};

/** An event's own content is looked at when it is decided. @throws Unreadable */
export const envelopeFrom = (json: unknown, found?: { orderId: string; id: string }): Envelope => {
  const envelope = parsed(json);
  must(envelope, { id, orderId: id, at: moment, source: text, event: bag });
  must(envelope.event, { type: text }, "event.");
  if (found !== undefined) {
    same("orderId", envelope.orderId, found.orderId);
    same("id", envelope.id, found.id);
  }
  return envelope as unknown as Envelope;
};

/** @throws Unreadable */
export const timerFrom = (row: TimerRow): TimerRow => {
  must(row, { orderId: id, timer: id, generation: count, at: moment });
  return row;
};

/** What a list shows of an order. @throws Unreadable */
export const listedFrom = <T extends { orderId: string }>(row: T): T => {
  must(row, { orderId: id, status, state: text, version: count, updatedAt: moment });
  return row;
};

/** Of another version there may be flags that are not known here. @throws Unreadable */
export const flagsFrom = (json: unknown): FlagName[] => {
  let flags: unknown;
  try {
    flags = JSON.parse(json as string);
  } catch {
    throw new Unreadable("flags are not JSON");
  }
  if (!texts(flags)) throw new Unreadable(`flags are ${shown(flags)}`);
  return flags as FlagName[];
};

/** When the first of these events came in that says so; null = none does. */
export const firstAt = (envelopes: string[]): number | null => {
  for (const json of envelopes) {
    try {
      return envelopeFrom(json).at;
    } catch {
      // Parked when it is due.
    }
  }
  return null;
};

/** What is read of a row of which something is damaged; null = it cannot be read. */
export const trusted = <T>(read: () => T): T | null => {
  try {
    return read();
  } catch {
    return null;
  }
};
