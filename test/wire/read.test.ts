/** What docs/wire says is read is noticed when it differs, and what it says is not read makes no difference. */
import { beforeAll, describe, expect, test } from "vitest";
import { type Field, type Kind, type Row, rowsOf, type WireOperation } from "../../src/testing/doubles/wire/fields.js";
import { type Api, apis } from "./apis.js";
import { readOf } from "./document.js";
import { everyMessage, type Message } from "./messages.js";
import { outcomeOf } from "./outcome.js";
import { changedAt, rowsHeld, wrongType } from "./paths.js";

let messages: Message[] = [];
beforeAll(async () => {
  messages = await everyMessage();
});

interface Told {
  api: Api;
  operation: WireOperation;
  fields: readonly Field[];
}

/** Each table once. */
const told: Told[] = apis.flatMap((api) => {
  const seen = new Set<readonly Field[]>();
  return api.operations.flatMap((operation) => {
    const fields = (operation.by === "bank" ? operation.request : operation.answer) ?? [];
    if (fields.length === 0 || seen.has(fields)) return [];
    seen.add(fields);
    return [{ api, operation, fields }];
  });
});

/** Another value that is as published. */
const other = (value: unknown, kind: Kind, xml: boolean): unknown => {
  if (kind.of === "number") {
    const number = Number(value) === 1 ? 2 : 1;
    return xml ? String(number) : number;
  }
  if (kind.of === "either") return other(value, kind.kinds.find(({ of }) => of === typeof value) ?? kind.kinds[0], xml);
  if (kind.of === "flag") return xml ? String(value !== "true") : !value;
  if (kind.of !== "text") return value;
  if (kind.words !== undefined) return kind.words.find((word) => word !== value) ?? value;
  const text = String(value);
  if (/^\d{4}-\d\d-\d\dT/.test(text)) return `2025${text.slice(4)}`;
  if (/^https?:/.test(text)) return `${text}0`;
  return text.endsWith("0") ? `${text.slice(0, -1)}1` : `${text.slice(0, -1)}0`;
};

/** What is not read is tried in so many messages. */
const ENOUGH = 1;

const MOST_SCENES = 4;

const named = told.map((one): [string, Told] => [`${one.api.page}: ${one.operation.name}`, one]);
const without = (path: string): string => path.replaceAll("[]", "");

/** Few that differ most: each says something that the others do not. */
const telling = (all: Message[], rows: Row[]): Message[] => {
  const kinds = new Map<string, Message>();
  for (const message of all) {
    const status = (message.content as { status?: string } | null)?.status ?? "";
    const held = rowsHeld(rows, message.content).map(({ path }) => path);
    const key = `${status} ${held.join(" ")}`;
    if (!kinds.has(key)) kinds.set(key, message);
  }
  return [...kinds.values()];
};

/** What a payment can be while something else is answered; where it is the answer itself, that. */
const scenesOf = (api: Api, fields: readonly Field[]): unknown[] => {
  const reading = api.operations.find(({ name }) => name === "getPayment");
  if (reading?.answer === fields || readOf(api, fields).size === 0) return [{}];
  const all = messages.filter((one) => one.operation === reading && one.part === "answer" && one.by === "ours");
  const scenes = telling(all, rowsOf(reading?.answer ?? [], "")).map(({ content }) => content);
  return scenes.length > MOST_SCENES ? scenes.slice(-MOST_SCENES) : scenes;
};

describe.each(named)("%s", (_, { api, operation, fields }) => {
  test("what is read makes a difference, and nothing else does", async () => {
    const rows = rowsOf(fields, operation.source);
    const own = messages.filter((one) => one.operation[one.part] === fields);
    const read = readOf(api, fields);
    const schemas = api.reads[operation.name] ?? [];
    const outcome = async (content: unknown, base: unknown): Promise<string> => {
      if (operation.by === "bank") {
        return JSON.stringify(schemas.map((schema) => schema.safeParse(content).data ?? "refused"));
      }
      const answered = { api, fields, name: operation.name, heard: messages };
      const outcomes: string[] = [];
      for (const scene of scenesOf(api, fields)) outcomes.push(await outcomeOf({ ...answered, scene }, content, base));
      return outcomes.join("\n");
    };
    const noticed = new Set<string>();
    const tried = new Map<string, number>();
    for (const message of telling(own, rows)) {
      const { content, xml } = message;
      const before = await outcome(content, content);
      expect(await outcome(content, content)).toBe(before);
      for (const row of rowsHeld(rows, content)) {
        const tries = (tried.get(row.path) ?? 0) + 1;
        tried.set(row.path, tries);
        if (noticed.has(row.path) || (tries > ENOUGH && !read.has(without(row.path)))) continue;
        const { kind, list } = row;
        const placed = (value: unknown) => (list === null ? value : [value]);
        const changes: Parameters<typeof changedAt>[2][] = [
          () => ({}),
          (value, name) => ({
            [name]: Array.isArray(value) ? value.map((one) => other(one, kind, xml)) : other(value, kind, xml),
          }),
          (__, name) => ({ [name]: placed(wrongType(kind)) }),
        ];
        for (const change of changes) {
          if ((await outcome(changedAt(content, row, change), content)) !== before) noticed.add(row.path);
        }
      }
    }
    const heard = rows.filter((row) => own.some(({ content }) => rowsHeld([row], content).length > 0));
    expect([...noticed].sort()).toEqual(
      heard
        .filter(({ path }) => read.has(without(path)))
        .map(({ path }) => path)
        .sort(),
    );
  });
});
