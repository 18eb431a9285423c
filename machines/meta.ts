import type { Reason } from "./reasons.js";
import type { RuleId } from "./rules.js";

/** What a state or a transition says of itself. */
export interface Meta {
  /** A state, in plain words. */
  says?: string;
  /** The reason class with which a state refuses every merchant action it has no branch for. */
  refuses?: Reason;
  /** The row of docs/rules.md that a transition carries out. */
  rule?: RuleId;
  /** Why a documented no-op does nothing. */
  reason?: Reason;
  /** What the branch means for whoever asked. */
  outcome?: BranchOutcome;
}

/**
 * Of a call to the bank: `again`, it goes out once more; `failed`, the bank refused it; `not-confirmed`, nobody knows of
 * any effect, and it counts as not done; `under-way`, its end decides, and
 * what came meanwhile changes nothing; `done-before`, the books are as the merchant asked, whoever did it;
 * `done-late`, a refund that was pending is done; `order-changed`, it was not sent, as the shop has another order.
 * `terminal`: the order is over.
 */
export type BranchOutcome =
  | "again"
  | "failed"
  | "not-confirmed"
  | "under-way"
  | "done-before"
  | "done-late"
  | "order-changed"
  | "terminal";
