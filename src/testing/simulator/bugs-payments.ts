/** Bugs about the payments of one order. */

import type { Facts } from "../../../machines/facts.js";
import { surplusOf } from "../../../machines/flags.js";
import { guards } from "../../../machines/guards.js";
import type { Bug } from "./bugs.js";
import { after, before } from "./bugs-decision.js";
import { HOUR } from "./script.js";

const withOthers = (change: (others: Facts["others"]) => Facts["others"]) =>
  before((record) =>
    record === null ? {} : { record: { ...record, facts: { ...record.facts, others: change(record.facts.others) } } },
  );

/** The order machine with guards of its own. */
const withGuards =
  (own: Partial<typeof guards>): Bug["plant"] =>
  ({ registry }) => ({
    registry: { ...registry, order: registry.order.provide({ guards: own }) as typeof registry.order },
  });

export const paymentBugs: Record<string, Bug> = {
  "older-payment-unread": {
    says: "a callback about an earlier payment is answered as stale, and that payment is never read",
    plant: before((record, envelope) => {
      const { event } = envelope;
      if (event.type !== "callback.received") return {};
      const isOlder = record?.facts.others.some(({ id }) => id === event.paymentId) ?? false;
      return isOlder ? { envelope: { ...envelope, event: { ...event, paymentId: "nobody's" } } } : {};
    }),
  },
  "others-taken-for-closed": {
    says: "the earlier payments of an order are forgotten, and only a callback has one of them read",
    plant: withOthers((others) => others.map((one) => (one.state === "open" ? { ...one, state: "closed" } : one))),
  },
  "second-payment-unflagged": {
    says: "a second payment that holds money is nobody's to see",
    plant: after((decision) => {
      const { others } = decision.record.facts;
      if (surplusOf(others).length === 0) return decision;
      const flags = decision.record.flags.filter(({ flag }) => !flag.startsWith("discrepancy:"));
      return { ...decision, record: { ...decision.record, flags } };
    }),
  },
  "returned-money-pays": {
    says: "an accepted payment pays the order, also where all of it was refunded or released",
    plant: withGuards({ holdsMoney: guards.isAccepted }),
  },
  "late-money-kept": {
    says: "what is paid after a cancelled order's payment was to be ended is kept, whatever the shop chose",
    plant: withGuards({ letsGoLate: () => false, refundsLate: () => false }),
  },
  "early-money-sent-back": {
    says: "whatever a cancelled order's payment holds counts as come late, also where nobody had read it unpaid since",
    plant: before((record) => {
      if (record === null) return {};
      const { order, payment } = record.facts;
      if (order.status !== "cancelled" || payment.endAsked !== undefined) return {};
      return { record: { ...record, facts: { ...record.facts, payment: { ...payment, endAsked: true } } } };
    }),
  },
  "refused-capture-repeated": {
    says: "an order that is completed once it is captured is captured at every reading, also where the bank refused it",
    plant: withGuards({ captureWasRefused: () => false }),
  },
  "owner-not-asked": {
    says: "an order may be placed with a payment that another order has",
    plant: () => ({ store: (inner) => ({ ...inner, findByPayment: async () => null }) }),
  },
  "edit-forgotten": {
    says: "what the shop says of an order's total after it was placed is not taken over",
    plant: before((_record, envelope) => {
      const { event } = envelope;
      if (event.type !== "order.updated" || event.order?.total === undefined) return {};
      const { order: _, ...nothing } = event;
      return { envelope: { ...envelope, event: nothing } };
    }),
  },
  "surplus-is-nobodys": {
    says: "what an order's other payments hold is counted as nothing once the order is closed",
    plant: after((decision) => {
      const { record } = decision;
      if (!["cancelled", "refunded"].includes(record.facts.order.status)) return decision;
      return { ...decision, record: { ...record, flags: [] } };
    }),
  },
  "older-payment-read-late": {
    says: "an earlier payment that a message names is read hours later",
    plant: after((decision) => {
      const { others } = decision.record.facts;
      const isOther = (id: string) => others.some((one) => one.id === id);
      const effects = decision.effects.map((row) =>
        row.effect.type === "readPayment" && isOther(row.effect.paymentId)
          ? { ...row, notBefore: row.notBefore + 3 * HOUR }
          : row,
      );
      return { ...decision, effects };
    }),
  },
};
