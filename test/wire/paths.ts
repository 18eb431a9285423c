/** Which fields a message has, which a schema of ours reads, and what can be wrong with one of them. */
import { z } from "zod";
import type { Kind, Row } from "../../src/testing/doubles/wire/fields.js";

/** As `order.orderLines[].quantity`; what is null or an empty list is not there. */
export const pathsIn = (value: unknown, at = ""): string[] => {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) return value.flatMap((one) => [`${at}[]`, ...pathsIn(one, `${at}[]`)]);
  const own = at === "" ? [] : [at];
  if (typeof value !== "object") return own;
  return [...own, ...Object.entries(value).flatMap(([name, one]) => pathsIn(one, at === "" ? name : `${at}.${name}`))];
};

/** Every value that stands at a path. */
export const valuesAt = (message: unknown, path: string): unknown[] => {
  const [name, ...rest] = path.replaceAll("[]", "").split(".");
  const inside = (value: unknown, at: string): unknown[] => {
    if (Array.isArray(value)) return value.flatMap((one) => inside(one, at));
    const given = typeof value === "object" && value !== null ? (value as Record<string, unknown>)[at] : undefined;
    return [given].flat().filter((one) => one !== undefined && one !== null);
  };
  const values = inside(message, name ?? "");
  return rest.length === 0 ? values : values.flatMap((value) => valuesAt(value, rest.join(".")));
};

/** Elements may come once or more often; the tables say which. */
export const rowsHeld = (rows: Row[], message: unknown): Row[] => {
  const found = new Set(pathsIn(message).map((path) => path.replaceAll("[]", "")));
  return rows.filter(({ path }) => found.has(path.replaceAll("[]", "")));
};

/** The fields that a schema of ours knows, as paths without their lists. */
export const readBy = (schema: z.ZodType, at = ""): string[] => {
  const inner = (one: unknown): string[] => readBy(one as z.ZodType, at);
  if (schema instanceof z.ZodObject) {
    return Object.entries(schema.shape).flatMap(([name, one]) => {
      const path = at === "" ? name : `${at}.${name}`;
      return [path, ...readBy(one as z.ZodType, path)];
    });
  }
  if (schema instanceof z.ZodArray) return inner(schema.element);
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(inner);
  // `preprocess` begins with a change, everything else ends with one.
  if (schema instanceof z.ZodPipe) return inner(schema.in instanceof z.ZodTransform ? schema.out : schema.in);
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodCatch
  ) {
    return inner(schema.unwrap());
  }
  return [];
};

/** A value that is no such thing. */
export const wrongType = (kind: Kind): unknown => {
  if (kind.of === "group" || kind.of === "map" || kind.of === "anything") return 7;
  return kind.of === "text" ? { no: "text" } : { no: "number" };
};

/** A value of the right type beyond what is published; undefined: every value of the type is allowed. */
export const beyond = (kind: Kind): unknown => {
  if (kind.of === "number") {
    if (kind.most !== undefined) return kind.most + 1;
    if (kind.least !== undefined) return kind.least - 1;
    return kind.decimals === undefined ? undefined : 0.123;
  }
  // What is beyond the first is of another type than the others.
  if (kind.of === "either") return beyond(kind.kinds[0]);
  if (kind.of !== "text") return undefined;
  if (kind.most !== undefined && kind.pattern === undefined) return "x".repeat(kind.most + 1);
  if (kind.words !== undefined) return "NO_SUCH_WORD";
  if (kind.pattern !== undefined) return "<\\:\u0000>";
  return kind.least === undefined ? undefined : "";
};

/** The message with something else at the first place where the row stands; undefined: left out. */
export const changedAt = (message: unknown, row: Row, change: (value: unknown, name: string) => object): unknown => {
  const names = row.path.replaceAll("[]", "").split(".");
  const go = (value: unknown, depth: number): unknown => {
    if (Array.isArray(value)) {
      // In a list the first item that has it; an item of a list of texts is the row itself.
      const index = value.findIndex((one) => holds(one, depth));
      return value.map((one, i) => (i === index ? go(one, depth) : one));
    }
    const given = value as Record<string, unknown>;
    const name = names[depth] as string;
    const entries = Object.entries(given).flatMap(([key, one]): [string, unknown][] => {
      if (key !== name) return [[key, one]];
      if (depth < names.length - 1) return [[key, go(one, depth + 1)]];
      return Object.entries(change(one, key));
    });
    return Object.fromEntries(entries);
  };
  const holds = (value: unknown, depth: number): boolean => {
    if (Array.isArray(value)) return value.some((one) => holds(one, depth));
    if (typeof value !== "object" || value === null) return false;
    const next = (value as Record<string, unknown>)[names[depth] as string];
    if (next === undefined || next === null) return false;
    return depth === names.length - 1 || holds(next, depth + 1);
  };
  return go(message, 0);
};
