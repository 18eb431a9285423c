/** Values of options, checked before anything is started. */
import { InvalidArgumentError } from "commander";

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
