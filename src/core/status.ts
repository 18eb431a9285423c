/** The order takes a status. */
import type { Facts, OrderStatus } from "../../machines/facts.js";

const byHand = new Set(["merchant.held", "order.seen", "shop.conflicted"]);

const paid = new Set<OrderStatus>(["processing", "completed"]);
const over = new Set<OrderStatus>(["completed", "cancelled", "refunded"]);

/**
 * A person's hold of a paid order is remembered: it is not the bank that it waits for. So is that an order was completed,
 * which seed 003, "Enable Capture", lets nobody take back.
 */
export const withStatus = (order: Facts["order"], status: OrderStatus, by: string, now: number): Facts["order"] => {
  const { heldByHand: _, setBack: before, restored, ...rest } = order;
  const isHeld = status === "on-hold" && byHand.has(by) && paid.has(order.status);
  const isSetBack = !over.has(status) && (order.status === "completed" ? byHand.has(by) : before === true);
  return {
    ...rest,
    status,
    updatedAt: now,
    ...(isHeld && { heldByHand: true }),
    ...(isSetBack && { setBack: true }),
    ...(restored === true && !over.has(status) && { restored }),
  };
};
