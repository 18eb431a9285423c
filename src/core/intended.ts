/** What all our calls about a payment asked for together: more than that in the bank's books is too much. */

import type { OrderEvent } from "../../machines/events.js";
import {
  type Facts,
  type Intended,
  type Operation,
  type OrderStatus,
  type Reading,
  waitsForCustomer,
} from "../../machines/facts.js";
import { failedMeanwhile } from "../../machines/guards.js";
import type { Meta } from "../../machines/meta.js";
import { LATER_LOOK, UNHEARD } from "./timer-names.js";

/** The books are looked at so many minutes after the answer to a call was lost, whatever became of it meanwhile. */
export const LATER_LOOKS = [20, 120, 1440];
const looks = (name: string) => LATER_LOOKS.map((minutes) => ({ set: `${name}${minutes}`, delayMs: minutes * 60_000 }));
export const laterLooks = looks(LATER_LOOK);
export const unheardLooks = looks(UNHEARD);

/** What was asked back in all, and how much of it failed at the bank and was not refunded again. */
interface Refunds {
  intended: Intended;
  undone: number;
}

const refundsOf = ({ intended, refundUndone = 0 }: Facts["payment"]): Refunds => ({ intended, undone: refundUndone });

/** What failed at the bank was not refunded. */
const withoutFailed = ({ intended, undone }: Refunds, failed: number): Refunds => {
  const { refunded } = intended;
  const lost = Math.min(failed, refunded ?? 0);
  return refunded === null
    ? { intended, undone }
    : { intended: { ...intended, refunded: refunded - lost }, undone: undone + lost };
};

/**
 * What our calls asked for in all, once this one has ended. What was given up was not: booked late, it is too much. What the
 * bank refused at once was never asked for: by hand, as the flag advises, it may still be done. A call for all that is left
 * takes what stood in the books before as asked for.
 */
const intendedAfter = (payment: Facts["payment"], operation: Operation, done: boolean): Intended => {
  const { intended: before, captured } = payment;
  const { kind, amount, whole, lostAt } = operation;
  if (!done && lostAt === null) return before;
  const asked = done ? amount : 0;
  const from = (kept: number | null, shown: number) => (done && whole ? shown : (kept ?? shown)) + asked;
  switch (kind) {
    case "capture":
      return { ...before, captured: from(before.captured, operation.before.captured) };
    case "refund":
      return { ...before, refunded: from(before.refunded, operation.before.refunded) };
    case "rebuild":
      return done ? { ...before, reserved: amount } : before;
    case "cancel":
      // All that is left was let go, so nothing is to be held any more but what was captured.
      return done && before.reserved !== null ? { ...before, reserved: Math.min(before.reserved, captured) } : before;
    default:
      return before;
  }
};

/** Once a call has ended. A refund makes good what had failed before it, and not what fails while it is under way. */
export const refundsAfter = (payment: Facts["payment"], operation: Operation, done: boolean): Refunds => {
  const intended = intendedAfter(payment, operation, done);
  const { undone } = refundsOf(payment);
  if (operation.kind !== "refund") return { intended, undone };
  const owed = done ? Math.max(0, undone - operation.amount) : undone;
  return withoutFailed({ intended, undone: owed }, failedMeanwhile(operation, payment));
};

/** The payment once a call has ended. */
export const paymentAfter = (
  payment: Facts["payment"],
  operation: Operation,
  done: boolean,
  now: number,
): Facts["payment"] => {
  const { intended, undone } = refundsAfter(payment, operation, done);
  return {
    ...payment,
    intended: { ...intended, at: now },
    ...(operation.kind === "refund" && (done || undone > 0) && { refundUndone: undone }),
    ...(operation.kind === "refund" && done
      ? {
          lastRefund: { amount: operation.amount, at: operation.since },
          awaitsRefund: operation.leadsTo === "refunded" && (payment.pendingRefund ?? 0) > 0,
        }
      : {}),
  };
};

/** No bank's reading lags behind its books for longer. */
const SETTLED_MS = 15 * 60_000;

type Books = Pick<Reading, "authorized" | "captured" | "refunded">;

/** By how much the books show more than was asked for; of what was never asked for there is no too much. */
export const beyondIntended = (
  { captured, refunded, reserved }: Intended,
  books: Books,
): NonNullable<Facts["payment"]["beyond"]> => {
  const more = (shown: number, asked: number | null) => (asked === null ? 0 : Math.max(0, shown - asked));
  return {
    captured: more(books.captured, captured),
    refunded: more(books.refunded, refunded),
    reserved: more(books.authorized + books.captured, reserved),
  };
};

/** What was taken back at the bank since, such as a refund that failed, was not done in the end. */
const intendedAt = (intended: Intended, reading: Reading, now: number): Intended => {
  if (intended.at === null || now - intended.at < SETTLED_MS) return intended;
  const atMost = (asked: number | null, shown: number) => (asked === null ? null : Math.min(asked, shown));
  return {
    ...intended,
    captured: atMost(intended.captured, reading.captured),
    refunded: atMost(intended.refunded, reading.refunded),
    reserved: atMost(intended.reserved, reading.authorized + reading.captured),
  };
};

/** What the bank says to have failed of our refunds since it said so last. */
const failedSince = ({ failedRefund }: Facts["payment"], reading: Reading): number =>
  failedRefund == null ? 0 : Math.max(0, (reading.failedRefund ?? 0) - failedRefund);

/**
 * What a reading tells of our refunds: what failed is owed, and what was refunded beside our calls makes it good.
 *
 * @param moves the call that is under way
 */
export const refundsRead = (
  payment: Facts["payment"],
  reading: Reading,
  at: number,
  moves: Operation["kind"] | null,
): Pick<Facts["payment"], "intended" | "refundUndone" | "awaitsRefund"> => {
  const before = refundsOf(payment);
  const settled = intendedAt(before.intended, reading, at);
  // Whether the refund under way is among those that failed shows at its end.
  if (moves === "refund") return { intended: { ...settled, refunded: before.intended.refunded } };
  const known = withoutFailed(before, failedSince(payment, reading));
  const asked = known.intended.refunded;
  if (asked === null) return { intended: settled };
  const still = Math.min(asked, settled.refunded ?? asked);
  const undone = known.undone + asked - still;
  const madeGood = moves === null ? Math.min(undone, Math.max(0, reading.refunded - still)) : 0;
  return {
    intended: { ...settled, refunded: still + madeGood },
    ...((undone > 0 || payment.refundUndone !== undefined) && { refundUndone: undone - madeGood }),
    ...(undone > before.undone && { awaitsRefund: false }),
  };
};

/** What the books show now is taken as asked for, where they show more. */
export const atLeastAsShown = ({ intended, authorized, captured, refunded }: Facts["payment"]): Intended => {
  const atLeast = (asked: number | null, shown: number) => (asked === null ? null : Math.max(asked, shown));
  return {
    ...intended,
    captured: atLeast(intended.captured, captured),
    refunded: atLeast(intended.refunded, refunded),
    reserved: atLeast(intended.reserved, authorized + captured),
  };
};

/** What a merchant asked for was done already, whoever did it: of that, and of nothing else, the books are as he wants. */
export const asAskedFor = (payment: Facts["payment"], { outcome }: Meta, status: OrderStatus): Facts["payment"] => {
  if (outcome === "done-late") return { ...payment, awaitsRefund: false };
  if (outcome !== "done-before") return payment;
  const { captured, refunded } = atLeastAsShown(payment);
  return {
    ...payment,
    intended: { ...payment.intended, captured, ...(status === "refunded" && { refunded }) },
  };
};

/** The answer to a call has just been lost. A yes that comes without a reading has its first look before it. */
export const isLostNow = (before: Operation | null, after: Operation | null, event: OrderEvent): boolean =>
  after !== null && after.lostAt !== (before?.lostAt ?? null) && !("reading" in event && event.reading === null);

/**
 * The bank has neither accepted nor rejected it, as far as it was read. That it knows none may be older than what its
 * customer did since, and an order that costs nothing now may have cost more.
 */
export const isUndecided = ({ payment }: Facts): boolean => {
  if (payment.id === null || payment.gateway === null) return false;
  return payment.readAt === null || !payment.exists || waitsForCustomer(payment) || isReviewed(payment);
};

/** The bank looks at it, and may accept it yet. */
export const isReviewed = ({ exists, status }: Facts["payment"]): boolean =>
  exists && (status === "FROZEN" || status === "INSPECTION");
