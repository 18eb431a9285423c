/** What older machines have written is read by today's, or parked where everybody sees it. */
import { describe, expect, test } from "vitest";
import { createMachine, type StateValue } from "xstate";
import { orderMachine, type Registry, registry } from "../../machines/index.js";
import { decide } from "../../src/core/decide.js";
import { migrate } from "../../src/core/migrate.js";
import { breachesOf } from "../../src/testing/decision/laws.js";
import { rulesWith } from "../../src/testing/decision/life.js";
import { NOW } from "../../src/testing/reachable/fold.js";
import { movesFrom } from "../../src/testing/reachable/moves.js";
import { isWhole } from "../exhaustive/whole.js";
import { faultsOf, leavesOf, recorded, recordsToday, standsIn } from "./snapshots.js";

const all = recorded();
const today = all.find(({ version }) => version === registry.version);

test("every version is recorded", () => {
  expect(all.map(({ version }) => version).sort((a, b) => a - b)).toEqual(
    Array.from({ length: registry.version }, (_, i) => i + 1),
  );
});

describe.each(Object.keys(registry.flows))("%s", (gateway) => {
  test("every leaf state of every machine is recorded", () => {
    const stood = new Set((today?.records[gateway] ?? []).flatMap((record) => standsIn(registry, record)));
    expect(leavesOf(registry, gateway).filter((id) => !stood.has(id))).toEqual([]);
  });

  test("every record of every version goes on from where it was, whatever happens next", () => {
    const rules = rulesWith();
    let decisions = 0;
    for (const { records } of all) {
      for (const stored of records[gateway] ?? []) {
        const migrated = migrate(stored, registry);
        if ("parked" in migrated) throw new Error(migrated.parked);
        const { record } = migrated;
        for (const { name, event } of movesFrom(record)) {
          const decision = decide(
            record,
            { id: "e", orderId: record.orderId, at: NOW, source: "shop", event },
            NOW,
            rules,
          );
          decisions += 1;
          const [broken] = breachesOf({ before: record, decision, settings: rules.settings });
          if (broken !== undefined) throw new Error(`${JSON.stringify(stored.states)}, ${name}: ${broken.law}`);
        }
      }
    }
    expect(decisions).toBeGreaterThan(1000);
  });
});

test.runIf(isWhole)(
  "npm run record snapshots finds an order in every leaf state, and looks no further",
  () => {
    const stood = new Set(recordsToday(registry, "nets-easy").flatMap((record) => standsIn(registry, record)));
    expect(leavesOf(registry, "nets-easy").filter((id) => !stood.has(id))).toEqual([]);
  },
  240_000,
);

/** The same machines, one state of the order under another name. */
const renamed = (version: number, migrations: Registry["migrations"] = []): Registry => {
  const config = JSON.parse(JSON.stringify(orderMachine.config).replaceAll('"booking"', '"bookingPayment"'));
  const order = createMachine(config, orderMachine.implementations as never) as unknown as typeof orderMachine;
  return { ...registry, order, version, migrations };
};
const { version: now, migrations: ways } = registry;
const next = now + 1;
const asNext = (registry: Registry) => {
  const hash = faultsOf({ ...registry, version: now }, all)[0]?.match(/structure is (\w+)/)?.[1] ?? "";
  return [...all, { version: next, hash, records: {} }];
};
const toNext = (states: Record<string, string>) => renamed(next, [...ways, { from: now, to: next, renamed: states }]);

describe("a change of structure fails the build", () => {
  test("without a new version", () => {
    expect(faultsOf(renamed(now), all)).toEqual([
      expect.stringMatching(new RegExp(`raise \`version\`.*add a migration from ${now}`)),
    ]);
  });

  test("with a new version that nobody recorded", () => {
    expect(faultsOf(renamed(next), all)).toEqual([
      expect.stringMatching(new RegExp(`^version ${next} is not recorded`)),
    ]);
  });

  test("with a new version and no migration to it: every record would be parked", () => {
    const changed = renamed(next);
    const records = all.flatMap(({ records }) => Object.values(records).flat());
    const faults = faultsOf(changed, asNext(changed));
    expect(faults.length).toBe(records.length);
    expect(faults[0]).toContain(`there is no migration to ${next}`);
  });

  test("with a migration that forgets the renamed state: the records in it would be parked", () => {
    const changed = toNext({});
    const faults = faultsOf(changed, asNext(changed));
    expect(faults.length).toBeGreaterThan(0);
    expect(faults.every((fault) => fault.includes("booking"))).toBe(true);
  });

  test("and passes with a migration that leads every state to its new name", () => {
    const changed = toNext({ booking: "bookingPayment" });
    expect(faultsOf(changed, asNext(changed))).toEqual([]);
    const booking = all
      .flatMap(({ records }) => Object.values(records).flat())
      .find(({ states }) => JSON.stringify(states.order).includes("booking"));
    const migrated = booking === undefined ? null : migrate(booking, changed);
    const order: StateValue | null = migrated !== null && "record" in migrated ? migrated.record.states.order : null;
    expect(order).toEqual({ bookingPayment: expect.any(String) });
  });
});
