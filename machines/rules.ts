/**
 * Every rule that a transition may cite: what the document says, in short, and what we do. docs/rules.md is
 * made from this table; a test demands that every rule is cited by a machine and every citation is here.
 */
import { management, named, outcome, own, type Rule, r } from "./rule.js";
import { paymentRules } from "./rules-payments.js";

export type { Rule } from "./rule.js";

const update = "003 Status::update Process";
const flow = "003 Order Status Flow";
const capture = "003 Enable Capture";
const cancel = "003 Enable Cancel";
const refund = "003 Enable Refund";
const modify = "003 Enable Modify";
const switches = "003 Order Management";
const lines = "003 Order Line Handling";
const link = "003 Understanding Customer Link Expiration (TTL)";
const mails = "003 Resurs Mail Flow Explained";

const table = {
  "order/placed": r(
    "000 Purchasing with the new Merchant API",
    "the shop creates the order first, as pending",
    "The shop placed the order.",
  ),
  "order/not-ours": r(own, "-", "The order was paid another way, so the merchant may do what WooCommerce allows."),
  "order/own-status": r(own, "-", "Only the shop's own word for the status changes, so no money moves."),
  "shop/seen": r(
    "003 External integrations and hook requirements",
    "a status written past the hooks reaches nobody and leads to mismatches",
    "Somebody else changed the status in the shop; it is followed and checked against the payment.",
  ),

  "shop/differs": r(
    own,
    "-",
    "The shop was asked before any money moved and has a different order than the one known here, so nothing was sent.",
  ),

  ...named("callback", {
    test: r("Resurs's API", "a test callback proves that the address works", "A test callback changes nothing."),
    "stale-payment": r(own, "-", "The callback is about a payment that holds no money and does not pay this order."),
    "unknown-payment": r(own, "-", "The callback is about a payment that does not belong to this order."),
    duplicate: r(own, "-", "The same callback came before and is still waiting."),
  }),

  ...named("cooldown", {
    held: r(
      flow,
      "callbacks wait until 60 seconds after the order was created or updated",
      "Callback held so that the customer's return is handled first.",
    ),
    queued: r(
      flow,
      "callbacks wait until 60 seconds after the order was created or updated",
      "The callback waits together with the others.",
    ),
    over: r(flow, "thereafter the status is updated", "The hold period has ended, so the payment is read."),
    "never-held": r(flow, "the customer is given the time to reach the thank-you page", "The payment is read at once."),
    "next-reading": r(
      "003 Callbacks, 2",
      "a secure request is made before the order is processed",
      "It arrived after the reading was requested, so another reading follows.",
    ),
    updated: r(
      flow,
      "from the moment the order was created or updated",
      "The order was changed, so the hold period starts again, until ten minutes after the callback.",
    ),
    "under-way": r(
      own,
      "-",
      "A call that moves this order's money is under way: the payment is read as soon as the bank has answered what was sent to it last, and the callback waits for the call's result.",
    ),
    settled: r(own, "-", "The call that moved money has ended, so the payment is read again."),
    "every-payment": r(own, "-", "The order has other payments; they are read before it is given up."),
  }),

  ...named("status-update", {
    accepted: r(update, "ACCEPTED: the order is marked as processing", "The bank accepted the payment."),
    "accepted-virtual": r(
      "004 Embedded checkout flow",
      "WooCommerce decides between processing and completed by the kind of goods",
      "The bank accepted the payment and there is nothing to ship: the order is completed once the payment is captured.",
    ),
    "rejected-failed": r(
      update,
      "REJECTED with the task completed: failed",
      "The bank rejected the payment after the customer had finished at the bank.",
    ),
    "rejected-cancelled": r(
      update,
      "REJECTED with the task not completed: cancelled",
      "The payment ended before the customer had finished at the bank.",
    ),
    otherwise: r(
      update,
      "any other status: on-hold",
      "The bank has not decided on the payment yet, so the order is on hold.",
    ),
    "amount-differs": r(
      "Nets's own plugin",
      "a paid amount that differs from the order total by more than rounding is put on hold",
      "The amount paid differs from the order total by more than rounding.",
    ),
    "no-such-payment": r(
      "002 Payment failures",
      "the order exists, the payment does not",
      "The bank does not know the payment yet.",
    ),
    "still-at-the-bank": r(
      mails,
      "on-hold is avoided while waiting for the customer",
      "The customer is still at the bank, and this shop waits for that.",
    ),
    "holds-nothing": r(own, "-", "The bank accepted the payment, but all of it has been cancelled or refunded since."),
    already: r(
      update,
      "the payment is compared with the order's status",
      "The order already has the status that the payment calls for.",
    ),
    "held-by-hand": r(
      own,
      "-",
      "A person put the paid order on hold, and it stays so until a person or the bank changes it.",
    ),
    "rejected-stays-on-hold": r(update, "cancelled, if validated", "This shop keeps rejected orders on hold."),
    "rejected-stays-processing": r(update, "updated, if validated", "This shop keeps rejected orders in processing."),
    validated: r(
      update,
      "an order that is not pending is validated first",
      "The payment went back to an earlier state and can still be used, so the order is on hold.",
    ),
    "not-validated": r(
      update,
      "if the criteria are not met, nothing further is done",
      "The payment gives no reason to change this order.",
    ),
  }),

  ...named("ttl", {
    expired: r(
      link,
      "after the link's lifetime an unpaid order is cancelled",
      "The time to pay ran out, and the bank, which was asked first, has no payment.",
    ),
    restarted: r(
      "WooCommerce",
      "hold-stock counts from the last write",
      "The order was changed, so the time to pay starts again.",
    ),
    "not-due": r(link, "once the set time elapses", "Stock is still reserved for the customer."),
  }),
  "fail-page/cancelled": r(
    "000 Purchasing with the new Merchant API, 3",
    "a customer sent to the fail page leaves the order cancelled",
    "The customer came back from the bank without paying.",
  ),
  "return/unproven": r(own, "-", "The return address proves nothing now, and the customer is still at the bank."),
  ...paymentRules,

  ...named("book", {
    signed: r(
      "002 Purchasing with simplified and hosted flow, 4b",
      "after signing, the landing page completes the order with bookSignedPayment",
      "The customer has signed, so the payment is booked.",
    ),
    unknown: r(own, "-", "The answer to the booking was lost, so the payment is read before anything is sent again."),
    again: r(own, "-", "The bank still has no payment, so the booking is sent again."),
    waits: r(
      own,
      "-",
      "The bank has no payment yet but may still book it, so it is asked again before anything is sent.",
    ),
    "refused-after-loss": r(
      own,
      "-",
      "The bank refused the repeated booking; the payment is read, because the first call may have taken effect.",
    ),
    "ended-by-person": r(own, "-", "Somebody ended the wait for the booking, and the bank has no payment."),
    "given-up": r(own, "-", "The booking failed after several attempts, so the order stays pending."),
    "read-after-refusal": r(
      own,
      "-",
      "The bank refused the booking; the payment is read, because it may have been booked before.",
    ),
    refused: r(
      "002 Purchasing with simplified and hosted flow, 4",
      "when something goes wrong, the customer is sent back to the cart with an error",
      "The bank refused to book the signed payment.",
    ),
    "not-signed": r(own, "-", "A callback led to a booking that the bank refused, so the order keeps waiting."),
  }),

  "reconcile/still-at-the-bank": r(
    mails,
    "on-hold is avoided while waiting for the customer",
    "The customer is still at the bank, and nothing says otherwise.",
  ),

  ...named("capture", {
    full: r(
      capture,
      "Completed performs a full capture; no partial captures",
      "Completing the order captures the full amount.",
    ),
    confirmed: r(management, "the payment is finalized and captured", "The bank confirmed the capture."),
    "already-captured": r(
      "003 Conditions required for capturing payments",
      "the payment must not yet be fully captured",
      "The payment was already captured, so nothing was sent.",
    ),
    "nothing-to-pay": r(own, "-", "The order costs nothing, so there is nothing to capture."),
    off: r(switches, "can be switched off", "Automatic capture is switched off."),
    ...outcome("capture"),
  }),
  ...named("cancel", {
    full: r(
      cancel,
      "Cancelled performs a full cancellation of what is left",
      "Cancelling the order cancels the payment.",
    ),
    confirmed: r(cancel, "the payment is cancelled", "The bank confirmed the cancellation."),
    "nothing-to-cancel": r(own, "-", "There is nothing to cancel at the bank."),
    rest: r(own, "-", "A part was captured and the rest is not needed, so the rest is cancelled."),
    off: r(switches, "can be switched off", "Automatic cancellation is switched off."),
    ...outcome("cancellation"),
  }),
  ...named("refund", {
    full: r(
      refund,
      "Refunded performs a full credit, also after a partial one in the portal",
      "Refunding the order pays back everything that is left.",
    ),
    part: r(refund, "a refund applied to the order is handled", "Refunding a part pays back that part."),
    confirmed: r(management, "the order is refunded completely", "The bank confirmed the refund."),
    "confirmed-part": r(refund, "a refund applied to the order is handled", "The bank confirmed the partial refund."),
    "already-refunded": r(own, "-", "The payment was already refunded, so nothing was sent."),
    "same-click": r(own, "-", "The same refund was requested in the same instant, without an id of its own."),
    off: r(switches, "can be switched off", "Automatic refunds are switched off."),
    ...outcome("refund"),
  }),
  ...named("modify", {
    "cancel-and-recreate": r(
      lines,
      "removing items cancels everything and recreates the rest",
      "Lines were removed, so the payment is cancelled and recreated for the rest.",
    ),
    recreate: r(
      lines,
      "recreated with the updated lines",
      "The old reservation is gone, so the remaining lines are reserved again.",
    ),
    rebuild: r(
      modify,
      "works if the payment has been fully cancelled",
      "The payment was fully cancelled, so it is rebuilt for the new lines.",
    ),
    recalculate: r(
      modify,
      "Recalculate pushes the order to the payment",
      "Recalculating the order makes the payment follow it.",
    ),
    confirmed: r(modify, "changes are reflected on the payment", "The bank confirmed the new lines."),
    "same-total": r(modify, "an equal total makes no call", "The total is the same, so no call was made."),
    unpaid: r(own, "-", "Nothing is paid yet; the next payment covers the new lines."),
    off: r(switches, "can be switched off", "Changing payments is switched off."),
    ...outcome("change of lines"),
  }),

  ...named("merchant", {
    processing: r(
      "003 A Third Scenario Based on Merchant Errors",
      "a merchant may set processing on an unpaid order",
      "The merchant chose this status.",
    ),
    "on-hold": r(own, "-", "The merchant chose this status."),
    failed: r(own, "-", "The merchant chose this status."),
    pending: r(own, "-", "The merchant chose this status."),
  }),
  "money/under-way": r(own, "-", "A call that moves this order's money is under way; its result decides."),
  ...named("terminal", {
    completed: r(capture, "completed can no longer be reverted", "A completed order can only be refunded."),
    refunded: r(refund, "refunded can't be reverted", "A refunded order stays refunded."),
    cancelled: r(cancel, "cancelled can't be reverted", "A cancelled order stays cancelled."),
    revived: r(
      "WooCommerce",
      "a late payment revives a cancelled order",
      "This shop revives cancelled orders that are paid late.",
    ),
  }),
};

/** A rule by its name. A misspelt one does not compile. */
export type RuleId = keyof typeof table;
/** Every rule by its name, as it is stored with a decision. */
export const rules: Record<string, Rule> = table;
