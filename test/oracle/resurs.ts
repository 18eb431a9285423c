/** The rows of Resurs's plugin as lines of `decide`. */
import type { Question } from "./ends.js";
import { NOW } from "./ends.js";
import { type Row, rowsOf } from "./rows.js";

const DAY_S = 86_400;
const PAYMENT = "22222222-2222-4222-8222-000000000001";
const ANOTHER = "22222222-2222-4222-8222-000000000002";

const ago = (seconds: number): string => new Date(NOW - seconds * 1000).toISOString();

const order = (status: unknown, more: Row = {}, seconds = DAY_S): Row & { status: string } => ({
  status: String(status),
  total: 200,
  currency: "EUR",
  paymentMethod: "resurs",
  paymentId: PAYMENT,
  createdAt: ago(seconds),
  updatedAt: ago(seconds),
  ...more,
});

/** Some rows give a payment's order part by the name of its preset alone; resurs-status-update spells each one out. */
export const presets = (): Map<string, Row | null> =>
  new Map(rowsOf("resurs-status-update").map((row) => [String(row.payment_preset), row.payment as Row | null]));

const payment = (status: unknown, part: Row | null, creditLimit = 200): Row => ({
  id: PAYMENT,
  status: String(status),
  order: part,
  application: { approvedCreditLimit: creditLimit },
});

const task = (row: Row): Row =>
  typeof row.task_completed === "boolean" ? { taskStatus: { completed: row.task_completed } } : {};

/** Nothing but reading was ever recorded of the plugin outside the order editor. */
const moneyIn = (row: Row): string[] =>
  (row.mapi_requests as string[]).filter((request) => !/^GET |^POST \/v2\/payments( |$)/.test(request));

const authorization = { type: "callback", kind: "AUTHORIZATION", payload: { paymentId: PAYMENT } };

/** `Status::update`, which is called by a callback and by the thank-you page: asked here by a callback after the minute. */
export const statusUpdate = (row: Row): Question[] => [
  {
    line: {
      order: order(row.woo_status_before),
      payment: payment(row.mapi_status, row.payment as Row | null),
      ...task(row),
      event: authorization,
    },
    theirs: { status: String(row.woo_status_after), says: "done", money: moneyIn(row) },
  },
];

/** What the bank's double of the recording answered where a row does not say it. */
const usual: Record<string, string> = {
  ACCEPTED: "authorized_full",
  FROZEN: "authorized_cancel_only",
  TASK_REDIRECTION_REQUIRED: "zero_all",
  REJECTED: "zero_all",
};
const paymentOf = (row: Row, known: Map<string, Row | null>): Row => {
  const status = String(row.mapi_status ?? "ACCEPTED");
  const preset = String(row.payment_preset ?? usual[status]);
  return payment(status, known.get(preset) ?? null);
};

const httpSays: Record<string, Question["theirs"]["says"]> = { 200: "done", 202: "done", 415: "refused", 503: "held" };

export const callback = (row: Row, known: Map<string, Row | null>): Question[] => {
  const body = row.request_body as Row;
  const says = httpSays[String(row.http_status)];
  if (says === undefined) throw new Error(`what does HTTP ${row.http_status} say?`);
  const about = String(row.case);
  // The uuids are taken out of the rows; where it is not the order's own, the case says so.
  const paymentId = body.paymentId !== "<uuid>" ? body.paymentId : /unknown payment/.test(about) ? ANOTHER : PAYMENT;
  // No order was found: any other order stands for the shop, which is to stay as it is.
  const before = row.woo_status_before ?? "pending";
  const after = row.woo_status_after ?? before;
  return [
    {
      line: {
        order: order(
          before,
          {
            thankYouSeen: row.thankyou_triggered === true,
            paymentMethod: /payment method changed to bacs/.test(about) ? "bacs" : "resurs",
          },
          (row.age_s as number | undefined) ?? DAY_S,
        ),
        payment: /^MAPI GET payment fails/.test(about) ? "unavailable" : paymentOf(row, known),
        ...task(row),
        event: {
          type: "callback",
          kind: row.callback_type ?? "",
          payload: { paymentId, status: body.status ?? null, action: body.action ?? null },
        },
      },
      theirs: { status: String(after), says, money: moneyIn(row) },
    },
  ];
};

const thankYou = (row: Row, known: Map<string, Row | null>): Question[] => [
  {
    line: {
      order: order(row.woo_status_before, { thankYouSeen: row.load === 2 }),
      payment: paymentOf(row, known),
      ...task(row),
      event: { type: "customer.return", page: "success" },
    },
    theirs: { status: String(row.woo_status_after), says: "done", money: moneyIn(row) },
  },
];

/** The plugin created the payment; for the engine that is an event of the order. */
const created = (row: Row): Question[] => {
  const { options } = row.mapi_create_body as { options: { timeToLiveInMinutes: number } };
  return [
    {
      line: {
        order: order(row.woo_status_before, { paymentId: null }),
        event: { type: "payment.created", paymentId: PAYMENT },
        settings: { stockManagement: true, holdStockMinutes: Number(row.hold_stock_minutes) },
      },
      theirs: {
        status: String(row.woo_status_after),
        says: "done",
        money: moneyIn(row),
        linkMinutes: options.timeToLiveInMinutes,
      },
    },
  ];
};

/** The order forgets the first payment: a callback about it finds no order any more (facts 5.2), and is turned away. */
const createdTwice = (row: Row): Question[] => [
  {
    line: {
      order: order("pending", { paymentId: null }),
      earlier: [PAYMENT, ANOTHER].map((paymentId) => ({ type: "payment.created", paymentId })),
      event: authorization,
    },
    theirs: { status: "pending", says: row.payment_id_replaced === true ? "refused" : "done" },
  },
];

/** Null: nothing happens to the order, so there is nothing to decide. */
export const checkout = (row: Row, known: Map<string, Row | null>): Question[] | null => {
  switch (row.case) {
    case "thank you page":
      return thankYou(row, known);
    case "process_payment: ok":
      return created(row);
    case "process_payment twice on the same order":
      return createdTwice(row);
    default:
      return null;
  }
};

/** The plugin looks at the payment and the status that is wanted, never at the one before: asked from each open one. */
const openStatuses = ["pending", "on-hold", "processing", "failed"];

export const statusChange = (row: Row, known: Map<string, Row | null>): Question[] =>
  openStatuses
    .filter((from) => from !== row.to)
    .map((from) => ({
      line: {
        order: order(from),
        payment: payment(
          row.mapi_status,
          known.get(String(row.payment_preset)) ?? null,
          row.approvedCreditLimit as number,
        ),
        event: { type: "admin.setStatus", to: row.to },
      },
      theirs:
        row.exec_would_block === true ? { says: "refused", status: from } : { says: "done", status: String(row.to) },
    }));
