/** What an order is of, line by line, as the shop has it. Money is integer minor units with VAT, as everywhere. */
import { z } from "zod";
import { Minor, Text } from "./text.js";

/** What a line stands for; left out: goods, or whatever the shop does not tell apart. */
export const LineType = z.enum(["goods", "digital", "shipping", "fee", "discount", "gift-card"]);
export type LineType = z.infer<typeof LineType>;

/** A unit costs `total / quantity`. */
export const Line = z.object({
  sku: Text(100),
  quantity: z.number().positive(),
  /** With VAT. */
  total: Minor,
  /** What the customer reads; left out: the sku. */
  description: Text(200).optional(),
  /** What is counted, such as `pcs` or `kg`. */
  unit: Text(50).optional(),
  /** In hundredths of a percent: 2500 is 25 %. */
  vatRate: z.int().min(0).max(10_000).optional(),
  /** The part of `total` that is VAT; left out: what the rate makes of it. */
  vat: Minor.optional(),
  type: LineType.optional(),
});
export type Line = z.infer<typeof Line>;

export const sumOf = (lines: readonly Line[]): number => lines.reduce((sum, { total }) => sum + total, 0);

/** An order's lines; what they add up to is exact, too. */
export const Lines = z
  .array(Line)
  .max(1000)
  .refine((lines) => Number.isSafeInteger(lines.reduce((sum, { total }) => sum + Math.abs(total), 0)), {
    error: "must add up to at most 2^53 - 1",
  })
  .refine((lines) => lines.every(({ total, vat }) => vat === undefined || isPartOf(vat, total)), {
    error: "the vat of a line must be a part of its total",
  });

const isPartOf = (part: number, whole: number): boolean => part * whole >= 0 && Math.abs(part) <= Math.abs(whole);

/** The VAT that a line holds: as it is told, or as its rate makes it. */
export const vatOf = ({ total, vat, vatRate = 0 }: Line): number =>
  // Never minus zero.
  vat ?? Math.round((total * vatRate) / (10_000 + vatRate)) + 0;

/** In hundredths of a percent: as it is told, or as its VAT makes it. */
export const vatRateOf = ({ total, vat = 0, vatRate }: Line): number => {
  if (vatRate !== undefined || total === vat) return vatRate ?? 0;
  return Math.min(10_000, Math.round((vat * 10_000) / (total - vat)));
};

/** The lines where they add up to the amount; an amount of which nobody tells the lines has none. */
export const linesFor = (lines: Line[], amount: number): Line[] | null =>
  lines.length > 0 && sumOf(lines) === amount ? lines : null;

type Told = z.core.ParsePayload<{ lines?: Line[] | null | undefined; total?: number | undefined; amount?: number }>;

/** Lines are told whole or not at all: a bank refuses a sum that differs. */
const sumTo = (sum: "total" | "amount") => (told: Told) => {
  // What is wrong by itself is told alone.
  if (told.issues.length > 0) return;
  const { lines, [sum]: amount } = told.value;
  if (!lines || lines.length === 0 || amount === undefined || sumOf(lines) === amount) return;
  const message = `must add up to the ${sum} of ${amount}, but add up to ${sumOf(lines)}`;
  told.issues.push({ code: "custom", path: ["lines"], message, input: lines });
};
/** The lines of an order are its total. */
export const addUp = sumTo("total");
/** The lines of a refund are its amount. */
export const ofAmount = sumTo("amount");

/** Whether two tell of the same wares at the same price; what is written about them may differ. */
export const sameLines = (a: readonly Line[], b: readonly Line[]): boolean =>
  a.length === b.length &&
  a.every((one, i) => {
    const other = b[i];
    return one.sku === other?.sku && one.quantity === other.quantity && one.total === other.total;
  });
