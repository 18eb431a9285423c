/** What the table of `step.ts` cannot carry, by name: a machine with any of it is refused before it decides anything. */
import type { AnyStateMachine, AnyStateNode } from "xstate";
import { machinesOf, type Registry } from "../../machines/index.js";
import { nodesUnder } from "./explain.js";
import { isOfAMachine } from "./timer-names.js";

type Action = string | ((() => void) & { type?: string }) | { type: string; params?: unknown };

/** XState sets and cancels the timers of `after` by actions of its own. */
const isTimer = (action: Action): boolean => {
  const { id, sendId } = action as { id?: unknown; sendId?: unknown };
  return typeof action === "function" && isOfAMachine(String(id ?? sendId));
};

const faultOfAction = (machine: AnyStateMachine, action: Action): string | null => {
  if (typeof action === "function") return "an action that is a function: give it a name";
  const { type, params } = typeof action === "string" ? { type: action } : action;
  if (typeof params === "function") return `the action "${type}" with words made of the facts`;
  const named = machine.implementations.actions[type] as { resolve?: unknown } | undefined;
  return named?.resolve === undefined ? null : `the action "${type}", which changes the context or asks for more`;
};

const faultsOfNode = (machine: AnyStateMachine, node: AnyStateNode): string[] => {
  const transitions = [...node.transitions.values(), node.always ?? []].flat();
  const kinds = node.type === "atomic" || node.type === "compound" ? [] : [`a state of the kind "${node.type}"`];
  const events = [...node.transitions.keys()].filter((type) => type.includes("*"));
  const guards = transitions.filter(({ guard }) => typeof guard === "object");
  const several = transitions.filter(({ target }) => (target?.length ?? 0) > 1);
  const onTheWay = [...node.entry, ...node.exit].filter((action) => !isTimer(action as Action));
  const initial = node.type === "compound" ? node.initial.actions : [];
  const actions = [...onTheWay, ...initial, ...transitions.flatMap((one) => one.actions)] as Action[];
  return [
    ...kinds,
    ...events.map((type) => `the event "${type}" for several events`),
    ...guards.map(({ guard }) => `the guard "${(guard as { type?: string }).type}" with parameters`),
    ...several.map(() => "a transition with several targets"),
    ...(node.invoke.length > 0 ? ["an invoked actor"] : []),
    ...(initial.length > 0 ? ["actions at the initial state"] : []),
    ...actions.map((action) => faultOfAction(machine, action)).filter((fault) => fault !== null),
  ];
};

/** What the machine has that a table cannot carry; nothing = it can be worked with. */
export const faultsIn = (machine: AnyStateMachine): string[] =>
  nodesUnder(machine.root).flatMap((node) =>
    faultsOfNode(machine, node).map((fault) => `the machine "${machine.id}" has ${fault}, at "${node.id}"`),
  );

const checked = new WeakSet<Registry>();

/**
 * The same registry.
 *
 * @throws Error that names each machine and what it has
 */
export const checkedRegistry = (registry: Registry): Registry => {
  if (checked.has(registry)) return registry;
  const faults = Object.values(machinesOf(registry)).flatMap(faultsIn);
  if (faults.length > 0) throw new Error(`these machines cannot be worked with: ${faults.join("; ")}`);
  checked.add(registry);
  return registry;
};
