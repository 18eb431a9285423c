/**
 * What a reading of the payment makes of the order: seed 003, "Status::update Process". One table per status; the first
 * branch whose guard holds is taken, and the last one is "otherwise".
 */
import { type Branch, outcome, rule, status } from "./setup.js";

/** "For ACCEPTED status, the order is marked as processing." WooCommerce makes it completed where nothing needs processing. */
const whenPaid = [
  {
    guard: "isDoneOncePaid",
    target: "completed",
    actions: "completePayment",
    ...rule("status-update/accepted-virtual"),
  },
  {
    guard: "isDoneOnceCaptured",
    target: "capturing",
    actions: "capturePayment",
    ...rule("status-update/accepted-virtual"),
  },
  { guard: "holdsMoney", target: "processing", actions: "completePayment", ...rule("status-update/accepted") },
] as const satisfies readonly Branch[];

const amountDiffers = rule("status-update/amount-differs");
const whenHolding = [
  { guard: "paysAnotherAmount", target: "on-hold", actions: status("amount-differs"), ...amountDiffers },
  ...whenPaid,
] as const satisfies readonly Branch[];

/** Cancelled or refunded in the bank's portal before anybody here heard of it: it pays for nothing. */
const holdsNothing = {
  guard: "isAccepted",
  target: "on-hold",
  actions: status("payment-holds-nothing"),
  ...rule("status-update/holds-nothing"),
} as const satisfies Branch;
const whenAccepted = [...whenHolding, holdsNothing] as const satisfies readonly Branch[];

/** "If the completed flag is set to true, the order status will be set to failed. If false, cancelled." */
const failed = {
  guard: "isRejectedAfterTheTask",
  target: "failed",
  actions: status("payment-status-failed"),
  ...rule("status-update/rejected-failed"),
} as const satisfies Branch;
const aborted = {
  guard: "isRejected",
  target: "cancelled",
  actions: status("payment-status-cancelled"),
  ...rule("status-update/rejected-cancelled"),
} as const satisfies Branch;
const whenRejected = [failed, aborted] as const satisfies readonly Branch[];

/** "Otherwise, the status is set to on-hold", an unknown future word included. */
const otherwise = {
  target: "on-hold",
  actions: status("payment-status-on-hold"),
  ...rule("status-update/otherwise"),
} as const satisfies Branch;
/** What is not pending is put on hold only where the payment could still be worked with. */
const onHoldIfEditable = {
  ...otherwise,
  guard: "canBeEdited",
  ...rule("status-update/validated"),
} as const satisfies Branch;
const notValidated = rule("status-update/not-validated");
const already = rule("status-update/already");
const heldByHand = rule("status-update/held-by-hand", "held-by-hand");
const staysOnHold = rule("status-update/rejected-stays-on-hold");
const staysProcessing = rule("status-update/rejected-stays-processing");

/** "For pending, without validation": the match over the payment's status, branch by branch. */
const whenKnown = [
  ...whenAccepted,
  ...whenRejected,
  { guard: "isMissing", ...rule("status-update/no-such-payment", "payment-missing") },
] as const satisfies readonly Branch[];

export const whenPending = [
  ...whenKnown,
  { guard: "staysPendingMeanwhile", ...rule("status-update/still-at-the-bank") },
  otherwise,
] as const satisfies readonly Branch[];

/** Nothing happened at the bank: a customer who is still there is left alone. */
export const whenReconciled = [
  { guard: "isAwaitingCustomer", ...rule("reconcile/still-at-the-bank", "still-at-the-bank") },
  ...whenKnown,
  otherwise,
] as const satisfies readonly Branch[];

/** He presses Pay again: only what would pay the order, or hold it up, counts. One that holds nothing gives way. */
export const whenPayingAgain = [
  ...whenHolding,
  { guard: "isAccepted", ...rule("checkout/open-payment-read", "no-change") },
  { guard: "isOver", ...rule("checkout/open-payment-read", "no-change") },
  { guard: "isMissing", ...rule("checkout/open-payment-read", "payment-missing") },
  { guard: "isAwaitingCustomer", ...rule("checkout/open-payment-read", "still-at-the-bank") },
  otherwise,
] as const satisfies readonly Branch[];

/**
 * A return page was opened under an address that proves nothing, or under an earlier attempt's: only what the bank says
 * of the payment counts. Somebody who knows an order's number must not move it while its customer is at the bank.
 */
const stillAtTheBank = {
  guard: "isAwaitingCustomer",
  ...rule("return/unproven", "still-at-the-bank"),
} as const satisfies Branch;
export const whenPendingUnproven = [stillAtTheBank, ...whenKnown, otherwise] as const satisfies readonly Branch[];

/** The landing page of the signing, or a callback in its place when the customer never came back. */
const booksSigned = {
  guard: "awaitsBooking",
  target: "booking",
  actions: "bookSignedPayment",
  ...rule("book/signed"),
} as const satisfies Branch;
export const whenSigned = [booksSigned, ...whenPending] as const satisfies readonly Branch[];

/**
 * The booking brought the payment into being, or somebody else did: what it says decides. A person may have set the order
 * on hold or to processing while its customer signed: then it follows as such an order does.
 */
export const whenBooked = [
  { guard: "staysHeldByHand", target: "returning", ...heldByHand },
  { guard: "isAcceptedAsProcessing", target: "returning", ...already },
  { guard: "paysAnotherAmountAsOnHold", target: "returning", ...amountDiffers },
  ...whenHolding,
  { guard: "isRejectedAsBefore", target: "returning", ...already },
  { guard: "isRejectedAndKeptProcessing", target: "returning", ...staysProcessing },
  failed,
  { guard: "isAbortedAndKeptOnHold", target: "returning", ...staysOnHold },
  aborted,
  { guard: "wasOnHold", target: "returning", ...already },
  holdsNothing,
  { guard: "isNotEditableAsProcessing", target: "returning", ...notValidated },
  otherwise,
] as const satisfies readonly Branch[];

/** The customer's link has run out, or WooCommerce's hold-stock job wants the order: the gateway was asked first. */
const expired = {
  target: "cancelled",
  actions: status("time-limit-reached"),
  ...rule("ttl/expired"),
} as const satisfies Branch;
export const whenLinkExpires = [
  ...whenAccepted,
  ...whenRejected,
  { guard: "isAwaitingCustomer", ...expired },
  { guard: "isMissing", ...expired },
  otherwise,
] as const satisfies readonly Branch[];

/** Seed 000: "customers redirected to a fail-page will render the order to be canceled". Never a paid one. */
const gaveUp = {
  target: "cancelled",
  actions: status("customer-cancelled"),
  ...rule("fail-page/cancelled"),
} as const satisfies Branch;
/** The page cancels a failed order, so one that failed there would be moved again when the page is opened again. */
const rejectedAtThePage = {
  guard: "isRejectedAfterTheTask",
  ...gaveUp,
  actions: status("payment-status-cancelled"),
} as const satisfies Branch;
export const whenCustomerFails = [
  ...whenAccepted,
  { guard: "isRejected", ...gaveUp, actions: status("payment-status-cancelled") },
  { guard: "isAwaitingCustomer", ...gaveUp },
  { guard: "isMissing", ...gaveUp },
  otherwise,
] as const satisfies readonly Branch[];

/** A refund that was pending when it was asked for is done. */
const refundedAtLast = {
  guard: "isRefundedAtLast",
  target: "refunded",
  actions: status("refund-success-late"),
  ...outcome("done-late", "refund/confirmed"),
} as const satisfies Branch;
/** Of an order that goes on, only what the merchant asked for makes it refunded; what else was refunded is flagged. */
const awaitedRefund = { ...refundedAtLast, guard: "isAwaitedRefundDone" } as const satisfies Branch;

const whenOnHoldHolding = [
  awaitedRefund,
  { guard: "staysHeldByHand", ...heldByHand },
  { guard: "paysAnotherAmount", ...amountDiffers },
  ...whenPaid,
] as const satisfies readonly Branch[];
const whenOnHoldAborted = [
  { guard: "staysOnHoldWhenAborted", ...staysOnHold },
  aborted,
] as const satisfies readonly Branch[];
export const whenOnHold = [
  ...whenOnHoldHolding,
  failed,
  ...whenOnHoldAborted,
  already,
] as const satisfies readonly Branch[];
/** A person put it on hold while its customer was signing. */
export const whenOnHoldSigned = [booksSigned, ...whenOnHold] as const satisfies readonly Branch[];
/** An early callback may have put it on hold while the customer was at the bank: it ends as a pending one would. */
export const whenOnHoldCustomerFails = [
  ...whenOnHoldHolding,
  rejectedAtThePage,
  ...whenOnHoldAborted,
  { guard: "isAwaitingCustomer", ...gaveUp },
  { guard: "isMissing", ...gaveUp },
  already,
] as const satisfies readonly Branch[];

const whenProcessingStays = [
  awaitedRefund,
  { guard: "isAccepted", ...already },
  { guard: "staysProcessingWhenRejected", ...staysProcessing },
] as const satisfies readonly Branch[];
export const whenProcessing = [
  ...whenProcessingStays,
  ...whenRejected,
  onHoldIfEditable,
  notValidated,
] as const satisfies readonly Branch[];
export const whenProcessingCustomerFails = [
  ...whenProcessingStays,
  rejectedAtThePage,
  aborted,
  onHoldIfEditable,
  notValidated,
] as const satisfies readonly Branch[];
/** Seed 003, "A Third Scenario": a person set it to processing, and the customer completes the payment after that. */
export const whenProcessingSigned = [booksSigned, ...whenProcessing] as const satisfies readonly Branch[];
export const whenProcessingUnproven = [stillAtTheBank, ...whenProcessing] as const satisfies readonly Branch[];

const whenFailedAndKnown = [
  ...whenHolding,
  { guard: "isAccepted", ...notValidated },
  { guard: "isRejectedAfterTheTask", ...already },
] as const satisfies readonly Branch[];
export const whenFailed = [
  ...whenFailedAndKnown,
  { ...aborted, guard: "isRejectedAndLetGo" },
  onHoldIfEditable,
  notValidated,
] as const satisfies readonly Branch[];
export const whenFailedUnproven = [stillAtTheBank, ...whenFailed] as const satisfies readonly Branch[];

/** He signed another payment than the one that failed. */
export const whenSignedAfterAll = [booksSigned, ...whenFailed] as const satisfies readonly Branch[];

/** He presses Pay again on an order that failed: a payment that the bank looks at keeps him from a second one, no other. */
export const whenFailedPayingAgain = [
  stillAtTheBank,
  ...whenFailedAndKnown,
  { guard: "isOver", ...notValidated },
  { guard: "isMissing", ...notValidated },
  otherwise,
] as const satisfies readonly Branch[];

export const whenCompleted = [
  refundedAtLast,
  outcome("terminal", "terminal/completed"),
] as const satisfies readonly Branch[];

export const whenCancelled = [
  { guard: "revives", target: "processing", actions: "completePayment", ...rule("terminal/revived") },
  { guard: "letsGoLate", target: "lettingGo", actions: "cancelPayment", ...rule("late/let-go") },
  { guard: "refundsLate", target: "givingBack", actions: "refundPayment", ...rule("late/refund") },
  outcome("terminal", "terminal/cancelled"),
] as const satisfies readonly Branch[];
