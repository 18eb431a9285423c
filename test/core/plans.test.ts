/** What XState did for a transition is done again without it, wherever nothing but guards and delays looks at the facts. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type AnyStateMachine,
  assign,
  cancel,
  createActor,
  createMachine,
  enqueueActions,
  fromPromise,
  raise,
  type StateValue,
} from "xstate";
import type { GuardContext } from "../../machines/guards.js";
import { type StepResult, step } from "../../src/core/step.js";
import { anyFacts } from "../../src/testing/decision/arbitraries.js";
import { documented } from "./documented.js";

interface Args {
  context: GuardContext;
}
const implementations = {
  actions: {
    note: () => {},
    sometimes: enqueueActions(({ context, enqueue }) => {
      if (context.now > 1500) enqueue("note");
    }),
    kept: assign({ now: 5 }),
  },
  guards: { late: ({ context }: Args) => context.now > 1500 },
  delays: { rest: ({ context }: Args) => 5000 - context.now },
  actors: { bank: fromPromise(async () => {}) },
};
const made = (config: object): AnyStateMachine =>
  createMachine({ context: {}, ...config } as never, implementations as never) as AnyStateMachine;
const asking = (actions: unknown): AnyStateMachine =>
  made({ initial: "a", states: { a: { on: { go: { target: "b", actions } } }, b: {} } });
const raising = (by: object): AnyStateMachine =>
  made({
    initial: "a",
    states: {
      a: { on: { go: { target: "b", actions: raise({ type: "on" }, by) } } },
      b: { on: { on: { guard: "late", target: "c" } } },
      c: {},
    },
  });
const calling = () => made({ initial: "a", states: { a: { on: { go: "b" } }, b: { invoke: { src: "bank" } } } });
const x = { type: "x" };
const named = { type: "note", params: { note: "n" } };
const plain = () =>
  made({
    initial: "a",
    states: {
      a: { exit: "note", on: { go: { target: "b", actions: named }, stay: {} } },
      b: { entry: "note", after: { rest: "a", 700: "a" }, initial: "c", states: { c: { entry: "note" } } },
    },
  });

/** Machines that a shop may bring along: a plain one as ours are, and such as look at the facts in other places. */
const others: Record<string, AnyStateMachine> = {
  "nothing else": plain(),
  "words out of the facts": asking({ type: "note", params: ({ context }: Args) => ({ note: `${context.now}` }) }),
  "an action that asks the facts": asking("sometimes"),
  "an action that keeps something": asking("kept"),
  "something kept on the spot": asking(assign({ now: 6 })),
  "the same, with words": asking({ type: "sometimes", params: {} }),
  "an action on the spot": asking(() => {}),
  "an event of its own": raising({}),
  "an event of its own, by name": raising({ id: "t" }),
  "words at the beginning of a state": made({
    initial: "a",
    states: {
      a: { on: { go: "b" } },
      b: {
        initial: { target: "c", actions: { type: "note", params: ({ context }: Args) => context.now } },
        states: { c: {} },
      },
    },
  }),
  "an end that leads on": made({
    initial: "a",
    states: {
      a: { on: { go: "b" } },
      b: { initial: "end", states: { end: { type: "final" } }, onDone: { guard: "late", target: "c" } },
      c: {},
    },
  }),
  "a timer by the facts": asking(raise(x, { id: "t", delay: ({ context }) => (context as GuardContext).now })),
  "a timer of so many milliseconds": asking(raise(x, { id: "t", delay: 100 })),
  "a timer without a name": asking(raise(x, { delay: ({ context }) => (context as GuardContext).now })),
  "a timer taken away by the facts": asking(cancel(({ context }) => `t${(context as GuardContext).now}`)),
  "a timer taken away by name": asking(cancel("t")),
  "two timers of one name": made({
    initial: "a",
    states: {
      a: {
        on: { go: { actions: raise(x, { id: "t", delay: 100 }) }, on: { actions: raise(x, { id: "t", delay: 200 }) } },
      },
    },
  }),
  "a state that is left at once": made({
    initial: "a",
    states: { a: { on: { go: "b" } }, b: { always: { guard: "late", target: "c" } }, c: {} },
  }),
  "a state that may be left at once": made({
    initial: "a",
    states: { a: { on: { go: {} }, always: { guard: "late", target: "b" } }, b: {} },
  }),
  "two states at once": made({
    type: "parallel",
    states: {
      x: { initial: "a", states: { a: { on: { go: { target: "b", actions: "note" } } }, b: {} } },
      y: { initial: "a", states: { a: { on: { go: "b", on: "b" } }, b: {} } },
    },
  }),
  "a state that calls somebody": calling(),
  "an end": made({ initial: "a", states: { a: { on: { go: "b" } }, b: { type: "final" } } }),
};

/** Of an action that is none of ours the name is enough: its words lead to half of XState. */
const inWords = ({ value, actions, timers, taken }: StepResult): string => {
  const asked = actions.map(({ type, params }) => (type.startsWith("xstate.") ? type : { type, params }));
  return JSON.stringify([value, asked, timers, taken]);
};

describe("a machine of another kind", () => {
  const at = (now: number): GuardContext => ({
    ...(fc.sample(anyFacts, { numRuns: 1, seed: 1 })[0] as GuardContext),
    now,
  });

  test.each(Object.entries(others))("with %s goes as XState says, the first time and later", (_what, machine) => {
    const { value } = createActor(machine).getSnapshot() as { value: StateValue };
    for (const now of [1000, 2000, 1000, 2000]) {
      for (const type of [...machine.events, "nobody.knows.this"]) {
        const facts = at(now);
        const ours = step(machine, value, facts, { type });
        expect(inWords(ours)).toBe(inWords(documented(machine, value, facts, { type })));
      }
    }
  });

  test("asks XState once for what is plain, and not at all where no branch is", () => {
    const machine = plain();
    let asked = 0;
    const ask = machine.transition.bind(machine);
    machine.transition = (...args: Parameters<typeof ask>) => {
      asked += 1;
      return ask(...args);
    };
    for (let again = 0; again < 3; again += 1) {
      for (const [value, type] of [
        ["a", "go"],
        ["a", "stay"],
        [{ b: "c" }, "xstate.after.rest.(machine).b"],
        ["a", "nobody.knows.this"],
      ] as const) {
        step(machine, value, at(again), { type });
      }
    }
    expect(asked).toBe(3);
  });

  test("calls nobody twice with one call", () => {
    const machine = calling();
    const [first, second] = [1, 2].map((now) => step(machine, "a", at(now), { type: "go" }).actions[0]);
    expect(first?.type).toBe("xstate.spawnChild");
    expect(first?.params).not.toBe(second?.params);
  });
});
