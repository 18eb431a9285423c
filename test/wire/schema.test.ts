/** Every message is held to what is published, and a message that is not as published is noticed. */
import { beforeAll, describe, expect, test } from "vitest";
import { type Field, faultsIn, type Kind, type Row, rowsOf } from "../../src/testing/doubles/wire/fields.js";
import { apis } from "./apis.js";
import { against, everyMessage, type Message } from "./messages.js";
import { changedTable } from "./mutants.js";
import { beyond, changedAt, rowsHeld, valuesAt, wrongType } from "./paths.js";
import { sampleOf } from "./sample.js";

let messages: Message[] = [];
beforeAll(async () => {
  messages = await everyMessage();
});

/** A table: what several operations have in common is one. */
interface Part {
  names: string[];
  fields: readonly Field[];
  source: string;
  messages: () => Message[];
}

const parts: Part[] = apis.flatMap(({ page, operations }) => {
  const found = new Map<readonly Field[], Part>();
  for (const operation of operations) {
    for (const part of ["request", "answer"] as const) {
      const fields = operation[part] ?? [];
      const name = `${page}: ${operation.name}, ${part}`;
      const of = () => messages.filter((one) => one.operation[one.part] === fields);
      const same = found.get(fields);
      if (same !== undefined) same.names.push(name);
      else if (fields.length > 0) found.set(fields, { names: [name], fields, source: operation.source, messages: of });
    }
  }
  return [...found.values()];
});
const named = parts.map((part): [string, Part] => [part.names[0] as string, part]);

/** A message that has the row; undefined: nobody ever said it. */
const holding = (part: Part, row: Row): Message | undefined =>
  part.messages().find(({ content }) => rowsHeld([row], content).length > 0);

test.each(["ours", "theirs"] as const)("what is said by %s and the doubles is as it is published", (by) => {
  const own = messages.filter((message) => message.by === by);
  expect(own.length).toBeGreaterThan(100);
  const faults = own.flatMap((message) => {
    const { api, operation, part } = message;
    return against(message).map(({ path, says }) => `${api.page} ${operation.name} ${part}: ${path} ${says}`);
  });
  expect([...new Set(faults)]).toEqual([]);
});

test("whatever a shop may send was sent by somebody, and the double took it", () => {
  const unheard = parts.flatMap((part) => {
    const [first] = part.names;
    const isAsked = apis.some(({ operations }) =>
      operations.some(({ by, request }) => by === "shop" && request === part.fields),
    );
    const rows = rowsOf(part.fields, part.source).filter((row) => isAsked && holding(part, row) === undefined);
    return rows.map(({ path }) => `${first}: ${path}`);
  });
  expect(unheard).toEqual([]);
});

test("what our adapters cut to fit comes to the very limit, so that a narrower one is noticed", () => {
  const reached = new Map<Kind, boolean>();
  const names = new Map<Kind, string>();
  for (const message of messages.filter(({ by, part }) => by === "ours" && part === "request")) {
    const { operation, content } = message;
    for (const row of rowsHeld(rowsOf(operation.request ?? [], operation.source), content)) {
      const { kind, path } = row;
      if (operation.by === "bank" || kind.of !== "text" || kind.most === undefined) continue;
      const longest = Math.max(...valuesAt(content, path).map((value) => String(value).length));
      reached.set(kind, reached.get(kind) === true || longest === kind.most);
      names.set(kind, `${operation.name}: ${path}`);
    }
  }
  expect(reached.size).toBeGreaterThan(8);
  // The engine's own words, which are short.
  expect([...names].filter(([kind]) => !reached.get(kind)).map(([, name]) => name)).toEqual([
    "createPayment: metadata.custom[].key",
    "createPayment: metadata.custom[].value",
  ]);
});

describe("a message that differs in one field is noticed", () => {
  test.each(named)("%s", (_, part) => {
    const passed: string[] = [];
    const isXml = part.messages().some(({ xml }) => xml);
    const whole = { content: sampleOf(part.fields, isXml), xml: isXml };
    expect(faultsIn(whole.content, part.fields, { strict: true, xml: isXml })).toEqual([]);
    for (const row of rowsOf(part.fields, part.source)) {
      const { content, xml } = holding(part, row) ?? whole;
      const tried = (what: string, change: Parameters<typeof changedAt>[2]): void => {
        const faults = faultsIn(changedAt(content, row, change), part.fields, { strict: true, xml });
        if (faults.length === 0) passed.push(`${row.path}: ${what}`);
      };
      tried("another name", (value, name) => ({ [`${name}X`]: value }));
      if (row.required) tried("missing", () => ({}));
      const { kind, list } = row;
      const placed = (value: unknown) => (list === null ? value : [value]);
      if (kind.of !== "anything") tried("of another type", (__, name) => ({ [name]: placed(wrongType(kind)) }));
      const more = beyond(kind);
      if (more !== undefined) {
        tried("beyond its limits", (__, name) => ({ [name]: placed(xml ? String(more) : more) }));
      }
      if (list !== null && list.least > 0) tried("an empty list", (__, name) => ({ [name]: [] }));
    }
    expect(passed).toEqual([]);
  });
});

const another: Record<Kind["of"], Kind> = {
  text: { of: "number", least: Number.POSITIVE_INFINITY },
  number: { of: "group", fields: [] },
  flag: { of: "group", fields: [] },
  group: { of: "number" },
  either: { of: "group", fields: [] },
  map: { of: "number" },
  anything: { of: "text", words: ["no such word"] },
};

describe("a table that differs in one row is noticed", () => {
  test.each(named)("%s", (_, part) => {
    const own = part.messages();
    const isNoticed = (fields: Field[]): boolean =>
      own.some(({ content, xml }) => faultsIn(content ?? {}, fields, { strict: true, xml }).length > 0);
    const passed: string[] = [];
    for (const row of rowsOf(part.fields, part.source)) {
      if (holding(part, row) === undefined) continue;
      const tried = (what: string, change: (field: Field) => Field[]): void => {
        if (!isNoticed(changedTable(part.fields, row.path, change))) passed.push(`${row.path}: ${what}`);
      };
      tried("another name", (field) => [{ ...field, name: `${field.name}X` }]);
      tried("no such row", () => []);
      tried("another type", (field) => [{ ...field, kind: another[field.kind.of] }]);
    }
    expect(passed).toEqual([]);
  });
});
