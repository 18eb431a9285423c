/** What other hands than the shop's do at the Nets double: the customer's, the portal's, and those of the banks behind it. */
import type { NetsAccount, netsAccounts } from "./accounts.js";
import { authorizedOf, type NetsBookEntry, type NetsCall, objection, refundedOf, takenOf } from "./books.js";
import type { NetsDouble } from "./controls.js";
import type { NetsItem } from "./items.js";
import { type NetsSubject, TURNS } from "./messages.js";

/** Without items: those of the order, or one that stands for the amount. */
export interface HandsAct {
  amount: number;
  chargeId?: string | null;
  items?: NetsItem[] | undefined;
  final?: boolean;
  /** A refund that the bank has still to carry out. */
  isPending?: boolean;
}

interface Books {
  act(op: NetsCall, account: NetsAccount, payment: NetsBookEntry, call: HandsAct): string;
  tell(account: NetsAccount, event: string, about: NetsSubject): void;
  iso(): string;
}

export const handsOf = (
  accounts: ReturnType<typeof netsAccounts>,
  { act, tell, iso }: Books,
): Pick<NetsDouble, "cardRefused" | "cancelFails" | "portal" | "refundTurns"> => ({
  cardRefused(paymentId) {
    const account = accounts.at(paymentId);
    const { payment } = account;
    if (!payment || payment.reserved > 0) throw new Error(`payment ${paymentId} is paid, or there is none`);
    const { amount, items } = payment.order;
    tell(account, "payment.reservation.failed", { id: paymentId, amount, items });
  },
  cancelFails(paymentId) {
    const account = accounts.at(paymentId);
    const { cancel } = account;
    if (!account.payment || cancel === undefined) throw new Error(`payment ${paymentId} has no cancellation`);
    delete account.cancel;
    account.payment.cancelled -= cancel.amount;
    tell(account, "payment.cancel.failed", cancel);
  },
  portal(paymentId, op, major, refund = "Completed") {
    const account = accounts.at(paymentId);
    const { payment } = account;
    const left = payment && (op === "refund" ? takenOf(payment) - refundedOf(payment) : authorizedOf(payment));
    const amount = major === undefined ? (left ?? 0) : Math.round(major * 100);
    const why = payment ? objection(payment, op, { amount, items: amount, chargeId: null }) : { message: "none" };
    if (!payment || why) throw new Error(`${op} of ${paymentId} in the portal: ${why?.message}`);
    act(op, account, payment, { amount, isPending: op === "refund" && refund === "Pending" });
  },
  refundTurns(paymentId, state) {
    const account = accounts.at(paymentId);
    const refund = account.payment?.refunds.at(-1);
    if (!refund) throw new Error(`payment ${paymentId} has no refund`);
    const { refundId: id, amount, state: before } = refund;
    Object.assign(refund, { state, lastUpdated: iso() });
    const event = state === before ? undefined : TURNS[state];
    if (event !== undefined) tell(account, event, { id, amount });
  },
});
