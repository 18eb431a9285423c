/**
 * The whole space of order × payment × cooldown that can be reached, breadth first, under the abstraction of `fold.ts`
 * and two bounds. At most one event waits for a reading, or a callback and another or the customer's return. And while
 * a call is under way, the reading that is asked for comes at once, and so does the call's answer where it tells
 * nothing of the payment itself: no guard of a call asks who waits, what was read before it began may be read again
 * while it is under way, and the same order with the same event waiting is reached without the call as well. Where a
 * callback waits for the end of the call, that end is what comes.
 *
 * Every law is asked of every transition, and what breaks one is told with the shortest way there.
 */

import type { Rules } from "../../core/builder.js";
import { type Decision, decide as theDecide } from "../../core/decide.js";
import type { OrderRecord } from "../../core/record.js";
import { breachesOf } from "../decision/laws.js";
import { folded, forgetful, keyOf, later, NOW, ORDER } from "./fold.js";
import { bareAnswersTo, beginnings, movesFrom, type ReachableMove, readingsOf } from "./moves.js";

export interface ExploreOptions {
  rules: Rules;
  /** Name of the way of paying; null = paid another way. */
  gateway: string | null;
  decide?: typeof theDecide;
  /** Called for each state once, as it is found. `way` tells the way there: the shortest one, without `comesFirst`. */
  found?(record: OrderRecord, way: () => string[]): void;
  /** Asked of each state after that: true = what may come of it is looked at before the rest. */
  comesFirst?(record: OrderRecord): boolean;
  /** Asked before each state's moves: true = what was found is enough, and it goes no further. */
  enough?(): boolean;
  /** Asked of each state before its moves: false = nobody looks what may come of it. Left out, all of it is looked at. */
  goesOn?(record: OrderRecord): boolean;
}

export interface Explored {
  states: number;
  /** Decisions made, each of them held against every law. */
  transitions: number;
  /** The laws that broke first, each with the shortest way there: it goes no further than they do. */
  breaches: { law: string; way: string[] }[];
}

/** Where a decision is made: after the n-th state, by what then happened. */
interface Way {
  from: number;
  by: string;
}

const isAsked = ({ readingId }: { readingId: string | null }): boolean => readingId !== null;
const meets = new Set(["callback.received", "customer.returned"]);
const tooMany = ({ facts: { waiting } }: OrderRecord): boolean =>
  waiting.length > 2 ||
  (waiting.length === 2 && !(waiting.some(({ held }) => held) && waiting.every(({ type }) => meets.has(type))));

/** Nothing was changed, and so nothing was made anew. */
const isSame = (before: OrderRecord | null, { states, facts, timers }: OrderRecord): boolean =>
  before !== null && before.states === states && before.facts === facts && before.timers === timers;

export const explore = (options: ExploreOptions): Explored => {
  const { rules, gateway, decide = theDecide, found, comesFirst, enough, goesOn } = options;
  const known = new Set<string>();
  /** By the state's number; a record is let go once it was looked at. */
  const ways: Way[] = [];
  const open: (OrderRecord | null)[] = [];
  const first: number[] = [];
  const breaches = new Map<string, string[]>();
  let transitions = 0;

  const told = ({ from, by }: Way): string[] => (from < 0 ? [by] : [...told(ways[from] as Way), by]);

  const isNew = (record: OrderRecord, passing = ""): boolean => {
    const { size } = known;
    known.add(passing + keyOf(record));
    return known.size > size;
  };

  const reach = (record: OrderRecord, way: Way): void => {
    if (!isNew(record)) return;
    const kept = folded(record);
    ways.push(way);
    open.push(kept);
    found?.(kept, () => told(way));
    if (comesFirst?.(kept) === true) first.push(open.length - 1);
  };

  /** Null where nothing came of it but an error. */
  const decided = (before: OrderRecord | null, event: ReachableMove["event"], way: Way): OrderRecord | null => {
    transitions += 1;
    const breach = (law: string) => breaches.has(law) || breaches.set(law, told(way));
    let decision: Decision;
    try {
      decision = decide(before, { id: "e", orderId: ORDER, at: NOW, source: "shop", event }, NOW, rules);
    } catch (error) {
      breach((error as Error).message);
      return null;
    }
    if (before !== null)
      for (const { law, detail } of breachesOf({ before, decision, settings: rules.settings }))
        breach(`${law}: ${detail}`);
    return decision.record;
  };

  const happens = (before: OrderRecord | null, { event, name }: ReachableMove, from: number, by = ""): void => {
    const way = { from, by: by + name };
    const record = decided(before, event, way);
    if (record === null || tooMany(record) || isSame(before, record)) return;
    const { operation, waiting } = record.facts;
    if (operation === null) return reach(record, way);
    const underWay = before !== null && before.facts.operation !== null;
    if (waiting.some(isAsked)) return at(forgetful(folded(record)), way, readingsOf);
    if (waiting.length > 0) return reach(forgetful(later(record)), way);
    // What was read meanwhile matters only to an answer that tells nothing of the payment itself.
    if (underWay && event.type === "payment.read") return at(folded(record), way, bareAnswersTo);
    reach(forgetful(record), way);
  };

  /** What comes at once where a state is not kept for itself. */
  const at = (record: OrderRecord, { from, by }: Way, moves: (record: OrderRecord) => ReachableMove[]): void => {
    if (isNew(record, "passing ")) for (const move of moves(record)) happens(record, move, from, `${by}; then `);
  };

  for (const move of beginnings(gateway, rules.settings)) happens(null, move, -1);
  // What is beyond a broken law is no order's life any more.
  for (let next = 0; next < open.length && breaches.size === 0 && !enough?.(); ) {
    const state = first.pop() ?? next++;
    const record = open[state] ?? null;
    open[state] = null;
    if (record === null || goesOn?.(record) === false) continue;
    reach(later(record), { from: state, by: "time goes by" });
    for (const move of movesFrom(record)) happens(record, move, state);
  }
  return { states: open.length, transitions, breaches: [...breaches].map(([law, way]) => ({ law, way })) };
};
