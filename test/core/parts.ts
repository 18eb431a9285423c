/** What the machines name: every transition and every state's meta, for the tests that go through them. */
import type { AnyStateMachine } from "xstate";
import { machinesOf, registry } from "../../machines/index.js";
import type { Meta } from "../../machines/meta.js";
import { nodesUnder } from "../../src/core/explain.js";

export const machines: Record<string, AnyStateMachine> = machinesOf(registry);

interface Taken {
  at: string;
  event: string;
  guard: unknown;
  actions: { type: string; params?: { note?: string } }[];
  meta: Meta;
  leads: boolean;
}

export const transitionsOf = (machine: AnyStateMachine): Taken[] =>
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

export const all = Object.values(machines).flatMap(transitionsOf);
export const metas = Object.values(machines).flatMap((m) =>
  nodesUnder(m.root).map((node) => (node.meta ?? {}) as Meta),
);
