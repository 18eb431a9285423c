/** What to do about an order, English and Swedish: what several situations share. */
import type { Action } from "./words.js";

export const nothing: Action = ["No action needed.", "Ingen åtgärd behövs."];
export const mayPay: Action = [
  "No action needed: the customer can still pay. Do not ship.",
  "Ingen åtgärd behövs: kunden kan fortfarande betala. Skicka inte varorna.",
];
export const mayTryAgain: Action = [
  "No action needed: the customer can try again.",
  "Ingen åtgärd behövs: kunden kan försöka igen.",
];
export const mayBeAccepted: Action = [
  "Wait for the bank's decision before the customer pays again. Do not ship.",
  "Vänta på bankens beslut innan kunden betalar igen. Skicka inte varorna.",
];
export const bankDecides: Action = [
  "No action needed: the bank decides. Do not ship.",
  "Ingen åtgärd behövs: banken avgör. Skicka inte varorna.",
];
export const askBank: Action = [
  "Do not ship. Read the payment again, or look it up in the Merchant Portal.",
  "Skicka inte varorna. Läs av betalningen igen, eller slå upp den i Merchant Portal.",
  "reconcile.asked",
];
/** The same where it was never read. */
export const askBankNow: Action = [
  "Do not ship before you know. Read the payment now, or look it up in the Merchant Portal.",
  "Skicka inte varorna innan du vet. Läs av betalningen nu, eller slå upp den i Merchant Portal.",
  "reconcile.asked",
];
export const unpaid: Action = [
  "Do not ship. Have the customer pay, or cancel the order.",
  "Skicka inte varorna. Låt kunden betala, eller avbryt ordern.",
  "merchant.cancelled",
];
export const elsewhere: Action = [
  "No action needed here: the other payment method decides.",
  "Ingen åtgärd behövs här: det andra betalsättet avgör.",
];
export const ship: Action = [
  "Ship the goods, then complete the order: that captures the money.",
  "Skicka varorna och markera sedan ordern som färdigbehandlad: då debiteras kunden.",
  "merchant.completed",
];
export const complete: Action = [
  "Ship the goods, then complete the order.",
  "Skicka varorna och markera sedan ordern som färdigbehandlad.",
  "merchant.completed",
];
export const mayRefund: Action = [
  "No action needed. Refund the order if the goods come back.",
  "Ingen åtgärd behövs. Återbetala ordern om varorna kommer tillbaka.",
  "merchant.refunded",
];
export const closed: Action = ["No action needed: the order is closed.", "Ingen åtgärd behövs: ordern är avslutad."];
