/**
 * One pure step of one machine: value and facts in, value, actions, timers and the transition taken out.
 *
 * XState's own `transition()` builds a throw-away actor for every call; a reused inert scope gives the same
 * result five times faster and tells which transition was taken. This is the only file that knows XState's
 * insides (`_sendInspectionEvent`, `_transitions`); test/core/step.test.ts holds it against `transition()`.
 */
import { type AnyStateMachine, createEmptyActor, type StateValue } from "xstate";
import type { ActionName, EffectParams } from "../../machines/effects.js";
import type { Considered } from "../../machines/guards.js";
import type { Meta } from "../../machines/meta.js";

export interface Asked {
  type: ActionName;
  params: EffectParams | undefined;
}

export type TimerChange = { set: string; delayMs: number } | { cancel: string };

export interface Step {
  value: StateValue;
  actions: Asked[];
  timers: TimerChange[];
  /** Meta of the transition taken; null = the machine has no branch for this event now. */
  taken: Meta | null;
}

// The shapes XState hands over, as far as they are used here.
interface ExecutableAction {
  type: string;
  params: unknown;
}
interface Microstep {
  type: string;
  _transitions: { meta?: Meta; eventType?: string }[];
}

let actions: ExecutableAction[] = [];
let taken: Microstep["_transitions"] = [];

const self = createEmptyActor();
const system = self.system as unknown as { _sendInspectionEvent(event: Microstep): void };
system._sendInspectionEvent = (event) => {
  if (event.type === "@xstate.microstep") taken.push(...event._transitions);
};
const scope = {
  self,
  id: "pure",
  sessionId: "pure",
  logger() {},
  defer() {},
  stopChild() {},
  emit() {},
  system: self.system,
  actionExecutor: (action: ExecutableAction) => {
    actions.push(action);
  },
} as unknown as Parameters<AnyStateMachine["transition"]>[2];

const templates = new WeakMap<AnyStateMachine, Map<string, object>>();

/** A resolved snapshot for a value, made once: the machines keep nothing but their value in it. */
const snapshotOf = (machine: AnyStateMachine, value: StateValue, context: Considered) => {
  let known = templates.get(machine);
  if (known === undefined) {
    known = new Map();
    templates.set(machine, known);
  }
  const key = typeof value === "string" ? value : JSON.stringify(value);
  let template = known.get(key);
  if (template === undefined) {
    template = machine.resolveState({ value, context });
    known.set(key, template);
  }
  return { ...template, context } as ReturnType<AnyStateMachine["resolveState"]>;
};

const sorted = (): Pick<Step, "actions" | "timers"> => {
  const asked: Asked[] = [];
  const timers: TimerChange[] = [];
  for (const { type, params } of actions) {
    if (type === "xstate.raise") {
      const { id, delay } = params as { id?: string; delay?: number };
      if (id === undefined || delay === undefined) continue;
      timers.push({ set: id, delayMs: Math.max(0, Math.ceil(delay)) });
    } else if (type === "xstate.cancel") {
      timers.push({ cancel: (params as { sendId: string }).sendId });
    } else {
      asked.push({ type: type as ActionName, params: params as EffectParams | undefined });
    }
  }
  return { actions: asked, timers };
};

const begin = () => {
  actions = [];
  taken = [];
};

/** Throws when the machine does not know `value`. */
export const step = (
  machine: AnyStateMachine,
  value: StateValue,
  context: Considered,
  event: { type: string },
): Step => {
  const snapshot = snapshotOf(machine, value, context);
  begin();
  const next = machine.transition(snapshot, event, scope) as { value: StateValue };
  const first = taken[0];
  return { value: next.value, ...sorted(), taken: first === undefined ? null : (first.meta ?? {}) };
};

export const initialValue = (machine: AnyStateMachine): StateValue => {
  begin();
  return (machine.getInitialSnapshot(scope, undefined) as { value: StateValue }).value;
};

/** Whether the machine knows this value; a value it does not know belongs to another version. */
export const knows = (machine: AnyStateMachine, value: StateValue): boolean => {
  try {
    machine.resolveState({ value, context: {} as Considered });
    return true;
  } catch {
    return false;
  }
};
