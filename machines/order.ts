/**
 * The WooCommerce order, as the documents say it lives. Hold it beside seed 003, "Order Status Flow",
 * "Status::update Process" and "Order Management": each `meta.rule` is a row of docs/rules.md.
 *
 * `payment.read` arrives here only with a reading of the payment in hand that was taken after whatever
 * caused it; so does every `merchant.*` event. Whatever no branch takes is ignored or refused, and says why.
 */
import { setup } from "xstate";
import { actions } from "./effects.js";
import type { OrderEvent } from "./events.js";
import { type Considered, guards, nextLookIn } from "./guards.js";
import type { Meta } from "./meta.js";
import { linkLifetimeMinutes } from "./settings.js";

/** "For ACCEPTED status, the order is marked as processing." WooCommerce makes it completed where nothing needs processing. */
const whenPaid = (sure: "isAccepted" | "holdsMoney") =>
  [
    {
      guard: "isDoneOncePaid",
      target: "completed",
      actions: "completePayment",
      meta: { rule: "status-update/accepted-virtual" },
    },
    {
      guard: "isDoneOnceCaptured",
      target: "capturing",
      actions: "capturePayment",
      meta: { rule: "status-update/accepted-virtual" },
    },
    { guard: sure, target: "processing", actions: "completePayment", meta: { rule: "status-update/accepted" } },
  ] as const;

const whenAccepted = (sure: "isAccepted" | "holdsMoney") =>
  [
    {
      guard: "paysAnotherAmount",
      target: "on-hold",
      actions: { type: "setStatus", params: { note: "amount-differs" } },
      meta: { rule: "status-update/amount-differs" },
    },
    ...whenPaid(sure),
  ] as const;

/** "If the completed flag is set to true, the order status will be set to failed. If false, cancelled." */
const whenRejected = [
  {
    guard: "isRejectedAfterTheTask",
    target: "failed",
    actions: { type: "setStatus", params: { note: "payment-status-failed" } },
    meta: { rule: "status-update/rejected-failed" },
  },
  {
    guard: "isRejected",
    target: "cancelled",
    actions: { type: "setStatus", params: { note: "payment-status-cancelled" } },
    meta: { rule: "status-update/rejected-cancelled" },
  },
] as const;

/** "Otherwise, the status is set to on-hold", an unknown future word included. */
const onHoldOtherwise = {
  target: "on-hold",
  actions: { type: "setStatus", params: { note: "payment-status-on-hold" } },
  meta: { rule: "status-update/otherwise" },
} as const;

/** "For pending, without validation": the match over the payment's status, branch by branch. */
const whenPaymentIsKnown = [
  ...whenAccepted("isAccepted"),
  ...whenRejected,
  { guard: "isMissing", meta: { rule: "status-update/no-such-payment", reason: "payment-missing" } },
] as const;

const whenPendingIsRead = [
  ...whenPaymentIsKnown,
  { guard: "staysPendingMeanwhile", meta: { rule: "status-update/still-at-the-bank" } },
  onHoldOtherwise,
] as const;

/**
 * A return page was opened under an address that proves nothing, or under an earlier attempt's: only what the bank says
 * of the payment counts. Somebody who knows an order's number must not move it while its customer is at the bank.
 */
const stillAtTheBank = {
  guard: "isAwaitingCustomer",
  meta: { rule: "return/unproven", reason: "still-at-the-bank" },
} as const;
const whenUnprovenReturn = [stillAtTheBank, ...whenPaymentIsKnown, onHoldOtherwise] as const;

const whenProcessingIsRead = [
  { guard: "isAccepted", meta: { rule: "status-update/already" } },
  { guard: "staysProcessingWhenRejected", meta: { rule: "status-update/rejected-stays-processing" } },
  ...whenRejected,
  { ...onHoldOtherwise, guard: "canBeEdited", meta: { rule: "status-update/validated" } },
  { meta: { rule: "status-update/not-validated" } },
] as const;

const whenFailedIsRead = [
  ...whenAccepted("holdsMoney"),
  { guard: "isAccepted", meta: { rule: "status-update/not-validated" } },
  { guard: "isRejectedAfterTheTask", meta: { rule: "status-update/already" } },
  {
    guard: "isReleased",
    target: "cancelled",
    actions: { type: "setStatus", params: { note: "payment-status-cancelled" } },
    meta: { rule: "status-update/rejected-cancelled" },
  },
  { ...onHoldOtherwise, guard: "canBeEdited", meta: { rule: "status-update/validated" } },
  { meta: { rule: "status-update/not-validated" } },
] as const;

/** The landing page of the signing, or a callback in its place when the customer never came back. */
const whenSigned = [
  { guard: "awaitsBooking", target: "booking", actions: "bookSignedPayment", meta: { rule: "book/signed" } },
  ...whenPendingIsRead,
] as const;

/** The booking brought the payment into being, or somebody else did: what it says decides. */
const whenBooked = [...whenAccepted("isAccepted"), ...whenRejected, onHoldOtherwise] as const;

/** The customer's link has run out, or WooCommerce's hold-stock job wants the order: the gateway was asked first. */
const whenTheLinkExpires = [
  ...whenAccepted("isAccepted"),
  ...whenRejected,
  {
    guard: "isAwaitingCustomer",
    target: "cancelled",
    actions: { type: "setStatus", params: { note: "time-limit-reached" } },
    meta: { rule: "ttl/expired" },
  },
  {
    guard: "isMissing",
    target: "cancelled",
    actions: { type: "setStatus", params: { note: "time-limit-reached" } },
    meta: { rule: "ttl/expired" },
  },
  onHoldOtherwise,
] as const;

/** Seed 000: "customers redirected to a fail-page will render the order to be canceled". Never a paid one. */
const whenTheCustomerFails = [
  ...whenAccepted("isAccepted"),
  {
    guard: "isRejected",
    target: "cancelled",
    actions: { type: "setStatus", params: { note: "payment-status-cancelled" } },
    meta: { rule: "fail-page/cancelled" },
  },
  {
    guard: "isAwaitingCustomer",
    target: "cancelled",
    actions: { type: "setStatus", params: { note: "customer-cancelled" } },
    meta: { rule: "fail-page/cancelled" },
  },
  {
    guard: "isMissing",
    target: "cancelled",
    actions: { type: "setStatus", params: { note: "customer-cancelled" } },
    meta: { rule: "fail-page/cancelled" },
  },
  onHoldOtherwise,
] as const;

/** "Completed → performs a full capture." The order reads completed only once the gateway has confirmed. */
const mayComplete = [
  {
    guard: "isPaidInFull",
    target: "completed",
    actions: { type: "setStatus", params: { note: "payment-already-captured" } },
    meta: { rule: "capture/already-captured" },
  },
  {
    guard: "isFree",
    target: "completed",
    actions: { type: "setStatus", params: { note: "nothing-to-capture" } },
    meta: { rule: "capture/nothing-to-pay" },
  },
  {
    guard: "completesWithoutCapture",
    target: "completed",
    actions: { type: "setStatus", params: { note: "capture-off" } },
    meta: { rule: "capture/off" },
  },
  { guard: "canCapture", target: "capturing", actions: "capturePayment", meta: { rule: "capture/full" } },
] as const;

/** A capture without a change of status: all or nothing. */
const mayCapture = {
  guard: "canCaptureAll",
  target: "capturing",
  actions: "capturePayment",
  meta: { rule: "capture/full" },
} as const;

/** "Cancelled → performs a full cancellation. Only possible if the order has not yet been captured." */
const mayCancel = [
  {
    guard: "cancelIsOff",
    target: "cancelled",
    actions: { type: "setStatus", params: { note: "cancel-off" } },
    meta: { rule: "cancel/off" },
  },
  {
    guard: "hasNothingToCancel",
    target: "cancelled",
    actions: { type: "setStatus", params: { note: "nothing-to-cancel" } },
    meta: { rule: "cancel/nothing-to-cancel" },
  },
  { guard: "canCancel", target: "cancelling", actions: "cancelPayment", meta: { rule: "cancel/full" } },
] as const;

/** "Refunded → performs a full credit. Partial refunds via the dropdown are not supported." */
const mayRefund = [
  {
    guard: "isAlreadyRefunded",
    target: "refunded",
    actions: { type: "setStatus", params: { note: "already-refunded" } },
    meta: { rule: "refund/already-refunded" },
  },
  {
    guard: "refundsWithoutCredit",
    target: "refunded",
    actions: { type: "setStatus", params: { note: "refund-off" } },
    meta: { rule: "refund/off" },
  },
  { guard: "canRefundInFull", target: "refunding", actions: "refundPayment", meta: { rule: "refund/full" } },
] as const;

/** A refund of an amount or of lines: never more than was captured and not yet given back. */
const mayRefundAmount = [
  { guard: "refundIsOff", actions: "recordRefund", meta: { rule: "refund/off" } },
  { guard: "canRefundAmount", target: "refunding", actions: "refundPayment", meta: { rule: "refund/part" } },
] as const;

/** "Removing items: cancelling the entire order and then recreating it with the updated set of order lines." */
const mayEdit = [
  {
    guard: "modifyIsOff",
    actions: ["setOrderLines", { type: "addNote", params: { note: "modify-off" } }],
    meta: { rule: "modify/off" },
  },
  {
    guard: "totalIsOnThePayment",
    actions: ["setOrderLines", { type: "addNote", params: { note: "modify-same-total" } }],
    meta: { rule: "modify/same-total", reason: "same-total" },
  },
  {
    guard: "canRebuild",
    target: "rebuilding.adding",
    actions: ["setOrderLines", "addOrderLines"],
    meta: { rule: "modify/rebuild" },
  },
  {
    guard: "canModify",
    target: "rebuilding.cancelling",
    actions: ["setOrderLines", "cancelPayment"],
    meta: { rule: "modify/cancel-and-recreate" },
  },
] as const;

/** "Click Recalculate to update the order state as this also pushes the order update to the payment." */
const mayRecalculate = [
  { guard: "modifyIsOff", meta: { rule: "modify/off" } },
  { guard: "totalIsOnThePayment", meta: { rule: "modify/same-total", reason: "same-total" } },
  { guard: "canRebuild", target: "rebuilding.adding", actions: "addOrderLines", meta: { rule: "modify/recalculate" } },
  {
    guard: "canModify",
    target: "rebuilding.cancelling",
    actions: "cancelPayment",
    meta: { rule: "modify/recalculate" },
  },
] as const;

const byMerchant = { type: "setStatus", params: { note: "set-by-merchant" } } as const;

/** WooCommerce lets a merchant set these; the flags say it when the payment disagrees. A frozen order is not to be shipped. */
const mayProcess = {
  guard: "isNotFrozen",
  target: "processing",
  actions: byMerchant,
  meta: { rule: "merchant/processing" },
} as const;
const mayHold = { target: "on-hold", actions: byMerchant, meta: { rule: "merchant/on-hold" } } as const;
const mayFail = { target: "failed", actions: byMerchant, meta: { rule: "merchant/failed" } } as const;
const mayReopen = { target: "pending", actions: byMerchant, meta: { rule: "merchant/pending" } } as const;

const staysAsItIs = { meta: { rule: "status-update/already" } } as const;

/** What another hand wrote to the shop is followed, and flagged where the payment disagrees. */
const followTheShop = [
  { guard: "seesPending", target: ".pending", meta: { rule: "shop/seen" } },
  { guard: "seesProcessing", target: ".processing", meta: { rule: "shop/seen" } },
  { guard: "seesOnHold", target: ".on-hold", meta: { rule: "shop/seen" } },
  { guard: "seesFailed", target: ".failed", meta: { rule: "shop/seen" } },
  { guard: "seesCancelled", target: ".cancelled", meta: { rule: "shop/seen" } },
  { guard: "seesCompleted", target: ".completed", meta: { rule: "shop/seen" } },
  { guard: "seesRefunded", target: ".refunded", meta: { rule: "shop/seen" } },
] as const;

/** Whoever waits for a lost answer: nothing of this call goes out again before the bank can no longer act on it. */
const staysOpen = {
  guard: "mayStillTakeEffect",
  target: "unknown",
  reenter: true,
} as const;

const captureSeen = [
  {
    guard: "wasAskedToComplete",
    target: "#order.completed",
    actions: { type: "setStatus", params: { note: "capture-success" } },
    meta: { rule: "capture/read-back" },
  },
  {
    guard: "captureTookEffect",
    target: "#order.returning",
    actions: { type: "addNote", params: { note: "capture-success" } },
    meta: { rule: "capture/read-back" },
  },
] as const;
const captureFailed = {
  target: "#order.returning",
  actions: ["rememberFailedCapture", { type: "addNote", params: { note: "capture-failed" } }],
} as const;
/** A reading that was taken after the answer to a capture was lost. */
const whenCaptureIsLookedFor = [
  ...captureSeen,
  { guard: "mayTryCaptureAgain", target: "asked", actions: "capturePayment", meta: { rule: "capture/again" } },
  { ...staysOpen, meta: { rule: "capture/waits", reason: "outcome-unknown" } },
  { ...captureFailed, guard: "repeatWasRefused", meta: { rule: "capture/refused" } },
  { ...captureFailed, meta: { rule: "capture/given-up" } },
] as const;

const refundSeen = [
  {
    guard: "isRefundedInFull",
    target: "#order.refunded",
    actions: { type: "setStatus", params: { note: "refund-success" } },
    meta: { rule: "refund/read-back" },
  },
  {
    guard: "refundTookEffect",
    target: "#order.returning",
    actions: ["recordRefund", { type: "addNote", params: { note: "refund-success" } }],
    meta: { rule: "refund/read-back" },
  },
] as const;
const refundFailed = {
  target: "#order.returning",
  actions: { type: "addNote", params: { note: "refund-failed" } },
} as const;
const whenRefundIsLookedFor = [
  ...refundSeen,
  { guard: "mayTryRefundAgain", target: "asked", actions: "refundPayment", meta: { rule: "refund/again" } },
  { ...staysOpen, meta: { rule: "refund/waits", reason: "outcome-unknown" } },
  { ...refundFailed, guard: "repeatWasRefused", meta: { rule: "refund/refused" } },
  { ...refundFailed, meta: { rule: "refund/given-up" } },
] as const;

const cancelSeen = {
  guard: "cancelTookEffect",
  target: "#order.cancelled",
  actions: { type: "setStatus", params: { note: "cancel-success" } },
  meta: { rule: "cancel/read-back" },
} as const;
const cancelFailed = {
  target: "#order.returning",
  actions: { type: "addNote", params: { note: "cancel-failed" } },
} as const;
const whenCancelIsLookedFor = [
  cancelSeen,
  { guard: "mayTryCancelAgain", target: "asked", actions: "cancelPayment", meta: { rule: "cancel/again" } },
  { ...staysOpen, meta: { rule: "cancel/waits", reason: "outcome-unknown" } },
  { ...cancelFailed, guard: "repeatWasRefused", meta: { rule: "cancel/refused" } },
  { ...cancelFailed, meta: { rule: "cancel/given-up" } },
] as const;

const modifyFailed = {
  target: "#order.returning",
  actions: { type: "addNote", params: { note: "modify-failed" } },
} as const;
/** The cancellation of a change of lines: the rest is reserved anew once it is seen. */
const oldLinesGone = [
  {
    guard: "cancelTookEffectAndRestCanBeAdded",
    target: "adding",
    actions: "addOrderLines",
    meta: { rule: "modify/read-back" },
  },
  { ...modifyFailed, guard: "cancelTookEffectAndLeavesSomething", meta: { rule: "modify/given-up" } },
  {
    guard: "cancelTookEffect",
    target: "#order.returning",
    actions: { type: "addNote", params: { note: "modify-success" } },
    meta: { rule: "modify/read-back" },
  },
] as const;
const whenOldLinesAreLookedFor = [
  ...oldLinesGone,
  { guard: "mayTryCancelAgain", target: "cancelling", actions: "cancelPayment", meta: { rule: "modify/again" } },
  { ...staysOpen, target: "cancelUnknown", meta: { rule: "modify/waits", reason: "outcome-unknown" } },
  { ...modifyFailed, guard: "repeatWasRefused", meta: { rule: "modify/refused" } },
  { ...modifyFailed, meta: { rule: "modify/given-up" } },
] as const;
const newLinesSeen = {
  guard: "linesTookEffect",
  target: "#order.returning",
  actions: { type: "addNote", params: { note: "modify-success" } },
  meta: { rule: "modify/read-back" },
} as const;
const whenNewLinesAreLookedFor = [
  newLinesSeen,
  { guard: "mayTryRebuildAgain", target: "adding", actions: "addOrderLines", meta: { rule: "modify/again" } },
  { ...staysOpen, target: "addUnknown", meta: { rule: "modify/waits", reason: "outcome-unknown" } },
  { ...modifyFailed, guard: "repeatWasRefused", meta: { rule: "modify/refused" } },
  { ...modifyFailed, meta: { rule: "modify/given-up" } },
] as const;

const whenBookingIsLookedFor = [
  { guard: "mayTryBookingAgain", target: "asked", actions: "bookSignedPayment", meta: { rule: "book/again" } },
  {
    ...staysOpen,
    guard: "isMissingAndMayStillCome",
    meta: { rule: "book/waits", reason: "outcome-unknown" },
  },
  {
    guard: "customerFindsNoPaymentAfterRefusal",
    target: "#order.failed",
    actions: { type: "setStatus", params: { note: "payment-status-failed" } },
    meta: { rule: "book/refused" },
  },
  {
    guard: "isMissing",
    target: "#order.pending",
    actions: { type: "addNote", params: { note: "signing-failed" } },
    meta: { rule: "book/given-up" },
  },
] as const;

const moneyUnderWay = { meta: { rule: "money/under-way" } } as const;

/** An order that becomes pending again is being written at this moment. */
const lastWrite = ({ order, now }: Considered): number =>
  order.status === "pending" ? Math.max(order.createdAt, order.updatedAt) : now;

export const orderMachine = setup({
  types: {
    context: {} as Considered,
    events: {} as OrderEvent | { type: "customer.failed" | "customer.signed" | "customer.unproven" },
    meta: {} as Meta,
  },
  guards,
  actions,
  delays: {
    /** Without end where no link of ours can run out. */
    linkLifetime: ({ context }) =>
      context.payment.gateway !== null && context.flow.linkExpires
        ? lastWrite(context) + linkLifetimeMinutes(context.settings) * 60_000 - context.now
        : Number.POSITIVE_INFINITY,
    /** Until the payment is read again for the effect of a call whose answer was lost. */
    nextLook: ({ context }) => nextLookIn(context),
  },
}).createMachine({
  id: "order",
  initial: "checkout-draft",
  context: {} as Considered,
  on: {
    "order.placed": followTheShop,
    "order.seen": followTheShop,
    "shop.conflicted": followTheShop,
  },
  states: {
    "checkout-draft": {
      meta: { says: "The customer is still at the checkout" },
    },

    pending: {
      meta: { says: "Waiting for the customer's payment" },
      after: { linkLifetime: whenTheLinkExpires },
      on: {
        "payment.read": whenPendingIsRead,
        /** Nothing happened at the bank: a customer who is still there is left alone. */
        "reconcile.asked": [
          {
            guard: "isAwaitingCustomer",
            meta: { rule: "reconcile/still-at-the-bank", reason: "still-at-the-bank" },
          },
          ...whenPaymentIsKnown,
          onHoldOtherwise,
        ],
        "customer.unproven": whenUnprovenReturn,
        "customer.signed": whenSigned,
        "callback.received": whenSigned,
        "customer.failed": whenTheCustomerFails,
        "shop.holdStockDue": whenTheLinkExpires,
        "order.updated": { target: "pending", reenter: true, meta: { rule: "ttl/restarted" } },
        "payment.created": { target: "pending", reenter: true, meta: { rule: "checkout/payment-created" } },
        "merchant.completed": mayComplete,
        "merchant.cancelled": mayCancel,
        "merchant.processed": mayProcess,
        "merchant.held": mayHold,
        "merchant.failed": mayFail,
        "merchant.editedLines": mayEdit,
        "merchant.recalculated": mayRecalculate,
      },
    },

    /** Signing and booking are two steps in the older flows; the customer signs once, and it is booked once. */
    booking: {
      meta: { says: "What the customer signed is being booked" },
      initial: "asked",
      states: {
        asked: {
          on: {
            "book.refused": [
              {
                guard: "answerWasLost",
                target: "unknown",
                actions: "readBack",
                meta: { rule: "book/refused-after-loss" },
              },
              {
                guard: "customerAsked",
                target: "refused",
                actions: ["readBack", { type: "addNote", params: { note: "signing-failed" } }],
                meta: { rule: "book/read-after-refusal" },
              },
              { target: "refused", actions: "readBack", meta: { rule: "book/read-after-refusal" } },
            ],
            "book.unknown": { target: "unknown", actions: "readBack", meta: { rule: "book/unknown" } },
            "book.confirmed": {
              guard: "isMissing",
              target: "unknown",
              actions: "readBack",
              meta: { rule: "book/unknown" },
            },
          },
        },
        unknown: {
          meta: { says: "The bank's answer was lost; the payment is read until it shows what became of the call" },
          after: {
            nextLook: [
              ...whenBookingIsLookedFor,
              /** The payment is there: what it says decides. */
              { target: "unknown", actions: "readBack", meta: { rule: "book/unknown" } },
            ],
          },
          on: {
            "payment.readBack": whenBookingIsLookedFor,
            "merchant.endedWait": {
              guard: "isMissing",
              target: "#order.pending",
              actions: { type: "addNote", params: { note: "signing-failed" } },
              meta: { rule: "book/ended-by-person" },
            },
          },
        },
        refused: {
          meta: { says: "The bank refused to book; the payment is read to be sure" },
          on: {
            "payment.readBack": [
              {
                guard: "customerFindsNoPayment",
                target: "#order.failed",
                actions: { type: "setStatus", params: { note: "payment-status-failed" } },
                meta: { rule: "book/refused" },
              },
              { guard: "isMissing", target: "#order.pending", meta: { rule: "book/not-signed" } },
            ],
          },
        },
      },
      on: {
        "book.confirmed": whenBooked,
        "payment.readBack": whenBooked,
        "payment.read": { meta: { rule: "money/under-way" } },
      },
    },

    "on-hold": {
      meta: { says: "The payment waits for the bank" },
      on: {
        "payment.read": [
          { guard: "paysAnotherAmount", meta: { rule: "status-update/amount-differs" } },
          ...whenPaid("holdsMoney"),
          {
            guard: "isRejectedAfterTheTask",
            target: "failed",
            actions: { type: "setStatus", params: { note: "payment-status-failed" } },
            meta: { rule: "status-update/rejected-failed" },
          },
          { guard: "staysOnHoldWhenAborted", meta: { rule: "status-update/rejected-stays-on-hold" } },
          {
            guard: "isRejected",
            target: "cancelled",
            actions: { type: "setStatus", params: { note: "payment-status-cancelled" } },
            meta: { rule: "status-update/rejected-cancelled" },
          },
          staysAsItIs,
        ],
        "merchant.completed": mayComplete,
        "merchant.cancelled": mayCancel,
        "merchant.refunded": mayRefund,
        "merchant.processed": mayProcess,
        "merchant.failed": mayFail,
        "merchant.reopened": mayReopen,
        "merchant.captured": mayCapture,
        "merchant.refundedAmount": mayRefundAmount,
        "merchant.editedLines": mayEdit,
        "merchant.recalculated": mayRecalculate,
      },
    },

    processing: {
      meta: { says: "Paid; the shop prepares the goods" },
      on: {
        "payment.read": whenProcessingIsRead,
        "customer.unproven": [stillAtTheBank, ...whenProcessingIsRead],
        "merchant.completed": mayComplete,
        "merchant.cancelled": mayCancel,
        "merchant.refunded": mayRefund,
        "merchant.held": mayHold,
        "merchant.failed": mayFail,
        "merchant.reopened": mayReopen,
        "merchant.captured": mayCapture,
        "merchant.refundedAmount": mayRefundAmount,
        "merchant.editedLines": mayEdit,
        "merchant.recalculated": mayRecalculate,
      },
    },

    /** Money moves first, status follows. */
    capturing: {
      meta: { says: "The payment is being captured" },
      initial: "asked",
      states: {
        asked: {
          on: {
            "capture.confirmed": [
              {
                guard: "wasAskedToComplete",
                target: "#order.completed",
                actions: { type: "setStatus", params: { note: "capture-success" } },
                meta: { rule: "capture/confirmed" },
              },
              {
                guard: "captureTookEffect",
                target: "#order.returning",
                actions: { type: "addNote", params: { note: "capture-success" } },
                meta: { rule: "capture/confirmed" },
              },
              { target: "unknown", actions: "readBack", meta: { rule: "capture/unknown" } },
            ],
            "capture.refused": [
              {
                guard: "answerWasLost",
                target: "unknown",
                actions: "readBack",
                meta: { rule: "capture/refused-after-loss" },
              },
              { ...captureFailed, meta: { rule: "capture/refused" } },
            ],
            "capture.unknown": { target: "unknown", actions: "readBack", meta: { rule: "capture/unknown" } },
          },
        },
        unknown: {
          meta: { says: "The bank's answer was lost; the payment is read until it shows what became of the call" },
          after: { nextLook: whenCaptureIsLookedFor },
          on: {
            "payment.readBack": whenCaptureIsLookedFor,
            "payment.read": [...captureSeen, moneyUnderWay],
            "merchant.endedWait": [...captureSeen, { ...captureFailed, meta: { rule: "capture/ended-by-person" } }],
          },
        },
      },
      on: {
        "payment.read": { meta: { rule: "money/under-way" } },
        "merchant.completed": { meta: { rule: "money/under-way" } },
      },
    },

    completed: {
      meta: { says: "Captured and done", refuses: "terminal-status" },
      on: {
        "payment.read": { meta: { rule: "terminal/completed" } },
        "merchant.refunded": mayRefund,
        "merchant.refundedAmount": mayRefundAmount,
      },
    },

    refunding: {
      meta: { says: "The payment is being refunded" },
      initial: "asked",
      states: {
        asked: {
          on: {
            "refund.confirmed": [
              {
                guard: "isRefundedInFull",
                target: "#order.refunded",
                actions: { type: "setStatus", params: { note: "refund-success" } },
                meta: { rule: "refund/confirmed" },
              },
              {
                guard: "refundTookEffect",
                target: "#order.returning",
                actions: ["recordRefund", { type: "addNote", params: { note: "refund-success" } }],
                meta: { rule: "refund/confirmed-part" },
              },
              { target: "unknown", actions: "readBack", meta: { rule: "refund/unknown" } },
            ],
            "refund.refused": [
              {
                guard: "answerWasLost",
                target: "unknown",
                actions: "readBack",
                meta: { rule: "refund/refused-after-loss" },
              },
              { ...refundFailed, meta: { rule: "refund/refused" } },
            ],
            "refund.unknown": { target: "unknown", actions: "readBack", meta: { rule: "refund/unknown" } },
          },
        },
        unknown: {
          meta: { says: "The bank's answer was lost; the payment is read until it shows what became of the call" },
          after: { nextLook: whenRefundIsLookedFor },
          on: {
            "payment.readBack": whenRefundIsLookedFor,
            "payment.read": [...refundSeen, moneyUnderWay],
            "merchant.endedWait": [...refundSeen, { ...refundFailed, meta: { rule: "refund/ended-by-person" } }],
          },
        },
      },
      on: {
        "payment.read": { meta: { rule: "money/under-way" } },
        "merchant.refunded": { meta: { rule: "money/under-way" } },
      },
    },

    refunded: {
      meta: { says: "The money was given back", refuses: "terminal-status" },
      on: { "payment.read": { meta: { rule: "terminal/refunded" } } },
    },

    cancelling: {
      meta: { says: "The payment is being cancelled" },
      initial: "asked",
      states: {
        asked: {
          on: {
            "cancel.confirmed": [
              {
                guard: "cancelTookEffect",
                target: "#order.cancelled",
                actions: { type: "setStatus", params: { note: "cancel-success" } },
                meta: { rule: "cancel/confirmed" },
              },
              { target: "unknown", actions: "readBack", meta: { rule: "cancel/unknown" } },
            ],
            "cancel.refused": [
              {
                guard: "answerWasLost",
                target: "unknown",
                actions: "readBack",
                meta: { rule: "cancel/refused-after-loss" },
              },
              { ...cancelFailed, meta: { rule: "cancel/refused" } },
            ],
            "cancel.unknown": { target: "unknown", actions: "readBack", meta: { rule: "cancel/unknown" } },
          },
        },
        unknown: {
          meta: { says: "The bank's answer was lost; the payment is read until it shows what became of the call" },
          after: { nextLook: whenCancelIsLookedFor },
          on: {
            "payment.readBack": whenCancelIsLookedFor,
            "payment.read": [cancelSeen, moneyUnderWay],
            "merchant.endedWait": [cancelSeen, { ...cancelFailed, meta: { rule: "cancel/ended-by-person" } }],
          },
        },
      },
      on: {
        "payment.read": { meta: { rule: "money/under-way" } },
        "merchant.cancelled": { meta: { rule: "money/under-way" } },
      },
    },

    cancelled: {
      meta: { says: "Cancelled", refuses: "terminal-status" },
      on: {
        "payment.read": [
          { guard: "revives", target: "processing", actions: "completePayment", meta: { rule: "terminal/revived" } },
          { meta: { rule: "terminal/cancelled" } },
        ],
      },
    },

    failed: {
      meta: { says: "The payment failed; the customer may try again" },
      on: {
        "payment.read": whenFailedIsRead,
        "customer.unproven": [stillAtTheBank, ...whenFailedIsRead],
        "customer.failed": whenTheCustomerFails,
        "payment.created": {
          target: "pending",
          actions: { type: "setStatus", params: { note: "customer-tries-again" } },
          meta: { rule: "checkout/tries-again" },
        },
        "merchant.completed": mayComplete,
        "merchant.cancelled": mayCancel,
        "merchant.processed": mayProcess,
        "merchant.held": mayHold,
        "merchant.reopened": mayReopen,
      },
    },

    /** Cancel everything, then recreate with the rest. */
    rebuilding: {
      meta: { says: "The payment is being changed to the new lines" },
      initial: "cancelling",
      states: {
        cancelling: {
          on: {
            "cancel.confirmed": [
              {
                guard: "canAddTheRest",
                target: "adding",
                actions: "addOrderLines",
                meta: { rule: "modify/recreate" },
              },
              {
                guard: "leavesSomething",
                target: "#order.returning",
                actions: { type: "addNote", params: { note: "modify-failed" } },
                meta: { rule: "modify/given-up" },
              },
              {
                target: "#order.returning",
                actions: { type: "addNote", params: { note: "modify-success" } },
                meta: { rule: "modify/confirmed" },
              },
            ],
            "cancel.refused": [
              {
                guard: "answerWasLost",
                target: "cancelUnknown",
                actions: "readBack",
                meta: { rule: "modify/refused-after-loss" },
              },
              { ...modifyFailed, meta: { rule: "modify/refused" } },
            ],
            "cancel.unknown": { target: "cancelUnknown", actions: "readBack", meta: { rule: "modify/unknown" } },
          },
        },
        cancelUnknown: {
          meta: { says: "The bank's answer was lost; the payment is read until it shows what became of the call" },
          after: { nextLook: whenOldLinesAreLookedFor },
          on: {
            "payment.readBack": whenOldLinesAreLookedFor,
            "payment.read": [...oldLinesGone, moneyUnderWay],
            "merchant.endedWait": [...oldLinesGone, { ...modifyFailed, meta: { rule: "modify/ended-by-person" } }],
          },
        },
        adding: {
          on: {
            "rebuild.confirmed": [
              {
                guard: "linesTookEffect",
                target: "#order.returning",
                actions: { type: "addNote", params: { note: "modify-success" } },
                meta: { rule: "modify/confirmed" },
              },
              /** The bank's yes may come without the payment. */
              { target: "addUnknown", actions: "readBack", meta: { rule: "modify/unknown" } },
            ],
            "rebuild.refused": [
              {
                guard: "answerWasLost",
                target: "addUnknown",
                actions: "readBack",
                meta: { rule: "modify/refused-after-loss" },
              },
              { ...modifyFailed, meta: { rule: "modify/refused" } },
            ],
            "rebuild.unknown": { target: "addUnknown", actions: "readBack", meta: { rule: "modify/unknown" } },
          },
        },
        addUnknown: {
          meta: { says: "The bank's answer was lost; the payment is read until it shows what became of the call" },
          after: { nextLook: whenNewLinesAreLookedFor },
          on: {
            "payment.readBack": whenNewLinesAreLookedFor,
            "payment.read": [newLinesSeen, moneyUnderWay],
            "merchant.endedWait": [newLinesSeen, { ...modifyFailed, meta: { rule: "modify/ended-by-person" } }],
          },
        },
      },
      on: { "payment.read": { meta: { rule: "money/under-way" } } },
    },

    /** Back to the status that the order reads, in no time. */
    returning: {
      always: [
        { guard: "wasPending", target: "pending" },
        { guard: "wasProcessing", target: "processing" },
        { guard: "wasOnHold", target: "on-hold" },
        { guard: "wasFailed", target: "failed" },
        { target: "completed" },
      ],
    },
  },
});
