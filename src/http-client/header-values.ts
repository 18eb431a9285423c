/** What may stand in a header of a request: other characters make `fetch` throw, and a long head is answered 431. */

/** Servers take heads of 8 to 16 KiB. */
const LONGEST_HEADER_VALUE = 8000;

/** Whether it is one word of visible ASCII, such as a token. */
export const isHeaderWord = (value: string): boolean =>
  value.length <= LONGEST_HEADER_VALUE && /^[\x21-\x7e]+$/.test(value);

/**
 * @param values by the name of the option; undefined = not set
 * @throws TypeError that names the option, without its value
 */
export const requireHeaderValues = (values: Record<string, string | undefined>): void => {
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined || value.split(" ").every(isHeaderWord)) continue;
    throw new TypeError(
      `${name}: it is sent in a header, so it must be visible ASCII of at most ${LONGEST_HEADER_VALUE} characters; copy it anew, without line breaks`,
    );
  }
};
