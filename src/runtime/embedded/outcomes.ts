/** What came of an attempt; and its failure for the log: with the order, and once for as long as it stays the same. */
import type { OrderEvent } from "../../../machines/events.js";
import { type Log, redacted } from "../../ports/log.js";
import { RecentMap } from "../../ports/recent.js";
import type { ClaimedEffect } from "../../ports/stored.js";

export type AttemptOutcome =
  | { kind: "done" }
  /** A reply, which becomes an event of the order; `how` makes the event's id its own. */
  | { kind: "event"; how: string; event: OrderEvent }
  | { kind: "retry"; notBefore: number; error: string }
  /** Nothing was tried: the bank is left alone for a while. */
  | { kind: "paused"; notBefore: number; error: string }
  /** Not carried out: whoever has it by now carries it out. */
  | { kind: "left" }
  | { kind: "dead"; error: string };
/** `at`: when the attempt was begun that brought the reply. */
export type AttemptResult =
  | Exclude<AttemptOutcome, { kind: "event" }>
  | (Extract<AttemptOutcome, { kind: "event" }> & { at: number });

const failureIn = (came: AttemptOutcome): { detail: string; says: string } | null => {
  if (came.kind === "retry") return { detail: came.error, says: "a call failed and is tried again" };
  if (came.kind !== "event") return null;
  const { event } = came;
  if ("reading" in event && event.reading?.taskCompleted === "unavailable") {
    const says = "the bank did not say whether the customer's task is completed";
    return { detail: "taskCompleted: unavailable", says };
  }
  if (!("detail" in event && "effectId" in event)) return null;
  const says = event.type.endsWith(".refused") ? "the bank refused a call" : "the bank's answer to a call was lost";
  return { detail: event.detail, says };
};

/** Effects of which it is kept how they failed last. */
const MOST = 1000;

/** A bank may be away for days: what failed in the same way before is not told again. */
export class FailureLog {
  private readonly last = new RecentMap<string, string>(MOST);

  private readonly log: Log;

  /** What a bank or a shop says may be about a person. */
  constructor(log: Log) {
    this.log = redacted(log);
  }

  tell({ id, orderId, effect }: ClaimedEffect, came: AttemptOutcome): void {
    const failure = failureIn(came);
    if (failure === null || failure.detail === this.last.get(id)) return;
    this.last.set(id, failure.detail);
    this.log.warn({ orderId, effect: id, type: effect.type, detail: failure.detail }, failure.says);
  }
}
