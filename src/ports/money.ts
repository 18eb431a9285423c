/** Which currencies there are, and which a gateway sells in. How their amounts are written: src/core/money.ts. */

import type { Gateway } from "./gateway.js";

/** In ISO 4217, and left out of CLDR's list of what is paid with: funds, units of account, and the second bolivar. */
const BESIDES_INTL = ["BOV", "CHE", "CHW", "CLF", "COU", "MXV", "USN", "UYI", "UYW", "VED"];
const known = new Set([...Intl.supportedValuesOf("currency"), ...BESIDES_INTL]);

/** Whether it is an ISO 4217 code of money that is paid with. */
const isCurrency = (code: string): boolean => known.has(code.toUpperCase());

/** With its currency as banks write it: a shop's `sek` is their SEK. */
export const inCapitals = <T extends { currency?: string | undefined }>(order: T): T =>
  order.currency === undefined ? order : { ...order, currency: order.currency.toUpperCase() };

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
