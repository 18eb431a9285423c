/** Chart to DOT, for Graphviz to lay out. Colours here are for viewers without CSS; svg.ts has the others. */
import { type Arrow, labelLines, noteLines, rootOf, splitRoot } from "./arrows.js";
import type { Chart, ChartNode } from "./chart.js";

/** The way most orders go, laid out as straight as the rest allows. */
const happyPaths: Record<string, string[]> = {
  order: ["checkout-draft", "pending", "processing", "capturing", "completed"],
};

const LABEL_LINES = 3;
/** From this many arrows on, guards move to the arrow's title and the ranks run downwards: labels are wide. */
const CROWDED = 30;
/** One name only: Graphviz measures a list of fonts as if it were a narrower one. */
const font = 'fontname="Helvetica"';

const quoted = (text: string): string => `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/** The class that lights a state up: `state-processing`, `state-capturing--asked`. */
export const classOf = (id: string): string => `state-${id.replaceAll(".", "--").replace(/[^\w-]/g, "_")}`;

const wrapped = (text: string, width = 26): string[] => {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
};

/** Text of one size stays in the middle of its box, whatever font the reader has. */
const nameOf = ({ label, says }: ChartNode): string => {
  if (!says) return `label=${quoted(label)} fontname="Helvetica-Bold"`;
  const lines = wrapped(says).map((line) => `<br/><font point-size="10">${escaped(line)}</font>`);
  return `label=<<b>${escaped(label)}</b>${lines.join("")}>`;
};

/** The states under which a chart is drawn, and what stands for a state that Graphviz draws as a box of states. */
const familyOf = (chart: Chart) => {
  const byId = new Map(chart.nodes.map((node) => [node.id, node]));
  const childrenOf = (id: string): ChartNode[] => chart.nodes.filter((node) => node.parent === id);
  /** Arrows end at a leaf and are cut off at the box around it. */
  const leafOf = (id: string): string => {
    const children = childrenOf(id);
    const first = children.find((child) => child.initial) ?? children[0];
    return first ? leafOf(first.id) : id;
  };
  const topOf = (id: string): string => {
    const parent = byId.get(id)?.parent;
    return !parent || parent === rootOf(chart) ? id : topOf(parent);
  };
  const within = (id: string, box: string): boolean => id === box || id.startsWith(`${box}.`);
  return { childrenOf, leafOf, topOf, within };
};

const nodesOf = (chart: Chart): string[] => {
  const { childrenOf } = familyOf(chart);
  const draw = (node: ChartNode, indent: string): string[] => {
    const children = childrenOf(node.id);
    const names = ["state", node.kind, ...(node.initial ? ["initial"] : []), classOf(node.id)].join(" ");
    const shared = `id=${quoted(`${chart.id}-${classOf(node.id)}`)} class=${quoted(names)} ${nameOf(node)}`;
    if (children.length === 0) {
      const border = node.initial ? " penwidth=2" : node.kind === "final" ? " peripheries=2" : "";
      return [`${indent}${quoted(node.id)} [${shared}${border}]`];
    }
    return [
      `${indent}subgraph ${quoted(`cluster_${node.id}`)} {`,
      `${indent}  graph [${shared} style="rounded,filled" fillcolor="#f4f6f8" color="#8795a1" margin=10]`,
      ...children.flatMap((child) => draw(child, `${indent}  `)),
      `${indent}}`,
    ];
  };
  return childrenOf(rootOf(chart)).flatMap((node) => draw(node, "  "));
};

/** Who sets it off, as a class: `by-merchant`, `by-payment`; so a page can dim one family of arrows. */
const familiesOf = (arrow: Arrow): string => {
  const families = arrow.edges.map((edge) => (edge.after ? "timer" : (/^\w+/.exec(edge.event)?.[0] ?? "other")));
  return [...new Set(families)].map((family) => `by-${family}`).join(" ");
};

/** @param labels size of the arrows' labels, in points */
export const dotOf = (chart: Chart, labels = 9): string => {
  const root = rootOf(chart);
  const { childrenOf, leafOf, topOf, within } = familyOf(chart);
  const { drawn, told } = splitRoot(chart);
  const crowded = drawn.length > CROWDED;
  const path = (happyPaths[chart.id] ?? []).filter((id) => chart.nodes.some((node) => node.id === id));
  const isHappy = (from: string, to: string): boolean => {
    const at = path.indexOf(topOf(from));
    return at >= 0 && topOf(to) === path[at + 1];
  };

  const arrows = drawn.map((arrow, index) => {
    const { from, to } = arrow;
    const happy = isHappy(from, to);
    const families = familiesOf(arrow);
    const label = labelLines(arrow, { most: LABEL_LINES, guards: !crowded })
      .map((line) => quoted(line).slice(1, -1))
      .join("\\n");
    const attributes = [
      `id=${quoted(`${chart.id}-arrow-${index}`)}`,
      `class=${quoted(`arrow ${families}${happy ? " happy" : ""}`)}`,
      `label="${label}"`,
      ...(happy ? ["weight=20 penwidth=2.2"] : []),
      // A way back would otherwise pull the whole drawing after it.
      ...(arrow.edges.every((edge) => edge.event === "always") ? ["constraint=false"] : []),
      ...(families === "by-merchant" ? ['style="dashed"'] : []),
      ...(childrenOf(to).length > 0 && !within(from, to) ? [`lhead=${quoted(`cluster_${to}`)}`] : []),
      ...(from !== root && childrenOf(from).length > 0 && !within(to, from)
        ? [`ltail=${quoted(`cluster_${from}`)}`]
        : []),
    ];
    const tail = from === root ? root : leafOf(from);
    return `  ${quoted(tail)} -> ${quoted(leafOf(to))} [${attributes.join(" ")}]`;
  });

  /** A step of the happy path without an arrow of its own still keeps its place in the row. */
  const missing = path.slice(1).flatMap((to, at) => {
    const from = path[at] as string;
    if (drawn.some((arrow) => topOf(arrow.from) === from && topOf(arrow.to) === to)) return [];
    return [`  ${quoted(leafOf(from))} -> ${quoted(leafOf(to))} [style=invis weight=20]`];
  });

  const anywhere = drawn.some((arrow) => arrow.from === root)
    ? [`  ${quoted(root)} [class="anywhere" label="from any state" shape=plaintext style=""]`]
    : [];
  const note = noteLines(told).map((line) => quoted(line).slice(1, -1));
  const noted =
    told.length > 0
      ? [`  ${quoted("note")} [class="note" shape=note style="" fontsize=10 label="${note.join("\\l")}\\l"]`]
      : [];

  return [
    `digraph ${quoted(chart.id)} {`,
    `  graph [rankdir=${crowded ? "TB" : "LR"} compound=true nodesep=0.3 ranksep=0.7 bgcolor=transparent class="statechart" ${font} fontsize=13]`,
    `  node [shape=box style="rounded,filled" fillcolor="#ffffff" color="#52606d" fontcolor="#1f2933" ${font} fontsize=13${labels > 9 ? ' margin="0.27,0.06"' : ""}]`,
    `  edge [color="#7b8794" fontcolor="#3e4c59" ${font} fontsize=${labels} arrowsize=0.7]`,
    ...anywhere,
    ...nodesOf(chart),
    ...noted,
    ...missing,
    ...arrows,
    "}",
    "",
  ].join("\n");
};
