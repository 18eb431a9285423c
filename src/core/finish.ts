/** The decision made up: the new record, its line of history, and what is to be stored beside it. */
import { notes } from "../../machines/effects.js";
import { waitsForReading } from "../../machines/events.js";
import { type FlagName, type FlagRule, flags, surplusOf } from "../../machines/flags.js";
import { withChild } from "../../machines/statuses.js";
import type { DecisionBuilder } from "./builder.js";
import type { ActorMessage, Flag, HistoryEntry, OrderRecord, OutboxRow, TimerRow } from "./record.js";
import { structureHash } from "./structure.js";

export interface Decision {
  record: OrderRecord;
  entry: HistoryEntry;
  effects: OutboxRow[];
  timers: { set: TimerRow[]; cancel: { timer: string; generation: number }[] };
  /** What the actors said to each other on the way, for whoever watches. */
  messages: ActorMessage[];
  /** A reading asked for earlier is still to come, and somebody new waits for it: it is not left to its backoff. */
  asksAnew: boolean;
}

/** A reading this young has hardly been tried. */
const YOUNG_MS = 1000;

const asksAnew = ({ before, envelope, now }: DecisionBuilder): boolean => {
  const { type } = envelope.event;
  if (before === null || !(waitsForReading(type) || type === "payment.created" || type === "timer.fired")) return false;
  const { waiting, operation } = before.facts;
  const since = [
    ...waiting.filter(({ readingId }) => readingId !== null).map(({ at }) => at),
    // A call whose answer was lost is looked up.
    ...(operation === null ? [] : [operation.since]),
  ];
  // A clock that was set back must not make it young again.
  return since.some((at) => Math.abs(now - at) >= YOUNG_MS);
};

/** Whether anybody is still answered by the reading; a new payment attempt leaves the old one's to nobody. */
export const isAwaited = (record: OrderRecord | null, readingId: string): boolean => {
  if (record === null) return true;
  const { waiting, others } = record.facts;
  const isOfOther = (id: string | null) => id !== null && others.some((one) => one.readingId === id);
  // Whoever waits for the last of several readings waits for all of them.
  const areRead = waiting.some((one) => isOfOther(one.readingId));
  return (
    waiting.some((one) => one.readingId === readingId || one.besideId === readingId) ||
    (areRead && isOfOther(readingId))
  );
};

/** Cleared flags are kept for the reader, but not for ever. */
const KEPT_FLAGS = 20;

const raised = (builder: DecisionBuilder): { all: Flag[]; up: FlagName[]; down: FlagName[] } => {
  const considered = builder.guardContext();
  const before = builder.before?.flags ?? [];
  const standing = before.filter((f) => f.clearedAt === null);
  const holds = (Object.keys(flags) as FlagName[]).filter((name) => flags[name].test(considered));
  const up = holds.filter((name) => !standing.some((f) => f.flag === name));
  const down = standing.map((f) => f.flag).filter((name) => !holds.includes(name));
  const amounts = (flag: FlagName) => {
    const amount = (flags[flag] as FlagRule).amount?.(considered);
    return amount === undefined ? {} : { amount };
  };
  const changed = standing.some((f) => holds.includes(f.flag) && f.amount !== amounts(f.flag).amount);
  if (up.length === 0 && down.length === 0 && !changed) return { all: before, up, down };
  const cleared = standing.filter((f) => down.includes(f.flag)).map((f) => ({ ...f, clearedAt: builder.now }));
  return {
    all: [
      ...standing.filter((f) => !down.includes(f.flag)).map((f) => ({ ...f, ...amounts(f.flag) })),
      ...up.map((flag) => ({ flag, ...amounts(flag), raisedAt: builder.now, clearedAt: null })),
      ...[...before.filter((f) => f.clearedAt !== null), ...cleared].slice(-KEPT_FLAGS),
    ],
    up,
    down,
  };
};

/** Whoever opens the order in the shop sees it there as well. */
const noteFlags = (builder: DecisionBuilder, up: FlagName[]): void => {
  for (const flag of up) {
    const { note } = flags[flag] as FlagRule;
    if (note === undefined) continue;
    const surplus = surplusOf(builder.facts.others).map(({ id }) => id);
    const text = notes[note].replace("{bank}", () => builder.flow.bank).replace("{payment}", () => surplus.join(", "));
    const said = builder.effects.some(({ effect }) => "note" in effect && effect.note.startsWith(text));
    if (!said) builder.add({ type: "addOrderNote", note: text }, builder.now);
  }
};

export const finished = (builder: DecisionBuilder): Decision => {
  const { envelope, before, now, rules, facts, states } = builder;
  const { orderId } = envelope;
  const flagged = raised(builder);
  noteFlags(builder, flagged.up);
  const record: OrderRecord = {
    orderId,
    version: builder.seq,
    machine: { id: rules.registry.id, version: rules.registry.version, hash: structureHash(rules.registry) },
    states,
    facts,
    flags: flagged.all,
    timers: builder.timers,
    generation: builder.generation,
  };
  const entry: HistoryEntry = {
    orderId,
    seq: builder.seq,
    at: now,
    eventId: envelope.id,
    source: envelope.source,
    event: envelope.event,
    answers: builder.answers,
    from: builder.from,
    to: facts.order.status,
    ...withChild(facts.order.child),
    states,
    effects: builder.effects.map(({ id, effect }) => ({ id, type: effect.type })),
    raised: flagged.up,
    cleared: flagged.down,
  };
  return {
    record,
    entry,
    effects: builder.effects,
    timers: timersBetween(before, record),
    messages: builder.messages,
    asksAnew: asksAnew(builder),
  };
};

/** What becomes of the stored timers between two records of one order, however many decisions lie between them. */
export const timersBetween = (before: OrderRecord | null, after: OrderRecord): Decision["timers"] => {
  const { orderId, timers } = after;
  const earlier = before?.timers ?? {};
  const set = Object.entries(timers)
    .filter(([timer, { generation }]) => earlier[timer]?.generation !== generation)
    .map(([timer, { generation, at }]) => ({ orderId, timer, generation, at }));
  const cancel = Object.entries(earlier)
    .filter(([timer]) => timers[timer] === undefined)
    .map(([timer, { generation }]) => ({ timer, generation }));
  return { set, cancel };
};
