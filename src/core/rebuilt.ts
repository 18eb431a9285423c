/** What takes the place of rows that cannot be read, as far as the record and the history still say it. Pure. */
import { type Effect, type EffectType, isReading, movesMoney } from "../../machines/effects.js";
import type { Envelope, OrderEvent } from "../../machines/events.js";
import type { Operation } from "../../machines/facts.js";
import { registry } from "../../machines/index.js";
import { handles } from "./explain.js";
import { laneOf, orderIn, placeOf } from "./lanes.js";
import { migrate } from "./migrate.js";
import type { HistoryEntry, OrderRecord, OutboxRow, TimerRow } from "./record.js";

/** The timers that the record says are running. */
export const timersIn = ({ orderId, timers }: OrderRecord): TimerRow[] =>
  Object.entries(timers).map(([timer, { generation, at }]) => ({ orderId, timer, generation, at }));

/** An effect whose row is taken out. */
export interface LostEffect {
  /** As the row has it; it may be anything. */
  id: string;
  /** What the row says, where that can still be trusted and only its attempts or its turn cannot; else null. */
  content: OutboxRow | null;
}

export interface Left {
  lost: LostEffect[];
  /** The order's effects whose rows are whole. */
  kept: OutboxRow[];
  /** The entries of its history that can be read, oldest first. */
  entries: HistoryEntry[];
}

export interface Rebuilt {
  effects: OutboxRow[];
  events: Envelope[];
  /** Why the order could not go on all the same; null = it can. */
  stuck: string | null;
}

const STUCK = "nothing that is left says how it goes on";

/**
 * A reading that somebody waits for is asked for again; of a call that moves money nobody knows whether it was made, so
 * the bank is asked; what was to be written to the shop is written. All of it under the ids that the record and the
 * history have: those of a damaged row may be anything.
 */
export const rebuilt = (record: OrderRecord, left: Left): Rebuilt => {
  const call = callAgain(record, left);
  const parts = [readingsAgain(record, left), call, writesAgain(record, left)];
  return {
    effects: parts.flatMap(({ effects }) => effects),
    events: call.events,
    stuck: parts.map(({ stuck }) => stuck).find((why) => why !== null) ?? null,
  };
};

/** In the past by every clock, so it is due at once. */
const atOnce = ({ facts }: OrderRecord): number => facts.order.updatedAt;

const rowFor = (record: OrderRecord, id: string, effect: Effect): OutboxRow | null => {
  const { orderId } = record;
  const place = placeOf(id, orderId);
  return place && { id, orderId, ...place, lane: laneOf(effect.type), effect, notBefore: atOnce(record) };
};

type RebuiltPart = Rebuilt;
const nothing: RebuiltPart = { effects: [], events: [], stuck: null };

const readingsAgain = (record: OrderRecord, { kept }: Left): RebuiltPart => {
  const { waiting, payment, others } = record.facts;
  const ids = new Set([...waiting, ...others].flatMap(({ readingId }) => (readingId === null ? [] : [readingId])));
  const missing = [...ids].filter((id) => !kept.some((row) => row.id === id));
  const effects = missing.map((id) => {
    const paymentId = others.find(({ readingId }) => readingId === id)?.id ?? payment.id;
    return paymentId && rowFor(record, id, { type: "readPayment", paymentId });
  });
  const rows = effects.filter((row) => typeof row === "object" && row !== null);
  return { ...nothing, effects: rows, stuck: rows.length < missing.length ? `a reading is lost: ${STUCK}` : null };
};

/** The event families that end a call; a change of the lines is made of two. */
const families: Record<Operation["kind"], string[]> = {
  book: ["book"],
  capture: ["capture"],
  cancel: ["cancel"],
  refund: ["refund"],
  rebuild: ["cancel", "rebuild"],
};
const isCall = (type: EffectType): boolean => movesMoney(type) || type === "readBack";

const callAgain = (record: OrderRecord, { lost, kept, entries }: Left): RebuiltPart => {
  const { orderId, facts } = record;
  const { operation, payment } = facts;
  if (operation === null || lost.length === 0 || kept.some(({ effect }) => isCall(effect.type))) return nothing;
  const known = migrate(record, registry);
  const state = "record" in known ? known.record.states.order : null;
  const takes = (type: string): boolean => state !== null && handles(registry.order, state, type);
  const asked = entries.flatMap(({ effects }) => effects).filter(({ type }) => isCall(type));
  const family = families[operation.kind].find((one) => takes(`${one}.unknown`));
  if (family !== undefined) {
    const effectId = asked.findLast(({ type }) => movesMoney(type))?.id ?? operation.key;
    const detail = "the row of the call could not be read, so nobody knows whether it was made";
    const event = { type: `${family}.unknown`, effectId, detail } as OrderEvent;
    const id = `${effectId}/unreadable/${record.version}`;
    return { ...nothing, events: [{ id, orderId, at: atOnce(record), source: "gateway", event }] };
  }
  const { id: paymentId } = payment;
  if (takes("payment.readBack") && paymentId !== null) {
    const last = asked.findLast(({ type }) => type === "readBack")?.id;
    const row = rowFor(record, last ?? freeId(record, kept), { type: "readBack", paymentId });
    if (row !== null) return { ...nothing, effects: [row] };
  }
  // A timer brings it on.
  if (Object.keys(record.timers).length > 0) return nothing;
  return { ...nothing, stuck: `a call that moves money is lost: ${STUCK}` };
};

/** Of a place that no decision fills. */
const freeId = ({ orderId, version }: OrderRecord, kept: OutboxRow[]): string => {
  let index = 900;
  while (kept.some((row) => row.seq === version && row.index === index)) index += 1;
  return `${orderId}:${version}:${index}`;
};

const writesAgain = (record: OrderRecord, { lost, kept, entries }: Left): RebuiltPart => {
  const { orderId } = record;
  const asked = entries.flatMap((entry) => entry.effects.map((effect) => ({ ...effect, entry })));
  const rows = new Map<string, OutboxRow>();
  const add = (row: OutboxRow | null) => {
    if (row !== null && !kept.some(({ id }) => id === row.id)) rows.set(row.id, row);
  };
  for (const { id, content } of lost) {
    if (content !== null && content.orderId === orderId) {
      if (content.lane === "shop") add({ ...content, notBefore: atOnce(record) });
      continue;
    }
    const named = asked.find((effect) => effect.id === id);
    if (named !== undefined) add(writeAgain(record, named));
    // An effect of this order that nothing names: the status is what matters most, and it may be written twice.
    else if ([null, orderId].includes(orderIn(id))) add(writeAgain(record, asked.findLast(setsStatus)));
  }
  return { ...nothing, effects: [...rows.values()] };
};

const setsStatus = ({ type }: { type: EffectType }): boolean => type === "setOrderStatus" || type === "completePayment";

type AskedEffect = { id: string; type: EffectType; entry: HistoryEntry };

/** null = nothing can stand in for it, as for a note. */
const writeAgain = (record: OrderRecord, asked: AskedEffect | undefined): OutboxRow | null => {
  if (asked === undefined || isReading(asked.type) || movesMoney(asked.type)) return null;
  const { id, type, entry } = asked;
  if (setsStatus(asked)) {
    const note = "Written again: the first attempt was lost.";
    return rowFor(record, id, { type: "setOrderStatus", from: entry.from ?? entry.to, to: entry.to, note });
  }
  if (type !== "setOrderLines") return null;
  const { lines, total } = record.facts.order;
  return rowFor(record, id, { type, lines, total });
};
