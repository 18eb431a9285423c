/**
 * Whoever watches the engine at work; an adapter makes numbers and spans of what it is told. It is told of things as
 * they happen. What it wraps it runs once, at once, and hands back as it came; where it does otherwise, or throws, that
 * is logged and has no other consequence.
 */
import type { Envelope } from "../../machines/events.js";
import type { Decision } from "../core/decide.js";
import type { Receipt } from "./runtime.js";
import type { ClaimedEffect, Counts, SubscriptionRow } from "./store.js";

/** How things stand at this moment. */
export interface Gauges {
  /** It runs, and its store can be written to. */
  ok: boolean;
  /** null = the store cannot be asked. */
  counts: Counts | null;
  /** Empty where there are none, or the store cannot be asked. */
  subscriptions: SubscriptionRow[];
  /** Events in memory that are not yet durable. */
  inMailboxes: number;
  /** Calls to gateways and shop under way. */
  underWay: number;
  /** By the engine's clock, epoch ms. */
  now: number;
}

export interface DecidedEvent {
  decision: Decision;
  /** What `receive` handed out for this event. */
  mark: unknown;
  /** When its group was taken up, and when it was durable: `performance.now()`. */
  begun: number;
  ended: number;
}

export type AdmissionOutcome =
  | "passed"
  | "address-not-allowed"
  | "too-many"
  | "encoded-body"
  | "slow-body"
  | "no-room"
  | "without-token"
  | "unknown-payment";

export interface Observer {
  /** The engine has started; `figures` may be asked at any time. */
  watch(figures: () => Promise<Gauges>): void;
  /** Takes one event in, until it is durable. The mark it hands on comes back with the decision. */
  receive(envelope: Envelope, take: (mark: unknown) => Promise<Receipt>): Promise<Receipt>;
  /** An event was decided, and is durable. */
  decided(event: DecidedEvent): void;
  /** Makes one attempt at an effect, begun at `now` of the engine's clock; `kind` and `how` say what came of it. */
  attempt<C extends { kind: string; how?: string }>(
    effect: ClaimedEffect,
    now: number,
    make: () => Promise<C>,
  ): Promise<C>;
  /** Calls one method of a gateway. */
  call<A extends { kind: string }>(gateway: string, method: string, make: () => Promise<A>): Promise<A>;
  /** An event was turned away, because too many wait. */
  turnedAway(): void;
  /** A request on a public route was admitted or turned away. */
  admission(outcome: AdmissionOutcome): void;
  /** The result of an effect came when another worker had its lease, and was not taken in. */
  leaseLost(): void;
}

export const unobserved: Observer = {
  watch() {},
  receive: (_, take) => take(null),
  decided() {},
  attempt: (_, __, make) => make(),
  call: (_, __, make) => make(),
  turnedAway() {},
  admission() {},
  leaseLost() {},
};
