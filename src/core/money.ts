/** How an amount is written. The engine counts in the minor units of ISO 4217; people write kronor, yen and dinars. */

const digitsOf = new Map<string, number>();
const written = (digits: number, currencies: string): void => {
  for (const currency of currencies.split(" ")) digitsOf.set(currency, digits);
};
// ISO 4217, list one. The tables of Intl are CLDR's, which count no filler and no fils, and differ with its version.
written(0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF");
written(3, "BHD IQD JOD KWD LYD OMR TND");
written(4, "CLF UYW");

/** Digits of the minor unit: 2 for SEK, 0 for JPY, 3 for KWD. A code that is not known counts as 2. */
export const minorDigits = (currency: string): number => digitsOf.get(currency.toUpperCase()) ?? 2;

/** 1500 is 15 SEK, 1500 JPY, 1.5 KWD. */
export const toMajor = (minor: number, currency: string): number => minor / 10 ** minorDigits(currency);

/** Rounded to a whole minor unit. */
export const toMinor = (major: number, currency: string): number => Math.round(major * 10 ** minorDigits(currency));

/** With the digits that the currency has, a dot before them and nothing between thousands: `1500.00`, `1500`, `1.500`. */
export const decimal = (minor: number, currency: string): string =>
  toMajor(minor, currency).toFixed(minorDigits(currency));

const formats = new Map<string, Intl.NumberFormat>();

/** As a page shows it. `locale` says how thousands and digits are parted: one of the few that pages are written in. */
export const formatted = (minor: number, currency: string, locale: string): string => {
  const digits = minorDigits(currency);
  const key = `${locale} ${digits}`;
  const format =
    formats.get(key) ?? new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  formats.set(key, format);
  return format.format(toMajor(minor, currency));
};
