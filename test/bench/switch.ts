/**
 * The same rules as one would write them by hand, for default settings: every status, every guard of a reading
 * and of completing, cancelling and refunding. Left out are lost answers, edited lines and parts of amounts;
 * and, as in documented.ts, answers, reasons, history, flags and hashes.
 */
import type { EffectType } from "../../machines/effects.js";
import type { Envelope, PlacedOrder } from "../../machines/events.js";
import type { OrderStatus, Reading } from "../../machines/facts.js";
import { COOLDOWN_TIMER, type Contender } from "./mix.js";

const COOLDOWN_MS = 60_000;
const LINK_MS = 120 * 60_000;
const LINK_TIMER = "xstate.after.linkLifetime.order.pending";

type Cooldown = "idle" | "holding" | "reading";
type Money = "capturing" | "cancelling" | "refunding";

interface Waits {
  eventId: string;
  type: string;
  held: boolean;
  content: string | null;
  readingId: string | null;
}

interface State {
  seq: number;
  status: OrderStatus;
  money: Money | null;
  /** The amount before the call, and how much was asked for. */
  asked: { before: number; amount: number } | null;
  order: PlacedOrder;
  updatedAt: number;
  returnedAt: number | null;
  payment: Reading | null;
  cooldown: Cooldown;
  waiting: Waits[];
  timers: Record<string, number>;
  effects: { id: string; type: EffectType; note?: string; amount?: number }[];
}

const captured = (p: Reading) => p.hasOrder && p.authorized === 0 && p.captured > 0 && p.captured !== p.refunded;
const refunded = (p: Reading) => p.hasOrder && p.authorized === 0 && p.captured > 0 && p.captured === p.refunded;
const cancelled = (p: Reading) => p.hasOrder && p.total > 0 && p.authorized === 0 && p.canceled === p.total;
const offers = (p: Reading, ...actions: Reading["offers"]) => p.hasOrder && actions.some((a) => p.offers.includes(a));
const offersCapture = (p: Reading) => offers(p, "CAPTURE", "PARTIAL_CAPTURE");
const offersCancel = (p: Reading) => offers(p, "CANCEL", "PARTIAL_CANCEL");
const offersRefund = (p: Reading) => offers(p, "REFUND", "PARTIAL_REFUND");
const atTheBank = (p: Reading) => p.status === "TASK_REDIRECTION_REQUIRED" || p.status === "SUPPLEMENTING_REQUIRED";
const stuck = (p: Reading) => p.status === "FROZEN" || p.status === "INSPECTION";
const holdsMoney = (p: Reading) => p.status === "ACCEPTED" && !cancelled(p) && !refunded(p);
const taskDone = (p: Reading) => p.taskCompleted === true || p.taskCompleted === "unavailable";
const editable = (p: Reading) =>
  p.status !== "FROZEN" &&
  p.status !== "REJECTED" &&
  (offersCapture(p) || offersCancel(p) || (cancelled(p) && (p.creditLimit ?? 0) > 0));
const canCapture = (s: State, p: Reading) =>
  p.exists &&
  p.hasOrder &&
  p.status !== "REJECTED" &&
  !stuck(p) &&
  !captured(p) &&
  offersCapture(p) &&
  Math.abs(p.authorized + p.captured - s.order.total) <= s.order.tolerance;
const canCancel = (p: Reading) => p.captured === 0 && !stuck(p) && offersCancel(p);
const nothingToCancel = (p: Reading) =>
  !p.exists || ((atTheBank(p) || p.status === "REJECTED") && p.captured === 0) || cancelled(p);
const canRefund = (p: Reading) => p.exists && p.hasOrder && !stuck(p) && p.captured > p.refunded && offersRefund(p);

const add = (s: State, e: Envelope, type: EffectType, more: { note?: string; amount?: number } = {}): string => {
  const id = `${e.orderId}:${s.seq}:${s.effects.length}`;
  s.effects.push({ id, type, ...more });
  return id;
};

const go = (s: State, e: Envelope, status: OrderStatus): void => {
  s.money = null;
  s.asked = null;
  if (status === s.status) return;
  if (s.status === "pending") delete s.timers[LINK_TIMER];
  s.status = status;
  s.updatedAt = e.at;
  if (status === "pending") s.timers[LINK_TIMER] = e.at + LINK_MS;
};

const set = (s: State, e: Envelope, status: OrderStatus, note: string): void => {
  go(s, e, status);
  add(s, e, "setOrderStatus", { note });
};

const move = (s: State, e: Envelope, money: Money, effect: EffectType, before: number, amount: number): void => {
  if (s.status === "pending") delete s.timers[LINK_TIMER];
  s.money = money;
  s.asked = { before, amount };
  add(s, e, effect, { amount });
};

/** True where it was accepted. */
const accept = (s: State, e: Envelope, p: Reading, sure: boolean): boolean => {
  if (p.status === "ACCEPTED" && !s.order.needsProcessing) {
    if (s.order.total === 0 || captured(p)) {
      go(s, e, "completed");
      add(s, e, "completePayment");
      return true;
    }
    if (canCapture(s, p)) {
      move(s, e, "capturing", "capturePayment", p.captured, p.authorized);
      return true;
    }
  }
  if (!sure) return false;
  go(s, e, "processing");
  add(s, e, "completePayment");
  return true;
};

const reject = (s: State, e: Envelope, p: Reading): void =>
  taskDone(p) ? set(s, e, "failed", "Payment failed.") : set(s, e, "cancelled", "Payment aborted.");

const hold = (s: State, e: Envelope): void => set(s, e, "on-hold", "Payment is waiting for more information.");

const follow = (s: State, e: Envelope, p: Reading): void => {
  if (s.money !== null) return;
  switch (s.status) {
    case "pending":
      if (!p.exists) return;
      if (accept(s, e, p, p.status === "ACCEPTED")) return;
      return p.status === "REJECTED" ? reject(s, e, p) : hold(s, e);
    case "on-hold":
      if (!p.exists || accept(s, e, p, holdsMoney(p))) return;
      if (p.status === "REJECTED") reject(s, e, p);
      return;
    case "processing":
      if (p.status === "ACCEPTED") return;
      if (p.status === "REJECTED") return reject(s, e, p);
      if (editable(p)) hold(s, e);
      return;
    case "failed":
      if (accept(s, e, p, holdsMoney(p)) || p.status === "ACCEPTED") return;
      if (p.status === "REJECTED" && taskDone(p)) return;
      if (p.status === "REJECTED") {
        if (offersCancel(p) || cancelled(p)) set(s, e, "cancelled", "Payment aborted.");
        return;
      }
      if (editable(p)) hold(s, e);
      return;
    default:
  }
};

/** The link has run out, or the customer came back without paying. */
const giveUp = (s: State, e: Envelope, p: Reading, note: string): void => {
  if (s.money !== null || (s.status !== "pending" && s.status !== "failed")) return follow(s, e, p);
  if (accept(s, e, p, p.status === "ACCEPTED")) return;
  if (p.status === "REJECTED" || atTheBank(p) || !p.exists) set(s, e, "cancelled", note);
  else hold(s, e);
};

const refuse = (s: State, e: Envelope, why: string): void => {
  add(s, e, "addOrderNote", { note: why });
};

const merchant = (s: State, e: Envelope, p: Reading, type: string): void => {
  if (s.money !== null) return refuse(s, e, "Money of this order is on the move.");
  switch (type) {
    case "merchant.completed":
      if (captured(p) && p.status !== "REJECTED" && p.status !== "FROZEN")
        return set(s, e, "completed", "The payment is already captured at the bank.");
      if (s.order.total === 0) return set(s, e, "completed", "The order has no amount to pay.");
      if (canCapture(s, p)) return move(s, e, "capturing", "capturePayment", p.captured, p.authorized);
      return refuse(s, e, "The payment cannot be captured now.");
    case "merchant.cancelled":
      if (nothingToCancel(p)) return set(s, e, "cancelled", "There was nothing to cancel at the bank.");
      if (canCancel(p)) return move(s, e, "cancelling", "cancelPayment", p.canceled, p.authorized);
      return refuse(s, e, "The payment cannot be cancelled now.");
    case "merchant.refunded":
      if (refunded(p)) return set(s, e, "refunded", "The payment is already refunded at the bank.");
      if (canRefund(p)) return move(s, e, "refunding", "refundPayment", p.refunded, p.captured - p.refunded);
      return refuse(s, e, "The payment cannot be refunded now.");
    case "merchant.processed":
      return p.status === "FROZEN" ? refuse(s, e, "The payment is frozen.") : set(s, e, "processing", "Set by hand.");
    default:
  }
};

const isOver = (s: State, now: number): boolean => now >= Math.max(s.order.createdAt, s.updatedAt) + COOLDOWN_MS;

const ask = (s: State, e: Envelope): void => {
  delete s.timers[COOLDOWN_TIMER];
  s.cooldown = "reading";
  const id = add(s, e, "readPayment");
  const over = isOver(s, e.at);
  s.waiting = s.waiting.map((w) => ({ ...w, readingId: w.held && !over ? null : id }));
};

const holdBack = (s: State): void => {
  s.cooldown = "holding";
  s.timers[COOLDOWN_TIMER] = Math.max(s.order.createdAt, s.updatedAt) + COOLDOWN_MS;
};

const wait = (s: State, e: Envelope, type: string, content: string | null = null): void => {
  const held = type === "callback.received";
  s.waiting = [...s.waiting, { eventId: e.id, type, held, content, readingId: null }];
  if (s.cooldown === "reading") return;
  if (!held) return ask(s, e);
  if (s.cooldown === "idle") isOver(s, e.at) ? ask(s, e) : holdBack(s);
};

const wish = (s: State, e: Envelope, type: string): void => {
  const closed = s.status === "cancelled" || s.status === "refunded" || s.status === "completed";
  if (closed && !(s.status === "completed" && type === "merchant.refunded")) return refuse(s, e, "It is too late.");
  wait(s, e, type);
};

const answered = (s: State, e: Envelope, p: Reading, readingId: string): void => {
  s.payment = p;
  const through = s.waiting.filter((w) => w.readingId === readingId);
  s.waiting = s.waiting.filter((w) => w.readingId !== readingId);
  for (const w of through) {
    if (w.held && !isOver(s, e.at)) s.waiting = [...s.waiting, { ...w, readingId: null }];
    else if (w.type.startsWith("merchant.")) merchant(s, e, p, w.type);
    else if (w.type === LINK_TIMER) giveUp(s, e, p, "Unpaid order cancelled - time limit reached.");
    else if (w.type === "customer.failed") giveUp(s, e, p, "Order cancelled by customer.");
    else follow(s, e, p);
  }
  const open = s.waiting.filter((w) => w.readingId === null);
  if (open.some((w) => !w.held) || (open.length > 0 && isOver(s, e.at))) ask(s, e);
  else if (open.length > 0) holdBack(s);
  else s.cooldown = "idle";
};

const ended = (s: State, e: Envelope, reading: Reading | null, money: Money, amount: keyof Reading): void => {
  if (reading !== null) s.payment = reading;
  if (s.money !== money || s.payment === null || s.asked === null) return;
  const tookEffect = (s.payment[amount] as number) >= s.asked.before + s.asked.amount;
  if (!tookEffect) return void add(s, e, "readBack");
  if (money === "capturing") set(s, e, "completed", "Successfully captured the payment.");
  else if (money === "cancelling") set(s, e, "cancelled", "Successfully cancelled the payment.");
  else set(s, e, "refunded", "Successfully refunded the payment.");
};

const refusedByTheBank = (s: State, e: Envelope, note: string): void => {
  s.money = null;
  s.asked = null;
  add(s, e, "addOrderNote", { note });
};

const happen = (s: State, e: Envelope): void => {
  const { event } = e;
  switch (event.type) {
    case "callback.received": {
      const twin = s.waiting.some((w) => w.held && w.readingId === null && w.content === event.content);
      if (event.kind !== "TEST" && event.paymentId === s.order.paymentId && !twin)
        wait(s, e, event.type, event.content);
      return;
    }
    case "timer.fired":
      if (s.timers[event.timer] === undefined) return;
      delete s.timers[event.timer];
      return event.timer === COOLDOWN_TIMER ? ask(s, e) : wait(s, e, event.timer);
    case "customer.returned":
      if (event.page === "success" && s.returnedAt === null) {
        s.returnedAt = e.at;
        add(s, e, "addOrderNote", { note: "Customer returned from external source." });
      }
      return wait(s, e, event.page === "fail" ? "customer.failed" : event.type);
    case "merchant.completed":
    case "merchant.cancelled":
    case "merchant.refunded":
    case "merchant.processed":
      return wish(s, e, event.type);
    case "merchant.held":
      return set(s, e, "on-hold", "Set by hand.");
    case "merchant.failed":
      return set(s, e, "failed", "Set by hand.");
    case "merchant.reopened":
      return set(s, e, "pending", "Set by hand.");
    case "payment.read":
      return answered(s, e, event.reading, event.effectId);
    case "capture.confirmed":
      return ended(s, e, event.reading, "capturing", "captured");
    case "cancel.confirmed":
      return ended(s, e, event.reading, "cancelling", "canceled");
    case "refund.confirmed":
      return ended(s, e, event.reading, "refunding", "refunded");
    case "capture.refused":
    case "cancel.refused":
    case "refund.refused":
      return refusedByTheBank(s, e, `The bank refused: ${event.detail}`);
    default:
  }
};

const begun = ({ event }: Envelope): State => {
  if (event.type !== "order.placed") throw new Error("an order begins with order.placed");
  const { order } = event;
  return {
    seq: 1,
    status: order.status,
    money: null,
    asked: null,
    order,
    updatedAt: order.updatedAt,
    returnedAt: order.customerReturned ? order.updatedAt : null,
    payment: null,
    cooldown: "idle",
    waiting: [],
    timers: order.status === "pending" ? { [LINK_TIMER]: Math.max(order.createdAt, order.updatedAt) + LINK_MS } : {},
    effects: [],
  };
};

export const handWritten: Contender<State> = {
  name: "hand-written switch",
  next(before, envelope) {
    if (before === null) return begun(envelope);
    const state = { ...before, seq: before.seq + 1, timers: { ...before.timers }, effects: [] };
    happen(state, envelope);
    return state;
  },
  status: (state) => state.status,
  effects: (state) => state.effects.map(({ id, type }) => `${id} ${type}`),
};
