/**
 * Delivers the history to whoever subscribed: every entry at least once, those of one order in order. What was delivered
 * is written after each entry, so a repeat is at most the one that was under way. An order that fails holds up no other.
 */
import { quoted } from "../../../machines/text.js";
import { type ChangeHandler, changeOf, type SubscribeOptions, Undelivered } from "../../ports/changes.js";
import { RecentMap } from "../../ports/recent.js";
import type { Delivery, DeliveryResult } from "../../ports/store.js";
import { thrownText } from "../../ports/thrown.js";
import type { EngineContext } from "./context.js";
import { AFTER_TROUBLE_MS, retryAfterMs } from "./limits.js";

type Settled = { [K in keyof SubscribeOptions]-?: NonNullable<SubscribeOptions[K]> };

/** What another node committed is found by looking, where no notice of it came. */
const LOOK_MS = 5_000;
/** Entries that are read of an order at once. */
const PER_READ = 20;
const NAME = /^[A-Za-z0-9][\w.-]{0,63}$/;

/** @throws TypeError */
const settledSubscription = (name: string, options: SubscribeOptions, leaseMs: number): Settled => {
  const { from = "now", ordersAtOnce = 8, timeoutMs = 30_000, attempts = 500 } = options;
  if (!NAME.test(name))
    throw new TypeError(`a subscription is named with letters, digits, ".", "_" and "-", at most 64; not "${name}"`);
  for (const [key, value] of Object.entries({ ordersAtOnce, timeoutMs, attempts }))
    if (!(Number.isSafeInteger(value) && value > 0)) throw new TypeError(`${key} is a whole number above 0`);
  if (timeoutMs > leaseMs / 2) throw new TypeError(`timeoutMs is at most ${leaseMs / 2}: half of limits.leaseMs`);
  return { from, ordersAtOnce, timeoutMs, attempts };
};

/** One subscription, as this process runs it. */
class SubscriptionLoop {
  private readonly underWay = new Map<string, AbortController>();
  /** The last failure of an order, so that the log tells each once. */
  private readonly told = new RecentMap<string, string>(1000);
  private sleep = new AbortController();
  private nextAt = Number.NEGATIVE_INFINITY;
  private stopped = false;
  private looking = false;
  private failedInARow = 0;
  private pausedUntil = 0;
  private loop: Promise<void> | null = null;

  constructor(
    private readonly ctx: EngineContext,
    readonly name: string,
    private readonly handler: ChangeHandler,
    private readonly options: Settled,
  ) {}

  /** Makes it known to the store; a second time it does nothing. @throws StoreError */
  open(): Promise<void> {
    return this.ctx.store.subscribe(this.name, this.options.from);
  }

  start(): void {
    this.loop ??= this.run();
  }

  get idle(): boolean {
    return this.underWay.size === 0 && !this.looking && (this.stopped || this.ctx.clock.now() < this.nextAt);
  }

  /** Begins nothing more; what is under way may end. */
  quiet(): void {
    this.stopped = true;
    this.sleep.abort();
  }

  /** What has not ended is told that it is too late; it is delivered again. */
  async stop(): Promise<void> {
    this.quiet();
    for (const abort of this.underWay.values()) abort.abort(new Error("the engine stops"));
    await this.loop;
  }

  /** Something is to be delivered at `at`. */
  alarm(at: number): void {
    if (at >= this.nextAt) return;
    this.nextAt = at;
    this.sleep.abort();
  }

  private async run(): Promise<void> {
    const { clock, log } = this.ctx;
    while (!this.stopped) {
      const now = clock.now();
      if (now < this.nextAt) {
        this.sleep = new AbortController();
        await clock.sleep(this.nextAt - now, this.sleep.signal).catch(() => {});
        continue;
      }
      this.looking = true;
      this.nextAt = now + LOOK_MS;
      try {
        await this.look(now);
      } catch (error) {
        log.warn({ type: this.name, detail: thrownText(error) }, "looking for changes to deliver failed; trying again");
        this.nextAt = clock.now() + AFTER_TROUBLE_MS;
      }
      this.looking = false;
    }
  }

  private async look(now: number): Promise<void> {
    const { store, limits, worker } = this.ctx;
    // Where nothing gets through, one order tries whether anything does.
    const most = this.failedInARow < limits.failuresBeforeBreak ? this.options.ordersAtOnce : 1;
    const room = most - this.underWay.size;
    if (room <= 0) return;
    if (now < this.pausedUntil) return this.alarm(this.pausedUntil);
    const due = await store.claimDeliveries(this.name, now, room, limits.leaseMs, worker);
    for (const one of due) this.begin(one);
    if (due.length === room) return;
    const next = await store.nextDelivery(this.name, now);
    if (next !== null) this.alarm(Math.max(next, now + 1));
  }

  private begin(one: Delivery): void {
    const abort = new AbortController();
    this.underWay.set(one.orderId, abort);
    void this.deliver(one, abort.signal)
      .catch((error: unknown) => {
        // Delivered again when the lease is over.
        const { orderId } = one;
        this.ctx.log.warn(
          { orderId, type: this.name, detail: thrownText(error) },
          "what was delivered was not written",
        );
      })
      .finally(() => {
        this.underWay.delete(one.orderId);
        this.alarm(this.ctx.clock.now());
      });
  }

  private async deliver(one: Delivery, stop: AbortSignal): Promise<void> {
    const { store, clock, limits, worker } = this.ctx;
    const { orderId } = one;
    const end = (how: DeliveryResult) => store.endDelivery(worker, { subscription: this.name, orderId }, how);
    const delivered = (seq: number) => end({ seq, leaseUntil: clock.now() + (this.stopped ? 0 : limits.leaseMs) });
    let { seq, attempts } = one;
    for (;;) {
      const entries = await store.history(orderId, seq, PER_READ);
      const whole = entries[0]?.seq === seq + 1;
      const rests = whole ? undefined : (await store.load([{ orderId, eventIds: [] }]))[0]?.damaged;
      if (rests !== undefined) return void (await end({ error: rests, moment: clock.now() + limits.parkedRetryMs }));
      // Pruned, or taken out by a repair.
      if (entries.length === 0) return void (await delivered(Math.max(seq, one.head)));
      for (const entry of entries) {
        // Free at once for whoever is next.
        if (this.stopped) return void (await delivered(seq));
        const failed = await this.tell(entry, attempts, stop);
        if (stop.aborted) return void (await delivered(seq));
        if (failed !== null) return void (await end(this.failure(one, attempts, failed)));
        this.failedInARow = 0;
        if ((await delivered(entry.seq)) !== "more") return;
        seq = entry.seq;
        attempts = 1;
      }
    }
  }

  /** @returns what the handler threw; null = it took the change */
  private async tell(entry: Parameters<typeof changeOf>[0], attempt: number, stop: AbortSignal): Promise<unknown> {
    const { clock } = this.ctx;
    const { timeoutMs } = this.options;
    const late = new AbortController();
    const over = new AbortController();
    const stopped = new Promise<never>((_, reject) => {
      stop.addEventListener("abort", () => reject(stop.reason), { signal: over.signal });
    });
    const tooLate = clock.sleep(timeoutMs, over.signal).then(
      () => {
        late.abort(new Error(`no end within ${timeoutMs} ms`));
        throw late.signal.reason;
      },
      () => {},
    );
    try {
      const signal = AbortSignal.any([stop, late.signal]);
      const made = Promise.resolve(this.handler(changeOf(entry), { entry, attempt, signal }));
      await Promise.race([made, stopped, tooLate]);
      return null;
    } catch (error) {
      return error ?? new Error("it rejected with nothing");
    } finally {
      over.abort();
    }
  }

  private failure({ orderId }: Delivery, attempts: number, error: unknown): DeliveryResult {
    const { clock, limits, log, random } = this.ctx;
    const { retryAfterMs: asked = 0, final = false } = error instanceof Undelivered ? error.how : {};
    const said = quoted(thrownText(error), 500);
    this.failedInARow += 1;
    if (this.failedInARow >= limits.failuresBeforeBreak) this.pausedUntil = clock.now() + limits.breakMs;
    const dead = final || attempts >= this.options.attempts;
    const details = { orderId, type: this.name, detail: said };
    if (dead) log.error(details, "a subscription's change was given up; order-status subscriptions replays it");
    else if (this.told.get(orderId) !== said) log.warn(details, "a subscription's handler failed; it is tried again");
    this.told.set(orderId, said);
    const wait = Math.max(asked, retryAfterMs(attempts, limits.longestAwayMs, random));
    return { error: said, moment: dead ? null : clock.now() + Math.min(wait, limits.longestAwayMs) };
  }
}

/** Those of one engine, by name. */
export class SubscriptionLoops {
  private readonly loops = new Map<string, SubscriptionLoop>();

  constructor(private readonly ctx: EngineContext) {}

  /**
   * @param isRunning it begins at once; else with `open` and `start`
   * @returns stops it here; its place is kept
   * @throws TypeError, StoreError
   */
  async add(
    name: string,
    handler: ChangeHandler,
    options: SubscribeOptions,
    isRunning: boolean,
  ): Promise<() => Promise<void>> {
    const settled = settledSubscription(name, options, this.ctx.limits.leaseMs);
    if (this.loops.has(name)) throw new TypeError(`"${name}" is subscribed here already`);
    const loop = new SubscriptionLoop(this.ctx, name, handler, settled);
    this.loops.set(name, loop);
    const forget = () => {
      if (this.loops.get(name) === loop) this.loops.delete(name);
    };
    if (isRunning) {
      await loop.open().catch((error: unknown) => {
        forget();
        throw error;
      });
      loop.start();
    }
    return async () => {
      forget();
      await loop.stop();
    };
  }

  /** Stopped here, and forgotten everywhere. false = there is none. @throws StoreError */
  async forget(name: string): Promise<boolean> {
    await this.loops.get(name)?.stop();
    this.loops.delete(name);
    return this.ctx.store.unsubscribe(name);
  }

  get idle(): boolean {
    return [...this.loops.values()].every(({ idle }) => idle);
  }

  async open(): Promise<void> {
    for (const one of this.loops.values()) await one.open();
  }

  start(): void {
    for (const one of this.loops.values()) one.start();
  }

  quiet(): void {
    for (const one of this.loops.values()) one.quiet();
  }

  async stop(): Promise<void> {
    await Promise.all([...this.loops.values()].map((one) => one.stop()));
  }

  /** Something is to be delivered at `at`. */
  alarm(at: number): void {
    for (const one of this.loops.values()) one.alarm(at);
  }
}
