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
/** Where it cannot be cancelled. */
export const mustPay: Action = [
  "Do not ship before the customer has paid.",
  "Skicka inte varorna innan kunden har betalat.",
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
/** Where it cannot be captured. */
export const lookUpFirst: Action = [
  "Look up the payment in the Merchant Portal before you ship: it cannot be captured from here now.",
  "Slå upp betalningen i Merchant Portal innan du skickar: den kan inte debiteras härifrån nu.",
  "reconcile.asked",
];
export const complete: Action = [
  "Ship the goods, then complete the order.",
  "Skicka varorna och markera sedan ordern som färdigbehandlad.",
  "merchant.completed",
];
/** Where it cannot be completed. */
export const shipOnly: Action = [
  "Ship the goods, and look up the payment in the Merchant Portal: the order cannot be completed from here now.",
  "Skicka varorna, och slå upp betalningen i Merchant Portal: ordern kan inte färdigbehandlas härifrån nu.",
  "reconcile.asked",
];
export const mayRefund: Action = [
  "No action needed. Refund the order if the goods come back.",
  "Ingen åtgärd behövs. Återbetala ordern om varorna kommer tillbaka.",
  "merchant.refunded",
];
/** Where it cannot be refunded. */
export const mayRefundThere: Action = [
  "No action needed. If the goods come back, refund the payment in the Merchant Portal.",
  "Ingen åtgärd behövs. Om varorna kommer tillbaka, återbetala betalningen i Merchant Portal.",
];
export const closed: Action = ["No action needed: the order is closed.", "Ingen åtgärd behövs: ordern är avslutad."];
