/** A machine as plain data: what every drawing and table of it is made from. */
import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from "xstate";

export interface ChartNode {
  /** Path within the machine: `capturing.asked`. The machine itself is `#order`, which no state can be called. */
  id: string;
  /** null for the machine itself. */
  parent: string | null;
  /** The state's own key. */
  label: string;
  says: string | null;
  /** Entered first when its parent is entered. */
  initial: boolean;
  kind: AnyStateNode["type"];
}

export interface ChartEdge {
  from: string;
  /** Equal to `from` where the transition stays or re-enters. */
  to: string;
  /** The name of the delay for a delayed transition, `always` for an eventless one. */
  event: string;
  guard: string | null;
  rule: string | null;
  after?: true;
  /** Leaves the state as it is; listed in tables, not drawn. */
  stays?: true;
}

export interface Chart {
  id: string;
  nodes: ChartNode[];
  edges: ChartEdge[];
}

/** Combined guards (`and`, `or`, `not`) are functions that carry their parts. */
interface CombinedGuard {
  name: string;
  guards?: unknown[];
}

/** The name of a guard, of an action likewise; `inline` for code without one. */
export const guardName = (guard: unknown): string | null => {
  if (guard === undefined || guard === null) return null;
  if (typeof guard === "string") return guard;
  if (typeof guard === "object") return "type" in guard ? String(guard.type) : "inline";
  const { name, guards } = guard as CombinedGuard;
  const parts = guards?.map((part) => guardName(part) ?? "inline");
  if (!parts) return name || "inline";
  return name === "not" ? `not ${parts[0]}` : `(${parts.join(` ${name} `)})`;
};

/** XState names its own events after ids that mean nothing to a reader. */
const eventName = (eventType: string): string => {
  const actor = /^xstate\.(done|error|snapshot)\.actor\.(.+)$/.exec(eventType);
  if (actor) return `${actor[1]} ${actor[2]}`;
  return eventType.startsWith("xstate.done.state.") ? "done" : eventType;
};

const delayName = (delay: unknown): string => (typeof delay === "number" ? `${delay} ms` : String(delay));

const metaText = (meta: unknown, key: "says" | "rule"): string | null => {
  const value = (meta as Record<string, unknown> | undefined)?.[key];
  return typeof value === "string" ? value : null;
};

const isInitial = (node: AnyStateNode): boolean => {
  const { parent } = node;
  if (!parent) return false;
  if (parent.type === "parallel") return true;
  return parent.type === "compound" && (parent.initial.target ?? []).includes(node);
};

export const chartOf = (machine: AnyStateMachine): Chart => {
  const idOf = (node: AnyStateNode): string => (node.parent ? node.path.join(".") : `#${machine.id}`);

  const edgesOf = (node: AnyStateNode): ChartEdge[] => {
    const delays = new Map(node.after.map((transition) => [transition.eventType, delayName(transition.delay)]));
    const edge = (transition: AnyTransitionDefinition, event: string, after: boolean): ChartEdge[] => {
      const from = idOf(node);
      const told = { event, guard: guardName(transition.guard), rule: metaText(transition.meta, "rule") };
      const rest = after ? { ...told, after: true as const } : told;
      if (!transition.target?.length) return [{ from, to: from, ...rest, stays: true }];
      return transition.target.map((target) => ({ from, to: idOf(target), ...rest }));
    };
    const onEvents = [...node.transitions.values()].flat().flatMap((transition) => {
      const delay = delays.get(transition.eventType);
      return edge(transition, delay ?? eventName(transition.eventType), delay !== undefined);
    });
    return [...onEvents, ...(node.always ?? []).flatMap((transition) => edge(transition, "always", false))];
  };

  const chart: Chart = { id: machine.id, nodes: [], edges: [] };
  const visit = (node: AnyStateNode): void => {
    chart.nodes.push({
      id: idOf(node),
      parent: node.parent ? idOf(node.parent) : null,
      label: node.key,
      says: metaText(node.meta, "says") ?? node.description ?? null,
      initial: isInitial(node),
      kind: node.type,
    });
    chart.edges.push(...edgesOf(node));
    for (const child of Object.values(node.states)) visit(child);
  };
  visit(machine.root);
  return chart;
};
