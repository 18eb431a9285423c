/** Carries effects out and turns every reply into a new event. */
import { movesMoney } from "../../../machines/effects.js";
import type { Envelope } from "../../../machines/events.js";
import { isAwaited } from "../../core/finish.js";
import { gatewayFor, type OrderRecord } from "../../core/record.js";
import { isWithdrawn } from "../../core/withdrawn.js";
import { type Claim, type EffectResult, StoreError } from "../../ports/store.js";
import { thrownText } from "../../ports/thrown.js";
import { Attempts, NOT_TAKEN_IN } from "./attempt.js";
import { withOwner } from "./claims.js";
import { type EngineContext, gatewayNamed } from "./context.js";
import { isGivenUp } from "./end-payment.js";
import { roomIn } from "./lanes.js";
import { AFTER_TROUBLE_MS, HURRIED_ATTEMPTS } from "./limits.js";
import type { Mailbox } from "./mailbox.js";
import type { AttemptResult } from "./outcomes.js";
import { wasSeen } from "./second-word.js";
import { hasAnotherStatus, linesUnderWay, writesLater } from "./shop-look.js";

/** What a call brought, as an event of the order. */
type ReplyOf = Extract<AttemptResult, { kind: "event" }>;

export interface Surroundings {
  read(orderId: string): Promise<OrderRecord | null>;
  /** Something may be due at this moment. */
  alarm(at: number): void;
}

export class Outbox {
  private readonly attempts: Attempts;
  /** Under way; one whose lease is over may have been claimed again. */
  private readonly running = new Set<Pick<Claim, "id" | "peer" | "kind"> & { leaseUntil: number }>();
  /** What the store has not said that it wrote. */
  private readonly finished: EffectResult[] = [];
  /** The store may have more in our name than we hold: a claim failed on the way, or brought what was not begun. */
  private unsure = false;
  private claiming = false;
  private again = false;
  private releasing = false;
  private stopped = false;

  constructor(
    private readonly ctx: EngineContext,
    private readonly mailbox: Pick<Mailbox, "push">,
    private readonly around: Surroundings,
  ) {
    const { read } = around;
    this.attempts = new Attempts(ctx, {
      gatewayOf: async ({ orderId, effect }) => {
        const record = await read(orderId);
        const paymentId = "paymentId" in effect ? effect.paymentId : "";
        return gatewayNamed(ctx.gateways, record && gatewayFor(record, paymentId));
      },
      isAwaited: async ({ id, orderId }) => isAwaited(await read(orderId), id),
      ownedBy: ({ orderId }, reading) =>
        withOwner({ read, findByPayment: (id) => ctx.store.findByPayment(id) }, orderId, reading),
      wasSeen: async ({ orderId }, paymentId) => wasSeen(await read(orderId), paymentId),
      isGivenUp: async ({ orderId }) => isGivenUp(await read(orderId)),
      isWithdrawn: async ({ orderId, effect }) => isWithdrawn(await read(orderId), effect),
      linesUnderWay: async ({ orderId, seq }) => linesUnderWay(await ctx.store.effectsOf(orderId), seq),
      isOvertaken: async (row) =>
        hasAnotherStatus(await read(row.orderId), row) && !writesLater(await ctx.store.effectsOf(row.orderId), row),
      isAlive: () => ctx.store.isAlive?.() ?? true,
    });
  }

  /** Calls that have not come back, however long ago they were begun. */
  get underWay(): number {
    return this.running.size;
  }

  get idle(): boolean {
    return this.underWay === 0 && this.resting;
  }

  /** Nothing but calls that wait for their answer. */
  get resting(): boolean {
    return !this.claiming && !this.releasing && this.finished.length === 0;
  }

  stop(): void {
    this.stopped = true;
  }

  /** Claims whatever is due and starts it. */
  async run(): Promise<void> {
    if (this.finished.length > 0) this.release();
    if (this.claiming) {
      this.again = true;
      return;
    }
    this.claiming = true;
    try {
      do {
        this.again = false;
        await this.ctx.loops.round("claiming effects", () => this.claim());
      } while (this.again && !this.stopped);
    } finally {
      this.claiming = false;
    }
  }

  private async claim(): Promise<void> {
    const { store, clock, limits, worker } = this.ctx;
    const now = clock.now();
    // A call that never comes back keeps its room for a lease, and no longer: the others must not wait for it.
    const busy = [...this.running].filter(({ leaseUntil }) => leaseUntil > now);
    const { effectsAtOnce, effectsPerClaim, leaseMs } = limits;
    if (effectsAtOnce <= 0 || this.stopped) return;
    if (this.unsure) await store.releaseUnacknowledged(worker, this.held());
    this.unsure = true;
    const rows = await store.claim(now, effectsPerClaim, leaseMs, worker, roomIn(effectsAtOnce, busy));
    this.unsure = false;
    for (const row of rows) {
      // The store has written its last result, and we were not told: the same result, written again, would free it
      // while it is being carried out.
      if (this.isFinished(row.id)) {
        this.unsure = true;
        continue;
      }
      void this.execute(row, now + leaseMs);
    }
    // What is neither settled nor released by then can be claimed again.
    if (rows.length > 0) this.around.alarm(now + leaseMs);
    if (rows.length === effectsPerClaim) this.again = true;
  }

  /** Claimed, and neither settled nor released. */
  private held(): string[] {
    return [...this.running, ...this.finished].map(({ id }) => id);
  }

  private async execute(row: Claim, leaseUntil: number): Promise<void> {
    const own = { id: row.id, peer: row.peer, kind: row.kind, leaseUntil };
    this.running.add(own);
    try {
      const came = await this.attempts.at(row, leaseUntil - this.ctx.limits.leaseMs / 2);
      const result = await this.settle(row, came, leaseUntil);
      this.finish(result, leaseUntil);
    } catch (error) {
      const detail = thrownText(error);
      this.ctx.log.error({ effect: row.id, type: row.effect.type, detail }, "carrying out an effect threw");
      // Whether money moved before it threw is not known: without a release the next claim looks first.
      if (!movesMoney(row.effect.type)) {
        this.finish(await this.settle(row, this.attempts.retry(row, null, detail), leaseUntil), leaseUntil);
      }
    } finally {
      this.running.delete(own);
    }
    this.release();
  }

  /** Too late, it may be under way again in our name; what comes to nothing is left to that. */
  private finish(result: EffectResult | null, leaseUntil: number): void {
    if (result === null) return;
    if (result.outcome === "done" || this.ctx.clock.now() < leaseUntil) this.finished.push(result);
  }

  private isFinished(effectId: string): boolean {
    return this.finished.some(({ id }) => id === effectId);
  }

  /** Null = a reply that was taken in as an event; its commit has settled the effect. */
  private async settle(row: Claim, came: AttemptResult, leaseUntil: number): Promise<EffectResult | null> {
    switch (came.kind) {
      case "event": {
        const until = await this.takeIn(row, came, leaseUntil);
        return until === null ? null : { id: row.id, outcome: "retry", notBefore: until, error: NOT_TAKEN_IN };
      }
      case "left":
        return null;
      case "done":
        return { id: row.id, outcome: "done" };
      case "retry":
        return {
          id: row.id,
          outcome: "retry",
          notBefore: came.notBefore,
          error: came.error,
          unhurried: row.kind !== "background" && row.attempts >= HURRIED_ATTEMPTS,
        };
      case "paused":
        return { id: row.id, outcome: "retry", notBefore: came.notBefore, error: came.error, paused: true };
      case "dead":
        return { id: row.id, outcome: "dead", error: came.error };
    }
  }

  /**
   * Resolves when the reply is durable; a moment = it was not taken in, and its effect waits until then. What a bank
   * answered is worth waiting for a store that cannot write now: as long as the claim lasts.
   */
  private async takeIn(row: Claim, { how, at, event }: ReplyOf, leaseUntil: number): Promise<number | null> {
    const { clock } = this.ctx;
    const { orderId, kind } = row;
    const envelope: Envelope = { id: `${row.id}/${how}`, orderId, at, source: "gateway", event };
    for (;;) {
      try {
        const receipt = await this.mailbox.push(envelope, { completesEffect: row.id, kind });
        return receipt.postponed ? receipt.until : null;
      } catch (error) {
        const passes = error instanceof StoreError && error.passes;
        if (!passes || this.stopped || clock.now() + AFTER_TROUBLE_MS > leaseUntil) throw error;
        await clock.sleep(AFTER_TROUBLE_MS);
      }
    }
  }

  /** Results of one turn are written together; then the next of each lane can be claimed. */
  private release(): void {
    if (this.releasing) return;
    this.releasing = true;
    setImmediate(async () => {
      const { store, worker, clock, log, loops } = this.ctx;
      const { alarm } = this.around;
      const results = [...this.finished];
      let written = true;
      try {
        if (results.length > 0)
          await loops.round("writing the results of effects", () => store.release(worker, results));
        this.finished.splice(0, results.length);
        for (const r of results) if (r.outcome === "retry") alarm(r.notBefore);
        if (!this.stopped) await this.run();
      } catch (error) {
        log.warn({ detail: thrownText(error) }, "writing the results of effects failed; trying again");
        written = false;
        alarm(clock.now() + AFTER_TROUBLE_MS);
      } finally {
        this.releasing = false;
      }
      // After a stop as well: what was carried out must not be carried out again by the next start.
      if (written && this.finished.length > 0) this.release();
    });
  }
}
