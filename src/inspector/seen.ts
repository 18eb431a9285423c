/** From the history to what a reader sees of it: one row for everything that happened, and what became of each. Pure. */
import type { Reading } from "../../machines/facts.js";
import { type FlagName, remedies } from "../../machines/flags.js";
import type { Answer, HistoryEntry, OrderRecord, States } from "../core/record.js";

export interface BasedOn {
  seq: number;
  at: number;
  reading: Reading;
}

export interface TimelineRow {
  entry: HistoryEntry;
  /** What was answered at once. */
  first: Answer | null;
  /** The last word, where it came with a later step. */
  later: { answer: Answer; seq: number; at: number } | null;
  /** Those who waited for this step and were answered by it. */
  told: { answer: Answer; about: HistoryEntry | null }[];
  /** The reading that the last word rests on; null = none was needed, or there was none yet. */
  basedOn: BasedOn | null;
  /** Something stood in its way, or is wrong. */
  trouble: boolean;
}

const readingIn = ({ event }: HistoryEntry): Reading | null => ("reading" in event ? event.reading : null);

const lastOf = (answers: Answer[], eventId: string): Answer | null =>
  answers.findLast((answer) => answer.eventId === eventId) ?? null;

/** What the outcome of a delivery is called, in one word of the table. */
export type OutcomeWord =
  | "moved"
  | "ignored"
  | "refused"
  | "deferred"
  | "held"
  | "duplicate"
  | "stale"
  | "asked"
  | "under-way"
  | "noted";

const marks: Record<string, OutcomeWord> = {
  duplicate: "duplicate",
  "stale-payment": "stale",
  "unknown-payment": "stale",
  "stale-timer": "stale",
  superseded: "stale",
  cooldown: "held",
  "reading-payment": "asked",
  "awaiting-gateway": "under-way",
  "outcome-unknown": "under-way",
  recorded: "noted",
};

export const markOf = ({ outcome, reason }: Pick<Answer, "outcome" | "reason">): OutcomeWord =>
  outcome === "moved" ? "moved" : (marks[reason ?? ""] ?? outcome);

const quiet = new Set<OutcomeWord>(["moved", "noted", "asked", "under-way", "deferred"]);

/** A callback that was compared with the payments of the order needs no reading to be turned down. */
const restsOnReading = (answer: Answer): boolean => !answer.rule?.startsWith("callback/");

export const rowsOf = (history: HistoryEntry[]): TimelineRow[] => {
  const byEvent = new Map(history.map((entry) => [entry.eventId, entry]));
  const later = new Map<string, NonNullable<TimelineRow["later"]>>();
  const readings: BasedOn[] = [];
  const readingAt = new Map<number, BasedOn | null>();
  for (const entry of history) {
    const reading = readingIn(entry);
    if (reading !== null) readings.push({ seq: entry.seq, at: entry.at, reading });
    readingAt.set(entry.seq, readings.at(-1) ?? null);
    for (const answer of entry.answers) {
      if (answer.eventId !== entry.eventId) later.set(answer.eventId, { answer, seq: entry.seq, at: entry.at });
    }
  }
  return history.map((entry): TimelineRow => {
    const first = lastOf(entry.answers, entry.eventId);
    const last = later.get(entry.eventId) ?? null;
    const told = entry.answers
      .filter((answer) => answer.eventId !== entry.eventId)
      .map((answer) => ({ answer, about: byEvent.get(answer.eventId) ?? null }));
    const word = last?.answer ?? first;
    const isReading = readingIn(entry) !== null;
    const rests = word !== null && word.outcome !== "deferred" && restsOnReading(word) && !isReading;
    const lost = /\.(unknown|refused)$/.test(entry.event.type);
    const trouble =
      lost ||
      entry.raised.length > 0 ||
      (!isReading && word !== null && word.outcome !== "moved" && !quiet.has(markOf(word)));
    return {
      entry,
      first,
      later: last,
      told,
      basedOn: rests ? (readingAt.get(last?.seq ?? entry.seq) ?? null) : null,
      trouble,
    };
  });
};

/** Deliveries of the same, one after the other, that came to the same end. */
export interface FoldedDeliveries {
  /** The deliveries themselves, at least three. */
  deliveries: TimelineRow[];
  /** With them the readings that they asked for, in the order of their steps. */
  rows: TimelineRow[];
}

/** Fewer are quicker read than opened. */
const WORTH_FOLDING = 3;

/** The last word on it. */
export const wordOf = (row: TimelineRow): Answer | null => row.later?.answer ?? row.first;
const stirs = ({ entry }: TimelineRow): boolean =>
  entry.from !== entry.to || entry.raised.length > 0 || entry.cleared.length > 0;

/** What two deliveries share that say the same, were answered the same, and changed nothing; null = something did. */
const sameness = (row: TimelineRow): string | null => {
  const { event, source, effects } = row.entry;
  const word = wordOf(row);
  if (stirs(row) || row.told.length > 0 || (word?.outcome !== "ignored" && word?.outcome !== "refused")) return null;
  const said = ["kind", "page", "paymentId", "via", "by", "timer"].map(
    (key) => (event as Record<string, unknown>)[key],
  );
  const asks = effects.map(({ type }) => type);
  return JSON.stringify([event.type, source, said, row.first?.rule, row.first?.reason, word.rule, word.reason, asks]);
};

/** A step that only answered deliveries of the fold, and each like the one before. */
const echo = (row: TimelineRow, deliveries: TimelineRow[]): string | null => {
  const own = new Set(deliveries.map(({ entry }) => entry.eventId));
  const { entry, told } = row;
  if (stirs(row) || told.length === 0 || !told.every(({ answer }) => own.has(answer.eventId))) return null;
  return JSON.stringify([entry.event.type, readingIn(entry)?.status, entry.effects.map(({ type }) => type)]);
};

const foldFrom = (rows: TimelineRow[], start: number): FoldedDeliveries | null => {
  const like = sameness(rows[start] as TimelineRow);
  if (like === null) return null;
  const fold: FoldedDeliveries = { deliveries: [], rows: [] };
  let heard: string | null = null;
  for (const row of rows.slice(start)) {
    if (sameness(row) === like) fold.deliveries.push(row);
    else {
      const now = echo(row, fold.deliveries);
      if (now === null || (heard !== null && heard !== now)) break;
      heard = now;
    }
    fold.rows.push(row);
  }
  return fold.deliveries.length < WORTH_FOLDING ? null : fold;
};

/** Rows as they are read: what came over and over in one, everything else by itself. */
const foldsOf = (rows: TimelineRow[]): (TimelineRow | FoldedDeliveries)[] => {
  const folded: (TimelineRow | FoldedDeliveries)[] = [];
  for (let i = 0; i < rows.length; ) {
    const fold = foldFrom(rows, i);
    folded.push(fold ?? (rows[i] as TimelineRow));
    i += fold?.rows.length ?? 1;
  }
  return folded;
};

/** One thing that happened, with the steps that only answered it. */
export interface Happening {
  row: TimelineRow;
  /** Readings and answers of the bank that this waited for. */
  steps: TimelineRow[];
}

/** What the bank says to somebody who waited for it is no change of its own. */
const onlyAnswers = ({ entry, told }: TimelineRow): boolean => told.length > 0 && entry.source === "gateway";

/** Whom a step is told with: the one that it moved, else the first that it answered. */
const askerOf = ({ told }: TimelineRow, shown: Map<number, Happening>): Happening | undefined =>
  [...told]
    .sort((a, b) => Number(b.answer.outcome === "moved") - Number(a.answer.outcome === "moved"))
    .map(({ about }) => shown.get(about?.seq ?? -1))
    .find((change) => change !== undefined);

/** A row for each change: what came over and over in one, and every answer with what it answers. */
export const changesOf = (rows: TimelineRow[]): (Happening | FoldedDeliveries)[] => {
  const shown = new Map<number, Happening>();
  const changes: (Happening | FoldedDeliveries)[] = [];
  for (const one of foldsOf(rows)) {
    if ("rows" in one) {
      changes.push(one);
      continue;
    }
    const asker = onlyAnswers(one) ? askerOf(one, shown) : undefined;
    if (asker !== undefined) {
      asker.steps.push(one);
      continue;
    }
    const change = { row: one, steps: [] };
    shown.set(one.entry.seq, change);
    changes.push(change);
  }
  return changes;
};

/** The order as it stood after one step, from the history alone. */
export interface Moment {
  seq: number;
  at: number;
  status: HistoryEntry["to"];
  /** The shop's own word for it. */
  child: string | undefined;
  states: States;
  flags: FlagName[];
  /** The payment as it had been read by then. */
  reading: BasedOn | null;
  /** Since when it had that status; null = the history does not reach back so far. */
  since: number | null;
}

export const isFlag = (name: string): name is FlagName => name in remedies;

/**
 * @param history up to and with the step
 * @param change the last of the status by then
 */
export const momentOf = (
  history: HistoryEntry[],
  record: OrderRecord,
  change: HistoryEntry | undefined,
): Moment | null => {
  const last = history.at(-1);
  if (last === undefined) return null;
  const raised = new Set<FlagName>();
  for (const { raised: up, cleared } of history) {
    for (const flag of up) raised.add(flag);
    for (const flag of cleared) raised.delete(flag);
  }
  const isNow = last.seq === record.version;
  const standing = isNow ? record.flags.filter((f) => f.clearedAt === null).map((f) => f.flag) : [...raised];
  const read = history.findLast((entry) => readingIn(entry) !== null);
  const reading = read === undefined ? null : readingIn(read);
  return {
    seq: last.seq,
    at: last.at,
    status: last.to,
    child: last.child,
    states: last.states,
    flags: standing.filter(isFlag),
    reading: read === undefined || reading === null ? null : { seq: read.seq, at: read.at, reading },
    since: change?.at ?? null,
  };
};
