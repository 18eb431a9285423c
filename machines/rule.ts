/** What a rule of `rules.ts` says, and the rules that each call to a bank has. */

export interface Rule {
  /** Document and section. */
  source: string;
  /** The document, in short and in our words; "-" where no document speaks of it. */
  doc: string;
  /** What we do, as a clause that can follow "Because:". */
  rule: string;
}

export const own = "our own";

export const r = (source: string, doc: string, rule: string): Rule => ({ source, doc, rule });
export const outcome = (source: string, what: string) => ({
  unknown: r(own, "-", `the answer to the ${what} was lost, so the payment is read back before anything is sent again`),
  "read-back": r(own, "-", `the answer to the ${what} was lost, and the payment that was read back shows its effect`),
  again: r(own, "-", `the payment that was read back shows no ${what}, so the same call goes out again`),
  waits: r(
    own,
    "-",
    `the payment shows no ${what} yet, and the bank may still make it, so it is read again before anything is sent`,
  ),
  "refused-after-loss": r(
    own,
    "-",
    `the bank refused the repeated ${what}; the payment is read, because the first call may have taken effect`,
  ),
  "ended-by-person": r(own, "-", `a person ended the wait for the ${what}, and the payment shows none`),
  "given-up": r(own, "-", `the ${what} did not happen after several attempts, so the order stays what it was`),
  refused: r(
    source,
    "a failed action is written to the order notes",
    `the bank refused the ${what}, so the order stays what it was`,
  ),
});
/** The rules of a table, each with the prefix before its name. */
export const named = <P extends string, N extends string>(prefix: P, table: Record<N, Rule>) =>
  Object.fromEntries(Object.entries<Rule>(table).map(([name, rule]) => [`${prefix}/${name}`, rule])) as Record<
    `${P}/${N}`,
    Rule
  >;
