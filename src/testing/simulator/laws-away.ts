/** A bank that was away: what waited for it is right soon after it is back, and at once where somebody asks. */

import type { HistoryEntry } from "../../core/record.js";
import { limits } from "../../runtime/embedded/limits.js";
import type { OrderEnd } from "./evidence.js";
import type { Finding, Law } from "./laws.js";
import type { Lived } from "./life.js";
import { MINUTE, type Script, type ScriptStep, SECOND, T0 } from "./script.js";

/** The backoff's cap, the rest of the open breaker, and a little for the way there and back. */
export const BACK_WITHIN = limits.longestAwayMs + limits.breakMs + MINUTE;
const ASKED_WITHIN = limits.askedAnewMs + limits.breakMs + 30 * SECOND;

const otherTrouble = new Set<ScriptStep["do"]>([
  "bankFault",
  "stale",
  "shopFault",
  "storeFault",
  "slowStore",
  "kill",
  "pause",
]);

/** When the bank is back, in a life in which nothing else goes wrong; null = this is another life. */
const backAt = ({ steps }: Script): number | null => {
  const [away, ...more] = steps.filter((step) => step.do === "away");
  if (away === undefined || more.length > 0 || steps.some((step) => otherTrouble.has(step.do))) return null;
  return T0 + away.at + away.for;
};

const each = (lived: Lived, find: (end: OrderEnd, back: number) => string | null): Finding[] => {
  const back = backAt(lived.script);
  if (back === null) return [];
  return lived.after.flatMap((end) => {
    const detail = find(end, back);
    return detail === null ? [] : [{ orderId: end.orderId, detail }];
  });
};

/** A callback may be held, and a timer speaks for those that were. */
const notAsking = new Set<string>(["callback.received", "timer.fired"]);

const answered = (history: HistoryEntry[], readingId: string): HistoryEntry | undefined =>
  history.find(({ event }) => "effectId" in event && event.effectId === readingId);

const lateAfterwards = ({ history }: OrderEnd, back: number): string | null => {
  for (const { at, effects } of history) {
    if (at >= back) break;
    for (const { id, type } of effects) {
      const answer = type === "readPayment" || type === "readBack" ? answered(history, id) : undefined;
      // Without an answer it was superseded; one that waits for ever is another law's.
      if (answer !== undefined && answer.at > back + BACK_WITHIN)
        return `${type} ${id} came ${Math.round((answer.at - back) / SECOND)} s after the bank was back`;
    }
  }
  return null;
};

const keptWaiting = ({ history }: OrderEnd, back: number): string | null => {
  for (const [i, { at, eventId, event, answers }] of history.entries()) {
    const own = answers.find((answer) => answer.eventId === eventId);
    const money = typeof history[i - 1]?.states.order === "object";
    if (at < back || money || notAsking.has(event.type) || own?.reason !== "reading-payment") continue;
    const read = history.find(
      (one) => one.event.type === "payment.read" && one.answers.some((a) => a.eventId === eventId),
    );
    const waited = (read?.at ?? Number.POSITIVE_INFINITY) - at;
    if (waited > ASKED_WITHIN) return `${event.type} ${eventId} waited ${Math.round(waited / SECOND)} s for a reading`;
  }
  return null;
};

export const awayLaws: readonly Law[] = [
  {
    name: "right-when-the-bank-is-back",
    says: "what waited for a bank that was away is answered within the backoff's cap after it is back",
    source: "docs/operating.md, A dead letter; fault model I12",
    broken: (lived) => each(lived, lateAfterwards),
  },
  {
    name: "asked-anew",
    says: "whoever asks once the bank is back has the payment read within seconds, however far off the next try was",
    source: "docs/operating.md, A dead letter; seed 003, Callbacks, 2",
    broken: (lived) => each(lived, keptWaiting),
  },
];
