/**
 * Every rule that a transition may cite: what the document says, in short, and what we do. docs/rules.md is
 * made from this table; a test demands that every rule is cited by a machine and every citation is here.
 */
import { named, outcome, own, type Rule, r } from "./rule.js";
import { paymentRules } from "./rules-payments.js";

export type { Rule } from "./rule.js";

const update = "003 Status::update Process";
const flow = "003 Order Status Flow";
const capture = "003 Enable Capture";
const cancel = "003 Enable Cancel";
const refund = "003 Enable Refund";
const modify = "003 Enable Modify";

const table = {
  "order/placed": r("000 Purchasing", "the shop creates the order first, as pending", "the shop placed the order"),
  "order/not-ours": r(own, "-", "the order was paid another way, so the merchant does as WooCommerce lets him"),
  "shop/seen": r(
    "003 External integrations",
    "a status written past the hooks reaches nobody and leads to mismatches",
    "another hand wrote this status to the shop; it is followed and checked against the payment",
  ),

  "shop/differs": r(
    own,
    "-",
    "the shop was read before any money moved and has another order than was known here, so nothing was sent",
  ),

  ...named("callback", {
    test: r("002 Callbacks", "a test callback proves that the address works", "a test callback changes nothing"),
    "stale-payment": r(own, "-", "the callback is about a payment that holds no money and does not pay this order"),
    "unknown-payment": r(own, "-", "the callback is about a payment that is not this order's"),
    duplicate: r(own, "-", "the same callback came before and still waits"),
  }),

  ...named("cooldown", {
    held: r(
      flow,
      "callbacks wait until 60 seconds after the order was created or updated",
      "the callback gives way to the customer",
    ),
    queued: r(
      flow,
      "callbacks wait until 60 seconds after the order was created or updated",
      "the callback waits with the others",
    ),
    over: r(flow, "thereafter the status is updated", "the 60 seconds are over, so the payment is read"),
    "never-held": r(flow, "the customer is given the time to reach the thank-you page", "the payment is read at once"),
    "next-reading": r(
      "003 Callbacks, 2",
      "a secure request is made before the order is processed",
      "it came after the reading was asked for, so another one follows",
    ),
    updated: r(
      flow,
      "from the moment the order was created or updated",
      "the order was written, so the 60 seconds begin anew",
    ),
    "under-way": r(own, "-", "money of this order is on the move, so the callback waits for its end"),
    settled: r(own, "-", "the money came to rest, so what the callback told is read again"),
    "other-payment": r(own, "-", "a new payment attempt was made, so that one is read"),
    "every-payment": r(own, "-", "the order has other payments, so they are read before it is given up"),
  }),

  ...named("status-update", {
    accepted: r(update, "ACCEPTED: the order is marked as processing", "the bank accepted the payment"),
    "accepted-virtual": r(
      "004 Embedded, confirm",
      "WooCommerce decides between processing and completed by the kind of goods",
      "the bank accepted the payment and nothing needs processing, so the order completes once it is captured",
    ),
    "rejected-failed": r(
      update,
      "REJECTED with the task completed: failed",
      "the bank rejected the payment after the customer had done his part",
    ),
    "rejected-cancelled": r(
      update,
      "REJECTED with the task not completed: cancelled",
      "the payment was rejected before the customer had done his part",
    ),
    otherwise: r(
      update,
      "any other status: on-hold",
      "the payment waits for more information, so the order is on hold",
    ),
    "amount-differs": r(
      "Nets's own plugin",
      "a paid amount that differs from the order total by more than rounding is put on hold",
      "the paid amount differs from the order total by more than rounding",
    ),
    "no-such-payment": r(
      "002 Payment failures",
      "the order exists, the payment does not",
      "the bank knows no such payment yet",
    ),
    "still-at-the-bank": r(
      "003 Mail Flow",
      "on-hold is avoided while waiting for the customer",
      "the customer is still at the bank (the shop chose to wait)",
    ),
    "holds-nothing": r(own, "-", "the bank accepted the payment, and all of it was cancelled or given back since"),
    already: r(
      update,
      "the payment is compared with the order's status",
      "the order already reads what the payment says",
    ),
    "rejected-stays-on-hold": r(update, "cancelled, if validated", "the shop chose to keep a rejected order on hold"),
    "rejected-stays-processing": r(
      update,
      "updated, if validated",
      "the shop chose to keep a rejected order processing",
    ),
    validated: r(
      update,
      "an order that is not pending is validated first",
      "the payment fell back and can still be worked with, so the order is on hold",
    ),
    "not-validated": r(
      update,
      "if the criteria are not met, nothing further is done",
      "the payment does not support a change of this order",
    ),
  }),

  ...named("ttl", {
    expired: r(
      "003 Customer Link Expiration",
      "after the link's lifetime an unpaid order is cancelled",
      "the customer's link ran out and the bank, asked first, has no payment",
    ),
    restarted: r(
      "003 Customer Link Expiration",
      "hold-stock counts from the last write",
      "the order was written, so its time begins anew",
    ),
    "not-due": r(
      "003 Customer Link Expiration",
      "once the set time elapses",
      "stock is still being held for the customer",
    ),
  }),
  "fail-page/cancelled": r(
    "000 Purchasing, 3",
    "a customer sent to the fail page leaves the order cancelled",
    "the customer came back from the bank without paying",
  ),
  "return/unproven": r(own, "-", "the return's address proves nothing now, and the customer is still at the bank"),
  ...paymentRules,

  ...named("book", {
    signed: r(
      "002 Simplified and Hosted, 4b",
      "after signing, the landing page completes the order with bookSignedPayment",
      "the customer has signed, so the payment is booked",
    ),
    unknown: r(
      own,
      "-",
      "the answer to the booking was lost, so the payment is read back before anything is sent again",
    ),
    again: r(own, "-", "the bank still has no payment, so the booking goes out again"),
    waits: r(
      own,
      "-",
      "the bank has no payment yet and may still book it, so it is asked again before anything is sent",
    ),
    "refused-after-loss": r(
      own,
      "-",
      "the bank refused the repeated booking; the payment is read, because the first call may have taken effect",
    ),
    "ended-by-person": r(own, "-", "a person ended the wait for the booking, and the bank has no payment"),
    "given-up": r(own, "-", "the booking did not happen after several attempts, so the order stays pending"),
    "read-after-refusal": r(
      own,
      "-",
      "the bank refused the booking; the payment is read, because it may have been booked before",
    ),
    refused: r(
      "002 Simplified and Hosted, 4",
      "when something goes wrong, the customer is sent back to the cart with an error",
      "the bank refused to book what was signed",
    ),
    "not-signed": r(own, "-", "a callback asked for a booking that the bank refused, so the order goes on waiting"),
  }),

  "reconcile/still-at-the-bank": r(
    "003 Mail Flow",
    "on-hold is avoided while waiting for the customer",
    "the customer is still at the bank, and nothing happened that would say otherwise",
  ),

  ...named("capture", {
    full: r(
      capture,
      "Completed performs a full capture; no partial captures",
      "the merchant completed the order, so everything is captured",
    ),
    confirmed: r(capture, "the payment is finalized and captured", "the bank confirmed the capture"),
    "already-captured": r(capture, "not yet fully captured", "the payment was captured already, so nothing was sent"),
    "nothing-to-pay": r(own, "-", "the order has no amount, so there is nothing to capture"),
    off: r(capture, "can be switched off", "automatic capture is switched off"),
    ...outcome(capture, "capture"),
  }),
  ...named("cancel", {
    full: r(
      cancel,
      "Cancelled performs a full cancellation of what is left",
      "the merchant cancelled the order, so the payment is cancelled",
    ),
    confirmed: r(cancel, "the payment is cancelled", "the bank confirmed the cancellation"),
    "nothing-to-cancel": r(own, "-", "there is nothing at the bank to cancel"),
    rest: r(own, "-", "a part was captured and the rest is not needed, so what is left is cancelled"),
    off: r(cancel, "can be switched off", "automatic cancel is switched off"),
    ...outcome(cancel, "cancellation"),
  }),
  ...named("refund", {
    full: r(
      refund,
      "Refunded performs a full credit, also after a partial one in the portal",
      "the merchant refunded the order, so everything left is given back",
    ),
    part: r(
      refund,
      "a refund applied to the order is handled",
      "the merchant refunded a part, so that part is given back",
    ),
    confirmed: r(refund, "the order is refunded completely", "the bank confirmed the refund"),
    "confirmed-part": r(refund, "a refund applied to the order is handled", "the bank confirmed the partial refund"),
    "already-refunded": r(own, "-", "the money was given back already, so nothing was sent"),
    "same-click": r(own, "-", "the same refund was asked for in the same instant, without an id of its own"),
    off: r(refund, "can be switched off", "automatic refund is switched off"),
    ...outcome(refund, "refund"),
  }),
  ...named("modify", {
    "cancel-and-recreate": r(
      "003 Order Line Handling",
      "removing items cancels everything and recreates the rest",
      "lines were removed, so the payment is cancelled and recreated with the rest",
    ),
    recreate: r(
      "003 Order Line Handling",
      "recreated with the updated lines",
      "the old reservation is gone, so the remaining lines are reserved",
    ),
    rebuild: r(
      modify,
      "works if the payment has been fully cancelled",
      "the payment was cancelled in full, so it is rebuilt with the new lines",
    ),
    recalculate: r(
      modify,
      "Recalculate pushes the order to the payment",
      "the merchant pressed Recalculate, so the payment follows the order",
    ),
    confirmed: r(modify, "changes are reflected on the payment", "the bank confirmed the new lines"),
    "same-total": r(modify, "an equal total makes no call", "the total is the same, so no call was made"),
    unpaid: r(own, "-", "nothing is paid yet, so the next payment is made for the new lines"),
    off: r(modify, "can be switched off", "modify is switched off"),
    ...outcome(modify, "change of lines"),
  }),

  ...named("merchant", {
    processing: r("003 Third Scenario", "a merchant may set processing on an unpaid order", "the merchant set it"),
    "on-hold": r(own, "-", "the merchant set it"),
    failed: r(own, "-", "the merchant set it"),
    pending: r(own, "-", "the merchant set it"),
  }),
  "money/under-way": r(own, "-", "money of this order is on the move; its end decides"),
  ...named("terminal", {
    completed: r(capture, "completed can no longer be reverted", "a completed order only goes on to refunded"),
    refunded: r(refund, "refunded can't be reverted", "a refunded order stays refunded"),
    cancelled: r(cancel, "cancelled can't be reverted", "a cancelled order stays cancelled"),
    revived: r(
      "WooCommerce payment_complete",
      "a late payment revives a cancelled order",
      "the shop chose to revive orders that are paid late",
    ),
  }),
};

/** A rule by its name. A misspelt one does not compile. */
export type RuleId = keyof typeof table;
/** Every rule by its name, as it is stored with a decision. */
export const rules: Record<string, Rule> = table;
