/**
 * One event, one decision. Pure: no clock, no I/O.
 *
 * The facts are remembered first, then three actors are folded: the payment follows the reading, the order
 * acts on whatever the cooldown lets through, and the cooldown decides what waits for the next reading.
 */

import { notes } from "../../machines/effects.js";
import { type Envelope, statusWantedBy, waitsForReading } from "../../machines/events.js";
import type { OrderStatus, WaitingEvent } from "../../machines/facts.js";
import { dueAt } from "../../machines/guards.js";
import { registry as currentRegistry } from "../../machines/index.js";
import { defaultSettings } from "../../machines/settings.js";
import { DecisionBuilder, type OrderMessage, type Rules } from "./builder.js";
import { attach, attachEarlier, beginCheckout, isSuperseded, notCreated, rejected } from "./checkout.js";
import { handles } from "./explain.js";
import { type Decision, finished } from "./finish.js";
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
  const builder = new DecisionBuilder(record, envelope, now, rules, facts);
  if (record === null) place(builder);
  else if (builder.facts.payment.gateway === null) anotherGatewaysOrder(builder);
  else happen(builder);
  return finished(builder);
};

const place = (builder: DecisionBuilder): void => {
  const shown = { ...builder.itself, seen: builder.facts.order.status };
  builder.moveOrder(shown);
  builder.answer(shown, "moved", { rule: "order/placed" });
};

const happen = (builder: DecisionBuilder): void => {
  const { event } = builder.envelope;
  switch (event.type) {
    case "order.placed":
      return builder.answer(builder.itself, "ignored", { reason: "already-placed" });
    case "timer.fired":
      return wake(builder, event.timer, event.generation);
    case "order.seen":
      if (event.version !== undefined && event.version + 1 !== builder.seq)
        return builder.answer(builder.itself, "ignored", { reason: "superseded" });
      return follow(builder, event.status);
    case "shop.conflicted":
      return follow(builder, event.status);
    case "payment.read":
      return read(builder, event.effectId, event.reading.paymentId);
    case "checkout.began":
      return beginCheckout(builder, event.attempt);
    case "payment.created":
      return isSuperseded(builder, event.attempt)
        ? attachEarlier(builder, event.paymentId)
        : attach(builder, event.paymentId, event.meta ?? {});
    case "payment.notCreated":
      return notCreated(builder, event.detail, event.attempt);
    case "data.revealed":
      return builder.answer(builder.itself, "ignored", { reason: "recorded" });
    case "merchant.acknowledged":
      return acknowledge(builder);
    case "checkout.rejected":
      return rejected(builder, event.rejection, event.message);
    case "order.updated": {
      builder.facts = remember(builder.facts, builder.envelope);
      const order = builder.moveOrder(builder.itself);
      const cooldown = builder.moveCooldown("order.updated");
      return builder.answer(builder.itself, "ignored", {
        rule: cooldown?.rule ?? order?.rule ?? null,
        reason: "no-change",
      });
    }
    case "callback.received":
      return callback(builder, event.kind, event.paymentId);
    default:
      if (waitsForReading(event.type)) return wish(builder);
      return result(builder);
  }
};

/** A callback is about this payment, or it is about nothing that concerns the order now. */
const callback = (builder: DecisionBuilder, kind: string, paymentId: string): void => {
  const { payment, waiting } = builder.facts;
  const me = builder.itself;
  if (kind === "TEST") return builder.answer(me, "ignored", { rule: "callback/test", reason: "test-callback" });
  if (paymentId !== payment.id) {
    const reason = payment.previousIds.includes(paymentId) ? "stale-payment" : "unknown-payment";
    return builder.answer(me, "refused", { rule: `callback/${reason}`, reason });
  }
  const mine = waitingFor(builder.envelope, builder.facts);
  const twin = waiting.find((w) => w.held && w.readingId === null && w.content !== null && w.content === mine.content);
  if (twin !== undefined) {
    return builder.answer(me, "ignored", { rule: "callback/duplicate", reason: "duplicate" });
  }
  awaitReading(builder, mine);
};

/** Everything else that needs to know the payment first. What the order would not do anyway is answered at once. */
const wish = (builder: DecisionBuilder): void => {
  const { event } = builder.envelope;
  const { payment, order } = builder.facts;
  const me = builder.itself;
  const mine = waitingFor(builder.envelope, builder.facts);
  const shown: OrderMessage = { ...me, wish: mine.wish };
  if (event.type === "shop.holdStockDue" && !holdStockIsOver(builder)) {
    return builder.answer(me, "ignored", { rule: "ttl/not-due", reason: "not-due" });
  }
  const alwaysReads = event.type === "customer.returned" || event.type === "reconcile.asked";
  const known = handles(builder.rules.registry.order, builder.states.order, event.type);
  if (!alwaysReads && !known) return builder.turnDown(shown);
  if (payment.id === null) {
    if (alwaysReads) return builder.answer(me, "ignored", { reason: "no-payment" });
    return builder.show(shown);
  }
  if (event.type === "customer.returned") {
    builder.facts = remember(builder.facts, builder.envelope);
    const first = order.customerReturnedAt === null && builder.facts.order.customerReturnedAt !== null;
    if (first) builder.add({ type: "addOrderNote", note: notes["customer-landingpage-return"] }, builder.now);
  }
  awaitReading(builder, mine);
};

/** WooCommerce's own rule: the order has to be older, since its last write, than the minutes that stock is held. */
const holdStockIsOver = (builder: DecisionBuilder): boolean => {
  const { stockManagement, holdStockMinutes } = builder.rules.settings;
  const { createdAt, updatedAt } = builder.facts.order;
  return (
    stockManagement &&
    (holdStockMinutes ?? 0) >= 1 &&
    builder.now >= Math.max(createdAt, updatedAt) + (holdStockMinutes ?? 0) * 60_000
  );
};

const awaitReading = (builder: DecisionBuilder, mine: WaitingEvent): void => {
  builder.facts = { ...builder.facts, waiting: [...builder.facts.waiting, mine] };
  const meta = builder.moveCooldown(mine.held ? "callback.received" : "someone.asked");
  const due = dueAt(builder.guardContext(), mine);
  const holds = mine.held && builder.now < due;
  const known = Number.isFinite(due);
  builder.answer({ eventId: mine.eventId, type: builder.envelope.event.type }, "deferred", {
    rule: meta?.rule ?? null,
    reason: !holds ? "reading-payment" : known ? "cooldown" : "operation-in-flight",
    until: holds && known ? due : null,
  });
};

/** A timer that was replaced or cancelled since is stale, whatever it says. */
const wake = (builder: DecisionBuilder, timer: string, generation: number): void => {
  const me = builder.itself;
  if (builder.timers[timer]?.generation !== generation) {
    return builder.answer(me, "ignored", { reason: "stale-timer" });
  }
  builder.dropTimer(timer);
  if (timer === COOLDOWN_TIMER) {
    const meta = builder.moveCooldown(timer);
    const asks = builder.states.cooldown === "reading";
    return builder.answer(me, "ignored", { rule: meta?.rule ?? null, reason: asks ? "reading-payment" : "cooldown" });
  }
  if (builder.facts.payment.id === null) return builder.show({ ...me, type: timer });
  awaitReading(builder, waitingFor(builder.envelope, builder.facts));
};

/** The reading is here: the payment follows it, and whoever waited for it is let through in the order of arrival. */
const read = (builder: DecisionBuilder, readingId: string, paymentId: string): void => {
  const me = builder.itself;
  const asked = builder.facts.waiting.filter((w) => w.readingId === readingId);
  if (asked.length === 0 || paymentId !== builder.facts.payment.id) {
    return builder.answer(me, "ignored", { reason: "superseded" });
  }
  builder.facts = remember(builder.facts, builder.envelope);
  builder.movePayment();
  builder.facts = { ...builder.facts, waiting: builder.facts.waiting.filter((w) => w.readingId !== readingId) };
  const status = builder.facts.order.status;
  // Asked of all before the first one moves the order: callbacks that piled up become one reading.
  const considered = builder.guardContext();
  const early = asked.filter((waiting) => waiting.held && builder.now < dueAt(considered, waiting));
  // The order was written while the gateway was being asked: the customer's minute begins anew for these.
  putBack(builder, early);
  for (const waiting of asked) {
    if (early.includes(waiting)) continue;
    // Whoever came before it on this reading has set money in motion.
    if (waiting.held && builder.facts.operation !== null) putBack(builder, [waiting]);
    else letThrough(builder, waiting);
  }
  builder.moveCooldown("payment.read");
  const moved = builder.facts.order.status !== status;
  builder.answer(me, moved ? "moved" : "ignored", { reason: moved ? null : "no-change" });
  builder.answers.unshift(...builder.answers.splice(-1));
};

const putBack = (builder: DecisionBuilder, some: WaitingEvent[]): void => {
  const again = some.map((waiting) => ({ ...waiting, readingId: null }));
  builder.facts = { ...builder.facts, waiting: [...builder.facts.waiting, ...again] };
};

const letThrough = (builder: DecisionBuilder, waiting: WaitingEvent): void => {
  const { order } = builder.rules.registry;
  const ownName =
    waiting.type.startsWith("merchant.") || waiting.type.startsWith("xstate.") || waiting.type === "shop.holdStockDue";
  const type = ownName || handles(order, builder.states.order, waiting.type) ? waiting.type : "payment.read";
  builder.show({ eventId: waiting.eventId, type, wish: waiting.wish, called: calledAs(waiting.type) });
};

const calledAs = (type: string): string => {
  if (type.startsWith("xstate.") || type.startsWith("look.again.")) return "timer.fired";
  return type.startsWith("customer.") ? "customer.returned" : type;
};

/** The answer of a call, or a merchant's wish that needs no reading. */
const result = (builder: DecisionBuilder): void => {
  const { event } = builder.envelope;
  const { payment } = builder.facts;
  builder.facts = remember(builder.facts, builder.envelope);
  if (builder.facts.payment !== payment) builder.movePayment();
  const detail = "reason" in event ? event.detail || event.reason : undefined;
  builder.show({ ...builder.itself, detail });
};

/** What the bank holds or gave back too much was settled by a person: it is taken as asked for. */
const acknowledge = (builder: DecisionBuilder): void => {
  const { payment } = builder.facts;
  builder.facts = { ...builder.facts, payment: { ...payment, intended: atLeastAsShown(payment) } };
  builder.answer(builder.itself, "ignored", { reason: "recorded" });
};

/** Another hand wrote the status straight to the shop: it is followed, and the flags say what is wrong with it. */
const follow = (builder: DecisionBuilder, seen: OrderStatus): void => {
  const shown = { ...builder.itself, seen };
  const status = builder.facts.order.status;
  if (seen === status) return builder.answer(shown, "ignored", { reason: "same-status" });
  if (builder.facts.operation !== null) return builder.answer(shown, "ignored", { reason: "operation-in-flight" });
  const meta = builder.moveOrder(shown);
  // A draft is only a way in: an order that was placed does not become one again.
  if (meta === null) return builder.answer(shown, "ignored", { reason: "no-change", from: status });
  builder.answer(shown, "moved", { rule: meta.rule ?? null, from: status });
};

/** An order paid with another method: the merchant does as WooCommerce lets him, and nothing else concerns us. */
const anotherGatewaysOrder = (builder: DecisionBuilder): void => {
  const { event } = builder.envelope;
  const wanted = statusWantedBy[event.type];
  if (event.type === "order.seen" || event.type === "shop.conflicted") return follow(builder, event.status);
  if (wanted === undefined)
    return builder.answer(builder.itself, "ignored", { reason: "not-ours", rule: "order/not-ours" });
  const status = builder.facts.order.status;
  if (wanted === status) return builder.answer(builder.itself, "ignored", { reason: "same-status" });
  builder.moveOrder({ ...builder.itself, type: "order.seen", seen: wanted });
  builder.add({ type: "setOrderStatus", from: status, to: wanted, note: notes["set-by-merchant"] }, builder.now);
  builder.answer(builder.itself, "moved", { rule: "order/not-ours", from: status });
};
