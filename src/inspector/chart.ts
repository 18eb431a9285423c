/** The drawing of docs and `draw`, lit up for one order: its state and its path. */
import type { AnyStateMachine, StateValue } from "xstate";
import { flowOf, registry } from "../../machines/index.js";
import { pathOf } from "../../machines/swedish-states.js";
import type { Actor, HistoryEntry, States } from "../core/record.js";
import { type Arrow, splitRoot } from "../statechart/arrows.js";
import { type Chart, type ChartEdge, chartOf } from "../statechart/chart.js";
import { classOf } from "../statechart/dot.js";
import { overviewOf } from "../statechart/overview.js";
import { bareSvgOf } from "../statechart/svg.js";
import type { Words } from "./words/words.js";

export const actors: readonly Actor[] = ["order", "payment", "cooldown"];

/** The machine of each actor, for an order that is paid over this gateway. */
export const machineOf = (actor: Actor, gateway: string | null): AnyStateMachine =>
  actor === "payment" ? flowOf(registry, gateway).payment : registry[actor];

interface Drawing {
  chart: Chart;
  arrows: Arrow[];
  svg: Promise<string>;
}

/** Laying out costs a tenth of a second, lighting up nothing: each drawing is made once. */
const drawings = new Map<string, Drawing>();

/** What the states say, and the overview's arrows, in the reader's language; event names stay what they are. */
const inWords = (chart: Chart, words: Words): Chart => ({
  ...chart,
  nodes: chart.nodes.map((node) => (node.says === null ? node : { ...node, says: words.state(chart.id, node.id) })),
  edges: chart.edges.map((edge) => ({ ...edge, event: words.arrow(edge.event) })),
});

/** The one text that the drawing writes by itself. */
const inTongue = (svg: string, { t }: Words): string =>
  svg.replace(/>\+(\d+) more</g, (_, n: string) => `>${t("arrows more", { n })}<`);

/** @param name is put before the ids, so that several drawings stand in one page */
const drawingOf = (name: string, words: Words, chartOnce: () => Chart): Drawing => {
  const key = `${name} ${words.language}`;
  let drawing = drawings.get(key);
  if (drawing === undefined) {
    const chart = chartOnce();
    // Arrows are found by their events, so only what is drawn is put into words.
    const drawn = words.language === "en" ? chart : inWords(chart, words);
    const svg = bareSvgOf(drawn).then((text) => inTongue(text, words).replace(/ id="/g, ` id="${name}-`));
    drawing = { chart, arrows: splitRoot(chart).drawn, svg };
    drawings.set(key, drawing);
  }
  return drawing;
};

const within = (state: string, box: string): boolean => state === box || state.startsWith(`${box}.`);

/** Several waiting events may be let through by one reading: each hop on its own. */
const hopsOf = (actor: Actor, before: StateValue, entry: HistoryEntry): [string, string][] => {
  const [from, to] = [pathOf(before), pathOf(entry.states[actor])];
  if (actor !== "order") return from === to ? [] : [[from, to]];
  const stops = [from];
  for (const { outcome, from: left, to: reached } of entry.answers) {
    // One that waits for the bank says where it will lead, not where it has been.
    if (outcome !== "moved") continue;
    if (left !== null && reached !== null && left !== reached && stops.at(-1) !== reached) stops.push(reached);
  }
  if (stops.at(-1) !== to) stops.push(to);
  return stops.slice(1).map((stop, i) => [stops[i] as string, stop]);
};

const nameOf = (edge: ChartEdge): string => edge.event;

/** The arrow between two states, that of the event where several lead there. */
const arrowBetween = (arrows: Arrow[], from: string, to: string, type: string): number => {
  const fits = (arrow: Arrow) => within(from, arrow.from) && within(to, arrow.to) && !within(arrow.to, arrow.from);
  const exact = arrows.findIndex((arrow) => fits(arrow) && arrow.edges.some((edge) => nameOf(edge) === type));
  return exact >= 0 ? exact : arrows.findIndex(fits);
};

/** Where the order has been, in turn, each with the step that brought it there; null = it began there. */
export interface Stop {
  state: string;
  seq: number | null;
}

export const wayOf = (history: HistoryEntry[]): Stop[] =>
  history.flatMap((entry, i): Stop[] => {
    const before = history[i - 1]?.states.order;
    if (before === undefined) return [{ state: pathOf(entry.states.order), seq: null }];
    return hopsOf("order", before, entry).map(([, state]) => ({ state, seq: entry.seq }));
  });

export interface Lit {
  svg: string;
  state: string;
  value: StateValue;
  /** Every branch out of the state it stands in. */
  branches: ChartEdge[];
}

/** What a drawing is lit up with. */
interface ChartLife {
  /** In order, up to the moment that is shown. */
  history: HistoryEntry[];
  now: StateValue;
  label: (actor: Actor, state: string) => string;
}

const lightUp = async (
  name: string,
  drawing: Drawing,
  actor: Actor,
  { history, now, label }: ChartLife,
): Promise<Lit> => {
  const { chart, arrows, svg } = drawing;
  const state = pathOf(now);
  const lit = new Map<string, string>();
  const visit = (path: string, as: string) => {
    for (const node of chart.nodes) {
      if (node.parent !== null && within(path, node.id)) lit.set(`${name}-${chart.id}-${classOf(node.id)}`, as);
    }
  };
  for (const [i, entry] of history.entries()) {
    const before = history[i - 1]?.states[actor];
    if (before === undefined) continue;
    for (const [from, to] of hopsOf(actor, before, entry)) {
      visit(from, "visited");
      visit(to, "visited");
      const arrow = arrowBetween(arrows, from, to, entry.event.type);
      if (arrow >= 0) lit.set(`${name}-${chart.id}-arrow-${arrow}`, "taken");
    }
  }
  for (const [i, { from }] of arrows.entries()) {
    const arrow = `${name}-${chart.id}-arrow-${i}`;
    if (within(state, from) && !lit.has(arrow)) lit.set(arrow, "onward");
  }
  visit(state, "current");
  const drawn = (await svg)
    .replace(/<g id="([^"]+)" class="/g, (whole, id: string) => (lit.has(id) ? `${whole}${lit.get(id)} ` : whole))
    .replace(/aria-label="[^"]*"/, () => `aria-label="${label(actor, state).replace(/[<>&"]/g, "")}"`);
  return { svg: drawn, state, value: now, branches: chart.edges.filter((edge) => within(state, edge.from)) };
};

export type Charts = Record<Actor, Lit>;

/** What an order is drawn from. */
interface Drawn {
  gateway: string | null;
  history: HistoryEntry[];
  states: States;
}

const litOf =
  ({ gateway, history, states }: Drawn, words: Words) =>
  (actor: Actor, name: string, of: (chart: Chart) => Chart = (chart) => chart): Promise<Lit> => {
    const label: ChartLife["label"] = (one, state) =>
      words.t("chart label", { machine: words.t(`actor ${one}`).toLowerCase(), state });
    const drawing = drawingOf(name, words, () => of(chartOf(machineOf(actor, gateway))));
    return lightUp(name, drawing, actor, { history, now: states[actor], label });
  };

/** The order's machine from further away, as the README shows it. */
export const overviewLit = (drawn: Drawn, words: Words): Promise<Lit> =>
  litOf(drawn, words)("order", "overview", overviewOf);

export const chartsOf = async (drawn: Drawn, words: Words): Promise<Charts> => {
  const lit = litOf(drawn, words);
  const [order, payment, cooldown] = await Promise.all([
    lit("order", "whole"),
    lit("payment", machineOf("payment", drawn.gateway).id),
    lit("cooldown", "cooldown"),
  ]);
  return { order, payment, cooldown };
};
