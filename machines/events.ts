/** Everything that can happen to an order, in the past tense: it is placed, told a command, or told a reply. */
import { z } from "zod";
import { Command, type ReadCommand } from "./commands.js";
import { OrderStatus } from "./facts.js";
import { addUp, Lines } from "./lines.js";
import { Reply } from "./replies.js";
import type { StatusWord } from "./statuses.js";
import { Amount, Child, Currency, Id, JsonObject, Moment } from "./text.js";

export { Command, type ReadCommand, Reply };

export const Source = z.enum(["customer", "callback", "merchant", "timer", "shop", "gateway", "reconcile"]);
export type Source = z.infer<typeof Source>;

/** Fields of a placed order, each by itself. */
export const PlacedFields = z.strictObject({
  status: OrderStatus.default("pending"),
  /** The shop's own word for the status. */
  child: Child.optional(),
  total: Amount,
  currency: Currency,
  lines: Lines,
  needsProcessing: z.boolean().default(true),
  gateway: Id.nullable(),
  paymentId: Id.nullable().default(null),
  previousPaymentIds: z.array(Id).max(100).default([]),
  createdAt: Moment,
  updatedAt: Moment,
  customerReturned: z.boolean().default(false),
  /** The reference under which the bank has the order; left out: its id. */
  reference: Id.optional(),
  /** How far the gateway's rounding may differ, in minor units. */
  tolerance: Amount.default(0),
  /** The order's metadata under the keys of the documents; what is not known here is left alone. */
  meta: JsonObject.optional(),
});
export const PlacedOrder = PlacedFields.check(addUp);
export type PlacedOrder = z.infer<typeof PlacedOrder>;
/**
 * As a caller of `place` writes it: `gateway`, `total`, `currency` and `lines` are enough. How far a gateway's rounding
 * may differ is for the gateway to say; a moment that is left out is now.
 */
export type NewOrder<Own extends string = never> = Omit<
  z.input<typeof PlacedOrder>,
  "tolerance" | "createdAt" | "updatedAt" | "status"
> &
  Partial<Pick<z.input<typeof PlacedOrder>, "createdAt" | "updatedAt">> & {
    /** One of the eight, or a status that was declared; left out: pending. */
    status?: StatusWord<Own> | undefined;
  };

/** An order becomes known; only `place` says it. */
export const OrderPlaced = z.strictObject({ type: z.literal("order.placed"), order: PlacedOrder });

export type OrderPlaced = z.infer<typeof OrderPlaced>;

export const OrderEvent = z.discriminatedUnion("type", [OrderPlaced, ...Command.options, ...Reply.options]);
export type OrderEvent = z.infer<typeof OrderEvent>;
export type EventType = OrderEvent["type"];
export type ReadReply = Extract<OrderEvent, Reply>;

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
  type === "checkout.asked" ||
  type === "payment.attached" ||
  type === "shop.holdStockDue" ||
  (type.startsWith("merchant.") && !needsNoReading.has(type));

/** WooCommerce lets a merchant set these whatever the payment says. */
const needsNoReading = new Set<EventType>(["merchant.held", "merchant.acknowledged"]);
