/** A shop with statuses of its own. The engine knows eight; each of the shop's own stands for one of them. */
import type { Shop } from "order-status-engine";
import type { OrderStatus } from "order-status-engine/machines";

/** What the shop calls it, and what it is to the engine. */
const statuses: Record<string, OrderStatus> = {
  picking: "processing",
  packed: "processing",
  delivered: "completed",
};
const parentOf = (status: string): OrderStatus => statuses[status] ?? (status as OrderStatus);

/** Stands in for a table with a column of text. */
export const orders = new Map<string, { status: string }>();

export const shop: Shop = {
  async execute(orderId, _effectId, effect) {
    const order = orders.get(orderId);
    if (order === undefined) return { kind: "refused", detail: "no such order" };
    if (!("to" in effect)) return { kind: "done" };
    const parent = parentOf(order.status);
    // It is there already, as "picking" is processing: the shop's own word stays.
    if (parent === effect.to) return { kind: "done" };
    if (parent !== effect.from) return { kind: "conflict", status: parent };
    order.status = effect.to;
    return { kind: "done" };
  },
  async readStatus(orderId) {
    const order = orders.get(orderId);
    return order === undefined ? null : parentOf(order.status);
  },
};

/**
 * A step inside of one of the eight, such as from processing to picking, is the shop's own business: no money moves.
 * @returns false = the order is in another of the eight by now, so the engine has to be asked first
 */
export const moves = (orderId: string, to: string): boolean => {
  const order = orders.get(orderId);
  if (order === undefined || parentOf(order.status) !== parentOf(to)) return false;
  order.status = to;
  return true;
};
