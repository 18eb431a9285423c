/** What a recorded row and an answer of `decide` are compared by. */
import type { Row } from "./rows.js";

/**
 * - done: the question is answered, whether anything changed or not
 * - refused: whoever asked was told no, and nothing changed
 * - held: a callback waits for the cooldown to end
 * - open: the bank did not answer, and is going to be asked again
 */
export type Says = "done" | "refused" | "held" | "open";

/** A row says as much as was recorded; what it does not say is not compared. */
export interface End {
  /** The status in the end: after the bank's answer where money had to be asked for first. */
  status?: string;
  says: Says;
  /** Every call that moves money, in major units: `capture 200`. */
  money?: string[];
  /** How long the customer's link is good for. */
  linkMinutes?: number;
}

interface Effect {
  type: string;
  amount?: number;
}

/** An answer of `decide`, as far as it is compared. */
export interface Answer {
  outcome: string;
  to: string;
  reason: string | null;
  expires?: string;
  effects: Effect[];
  end: { outcome: string; to: string; reason: string | null; effects: Effect[] };
  error?: { message: string };
}

/** One question to `decide`: a row asks one, or several where it leaves something open. */
export interface Question {
  line: Row & { order: Row & { status: string } };
  theirs: End;
  /** The row is about the moment after the wait, as the job is that a Nets webhook schedules. */
  afterTheWait?: boolean;
}

const calls: Record<string, string> = {
  capturePayment: "capture",
  cancelPayment: "cancel",
  refundPayment: "refund",
  addOrderLines: "reserve",
};
const moneyIn = (effects: Effect[]): string[] =>
  effects.flatMap(({ type, amount }) => (calls[type] === undefined ? [] : [`${calls[type]} ${amount}`]));

const saysOf = ({ outcome, reason }: Pick<Answer, "outcome" | "reason">): Says => {
  if (outcome === "refused") return "refused";
  if (outcome !== "deferred") return "done";
  return reason === "cooldown" ? "held" : "open";
};

/** Our end of the same story, with the reason where we did not simply do it. */
export const endOf = ({ line, afterTheWait }: Question, answer: Answer): End & { reason: string | null } => {
  // The command names the field whose word it does not take: no decision at all.
  if (answer.error !== undefined) {
    return { status: line.order.status, says: "refused", reason: `no such ${answer.error.message.split(":")[0]}` };
  }
  const isHeld = saysOf(answer) === "held" && afterTheWait !== true;
  const { to: status, outcome, reason } = isHeld ? answer : answer.end;
  const money = moneyIn(isHeld ? answer.effects : [...answer.effects, ...answer.end.effects]);
  const linkMinutes = answer.expires === undefined ? undefined : (Date.parse(answer.expires) - NOW) / 60_000;
  const says = saysOf({ outcome, reason });
  return { status, says, money, linkMinutes, reason: says === "refused" || says === "open" ? reason : null };
};

/** The moment at which every line is asked. */
export const NOW = Date.parse("2026-11-21T12:00:00.000Z");

/** The fields in which they differ. */
export const unlike = (theirs: End, ours: End): string[] =>
  (Object.keys(theirs) as (keyof End)[]).filter(
    (field) => theirs[field] !== undefined && String(theirs[field]) !== String(ours[field]),
  );

/** An end in a few words, by which a difference names the pairs that it stands for: `refused on-hold (no-payment)`. */
export const inWords = (end: End & { reason?: string | null }, compared: End): string =>
  [
    end.says,
    ...(compared.status === undefined ? [] : [end.status]),
    ...(compared.money === undefined ? [] : (end.money ?? [])),
    ...(end.reason == null ? [] : [`(${end.reason})`]),
  ].join(" ");
