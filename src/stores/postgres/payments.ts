/** From a payment to its order. */
import { ownersOf } from "../../ports/payments.js";
import type { PgRow } from "./connections.js";
import { readNamed } from "./wire.js";

type Ask = (text: string, ...values: unknown[]) => Promise<PgRow[]>;

/** @param write null = nothing may be written */
export const orderOf = async (
  paymentId: string,
  { read, write }: { read: Ask; write: Ask | null },
  sql: Record<"byPayment" | "naming" | "settlePayment", string>,
): Promise<{ orderId: string; current: boolean } | null> => {
  const rows = await read(sql.byPayment, paymentId);
  const own = ownersOf(paymentId, rows.flatMap(readNamed));
  if (own.length === rows.length) return own[0] ?? null;
  // A row leads astray: the records say where to. All of them are read, once: then the row is gone.
  const all = ownersOf(paymentId, (await read(sql.naming, JSON.stringify(paymentId))).flatMap(readNamed));
  const owners = [...new Map([...own, ...all].map((one) => [one.orderId, one])).values()];
  await write?.(
    sql.settlePayment,
    paymentId,
    owners.map(({ orderId }) => orderId),
  );
  return owners.find(({ current }) => current) ?? owners[0] ?? null;
};
