/**
 * Text, moments and amounts as they may enter. Whatever enters must come out again, byte for byte, of every store. What
 * cannot is refused by name; nothing is changed on the way in.
 */
import { z } from "zod";
import { EARLIEST, LATEST } from "./years.js";

export { quoted, shortened } from "./quoted.js";
export { EARLIEST, LATEST } from "./years.js";

/** Half a surrogate pair: UTF-8 has no bytes for it, so every store would write another character. */
const LONE_SURROGATE = /\p{Cs}/u;
/** Control characters; line breaks and tabs are layout. */
const CONTROL = /(?![\n\t])\p{Cc}/u;
/** What is not seen where it stands: control and format characters, among them those that turn the writing direction. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

const codePoint = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;

const without = (forbidden: RegExp, what: string) => (text: string, context: z.core.$RefinementCtx<string>) => {
  const lone = LONE_SURROGATE.exec(text);
  if (lone !== null) {
    context.addIssue(`must be well-formed Unicode; ${codePoint(lone[0])} at ${lone.index} is half a character`);
    return;
  }
  const found = forbidden.exec(text);
  if (found !== null)
    context.addIssue(`must have no ${what} characters; ${codePoint(found[0])} stands at ${found.index}`);
};

const string = z.string("must be a string");
const atMost = (most: number) => string.max(most, `must have at most ${most} characters`);

/** Text for people to read, of at most `most` characters: well-formed, no control characters but line breaks and tabs. */
export const Text = (most: number) => atMost(most).superRefine(without(CONTROL, "control"));

/** One word of a bank or a shop, such as a status: well-formed and without hidden characters. May be empty. */
export const Word = (most = 100) => atMost(most).superRefine(without(HIDDEN, "control or format"));

/** A status of the shop's own, which stands beside the one of the eight that it is declared a child of. */
export const Child = Word(60);

/** A path of dots is resolved away in every address, so such an order could not be asked for. */
export const DOTS = /^\.{1,2}$/;

/** An identifier: 1 to 100 characters, well-formed, none of them hidden, no space at either end. Ids compare byte by byte. */
export const Id = Word()
  .min(1, "must not be empty")
  .refine((id) => id === id.trim(), "must not begin or end with a space")
  .refine((id) => !DOTS.test(id), "must not be . or ..");

/** An id of ours, made of others: an order's, a timer's and a number. */
export const InnerId = Word(400).min(1, "must not be empty");

/** Epoch milliseconds within the years 2000 to 2100. */
export const Moment = z
  .int("must be a whole number of epoch milliseconds")
  .min(EARLIEST, "must not be before the year 2000 (epoch milliseconds)")
  .max(LATEST, "must not be after the year 2100 (epoch milliseconds)");

/** Money in minor units: an integer that arithmetic keeps exact. */
export const Minor = z.int("must be a whole number of minor units, at most 2^53 - 1");
export const Amount = Minor.nonnegative("must not be negative");

/** An ISO 4217 code. */
export const Currency = string.regex(/^[A-Za-z]{3}$/, "must be three letters");

const DEEPEST = 8;
const LONGEST_JSON = 100_000;
const MOST_VALUES = 10_000;

interface Budget {
  values: number;
}

/** What is wrong with a value as JSON; null = it comes back as it went in. */
const faultIn = (
  value: unknown,
  path: PropertyKey[],
  left: Budget,
): { path: PropertyKey[]; message: string } | null => {
  left.values -= 1;
  if (left.values < 0) return { path, message: `must have at most ${MOST_VALUES} values` };
  if (value === null || typeof value === "boolean") return null;
  if (typeof value === "number") {
    return Number.isFinite(value) ? null : { path, message: "must be a finite number" };
  }
  if (typeof value === "string") {
    const issue = Text(LONGEST_JSON).safeParse(value).error?.issues[0];
    return issue === undefined ? null : { path, message: issue.message };
  }
  if (typeof value !== "object") return { path, message: "must be JSON" };
  if (path.length >= DEEPEST) return { path, message: `must not be nested more than ${DEEPEST} deep` };
  const prototype: unknown = Object.getPrototypeOf(value);
  if (!Array.isArray(value) && prototype !== Object.prototype && prototype !== null) {
    return { path, message: "must be a plain object" };
  }
  // Object.keys() of an array leaves out its holes, which JSON would fill.
  const keys = Array.isArray(value) ? [...value.keys()].map(String) : Object.keys(value);
  for (const key of keys) {
    const issue =
      key === "__proto__" ? { message: "must not be called __proto__" } : Word().safeParse(key).error?.issues[0];
    if (issue !== undefined) return { path: [...path, key], message: `a key ${issue.message}` };
    const found = faultIn((value as Record<string, unknown>)[key], [...path, key], left);
    if (found !== null) return found;
  }
  return null;
};

/** An object of JSON: plain, finite, at most 8 deep and 100,000 characters long. */
export const JsonObject = z.custom<Record<string, unknown>>().superRefine((value: unknown, context) => {
  const fault =
    typeof value !== "object" || value === null || Array.isArray(value)
      ? { path: [], message: "must be an object" }
      : faultIn(value, [], { values: MOST_VALUES });
  if (fault !== null) context.addIssue({ code: "custom", ...fault });
  else if (JSON.stringify(value).length > LONGEST_JSON) {
    context.addIssue(`must have at most ${LONGEST_JSON} characters as JSON`);
  }
});

/** An object of texts. */
export const Texts = (most: number) => JsonObject.pipe(z.record(Word(), Text(most)));

/** The first field that is wrong in what was read, and why. */
export const wrongIn = ({ issues }: { issues: { path: PropertyKey[]; message: string }[] }): string => {
  const [issue] = issues;
  return `${issue?.path.join(".") || "all of it"}: ${issue?.message}`;
};
