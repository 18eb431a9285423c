/**
 * What docs/wire says is required, and each limit that it names, is held to: a message without it, or beyond it, is noticed
 * where it comes from a bank, and refused by the double where it is asked. What is expected is read from the page, so that
 * a table that asks less than its page does is seen by what comes of it.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Field, faultsIn, type Row, rowsOf, type WireOperation } from "../../src/testing/doubles/wire/fields.js";
import { apis } from "./apis.js";
import { asked, DOUBLES, placeOf } from "./asked.js";
import { type Bank, banks } from "./banks.js";
import { isXml } from "./edges.js";
import { brokenBy, type Told, toldBy } from "./limits.js";
import { changedAt } from "./paths.js";
import { sampleOf } from "./sample.js";

interface Part {
  page: string;
  operation: WireOperation;
  fields: readonly Field[];
  /** What the page says of them. */
  told: Told[];
  /** Somebody asks the double with it. */
  isAsked: boolean;
}

const parts = apis.flatMap(({ page, operations }) => {
  const tables = toldBy(page);
  return operations.flatMap((operation) =>
    (["request", "answer"] as const).flatMap((part): [string, Part][] => {
      const [fields, told] = [operation[part], tables.get(`${operation.name} ${part}`)];
      // What several have in common stands at the first of them.
      if (fields === null || told === undefined) return [];
      const isAsked = part === "request" && operation.by === "shop";
      return [[`${page}: ${operation.name}, ${part}`, { page, operation, fields, told, isAsked }]];
    }),
  );
});

interface Broken {
  row: Told;
  what: string;
  content: unknown;
}

/** The whole message, once for each thing that the page does not allow. */
const brokenIn = ({ operation, fields, told }: Part): Broken[] => {
  const xml = isXml(operation);
  const whole = sampleOf(fields, xml);
  const changed = (row: Told, change: Parameters<typeof changedAt>[2]) =>
    changedAt(whole, row as unknown as Row, change);
  const worded = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(worded);
    return xml && typeof value === "number" ? String(value) : value;
  };
  return told.flatMap((row) => {
    const missing = row.required ? [{ row, what: "missing", content: changed(row, () => ({})) }] : [];
    let value: unknown;
    changed(row, (given, name) => {
      value = given;
      return { [name]: given };
    });
    const beyond = brokenBy(row, value).map((broken) => ({
      row,
      what: JSON.stringify(broken).slice(0, 60),
      content: changed(row, (_, name) => ({ [name]: worded(broken) })),
    }));
    return [...missing, ...beyond];
  });
};

const opened: Record<string, Bank> = {};

test("every field of every table is told on its page", () => {
  const missing = parts.flatMap(([name, { operation, fields, told }]) =>
    rowsOf(fields, operation.source)
      .filter(({ path }) => !told.some((row) => row.path === path))
      .map(({ path }) => `${name}: ${path}`),
  );
  expect(missing).toEqual([]);
  expect(parts.length).toBeGreaterThan(50);
});

describe("what the page says is required or limited is so in what is held to it", () => {
  test.each(parts)("%s", (_, part) => {
    const how = { strict: true, xml: isXml(part.operation) };
    const passed = brokenIn(part).filter(({ row, content }) => {
      const places = faultsIn(content, part.fields, how).map(({ path }) => path);
      return !places.some((place) => placeOf(row).test(place));
    });
    expect(passed.map(({ row, what }) => `${row.path}: ${what}`)).toEqual([]);
  });
});

describe("the double refuses by name what the page does not allow", () => {
  beforeAll(async () => {
    for (const [page, client] of Object.entries(DOUBLES)) opened[page] = await banks[client]();
  });
  afterAll(() => Promise.all(Object.values(opened).map(({ close }) => close())));
  test.each(parts.filter(([, { isAsked }]) => isAsked))("%s", async (_, part) => {
    const { page, operation, fields, told } = part;
    const bank = opened[page] as Bank;
    // A token is refused in OAuth's words, which name no field.
    const isRefused = (answer: string, row: Told): boolean =>
      operation.name === "token" ? /^40[01] /.test(answer) : /^(?:400|500) /.test(answer) && placeOf(row).test(answer);
    const whole = await asked(bank, operation, sampleOf(fields, isXml(operation)));
    // What is made up does not add up.
    const isOfSums = whole.includes("1005: ");
    expect(told.filter((row) => !isOfSums && isRefused(whole, row)).map(({ path }) => `${path}: ${whole}`)).toEqual([]);
    const passed: string[] = [];
    for (const { row, what, content } of brokenIn(part)) {
      const answer = await asked(bank, operation, content);
      if (!isRefused(answer, row)) passed.push(`${row.path}: ${what}: ${answer.slice(0, 200)}`);
    }
    expect(passed).toEqual([]);
  });
});
