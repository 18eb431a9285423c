/** "Resurs Merchant API 2.0 for WooCommerce": hooks, conditions, callbacks, mails. */
import { ASKS, BRANCHES, CELLS, differs, done, PAGES, type Section, UNPROVEN, WHILE_DOWN } from "./row.js";

const SCREEN = "the order screen: what the engine refuses is not saved, leaves no trace, and the merchant reads why";
const ANY_CONTEXT = "whatever writes the status of an order of ours is asked, in any context";

export const pluginIntegrations: Section[] = [
  {
    title: "External integrations and hook requirements",
    rows: [
      differs(
        "`transition_post_status` – invoked just before WooCommerce changes",
        "Not used: `woocommerce_before_order_object_save` comes before the save of both kinds of storage.",
        { pages: ["woocommerce.md"], test: ["woo/plugin.test.ts", SCREEN] },
      ),
      done(
        "`woocommerce_before_order_object_save` – invoked when",
        "The plugin asks the engine there about a new status, before anything is saved.",
        ["woo/plugin.test.ts", SCREEN],
        { pages: ["woocommerce.md#a-change-of-status"] },
      ),
      differs(
        "`woocommerce_order_status_changed` – invoked immediately after the status change",
        "Not used: after the change it is too late to refuse. What was changed all the same comes by webhook, and is followed as said below.",
        { rules: ["shop/seen"], pages: ["woocommerce.md#webhooks"] },
      ),
      differs(
        "`woocommerce_update_order` – invoked when an order is saved",
        "Not used: a new total, currency or payment method is told by the plugin when the request ends, and by the webhook. The lines wait for Recalculate, because a change cancels the whole reservation first and a person decides on that; with `shop.sendEdits` they go to the bank when the webhook comes where a paid order has another total.",
        { options: ["shop.sendEdits"], pages: ["woocommerce.md#two-writers"] },
      ),
      done(
        "any other pathway that bypasses the hooks above",
        "The engine follows such a status at the next webhook, or at the next reconciliation that reads the order, if it was open. It captures, cancels and refunds nothing for it, but for one case: an order with nothing to send is captured and completed, if the bank has the money reserved, at once where it was set to pending, and when the payment is next read where it was set to failed. A payment at Nets that nobody paid is ended if its order was set to cancelled, and what is paid later is treated as Enable Cancel says. It flags an order whose payment disagrees; but not a completed one of which a part was captured and the rest is still reserved, nor a cancelled, failed or refunded one while the bank has not decided on the payment, nor one whose payment the bank does not know or calls by a word that nobody knows. If the payment holds money, another order that was set to pending becomes processing again at once, the first time; one that was set to failed becomes so when the payment is next read.",
        [
          "money/reconcile.test.ts",
          "an order that somebody wrote to completed behind our back is followed, flagged, and not captured",
        ],
        {
          rules: ["shop/seen"],
          also: [
            ["core/set-back.test.ts", "from %s, seen by %j: its customer is not asked to pay again"],
            [
              "core/payments.test.ts",
              "a paid order that somebody cancelled in the shop: the payment is read, and it is flagged",
            ],
            [...CELLS, '["F", "F    F    F    F    R'],
            ["core/watched.test.ts", "a session at Nets that nobody paid is ended: %s"],
            [
              "core/late-money.test.ts",
              "money that comes after %s cancelled the unpaid order goes back",
              '["another program", seen]',
            ],
            ["core/set-back.test.ts", "an order set to %s past the engine while its payment is %s is flagged with %j"],
            ["core/set-back.test.ts", "of an order with nothing to send captures it, and completes it"],
            [
              "core/set-back.test.ts",
              "of an order with nothing to send, set to failed, captures it when the payment is next read",
            ],
          ],
        },
      ),
      done(
        "so that WooCommerce dispatches its hooks",
        "`update_status()` and `save()` of another program ask the engine about an order of the plugin's own methods: Completed is captured first and then written by the engine, or it is refused with a note. While the engine is down, it is saved with a note and not captured, unless the plugin is set to `closed`.",
        ["woo/plugin.test.ts", ANY_CONTEXT],
        {
          pages: ["woocommerce.md#a-change-of-status"],
          also: [
            [
              "woo/plugin.test.ts",
              "what the engine says yes to outside the admin is captured first, and written by the engine",
            ],
            [...WHILE_DOWN],
          ],
        },
      ),
      done(
        "carry out these actions manually in Resurs Bank’s Merchant Portal",
        "Capture, refund and change of lines can each be switched off. What is then left to do in the portal is flagged, but for the rest of a payment of which a part was captured. Of refunds it is as much as all that the shop has refunded is more than all that the bank has.",
        ["scenarios/capture.json", "Automatic capture is off: completed by hand, nothing captured, and flagged"],
        {
          rules: ["capture/off", "refund/off", "modify/off"],
          also: [
            [
              "scenarios/choices.json",
              "Automatic refund is off: refunded in the shop, and the money that the bank still has is flagged",
            ],
            ["core/refund-by-hand.test.ts", "several of them: their sum, until the portal shows as much"],
            [
              "core/refund-by-hand.test.ts",
              "after 40000 in the portal: %i is flagged as far as the shop has refunded more",
            ],
            [
              "scenarios/choices.json",
              "Automatic modify is off: a line less in the shop, the bank hears nothing, and completing it is refused",
            ],
          ],
        },
      ),
    ],
  },
  {
    title: "Conditions required for capturing payments",
    rows: [
      done(
        "an attached `Payment` object with a valid `Order` structure",
        "Nothing is captured without: Completed of an order that costs something is refused (`no-payment`), unless capturing is switched off or the order is paid in a way that is none of the engine's.",
        [...ASKS, 'complete: "no-payment"'],
        {
          also: [
            [...ASKS, '"missing",'],
            ["scenarios/capture.json", "An order paid by bank transfer completes freely, and the bank is not asked"],
            [
              ...BRANCHES,
              '["merchant.completed", { pays: "missing", settings: { enableCapture: false} }, "completed |',
            ],
            [...BRANCHES, '["merchant.completed", { pays: "missing", order: { total: 0} }, "completed |'],
          ],
        },
      ),
      done(
        "must **not** be in a `REJECTED`, `FROZEN`, or `INSPECTION` state",
        "A capture by Completed is refused in each, with a reason of its own. With capturing switched off, Completed is refused for a frozen payment, and not for one that is rejected or in inspection.",
        [...ASKS, 'complete: "payment-in-inspection"'],
        { also: [[...BRANCHES, '["merchant.completed", { pays: "inspection", settings: { enableCapture: false} }']] },
      ),
      done(
        "must contain either `CAPTURE` or `PARTIAL_CAPTURE`",
        "Either is enough. A capture is refused without (`capture-not-possible`).",
        [...ASKS, 'complete: "capture-not-possible"'],
        { also: [["core/decide.test.ts", "%s alone is enough for a capture"]] },
      ),
      done(
        "The payment must not yet be fully captured.",
        "If an accepted payment was captured in full already, Completed completes the order, and nothing is sent. If all of it was refunded since, Completed is refused, unless capturing is switched off.",
        [...BRANCHES, '"completed | capture/already-captured | setStatus(payment-already-captured)"'],
        {
          rules: ["capture/already-captured"],
          options: ["settings.enableCapture"],
          also: [["core/decide.test.ts", "with capturing %s, Completed of a payment that was refunded in full: %s"]],
        },
      ),
      done(
        "must instead be handled manually in the Resurs Bank Merchant Portal",
        "A capture that is refused sends nothing, and a note on the order has the reason. If the reason is that the bank offers none, the note says to look the payment up in the Merchant Portal.",
        [...ASKS, 'complete: "capture-not-possible"'],
        {
          also: [["scenarios/capture.json", "The bank offers no capture: refused, nothing sent"]],
          pages: ["rules.md#reasons"],
        },
      ),
    ],
  },
  {
    title: "Additional HPOS handling",
    rows: [
      done(
        "error message (`unable-to-capture-frozen-order`)",
        "While the payment is frozen, Completed of a pending, on-hold, processing or failed order is refused with the same reason, whatever the order costs and also with capturing switched off, and the order screen says it in words.",
        [...ASKS, 'complete: "unable-to-capture-frozen-order"'],
        {
          also: [
            [
              "core/decide.test.ts",
              "a free order that is %s is not completed while its payment is %s, with capturing %s",
            ],
            [
              "core/decide.test.ts",
              "an order that is %s has its frozen payment named, though it has no order lines: %s, with capturing %s",
            ],
            [...BRANCHES, '["merchant.completed", { pays: "frozen", settings: { enableCapture: false} }, "no branch"]'],
            ["woo/plugin.test.ts", SCREEN],
          ],
        },
      ),
      done(
        "loads the persisted order, compares the old and new status",
        "The status that is to be saved is compared with the stored one, and a refused status is set back before the save.",
        ["woo/plugin.test.ts", "a screen that was opened before the order moved on does not set it back"],
        {
          also: [
            ["woo/plugin.test.ts", SCREEN],
            ["woo/plugin.test.ts", "a status that is saved as it is stored asks nobody, in the admin: %j"],
          ],
        },
      ),
    ],
  },
  {
    title: "Callbacks",
    rows: [
      done(
        "Callbacks are notifications sent to a specified URL when a payment reaches a certain status",
        "Each payment of the Merchant API is created with the addresses for its callbacks. By default a callback about it is stored and then answered 202.",
        ["http/http.test.ts", "is acknowledged once it is stored, and says until when it is held"],
        {
          rules: ["cooldown/next-reading"],
          pages: ["security.md"],
          also: [["gateways/resurs.test.ts", "the request says what the documents ask for"]],
        },
      ),
    ],
  },
  {
    title: "Advanced",
    rows: [
      differs(
        "recommended to keep the cache enabled",
        "No payment is cached: an event that needs the payment has it read anew, because a decision rests on what the bank says now. Events that come together share one reading. The plugin keeps the list of payment methods for ten minutes.",
        {
          options: ["logLevel"],
          test: ["scenarios/cooldown-race.json", "Three messages in one minute become one question to the bank"],
        },
      ),
    ],
  },
  {
    title: "Resurs Mail Flow Explained",
    rows: [
      done(
        "The plugin itself does not trigger or manipulate emails",
        "The engine writes the status, and WooCommerce sends its e-mail.",
        [
          "scenarios/status-resolution.json",
          "A failed order whose payment goes through after all is processed, with one confirmation",
        ],
      ),
      differs(
        'avoid using the "On Hold" status to pause orders while waiting for customer action',
        "With the Merchant API, a callback, or a return by the success page with its proof, that finds the customer still at the bank puts a pending order on hold, as the table of Status::update has it; a return without proof, a reconciliation and the link's end do not. One setting keeps it pending.",
        {
          options: ["settings.choices.pendingWhileCustomerIsAway"],
          test: ["scenarios/choices.json", "A callback comes while the customer is at the bank: it stays pending"],
          also: [
            [...PAGES, '["success", "at the bank", "on-hold"]'],
            [...UNPROVEN, '["success", "at the bank", "pending"]'],
          ],
          rules: ["status-update/still-at-the-bank", "reconcile/still-at-the-bank", "status-update/otherwise"],
        },
      ),
      done(
        'Once the customer returns to the "Thank You" page, the WooCommerce order is updated to "Processing".',
        "A pending order is: at once, without the callbacks' minute, if its payment is accepted and holds money by then, and it has goods to send.",
        [
          "scenarios/status-resolution.json",
          "The customer is back on the thank-you page after five seconds: processed at once",
        ],
        {
          rules: ["cooldown/never-held"],
          also: [["core/decide.test.ts", "a return is never held, not even in the first second"]],
        },
      ),
    ],
  },
  {
    title: "Alternative Scenario",
    rows: [
      done(
        "This system is built to prevent duplicate email sending",
        "If the payment is accepted when the first of customer and callback comes, the second finds a paid order and changes no status: one change, one e-mail. A customer who is back before that finds his order on hold, or pending if the shop chooses so, and the callback makes it processing.",
        [...CELLS, '["R", "R    R    R    R    R'],
        {
          rules: ["status-update/already"],
          also: [
            [
              "scenarios/cooldown-race.json",
              "Callback and customer arrive in the same instant, in whichever order: one change, one confirmation",
            ],
            [
              "core/decide.test.ts",
              "who is back before the bank has accepted finds his order on hold, and the callback pays it",
            ],
          ],
        },
      ),
    ],
  },
  {
    title: "A Third Scenario Based on Merchant Errors",
    rows: [
      done(
        'mistakenly updates the order status to "Processing"',
        "Allowed for a pending, on-hold or failed order unless the payment is frozen. The order is flagged while the bank waits for its customer or has the payment in inspection; one without a payment is not flagged, and `why` says that it is not paid.",
        ["core/decide.test.ts", "processing may be set by hand before anything is paid, and a person is shown that"],
        { rules: ["merchant/processing"] },
      ),
    ],
  },
];
