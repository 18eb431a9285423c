/** One order as a list shows it, and whether a list wants it. */
import type { OrderRecord } from "../core/record.js";
import type { OrderFilter, OrderRow } from "./store.js";

const FINAL = new Set<string>(["cancelled", "refunded", "completed"]);

export const rowOf = (record: OrderRecord, parked: string | null): OrderRow => {
  const { order } = record.states;
  return {
    orderId: record.orderId,
    status: record.facts.order.status,
    state: typeof order === "string" ? order : JSON.stringify(order),
    version: record.version,
    updatedAt: record.facts.order.updatedAt,
    flags: record.flags.filter((flag) => flag.clearedAt === null).map((flag) => flag.flag),
    parked,
  };
};

export const matches = (row: OrderRow, filter: OrderFilter): boolean => {
  const flagged = row.flags.length > 0;
  return (
    (filter.status === undefined || row.status === filter.status) &&
    (filter.flagged === undefined || flagged === filter.flagged) &&
    (filter.inDoubt === undefined || (flagged || !FINAL.has(row.status)) === filter.inDoubt) &&
    (filter.updatedSince === undefined || row.updatedAt >= filter.updatedSince) &&
    (filter.after === undefined || row.orderId > filter.after)
  );
};
