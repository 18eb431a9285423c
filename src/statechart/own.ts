/** A shop's own statuses in the drawing of the order's machine: each stands inside of its parent, and no arrow leads there. */
import type { AnyStateMachine } from "xstate";
import type { Statuses } from "../../machines/statuses.js";
import type { Chart, ChartNode } from "./chart.js";

const ORDER = "order";

const childrenOf = (statuses: Statuses, parent: string): string[] =>
  Object.keys(statuses).filter((name) => statuses[name] === parent);

/** Another machine's chart stays as it is. */
export const withOwnStatuses = (chart: Chart, statuses: Statuses): Chart =>
  chart.id !== ORDER
    ? chart
    : {
        ...chart,
        nodes: chart.nodes.flatMap((node): ChartNode[] => {
          const children = childrenOf(statuses, node.id).map(
            (label): ChartNode => ({
              id: `${node.id}.${label}`,
              parent: node.id,
              label,
              says: null,
              initial: false,
              kind: "atomic",
            }),
          );
          return children.length === 0 ? [node] : [{ ...node, kind: "compound" }, ...children];
        }),
      };

/**
 * The same for a machine's definition. XState enters a state by one of those inside of it: that is the parent itself, of
 * an order that is in none of the shop's own.
 */
export const definedWith = (machine: AnyStateMachine, statuses: Statuses): AnyStateMachine["config"] => {
  if (machine.id !== ORDER) return machine.config;
  const states = Object.entries(machine.config.states ?? {}).map(([name, state]) => {
    const children = childrenOf(statuses, name);
    if (children.length === 0) return [name, state];
    return [name, { ...state, initial: name, states: Object.fromEntries([name, ...children].map((one) => [one, {}])) }];
  });
  return { ...machine.config, states: Object.fromEntries(states) };
};
