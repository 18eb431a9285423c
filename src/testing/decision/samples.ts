/** Ready-made orders, payments and messages to begin a test with: 1000.00, in minor units. */
import { PlacedOrder } from "../../../machines/events.js";
import { noSuchPayment, type Reading } from "../../../machines/facts.js";
import { MINUTE, T0 } from "../simulator/script.js";
import type { EventInput } from "./life.js";

export const PAYMENT = "pay-1";

const everything = ["CAPTURE", "PARTIAL_CAPTURE", "CANCEL", "PARTIAL_CANCEL"] as const;
const givingBack = ["REFUND", "PARTIAL_REFUND"] as const;

/** 1000.00 that the bank accepted, unless something else is said. */
export const reading = (says: Partial<Reading> = {}): Reading => ({
  paymentId: PAYMENT,
  exists: true,
  status: "ACCEPTED",
  rejectedReason: null,
  hasOrder: true,
  total: 100_000,
  authorized: 100_000,
  captured: 0,
  canceled: 0,
  refunded: 0,
  offers: [...everything],
  creditLimit: 100_000,
  taskCompleted: null,
  transactionIds: [],
  ...says,
});

const nothing = { authorized: 0, offers: [] };
/** The payments that the documents' tables speak of. */
export const payments = {
  "at the bank": reading({ status: "TASK_REDIRECTION_REQUIRED", ...nothing }),
  supplementing: reading({ status: "SUPPLEMENTING_REQUIRED", ...nothing }),
  inspection: reading({ status: "INSPECTION", offers: [] }),
  frozen: reading({ status: "FROZEN", offers: [] }),
  accepted: reading(),
  "rejected, task done": reading({ status: "REJECTED", taskCompleted: true, ...nothing }),
  "rejected, task open": reading({ status: "REJECTED", taskCompleted: false, ...nothing }),
  "rejected, task silent": reading({ status: "REJECTED", taskCompleted: null, ...nothing }),
  "rejected, task unreadable": reading({ status: "REJECTED", taskCompleted: "unavailable", ...nothing }),
  "a new word": reading({ status: "SOMETHING_NEW", ...nothing }),
  missing: { ...noSuchPayment(PAYMENT), status: "UNREAD" },
  captured: reading({ authorized: 0, captured: 100_000, offers: [...givingBack] }),
  "partly captured": reading({ authorized: 60_000, captured: 40_000, offers: [...everything, ...givingBack] }),
  "partly refunded": reading({ authorized: 0, captured: 100_000, refunded: 40_000, offers: [...givingBack] }),
  refunded: reading({ authorized: 0, captured: 100_000, refunded: 100_000, offers: [] }),
  cancelled: reading({ authorized: 0, canceled: 100_000, offers: [] }),
  "partly cancelled": reading({ authorized: 60_000, canceled: 40_000 }),
  "no offers": reading({ offers: [] }),
  "too little": reading({ total: 90_000, authorized: 90_000 }),
  "no order": reading({ hasOrder: false }),
  "released after the task": reading({ status: "REJECTED", taskCompleted: false, authorized: 0, canceled: 100_000 }),
  "frozen, still offered": reading({ status: "FROZEN" }),
  "in inspection, still offered": reading({ status: "INSPECTION" }),
} satisfies Record<string, Reading>;
export type PaymentName = keyof typeof payments;

const lines = [
  { sku: "a", quantity: 1, total: 60_000 },
  { sku: "b", quantity: 1, total: 40_000 },
];

/** An order whose minute is over: made ten minutes ago, paid at the bank, 1000.00. */
export const anOrder = (says: Partial<PlacedOrder> = {}): PlacedOrder =>
  PlacedOrder.parse({
    total: 100_000,
    currency: "SEK",
    // Another total is another order, of which nobody tells the lines.
    lines: says.total === undefined ? lines : [],
    gateway: "resurs-mapi",
    paymentId: PAYMENT,
    createdAt: T0 - 10 * MINUTE,
    updatedAt: T0 - 10 * MINUTE,
    ...says,
  });

/** The bank's message about the order's payment, unless something else is said. */
export const callback = (more: Partial<Extract<EventInput, { type: "callback.received" }>> = {}): EventInput => ({
  type: "callback.received",
  kind: "AUTHORIZATION",
  paymentId: PAYMENT,
  claims: "AUTHORIZED",
  content: null,
  ...more,
});
