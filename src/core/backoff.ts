/**
 * How long to wait before the next try: twice as long each time.
 * @param tries made so far
 * @param first ms after the first one
 * @param longest ms at most
 */
export const backoffMs = (tries: number, first: number, longest: number): number =>
  Math.min(longest, first * 2 ** Math.max(0, tries - 1));
