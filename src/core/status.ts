/** The order takes a status. */
import type { Facts, OrderStatus } from "../../machines/facts.js";

const byHand = new Set(["merchant.held", "order.seen", "shop.conflicted"]);

const paid = new Set<OrderStatus>(["processing", "completed"]);

/** A person's hold of a paid order is remembered: it is not the bank that it waits for. */
export const withStatus = (order: Facts["order"], status: OrderStatus, by: string, now: number): Facts["order"] => {
  const { heldByHand: _, ...rest } = order;
  const isHeld = status === "on-hold" && byHand.has(by) && paid.has(order.status);
  return { ...rest, status, updatedAt: now, ...(isHeld && { heldByHand: true }) };
};
