/** An amount as a person or an ERP writes it, in the currency of its order. Pure. */
import { decimal, minorDigits, toMinor } from "../../core/money.js";
import { wrongUsage } from "./ending.js";

/**
 * Thousands parted by blanks or apostrophes, the same throughout; by a dot or comma only where the other one follows, or
 * where the currency has no digits after it, which may then be written as zeros.
 */
const writtenWith = (digits: number): RegExp[] => {
  const part = digits === 0 ? "0{1,2}" : `\\d{1,${digits}}`;
  const comma = digits === 0 ? "(?:,0{1,2})?" : `,${part}`;
  const dot = digits === 0 ? "(?:\\.0{1,2})?" : `\\.${part}`;
  return [
    `\\d{1,10}(?:[.,]${part})?`,
    `\\d{1,3}(?:([ \u00a0\u2009\u202f'’])\\d{3})(?:\\1\\d{3}){0,2}(?:[.,]${part})?`,
    `\\d{1,3}(?:\\.\\d{3}){1,2}${comma}`,
    `\\d{1,3}(?:,\\d{3}){1,2}${dot}`,
  ].map((form) => new RegExp(`^${form}$`));
};

/** Of dinars, too: a comma before three digits parts thousands in English. A dot is as the commands write them. */
const COULD_BE_TWO = /^[1-9]\d{0,2},\d{3}$/;

/** In minor units; null = it is none, or it could be two: 1.000 kronor are one or a thousand. */
export const amountIn = (text: string, currency: string): number | null => {
  const digits = minorDigits(currency);
  if (!writtenWith(digits).some((form) => form.test(text))) return null;
  if (digits > 2 && COULD_BE_TWO.test(text)) return null;
  const most = digits === 0 ? 2 : digits;
  const [, whole = "", part = ""] = new RegExp(`^(.*?)(?:[.,](\\d{1,${most}}))?$`).exec(text) ?? [];
  return Number(`${whole.replaceAll(/\D/g, "")}${digits === 0 ? "" : part.padEnd(digits, "0")}`);
};

export const notAbove0 = (text: string): string => `"${text}" is no amount to refund; use one above 0`;

/** 1000, and with the currency's own digits: `1000.00`. */
const thousand = (currency: string): string => decimal(toMinor(1000, currency), currency);

export const notClear = (text: string, currency: string): string => {
  const full = thousand(currency);
  const also = full === "1000" ? "1000 or 1 000" : `1000, ${full} or ${full.replace("1000.", "1 000,")}`;
  return `"${text}" is not a clear amount; write a number such as ${also}`;
};

/** @throws Ends (wrong usage) */
export const amountTyped = (text: string, currency: string): number => {
  const minor = amountIn(text, currency);
  const full = decimal(toMinor(50, currency), currency);
  if (minor === null)
    throw wrongUsage(`"${text}" is not a valid amount; use ${full === "50" ? "50" : `50 or ${full}`}`);
  if (minor === 0) throw wrongUsage(notAbove0(text));
  return minor;
};

/** Of each number of digits one: what is an amount in none of these needs no engine to say so. */
const kinds = ["SEK", "JPY", "KWD", "CLF"];

/** @throws Ends (wrong usage) for what is no amount in any currency */
export const requireAmount = (text: string): void => {
  const isSome = kinds.some((currency) => (amountIn(text, currency) ?? 0) > 0);
  if (!isSome) amountTyped(text, "SEK");
};
