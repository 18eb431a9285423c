/** Whether a person holds the order, as its history tells it. */
import type { HistoryEntry } from "../../core/record.js";

const byPerson = ({ event, answers }: HistoryEntry): boolean =>
  ["merchant.held", "order.seen", "shop.conflicted"].includes(event.type) ||
  answers.some(({ type, outcome }) => type === "merchant.held" && outcome === "moved");

/** @param history up to the moment that is asked about */
export const isHeldByPerson = (history: HistoryEntry[]): boolean => {
  const { from, to, ...since } = history.findLast((entry) => entry.from !== entry.to) ?? {};
  const wasPaid = from === "processing" || from === "completed";
  return to === "on-hold" && wasPaid && byPerson(since as HistoryEntry);
};
