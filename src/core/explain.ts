/** Why a machine has no branch for an event: derived from the guards that said no, so it cannot disagree with them. */
import type { AnyStateMachine, AnyStateNode, StateValue } from "xstate";
import { and, not, or } from "xstate";
import { type GuardContext, whyNot, whyNotFor } from "../../machines/guards.js";
import type { Meta } from "../../machines/meta.js";
import type { Reason } from "../../machines/reasons.js";

/** `guards` are there where `check` is one of the three below. */
type Combined = ((args: unknown) => boolean) & { check?: unknown; guards: GuardRef[] };
type GuardRef = string | Combined;
type Plain = (args: { context: GuardContext }) => boolean;

const checkOf = (guard: unknown): unknown => (guard as Combined).check;
const AND = checkOf(and([]));
const OR = checkOf(or([]));
const NOT = checkOf(not("none"));

const under = (node: AnyStateNode, value: StateValue): AnyStateNode[] => {
  // A machine without states stands in `{}`.
  const [key, inner] = ((typeof value === "string" ? [value] : Object.entries(value)[0]) ?? []) as [
    string,
    StateValue?,
  ];
  const child = node.states[key];
  if (child === undefined) return [node];
  return [...(inner === undefined ? [child] : under(child, inner)), node];
};

/** The node and every node in it. */
export const nodesUnder = (node: AnyStateNode): AnyStateNode[] => [
  node,
  ...Object.values(node.states).flatMap(nodesUnder),
];

/** The state node that a value stands in, deepest first, up to the root. */
export const nodesOf = (machine: AnyStateMachine, value: StateValue): AnyStateNode[] => under(machine.root, value);

const candidates = (machine: AnyStateMachine, value: StateValue, type: string) =>
  nodesOf(machine, value)
    .map((node) => node.transitions.get(type))
    .find((found) => found !== undefined) ?? [];

/** Whether the state has any branch at all for this event, whatever its guards say. */
export const handles = (machine: AnyStateMachine, value: StateValue, type: string): boolean =>
  candidates(machine, value, type).length > 0;

/** What the state says of itself, the innermost first. */
export const metaOf = (machine: AnyStateMachine, value: StateValue): Meta =>
  Object.assign(
    {},
    ...nodesOf(machine, value)
      .reverse()
      .map((node) => node.meta ?? {}),
  );

/** What a guard answers, whatever it is made of. */
export const evaluate = (machine: AnyStateMachine, guard: GuardRef, context: GuardContext): boolean => {
  const found = typeof guard === "string" ? (machine.implementations.guards[guard] as unknown as Combined) : guard;
  if (found === undefined) throw new Error(`no guard named ${String(guard)}`);
  const parts = found.guards;
  if (found.check === AND) return parts.every((part) => evaluate(machine, part, context));
  if (found.check === OR) return parts.some((part) => evaluate(machine, part, context));
  if (found.check === NOT) return !evaluate(machine, parts[0] as GuardRef, context);
  return (found as unknown as Plain)({ context });
};

/** The single facts that made a guard say no, in the order of the document's bullets; `!` = had to be absent. */
const noes = (machine: AnyStateMachine, guard: GuardRef, context: GuardContext): string[] => {
  if (evaluate(machine, guard, context)) return [];
  const found = typeof guard === "string" ? (machine.implementations.guards[guard] as unknown as Combined) : guard;
  if (found.check === AND) return found.guards.flatMap((part) => noes(machine, part, context));
  if (found.check === NOT) return [`!${String(found.guards[0])}`];
  return typeof guard === "string" ? [guard] : [];
};

/**
 * Reason classes of a refusal, the decisive one first. The last guarded branch is the proper way of doing
 * what was asked; the branches before it are special cases.
 */
export const reasonsAgainst = (
  machine: AnyStateMachine,
  value: StateValue,
  type: string,
  context: GuardContext,
): Reason[] => {
  const proper = candidates(machine, value, type).at(-1)?.guard as GuardRef | undefined;
  if (proper === undefined) return [];
  const words = whyNotFor[type] ?? {};
  // A guard of somebody's own registry may have no reason here; then its name says it.
  const reasons = noes(machine, proper, context).map((fact) => words[fact] ?? whyNot[fact] ?? (fact as Reason));
  return [...new Set(reasons)];
};
