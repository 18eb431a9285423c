/** A table with one row of it changed, once for each way in which a row can be wrong. */
import type { Field, Kind } from "../../src/testing/doubles/wire/fields.js";

export interface Mutant {
  what: string;
  /** In place of the row. */
  field: Field[];
}

type Limits = { least?: number; most?: number };

const without = <T extends object>(value: T, name: keyof T): T => {
  const { [name]: _, ...rest } = value;
  return rest as T;
};

/** Narrower and wider, by one and by half, and no limit at all. */
const limitsOf = <K extends Kind & Limits>(kind: K, step: number): [string, Kind][] =>
  (["least", "most"] as const).flatMap((name): [string, Kind][] => {
    const limit = kind[name];
    if (limit === undefined || !Number.isFinite(limit)) return [];
    const others = [limit - step, limit + step, Math.floor(limit / 2)].filter((other) => other !== limit);
    return [
      ...others.map((other): [string, Kind] => [`${name} ${other}`, { ...kind, [name]: other }]),
      [`no ${name}`, without(kind, name)],
    ];
  });

const narrowed = (kind: Kind): [string, Kind][] => {
  if (kind.of === "number") {
    const decimals = [undefined, 0, 1, 2, 3].filter((one) => one !== kind.decimals);
    const finer = decimals.map((one): [string, Kind] => [
      `decimals ${one}`,
      one === undefined ? without(kind, "decimals") : { ...kind, decimals: one },
    ]);
    return [...finer, ...limitsOf(kind, kind.decimals === 0 ? 1 : 0.01)];
  }
  if (kind.of === "text") {
    const { words = [], pattern } = kind;
    const fewer = words.map((word): [string, Kind] => [
      `not ${word}`,
      { ...kind, words: words.filter((one) => one !== word) },
    ]);
    // Every text has at least no characters.
    const lengths = limitsOf(kind, 1).filter(([what]) => kind.least !== 0 || !/^(?:no least|least -)/.test(what));
    return [
      ...fewer,
      ...(words.length > 0 ? [["any word", without(kind, "words")] satisfies [string, Kind]] : []),
      ...(pattern === undefined ? [] : [["no pattern", without(kind, "pattern")] satisfies [string, Kind]]),
      ...lengths,
    ];
  }
  if (kind.of === "either") return kind.kinds.map((one): [string, Kind] => [`only ${one.of}`, one]);
  if (kind.of === "map") return [["listed otherwise", { ...kind, listed: !kind.listed }]];
  return [];
};

const KINDS: Kind[] = [
  { of: "text" },
  { of: "number" },
  { of: "flag" },
  { of: "anything" },
  { of: "group", fields: [] },
  { of: "map", kind: { of: "anything" }, listed: false },
];

export const mutantsOf = (field: Field): Mutant[] => {
  const { name, kind, required, list } = field;
  const kinds: [string, Kind][] = [
    ...KINDS.filter(({ of }) => of !== kind.of).map((one): [string, Kind] => [`of ${one.of}`, one]),
    ...narrowed(kind),
  ];
  const lists: [string, Field["list"]][] =
    list === null
      ? [["a list", { least: 0, most: Number.POSITIVE_INFINITY }]]
      : [
          ["no list", null],
          ["at most one", { ...list, most: 1 }],
          ["one more at least", { ...list, least: list.least + 1 }],
          ...(list.least > 0 ? [["none at least", { ...list, least: 0 }] satisfies [string, Field["list"]]] : []),
          ...(Number.isFinite(list.most)
            ? [-1, 1].map((step): [string, Field["list"]] => [
                `most ${list.most + step}`,
                { ...list, most: list.most + step },
              ])
            : []),
        ];
  return [
    { what: "another name", field: [{ ...field, name: `${name}X` }] },
    { what: "no such row", field: [] },
    { what: required ? "not required" : "required", field: [{ ...field, required: !required }] },
    ...kinds.map(([what, other]) => ({ what, field: [{ ...field, kind: other }] })),
    ...lists.map(([what, other]) => ({ what, field: [{ ...field, list: other }] })),
  ];
};

/** The table with this in place of the row. */
export const changedTable = (
  fields: readonly Field[],
  path: string,
  change: (field: Field) => Field[],
  at = "",
): Field[] =>
  fields.flatMap((field) => {
    const own = `${at === "" ? field.name : `${at}.${field.name}`}${field.list === null ? "" : "[]"}`;
    if (own === path) return change(field);
    if (field.kind.of !== "group" || !path.startsWith(`${own}.`)) return [field];
    const kind: Kind = { of: "group", fields: changedTable(field.kind.fields, path, change, own) };
    return [{ ...field, kind }];
  });
