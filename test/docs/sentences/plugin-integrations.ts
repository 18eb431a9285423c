/** "Resurs Merchant API 2.0 for WooCommerce": hooks, conditions, callbacks, mails. */
import { ASKS, BRANCHES, CELLS, differs, done, type Section } from "./row.js";

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
        "The engine is asked there, before anything is saved.",
        ["woo/plugin.test.ts", SCREEN],
        { pages: ["woocommerce.md#a-change-of-status"] },
      ),
      differs(
        "`woocommerce_order_status_changed` – invoked immediately after the status change",
        "Not used: after the change it is too late to refuse. What was changed all the same comes by webhook, and is followed.",
        { rules: ["shop/seen"], pages: ["woocommerce.md#webhooks"] },
      ),
      differs(
        "`woocommerce_update_order` – invoked when an order is saved",
        "Not used: an edited order arrives by webhook, with its total, currency and payment method. Its lines wait for Recalculate, because a change cancels the whole reservation first and a person decides on that; with `shop.sendEdits` they go to the bank at once.",
        { options: ["shop.sendEdits"], pages: ["woocommerce.md#two-writers"] },
      ),
      done(
        "any other pathway that bypasses the hooks above",
        "Such a status is followed at the next webhook, or by the next reconciliation if the order is open. Nothing is sent to the bank, and the order is flagged if the payment disagrees.",
        [
          "money/reconcile.test.ts",
          "an order that somebody wrote to completed behind our back is followed, flagged, and not captured",
        ],
        { rules: ["shop/seen"] },
      ),
      done(
        "so that WooCommerce dispatches its hooks",
        "`update_status()` and `save()` of an ERP, a job or the command line ask the engine: it captures first, or refuses with a note.",
        ["woo/plugin.test.ts", ANY_CONTEXT],
        { pages: ["woocommerce.md#a-change-of-status"] },
      ),
      done(
        "carry out these actions manually in Resurs Bank’s Merchant Portal",
        "Each feature can be switched off; what is left to do in the portal is flagged.",
        ["scenarios/capture.json", "Automatic capture is off: completed by hand, nothing captured, and flagged"],
        { rules: ["capture/off", "refund/off", "modify/off"] },
      ),
    ],
  },
  {
    title: "Conditions required for capturing payments",
    rows: [
      done("an attached `Payment` object with a valid `Order` structure", "Refused without: `no-payment`.", [
        ...ASKS,
        'complete: "no-payment"',
      ]),
      done(
        "must **not** be in a `REJECTED`, `FROZEN`, or `INSPECTION` state",
        "Refused in each, with a reason of its own. With capturing switched off, an order whose payment is rejected or in inspection may be completed and is flagged; a frozen one may not.",
        [...ASKS, 'complete: "payment-in-inspection"'],
      ),
      done("must contain either `CAPTURE` or `PARTIAL_CAPTURE`", "Refused without either: `capture-not-possible`.", [
        ...ASKS,
        'complete: "capture-not-possible"',
      ]),
      done(
        "The payment must not yet be fully captured.",
        "A payment that was captured already completes the order, and nothing is sent.",
        [...BRANCHES, '"completed | capture/already-captured | setStatus(payment-already-captured)"'],
        { rules: ["capture/already-captured"] },
      ),
      done(
        "must instead be handled manually in the Resurs Bank Merchant Portal",
        "Nothing is sent, and the refusal says why; each flag says what to do.",
        ["core/machines.test.ts", "every flag says what is wrong and what to do, in sentences of their own"],
        { pages: ["rules.md#flags"] },
      ),
    ],
  },
  {
    title: "Additional HPOS handling",
    rows: [
      done("error message (`unable-to-capture-frozen-order`)", "The same reason, in the answer and in words.", [
        ...ASKS,
        'complete: "unable-to-capture-frozen-order"',
      ]),
      done(
        "loads the persisted order, compares the old and new status",
        "What is stored is compared with what is to be saved; a refused status is set back before the save.",
        ["woo/plugin.test.ts", "a screen that was opened before the order moved on does not set it back"],
      ),
    ],
  },
  {
    title: "Callbacks",
    rows: [
      done(
        "Callbacks are notifications sent to a specified URL when a payment reaches a certain status",
        "The address carries a token of its order; a callback is answered when it is stored.",
        ["http/http.test.ts", "is acknowledged once it is stored, and says until when it is held"],
        { rules: ["cooldown/next-reading"], pages: ["security.md"] },
      ),
    ],
  },
  {
    title: "Advanced",
    rows: [
      differs(
        "recommended to keep the cache enabled",
        "No payment is cached: each event that it matters to reads it anew, because a decision rests on what the bank says now. Events that come together share one reading. The plugin keeps the list of payment methods for ten minutes.",
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
        "The engine writes a status, and WooCommerce sends its mail.",
        [
          "scenarios/status-resolution.json",
          "A failed order whose payment goes through after all is processed, with one confirmation",
        ],
      ),
      differs(
        'avoid using the "On Hold" status to pause orders while waiting for customer action',
        "A callback, or a return by the success page, that finds the customer still at the bank puts the order on hold, as the table of Status::update has it; a reconciliation and the link's end do not. One setting keeps it pending.",
        {
          rules: ["status-update/still-at-the-bank", "reconcile/still-at-the-bank"],
          options: ["settings.choices.pendingWhileCustomerIsAway"],
          test: ["scenarios/choices.json", "A callback comes while the customer is at the bank: it stays pending"],
        },
      ),
      done(
        'Once the customer returns to the "Thank You" page, the WooCommerce order is updated to "Processing".',
        "At once, without any waiting.",
        [
          "scenarios/status-resolution.json",
          "The customer is back on the thank-you page after five seconds: processed at once",
        ],
        { rules: ["cooldown/never-held"] },
      ),
    ],
  },
  {
    title: "Alternative Scenario",
    rows: [
      done(
        "This system is built to prevent duplicate email sending",
        "Whoever of customer and callback comes second finds a paid order and writes nothing to the shop: one change, one mail.",
        [...CELLS, '["R", "R    R    R    R    R'],
        { rules: ["status-update/already"] },
      ),
    ],
  },
  {
    title: "A Third Scenario Based on Merchant Errors",
    rows: [
      done(
        'mistakenly updates the order status to "Processing"',
        "Allowed, and the order is flagged until it is paid; refused while the payment is frozen.",
        ["core/decide.test.ts", "processing may be set by hand before anything is paid, and a person is shown that"],
        { rules: ["merchant/processing"] },
      ),
    ],
  },
];
