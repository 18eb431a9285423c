/** Every way of being wrong about a life: each expectation replaced, one at a time, by one that the life does not meet. */
import type { Expectation, Observed } from "../../src/testing/index.js";

export interface Mutation {
  /** Where it was changed, as in `http.0` or `refusals[1].reason`. */
  name: string;
  expect: Expectation;
}

/** The changed values of one field, by where they were changed. */
type Changes = [where: string, value: unknown][];
type Mutate = (want: never, seen: Observed, all: Expectation) => Changes;
interface Bounds {
  min?: number;
  max?: number;
}

const NEVER = "nothing-that-ever-was";
const LONG_AGO = "2000-01-01T00:00:00.000Z";
const FAR_AHEAD = "2100-01-01T00:00:00.000Z";

const other = (status: string): string => (status === "pending" ? "on-hold" : "pending");
const without = <T>(list: T[], i: number): T[] => list.filter((_, at) => at !== i);
const replaced = <T>(list: T[], i: number, item: T): T[] => list.map((one, at) => (at === i ? item : one));

/** A moment at which the order did not read this; undefined where it always did. */
const whenItWasNot = (status: string, { history, orderId }: Observed): string | undefined => {
  const changes = history.filter((change) => change.orderId === orderId);
  if (changes.length === 0) return undefined;
  if (changes[0]?.from !== status) return LONG_AGO;
  return changes.at(-1)?.to === status ? undefined : FAR_AHEAD;
};

/** Each entry of a list with each of its fields changed in turn. */
const eachField = <T extends object>(list: T[], wrong: (entry: T, field: string) => unknown): Changes =>
  list.flatMap((entry, i) =>
    Object.keys(entry)
      .filter((field) => wrong(entry, field) !== undefined)
      .map((field): Changes[number] => [
        `[${i}].${field}`,
        replaced(list, i, { ...entry, [field]: wrong(entry, field) }),
      ]),
  );

const eachKey = <T>(map: Record<string, T>, wrong: (value: T, key: string) => unknown): Changes =>
  Object.entries(map).map(([key, value]) => [`.${key}`, { ...map, [key]: wrong(value, key) }]);

const tighter = (bounds: Bounds, got: number): Changes =>
  eachKey(bounds as Record<string, number>, (_, key) => (key === "min" ? got + 1 : got - 1));

const answers = (list: { event: number; reason: unknown }[]): Changes =>
  eachField(list, (_, field) => (field === "event" ? 999 : NEVER));

const mutate: Record<string, Mutate> = {
  status: (want: string) => [["", other(want)]],
  preferred: (want: string) => [["", other(want)]],
  statusOneOf: (_, __, all) => (all.preferred === undefined ? [["", [NEVER]]] : []),
  statusNotIn: (want: string[], seen) => [["", [...want, seen.status]]],
  statuses: (want: Record<string, string>) => eachKey(want, other),
  statusHistory: (want: string[]) => [
    ["+", [...want, "failed"]],
    ...want.map((_, i): Changes[number] => [`[${i}]-`, without(want, i)]),
    ...want.map((status, i): Changes[number] => [`[${i}]`, replaced(want, i, other(status))]),
  ],
  checkpoints: (want: { at: string; status: string }[], seen) =>
    eachField(want, (entry, field) => (field === "status" ? other(entry.status) : whenItWasNot(entry.status, seen))),
  gatewayCalls: (want: { op: string; amount?: number }[]) => [
    ["+", [...want, { op: "capture" }]],
    ...want.map((_, i): Changes[number] => [`[${i}]-`, without(want, i)]),
    ...eachField(want, (entry, field) => (field === "amount" ? (entry.amount ?? 0) + 1 : NEVER)),
  ],
  noGatewayCalls: (want: string[], seen) => {
    const happened = seen.gatewayCalls[0]?.op;
    return happened === undefined ? [] : [["", [...want, happened]]];
  },
  gatewayEffects: (want: Record<string, number>) => eachKey(want, (amount) => amount + 1),
  reads: (want: Record<string, Bounds>, seen) =>
    Object.entries(want).flatMap(([op, bounds]) =>
      tighter(bounds, seen.reads[op] ?? 0).map(([where, value]): Changes[number] => [
        `.${op}${where}`,
        { ...want, [op]: value },
      ]),
    ),
  mails: (want: Record<string, number>) => eachKey(want, (count) => count + 1),
  stockReductions: (want: number) => [["", want + 1]],
  stockReleased: (want: boolean) => [["", !want]],
  notes: (want: Bounds, seen) => tighter(want, seen.notes.length),
  notesContain: (want: string[]) => want.map((_, i) => [`[${i}]`, replaced(want, i, NEVER)]),
  refusals: answers,
  skipped: answers,
  deferred: (want: { event: number; notBefore: string; reason: string }[]) =>
    want.length === 0
      ? [["+", [{ event: 0, notBefore: LONG_AGO, reason: "cooldown" }]]]
      : eachField(want, (_, field) => (field === "event" ? 999 : field === "notBefore" ? FAR_AHEAD : NEVER)),
  parked: (want: (string | number)[]) => [
    ["+", [...want, NEVER]],
    ...want.map((_, i): Changes[number] => [`[${i}]-`, without(want, i)]),
  ],
  deadLetters: (want: Bounds, seen) => tighter(want, seen.deadLetters),
  logged: () => [["", [NEVER]]],
  flags: (want: string[]) => [
    ["+", [...want, NEVER]],
    ...want.map((_, i): Changes[number] => [`[${i}]`, replaced(want, i, NEVER)]),
    ...(want.length > 0 ? ([["=[]", []]] as Changes) : []),
  ],
  flagsIf: (want: Record<string, string[]>, seen) =>
    Object.entries(want).map(([status, flags]) => [`.${status}`, { [seen.status ?? ""]: [...flags, NEVER] }]),
  flagsDuring: (want: { flag: string; from: string; to: string }[]) => [
    ...eachField(want, (_, field) => (field === "flag" ? NEVER : undefined)),
    ...want.map((entry, i): Changes[number] => [
      `[${i}].from-to`,
      replaced(want, i, { ...entry, from: LONG_AGO, to: LONG_AGO }),
    ]),
  ],
  http: (want: Record<string, string[]>) => [
    ...eachKey(want, () => ["599"]),
    ...Object.entries(want).map(([event, codes]): Changes[number] => [
      `.${event}!`,
      Object.fromEntries([[999, codes], ...Object.entries(want).filter(([key]) => key !== event)]),
    ]),
  ],
  createPayment: (want: Record<string, unknown>) => eachKey(want, () => NEVER),
  reply: (want: boolean) => [["", !want]],
  errorShown: (want: boolean) => [["", !want]],
  redirect: () => [["", NEVER]],
  result: () => [["", NEVER]],
  explanation: () => [["", NEVER]],
  meta: (want: Record<string, unknown>) => eachKey(want, () => NEVER),
  orderTotal: (want: number) => [["", want + 1]],
  orderCount: (want: number) => [["", want + 1]],
};

/** These say how to look, not what to see. */
const settings = ["asOf", "interleavings"];

/** `met`: whether a life meets these expectations. */
export const mutationsOf = (
  expect: Expectation,
  seen: Observed,
  met: (expect: Expectation) => boolean,
): { mutations: Mutation[]; immovable: string[] } => {
  const mutations: Mutation[] = [];
  const immovable: string[] = [];
  for (const [field, want] of Object.entries(expect)) {
    if (settings.includes(field)) continue;
    const changes: Changes =
      field === "anyOf"
        ? anyOf(want as Expectation[], seen, met)
        : (mutate[field]?.(want as never, seen, expect) ?? []);
    if (changes.length === 0) immovable.push(field);
    for (const [where, value] of changes)
      mutations.push({ name: field + where, expect: { ...expect, [field]: value } });
  }
  return { mutations, immovable };
};

/** One of several may be met, so whichever are met are made wrong together. */
const anyOf = (want: Expectation[], seen: Observed, met: (expect: Expectation) => boolean): Changes => {
  const wrong = want.map((one) => (met(one) ? mutationsOf(one, seen, met).mutations : []));
  return wrong.flatMap((mutations, i) =>
    mutations.map(({ name, expect }): Changes[number] => [
      `[${i}].${name}`,
      want.map((one, at) => (at === i ? expect : (wrong[at]?.[0]?.expect ?? one))),
    ]),
  );
};
