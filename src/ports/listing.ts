/** One order as a list shows it, and whether a list wants it. */

import type { OrderRecord } from "../core/record.js";
import { summaryOf } from "../core/summary.js";
import type { OrderFilter, OrderRow } from "./store.js";

export const rowOf = (record: OrderRecord, parked: string | null): OrderRow => {
  const { status, state, flags, inDoubt, updatedAt } = summaryOf(record);
  return { orderId: record.orderId, status, state, version: record.version, updatedAt, flags, inDoubt, parked };
};

export const matches = (
  { orderId, status, flags, inDoubt, updatedAt, parked }: OrderRow,
  filter: OrderFilter,
): boolean =>
  (filter.status === undefined || status === filter.status) &&
  (filter.flagged === undefined || flags.length > 0 === filter.flagged) &&
  (filter.inDoubt === undefined || inDoubt === filter.inDoubt) &&
  (filter.updatedSince === undefined || updatedAt >= filter.updatedSince) &&
  (filter.parked === undefined || (parked !== null) === filter.parked) &&
  (filter.after === undefined || orderId > filter.after) &&
  (filter.latest?.before == null || byLatest({ orderId, updatedAt }, filter.latest.before) > 0);

type ListPosition = Pick<OrderRow, "orderId" | "updatedAt">;
const byLatest = (a: ListPosition, b: ListPosition): number =>
  b.updatedAt - a.updatedAt || compare(b.orderId, a.orderId);
/** Ids are compared byte by byte, as every store does. */
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The order in which a list asks for its rows. */
export const inOrder = (filter: OrderFilter): ((a: ListPosition, b: ListPosition) => number) =>
  filter.latest === undefined ? (a, b) => compare(a.orderId, b.orderId) : byLatest;

/** The texts that begin so lie between the prefix and this one, in every order of bytes or characters. */
export const lastWith = (prefix: string): string => `${prefix}\u{10ffff}`;
/** How such an id stands in a record's JSON, up to where it goes on. */
export const beginningInJson = (prefix: string): string => JSON.stringify(prefix).slice(0, -1);
