/** What a list of orders shows of a record, and what a store keeps beside it to find it by. */
import type { Facts, OrderStatus } from "../../machines/facts.js";
import type { FlagName } from "../../machines/flags.js";
import { type OrderRecord, paymentsOf } from "./record.js";

export interface OrderSummary {
  status: OrderStatus;
  state: string;
  /** The flags that stand. */
  flags: FlagName[];
  /** The status is not final, a flag stands, or the bank may still change the payment. */
  inDoubt: boolean;
  updatedAt: number;
  /** Every payment that the order has or had, the current one first, and what a bank was asked to make under an id. */
  payments: string[];
}

const FINAL = new Set<OrderStatus>(["cancelled", "refunded", "completed"]);

/** A look at the bank is still to come, or a refund that it calls pending. */
const mayChange = ({ facts, timers }: OrderRecord): boolean =>
  Object.keys(timers).length > 0 || (facts.payment.pendingRefund ?? 0) > 0;

/** By which ids an order is found. A repair comes across records that were written before every payment was a whole one. */
export const paymentIdsOf = (facts: Facts): string[] => {
  const { previousIds = [] } = facts.payment as { previousIds?: string[] };
  const { tries = [] } = facts as Partial<Facts>;
  const asked = tries.flatMap(({ paymentId }) => paymentId ?? []);
  return [...new Set([...paymentsOf(facts).map(({ id }) => id), ...previousIds, ...asked])];
};

export const summaryOf = (record: OrderRecord): OrderSummary => {
  const { facts, states, flags } = record;
  const { order } = facts;
  const standing = flags.filter((flag) => flag.clearedAt === null).map((flag) => flag.flag);
  return {
    status: order.status,
    state: typeof states.order === "string" ? states.order : JSON.stringify(states.order),
    flags: standing,
    inDoubt: !FINAL.has(order.status) || standing.length > 0 || mayChange(record),
    updatedAt: order.updatedAt,
    payments: paymentIdsOf(facts),
  };
};
