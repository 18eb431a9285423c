/** What XState itself says of a step, without what we do beside it. */
import { expect } from "vitest";
import { type AnyStateMachine, createActor, type StateValue, transition } from "xstate";
import type { GuardContext } from "../../machines/guards.js";
import type { StepResult } from "../../src/core/step.js";

const deaf = { setTimeout: () => 0, clearTimeout() {} };

/** The transition taken, as an actor tells whoever inspects it. */
const told = (machine: AnyStateMachine, value: StateValue, context: GuardContext, event: { type: string }) => {
  const seen: { meta?: object }[] = [];
  const actor = createActor(machine, {
    snapshot: machine.resolveState({ value, context }),
    clock: deaf as never,
    inspect: (happened) => {
      if (happened.type === "@xstate.microstep") seen.push(...(happened._transitions as { meta?: object }[]));
    },
  });
  actor.start();
  seen.length = 0;
  actor.send(event);
  const [first] = seen;
  const now = (actor.getSnapshot() as { value: StateValue }).value;
  actor.stop();
  return { value: now, taken: first === undefined ? null : (first.meta ?? {}) };
};

/** The same step by XState's documented `transition()`. A raised event is a timer where it has a name and a delay. */
export const documented = (
  machine: AnyStateMachine,
  value: StateValue,
  context: GuardContext,
  event: { type: string },
): StepResult => {
  const [next, asked] = transition(machine, machine.resolveState({ value, context }), event);
  const actions = asked as unknown as { type: string; params: { id: string; delay: number; sendId: string } }[];
  const byActor = told(machine, value, context, event);
  expect(byActor.value).toEqual(next.value);
  const isTimer = (type: string) => type === "xstate.raise" || type === "xstate.cancel";
  return {
    value: next.value as StateValue,
    taken: byActor.taken,
    actions: actions
      .filter(({ type }) => !isTimer(type))
      .map(({ type, params }) => ({ type, params }) as unknown as StepResult["actions"][number]),
    timers: actions
      .filter(
        ({ type, params }) =>
          isTimer(type) && (params.sendId ?? (params.delay === undefined ? undefined : params.id)) !== undefined,
      )
      .map(({ type, params: { id, delay, sendId } }) =>
        type === "xstate.cancel" ? { cancel: sendId } : { set: id, delayMs: Math.max(0, Math.ceil(delay)) },
      ),
  };
};
