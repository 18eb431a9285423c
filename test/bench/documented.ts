/**
 * The same three machines run as XState documents it: restore a snapshot, call `transition()`, collect the
 * actions. Around them only what the guards need to see: no answers, reasons, history, flags or hashes.
 */
import { type AnyStateMachine, createActor, initialTransition, type StateValue, transition } from "xstate";
import { type Effect, notes } from "../../machines/effects.js";
import type { Envelope } from "../../machines/events.js";
import type { Facts, OrderStatus } from "../../machines/facts.js";
import type { GuardContext } from "../../machines/guards.js";
import { cooldownEndsAt } from "../../machines/hold.js";
import { cooldownMachine, merchantApi, orderMachine, paymentMachine } from "../../machines/index.js";
import { defaultSettings } from "../../machines/settings.js";
import type { WaitingEvent } from "../../machines/waiting.js";
import { ask } from "../../src/core/ask.js";
import { placed, remember, waitingFor } from "../../src/core/remember.js";
import type { RequestedAction } from "../../src/core/step.js";
import type { Contender } from "./mix.js";

interface State {
  seq: number;
  facts: Facts;
  order: StateValue;
  payment: StateValue;
  cooldown: StateValue;
  timers: Record<string, number>;
  effects: { id: string; effect: Effect }[];
}

type Restore = (
  machine: AnyStateMachine,
  value: StateValue,
  context: GuardContext,
) => ReturnType<AnyStateMachine["resolveState"]>;

const byCreateActor: Restore = (machine, value, context) =>
  createActor(machine, {
    snapshot: { status: "active", value, context, historyValue: {}, children: {}, output: undefined, error: undefined },
  } as object).getSnapshot() as ReturnType<Restore>;
const byResolveState: Restore = (machine, value, context) => machine.resolveState({ value, context });

const statuses = new Set<unknown>(["pending", "processing", "on-hold", "failed", "cancelled", "completed", "refunded"]);
const bankOf = () => merchantApi.bank;
const terminal = new Set<OrderStatus>(["completed", "cancelled", "refunded"]);

class Order {
  readonly effects: State["effects"] = [];

  constructor(
    readonly state: Omit<State, "effects">,
    readonly envelope: Envelope,
    readonly restore: Restore,
  ) {}

  considered(wish: WaitingEvent["wish"] = null, seen: OrderStatus | null = null): GuardContext {
    return { ...this.state.facts, now: this.envelope.at, settings: defaultSettings, flow: merchantApi, wish, seen };
  }

  payment(): void {
    const { state } = this;
    const snapshot = this.restore(paymentMachine, state.payment, this.considered());
    state.payment = transition(paymentMachine as AnyStateMachine, snapshot, { type: "payment.read" })[0].value;
  }

  cooldown(type: string): void {
    const { state } = this;
    const snapshot = this.restore(cooldownMachine, state.cooldown, this.considered());
    const [next, actions] = transition(cooldownMachine as AnyStateMachine, snapshot, { type });
    state.cooldown = next.value;
    this.collect(actions, this.envelope.id, type, null, state.facts.order.status);
  }

  order(eventId: string, type: string, wish: WaitingEvent["wish"] = null, seen: OrderStatus | null = null): void {
    const { state } = this;
    const { status } = state.facts.order;
    const snapshot = this.restore(orderMachine, state.order, this.considered(wish, seen));
    const [next, actions] = transition(orderMachine as AnyStateMachine, snapshot, { type });
    const refused = actions.length === 0 && JSON.stringify(next.value) === JSON.stringify(state.order);
    if (refused && type.startsWith("merchant.")) return this.refuse();
    state.order = next.value;
    const to = (statuses.has(next.value) ? next.value : status) as OrderStatus;
    if (to !== status) {
      state.facts = { ...state.facts, order: { ...state.facts.order, status: to, updatedAt: this.envelope.at } };
    }
    this.collect(actions, eventId, type, wish, status);
    if (statuses.has(next.value)) state.facts = { ...state.facts, operation: null };
  }

  refuse(): void {
    this.effects.push({ id: this.nextId(), effect: { type: "addOrderNote", note: "The order cannot do this now." } });
  }

  /** Asks for a reading of the payment, or waits for the cooldown. */
  wait(waiting: WaitingEvent): void {
    const { state } = this;
    state.facts = { ...state.facts, waiting: [...state.facts.waiting, waiting] };
    this.cooldown(waiting.held ? "callback.received" : "someone.asked");
  }

  private nextId(): string {
    return `${this.envelope.orderId}:${this.state.seq}:${this.effects.length}`;
  }

  private collect(
    actions: { type: string; params: unknown }[],
    eventId: string,
    eventType: string,
    wish: WaitingEvent["wish"],
    from: OrderStatus,
  ): void {
    const { state } = this;
    const now = this.envelope.at;
    for (const { type, params } of actions) {
      if (type === "xstate.raise") {
        const { id, delay } = params as { id: string; delay?: number };
        if (delay !== undefined) state.timers = { ...state.timers, [id]: now + delay };
        continue;
      }
      if (type === "xstate.cancel") {
        const { [(params as { sendId: string }).sendId]: _, ...rest } = state.timers;
        state.timers = rest;
        continue;
      }
      const effectId = this.nextId();
      const answered = ask({ type, params } as RequestedAction, {
        facts: state.facts,
        now,
        from,
        to: state.facts.order.status,
        totalBefore: state.facts.order.total,
        wish,
        eventId,
        eventType,
        goesAgain: false,
        bank: merchantApi.bank,
        detail: "",
        effectId,
      });
      state.facts = answered.facts;
      if (answered.effect !== null) this.effects.push({ id: effectId, effect: answered.effect });
      if (type === "readPayment") {
        const due = now >= cooldownEndsAt({ order: state.facts.order, settings: defaultSettings });
        const waiting = state.facts.waiting.map((w) => ({ ...w, readingId: w.held && !due ? null : effectId }));
        state.facts = { ...state.facts, waiting };
      }
    }
  }

  get done(): State {
    return { ...this.state, effects: this.effects };
  }
}

const begun = (envelope: Envelope): Omit<State, "effects"> => ({
  seq: 1,
  facts: placed(envelope),
  order: initialTransition(orderMachine)[0].value,
  payment: initialTransition(paymentMachine)[0].value,
  cooldown: initialTransition(cooldownMachine)[0].value,
  timers: {},
});

const happen = (order: Order): void => {
  const { state, envelope } = order;
  const { event } = envelope;
  const waiting = () => waitingFor(envelope, state.facts);
  switch (event.type) {
    case "order.placed":
      return order.order(envelope.id, event.type, null, event.order.status);
    case "callback.received":
      return order.wait(waiting());
    case "timer.fired": {
      const { [event.timer]: _, ...rest } = state.timers;
      state.timers = rest;
      return event.timer.includes(".cooldown.") ? order.cooldown(event.timer) : order.wait(waiting());
    }
    case "customer.returned":
      if (event.page === "success" && state.facts.order.customerReturnedAt === null) {
        const effect = { type: "addOrderNote", note: notes["customer-landingpage-return"] } as const;
        order.effects.push({ id: `${envelope.orderId}:${state.seq}:0`, effect });
      }
      state.facts = remember(state.facts, envelope, 0, bankOf);
      return order.wait(waiting());
    case "merchant.completed":
    case "merchant.cancelled":
      return terminal.has(state.facts.order.status) ? order.refuse() : order.wait(waiting());
    case "payment.read": {
      state.facts = remember(state.facts, envelope, 0, bankOf);
      order.payment();
      const asked = state.facts.waiting.filter((w) => w.readingId === event.effectId);
      state.facts = { ...state.facts, waiting: state.facts.waiting.filter((w) => w.readingId !== event.effectId) };
      for (const one of asked) {
        const ownName = one.type.startsWith("merchant.") || one.type.startsWith("xstate.");
        order.order(one.eventId, ownName ? one.type : "payment.read", one.wish);
      }
      return order.cooldown("payment.read");
    }
    default:
      state.facts = remember(state.facts, envelope, 0, bankOf);
      order.payment();
      return order.order(envelope.id, event.type);
  }
};

const contender = (name: string, restore: Restore): Contender<State> => ({
  name,
  next(state, envelope) {
    const before = state === null ? begun(envelope) : { ...state, seq: state.seq + 1 };
    const order = new Order(before, envelope, restore);
    happen(order);
    return order.done;
  },
  status: (state) => state.facts.order.status,
  effects: (state) => state.effects.map(({ id, effect }) => `${id} ${effect.type}`),
});

export const withCreateActor = contender("XState: createActor({ snapshot }) + transition()", byCreateActor);
export const withResolveState = contender("XState: resolveState() + transition()", byResolveState);
