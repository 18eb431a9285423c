/** Values of options, checked before anything is started. */
import { InvalidArgumentError } from "commander";
import { isValid } from "date-fns/isValid";
import { sub } from "date-fns/sub";
import { z } from "zod";
import { wrongUsage } from "./ending.js";

const units = { m: "minutes", h: "hours", d: "days", w: "weeks" } as const;

/** JavaScript's own reading would take 90 for a year and the 30th of February for a day of March. */
const Written = z.union([
  z.iso.date(),
  z.iso.datetime({ offset: true }),
  z.iso.datetime({ offset: true, precision: -1 }),
]);

/** `7d`, `12h`, `30m`, a date or a time. */
export const sinceWhen = (text: string, now = new Date()): Date => {
  const [, amount, unit] = /^(\d+)([mhdw])$/.exec(text) ?? [];
  const date =
    unit === undefined
      ? new Date(Written.safeParse(text).data ?? Number.NaN)
      : sub(now, { [units[unit as keyof typeof units]]: Number(amount) });
  if (isValid(date)) return date;
  throw wrongUsage(`"${text}" is not a valid time; use 7d, 12h, 30m, 2026-01-31 or 2026-01-31T12:00Z`);
};

export const numberIn =
  (min: number, max: number) =>
  (text: string): number => {
    const value = Number(text);
    if (text.trim() === "" || !Number.isFinite(value) || value < min || value > max) {
      throw new InvalidArgumentError(`Give a number from ${min} to ${max}.`);
    }
    return value;
  };

export const wholeIn =
  (min: number, max: number) =>
  (text: string): number => {
    const value = numberIn(min, max)(text);
    if (!Number.isInteger(value)) throw new InvalidArgumentError("Give a whole number.");
    return value;
  };
