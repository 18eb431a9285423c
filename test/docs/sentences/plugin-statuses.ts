/** "Resurs Merchant API 2.0 for WooCommerce": the order's status, step by step, and what goes wrong on the way. */
import { CELLS, differs, done, type Section } from "./row.js";

export const pluginStatuses: Section[] = [
  {
    title: "Order Status Flow",
    rows: [
      done(
        "Callbacks may be triggered at the same time the customer completes the payment.",
        "Events of one order are decided one after the other; the customer is never kept waiting for a callback.",
        [
          "core/decide.test.ts",
          "a customer who comes back is served at once, and the callbacks after him have to wait",
        ],
        { rules: ["cooldown/held", "cooldown/queued", "cooldown/never-held"] },
      ),
      differs(
        "callbacks are not allowed to respond to requests from Resurs Bank until after a certain period of time has passed",
        "A callback is stored, answered 202 and held inside, so that it cannot be lost while it waits. One setting answers 503 meanwhile, and the bank sends it again.",
        {
          options: ["http.ack"],
          rules: ["cooldown/held"],
          test: [
            "http/http.test.ts",
            "that asks to be acknowledged when it was acted on gets 503 within the minute, and 202 after it",
          ],
        },
      ),
      done(
        "The period is set to 60 seconds from the moment the order was created or updated.",
        "Sixty seconds from the later of both; another write begins them anew.",
        ["core/decide.test.ts", "a write to the order gives the customer a whole minute again"],
        {
          rules: ["cooldown/held", "cooldown/updated", "cooldown/over"],
          options: ["settings.cooldownSeconds", "settings.choices.cooldownFrom"],
        },
      ),
    ],
  },
  {
    title: "Status::update Process",
    rows: [
      done(
        "the plugin checks if the payment is a valid Resurs Payment",
        "An order that is paid another way is left alone, and the bank is not asked.",
        ["core/decide.test.ts", "an order paid another way is the merchant's alone"],
        { rules: ["order/not-ours"] },
      ),
      done(
        "The payment details are fetched from the repository",
        "Every decision about money rests on a reading that was begun after what led to it; a reading that fails is made again.",
        ["scenarios/gateway-fault.json", "The bank sleeps through three questions and then answers"],
      ),
      done(
        "provided that the existing order status is not `pending`",
        "An order that is not pending follows the payment by the table in rules.md, in which a failed or processing order does not go on hold; the settings listed change individual cells.",
        [CELLS[0], CELLS[1], '{ from: "processing", payment: "in inspection, still offered", to: "on-hold" }'],
        {
          rules: [
            "status-update/already",
            "status-update/validated",
            "status-update/not-validated",
            "status-update/rejected-stays-on-hold",
            "status-update/rejected-stays-processing",
          ],
          options: ["settings.choices.onHoldThenAborted", "settings.choices.processingThenRejected"],
        },
      ),
      differs(
        "For `ACCEPTED` status, the order is marked as `processing`.",
        "So it is, where the bank holds money: an accepted payment of which everything was cancelled or refunded pays for nothing, and a pending order goes on hold with a flag.",
        {
          rules: ["status-update/accepted", "status-update/holds-nothing"],
          test: [...CELLS, '["P", "H    H    H    H    R'],
        },
      ),
      done(
        "If any other status than expected is found in `$payment->status`",
        "A word that nobody knows puts the order on hold.",
        [...CELLS, '["P", "H    H    H    H    R    F    X    X      F          H'],
        { rules: ["status-update/otherwise"] },
      ),
      done(
        "If the `completed` flag is set to true, the order status will be set to `failed`.",
        "Failed where the task was completed, cancelled where it was not.",
        [...CELLS, '["P", "H    H    H    H    R    F    X'],
        { rules: ["status-update/rejected-failed", "status-update/rejected-cancelled"] },
      ),
      done(
        "The task status details from Resurs are examined for the `completed` flag",
        "They are asked for where the payment is rejected.",
        ["gateways/resurs.test.ts", "tasks/status is asked for rejected payments only, and may fail alone"],
      ),
      done(
        "to assist in providing better feedback or error logging",
        "The bank's reason stands in the order's note, and is told to the customer at the checkout.",
        ["http/http-flows.test.ts", "and why not, in the bank's word"],
      ),
      differs(
        "should be treated as pure `cancelled`",
        "By the task's flag, as the steps before it say; one setting makes every rejected order cancelled.",
        {
          options: ["settings.choices.rejected"],
          test: [
            "scenarios/choices.json",
            "Rejected after the customer had done his part: cancelled, as every rejected one",
          ],
        },
      ),
      done(
        "it is logged, and a default status is returned",
        "A line of the log with the order; the status is failed, or cancelled where the shop chooses so.",
        [
          "engine/failures-logged.test.ts",
          "a rejected payment of which the bank does not say whether its task is completed",
        ],
        { options: ["settings.choices.taskStatusUnavailable"] },
      ),
    ],
  },
  {
    title: "Tracing errors and logging",
    rows: [
      differs(
        "logging is disabled by default",
        "The log is on: JSON on the standard error of the process, from `info` up, for it needs no path that may not be writable. The plugin writes to WooCommerce's own log.",
        { options: ["logLevel"], pages: ["operating.md"] },
      ),
    ],
  },
  {
    title: "Handling free shipping cost values requiring numeric casting",
    rows: [
      done(
        "yields an empty string (or an invalid numeric)",
        "An order with such a cost is known, placed and written like any other.",
        [
          "woo/plugin-order.test.ts",
          "the plugin and the adapter make the same of an order with",
          '"postage without a cost"',
        ],
        { pages: ["lines.md"] },
      ),
      done(
        "or empty values to `0.0`",
        "A cost that is not a number counts as 0 in both the adapter and the plugin; if it was text, an order note quotes it.",
        [
          "woo/plugin-order.test.ts",
          "the plugin and the adapter make the same of an order with",
          '"free postage that an extension writes as text"',
        ],
        { pages: ["lines.md"] },
      ),
    ],
  },
];
