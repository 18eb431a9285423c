/** The currency that an amount for an order is typed in, as the engine has it. */
import type { OrderRecord } from "../../core/record.js";
import { requireAmount } from "./amount.js";
import { amountGiven, eventIn, type TypedEvent } from "./command-words.js";
import { Ends, exits } from "./ending.js";
import { ask, type RemoteOptions } from "./remote.js";

/** @param path of the order. @returns the engine's no, where it does not tell */
export const currencyAt = async (options: RemoteOptions, path: string): Promise<string | { status: number }> => {
  const response = await ask(options, path);
  if (!response.ok) return { status: response.status };
  return ((await response.json()) as OrderRecord).facts.order.currency;
};

/** @throws Ends (wrong usage) that names the words there are, or what is wrong with the amount */
export const eventTyped = async (words: string[], options: RemoteOptions, path: string): Promise<TypedEvent> => {
  const amount = amountGiven(words);
  if (amount === null) return eventIn(words);
  requireAmount(amount);
  const currency = await currencyAt(options, path);
  if (typeof currency === "string") return eventIn(words, currency);
  // Of an order that is not there the engine says so itself.
  if (currency.status === 404) return eventIn(words);
  throw new Ends(exits.trouble, `${options.url} answered ${currency.status}`);
};
