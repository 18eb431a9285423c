/** One order as a list shows it, and whether a list wants it. */
import { isInDoubt, listed } from "../core/listed.js";
import type { OrderRecord } from "../core/record.js";
import type { OrderFilter, OrderRow } from "./store.js";

export const rowOf = (record: OrderRecord, parked: string | null): OrderRow => {
  const { status, state, flags, updatedAt } = listed(record);
  return { orderId: record.orderId, status, state, version: record.version, updatedAt, flags, parked };
};

export const matches = ({ orderId, status, flags, updatedAt }: OrderRow, filter: OrderFilter): boolean =>
  (filter.status === undefined || status === filter.status) &&
  (filter.flagged === undefined || flags.length > 0 === filter.flagged) &&
  (filter.inDoubt === undefined || isInDoubt(status, flags) === filter.inDoubt) &&
  (filter.updatedSince === undefined || updatedAt >= filter.updatedSince) &&
  (filter.after === undefined || orderId > filter.after);
