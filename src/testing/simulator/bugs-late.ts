/** Bugs about answers that were lost and what the bank books after them. */
import { noSuchPayment, type Operation } from "../../../machines/facts.js";
import type { Decision } from "../../core/decide.js";
import type { Flag } from "../../core/record.js";
import type { Bug } from "./bugs.js";
import { before } from "./bugs-decision.js";
import { FRONT_404 } from "./late-calls.js";
import type { PlantSite } from "./plant.js";

/** The decision is made as if the call under way were another. */
const asIf = (change: (operation: Operation) => Operation, when: (type: string) => boolean = () => true) =>
  before((record, { event }) => {
    if (record === null || record.facts.operation === null || !when(event.type)) return {};
    return { record: { ...record, facts: { ...record.facts, operation: change(record.facts.operation) } } };
  });

const after =
  (change: (decision: Decision) => Decision) =>
  ({ decide }: PlantSite) => ({ decide: (...args: Parameters<typeof decide>) => change(decide(...args)) });

const withFlags = (change: (flags: Flag[]) => Flag[]) =>
  after((decision) => ({ ...decision, record: { ...decision.record, flags: change(decision.record.flags) } }));

export const lateBugs: Record<string, Bug> = {
  "settle-window-ignored": {
    says: "a call for a part whose answer was lost goes out again as soon as a reading does not show it",
    plant: before((_record, _envelope, _now, rules) => {
      if (rules === undefined) return {};
      const flows = Object.entries(rules.registry.flows).map(([name, flow]) => [name, { ...flow, settleSeconds: 0 }]);
      return { rules: { ...rules, registry: { ...rules.registry, flows: Object.fromEntries(flows) } } };
    }),
  },
  "part-taken-for-whole": {
    says: "a call for a part is repeated as one that the bank can carry out only once",
    plant: asIf((operation) => ({ ...operation, whole: true })),
  },
  "refused-repeat-believed": {
    says: "the refusal of a repeated call is believed, and the payment is not read",
    plant: asIf(
      (operation) => ({ ...operation, lostAt: null }),
      (type) => type.endsWith(".refused"),
    ),
  },
  "excess-unflagged": {
    says: "what the bank booked too much is not flagged",
    plant: withFlags((flags) => flags.filter(({ flag }) => !flag.endsWith("-twice"))),
  },
  "excess-misstated": {
    says: "a flag names half of what the bank booked too much",
    plant: withFlags((flags) =>
      flags.map((flag) => (flag.amount === undefined ? flag : { ...flag, amount: Math.floor(flag.amount / 2) })),
    ),
  },
  "look-never-comes": {
    says: "after a lost answer the payment is not read again",
    plant: after((decision) => {
      const timers = Object.entries(decision.record.timers).filter(([name]) => !name.includes("nextLook"));
      return {
        ...decision,
        record: { ...decision.record, timers: Object.fromEntries(timers) },
        timers: { ...decision.timers, set: decision.timers.set.filter(({ timer }) => !timer.includes("nextLook")) },
      };
    }),
  },
  "front-404-believed": {
    says: "a 404 of the bank's front is taken for the bank's word that there is no such payment",
    plant: () => ({
      gateway: (inner) => ({
        ...inner,
        async readPayment(paymentId) {
          const answer = await inner.readPayment(paymentId);
          const isFronts = answer.kind === "unknown" && answer.detail === FRONT_404;
          return isFronts ? { kind: "ok", reading: noSuchPayment(paymentId) } : answer;
        },
      }),
    }),
  },
};
