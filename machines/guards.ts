/**
 * Every rule that a machine may ask for, by name. A rule made of several facts has one line per bullet of the
 * document it comes from.
 *
 * `whyNot` gives the reason that a refusal shows when one fact says no, so that a reason can never disagree
 * with the guard.
 */
import { and, not, or } from "xstate";
import type { EventType } from "./events.js";
import { singleFacts } from "./questions.js";
import type { Reason } from "./reasons.js";

export {
  failedMeanwhile,
  type GuardContext,
  LONGEST_LOOK_MS,
  MOST_TRIES,
  nextDueAt,
  nextLookIn,
} from "./questions.js";

const combined = {
  /**
   * Seed 003, "Conditions required for capturing payments", one line per bullet. Frozen comes first: "Additional HPOS
   * handling" names it whatever else is missing.
   */
  canCapture: and([
    not("isGone"),
    not("isPaidOtherwise"),
    not("isInAnotherCurrency"),
    not("isFrozen"),
    "hasPayment",
    not("isRejected"),
    not("isInInspection"),
    not("isCapturedInFull"),
    "offersCapture",
    "amountsMatch",
  ]),
  /** "The module does not support partial captures." */
  canCaptureAll: and([not("asksForLines"), "canCapture"]),
  /** Seed 003, "Enable Capture": what the shop has switched off is done by hand in the portal; a frozen order is not. */
  completesWithoutCapture: and(["captureIsOff", not("isFrozen")]),
  isAlreadyCaptured: and(["isCapturedInFull", not("isRejected"), not("isFrozen")]),
  /** Seed 003, "Additional HPOS handling": a frozen order is not completed, whatever it costs. */
  hasNothingToPay: and(["isFree", not("isFrozen")]),

  /** Seed 003, "Enable Cancel": never after a capture; what is left of a partly cancelled payment can be. */
  canCancel: and([not("hasCaptured"), not("isFrozenShut"), not("isInInspection"), "offersCancel"]),
  /** A part was captured, and what is left is not needed. */
  canReleaseRest: and(["isPartlyCaptured", not("isFrozenShut"), not("isInInspection"), "offersCancel"]),
  mayTryReleaseAgain: and(["mayRepeat", "offersCancel"]),
  hasNothingToCancel: or([
    "hasNoPayment",
    "isMissing",
    and(["isAwaitingCustomer", not("hasCaptured")]),
    and(["isRejected", not("hasCaptured")]),
    "isCancelledInFull",
  ]),

  /** Seed 003, "Enable Refund" and "Refunded → full credit". */
  canRefundInFull: and([
    not("asksForPart"),
    "hasPayment",
    not("isFrozen"),
    not("isInInspection"),
    "hasSomethingToRefund",
    "offersRefund",
  ]),
  isAlreadyRefunded: and(["isRefundedInFull", not("asksForPart")]),
  /** A refund that was pending when it was asked for. */
  isRefundedAtLast: and(["isRefundedInFull", "refundWasAskedFor"]),
  isAwaitedRefundDone: and(["isRefundedInFull", "awaitsRefund"]),
  refundsWithoutCredit: and(["refundIsOff", not("asksForPart")]),
  canRefundAmount: and([
    "hasPayment",
    not("isFrozen"),
    not("isInInspection"),
    "hasSomethingToRefund",
    "offersRefund",
    "refundFits",
  ]),

  /** Seed 003, "Enable Modify" and "Order Line Handling". */
  canModify: and([
    "recreatesLines",
    not("isPaidOtherwise"),
    not("isInAnotherCurrency"),
    "hasPayment",
    "staysWithinCreditLimit",
    not("addsItems"),
    not("isFrozen"),
    not("isInInspection"),
    not("isRejected"),
    not("hasCaptured"),
    "offersCancel",
    "staysWithinReservation",
  ]),
  canRebuild: and([
    "recreatesLines",
    "isCancelledInFull",
    "choosesToRebuild",
    not("isPaidOtherwise"),
    not("isInAnotherCurrency"),
    "hasCreditLimit",
    "staysWithinCreditLimit",
    not("isFrozen"),
    not("isRejected"),
  ]),

  /** Seed 003, step 3: what is not pending moves only where the payment could still be worked with. */
  canBeEdited: and([
    not("isFrozen"),
    not("isRejected"),
    or(["offersCapture", "offersCancel", and(["isCancelledInFull", "hasCreditLimit"])]),
  ]),

  // what an accepted payment holds by now
  /** No money is on it and none will come. One that the bank does not know may still come into being. */
  isOver: or(["isRejected", "isCancelledInFull", "isRefundedInFull"]),
  /** Seed 003, "Enable Cancel", and the shop's choice. */
  canLetGo: and(["canCancel", "choosesToRelease", not("cancelIsOff"), not("releaseWasEnded")]),

  isAcceptedAndRefunded: and(["isAccepted", "isRefundedInFull"]),
  isAcceptedAndPartlyRefunded: and(["isAccepted", "isPartlyRefunded"]),
  isAcceptedAndCaptured: and(["isAccepted", "isCapturedInFull"]),
  isAcceptedAndPartlyCaptured: and(["isAccepted", "isPartlyCaptured"]),
  isAcceptedAndCancelled: and(["isAccepted", "isCancelledInFull"]),

  isRejectedAfterTheTask: and(["isRejected", "taskIsCompleted"]),
  // what was booked, of an order that a person had set to the status while its customer signed
  isRejectedAsBefore: and(["isRejectedAfterTheTask", "wasFailed"]),
  paysAnotherAmountAsOnHold: and(["paysAnotherAmount", "wasOnHold"]),
  isAcceptedAsProcessing: and(["isAccepted", "wasProcessing"]),
  isRejectedAndKeptProcessing: and(["staysProcessingWhenRejected", "wasProcessing"]),
  isAbortedAndKeptOnHold: and(["staysOnHoldWhenAborted", "wasOnHold"]),
  isNotEditableAsProcessing: and(["wasProcessing", not("canBeEdited")]),

  isRejectedAndLetGo: and(["isRejected", or(["offersCancel", "isCancelledInFull"])]),
  staysOnHoldWhenAborted: and(["isRejected", "choosesToStayOnHold"]),
  staysProcessingWhenRejected: and(["isRejected", "choosesToKeepProcessing"]),
  staysPendingMeanwhile: and(["isAwaitingCustomer", or(["choosesToStayPending", "unpaidStaysPending"])]),
  paysAnotherAmount: and(["holdsMoney", "comparesAmounts", not("totalsAgree")]),
  revives: and(["holdsMoney", "choosesToRevive"]),
  /** Money that came to an order after it was cancelled unpaid, on a payment that was to be ended: once, and all of it. */
  givesBack: and(["holdsMoney", "givesBackLate", not("isGone"), not("isPaidOtherwise"), not("isInAnotherCurrency")]),
  letsGoLate: and(["givesBack", "canCancel", not("cancelIsOff")]),
  refundsLate: and(["givesBack", "canRefundInFull", not("refundIsOff")]),

  /** WooCommerce: an order whose every line is virtual and downloadable is done once it is paid. */
  isDoneOncePaid: and(["holdsMoney", not("needsProcessing"), or(["isFree", "isCapturedInFull", "captureIsOff"])]),
  /** A capture that the bank refused is asked for again by a person only; the order is paid all the same. */
  isDoneOnceCaptured: and(["isAccepted", not("needsProcessing"), "canCapture", not("captureWasRefused")]),

  isNotFrozen: not("isFrozen"),
  /** Else the order would be paid, or may be, and ask its customer to pay. */
  canCountAsUnpaid: and([not("isFrozen"), not("isInInspection"), not("holdsMoney")]),
  staysHeldByHand: and(["heldByHand", "holdsMoney"]),

  // may the same call go out again, now that the payment was read back and shows no effect of it?
  mayTryCaptureAgain: and(["mayRepeat", not("isFrozen"), not("isInInspection"), not("isRejected"), "offersCapture"]),
  mayTryCancelAgain: and(["mayRepeat", "offersCancel", not("hasCaptured")]),
  mayTryRefundAgain: and(["mayRepeat", "offersRefund", "stillLeftToRefund"]),
  mayTryRebuildAgain: and(["mayRepeat", "isCancelledInFull", "stillWithinCreditLimit"]),
  cancelTookEffectAndRestCanBeAdded: and(["cancelTookEffect", "leavesSomething", "stillWithinCreditLimit"]),
  cancelTookEffectAndLeavesSomething: and(["cancelTookEffect", "leavesSomething"]),

  /** Seed 002, step 4b: signed, and not yet booked. A payment that is there needs no booking. */
  awaitsBooking: and(["isMissing", "booksWhenSigned", not("isGone")]),
  mayTryBookingAgain: and(["mayRepeat", "isMissing"]),
  customerFindsNoPayment: and(["isMissing", "customerAsked"]),
  customerFindsNoPaymentAfterRefusal: and(["isMissing", "customerAsked", "repeatWasRefused"]),
  /** What an order without a payment is left as, though the bank refuses to book. */
  staysWithoutPayment: or(["wasFailed", and(["wasProcessing", "choosesToKeepProcessing"])]),
  isLeftAsItWas: and(["customerFindsNoPayment", "staysWithoutPayment"]),
  isLeftAsItWasAfterRefusal: and(["customerFindsNoPaymentAfterRefusal", "staysWithoutPayment"]),
  isMissingAndMayStillCome: and(["isMissing", "mayStillTakeEffect"]),

  heldCallbacksAreDue: and(["callbacksWait", "cooldownIsOver"]),
  isDueDuringACall: and(["moneyIsUnderWay", "cooldownIsOver"]),
  wasAskedToComplete: and(["captureTookEffect", "completesTheOrder"]),
};

export const guards = { ...singleFacts, ...combined };
export type GuardName = keyof typeof guards;

type FactName = keyof typeof singleFacts;
type ReasonsByFact = Partial<Record<FactName | `!${FactName}`, Reason>>;

/**
 * Reason classes of a refusal, by the fact that said no. `!` marks a fact that had to be absent.
 * A merchant action may say it in its own words: see `whyNotFor`.
 */
export const whyNot: Partial<Record<string, Reason>> = {
  "!isGone": "order-gone",
  "!isPaidOtherwise": "not-ours",
  "!isInAnotherCurrency": "currency-mismatch",
  hasPayment: "no-payment",
  "!isRejected": "payment-rejected",
  "!isFrozen": "payment-frozen",
  "!isFrozenShut": "payment-frozen",
  "!holdsMoney": "is-paid",
  isPartlyCaptured: "nothing-to-release",
  "!isInInspection": "payment-in-inspection",
  "!isCapturedInFull": "already-captured",
  offersCapture: "capture-not-possible",
  amountsMatch: "amount-mismatch",
  "!asksForLines": "partial-capture-not-supported",
  "!hasCaptured": "cannot-cancel-captured",
  offersCancel: "cancel-not-possible",
  "!asksForPart": "partial-refund-not-supported",
  hasSomethingToRefund: "refund-not-possible",
  offersRefund: "refund-not-offered",
  refundFits: "refund-too-large",
  recreatesLines: "not-editable",
  staysWithinCreditLimit: "exceeds-credit-limit",
  "!addsItems": "adding-items-not-supported",
  staysWithinReservation: "adding-items-not-supported",
} satisfies ReasonsByFact;

/** Where the documents have their own word for one action. */
export const whyNotFor: Partial<Record<string, Partial<Record<string, Reason>>>> = {
  // The booking is there after all, and the next reading takes the order on.
  "merchant.endedWait": { isMissing: "no-lost-answer" },
  "merchant.completed": { "!isFrozen": "unable-to-capture-frozen-order" },
  "merchant.captured": { "!isFrozen": "unable-to-capture-frozen-order" },
  "merchant.editedLines": {
    "!isRejected": "not-editable",
    "!hasCaptured": "not-editable",
    offersCancel: "not-editable",
  },
  "merchant.recalculated": {
    "!isRejected": "not-editable",
    "!hasCaptured": "not-editable",
    offersCancel: "not-editable",
  },
} satisfies Partial<Record<EventType, ReasonsByFact>>;

/** Where a status has no branch at all for what the merchant asks. */
export const whyNotHere: Partial<Record<string, Reason>> = {
  "merchant.editedLines": "not-editable",
  "merchant.recalculated": "not-editable",
  "merchant.refunded": "refund-not-possible",
  "merchant.refundedAmount": "refund-not-possible",
  "merchant.released": "nothing-to-release",
  "merchant.endedWait": "no-lost-answer",
} satisfies Partial<Record<EventType, Reason>>;

/** By such a reason: the fact with which it would be untrue. Then the status alone stands in the way. */
export const untrueWhere: Partial<Record<Reason, FactName>> = {
  "refund-not-possible": "hasSomethingToRefund",
  "nothing-to-release": "isPartlyCaptured",
};
