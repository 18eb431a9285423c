/**
 * The WooCommerce order, as the documents say it lives. Hold it beside seed 003, "Order Status Flow",
 * "Status::update Process" and "Order Management": each `meta.rule` is a row of docs/rules.md.
 *
 * `payment.read` and what a merchant asks arrive here only with a reading of the payment that was taken after whatever
 * caused them; all but what needs none (`needsNoReading` in machines/events.ts). A state is not the order's status: while a
 * call is under way the order keeps the status it has. Whatever no branch takes is ignored or refused, and says why.
 */
import type { GuardContext } from "../guards.js";
import { cancelling, capturing, givingBack, lettingGo, refunding, releasing } from "./bank-calls.js";
import { booking } from "./booking.js";
import * as merchant from "./merchant.js";
import * as reading from "./reading.js";
import { rebuilding } from "./rebuilding.js";
import { orderSetup, outcome, rule, status } from "./setup.js";

/** What another hand wrote to the shop is followed, and flagged where the payment disagrees. */
const followTheShop = [
  { guard: "seesPending", target: ".pending", ...rule("shop/seen") },
  { guard: "seesProcessing", target: ".processing", ...rule("shop/seen") },
  { guard: "seesOnHold", target: ".on-hold", ...rule("shop/seen") },
  { guard: "seesFailed", target: ".failed", ...rule("shop/seen") },
  { guard: "seesCancelled", target: ".cancelled", ...rule("shop/seen") },
  { guard: "seesCompleted", target: ".completed", ...rule("shop/seen") },
  { guard: "seesRefunded", target: ".refunded", ...rule("shop/seen") },
] as const;

/** How a merchant ends an order that the customer has paid, or that waits for the bank; and what else he may ask of it. */
const ends = {
  "merchant.completed": merchant.complete,
  "merchant.cancelled": merchant.cancel,
  "merchant.refunded": merchant.refund,
} as const;
const changes = {
  "merchant.failed": merchant.fail,
  "merchant.reopened": merchant.reopen,
  "merchant.captured": merchant.capture,
  "merchant.released": merchant.release,
  "merchant.refundedAmount": merchant.refundAmount,
  "merchant.editedLines": merchant.editLines,
  "merchant.recalculated": merchant.recalculate,
} as const;

export const orderMachine = orderSetup.createMachine({
  id: "order",
  initial: "checkout-draft",
  context: {} as GuardContext,
  on: {
    "order.placed": followTheShop,
    "order.seen": followTheShop,
    "shop.conflicted": followTheShop,
  },
  states: {
    "checkout-draft": { meta: { says: "The customer is still at the checkout" } },

    pending: {
      meta: { says: "Waiting for the customer's payment" },
      after: { linkLifetime: reading.whenLinkExpires },
      on: {
        "payment.read": reading.whenPending,
        "reconcile.asked": reading.whenReconciled,
        "checkout.asked": reading.whenPayingAgain,
        "customer.unproven": reading.whenPendingUnproven,
        "customer.signed": reading.whenSigned,
        "callback.received": reading.whenSigned,
        "customer.failed": reading.whenCustomerFails,
        "shop.holdStockDue": reading.whenLinkExpires,
        "order.updated": { target: "pending", reenter: true, ...rule("ttl/restarted") },
        "payment.created": { target: "pending", reenter: true, ...rule("checkout/payment-created") },
        "merchant.completed": merchant.complete,
        "merchant.cancelled": merchant.cancel,
        "merchant.processed": merchant.process,
        "merchant.held": merchant.hold,
        "merchant.failed": merchant.fail,
        "merchant.editedLines": merchant.editUnpaidLines,
        "merchant.recalculated": merchant.recalculateUnpaid,
      },
    },

    booking,

    "on-hold": {
      meta: { says: "On hold until the bank or a person decides" },
      on: {
        "payment.read": reading.whenOnHold,
        "customer.signed": reading.whenOnHoldSigned,
        "callback.received": reading.whenOnHoldSigned,
        "customer.failed": reading.whenOnHoldCustomerFails,
        ...ends,
        "merchant.processed": merchant.process,
        ...changes,
      },
    },

    processing: {
      meta: { says: "The shop prepares the goods" },
      on: {
        "payment.read": reading.whenProcessing,
        "customer.signed": reading.whenProcessingSigned,
        "callback.received": reading.whenProcessingSigned,
        "customer.unproven": reading.whenProcessingUnproven,
        "customer.failed": reading.whenProcessingCustomerFails,
        ...ends,
        "merchant.held": merchant.hold,
        ...changes,
      },
    },

    capturing,

    completed: {
      meta: { says: "Completed", refuses: "terminal-status" },
      on: {
        "payment.read": reading.whenCompleted,
        "merchant.captured": merchant.capture,
        "merchant.refunded": merchant.refund,
        "merchant.refundedAmount": merchant.refundAmount,
        "merchant.released": merchant.release,
      },
    },

    refunding,

    refunded: {
      meta: { says: "Refunded", refuses: "terminal-status" },
      on: { "payment.read": outcome("terminal", "terminal/refunded") },
    },

    cancelling,
    releasing,

    cancelled: {
      meta: { says: "Cancelled", refuses: "terminal-status" },
      on: { "payment.read": reading.whenCancelled },
    },

    lettingGo,
    givingBack,

    failed: {
      meta: { says: "The payment failed; the customer may try again" },
      on: {
        "payment.read": reading.whenFailed,
        "checkout.asked": reading.whenFailedPayingAgain,
        "customer.signed": reading.whenSignedAfterAll,
        "callback.received": reading.whenSignedAfterAll,
        "customer.unproven": reading.whenFailedUnproven,
        "customer.failed": reading.whenCustomerFails,
        "payment.created": {
          target: "pending",
          actions: status("customer-tries-again"),
          ...rule("checkout/tries-again"),
        },
        "merchant.completed": merchant.complete,
        "merchant.cancelled": merchant.cancel,
        "merchant.processed": merchant.process,
        "merchant.held": merchant.hold,
        "merchant.reopened": merchant.reopen,
        "merchant.editedLines": merchant.editUnpaidLines,
        "merchant.recalculated": merchant.recalculateUnpaid,
      },
    },

    rebuilding,

    /** Back to the status that the order has, in no time. */
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
