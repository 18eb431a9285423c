/** Whether a person holds the order, as its history tells it. */
import type { HistoryEntry } from "../../core/record.js";
import type { Committed } from "./evidence.js";
import { holdsMoney } from "./table.js";

const byPerson = ({ event, answers }: HistoryEntry): boolean =>
  ["merchant.held", "order.seen", "shop.conflicted"].includes(event.type) ||
  answers.some(({ type, outcome }) => type === "merchant.held" && outcome === "moved");

/** Whether the bank had been seen to have the order's money when this was decided. */
const wasSeenPaid = (entry: HistoryEntry, commits: Committed[]): boolean => {
  const { before, history = [] } = commits.find((commit) => commit.history.includes(entry)) ?? {};
  if (before == null) return false;
  const { payment } = before.facts;
  const readings = history.flatMap(({ seq, event }) =>
    seq < entry.seq && event.type === "payment.read" && event.reading.paymentId === payment.id ? [event.reading] : [],
  );
  return holdsMoney({ payment: readings.at(-1) ?? payment });
};

/** @param history up to the moment that is asked about */
export const isHeldByPerson = (history: HistoryEntry[], commits: Committed[]): boolean => {
  const held = history.findLast(({ from, to }) => from !== to);
  if (held === undefined || held.to !== "on-hold" || !byPerson(held)) return false;
  const wasPaid = held.from === "processing" || held.from === "completed";
  return wasPaid || (held.from !== "checkout-draft" && wasSeenPaid(held, commits));
};
