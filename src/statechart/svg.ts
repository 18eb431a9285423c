/**
 * Chart to one SVG that needs nothing else: no script, no font, no link.
 *
 * A page lights a state up by adding the class `current` to `.state-<id>` (see `classOf`), and may
 * set the colours below on any element around the drawing.
 */
import { instance } from "@viz-js/viz";
import { fullLabel, splitRoot } from "./arrows.js";
import type { Chart } from "./chart.js";
import { dotOf } from "./dot.js";

/** Scoped to `.statechart`, so that it does no harm inside a page. */
export const chartStyle = `
.statechart { --ink: #1f2933; --soft: #52606d; --line: #7b8794; --paper: #ffffff; --box: #f4f6f8; --happy: #137333; --lit: #ffe08a; --lit-ink: #1f2933; max-width: 100%; height: auto; }
@media (prefers-color-scheme: dark) {
  .statechart { --ink: #e4e7eb; --soft: #9aa5b1; --line: #7b8794; --paper: #27303a; --box: #1b222a; --happy: #6fcf7f; --lit: #a97b00; --lit-ink: #ffffff; }
}
.statechart text { font-family: Helvetica, Arial, sans-serif; fill: var(--ink); }
.statechart .node path { fill: var(--paper); stroke: var(--soft); }
.statechart .cluster path { fill: var(--box); stroke: var(--line); }
.statechart .note polygon, .statechart .note polyline { fill: none; stroke: var(--line); }
.statechart .edge path { stroke: var(--line); fill: none; }
.statechart .edge polygon { stroke: var(--line); fill: var(--line); }
.statechart .edge text { fill: var(--soft); }
.statechart .happy path { stroke: var(--happy); }
.statechart .happy polygon { stroke: var(--happy); fill: var(--happy); }
.statechart .edge:hover path { stroke-width: 3; }
.statechart .edge:hover text { fill: var(--ink); font-weight: bold; }
.statechart .current > path { fill: var(--lit); stroke-width: 2.5; }
.statechart .current > text { fill: var(--lit-ink); }
`;

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** Hovering over an arrow shows all of it; over a state, what it says. */
const withTitles = (chart: Chart, svg: string): string => {
  const arrows = splitRoot(chart).drawn;
  return svg
    .replace(/(<g id="[^"]*-arrow-(\d+)"[^>]*>\s*<title>)[^<]*/g, (whole, head: string, index: string) => {
      const arrow = arrows[Number(index)];
      if (!arrow) return whole;
      const from = arrow.from.startsWith("#") ? "any state" : arrow.from;
      return head + escaped([`${from} → ${arrow.to}`, ...arrow.edges.map(fullLabel)].join("\n"));
    })
    .replaceAll("<title>cluster_", "<title>");
};

/** Without its style, for a page that has `chartStyle` in a stylesheet of its own. */
export const bareSvgOf = async (chart: Chart, labels?: number): Promise<string> => {
  const viz = await instance();
  const drawn = viz.renderString(dotOf(chart, labels), { format: "svg" });
  const bare = drawn
    .slice(drawn.indexOf("<svg"))
    .replace(/<!--[\s\S]*?-->\n?/g, "")
    .replaceAll('font-family="Helvetica"', 'font-family="Helvetica,Arial,sans-serif"')
    // Graphviz writes "-" as an entity; a search for a class is to find it.
    .replaceAll("&#45;", "-");
  const titled = withTitles(chart, bare);
  return titled.replace("<svg ", `<svg class="statechart" role="img" aria-label="${escaped(chart.id)} statechart" `);
};

/** @param labels size of the arrows' labels, in points */
export const svgOf = async (chart: Chart, labels?: number): Promise<string> => {
  const bare = await bareSvgOf(chart, labels);
  return `${bare.replace(/(<svg[^>]*>)/, `$1\n<style>${chartStyle}</style>`).trimEnd()}\n`;
};
