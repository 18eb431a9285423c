/**
 * The door that every runtime has: the engine on a store, and the same decisions on another durable execution. Whoever
 * speaks of orders, the HTTP app among them, is handed one of these and does not know which. A customer who waits is not
 * kept from his answer by calls that hang or by work that is late: the engine gives each peer and each kind of whoever
 * waits a lane of its own; another durable execution has its own way to that.
 */
import type { Effect, EffectType } from "../../machines/effects.js";
import type { Command, EventType, NewOrder, Source } from "../../machines/events.js";
import type { OrderStatus, Reading } from "../../machines/facts.js";
import type { FlagName } from "../../machines/flags.js";
import type { Explanation, Reason } from "../../machines/reasons.js";
import type { Statuses, StatusWord } from "../../machines/statuses.js";
import type { AnswerRule, HistoryEntry, OrderRecord } from "../core/record.js";
import type { Why } from "../core/why.js";
import type { Clock } from "./clock.js";
import type { CreatedPayment, NewPayment, PaymentMethod, PaymentUrls } from "./gateway.js";
import type { ClaimedEffect, Counts, DeadEffect, InboxRow, OrderFilter, OrderRow, TimerRow } from "./store.js";

/** A reason class; `parked` and `threw` of what could not be decided yet. */
export type ReceiptReason = Reason | "parked" | "threw";

interface ReceiptBase {
  eventId: string;
  orderId: string;
  rule: AnswerRule | null;
  from: OrderStatus | null;
  to: OrderStatus | null;
  /** This event id was decided before; this is the answer it got then, and nothing happened now. */
  repeated?: true;
}

/** The order changed, or the bank was asked for something that needs no waiting. */
export interface MovedReceipt extends ReceiptBase {
  outcome: "moved";
  reason: null;
  until: null;
  final: true;
  postponed?: never;
}

/** Nothing changed, and `reason` says why: `refused` is the answer to somebody who asked for a change. */
export interface UnmovedReceipt extends ReceiptBase {
  outcome: "ignored" | "refused";
  reason: Reason;
  until: null;
  final: true;
  postponed?: never;
}

/** It waits, for what `reason` says: until that moment (epoch ms), or null = until something has happened. */
export interface DeferredReceipt extends ReceiptBase {
  outcome: "deferred";
  reason: ReceiptReason;
  until: number | null;
  final: false;
  /** It could not be decided and waits in the inbox. Nobody is kept waiting for it, also with `settled`. */
  postponed?: true;
  /** What a rule threw, where `reason` is `threw`. */
  detail?: string;
}

/** What became of a submitted event; `outcome` and `final` tell the kinds apart. */
export type Receipt = MovedReceipt | UnmovedReceipt | DeferredReceipt;

export interface SubmitOptions {
  /** Unique per order; the same id again is a no-op. Made up where left out. Ids of the engine's own are refused. */
  id?: string | undefined;
  source?: Source | undefined;
  /** `settled` waits for the final answer, at most `timeoutMs` (default 30 s of the runtime's clock). */
  wait?: "durable" | "settled" | undefined;
  timeoutMs?: number | undefined;
}

interface PreviewBase {
  rule: AnswerRule | null;
  to: OrderStatus | null;
  /** What the bank and the shop would be asked for. */
  effects: Effect[];
  /** The flags that would stand afterwards. */
  flags: FlagName[];
  /** When the payment was read on which this is based; null = it never was. */
  readAt: number | null;
}

/** What would become of an event. `deferred`: it would wait; `ignored` and allowed: a flag goes with it, or a wait. */
export type Preview = PreviewBase &
  (
    | { allowed: true; outcome: "moved"; reason: null }
    | { allowed: true; outcome: "deferred"; reason: Reason }
    | { allowed: true; outcome: "ignored"; reason: "recorded" | "outcome-unknown" }
    | { allowed: false; outcome: "ignored" | "refused"; reason: Reason }
    | { allowed: false; outcome: "deferred"; reason: "parked" }
  );

export interface CanOptions {
  /** The bank is asked for the payment first, or only for one that was never read; otherwise the last reading stands. */
  fresh?: boolean | "unread" | undefined;
}

/** What waits for its turn, or was given up; each list oldest first. */
export interface Unfinished {
  deadEffects: DeadEffect[];
  deadEvents: InboxRow[];
  openEffects: (ClaimedEffect & { error: string | null })[];
  /** Events that could not be decided yet. */
  waitingEvents: InboxRow[];
  /** Timers whose time is over, and that nobody has rung. */
  overdueTimers: TimerRow[];
}

/** The payment as the bank has it now. Where there is none to see, `explanation` names why and `says` says it. */
export interface PaymentView {
  paymentId: string | null;
  reading: Reading | null;
  explanation: Explanation | null;
  says: string | null;
  rejections: OrderRecord["facts"]["order"]["rejections"];
}

export interface CheckoutUrls extends PaymentUrls, Pick<NewPayment, "method"> {
  /** Names the try to pay that these addresses belong to, at most 100 characters. Left out: they name none. */
  attempt?: string | undefined;
}

/** A payment method, and the gateway that takes it; `id` null = the gateway is one method. */
export interface OfferedMethod extends Omit<PaymentMethod, "id"> {
  gateway: string;
  id: string | null;
}

export type CheckoutOutcome =
  | CreatedPayment
  /** The order is paid; `redirectUrl` is the address given as `successUrl`. */
  | { kind: "already-paid"; paymentId: string; redirectUrl: string };

export interface Reconciled {
  orderId: string;
  before: OrderStatus;
  after: OrderStatus;
  /** `moved` was put right, `explained` is as it should be or waits for a person, `unread` could not be asked about. */
  outcome: "moved" | "explained" | "unread";
  why: string;
  flags: FlagName[];
}

export interface ReconcileOptions {
  /** Only orders written since then, epoch ms. */
  since?: number | undefined;
  /** Only orders whose id comes after this one: they are asked about in the order of their ids. */
  after?: string | undefined;
  /** Changes nothing: reads, and says what would become of each order. */
  dryRun?: boolean | undefined;
  /** Readings a second; the bank has its own limit. Default 50. */
  perSecond?: number | undefined;
  /**
   * An order whose payment was read this recently is not asked about again: so a run that was killed goes on where it
   * was. Default 15 minutes. `onSkipped` is told at the end how many there were, where there were any.
   */
  freshMs?: number | undefined;
  onSkipped?: ((orders: number) => void) | undefined;
}

/** An effect or event that was given up after all its attempts. */
export interface DeadLetter {
  id: string;
  orderId: string;
  kind: "effect" | "event";
  type: EffectType | EventType;
  attempts: number;
  error: string;
  /** When it was decided, or came in; epoch ms. */
  since: number;
  /** Where it stands in the list; given as `after`, the page after it follows. */
  place: string;
}

export type WaitingEffect = ClaimedEffect & { error: string | null; dead: boolean };

export interface Health {
  ok: boolean;
  trouble: string | null;
  counts: Counts | null;
  /** Orders that rest because a row of theirs cannot be read, the first twenty; `counts.damaged` says how many there are. */
  damaged: string[];
  /** Orders of this process whose rejection the bank did not explain, so that they have the default status; at most 20. */
  undetermined: string[];
}

/** The half of the door that changes nothing. */
export interface Queries<Own extends string = never> {
  readonly clock: Clock;
  /** The answer before the click; a status by its name is one that a merchant picks. @throws InvalidEvent, UnknownOrder */
  can(orderId: string, event: Command<Own> | StatusWord<Own>, options?: CanOptions): Promise<Preview>;
  /** The record as today's machines read it; null = no such order. */
  read(orderId: string): Promise<OrderRecord | null>;
  /** Why the order is parked; null = it is not. */
  parked(orderId: string): Promise<string | null>;
  /** Why it is where it is, as facts and as sentences in both languages; null = no such order. */
  why(orderId: string): Promise<Why | null>;
  /** Entries whose `seq` is greater than `after`, oldest first; empty for an order that nobody knows */
  history(orderId: string, after?: number, limit?: number): Promise<HistoryEntry[]>;
  /** Effects not carried out yet, the dead ones among them, oldest first; without calls that nobody waits for any more. */
  effectsOf(orderId: string): Promise<WaitingEffect[]>;
  /** The order that has or had the payment; `current` = it is still the one it is paid by. null = nobody was given that id. */
  findByPayment(paymentId: string): Promise<{ orderId: string; current: boolean } | null>;
  /** When callbacks of this order may be acted on; null = no such order. */
  cooldownEndsAt(orderId: string): Promise<number | null>;
  /**
   * `ok` is false while nothing can be written, or something that should run fails again and again; `trouble` names it.
   * A damaged order stops no other, so `ok` stays true. `counts` is null where the runtime cannot count.
   */
  health(): Promise<Health>;
  /** @throws NotOffered */
  list(filter: OrderFilter): Promise<OrderRow[]>;
  /**
   * A page of them, in an order of the runtime's own that stays: the engine tells effects before events, the oldest of each
   * kind first; Restate tells order by order. Fewer than `limit` = there are no more.
   * @param after the `place` of the last one of the page before @throws InvalidEvent, NotOffered
   */
  deadLetters(limit: number, after?: string): Promise<DeadLetter[]>;
  /** At most `limit` of each, of all orders. @throws NotOffered */
  unfinished(limit: number): Promise<Unfinished>;
}

export interface Runtime<Own extends string = never> {
  readonly clock: Clock;
  /** The shop's own statuses, each with its parent. */
  readonly statuses: Statuses;
  /** What can be seen of the orders, for whoever is to change nothing. */
  readonly queries: Queries<Own>;
  /** The API of each gateway that was set up here, by the gateway's name: only the routes of these APIs exist. */
  readonly gateways: ReadonlyMap<string, string>;
  /** Makes the order known. Placing it again is a no-op. @throws InvalidEvent */
  place(orderId: string, order: NewOrder<Own>): Promise<Receipt>;
  /**
   * Takes a command in. Resolves when it is durable and decided as far as it can be.
   * What comes as JSON is read by `parseCommand` first. A status by its name is one that a merchant picks.
   * @throws InvalidEvent, UnknownOrder, Overloaded, StoreError
   */
  submit(orderId: string, event: Command<Own> | StatusWord<Own>, options?: SubmitOptions): Promise<Receipt>;
  /**
   * Creates the payment of a placed order that takes one, and attaches it. The payments that the order has are read
   * first: where one of them holds the money, none is created and the answer is `already-paid`.
   */
  checkout(orderId: string, gateway: string, urls: CheckoutUrls): Promise<CheckoutOutcome>;
  /** The payment methods of all gateways, as their banks list them now. A bank that does not answer has none. */
  paymentMethods(): Promise<OfferedMethod[]>;
  /**
   * What is kept beside the orders under this name. The first that is given stays, on every node and after every start;
   * `made` null = it is only looked up, and null where there is none. @throws StoreError
   */
  secret(name: string, made: string | null): Promise<string | null>;
  /** The payment as the bank has it at this moment, or why there is none to see. null = no such order. */
  payment(orderId: string): Promise<PaymentView | null>;
  /**
   * A dead effect or event is tried again at once; false = there is none. Several orders may have events of one id: with
   * the order, only that order's is revived. Some runtimes need to be told the order of an event.
   */
  revive(id: string, orderId?: string): Promise<boolean>;
  /** Asks the bank about every order in doubt. @throws NotOffered */
  reconcile(options?: ReconcileOptions): AsyncGenerator<Reconciled>;
}

/** An event that does not fit its schema; `issues` names each key and what it wants. */
export class InvalidEvent extends Error {
  override name = "InvalidEvent";
  constructor(readonly issues: { path: string; message: string }[]) {
    super(`not a valid event: ${issues.map((i) => `${i.path}: ${i.message}`).join("; ")}`);
  }
}

/** There is no such order here; place it first. */
export class UnknownOrder extends Error {
  override name = "UnknownOrder";
  constructor(readonly orderId: string) {
    super(`there is no order ${orderId} here; place it before anything else happens to it`);
  }
}

/** No gateway of this name was set up; the message names those that were. */
export class UnknownGateway extends Error {
  override name = "UnknownGateway";
}

/** More events wait than the runtime takes on; try again later. */
export class Overloaded extends Error {
  override name = "Overloaded";
  readonly retryAfterSeconds = 1;
}

/** The runtime was stopped: nothing was taken in, or whether it was is not known. Ask another node, or the next start. */
export class Stopped extends Error {
  override name = "Stopped";
}

/** This runtime, as it was set up, has no way to do it; the message names what it would need. */
export class NotOffered extends Error {
  override name = "NotOffered";
}
