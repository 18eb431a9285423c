const words = {
  // refusals
  "unable-to-capture-frozen-order":
    "The bank has frozen this payment, and it cannot be captured until the bank releases it.",
  "payment-frozen": "The bank has frozen this payment; nothing can be done with it until the bank decides.",
  "payment-in-inspection": "The bank is reviewing this payment by hand; wait for its decision.",
  "payment-rejected": "The bank rejected this payment.",
  "is-paid": "The bank has the customer's money for this order; cancel or refund the order instead.",
  "capture-not-possible": "The bank does not offer a capture of this payment; look it up in the Merchant Portal.",
  "already-captured": "The payment is already captured.",
  "no-payment": "The order has no payment at the bank, or one without order lines.",
  "partial-capture-not-supported":
    "Only the whole order can be captured from here; use the Merchant Portal for a part.",
  "cannot-cancel-captured":
    "The payment has been captured, so the order can no longer be cancelled; refund it instead.",
  "cancel-not-possible": "The bank does not offer a cancellation of this payment; look it up in the Merchant Portal.",
  "nothing-to-release": "Only what is left after a part was captured can be released; cancel the order instead.",
  "not-paid": "That payment has no money at the bank, so it cannot pay for the order.",
  "payment-of-another-order": "The payment belongs to another order.",
  "terminal-status": "The order is closed, and that cannot be undone.",
  "partial-refund-not-supported": "The status Refunded pays everything back; use the refund form for a part.",
  "refund-not-possible": "No captured money is left to refund.",
  "refund-not-offered": "The bank does not offer a refund of this payment; look it up in the Merchant Portal.",
  "refund-too-large": "The amount is more than what was captured and not yet refunded.",
  "adding-items-not-supported": "A paid order can only be made smaller; place a new order for more items.",
  "exceeds-credit-limit":
    "The new total is above the credit limit that the bank authorised; place a new order instead.",
  "not-editable": "The payment can no longer be changed, so neither can the order lines.",
  "amount-mismatch": "The order total does not match the authorised amount, so nothing was captured.",
  "currency-mismatch": "The payment is in another currency than the order, so nothing was sent.",
  "order-gone": "The order was deleted in the shop, so nothing was captured.",
  "order-changed": "The order has been changed in the shop, so nothing was sent; check it and try again.",
  "stale-payment": "The message is about another payment of this order, which has no money.",
  "unknown-payment": "The message is about a payment that is not this order's.",
  "gateway-refused": "The bank refused the call.",
  "not-confirmed":
    "The bank never confirmed the call, so it counts as not done; check the payment before you try again.",
  "operation-in-flight": "A call about this order's money is under way; wait for the bank's answer.",
  "no-lost-answer": "The order is not waiting for an answer from the bank.",
  "not-possible-now": "This is not possible in the order's current status.",
  "not-awaiting-payment": "The order is not waiting for a payment.",
  "not-ours": "The order was paid with another payment method.",
  "bad-digest": "The message could not be verified as the bank's, and was ignored.",
  "checkout-under-way": "A payment of this order is being opened at the bank; wait for the bank's page to open.",
  "payment-id-in-use":
    "Another bank has a payment of this order under the same id, and it may still be paid or holds money.",
  "checkout-superseded": "A newer payment attempt has begun, and this is an earlier one.",
  "payment-not-created": "The bank created no payment; the customer can try again.",
  // no-ops
  "surplus-payment": "The payment has money that the order does not need; it is released, or flagged.",
  "no-change": "The order does not need to change.",
  "same-status": "The order already has this status.",
  "same-total": "The total is the same as at the bank, so no call is made.",
  "already-asked": "The same was requested a moment ago and is under way.",
  "already-placed": "The order is known already.",
  duplicate: "The same message came before and is still waiting.",
  "stale-timer": "The timer was replaced or cancelled before it was due.",
  superseded: "Something newer has taken its place.",
  "payment-missing": "The bank knows no such payment.",
  "still-at-the-bank": "The customer has not finished at the bank; the order waits.",
  "not-due": "It is too early for this.",
  "test-callback": "A test message; no action needed.",
  "checkout-rejected": "The bank's checkout turned the customer away; the order waits for another attempt.",
  recorded: "Noted; nothing else changed.",
  "held-by-hand": "A person put this order on hold, so a person sets it to processing.",
  "switched-off": "The shop has switched this off.",
  // waiting
  cooldown: "Callback held so that the customer's return is handled first.",
  "reading-payment": "The bank is asked about the payment first.",
  "awaiting-gateway": "The call is under way; the status changes when the bank has confirmed.",
  "outcome-unknown": "The bank's answer was lost; the payment is read back before anything is sent again.",
} as const;

/** A reason class. A misspelt one does not compile. */
export type Reason = keyof typeof words;

/** Every reason class in plain words: what a merchant, a support page and an order note say. */
export const reasons: Record<Reason, string> = words;

/** A reason in plain words; one that is not known here, such as a later version's, as it came. */
export const reasonInWords = (reason: string): string =>
  Object.hasOwn(words, reason) ? words[reason as Reason] : reason;

/** Why there is no payment to see (seed 002, "Payment failures"), for whoever opens the order. */
export const explanations = {
  "no-payment-begun": "No payment has been started for this order.",
  "payment-does-not-exist":
    "The bank has no such payment: the customer left without paying, or never came back from signing.",
  "customer-failed-payment-at-least-once":
    "The bank has no such payment: the customer's attempt failed at least once at the checkout, and the customer has not paid since.",
  "payment-unreadable": "The bank did not answer, so the payment cannot be shown right now.",
} as const;
export type Explanation = keyof typeof explanations;
