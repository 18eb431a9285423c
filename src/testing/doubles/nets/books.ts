/** The books of one payment at the Nets double, in minor units, as arithmetic without time or network. */
import { itemOf, type NetsItem } from "./items.js";

export type NetsCall = "capture" | "cancel" | "refund";

export interface NetsCharge {
  chargeId: string;
  amount: number;
  refunded: number;
  created: string;
  items: NetsItem[];
}

export interface NetsRefund {
  refundId: string;
  amount: number;
  state: "Pending" | "Cancelled" | "Failed" | "Completed" | "Expired";
  lastUpdated: string;
  items: NetsItem[];
}

export interface NetsBookEntry {
  paymentId: string;
  created: string;
  reserved: number;
  cancelled: number;
  /** What a payment was not given a currency for, it does not say. */
  order: { amount: number; currency?: string | undefined; reference: string; items: NetsItem[] };
  paymentType: string;
  charges: NetsCharge[];
  refunds: NetsRefund[];
  /** Everything else, as it was given: `terminated`, `subscription` … */
  fields: Record<string, unknown>;
}

/** In a scenario's words. */
export interface ScenarioNetsPayment {
  paymentId?: string;
  summary?: { reservedAmount?: number; chargedAmount?: number; refundedAmount?: number; cancelledAmount?: number };
  paymentType?: string;
  orderDetails?: { amount?: number; currency?: string; reference?: string; items?: NetsItem[] };
  /** Left out: one charge of all that is charged. */
  charges?: { chargeId: string; amount: number; created?: string }[];
  [more: string]: unknown;
}

export interface Refusal {
  code: string;
  message: string;
}

const sum = (amounts: number[]): number => amounts.reduce((total, amount) => total + amount, 0);

export const chargedOf = ({ charges }: Pick<NetsBookEntry, "charges">): number =>
  sum(charges.map(({ amount }) => amount));
/** What came to nothing is the shop's again. */
const counts = ({ state }: NetsRefund): boolean => state === "Completed" || state === "Pending";
export const refundedOf = ({ refunds }: NetsBookEntry): number =>
  sum(refunds.filter(counts).map(({ amount }) => amount));
export const authorizedOf = (payment: NetsBookEntry): number =>
  // Swish and its like take the money at once: it is nowhere reserved.
  payment.paymentType === "A2A" ? 0 : Math.max(0, payment.reserved - chargedOf(payment) - payment.cancelled);
/** What an account-to-account payment took, no charge ever being sent. */
export const takenOf = (payment: NetsBookEntry): number =>
  payment.paymentType === "A2A" ? Math.max(payment.reserved, chargedOf(payment)) : chargedOf(payment);

const refundFrom = (refundId: string, amount: number, lastUpdated: string, items = [itemOf(amount)]): NetsRefund => ({
  refundId,
  amount,
  state: "Completed",
  lastUpdated,
  items,
});

export const paymentFrom = (given: ScenarioNetsPayment, paymentId: string, at: string, id: () => string) => {
  const { paymentId: _, summary = {}, paymentType = "CARD", orderDetails = {}, charges, ...fields } = given;
  const { reservedAmount = 0, chargedAmount = 0, refundedAmount = 0, cancelledAmount = 0 } = summary;
  const made = chargedAmount > 0 ? [{ chargeId: id(), amount: chargedAmount }] : [];
  const total = orderDetails.amount ?? Math.max(reservedAmount, chargedAmount);
  let toSpread = refundedAmount;
  const payment: NetsBookEntry = {
    paymentId,
    created: at,
    reserved: reservedAmount,
    cancelled: cancelledAmount,
    order: {
      amount: total,
      currency: orderDetails.currency,
      reference: orderDetails.reference ?? "",
      items: orderDetails.items ?? [itemOf(total)],
    },
    paymentType,
    charges: (charges ?? made).map((charge) => {
      const refunded = Math.min(toSpread, charge.amount);
      toSpread -= refunded;
      return { created: at, items: [itemOf(charge.amount)], ...charge, refunded };
    }),
    refunds: refundedAmount > 0 ? [refundFrom(id(), refundedAmount, at)] : [],
    fields,
  };
  return payment;
};

const no = (code: string, message: string): Refusal => ({ code, message });

/** What a call is about: its amount, and its items' sum where it names any. */
export interface NetsMove {
  amount: number;
  items: number | null;
  /** null = the payment as a whole. */
  chargeId: string | null;
}

/** A part goes with its items, and the items of whatever goes add up. */
const itemsObjection = ({ amount, items }: NetsMove, whole: number): Refusal | null => {
  if (items === null) return amount === whole ? null : no("1015", "Order items are missing for a part");
  return items === amount ? null : no("1005", "The amount differs from the order items");
};

/** Why Nets says no, or null. Facts 10.3, and Nexi's reference of the payment API. */
export const objection = (payment: NetsBookEntry, op: NetsCall, move: NetsMove): Refusal | null => {
  const { amount, chargeId } = move;
  const charged = chargedOf(payment);
  const authorized = authorizedOf(payment);
  if (op === "refund") {
    const charge = chargeId === null ? null : payment.charges.find((one) => one.chargeId === chargeId);
    const [taken, given] = charge ? [charge.amount, charge.refunded] : [takenOf(payment), refundedOf(payment)];
    if (taken > 0 && given >= taken) return no("1023", "Payment already refunded");
    if (amount <= 0 || amount > taken - given) return no("1009", "Invalid refund amount");
    return itemsObjection(move, taken);
  }
  if (authorized === 0 && payment.cancelled > 0) return no("1019", "Payment already cancelled");
  if (authorized === 0 && charged > 0) return no("1008", "Payment already charged");
  if (payment.reserved === 0) return no("1003", "Payment is not reserved");
  if (amount <= 0) return no("1002", "Amount must not be zero");
  if (op === "capture") return amount > authorized ? no("1001", "Overcharge") : itemsObjection(move, payment.reserved);
  if (amount === payment.reserved && charged > 0) return no("1008", "Payment already charged");
  const part = amount !== payment.reserved;
  if (amount > authorized || (part && !["CARD", "WALLET"].includes(payment.paymentType))) {
    return no("1007", "Partial cancel not allowed");
  }
  return itemsObjection(move, payment.reserved);
};

/** Changes the books by a call that was not objected to; `id` is the new charge's, refund's or cancellation's. */
export const execute = (
  payment: NetsBookEntry,
  op: NetsCall,
  call: { amount: number; items: NetsItem[]; chargeId: string | null; id: string; at: string; final: boolean },
): void => {
  const { amount, items, id, at } = call;
  if (op === "cancel") payment.cancelled += amount;
  else if (op === "capture") {
    payment.charges.push({ chargeId: id, amount, refunded: 0, created: at, items });
    // "Flag to release remaining reservation".
    if (call.final) payment.cancelled += authorizedOf(payment);
  } else {
    payment.refunds.push(refundFrom(id, amount, at, items));
    let left = amount;
    for (const charge of payment.charges) {
      if (call.chargeId !== null && charge.chargeId !== call.chargeId) continue;
      const part = Math.min(left, charge.amount - charge.refunded);
      charge.refunded += part;
      left -= part;
    }
  }
};
