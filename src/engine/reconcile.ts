/** Asks the bank and the shop about orders in doubt, through the same machines as everything else. */

import type { OrderEvent } from "../../machines/events.js";
import type { Shop } from "../ports/shop.js";
import type { OrderRow, Store } from "../ports/store.js";
import type { Receipt } from "./receipt.js";

export interface Reconciled {
  orderId: string;
  before: string;
  after: string;
  reason: string | null;
  flags: string[];
}

export interface ReconcileParts {
  store: Store;
  shop: Shop;
  /** Submits and waits for the end. */
  settle(orderId: string, event: OrderEvent): Promise<Receipt>;
  flagsOf(orderId: string): Promise<string[]>;
}

export interface ReconcileOptions {
  /** Only orders written since then, epoch ms. */
  since?: number;
  /** Readings under way at once; with the gateway's own limit this is the rate. */
  atOnce?: number;
}

const PAGE = 200;

/** Every order in doubt once: what it was, what it is now, and why. */
export async function* reconcile(parts: ReconcileParts, options: ReconcileOptions = {}): AsyncGenerator<Reconciled> {
  const atOnce = options.atOnce ?? 8;
  let after: string | undefined;
  for (;;) {
    const rows: OrderRow[] = await parts.store.list({
      inDoubt: true,
      ...(options.since === undefined ? {} : { updatedSince: options.since }),
      ...(after === undefined ? {} : { after }),
      limit: PAGE,
    });
    for (let i = 0; i < rows.length; i += atOnce) {
      const done = await Promise.all(rows.slice(i, i + atOnce).map((row) => one(parts, row)));
      yield* done;
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    after = last.orderId;
  }
}

const one = async (parts: ReconcileParts, row: OrderRow): Promise<Reconciled> => {
  const { orderId } = row;
  const status = await parts.shop.readStatus(orderId);
  if (status !== null && status !== row.status) await parts.settle(orderId, { type: "order.seen", status });
  const receipt = await parts.settle(orderId, { type: "reconcile.asked" });
  return {
    orderId,
    before: row.status,
    after: receipt.to ?? row.status,
    reason: receipt.reason,
    flags: await parts.flagsOf(orderId),
  };
};
