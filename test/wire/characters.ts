/**
 * Which characters a text takes at which of its places: a pattern is known by what it lets through and what it does not, so
 * that one which is wider or narrower by a single character is another one.
 */
import { z } from "zod";
import { type Field, faultsIn, type Kind, must } from "../../src/testing/doubles/wire/fields.js";
import { TEXTS } from "./limits.js";
import { sampleOf } from "./sample.js";

export type TextKind = Extract<Kind, { of: "text" }>;

const ascii = Array.from({ length: 95 }, (_, index) => String.fromCharCode(0x20 + index));
/** A letter of each case and of none, a digit, a number, a mark, a sign, and blanks that are not ASCII's. */
const BEYOND = [
  "\u00a0",
  "ª",
  "Å",
  "ß",
  "å",
  "ſ",
  "ǅ",
  "ʰ",
  "\u0301",
  "ж",
  "٣",
  "–",
  "\u2028",
  "€",
  "K",
  "Ⅷ",
  "中",
  "😀",
];
/** By their code points. */
export const ALPHABET: readonly string[] = ["\0", "\t", "\n", ...ascii, "\u007f", ...BEYOND];

/** One text that is taken, and what may be changed in it. */
export const Places = z.strictObject({
  value: z.string(),
  /** Of the alphabet: those that some place takes. */
  sets: z.array(z.string()),
  /** For each character which of the sets may stand in its stead. */
  instead: z.array(z.number()),
  /** For each place before, between and behind them which of the sets may be put there. */
  between: z.array(z.number()),
  /** For each character whether the text is taken without it. */
  without: z.array(z.union([z.literal(0), z.literal(1)])),
});
export type Places = z.infer<typeof Places>;

/** What a row takes as a text; words stand for themselves. */
export const textsIn = (kind: Kind): TextKind[] => {
  if (kind.of === "text") return kind.words === undefined ? [kind] : [];
  if (kind.of === "either") return kind.kinds.flatMap(textsIn);
  return kind.of === "map" ? textsIn(kind.kind) : [];
};

/** Whatever a text is held to. */
export const keyOfText = ({ pattern, least, most }: TextKind): string => JSON.stringify([String(pattern), least, most]);

const isTaken = (fields: Field[], value: string): boolean => faultsIn({ value }, fields).length === 0;
const put = (own: readonly string[], at: number, instead: number, character: string): string =>
  [...own.slice(0, at), character, ...own.slice(at + instead)].join("");

/** What the kind is shown by. */
const samplesOf = (kind: TextKind): string[] => {
  const [sample] = Object.values(sampleOf([must("value", kind)], false)) as string[];
  const known = TEXTS[kind.called ?? ""]?.is ?? [];
  const given = [...new Set([...known, ...(sample === undefined ? [] : [sample])])];
  return given.filter((value) => isTaken([must("value", kind)], value));
};

const placesIn = (kind: TextKind, value: string): Places => {
  const fields = [must("value", kind)];
  const own = Array.from(value);
  const sets: string[] = [];
  const known = (instead: number) => (_: unknown, at: number) => {
    const taken = ALPHABET.filter((character) => isTaken(fields, put(own, at, instead, character))).join("");
    if (!sets.includes(taken)) sets.push(taken);
    return sets.indexOf(taken);
  };
  const instead = own.map(known(1));
  const between = [...own, ""].map(known(0));
  return { value, sets, instead, between, without: own.map((_, at) => (isTaken(fields, put(own, at, 1, "")) ? 1 : 0)) };
};

export const placesOf = (kind: Kind): Places[] =>
  textsIn(kind).flatMap((one) => samplesOf(one).map((value) => placesIn(one, value)));

const told = (text: string): string => JSON.stringify(text).slice(0, 60);

/** The first thing that a text takes or refuses otherwise than it did; null: nothing. */
const differenceAt = (fields: Field[], places: Places, characters: readonly string[]): string | null => {
  const { value, sets, instead, between, without } = places;
  const own = Array.from(value);
  const differs = (text: string, due: boolean): string | null =>
    isTaken(fields, text) === due ? null : `${told(text)} was ${due ? "taken" : "refused"}`;
  const unlike = differs(value, true);
  if (unlike !== null) return unlike;
  const taken = sets.map((set) => new Set(set));
  const changes = [
    { rows: instead, count: 1 },
    { rows: between, count: 0 },
  ];
  for (const character of characters) {
    for (const { rows, count } of changes) {
      for (const [at, set] of rows.entries()) {
        const found = differs(put(own, at, count, character), taken[set]?.has(character) ?? false);
        if (found !== null) return found;
      }
    }
  }
  for (const [at, due] of without.entries()) {
    const found = differs(put(own, at, 1, ""), due === 1);
    if (found !== null) return found;
  }
  return null;
};

/**
 * As above, for whatever a row takes as a text.
 * @param likely the character that is tried first
 */
export const differenceInTexts = (kind: Kind, places: readonly Places[], likely?: string): string | null => {
  const kinds = textsIn(kind);
  if (kinds.length === 0) return places.length === 0 ? null : "texts were taken";
  for (const characters of likely === undefined ? [ALPHABET] : [[likely], ALPHABET]) {
    for (const one of kinds) {
      for (const each of places) {
        const found = differenceAt([must("value", one)], each, characters);
        if (found !== null) return found;
      }
    }
  }
  return null;
};

/** Each text with a character that is the last to be taken, or the first not to be: one for each edge of a set. */
export const neighboursOf = (places: readonly Places[]): string[] =>
  places.flatMap(({ value, sets, instead }) => {
    const own = Array.from(value);
    return sets.flatMap((set, index) => {
      const at = instead.indexOf(index);
      if (at < 0) return [];
      const taken = new Set(set);
      const edges = ALPHABET.filter((one, k) =>
        [ALPHABET[k - 1], ALPHABET[k + 1]].some((next) => next !== undefined && taken.has(next) !== taken.has(one)),
      );
      return edges.map((character) => put(own, at, 1, character));
    });
  });
