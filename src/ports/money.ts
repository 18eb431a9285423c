/** How a currency is written: ISO 4217's number of digits after the point, as the runtime's own tables have it. */

const known = new Set(Intl.supportedValuesOf("currency"));

/** Whether it is an ISO 4217 code of money that is paid with. */
export const isCurrency = (code: string): boolean => known.has(code.toUpperCase());

/** Of the minor unit: 2 for SEK, 0 for JPY, 3 for KWD. A code that is not known counts as 2. */
export const minorDigits = (currency: string): number =>
  isCurrency(currency)
    ? (new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2)
    : 2;
