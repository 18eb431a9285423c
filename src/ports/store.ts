/**
 * What the engine needs of a store. Every sentence over a method is the title of a test in the store
 * contract, which every adapter passes.
 */
import type { HistoryEntry } from "../core/record.js";
import type { LaneCapacity } from "./lanes.js";
import type {
  Change,
  Claim,
  ClaimedEffect,
  CommitResult,
  Counts,
  DamagedRow,
  DeadEffect,
  DeadEvent,
  EffectPlace,
  EffectResult,
  InboxRow,
  Loaded,
  LongestWaits,
  OrderFilter,
  OrderRow,
  Page,
  Pruned,
  Repaired,
  TimerRow,
} from "./stored.js";
import type { Subscriptions } from "./subscriptions.js";

export * from "./stored.js";
export * from "./subscriptions.js";

/** What the engine asks of a store inside a transaction of the host's. Where it is none of this place: TypeError. */
export interface Inside extends Pick<Store, "load" | "commit" | "postpone" | "park"> {
  /** What fails inside a transaction of the host's is undone, and the transaction goes on. */
  whole<T>(work: () => Promise<T>): Promise<T>;
}

export interface Store extends Subscriptions {
  /**
   * Opening twice is refused while the first is open. A second store on the same place is refused where there is room
   * for one writer only. Opening what is no store of ours is refused and names the way out. With the versions of the
   * machines that its node knows, a store that others write too leaves due work of all other orders to them.
   */
  open(versions?: number[]): Promise<void>;
  close(): Promise<void>;

  /**
   * A committed order is read back as it was written. An unknown order reads null. Answers come in the order of the
   * questions.
   */
  load(asked: { orderId: string; eventIds: string[] }[]): Promise<Loaded[]>;
  /**
   * Several changes commit in one transaction; one that expected another version conflicts alone and writes nothing.
   * A change that takes in the result of an effect whose lease was taken over is not committed. What could not be
   * returned byte for byte is refused by the order's name, and nothing is written.
   */
  commit(changes: Change[]): Promise<CommitResult[]>;
  /** What is decided inside a transaction of the host's is committed with it or not at all. */
  within?(transaction: unknown): Inside;
  /** A payment id leads to its order, also when the order has moved on to another payment. */
  findByPayment(paymentId: string): Promise<{ orderId: string; current: boolean } | null>;

  /**
   * An effect is claimed by one worker at a time; when the lease runs out it can be claimed again. Only the first
   * open effect of a lane is claimed. Nothing is claimed for which there is no room, what somebody waits for comes
   * first, and what an order has open is as urgent as the most urgent of its changes.
   */
  claim(now: number, limit: number, leaseMs: number, worker: string, room?: LaneCapacity): Promise<Claim[]>;
  /**
   * A finished effect is gone; one to be retried waits until its time; a dead one stays visible and holds its lane no
   * longer. A pause counts as no attempt. A worker whose lease was taken over changes nothing.
   */
  release(worker: string, results: EffectResult[]): Promise<void>;
  /**
   * A reading of these orders that waits for its next try, or was given up, is due at the given moment at the latest
   * and says so; whatever else waits stays as it is.
   */
  hurry(orderIds: string[], at: number): Promise<void>;
  /** A worker that never heard what it had claimed gives back all but what it knows of, as begun. */
  releaseUnacknowledged(worker: string, known: string[]): Promise<void>;
  /** At the start, the leases of workers that are no more are released (single-writer stores). */
  recoverLeases(worker: string): Promise<void>;
  /**
   * What is due later than it can have to wait is pulled in, and counted: an effect or event is due soon, a timer
   * after its longest wait, a lease ends in time. Nothing else changes.
   */
  pullIn(now: number, longest: LongestWaits): Promise<number>;
  /**
   * Where others write too, a node that began by reclaiming is heard of until it closes; one that is not heard of for
   * long loses what it claimed.
   */
  isAlive?(): boolean;
  /** What a store does in the background and failed at twice in a row is named; null = all of it works. */
  trouble?(): string | null;

  /**
   * After a restore from a backup, every call to the bank that waits counts as one that was begun and never came
   * back: it may have been made since.
   */
  restored(): Promise<void>;

  /** Due timers come in order of time; a replaced or cancelled timer never comes. */
  dueTimers(now: number, limit: number): Promise<TimerRow[]>;
  /**
   * A postponed event is kept until it is decided or given up. What was decided already is not postponed, and what
   * was kept of it goes.
   */
  postpone(rows: InboxRow[]): Promise<void>;
  dueEvents(now: number, limit: number): Promise<InboxRow[]>;
  /** The next moment at which anything becomes due; null = nothing waits. */
  nextDue(): Promise<number | null>;
  /** The listener hears when work of another store on the same place becomes due, and 0 where something may have been missed. */
  onDue?(listener: (at: number) => void): () => void;

  /** The history has no gaps and comes in order. */
  history(orderId: string, after: number, limit: number): Promise<HistoryEntry[]>;
  /**
   * Of a finished order only the last entry of the history stays: final, no flag, nothing that waits, nothing that is
   * still to be delivered, and last decided before the given moment. What was taken out of a history is still known as decided.
   */
  prune(before: number, page: Page): Promise<Pruned>;
  list(filter: OrderFilter): Promise<OrderRow[]>;
  /** Open effects of one order, oldest first. */
  effectsOf(orderId: string): Promise<(ClaimedEffect & { error: string | null; dead: boolean })[]>;
  /** Effects that are neither carried out nor dead, of all orders, oldest first. */
  openEffects(limit: number): Promise<(ClaimedEffect & { error: string | null })[]>;
  /** Dead effects and events come oldest first, a page at a time: each page starts after the last one of the page before. */
  deadEffects(limit: number, after?: EffectPlace): Promise<DeadEffect[]>;
  deadEvents(limit: number, after?: number): Promise<DeadEvent[]>;
  /**
   * A dead effect or event that is revived is due at once, with its attempts forgotten. Several orders may have
   * events of one id: with the order, only that order's is revived.
   */
  revive(id: string, now: number, orderId?: string): Promise<boolean>;
  /** A parked order stays visible with its reason until it is unparked. */
  park(orderId: string, reason: string | null): Promise<void>;
  /** The first secret under a name stays, whoever comes later with another one. */
  secret(name: string, made: string | null): Promise<string | null>;
  counts(): Promise<Counts>;

  /** A row that cannot be read is parked with its order, which rests as a whole, and nobody else has to wait. */
  damaged(limit: number): Promise<DamagedRow[]>;
  /** Every row of one order is looked at, and those that cannot be read are named. */
  examine(orderId: string): Promise<DamagedRow[]>;
  /**
   * What is damaged of an order is taken out, its timers come back from its record, and it goes on; a record that
   * cannot be read stays. Forgotten, nothing of the order stays.
   */
  repair(orderId: string, how: { forget: boolean }): Promise<Repaired>;
}

/**
 * Why a store cannot do it. `busy` and `full` pass, and so does `moved` (its file is not where it was) once it is back; what
 * is `unstorable` never does; the others need a person.
 */
export class StoreError extends Error {
  override name = "StoreError";
  constructor(
    readonly code:
      | "busy"
      | "full"
      | "moved"
      | "readonly"
      | "corrupt"
      | "not-ours"
      /** Nothing is there yet, and whoever opens it for writing makes it. */
      | "absent"
      | "newer"
      | "older"
      | "locked"
      | "closed"
      | "unstorable",
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
  /** Whether the same call may succeed later, in this process. */
  get passes(): boolean {
    return this.code === "busy" || this.code === "full" || this.code === "moved";
  }
}
