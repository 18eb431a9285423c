import { expect, test } from "vitest";
import { registry } from "../../machines/index.js";
import { decide } from "../../src/core/decide.js";
import { comparedWith, differing } from "./pairs.js";

const some = { seed: 3, pairs: 400 };

test("a build beside itself decides alike", async () => {
  const tally = await comparedWith({ decide, registry }, some);
  expect(tally.pairs).toBeGreaterThanOrEqual(400);
  expect(tally).toMatchObject({ different: 0, kinds: {}, broken: 0 });
});

test.each([
  [
    "a reason",
    (decision: ReturnType<typeof decide>) => {
      for (const answer of decision.entry.answers)
        if (answer.reason === "recorded") Object.assign(answer, { reason: "moved" });
    },
    "entry.answers",
  ],
  [
    "a fact",
    ({ record }: ReturnType<typeof decide>) => Object.assign(record.facts.order, { total: 1 }),
    "record.facts.order.total",
  ],
  ["a timer", ({ record }: ReturnType<typeof decide>) => Object.assign(record, { timers: {} }), "record.timers"],
])("one that decides %s otherwise is named", async (_, spoil, where) => {
  const other: typeof decide = (...asked) => {
    const decision = structuredClone(decide(...asked));
    spoil(decision);
    return decision;
  };
  const tally = await comparedWith({ decide: other, registry }, some);
  expect(tally.different).toBeGreaterThan(0);
  expect(Object.keys(tally.kinds).every((kind) => kind.includes(where))).toBe(true);
});

test("one that throws is named, and spoils no life", async () => {
  const tally = await comparedWith(
    {
      decide: () => {
        throw new Error("broken");
      },
      registry,
    },
    some,
  );
  expect([tally.different, tally.broken]).toEqual([tally.pairs, 0]);
});

test("where two decisions differ is told to four levels", () => {
  expect(differing({ a: { b: 1, c: 2 } }, { a: { b: 1, c: 3 } })).toEqual(["a.c"]);
  expect(differing({ a: { b: { c: { d: { e: 1 } } } } }, { a: { b: { c: { d: { e: 2 } } } } })).toEqual(["a.b.c.d"]);
  expect(differing({ a: [1] }, { a: [2] })).toEqual(["a"]);
  expect(differing({ a: 1 }, {})).toEqual(["a"]);
});
