/** What each page shows, gathered from the half of the door that changes nothing. */
import type { Command } from "../../machines/events.js";
import type { HistoryEntry, OrderRecord } from "../core/record.js";
import { changeIn } from "../core/why/change.js";
import { historyBack } from "../ports/history-back.js";
import { NotOffered, type Queries } from "../ports/runtime.js";
import { chartsOf, overviewLit, wayOf } from "./chart.js";
import { maskedWhy } from "./mask.js";
import type { OrderSeen } from "./pages/order.js";
import type { Problems } from "./pages/problems.js";
import type { MachinesSeen } from "./pages/way.js";
import { momentOf, rowsOf } from "./seen.js";
import type { Words } from "./words/words.js";

/** More than anybody reads at once; whoever goes further back asks for it. */
const STEPS = 200;
export const PROBLEMS = 100;

/** What a merchant may ask for, in the order of a usual life. */
const merchantEvents = [
  "merchant.processed",
  "merchant.completed",
  "merchant.captured",
  "merchant.released",
  "merchant.refunded",
  "merchant.held",
  "merchant.cancelled",
  "merchant.failed",
  "merchant.reopened",
  "merchant.recalculated",
  "merchant.endedWait",
  "merchant.acknowledged",
] as const satisfies Command["type"][];

export const actable = [...merchantEvents, "reconcile.asked"] as const;
export type Actable = (typeof actable)[number];

/** @throws Error where it is more than that the runtime does not offer it */
export const offered = async <T>(ask: () => Promise<T>, missing: (why: string) => void): Promise<T | null> => {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof NotOffered)) throw error;
    missing(error.message);
    return null;
  }
};

/** Counting a million orders takes the store a tenth of a second, and every open page asks every two. */
const COUNTED_FOR_MS = 10_000;

export const countsKept = (queries: Queries): (() => ReturnType<Queries["health"]>) => {
  let counted: { at: number; health: ReturnType<Queries["health"]> } | null = null;
  return () => {
    const now = performance.now();
    if (counted === null || now - counted.at > COUNTED_FOR_MS) counted = { at: now, health: queries.health() };
    return counted.health;
  };
};

export const problemsOf = async (queries: Queries, health: Queries["health"]): Promise<Problems> => {
  let notOffered: string | null = null;
  const missing = (why: string) => {
    notOffered = why;
  };
  const latest = { before: null };
  const [{ ok, counts, damaged }, unfinished, flagged, parked] = await Promise.all([
    health(),
    offered(() => queries.unfinished(PROBLEMS), missing),
    offered(() => queries.list({ flagged: true, latest, limit: PROBLEMS }), missing),
    offered(() => queries.list({ parked: true, latest, limit: PROBLEMS }), missing),
  ]);
  const shown = { flagged: flagged ?? [], parked: parked ?? [], limit: PROBLEMS };
  return { ok, counts, damaged, notOffered, unfinished, ...shown };
};

const verdictsOn = async (queries: Queries, orderId: string): Promise<OrderSeen["verdicts"]> =>
  Promise.all(merchantEvents.map(async (type) => ({ type, verdict: await queries.can(orderId, { type }) })));

export interface OrderAsked {
  /** The step after which the order is shown; null = now. */
  at: number | null;
  troubleOnly: boolean;
  /** What has just been done, in words. */
  done: (record: OrderRecord, history: HistoryEntry[]) => string | null;
}

/** The machines of an order with the path that it took, up to the step; null = no such order. */
export const machinesSeen = async (
  queries: Queries,
  orderId: string,
  at: number | null,
  words: Words,
): Promise<MachinesSeen | null> => {
  const record = await queries.read(orderId);
  if (record === null) return null;
  const seq = Math.min(Math.max(1, at ?? record.version), record.version);
  const first = Math.max(0, seq - STEPS);
  const history = (await queries.history(orderId, first, seq - first)).filter((entry) => entry.seq <= seq);
  const last = history.at(-1);
  if (last === undefined) return null;
  const { gateway } = record.facts.payment;
  return { orderId, gateway, charts: await chartsOf({ gateway, history, states: last.states }, words) };
};

export const orderSeen = async (
  queries: Queries,
  orderId: string,
  { at, troubleOnly, done }: OrderAsked,
  words: Words,
  path: string,
): Promise<OrderSeen | null> => {
  const record = await queries.read(orderId);
  if (record === null) return null;
  const seq = Math.min(Math.max(1, at ?? record.version), record.version);
  const now = seq === record.version && at === null;
  const first = Math.max(0, seq - STEPS);
  const [found, effects, parked] = await Promise.all([
    queries.history(orderId, first, seq - first),
    now ? queries.effectsOf(orderId) : [],
    queries.parked(orderId),
  ]);
  // What was committed between the two looks belongs to the next one.
  const history = found.filter((entry) => entry.seq <= seq);
  const isDated = now || changeIn(history) !== undefined;
  const back = isDated ? history : await historyBack(seq, (...page) => queries.history(orderId, ...page));
  const moment = momentOf(history, record, changeIn(back));
  if (moment === null) return null;
  const verdicts = now && parked === null ? await verdictsOn(queries, orderId) : [];
  const start = history[0]?.seq ?? 1;
  return {
    record,
    moment,
    now,
    rows: rowsOf(history),
    troubleOnly,
    earlier: start === 1 ? null : { href: first === 0 ? null : `${path}?at=${start}` },
    effects,
    told: now ? maskedWhy(await queries.why(orderId)) : null,
    overview: await overviewLit({ gateway: record.facts.payment.gateway, history, states: moment.states }, words),
    way: wayOf(history),
    verdicts,
    done: done(record, history),
  };
};
