/** Looks over the shoulders of store and shop, and writes down what it sees. */
import type { StateValue } from "xstate";
import type { HistoryEntry, OrderRecord } from "../../core/record.js";
import type { Shop } from "../../ports/shop.js";
import type { Change, Store } from "../../ports/store.js";
import type { SimulatedBank } from "./bank.js";
import { count, type Evidence } from "./evidence.js";

interface Watching {
  evidence: Evidence;
  bank: SimulatedBank;
  now(): number;
  tick(): number;
}

const stateIn = (value: StateValue): string => (typeof value === "string" ? value : JSON.stringify(value));

const line = (at: number, node: string, { orderId, seq, event, eventId, from, to, states, ...entry }: HistoryEntry) => {
  const answers = entry.answers.map(
    (a) => `${a.eventId === eventId ? "" : `${a.eventId} `}${a.outcome} ${a.rule ?? ""} ${a.reason ?? ""}`,
  );
  const effects = entry.effects.map(({ type }) => type).join(" ");
  const flags = [...entry.raised.map((flag) => `+${flag}`), ...entry.cleared.map((flag) => `-${flag}`)].join(" ");
  return `${at} ${node} ${orderId}#${seq} ${event.type} ${eventId}: ${from}>${to} (${stateIn(states.order)}, ${stateIn(states.cooldown)}) [${answers.join("; ")}] ${effects} ${flags}`;
};

/** Every commit that took place, in order, whoever made it. */
export const observedStore = (inner: Store, node: string, watching: Watching): Store => {
  const { evidence, bank, now, tick } = watching;
  const saw = (change: Change, before: OrderRecord | null): void => {
    const { record, history, effects, orderId } = change;
    const truth = bank.truthOf(record.facts.payment.id);
    const at = now();
    evidence.commits.push({ tick: tick(), at, orderId, node, before, record, history, effects, truth });
    for (const entry of history) evidence.log.push(line(at, node, entry));
  };
  return {
    ...inner,
    async commit(changes) {
      const before = await inner.load(changes.map(({ orderId }) => ({ orderId, eventIds: [] })));
      const results = await inner.commit(changes);
      for (const [i, change] of changes.entries()) {
        if (results[i] === "committed") saw(change, before[i]?.record ?? null);
        else {
          count(evidence.faults, "store conflict");
          evidence.points.add("another node was faster");
          evidence.log.push(`${now()} ${node} conflict on ${change.orderId}`);
        }
      }
      return results;
    },
    async claim(...asked) {
      const claimed = await inner.claim(...asked);
      if (claimed.some((row) => row.attempts > 1 && row.previousError === null))
        evidence.points.add("an effect was taken over from a worker that was gone");
      return claimed;
    },
    async postpone(rows) {
      evidence.points.add("an event waited in the inbox");
      return inner.postpone(rows);
    },
  };
};

export const observedShop = (inner: Shop, watching: Omit<Watching, "bank">): Shop => {
  const { evidence, now } = watching;
  return {
    async execute(orderId, effectId, effect) {
      const answer = await inner.execute(orderId, effectId, effect);
      const to = "to" in effect ? ` ${effect.from}>${effect.to}` : "";
      evidence.log.push(`${now()} shop ${effect.type} ${effectId}${to}: ${answer.kind}`);
      if (answer.kind === "conflict") {
        count(evidence.faults, "shop conflict");
        evidence.points.add("the shop has another status than was meant to change");
      }
      if (answer.kind === "retry") {
        count(evidence.faults, answer.detail.includes("before") ? "shop failed before" : "shop failed after");
      }
      return answer;
    },
    readStatus: (orderId) => inner.readStatus(orderId),
    ...(inner.readOrder && { readOrder: inner.readOrder }),
  };
};
