/** A command in words, as a person types it, and as the event that it is. Pure. */
import { merchantEventFor } from "../../../machines/events.js";
import { wrongUsage } from "./ending.js";

/** As `submit` takes it; whether it is one is for the engine to say. */
export type TypedEvent = { type: string; [key: string]: unknown };

const statuses = Object.keys(merchantEventFor);

/** For the help. */
export const wordsInHelp = `
Events:
  ${statuses.join(", ")}
                             the status that a merchant picks; completed captures, cancelled cancels the payment
  refund [AMOUNT]            refunds an amount such as 50.00, or all of it
  capture                    captures, and leaves the status as it is
  release                    releases what is still reserved after a part was captured
  attach PAYMENT [GATEWAY]   names a payment that was made elsewhere; the bank is asked before it counts
  recalculate                changes the payment to the order's lines
  reconcile                  reads the payment at the bank again
  end-wait, acknowledge      see "why"
  '{"type":"…"}'             any other, as JSON`;

/** Nothing that only a program would write: 0x10, 1e3. */
const minorUnits = (amount: string): number => {
  if (!/^\d{1,10}([.,]\d{1,2})?$/.test(amount)) throw wrongUsage(`"${amount}" is not a valid amount; use 50 or 50.00`);
  const minor = Math.round(Number(amount.replace(",", ".")) * 100);
  if (minor === 0) throw wrongUsage(`"${amount}" is no amount to refund; use one above 0`);
  return minor;
};

const verbs: Record<string, { most: number; event(...given: string[]): TypedEvent }> = {
  refund: {
    most: 1,
    event: (amount) =>
      amount === undefined
        ? { type: "merchant.refunded" }
        : { type: "merchant.refundedAmount", amount: minorUnits(amount) },
  },
  capture: { most: 0, event: () => ({ type: "merchant.captured" }) },
  release: { most: 0, event: () => ({ type: "merchant.released" }) },
  attach: {
    most: 2,
    event: (paymentId, gateway) => {
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

const inJson = (text: string): TypedEvent | null => {
  try {
    const event: unknown = JSON.parse(text);
    return typeof event === "object" && event !== null && "type" in event ? (event as TypedEvent) : null;
  } catch {
    return null;
  }
};

/** @throws Ends (wrong usage) that names the words there are */
export const eventIn = ([word = "", ...given]: string[]): TypedEvent => {
  const event = given.length === 0 ? inJson(word) : null;
  if (event !== null) return event;
  const name = word.replace(/^wc-/, "");
  const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
  if (verb === undefined)
    throw wrongUsage(`unknown event "${word}"; use one of ${Object.keys(verbs).join(", ")}, or an event as JSON`);
  if (given.length > verb.most) throw wrongUsage(`unexpected "${given[verb.most]}" after "${word}"`);
  return verb.event(...given);
};
