/**
 * One pure step of one machine: value and facts in, value, actions, timers and the transition taken out.
 *
 * XState's own `transition()` builds a throw-away actor for every call; a reused inert scope gives the same
 * result faster and tells which transition was taken. What XState did for a transition is kept, and done again
 * without it: in machines that name their actions and keep nothing, only guards and delays look at the facts.
 * This is the only file that knows XState's insides; test/core/step.test.ts holds it against `transition()`.
 */
import { type AnyStateMachine, type AnyStateNode, createEmptyActor, type StateValue } from "xstate";
import type { ActionName, EffectParams } from "../../machines/effects.js";
import type { GuardContext } from "../../machines/guards.js";
import type { Meta } from "../../machines/meta.js";

export interface RequestedAction {
  type: ActionName;
  params: EffectParams | undefined;
}

export type TimerChange = { set: string; delayMs: number } | { cancel: string };

export interface StepResult {
  value: StateValue;
  actions: RequestedAction[];
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

type Snapshot = ReturnType<AnyStateMachine["resolveState"]> & { _nodes: AnyStateNode[] };
type Delay = number | string | ((args: { context: GuardContext; event: { type: string } }) => number);

/** What XState did for one transition; null = it depends on the facts, so XState is to do it each time. */
interface Plan {
  value: StateValue;
  actions: RequestedAction[];
  timers: ({ cancel: string } | { set: string; delay: Delay })[];
}

interface TableEntry {
  /** The resolved snapshot: the machines keep nothing but their value in it. */
  template: Snapshot;
  rests: boolean;
  /** By the transition taken. */
  plans: Map<object, Plan | null>;
}

interface MachineTable {
  /** By the value. */
  places: Map<string, TableEntry>;
  initial: StateValue | null;
  /** By the timer's id; null = something beside guards and delays looks at the facts. */
  delays: Map<string, Delay> | null;
}

type Action = string | { type: string; params?: unknown } | (BuiltIn & (() => void));
interface BuiltIn {
  type?: string;
  resolve?: unknown;
  id?: string;
  delay?: Delay;
  sendId?: unknown;
}

/** A name with fixed words, or the beginning or end of a timer. */
const isPlain = (machine: AnyStateMachine, action: Action): boolean => {
  if (typeof action === "function") {
    if (action.resolve === undefined) return true;
    const { type, delay, sendId } = action;
    return type === "xstate.raise" ? delay !== undefined : typeof sendId === "string";
  }
  const named = machine.implementations.actions[typeof action === "string" ? action : action.type];
  const { resolve } = (named ?? {}) as BuiltIn;
  return resolve === undefined && typeof (action as { params?: unknown }).params !== "function";
};

const nodesUnder = (node: AnyStateNode): AnyStateNode[] => [node, ...Object.values(node.states).flatMap(nodesUnder)];

const delaysIn = (machine: AnyStateMachine): MachineTable["delays"] => {
  const delays = new Map<string, Delay>();
  for (const node of nodesUnder(machine.root)) {
    const transitions = [...node.transitions.values(), node.always ?? []].flat();
    const asked = [...node.entry, ...node.exit, ...transitions.flatMap((t) => t.actions)] as Action[];
    if (node.type === "compound") asked.push(...(node.initial.actions as Action[]));
    const simple = node.type === "atomic" || node.type === "compound";
    if (!simple || node.invoke.length > 0 || !asked.every((action) => isPlain(machine, action))) return null;
    for (const action of asked) {
      const { type, id, delay } = action as { type: string; id: string; delay: Delay };
      if (type !== "xstate.raise") continue;
      if (delays.has(id) && delays.get(id) !== delay) return null;
      delays.set(id, delay);
    }
  }
  return delays;
};

const machines = new WeakMap<AnyStateMachine, MachineTable>();

const keptOf = (machine: AnyStateMachine): MachineTable => {
  let kept = machines.get(machine);
  if (kept === undefined) {
    kept = { places: new Map(), initial: null, delays: delaysIn(machine) };
    machines.set(machine, kept);
  }
  return kept;
};

/** It moves on by no facts alone. */
const rests = ({ _nodes }: Snapshot): boolean => _nodes.every((node) => node.always === undefined);

const placeOf = (machine: AnyStateMachine, { places }: MachineTable, value: StateValue): TableEntry => {
  const key = typeof value === "string" ? value : JSON.stringify(value);
  let place = places.get(key);
  if (place === undefined) {
    const template = machine.resolveState({ value, context: {} }) as Snapshot;
    place = { template, rests: rests(template), plans: new Map() };
    places.set(key, place);
  }
  return place;
};

/** Called right after XState has done it. */
const planOf = (kept: MachineTable, next: Snapshot, done: StepResult): Plan | null => {
  const { delays } = kept;
  if (delays === null || taken.length !== 1 || !rests(next)) return null;
  const timers = done.timers.map((change) =>
    "cancel" in change ? change : { set: change.set, delay: delays.get(change.set) as Delay },
  );
  return { value: done.value, actions: done.actions, timers };
};

const msOf = (machine: AnyStateMachine, delay: Delay, context: GuardContext, event: { type: string }): number => {
  const found = typeof delay === "string" ? (machine.implementations.delays[delay] as unknown as Delay) : delay;
  const ms = typeof found === "function" ? found({ context, event }) : (found as number);
  return Math.max(0, Math.ceil(ms));
};

const sorted = (): Pick<StepResult, "actions" | "timers"> => {
  const asked: RequestedAction[] = [];
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
  context: GuardContext,
  event: { type: string },
): StepResult => {
  const kept = keptOf(machine);
  const { template, rests, plans } = placeOf(machine, kept, value);
  const snapshot = { ...template, context } as Snapshot;
  const selected: { meta?: Meta }[] = rests ? machine.getTransitionData(snapshot, event) : [];
  const [first] = selected;
  if (first === undefined && rests) return { value: template.value, actions: [], timers: [], taken: null };
  const plan = plans.get(first as object);
  if (first !== undefined && plan) {
    const timers = plan.timers.map((change) =>
      "delay" in change ? { set: change.set, delayMs: msOf(machine, change.delay, context, event) } : change,
    );
    return { value: plan.value, actions: plan.actions, timers, taken: first.meta ?? {} };
  }
  begin();
  const next = machine.transition(snapshot, event, scope) as Snapshot;
  const by = taken[0];
  const done = { value: next.value, ...sorted(), taken: by === undefined ? null : (by.meta ?? {}) };
  if (first !== undefined) plans.set(first, planOf(kept, next, done));
  return done;
};

/** No facts are known yet, so it is always the same. */
export const initialValue = (machine: AnyStateMachine): StateValue => {
  const kept = keptOf(machine);
  if (kept.initial === null) {
    begin();
    kept.initial = (machine.getInitialSnapshot(scope, undefined) as { value: StateValue }).value;
  }
  return kept.initial;
};

/** Whether the machine knows this value; a value it does not know belongs to another version. */
export const knows = (machine: AnyStateMachine, value: StateValue): boolean => {
  try {
    machine.resolveState({ value, context: {} as GuardContext });
    return true;
  } catch {
    return false;
  }
};
