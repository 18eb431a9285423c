/** "Resurs Merchant API 2.0 for WooCommerce": order management, feature by feature. */
import { ASKS, BRANCHES, differs, done, type Section, WHILE_DOWN } from "./row.js";

const END = "%s is refused of an order that is %s (%s): an end cannot be reverted";

export const pluginManagement: Section[] = [
  {
    title: "Order Management",
    rows: [
      differs(
        "automatically updating the payment at Resurs Bank when the order is manually edit/updated in WooCommerce order view",
        "A new total arrives from the plugin or by webhook, and is read right before a capture: if it is not what the bank has, nothing is captured unless the shop chooses to, and the order is flagged. The new lines go to the bank when somebody says so (Recalculate, or `merchant.editedLines`): the change cancels the whole reservation first, so a person decides on it. One setting sends a changed total of a paid order when its webhook comes.",
        {
          pages: ["woocommerce.md#two-writers"],
          options: ["settings.choices.amountMismatch", "shop.sendEdits"],
          test: [
            "woo/edits.test.ts",
            "left to Recalculate where nothing is said: the bank hears nothing, the order is flagged, and not captured",
          ],
          also: [
            ["woo/edits.test.ts", "sent once, also where %s told of it before the webhook"],
            ["core/decide.test.ts", "with capturing %s, Completed of a payment that holds too little: %s"],
          ],
        },
      ),
      done(
        "By default all of these features are enabled",
        "All four are on. Each can be switched off, and then Completed, Cancelled, Refunded, a refund of an amount, a change of lines and Recalculate send the bank none of it. With cancelling alone switched off, a change of lines still cancels the old ones, and a payment at Nets that nobody paid is still ended. Whoever asks for a capture or a release by itself (`merchant.captured`, `merchant.released`) gets it all the same.",
        ["core/events.test.ts", "are the documents' where nothing is said"],
        {
          rules: ["capture/off", "cancel/off", "refund/off", "modify/off"],
          options: [
            "settings.enableCapture",
            "settings.enableCancel",
            "settings.enableRefund",
            "settings.enableModify",
          ],
          also: [
            [
              "core/decide.test.ts",
              "%s with the payment %s and the feature switched off (%j): %s, and the bank hears nothing",
            ],
            [...BRANCHES, '["merchant.captured", { wish: {}, settings: { enableCapture: false} }, "capturing'],
            [...BRANCHES, 'settings: { enableCancel: false} }, "releasing.asked | cancel/rest'],
            [
              "core/decide.test.ts",
              "only cancelling is switched off: a change of lines cancels the old ones all the same",
            ],
            ["core/watched.test.ts", "a session at Nets that nobody paid is ended: %s"],
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
        "Completed captures the payment, and the order is completed when the bank has confirmed. Beside the conditions below, the bank must have the order's total, unless the shop chooses to capture what there is.",
        [...BRANCHES, '"capturing.asked | capture/full | capturePayment"'],
        {
          rules: ["capture/full"],
          options: ["settings.choices.amountMismatch"],
          also: [
            [...BRANCHES, '"completed | capture/confirmed | setStatus(capture-success)"'],
            ["core/decide.test.ts", "with capturing %s, Completed of a payment that holds too little: %s"],
          ],
          pages: ["woocommerce.md#a-change-of-status"],
        },
      ),
      done(
        "can no longer be reverted to another status",
        "The engine refuses a change to another status, except to Refunded; one of `statuses` that stands for Completed is none. If a captured order is set back past the engine to a status that is still open, it is flagged, and Completed is offered; if to cancelled or refunded, it is flagged.",
        ["core/decide.test.ts", END, '["cancel", "completed", "terminal-status"]'],
        {
          rules: ["terminal/completed"],
          also: [
            ["core/decide.test.ts", "%s is refused of an order that is %s: nothing leads back"],
            ["core/own-status.test.ts", "%s between two children of %s touches no bank: only the shop is told"],
            ["core/set-back.test.ts", "to %s at %s is flagged, and Completed is offered"],
            [
              "core/set-back.test.ts",
              "a captured order that is cancelled past the engine is flagged, and stays closed",
            ],
          ],
        },
      ),
      done(
        "The module does not support partial captures.",
        "A capture of some lines is refused.",
        [...ASKS, '"capture lines": "partial-capture-not-supported"'],
        { rules: ["capture/full"] },
      ),
      done(
        "still have the remaining order amount captured from WooCommerce",
        "Completed captures what is left of a payment that was captured in part.",
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
        "Cancelled has the reservation cancelled first, and the order is cancelled when the bank has confirmed. It is refused if the bank does not offer that, or has the payment in inspection.",
        [...BRANCHES, '"cancelling.asked | cancel/full | cancelPayment"'],
        {
          rules: ["cancel/full", "cancel/confirmed"],
          also: [
            [...BRANCHES, '"cancelled | cancel/confirmed | setStatus(cancel-success)"'],
            [...ASKS, 'cancel: "cancel-not-possible"'],
            ["scenarios/cancel.json", "A payment under inspection is left alone, a cancellation included"],
          ],
        },
      ),
      done(
        "once an order has been cancelled it can't be reverted to another status",
        "The engine refuses a change to another status. If the payment turns out to be accepted later, the order is flagged, or becomes processing if the shop chooses so. By another choice, where the bank was asked to end the payment (Nets), the money goes back, unless the feature for that is switched off, and the order stays cancelled.",
        ["scenarios/terminal.json", "Cancelled is the end: it cannot be made pending again"],
        {
          rules: ["terminal/cancelled"],
          options: ["settings.choices.cancelledThenAccepted"],
          also: [
            ["core/decide.test.ts", "%s is refused of an order that is %s: nothing leads back"],
            [
              "core/decide.test.ts",
              "%s, the payment %s: a person is shown %j",
              '["cancelled", "accepted", ["discrepancy:paid-but-cancelled"]]',
            ],
            ["core/decide.test.ts", "%s, turned the other way, changes exactly its rows"],
            ["core/late-money.test.ts", "money that comes after %s cancelled the unpaid order goes back"],
            ["core/late-money.test.ts", "with %s switched off it stays, and is flagged"],
          ],
        },
      ),
      done(
        "still have its remaining order lines cancelled through the order view",
        "Cancelled has the rest cancelled, if the bank offers that, nothing was captured and the payment is not in inspection.",
        [...BRANCHES, '["merchant.cancelled", { pays: "partly cancelled" }, "cancelling.asked'],
        {
          rules: ["cancel/full"],
          also: [
            [...ASKS, 'cancel: "cancel-not-possible"'],
            [...BRANCHES, '{ authorized: 60_000, canceled: 40_000, offers: ["PARTIAL_CANCEL"] }'],
            [
              ...BRANCHES,
              '["merchant.cancelled", { pays: { captured: 20_000, authorized: 40_000, canceled: 40_000 } }, "no branch"]',
            ],
            [
              ...BRANCHES,
              '["merchant.cancelled", { pays: { status: "INSPECTION", authorized: 60_000, canceled: 40_000 } }, "no branch"]',
            ],
          ],
        },
      ),
    ],
  },
  {
    title: "Enable Refund",
    rows: [
      done(
        "automatically handle refunds of the payment when a refund is applied to the order in WooCommerce",
        "*Refund via …* on the order screen gives the money back at the bank, once for each refund. *Refund manually* moves none.",
        ["woo/plugin.test.ts", "goes to the bank with its lines, once, however often it is sent"],
        {
          rules: ["refund/part", "refund/confirmed-part"],
          pages: ["woocommerce.md#refunds"],
          also: [
            ["woo/plugin.test.ts", "two of the same amount are two"],
            ["woo/plugin-tells.test.ts", "a part has a note and a line in the engine's history, and moves no money"],
          ],
        },
      ),
      done(
        "once an order has been refunded it can't be reverted to another status",
        "The engine refuses a change to another status.",
        ["scenarios/terminal.json", "Refunded is the end: it cannot be cancelled"],
        {
          rules: ["terminal/refunded"],
          also: [["core/decide.test.ts", "%s is refused of an order that is %s: nothing leads back"]],
        },
      ),
      done(
        "allow complete refunds of the payment when a partial refund has already been applied",
        "Refunded gives back what was captured and not yet refunded. The order is refunded when the bank has carried that out. While a part is still reserved, it keeps its status, and Refunded is asked for again once that part is captured or let go.",
        ["scenarios/refund.json", "A part went back in the Merchant Portal; 'Refunded' gives back the rest"],
        {
          rules: ["refund/full"],
          also: [
            ["core/ask.test.ts", "a refund of %s", '["all that is left", "partly refunded"'],
            [
              "core/refunds.test.ts",
              "while a part is still reserved, Refunded gives back what was captured, and closes the order when it is asked for again",
            ],
          ],
        },
      ),
    ],
  },
  {
    title: "Enable Modify",
    rows: [
      differs(
        "changes you make to an order will be reflected on the payment",
        "Changes that are told to the engine are: new lines by the API (`merchant.editedLines`), and the order as the shop has it by Recalculate (API, inspector, the plugin's panel). What is typed into WooCommerce's order screen is with `shop.sendEdits`, when its webhook comes, and waits for Recalculate without it, as said under Order Management.",
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
        "Only a payment of the Merchant API is changed, and it has to be cancellable, with nothing captured, or cancelled in full: a change begins with a cancellation of the whole, which a payment that can only be captured does not allow.",
        {
          test: [...ASKS, '"remove a line": "not-editable"'],
          also: [[...BRANCHES, '["merchant.editedLines", { wish: smaller, gateway: nets }, "no branch"]']],
        },
      ),
      done(
        "no call will be made to Resurs Bank",
        "New lines of an open order with the total that the payment has, reserved and captured, are set in the shop with a note, and nothing is sent to the bank.",
        ["scenarios/modify.json", "A blue cushion for a red one at the same price: no call"],
        {
          rules: ["modify/same-total"],
          also: [
            [...BRANCHES, '"pending | modify/same-total (same-total) | setOrderLines, addNote(modify-same-total)"'],
            [...BRANCHES, '"processing | modify/same-total (same-total) | setOrderLines, addNote(modify-same-total)"'],
          ],
        },
      ),
      done(
        "Merchant Portal before editing the order in WooCommerce as this changes the authorized amount on the order to 0",
        "If an accepted payment of the Merchant API was cancelled in full while its order is still open, new lines are reserved again within the credit limit that the bank names, even if the total is the same, unless the shop chooses to refuse them.",
        [
          "scenarios/choices.json",
          "A line less after the payment was cancelled in the portal: the lines are reserved again",
        ],
        {
          rules: ["modify/rebuild"],
          options: ["settings.choices.modifyWhenFullyCancelled"],
          also: [
            [...BRANCHES, '["merchant.editedLines", { pays: "cancelled", wish: { ...smaller, total: 100_000 } }'],
            [...BRANCHES, '["merchant.editedLines", { pays: "cancelled", wish: { ...smaller, total: 100_001 } }'],
            [...BRANCHES, '["merchant.editedLines", { pays: "cancelled", wish: smaller, gateway: nets }'],
            [...BRANCHES, '["merchant.editedLines", { pays: "released after the task", wish: smaller }'],
            ["scenarios/choices.json", "A line less after the payment was cancelled in the portal: refused"],
          ],
        },
      ),
      done(
        "not possible to exceed the credit limit which has been authorized for the payment",
        "With the Merchant API, a total above the credit limit of a payment that is reserved is refused, with the advice to place a new order, unless changes are switched off.",
        ["scenarios/modify.json", "A dearer chair goes over the credit limit: a new order instead"],
        { rules: ["modify/refused"] },
      ),
      done(
        "you can click the `Recalculate `button to update the order state",
        "A processing order whose payment is left cancelled is flagged, and Recalculate reserves its lines again, under the conditions above: at the Merchant API, within the credit limit, and unless the shop chooses to refuse that.",
        ["scenarios/modify.json", "The old reservation is gone and the new one was refused; Recalculate repairs it"],
        {
          rules: ["modify/recalculate"],
          options: ["settings.choices.modifyWhenFullyCancelled"],
          also: [
            [...BRANCHES, 'wish: { total: 100_000 }, choices: { modifyWhenFullyCancelled: "refuse"} }, "no branch"'],
            [...BRANCHES, '["merchant.recalculated", { pays: "cancelled", wish: { total: 100_000 }, gateway: nets }'],
          ],
        },
      ),
      done(
        "not reflect back to the WooCommerce system",
        "A capture, refund or cancellation in the portal closes no order that has goods to send, as long as the bank calls the payment accepted. If less is left reserved and captured than the order's total, that is flagged, and Completed is refused while something is left to capture, unless the shop has switched capturing off or chooses to capture what there is.",
        ["scenarios/choices.json", "Completed, and 600 of 749 are reserved: refused, flagged"],
        {
          options: ["settings.choices.amountMismatch", "settings.enableCapture"],
          also: [
            ["core/decide.test.ts", "with capturing %s, Completed of a payment that holds too little: %s"],
            [
              "scenarios/cooldown-race.json",
              "A capture made in the Merchant Portal is read at its callback, and nothing changes",
            ],
            [
              "core/payments.test.ts",
              "refunded in the portal while processing: noted once, and flagged with its remedy",
            ],
            [
              "core/decide.test.ts",
              "%s, the payment %s: a person is shown %j",
              '["processing", "cancelled", ["discrepancy:payment-cancelled-order-active"]]',
            ],
          ],
        },
      ),
    ],
  },
  {
    title: "Order Management with Resurs Bank Plugin",
    rows: [
      done(
        "This means the payment is finalized and captured at Resurs Bank.",
        "Completed captures all that is reserved. After a capture, Cancelled is refused, but for what is said below.",
        ["scenarios/cancel.json", "Captured goods cannot be cancelled away"],
        {
          rules: ["capture/confirmed"],
          also: [["core/ask.test.ts", "a capture is of all that is reserved, and completes the order"]],
        },
      ),
      done(
        "Partial refunds via the dropdown are not supported.",
        "Refunded gives back all that was captured and not yet refunded; with another amount it is refused. While a part is still reserved, the order keeps its status, as said under Enable Refund.",
        ["core/wishes.test.ts", "names what he wishes for: amounts, lines, totals", '"partial-refund-not-supported"'],
        {
          rules: ["refund/full", "refund/confirmed"],
          also: [
            ["scenarios/refund.json", "A part went back in the Merchant Portal; 'Refunded' gives back the rest"],
            ["core/ask.test.ts", "a refund of %s", '["all that is left", "partly refunded"'],
          ],
        },
      ),
      differs(
        "cannot cancel an order that is already captured",
        "Refused; but if the shop has switched cancelling off, nothing is sent to the bank, and a captured order that a person cancels before it is completed is cancelled in the shop, and flagged if the bank still has money of it on an accepted payment.",
        {
          options: ["settings.enableCancel"],
          test: ["scenarios/cancel.json", "Captured goods cannot be cancelled away"],
          also: [
            [
              "core/decide.test.ts",
              "cancelling is switched off: a captured order is cancelled in the shop and flagged, a completed one is not",
            ],
          ],
        },
      ),
      done(
        "Each action performed is also logged in the order notes",
        "Each capture, refund, cancellation and change of lines has a note when the bank has confirmed or refused it, or when it was given up.",
        [...BRANCHES, '"completed | capture/confirmed | setStatus(capture-success)"'],
        {
          rules: ["capture/refused", "cancel/refused", "refund/refused"],
          also: [
            [...BRANCHES, '"completed | cancel/confirmed | addNote(rest-released)"'],
            ["core/payments.test.ts", "is let go, with a note"],
            ["core/payments.test.ts", "is flagged with what it holds, and noted, when the bank refuses to cancel it"],
            ["core/late-money.test.ts", "what came late and was %s has a note, whatever the bank answers"],
          ],
        },
      ),
      done(
        "a clear audit trail of what has been done",
        "The history has each event that the engine took in, with its time, its answer and, where a merchant asked, by which way and who, if the caller sent `by` (the plugin does not). Of an order that was closed long ago, `order-status prune` leaves the last entry.",
        ["testing/sandbox.test.ts", "refund of a part, then of all that is left"],
        { pages: ["inspector.md", "operating.md"] },
      ),
    ],
  },
  {
    title: "Order Line Handling",
    rows: [
      done(
        "first cancelling the entire order and then recreating it",
        "With the Merchant API, everything is cancelled, and the new lines are reserved when the bank has confirmed that.",
        ["scenarios/modify.json", "Two chairs instead of three: everything is cancelled and reserved anew"],
        {
          rules: ["modify/cancel-and-recreate", "modify/recreate"],
          also: [[...BRANCHES, '"rebuilding.adding | modify/recreate | addOrderLines"']],
        },
      ),
      done(
        "Orders can only be reduced in value after authorization, not increased.",
        "A change that makes a paid order cost more than is reserved and captured, and more than the bank's rounding, is refused, unless the shop chooses to raise it up to the credit limit, or has switched changes off. So is, with that choice too, a change of its total that says that it adds items (`adds`). Where the payment was cancelled in full, nothing is authorised that could be raised, and the credit limit of Enable Modify counts.",
        ["core/raised-total.test.ts", "%s: refused"],
        {
          options: [
            "settings.choices.raisedTotal",
            "settings.choices.modifyWhenFullyCancelled",
            "settings.enableModify",
          ],
          also: [
            [
              "core/raised-total.test.ts",
              "by a change to %i that says it adds an item: refused, whatever the shop chooses",
            ],
            ["core/raised-total.test.ts", "by no more than the bank's rounding is as it was"],
            ["core/raised-total.test.ts", "%s: reserved anew up to the credit limit, where the shop chooses so"],
            [
              "core/raised-total.test.ts",
              "whose payment was cancelled in full: the credit limit counts, as nothing is reserved",
            ],
            [...ASKS, '"raise above the limit": "exceeds-credit-limit"'],
          ],
        },
      ),
    ],
  },
  {
    title: "Administrative Considerations",
    rows: [
      done(
        "it is up to the integrator to ensure that frozen status checks are handled properly",
        "Outside the admin, too, the plugin asks the engine before a status of an order of its own methods is saved. There it does not ask about pending, nor about an order that is still a draft, unless a client of the REST API wants it. Nowhere does it ask about Refunded once all was refunded by hand, nor about a status of another plugin that the engine was not told of. While the engine is down, a status is saved without it, with a note, unless the plugin is set to `closed`.",
        ["woo/plugin.test.ts", "whatever writes the status of an order of ours is asked, in any context"],
        {
          pages: ["woocommerce.md#a-change-of-status"],
          also: [
            ["woo/plugin.test.ts", "the customer's way to the bank goes over pending, and asks nobody"],
            ["woo/plugin.test.ts", "another REST client that asks for pending is asked about, too"],
            [
              "woo/plugin-tells.test.ts",
              "of everything: the status is saved, the bank is not asked for a refund, and the engine flags it",
            ],
            [...WHILE_DOWN],
          ],
        },
      ),
    ],
  },
];
