/** One order as a list shows it, and whether a list wants it. */
import { isInDoubt, listed } from "../core/listed.js";
import type { OrderRecord } from "../core/record.js";
import type { OrderFilter, OrderRow } from "./store.js";

export const rowOf = (record: OrderRecord, parked: string | null): OrderRow => {
  const { status, state, flags, updatedAt } = listed(record);
  return { orderId: record.orderId, status, state, version: record.version, updatedAt, flags, parked };
};

export const matches = ({ orderId, status, flags, updatedAt, parked }: OrderRow, filter: OrderFilter): boolean =>
  (filter.status === undefined || status === filter.status) &&
  (filter.flagged === undefined || flags.length > 0 === filter.flagged) &&
  (filter.inDoubt === undefined || isInDoubt(status, flags) === filter.inDoubt) &&
  (filter.updatedSince === undefined || updatedAt >= filter.updatedSince) &&
  (filter.parked === undefined || (parked !== null) === filter.parked) &&
  (filter.after === undefined || orderId > filter.after) &&
  (filter.latest?.before == null || byLatest({ orderId, updatedAt }, filter.latest.before) > 0);

type Place = Pick<OrderRow, "orderId" | "updatedAt">;
const byLatest = (a: Place, b: Place): number => b.updatedAt - a.updatedAt || compare(b.orderId, a.orderId);
/** Ids are compared byte by byte, as every store does. */
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The order in which a list asks for its rows. */
export const inOrder = (filter: OrderFilter): ((a: Place, b: Place) => number) =>
  filter.latest === undefined ? (a, b) => compare(a.orderId, b.orderId) : byLatest;
