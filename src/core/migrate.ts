/** A record written by another version of the machines is brought here on a named way, or it is parked. */
import type { StateValue } from "xstate";
import { z } from "zod";
import { flowOf, type Registry } from "../../machines/index.js";
import type { OrderRecord } from "./record.js";
import { knows } from "./step.js";
import { structureHash } from "./structure.js";

/** What everything else stands on. A record without it was not written by us, or is damaged. */
const Shape = z.looseObject({
  orderId: z.string(),
  version: z.number(),
  machine: z.looseObject({ id: z.string(), version: z.number(), hash: z.string() }),
  states: z.looseObject({ order: z.json(), payment: z.json(), cooldown: z.json() }),
  facts: z.looseObject({ order: z.looseObject({}), payment: z.looseObject({}) }),
  flags: z.array(z.looseObject({})),
  timers: z.looseObject({}),
});

export type Migrated = { record: OrderRecord } | { parked: string };

const renamedIn = (value: StateValue, renamed: Record<string, string>): StateValue => {
  if (typeof value === "string") return renamed[value] ?? value;
  const parts = Object.entries(value as Record<string, StateValue>);
  return Object.fromEntries(parts.map(([key, part]) => [renamed[key] ?? key, renamedIn(part, renamed)]));
};

/** The versions of the machines whose records can be read here: today's, and each that a named way leads from. */
export const versionsKnown = ({ version, migrations }: Registry): number[] => {
  const known = new Set([version]);
  for (let before = 0; before < known.size; ) {
    before = known.size;
    for (const { from, to } of migrations) if (known.has(to)) known.add(from);
  }
  return [...known];
};

/** The record as the deployed machines read it. A state that nobody knows parks the order; it is never guessed. */
export const migrate = (stored: OrderRecord, registry: Registry): Migrated => {
  const shape = Shape.safeParse(stored);
  if (!shape.success) {
    const { path, message } = shape.error.issues[0] as z.core.$ZodIssue;
    return { parked: `it is not a record: ${path.join(".") || "all of it"}: ${message}` };
  }
  const hash = structureHash(registry);
  let record = stored;
  if (record.machine.id !== registry.id) {
    return { parked: `written by the machine "${record.machine.id}", not by "${registry.id}"` };
  }
  while (record.machine.version !== registry.version) {
    const way = registry.migrations.find((m) => m.from === record.machine.version);
    if (way === undefined) {
      return {
        parked: `written by version ${record.machine.version} of the machines; there is no migration to ${registry.version}`,
      };
    }
    record = {
      ...record,
      machine: { ...record.machine, version: way.to },
      states: { ...record.states, order: renamedIn(record.states.order, way.renamed) },
      facts: way.facts?.(record.facts) ?? record.facts,
    };
  }
  if (record.machine.hash !== hash || record !== stored) {
    const { order, payment, cooldown } = record.states;
    const lost = (
      [
        ["order", registry.order, order],
        ["payment", flowOf(registry, record.facts.payment.gateway).payment, payment],
        ["cooldown", registry.cooldown, cooldown],
      ] as const
    ).find(([, machine, value]) => !knows(machine, value));
    if (lost !== undefined) {
      return { parked: `the ${lost[0]} stands in ${JSON.stringify(lost[2])}, a state that no machine here knows` };
    }
    record = { ...record, machine: { ...record.machine, hash } };
  }
  return { record };
};
