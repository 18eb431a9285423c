/** Carries effects out and turns every reply into a new event. */
import { type Effect, movesMoney, resultOf, type ShopEffect } from "../../machines/effects.js";
import type { OrderEvent } from "../../machines/events.js";
import type { Clock } from "../ports/clock.js";
import type { Gateway, GatewayAnswer } from "../ports/gateway.js";
import type { Log } from "../ports/log.js";
import type { Shop } from "../ports/shop.js";
import type { ClaimedEffect, EffectResult, Store } from "../ports/store.js";
import { type Limits, retryAfterMs } from "./limits.js";

export interface DeliverParts {
  store: Store;
  gatewayOf(orderId: string): Promise<Gateway>;
  shop: Shop;
  clock: Clock;
  limits: Limits;
  log: Log;
  worker: string;
  random(): number;
  /** Takes the result in as an event; resolves when it is durable. */
  submit(orderId: string, eventId: string, event: OrderEvent, settles: string): Promise<void>;
  /** Something may be due at this moment. */
  alarm(at: number): void;
}

const STOPPED = "the process stopped while the call was under way";

type Done = EffectResult | "taken-in";
type MoneyCall = Extract<Effect, { key: string }>;

/** Left alone for a while after several failures in a row; then one call tries whether it is back. */
class Breaker {
  private failures = 0;
  private openUntil = 0;
  constructor(private readonly limits: Limits) {}
  failed(now: number): void {
    this.failures += 1;
    if (this.failures >= this.limits.failuresBeforeBreak) this.openUntil = now + this.limits.breakMs;
  }
  worked(): void {
    this.failures = 0;
    this.openUntil = 0;
  }
  /** Null lets the call through; after the rest that is one call, and the others wait for what it finds. */
  closedUntil(now: number): number | null {
    if (this.failures < this.limits.failuresBeforeBreak) return null;
    if (now < this.openUntil) return this.openUntil;
    this.openUntil = now + this.limits.breakMs;
    return null;
  }
}

export class Delivery {
  private readonly breakers = new Map<string, Breaker>();
  private readonly finished: EffectResult[] = [];
  private claiming = false;
  private again = false;
  private releasing = false;
  private stopped = false;
  underWay = 0;

  constructor(private readonly parts: DeliverParts) {}

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
        await this.claim();
      } while (this.again && !this.stopped);
    } finally {
      this.claiming = false;
    }
  }

  private async claim(): Promise<void> {
    const { store, clock, limits, worker } = this.parts;
    const room = limits.effectsAtOnce - this.underWay;
    if (room <= 0 || this.stopped) return;
    const now = clock.now();
    const rows = await store.claim(now, Math.min(room, limits.effectsPerClaim), limits.leaseMs, worker);
    for (const row of rows) {
      this.underWay += 1;
      void this.carryOut(row, now + limits.leaseMs / 2);
    }
    if (rows.length === limits.effectsPerClaim) this.again = true;
  }

  private async carryOut(row: ClaimedEffect, sendUntil: number): Promise<void> {
    try {
      const done = await this.attempt(row, sendUntil);
      if (done !== "taken-in") this.finished.push(done);
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      this.parts.log.error({ effect: row.id, type: row.effect.type, detail }, "carrying out an effect threw");
      // Whether money moved before it threw is not known: without a release the next claim looks first.
      if (!movesMoney(row.effect.type)) this.finished.push(this.retry(row, null, detail));
    } finally {
      this.underWay -= 1;
    }
    this.release();
  }

  private attempt(row: ClaimedEffect, sendUntil: number): Promise<Done> {
    const { effect } = row;
    if (row.lane === "shop") return this.toShop(row, effect as ShopEffect);
    if (effect.type === "readPayment" || effect.type === "readBack") return this.read(row, effect);
    return this.money(row, effect as MoneyCall, sendUntil);
  }

  private async toShop(row: ClaimedEffect, effect: ShopEffect): Promise<Done> {
    const answer = await this.parts.shop.carryOut(row.orderId, row.id, effect);
    switch (answer.kind) {
      case "done":
        return { id: row.id, outcome: "done" };
      case "conflict":
        await this.take(row, "conflict", { type: "shop.conflicted", effectId: row.id, status: answer.status });
        return "taken-in";
      case "retry":
        return this.retry(row, answer.afterMs, answer.detail);
      case "refused":
        this.parts.log.warn({ effect: row.id, detail: answer.detail }, "the shop refused an effect");
        return { id: row.id, outcome: "dead", error: answer.detail };
    }
  }

  private async read(row: ClaimedEffect, effect: Extract<Effect, { type: "readPayment" | "readBack" }>): Promise<Done> {
    const gateway = await this.parts.gatewayOf(row.orderId);
    const waits = this.broken(row, gateway);
    if (waits !== null) return waits;
    const answer = await gateway.readPayment(effect.paymentId);
    this.note(gateway, answer);
    if (answer.kind !== "ok") {
      if (row.attempts >= this.parts.limits.attemptsPerEffect) {
        return { id: row.id, outcome: "dead", error: answer.detail };
      }
      return this.retry(row, answer.kind === "retry" ? answer.afterMs : null, answer.detail);
    }
    const type = effect.type === "readPayment" ? "payment.read" : "payment.readBack";
    await this.take(row, "read", { type, effectId: row.id, reading: answer.reading });
    return "taken-in";
  }

  private async money(row: ClaimedEffect, effect: MoneyCall, sendUntil: number): Promise<Done> {
    const family = resultOf[effect.type];
    if (row.attempts > 1 && row.previousError === null) {
      // It may still be on its way to the bank, and a look at the payment now would be too early.
      const { clock, limits } = this.parts;
      return { id: row.id, outcome: "retry", notBefore: clock.now() + limits.callMs, error: STOPPED };
    }
    if (row.previousError === STOPPED) {
      await this.take(row, `unknown${row.attempts}`, { type: `${family}.unknown`, effectId: row.id, detail: STOPPED });
      return "taken-in";
    }
    const gateway = await this.parts.gatewayOf(row.orderId);
    const waits = this.broken(row, gateway);
    if (waits !== null) return waits;
    // A process that stood still may have lost its lease: whoever has it now looks at the payment, and so must we.
    if (this.parts.clock.now() > sendUntil) return "taken-in";
    const answer = await call(gateway, effect);
    this.note(gateway, answer);
    switch (answer.kind) {
      case "ok":
        await this.take(row, "ok", { type: `${family}.confirmed`, effectId: row.id, reading: answer.reading });
        return "taken-in";
      case "refused": {
        const { reason, detail } = answer;
        await this.take(row, "refused", { type: `${family}.refused`, effectId: row.id, reason, detail });
        return "taken-in";
      }
      case "unknown":
        await this.take(row, "unknown", { type: `${family}.unknown`, effectId: row.id, detail: answer.detail });
        return "taken-in";
      case "retry":
        return this.retry(row, answer.afterMs, answer.detail);
    }
  }

  private take(row: ClaimedEffect, how: string, event: OrderEvent): Promise<void> {
    return this.parts.submit(row.orderId, `${row.id}/${how}`, event, row.id);
  }

  private retry(row: ClaimedEffect, afterMs: number | null, error: string): EffectResult {
    const { clock, limits, random } = this.parts;
    const wait = afterMs ?? retryAfterMs(row.attempts, limits.longestRetryMs, random);
    return { id: row.id, outcome: "retry", notBefore: clock.now() + wait, error: error || "failed" };
  }

  private breaker(gateway: Gateway): Breaker {
    let breaker = this.breakers.get(gateway.name);
    if (breaker === undefined) {
      breaker = new Breaker(this.parts.limits);
      this.breakers.set(gateway.name, breaker);
    }
    return breaker;
  }

  private broken(row: ClaimedEffect, gateway: Gateway): EffectResult | null {
    const { clock, random } = this.parts;
    const closedUntil = this.breaker(gateway).closedUntil(clock.now());
    if (closedUntil === null) return null;
    const notBefore = closedUntil + Math.round(random() * 1000);
    return { id: row.id, outcome: "retry", notBefore, error: `${gateway.name} is left alone after several failures` };
  }

  private note(gateway: Gateway, answer: GatewayAnswer): void {
    const breaker = this.breaker(gateway);
    if (answer.kind === "unknown") breaker.failed(this.parts.clock.now());
    else if (answer.kind === "ok") breaker.worked();
  }

  /** Results of one turn are written together; then the next of each lane can be claimed. */
  private release(): void {
    if (this.releasing) return;
    this.releasing = true;
    setImmediate(async () => {
      const { store, worker, alarm, clock, log } = this.parts;
      const results = this.finished.splice(0);
      let written = true;
      try {
        if (results.length > 0) await store.release(worker, results);
        for (const r of results) if (r.outcome === "retry") alarm(r.notBefore);
        if (!this.stopped) await this.run();
      } catch (error) {
        log.warn({ detail: String(error) }, "writing the results of effects failed; trying again");
        written = false;
        this.finished.push(...results);
        alarm(clock.now() + 1000);
      } finally {
        this.releasing = false;
      }
      // After a stop as well: what was carried out must not be carried out again by the next start.
      if (written && this.finished.length > 0) this.release();
    });
  }
}

const noSuchStep = (gateway: Gateway): GatewayAnswer => ({
  kind: "refused",
  reason: "gateway-refused",
  detail: `${gateway.name} does not book what was signed`,
});

const call = (gateway: Gateway, effect: MoneyCall): Promise<GatewayAnswer> => {
  switch (effect.type) {
    case "bookSignedPayment":
      return gateway.bookSignedPayment?.(effect) ?? Promise.resolve(noSuchStep(gateway));
    case "capturePayment":
      return gateway.capture(effect);
    case "cancelPayment":
      return gateway.cancel(effect);
    case "refundPayment":
      return gateway.refund(effect);
    case "addOrderLines":
      return gateway.addOrderLines(effect);
  }
};
