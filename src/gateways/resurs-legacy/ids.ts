/**
 * Our keys as ids of the older services, whose schema knows letters, digits, space and `. _ / -` alone: a colon is refused.
 * There and back again, so that a key is found in the bank's history of the payment.
 */

/** An id may come from a callback, and goes nowhere unless it looks like one that the bank or a shop makes. */
export const isPaymentId = (id: string): boolean => /^[\w*-]{1,100}$/.test(id);

/** An order's id that the schema takes as the payment's. */
export const isPreferredId = (orderId: string): boolean => /^[\w-]{1,100}$/.test(orderId);

/** What stands for itself; `_` begins an escape, and `/` stands for the colon between the parts of a key. */
const PLAIN = /^[\p{L}0-9 .-]$/u;

const escaped = (character: string): string => {
  if (character === ":") return "/";
  if (character === "_") return "__";
  return PLAIN.test(character) ? character : `_${(character.codePointAt(0) ?? 0).toString(16)}_`;
};

const unescaped = (part: string): string => {
  if (part === "/") return ":";
  return part === "__" ? "_" : String.fromCodePoint(Number.parseInt(part.slice(1, -1), 16));
};

/** `1001:6:0` goes as `1001/6/0`. Another key never goes as the same id. */
export const transactionIdOf = (key: string): string => Array.from(key, escaped).join("");

/**
 * The key that such an id was made of. Any other id comes back as it is: the bank's own, and the keys of calls that were
 * sent as they are, with their colons.
 */
export const keyOf = (transactionId: string): string => {
  const key = transactionId.replace(/\/|__|_[0-9a-f]{1,5}_|_10[0-9a-f]{4}_/g, unescaped);
  return transactionIdOf(key) === transactionId ? key : transactionId;
};
