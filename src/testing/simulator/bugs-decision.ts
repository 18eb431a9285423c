/** Bugs in the decision itself: guards that forget, orders that turn back, timers that are believed. */
import { createMachine } from "xstate";
import type { Rules } from "../../core/builder.js";
import type { decide as theDecide } from "../../core/decide.js";
import type { Bug } from "./bugs.js";
import type { PlantSite } from "./plant.js";

type Decide = typeof theDecide;
type Decision = ReturnType<Decide>;

/** The same decision, with something changed on the way in. */
export const before =
  (
    change: (
      ...args: Parameters<Decide>
    ) => Partial<{ record: Parameters<Decide>[0]; envelope: Parameters<Decide>[1]; rules: Rules }>,
  ) =>
  ({ decide }: PlantSite) => ({
    decide: ((record, envelope, now, rules) => {
      const changed = change(record, envelope, now, rules);
      return decide(
        changed.record === undefined ? record : changed.record,
        changed.envelope ?? envelope,
        now,
        changed.rules ?? rules,
      );
    }) as Decide,
  });

/** The same decision, with something changed on the way out. */
export const after =
  (change: (decision: Decision) => Decision) =>
  ({ decide }: PlantSite) => ({ decide: ((...args) => change(decide(...args))) as Decide });

const choosing = (rules: Rules | undefined, choice: object): { rules?: Rules } =>
  rules === undefined
    ? {}
    : { rules: { ...rules, settings: { ...rules.settings, choices: { ...rules.settings.choices, ...choice } } } };

type MachineConfig = Record<string, unknown>;

/** The order machine with one of its states changed. */
const withState =
  (state: string, change: (config: MachineConfig) => MachineConfig) =>
  ({ registry }: PlantSite) => {
    const { config, implementations } = registry.order as unknown as { config: MachineConfig; implementations: never };
    const states = config.states as Record<string, MachineConfig>;
    const order = createMachine(
      { ...config, states: { ...states, [state]: change(states[state] ?? {}) } } as never,
      implementations,
    ) as unknown as typeof registry.order;
    return { registry: { ...registry, order } };
  };

export const decisionBugs: Record<string, Bug> = {
  "cooldown-from-creation": {
    says: "the customer's minute counts from the creation of the order alone, as the plugin counts it",
    plant: before((_record, _envelope, _now, rules) => choosing(rules, { cooldownFrom: "created" })),
  },
  "revive-cancelled": {
    says: "a late payment makes a cancelled order processing, as WooCommerce's payment_complete does",
    plant: before((_record, _envelope, _now, rules) => choosing(rules, { cancelledThenAccepted: "revive" })),
  },
  "stale-timer-obeyed": {
    says: "a timer that was replaced is obeyed as if it were the one that stands",
    plant: before((record, envelope) => {
      const { event } = envelope;
      const standing = event.type === "timer.fired" ? record?.timers[event.timer] : undefined;
      if (event.type !== "timer.fired" || standing === undefined) return {};
      return { envelope: { ...envelope, event: { ...event, generation: standing.generation } } };
    }),
  },
  "stranger-believed": {
    says: "whoever opens a return page is taken for the customer, without any proof",
    plant: before((_record, envelope) => {
      const { event } = envelope;
      if (event.type !== "customer.returned" || event.attempt !== null) return {};
      const { attempt: _, ...vouchedFor } = event;
      return { envelope: { ...envelope, event: vouchedFor } };
    }),
  },
  "shop-clock-believed": {
    says: "an order keeps the moments that the shop says, also where its clock is hours ahead",
    plant: after((decision) => {
      const { record, entry } = decision;
      if (entry.event.type !== "order.placed" || record.version > 1) return decision;
      const { createdAt, updatedAt } = entry.event.order;
      const facts = { ...record.facts, order: { ...record.facts.order, createdAt, updatedAt } };
      return { ...decision, record: { ...record, facts } };
    }),
  },
  "capture-frozen": {
    says: "a merchant who completes an order has it captured although the bank froze the payment",
    plant: before((record, envelope) => {
      const { event } = envelope;
      const asked = record?.facts.waiting.some(({ type }) => type === "merchant.completed");
      if (event.type !== "payment.read" || event.reading.status !== "FROZEN" || !asked) return {};
      const reading = { ...event.reading, status: "ACCEPTED", offers: ["CAPTURE" as const] };
      return { envelope: { ...envelope, event: { ...event, reading } } };
    }),
  },
  "rejected-overwrites-completed": {
    says: "a rejection makes a completed order failed, as the plugin does",
    plant: withState("completed", (config) => ({
      ...config,
      on: {
        ...(config.on as MachineConfig),
        "payment.read": [
          {
            guard: "isRejected",
            target: "failed",
            actions: { type: "setStatus", params: { note: "payment-status-failed" } },
          },
          { meta: { rule: "terminal/completed" } },
        ],
      },
    })),
  },
  "amount-not-compared": {
    says: "an order is taken as paid whatever amount was paid",
    plant: before((_record, _envelope, _now, rules) => {
      if (rules === undefined) return {};
      const { flows } = rules.registry;
      const careless = Object.entries(flows).map(([name, flow]) => [name, { ...flow, comparesAmounts: false }]);
      return { rules: { ...rules, registry: { ...rules.registry, flows: Object.fromEntries(careless) } } };
    }),
  },
  "silent-refusal": {
    says: "a merchant is refused without a reason",
    plant: after((decision) => {
      const answers = decision.entry.answers.map((a) => (a.outcome === "refused" ? { ...a, reason: null } : a));
      return { ...decision, entry: { ...decision.entry, answers } };
    }),
  },
  "flag-never-cleared": {
    says: "a flag that was raised stays up for ever",
    plant: after((decision) => {
      const flags = decision.record.flags.map((flag) => ({ ...flag, clearedAt: null }));
      return { ...decision, record: { ...decision.record, flags } };
    }),
  },
};
