/**
 * What may be about a person is hidden until somebody asks for it. An allow-list: a text is shown only where its key
 * says that it is a word of ours or of the documents, a number, or an id; anything else, and whatever is added one
 * day, is hidden.
 */

import type { Why } from "../core/why.js";

/** Keys whose texts are ids, words of the machines, or words of the documents. */
const open = new Set([
  "orderId",
  "eventId",
  "id",
  "effectId",
  "paymentId",
  "orderReference",
  "asked",
  "foreign",
  "previousPaymentIds",
  "readingId",
  "askedBy",
  "askedType",
  "key",
  "type",
  "kind",
  "lane",
  "status",
  "from",
  "to",
  "outcome",
  "rule",
  "source",
  "via",
  "page",
  "timer",
  "currency",
  "gateway",
  "hash",
  "flag",
  "raised",
  "cleared",
  "offers",
  "taskCompleted",
  "leadsTo",
  "state",
  "states",
  "order",
  "payment",
  "cooldown",
  "transactionIds",
  "transactionId",
  "content",
  "rejection",
]);

/** Keys of which everything inside is shown or hidden alike, however deep. */
const whole = new Set(["meta", "context", "states"]);

const HIDDEN = "•••";

/** Words as the machines and documents have them; what is longer or has other characters may be anything. */
const isWord = (text: string): boolean => /^[\w.:/$!-]{1,100}$/.test(text);

/** Reasons are ours or, from a refused call, the bank's own word. */
const isReason = (text: string): boolean => /^[a-z-]{1,60}$/.test(text);

const maskedText = (text: string, key: string): string => {
  if (key === "reason") return isReason(text) ? text : HIDDEN;
  return open.has(key) && isWord(text) ? text : HIDDEN;
};

/** The same value with every text hidden that is not known to be harmless. */
export const masked = (value: unknown, key = ""): unknown => {
  if (typeof value === "string") return maskedText(value, key);
  if (Array.isArray(value)) return value.map((part) => masked(part, key));
  if (value === null || typeof value !== "object") return value;
  // Inside some, names are no keys of ours: the shop's own words, of which nothing is known, or states of the machines.
  const inside = whole.has(key) ? () => key : (name: string) => name;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, masked(part, inside(name))]));
};

/** The engine's own words for what went wrong, before those of a bank or a shop, who may name a person. */
const OURS = /^(?:HTTP \d{3}|network: \w+|no answer within \d+ ms|no answer)/;

const maskedError = (text: string): string =>
  text.replace(/: (.*)$/s, (_, error: string) => `: ${OURS.exec(error)?.[0] ?? HIDDEN}`);

/** The same explanation, without what a bank or a shop said of a call that failed. */
export const maskedWhy = (why: Why | null): Why | null =>
  why && {
    ...why,
    notes: why.notes.map(({ kind, says }) =>
      kind === "failed" ? { kind, says: { en: maskedError(says.en), sv: maskedError(says.sv) } } : { kind, says },
    ),
  };
