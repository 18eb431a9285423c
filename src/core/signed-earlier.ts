/** In the older flows a payment comes into being when it is booked: also one that was signed in an older tab. */
import { flowOf } from "../../machines/index.js";
import type { WaitingEvent } from "../../machines/waiting.js";
import type { DecisionBuilder } from "./builder.js";
import { isReviewed } from "./intended.js";
import { exchange, holdsMoney, otherNamed } from "./others.js";
import { SIGNED_EARLIER } from "./remember.js";

/** The bank has not this payment of the order yet, and books what is signed when it is asked to. */
export const awaitsBooking = ({ facts, rules }: DecisionBuilder, paymentId: string | null): boolean => {
  const payment = paymentId === null ? facts.payment : otherNamed(facts, paymentId);
  if (payment === undefined || payment.exists || payment.foreign != null) return false;
  return flowOf(rules.registry, payment.gateway).booksWhenSigned;
};

/**
 * Books it where the order waits for a payment, none holds the money and the bank looks at none. The newer attempt may
 * still be paid where nothing comes of it.
 *
 * @returns false where there is nothing to book
 */
export const bookEarlier = (builder: DecisionBuilder, { eventId, type, held, paymentId }: WaitingEvent): boolean => {
  const { payment, operation, order } = builder.facts;
  const isSigned = type === SIGNED_EARLIER || (held && paymentId !== null);
  if (!isSigned || !awaitsBooking(builder, paymentId)) return false;
  const { order: state } = builder.states;
  const isWaiting =
    (state === "pending" || state === "failed" || state === "on-hold") &&
    operation === null &&
    order.gone !== true &&
    order.paidOtherwise !== true;
  if (!isWaiting || holdsMoney(builder) || isReviewed(payment)) return false;
  if (paymentId !== null) exchange(builder, paymentId, null);
  const shown = { eventId, type: held ? "callback.received" : "customer.signed" };
  builder.show({ ...shown, called: held ? shown.type : "customer.returned" });
  const { operation: begun } = builder.facts;
  const insteadOf = paymentId === null ? null : payment.id;
  if (begun !== null) builder.facts = { ...builder.facts, operation: { ...begun, insteadOf } };
  return true;
};
