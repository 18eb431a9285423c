/** Recorded snapshots of every version of the machines: a record per leaf state, as a store holds it. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { AnyStateMachine, AnyStateNode, StateValue } from "xstate";
import { flowOf, type Registry } from "../../machines/index.js";
import { defaultSettings } from "../../machines/settings.js";
import { migrate } from "../../src/core/migrate.js";
import type { OrderRecord } from "../../src/core/record.js";
import { structureHash } from "../../src/core/structure.js";
import { explore } from "../../src/testing/reachable/index.js";
import { root } from "../root.js";

const place = fileURLToPath(new URL("test/snapshots/", root));
export const folderOf = (version: number): string => `${place}v${version}`;

export interface Recorded {
  version: number;
  hash: string;
  /** By the way of paying. */
  records: Record<string, OrderRecord[]>;
}

export const recorded = (): Recorded[] => {
  if (!existsSync(place)) return [];
  return readdirSync(place).map((name) => {
    const folder = `${place}${name}`;
    const { version, hash } = JSON.parse(readFileSync(`${folder}/structure.json`, "utf8")) as Recorded;
    const files = readdirSync(folder).filter((file) => file.endsWith(".jsonl"));
    const records = files.map((file): [string, OrderRecord[]] => [
      file.replace(".jsonl", ""),
      readFileSync(`${folder}/${file}`, "utf8")
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as OrderRecord),
    ]);
    return { version, hash, records: Object.fromEntries(records) };
  });
};

const leaves = (node: AnyStateNode): string[] =>
  Object.values(node.states).flatMap((child) => (Object.keys(child.states).length === 0 ? [child.id] : leaves(child)));

/** The leaf states in which an order of this way of paying can rest. */
export const leavesOf = (registry: Registry, gateway: string): string[] => {
  const flow = flowOf(registry, gateway);
  const never = [
    // A state that is left in no time is never stored.
    "order.returning",
    ...(flow.booksWhenSigned ? [] : ["order.booking."]),
    ...(flow.recreatesLines ? [] : ["order.rebuilding."]),
    ...(flow.endsUnpaid ? [] : ["order.lettingGo.", "order.givingBack."]),
  ];
  const machines: AnyStateMachine[] = [registry.order, registry.cooldown, flow.payment];
  return machines
    .flatMap((machine) => leaves(machine.root))
    .filter((id) => !never.some((beginning) => id.startsWith(beginning)));
};

const idIn = (machine: AnyStateMachine, value: StateValue): string => {
  const path = (part: StateValue): string[] =>
    typeof part === "string" ? [part] : Object.entries(part).flatMap(([key, rest]) => [key, ...path(rest ?? "")]);
  return [machine.id, ...path(value)].join(".");
};

/** The three leaf states that a record stands in. */
export const standsIn = (registry: Registry, { states, facts }: OrderRecord): string[] => [
  idIn(registry.order, states.order),
  idIn(registry.cooldown, states.cooldown),
  idIn(flowOf(registry, facts.payment.gateway).payment, states.payment),
];

/**
 * A record per leaf state of today's machines. What comes of a state that was missing is looked at first, and the search
 * ends with the last one: the space is twenty times as large as what has to be seen of it. A leaf that cannot be reached
 * is an error, after all of it.
 */
export const recordsToday = (registry: Registry, gateway: string): OrderRecord[] => {
  const missing = new Set(leavesOf(registry, gateway));
  const kept: OrderRecord[] = [];
  // Late money goes back only where the shop chose it.
  const choices = { ...defaultSettings.choices, cancelledThenAccepted: "give-back" as const };
  explore({
    rules: { settings: { ...defaultSettings, choices }, registry },
    gateway,
    comesFirst: (record) => {
      const fresh = standsIn(registry, record).filter((id) => missing.delete(id));
      if (fresh.length > 0) kept.push(record);
      return fresh.length > 0;
    },
    enough: () => missing.size === 0,
  });
  if (missing.size > 0) throw new Error(`${gateway}: no order comes to ${[...missing].join(", ")}`);
  return kept;
};

/** Why these machines may not be deployed over what older ones have written; empty = they may. */
export const faultsOf = (registry: Registry, all: Recorded[]): string[] => {
  const { version } = registry;
  const own = all.find((one) => one.version === version);
  const hash = structureHash(registry);
  if (own === undefined)
    return [`version ${version} is not recorded: npm run record snapshots, and commit what it writes`];
  if (own.hash !== hash) {
    return [
      `the structure is ${hash}, recorded for version ${version} is ${own.hash}: raise \`version\` in machines/index.ts, add a migration from ${version}, then npm run record snapshots`,
    ];
  }
  return all.flatMap(({ version: from, records }) =>
    Object.values(records)
      .flat()
      .flatMap((record) => {
        const migrated = migrate(record, registry);
        return "parked" in migrated ? [`version ${from}, ${JSON.stringify(record.states)}: ${migrated.parked}`] : [];
      }),
  );
};
