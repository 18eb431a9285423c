/** How a currency is written: ISO 4217's number of digits after the point, as the runtime's own tables have it. */

import type { Gateway } from "./gateway.js";

const known = new Set(Intl.supportedValuesOf("currency"));

/** Whether it is an ISO 4217 code of money that is paid with. */
const isCurrency = (code: string): boolean => known.has(code.toUpperCase());

/** With its currency as banks write it: a shop's `sek` is their SEK. */
export const inCapitals = <T extends { currency?: string | undefined }>(order: T): T =>
  order.currency === undefined ? order : { ...order, currency: order.currency.toUpperCase() };

/** Of the minor unit: 2 for SEK, 0 for JPY, 3 for KWD. A code that is not known counts as 2. */
export const minorDigits = (currency: string): number =>
  isCurrency(currency)
    ? (new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2)
    : 2;

/** Why a gateway takes no payment in this currency; null = it does. Amounts are in the minor units of ISO 4217. */
export const notSold = (
  { name, currencies }: Pick<Gateway, "name" | "currencies">,
  currency: string,
): string | null => {
  if (!isCurrency(currency)) return `must be a currency of ISO 4217; "${currency}" is none`;
  const capitals = currency.toUpperCase();
  if (currency !== capitals) return `must be written in capitals, as ${capitals}; it is "${currency}"`;
  if (currencies === undefined || currencies.includes(currency)) return null;
  return `must be one that ${name} sells in, which are ${currencies.join(", ")}; ${currency} is not`;
};
