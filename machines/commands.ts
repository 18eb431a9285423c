/**
 * What may be said about an order from outside the engine: by the shop, by a person, or by a job.
 *
 * What a bank, a shop or a timer answers to the engine's own calls is a `Reply`, and nobody else may say it.
 */
import { z } from "zod";
import { OrderStatus, Rejection } from "./facts.js";
import { addUp, Lines, ofAmount } from "./lines.js";
import { ShopOrder } from "./shop-order.js";
import type { StatusWord } from "./statuses.js";
import { Amount, Child, Id, Text, Texts, Word } from "./text.js";

const via = z.enum(["dropdown", "list-button", "bulk", "erp", "inspector", "api"]).default("api");
/** By which door, and who: a name of the shop's own, kept with the history. */
const asked = { via, by: Text(100).optional() };
const merchant = <T extends string>(type: T) => z.strictObject({ type: z.literal(type), ...asked });
/** `child`: the shop's own word for the status that is asked for. */
const status = <T extends string>(type: T) =>
  z.strictObject({ type: z.literal(type), ...asked, child: Child.optional() });

/** Where a bank sends the customer back to. */
export const ReturnPage = z.enum(["success", "fail", "signing-landing", "signing-cancelled"]);
export type ReturnPage = z.infer<typeof ReturnPage>;

export const Command = z.discriminatedUnion("type", [
  /** Something about the order was written. `order`: what the shop has now, as far as it says so. */
  z.strictObject({ type: z.literal("order.updated"), by: Text(100), change: Text(200), order: ShopOrder.optional() }),
  /**
   * Another hand wrote the status straight to the shop. `version`: of the record when the shop was read; what was
   * decided since may be on its way there.
   */
  z.strictObject({
    type: z.literal("order.seen"),
    status: OrderStatus,
    child: Child.optional(),
    version: z.number().int().positive().optional(),
  }),
  /** The customer presses Pay: the payments that the order has are read before another one is opened. */
  z.strictObject({ type: z.literal("checkout.asked") }),
  /** A payment is being opened at the bank; what an earlier try brings from now on is an earlier attempt. */
  z.strictObject({
    type: z.literal("checkout.began"),
    attempt: Id,
    /** The id that the bank makes it under, where the shop chose it: it is read where the answer never comes. */
    paymentId: Id.optional(),
    gateway: Id.optional(),
    total: Amount.optional(),
  }),
  z.strictObject({
    type: z.literal("payment.created"),
    paymentId: Id,
    /** The adapter that opened it, and how far its rounding may differ; left out: the order's. */
    gateway: Id.optional(),
    tolerance: Amount.optional(),
    /** Names this try to pay in the addresses that its customer comes back to. */
    attempt: Id.optional(),
    /** What the shop keeps with its order. */
    meta: Texts(20_000).optional(),
  }),
  /** A payment that was made elsewhere, such as one authorised anew; the bank is asked before it counts. */
  z.strictObject({ type: z.literal("payment.attached"), paymentId: Id, gateway: Id.optional() }),
  /** The bank took no payment, as far as is known: the customer is told and may try again. */
  z.strictObject({
    type: z.literal("payment.notCreated"),
    detail: Text(500),
    attempt: Id.optional(),
    /** The id that it has if the bank made it all the same, where the shop chose it: it is read until the bank says so. */
    paymentId: Id.optional(),
    gateway: Id.optional(),
    /** What the bank was asked to make it for; left out: the order's total. */
    total: Amount.optional(),
    /** What the shop keeps with its order. */
    meta: Texts(20_000).optional(),
  }),
  /** The bank's frame turned the customer away; a hint from his browser, which settles nothing. */
  z.strictObject({
    type: z.literal("checkout.rejected"),
    rejection: Rejection.shape.type,
    message: Text(1000).nullable().default(null),
  }),

  /** A hint, never believed: it leads to a reading of the payment. */
  z.strictObject({
    type: z.literal("callback.received"),
    kind: Word(60),
    paymentId: Id,
    claims: Word(60).nullable(),
    content: Word().nullable(),
  }),
  z.strictObject({
    type: z.literal("customer.returned"),
    page: ReturnPage,
    /**
     * The payment attempt that the opened address was proven to belong to; null: it proved nothing. Unless it is the
     * current attempt, the page counts for nothing and the payment is read. Left out: the shop's own code says that its
     * customer is back, and knows him by its session.
     */
    attempt: Word().nullable().optional(),
  }),

  status("merchant.completed"),
  status("merchant.cancelled"),
  status("merchant.refunded").extend({ amount: Amount.nullable().default(null) }),
  status("merchant.failed"),
  status("merchant.held"),
  status("merchant.processed"),
  status("merchant.reopened"),
  z.strictObject({ type: z.literal("merchant.captured"), ...asked, lines: Lines.nullable().default(null) }),
  z
    .strictObject({
      type: z.literal("merchant.refundedAmount"),
      ...asked,
      amount: Amount,
      lines: Lines.nullable().default(null),
      /** The refund's own id in the shop: the same refund without one, in the same instant, is one refund. */
      refund: Id.optional(),
    })
    .check(ofAmount),
  /** Lets go what is still reserved after a part was captured. */
  merchant("merchant.released"),
  /** The lines and total as they would be; `adds`: something was added or raised. */
  z
    .strictObject({
      type: z.literal("merchant.editedLines"),
      ...asked,
      lines: Lines,
      total: Amount,
      adds: z.boolean(),
    })
    .check(addUp),
  merchant("merchant.recalculated"),
  /** A person has asked the bank: the call whose answer was lost will not take effect any more. */
  merchant("merchant.endedWait"),
  /** A person has settled what the bank's books show too much: from now on they are taken as they are. */
  merchant("merchant.acknowledged"),

  /** WooCommerce's job that cancels unpaid orders wants this one. */
  z.strictObject({ type: z.literal("shop.holdStockDue") }),
  z.strictObject({ type: z.literal("reconcile.asked") }),
  /** Somebody had personal data of this order shown to him. */
  z.strictObject({ type: z.literal("data.revealed"), by: Text(100).min(1), why: Text(200) }),
]);
/** A status by its name, as a merchant picks it: one of the eight, or one of the shop's own. The bank's money goes first. */
interface StatusAsked<Own extends string = never> {
  type: "merchant.asked";
  status: Exclude<StatusWord<Own>, "checkout-draft">;
  via?: z.input<typeof via> | undefined;
  by?: string | undefined;
}
type Seen = Extract<z.input<typeof Command>, { type: "order.seen" }>;
/** As a caller writes it: a field that has a default may be left out, and a status may be one of the shop's own. */
export type Command<Own extends string = never> =
  | Exclude<z.input<typeof Command>, Seen>
  | (Omit<Seen, "status"> & { status: StatusWord<Own> })
  | StatusAsked<Own>;
/** As it was read: every default is filled in. */
export type ReadCommand = z.output<typeof Command>;
