/** The statement that lists orders: what it asks for differs with the filter. */
import { beginningInJson, lastWith } from "../../ports/listing.js";
import type { OrderFilter } from "../../ports/store.js";
import { ORDER, rests } from "./statements.js";

export const listStatement = (filter: OrderFilter): { sql: string; bound: unknown[] } => {
  const where = ["TRUE"];
  const bound: unknown[] = [];
  if (filter.after !== undefined) {
    where.push("order_id > CAST(? AS TEXT)");
    bound.push(filter.after);
  }
  // Written out, not bound: only so does SQLite see that a partial index fits.
  if (filter.flagged !== undefined) where.push(`flagged = ${Number(filter.flagged)}`);
  if (filter.inDoubt !== undefined) where.push(`in_doubt = ${Number(filter.inDoubt)}`);
  if (filter.status !== undefined) {
    where.push("status = ?");
    bound.push(filter.status);
  }
  if (filter.updatedSince !== undefined) {
    where.push("updated_at >= ?");
    bound.push(filter.updatedSince);
  }
  if (filter.parked !== undefined) {
    const aside = `(parked IS NOT NULL OR NOT ${rests("orders")})`;
    where.push(filter.parked ? aside : `NOT ${aside}`);
  }
  if (filter.paymentPrefix !== undefined) {
    const { paymentPrefix } = filter;
    // A row of payments may be damaged: the record has to name the payment, too.
    where.push("order_id IN (SELECT order_id FROM payments WHERE payment_id BETWEEN ? AND ?) AND instr(record, ?) > 0");
    bound.push(paymentPrefix, lastWith(paymentPrefix), beginningInJson(paymentPrefix));
  }
  if (filter.latest?.before) {
    where.push("(updated_at, order_id) < (?, CAST(? AS TEXT))");
    bound.push(filter.latest.before.updatedAt, filter.latest.before.orderId);
  }
  const order = filter.latest === undefined ? "order_id" : "updated_at DESC, order_id DESC";
  const sql = `SELECT ${ORDER}, rowid, (SELECT what FROM damaged d WHERE d.order_id = orders.order_id LIMIT 1) FROM orders
    WHERE ${where.join(" AND ")} ORDER BY ${order} LIMIT ?`;
  return { sql, bound: [...bound, filter.limit] };
};
