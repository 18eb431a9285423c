/** Everything that can happen to an order, in the past tense. */
import { z } from "zod";
import { Line, OrderStatus, Reading, Rejection } from "./facts.js";

const minor = z.number().int();

export const Source = z.enum(["customer", "callback", "merchant", "timer", "shop", "gateway", "reconcile"]);
export type Source = z.infer<typeof Source>;

export const PlacedOrder = z.strictObject({
  status: OrderStatus.default("pending"),
  total: minor.nonnegative(),
  currency: z.string().length(3),
  lines: z.array(Line).max(1000),
  needsProcessing: z.boolean().default(true),
  gateway: z.string().nullable(),
  paymentId: z.string().max(100).nullable().default(null),
  previousPaymentIds: z.array(z.string().max(100)).default([]),
  createdAt: z.number().int(),
  updatedAt: z.number().int(),
  customerReturned: z.boolean().default(false),
  /** How far the gateway's rounding may differ, in minor units. */
  tolerance: minor.default(0),
  /** The order's metadata under the keys of the documents; what is not known here is left alone. */
  meta: z.record(z.string().max(100), z.unknown()).optional(),
});
export type PlacedOrder = z.infer<typeof PlacedOrder>;

const via = z.enum(["dropdown", "list-button", "bulk", "erp", "inspector", "api"]).default("api");
const merchant = <T extends string>(type: T) => z.strictObject({ type: z.literal(type), via });
const effectId = z.string();

/** `reason` is one of the reason classes, or the gateway's own word. */
const refused = <T extends string>(type: T) =>
  z.strictObject({ type: z.literal(type), effectId, reason: z.string(), detail: z.string().max(500) });
const confirmed = <T extends string>(type: T) =>
  z.strictObject({ type: z.literal(type), effectId, reading: Reading.nullable() });
const unknown = <T extends string>(type: T) =>
  z.strictObject({ type: z.literal(type), effectId, detail: z.string().max(500) });

export const OrderEvent = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("order.placed"), order: PlacedOrder }),
  z.strictObject({ type: z.literal("order.updated"), by: z.string().max(100), change: z.string().max(200) }),
  /**
   * Another hand wrote the status straight to the shop. `version`: of the record when the shop was read; what was
   * decided since may be on its way there.
   */
  z.strictObject({
    type: z.literal("order.seen"),
    status: OrderStatus,
    version: z.number().int().positive().optional(),
  }),
  z.strictObject({
    type: z.literal("payment.created"),
    paymentId: z.string().max(100),
    /** What the shop keeps with its order. */
    meta: z.record(z.string().max(100), z.string().max(20_000)).optional(),
  }),
  /** The bank took no payment: the customer is told and may try again. */
  z.strictObject({ type: z.literal("payment.notCreated"), detail: z.string().max(500) }),
  /** The bank's frame turned the customer away; a hint from his browser, which settles nothing. */
  z.strictObject({
    type: z.literal("checkout.rejected"),
    rejection: Rejection.shape.type,
    message: z.string().max(1000).nullable().default(null),
  }),

  /** A hint, never believed: it leads to a reading of the payment. */
  z.strictObject({
    type: z.literal("callback.received"),
    kind: z.string().max(60),
    paymentId: z.string().max(100),
    claims: z.string().max(60).nullable(),
    content: z.string().max(100).nullable(),
  }),
  z.strictObject({
    type: z.literal("customer.returned"),
    page: z.enum(["success", "fail", "signing-landing", "signing-cancelled"]),
  }),

  merchant("merchant.completed"),
  merchant("merchant.cancelled"),
  z.strictObject({ type: z.literal("merchant.refunded"), via, amount: minor.nullable().default(null) }),
  merchant("merchant.failed"),
  merchant("merchant.held"),
  merchant("merchant.processed"),
  merchant("merchant.reopened"),
  z.strictObject({ type: z.literal("merchant.captured"), via, lines: z.array(Line).nullable().default(null) }),
  z.strictObject({
    type: z.literal("merchant.refundedAmount"),
    via,
    amount: minor,
    lines: z.array(Line).nullable().default(null),
  }),
  /** The lines and total as they would be; `adds`: something was added or raised. */
  z.strictObject({
    type: z.literal("merchant.editedLines"),
    via,
    lines: z.array(Line),
    total: minor.nonnegative(),
    adds: z.boolean(),
  }),
  merchant("merchant.recalculated"),

  /** WooCommerce's job that cancels unpaid orders wants this one. */
  z.strictObject({ type: z.literal("shop.holdStockDue") }),
  z.strictObject({ type: z.literal("reconcile.asked") }),
  /** Somebody had personal data of this order shown to him. */
  z.strictObject({ type: z.literal("data.revealed"), by: z.string().min(1).max(100), why: z.string().max(200) }),
  z.strictObject({ type: z.literal("timer.fired"), timer: z.string(), generation: z.number().int() }),

  z.strictObject({ type: z.literal("payment.read"), effectId, reading: Reading }),
  /** The reading that looks for the effect of a call whose answer was lost. */
  z.strictObject({ type: z.literal("payment.readBack"), effectId, reading: Reading }),
  confirmed("book.confirmed"),
  refused("book.refused"),
  unknown("book.unknown"),
  confirmed("capture.confirmed"),
  refused("capture.refused"),
  unknown("capture.unknown"),
  confirmed("cancel.confirmed"),
  refused("cancel.refused"),
  unknown("cancel.unknown"),
  confirmed("refund.confirmed"),
  refused("refund.refused"),
  unknown("refund.unknown"),
  confirmed("rebuild.confirmed"),
  refused("rebuild.refused"),
  unknown("rebuild.unknown"),
  /** The shop reads another status than the one we meant to change. */
  z.strictObject({ type: z.literal("shop.conflicted"), effectId, status: OrderStatus }),
]);
export type OrderEvent = z.infer<typeof OrderEvent>;
export type EventType = OrderEvent["type"];

/** An event on its way: who, when, and its id for life. */
export interface Envelope {
  /** Unique per order; the same id again is a no-op. */
  id: string;
  orderId: string;
  /** Epoch milliseconds of the engine's clock. */
  at: number;
  source: Source;
  event: OrderEvent;
}

/** The status a merchant picks, as the event it is. */
export const merchantEventFor = {
  completed: "merchant.completed",
  cancelled: "merchant.cancelled",
  refunded: "merchant.refunded",
  failed: "merchant.failed",
  "on-hold": "merchant.held",
  processing: "merchant.processed",
  pending: "merchant.reopened",
} as const satisfies Partial<Record<OrderStatus, EventType>>;

/** The status that a merchant's event asks for; the others ask for none. */
export const statusWantedBy: Partial<Record<string, OrderStatus>> = Object.fromEntries(
  Object.entries(merchantEventFor).map(([status, type]) => [type, status as OrderStatus]),
);

/** What waits for a reading of the payment taken after it arrived (seed 003, "Callbacks", 2). */
export const waitsForReading = (type: EventType): boolean =>
  type === "callback.received" ||
  type === "customer.returned" ||
  type === "reconcile.asked" ||
  type === "shop.holdStockDue" ||
  (type.startsWith("merchant.") && !needsNoReading.has(type));

/** WooCommerce lets a merchant set these whatever the payment says. */
const needsNoReading = new Set<EventType>(["merchant.failed", "merchant.held", "merchant.reopened"]);
