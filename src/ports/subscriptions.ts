/**
 * What a store keeps for subscriptions: which orders have entries in their history that a subscription was not given
 * yet. A row stands for one order of one subscription, from the commit of the entry until it is delivered, so an order
 * that has no row is up to date. Every sentence over a method is the title of a case in the store contract.
 */
export interface Delivery {
  subscription: string;
  orderId: string;
  /** The last entry that was delivered, by its number; 0 = none. */
  seq: number;
  /** The last entry that is to be delivered. */
  head: number;
  /** How often the entry after `seq` was tried, this time included. */
  attempts: number;
  /** When the first entry was decided that is not delivered; epoch ms. */
  since: number;
}

/** A delivery that failed. `dead`: it is not tried again until somebody replays it, and the order's later entries wait. */
export interface FailedDelivery extends Delivery {
  error: string;
  dead: boolean;
}

export interface SubscriptionRow {
  name: string;
  /** Orders that it is not up to date with. */
  behind: number;
  /** When the oldest entry was decided that was not delivered, the dead left out; null = none. */
  oldestAt: number | null;
  /** Orders whose delivery was given up. */
  dead: number;
}

/** How a try ended. `moment`: when to try again, epoch ms; null = not at all. */
export type DeliveryResult =
  /** Everything up to `seq` was delivered; whoever delivers goes on with the order until `leaseUntil`. */
  { seq: number; leaseUntil: number } | { error: string; moment: number | null };

/** `done`: the row is gone, or waits. `more`: more is to be delivered, under the same claim. `lost`: another has it. */
export type DeliveryEnd = "done" | "more" | "lost";

/** Which entries are delivered once more: those of one order or of all, and those decided since a moment. */
export type Replayed =
  | { orderId?: string | undefined; since: number }
  /** Tries what was given up again, in order. */
  | { orderId?: string | undefined; dead: true }
  /** Leaves out the entry at which the order's delivery was given up, and goes on with the next. */
  | { orderId: string; skip: true };

export interface Subscriptions {
  /**
   * A new subscription is given what is committed from now on, or the whole history first; one that is there goes on
   * where it was. A subscription that is forgotten is given nothing more, and holds nothing back.
   */
  subscribe(name: string, from: "now" | "start"): Promise<void>;
  unsubscribe(name: string): Promise<boolean>;
  subscriptions(): Promise<SubscriptionRow[]>;
  /**
   * An order is claimed by one worker at a time for each subscription; when the lease runs out it can be claimed again.
   * What was delivered never comes again by itself, and an order that rests is not delivered.
   */
  claimDeliveries(name: string, now: number, limit: number, leaseMs: number, worker: string): Promise<Delivery[]>;
  /** When the first order is due that nobody has claimed; null = none waits. */
  nextDelivery(name: string, now: number): Promise<number | null>;
  /**
   * An entry that is committed during a delivery is delivered by the same claim. A worker whose lease was taken over
   * changes no delivery. A delivery that was given up keeps the later entries of its order waiting.
   */
  endDelivery(
    worker: string,
    of: Pick<Delivery, "subscription" | "orderId">,
    how: DeliveryResult,
  ): Promise<DeliveryEnd>;
  /** Deliveries that failed, by subscription and order, a page at a time. */
  failedDeliveries(limit: number, after?: Pick<Delivery, "subscription" | "orderId">): Promise<FailedDelivery[]>;
  /** What is replayed is delivered once more, in order; the answer is the number of orders. */
  replay(name: string, which: Replayed, now: number): Promise<number>;
}
