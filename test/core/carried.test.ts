/** Machines that a shop may bring along: those that a table can carry go as XState says, the others are refused by name. */
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
import { registry } from "../../machines/index.js";
import { checkedRegistry, faultsIn } from "../../src/core/carried.js";
import { step } from "../../src/core/step.js";
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

const raisesByItself = made({
  initial: "a",
  states: { a: { entry: raise(x, { id: "t", delay: 5 }), on: { go: "b" } }, b: {} },
});

const carried = ["nothing else", "a state that is left at once", "a state that may be left at once"];

const refused: Record<string, RegExp> = {
  "words out of the facts": /"note" with words made of the facts, at "\(machine\)\.a"/,
  "an action that asks the facts": /"sometimes", which changes the context or asks for more/,
  "an action that keeps something": /"kept", which changes the context/,
  "something kept on the spot": /an action that is a function/,
  "the same, with words": /"sometimes", which changes/,
  "an action on the spot": /an action that is a function: give it a name/,
  "an event of its own": /an action that is a function/,
  "an event of its own, by name": /an action that is a function/,
  "words at the beginning of a state": /actions at the initial state/,
  "an end that leads on": /a state of the kind "final"/,
  "a timer by the facts": /an action that is a function/,
  "a timer of so many milliseconds": /an action that is a function/,
  "a timer without a name": /an action that is a function/,
  "a timer taken away by the facts": /an action that is a function/,
  "a timer taken away by name": /an action that is a function/,
  "two timers of one name": /an action that is a function/,
  "two states at once": /a state of the kind "parallel"/,
  "a state that calls somebody": /an invoked actor/,
  "an end": /a state of the kind "final"/,
};

describe("a machine that a shop brings along", () => {
  const at = (now: number): GuardContext => ({
    ...(fc.sample(anyFacts, { numRuns: 1, seed: 1 })[0] as GuardContext),
    now,
  });

  test("every one of these is carried or refused", () => {
    expect([...carried, ...Object.keys(refused)].sort()).toEqual(Object.keys(others).sort());
  });

  test.each(carried)("with %s goes as XState says", (name) => {
    const machine = others[name] as AnyStateMachine;
    expect(faultsIn(machine)).toEqual([]);
    const { value } = createActor(machine).getSnapshot() as { value: StateValue };
    for (const now of [1000, 2000, 1000, 2000]) {
      for (const type of [...machine.events, "nobody.knows.this"]) {
        const facts = at(now);
        expect(step(machine, value, facts, { type })).toEqual(documented(machine, value, facts, { type }));
      }
    }
  });

  test.each(Object.entries(refused))("with %s is refused by name", (name, says) => {
    expect(faultsIn(others[name] as AnyStateMachine).join("; ")).toMatch(says);
  });

  test.each([
    ["a timer of its own at the entry of a state", raisesByItself, /an action that is a function/],
    ["one event name for several", made({ on: { "merchant.*": {} } }), /the event "merchant\.\*" for several events/],
    [
      "a guard with parameters",
      made({ on: { go: { guard: { type: "late", params: { by: 1 } } } } }),
      /the guard "late" with parameters/,
    ],
    [
      "a state that remembers",
      made({ initial: "a", states: { a: { type: "history", target: "b" }, b: {} } }),
      /a state of the kind "history"/,
    ],
  ] as const)("with %s is refused too", (_, machine, says) => {
    expect(faultsIn(machine).join("; ")).toMatch(says);
  });

  test("is refused before it decides anything, with all that is wrong with it", () => {
    const wrong = { ...registry, order: others["two states at once"] as never };
    expect(() => checkedRegistry(wrong)).toThrow(/these machines cannot be worked with: .*"parallel"/);
    expect(checkedRegistry(registry)).toBe(registry);
  });
});
