/** `npm run record edges`: what each row of the tables takes and refuses now, for all tables to come. */
import { writeFileSync } from "node:fs";
import { faultsIn, type Kind, type Row } from "../../src/testing/doubles/wire/fields.js";
import { neighboursOf, placesOf } from "./characters.js";
import {
  alone,
  type Line,
  type Part,
  parts,
  pathOfEdges,
  rowsIn,
  type Values,
  withoutIt,
  withTimes,
  withValue,
} from "./edges.js";
import { TEXTS } from "./limits.js";
import { sampleOf } from "./sample.js";

const FAR = 123_456_789_012;

const numbersAbout = ({ least, most }: { least?: number; most?: number }): number[] => {
  const within = least ?? Math.min(0, most ?? 0);
  const ends = [least ?? -FAR, most ?? FAR];
  const steps = [0.0001, 0.001, 0.01, 0.5, 1];
  return [
    ...ends,
    ...steps.map((step) => within + step),
    ...ends.flatMap((end) => [end - 1, end - 0.01, end + 0.01, end + 1]),
  ];
};

/** XML has no other characters, and leaves out the blanks at the ends of a text. */
const isVisible = (text: string): boolean => !/\p{Cc}|^\s|\s$/u.test(text);

const textsAbout = (kind: Extract<Kind, { of: "text" }>): string[] => {
  const { words = [], called = "", least, most } = kind;
  const { is = [], not = [], begin = "" } = TEXTS[called] ?? {};
  const lengths = [least, most].flatMap((limit) => (limit === undefined ? [] : [limit - 1, limit, limit + 1]));
  const filled = lengths.filter((length) => length >= 0).map((length) => begin.padEnd(length, "x").slice(0, length));
  const without =
    /^text without (.*)$/
      .exec(called)?.[1]
      ?.split(" ")
      .map((sign) => `a${sign}b`) ?? [];
  return [...words, ...is, ...not, ...without, ...filled, ...neighboursOf(placesOf(kind)).filter(isVisible)];
};

const about = (kind: Kind): unknown[] => {
  if (kind.of === "number") return numbersAbout(kind);
  if (kind.of === "text") return textsAbout(kind);
  if (kind.of === "either") return kind.kinds.flatMap(about);
  if (kind.of !== "map") return [];
  const each = (value: unknown) => ({ x: kind.listed ? [value] : value });
  return [{}, ...["x", 7, { no: "such" }].flatMap((value) => [each(value), { x: [value], y: value }])];
};

/** Of every type, for whatever kind the row is. */
const ANY = [7, 0.5, "7", "", "x", "a b <&> ' \" \\ å : #", true, { no: "such" }];

const written = (value: unknown): unknown =>
  typeof value === "number" || typeof value === "boolean" ? String(value) : value;

const valuesOf = (part: Part, row: Row, whole: unknown): Values => {
  const { fields, xml } = part;
  const isTaken = (content: unknown): boolean => faultsIn(content, fields, { strict: true, xml }).length === 0;
  const given = [...about(row.kind), ...ANY, ...(xml ? ["yes"] : [null])];
  const told = new Map((xml ? given.map(written) : given).map((value) => [JSON.stringify(value), value]));
  const [takes, refuses] = [true, false].map((due) =>
    [...told.values()].filter((value) => isTaken(withValue(whole, row, value)) === due),
  );
  const { least = 1, most = 1 } = row.list ?? {};
  const counts = [least - 1, least, most, most + 1, 2].filter((count) => count >= 0 && Number.isFinite(count));
  // An element that stands there once is no list.
  const often = [...new Set(counts)].filter((count) => !xml || count > 1 || row.list !== null);
  const taken = often.filter((count) => isTaken(withTimes(whole, row, count)));
  return {
    takes: takes ?? [],
    refuses: refuses ?? [],
    without: isTaken(withoutIt(whole, row)),
    alone: isTaken(alone(whole, row)),
    times: { takes: taken, refuses: often.filter((count) => !taken.includes(count)) },
    places: placesOf(row.kind),
  };
};

const lines: Line[] = [];
const groups = new Map<string, Line & Values>();
for (const part of parts) {
  const whole = sampleOf(part.fields, part.xml);
  lines.push({ part: part.name, whole });
  for (const row of rowsIn(part)) {
    const values = valuesOf(part, row, whole);
    const key = JSON.stringify(values);
    const group = groups.get(key) ?? { ...values, rows: {} as Record<string, string[]> };
    groups.set(key, group);
    if ("rows" in group) group.rows[part.name] = [...(group.rows[part.name] ?? []), row.path];
  }
}
writeFileSync(pathOfEdges, [...lines, ...groups.values()].map((line) => `${JSON.stringify(line)}\n`).join(""));
