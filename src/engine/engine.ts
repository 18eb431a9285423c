/** The shell: receive, process, deliver, wake. The only place where things happen in order. */
import type { Envelope, PlacedOrder } from "../../machines/events.js";
import { cooldownEndsAt } from "../../machines/guards.js";
import { registry as currentRegistry } from "../../machines/index.js";
import { Settings } from "../../machines/settings.js";
import { type Decision, decide } from "../core/decide.js";
import type { Rules } from "../core/fold.js";
import { versionsKnown } from "../core/migrate.js";
import type { HistoryEntry, OrderRecord } from "../core/record.js";
import { type Clock, systemClock } from "../ports/clock.js";
import type { CreatedPayment, Gateway } from "../ports/gateway.js";
import { silent } from "../ports/log.js";
import { type Figures, type Observer, unobserved } from "../ports/observer.js";
import type { CheckoutUrls, DeadLetter, PaymentView, Reconciled, ReconcileOptions, Runtime } from "../ports/runtime.js";
import type { Counts, OrderFilter, OrderRow, Store } from "../ports/store.js";
import { checkout, named } from "./checkout.js";
import { Delivery } from "./deliver.js";
import { limits as defaultLimits, type Limits } from "./limits.js";
import { answerGiven, deadEffect, deadEvent, paymentOf, receiptGiven, recordReader, verdictOn, whyOf } from "./look.js";
import type { EngineOptions } from "./options.js";
import { Mailboxes } from "./process.js";
import {
  Overloaded,
  parseEvent,
  type Receipt,
  type SubmitOptions,
  sourceOf,
  UnknownOrder,
  type Verdict,
} from "./receipt.js";
import { Reception } from "./receive.js";
import { reconcile } from "./reconcile.js";
import { Waiters } from "./waiters.js";
import { rung, Wake } from "./wake.js";
import { watched } from "./watched.js";

export class Engine implements Runtime {
  readonly settings: Settings;
  readonly clock: Clock;
  /** The record as today's machines read it; null = no such order. */
  readonly read: (orderId: string) => Promise<OrderRecord | null>;
  private readonly rules: Rules;
  private readonly store: Store;
  private readonly observer: Observer;
  private readonly reception: Reception;
  private readonly limits: Limits;
  private readonly gateways: Map<string, Gateway>;
  private readonly mailboxes: Mailboxes;
  private readonly delivery: Delivery;
  private readonly wake: Wake;
  private readonly waiters: Waiters;
  /** A name per start: a container gives every process the same pid. */
  private readonly worker: string;
  private running = false;

  constructor(private readonly options: EngineOptions) {
    this.settings = Settings.parse(options.settings ?? {});
    this.clock = options.clock ?? systemClock();
    this.store = options.store;
    this.worker = options.worker ?? crypto.randomUUID();
    this.observer = options.observer ?? unobserved;
    const log = options.log ?? silent;
    this.limits = { ...defaultLimits, ...options.limits };
    this.rules = { settings: this.settings, registry: options.registry ?? currentRegistry };
    this.gateways = new Map(options.gateways.map((g) => [g.name, watched(g, this.observer)]));
    this.read = recordReader(this.store, this.rules.registry);
    const random = options.random ?? Math.random;
    const { store, clock, limits, observer } = this;
    this.waiters = new Waiters(clock, store.onDue ? (...asked) => answerGiven(store, ...asked) : null);
    this.mailboxes = new Mailboxes({
      store,
      rules: this.rules,
      decide: options.decide ?? decide,
      limits,
      log,
      worker: this.worker,
      observer,
      now: () => clock.now(),
      random,
      committed: (decisions) => this.committed(decisions),
      alarm: (at) => this.wake.alarm(at),
    });
    this.reception = new Reception({ observer, log, clock, limits, post: (event) => this.mailboxes.post(event) });
    this.delivery = new Delivery({
      store,
      shop: options.shop,
      clock,
      limits,
      log,
      observer,
      worker: this.worker,
      random,
      gatewayOf: (orderId) => this.gatewayOf(orderId),
      submit: async (orderId, id, event, settles) => {
        const envelope: Envelope = { id, orderId, at: clock.now(), source: "gateway", event };
        const told = await this.reception.receive(envelope, { settles });
        return told.postponed ? told.until : null;
      },
      alarm: (at) => this.wake.alarm(at),
    });
    this.wake = new Wake({
      store,
      clock,
      log,
      deliver: () => this.delivery.run(),
      ring: async (row) => {
        const receipt = await this.reception.receive(rung(row, clock.now()));
        return receipt.postponed === undefined;
      },
      tryAgain: async (row) => {
        await this.reception.receive(row.envelope, { kept: true, attempts: row.attempts, mayRepeat: true });
      },
    });
  }

  /** Opens the store and takes up whatever was left undone. */
  async start(): Promise<void> {
    await this.store.open(versionsKnown(this.rules.registry));
    await this.store.reclaim(this.worker);
    this.running = true;
    this.wake.start();
    this.observer.watch(() => this.figures());
  }

  /** Takes no more, ends what is under way, and closes the store. */
  async stop(): Promise<void> {
    if (!this.running) return;
    this.running = false;
    this.delivery.stop();
    await this.wake.stop();
    const deadline = performance.now() + 10_000;
    while (!this.idle && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 5));
    await this.store.close();
  }

  /** Nothing is being decided, written or sent at this moment. */
  get idle(): boolean {
    return this.mailboxes.idle && this.delivery.idle && this.wake.idle;
  }

  /** Calls to gateways and shop under way. */
  get underWay(): number {
    return this.delivery.underWay;
  }

  /** Everything but calls that wait for an answer is at rest. */
  get restingButForCalls(): boolean {
    return this.mailboxes.idle && this.wake.idle && this.delivery.resting;
  }

  /** Makes the order known. Placing it again is a no-op. */
  place(orderId: string, order: Omit<PlacedOrder, "tolerance">): Promise<Receipt> {
    const tolerance = this.gateways.get(order.gateway ?? "")?.tolerance ?? 0;
    return this.submit(orderId, { type: "order.placed", order: { ...order, tolerance } }, { id: "order.placed" });
  }

  /**
   * Takes an event in. Resolves when it is durable and decided as far as it can be.
   * @throws InvalidEvent, UnknownOrder, Overloaded, StoreError
   */
  async submit(orderId: string, event: unknown, options: SubmitOptions = {}): Promise<Receipt> {
    const parsed = parseEvent(event);
    if (this.mailboxes.size >= this.limits.waitingEvents) {
      this.observer.turnedAway();
      throw new Overloaded("too many events wait");
    }
    const id = options.id ?? this.options.newId?.() ?? crypto.randomUUID();
    const source = options.source ?? sourceOf(parsed.type);
    const envelope: Envelope = { id, orderId, at: this.clock.now(), source, event: parsed };
    const settled = options.wait === "settled" ? this.waiters.add(orderId, id, options.timeoutMs ?? 30_000) : null;
    try {
      const posted = await this.reception.receive(envelope, { mayRepeat: options.id !== undefined });
      const receipt = (posted.repeated && (await receiptGiven(this.store, orderId, id))) || posted;
      if (settled === null || receipt.final) return receipt;
      return (await settled.end) ?? receipt;
    } finally {
      settled?.forget();
    }
  }

  /** WooCommerce's process_payment. The order keeps its status (seed 002, "A word about order statuses"). */
  async checkout(orderId: string, gateway: string, urls: CheckoutUrls): Promise<CreatedPayment> {
    return checkout(this, named(this.gateways, gateway), orderId, urls);
  }

  /** The answer before the click, on the payment as it was last read. Changes nothing. */
  async can(orderId: string, event: unknown): Promise<Verdict> {
    const record = await this.read(orderId);
    if (record === null) throw new UnknownOrder(orderId);
    return verdictOn(record, parseEvent(event), this.clock.now(), this.rules);
  }

  /** The payment as the bank has it at this moment, or why there is none to see. Changes nothing. null = no such order. */
  async payment(orderId: string): Promise<PaymentView | null> {
    const record = await this.read(orderId);
    return record === null ? null : paymentOf(record, () => named(this.gateways, record.facts.payment.gateway ?? ""));
  }

  /** At most five plain lines; null = no such order. */
  why(orderId: string): Promise<string[] | null> {
    return whyOf(this.store, this.rules.registry, orderId);
  }

  history(orderId: string, after = 0, limit = 500): Promise<HistoryEntry[]> {
    return this.store.history(orderId, after, limit);
  }

  /** Effects not carried out yet, the dead ones among them, oldest first. */
  effectsOf(orderId: string): ReturnType<Store["effectsOf"]> {
    return this.store.effectsOf(orderId);
  }

  list(filter: OrderFilter): Promise<OrderRow[]> {
    return this.store.list(filter);
  }

  findByPayment(paymentId: string): Promise<{ orderId: string; current: boolean } | null> {
    return this.store.findByPayment(paymentId);
  }

  /** When callbacks of this order may be acted on; null = no such order. */
  async cooldownEndsAt(orderId: string): Promise<number | null> {
    const record = await this.read(orderId);
    return record === null ? null : cooldownEndsAt({ order: record.facts.order, settings: this.settings });
  }

  /** The oldest of each kind first, at most `limit` of each. */
  async deadLetters(limit: number): Promise<DeadLetter[]> {
    const [effects, events] = await Promise.all([this.store.deadEffects(limit), this.store.deadEvents(limit)]);
    return [...effects.map(({ row, error }) => deadEffect(row, error)), ...events.map(deadEvent)];
  }

  /** A dead effect or event is tried again at once. */
  async revive(id: string): Promise<boolean> {
    const revived = await this.store.revive(id, this.clock.now());
    if (revived) this.wake.alarm(this.clock.now());
    return revived;
  }

  /** Asks the bank about every order in doubt; see `ReconcileOptions`. */
  reconcile(options: ReconcileOptions = {}): AsyncGenerator<Reconciled> {
    return reconcile(
      {
        store: this.store,
        shop: this.options.shop,
        clock: this.clock,
        rules: this.rules,
        settle: (orderId, event) => this.submit(orderId, event, { source: "reconcile", wait: "settled" }),
        read: (orderId) => this.read(orderId),
        readPayment: async (record) =>
          (await this.gatewayOf(record.orderId)).readPayment(record.facts.payment.id ?? ""),
      },
      options,
    );
  }

  /** `ok` is false while the store cannot write. */
  async health(): Promise<{ ok: boolean; trouble: string | null; counts: Counts | null }> {
    try {
      const counts = await this.store.counts();
      const trouble = this.reception.trouble();
      return { ok: this.running && trouble === null, trouble, counts };
    } catch (error) {
      return { ok: false, trouble: error instanceof Error ? error.message : String(error), counts: null };
    }
  }

  private async figures(): Promise<Figures> {
    const { ok, counts } = await this.health();
    return { ok, counts, inMailboxes: this.mailboxes.size, underWay: this.underWay, now: this.clock.now() };
  }

  private async gatewayOf(orderId: string): Promise<Gateway> {
    return named(this.gateways, (await this.read(orderId))?.facts.payment.gateway ?? "");
  }

  private committed(decisions: Decision[]): void {
    const now = this.clock.now();
    if (decisions.some(({ effects }) => effects.some(({ notBefore }) => notBefore <= now))) this.wake.deliverNow();
    for (const { record, entry, effects, timers } of decisions) {
      for (const { notBefore } of effects) if (notBefore > now) this.wake.alarm(notBefore);
      for (const row of timers.set) this.wake.alarm(row.at);
      for (const answer of entry.answers) this.waiters.tell(record.orderId, answer);
      this.options.onDecision?.(entry, record);
    }
  }
}

/** The engine, not yet started. */
export const createEngine = (options: EngineOptions): Engine => new Engine(options);
