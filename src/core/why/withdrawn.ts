/** What is said of a call that was put off, and for which a person has ended the wait. */
import type { Operation } from "../../../machines/facts.js";
import { wait, waitOrEnd } from "./under-way.js";
import type { Sentences } from "./words.js";

export const withdrawn: Record<Operation["kind"], Sentences> = {
  book: [
    ["{Status}, booking withdrawn", "{Status}, bokning återkallad"],
    [
      "The booking of {sum} that the customer signed for was withdrawn at {lost} and will not be sent; the payment is read in case a try before that reached the bank.",
      "Bokningen av {sum} som kunden har signerat återkallades {lost} och skickas inte; betalningen läses av ifall ett tidigare försök nådde banken.",
    ],
    waitOrEnd,
    wait,
  ],
  capture: [
    ["{Status}, capture withdrawn", "{Status}, debitering återkallad"],
    [
      "The capture of {sum} was withdrawn at {lost} and will not be sent; the payment is read in case a try before that reached the bank.",
      "Debiteringen av {sum} återkallades {lost} och skickas inte; betalningen läses av ifall ett tidigare försök nådde banken.",
    ],
    waitOrEnd,
    wait,
  ],
  cancel: [
    ["{Status}, release withdrawn", "{Status}, avbokning återkallad"],
    [
      "The release of {sum} was withdrawn at {lost} and will not be sent; the payment is read in case a try before that reached the bank.",
      "Avbokningen av {sum} återkallades {lost} och skickas inte; betalningen läses av ifall ett tidigare försök nådde banken.",
    ],
    waitOrEnd,
    wait,
  ],
  refund: [
    ["{Status}, refund withdrawn", "{Status}, återbetalning återkallad"],
    [
      "The refund of {sum} was withdrawn at {lost} and will not be sent; the payment is read in case a try before that reached the bank.",
      "Återbetalningen av {sum} återkallades {lost} och skickas inte; betalningen läses av ifall ett tidigare försök nådde banken.",
    ],
    waitOrEnd,
    wait,
  ],
  rebuild: [
    ["{Status}, change withdrawn", "{Status}, ändring återkallad"],
    [
      "The change of the payment to {sum} was withdrawn at {lost} and will not be sent; the payment is read in case a try before that reached the bank.",
      "Ändringen av betalningen till {sum} återkallades {lost} och skickas inte; betalningen läses av ifall ett tidigare försök nådde banken.",
    ],
    waitOrEnd,
    wait,
  ],
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
