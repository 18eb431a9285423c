/** Our step against XState's own documented way of asking the same. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type AnyStateMachine, createActor, type StateValue } from "xstate";
import type { GuardContext } from "../../machines/guards.js";
import { cooldownMachine, merchantApi, netsMachine, orderMachine, paymentMachine } from "../../machines/index.js";
import { initialValue, knows, type StepResult, step } from "../../src/core/step.js";
import { anyFacts } from "../../src/testing/decision/arbitraries.js";
import { aHeldCallback } from "./considered.js";
import { documented } from "./documented.js";

const machines: [string, AnyStateMachine][] = [
  ["order", orderMachine],
  ["payment", paymentMachine],
  ["nets", netsMachine],
  ["cooldown", cooldownMachine],
];

/** Every value that the machine can stand in. */
const valuesOf = (machine: AnyStateMachine): StateValue[] => {
  const under = (node: AnyStateMachine["root"]): StateValue[] =>
    Object.values(node.states).flatMap((child): StateValue[] =>
      Object.keys(child.states).length === 0 ? [child.key] : under(child).map((value) => ({ [child.key]: value })),
    );
  return under(machine.root);
};

/**
 * Of random facts, each in every state at every event: some 15,000 comparisons for the order alone. STEP_RUNS=5 takes
 * five, the same each time, so that a mutant of the step is not kept waiting.
 */
const RUNS = Number(process.env.STEP_RUNS ?? 20);
const runs = { numRuns: RUNS, ...(process.env.STEP_RUNS === undefined ? {} : { seed: 20261120 }) };

const asText = ({ value, actions, timers, taken }: StepResult): string =>
  JSON.stringify([value, actions, timers, taken]);

describe.each(machines)("the %s machine", (_name, machine) => {
  const values = valuesOf(machine);
  const events = [...machine.events, "nobody.knows.this"];

  test("moves, asks and times exactly as XState says, in every state, at every event, whatever the facts", () => {
    let compared = 0;
    fc.assert(
      fc.property(anyFacts, (facts) => {
        for (const value of values) {
          for (const type of events) {
            compared += 1;
            const ours = step(machine, value, facts, { type });
            const theirs = documented(machine, value, facts, { type });
            // toEqual tells where they differ, but is too slow to be asked each time.
            if (asText(ours) !== asText(theirs))
              expect({ from: value, type, ...ours }).toEqual({ from: value, type, ...theirs });
          }
        }
      }),
      runs,
    );
    expect(compared).toBe(RUNS * values.length * events.length);
  });

  test("begins where XState begins", () => {
    const begun = createActor(machine, { input: undefined }).getSnapshot() as { value: StateValue };
    expect(initialValue(machine)).toEqual(begun.value);
  });

  test("knows each of its states, and none that it does not have", () => {
    expect(values.filter((value) => !knows(machine, value))).toEqual([]);
    for (const stranger of ["shipped", { capturing: "shipped" }, { shipped: "asked" }] as StateValue[]) {
      expect(knows(machine, stranger)).toBe(false);
    }
  });

  test("a state that it does not have is an error, never a guess", () => {
    expect(() => step(machine, "shipped", {} as GuardContext, { type: "payment.read" })).toThrow(/shipped/);
  });
});

describe("timers are data", () => {
  const facts = (now: number) => ({ ...fc.sample(anyFacts, { numRuns: 1, seed: 7 })[0], now }) as GuardContext;
  const calm = (now: number): GuardContext => {
    const base = facts(now);
    return {
      ...base,
      order: { ...base.order, createdAt: 0, updatedAt: 0 },
      payment: { ...base.payment, gateway: "resurs-mapi" },
      flow: merchantApi,
      waiting: [{ ...aHeldCallback, at: now }],
      operation: null,
      settings: {
        ...base.settings,
        cooldownSeconds: 60,
        stockManagement: false,
        choices: { ...base.settings.choices, cooldownFrom: "created-or-updated" },
      },
    };
  };
  const COOLDOWN = "xstate.after.cooldownRemaining.cooldown.holding";
  const LINK = "xstate.after.linkLifetime.order.pending";

  test.each([
    [
      "a held callback sets the rest of its minute",
      20_000,
      "idle",
      "callback.received",
      [{ set: COOLDOWN, delayMs: 40_000 }],
    ],
    ["somebody who asks at once takes the timer away", 20_000, "holding", "someone.asked", [{ cancel: COOLDOWN }]],
    [
      "a write to the order winds it up again",
      20_000,
      "holding",
      "order.updated",
      [{ cancel: COOLDOWN }, { set: COOLDOWN, delayMs: 40_000 }],
    ],
    [
      "the timer's own ring leaves nothing behind but its taking away",
      60_000,
      "holding",
      COOLDOWN,
      [{ cancel: COOLDOWN }],
    ],
    ["after the minute nothing is set", 60_000, "idle", "callback.received", []],
  ])("%s", (_sentence, now, value, type, timers) => {
    expect(step(cooldownMachine, value, calm(now), { type }).timers).toEqual(timers);
  });

  const placedAs = (now: number): GuardContext => {
    const facts = calm(now);
    return { ...facts, order: { ...facts.order, status: "pending" }, seen: "pending" };
  };

  test("a pending order carries the life of the customer's link, 120 minutes by default", () => {
    const seen = placedAs(30_000);
    expect(step(orderMachine, "checkout-draft", seen, { type: "order.placed" }).timers).toEqual([
      { set: LINK, delayMs: 120 * 60_000 - 30_000 },
    ]);
  });

  test("a moment that has passed is due now, not in the past", () => {
    const seen = placedAs(9_000_000);
    expect(step(orderMachine, "checkout-draft", seen, { type: "order.placed" }).timers).toEqual([
      { set: LINK, delayMs: 0 },
    ]);
  });
});

test("an event that no branch takes leaves everything as it was and says so", () => {
  const [facts] = fc.sample(anyFacts, { numRuns: 1, seed: 1 }) as [GuardContext];
  expect(step(orderMachine, "processing", facts, { type: "capture.confirmed" })).toEqual({
    value: "processing",
    actions: [],
    timers: [],
    taken: null,
  });
});
