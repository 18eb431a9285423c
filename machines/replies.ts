/** What only the engine's own calls and timers produce: the answers of the bank and of the shop, and the timers' rings. */
import { z } from "zod";
import { OrderStatus, Reading } from "./facts.js";
import { ShopOrder } from "./shop-order.js";
import { Child, InnerId, Text, Word } from "./text.js";

const effectId = InnerId;

/** Nobody knows what became of an earlier try of the same call: the bank may have it. */
const mayBeDone = z.literal(true).optional();

/** `reason` is one of the reason classes, or the gateway's own word. */
const refused = <T extends string>(type: T) =>
  z.strictObject({ type: z.literal(type), effectId, reason: Word(), detail: Text(500), mayBeDone });
const confirmed = <T extends string>(type: T) =>
  z.strictObject({ type: z.literal(type), effectId, reading: Reading.nullable() });
const unknown = <T extends string>(type: T) => z.strictObject({ type: z.literal(type), effectId, detail: Text(500) });

export const Reply = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("timer.fired"), timer: InnerId, generation: z.number().int() }),
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
  /** The shop was read before a call that moves money, and has another order than it was asked for: it was not sent. */
  z.strictObject({ type: z.literal("shop.differs"), effectId, order: ShopOrder, mayBeDone }),
  /** The shop reads another status than the one we meant to change. */
  z.strictObject({ type: z.literal("shop.conflicted"), effectId, status: OrderStatus, child: Child.optional() }),
]);
export type Reply = z.infer<typeof Reply>;
