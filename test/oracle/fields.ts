/** Every recorded field is either given to `decide`, compared with its answer, or left out here for a reason. */
export const given =
  "case from to woo_status_before nexi_state callback_amount amount mapi_status payment_preset payment task_completed callback_type request_body age_s thankyou_triggered load hold_stock_minutes approvedCreditLimit".split(
    " ",
  );

export const compared = [
  "woo_status_after",
  "nexi_request_bodies",
  "mapi_requests",
  "http_status",
  "exec_would_block",
  // timeToLiveInMinutes, against `expires`; the rest of the body is not decided but copied from the order
  "mapi_create_body",
  // of a refund: whether it was given up
  "return",
  "payment_id_replaced",
  "payment_id_stored",
];

export const leftOut: Record<string, string> = {
  env: "the same in every row",
  plugin: "the same in every row",
  context: "the same in every row",
  woo_total_minor: "the same in every row",
  attempt: "the status before says what the attempts before it did",
  changed: "the two statuses again",
  thrown: "how PHP ended the request; the order was left as `woo_status_after` says",
  nexi_requests: "the bodies say what moved money; that the payment is read first goes for every decision",
  emails: "the shop's own work at a change of status: test/testing replays it",
  stock_delta: "the shop's own work at a change of status: test/testing replays it",
  date_paid_after: "the shop's own work at a change of status: test/testing replays it",
  hooks: "there are no hooks to call",
  notes_added: "the plugin's words; ours are in machines/effects.ts",
  notices: "the plugin's words at the checkout",
  meta_after: "the plugin's own books",
  repository_created_set: "the plugin's own books",
  thankyou_flag: "the plugin's own books, as `load` says",
  txn_is_payment_id: "written by every payment_complete(), ours included: test/testing replays it",
  transaction_id_after: "Resurs's plugin never writes one",
  content_type: "of the HTTP answer; `http_status` says what was decided",
  body: "of the HTTP answer; `http_status` says what was decided",
  validatePaymentAction: "half of `exec_would_block`",
  validateEnabledPaymentAction: "half of `exec_would_block`",
  OrderManagement: "the plugin's own questions to the payment",
  Payment: "the plugin's own questions to the payment; they hold the presets in place",
};
