/** An amount as a person or an ERP writes it. Pure. */
import { wrongUsage } from "./ending.js";

/** Thousands parted by blanks or apostrophes, the same throughout; by a dot or comma only where the other one follows. */
const WRITTEN = [
  /^\d{1,10}(?:[.,]\d{1,2})?$/,
  /^\d{1,3}(?:([ \u00a0\u2009\u202f'’])\d{3})(?:\1\d{3}){0,2}(?:[.,]\d{1,2})?$/,
  /^\d{1,3}(?:\.\d{3}){1,2},\d{1,2}$/,
  /^\d{1,3}(?:,\d{3}){1,2}\.\d{1,2}$/,
];

/** In minor units; null = it is none, or it could be two: 1.000 is one or a thousand. */
export const amountIn = (text: string): number | null => {
  if (!WRITTEN.some((form) => form.test(text))) return null;
  const [, whole = "", part = ""] = /^(.*?)(?:[.,](\d{1,2}))?$/.exec(text) ?? [];
  return Number(`${whole.replaceAll(/\D/g, "")}${part.padEnd(2, "0")}`);
};

export const notAbove0 = (text: string): string => `"${text}" is no amount to refund; use one above 0`;

/** @throws Ends (wrong usage) */
export const amountTyped = (text: string): number => {
  const minor = amountIn(text);
  if (minor === null) throw wrongUsage(`"${text}" is not a valid amount; use 50 or 50.00`);
  if (minor === 0) throw wrongUsage(notAbove0(text));
  return minor;
};
