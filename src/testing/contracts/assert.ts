/**
 * `node:assert/strict`, for values that may come of another realm. Jest runs tests in a realm of its own, and what a store
 * or `structuredClone` makes outside of it is of another `Object` and `Array`, which a strict comparison takes for a difference.
 */
import strict from "node:assert/strict";

const isPlain = (value: object): boolean => {
  const prototype = Object.getPrototypeOf(value);
  return prototype !== null && Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, "isPrototypeOf");
};

/** The same of this realm; what is neither a list nor a plain object stays as it is. */
const here = (value: unknown): unknown => {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return Array.from(value, here);
  return isPlain(value) ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, here(one)])) : value;
};

export const assert: typeof strict = Object.assign(
  (value: unknown, message?: string | Error) => strict(value, message),
  {
    ...strict,
    deepEqual: (actual: unknown, expected: unknown, message?: string | Error) =>
      strict.deepEqual(here(actual), here(expected), message),
  },
) as typeof strict;
