/** Sleeps until something is due, then turns due timers and postponed events into events. */
import type { Envelope } from "../../../machines/events.js";
import { whyNoEvent } from "../../ports/command.js";
import { UnknownOrder } from "../../ports/runtime.js";
import type { InboxRow, TimerRow } from "../../ports/store.js";
import { thrownText } from "../../ports/thrown.js";
import type { EngineContext } from "./context.js";
import { AFTER_TROUBLE_MS } from "./limits.js";
import type { Loop } from "./loops.js";
import type { Mailbox } from "./mailbox.js";
import type { Outbox } from "./outbox.js";

/** A timer's ring as an event; the generation makes its id its own. */
export const rung = ({ orderId, timer, generation }: TimerRow, at: number): Envelope => ({
  id: `${orderId}/${timer}/${generation}`,
  orderId,
  at,
  source: "timer",
  event: { type: "timer.fired", timer, generation },
});

const PER_LOOK = 500;

const keyOf = ({ orderId, timer, generation }: TimerRow): string => `${orderId}/${timer}/${generation}`;

export class Timers {
  private readonly ringing = new Set<string>();
  /** Timers whose event waits in the inbox, as that of a parked order does: ringing again would only write it again. */
  private readonly handedOn = new Set<string>();
  private sleep = new AbortController();
  private nextAt = Number.POSITIVE_INFINITY;
  private stopped = false;
  private looking = false;
  private hurrying = 0;
  private loop: Promise<void> | null = null;
  private forget: (() => void) | null = null;

  constructor(
    private readonly ctx: EngineContext,
    private readonly mailbox: Pick<Mailbox, "push">,
    private readonly outbox: Pick<Outbox, "run">,
  ) {}

  get idle(): boolean {
    if (this.looking || this.hurrying > 0 || this.ringing.size > 0) return false;
    return this.stopped || this.ctx.clock.now() < this.nextAt;
  }

  start(): void {
    this.nextAt = this.ctx.clock.now();
    this.loop = this.run();
    this.forget = this.ctx.store.onDue?.((at) => this.alarm(at)) ?? null;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.forget?.();
    this.sleep.abort();
    await this.loop;
  }

  /** Something becomes due at `at`; wakes earlier where that is sooner than what was known. */
  alarm(at: number): void {
    if (at >= this.nextAt) return;
    this.nextAt = at;
    this.sleep.abort();
  }

  /** Somebody new waits for a reading of these orders. Where that cannot be written, the reading comes when it comes. */
  async hurry(orderIds: string[]): Promise<void> {
    if (orderIds.length === 0) return;
    const { store, clock, log, limits } = this.ctx;
    const at = clock.now() + limits.askedAnewMs;
    this.hurrying += 1;
    try {
      await store.hurry([...new Set(orderIds)], at);
      this.alarm(at);
    } catch (error) {
      log.warn({ detail: thrownText(error) }, "a reading that is asked for anew could not be made sooner");
    } finally {
      this.hurrying -= 1;
    }
  }

  /** An effect is due: nothing else need be looked for first. */
  deliverNow(): void {
    void this.guarded(null, () => this.outbox.run());
  }

  private async run(): Promise<void> {
    const { clock } = this.ctx;
    while (!this.stopped) {
      if (clock.now() < this.nextAt) {
        this.sleep = new AbortController();
        const wait = Math.min(this.nextAt - clock.now(), 3_600_000);
        await clock.sleep(wait, this.sleep.signal).catch(() => {});
        continue;
      }
      this.looking = true;
      this.nextAt = Number.POSITIVE_INFINITY;
      await this.look();
      this.looking = false;
    }
  }

  private async look(): Promise<void> {
    const { clock } = this.ctx;
    const now = clock.now();
    // Each for itself: where one of them fails, the others run all the same.
    await Promise.all([
      this.guarded("ringing due timers", () => this.ringTimers(now)),
      this.guarded("trying postponed events again", () => this.tryEvents(now)),
    ]);
    await this.guarded(null, () => this.outbox.run());
    const next = await this.guarded("asking when work is due", () => this.nextDue(now));
    // What is due now is under way already: look again when it has had time to end.
    if (next !== null) this.alarm(next > now ? next : now + (this.ringing.size > 0 ? 100 : AFTER_TROUBLE_MS));
  }

  /** Of an order that is parked nothing is due, and it may be repaired beside us. */
  private async nextDue(now: number): Promise<number | null> {
    const { store, limits } = this.ctx;
    const next = await store.nextDue();
    const again = now + limits.parkedRetryMs;
    if (next !== null && next <= again) return next;
    return (await store.damaged(1)).length > 0 ? again : next;
  }

  private async ringTimers(now: number): Promise<void> {
    // Those that were handed on stay due until they are decided, and must not fill the page.
    const timers = await this.ctx.store.dueTimers(now, PER_LOOK + this.handedOn.size);
    const due = new Set(timers.map(keyOf));
    for (const key of this.handedOn) if (!due.has(key)) this.handedOn.delete(key);
    for (const timer of timers) {
      const key = keyOf(timer);
      if (this.handedOn.has(key)) continue;
      this.once(key, async () => {
        const { postponed } = await this.mailbox.push(rung(timer, this.ctx.clock.now()));
        if (postponed) this.handedOn.add(key);
      });
    }
  }

  private async tryEvents(now: number): Promise<void> {
    for (const row of await this.ctx.store.dueEvents(now, PER_LOOK)) {
      this.once(`${row.envelope.orderId}/${row.envelope.id}`, () => this.tryAgain(row));
    }
  }

  private async tryAgain(row: InboxRow): Promise<void> {
    const misfit = whyNoEvent(row.envelope.event) ?? (await this.whyNobodys(row));
    // It would stay due, and hide from us when the next one is.
    if (misfit !== null) await this.ctx.store.postpone([{ ...row, dead: true, error: misfit }]);
  }

  private async whyNobodys(row: InboxRow): Promise<string | null> {
    try {
      await this.mailbox.push(row.envelope, { kept: true, attempts: row.attempts, mayRepeat: true });
      return null;
    } catch (error) {
      if (error instanceof UnknownOrder) return error.message;
      throw error;
    }
  }

  /** A part of the look that fails is tried again soon. @param loop null = it keeps account of itself */
  private async guarded<T>(loop: Loop | null, part: () => Promise<T>): Promise<T | null> {
    const { loops, log, clock } = this.ctx;
    try {
      return loop === null ? await part() : await loops.round(loop, part);
    } catch (error) {
      log.warn({ detail: thrownText(error) }, "looking for due work failed; trying again");
      this.alarm(clock.now() + AFTER_TROUBLE_MS);
      return null;
    }
  }

  private once(key: string, act: () => Promise<void>): void {
    if (this.ringing.has(key)) return;
    this.ringing.add(key);
    void act()
      .catch((error: unknown) => {
        this.ctx.log.warn({ detail: thrownText(error) }, "a due event could not be taken in; trying again");
        this.alarm(this.ctx.clock.now() + AFTER_TROUBLE_MS);
      })
      .finally(() => {
        this.ringing.delete(key);
      });
  }
}
