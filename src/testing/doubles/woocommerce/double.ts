/**
 * A WooCommerce 11 in memory, for tests: it does to an order what the real one was seen doing.
 *
 * Left out: downloads, coupon amounts, the expiry of a stock reservation, and two PHP processes working on one order
 * at the same moment (every call here runs to its end). `woocommerce-server.ts` puts REST and webhooks around it.
 */

import type { ShopEffect } from "../../../../machines/effects.js";
import type { OrderStatus } from "../../../../machines/facts.js";
import type { Line } from "../../../../machines/lines.js";
import { type Statuses, statusNamed } from "../../../../machines/statuses.js";
import type { Shop, ShopAnswer } from "../../../ports/shop.js";
import { cancelledWhenUnpaid, flags, flagsIn, validForPaymentComplete } from "./effects.js";
import { type StoredOrder, type WoocommerceRules, woocommerceRules } from "./rules.js";

export interface DoubleOrder extends StoredOrder {
  /** Stock held for the customer: counts only while the order is still open. */
  stockReserved: boolean;
}

export interface NewWooOrder {
  id: string;
  /** Default: pending. */
  status?: OrderStatus;
  total: number;
  currency: string;
  lines: Line[];
  /** Default: true. */
  needsProcessing?: boolean;
  /** Default: now; `updatedAt`, when it was created. */
  createdAt?: number;
  updatedAt?: number;
  datePaid?: number | null;
  createdVia?: string;
  /** Laid over what an order in this status has; WooCommerce's own flags can be set here too. */
  meta?: Record<string, unknown>;
  /** The shop has had its "new order" e-mail, which goes out once in an order's life. */
  alreadyNotified?: boolean;
}

export interface WooDouble<Own extends string = never> {
  addOrder(order: NewWooOrder): void;
  /** A copy; throws when there is no such order. */
  order(id: string): DoubleOrder;
  setStatus(id: string, to: string, note?: string): void;
  paymentComplete(id: string, transactionId?: string): boolean;
  /** As from the order screen: the last of the money closes the order. `meta`: of the refund. False = invalid amount. */
  refund(id: string, amount: number, meta?: Record<string, string>): boolean;
  /** With a key the note is written once. */
  addNote(id: string, text: string, key?: string): void;
  /** As from the order screen: what the order is. */
  edit(id: string, to: Partial<Pick<NewWooOrder, "total" | "currency" | "lines">>): void;
  /** Past every hook, as an importer or a bare SQL statement does it. */
  directWrite(id: string, status: OrderStatus): void;
  /** The hold-stock job. `veto` true = leave this order alone. Answers with the ids it cancelled. */
  cancelUnpaidOrders(veto?: (id: string) => boolean): string[];
  /** How often the customer was told that the order is paid. */
  confirmationMails(id: string): number;
  shop: Required<Shop<Own>>;
  /** The next n calls to `shop.execute` answer "retry": "before" anything is done, or "after" it all was. */
  failNext(n: number, when?: "before" | "after"): void;
  /** The orders as they are kept, and the rules that act on them: what the double's REST API speaks of. */
  readonly orders: Map<string, StoredOrder>;
  readonly rules: WoocommerceRules;
}

const minute = 60_000;
const done: ShopAnswer = { kind: "done" };
/** Where the shop keeps the effects it has carried out. */
const effectsKey = "_engine_effects";

export const wooDouble = <const Own extends string = never>(options: {
  now(): number;
  manageStock?: boolean;
  holdStockMinutes?: number | null;
  customStatuses?: Record<string, string>;
  /** Of those what each is a child of, as the engine was told. */
  statuses?: Readonly<Record<Own, OrderStatus>>;
  onHook?(hook: string, orderId: string): void;
}): WooDouble<Own> => {
  const { now, manageStock = true, holdStockMinutes = 60, customStatuses = {}, onHook = () => {} } = options;
  const holdsStock = manageStock && holdStockMinutes !== null && holdStockMinutes >= 1;
  const statuses: Statuses = options.statuses ?? {};
  const rules = woocommerceRules({ now, manageStock, customStatuses, onHook });
  const orders = new Map<string, StoredOrder>();
  let failures: { left: number; when: "before" | "after" } = { left: 0, when: "before" };

  const get = (id: string): StoredOrder => {
    const order = orders.get(id);
    if (order === undefined) throw new Error(`No order ${id} in the shop`);
    return order;
  };

  const addOrder = (given: NewWooOrder): void => {
    const { id, status = "pending", total, lines, alreadyNotified, createdVia = "checkout" } = given;
    const { currency, needsProcessing = true, createdAt = now(), updatedAt = createdAt, datePaid = null } = given;
    if (orders.has(id)) throw new Error(`Order ${id} is in the shop already`);
    const meta = { ...flagsIn(status, manageStock, alreadyNotified), ...structuredClone(given.meta) };
    orders.set(id, {
      id,
      status,
      total,
      currency,
      needsProcessing,
      createdAt,
      updatedAt,
      datePaid,
      createdVia,
      meta,
      lines: structuredClone(lines),
      dateCompleted: status === "completed" ? updatedAt : null,
      transactionId: null,
      refunds: status === "refunded" && total !== 0 ? [{ amount: total, at: updatedAt }] : [],
      statusHistory: [],
      directWrites: [],
      notes: [],
      mails: [],
      stockReductions: 0,
      stockIncreases: 0,
      stockChange: {},
      taken: meta[flags.stock] ? lines.map(({ sku, quantity }) => ({ sku, quantity })) : [],
      // A failed order keeps the reservation that its checkout made.
      reservation: holdsStock && ["checkout-draft", "pending", "failed"].includes(status),
    });
  };

  const cancelUnpaidOrders: WooDouble["cancelUnpaidOrders"] = (veto = () => false) => {
    if (!holdsStock) return [];
    const before = now() - holdStockMinutes * minute;
    // The last write decides, not the creation; the payment is not looked at.
    const unpaid = [...orders.values()].filter(
      (order) =>
        order.status === "pending" &&
        order.updatedAt < before &&
        cancelledWhenUnpaid.includes(order.createdVia) &&
        !veto(order.id),
    );
    for (const order of unpaid) {
      rules.setStatus(order, "cancelled", "Unpaid order cancelled - time limit reached.");
    }
    return unpaid.map((order) => order.id);
  };

  const confirmationMails = (id: string): number => {
    const { mails, statusHistory, needsProcessing } = get(id);
    const processing = mails.filter((mail) => mail.id === "customer_processing_order").length;
    if (needsProcessing) return processing;
    // Nothing to send, so "completed" is the first the customer hears; each such step sent one e-mail.
    const straight = statusHistory.filter(
      ({ from, to }) => to === "completed" && validForPaymentComplete.includes(from),
    ).length;
    return processing + straight;
  };

  const effectsDone = (order: StoredOrder): string[] => (order.meta[effectsKey] ?? []) as string[];

  const noteOnce = (order: StoredOrder, text: string, key: string | undefined): void => {
    if (key !== undefined && order.notes.some((note) => note.key === key)) return;
    rules.addNote(order, text, key);
  };

  const apply = (order: StoredOrder, status: OrderStatus, effectId: string, effect: ShopEffect): ShopAnswer<string> => {
    const conflict: ShopAnswer<string> = { kind: "conflict", status: order.status };
    switch (effect.type) {
      case "completePayment": {
        if (status === effect.to) return done;
        // payment_complete() would revive an order that another hand cancelled meanwhile.
        if (status === "cancelled" && effect.from !== "cancelled") return conflict;
        // Elsewhere payment_complete() would do nothing and claim success.
        if (!validForPaymentComplete.includes(status)) return conflict;
        const written = order.notes.length;
        rules.paymentComplete(order, effect.transactionId ?? "");
        // WooCommerce may have written these very words itself.
        const known = order.notes.slice(written).some((note) => note.text === effect.note);
        if (effect.note !== "" && !known) noteOnce(order, effect.note, effectId);
        return done;
      }
      case "setOrderStatus":
        if (order.status === effect.child || (effect.child === undefined && status === effect.to)) return done;
        if (status !== effect.from && status !== effect.to) return conflict;
        rules.setStatus(order, effect.child ?? effect.to, effect.note, effectId);
        return done;
      case "setOrderLines":
        order.lines = structuredClone(effect.lines);
        order.total = effect.total;
        return done;
      case "setOrderMeta":
        Object.assign(order.meta, structuredClone(effect.meta));
        return done;
      case "addOrderNote":
        noteOnce(order, effect.note, effectId);
        return done;
      case "recordRefund":
        // The engine decides about the status, so a refund of the last of the money does not close the order here.
        return rules.createRefund(order, effect.amount, false)
          ? done
          : { kind: "refused", detail: "Invalid refund amount." };
    }
  };

  const failing = (when: "before" | "after"): ShopAnswer | null => {
    if (failures.left === 0 || failures.when !== when) return null;
    failures.left -= 1;
    return { kind: "retry", afterMs: null, detail: `The shop did not answer (${when} the work)` };
  };

  const shop: Required<Shop<string>> = {
    async execute(orderId, effectId, effect) {
      const failed = failing("before");
      if (failed !== null) return failed;
      const order = orders.get(orderId);
      const told = statusNamed(order?.status, statuses);
      if (order === undefined || told === null) return { kind: "refused", detail: `No order ${orderId}` };
      let answer: ShopAnswer<string> = done;
      if (!effectsDone(order).includes(effectId)) {
        answer = apply(order, told.status, effectId, effect);
        if (answer.kind === "done") {
          order.meta[effectsKey] = [...effectsDone(order), effectId];
          // Saving meta saves the order, which restarts the hold-stock clock.
          order.updatedAt = now();
        }
      }
      return failing("after") ?? answer;
    },
    async readStatus(orderId) {
      const told = statusNamed(orders.get(orderId)?.status, statuses);
      return told?.child ?? told?.status ?? null;
    },
    async readOrder(orderId) {
      const order = orders.get(orderId);
      if (order === undefined) return { gone: true };
      const { total, currency, lines, status } = structuredClone(order);
      return { total, currency, lines, gone: status === "trash" };
    },
  };

  return {
    addOrder,
    order(id) {
      const order = get(id);
      const open = order.status === "pending" || order.status === "checkout-draft";
      return { ...structuredClone(order), stockReserved: open && order.reservation };
    },
    setStatus: (id, to, note = "") => rules.setStatus(get(id), to, note),
    paymentComplete: (id, transactionId = "") => rules.paymentComplete(get(id), transactionId),
    refund(id, amount, meta) {
      const made = rules.createRefund(get(id), amount, true);
      const refund = get(id).refunds.at(-1);
      if (made && refund !== undefined && meta !== undefined) refund.meta = meta;
      return made;
    },
    addNote: (id, text, key) => noteOnce(get(id), text, key),
    edit(id, to) {
      // Of another total alone nobody tells the lines.
      const lines = to.total === undefined ? {} : { lines: [] };
      Object.assign(get(id), { ...lines, ...structuredClone(to) }, { updatedAt: now() });
    },
    directWrite(id, status) {
      const order = get(id);
      order.directWrites.push({ at: now(), from: order.status, to: rules.readWord(status) });
      order.status = rules.readWord(status);
    },
    cancelUnpaidOrders,
    confirmationMails,
    shop: shop as Required<Shop<Own>>,
    failNext(n, when = "before") {
      failures = { left: n, when };
    },
    orders,
    rules,
  };
};
