/** A payment is one order's: what names a payment that another order has is refused before it is taken in. */
import type { OrderEvent } from "../../../machines/events.js";
import type { Reading } from "../../../machines/facts.js";
import { gatewayFor, type OrderRecord, paymentsOf } from "../../core/record.js";
import type { Receipt } from "../../ports/runtime.js";

/** Finds the order that has this payment or had it. */
type Owners = (paymentId: string) => Promise<{ orderId: string } | null>;

const namedIn = (event: OrderEvent): string[] => {
  if (event.type === "payment.created" || event.type === "payment.attached") return [event.paymentId];
  if (event.type === "payment.notCreated" || event.type === "checkout.began")
    return event.paymentId === undefined ? [] : [event.paymentId];
  if (event.type !== "order.placed") return [];
  const { gateway, paymentId, previousPaymentIds } = event.order;
  // What another way of paying calls its payments is none of our business.
  if (gateway === null) return [];
  return [...(paymentId === null ? [] : [paymentId]), ...previousPaymentIds];
};

/**
 * null = nobody else has it; at once, where the event names no payment. Two orders that name it in one instant are told
 * apart when it is read.
 */
export const refusedClaim = (
  findByPayment: Owners,
  orderId: string,
  eventId: string,
  event: OrderEvent,
): Promise<Receipt | null> | null => {
  const payments = namedIn(event);
  return payments.length === 0 ? null : claimed(findByPayment, orderId, eventId, payments);
};

const claimed = async (
  findByPayment: Owners,
  orderId: string,
  eventId: string,
  payments: string[],
): Promise<Receipt | null> => {
  const reason = "payment-of-another-order";
  for (const paymentId of payments) {
    const owner = await findByPayment(paymentId);
    if (owner === null || owner.orderId === orderId) continue;
    const bare = { eventId, orderId, from: null, to: null, until: null };
    return { ...bare, outcome: "refused", rule: `refused/${reason}`, reason, final: true };
  }
  return null;
};

/** Whether an order that is known here is the one that the bank names, or has but the same id by chance. */
const isNamed = ({ facts }: OrderRecord, { orderReference, paymentId }: Reading): boolean => {
  const theirs = paymentsOf(facts);
  if (theirs.some(({ id }) => id === paymentId)) return true;
  const { reference = orderReference } = facts.order;
  return theirs.length === 0 && reference === orderReference;
};

/**
 * The reading, without the order that the bank names where that says nothing: it is this one, or one that is known here
 * and that the bank calls otherwise or that has a payment of its own. Where the bank names none, with the order here that
 * has the payment, if that is another.
 */
export const withOwner = async (
  { read, findByPayment }: { read: (orderId: string) => Promise<OrderRecord | null>; findByPayment: Owners },
  orderId: string,
  reading: Reading,
): Promise<Reading> => {
  const { orderReference, exists, paymentId } = reading;
  if (orderReference == null || orderReference === "") {
    // Two orders that named it in the same instant both have it: it pays the one that it is found by.
    const owner = exists ? await findByPayment(paymentId).catch(() => null) : null;
    if (owner === null || owner.orderId === orderId) return reading;
    const [theirs, ours] = await Promise.all([read(owner.orderId), read(orderId)]).catch(() => []);
    // Two banks may have payments of one id.
    if (theirs == null || ours == null || gatewayFor(theirs, paymentId) !== gatewayFor(ours, paymentId)) return reading;
    return { ...reading, orderReference: theirs.facts.order.reference ?? owner.orderId };
  }
  const saysNothing = { ...reading, orderReference: null };
  if (orderReference === orderId) return saysNothing;
  const named = await read(orderReference).catch(() => null);
  return named === null || isNamed(named, reading) ? reading : saysNothing;
};
