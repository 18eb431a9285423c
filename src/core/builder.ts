/** One decision in the making: the facts, its actors' values, and what was asked for so far. */
import type { StateValue } from "xstate";
import type { Effect } from "../../machines/effects.js";
import type { Envelope, EventType } from "../../machines/events.js";
import { type Facts, OrderStatus } from "../../machines/facts.js";
import type { GuardContext } from "../../machines/guards.js";
import { dueAt } from "../../machines/hold.js";
import { type Flow, flowOf, type Registry } from "../../machines/index.js";
import type { Meta } from "../../machines/meta.js";
import type { Settings } from "../../machines/settings.js";
import type { CommandPayload, WaitingEvent } from "../../machines/waiting.js";
import { ask } from "./ask.js";
import { endedWith } from "./ending.js";
import { followAfterCall } from "./follow.js";
import { asAskedFor, isLostNow, laterLooks, paymentAfter } from "./intended.js";
import { laneOf } from "./lanes.js";
import { exchangeBack, holdsMoney, readSurplus } from "./others.js";
import type { Actor, ActorMessage, Answer, OrderMessage, OrderRecord, OutboxRow, Outcome, States } from "./record.js";
import { refuse, turnDown, whyNotDone } from "./refuse.js";
import { remember } from "./remember.js";
import { asksForMore, childOf, withStatus } from "./status.js";
import { initialValue, type RequestedAction, step, type TimerChange } from "./step.js";
import { inCurrency } from "./taken.js";
import { isLaterLook } from "./timer-names.js";

export interface Rules {
  settings: Settings;
  registry: Registry;
}

const statuses = new Set<StateValue>(OrderStatus.options);

const statusIn = (value: StateValue): OrderStatus | null => (statuses.has(value) ? (value as OrderStatus) : null);

export class DecisionBuilder {
  facts: Facts;
  states: States;
  timers: OrderRecord["timers"];
  generation: number;
  effects: OutboxRow[] = [];
  answers: Answer[] = [];
  messages: ActorMessage[] = [];
  readonly from: OrderStatus | null;

  constructor(
    readonly before: OrderRecord | null,
    readonly envelope: Envelope,
    readonly now: number,
    readonly rules: Rules,
    facts: Facts,
  ) {
    const { registry } = rules;
    this.facts = facts;
    this.from = before?.facts.order.status ?? null;
    this.timers = before?.timers ?? {};
    this.generation = before?.generation ?? 0;
    this.states = before?.states ?? {
      order: initialValue(registry.order),
      payment: initialValue(this.flow.payment),
      cooldown: initialValue(registry.cooldown),
    };
  }

  /** How the payment in hand is paid. */
  get flow(): Flow {
    return flowOf(this.rules.registry, this.facts.payment.gateway);
  }

  /** The event itself, as it is shown to the order machine. */
  get itself(): OrderMessage {
    const { id, event } = this.envelope;
    return { eventId: id, type: event.type, ...("child" in event && { child: event.child }) };
  }

  get seq(): number {
    return (this.before?.version ?? 0) + 1;
  }

  /** The facts after the event; the same object where it tells nothing new. */
  get remembered(): Facts {
    const { registry } = this.rules;
    return remember(this.facts, this.envelope, this.seq, (gateway) => flowOf(registry, gateway).bank);
  }

  guardContext(wish: CommandPayload | null = null, seen: OrderStatus | null = null): GuardContext {
    const { order, payment, others, waiting, operation } = this.facts;
    const { now, flow, rules } = this;
    return { order, payment, others, waiting, operation, now, settings: rules.settings, flow, wish, seen };
  }

  answer(to: Pick<OrderMessage, "eventId" | "type" | "called">, outcome: Outcome, more: Partial<Answer> = {}): void {
    this.answers.push({
      eventId: to.eventId,
      type: (to.called ?? to.type) as EventType,
      outcome,
      rule: null,
      reason: null,
      from: this.from,
      to: this.facts.order.status,
      until: null,
      ...more,
    });
  }

  /** The payment follows the reading, the whole truth about where it stands. */
  movePayment(): void {
    const { value } = step(this.flow.payment, this.states.payment, this.guardContext(), {
      type: "payment.read",
    });
    this.states = { ...this.states, payment: value };
    this.told("payment", "payment.read", this.envelope.id);
  }

  private told(to: Actor, type: string, eventId: string): void {
    // Whoever waited is let through by the cooldown.
    const from = eventId === this.envelope.id ? null : "cooldown";
    this.messages.push({ to, from, type, eventId, value: this.states[to] });
  }

  moveCooldown(type: string): Meta | null {
    const moved = step(this.rules.registry.cooldown, this.states.cooldown, this.guardContext(), { type });
    this.states = { ...this.states, cooldown: moved.value };
    this.told("cooldown", type, this.envelope.id);
    this.setTimers(moved.timers);
    this.carry(moved.actions, { eventId: this.envelope.id, type }, null, this.facts.order.status);
    return moved.taken;
  }

  /** Null where the order has no branch for it now. */
  moveOrder(shown: OrderMessage): Meta | null {
    const { registry } = this.rules;
    const status = this.facts.order.status;
    const moved = step(registry.order, this.states.order, this.guardContext(shown.wish ?? null, shown.seen ?? null), {
      type: shown.type,
    });
    this.states = { ...this.states, order: moved.value };
    this.told("order", shown.type, shown.eventId);
    if (moved.taken === null) return null;
    this.setTimers(moved.timers);
    const next = statusIn(moved.value) ?? status;
    if (next !== status) {
      const child = childOf(next, shown, this.facts.operation);
      const change = { child, by: shown.type, holdsMoney: holdsMoney(this), now: this.now };
      this.facts = { ...this.facts, order: withStatus(this.facts.order, next, change) };
    }
    this.carry(moved.actions, shown, moved.taken, status);
    this.endOperation(moved.taken, status);
    this.facts = { ...this.facts, payment: asAskedFor(this.facts.payment, moved.taken, next) };
    if (next !== status) endedWith(this, next);
    // A yes that came without a reading is lost only once a look does not show it.
    const isLost = moved.taken.reason === "outcome-unknown" && !Object.keys(this.timers).some(isLaterLook);
    if (isLost) this.lookAgainLater();
    return moved.taken;
  }

  /** Shows an event to the order and says what became of it. */
  show(shown: OrderMessage): void {
    const { status } = this.facts.order;
    const effectsBefore = this.effects.length;
    this.tell(shown, this.moveOrder(shown), status, effectsBefore);
  }

  private tell(shown: OrderMessage, meta: Meta | null, status: OrderStatus, effectsBefore: number): void {
    const to = this.facts.order.status;
    const rule = meta?.rule ?? null;
    if (meta === null) return turnDown(this, shown);
    if (meta.reason !== undefined && to === status)
      return this.answer(shown, "ignored", { rule, reason: meta.reason, from: status });
    const { operation } = this.facts;
    if (operation !== null && operation.askedBy === shown.eventId) {
      return this.answer(shown, "deferred", {
        rule,
        reason: "awaiting-gateway",
        from: status,
        to: operation.leadsTo ?? to,
      });
    }
    if (to !== status || this.effects.length > effectsBefore)
      return this.answer(shown, "moved", { rule, from: status });
    const isUnderWay = meta.outcome === "under-way";
    // A merchant may ask for more than the call under way leads to.
    if (isUnderWay && shown.type.startsWith("merchant.") && asksForMore(shown, operation))
      return refuse(this, shown, "operation-in-flight", status);
    const reason = isUnderWay ? "already-asked" : meta.outcome === "terminal" ? "terminal-status" : "no-change";
    return this.answer(shown, "ignored", { rule, reason, from: status });
  }

  note(text: string, reason: string): void {
    this.add({ type: "addOrderNote", note: `${text} (${reason})` }, this.now);
  }

  private get effectId(): string {
    return `${this.envelope.orderId}:${this.seq}:${this.effects.length}`;
  }

  /** @returns the id of the effect */
  add(effect: Effect, notBefore: number): string {
    const { effectId: id, seq, envelope } = this;
    const row = { id, orderId: envelope.orderId, seq, index: this.effects.length, lane: laneOf(effect.type) };
    this.effects.push({ ...row, effect, notBefore });
    return id;
  }

  carry(
    actions: RequestedAction[],
    shown: Pick<OrderMessage, "eventId" | "type" | "wish" | "child" | "detail">,
    taken: Meta | null,
    from: OrderStatus,
  ): void {
    const { total: totalBefore } = this.facts.order;
    for (const action of actions) {
      const { effectId } = this;
      const answered = ask(action, {
        facts: this.facts,
        now: this.now,
        from,
        to: this.facts.order.status,
        totalBefore,
        wish: shown.wish ?? null,
        child: shown.child,
        eventId: shown.eventId,
        eventType: shown.type,
        goesAgain: taken?.outcome === "again",
        bank: this.flow.bank,
        detail: shown.detail ?? this.facts.operation?.refused ?? "no confirmation after several attempts",
        effectId,
      });
      const { operation } = this.facts;
      this.facts = answered.facts;
      if (isLostNow(operation, answered.facts.operation, this.envelope.event)) this.lookAgainLater();
      if (answered.effect !== null) this.add(answered.effect, answered.notBefore);
      if (action.type === "readPayment") this.facts = { ...this.facts, waiting: this.asking(effectId) };
    }
  }

  /** Whoever waits and may be let through is answered by this reading. */
  private asking(readingId: string): WaitingEvent[] {
    const considered = this.guardContext();
    return this.facts.waiting.map((w) =>
      w.held && this.now < dueAt(considered, w) ? { ...w, readingId: null } : { ...w, readingId },
    );
  }

  /** Money came to rest: whoever asked for it hears how it ended. */
  private endOperation(meta: Meta, status: OrderStatus): void {
    const { operation } = this.facts;
    if (operation === null || statusIn(this.states.order) === null) return;
    const reason = whyNotDone(meta, operation);
    const failed = reason !== null || meta.outcome === "order-changed";
    const payment = paymentAfter(this.facts.payment, operation, !failed, this.now);
    // The bank may still fail to carry it out.
    if (operation.kind === "refund" && !failed && (payment.pendingRefund ?? 0) > 0) this.lookAgainLater();
    this.facts = inCurrency({ ...this.facts, operation: null, payment });
    if (operation.insteadOf != null && !payment.exists) exchangeBack(this, operation.insteadOf);
    // What another payment holds could not be let go while money was on the move.
    readSurplus(this);
    this.moveCooldown("money.settled");
    // Whoever asked is answered by what the shop has now.
    if (meta.outcome !== "order-changed")
      this.answer({ eventId: operation.askedBy, type: operation.askedType }, failed ? "refused" : "moved", {
        rule: meta.rule ?? null,
        reason,
        from: status,
      });
    if (this.facts.order.status === status) followAfterCall(this, operation, reason !== null);
  }

  /** A bank may book later than anybody expects: the payment is read some more, so that it does not pass unseen. */
  lookAgainLater(): void {
    this.setTimers(laterLooks);
  }

  setTimers(changes: TimerChange[]): void {
    if (changes.length === 0) return;
    const timers = { ...this.timers };
    for (const change of changes) {
      if ("cancel" in change) delete timers[change.cancel];
      // A delay without end is no timer.
      else if (Number.isFinite(change.delayMs)) {
        this.generation += 1;
        timers[change.set] = { generation: this.generation, at: this.now + Math.ceil(change.delayMs) };
      }
    }
    this.timers = timers;
  }

  dropTimer(timer: string): void {
    const { [timer]: _, ...rest } = this.timers;
    this.timers = rest;
  }
}
