import { describe, expect, it } from "vitest";
import {
  type AnyStateMachine,
  type AnyStateNode,
  and,
  assign,
  createActor,
  createMachine,
  fromPromise,
  not,
  setup,
} from "xstate";
import { machinesOf, registry } from "../machines/index.js";
import type { Statuses } from "../machines/statuses.js";
import { chartOf } from "../src/statechart/chart.js";
import { classOf } from "../src/statechart/dot.js";
import { draw, formats } from "../src/statechart/draw.js";
import { documents, machines, staleDocuments } from "../src/statechart/generate.js";
import { usualWaysOf } from "../src/statechart/overview.js";

/** Enough of XML to catch what a browser would refuse: unclosed or crossed tags, bare `&` and `<`. */
const xmlFaults = (text: string): string[] => {
  const open: string[] = [];
  const faults: string[] = [];
  let rest = text;
  while (rest.length > 0) {
    const tag = /^<(\/?)([A-Za-z][\w:-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/.exec(rest);
    const words = /^[^<]+/.exec(rest);
    const part = tag?.[0] ?? words?.[0];
    if (part === undefined) return [...faults, `not a tag: ${rest.slice(0, 60)}`];
    if (/&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[\da-f]+);)/i.test(part)) faults.push(`bare & in ${part.slice(0, 60)}`);
    if (tag?.[1]) {
      if (open.pop() !== tag[2]) faults.push(`crossed ${tag[0]}`);
    } else if (tag && !tag[4]) open.push(tag[2] as string);
    rest = rest.slice(part.length);
  }
  return open.length > 0 ? [...faults, `unclosed ${open.join(" ")}`] : faults;
};

/** As whoever pastes it has it. */
const pasted = async (machine: AnyStateMachine, statuses: Statuses = {}): Promise<AnyStateMachine> => {
  const text = await draw(machine, "stately", statuses);
  const [, json = ""] = /^createMachine\((\{[\s\S]*\})\);\n$/.exec(text) ?? [];
  expect(JSON.parse(json), "pure JSON").toBeTypeOf("object");
  return new Function("createMachine", `return ${text}`)(createMachine);
};

/** All that XState made of a machine's transitions, in its order; code by its name. */
const transitionsOf = (node: AnyStateNode): unknown[] => [
  ...[...node.transitions.values(), node.always ?? []].flat().map((t) => ({
    from: node.id,
    event: t.eventType,
    to: t.target?.map(({ id }: AnyStateNode) => id),
    actions: t.actions,
    reenter: t.reenter,
    meta: t.meta,
  })),
  {
    of: node.id,
    entry: node.config.entry,
    exit: node.config.exit,
    initial: node.initial?.target?.map(({ id }) => id),
    meta: node.meta,
  },
  ...Object.values(node.states).flatMap(transitionsOf),
];

it("the XML check sees faults", () => {
  expect(xmlFaults('<a b="1"><c/>x &amp; y</a>')).toEqual([]);
  expect(xmlFaults("<a><b></a></b>")).not.toEqual([]);
  expect(xmlFaults("<a>x & y</a>")).not.toEqual([]);
  expect(xmlFaults("<a>")).not.toEqual([]);
});

it("docs/statecharts says what the machines say", async () => {
  expect(await staleDocuments(), "stale: npm run docs").toEqual([]);
});

describe.each(machines.map((machine) => ({ id: machine.id, machine })))("$id", ({ machine }) => {
  const chart = chartOf(machine);
  const states = chart.nodes.filter((node) => node.parent !== null);

  it("has both ends of every edge", () => {
    const ids = new Set(chart.nodes.map((node) => node.id));
    expect(ids.size).toBe(chart.nodes.length);
    expect(chart.edges.filter((edge) => !ids.has(edge.from) || !ids.has(edge.to))).toEqual([]);
    expect(chart.edges.length).toBeGreaterThan(0);
  });

  it("names every state in Mermaid, once", async () => {
    const text = await draw(machine, "mermaid");
    for (const node of states) {
      const name = node.id.replace(/\W/g, "_");
      const named = text.match(new RegExp(`state "${node.label}" as ${name}_*( \\{)?$`, "gm"));
      expect(named, node.id).toHaveLength(1);
    }
  });

  it("is well-formed SVG with a group per state and nothing from outside", async () => {
    const svg = await draw(machine, "svg");
    expect(xmlFaults(svg)).toEqual([]);
    for (const node of states) {
      const groups = svg.match(new RegExp(`<g id="[^"]*" class="[^"]*\\b${classOf(node.id)}"`, "g"));
      expect(groups, node.id).toHaveLength(1);
    }
    expect(svg).not.toMatch(/<script|<image|href=|@import|url\(/);
  });

  it("is one createMachine of pure JSON for Stately, which XState reads as the same machine", async () => {
    const again = await pasted(machine);
    // The descriptions are the one thing that is added.
    expect(chartOf(again)).toEqual(chart);
    expect(transitionsOf(again.root)).toEqual(transitionsOf(machine.root));
    expect(transitionsOf(again.root).length).toBeGreaterThan(10);
    expect(createActor(again).start().getSnapshot().value).toBe(chart.nodes.find(({ initial }) => initial)?.id);
    const described = again.root.states.cancelled ?? again.root.states.idle ?? Object.values(again.root.states)[0];
    expect(described?.description).toBe(described?.meta.says);
  });

  it("draws the same twice", async () => {
    for (const format of formats) expect(await draw(machine, format)).toBe(await draw(machine, format));
  });
});

describe("a machine of every kind of transition", () => {
  const odd = setup({ guards: { a: () => true, b: () => true }, delays: { soon: 5 } }).createMachine({
    id: "odd",
    initial: "end",
    states: {
      end: {
        after: { soon: "a-b", 1000: "two.left" },
        always: { guard: and(["a", not("b")]), target: "a_b" },
        on: { '<&"': { guard: { type: "a" }, target: "a-b" } },
      },
      "a-b": { on: { "*": "a_b" } },
      a_b: { type: "final" },
      two: { type: "parallel", states: { left: {}, right: { on: { back: { target: "#odd.end" } } } } },
    },
  });

  it("tells delays, eventless transitions and combined guards", () => {
    expect(chartOf(odd).edges.filter((edge) => edge.from === "end")).toEqual([
      { from: "end", to: "a-b", event: '<&"', guard: "a", rule: null },
      { from: "end", to: "two.left", event: "1000 ms", guard: null, rule: null, after: true },
      { from: "end", to: "a-b", event: "soon", guard: null, rule: null, after: true },
      { from: "end", to: "a_b", event: "always", guard: "(a and not b)", rule: null },
    ]);
    const initial = chartOf(odd).nodes.filter((node) => node.initial);
    expect(initial.map((node) => node.id)).toEqual(["end", "two.left", "two.right"]);
  });

  it("is the same once pasted, with names for what is code", async () => {
    const again = await pasted(odd);
    expect(chartOf(again)).toEqual(chartOf(odd));
    const coded = createMachine({
      context: () => ({ n: 1 }),
      invoke: { src: fromPromise(async () => 1) },
      entry: [assign({ n: 2 }), () => {}, { type: "told", params: () => ({ n: 1 }) }],
      on: { go: { guard: () => true, actions: function leave() {} } },
    });
    const { context, invoke, entry, on } = (await pasted(coded)).config;
    expect({ context, invoke, entry, on }).toEqual({
      context: undefined,
      invoke: { src: "inline" },
      entry: ["assign", "inline", { type: "told" }],
      on: { go: { guard: "guard", actions: "leave" } },
    });
  });

  it("draws it", async () => {
    expect(xmlFaults(await draw(odd, "svg"))).toEqual([]);
    const text = await draw(odd, "mermaid");
    expect(text).toContain('state "end" as end_\n');
    expect(text).toContain('state "a-b" as a_b\n');
    expect(text).toContain('state "a_b" as a_b_\n');
  });
});

describe("the overview of the README", () => {
  /** GitHub shows a README this wide, in pixels. */
  const PAGE = 838;

  it("has at most eight boxes and fourteen arrows, and no text smaller than 11 pixels", async () => {
    const { text = "" } = (await documents()).find(({ name }) => name === "overview.svg") ?? {};
    const count = (kind: string) => text.match(new RegExp(`<g id="[^"]*" class="${kind} `, "g"))?.length ?? 0;
    expect(count("node")).toBeGreaterThan(5);
    expect(count("node")).toBeLessThanOrEqual(8);
    expect(count("edge")).toBeGreaterThan(10);
    expect(count("edge")).toBeLessThanOrEqual(14);
    const width = Number(/viewBox="\S+ \S+ (\S+) /.exec(text)?.[1]);
    const sizes = [...text.matchAll(/font-size="([\d.]+)"/g)].map(([, size]) => Number(size));
    expect((Math.min(...sizes) * PAGE) / width).toBeGreaterThanOrEqual(11);
  });

  it("begins with a picture of six boxes, at most a screen high, and as legible", async () => {
    const { text = "" } = (await documents()).find(({ name }) => name === "hero.svg") ?? {};
    const labels = [...text.matchAll(/<g id="[^"]*" class="node [^"]*state-([\w-]+)/g)].map(([, label]) => label);
    expect(labels.toSorted()).toEqual(["cancelled", "completed", "on-hold", "pending", "processing", "refunded"]);
    expect(text.match(/class="edge /g)).toHaveLength(6);
    const [, width, height] = /viewBox="\S+ \S+ (\S+) (\S+)"/.exec(text)?.map(Number) ?? [];
    const scale = PAGE / (width ?? 0);
    expect((height ?? 0) * scale).toBeLessThan(420);
    const sizes = [...text.matchAll(/font-size="([\d.]+)"/g)].map(([, size]) => Number(size));
    expect(Math.min(...sizes) * Math.min(1, scale)).toBeGreaterThanOrEqual(11);
  });

  it("shows no way that the machine does not lead", () => {
    const chart = chartOf(machines.find(({ id }) => id === "order") as never);
    const edges = chart.edges.filter(({ from, to }) => !(from === "failed" && ["pending", "booking"].includes(to)));
    expect(() => usualWaysOf({ ...chart, edges })).toThrow("does not lead from failed to pending");
  });
});

describe("a shop's own statuses", () => {
  const statuses = { picking: "processing", packed: "processing", delivered: "completed" } as const;
  const { order, payment } = machinesOf(registry) as Record<"order" | "payment", AnyStateMachine>;

  it("stand inside of their parents, and nothing else is drawn otherwise", async () => {
    const mermaid = await draw(order, "mermaid", statuses);
    const inside = /state "processing" as processing \{\n(?<own>(?:.*\n)*?) {2}\}/.exec(mermaid)?.groups?.own;
    expect(inside?.match(/"\w+"/g)).toEqual(['"picking"', '"packed"']);
    const chart = JSON.parse(await draw(order, "json", statuses)) as ReturnType<typeof chartOf>;
    const plain = chartOf(order);
    expect(chart.edges).toEqual(plain.edges);
    expect(chart.nodes.length).toBe(plain.nodes.length + 3);
    expect(chart.nodes).toContainEqual(expect.objectContaining({ id: "completed.delivered", parent: "completed" }));
    const svg = await draw(order, "svg", statuses);
    expect(xmlFaults(svg)).toEqual([]);
    expect(svg).toContain(classOf("processing.picking"));
    for (const format of formats) {
      expect(await draw(order, format, {})).toBe(await draw(order, format));
      expect(await draw(payment, format, statuses)).toBe(await draw(payment, format));
    }
    await expect(draw(order, "mermaid", { completed: "processing" })).rejects.toThrow("statuses.completed");
  });

  it("are states of the machine that Stately gets, entered as the parent itself", async () => {
    const { processing, pending } = (await pasted(order, statuses)).states;
    expect(Object.keys(processing?.states ?? {})).toEqual(["processing", "picking", "packed"]);
    expect(processing?.initial.target?.[0]?.key).toBe("processing");
    expect(pending?.states).toEqual({});
  });
});
