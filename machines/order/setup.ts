/** The vocabulary of the order machine, and the words that keep its tables at one line a branch. */
import { setup } from "xstate";
import { actions, type EffectParams, type NoteKey } from "../effects.js";
import type { OrderEvent } from "../events.js";
import { type GuardContext, type GuardName, guards, nextLookIn } from "../guards.js";
import { linkEndsIn } from "../link.js";
import type { BranchOutcome, Meta } from "../meta.js";
import type { Reason } from "../reasons.js";
import type { RuleId } from "../rules.js";

export const orderSetup = setup({
  types: {
    context: {} as GuardContext,
    events: {} as OrderEvent | { type: "customer.failed" | "customer.signed" | "customer.unproven" | "surplus.found" },
    meta: {} as Meta,
  },
  guards,
  actions,
  delays: {
    linkLifetime: ({ context }) => linkEndsIn(context),
    /** Until the payment is read again for the effect of a call whose answer was lost. */
    nextLook: ({ context }) => nextLookIn(context),
  },
});

/** A row of a table: a misspelt name is told in its own line. */
export interface Branch {
  guard?: GuardName;
  target?: string;
  reenter?: boolean;
  actions?: unknown;
  meta: Meta;
}

/** The shop is told the status, with this order note. */
export const status = (note: NoteKey): { type: "setStatus"; params: EffectParams } => ({
  type: "setStatus",
  params: { note },
});
/** The order keeps its status, and gets this note. */
export const note = (note: NoteKey): { type: "addNote"; params: EffectParams } => ({
  type: "addNote",
  params: { note },
});
/** The row of docs/rules.md that a branch carries out, and the reason class of one that does nothing. */
export const rule = (rule: RuleId, reason?: Reason): { meta: Meta } => ({
  meta: reason === undefined ? { rule } : { rule, reason },
});
/** The row of a branch that says what became of a call, or that the order is over. */
export const outcome = (outcome: BranchOutcome, rule: RuleId): { meta: Meta } => ({ meta: { rule, outcome } });
