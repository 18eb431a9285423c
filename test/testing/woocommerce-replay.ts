/** Plays the rows recorded on a real WooCommerce 11.0.1 against the double, and says what differs. */
import { existsSync, readFileSync } from "node:fs";
import type { OrderStatus } from "../../machines/facts.js";
import {
  type DoubleOrder,
  type NewWooOrder,
  type WooDouble,
  wooDouble,
} from "../../src/testing/doubles/woocommerce/double.js";
import { flags } from "../../src/testing/doubles/woocommerce/effects.js";

export type Row = Record<string, unknown>;
export const oracle = new URL("../../../../shared/oracle/", import.meta.url);
export const recordings = ["transitions.jsonl", "payment-complete.jsonl", "cancel-unpaid.jsonl"];
export const missing = recordings.filter((name) => !existsSync(new URL(name, oracle)));

export const rowsOf = (name: string): Row[] =>
  readFileSync(new URL(name, oracle), "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Row);

/** What the double deliberately does not model. Every recorded field is either compared, given or named here. */
export const leftOut: Record<string, string> = {
  hooks: "there are no hooks to call",
  downloads_granted: "no downloads",
  download_perms: "no downloads",
  coupon_usage_delta: "coupons have a flag, not a count",
  sales_delta: "sales have a flag, not a count",
  return: "true in every row, whatever happened",
  db_status: "the status again, with a prefix",
  thrown: "nothing was ever thrown; a throw would fail the replay",
  rescheduled: "there is no scheduler; the test calls the job",
};
/** Within compared fields: author, group, recipient and subject; product names and levels in the stock notes. */

const given = new Set(
  "env kind manual from route_variant route to call txn_arg status_before hold_stock_minutes manage_stock created_via age_case created_age_s updated_age_s setting_summary case".split(
    " ",
  ),
);

const start = 1_800_000_000_000;

const shorten = (text: string): string => /^Stock levels (reduced|increased)/.exec(text)?.[0] ?? text;

const texts = (notes: unknown): string[] =>
  (notes as (string | { text: string })[]).map((note) => shorten(typeof note === "string" ? note : note.text));

const mailIds = (mails: unknown): string[] =>
  (mails as (string | { id: string })[]).map((mail) => (typeof mail === "string" ? mail : mail.id));

/** The double's version of everything a row says about one step. */
const observed = (before: DoubleOrder, after: DoubleOrder): Row => {
  const pair = (flag: string) => [before.meta[flag], after.meta[flag]];
  const delta = after.lines.map(({ sku }) => (after.stockChange[sku] ?? 0) - (before.stockChange[sku] ?? 0));
  return {
    status: after.status,
    emails: after.mails.slice(before.mails.length).map((mail) => mail.id),
    notes_added: texts(after.notes.slice(before.notes.length)),
    stock_delta: delta,
    date_paid_before: before.datePaid !== null,
    date_paid_after: after.datePaid !== null,
    date_paid_changed: before.datePaid !== after.datePaid,
    date_completed_before: before.dateCompleted !== null,
    date_completed_after: after.dateCompleted !== null,
    date_completed_changed: before.dateCompleted !== after.dateCompleted,
    stock_reduced: pair(flags.stock),
    recorded_sales: pair(flags.sales),
    coupon_counted: pair(flags.coupons),
    new_order_email_sent: pair(flags.newOrderMail),
    refunds_after: after.refunds.map((refund) => refund.amount),
    txn_after: after.transactionId ?? "",
    needs_processing: after.needsProcessing,
  };
};

const recorded: Record<string, (value: unknown) => unknown> = {
  emails: mailIds,
  notes_added: texts,
  notes: texts,
  refunds_after: (value) => (value as { amount: string }[]).map(({ amount }) => Math.round(Number(amount) * 100)),
};

const differences = (row: Row, seen: Row): string[] =>
  Object.keys(row).flatMap((field) => {
    if (field in leftOut || given.has(field)) return [];
    if (!(field in seen)) return [`${field}: recorded, but neither compared nor left out by name`];
    const expected = JSON.stringify((recorded[field] ?? ((value) => value))(row[field]));
    const actual = JSON.stringify(seen[field]);
    return expected === actual ? [] : [`${field}: recorded ${expected}, the double has ${actual}`];
  });

const named = (row: Row): string =>
  ["kind", "manual", "route", "from", "to", "call", "status_before", "created_via", "age_case"]
    .filter((field) => field in row)
    .map((field) => `${field}=${JSON.stringify(row[field])}`)
    .join(" ");

export const compare = (rows: Row[], seen: Row[]): string[] =>
  rows.flatMap((row, index) => differences(row, seen[index] ?? {}).map((text) => `${named(row)}: ${text}`));

/** Cuts the rows after each one that ends a run. */
export const runsUntil = (rows: Row[], isLast: (row: Row) => boolean): Row[][] => {
  const runs: Row[][] = [[]];
  for (const row of rows) {
    runs.at(-1)?.push(row);
    if (isLast(row)) runs.push([]);
  }
  return runs.filter((run) => run.length > 0);
};

const skus: Record<string, string[]> = { no_items: [] };
const skusOf = (kind: string): string[] =>
  skus[kind] ?? (kind.startsWith("mixed_") ? [`${kind}-1`, `${kind}-2`] : [kind]);

const needsProcessing = (kind: string): boolean => kind !== "virtual_downloadable" && kind !== "no_items";

const add = (woo: WooDouble, kind: string, status: OrderStatus, over: Partial<NewWooOrder>): void => {
  const lines = skusOf(kind).map((sku) => ({ sku, quantity: 2, total: 20_000 }));
  woo.addOrder({
    id: "1",
    status,
    total: lines.length * 20_000,
    currency: "EUR",
    lines,
    needsProcessing: needsProcessing(kind),
    createdAt: start,
    updatedAt: start,
    datePaid: null,
    ...over,
  });
};

/** Each step one second later, so that a date that was written again shows. */
const shopOnTheMove = (): { woo: WooDouble; tick(): void } => {
  let time = start;
  return {
    woo: wooDouble({ now: () => time }),
    tick() {
      time += 1000;
    },
  };
};

export const replayTransition = (row: Row): Row => {
  const { woo, tick } = shopOnTheMove();
  const [first, ...further] = row.route as OrderStatus[];
  // These orders carried a coupon of 10, counted when the order was made.
  add(woo, String(row.kind), first ?? "pending", { total: 19_000, meta: { [flags.coupons]: true } });
  for (const status of further) {
    tick();
    woo.setStatus("1", status);
  }
  tick();
  const before = woo.order("1");
  woo.setStatus("1", String(row.to));
  return observed(before, woo.order("1"));
};

/** The natural roads of transitions.jsonl; payment-complete.jsonl was recorded from the same ones. */
const road: Record<string, OrderStatus[]> = {
  "checkout-draft": ["checkout-draft"],
  pending: ["pending"],
  completed: ["pending", "processing", "completed"],
  refunded: ["pending", "processing", "refunded"],
};

/** Calls 1 to 3 are made on the same order, so the rows come as a run. */
export const replayPayments = (run: Row[]): Row[] => {
  const { woo, tick } = shopOnTheMove();
  const from = String(run[0]?.from) as OrderStatus;
  const [first, ...further] = road[from] ?? (["pending", from] as const);
  add(woo, String(run[0]?.kind), first ?? "pending", { meta: { _payment_method_title: "Oracle Pay" } });
  for (const status of further) {
    tick();
    woo.setStatus("1", status);
  }
  return run.map((row) => {
    tick();
    const before = woo.order("1");
    woo.paymentComplete("1", String(row.txn_arg));
    return observed(before, woo.order("1"));
  });
};

/** One run of the hold-stock job over all orders of one setting; the last row of a run is its summary. */
export const replayJob = (run: Row[]): Row[] => {
  const setting = run[0] as Row;
  const minutes = setting.hold_stock_minutes === "" ? null : Number(setting.hold_stock_minutes);
  const woo = wooDouble({ now: () => start, manageStock: setting.manage_stock === "yes", holdStockMinutes: minutes });
  const orders = run.filter((row) => row.status_before !== undefined);
  for (const [index, row] of orders.entries()) {
    add(woo, "physical", row.status_before as OrderStatus, {
      id: String(index),
      createdVia: String(row.created_via),
      createdAt: start - Number(row.created_age_s) * 1000,
      updatedAt: start - Number(row.updated_age_s) * 1000,
    });
  }
  const cancelled = woo.cancelUnpaidOrders();
  let mails = 0;
  const seen = orders.map((_, index) => {
    const after = woo.order(String(index));
    mails += after.mails.length;
    return {
      cancelled_by_job: cancelled.includes(after.id),
      status: after.status,
      notes_added: texts(after.notes),
      stock_delta: after.lines.reduce((sum, { sku }) => sum + (after.stockChange[sku] ?? 0), 0),
      emails: after.mails.map((mail) => mail.id),
    };
  });
  return [...seen, { orders_considered: orders.length, emails_total: mails }];
};
