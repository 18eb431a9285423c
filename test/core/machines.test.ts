/** The machines are data, and everything they name is there: rules, reasons, guards, actions, delays, notes. */
import { describe, expect, test } from "vitest";
import { and, not } from "xstate";
import { actions, type EffectType, movesMoney, notes } from "../../machines/effects.js";
import { type EventType, OrderEvent, waitsForReading } from "../../machines/events.js";
import { flags, remedies } from "../../machines/flags.js";
import { type GuardName, guards, whyNot, whyNotFor, whyNotHere } from "../../machines/guards.js";
import { OrderStatus, orderMachine } from "../../machines/index.js";
import type { Meta } from "../../machines/meta.js";
import { explanations, reasons } from "../../machines/reasons.js";
import { rules } from "../../machines/rules.js";
import { nodesUnder } from "../../src/core/explain.js";
import { all, machines, metas, transitionsOf } from "./parts.js";

type GuardPart = string | { check?: unknown; guards: GuardPart[] };
const kindOf = (guard: unknown) => (guard as { check?: unknown }).check;
const [AND, NOT] = [kindOf(and([])), kindOf(not("none"))];

/** The facts by which a guard can say no. */
const noesOf = (guard: GuardPart | undefined): string[] => {
  if (guard === undefined) return [];
  const found = typeof guard === "string" ? (guards[guard as GuardName] as unknown as GuardPart) : guard;
  if (kindOf(found) === AND) return (found as { guards: GuardPart[] }).guards.flatMap(noesOf);
  if (kindOf(found) === NOT) return [`!${String((found as { guards: GuardPart[] }).guards[0])}`];
  return typeof guard === "string" ? [guard] : [];
};

/** Left in no time. */
const passedThrough = ["order.returning"];

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
      ({ meta }) => !/^\w.*\w$/.test((meta as Meta)?.says ?? ""),
    );
    // The order passes through these in no time.
    expect(silent.map((node) => node.id)).toEqual(name === "order" ? passedThrough : []);
  });

  test("says in plain words what each end of a payment is", () => {
    const leaves = nodesUnder(machine.root).filter(({ states }) => Object.keys(states).length === 0);
    const silent = leaves.filter(({ meta }) => !/^\w.*\w$/.test((meta as Meta | undefined)?.says ?? ""));
    // The order's calls say it once for all their steps.
    expect(["order", "attempt"].includes(name) ? [] : silent.map(({ id }) => id)).toEqual([]);
  });

  test("says so wherever an answer was lost or is doubted", () => {
    const doubtful = nodesUnder(machine.root).filter(({ key }) => /unknown$|^refused$/i.test(key));
    const silent = doubtful.filter(
      ({ parent, meta }) => parent !== machine.root && !/read/.test((meta as Meta)?.says ?? ""),
    );
    expect(silent.map(({ id }) => id)).toEqual([]);
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

  test("every rule that a machine cites is a row of the table", () => {
    expect([...cited].filter((rule) => !(rule in rules))).toEqual([]);
  });

  test("every change of the order's state cites one, but the passage back to where it was", () => {
    const bare = transitionsOf(orderMachine).filter((t) => t.meta.rule === undefined);
    expect([...new Set(bare.map((t) => t.at))]).toEqual(passedThrough);
  });

  test("every row names its document and reads as the end of a sentence", () => {
    for (const [name, { source: from, doc, rule }] of Object.entries(rules)) {
      expect(from, name).toMatch(/^\w/);
      expect(doc, name).toMatch(from === "our own" ? /^-$/ : /^\S.*[^.]$/);
      expect(rule, name).toMatch(/^[A-Z].*\.$/);
      expect(rule, name).not.toMatch(/ [ ,]/);
    }
  });
});

describe("reasons", () => {
  test("every reason that a guard or a state gives has a sentence that a merchant understands", () => {
    const given = [
      ...[whyNot, whyNotHere, ...Object.values(whyNotFor)].flatMap((words) => Object.values(words ?? {})),
      ...metas.flatMap(({ refuses }) => (refuses === undefined ? [] : [refuses])),
      ...all.flatMap(({ meta: { reason } }) => (reason === undefined ? [] : [reason])),
    ];
    expect(given.filter((reason) => reason === undefined || !(reason in reasons))).toEqual([]);
  });

  test("every sentence is one: a capital letter, a full stop, no code in it", () => {
    for (const [reason, sentence] of [...Object.entries(reasons), ...Object.entries(explanations)]) {
      expect(sentence, reason).toMatch(/^[A-Z].*\.$/);
      expect(sentence, reason).not.toMatch(/[_{}]|[a-z][A-Z]/);
    }
  });

  const asked = nodesUnder(orderMachine.root).flatMap((node) =>
    [...node.transitions].filter(([type]) => type.startsWith("merchant.")).map(([type, on]) => ({ node, type, on })),
  );

  test("every fact that can refuse a merchant has one: whyNot in machines/guards.ts", () => {
    const silent = asked.flatMap(({ node, type, on }) =>
      noesOf(on.at(-1)?.guard as GuardPart | undefined)
        .filter((fact) => (whyNotFor[type]?.[fact] ?? whyNot[fact]) === undefined)
        .map((fact) => `${node.id} at ${type}: ${fact}`),
    );
    expect(silent).toEqual([]);
    expect(noesOf("canCapture")).toContain("!isFrozen");
  });

  test("what is decided without a reading has no guard, which would look at an old one: needsNoReading in machines/events.ts", () => {
    const blind = asked.filter(
      ({ type, on }) => !waitsForReading(type as EventType) && on.some(({ guard }) => guard !== undefined),
    );
    expect(blind.map(({ node, type }) => `${node.id} at ${type}`)).toEqual([]);
  });
});

test("every flag says what is wrong and what to do, in sentences of their own", () => {
  const words = Object.values(flags).flatMap(({ says, remedy }) => [says, remedy]);
  for (const sentence of words) expect(sentence).toMatch(/^[A-Z].*\.$/);
  expect(new Set(words).size).toBe(words.length);
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

  test("every note that a machine writes has its words", () => {
    const written = all.flatMap((t) => t.actions.flatMap((a) => (a.params?.note === undefined ? [] : [a.params.note])));
    expect(written.filter((note) => !(note in notes))).toEqual([]);
  });

  test("every note is a sentence of its own", () => {
    for (const [name, words] of Object.entries(notes)) expect(words, name).toMatch(/^[A-Z].*\.$/);
    expect(new Set(Object.values(notes)).size).toBe(Object.keys(notes).length);
  });

  test("every status of WooCommerce is a state of the order", () => {
    expect(OrderStatus.options.filter((status) => orderMachine.root.states[status] === undefined)).toEqual([]);
  });
});

test("money is moved by five calls, and by nothing else", () => {
  const all: EffectType[] = ["bookSignedPayment", "capturePayment", "cancelPayment", "refundPayment", "addOrderLines"];
  expect(all.filter((type) => !movesMoney(type))).toEqual([]);
  expect((["readPayment", "readBack", "completePayment", "recordRefund"] as EffectType[]).filter(movesMoney)).toEqual(
    [],
  );
});

test("what a person may do about a flag is something that an order understands", () => {
  const known = OrderEvent.options.map(({ shape }) => shape.type.value);
  expect(
    Object.values(remedies)
      .flat()
      .filter((type) => !known.includes(type)),
  ).toEqual([]);
  expect(Object.keys(remedies)).toEqual(Object.keys(flags));
  const offered = Object.entries(remedies).flatMap(([flag, events]) => events.map((event) => `${flag}: ${event}`));
  expect(offered).toEqual([
    "discrepancy:paid-but-pending: merchant.processed",
    "discrepancy:processing-but-unpaid: merchant.cancelled",
    "discrepancy:completed-not-captured: merchant.captured",
    "discrepancy:completed-set-back: merchant.completed",
    "discrepancy:payment-cancelled-order-active: merchant.cancelled",
    "discrepancy:payment-cancelled-order-active: merchant.refunded",
    "discrepancy:payment-cancelled-order-active: merchant.recalculated",
    "discrepancy:rejected-at-gateway: merchant.cancelled",
    "discrepancy:rejected-at-gateway: merchant.failed",
    "discrepancy:amount-mismatch: merchant.recalculated",
    "discrepancy:refunded-twice: merchant.acknowledged",
    "refund-failed: merchant.refunded",
    "refund-failed: merchant.refundedAmount",
    "refund-failed: merchant.acknowledged",
    "discrepancy:captured-twice: merchant.acknowledged",
    "discrepancy:reserved-twice: merchant.acknowledged",
    "capture-failed: merchant.completed",
  ]);
});
