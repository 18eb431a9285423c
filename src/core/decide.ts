/**
 * One event, one decision. Pure: no clock, no I/O.
 *
 * The facts are remembered first, then three actors are folded: the payment follows the reading, the order
 * acts on whatever the cooldown lets through, and the cooldown decides what waits for the next reading.
 */

import { notes } from "../../machines/effects.js";
import { type Envelope, statusWantedBy, waitsForReading } from "../../machines/events.js";
import type { OrderStatus, Waiting } from "../../machines/facts.js";
import { dueAt } from "../../machines/guards.js";
import { registry as currentRegistry } from "../../machines/index.js";
import { defaultSettings } from "../../machines/settings.js";
import { attach, attachEarlier, beginCheckout, isSuperseded, notCreated, rejected } from "./checkout.js";
import { handles } from "./explain.js";
import { type Decision, finished } from "./finish.js";
import { Fold, type Rules, type Shown } from "./fold.js";
import { atLeastAsShown } from "./intended.js";
import type { OrderRecord } from "./record.js";
import { placed, remember, waitingFor } from "./remember.js";

export type { Decision } from "./finish.js";

export const defaultRules: Rules = { settings: defaultSettings, registry: currentRegistry };

export const COOLDOWN_TIMER = "xstate.after.cooldownRemaining.cooldown.holding";

/**
 * What the order becomes when `envelope` happens to it at `now`.
 * @param record null for an order that is being placed
 * @throws Error on a bug: an event for an order that does not exist, or a money law broken
 */
export const decide = (
  record: OrderRecord | null,
  envelope: Envelope,
  now: number,
  rules: Rules = defaultRules,
): Decision => {
  const facts = record === null ? placed(envelope) : record.facts;
  const fold = new Fold(record, envelope, now, rules, facts);
  if (record === null) place(fold);
  else if (fold.facts.payment.gateway === null) anotherGatewaysOrder(fold);
  else happen(fold);
  return finished(fold);
};

const place = (fold: Fold): void => {
  const shown = { ...fold.itself, seen: fold.facts.order.status };
  fold.moveOrder(shown);
  fold.answer(shown, "moved", { rule: "order/placed" });
};

const happen = (fold: Fold): void => {
  const { event } = fold.envelope;
  switch (event.type) {
    case "order.placed":
      return fold.answer(fold.itself, "ignored", { reason: "already-placed" });
    case "timer.fired":
      return wake(fold, event.timer, event.generation);
    case "order.seen":
      if (event.version !== undefined && event.version + 1 !== fold.seq)
        return fold.answer(fold.itself, "ignored", { reason: "superseded" });
      return follow(fold, event.status);
    case "shop.conflicted":
      return follow(fold, event.status);
    case "payment.read":
      return read(fold, event.effectId, event.reading.paymentId);
    case "checkout.began":
      return beginCheckout(fold, event.attempt);
    case "payment.created":
      return isSuperseded(fold, event.attempt)
        ? attachEarlier(fold, event.paymentId)
        : attach(fold, event.paymentId, event.meta ?? {});
    case "payment.notCreated":
      return notCreated(fold, event.detail, event.attempt);
    case "data.revealed":
      return fold.answer(fold.itself, "ignored", { reason: "recorded" });
    case "merchant.acknowledged":
      return acknowledge(fold);
    case "checkout.rejected":
      return rejected(fold, event.rejection, event.message);
    case "order.updated": {
      fold.facts = remember(fold.facts, fold.envelope);
      const order = fold.moveOrder(fold.itself);
      const cooldown = fold.moveCooldown("order.updated");
      return fold.answer(fold.itself, "ignored", {
        rule: cooldown?.rule ?? order?.rule ?? null,
        reason: "no-change",
      });
    }
    case "callback.received":
      return callback(fold, event.kind, event.paymentId);
    default:
      if (waitsForReading(event.type)) return wish(fold);
      return result(fold);
  }
};

/** A callback is about this payment, or it is about nothing that concerns the order now. */
const callback = (fold: Fold, kind: string, paymentId: string): void => {
  const { payment, waiting } = fold.facts;
  const me = fold.itself;
  if (kind === "TEST") return fold.answer(me, "ignored", { rule: "callback/test", reason: "test-callback" });
  if (paymentId !== payment.id) {
    const reason = payment.previousIds.includes(paymentId) ? "stale-payment" : "unknown-payment";
    return fold.answer(me, "refused", { rule: `callback/${reason}`, reason });
  }
  const mine = waitingFor(fold.envelope, fold.facts);
  const twin = waiting.find((w) => w.held && w.readingId === null && w.content !== null && w.content === mine.content);
  if (twin !== undefined) {
    return fold.answer(me, "ignored", { rule: "callback/duplicate", reason: "duplicate" });
  }
  awaitReading(fold, mine);
};

/** Everything else that needs to know the payment first. What the order would not do anyway is answered at once. */
const wish = (fold: Fold): void => {
  const { event } = fold.envelope;
  const { payment, order } = fold.facts;
  const me = fold.itself;
  const mine = waitingFor(fold.envelope, fold.facts);
  const shown: Shown = { ...me, wish: mine.wish };
  if (event.type === "shop.holdStockDue" && !holdStockIsOver(fold)) {
    return fold.answer(me, "ignored", { rule: "ttl/not-due", reason: "not-due" });
  }
  const alwaysReads = event.type === "customer.returned" || event.type === "reconcile.asked";
  const known = handles(fold.rules.registry.order, fold.states.order, event.type);
  if (!alwaysReads && !known) return fold.turnDown(shown);
  if (payment.id === null) {
    if (alwaysReads) return fold.answer(me, "ignored", { reason: "no-payment" });
    return fold.show(shown);
  }
  if (event.type === "customer.returned") {
    fold.facts = remember(fold.facts, fold.envelope);
    const first = order.customerReturnedAt === null && fold.facts.order.customerReturnedAt !== null;
    if (first) fold.add({ type: "addOrderNote", note: notes["customer-landingpage-return"] }, fold.now);
  }
  awaitReading(fold, mine);
};

/** WooCommerce's own rule: the order has to be older, since its last write, than the minutes that stock is held. */
const holdStockIsOver = (fold: Fold): boolean => {
  const { stockManagement, holdStockMinutes } = fold.rules.settings;
  const { createdAt, updatedAt } = fold.facts.order;
  return (
    stockManagement &&
    (holdStockMinutes ?? 0) >= 1 &&
    fold.now >= Math.max(createdAt, updatedAt) + (holdStockMinutes ?? 0) * 60_000
  );
};

const awaitReading = (fold: Fold, mine: Waiting): void => {
  fold.facts = { ...fold.facts, waiting: [...fold.facts.waiting, mine] };
  const meta = fold.moveCooldown(mine.held ? "callback.received" : "someone.asked");
  const due = dueAt(fold.considered(), mine);
  const holds = mine.held && fold.now < due;
  const known = Number.isFinite(due);
  fold.answer({ eventId: mine.eventId, type: fold.envelope.event.type }, "deferred", {
    rule: meta?.rule ?? null,
    reason: !holds ? "reading-payment" : known ? "cooldown" : "operation-in-flight",
    until: holds && known ? due : null,
  });
};

/** A timer that was replaced or cancelled since is stale, whatever it says. */
const wake = (fold: Fold, timer: string, generation: number): void => {
  const me = fold.itself;
  if (fold.timers[timer]?.generation !== generation) {
    return fold.answer(me, "ignored", { reason: "stale-timer" });
  }
  fold.dropTimer(timer);
  if (timer === COOLDOWN_TIMER) {
    const meta = fold.moveCooldown(timer);
    const asks = fold.states.cooldown === "reading";
    return fold.answer(me, "ignored", { rule: meta?.rule ?? null, reason: asks ? "reading-payment" : "cooldown" });
  }
  if (fold.facts.payment.id === null) return fold.show({ ...me, type: timer });
  awaitReading(fold, waitingFor(fold.envelope, fold.facts));
};

/** The reading is here: the payment follows it, and whoever waited for it is let through in the order of arrival. */
const read = (fold: Fold, readingId: string, paymentId: string): void => {
  const me = fold.itself;
  const asked = fold.facts.waiting.filter((w) => w.readingId === readingId);
  if (asked.length === 0 || paymentId !== fold.facts.payment.id) {
    return fold.answer(me, "ignored", { reason: "superseded" });
  }
  fold.facts = remember(fold.facts, fold.envelope);
  fold.movePayment();
  fold.facts = { ...fold.facts, waiting: fold.facts.waiting.filter((w) => w.readingId !== readingId) };
  const status = fold.facts.order.status;
  // Asked of all before the first one moves the order: callbacks that piled up become one reading.
  const considered = fold.considered();
  const early = asked.filter((waiting) => waiting.held && fold.now < dueAt(considered, waiting));
  // The order was written while the gateway was being asked: the customer's minute begins anew for these.
  putBack(fold, early);
  for (const waiting of asked) {
    if (early.includes(waiting)) continue;
    // Whoever came before it on this reading has set money in motion.
    if (waiting.held && fold.facts.operation !== null) putBack(fold, [waiting]);
    else letThrough(fold, waiting);
  }
  fold.moveCooldown("payment.read");
  const moved = fold.facts.order.status !== status;
  fold.answer(me, moved ? "moved" : "ignored", { reason: moved ? null : "no-change" });
  fold.answers.unshift(...fold.answers.splice(-1));
};

const putBack = (fold: Fold, some: Waiting[]): void => {
  const again = some.map((waiting) => ({ ...waiting, readingId: null }));
  fold.facts = { ...fold.facts, waiting: [...fold.facts.waiting, ...again] };
};

const letThrough = (fold: Fold, waiting: Waiting): void => {
  const { order } = fold.rules.registry;
  const ownName =
    waiting.type.startsWith("merchant.") || waiting.type.startsWith("xstate.") || waiting.type === "shop.holdStockDue";
  const type = ownName || handles(order, fold.states.order, waiting.type) ? waiting.type : "payment.read";
  fold.show({ eventId: waiting.eventId, type, wish: waiting.wish, called: calledAs(waiting.type) });
};

const calledAs = (type: string): string => {
  if (type.startsWith("xstate.") || type.startsWith("look.again.")) return "timer.fired";
  return type.startsWith("customer.") ? "customer.returned" : type;
};

/** The answer of a call, or a merchant's wish that needs no reading. */
const result = (fold: Fold): void => {
  const { event } = fold.envelope;
  const { payment } = fold.facts;
  fold.facts = remember(fold.facts, fold.envelope);
  if (fold.facts.payment !== payment) fold.movePayment();
  const detail = "reason" in event ? event.detail || event.reason : undefined;
  fold.show({ ...fold.itself, detail });
};

/** What the bank holds or gave back too much was settled by a person: it is taken as asked for. */
const acknowledge = (fold: Fold): void => {
  const { payment } = fold.facts;
  fold.facts = { ...fold.facts, payment: { ...payment, intended: atLeastAsShown(payment) } };
  fold.answer(fold.itself, "ignored", { reason: "recorded" });
};

/** Another hand wrote the status straight to the shop: it is followed, and the flags say what is wrong with it. */
const follow = (fold: Fold, seen: OrderStatus): void => {
  const shown = { ...fold.itself, seen };
  const status = fold.facts.order.status;
  if (seen === status) return fold.answer(shown, "ignored", { reason: "same-status" });
  if (fold.facts.operation !== null) return fold.answer(shown, "ignored", { reason: "operation-in-flight" });
  const meta = fold.moveOrder(shown);
  // A draft is only a way in: an order that was placed does not become one again.
  if (meta === null) return fold.answer(shown, "ignored", { reason: "no-change", from: status });
  fold.answer(shown, "moved", { rule: meta.rule ?? null, from: status });
};

/** An order paid with another method: the merchant does as WooCommerce lets him, and nothing else concerns us. */
const anotherGatewaysOrder = (fold: Fold): void => {
  const { event } = fold.envelope;
  const wanted = statusWantedBy[event.type];
  if (event.type === "order.seen" || event.type === "shop.conflicted") return follow(fold, event.status);
  if (wanted === undefined) return fold.answer(fold.itself, "ignored", { reason: "not-ours", rule: "order/not-ours" });
  const status = fold.facts.order.status;
  if (wanted === status) return fold.answer(fold.itself, "ignored", { reason: "same-status" });
  fold.moveOrder({ ...fold.itself, type: "order.seen", seen: wanted });
  fold.add({ type: "setOrderStatus", from: status, to: wanted, note: notes["set-by-merchant"] }, fold.now);
  fold.answer(fold.itself, "moved", { rule: "order/not-ours", from: status });
};
