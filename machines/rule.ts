/** What a rule of `rules.ts` says, and the rules that each call to a bank has. */

export interface Rule {
  /** Document and section. */
  source: string;
  /** The document, in short and in our words; "-" where no document speaks of it. */
  doc: string;
  /** What we do, as a sentence. */
  rule: string;
}

export const own = "our own";
export const management = "003 Order Management with Resurs Bank Plugin";

export const r = (source: string, doc: string, rule: string): Rule => ({ source, doc, rule });
export const outcome = (what: string) => ({
  unknown: r(own, "-", `The answer to the ${what} was lost, so the payment is read before anything is sent again.`),
  "read-back": r(own, "-", `The answer to the ${what} was lost, and the payment shows that it took effect.`),
  again: r(own, "-", `The payment shows no ${what}, so the same call is sent again.`),
  waits: r(
    own,
    "-",
    `The payment shows no ${what} yet, and the bank may still carry it out, so the payment is read again before anything is sent.`,
  ),
  "refused-after-loss": r(
    own,
    "-",
    `The bank refused the repeated ${what}; the payment is read, because the first call may have taken effect.`,
  ),
  "ended-by-person": r(own, "-", `Somebody ended the wait for the ${what}, and the payment shows none.`),
  "given-up": r(own, "-", `The ${what} failed after several attempts, so the order stays as it was.`),
  refused: r(
    management,
    "each action is logged in the order notes",
    `The bank refused the ${what}, so the order stays as it was.`,
  ),
});
/** The rules of a table, each with the prefix before its name. */
export const named = <P extends string, N extends string>(prefix: P, table: Record<N, Rule>) =>
  Object.fromEntries(Object.entries<Rule>(table).map(([name, rule]) => [`${prefix}/${name}`, rule])) as Record<
    `${P}/${N}`,
    Rule
  >;
