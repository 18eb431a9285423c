/** What is said of a call that was put off, and for which a person has ended the wait. */
import type { Operation } from "../../../machines/facts.js";
import { wait, waitOrEnd } from "./under-way.js";
import type { Pair, Sentences } from "./words.js";

const of = ([name, namn]: Pair, [call, anrop]: Pair): Sentences => [
  [`{Status}, ${name} withdrawn`, `{Status}, ${namn} återkallad`],
  [
    `${call} was withdrawn at {lost} and will not be sent; the payment is read in case a try before that reached the bank.`,
    `${anrop} återkallades {lost} och skickas inte; betalningen läses av ifall ett tidigare försök nådde banken.`,
  ],
  waitOrEnd,
  wait,
];

export const withdrawn: Record<Operation["kind"], Sentences> = {
  book: of(
    ["booking", "bokning"],
    ["The booking of {sum} that the customer signed for", "Bokningen av {sum} som kunden har signerat"],
  ),
  capture: of(["capture", "debitering"], ["The capture of {sum}", "Debiteringen av {sum}"]),
  cancel: of(["release", "avbokning"], ["The release of {sum}", "Avbokningen av {sum}"]),
  refund: of(["refund", "återbetalning"], ["The refund of {sum}", "Återbetalningen av {sum}"]),
  rebuild: of(["change", "ändring"], ["The change of the payment to {sum}", "Ändringen av betalningen till {sum}"]),
};

/** Of the release of a payment that does not pay the order. */
export const surplusWithdrawn: Sentences = [
  ["{Status}, release of a payment too many withdrawn", "{Status}, avbokning av en betalning för mycket återkallad"],
  [
    "{Status} since {since}, but paid twice: the release of {surplus} that the order does not need was withdrawn at {surplusLost} and will not be sent; that payment is read in case a try before that reached the bank.",
    "{Status} sedan {since}, men betald två gånger: avbokningen av {surplus} som ordern inte behöver återkallades {surplusLost} och skickas inte; den betalningen läses av ifall ett tidigare försök nådde banken.",
  ],
  wait,
];
