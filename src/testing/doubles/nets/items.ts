/** Order items as Nexi's reference of the payment API has them. */
import { z } from "zod";

/** Nets stores no text with these; a name is as long as its documents allow. */
const text = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[^<>\\]*$/);
const int = z.number().int().min(-2_147_483_648).max(2_147_483_647);

/** Whatever else is sent with an item, such as a picture's address, is taken and not kept. */
export const Item = z.object({
  reference: text,
  name: text,
  quantity: z.number().nonnegative(),
  unit: text.regex(/^[^'"&]*$/),
  unitPrice: int,
  taxRate: int.min(0).max(99_999).default(0),
  taxAmount: int.default(0),
  grossTotalAmount: int,
  netTotalAmount: int,
});
export type NetsItem = z.infer<typeof Item>;

export const sumOf = (items: NetsItem[]): number =>
  items.reduce((sum, { grossTotalAmount }) => sum + grossTotalAmount, 0);

/** What stands for an amount that nobody named the items of. */
export const itemOf = (amount: number): NetsItem => ({
  reference: "order",
  name: "Order",
  quantity: 1,
  unit: "pcs",
  unitPrice: amount,
  taxRate: 0,
  taxAmount: 0,
  grossTotalAmount: amount,
  netTotalAmount: amount,
});
