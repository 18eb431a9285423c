/** A pattern with one character more or less at one of its places, one more or fewer of them, or no end. */
import { ALPHABET, type TextKind } from "./characters.js";

export interface PatternMutant {
  what: string;
  kind: TextKind;
  /** The character that it is about. */
  by?: string;
}

/** Classes and characters, how often they stand there, and what holds them together. */
const TOKENS = /\\[pP]\{[^}]*\}|\\.|\[(?:\\.|[^\]\\])*\]|\(\?:|\{\d+(?:,\d*)?\}|./gsu;
const BINDS = ["(?:", "(", ")", "|"];
const ENDS = ["^", "$"];

/** In a pattern of any flags. */
const escaped = (character: string): string =>
  Array.from({ length: character.length }, (_, index) => {
    return `\\u${character.charCodeAt(index).toString(16).padStart(4, "0")}`;
  }).join("");

const otherTimes = (token: string, least: number): string[] | null => {
  const [, from, range, to] = /^\{(\d+)(,?)(\d*)\}$/.exec(token) ?? [];
  if (from !== undefined) {
    const [low, high] = [Number(from), Number(to)];
    if (range === "") return [low - 1, low + 1].map((count) => `{${count}}`);
    const lows = [low - 1, low + 1].filter((count) => count >= 0);
    return [...lows.map((count) => `{${count},${to}}`), ...[high - 1, high + 1].map((count) => `{${low},${count}}`)];
  }
  // An empty text that is too short in any case may be let through or not.
  if (token === "*") return [...(least > 0 ? [] : ["+"]), "?", "{0}"];
  if (token === "+") return ["*", "{1}"];
  return token === "?" ? ["*", "{1}", "{0}"] : null;
};

/** @returns once for each way in which the pattern can be wrong */
export const patternMutantsOf = (kind: TextKind): PatternMutant[] => {
  const { pattern, least = 0 } = kind;
  const other = (what: string, source: string, flags: string, by?: string): PatternMutant => ({
    what,
    kind: { ...kind, pattern: new RegExp(source, flags) },
    ...(by === undefined ? {} : { by }),
  });
  // What takes any character is to go on doing so.
  if (pattern === undefined) {
    // What is two letters long has no place where there are so many and no more.
    const fitting = kind.least === kind.most ? ALPHABET.filter(({ length }) => length === 1) : ALPHABET;
    return fitting.map((one) => other(`no ${JSON.stringify(one)}`, `^[^${escaped(one)}]*$`, "u", one));
  }
  const { source, flags } = pattern;
  const tokens = source.match(TOKENS) ?? [];
  const mutants = tokens.flatMap((token, index) => {
    const withInstead = (instead: string, by?: string): PatternMutant => {
      const own = tokens.map((one, at) => (at === index ? instead : one)).join("");
      return other(`${instead} for ${token} at ${index}`, own, flags, by);
    };
    if (BINDS.includes(token)) return [];
    if (ENDS.includes(token)) return [withInstead("")];
    const times = otherTimes(token, least);
    if (times !== null) return times.map((one) => withInstead(one));
    return ALPHABET.map((one) =>
      // Some are two of what a pattern without `u` counts.
      new RegExp(`^(?:${token}){${flags.includes("u") ? 1 : one.length}}$`, flags).test(one)
        ? withInstead(`(?:(?!${escaped(one)})${token})`, one)
        : withInstead(`(?:${token}|${escaped(one)})`, one),
    );
  });
  return flags.includes("i") ? [...mutants, other("one case", source, flags.replace("i", ""))] : mutants;
};
