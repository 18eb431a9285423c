/** One message to one order: what becomes of it. Pure but for the clock and the dice that it is handed. */
import type { Envelope, PlacedOrder } from "../../../machines/events.js";
import { mayWait } from "../../core/ahead.js";
import type { Rules } from "../../core/builder.js";
import type { decide as Decide, Decision } from "../../core/decide.js";
import { isAwaited } from "../../core/finish.js";
import { migrate } from "../../core/migrate.js";
import { type Answer, gatewayFor } from "../../core/record.js";
import { paymentIdsOf } from "../../core/summary.js";
import type { Log } from "../../ports/log.js";
import { thrownText } from "../../ports/thrown.js";
import { isGivenUp } from "../embedded/end-payment.js";
import { type Limits, retryAfterMs } from "../embedded/limits.js";
import { longestWaits } from "../embedded/prepare.js";
import { decidedReceipt, postponedReceipt, type Receipt, receiptFor } from "../embedded/receipt.js";
import { wasSeen } from "../embedded/second-word.js";
import { hasAnotherStatus, linesUnderWay, writesLater } from "../embedded/shop-look.js";
import { rung } from "../embedded/timers.js";
import type { Due, ObjectMessage, ObjectTurn, OrderReply, OrderState, OutgoingCall, StoredCall } from "./state.js";
import { hurry, lanesOf, nextIn, nothing, pulledIn, stillAskedFor } from "./state.js";

export interface TurnParts {
  rules: Rules;
  decide: typeof Decide;
  limits: Limits;
  log: Log;
  random(): number;
  toleranceOf(gateway: string | null): number;
}

type Became = "decided" | "repeated" | "postponed" | "unknown-order";

export class Turn {
  private readonly state: OrderState;
  private decision: Decision | null = null;
  private readonly errands: OutgoingCall[] = [];
  private readonly reminders: ObjectTurn["reminders"] = [];
  private readonly told: ObjectTurn["told"] = [];
  private postponed: "parked" | "threw" | null = null;

  /** @param known the answer that the message's event got before; null = it was never decided */
  constructor(
    private readonly orderId: string,
    private readonly before: OrderState | null,
    private readonly known: Answer | null,
    private readonly parts: TurnParts,
    private readonly now: number,
  ) {
    this.state = pulledIn(structuredClone(before ?? nothing), now, longestWaits(parts.limits, parts.rules));
  }

  take(message: ObjectMessage): ObjectTurn {
    const reply = this.act(message);
    this.pump();
    const { decision, state, before, now } = this;
    const answers = decision?.entry.answers ?? [];
    // An order that nobody placed leaves nothing behind.
    const changed = (before !== null || state.record !== null) && JSON.stringify(before) !== JSON.stringify(state);
    return {
      state: changed ? state : null,
      entry: decision?.entry ?? null,
      answers,
      errands: this.errands,
      reminders: this.reminders,
      payments: this.payments(),
      told: this.told,
      reply,
      now,
    };
  }

  private act(message: ObjectMessage): OrderReply {
    switch (message.kind) {
      case "submit":
        return this.submit(message.envelope, message.listener);
      case "settle":
        this.settle(message);
        break;
      case "due":
        this.due(message.due);
        break;
      case "revive":
        return { kind: "revived", yes: this.revive(message.id) };
      case "forget": {
        const rest = (this.state.listeners[message.eventId] ?? []).filter((one) => one !== message.listener);
        if (rest.length > 0) this.state.listeners[message.eventId] = rest;
        else delete this.state.listeners[message.eventId];
      }
    }
    return { kind: "revived", yes: true };
  }

  private submit(envelope: Envelope, listener: string | null): OrderReply {
    const became = this.happen(envelope, this.waitingAs(envelope.id)?.attempts ?? 0);
    if (became === "unknown-order") return { kind: "unknown-order" };
    const receipt = this.receipt(envelope, became);
    if (!receipt.final && listener !== null) {
      this.state.listeners[envelope.id] = [...(this.state.listeners[envelope.id] ?? []), listener];
    }
    return { kind: "receipt", receipt };
  }

  private receipt(envelope: Envelope, became: Became): Receipt {
    if (became === "repeated" && this.known !== null)
      return { ...receiptFor(this.orderId, this.known), repeated: true };
    if (became === "postponed") return postponedReceipt(envelope, this.postponed ?? "threw");
    return decidedReceipt(envelope, this.decision?.entry.answers ?? []);
  }

  /** The one place where an event is decided. @param attempts how often it was tried before */
  private happen(given: Envelope, attempts: number): Became {
    if (this.known !== null) return "repeated";
    const { rules, limits, log, random } = this.parts;
    const envelope = this.priced(given);
    let record = this.state.record;
    if (record !== null) {
      const migrated = migrate(record, rules.registry);
      if ("parked" in migrated) {
        if (this.state.parked === null) log.error({ orderId: this.orderId, reason: migrated.parked }, "order parked");
        this.state.parked = migrated.parked;
        this.postpone(envelope, attempts, `parked: ${migrated.parked}`, limits.parkedRetryMs);
        this.postponed = "parked";
        return "postponed";
      }
      this.state.parked = null;
      record = migrated.record;
    } else if (envelope.event.type !== "order.placed") return "unknown-order";
    try {
      this.decided(this.parts.decide(record, envelope, this.now, rules));
      return "decided";
    } catch (error) {
      const detail = thrownText(error);
      log.error({ orderId: this.orderId, event: envelope.event.type, detail }, "deciding an event threw");
      this.postpone(envelope, attempts, detail, retryAfterMs(attempts + 1, limits.longestRetryMs, random));
      this.postponed = "threw";
      return "postponed";
    }
  }

  /** How far a gateway's rounding may differ is for the gateway to say, and it lives here, not with the caller. */
  private priced(envelope: Envelope): Envelope {
    const { event } = envelope;
    if (event.type !== "order.placed") return envelope;
    const order: PlacedOrder = { ...event.order, tolerance: this.parts.toleranceOf(event.order.gateway) };
    return { ...envelope, event: { ...event, order } };
  }

  private decided(decision: Decision): void {
    const { record, entry, effects, timers } = decision;
    this.decision = decision;
    this.state.record = record;
    const fresh = { createdAt: entry.at, attempts: 0, error: null, dead: false, underWay: false, armed: false };
    this.state.effects.push(...effects.map((row) => ({ ...row, ...fresh })));
    this.state.inbox = this.state.inbox.filter((row) => row.envelope.id !== entry.eventId);
    for (const { timer, generation, at } of timers.set) this.remind(at, { what: "timer", timer, generation });
    if (decision.asksAnew) hurry(this.state.effects, this.now + this.parts.limits.askedAnewMs);
    for (const answer of entry.answers) {
      if (answer.outcome === "deferred") continue;
      const receipt = receiptFor(this.orderId, answer);
      for (const listener of this.state.listeners[answer.eventId] ?? []) this.told.push({ listener, receipt });
      delete this.state.listeners[answer.eventId];
    }
  }

  private waitingAs(eventId: string) {
    return this.state.inbox.find((row) => row.envelope.id === eventId);
  }

  private postpone(envelope: Envelope, before: number, error: string, waitMs: number): void {
    const attempts = before + 1;
    const dead = !error.startsWith("parked:") && attempts >= this.parts.limits.attemptsPerEvent;
    const notBefore = this.now + waitMs;
    const row = { envelope, attempts, notBefore, error, dead };
    this.state.inbox = [...this.state.inbox.filter((one) => one.envelope.id !== envelope.id), row];
    if (!dead) this.remind(notBefore, { what: "event", id: envelope.id, attempts });
  }

  /** Something that was to happen later. Whatever moved on since is stale, and a stale reminder changes nothing. */
  private due(due: Due): void {
    if (due.what === "timer") return this.ring(due.timer, due.generation);
    if (due.what === "effect") {
      const row = this.state.effects.find((one) => one.id === due.id);
      if (row !== undefined && row.attempts === due.attempts) row.armed = false;
      return;
    }
    const row = this.waitingAs(due.id);
    if (row === undefined || row.dead || row.attempts !== due.attempts) return;
    if (row.notBefore > this.now) return this.remind(row.notBefore, due);
    this.happen(row.envelope, row.attempts);
    if (this.known !== null) this.state.inbox = this.state.inbox.filter((one) => one !== row);
  }

  private ring(timer: string, generation: number): void {
    const set = this.state.record?.timers[timer];
    if (set?.generation !== generation) return;
    // The server counts the delay on its own clock, and somebody may have set that one forward.
    const isEarly = mayWait(timer, set.at, this.now, this.parts.rules);
    if (isEarly) return this.remind(set.at, { what: "timer", timer, generation });
    this.happen(rung({ orderId: this.orderId, timer, generation, at: set.at }, this.now), 0);
  }

  private settle({ effectId, attempts, came }: Extract<ObjectMessage, { kind: "settle" }>): void {
    const row = this.state.effects.find((one) => one.id === effectId);
    if (row === undefined || !row.underWay || row.attempts !== attempts) return;
    row.underWay = false;
    switch (came.kind) {
      case "done":
        return this.close(row);
      case "paused":
        row.attempts -= 1;
        row.notBefore = came.notBefore;
        row.error = came.error;
        return;
      case "retry":
        // The order has gone on to another payment meanwhile.
        if (row.effect.type === "readPayment" && !isAwaited(this.state.record, row.id)) return this.close(row);
        row.notBefore = came.notBefore;
        row.error = came.error;
        return;
      case "dead":
        row.dead = true;
        row.error = came.error;
        return;
      case "lost":
        return this.lose(row, came.at);
      case "event": {
        const id = `${effectId}/${came.how}`;
        const { at, event } = came;
        const became = this.happen({ id, orderId: this.orderId, at, source: "gateway", event }, 0);
        // An answer that could not be taken in is asked for again; a call that moves money is looked up first.
        return became === "postponed" ? this.lose(row, this.now) : this.close(row);
      }
    }
  }

  private close(row: StoredCall): void {
    this.state.effects = this.state.effects.filter((one) => one.id !== row.id);
  }

  /** Nobody knows how it ended. The next attempt comes when the lost one can no longer be under way, and looks first. */
  private lose(row: StoredCall, since: number): void {
    row.error = null;
    row.notBefore = since + this.parts.limits.leaseMs;
  }

  private revive(id: string): boolean {
    const effect = this.state.effects.find((row) => row.id === id && row.dead);
    if (effect !== undefined) {
      Object.assign(effect, { dead: false, attempts: 0, error: null, notBefore: this.now, armed: false });
      return true;
    }
    const event = this.waitingAs(id);
    if (!event?.dead) return false;
    Object.assign(event, { dead: false, attempts: 0, notBefore: this.now });
    this.remind(this.now, { what: "event", id, attempts: 0 });
    return true;
  }

  private remind(at: number, due: Due): void {
    this.reminders.push({ at, due });
  }

  /** Sends out what comes first in each lane, or a reminder of its time. */
  private pump(): void {
    this.state.effects = stillAskedFor(this.state);
    for (const open of lanesOf(this.state)) {
      if (open.some((row) => row.underWay)) continue;
      const { due, later } = nextIn(open, this.now);
      if (due !== undefined) this.send(due);
      for (const row of later) {
        row.armed = true;
        this.remind(row.notBefore, { what: "effect", id: row.id, attempts: row.attempts });
      }
    }
  }

  private send(row: StoredCall): void {
    const { error: previousError, dead: _, underWay: __, armed: ___, ...rest } = row;
    const { record, effects } = this.state;
    const paymentId = "paymentId" in row.effect ? row.effect.paymentId : null;
    const gateway = record === null || paymentId === null ? null : gatewayFor(record, paymentId);
    const seen = paymentId !== null && wasSeen(record, paymentId);
    const overtaken = hasAnotherStatus(record, row) && !writesLater(effects, row);
    const known = { gateway, seen, overtaken, edited: linesUnderWay(effects, row.seq), givenUp: isGivenUp(record) };
    this.errands.push({ ...rest, ...known, attempts: row.attempts + 1, previousError });
    Object.assign(row, { attempts: row.attempts + 1, underWay: true, armed: false, error: null });
  }

  private payments(): ObjectTurn["payments"] {
    const held = (state: OrderState | null): Map<string, boolean> => {
      const facts = state?.record?.facts;
      return new Map(facts === undefined ? [] : paymentIdsOf(facts).map((id) => [id, id === facts.payment.id]));
    };
    const was = held(this.before);
    return [...held(this.state)]
      .filter(([paymentId, current]) => was.get(paymentId) !== current)
      .map(([paymentId, current]) => ({ paymentId, current }));
  }
}
