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
  book: "the bank confirms",
  checkout: "the customer pays",
};

const saidBy = (edge: ChartEdge): string =>
  edge.after ? "its time is over" : (who[/^\w+/.exec(edge.event)?.[0] ?? ""] ?? edge.event);

/** The outermost state that a state stands in. */
const topOf = (id: string): string => id.split(".")[0] ?? id;

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

type Step = [from: string, to: string, why: string];

/** How an order lives when all goes well, and the two ways in which it most often does not. */
const happy: Step[] = [
  ["pending", "processing", "paid"],
  ["processing", "completed", "captured"],
  ["completed", "refunded", "refunded"],
  ["pending", "on-hold", "the bank waits"],
  ["on-hold", "processing", "paid"],
  ["pending", "cancelled", "given up"],
];

/** How most orders live: from a status to the next, and why. The other ways are in the table of the machine. */
const usual: Step[] = [
  ["pending", "processing", "paid"],
  ["pending", "on-hold", "the bank waits"],
  ["pending", "failed", "rejected"],
  ["pending", "cancelled", "given up"],
  ["pending", "completed", "paid, nothing to ship"],
  ["on-hold", "processing", "paid"],
  ["on-hold", "failed", "rejected"],
  ["on-hold", "cancelled", "released"],
  ["processing", "completed", "captured"],
  ["processing", "cancelled", "cancelled"],
  ["processing", "on-hold", "frozen"],
  ["processing", "failed", "rejected"],
  ["failed", "pending", "another try"],
  ["completed", "refunded", "refunded"],
];

/** Whether a transition, or two by way of a call to the bank, lead from one status to another. */
const leads = ({ edges }: Chart, from: string, to: string): boolean => {
  const next = (id: string) => new Set(edges.filter((edge) => topOf(edge.from) === id).map((edge) => topOf(edge.to)));
  const calls = [...next(from)].filter((state) => !usual.some((way) => way.includes(state)));
  return next(from).has(to) || calls.some((call) => next(call).has(to));
};

/** @throws Error where the machine does not lead that way */
const stepsOf = (chart: Chart, steps: Step[]): Chart => {
  const missing = steps.filter(([from, to]) => !leads(chart, from, to)).map(([from, to]) => `${from} to ${to}`);
  if (missing.length > 0) throw new Error(`the machine "${chart.id}" does not lead from ${missing.join(", from ")}`);
  const statuses = [...new Set(steps.flatMap((way) => way.slice(0, 2)))];
  const shown = (id: string) => ({ id, parent: rootOf(chart), label: id, says: null, kind: "atomic" as const });
  return {
    id: chart.id,
    nodes: [
      ...chart.nodes.filter((node) => node.parent === null),
      ...statuses.map((id) => ({ ...shown(id), initial: id === "pending" })),
    ],
    edges: steps.map(([from, to, event]) => ({ from, to, event, guard: null, rule: null })),
  };
};

/** The seven statuses of WooCommerce and the usual ways between them, small enough for a page's width. */
export const usualWaysOf = (chart: Chart): Chart => stepsOf(chart, usual);

/** The picture at the top of the README: six boxes, and what goes well in a line. */
export const happyPathOf = (chart: Chart): Chart => stepsOf(chart, happy);
