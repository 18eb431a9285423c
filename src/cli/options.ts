/** Values of options, checked before anything is started. */
import { InvalidArgumentError } from "commander";
import { sub } from "date-fns/sub";
import { wrongUsage } from "./ending.js";

const units = { m: "minutes", h: "hours", d: "days", w: "weeks" } as const;

/** `7d`, `12h`, `30m`, or a date. */
export const sinceWhen = (text: string, now = new Date()): Date => {
  const span = /^(\d+)([mhdw])$/.exec(text);
  if (span !== null) return sub(now, { [units[span[2] as keyof typeof units]]: Number(span[1]) });
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) throw wrongUsage(`"${text}" is no time; say 7d, 12h, 30m or 2026-01-31`);
  return date;
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
