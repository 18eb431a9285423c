/** The stored whole of one order, and what one decision adds to it. */
import type { StateValue } from "xstate";
import type { Effect } from "../../machines/effects.js";
import type { OrderEvent, Source } from "../../machines/events.js";
import type { Facts, OrderStatus } from "../../machines/facts.js";
import type { FlagName } from "../../machines/flags.js";
import type { Reason } from "../../machines/reasons.js";
import type { RuleId } from "../../machines/rules.js";
import type { CommandPayload } from "../../machines/waiting.js";

export interface OrderRecord {
  orderId: string;
  /** How many decisions were committed; every commit expects the version it read. */
  version: number;
  /** XState's snapshots carry none of these three, so the record does. */
  machine: { id: string; version: number; hash: string };
  states: States;
  facts: Facts;
  flags: Flag[];
  timers: Record<string, { generation: number; at: number }>;
  /** The last timer generation handed out; a timer of another generation is stale. */
  generation: number;
}

export interface States {
  order: StateValue;
  payment: StateValue;
  cooldown: StateValue;
}

export interface Flag {
  flag: FlagName;
  /** By how much shop and bank differ, in minor units; only of flags that are about an amount. */
  amount?: number;
  raisedAt: number;
  clearedAt: number | null;
}

/** A row of docs/rules.md; a refusal is called by its reason. */
export type AnswerRule = RuleId | `refused/${Reason}`;

export type Outcome = "moved" | "ignored" | "refused" | "deferred";

/** What became of one event. An event that had to wait gets its answer with a later decision. */
export interface Answer {
  eventId: string;
  type: OrderEvent["type"];
  outcome: Outcome;
  /** Row of docs/rules.md; null where no documented rule decided. */
  rule: AnswerRule | null;
  /** Reason class; null where it simply moved. */
  reason: Reason | null;
  from: OrderStatus | null;
  to: OrderStatus | null;
  /** For `deferred`: not before this moment; null = when the gateway has answered. */
  until: number | null;
}

export type Actor = keyof States;

/** An event as the order machine gets it. */
export interface OrderMessage {
  eventId: string;
  type: string;
  wish?: CommandPayload | null;
  seen?: OrderStatus;
  /** The shop's own word for the status that it asks for, or that was seen. */
  child?: string | undefined;
  detail?: string;
  /** What it is called in the answer, where the machine knows it by another name. */
  called?: string;
}

/** What one of the actors was told while an event was decided, and where it stood then. Not kept. */
export interface ActorMessage {
  to: Actor;
  /** The actor that let it through; null = it came from outside. */
  from: Actor | null;
  type: string;
  eventId: string;
  value: StateValue;
}

/** One decision, as it is kept for good. */
export interface HistoryEntry {
  orderId: string;
  /** Equal to the record's version after this decision. */
  seq: number;
  at: number;
  eventId: string;
  source: Source;
  event: OrderEvent;
  answers: Answer[];
  from: OrderStatus | null;
  to: OrderStatus;
  /** The child of `to` that the shop has the order in, where it is a status of its own. */
  child?: string;
  states: States;
  effects: { id: string; type: Effect["type"] }[];
  raised: FlagName[];
  cleared: FlagName[];
}

/** Every payment that the order has, the current one first. */
export const paymentsOf = ({ payment, others = [] }: Facts): (Facts["payment"] & { id: string })[] => [
  ...(payment.id === null ? [] : [{ ...payment, id: payment.id }]),
  ...others,
];

/** The adapter that a payment of the order was made with; null = none. */
export const gatewayFor = ({ facts }: Pick<OrderRecord, "facts">, paymentId: string): string | null =>
  paymentsOf(facts).find(({ id }) => id === paymentId)?.gateway ?? facts.payment.gateway;

export interface TimerRow {
  orderId: string;
  timer: string;
  generation: number;
  at: number;
}

/** Effects of one lane of one order are carried out one after the other, in the order they were decided. */
export type Lane = "gateway" | "shop";

export interface OutboxRow {
  /** `order:version:index`, the idempotency key for life. */
  id: string;
  orderId: string;
  seq: number;
  index: number;
  lane: Lane;
  effect: Effect;
  notBefore: number;
}
