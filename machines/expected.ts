import { z } from "zod";

/**
 * The order that a call was asked for: where the shop has another one by now, it is not carried out. Several totals:
 * the shop may not have made the change yet.
 */
export const OrderAsExpected = z.object({
  totals: z.array(z.number().int()),
  currency: z.string(),
  /** Known already: deleted, or to be paid another way. */
  gone: z.literal(true).optional(),
  paidOtherwise: z.literal(true).optional(),
});
export type OrderAsExpected = z.infer<typeof OrderAsExpected>;
