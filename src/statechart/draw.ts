/** Any machine, drawn. */
import type { AnyStateMachine } from "xstate";
import { declaredStatuses, type Statuses } from "../../machines/statuses.js";
import { chartOf } from "./chart.js";
import { dotOf } from "./dot.js";
import { mermaidOf } from "./mermaid.js";
import { definedWith, withOwnStatuses } from "./own.js";
import { statelyOf } from "./stately.js";
import { svgOf } from "./svg.js";

export const formats = ["mermaid", "svg", "dot", "json", "stately"] as const;
export type Format = (typeof formats)[number];

/**
 * A machine as Mermaid's text, an SVG picture, Graphviz's dot, JSON, or a call of `createMachine` for Stately's editor.
 * @param statuses the shop's own, which stand inside of their parents in the order's machine
 */
export const draw = async (machine: AnyStateMachine, format: Format, statuses: Statuses = {}): Promise<string> => {
  const chart = withOwnStatuses(chartOf(machine), declaredStatuses(statuses));
  switch (format) {
    case "mermaid":
      return mermaidOf(chart);
    case "svg":
      return svgOf(chart);
    case "dot":
      return dotOf(chart);
    case "json":
      return `${JSON.stringify(chart, null, 2)}\n`;
    case "stately":
      return statelyOf(definedWith(machine, statuses));
  }
};
