/** "Resurs Merchant API 2.0 for WooCommerce": order management, feature by feature. */
import { ASKS, BRANCHES, differs, done, type Section } from "./row.js";

const END = "%s is refused of an order that is %s (%s): an end cannot be reverted";

export const pluginManagement: Section[] = [
  {
    title: "Order Management",
    rows: [
      differs(
        "automatically updating the payment at Resurs Bank when the order is manually edit/updated in WooCommerce order view",
        "A new total arrives by webhook, and is read right before a capture: the old total is not captured, and the order is flagged. The new lines go to the bank when somebody says so (Recalculate, or `merchant.editedLines`): the change cancels the whole reservation first, so a person decides on it. One setting sends a changed total of a paid order at once.",
        {
          pages: ["woocommerce.md#two-writers"],
          options: ["settings.choices.amountMismatch", "shop.sendEdits"],
          test: [
            "woo/edits.test.ts",
            "left to Recalculate where nothing is said: the bank hears nothing, the order is flagged, and not captured",
          ],
        },
      ),
      done(
        "By default all of these features are enabled",
        "All four are on; each can be switched off, and then the bank hears nothing of it.",
        ["core/events.test.ts", "are the documents' where nothing is said"],
        {
          rules: ["capture/off", "cancel/off", "refund/off", "modify/off"],
          options: [
            "settings.enableCapture",
            "settings.enableCancel",
            "settings.enableRefund",
            "settings.enableModify",
          ],
        },
      ),
    ],
  },
  {
    title: "Enable Capture",
    rows: [
      done(
        "automatically captured when the order status is set to `Completed` in WooCommerce",
        "Completed captures first, and the order is completed when the bank has confirmed. A status that is written past the plugin, by SQL or while it is off, is followed and flagged at the next webhook or reconciliation; reconciliation does not look at closed orders.",
        [...BRANCHES, '"capturing.asked | capture/full | capturePayment"'],
        { rules: ["capture/full"], pages: ["woocommerce.md#a-change-of-status"] },
      ),
      done(
        "can no longer be reverted to another status",
        "Refused, except a change to Refunded. Set back in the shop, past the engine, it is flagged, and Completed is offered.",
        ["core/decide.test.ts", END, '["cancel", "completed", "terminal-status"]'],
        { rules: ["terminal/completed"] },
      ),
      done(
        "The module does not support partial captures.",
        "A capture of some lines is refused.",
        [...ASKS, '"capture lines": "partial-capture-not-supported"'],
        { rules: ["capture/full"] },
      ),
      done(
        "still have the remaining order amount captured from WooCommerce",
        "Completed captures what is left.",
        ["scenarios/capture.json", "A part was captured in the Merchant Portal: the rest follows on completion"],
        { rules: ["capture/full"] },
      ),
    ],
  },
  {
    title: "Enable Cancel",
    rows: [
      done(
        "automatically cancels the payment when an order is cancelled in WooCommerce",
        "The reservation is cancelled first, and the order when the bank has confirmed.",
        [...BRANCHES, '"cancelling.asked | cancel/full | cancelPayment"'],
        { rules: ["cancel/full", "cancel/confirmed"] },
      ),
      done(
        "once an order has been cancelled it can't be reverted to another status",
        "Refused. A payment that turns out to be accepted later is flagged, or revives the order where the shop chooses so.",
        ["scenarios/terminal.json", "Cancelled is the end: it cannot be made pending again"],
        { rules: ["terminal/cancelled"], options: ["settings.choices.cancelledThenAccepted"] },
      ),
      done(
        "still have its remaining order lines cancelled through the order view",
        "Cancelled lets go of what is left.",
        [...BRANCHES, '["merchant.cancelled", { pays: "partly cancelled" }, "cancelling.asked'],
        { rules: ["cancel/full"] },
      ),
    ],
  },
  {
    title: "Enable Refund",
    rows: [
      done(
        "automatically handle refunds of the payment when a refund is applied to the order in WooCommerce",
        "The refund button of the order screen gives the money back at the bank, once. *Refund manually* moves none.",
        ["woo/plugin.test.ts", "goes to the bank with its lines, once, however often it is sent"],
        { rules: ["refund/part", "refund/confirmed-part"], pages: ["woocommerce.md#refunds"] },
      ),
      done(
        "once an order has been refunded it can't be reverted to another status",
        "Refused.",
        ["scenarios/terminal.json", "Refunded is the end: it cannot be cancelled"],
        { rules: ["terminal/refunded"] },
      ),
      done(
        "allow complete refunds of the payment when a partial refund has already been applied",
        "Refunded gives back what is left.",
        ["scenarios/refund.json", "A part went back in the Merchant Portal; 'Refunded' gives back the rest"],
        { rules: ["refund/full"] },
      ),
    ],
  },
  {
    title: "Enable Modify",
    rows: [
      differs(
        "changes you make to an order will be reflected on the payment",
        "Changes that are told to the engine are (API, inspector, Recalculate). What is typed into WooCommerce's order screen is with `shop.sendEdits`, and waits for Recalculate without it, as said under Order Management.",
        {
          rules: ["modify/confirmed"],
          options: ["shop.sendEdits"],
          test: [
            "woo/edits.test.ts",
            "sent at once where the shop wants it: the reservation becomes that of the lines that are left",
          ],
        },
      ),
      differs(
        "only works if the payment can be captured, cancelled or if it has been fully cancelled",
        "It has to be cancellable, with nothing captured, or cancelled in full: a change begins with a cancellation of the whole, which a payment that can only be captured does not allow.",
        { test: [...ASKS, '"remove a line": "not-editable"'] },
      ),
      done(
        "no call will be made to Resurs Bank",
        "An equal total sends nothing; the shop's lines are set and a note says so.",
        ["scenarios/modify.json", "A blue cushion for a red one at the same price: no call"],
        { rules: ["modify/same-total"] },
      ),
      done(
        "Merchant Portal before editing the order in WooCommerce as this changes the authorized amount on the order to 0",
        "A payment that was cancelled in full is reserved again for the new lines, of the same total too.",
        [
          "scenarios/choices.json",
          "A line less after the payment was cancelled in the portal: the lines are reserved again",
        ],
        { rules: ["modify/rebuild"], options: ["settings.choices.modifyWhenFullyCancelled"] },
      ),
      done(
        "not possible to exceed the credit limit which has been authorized for the payment",
        "Refused, with the advice to place a new order.",
        ["scenarios/modify.json", "A dearer chair goes over the credit limit: a new order instead"],
        { rules: ["modify/refused"] },
      ),
      done(
        "you can click the `Recalculate `button to update the order state",
        "The order is flagged while its payment is cancelled, and Recalculate reserves its lines again.",
        ["scenarios/modify.json", "The old reservation is gone and the new one was refused; Recalculate repairs it"],
        { rules: ["modify/recalculate"] },
      ),
      done(
        "not reflect back to the WooCommerce system",
        "A capture, refund or cancellation in the portal is read when its callback comes, which waits out the customer's minute like any other. It does not close an order. A capture makes an unpaid order processing, because it is paid; if the amounts differ, that is flagged, and Completed is refused while something is left to capture.",
        ["scenarios/choices.json", "Completed, and 600 of 749 are reserved: refused, flagged"],
        { options: ["settings.choices.amountMismatch"] },
      ),
    ],
  },
  {
    title: "Order Management with Resurs Bank Plugin",
    rows: [
      done(
        "This means the payment is finalized and captured at Resurs Bank.",
        "Completed captures all of it; after that a cancellation is refused.",
        ["scenarios/cancel.json", "Captured goods cannot be cancelled away"],
        { rules: ["capture/confirmed"] },
      ),
      done(
        "Partial refunds via the dropdown are not supported.",
        "Refunded gives back everything; with another amount it is refused. A part goes by the refund button.",
        ["core/wishes.test.ts", "names what he wishes for: amounts, lines, totals", '"partial-refund-not-supported"'],
        { rules: ["refund/full", "refund/confirmed"] },
      ),
      differs(
        "cannot cancel an order that is already captured",
        "Refused; but where the shop has switched cancelling off, the engine asks nobody, and a captured order that a person cancels is cancelled in the shop and flagged.",
        {
          options: ["settings.enableCancel"],
          test: ["scenarios/cancel.json", "Captured goods cannot be cancelled away"],
        },
      ),
      done(
        "Each action performed is also logged in the order notes",
        "Each one that was confirmed, refused or given up has its note, once.",
        [...BRANCHES, '"completed | capture/confirmed | setStatus(capture-success)"'],
        { rules: ["capture/refused", "cancel/refused", "refund/refused"] },
      ),
      done(
        "a clear audit trail of what has been done",
        "The history has every event with its time, way and answer and, if the caller sent `by`, who asked.",
        ["testing/sandbox.test.ts", "refund of a part, then of all that is left"],
        { pages: ["inspector.md"] },
      ),
    ],
  },
  {
    title: "Order Line Handling",
    rows: [
      done(
        "first cancelling the entire order and then recreating it",
        "Everything is cancelled, and the rest is reserved anew when that is confirmed.",
        ["scenarios/modify.json", "Two chairs instead of three: everything is cancelled and reserved anew"],
        { rules: ["modify/cancel-and-recreate", "modify/recreate"] },
      ),
      done(
        "Orders can only be reduced in value after authorization, not increased.",
        "New articles, more of one and a higher price are refused. Where the payment was cancelled in full, nothing is authorised that could be raised, and the credit limit of Enable Modify counts.",
        ["core/raised-total.test.ts", "%s: refused"],
        { options: ["settings.choices.raisedTotal", "settings.choices.modifyWhenFullyCancelled"] },
      ),
    ],
  },
  {
    title: "Administrative Considerations",
    rows: [
      done(
        "it is up to the integrator to ensure that frozen status checks are handled properly",
        "Nobody has to: whatever writes the status of one of the plugin's own orders asks the engine first, outside the admin, too. Pending, written outside the admin, is told to the engine and not asked.",
        ["woo/plugin.test.ts", "whatever writes the status of an order of ours is asked, in any context"],
        { pages: ["woocommerce.md#a-change-of-status"] },
      ),
    ],
  },
];
