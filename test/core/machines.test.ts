/** The machines are data, and everything they name is there: rules, reasons, guards, actions, delays, notes. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { AnyStateMachine, AnyStateNode } from "xstate";
import { actions, notes } from "../../machines/effects.js";
import { guards, whyNot, whyNotFor } from "../../machines/guards.js";
import { machinesOf, OrderStatus, orderMachine, registry } from "../../machines/index.js";
import type { Meta } from "../../machines/meta.js";
import { reasons } from "../../machines/reasons.js";
import { rules } from "../../machines/rules.js";

const machines: Record<string, AnyStateMachine> = machinesOf(registry);

interface Taken {
  at: string;
  event: string;
  guard: unknown;
  actions: { type: string; params?: { note?: string } }[];
  meta: Meta;
  leads: boolean;
}

const nodesUnder = (node: AnyStateNode): AnyStateNode[] => [node, ...Object.values(node.states).flatMap(nodesUnder)];
const transitionsOf = (machine: AnyStateMachine): Taken[] =>
  nodesUnder(machine.root).flatMap((node) =>
    [...[...node.transitions.values()].flat(), ...(node.always ?? [])].map((t) => ({
      at: node.id,
      event: t.eventType,
      guard: t.guard,
      actions: (t.actions as unknown as (string | Taken["actions"][number])[]).map((a) =>
        typeof a === "string" ? { type: a } : a,
      ),
      meta: (t.meta ?? {}) as Meta,
      leads: t.target !== undefined,
    })),
  );

const all = Object.values(machines).flatMap(transitionsOf);
const metas = Object.values(machines).flatMap((m) => nodesUnder(m.root).map((node) => (node.meta ?? {}) as Meta));

/** The sources of the decision, to see which words they use. */
const source = (path: string): string =>
  readFileSync(fileURLToPath(new URL(`../../../${path}`, import.meta.url)), "utf8");
const core = ["decide", "fold", "remember", "ask", "explain", "finish", "foresee"]
  .map((n) => source(`src/core/${n}.ts`))
  .join("\n");
const engine = ["process", "receipt"].map((n) => source(`src/engine/${n}.ts`)).join("\n");
const literals = (text: string): Set<string> => new Set([...text.matchAll(/"([^"\n]+)"/g)].map((m) => m[1] as string));

describe.each(Object.entries(machines))("the %s machine", (name, machine) => {
  test("is plain JSON: nothing is hidden in a function", () => {
    const config = machine.config as Record<string, unknown>;
    expect(JSON.parse(JSON.stringify(config))).toEqual(config);
    const withFunctions = (value: unknown, path: string): string[] => {
      if (typeof value === "function") return [path];
      if (value === null || typeof value !== "object") return [];
      return Object.entries(value).flatMap(([key, part]) => withFunctions(part, `${path}.${key}`));
    };
    expect(withFunctions(config, name)).toEqual([]);
  });

  test("names only delays, actions and guards that exist", () => {
    const config = JSON.stringify(machine.config);
    const delays = [...config.matchAll(/"after":\{"([^"]+)"/g)].map((m) => m[1] as string);
    expect(delays.filter((delay) => !(delay in machine.implementations.delays))).toEqual([]);
    const own = transitionsOf(machine);
    expect(
      own.flatMap((t) => t.actions.map((a) => a.type)).filter((a) => !/^xstate\./.test(a) && !(a in actions)),
    ).toEqual([]);
    expect(own.map((t) => t.guard).filter((g) => g !== undefined && !((g as string) in guards))).toEqual([]);
  });

  test("has no wildcard: what no branch takes is refused, never swept up", () => {
    expect(transitionsOf(machine).filter((t) => t.event.includes("*"))).toEqual([]);
  });

  test("says in plain words what each of its states is", () => {
    const silent = Object.values(machine.root.states).filter(
      (node) => (node.meta as Meta | undefined)?.says === undefined,
    );
    // The order passes through "returning" in no time.
    expect(silent.map((node) => node.id)).toEqual(name === "order" ? ["order.returning"] : []);
  });

  test("asks the last branch of an event only what it must, and no branch stands behind an open one", () => {
    const open = nodesUnder(machine.root).flatMap((node) =>
      [...node.transitions.entries()].flatMap(([event, branches]) =>
        branches.slice(0, -1).flatMap((branch, i) => (branch.guard === undefined ? [`${node.id} ${event} ${i}`] : [])),
      ),
    );
    expect(open).toEqual([]);
  });
});

describe("rules", () => {
  const cited = new Set(all.map((t) => t.meta.rule).filter((rule) => rule !== undefined));
  const inCode = literals(core);

  test("every rule that a machine cites is a row of the table", () => {
    expect([...cited].filter((rule) => !(rule in rules))).toEqual([]);
  });

  test("every rule that the decision cites by itself is a row of the table", () => {
    const families = new Set(Object.keys(rules).map((rule) => rule.split("/")[0]));
    const words = [...inCode].filter((word) => /^[a-z-]+\/[a-z-]+$/.test(word) && families.has(word.split("/")[0]));
    expect(words.filter((word) => !(word in rules))).toEqual([]);
  });

  test("every row of the table is cited somewhere", () => {
    const built = new Set(["callback/stale-payment", "callback/unknown-payment"]);
    expect(core).toContain("`callback/$" + "{reason}`");
    expect(Object.keys(rules).filter((rule) => !cited.has(rule) && !inCode.has(rule) && !built.has(rule))).toEqual([]);
  });

  test("every change of the order's state cites one, but the passage back to where it was", () => {
    const bare = transitionsOf(orderMachine).filter((t) => t.meta.rule === undefined);
    expect([...new Set(bare.map((t) => t.at))]).toEqual(["order.returning"]);
  });

  test("every row names its document and reads as the end of a sentence", () => {
    for (const [name, { source: from, rule }] of Object.entries(rules)) {
      expect(from, name).not.toBe("");
      expect(rule, name).toMatch(/^[a-z0-9].*[^.]$/);
    }
  });
});

describe("reasons", () => {
  const given = new Set<string>([
    ...Object.values(whyNot),
    ...Object.values(whyNotFor).flatMap((words) => Object.values(words)),
    ...metas.flatMap((meta) => (meta.refuses === undefined ? [] : [meta.refuses])),
    ...all.flatMap((t) => (t.meta.reason === undefined ? [] : [t.meta.reason])),
    ...[...`${core}\n${engine}`.matchAll(/reason(?:: [^"\n;]*|\s=[^"\n;]*)"([a-z-]+)"(?: : "([a-z-]+)")?/g)].flatMap(
      (m) => m.slice(1).filter((word): word is string => word !== undefined),
    ),
  ]);

  test("every reason that can be given has a sentence that a merchant understands", () => {
    // The words of the decision are found by reading it; these must be among them, or the reading went blind.
    for (const known of ["terminal-status", "no-change", "cooldown", "superseded", "stale-timer", "gateway-refused"]) {
      expect(given).toContain(known);
    }
    expect([...given].filter((reason) => !(reason in reasons))).toEqual([]);
  });

  test("every sentence is one: a capital letter, a full stop, no code in it", () => {
    for (const [reason, sentence] of Object.entries(reasons)) {
      expect(sentence, reason).toMatch(/^[A-Z].*\.$/);
      expect(sentence, reason).not.toMatch(/[_{}]|[a-z][A-Z]/);
    }
  });

  test("each fact that can say no is a fact that a guard asks for", () => {
    const facts = [...Object.keys(whyNot), ...Object.values(whyNotFor).flatMap((words) => Object.keys(words))];
    expect(facts.filter((fact) => !(fact.replace(/^!/, "") in guards))).toEqual([]);
  });
});

describe("vocabulary", () => {
  interface Combined {
    guards?: (string | Combined)[];
  }
  const partsOf = (guard: unknown): string[] => {
    if (typeof guard === "string") return [guard, ...partsOf(guards[guard as keyof typeof guards])];
    return ((guard as Combined).guards ?? []).flatMap(partsOf);
  };

  test("every guard is asked for by a machine, by itself or as a part of another", () => {
    const used = new Set(all.flatMap((t) => (t.guard === undefined ? [] : partsOf(t.guard))));
    expect(Object.keys(guards).filter((guard) => !used.has(guard))).toEqual([]);
  });

  test("every part of a guard exists", () => {
    expect(
      Object.keys(guards)
        .flatMap(partsOf)
        .filter((part) => !(part in guards)),
    ).toEqual([]);
  });

  test("every action is asked for by a machine", () => {
    const used = new Set(all.flatMap((t) => t.actions.map((a) => a.type)));
    expect(Object.keys(actions).filter((action) => !used.has(action))).toEqual([]);
  });

  test("every note that a machine writes has its words, and every note is written by somebody", () => {
    const written = all.flatMap((t) => t.actions.flatMap((a) => (a.params?.note === undefined ? [] : [a.params.note])));
    expect(written.filter((note) => !(note in notes))).toEqual([]);
    const byCode = literals(core);
    expect(Object.keys(notes).filter((note) => !written.includes(note) && !byCode.has(note))).toEqual([]);
  });

  test("every status of WooCommerce is a state of the order", () => {
    expect(OrderStatus.options.filter((status) => orderMachine.root.states[status] === undefined)).toEqual([]);
  });
});
