/**
 * Every row of every table is held to what it took and refused when that was recorded, in the table and at the double; and
 * no change of a row goes unnoticed.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { faultsIn, must, type Row } from "../../src/testing/doubles/wire/fields.js";
import { asked, DOUBLES, placeOf } from "./asked.js";
import { type Bank, banks } from "./banks.js";
import { differenceInTexts, keyOfText, type Places, type TextKind, textsIn } from "./characters.js";
import { differenceIn, edgesKept, type Part, parts, rowsIn, type Values, withValue } from "./edges.js";
import { changedTable, mutantsOf } from "./mutants.js";
import { patternMutantsOf } from "./patterns.js";

const { wholes, values } = edgesKept();

test("every row is recorded, and nothing else", () => {
  const rows = parts.flatMap((part) => rowsIn(part).map(({ path }) => `${part.name}: ${path}`));
  expect([...values.keys()].sort()).toEqual(rows.sort());
  expect([...wholes.keys()].sort()).toEqual(parts.map(({ name }) => name).sort());
});

test("what is not looked into is known by name", () => {
  const loose = parts.flatMap((part) =>
    rowsIn(part).flatMap(({ path, kind }) => (kind.of === "anything" ? [`${part.name}: ${path}`] : [])),
  );
  expect(loose).toEqual([
    "merchant-api createPayment answer: paymentActions[]",
    ...["createPayment", "chargeSubscription", "chargeUnscheduledSubscription", "chargeSubscriptions"].map(
      (name) => `nets-easy ${name} request: notifications.webHooks[].headers[]`,
    ),
  ]);
});

interface Held {
  row: Row;
  own: Values;
}
const heldIn = (part: Part): Held[] =>
  rowsIn(part).flatMap((row) => {
    const own = values.get(`${part.name}: ${row.path}`);
    return own === undefined ? [] : [{ row, own }];
  });

describe.each(parts.map((part) => [part.name, part] as const))("%s", (name, part) => {
  const whole = wholes.get(name);
  const rows = heldIn(part);

  test("takes and refuses what it did", () => {
    expect(faultsIn(whole, part.fields, { strict: true, xml: part.xml })).toEqual([]);
    const differences = rows.map(({ row, own }) => [row.path, differenceIn(part, row, whole, own)]);
    expect(differences.filter(([, difference]) => difference !== null)).toEqual([]);
  });

  test("a change of a row is noticed", () => {
    const passed: string[] = [];
    let tried = 0;
    for (const { row, own } of rows) {
      changedTable(part.fields, row.path, (field) => {
        for (const { what, field: instead } of mutantsOf(field)) {
          tried += 1;
          const fields = changedTable(part.fields, row.path, () => instead);
          if (differenceIn({ ...part, fields }, row, whole, own) === null) passed.push(`${row.path}: ${what}`);
        }
        return [field];
      });
    }
    expect(passed).toEqual([]);
    expect(tried).toBeGreaterThan(rows.length * 7);
  });
});

/** Each text that some row takes, with what it was recorded to take. */
const texts = new Map<string, { kind: TextKind; places: Places[]; refuses: unknown[] }>();
for (const part of parts) {
  for (const { row, own } of heldIn(part)) {
    for (const kind of textsIn(row.kind))
      texts.set(keyOfText(kind), { kind, places: own.places, refuses: own.refuses });
  }
}

/** A digit in place of the point, between digits. */
const isTheSame = ({ called }: TextKind, what: string): boolean =>
  called === "number as a text" && /^\(\?:\\\.\|\\u003\d\) for/.test(what);

describe("a pattern that is wider or narrower by one character is noticed", () => {
  test.each([...texts])("%s", (_, { kind, places }) => {
    expect(differenceInTexts(kind, places)).toBe(null);
    const passed = patternMutantsOf(kind).filter(
      ({ kind: other, by }) => differenceInTexts(other, places, by) === null,
    );
    expect(passed.filter(({ what }) => !isTheSame(kind, what)).map(({ what }) => what)).toEqual([]);
  });

  test("another row's pattern is noticed", () => {
    const passed: string[] = [];
    for (const { kind, places, refuses } of texts.values()) {
      for (const { kind: other } of texts.values()) {
        const { pattern: _, ...rest } = kind;
        const instead = other.pattern === undefined ? rest : { ...rest, pattern: other.pattern };
        if (String(other.pattern) === String(kind.pattern)) continue;
        const takesMore = refuses.some((value) => faultsIn({ value }, [must("value", instead)]).length === 0);
        if (takesMore || differenceInTexts(instead, places) !== null) continue;
        passed.push(`${other.pattern} for ${kind.pattern}`);
      }
    }
    expect(passed).toEqual([]);
  });
});

describe("the double", () => {
  const opened: Record<string, Bank> = {};
  beforeAll(async () => {
    for (const [page, client] of Object.entries(DOUBLES)) opened[page] = await banks[client]();
  });
  afterAll(() => Promise.all(Object.values(opened).map(({ close }) => close())));

  test.each(parts.filter(({ isAsked }) => isAsked).map((part) => [part.name, part] as const))(
    "%s",
    async (name, part) => {
      const bank = opened[part.page] as Bank;
      const whole = wholes.get(name);
      const rows = heldIn(part);
      const isLeaf = ({ row }: Held): boolean => !rows.some((other) => other.row.path.startsWith(`${row.path}.`));
      const [leaves, groups] = [rows.filter(isLeaf), rows.filter((held) => !isLeaf(held))];
      const ask = (content: unknown) => asked(bank, part.operation, content);
      /** Each of the rows with the next of its values, in one message. */
      const inOne = (held: Held[], of: "takes" | "refuses", round: number): { content: unknown; changed: Held[] } => {
        const changed = held.filter(({ own }) => round < own[of].length);
        const content = changed.reduce((message, { row, own }) => withValue(message, row, own[of][round]), whole);
        return { content, changed };
      };
      const most = (of: "takes" | "refuses"): number => Math.max(0, ...leaves.map(({ own }) => own[of].length));
      const odd: string[] = [];
      for (let round = 0; round < most("takes"); round += 1) {
        const { content, changed } = inOne(leaves, "takes", round);
        const answer = await ask(content);
        // What is made up does not add up.
        if (answer.includes("1005: ")) continue;
        const named = changed.filter(({ row }) => /^(?:400|500) /.test(answer) && placeOf(row).test(answer));
        odd.push(...named.map(({ row, own }) => `${row.path} refused: ${JSON.stringify(own.takes[round])}: ${answer}`));
      }
      // A token is refused in OAuth's words, which name no field.
      const isToken = part.operation.name === "token";
      const refused = async ({ content, changed }: ReturnType<typeof inOne>, round: number): Promise<void> => {
        const answer = await ask(content);
        const isNamed = ({ row }: Held) => /^(?:400|500) /.test(answer) && placeOf(row).test(answer);
        const passed = isToken && /^40[01] /.test(answer) ? [] : changed.filter((held) => !isNamed(held));
        odd.push(
          ...passed.map(({ row, own }) => `${row.path} taken: ${JSON.stringify(own.refuses[round])}: ${answer}`),
        );
      };
      for (let round = 0; round < most("refuses"); round += 1) await refused(inOne(leaves, "refuses", round), round);
      for (const held of groups) await refused(inOne([held], "refuses", 0), 0);
      expect(odd.map((one) => one.slice(0, 300))).toEqual([]);
    },
  );
});
