/** Any machine, drawn. */
import type { AnyStateMachine } from "xstate";
import { chartOf } from "./chart.js";
import { dotOf } from "./dot.js";
import { mermaidOf } from "./mermaid.js";
import { statelyOf } from "./stately.js";
import { svgOf } from "./svg.js";

export const formats = ["mermaid", "svg", "dot", "json", "stately"] as const;
export type Format = (typeof formats)[number];

/** A machine as Mermaid's text, an SVG picture, Graphviz's dot, JSON, or a call of `createMachine` for Stately's editor. */
export const draw = async (machine: AnyStateMachine, format: Format): Promise<string> => {
  const chart = chartOf(machine);
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
      return statelyOf(machine);
  }
};
