/** WooCommerce 11's rules, carried out on one stored order. Numbers name sections of the fact sheet. */
import type { Line } from "../../../../machines/lines.js";
import {
  type Consequence,
  flags,
  labels,
  mailOnEntering,
  mailOnPair,
  mailTitles,
  onEntering,
  salesAreTakenBackFrom,
  silentFrom,
  validForPaymentComplete,
  type WooStatus,
} from "./effects.js";

export interface StoredOrder {
  id: string;
  status: WooStatus;
  total: number;
  currency: string;
  lines: Line[];
  needsProcessing: boolean;
  createdVia: string;
  createdAt: number;
  updatedAt: number;
  datePaid: number | null;
  dateCompleted: number | null;
  transactionId: string | null;
  meta: Record<string, unknown>;
  /** `unnamed`: made without an amount, which the real one takes for nothing. */
  refunds: { amount: number; at: number; reason?: string; unnamed?: true; meta?: Record<string, string> }[];
  statusHistory: { at: number; from: WooStatus; to: WooStatus }[];
  directWrites: { at: number; from: WooStatus; to: WooStatus }[];
  notes: { at: number; text: string; key?: string; toCustomer?: true; author?: string }[];
  mails: { at: number; id: string }[];
  /** How often the double took the goods off the shelf, or put them back, since the order was added. */
  stockReductions: number;
  stockIncreases: number;
  /** What this order did to the stock since it was added, by sku. */
  stockChange: Record<string, number>;
  /** What was taken line by line; only that much goes back, whatever the lines read by then. */
  taken: { sku: string; quantity: number }[];
  /** The row in the table of reserved stock. */
  reservation: boolean;
}

export interface ShopContext {
  now(): number;
  manageStock: boolean;
  /** Statuses that a plugin of the shop adds, with their labels: nothing hangs on them (last rows of 2.5). */
  customStatuses: Record<string, string>;
  /** Told of the hooks that webhooks hang on, in WordPress's words. */
  onHook(hook: string, orderId: string): void;
}

export const refundable = (order: StoredOrder): number =>
  order.total - order.refunds.reduce((sum, refund) => sum + refund.amount, 0);

export const woocommerceRules = ({ now, manageStock, customStatuses, onHook }: ShopContext) => {
  const labelOf = (status: string): string | undefined => customStatuses[status] ?? labels[status as WooStatus];

  /** An odd word becomes `pending` without a complaint (2.1). */
  const readWord = (word: string): WooStatus => {
    const bare = word.startsWith("wc-") ? word.slice(3) : word;
    return Object.hasOwn(labels, bare) || Object.hasOwn(customStatuses, bare) ? (bare as WooStatus) : "pending";
  };

  const addNote = (order: StoredOrder, text: string, key?: string): void => {
    order.notes.push(key === undefined ? { at: now(), text } : { at: now(), text, key });
  };

  const sendMail = (order: StoredOrder, id: string): void => {
    if (id === "new_order") {
      if (order.meta[flags.newOrderMail]) return;
      order.meta[flags.newOrderMail] = true;
    }
    order.mails.push({ at: now(), id });
    addNote(order, `Email "${mailTitles[id] ?? id}" sent.`);
  };

  const moveStock = (order: StoredOrder, direction: -1 | 1): void => {
    for (const { sku, quantity } of order.taken) {
      order.stockChange[sku] = (order.stockChange[sku] ?? 0) + direction * quantity;
    }
    // An order without products raises the flag all the same, but there is nothing to write down.
    if (order.taken.length === 0) return;
    if (direction < 0) order.stockReductions += 1;
    else order.stockIncreases += 1;
    const what = order.taken.map(({ sku, quantity }) => `${sku} ${direction < 0 ? "-" : "+"}${quantity}`);
    addNote(order, `Stock levels ${direction < 0 ? "reduced" : "increased"}: ${what.join(", ")}`);
  };

  const consequences: Record<Consequence, (order: StoredOrder, from: WooStatus) => void> = {
    "count sales": (order) => {
      order.meta[flags.sales] = true;
    },
    "take back sales": (order, from) => {
      if (salesAreTakenBackFrom.includes(from)) order.meta[flags.sales] = false;
    },
    "count coupons": (order) => {
      order.meta[flags.coupons] = true;
    },
    "give back coupons": (order) => {
      order.meta[flags.coupons] = false;
    },
    "reduce stock": (order) => {
      if (!manageStock || order.meta[flags.stock]) return;
      order.taken = order.lines.map(({ sku, quantity }) => ({ sku, quantity }));
      moveStock(order, -1);
      order.meta[flags.stock] = true;
    },
    "restore stock": (order) => {
      if (!order.meta[flags.stock]) return;
      moveStock(order, 1);
      order.taken = [];
      order.meta[flags.stock] = false;
    },
    "release reservation": (order) => {
      order.reservation = false;
    },
    "refund the rest": (order) => {
      const rest = refundable(order);
      if (rest === 0) return;
      order.refunds.push({ amount: rest, at: now(), reason: "Order fully refunded." });
      sendMail(order, "customer_refunded_order");
      addNote(
        order,
        "Order status set to refunded. To return funds to the customer you will need to issue a refund through your payment gateway.",
      );
    },
  };

  const afterPayment = (order: StoredOrder): WooStatus => (order.needsProcessing ? "processing" : "completed");

  /** 1.4: neither date is ever cleared; `date_completed` is written anew each time. */
  const setDates = (order: StoredOrder, to: WooStatus): void => {
    const paid = to === afterPayment(order) || to === "completed";
    if (paid && order.datePaid === null) order.datePaid = now();
    if (to === "completed") order.dateCompleted = now();
  };

  /** `note: null` keeps the transition out of the notes, as payment_complete() does. */
  const setStatus = (order: StoredOrder, word: string, note: string | null, key?: string): void => {
    const to = readWord(word);
    const from = order.status === "auto-draft" ? "pending" : order.status;
    order.status = to;
    if (from === to) return;
    setDates(order, to);
    order.updatedAt = now();
    order.statusHistory.push({ at: now(), from, to });

    // The order of 2.4: what hangs on the status, the note, what hangs on the pair.
    for (const name of onEntering[to] ?? []) consequences[name](order, from);
    const mail = mailOnEntering[to];
    if (mail !== undefined) sendMail(order, mail);
    if (note !== null && !silentFrom.includes(from)) {
      addNote(order, `${note} Order status changed from ${labelOf(from)} to ${labelOf(to)}.`.trim(), key);
    }
    for (const rule of mailOnPair) {
      if (rule.from.includes(from) && rule.to.includes(to)) sendMail(order, rule.mail);
    }
    // An order that leaves the bin was not "updated" (5.2).
    if (from !== "trash") onHook("woocommerce_update_order", order.id);
    onHook(`woocommerce_order_status_${to}`, order.id);
    onHook("woocommerce_order_status_changed", order.id);
  };

  /** 1.3. True even when nothing was done: that is how the real one answers. */
  const paymentComplete = (order: StoredOrder, transactionId: string): true => {
    if (!validForPaymentComplete.includes(order.status)) return true;
    if (transactionId !== "") order.transactionId = transactionId;
    order.datePaid ??= now();
    const title = order.meta._payment_method_title;
    const via = typeof title === "string" && title !== "" && transactionId !== "";
    addNote(order, via ? `Payment via ${title} (${transactionId}).` : "Payment complete.");
    setStatus(order, afterPayment(order), null);
    onHook("woocommerce_payment_complete", order.id);
    return true;
  };

  /** 4, without money going anywhere. False = "Invalid refund amount." */
  const createRefund = (order: StoredOrder, amount: number, closesOrder: boolean, reason = ""): boolean => {
    const rest = refundable(order);
    if (amount < 0 || amount > rest) return false;
    order.refunds.push({ amount, at: now(), ...(reason === "" ? {} : { reason }) });
    order.updatedAt = now();
    onHook("woocommerce_order_refunded", order.id);
    const full = amount === rest;
    sendMail(order, full ? "customer_refunded_order" : "customer_partially_refunded_order");
    if (full && closesOrder) setStatus(order, "refunded", "");
    return true;
  };

  /** 2.6: past the transition, the notes and the e-mails; the stock stays where it is. */
  const trash = (order: StoredOrder): void => {
    order.meta._wp_trash_meta_status = `wc-${order.status}`;
    order.meta._wp_trash_meta_time = String(Math.floor(now() / 1000));
    order.meta[flags.sales] = false;
    order.meta[flags.coupons] = false;
    order.status = "trash";
    onHook("woocommerce_trash_order", order.id);
  };

  const created = (id: string): void => onHook("woocommerce_new_order", id);
  /** Fires with every save, also one that changed nothing (5.2). */
  const saved = (id: string): void => onHook("woocommerce_update_order", id);

  return { addNote, setStatus, paymentComplete, createRefund, trash, created, saved, readWord, labelOf };
};

export type WoocommerceRules = ReturnType<typeof woocommerceRules>;
