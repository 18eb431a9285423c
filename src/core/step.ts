/**
 * One pure step of one machine: value and facts in; value, actions, timers and the transition taken out.
 *
 * A machine is compiled once, from its public definition, to a table: for each leaf and event the branches in their
 * order, each with where it leads and what it asks for. Only guards and delays look at the facts. `faultsIn` names what
 * a table cannot carry. test/core/step.test.ts holds the table against XState's own `transition()`.
 */
import type { AnyStateMachine, AnyStateNode, StateValue } from "xstate";
import type { ActionName, EffectParams } from "../../machines/effects.js";
import type { GuardContext } from "../../machines/guards.js";
import type { Meta } from "../../machines/meta.js";
import { evaluate } from "./explain.js";

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

type Definition = NonNullable<AnyStateNode["always"]>[number];
type Delay = number | string | ((args: { context: GuardContext; event: { type: string } }) => number);

interface Branch {
  guard: Definition["guard"];
  to: AnyStateNode;
  actions: RequestedAction[];
  timers: ({ cancel: string } | { set: string; delay: Delay })[];
  meta: Meta;
}

/** A state without states under it, with its own branches and those of the states around it. */
interface Leaf {
  value: StateValue;
  on: Map<string, Branch[]>;
  always: Branch[];
}

const pathTo = (node: AnyStateNode): AnyStateNode[] => (node.parent ? [...pathTo(node.parent), node] : [node]);
const leafUnder = (node: AnyStateNode): AnyStateNode =>
  node.type === "compound" ? leafUnder(node.initial.target[0] as AnyStateNode) : node;
const valueAt = ([, ...path]: AnyStateNode[]): StateValue =>
  path.reduceRight<StateValue>((inner, { key }, i) => (i === path.length - 1 ? key : { [key]: inner }), {});

/** A delay has one timer, however many branches wait for it. */
const timersOf = (node: AnyStateNode) => [
  ...new Map(node.after.map(({ eventType: id, delay }) => [id, { id, delay: delay as Delay }])).values(),
];

/** The names that a list asks for; what XState put there itself, for the timers, is a function. */
const namedIn = (actions: readonly unknown[]): RequestedAction[] =>
  actions
    .filter((action) => typeof action !== "function")
    .map((action) => {
      const { type, params } = typeof action === "string" ? { type: action } : (action as RequestedAction);
      return { type: type as ActionName, params };
    });

/** The innermost state that a transition neither leaves nor enters; undefined = it leaves the machine's root. */
const domainOf = ({ source, reenter }: Definition, target: AnyStateNode): AnyStateNode | undefined => {
  const around = pathTo(target);
  if (!reenter && around.includes(source)) return source;
  return pathTo(source).findLast((node) => node !== source && node !== target && around.includes(node));
};

const branchOf = (leaf: AnyStateNode, transition: Definition): Branch => {
  const { guard, meta = {} } = transition;
  const target = transition.target?.[0];
  const own = namedIn(transition.actions);
  if (target === undefined) return { guard, to: leaf, actions: own, timers: [], meta };
  const to = leafUnder(target);
  const domain = domainOf(transition, target);
  const beyond = (path: AnyStateNode[]) => path.slice(domain === undefined ? 0 : path.indexOf(domain) + 1);
  const left = beyond(pathTo(leaf)).reverse();
  const entered = beyond(pathTo(to));
  return {
    guard,
    to,
    actions: [...left.flatMap(({ exit }) => namedIn(exit)), ...own, ...entered.flatMap(({ entry }) => namedIn(entry))],
    timers: [
      ...left.flatMap(timersOf).map(({ id }) => ({ cancel: id })),
      ...entered.flatMap(timersOf).map(({ id, delay }) => ({ set: id, delay })),
    ],
    meta,
  };
};

const leaves = new WeakMap<AnyStateNode, Leaf>();

const compile = (node: AnyStateNode): Leaf => {
  let leaf = leaves.get(node);
  if (leaf === undefined) {
    const active = pathTo(node).reverse();
    const on = new Map<string, Branch[]>();
    for (const [type, own] of active.flatMap(({ transitions }) => [...transitions])) {
      on.set(type, [...(on.get(type) ?? []), ...own.map((one) => branchOf(node, one))]);
    }
    const always = active.flatMap((one) => one.always ?? []).map((one) => branchOf(node, one));
    leaf = { value: valueAt(pathTo(node)), on, always };
    leaves.set(node, leaf);
  }
  return leaf;
};

const nodeAt = (node: AnyStateNode, value: StateValue): AnyStateNode => {
  const [key, inner] = typeof value === "string" ? [value] : (Object.entries(value)[0] ?? []);
  if (key === undefined) return leafUnder(node);
  const child = node.states[key];
  if (child === undefined) throw new Error(`the machine "${node.machine.id}" has no state ${JSON.stringify(value)}`);
  return inner === undefined ? leafUnder(child) : nodeAt(child, inner as StateValue);
};

/** @throws Error when the machine does not know `value` */
export const step = (
  machine: AnyStateMachine,
  value: StateValue,
  context: GuardContext,
  event: { type: string },
): StepResult => {
  const holds = ({ guard }: Branch) => guard === undefined || evaluate(machine, guard as string, context);
  const msOf = (delay: Delay): number => {
    const found = typeof delay === "string" ? (machine.implementations.delays[delay] as unknown as Delay) : delay;
    return Math.max(0, Math.ceil(typeof found === "function" ? found({ context, event }) : (found as number)));
  };
  let leaf = compile(nodeAt(machine.root, value));
  let branch = leaf.on.get(event.type)?.find(holds) ?? leaf.always.find(holds);
  const done: StepResult = { value: leaf.value, actions: [], timers: [], taken: branch?.meta ?? null };
  while (branch !== undefined) {
    done.actions.push(...branch.actions);
    done.timers.push(
      ...branch.timers.map((one) => ("cancel" in one ? one : { set: one.set, delayMs: msOf(one.delay) })),
    );
    leaf = compile(branch.to);
    branch = leaf.always.find(holds);
  }
  done.value = leaf.value;
  return done;
};

/** No facts are known yet, so it is always the same. */
export const initialValue = (machine: AnyStateMachine): StateValue => compile(leafUnder(machine.root)).value;

/** Whether the machine knows this value; a value it does not know belongs to another version. */
export const knows = (machine: AnyStateMachine, value: StateValue): boolean => {
  try {
    return nodeAt(machine.root, value) !== undefined;
  } catch {
    return false;
  }
};
