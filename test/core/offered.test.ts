/** Whatever `why` offers is taken: the same decision is asked that `can` asks. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { type EventType, OrderEvent } from "../../machines/events.js";
import { registry } from "../../machines/index.js";
import { Settings } from "../../machines/settings.js";
import type { OrderRecord } from "../../src/core/record.js";
import { why } from "../../src/core/why.js";
import { verdictOn } from "../../src/runtime/embedded/queries.js";
import { Life } from "../../src/testing/decision/life.js";
import { anyLife, play } from "../../src/testing/decision/moves.js";
import { explore } from "../../src/testing/reachable/index.js";
import { T0 } from "../../src/testing/simulator/script.js";
import { situations } from "../docs/situations.js";

const askedFor = (type: EventType, { facts }: OrderRecord): OrderEvent =>
  OrderEvent.parse({
    type,
    via: "api",
    ...(type === "merchant.refundedAmount" && { amount: facts.payment.refundUndone }),
  });

/** What is offered here, and refused. */
type Seen = Pick<Life, "record" | "history" | "now" | "rules">;
const refusedIn = ({ record, history, now, rules }: Seen, offered = new Set<string>()): string[] => {
  const told = why(record, history, [], null, rules.registry, rules.settings);
  return told.action.events.flatMap((type) => {
    // A reading is always to be had.
    if (type === "reconcile.asked") return [];
    offered.add(type);
    const { allowed, outcome, reason } = verdictOn(record, askedFor(type, record), now, rules);
    return allowed ? [] : [`${told.situation} offers ${type}: ${outcome}, ${reason}`];
  });
};

test("in 150 lives at random", { timeout: 120_000 }, () => {
  const offered = new Set<string>();
  fc.assert(
    fc.property(anyLife({ minMoves: 10 }), ({ order, settings, moves }) => {
      const life = new Life(order, { settings, registry });
      for (const move of moves) {
        if (play(life, move) === null) continue;
        expect(refusedIn(life)).toEqual([]);
        for (const type of why(life.record, life.history, [], null, registry, settings).action.events)
          offered.add(type);
      }
    }),
    { numRuns: 150, seed: 20261120 },
  );
  // It went where there is something to do.
  expect(offered.size).toBeGreaterThan(7);
});

test.each([
  ["resurs-mapi", {}],
  ["nets-easy", { choices: { cancelledThenAccepted: "give-back" } }],
  ["resurs-simplified", { enableModify: false }],
])("in each kind of order that %s can come to", { timeout: 240_000 }, (gateway, settings) => {
  const rules = { settings: Settings.parse(settings), registry };
  const kinds = new Set<string>();
  const refused = new Set<string>();
  /** Once for each kind: what comes after it is looked at, too. */
  const isOfNewKind = ({ states, facts: { operation, waiting, order } }: OrderRecord): boolean => {
    const call = operation && [operation.leadsTo, operation.tries > 1, operation.lostAt === null];
    const { size } = kinds;
    kinds.add(JSON.stringify([states, order.status, call, waiting.map(({ type, held }) => [type, held])]));
    return kinds.size > size;
  };
  const found = (record: OrderRecord): void => {
    for (const one of refusedIn({ record, history: [], now: T0, rules })) refused.add(one);
  };
  const { states } = explore({ rules, gateway, found, goesOn: isOfNewKind });
  expect([...refused]).toEqual([]);
  expect(states).toBeGreaterThan(500);
});

test.each(situations)("in the situation: %s", (_title, _situation, live) => {
  const { life, parked } = live();
  if (parked === undefined) expect(refusedIn(life)).toEqual([]);
});
