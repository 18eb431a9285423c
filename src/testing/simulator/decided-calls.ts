/** What was decided: each call that moves money, and each status that the engine chose. */

import type { Committed, Evidence, LedgerEntry } from "./evidence.js";
import type { Lived } from "./life.js";

export interface Decided {
  commit: Committed;
  effect: { type: string; amount: number; lines?: unknown; all?: boolean };
}

/** By the evidence of a life that has ended. */
const known = new WeakMap<Evidence, Map<string, Decided[]>>();

/** Every decision to make this call, oldest first; tried again, the same key comes again. */
export const decisionsOf = (
  evidence: Evidence,
  { paymentId, key }: Pick<LedgerEntry, "paymentId" | "key">,
): Decided[] => {
  const calls = known.get(evidence) ?? decidedCalls(evidence);
  known.set(evidence, calls);
  return calls.get(`${paymentId} ${key}`) ?? [];
};

const decidedCalls = ({ commits }: Evidence): Map<string, Decided[]> => {
  const calls = new Map<string, Decided[]>();
  for (const commit of commits) {
    for (const { effect } of commit.effects) {
      if (!("key" in effect)) continue;
      const key = `${effect.paymentId} ${effect.key}`;
      calls.set(key, [...(calls.get(key) ?? []), { commit, effect }]);
    }
  }
  return calls;
};

/** Commits in which one of our orders came to a status that the engine chose itself. */
export const entered = ({ evidence }: { evidence: Evidence }, status: string): Committed[] =>
  evidence.commits.filter(
    ({ before, record, history }) =>
      before !== null &&
      before.facts.payment.gateway !== null &&
      before.facts.order.status !== status &&
      record.facts.order.status === status &&
      // What another hand wrote during a call is followed at its end.
      before.facts.operation?.seen !== status &&
      !history.some(({ event }) => event.type === "order.seen" || event.type === "shop.conflicted"),
  );

/** What the shop had said last of the order's total, in minor units, up to an entry of its history. */
export const toldTotal = ({ after }: Lived, orderId: string, seq: number): number | undefined =>
  after
    .find((end) => end.orderId === orderId)
    ?.history.flatMap((entry) => {
      const { event } = entry;
      const told = event.type === "order.placed" || event.type === "order.updated" ? event.order?.total : undefined;
      return entry.seq > seq || told === undefined ? [] : [told];
    })
    .at(-1);

/** Whether a reading was decided upon in between: a node that stood still may have two, and decide on the older one first. */
export const tookOne = ({ commits }: Evidence, orderId: string, from: number, to: number): boolean =>
  commits.some(
    ({ orderId: id, tick, history }) =>
      id === orderId && tick > from && tick < to && history.some(({ event }) => /^payment[.]read/.test(event.type)),
  );
