/** An order that is placed again: what the shop has now is what the next payment is made for. */
import type { Command, OrderPlaced } from "../../../machines/events.js";
import type { OrderRecord } from "../../core/record.js";
import type { Queries, Receipt, Runtime } from "../../ports/runtime.js";

/** The update that a second placing stands for; null = it says nothing new. */
const updateIn = ({ facts }: OrderRecord, { order }: OrderPlaced): Command | null => {
  const { total, currency, lines, gateway } = order;
  const known = facts.order;
  const isSame =
    total === known.total && currency === known.currency && JSON.stringify(lines) === JSON.stringify(known.lines);
  const isOurs = gateway !== null || facts.payment.gateway === null;
  if (isSame && isOurs === (known.paidOtherwise !== true)) return null;
  const shop = { total, currency, lines, ...(isOurs ? {} : { gateway: null }) };
  return { type: "order.updated", by: "shop", change: "placed again", order: shop };
};

/** @param receipt of the placing */
export const placedAgain = async (
  { read, submit }: Pick<Queries, "read"> & Pick<Runtime, "submit">,
  placed: OrderPlaced,
  receipt: Receipt,
): Promise<Receipt> => {
  const record = receipt.repeated ? await read(receipt.orderId) : null;
  const update = record && updateIn(record, placed);
  return update === null ? receipt : submit(receipt.orderId, update, { source: "shop" });
};
