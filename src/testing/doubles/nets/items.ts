/** Order items, and what they come to. */
import { z } from "zod";

/** Held to the published schema before. Whatever else is sent with an item, such as a picture's address, is not kept. */
export const Item = z.object({
  reference: z.string(),
  name: z.string(),
  quantity: z.union([z.number(), z.string().transform(Number)]),
  unit: z.string(),
  unitPrice: z.number(),
  taxRate: z
    .number()
    .nullish()
    .transform((rate) => rate ?? 0),
  taxAmount: z
    .number()
    .nullish()
    .transform((amount) => amount ?? 0),
  grossTotalAmount: z.number(),
  netTotalAmount: z.number(),
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
