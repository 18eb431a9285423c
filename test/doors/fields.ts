/** Every field of a schema, found by walking it: a field that is added later is tried too. */
import type { z } from "zod";

/** What a stranger, a faulty program or another clock may write into a field. */
export const HOSTILE: unknown[] = [
  "\ud800",
  "x\udc00y",
  "\0",
  "a\0b",
  "\u001b[2J\u001b]0;PWNED\u0007",
  "\u202etxt.exe\u2066",
  "a\r\nb",
  "\u2028",
  "",
  " ",
  "1001 ",
  "..",
  "x".repeat(10_240),
  "__proto__",
  "constructor",
  "räksmörgås 🍤",
  7,
  0,
  -1,
  0.5,
  -0.5,
  2 ** 53,
  -(2 ** 53),
  1e308,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  // The year 0, and the last day that a Date knows, in 275760.
  -62_167_219_200_000,
  8_640_000_000_000_000,
  "0000-01-01T00:00:00Z",
  "+275760-09-13T00:00:00.000Z",
  true,
  null,
  [],
  ["\ud800"],
  {},
  { a: "\0" },
  JSON.parse('{"__proto__":{"a":1}}'),
];

export type Path = (string | number)[];

interface Def {
  type: string;
  shape?: Record<string, z.ZodType>;
  element?: z.ZodType;
  innerType?: z.ZodType;
  options?: z.ZodType[];
  valueType?: z.ZodType;
  in?: z.ZodType;
  out?: z.ZodType;
  values?: unknown[];
  entries?: Record<string, unknown>;
  getter?: () => z.ZodType;
}
const defOf = (schema: z.ZodType): Def => schema._zod.def as unknown as Def;

const CANDIDATES: unknown[] = [
  "a",
  "SEK",
  "2026-11-20T12:00:00.000Z",
  "https://shop.test/a",
  "payment.a",
  "true",
  "100.00",
  "7",
  7,
  Date.parse("2026-11-20T12:00:00.000Z"),
  true,
  {},
  [],
  null,
];

/** A value that the schema takes, with every field in it. */
export const exampleOf = (schema: z.ZodType): unknown => {
  const def = defOf(schema);
  switch (def.type) {
    case "object":
      return Object.fromEntries(Object.entries(def.shape ?? {}).map(([key, field]) => [key, exampleOf(field)]));
    case "array":
      return [exampleOf(def.element as z.ZodType)];
    case "record":
      return { a: exampleOf(def.valueType as z.ZodType) };
    case "union":
      return exampleOf(def.options?.[0] as z.ZodType);
    case "optional":
    case "nullable":
    case "default":
    case "prefault":
    case "catch":
    case "readonly":
      return exampleOf(def.innerType as z.ZodType);
    case "lazy":
      return exampleOf(def.getter?.() as z.ZodType);
    case "literal":
      return def.values?.[0];
    case "enum":
      return Object.values(def.entries ?? {})[0];
    case "pipe": {
      const given = exampleOf(
        defOf(def.in as z.ZodType).type === "transform" ? (def.out as z.ZodType) : (def.in as z.ZodType),
      );
      if (schema.safeParse(given).success) return given;
    }
  }
  const found = CANDIDATES.find((candidate) => schema.safeParse(candidate).success);
  if (found === undefined) throw new Error(`no example for a field of type ${def.type}: add one to CANDIDATES`);
  return found;
};

/** The paths of all fields, of objects and lists as well as of what is in them. */
export const pathsOf = (schema: z.ZodType, at: Path = []): Path[] => {
  const def = defOf(schema);
  const here: Path[] = at.length === 0 ? [] : [at];
  switch (def.type) {
    case "object":
      return [...here, ...Object.entries(def.shape ?? {}).flatMap(([key, field]) => pathsOf(field, [...at, key]))];
    case "array":
      return [...here, ...pathsOf(def.element as z.ZodType, [...at, 0])];
    case "record":
      return [...here, ...pathsOf(def.valueType as z.ZodType, [...at, "a"])];
    case "union":
      return (def.options ?? []).slice(0, 1).flatMap((option) => pathsOf(option, at));
    case "optional":
    case "nullable":
    case "default":
    case "prefault":
    case "catch":
    case "readonly":
      return pathsOf(def.innerType as z.ZodType, at);
    case "lazy":
      return pathsOf(def.getter?.() as z.ZodType, at);
    case "pipe":
      return pathsOf(
        defOf(def.in as z.ZodType).type === "transform" ? (def.out as z.ZodType) : (def.in as z.ZodType),
        at,
      );
    default:
      return here;
  }
};

/** The value with another one in a field. */
export const withField = (value: unknown, [key, ...rest]: Path, given: unknown): unknown => {
  if (key === undefined) return given;
  const inner = (value as Record<string | number, unknown>)[key];
  if (Array.isArray(value)) return value.map((one, i) => (i === key ? withField(one, rest, given) : one));
  return { ...(value as object), [key]: withField(inner, rest, given) };
};

export const fieldOf = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>((inner, key) => (inner as Record<string | number, unknown> | null | undefined)?.[key], value);

/** Whether an issue is told of the field, or of something in it or around it. */
export const names = (issuePath: string, path: Path): boolean => {
  const wanted = path.join(".");
  return wanted === issuePath || wanted.startsWith(`${issuePath}.`) || issuePath.startsWith(`${wanted}.`);
};

export const asJson = (value: unknown): string => JSON.stringify(value) ?? "undefined";

/** Two objects as one; what the second says counts. */
export const merged = (value: unknown, more: object): unknown => {
  const entries = Object.entries(more).map(([key, given]): [string, unknown] => {
    const inner = (value as Record<string, unknown>)[key];
    const both = typeof given === "object" && given !== null && typeof inner === "object";
    return [key, both ? merged(inner, given) : given];
  });
  return { ...(value as object), ...Object.fromEntries(entries) };
};

/** The value with an empty object or list wherever the path leads through nothing. */
export const withParents = (value: unknown, path: Path): unknown => {
  const [key, next, ...rest] = path;
  if (key === undefined || next === undefined) return value ?? (typeof key === "number" ? [null] : {});
  const whole = (value ?? (typeof key === "number" ? [null] : {})) as Record<string | number, unknown>;
  return withField(whole, [key], withParents(whole[key], [next, ...rest]));
};
