/** What an event adds to the remembered facts, before any guard looks at them. */
import type { Envelope, OrderEvent } from "../../machines/events.js";
import {
  type CommandPayload,
  type Facts,
  type Reading,
  unreadPayment,
  type WaitingEvent,
} from "../../machines/facts.js";
import { paymentIdIn, rejectionsIn } from "./metadata.js";

/** Nobody reads more, and a browser may send as many as it likes. */
const KEPT_REJECTIONS = 20;

const noWish: CommandPayload = { amount: null, lines: null, total: null, adds: false };

/** What the event wishes for beside its type. */
const wishOf = (envelope: Envelope, facts: Facts): CommandPayload | null => {
  const { event } = envelope;
  switch (event.type) {
    case "merchant.refunded":
      return { ...noWish, amount: event.amount };
    case "merchant.refundedAmount":
      return { ...noWish, amount: event.amount, lines: event.lines };
    case "merchant.captured":
      return { ...noWish, lines: event.lines };
    case "merchant.editedLines":
      return { amount: null, lines: event.lines, total: event.total, adds: event.adds };
    case "merchant.recalculated":
      return { ...noWish, lines: facts.order.lines, total: facts.order.total };
    default:
      return null;
  }
};

/**
 * Whether the page that a customer returned to may count: the shop vouches for it, or the address belongs to the current
 * attempt. A payment that was there before its addresses were made is named in them by its id.
 */
const isProven = ({ payment }: Facts, { attempt }: Extract<OrderEvent, { type: "customer.returned" }>): boolean =>
  attempt === undefined || (attempt !== null && (attempt === payment.attempt || attempt === payment.id));

/** The name under which a waiting event is later shown to the order. */
const shownAs = (envelope: Envelope, facts: Facts): string => {
  const { event } = envelope;
  if (event.type === "customer.returned") {
    if (!isProven(facts, event)) return "customer.unproven";
    if (event.page === "fail" || event.page === "signing-cancelled") return "customer.failed";
    if (event.page === "signing-landing") return "customer.signed";
  }
  if (event.type === "timer.fired") return event.timer;
  return event.type;
};

export const waitingFor = (envelope: Envelope, facts: Facts): WaitingEvent => ({
  eventId: envelope.id,
  type: shownAs(envelope, facts),
  at: envelope.at,
  held: envelope.event.type === "callback.received",
  content: envelope.event.type === "callback.received" ? envelope.event.content : null,
  readingId: null,
  wish: wishOf(envelope, facts),
});

/** Whoever came back from the earlier attempt, and waits, says nothing of the new one. */
export const ofEarlierAttempt = (facts: Facts): Facts => ({
  ...facts,
  waiting: facts.waiting.map((one) => (one.type.startsWith("customer.") ? { ...one, type: "customer.unproven" } : one)),
});

const taken = (payment: Facts["payment"], reading: Reading, at: number): Facts["payment"] => {
  const { paymentId: _, ...says } = reading;
  return {
    ...payment,
    ...says,
    readAt: at,
    captureFailed: payment.captureFailed && reading.captured === 0,
  };
};

/**
 * Moments that have not come yet count as `now`: the shop's clock, or its zone, is ahead of ours. Else a callback would
 * be held for as long as the clocks differ.
 */
const notLater = (facts: Facts, now: number): Facts => {
  const { createdAt, updatedAt, customerReturnedAt, rejections } = facts.order;
  const latest = Math.max(createdAt, updatedAt, customerReturnedAt ?? 0, ...rejections.map(({ at }) => at));
  if (latest <= now) return facts;
  const order = {
    ...facts.order,
    createdAt: Math.min(createdAt, now),
    updatedAt: Math.min(updatedAt, now),
    customerReturnedAt: customerReturnedAt === null ? null : Math.min(customerReturnedAt, now),
    rejections: rejections.map(({ at, type }) => ({ at: Math.min(at, now), type })),
  };
  return { ...facts, order };
};

/** The facts of an order that was just placed. */
export const placed = (envelope: Envelope): Facts => {
  if (envelope.event.type !== "order.placed") {
    throw new Error(`an order begins with order.placed, not with ${envelope.event.type}`);
  }
  const { order } = envelope.event;
  const facts: Facts = {
    order: {
      status: order.status,
      total: order.total,
      currency: order.currency,
      lines: order.lines,
      needsProcessing: order.needsProcessing,
      createdAt: order.createdAt,
      updatedAt: order.updatedAt,
      customerReturnedAt: order.customerReturned ? order.updatedAt : null,
      rejections: rejectionsIn(order.meta ?? {}, order.createdAt),
    },
    payment: unreadPayment(
      order.gateway,
      order.paymentId ?? paymentIdIn(order.meta ?? {}),
      order.previousPaymentIds,
      order.tolerance,
    ),
    waiting: [],
    operation: null,
    checkout: null,
  };
  return notLater(facts, envelope.at);
};

/** Facts after the event; the same object where it tells nothing new. */
export const remember = (facts: Facts, envelope: Envelope): Facts => {
  const { event, at } = envelope;
  switch (event.type) {
    case "order.updated":
      return { ...facts, order: { ...facts.order, updatedAt: Math.max(at, facts.order.updatedAt) } };
    case "customer.returned":
      return event.page === "success" && isProven(facts, event) && facts.order.customerReturnedAt === null
        ? { ...facts, order: { ...facts.order, customerReturnedAt: at } }
        : facts;
    case "payment.created": {
      const { payment } = facts;
      const attempt = event.attempt === undefined ? {} : { attempt: event.attempt };
      if (payment.id === event.paymentId) {
        return event.attempt === undefined ? facts : { ...facts, payment: { ...payment, ...attempt } };
      }
      const previousIds = payment.id === null ? payment.previousIds : [...payment.previousIds, payment.id];
      return {
        ...facts,
        order: { ...facts.order, updatedAt: Math.max(at, facts.order.updatedAt) },
        payment: { ...unreadPayment(payment.gateway, event.paymentId, previousIds, payment.tolerance), ...attempt },
      };
    }
    case "checkout.rejected": {
      const rejections = [...facts.order.rejections, { at, type: event.rejection }].slice(-KEPT_REJECTIONS);
      return { ...facts, order: { ...facts.order, rejections } };
    }
    case "payment.read":
    case "payment.readBack":
    case "book.confirmed":
    case "capture.confirmed":
    case "cancel.confirmed":
    case "refund.confirmed":
    case "rebuild.confirmed":
      return event.reading !== null && event.reading.paymentId === facts.payment.id
        ? { ...facts, payment: taken(facts.payment, event.reading, at) }
        : facts;
    default:
      return facts;
  }
};
