/** A chart seen from further away: its outermost states, and who may move it from one to another. */
import { rootOf } from "./arrows.js";
import type { Chart, ChartEdge } from "./chart.js";

const who: Record<string, string> = {
  payment: "the payment is read",
  reconcile: "the payment is read",
  customer: "the customer comes back",
  callback: "the bank calls back",
  merchant: "the merchant",
  shop: "the shop",
  capture: "the bank confirms",
  refund: "the bank confirms",
  cancel: "the bank confirms",
  rebuild: "the bank confirms",
};

const saidBy = (edge: ChartEdge): string =>
  edge.after ? "its time is over" : (who[/^\w+/.exec(edge.event)?.[0] ?? ""] ?? edge.event);

/**
 * States within a state are left out, and so is one that is left in no time: the way back from a call that
 * failed says nothing of how an order lives.
 */
export const overviewOf = (chart: Chart): Chart => {
  const root = rootOf(chart);
  const outer = chart.nodes.filter((node) => node.parent === root);
  const leaving = (id: string): ChartEdge[] => chart.edges.filter((edge) => edge.from === id);
  const passing = outer.filter(({ id }) => {
    const edges = leaving(id);
    return edges.length > 0 && edges.every((edge) => edge.event === "always");
  });
  const kept = outer.filter((node) => !passing.includes(node));
  const topOf = (id: string): string => id.split(".")[0] ?? id;
  const shown = new Set(kept.map((node) => node.id));
  const seen = new Set<string>();
  const edges = chart.edges.flatMap((edge): ChartEdge[] => {
    const [from, to] = [topOf(edge.from), topOf(edge.to)];
    const event = saidBy(edge);
    const key = [from, to, event].join("\n");
    if (from === to || !shown.has(from) || !shown.has(to) || seen.has(key)) return [];
    seen.add(key);
    return [{ from, to, event, guard: null, rule: null }];
  });
  return {
    id: chart.id,
    nodes: [
      ...chart.nodes.filter((node) => node.id === root),
      ...kept.map((node) => ({ ...node, kind: "atomic" as const })),
    ],
    edges,
  };
};
