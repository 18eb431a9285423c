/** What became of an event, in one or two short sentences; and what would become of it. */
import type { Effect } from "../../../machines/effects.js";
import type { OrderEvent } from "../../../machines/events.js";
import type { OrderStatus, Reading } from "../../../machines/facts.js";
import type { HistoryEntry } from "../record.js";
import { money, type Pair, type Said, said, statusNames, tongues, withOwn } from "./words.js";

/** What the bank moved for an event, in minor units. */
export interface Moved {
  what: "captured" | "canceled" | "refunded";
  amount: number;
}

const movedBy: Partial<Record<OrderEvent["type"], Moved["what"]>> = {
  "capture.confirmed": "captured",
  "cancel.confirmed": "canceled",
  "refund.confirmed": "refunded",
};

const readingIn = (event: OrderEvent): Reading | null => ("reading" in event ? event.reading : null);

/**
 * The call that ended with the event, as the readings before and after it tell.
 * @param entries of one order, oldest first
 * @returns null where no money moved, or where it cannot be told how much
 */
export const movedFor = (entries: HistoryEntry[], eventId: string): Moved | null => {
  const at = entries.findIndex(({ answers }) =>
    answers.some((answer) => answer.eventId === eventId && answer.outcome === "moved"),
  );
  const event = entries[at]?.event;
  const what = event === undefined ? undefined : movedBy[event.type];
  const after = event === undefined ? null : readingIn(event);
  if (what === undefined || after === null) return null;
  const readings = entries.slice(0, at).map((entry) => readingIn(entry.event));
  const before = readings.findLast((reading) => reading?.paymentId === after.paymentId);
  if (before == null) return null;
  const amount = after[what] - before[what];
  return amount > 0 ? { what, amount } : null;
};

const moved: Record<Moved["what"], Pair> = {
  captured: ["Captured {sum}.", "{sum} har debiterats."],
  canceled: ["Released {sum}.", "{sum} har avbokats."],
  refunded: ["Refunded {sum}.", "{sum} har återbetalats."],
};

const inBoth = (text: (tongue: keyof Said) => string): Said =>
  Object.fromEntries(tongues.map((tongue) => [tongue, text(tongue)])) as Said;
const sumOf = (minor: number, currency: string): Said => inBoth((tongue) => money(minor, currency, tongue));
const nameOf = (status: OrderStatus, child?: string): Said => said(withOwn(statusNames[status], status, child));
const joined = (parts: Said[]): Said => inBoth((tongue) => parts.map((part) => part[tongue]).join(" "));

/**
 * Of an event that moved the order, or moved money and left the status as it was.
 * @param child of the shop's own statuses the one that was asked for
 */
export const resultSaid = (
  { from, to, child }: { from: OrderStatus | null; to: OrderStatus; child?: string },
  { money, currency }: { money: Moved | null; currency: string },
): Said => {
  const now: Pair =
    from === to && child === undefined
      ? ["Order is still {status}.", "Ordern har fortfarande statusen {status}."]
      : ["Order is now {status}.", "Ordern har nu statusen {status}."];
  const status = said(now, { status: nameOf(to, child) });
  if (money === null) return status;
  return joined([said(moved[money.what], { sum: sumOf(money.amount, currency) }), status]);
};

const would: Partial<Record<Effect["type"], Pair>> = {
  capturePayment: ["This captures {sum}.", "Detta debiterar {sum}."],
  cancelPayment: ["This releases {sum}.", "Detta avbokar {sum}."],
  refundPayment: ["This refunds {sum}.", "Detta återbetalar {sum}."],
  addOrderLines: ["This changes the payment to {sum}.", "Detta ändrar betalningen till {sum}."],
};

/** Of an event that would be taken. */
export const previewSaid = (
  { from, to, child }: { from: OrderStatus | null; to: OrderStatus | null; child?: string },
  effects: Effect[],
  currency: string,
): Said => {
  const calls = effects.flatMap((effect) => {
    const pair = would[effect.type];
    return pair !== undefined && "amount" in effect ? [said(pair, { sum: sumOf(effect.amount, currency) })] : [];
  });
  const status = to ?? from;
  if (status === null) return joined(calls);
  const then: Pair =
    status === from && child === undefined
      ? ["The order stays {status}.", "Ordern behåller statusen {status}."]
      : calls.length > 0
        ? ["The order becomes {status} once the bank confirms.", "Ordern får statusen {status} när banken bekräftar."]
        : ["The order becomes {status}.", "Ordern får statusen {status}."];
  return joined([...calls, said(then, { status: nameOf(status, child) })]);
};
