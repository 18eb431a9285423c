/** A shop with statuses of its own, each declared as a child of one of the eight that the engine knows. */
import type { Shop } from "order-status-engine";
import { statusNamed } from "order-status-engine/machines";

export const statuses = { picking: "processing", packed: "processing", delivered: "completed" } as const;

/** Stands in for a table with a column of text. */
export const orders = new Map<string, { status: string }>();

export const shop: Shop<string> = {
  async execute(orderId, _effectId, effect) {
    const order = orders.get(orderId);
    if (order === undefined) return { kind: "refused", detail: "no such order" };
    if (effect.type !== "setOrderStatus" && effect.type !== "completePayment") return { kind: "done" };
    const parent = statusNamed(order.status, statuses)?.status;
    if (parent !== effect.from && parent !== effect.to) return { kind: "conflict", status: order.status };
    // A child that was asked for is written. Else what is in a child of the status has that status already.
    if ("child" in effect && effect.child !== undefined) order.status = effect.child;
    else if (parent !== effect.to) order.status = effect.to;
    return { kind: "done" };
  },
  async readStatus(orderId) {
    return orders.get(orderId)?.status ?? null;
  },
};
