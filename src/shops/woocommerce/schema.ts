/** What is used of WooCommerce's REST API v3; strict in that, deaf to the rest. */
import { z } from "zod";
import { Minor, Text, Word } from "../../../machines/text.js";
import { toMinor } from "../../core/money.js";

/** "12.50", in major units: which minor ones these are, the order's currency says. */
const major = z
  .string()
  .regex(/^-?\d*(\.\d+)?$/)
  .transform(Number);

/** As PHP's `is_numeric` has it: a space that does not break is no white space there. */
const NUMERIC = /^[ \t\n\r\v\f]*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?[ \t\n\r\v\f]*$/i;
const BLANK = /^[ \t\n\r\v]*$/;

/** A list of one number reads as that number, and is none. */
const isNumeric = (told: unknown): boolean =>
  (typeof told === "string" || typeof told === "number") && NUMERIC.test(String(told));

/** What costs nothing says so with nothing; any other text that is no number is somebody's mistake. */
const isUnread = (told: unknown): told is string => typeof told === "string" && !BLANK.test(told) && !isNumeric(told);

/**
 * What a line costs, in major units. Extensions leave text there that is no number, or nothing: that costs 0 (seed 003,
 * "Handling free shipping cost values requiring numeric casting"). If the order's total has it all the same, the line
 * `difference` shows it.
 */
const cost = z.unknown().transform((told) => (isNumeric(told) ? Number(told) : 0));

/** The plugins of a shop write here what they like. */
const Meta = z.array(z.object({ id: z.number().optional(), key: z.string(), value: z.unknown() }));

/** Told to people; what is no text is none. */
const label = z.string().catch("");

/** What the taxes of a line are, by rate; in a shape that is not known they tell nothing. */
const Taxes = z.array(z.object({ id: z.int(), total: cost })).catch([]);
const Item = z.object({
  id: z.int(),
  total: cost,
  total_tax: cost,
  taxes: Taxes,
  /** Of its costs, as they stand there, those that count as 0 because they are no number. */
  unread: z.array(z.string()).optional(),
});
const item = <S extends z.ZodType>(schema: S) =>
  z.preprocess((told) => {
    const { total, total_tax } = Object(told) as Record<string, unknown>;
    return { ...Object(told), unread: [total, total_tax].filter(isUnread) };
  }, schema);

const TaxRate = z.object({ rate_id: z.int(), rate_percent: z.number().min(0).max(100), compound: z.boolean() });

const Priced = z.object({
  id: z.int(),
  status: Word(),
  /** WooCommerce's own, when the order was written. */
  version: Word().optional(),
  currency: Word(),
  total: major,
  date_created_gmt: z.string().nullable(),
  date_modified_gmt: z.string().nullable(),
  payment_method: Word(),
  transaction_id: Word(200),
  needs_payment: z.boolean().optional(),
  needs_processing: z.boolean().optional(),
  meta_data: Meta,
  line_items: z.array(
    item(Item.extend({ sku: z.string().nullish(), name: label, product_id: z.int(), quantity: z.number() })),
  ),
  shipping_lines: z.array(item(Item.extend({ method_title: label }))),
  fee_lines: z.array(item(Item.extend({ name: label }))),
  /** Each rate that some of the lines are taxed at. */
  tax_lines: z.array(TaxRate).catch([]),
});

type Costs = Pick<z.infer<typeof Item>, "total" | "total_tax" | "taxes">;
const costsIn = <C extends Costs>(cost: C, currency: string): C => ({
  ...cost,
  total: toMinor(cost.total, currency),
  total_tax: toMinor(cost.total_tax, currency),
  taxes: cost.taxes.map((tax) => ({ ...tax, total: toMinor(tax.total, currency) })),
});

const Whole = z.looseObject({ total: Minor, total_tax: Minor, taxes: z.array(z.looseObject({ total: Minor })) });
/** What was too much to be counted exactly is somebody's mistake. */
const Counted = z.looseObject({
  total: Minor,
  line_items: z.array(Whole),
  shipping_lines: z.array(Whole),
  fee_lines: z.array(Whole),
});

/** Amounts in the minor units of the order's currency. */
export const WooOrder = Priced.transform((order) => ({
  ...order,
  total: toMinor(order.total, order.currency),
  line_items: order.line_items.map((one) => costsIn(one, order.currency)),
  shipping_lines: order.shipping_lines.map((one) => costsIn(one, order.currency)),
  fee_lines: order.fee_lines.map((one) => costsIn(one, order.currency)),
})).superRefine((order, check) => {
  for (const { path, message } of Counted.safeParse(order).error?.issues ?? [])
    check.addIssue({ code: "custom", path, message });
});
export type WooOrder = z.infer<typeof WooOrder>;

export const Note = z.object({ id: z.number(), note: z.string(), customer_note: z.boolean() });
export type Note = z.infer<typeof Note>;
export const Notes = z.array(Note);

export const Refund = z.object({
  id: z.number(),
  reason: z.string().nullish(),
  amount: z.string(),
  date_created_gmt: z.string().nullish(),
  meta_data: Meta.nullish(),
});
export type Refund = z.infer<typeof Refund>;
export const Refunds = z.array(Refund);

export const Statuses = z.array(z.object({ slug: Word(), name: Text(200) }));

export const Trouble = z.object({ code: z.string(), message: z.string() });
