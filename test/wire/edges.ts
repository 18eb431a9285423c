/**
 * What each row of the tables took and refused when test/wire/recorded/edges.jsonl was written (`npm run record edges`): a
 * table that changes stands against it, whatever its page says by then.
 */
import { readFileSync } from "node:fs";
import { z } from "zod";
import { type Field, faultsIn, type Row, rowsOf, type WireOperation } from "../../src/testing/doubles/wire/fields.js";
import { apis } from "./apis.js";
import { differenceInTexts, Places } from "./characters.js";
import { changedAt } from "./paths.js";

export interface Part {
  /** `nets-easy createPayment request`; what several operations have in common is called after the first. */
  name: string;
  page: string;
  operation: WireOperation;
  fields: readonly Field[];
  xml: boolean;
  /** Somebody asks the double with it. */
  isAsked: boolean;
}

export const isXml = ({ asks, name }: WireOperation): boolean => asks.startsWith("SOAP ") || name === "fault";

/** Each table once. */
export const parts: Part[] = apis.flatMap(({ page, operations }) => {
  const seen = new Set<readonly Field[]>();
  return operations.flatMap((operation) =>
    (["request", "answer"] as const).flatMap((part): Part[] => {
      const fields = operation[part] ?? [];
      if (fields.length === 0 || seen.has(fields)) return [];
      seen.add(fields);
      const isAsked = part === "request" && operation.by === "shop";
      return [{ name: `${page} ${operation.name} ${part}`, page, operation, fields, xml: isXml(operation), isAsked }];
    }),
  );
});

const Values = z.strictObject({
  takes: z.array(z.unknown()),
  refuses: z.array(z.unknown()),
  /** The message is taken without it. */
  without: z.boolean(),
  /** It is taken outside of a list. */
  alone: z.boolean(),
  /** How often it may stand there, and how often not: as a list. */
  times: z.strictObject({ takes: z.array(z.number()), refuses: z.array(z.number()) }),
  /** Of a text: which characters where. */
  places: z.array(Places),
});
export type Values = z.infer<typeof Values>;

const Line = z.union([
  z.strictObject({ part: z.string(), whole: z.unknown() }),
  Values.extend({
    /** By part: the paths whose values these are. */
    rows: z.record(z.string(), z.array(z.string())),
  }),
]);
export type Line = z.infer<typeof Line>;

export const pathOfEdges = new URL("../../../test/wire/recorded/edges.jsonl", import.meta.url);

export interface Edges {
  /** By part: a message with every field once. */
  wholes: Map<string, unknown>;
  /** By part and path. */
  values: Map<string, Values>;
}

export const edgesKept = (): Edges => {
  const wholes = new Map<string, unknown>();
  const values = new Map<string, Values>();
  for (const text of readFileSync(pathOfEdges, "utf8").trim().split("\n")) {
    const line = Line.parse(JSON.parse(text));
    if ("part" in line) wholes.set(line.part, line.whole);
    else {
      const { rows, ...own } = line;
      for (const [part, paths] of Object.entries(rows)) for (const path of paths) values.set(`${part}: ${path}`, own);
    }
  }
  return { wholes, values };
};

/** The whole message with something else where the row stands; `instead` is an item where the row is a list. */
export const withValue = (whole: unknown, row: Row, instead: unknown): unknown =>
  changedAt(whole, row, (_, name) => ({ [name]: row.list === null ? instead : [instead] }));
export const withoutIt = (whole: unknown, row: Row): unknown => changedAt(whole, row, () => ({}));
export const alone = (whole: unknown, row: Row): unknown =>
  changedAt(whole, row, (value, name) => ({ [name]: Array.isArray(value) ? value[0] : value }));
/** With what stands there so often. */
export const withTimes = (whole: unknown, row: Row, count: number): unknown =>
  changedAt(whole, row, (value, name) => ({
    [name]: Array.from({ length: count }, () => (Array.isArray(value) ? value[0] : value)),
  }));

/** The first thing that a table says otherwise than it did; null: nothing. */
export const differenceIn = (
  { fields, xml }: Pick<Part, "fields" | "xml">,
  row: Row,
  whole: unknown,
  { takes, refuses, without, alone: isOne, times, places }: Values,
): string | null => {
  const isTaken = (content: unknown): boolean => faultsIn(content, fields, { strict: true, xml }).length === 0;
  const told = (value: unknown): string => JSON.stringify(value).slice(0, 60);
  if (!isTaken(whole)) return "the whole message was taken";
  for (const value of takes) if (!isTaken(withValue(whole, row, value))) return `${told(value)} was taken`;
  for (const value of refuses) if (isTaken(withValue(whole, row, value))) return `${told(value)} was refused`;
  if (isTaken(withoutIt(whole, row)) !== without) return `left out, it was ${without ? "taken" : "refused"}`;
  if (isTaken(alone(whole, row)) !== isOne) return `in no list, it was ${isOne ? "taken" : "refused"}`;
  for (const count of times.takes) if (!isTaken(withTimes(whole, row, count))) return `${count} of it were taken`;
  for (const count of times.refuses) if (isTaken(withTimes(whole, row, count))) return `${count} of it were refused`;
  return differenceInTexts(row.kind, places);
};

export const rowsIn = ({ fields, operation }: Part): Row[] => rowsOf(fields, operation.source);
