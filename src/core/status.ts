/** The order takes a status. */
import { statusWantedBy } from "../../machines/events.js";
import type { Facts, Operation, OrderStatus } from "../../machines/facts.js";
import { withChild } from "../../machines/statuses.js";
import type { OrderMessage } from "./record.js";

const byHand = new Set(["merchant.held", "order.seen", "shop.conflicted"]);

const paid = new Set<OrderStatus>(["processing", "completed"]);
const over = new Set<OrderStatus>(["completed", "cancelled", "refunded"]);

/** The child of the status that was seen, or asked for with it or with the call that leads there; undefined = none. */
export const childOf = (
  status: OrderStatus,
  shown: Pick<OrderMessage, "type" | "seen" | "child">,
  operation: Operation | null,
): string | undefined => {
  if ((shown.seen ?? statusWantedBy[shown.type]) === status) return shown.child;
  return operation?.leadsTo === status ? operation.child : undefined;
};

/** A merchant asks for another status than the call under way leads to, or for another child of it. */
export const asksForMore = ({ type, child }: OrderMessage, operation: Operation | null): boolean =>
  operation?.leadsTo !== statusWantedBy[type] || (child !== undefined && child !== operation?.child);

interface Change {
  child: string | undefined;
  /** The type of the event. */
  by: string;
  /** The bank was seen to have its money, whatever status it had. */
  holdsMoney: boolean;
  now: number;
}

/**
 * A person's hold of a paid order is remembered: it is not the bank that it waits for. So is that an order was completed,
 * which seed 003, "Enable Capture", lets nobody take back.
 */
export const withStatus = (
  order: Facts["order"],
  status: OrderStatus,
  { child, by, holdsMoney, now }: Change,
): Facts["order"] => {
  const { heldByHand: _, setBack: before, restored, child: __, ...rest } = order;
  // A draft is put on hold by the shop's own checkout.
  const isPaid = paid.has(order.status) || (holdsMoney && order.status !== "checkout-draft");
  const isHeld = status === "on-hold" && byHand.has(by) && isPaid;
  const isSetBack = !over.has(status) && (order.status === "completed" ? byHand.has(by) : before === true);
  return {
    ...rest,
    status,
    ...withChild(child),
    updatedAt: now,
    ...(isHeld && { heldByHand: true }),
    ...(isSetBack && { setBack: true }),
    ...(restored === true && !over.has(status) && { restored }),
  };
};

/** The order is in another child of the status that it has; undefined = in none. */
export const inChild = ({ child: _, ...order }: Facts["order"], child: string | undefined): Facts["order"] => ({
  ...order,
  ...withChild(child),
});
