/** One attempt at one effect: the call, and what came of it. Who writes that down is the caller's business. */
import { type Effect, resultOf, type ShopEffect } from "../../../machines/effects.js";
import type { OrderEvent } from "../../../machines/events.js";
import type { Reading } from "../../../machines/facts.js";
import type { ShopOrder } from "../../../machines/shop-order.js";
import type { Gateway, GatewayAnswer } from "../../ports/gateway.js";
import type { CallKind } from "../../ports/lanes.js";
import { ASKED_ANEW, type ClaimedEffect } from "../../ports/store.js";
import { call, type KeyedEffect } from "./bank-call.js";
import { Breaker } from "./breaker.js";
import type { EngineContext } from "./context.js";
import { endedAt, endsAgainAt, isStillOpen } from "./end-payment.js";
import { errorAfter, mayHaveIt, triedWith } from "./got-through.js";
import { longestWaitMs, retryAfterMs } from "./limits.js";
import { type AttemptOutcome, type AttemptResult, FailureLog } from "./outcomes.js";
import { MISSING_ONCE, refusedOnce, wasRefusedOnce } from "./second-word.js";
import { lookInShop, updateBy } from "./shop-look.js";

const STOPPED = "the process stopped while the call was under way";
/** The answer came, but the order had gone on to machines that this node does not know. */
export const NOT_TAKEN_IN = "the answer could not be taken in";

/** It is tried later. */
type Resting = Extract<AttemptOutcome, { kind: "retry" | "paused" }>;
export type AttemptContext = Pick<EngineContext, "shop" | "limits" | "clock" | "log" | "observer" | "random">;

/** What an attempt asks of whoever keeps the order. */
export interface AttemptQuestions {
  gatewayOf(row: ClaimedEffect): Promise<Gateway>;
  /** Whether anybody still waits for this reading. */
  isAwaited(row: ClaimedEffect): Promise<boolean>;
  /** Whether an earlier reading found this payment. */
  wasSeen(row: ClaimedEffect, paymentId: string): Promise<boolean>;
  /** The reading, with the order that the bank names only where that makes it another's. */
  ownedBy(row: ClaimedEffect, reading: Reading): Promise<Reading>;
  /** Whether the order is cancelled: nobody is to pay it any more. */
  isGivenUp(row: ClaimedEffect): Promise<boolean>;
  /** Whether nobody waits for this call that moves money any more. */
  isWithdrawn(row: ClaimedEffect): Promise<boolean>;
  /** Whether an earlier change of the order's lines is still on its way to the shop. */
  linesUnderWay(row: ClaimedEffect): Promise<boolean>;
  /** Whether the shop told of another status while this write of ours was on its way there. */
  isOvertaken(row: ClaimedEffect): Promise<boolean>;
  /** False: others may be about to take the effect over. */
  isAlive?(): boolean;
}

/** The attempt before never came back: nobody knows how far it got. */
const wasLost = ({ attempts, previousError }: ClaimedEffect): boolean => attempts > 1 && previousError === null;

/** The bank may have this call already: nothing is sent before the payment was looked at. */
const mayBeDone = ({ previousError }: ClaimedEffect): boolean =>
  previousError === STOPPED || previousError === NOT_TAKEN_IN;

/** Whether an attempt at a call that moves money sends it. */
export const sends = (row: ClaimedEffect): boolean => !wasLost(row) && !mayBeDone(row);

/** `kind`: who waits for it, where the runtime knows. */
type Attempted = ClaimedEffect & { kind?: CallKind };

export class Attempts {
  private readonly breakers = new Map<string, Breaker>();
  private readonly failures: FailureLog;

  constructor(
    private readonly ctx: AttemptContext,
    private readonly ask: AttemptQuestions,
  ) {
    this.failures = new FailureLog(ctx.log);
  }

  /** @param sendUntil no call that moves money or writes to the shop is begun after this moment */
  at(row: Attempted, sendUntil = Number.POSITIVE_INFINITY): Promise<AttemptResult> {
    const { observer, clock } = this.ctx;
    const at = clock.now();
    return observer.attempt(row, at, async () => {
      const came = await this.make(row, sendUntil);
      this.failures.tell(row, came);
      return came.kind === "event" ? { ...came, at } : came;
    });
  }

  private make(row: Attempted, sendUntil: number): Promise<AttemptOutcome> {
    const { effect } = row;
    // A process that stood still may have lost its lease, and the shop may have gone on: whoever has it now writes.
    if (row.lane === "shop" && this.ctx.clock.now() > sendUntil) return Promise.resolve({ kind: "left" });
    if (row.lane === "shop") return this.toShop(row, effect as ShopEffect);
    if (effect.type === "readPayment" || effect.type === "readBack") return this.read(row, effect, sendUntil);
    if (effect.type === "endPayment") return this.end(row, effect.paymentId, sendUntil);
    return this.money(row, effect as KeyedEffect, sendUntil);
  }

  private async toShop(row: ClaimedEffect, effect: ShopEffect): Promise<AttemptOutcome> {
    const held = await this.look(row, effect, updateBy);
    if (held !== null) return held;
    const answer = await this.ctx.shop.execute(row.orderId, row.id, effect);
    switch (answer.kind) {
      case "done":
        return "to" in effect && (await this.ask.isOvertaken(row)) ? this.seen(row) : { kind: "done" };
      case "conflict": {
        const { kind: _, ...told } = answer;
        const event = { type: "shop.conflicted", effectId: row.id, ...told } as const;
        return { kind: "event", how: "conflict", event };
      }
      case "retry":
        return this.retry(row, answer.afterMs, answer.detail);
      case "refused":
        if (!wasRefusedOnce(row)) return this.askSecond(refusedOnce(answer.detail));
        this.ctx.log.warn({ effect: row.id }, "the shop refused an effect");
        return { kind: "dead", error: answer.detail };
    }
  }

  /** Whether the write went over what was told, or was there before it, only the shop knows. */
  private async seen(row: ClaimedEffect): Promise<AttemptOutcome> {
    const told = await this.ctx.shop.readStatus(row.orderId);
    return told === null ? { kind: "done" } : { kind: "event", how: "seen", event: { type: "order.seen", ...told } };
  }

  private async read(
    row: Attempted,
    effect: Extract<Effect, { type: "readPayment" | "readBack" }>,
    sendUntil: number,
  ): Promise<AttemptOutcome> {
    const gateway = await this.ask.gatewayOf(row);
    // A dozen payments that the bank cannot answer must not keep a person waiting whose payment it can.
    const isWaitedFor = row.kind === "customer" || row.kind === "merchant";
    const waits = isWaitedFor ? null : this.broken(row, gateway);
    if (waits !== null) return waits;
    const answer = await gateway.readPayment(effect.paymentId);
    this.note(gateway, answer);
    const first = answer.kind === "ok" && !answer.reading.exists && row.previousError !== MISSING_ONCE;
    const unbelieved = first && (await this.ask.wasSeen(row, effect.paymentId));
    if (answer.kind !== "ok" || unbelieved) {
      // Never given up while somebody waits for it, however long the bank is away and whatever it says meanwhile.
      const isAwaited = effect.type === "readBack" || (await this.ask.isAwaited(row));
      if (!isAwaited) return { kind: "done" };
      if (answer.kind === "ok") return this.askSecond(MISSING_ONCE);
      return this.retry(row, answer.kind === "retry" ? answer.afterMs : null, answer.detail);
    }
    const type = effect.type === "readPayment" ? "payment.read" : "payment.readBack";
    const reading = await this.ask.ownedBy(row, answer.reading);
    if (isStillOpen(reading) && (await this.ask.isGivenUp(row))) {
      await endedAt(gateway, row, effect.paymentId, { ...this.ctx, sendUntil, tries: 1 });
    }
    return { kind: "event", how: "read", event: { type, effectId: row.id, reading } };
  }

  private async end(row: ClaimedEffect, paymentId: string, sendUntil: number): Promise<AttemptOutcome> {
    const gateway = await this.ask.gatewayOf(row);
    const isGivenUp = await this.ask.isGivenUp(row);
    const isAgain = row.attempts > 1 && row.previousError !== null;
    // Somebody took the order up again since it was tried: its customer may be about to pay.
    if (isAgain && !isGivenUp) return { kind: "done" };
    const answer = await endedAt(gateway, row, paymentId, { ...this.ctx, sendUntil, ...(isGivenUp && { tries: 1 }) });
    if (answer === null) return { kind: "done" };
    // One session that the bank does not end says once that the bank is in trouble: all else would be kept waiting for it.
    if (!isAgain) this.note(gateway, answer);
    if (answer.kind === "ok") return { kind: "done" };
    const notBefore = isGivenUp ? endsAgainAt(row, answer, this.ctx.clock.now()) : null;
    return notBefore === null ? { kind: "done" } : { kind: "retry", notBefore, error: answer.detail };
  }

  private async money(row: ClaimedEffect, effect: KeyedEffect, sendUntil: number): Promise<AttemptOutcome> {
    const family = resultOf[effect.type];
    if (await this.ask.isWithdrawn(row)) return { kind: "done" };
    if (wasLost(row)) {
      // It may still be on its way to the bank, and a look at the payment now would be too early.
      const { clock, limits } = this.ctx;
      return { kind: "retry", notBefore: clock.now() + limits.callMs, error: STOPPED };
    }
    if (mayBeDone(row)) {
      const event = { type: `${family}.unknown`, effectId: row.id, detail: row.previousError ?? STOPPED } as const;
      return { kind: "event", how: `unknown${row.attempts}`, event };
    }
    const gateway = await this.ask.gatewayOf(row);
    const waits = this.broken(row, gateway);
    if (waits !== null) return waits;
    const earlier = mayHaveIt(row) ? { mayBeDone: true as const } : {};
    const held = await this.look(row, effect, (order) => ({
      type: "shop.differs",
      effectId: row.id,
      order,
      ...earlier,
    }));
    if (held !== null) return held;
    // A process that stood still may have lost its lease: whoever has it now looks at the payment, and so must we.
    if (this.ctx.clock.now() > sendUntil) return { kind: "left" };
    // Nothing was sent: where nobody took it over, it is free again.
    if (this.ask.isAlive?.() === false) return this.retry(row, 1000, "this node was not heard for a while");
    const answer = await call(gateway, effect);
    this.note(gateway, answer);
    const effectId = row.id;
    switch (answer.kind) {
      case "ok":
        return {
          kind: "event",
          how: "ok",
          // What was just done to it is there, whatever a lagging replica says.
          event: {
            type: `${family}.confirmed`,
            effectId,
            // Nothing is sent to a payment that is another order's.
            reading: answer.reading?.exists ? { ...answer.reading, orderReference: null } : null,
          },
        };
      case "refused": {
        const { reason, detail } = answer;
        const event = { type: `${family}.refused`, effectId, reason, detail, ...earlier } as const;
        return { kind: "event", how: "refused", event };
      }
      case "unknown":
        return {
          kind: "event",
          how: "unknown",
          event: { type: `${family}.unknown`, effectId, detail: answer.detail },
        };
      case "retry":
        return this.retry(row, answer.afterMs, triedWith(answer));
    }
  }

  /** null: the shop has the order that this was asked for. */
  private async look(
    row: ClaimedEffect,
    effect: Effect,
    told: (order: ShopOrder) => OrderEvent,
  ): Promise<AttemptOutcome | null> {
    const { shop, limits } = this.ctx;
    const look = await lookInShop(shop, row, effect, {
      secondWordMs: limits.secondWordMs,
      linesUnderWay: (one) => this.ask.linesUnderWay(one),
    });
    if (look.kind === "waits") return this.retry(row, look.afterMs, look.detail);
    return look.kind === "same" ? null : { kind: "event", how: "differs", event: told(look.order) };
  }

  private askSecond(error: string): Resting {
    return { kind: "retry", notBefore: this.ctx.clock.now() + this.ctx.limits.secondWordMs, error };
  }

  /** Not before `afterMs`, within reason, or after the usual wait. */
  retry(row: ClaimedEffect, afterMs: number | null, error: string): Resting {
    const { clock, limits, random } = this.ctx;
    const usual = retryAfterMs(row.attempts, longestWaitMs(clock.now() - row.createdAt, limits), random);
    const wait =
      afterMs === null || Number.isNaN(afterMs) ? usual : Math.min(Math.max(0, afterMs), limits.longestAskedMs);
    return { kind: "retry", notBefore: clock.now() + wait, error: errorAfter(row, error) };
  }

  private breaker(gateway: Gateway): Breaker {
    let breaker = this.breakers.get(gateway.name);
    if (breaker === undefined) {
      breaker = new Breaker(this.ctx.limits);
      this.breakers.set(gateway.name, breaker);
    }
    return breaker;
  }

  private broken(row: ClaimedEffect, gateway: Gateway): Resting | null {
    const { clock, limits, random } = this.ctx;
    const now = clock.now();
    const closedUntil = this.breaker(gateway).closedUntil(now);
    if (closedUntil === null) return null;
    const longest = longestWaitMs(now - row.createdAt, limits);
    const anew = row.previousError === ASKED_ANEW;
    // After a short failure everybody asks again as soon as one may; in a long one seldom, but for whoever is waited for.
    const spread = !anew && longest > limits.longestRetryMs ? longest * (0.5 + random() / 2) : 0;
    const notBefore = Math.max(closedUntil + Math.round(random() * 1000), now + Math.round(spread));
    const error = anew ? ASKED_ANEW : errorAfter(row, `${gateway.name} is left alone after several failures`);
    return { kind: "paused", notBefore, error };
  }

  private note(gateway: Gateway, answer: GatewayAnswer): void {
    const breaker = this.breaker(gateway);
    if (answer.kind === "unknown") breaker.failed(this.ctx.clock.now());
    // A definite no is an answer as well: the bank is there.
    else if (answer.kind !== "retry") breaker.worked();
  }
}
