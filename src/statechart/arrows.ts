/** Edges as a reader wants them: one arrow per pair of states, one line per event. */
import type { Chart, ChartEdge } from "./chart.js";

export interface Arrow {
  from: string;
  to: string;
  edges: ChartEdge[];
}

export const rootOf = (chart: Chart): string => `#${chart.id}`;

const arrowsOf = (edges: ChartEdge[]): Arrow[] => {
  const arrows = new Map<string, Arrow>();
  for (const edge of edges) {
    if (edge.stays) continue;
    const key = JSON.stringify([edge.from, edge.to]);
    const arrow = arrows.get(key);
    if (arrow) arrow.edges.push(edge);
    else arrows.set(key, { from: edge.from, to: edge.to, edges: [edge] });
  }
  return [...arrows.values()];
};

/**
 * What leads from any state is as many arrows as there are states. A machine made of nothing else is drawn
 * with them; elsewhere they would bury the rest, so they are told in a note.
 */
export const splitRoot = (chart: Chart): { drawn: Arrow[]; told: Arrow[] } => {
  const fromRoot = chart.edges.filter((edge) => edge.from === rootOf(chart));
  const others = chart.edges.filter((edge) => edge.from !== rootOf(chart));
  const arrows = arrowsOf(others);
  return arrows.length === 0 ? { drawn: arrowsOf(fromRoot), told: [] } : { drawn: arrows, told: arrowsOf(fromRoot) };
};

const eventOf = (edge: ChartEdge): string => (edge.after ? `after ${edge.event}` : edge.event);

export const fullLabel = (edge: ChartEdge): string => (edge.guard ? `${eventOf(edge)} [${edge.guard}]` : eventOf(edge));

/** One line per event; of several guards the first is named. */
export const labelLines = (arrow: Arrow, { most, guards: withGuards }: { most: number; guards: boolean }): string[] => {
  const guards = new Map<string, (string | null)[]>();
  for (const edge of arrow.edges) guards.set(eventOf(edge), [...(guards.get(eventOf(edge)) ?? []), edge.guard]);
  const lines = [...guards].map(([event, [first, ...others]]) => {
    const guard = first ?? null;
    if (!withGuards) return event;
    if (others.length === 0) return guard === null ? event : `${event} [${guard}]`;
    return `${event} [${guard ?? "else"} +${others.length}]`;
  });
  if (lines.length <= most) return lines;
  return [...lines.slice(0, most), `+${lines.length - most} more`];
};

/** The note that stands in for the arrows from any state. */
export const noteLines = (told: Arrow[]): string[] => {
  const byEvents = new Map<string, string[]>();
  for (const { to, edges } of told) {
    const byGuard = new Map<string, string[]>();
    for (const edge of edges) {
      const line = edge.guard ? `[${edge.guard}] → ${to}` : `→ ${to}`;
      byGuard.set(line, [...(byGuard.get(line) ?? []), eventOf(edge)]);
    }
    for (const [line, events] of byGuard) {
      const heading = events.join(", ");
      byEvents.set(heading, [...(byEvents.get(heading) ?? []), line]);
    }
  }
  return ["From any state", ...[...byEvents].flatMap(([heading, lines]) => [heading, ...lines])];
};
