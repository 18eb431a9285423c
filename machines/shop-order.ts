/** How the order stands in the shop, as far as whoever says it knows. */
import { z } from "zod";
import { addUp, Lines } from "./lines.js";
import { Amount, Currency, Id } from "./text.js";

/** `gateway` null, or one that the engine was not given = it is to be paid another way; `gone` = deleted, or in the bin. */
export const ShopOrder = z
  .strictObject({ total: Amount, currency: Currency, lines: Lines, gateway: Id.nullable(), gone: z.boolean() })
  .partial()
  .check(addUp);
export type ShopOrder = z.infer<typeof ShopOrder>;
