/** A command in words, as a person types it, and as the event that it is. Pure. */
import { merchantEventFor } from "../../../machines/events.js";
import { shortened } from "../../../machines/text.js";
import { amountTyped } from "./amount.js";
import { wrongUsage } from "./ending.js";
import { nearest } from "./nearest.js";

/** As `submit` takes it; whether it is one is for the engine to say. */
export type TypedEvent = { type: string; [key: string]: unknown };

const statuses = Object.keys(merchantEventFor);

/** For the help. */
export const wordsInHelp = `
Events:
  ${statuses.join(", ")}
                             the status that a merchant picks; completed captures, cancelled cancels the payment.
                             Also one of the shop's own that the engine was told of ("statuses")
  refund [AMOUNT]            refunds an amount such as 50.00, or all of it
  capture                    captures, and leaves the status as it is
  release                    releases what is still reserved after a part was captured
  attach PAYMENT [GATEWAY]   names a payment that was made elsewhere; the bank is asked before it counts
  recalculate                changes the payment to the order's lines
  reconcile                  reads the payment at the bank again
  end-wait, acknowledge      see "why"
  '{"type":"…"}'             any other, as JSON`;

type Verb = { most: number; event(given: string[], currency: string): TypedEvent };
const verbs: Record<string, Verb> = {
  refund: {
    most: 1,
    event: ([amount], currency) =>
      amount === undefined
        ? { type: "merchant.refunded" }
        : { type: "merchant.refundedAmount", amount: amountTyped(amount, currency) },
  },
  capture: { most: 0, event: () => ({ type: "merchant.captured" }) },
  release: { most: 0, event: () => ({ type: "merchant.released" }) },
  attach: {
    most: 2,
    event: ([paymentId, gateway]) => {
      if (paymentId === undefined) throw wrongUsage("attach needs a payment id: attach PAYMENT [GATEWAY]");
      return { type: "payment.attached", paymentId, ...(gateway === undefined ? {} : { gateway }) };
    },
  },
  recalculate: { most: 0, event: () => ({ type: "merchant.recalculated" }) },
  reconcile: { most: 0, event: () => ({ type: "reconcile.asked" }) },
  "end-wait": { most: 0, event: () => ({ type: "merchant.endedWait" }) },
  acknowledge: { most: 0, event: () => ({ type: "merchant.acknowledged" }) },
};
for (const [status, type] of Object.entries(merchantEventFor)) verbs[status] = { most: 0, event: () => ({ type }) };

/** null = it was not meant as JSON. */
const inJson = (text: string): TypedEvent | null => {
  if (!/^\s*[{["]/.test(text)) return null;
  let event: unknown;
  try {
    event = JSON.parse(text);
  } catch (error) {
    throw wrongUsage(`this is not JSON: ${shortened(text, 100)} (${(error as Error).message})`);
  }
  if (typeof event === "object" && event !== null && "type" in event) return event as TypedEvent;
  throw wrongUsage('an event as JSON has a type, such as {"type":"merchant.completed"}');
};

export const eventWords = (): string => `use one of ${Object.keys(verbs).join(", ")}, or an event as JSON`;

/** No word of ours, and no status that the engine knows. @param instead what is said where no word of ours is near */
export const unknownEvent = (word: string, instead: string): Error => {
  const near = nearest(word, Object.keys(verbs));
  return wrongUsage(`unknown event "${word}"; ${near === null ? instead : `did you mean ${near}?`}`);
};

/** The amount in these words, which is in the order's currency; null = there is none. */
export const amountGiven = ([word, amount, ...more]: string[]): string | null =>
  word === "refund" && more.length === 0 ? (amount ?? null) : null;

/**
 * @param currency of an amount in the words
 * @throws Ends (wrong usage) that names the words there are
 */
export const eventIn = ([word = "", ...given]: string[], currency = "SEK"): TypedEvent => {
  const event = given.length === 0 ? inJson(word) : null;
  if (event !== null) return event;
  const name = word.replace(/^wc-/, "");
  const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
  // Which statuses the shop has besides is for the engine to know.
  if (verb === undefined && given.length === 0) return { type: "merchant.asked", status: name };
  if (verb === undefined) throw unknownEvent(word, eventWords());
  if (given.length > verb.most) throw wrongUsage(`unexpected "${given[verb.most]}" after "${word}"`);
  return verb.event(given, currency);
};
