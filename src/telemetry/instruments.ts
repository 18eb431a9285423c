/**
 * Every number that is kept: one table for OpenTelemetry, for Prometheus and for docs/operating.md. A label has as many
 * values as the machines have words and the host has gateways and subscriptions; none holds an order, a payment or a person.
 */
import type { Gauges } from "../ports/observer.js";

interface Described {
  /** In OpenTelemetry's way; `prometheusName` makes Prometheus's of it. */
  name: string;
  unit: "1" | "s";
  means: string;
  labels?: readonly string[];
}

/** Counted up from the start of the process. */
export const counters = {
  events: {
    name: "order_status.events",
    unit: "1",
    labels: ["event", "outcome", "reason", "rule"],
    means:
      "Answers to events: moved, ignored, refused or deferred, with the reason class and, where nothing moved, the rule that stopped it. One that was deferred is counted again when it is answered.",
  },
  duplicates: {
    name: "order_status.duplicates",
    unit: "1",
    labels: ["event"],
    means: "Events with an id that was decided before; they got the first answer again.",
  },
  held: {
    name: "order_status.callbacks.held",
    unit: "1",
    means: "Callbacks held for the cooldown, or for the end of a call that moves money.",
  },
  postponed: {
    name: "order_status.events.postponed",
    unit: "1",
    labels: ["why"],
    means: "Events put into the inbox, because deciding them threw or their order is parked.",
  },
  unstored: {
    name: "order_status.events.unstored",
    unit: "1",
    means: "Events that the store could not save; the sender got an error.",
  },
  turnedAway: {
    name: "order_status.events.turned_away",
    unit: "1",
    means: "Events rejected because too many are waiting (HTTP 429).",
  },
  admissions: {
    name: "order_status.http.admissions",
    unit: "1",
    labels: ["outcome"],
    means:
      "Requests on public routes: passed on, or turned away because of their address, their number (HTTP 429), an encoded or slow body (HTTP 415, 408), no room for the body (HTTP 503), no token of ours, or a payment that no order has.",
  },
  attempts: {
    name: "order_status.effect.attempts",
    unit: "1",
    labels: ["effect", "outcome"],
    means:
      "Attempts at effects. done, refused, unknown, conflict and dead end the effect; after retry, paused, left and threw it is tried again.",
  },
  calls: {
    name: "order_status.gateway.calls",
    unit: "1",
    labels: ["gateway", "call", "outcome"],
    means: "Calls to gateways, readings among them (readPayment): ok, refused, retry, unknown, failed or threw.",
  },
  leasesLost: {
    name: "order_status.leases.lost",
    unit: "1",
    means: "Results that arrived after another worker had taken over the effect; they were ignored.",
  },
  flagsRaised: {
    name: "order_status.flags.raised",
    unit: "1",
    labels: ["flag"],
    means: "Flags raised: disagreements between shop and bank that someone has to resolve.",
  },
} as const satisfies Record<string, Described>;

const SHORT = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

export const histograms = {
  receiveDuration: {
    name: "order_status.receive.duration",
    unit: "s",
    labels: ["source"],
    means: "From the arrival of an event until it is stored, which is when a callback is acknowledged.",
    buckets: SHORT,
  },
  callbackDuration: {
    name: "order_status.callback.duration",
    unit: "s",
    labels: ["held"],
    means: "From the arrival of a callback to its final answer, the hold period included.",
    buckets: [...SHORT, 60, 90, 120, 180, 300, 900, 3600],
  },
  effectDelay: {
    name: "order_status.effect.delay",
    unit: "s",
    labels: ["lane"],
    means:
      "From the decision to the first attempt at its effect; a reading held back by a cooldown counts from its end.",
    buckets: [...SHORT, 60, 300, 900, 3600],
  },
  callDuration: {
    name: "order_status.gateway.call.duration",
    unit: "s",
    labels: ["gateway", "call"],
    means: "How long a gateway took to answer.",
    buckets: SHORT,
  },
} as const satisfies Record<string, Described & { buckets: number[] }>;

interface Gauge extends Described {
  /** Per value of the label; null = not known now. */
  of(figures: Gauges): Record<string, number> | number | null;
}

const secondsSince = (at: number | null | undefined, now: number): number | null =>
  at === undefined ? null : at === null ? 0 : Math.max(0, now - at) / 1000;

/** Asked for when somebody looks. All but the first three are the store's: with several nodes, each tells the same. */
export const gauges = {
  up: {
    name: "order_status.up",
    unit: "1",
    means: "1 while the engine runs and its store can be written to, otherwise 0.",
    of: ({ ok }) => (ok ? 1 : 0),
  },
  inMailboxes: {
    name: "order_status.mailbox.events",
    unit: "1",
    means: "Events in this process that are not stored yet; at limits.waitingEvents new ones are rejected.",
    of: ({ inMailboxes }) => inMailboxes,
  },
  underWay: {
    name: "order_status.calls.under_way",
    unit: "1",
    means: "Calls of this process to gateways and shop that are waiting for an answer.",
    of: ({ underWay }) => underWay,
  },
  orders: {
    name: "order_status.orders",
    unit: "1",
    means: "Orders in the store.",
    of: ({ counts }) => counts?.orders ?? null,
  },
  inbox: {
    name: "order_status.inbox.events",
    unit: "1",
    means: "Events in the inbox: they threw and are retried, or their order is parked.",
    of: ({ counts }) => counts?.waitingEvents ?? null,
  },
  inboxAge: {
    name: "order_status.inbox.age",
    unit: "s",
    means: "How long the oldest of them has waited; 0 = none is waiting.",
    of: ({ counts, now }) => secondsSince(counts?.oldestEventAt, now),
  },
  effects: {
    name: "order_status.effects.waiting",
    unit: "1",
    means: "Calls to bank and shop that are still to be made.",
    of: ({ counts }) => counts?.waitingEffects ?? null,
  },
  effectsAge: {
    name: "order_status.effects.age",
    unit: "s",
    means: "How long ago the oldest of them was decided; 0 = none is waiting.",
    of: ({ counts, now }) => secondsSince(counts?.oldestEffectAt, now),
  },
  timers: {
    name: "order_status.timers.waiting",
    unit: "1",
    means: "Timers that have not fired.",
    of: ({ counts }) => counts?.timers ?? null,
  },
  timersLate: {
    name: "order_status.timers.lateness",
    unit: "s",
    means: "How late the most overdue timer is; 0 = none is late.",
    of: ({ counts, now }) => secondsSince(counts?.nextTimerAt, now),
  },
  deadLetters: {
    name: "order_status.dead_letters",
    unit: "1",
    labels: ["kind"],
    means: "Calls and events that failed for good and wait for someone to review them.",
    of: ({ counts }) => counts && { effect: counts.deadEffects, event: counts.deadEvents },
  },
  parked: {
    name: "order_status.orders.parked",
    unit: "1",
    means: "Orders parked because this release does not know their state.",
    of: ({ counts }) => counts?.parked ?? null,
  },
  damaged: {
    name: "order_status.orders.damaged",
    unit: "1",
    means: "Orders parked because a stored row of theirs cannot be read.",
    of: ({ counts }) => counts?.damaged ?? null,
  },
  flagged: {
    name: "order_status.orders.flagged",
    unit: "1",
    means: "Orders with an active flag.",
    of: ({ counts }) => counts?.flagged ?? null,
  },
  behind: {
    name: "order_status.subscription.orders",
    unit: "1",
    labels: ["subscription"],
    means: "Orders with decisions that the subscription was not given yet, those given up among them.",
    of: ({ subscriptions }) => Object.fromEntries(subscriptions.map(({ name, behind }) => [name, behind])),
  },
  lag: {
    name: "order_status.subscription.lag",
    unit: "s",
    labels: ["subscription"],
    means: "How long ago the oldest of these decisions was made; 0 = there is none, or only such as were given up.",
    of: ({ subscriptions, now }) =>
      Object.fromEntries(subscriptions.map(({ name, oldestAt }) => [name, secondsSince(oldestAt, now) ?? 0])),
  },
  givenUp: {
    name: "order_status.subscription.given_up",
    unit: "1",
    labels: ["subscription"],
    means: "Orders whose delivery to the subscription was given up; they wait for a replay.",
    of: ({ subscriptions }) => Object.fromEntries(subscriptions.map(({ name, dead }) => [name, dead])),
  },
} as const satisfies Record<string, Gauge>;

export type CounterName = keyof typeof counters;
export type HistogramName = keyof typeof histograms;
type Kind = "counter" | "histogram" | "gauge";

/** As OpenTelemetry's own exporter names them. */
export const prometheusName = ({ name, unit }: Described, kind: Kind): string =>
  `${name.replaceAll(".", "_")}${unit === "s" ? "_seconds" : ""}${kind === "counter" ? "_total" : ""}`;

/** The whole table, for whoever prints it. */
export const instruments: (Described & { kind: Kind; prometheus: string })[] = (
  [
    ["counter", counters],
    ["histogram", histograms],
    ["gauge", gauges],
  ] as const
).flatMap(([kind, table]) =>
  Object.values<Described>(table).map((one) => ({ ...one, kind, prometheus: prometheusName(one, kind) })),
);
