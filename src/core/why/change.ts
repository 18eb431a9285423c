/** Who gave the order its status, and when. An entry that changed nothing is nobody's doing. */
import type { Answer, HistoryEntry } from "../record.js";

/** The last entry that changed the status; undefined = it is not among these. */
export const changeIn = (history: readonly HistoryEntry[]): HistoryEntry | undefined =>
  history.findLast(({ from, to }) => from !== to);

const movedIn = (change: HistoryEntry | undefined): Answer | undefined =>
  change?.answers.findLast(({ outcome, rule }) => outcome === "moved" && rule !== null);

/** The bank's answer moved it; whoever made us ask is the cause. */
const askedIn = (history: readonly HistoryEntry[], change: HistoryEntry): HistoryEntry | undefined => {
  const moved = movedIn(change);
  return moved === undefined ? change : history.find(({ eventId }) => eventId === moved.eventId);
};

/** By which rule, and who set it off; null = that is not known. */
export const movedBy = (
  history: readonly HistoryEntry[],
): { rule: Answer["rule"]; by: HistoryEntry["source"] | null } => {
  const change = changeIn(history);
  if (change === undefined) return { rule: null, by: null };
  return { rule: movedIn(change)?.rule ?? null, by: (askedIn(history, change) ?? change).source };
};

/** Whether these reach back to the change, and to whoever set it off. */
export const reachesCause = (history: readonly HistoryEntry[]): boolean => {
  const change = changeIn(history);
  return change !== undefined && askedIn(history, change) !== undefined;
};

/** Whether an entry from before all that is known says something of the order as it stands. */
export const tells = ({ from, to, answers }: HistoryEntry): boolean =>
  from !== to || answers.some(({ type }) => type.startsWith("merchant."));
