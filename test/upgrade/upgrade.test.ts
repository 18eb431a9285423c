/** What older machines have written is read by today's, or set aside where everybody sees it. */
import { describe, expect, test } from "vitest";
import { createMachine, type StateValue } from "xstate";
import { orderMachine, type Registry, registry } from "../../machines/index.js";
import { decide } from "../../src/core/decide.js";
import { migrate } from "../../src/core/migrate.js";
import { breachesOf } from "../../src/testing/decision/laws.js";
import { rulesWith } from "../../src/testing/decision/life.js";
import { NOW } from "../../src/testing/reachable/fold.js";
import { movesFrom } from "../../src/testing/reachable/moves.js";
import { faultsOf, leavesOf, recorded, standsIn } from "./snapshots.js";

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

/** The same machines, one state of the order under another name. */
const renamed = (version: number, migrations: Registry["migrations"] = []): Registry => {
  const config = JSON.parse(JSON.stringify(orderMachine.config).replaceAll('"booking"', '"bookingPayment"'));
  const order = createMachine(config, orderMachine.implementations as never) as unknown as typeof orderMachine;
  return { ...registry, order, version, migrations };
};
const asVersion2 = (registry: Registry) => {
  const hash = faultsOf({ ...registry, version: 1 }, all)[0]?.match(/structure is (\w+)/)?.[1] ?? "";
  return [...all, { version: 2, hash, records: {} }];
};

describe("a change of structure fails the build", () => {
  test("without a new version", () => {
    expect(faultsOf(renamed(1), all)).toEqual([expect.stringMatching(/raise `version`.*add a migration from 1/)]);
  });

  test("with a new version that nobody recorded", () => {
    expect(faultsOf(renamed(2), all)).toEqual([expect.stringMatching(/^version 2 is not recorded/)]);
  });

  test("with a new version and no migration to it: every record would be set aside", () => {
    const registry2 = renamed(2);
    const records = all.flatMap(({ records }) => Object.values(records).flat());
    const faults = faultsOf(registry2, asVersion2(registry2));
    expect(faults.length).toBe(records.length);
    expect(faults[0]).toContain("there is no migration to 2");
  });

  test("with a migration that forgets the renamed state: the records in it would be set aside", () => {
    const registry2 = renamed(2, [{ from: 1, to: 2, renamed: {} }]);
    const faults = faultsOf(registry2, asVersion2(registry2));
    expect(faults.length).toBeGreaterThan(0);
    expect(faults.every((fault) => fault.includes("booking"))).toBe(true);
  });

  test("and passes with a migration that leads every state to its new name", () => {
    const registry2 = renamed(2, [{ from: 1, to: 2, renamed: { booking: "bookingPayment" } }]);
    expect(faultsOf(registry2, asVersion2(registry2))).toEqual([]);
    const booking = all
      .flatMap(({ records }) => Object.values(records).flat())
      .find(({ states }) => JSON.stringify(states.order).includes("booking"));
    const migrated = booking === undefined ? null : migrate(booking, registry2);
    const order: StateValue | null = migrated !== null && "record" in migrated ? migrated.record.states.order : null;
    expect(order).toEqual({ bookingPayment: expect.any(String) });
  });
});
