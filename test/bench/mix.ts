/** The events that every contender decides: two orders from the checkout to their end. */
import type { Envelope, OrderEvent, Source } from "../../machines/events.js";
import type { OrderStatus, Reading } from "../../machines/facts.js";
import { reading } from "../../src/testing/index.js";

/** One way of deciding. `State` is whatever it remembers of one order between two events. */
export interface Contender<State = unknown> {
  name: string;
  next(state: State | null, envelope: Envelope): State;
  status(state: State): OrderStatus;
  /** What the last event asked for, as `id type`. */
  effects(state: State): string[];
}

export const T = 1_700_000_000_000;
const SECOND = 1000;
const MINUTE = 60 * SECOND;
export const COOLDOWN_TIMER = "xstate.after.cooldownRemaining.cooldown.holding";

const sum = { paymentId: "pay", total: 24_900, authorized: 24_900, creditLimit: 30_000 };
const accepted = reading(sum);
const inInspection = reading({ ...sum, status: "INSPECTION", offers: [] });
const captured = reading({ ...sum, authorized: 0, captured: 24_900, offers: ["REFUND"] });
const cancelled = reading({ ...sum, authorized: 0, canceled: 24_900, offers: [] });

const placed: OrderEvent = {
  type: "order.placed",
  order: {
    status: "pending",
    total: 24_900,
    currency: "SEK",
    lines: [
      { sku: "kettle-17", quantity: 1, total: 19_900 },
      { sku: "filter-3", quantity: 2, total: 5_000 },
    ],
    needsProcessing: true,
    gateway: "resurs",
    paymentId: "pay",
    previousPaymentIds: [],
    createdAt: T,
    updatedAt: T,
    customerReturned: false,
    tolerance: 0,
  },
};
const callback = (content: string): OrderEvent => ({
  type: "callback.received",
  kind: "AUTHORIZATION",
  paymentId: "pay",
  claims: "AUTHORIZED",
  content,
});
const cooldownOver: OrderEvent = { type: "timer.fired", timer: COOLDOWN_TIMER, generation: 2 };
const merchant = (type: "merchant.completed" | "merchant.cancelled"): OrderEvent => ({ type, via: "dropdown" });

type Told = [after: number, source: Source, event: OrderEvent];

const life = (orderId: string, told: Told[]): Envelope[] =>
  told.map(([after, source, event], i) => ({ id: `${orderId}-${i}`, orderId, at: T + after, source, event }));

const read = (effectId: string, what: Reading): OrderEvent => ({ type: "payment.read", effectId, reading: what });

/** Paid while the customer waits; completed, captured, and then an action that is refused. */
const captures = life("a", [
  [0, "shop", placed],
  [5 * SECOND, "customer", { type: "customer.returned", page: "success" }],
  [6 * SECOND, "gateway", read("a:2:1", accepted)],
  [7 * SECOND, "callback", callback("one")],
  [66 * SECOND, "timer", cooldownOver],
  [67 * SECOND, "gateway", read("a:5:0", accepted)],
  [60 * MINUTE, "merchant", merchant("merchant.completed")],
  [60 * MINUTE + 400, "gateway", read("a:7:0", accepted)],
  [60 * MINUTE + 900, "gateway", { type: "capture.confirmed", effectId: "a:8:0", reading: captured }],
  [70 * MINUTE, "merchant", merchant("merchant.cancelled")],
]);

/** The callback comes first, the bank looks at it by hand, completing is refused; accepted, then cancelled. */
const cancels = life("b", [
  [0, "shop", placed],
  [2 * SECOND, "callback", callback("one")],
  [60 * SECOND, "timer", cooldownOver],
  [61 * SECOND, "gateway", read("b:3:0", inInspection)],
  [10 * MINUTE, "merchant", merchant("merchant.completed")],
  [10 * MINUTE + 400, "gateway", read("b:5:0", inInspection)],
  [20 * MINUTE, "callback", callback("two")],
  [20 * MINUTE + 400, "gateway", read("b:7:0", accepted)],
  [30 * MINUTE, "merchant", merchant("merchant.cancelled")],
  [30 * MINUTE + 400, "gateway", read("b:9:0", accepted)],
  [30 * MINUTE + 900, "gateway", { type: "cancel.confirmed", effectId: "b:10:0", reading: cancelled }],
  [40 * MINUTE, "merchant", merchant("merchant.completed")],
]);

export const lives: Envelope[][] = [captures, cancels];
export const eventsInMix = lives.reduce((sum, one) => sum + one.length, 0);

/** Lives every order once; the number of effects keeps the work from being optimised away. */
export const liveOnce = (contender: Contender): number => {
  let effects = 0;
  for (const one of lives) {
    let state: unknown = null;
    for (const envelope of one) state = contender.next(state, envelope);
    effects += contender.status(state).length;
  }
  return effects;
};

/** What the order reads, and what was asked for, after each event. */
export const traced = (contender: Contender): string[] =>
  lives.flatMap((one) => {
    let state: unknown = null;
    return one.map((envelope) => {
      state = contender.next(state, envelope);
      return `${envelope.id} ${envelope.event.type}: ${contender.status(state)} [${contender.effects(state).join(", ")}]`;
    });
  });
