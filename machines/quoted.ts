/** Text of others, cut and cleaned so that it may be kept. Without a schema: a store's thread loads it, and no zod. */

/** At most `length` code units of a text, without half of a surrogate pair at the end. */
export const shortened = (text: string, length: number): string =>
  text.length <= length ? text : text.slice(0, length).replace(/[\ud800-\udbff]$/, "");

/**
 * What a bank, a shop or an exception said, as a text that may be kept: at most `most` characters, control characters
 * as spaces.
 */
export const quoted = (said: string, most: number): string =>
  shortened(said, most)
    .replaceAll(/\p{Cs}/gu, "\uFFFD")
    .replaceAll(/(?![\n\t])\p{Cc}/gu, " ");
