/** What each call and each wish is called, as the subject of a sentence. */
import type { EffectType } from "../../../machines/effects.js";
import type { EventType } from "../../../machines/events.js";
import type { OrderRecord } from "../record.js";
import type { PendingCall } from "../why.js";
import type { Pair } from "./words.js";

/** What each call is, as a subject. */
export const calls: Record<EffectType, Pair> = {
  readPayment: ["Reading the payment at the bank", "Avläsningen av betalningen hos banken"],
  readBack: ["Reading the payment at the bank again", "Den nya avläsningen av betalningen hos banken"],
  endPayment: ["Ending the unpaid payment at the bank", "Avslutandet av den obetalda betalningen hos banken"],
  bookSignedPayment: ["Booking the signed payment at the bank", "Bokningen av den signerade betalningen hos banken"],
  capturePayment: ["Capturing the payment at the bank", "Debiteringen hos banken"],
  cancelPayment: ["Releasing the payment at the bank", "Avbokningen hos banken"],
  refundPayment: ["Refunding the payment at the bank", "Återbetalningen hos banken"],
  addOrderLines: ["Reserving the order lines at the bank", "Reservationen av orderraderna hos banken"],
  completePayment: ["Telling the shop that the order is paid", "Meddelandet till butiken om att ordern är betald"],
  setOrderStatus: ["Setting the status in the shop", "Statusändringen i butiken"],
  setOrderLines: ["Changing the order lines in the shop", "Ändringen av orderraderna i butiken"],
  setOrderMeta: ["Saving data with the order in the shop", "Sparandet av uppgifter på ordern i butiken"],
  addOrderNote: ["Writing an order note in the shop", "Orderanteckningen i butiken"],
  recordRefund: ["Recording the refund in the shop", "Registreringen av återbetalningen i butiken"],
};

/** The same of a payment that does not pay the order. */
const besides: Partial<Record<EffectType, Pair>> = {
  readPayment: ["Reading another payment of the order", "Avläsningen av en annan av orderns betalningar"],
  readBack: ["Reading another payment of the order again", "Den nya avläsningen av en annan av orderns betalningar"],
  endPayment: ["Ending another, unpaid payment of the order", "Avslutandet av en annan, obetald betalning för ordern"],
  cancelPayment: ["Releasing money that the order does not need", "Avbokningen av pengar som ordern inte behöver"],
};

/** It is about another payment than the one that the order follows. */
export const isBeside = ({ effect }: PendingCall, { facts }: OrderRecord): boolean =>
  effect.paymentId !== undefined && facts.others.some(({ id }) => id === effect.paymentId);

export const callNamed = (call: PendingCall, record: OrderRecord): Pair =>
  (isBeside(call, record) ? besides[call.effect.type] : undefined) ?? calls[call.effect.type];

/** What was asked for, as a subject. */
export const asked: Partial<Record<EventType, Pair>> = {
  "merchant.completed": ["Completing the order", "Försöket att markera ordern som färdigbehandlad"],
  "merchant.cancelled": ["Cancelling the order", "Försöket att avbryta ordern"],
  "merchant.refunded": ["Refunding the order", "Försöket att återbetala ordern"],
  "merchant.refundedAmount": ["Refunding a part", "Försöket att återbetala en del"],
  "merchant.captured": ["Capturing the payment", "Försöket att debitera betalningen"],
  "merchant.released": ["Releasing the rest", "Försöket att släppa resten"],
  "merchant.editedLines": ["Changing the order lines", "Försöket att ändra orderraderna"],
  "merchant.recalculated": ["Recalculating the order", "Försöket att räkna om ordern"],
  "merchant.processed": ["Setting the order to Processing", "Försöket att sätta ordern till Behandlas"],
  "merchant.held": ["Putting the order on hold", "Försöket att pausa ordern"],
  "merchant.failed": ["Setting the order to Failed", "Försöket att sätta ordern till Misslyckad"],
  "merchant.reopened": ["Setting the order to Pending payment", "Försöket att sätta ordern till Väntar på betalning"],
  "merchant.endedWait": ["Ending the wait", "Försöket att avsluta väntan"],
  "merchant.acknowledged": ["Settling the difference", "Försöket att markera skillnaden som utredd"],
};
