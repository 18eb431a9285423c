/** What an event adds to the remembered facts, before any guard looks at them. */
import type { Envelope, OrderEvent } from "../../machines/events.js";
import { earlierPayment, type Facts, unreadPayment } from "../../machines/facts.js";
import { sameLines } from "../../machines/lines.js";
import { isAtCheckout } from "../../machines/questions.js";
import type { ShopOrder } from "../../machines/shop-order.js";
import { withChild } from "../../machines/statuses.js";
import type { CommandPayload, WaitingEvent } from "../../machines/waiting.js";
import { placeOf } from "./lanes.js";
import { paymentIdIn, rejectionsIn } from "./metadata.js";
import { inCurrency, taken } from "./taken.js";

/** Nobody reads more, and a browser may send as many as it likes. */
const KEPT_REJECTIONS = 20;
const KEPT_ATTEMPTS = 20;

const noWish: CommandPayload = { amount: null, lines: null, total: null, adds: false };

/** What the event wishes for beside its type. */
const wishOf = (envelope: Envelope, facts: Facts): CommandPayload | null => {
  const { event } = envelope;
  switch (event.type) {
    case "merchant.refunded":
      return { ...noWish, amount: event.amount };
    case "merchant.refundedAmount":
      return {
        ...noWish,
        amount: event.amount,
        lines: event.lines,
        ...(event.refund === undefined ? {} : { refund: event.refund }),
      };
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

/** Whether this try to pay made the payment, or an earlier one that it is made of. A payment may be named by its id. */
const isOf = ({ id, attempt, earlierAttempts = [] }: Facts["payment"], tried: string | null | undefined): boolean =>
  tried != null && (tried === attempt || tried === id || earlierAttempts.includes(tried));

/** The other payment that an event is about; null = the current one. */
const paymentOf = ({ payment, others }: Facts, event: OrderEvent): string | null => {
  if (event.type === "callback.received" || event.type === "payment.attached")
    return event.paymentId === payment.id ? null : event.paymentId;
  if (event.type !== "customer.returned" || event.attempt == null) return null;
  return others.find((one) => isOf(one, event.attempt))?.id ?? null;
};

/** The customer came back from signing another payment than the current one. */
export const SIGNED_EARLIER = "customer.signedEarlier";

/** The name under which a waiting event is later shown to the order. */
const shownAs = (envelope: Envelope, facts: Facts): string => {
  const { event } = envelope;
  if (event.type === "customer.returned") {
    if (!isProven(facts, event)) {
      const isEarlier = paymentOf(facts, event) !== null || isOf(facts.payment, event.attempt);
      return isEarlier && event.page === "signing-landing" ? SIGNED_EARLIER : "customer.unproven";
    }
    if (event.page === "fail" || event.page === "signing-cancelled") return "customer.failed";
    if (event.page === "signing-landing") return "customer.signed";
  }
  if (event.type === "timer.fired") return event.timer;
  return event.type;
};

export const waitingFor = (envelope: Envelope, facts: Facts): WaitingEvent => {
  const { id: eventId, at, event } = envelope;
  const callback = event.type === "callback.received" ? event : null;
  return {
    eventId,
    type: shownAs(envelope, facts),
    at,
    held: callback !== null,
    ...(callback !== null && !isAtCheckout(facts.order) ? { afterCheckout: true } : {}),
    content: callback?.content ?? null,
    readingId: null,
    paymentId: paymentOf(facts, event),
    ...("child" in event && withChild(event.child)),
    wish: wishOf(envelope, facts),
  };
};

/**
 * Whoever came back from the earlier attempt, and waits, says nothing of the new one, or of one that is asked for. What
 * he signed stays signed.
 *
 * @param signed the payment that it was; null: still the current one, in a newer attempt; left out: nothing is newer yet
 */
export const ofEarlierAttempt = (facts: Facts, signed?: string | null): Facts => ({
  ...facts,
  waiting: facts.waiting.map((one): WaitingEvent => {
    if (!one.type.startsWith("customer.") || one.type === SIGNED_EARLIER) return one;
    if (one.type !== "customer.signed") return { ...one, type: "customer.unproven" };
    return signed === undefined ? one : { ...one, type: SIGNED_EARLIER, paymentId: signed };
  }),
});

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
  const paymentId = order.paymentId ?? paymentIdIn(order.meta ?? {}) ?? order.previousPaymentIds.at(-1) ?? null;
  const payment = unreadPayment(order.gateway, paymentId, order.tolerance);
  const facts: Facts = {
    order: {
      status: order.status,
      ...withChild(order.child),
      total: order.total,
      currency: order.currency,
      lines: order.lines,
      needsProcessing: order.needsProcessing,
      createdAt: order.createdAt,
      updatedAt: order.updatedAt,
      customerReturnedAt: order.customerReturned ? order.updatedAt : null,
      rejections: rejectionsIn(order.meta ?? {}, order.createdAt),
      reference: order.reference ?? envelope.orderId,
    },
    payment,
    others: order.previousPaymentIds.filter((id) => id !== payment.id).map((id) => earlierPayment(payment, id)),
    waiting: [],
    operation: null,
    tries: [],
  };
  return notLater(facts, envelope.at);
};

/** What the shop has now is newer than a change of lines that still waits for its reading. */
const afterShop =
  ({ total, lines }: Facts["order"]) =>
  (waiting: WaitingEvent): WaitingEvent => {
    const { type, wish } = waiting;
    if (wish === null || (type !== "merchant.editedLines" && type !== "merchant.recalculated")) return waiting;
    const isThis = type === "merchant.recalculated" || wish.total === total;
    return { ...waiting, overtaken: !isThis, ...(isThis && { wish: { ...wish, total, lines } }) };
  };

/** @param seq of the decision */
const asTheShopHasIt = (facts: Facts, shop: ShopOrder, seq: number): Facts => {
  const { gateway, ...says } = shop;
  const before = facts.order;
  const order = { ...before, ...says, ...(gateway === undefined ? {} : { paidOtherwise: gateway === null }) };
  const isChanged =
    order.total !== before.total || order.currency !== before.currency || !sameLines(order.lines, before.lines);
  // A bank that does not say in what currency a payment is has it in the one that the order had.
  const opened = <P extends Facts["payment"]>(payment: P): P =>
    order.currency === before.currency ? payment : { ...payment, currency: payment.currency ?? before.currency };
  const known = { ...facts, payment: opened(facts.payment), others: facts.others.map(opened) };
  if (!isChanged) return inCurrency({ ...known, order });
  return inCurrency({
    ...known,
    order: { ...order, changedIn: seq },
    waiting: known.waiting.map(afterShop(order)),
  });
};

const writtenAt = (facts: Facts, at: number): Facts => ({
  ...facts,
  order: { ...facts.order, updatedAt: Math.max(at, facts.order.updatedAt) },
});

/**
 * Facts after the event; the same object where it tells nothing new.
 *
 * @param seq of the decision
 * @param bankOf the bank of a way to pay
 */
export const remember = (
  facts: Facts,
  envelope: Envelope,
  seq: number,
  bankOf: (gateway: string | null) => string,
): Facts => {
  const { event, at } = envelope;
  switch (event.type) {
    case "order.updated":
      return writtenAt(event.order === undefined ? facts : asTheShopHasIt(facts, event.order, seq), at);
    case "shop.differs": {
      // The shop may have been read before it told of a change that was not known when the call was asked for.
      const asked = placeOf(event.effectId, envelope.orderId)?.seq ?? 0;
      return asked < (facts.order.changedIn ?? 0) ? facts : writtenAt(asTheShopHasIt(facts, event.order, seq), at);
    }
    case "customer.returned":
      return event.page === "success" && isProven(facts, event) && facts.order.customerReturnedAt === null
        ? { ...facts, order: { ...facts.order, customerReturnedAt: at } }
        : facts;
    case "payment.created": {
      const { payment } = facts;
      const attempt = event.attempt === undefined ? {} : { attempt: event.attempt };
      const { gateway = payment.gateway, tolerance = payment.tolerance } = event;
      // What is not there in the one way may be made under the same id in another; two banks may use one id for two payments.
      const isThere = payment.readAt !== null && payment.exists && bankOf(gateway) === bankOf(payment.gateway);
      const isKnown = gateway === payment.gateway || isThere;
      if (payment.id === event.paymentId && isKnown) {
        // The bank has made it: whose it is is no question any more.
        const { perhapsMadeFor: _, isOnlyNamed: __, ...made } = payment;
        const known = { ...facts, payment: made };
        if (event.attempt === undefined || event.attempt === payment.attempt) return known;
        const before = payment.attempt === undefined ? [] : [payment.attempt];
        const earlierAttempts = [...(payment.earlierAttempts ?? []), ...before].slice(-KEPT_ATTEMPTS);
        // He is sent to the bank now, also where a callback or a search told of the payment before the bank's answer did.
        return { ...writtenAt(known, at), payment: { ...made, ...attempt, earlierAttempts } };
      }
      return {
        ...facts,
        order: { ...writtenAt(facts, at).order, paidOtherwise: false },
        payment: { ...unreadPayment(gateway, event.paymentId, tolerance), ...attempt },
      };
    }
    case "checkout.asked":
      return ofEarlierAttempt({ ...facts, order: { ...facts.order, paidOtherwise: false } });
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
        ? { ...facts, payment: taken(facts.payment, event.reading, at, facts.order, facts.operation?.kind ?? null) }
        : facts;
    default:
      return facts;
  }
};
