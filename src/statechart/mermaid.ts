/** Chart to the text of a Mermaid stateDiagram-v2, which GitHub draws in place. */
import { labelLines, noteLines, rootOf, splitRoot } from "./arrows.js";
import type { Chart, ChartNode } from "./chart.js";

const LABEL_LINES = 3;

/** Words that Mermaid would read as its own. */
const taken = new Set([
  "accDescr",
  "accTitle",
  "as",
  "choice",
  "class",
  "classDef",
  "click",
  "default",
  "direction",
  "end",
  "fork",
  "hide",
  "join",
  "note",
  "scale",
  "state",
  "style",
]);

/** Letters, digits and underscores only; two states never share a name. */
const safeNames = (chart: Chart): Map<string, string> => {
  const names = new Map<string, string>();
  const used = new Set(taken);
  for (const { id } of chart.nodes) {
    let name = id === rootOf(chart) ? "any_state" : id.replace(/\W/g, "_");
    while (used.has(name)) name += "_";
    used.add(name);
    names.set(id, name);
  }
  return names;
};

/** `;` and `#` end a statement, `"` a label. */
const plain = (text: string): string => text.replace(/[;#"{}\n]/g, " ").trim();

export const mermaidOf = (chart: Chart): string => {
  const root = rootOf(chart);
  const names = safeNames(chart);
  const nameOf = (id: string): string => names.get(id) ?? id;
  const childrenOf = (id: string): ChartNode[] => chart.nodes.filter((node) => node.parent === id);
  const { drawn, told } = splitRoot(chart);

  const state = (node: ChartNode, indent: string): string[] => {
    const children = childrenOf(node.id);
    const opening = `${indent}state "${plain(node.label)}" as ${nameOf(node.id)}`;
    const ending = node.kind === "final" ? [`${indent}${nameOf(node.id)} --> [*]`] : [];
    return children.length === 0
      ? [opening, ...ending]
      : [`${opening} {`, ...inside(node, children, `${indent}  `), `${indent}}`];
  };
  const inside = (parent: ChartNode, children: ChartNode[], indent: string): string[] =>
    children.flatMap((child, at) => [
      ...(parent.kind === "parallel" && at > 0 ? [`${indent}--`] : []),
      ...(child.initial ? [`${indent}[*] --> ${nameOf(child.id)}`] : []),
      ...state(child, indent),
    ]);

  const machine = chart.nodes.find((node) => node.id === root);
  const anywhere =
    drawn.some((arrow) => arrow.from === root) || told.length > 0
      ? [`  state "from any state" as ${nameOf(root)}`]
      : [];
  const note =
    told.length > 0
      ? [
          `  note right of ${nameOf(root)}`,
          ...noteLines(told)
            .slice(1)
            .map((line) => `    ${plain(line)}`),
          "  end note",
        ]
      : [];
  const arrows = drawn.map(
    (arrow) =>
      `  ${nameOf(arrow.from)} --> ${nameOf(arrow.to)} : ${labelLines(arrow, { most: LABEL_LINES, guards: true }).map(plain).join("<br/>")}`,
  );

  return [
    "stateDiagram-v2",
    "  direction LR",
    ...anywhere,
    ...(machine ? inside(machine, childrenOf(root), "  ") : []),
    ...note,
    ...arrows,
    "",
  ].join("\n");
};
