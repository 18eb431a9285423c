/** "Resurs Merchant API 2.0 for WooCommerce": the order's status, step by step, and what goes wrong on the way. */
import { BRANCHES, CELLS, differs, done, PAGES, type Section } from "./row.js";

export const pluginStatuses: Section[] = [
  {
    title: "Order Status Flow",
    rows: [
      done(
        "Callbacks may be triggered at the same time the customer completes the payment.",
        "A customer who comes back has the payment read at once, while callbacks wait out their minute. Events of one order are decided one after the other.",
        [
          "core/decide.test.ts",
          "a customer who comes back is served at once, and the callbacks after him have to wait",
        ],
        {
          rules: ["cooldown/held", "cooldown/queued", "cooldown/never-held"],
          also: [
            ["engine/engine.test.ts", "the customer at one and the bank's callbacks at the other pay the order once"],
          ],
        },
      ),
      differs(
        "callbacks are not allowed to respond to requests from Resurs Bank until after a certain period of time has passed",
        "A callback is stored, answered 202 (a webhook of Nets 200, the only yes that Nets takes) and held inside, so that it cannot be lost while it waits. One setting answers Resurs Bank's callbacks 503 meanwhile, and the bank sends them again.",
        {
          options: ["http.ack"],
          rules: ["cooldown/held"],
          test: [
            "http/http.test.ts",
            "that asks to be acknowledged when it was acted on gets 503 within the minute, and 202 after it",
          ],
          also: [
            ["gateways/nets.test.ts", "the same event again is answered and nothing more; another one is another hint"],
          ],
        },
      ),
      done(
        "The period is set to 60 seconds from the moment the order was created or updated.",
        "Sixty seconds from the later of both. Another change of the order begins them anew, until ten minutes after the callback came. At Nets a callback waits two minutes for a customer who may be paying, as its own plugin has it.",
        ["core/decide.test.ts", "a write to the order gives the customer a whole minute again"],
        {
          rules: ["cooldown/held", "cooldown/updated", "cooldown/over"],
          options: ["settings.cooldownSeconds", "settings.choices.cooldownFrom"],
          also: [
            [
              "core/decide.test.ts",
              "a callback waits until a minute after the last write, then the payment is read once for all who wait",
            ],
            ["core/facts.test.ts", "the minute is counted from %s", '"the creation, where it came last"'],
            ["core/held-long.test.ts", "the payment is read ten minutes after the callback came"],
            ["core/cooldown.test.ts", "waits two minutes while the order is %s"],
          ],
        },
      ),
    ],
  },
  {
    title: "Status::update Process",
    rows: [
      done(
        "the plugin checks if the payment is a valid Resurs Payment",
        "A callback about an order that was paid another way from the start is ignored, and the bank is not asked.",
        ["core/decide.test.ts", "an order paid another way is the merchant's alone"],
        { rules: ["order/not-ours"] },
      ),
      done(
        "The payment details are fetched from the repository",
        "A callback, a return or a merchant's click that depends on the payment waits for a reading that begins after it came. A reading that fails is made again.",
        ["scenarios/gateway-fault.json", "The bank sleeps through three questions and then answers"],
        { also: [["core/cooldown.test.ts", "the cooldown, %s: %s of %j leads to %s (%s)"]] },
      ),
      done(
        "provided that the existing order status is not `pending`",
        "An order that is on hold, processing or failed follows the payment by the table in rules.md and what stands below it: processing and failed go on hold where the bank still offers a capture or a cancellation of a payment that it has neither frozen nor accepted nor rejected, or where such a payment was cancelled in full and has a credit limit. At the fail page a failed order becomes what a pending one would. One that a person put on hold after it was paid follows only a rejection.",
        [CELLS[0], CELLS[1], '{ from: "processing", payment: "in inspection, still offered", to: "on-hold" }'],
        {
          rules: [
            "status-update/already",
            "status-update/validated",
            "status-update/not-validated",
            "status-update/rejected-stays-on-hold",
            "status-update/rejected-stays-processing",
            "status-update/held-by-hand",
          ],
          options: ["settings.choices.onHoldThenAborted", "settings.choices.processingThenRejected"],
          pages: ["rules.md#what-a-reading-of-the-payment-makes-of-an-order"],
          also: [
            [...BRANCHES, 'status: "INSPECTION", authorized: 0, canceled: 100_000, offers: [] }'],
            ["core/decide.test.ts", "at the fail page a failed order becomes what a pending one would: %s"],
            [...BRANCHES, '["payment.read", { pays: "accepted", order: { heldByHand: true} }, "on-hold |'],
            [...BRANCHES, '["payment.read", { pays: "rejected, task done", order: { heldByHand: true} }, "failed |'],
          ],
        },
      ),
      differs(
        "For `ACCEPTED` status, the order is marked as `processing`.",
        "So it is, if the payment holds money: an accepted payment of which everything was cancelled or refunded pays for nothing, and puts a pending order on hold with a flag. An order with nothing to send, whichever bank has the payment, is captured and completed, as Nets Easy has it; completed at once if it was captured already, costs nothing, or capturing is switched off; and processing if the conditions for a capture are not met or the bank refuses it. At Nets, an order that was paid with another amount goes on hold, whatever is in it.",
        {
          rules: ["status-update/accepted", "status-update/holds-nothing"],
          options: ["settings.enableCapture"],
          test: [...CELLS, '["P", "H    H    H    H    R'],
          also: [
            [...BRANCHES, '"capturing.asked | status-update/accepted-virtual | capturePayment"'],
            ["core/decide.test.ts", "%s", '"nothing to process, no capture offered: processing"'],
            ["core/uncaptured.test.ts", "at %s, %s, is paid and flagged"],
            ["core/uncaptured.test.ts", "at %s is %s, flagged and not captured"],
            [
              "scenarios/status-resolution.json",
              "A download with automatic capture switched off completes, and the uncaptured money is flagged",
            ],
          ],
        },
      ),
      done(
        "If any other status than expected is found in `$payment->status`",
        "A status that nobody knows puts a pending order on hold.",
        [...CELLS, '["P", "H    H    H    H    R    F    X    X      F          H'],
        { rules: ["status-update/otherwise"] },
      ),
      done(
        "If the `completed` flag is set to true, the order status will be set to `failed`.",
        "A pending, on-hold or processing order becomes failed if the task was completed, and cancelled if not. When the customer comes back by the fail page, it is cancelled either way, also if it was failed by then. Three settings change this.",
        [...CELLS, '["P", "H    H    H    H    R    F    X'],
        {
          rules: ["status-update/rejected-failed", "status-update/rejected-cancelled"],
          options: [
            "settings.choices.rejected",
            "settings.choices.onHoldThenAborted",
            "settings.choices.processingThenRejected",
          ],
          also: [
            ["core/decide.test.ts", "the fail page cancels an order that a callback had made failed: %s"],
            ["core/decide.test.ts", "%s, turned the other way, changes exactly its rows"],
            [...PAGES, '["fail", "rejected, task done", "cancelled"]'],
            [
              "core/watched.test.ts",
              "cancels it once, however often it is opened, where the bank rejected the payment: %s",
            ],
          ],
        },
      ),
      done(
        "The task status details from Resurs are examined for the `completed` flag",
        "They are asked for when the payment reads as rejected.",
        ["gateways/resurs.test.ts", "tasks/status is asked for rejected payments only, and may fail alone"],
      ),
      done(
        "to assist in providing better feedback or error logging",
        "If the bank gives a reason, the note has it when a rejected payment makes the order failed or cancelled. With the plugin, the customer who comes back by the fail page is told in words.",
        ["http/http-flows.test.ts", "and why not, in the bank's word"],
        {
          also: [
            ["core/ask.test.ts", "the note %s of %j", '"Payment failed. Reason given by the bank: CREDIT."'],
            ["core/ask.test.ts", "the note %s of %j", '"Payment aborted. Reason given by the bank: CREDIT."'],
            ["woo/plugin.test.ts", "or to the checkout, with the bank's reason; unless the order is paid after all"],
          ],
        },
      ),
      differs(
        "should be treated as pure `cancelled`",
        "A pending, on-hold or processing order goes by the task's flag, as the steps before it say, until its customer comes back by the fail page: then it is cancelled, also if it was failed by then. With one setting it is cancelled either way.",
        {
          options: ["settings.choices.rejected"],
          test: [
            "scenarios/choices.json",
            "Rejected after the customer had done his part: cancelled, as every rejected one",
          ],
          also: [
            [...CELLS, '["P", "H    H    H    H    R    F    X'],
            ["core/decide.test.ts", "the fail page cancels an order that a callback had made failed: %s"],
            [...PAGES, '["fail", "rejected, task done", "cancelled"]'],
          ],
        },
      ),
      done(
        "it is logged, and a default status is returned",
        "If the question whether the task is completed fails, a line of the log has the order. A pending, on-hold or processing order becomes failed then, or cancelled if the shop chooses so or its customer comes back by the fail page. An answer that does not say it, or says that there is no task, is no error: the task counts as not completed.",
        [
          "engine/failures-logged.test.ts",
          "a rejected payment of which the bank does not say whether its task is completed",
        ],
        {
          options: ["settings.choices.taskStatusUnavailable"],
          also: [
            [...CELLS, '["P", "H    H    H    H    R    F    X    X      F'],
            [
              "core/decide.test.ts",
              "the fail page cancels an order that a callback had made failed: %s",
              '"rejected, task unreadable"',
            ],
            ["core/decide.test.ts", "%s, turned the other way, changes exactly its rows"],
            ["gateways/resurs.test.ts", "tasks/status is asked for rejected payments only, and may fail alone"],
          ],
        },
      ),
    ],
  },
  {
    title: "Tracing errors and logging",
    rows: [
      differs(
        "logging is disabled by default",
        "The log of `order-status serve` is on: JSON on standard error, from `info` up, so that no path has to be writable. The plugin writes to WooCommerce's own log.",
        { options: ["logLevel"], pages: ["operating.md"] },
      ),
    ],
  },
  {
    title: "Handling free shipping cost values requiring numeric casting",
    rows: [
      done(
        "yields an empty string (or an invalid numeric)",
        "An order with such a cost is taken like any other.",
        [
          "woo/plugin-order.test.ts",
          "the plugin and the adapter make the same of an order with",
          '"postage without a cost"',
        ],
        {
          pages: ["lines.md"],
          also: [
            [
              "woo/woocommerce.test.ts",
              "an order with a cost that is no number is placed, and a note says once that it counts as 0",
            ],
          ],
        },
      ),
      done(
        "or empty values to `0.0`",
        "A cost that is not a number counts as 0, in the adapter and in the plugin. If it was text, an order note quotes it.",
        [
          "woo/plugin-order.test.ts",
          "the plugin and the adapter make the same of an order with",
          '"free postage that an extension writes as text"',
        ],
        {
          pages: ["lines.md"],
          also: [
            [
              "woo/woocommerce.test.ts",
              "an order with a cost that is no number is placed, and a note says once that it counts as 0",
            ],
            ["woo/plugin-order.test.ts", "of the cost %j a note says %j"],
          ],
        },
      ),
    ],
  },
];
