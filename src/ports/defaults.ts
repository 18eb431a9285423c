/** Options of which a host gives some. */

/** Each may be left out, and what is undefined was left out. */
export type Some<T> = { [K in keyof T]?: T[K] | undefined };

/** What was given, and the default of everything else. */
export const withDefaults = <T extends object>(defaults: T, given: Some<T> = {}): T => ({
  ...defaults,
  ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
});
