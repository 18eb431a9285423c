/** What a guard may look at: the remembered facts of one order. Money is integer minor units, time is epoch ms. */
import { z } from "zod";
import { OrderAsExpected } from "./expected.js";
import { Line } from "./lines.js";
import { Child, Id, Minor, Word } from "./text.js";
import { WaitingEvent } from "./waiting.js";

/** WooCommerce's own words, without the `wc-` prefix; `checkout-draft` is only a way in. */
export const OrderStatus = z.enum([
  "checkout-draft",
  "pending",
  "processing",
  "on-hold",
  "failed",
  "cancelled",
  "completed",
  "refunded",
]);
export type OrderStatus = z.infer<typeof OrderStatus>;

/** The Merchant API's payment statuses. Any other word is kept as it came and reads as "unrecognised". */
export const PaymentStatus = z.enum([
  "TASK_REDIRECTION_REQUIRED",
  "SUPPLEMENTING_REQUIRED",
  "INSPECTION",
  "FROZEN",
  "ACCEPTED",
  "REJECTED",
]);
export type PaymentStatus = z.infer<typeof PaymentStatus>;

export const PossibleAction = z.enum([
  "CAPTURE",
  "PARTIAL_CAPTURE",
  "CANCEL",
  "PARTIAL_CANCEL",
  "REFUND",
  "PARTIAL_REFUND",
]);
export type PossibleAction = z.infer<typeof PossibleAction>;

const minor = z.number().int();
const moment = z.number().int();
/** One fresh look at the payment, in the Merchant API's words whatever the gateway is. */
export const Reading = z.object({
  paymentId: Id,
  /** false: the gateway knows no such payment (codes 8, 3, 404). */
  exists: z.boolean(),
  status: Word(),
  rejectedReason: Word().nullable(),
  /** false: the payment came without a valid order structure. */
  hasOrder: z.boolean(),
  total: Minor,
  authorized: Minor,
  captured: Minor,
  canceled: Minor,
  refunded: Minor,
  /** Refunds that came to nothing at the bank, in sum, where it says so; they are no part of `refunded`. */
  failedRefund: Minor.nullish(),
  /** Of what was refunded, the part that the bank has not carried out yet, and that may still fail. */
  pendingRefund: Minor.nullish(),
  offers: z.array(PossibleAction),
  creditLimit: Minor.nullable(),
  /** tasks/status: the `completed` flag; null = nothing said; "unavailable" = the call failed. */
  taskCompleted: z.union([z.boolean(), z.literal("unavailable")]).nullable(),
  /** The order that the bank has it for, and its currency, where the gateway says so. */
  orderReference: Word(200).nullish(),
  currency: Word(3).nullish(),
  /** Transaction ids in the payment's action log, the proof that one of our calls took effect. */
  transactionIds: z.array(Word(200)).max(10_000),
});
export type Reading = z.infer<typeof Reading>;

const Amounts = z.object({ authorized: minor, captured: minor, canceled: minor, refunded: minor });
/** By how much the bank's books show more than all our calls asked for. */
const Beyond = z.object({ captured: minor, refunded: minor, reserved: minor });
/** A call that moves money, from the moment it is asked for until its end is known. */
export const Operation = z.object({
  kind: z.enum(["book", "capture", "cancel", "refund", "rebuild"]),
  /** Id of the event that asked for it. */
  askedBy: z.string(),
  askedType: z.string(),
  /** Idempotency key for life, and the transaction id that the gateway logs. */
  key: z.string(),
  amount: minor,
  lines: z.array(Line).nullable(),
  refund: z.string().optional(),
  /** The status the order takes when the gateway has confirmed; null = it keeps the one it has. */
  leadsTo: OrderStatus.nullable(),
  /** The child of that status which was asked for. */
  child: Child.optional(),
  /** A booking of an earlier attempt: the newer one's payment, which is the current one again after a no; null = the same. */
  insteadOf: z.string().nullable().optional(),
  tries: z.number().int(),
  /** The call takes all that is left, so the bank can carry it out once only. */
  whole: z.boolean().default(false),
  /** When the last answer was lost or, if `withdrawn`, a person ended the wait before any was; null = neither. */
  lostAt: moment.nullable().default(null),
  withdrawn: z.boolean().optional(),
  /** What the shop must have for the call to go out, again too; left out: it goes out whatever the shop has. */
  expects: OrderAsExpected.optional(),
  /** The call was not repeated because the shop has another order by now. */
  differs: z.boolean().optional(),
  /** Why the bank refused the call when it was repeated after a lost answer; null = it did not. */
  refused: z.string().nullable().default(null),
  /** What another hand wrote to the shop meanwhile; it is followed at the end, where the order keeps its status. */
  seen: OrderStatus.optional(),
  seenChild: Child.optional(),
  before: Amounts.extend({ failedRefund: minor.optional() }),
  since: moment,
});
export type Operation = z.infer<typeof Operation>;

/** The customer was turned away in the bank's frame and may have tried again (002, "Payment failures"). */
export const Rejection = z.object({ at: moment, type: z.enum(["fail", "deny"]) });
export type Rejection = z.infer<typeof Rejection>;

const Intended = z.object({
  captured: minor.nullable(),
  refunded: minor.nullable(),
  reserved: minor.nullable(),
  /** When it changed last; null = never. */
  at: moment.nullable().default(null),
});
export type Intended = z.infer<typeof Intended>;

/** A try to open a payment at the bank. */
const Try = z.object({
  attempt: z.string(),
  since: moment,
  /** `awaited`: nobody has said what came of it. `lost`: nobody will, so the bank may have made the payment. */
  answer: z.enum(["awaited", "lost", "came"]),
  /** What the bank was asked to make, and under which id, where the shop chose it. */
  paymentId: z.string().optional(),
  gateway: z.string().optional(),
  total: minor.optional(),
  currency: z.string().length(3).optional(),
});
export type Try = z.infer<typeof Try>;

type NamedTry = Try & { paymentId: string };
/** Tries under an id that the shop chose, of which the bank has not said what came. */
export const unheardTries = (tries: Try[]): NamedTry[] =>
  tries.filter((one): one is NamedTry => one.answer !== "came" && one.paymentId !== undefined);

const Payment = Reading.omit({ paymentId: true }).extend({
  /** Name of the gateway adapter; null = another gateway's order, which is none of our business. */
  gateway: z.string().nullable(),
  id: z.string().nullable(),
  /** The try to pay that made it, as its return addresses name it; left out: none was named. */
  attempt: z.string().optional(),
  /** Earlier tries at the same payment: in the older flows the shop names it. */
  earlierAttempts: z.array(z.string()).optional(),
  readAt: moment.nullable(),
  /** A person named it, and the bank has not shown it yet. */
  isOnlyNamed: z.boolean().optional(),
  /** The bank may have made it for one of these amounts, under an id that the shop chose, and has not shown it yet. */
  perhapsMadeFor: z.array(minor).optional(),
  /** It is not this order's: the bank has it for another one, or in another currency. It reads as missing. */
  foreign: z.enum(["order", "currency"]).nullish(),
  captureFailed: z.boolean(),
  /** A person ended the wait for its release, as a payment too many: it is not asked for again. */
  releaseEnded: z.boolean().optional(),
  /** To be ended at the bank, it was read unpaid while its order was cancelled; false: what came later goes back, asked once. */
  endAsked: z.boolean().optional(),
  /** Of a payment in another currency, whose amounts are no longer looked at. */
  beyond: Beyond.optional(),
  /**
   * What all our calls together asked for, in minor units; null = we asked for none. The bank's books may not show
   * more: `reserved` counts what is authorised or captured.
   */
  intended: Intended.default({ captured: null, refunded: null, reserved: null, at: null }),
  /** The last refund of an amount that was made: how much, and when it was asked for. */
  lastRefund: z.object({ amount: minor, at: moment }).optional(),
  /** What the shop was told to record as refunded, in sum; left out: nothing yet. */
  recorded: minor.optional(),
  /** All of it was asked back, and the bank has not carried that out yet. */
  awaitsRefund: z.boolean().optional(),
  /** What had been refunded and was taken back at the bank since, as with a refund that failed. */
  refundUndone: minor.optional(),
  /** Some gateways round; a difference up to this many minor units is no mismatch. */
  tolerance: minor,
});

/** A payment of the order that does not pay it: an earlier attempt, or a later one beside the one that pays. */
const OtherPayment = Payment.extend({
  id: z.string(),
  /** Where its actor stands, as XState writes it. */
  state: z.union([z.string(), z.record(z.string(), z.string())]),
  /** The call that lets its money go, until its end is known. */
  release: Operation.nullable(),
  /** The effect that carries this call out; its answer comes back under this id. */
  asked: z.string().nullable(),
  /** The reading of it that is under way. */
  readingId: z.string().nullable(),
});
export type OtherPayment = z.infer<typeof OtherPayment>;

export const Facts = z.object({
  order: z.object({
    status: OrderStatus,
    /** The child of it that the shop has the order in; left out: none. */
    child: Child.optional(),
    total: minor,
    currency: z.string().length(3),
    lines: z.array(Line),
    needsProcessing: z.boolean(),
    createdAt: moment,
    /** The last write of any kind, our own included. */
    updatedAt: moment,
    customerReturnedAt: moment.nullable(),
    rejections: z.array(Rejection),
    /** How the bank names the order; left out: that is not compared. */
    reference: z.string().optional(),
    /** Another way of paying was chosen since: the payments here are watched, and the order is left alone. */
    paidOtherwise: z.boolean().optional(),
    /** The shop has put it into the bin, or has it no more. */
    gone: z.boolean().optional(),
    /** A person put the paid order on hold; left out: nobody did. */
    heldByHand: z.boolean().optional(),
    /** It was completed, and another hand set it back in the shop; left out: nobody did. */
    setBack: z.boolean().optional(),
    /** It was set to pending in the shop while it was paid, and was made processing again, once; left out: never. */
    restored: z.boolean().optional(),
    /** The version in which the shop last told of another total, currency or lines; left out: it never did. */
    changedIn: z.number().int().optional(),
  }),
  /** The payment that the order follows. */
  payment: Payment,
  /** Every other one, oldest first. */
  others: z.array(OtherPayment).default([]),
  waiting: z.array(WaitingEvent),
  operation: Operation.nullable(),
  /** Tries to open a payment at the bank, the latest last. */
  tries: z.array(Try).default([]),
});
export type Facts = z.infer<typeof Facts>;

/** The gateway knows no such payment (Resurs: 404, or the error codes 8 and 3). */
export const noSuchPayment = (paymentId: string): Reading => ({
  paymentId,
  exists: false,
  status: "NOT_FOUND",
  rejectedReason: null,
  hasOrder: false,
  total: 0,
  authorized: 0,
  captured: 0,
  canceled: 0,
  refunded: 0,
  offers: [],
  creditLimit: null,
  taskCompleted: null,
  transactionIds: [],
});

/** What is known of a payment before anybody has read it. @param tolerance of the gateway's rounding, in minor units */
export const unreadPayment = (gateway: string | null, id: string | null, tolerance = 0): Facts["payment"] => {
  const { paymentId: _, ...nothing } = noSuchPayment("");
  return {
    ...nothing,
    gateway,
    id,
    readAt: null,
    captureFailed: false,
    intended: { captured: null, refunded: null, reserved: null, at: null },
    tolerance,
    // No payment id, no payment: there is nothing to ask the gateway about.
    exists: id !== null,
    status: "UNREAD",
  };
};

/** What the bank holds of a payment for the shop, in minor units: reserved or captured, and not refunded. */
export const moneyHeld = ({
  status,
  authorized,
  captured,
  refunded,
}: Pick<Reading, "status" | "authorized" | "captured" | "refunded">): number =>
  status === "ACCEPTED" ? authorized + captured - refunded : 0;

/** The bank waits for its customer. */
export const waitsForCustomer = ({ exists, status }: Pick<Reading, "exists" | "status">): boolean =>
  exists && (status === "TASK_REDIRECTION_REQUIRED" || status === "SUPPLEMENTING_REQUIRED");

/** A payment that gives way to another. */
export const otherPayment = (payment: Facts["payment"], id: string): OtherPayment => ({
  ...payment,
  id,
  state: "open",
  release: null,
  asked: null,
  readingId: null,
});

/** An earlier payment by its id, which nobody has read. */
export const earlierPayment = ({ gateway, tolerance }: Facts["payment"], id: string): OtherPayment =>
  otherPayment(unreadPayment(gateway, id, tolerance), id);
