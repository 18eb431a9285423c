/** The engine: mailbox, outbox and timers put together. The only place where things happen in order. */
import type { Command, Envelope, NewOrder, OrderEvent } from "../../../machines/events.js";
import type { Settings } from "../../../machines/index.js";
import type { Statuses, StatusWord } from "../../../machines/statuses.js";
import type { Decision } from "../../core/decide.js";
import type { OrderRecord } from "../../core/record.js";
import type { ChangeHandler, SubscribeOptions } from "../../ports/changes.js";
import type { Clock } from "../../ports/clock.js";
import { PLACED_ID, parseCommand, parsePlaced } from "../../ports/command.js";
import type { Gauges } from "../../ports/observer.js";
import { RecentMap } from "../../ports/recent.js";
import type {
  CheckoutOutcome,
  CheckoutUrls,
  Health,
  OfferedMethod,
  PaymentView,
  Queries,
  Reconciled,
  ReconcileOptions,
  Runtime,
} from "../../ports/runtime.js";
import { WithVerbs } from "../../ports/verbs.js";
import { reconcile } from "../maintenance/reconcile.js";
import { checkSubmitted, knownId, newId } from "./asked.js";
import { type CheckoutEngine, Checkouts } from "./checkout.js";
import { refusedClaim } from "./claims.js";
import { atKnownGateways, contextOf, type EngineContext, gatewayNamed } from "./context.js";
import { Lifetime } from "./lifetime.js";
import { Mailbox } from "./mailbox.js";
import { methodsOf } from "./methods.js";
import type { EngineOptions } from "./options.js";
import { Outbox } from "./outbox.js";
import { placedAgain } from "./placed-again.js";
import { answerGiven, paymentOf, queriesOf, receiptGiven } from "./queries.js";
import { Overloaded, type Receipt, type SubmitOptions, sourceOf } from "./receipt.js";
import { SubscriptionLoops } from "./subscriptions.js";
import { Timers } from "./timers.js";
import { Waiters } from "./waiters.js";
import { HostTransaction, type InTransaction, insideOf } from "./within.js";

/** Orders without an explained rejection: so many are remembered, and so many told. */
const MOST_UNDETERMINED = 1000;
const TOLD = 20;

export class Engine<Own extends string = never> extends WithVerbs implements Runtime<Own> {
  readonly settings: Settings;
  readonly statuses: Statuses;
  readonly clock: Clock;
  readonly gateways: ReadonlyMap<string, string>;
  readonly waiters: Waiters;
  readonly queries: Queries<Own>;
  private readonly ctx: EngineContext;
  private readonly mailbox: Mailbox;
  private readonly outbox: Outbox;
  private readonly timers: Timers;
  private readonly lifetime: Lifetime;
  private readonly checkouts = new Checkouts();
  /** Rejected, and the bank did not say why; the latest last. */
  private readonly undetermined = new RecentMap<string, true>(MOST_UNDETERMINED);
  private readonly subscriptions: SubscriptionLoops;

  readonly secret: Runtime["secret"] = (...asked) => this.ctx.store.secret(...asked);

  constructor(options: EngineOptions<Own>) {
    super();
    const ctx = contextOf(options);
    const { store, clock, rules } = ctx;
    this.ctx = ctx;
    this.settings = rules.settings;
    this.statuses = ctx.statuses;
    this.clock = clock;
    this.gateways = new Map(options.gateways.map(({ name, api = name }) => [name, api]));
    const gatewayOf = ({ facts }: OrderRecord) => ctx.gateways.get(facts.payment.gateway ?? "") ?? null;
    const queries = queriesOf({ ...ctx, gatewayOf });
    this.queries = { ...queries, health: async () => this.healthOf(await queries.health()) };
    this.waiters = new Waiters(clock, store.onDue ? (...asked) => answerGiven(store, ...asked) : null);
    const alarm = (at: number) => this.timers.alarm(at);
    this.mailbox = new Mailbox(ctx, {
      committed: (decisions) => this.committed(decisions),
      threw: (orderId, detail) => this.waiters.threw(orderId, detail),
      alarm,
    });
    this.outbox = new Outbox(ctx, this.mailbox, { read: queries.read, alarm });
    this.timers = new Timers(ctx, this.mailbox, this.outbox);
    this.subscriptions = new SubscriptionLoops(ctx);
    this.lifetime = new Lifetime(ctx, {
      open: () => this.subscriptions.open(),
      begin: () => {
        this.timers.start();
        this.subscriptions.start();
        ctx.observer.watch(() => this.figures());
      },
      quiet: () => {
        this.waiters.stop();
        this.outbox.stop();
        this.subscriptions.quiet();
      },
      stopLooking: () => this.timers.stop(),
      busy: () => !this.idle || this.checkouts.underWay,
      refuse: async () => {
        this.mailbox.stop();
        await this.subscriptions.stop();
      },
    });
  }

  /**
   * Opens the store and takes up whatever was left undone. After a start that failed another may follow.
   * @throws StoreError, Stopped
   */
  start(): Promise<void> {
    return this.lifetime.start();
  }

  /**
   * Takes no more, answers whoever waits, ends what is under way, and closes the store. What is not ended within
   * `limits.stopMs` is left to the next start.
   */
  stop(): Promise<void> {
    return this.lifetime.stop();
  }

  /** Nothing is being decided, written or sent. */
  get idle(): boolean {
    return this.subscriptions.idle && this.mailbox.idle && this.outbox.idle && this.timers.idle;
  }

  get underWay(): number {
    return this.outbox.underWay;
  }

  get restingButForCalls(): boolean {
    return this.mailbox.idle && this.timers.idle && this.outbox.resting;
  }

  /**
   * Delivers every decision to `handler` at least once, those of one order in order, over restarts: what was delivered is
   * kept in the store under `name`. On a store that several nodes share, each may subscribe under the same name, and of
   * one order one node at a time delivers. Before the start it waits for it. Call what it resolves with to stop here; the
   * place is kept until `unsubscribe`.
   * @throws TypeError, Stopped, StoreError
   */
  async subscribe(name: string, handler: ChangeHandler, options: SubscribeOptions = {}): Promise<() => Promise<void>> {
    this.lifetime.refuseStopped();
    return this.subscriptions.add(name, handler, options, this.lifetime.running);
  }

  /** Forgets a subscription for good, on every node. false = there is none. @throws StoreError */
  unsubscribe(name: string): Promise<boolean> {
    return this.subscriptions.forget(name);
  }

  /** Makes the order known. Placed again with another total, currency, lines or way of paying, it is updated. */
  async place(orderId: string, order: NewOrder<Own>): Promise<Receipt> {
    this.lifetime.refuseStopped();
    const gateway = this.ctx.gateways.get(order?.gateway ?? "");
    const placed = parsePlaced(order, gateway, this.clock.now(), this.statuses);
    const { read } = this.queries;
    const submit: Engine["submit"] = (...asked) => this.submit(...asked);
    return placedAgain({ read, submit }, placed, await this.take(newId(orderId), placed, { id: PLACED_ID }));
  }

  /**
   * Takes a command in. Resolves when it is durable and decided as far as it can be.
   * @throws InvalidEvent, UnknownOrder, Overloaded, Stopped, StoreError
   */
  async submit(orderId: string, event: Command<Own> | StatusWord<Own>, options: SubmitOptions = {}): Promise<Receipt> {
    this.lifetime.refuseStopped();
    const command = parseCommand(event, this.statuses);
    checkSubmitted(orderId, options);
    return this.take(orderId, command, options);
  }

  /**
   * The same inside a transaction of the caller's: what is decided is committed with it, or not at all.
   * @param transaction a client of `pg` on the store's database; on SQLite a `DatabaseSync` of the store's file, of the
   *   library that the store uses. Begun by the caller, and to be ended soon: whatever else comes for the order waits.
   * @throws NotOffered where the store has no such transactions, TypeError where this is none
   */
  within(transaction: unknown): InTransaction<Own> {
    this.lifetime.refuseStopped();
    return new HostTransaction<Own>(this.ctx, insideOf(this.ctx.store, transaction), {
      refuseStopped: () => this.lifetime.refuseStopped(),
      committed: (decisions) => this.committed(decisions),
    });
  }

  private async take(orderId: string, told: OrderEvent, options: SubmitOptions): Promise<Receipt> {
    const { store, clock, limits, observer, gateways, newEventId } = this.ctx;
    if (this.mailbox.size >= limits.waitingEvents) {
      observer.turnedAway();
      throw new Overloaded("too many events wait");
    }
    const id = options.id ?? newEventId();
    const source = options.source ?? sourceOf(told.type);
    const event = atKnownGateways(told, gateways);
    const claim = refusedClaim((asked) => store.findByPayment(asked), orderId, id, event);
    const refused = claim && (await claim);
    if (refused !== null) return refused;
    const envelope: Envelope = { id, orderId, at: clock.now(), source, event };
    const settled = options.wait === "settled" ? this.waiters.add(orderId, id, options.timeoutMs ?? 30_000) : null;
    try {
      const pushed = await this.mailbox.push(envelope, { mayRepeat: options.id !== undefined });
      const receipt = (pushed.repeated && (await receiptGiven(store, orderId, id))) || pushed;
      if (settled === null || receipt.final || receipt.reason === "threw") return receipt;
      return (await settled.end) ?? receipt;
    } finally {
      settled?.forget();
    }
  }

  /** WooCommerce's process_payment. The order keeps its status (seed 002, "A word about order statuses"). */
  async checkout(orderId: string, gateway: string, urls: CheckoutUrls): Promise<CheckoutOutcome> {
    this.lifetime.refuseStopped();
    const chosen = gatewayNamed(this.ctx.gateways, gateway);
    // A payment that the bank has opened is written down, also where the stop came in between.
    const submit: CheckoutEngine["submit"] = (id, event, options = {}) => this.take(id, parseCommand(event), options);
    const { settings, queries } = this;
    return this.checkouts.once({ settings, read: queries.read, submit, log: this.ctx.log }, chosen, orderId, urls);
  }

  paymentMethods(): Promise<OfferedMethod[]> {
    this.lifetime.refuseStopped();
    return methodsOf(this.ctx.gateways.values(), this.ctx.rules.registry.flows, this.ctx.log);
  }

  /** The payment as the bank has it at this moment, or why there is none to see. Changes nothing. null = no such order. */
  async payment(orderId: string): Promise<PaymentView | null> {
    const record = await this.queries.read(orderId);
    return record === null ? null : paymentOf(record, this.ctx.gateways);
  }

  /** A dead effect or event is tried again at once; with the order, only that order's. */
  async revive(id: string, orderId?: string): Promise<boolean> {
    const revived = await this.ctx.store.revive(knownId(id, "id"), this.clock.now(), orderId);
    if (revived) this.timers.alarm(this.clock.now());
    return revived;
  }

  /** Asks the bank about every order in doubt; see `ReconcileOptions`. */
  reconcile(options: ReconcileOptions = {}): AsyncGenerator<Reconciled> {
    return reconcile({ ...this.ctx, read: this.queries.read, submit: (...asked) => this.submit(...asked) }, options);
  }

  /** `ok` is false while the store cannot write, or a loop fails that other orders' work waits for. */
  private healthOf(known: Health): Health {
    const seen = { ...known, undetermined: [...this.undetermined.keys()].slice(-TOLD) };
    const trouble = this.mailbox.trouble() ?? this.ctx.loops.trouble() ?? this.ctx.store.trouble?.() ?? null;
    return seen.ok ? { ...seen, ok: this.lifetime.running && trouble === null, trouble } : seen;
  }

  private async figures(): Promise<Gauges> {
    const { ok, counts } = await this.queries.health();
    const subscriptions = await this.ctx.store.subscriptions().catch(() => []);
    return {
      ok,
      counts,
      subscriptions,
      inMailboxes: this.mailbox.size,
      underWay: this.underWay,
      now: this.clock.now(),
    };
  }

  private committed(decisions: Decision[]): void {
    const now = this.clock.now();
    this.subscriptions.alarm(now);
    void this.timers.hurry(decisions.filter(({ asksAnew }) => asksAnew).map(({ record }) => record.orderId));
    if (decisions.some(({ effects }) => effects.some(({ notBefore }) => notBefore <= now))) this.timers.deliverNow();
    for (const { record, entry, effects, timers, messages } of decisions) {
      for (const { notBefore } of effects) if (notBefore > now) this.timers.alarm(notBefore);
      for (const row of timers.set) this.timers.alarm(row.at);
      for (const answer of entry.answers) this.waiters.tell(record.orderId, answer);
      this.ctx.onDecision(entry, record, messages);
      const { status, taskCompleted } = record.facts.payment;
      if (status === "REJECTED" && taskCompleted === "unavailable") this.undetermined.set(record.orderId, true);
      else this.undetermined.delete(record.orderId);
    }
  }
}

/** The engine, not yet started. */
export const createEngine = <const Own extends string = never>(options: EngineOptions<Own>): Engine<Own> =>
  new Engine(options);
