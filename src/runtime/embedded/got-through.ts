/**
 * A try of a call that moves money, answered with "ask again later" by what stands before the bank, and not by the bank
 * itself: it may have passed the call on. So a no to a later try may mean that the first one was carried out, and it is
 * believed only once the payment was read back.
 *
 * It is remembered at the end of the error that is kept with the effect, so neither a restart nor another error in
 * between forgets it.
 */
import { quoted } from "../../../machines/text.js";
import type { GatewayAnswer } from "../../ports/gateway.js";
import type { ClaimedEffect } from "../../ports/store.js";
import { LONGEST_ERROR } from "./second-word.js";

const MAY_HAVE_IT = "; the bank may have it all the same";

/** Whether the bank may have an earlier try of this call. */
export const mayHaveIt = ({ previousError }: Pick<ClaimedEffect, "previousError">): boolean =>
  previousError?.endsWith(MAY_HAVE_IT) ?? false;

const marked = (error: string): string => quoted(error, LONGEST_ERROR - MAY_HAVE_IT.length) + MAY_HAVE_IT;

/** What is kept of this try, without a word that says otherwise. */
export const triedWith = ({ certain, detail }: Extract<GatewayAnswer, { kind: "retry" }>): string =>
  certain === true ? detail : marked(detail);

/** An error that is kept with the effect; what was known of the tries before stays known. */
export const errorAfter = (row: Pick<ClaimedEffect, "previousError">, error: string): string => {
  if (error.endsWith(MAY_HAVE_IT)) return error;
  return mayHaveIt(row) ? marked(error) : quoted(error, LONGEST_ERROR) || "failed";
};
