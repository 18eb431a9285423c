/** Writes docs/statecharts; with `--check` only says whether it is up to date. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import type { AnyStateMachine } from "xstate";
import { machinesOf, registry } from "../../machines/index.js";
import { rootOf } from "./arrows.js";
import { type Chart, type ChartEdge, chartOf } from "./chart.js";
import { draw } from "./draw.js";
import { happyPathOf, usualWaysOf } from "./overview.js";
import { svgOf } from "./svg.js";

export const machines: AnyStateMachine[] = Object.values(machinesOf(registry));

/** From dist/src/statechart back to the project. */
const folder = new URL("../../../docs/statecharts/", import.meta.url);

const cell = (text: string | null): string => (text ?? "").replaceAll("|", "\\|");
const row = (cells: (string | null)[]): string => `| ${cells.map(cell).join(" | ")} |`;

const tableOf = (chart: Chart): string[] => {
  const name = (id: string): string => (id === rootOf(chart) ? "any state" : id);
  const target = (edge: ChartEdge): string => (edge.stays ? "stays" : name(edge.to));
  return [
    row(["from", "event", "guard", "to", "rule"]),
    row(["---", "---", "---", "---", "---"]),
    ...chart.edges.map((edge) =>
      row([name(edge.from), edge.after ? `after ${edge.event}` : edge.event, edge.guard, target(edge), edge.rule]),
    ),
  ];
};

const statesOf = (chart: Chart): string[] => [
  row(["state", "meaning"]),
  row(["---", "---"]),
  ...chart.nodes.filter((node) => node.parent !== null).map((node) => row([node.id, node.says])),
];

const pageOf = async (machine: AnyStateMachine): Promise<string> => {
  const chart = chartOf(machine);
  return [
    `# The ${machine.id} machine`,
    "",
    "Generated from the machine by `src/statechart/generate.ts`; do not edit.",
    "",
    `![The ${machine.id} machine](${machine.id}.svg)`,
    "",
    "## States",
    "",
    ...statesOf(chart),
    "",
    "## Diagram",
    "",
    "```mermaid",
    (await draw(machine, "mermaid")).trimEnd(),
    "```",
    "",
    "## Transitions",
    "",
    "Tried from top to bottom; the first whose guard holds is taken. A rule is a row of docs/rules.md.",
    "",
    ...tableOf(chart),
    "",
  ].join("\n");
};

export const documents = async (): Promise<{ name: string; url: URL; text: string }[]> => {
  const pairs = await Promise.all(
    machines.map(async (machine) => [
      { name: `${machine.id}.svg`, text: await draw(machine, "svg") },
      { name: `${machine.id}.md`, text: await pageOf(machine) },
    ]),
  );
  const order = chartOf(registry.order);
  const overview = { name: "overview.svg", text: await svgOf(usualWaysOf(order), 12) };
  const hero = { name: "hero.svg", text: await svgOf(happyPathOf(order), 12) };
  return [...pairs.flat(), overview, hero].map((document) => ({ ...document, url: new URL(document.name, folder) }));
};

/** The names of the documents whose bytes are not what the machines say now. */
export const staleDocuments = async (): Promise<string[]> => {
  const stale: string[] = [];
  for (const { name, url, text } of await documents()) {
    const found = await readFile(url, "utf8").catch(() => null);
    if (found !== text) stale.push(`docs/statecharts/${name}`);
  }
  return stale;
};

const main = async (): Promise<void> => {
  if (process.argv.includes("--check")) {
    const stale = await staleDocuments();
    for (const name of stale) console.error(`${name} is stale; run node dist/src/statechart/generate.js`);
    if (stale.length > 0) process.exitCode = 1;
    return;
  }
  await mkdir(folder, { recursive: true });
  for (const { url, text } of await documents()) await writeFile(url, text);
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await main();
