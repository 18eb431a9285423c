/** What to do about an order, English and Swedish: what several situations share. */
import type { Action } from "./words.js";

export const nothing: Action = ["Nothing to do.", "Inget att göra."];
export const mayPay: Action = [
  "Nothing to do: the customer can still pay. Do not ship.",
  "Inget att göra: kunden kan fortfarande betala. Skicka inget.",
];
export const mayTryAgain: Action = [
  "Nothing to do: the customer can try again.",
  "Inget att göra: kunden kan försöka igen.",
];
export const bankDecides: Action = [
  "Nothing to do: the bank decides. Do not ship.",
  "Inget att göra: banken avgör. Skicka inget.",
];
export const askBank: Action = [
  "Do not ship. Read the payment again, or look it up in the Merchant Portal.",
  "Skicka inget. Läs av betalningen igen, eller slå upp den i Merchant Portal.",
  "reconcile.asked",
];
export const unpaid: Action = [
  "Do not ship. Have the customer pay, or cancel the order.",
  "Skicka inget. Låt kunden betala, eller avbryt ordern.",
  "merchant.cancelled",
];
export const elsewhere: Action = [
  "Nothing to do here: the other payment method decides.",
  "Inget att göra här: det andra betalsättet avgör.",
];
export const ship: Action = [
  "Ship the goods, then complete the order: that captures the money.",
  "Skicka varorna och markera sedan ordern som färdigbehandlad: då debiteras pengarna.",
  "merchant.completed",
];
export const complete: Action = [
  "Ship the goods, then complete the order.",
  "Skicka varorna och markera sedan ordern som färdigbehandlad.",
  "merchant.completed",
];
export const mayRefund: Action = [
  "Nothing to do. Refund the order if the goods come back.",
  "Inget att göra. Återbetala ordern om varorna kommer tillbaka.",
  "merchant.refunded",
];
export const closed: Action = ["Nothing to do: the order is closed.", "Inget att göra: ordern är avslutad."];
