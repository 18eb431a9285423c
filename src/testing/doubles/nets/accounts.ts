/** The payments at the Nets double: what each one is at this moment. */
import type { Clock } from "../../../ports/clock.js";
import { type Dated, faultFor, seriesOf } from "../../series.js";
import { type NetsBookEntry, paymentFrom, type ScenarioNetsPayment } from "./books.js";
import type { NetsSubscription } from "./deliveries.js";
import type { NetsSubject } from "./messages.js";

/** One entry of a scenario's `given.gateway`: it counts, whole, from `from` on. */
export interface NetsSeriesEntry {
  from: string | number;
  /** null = Nets knows no such payment. */
  netsPayment: ScenarioNetsPayment | null;
  faults?: Record<string, string>;
}

export interface Checkout {
  /** null = an embedded checkout sends nobody anywhere. */
  returnUrl: string | null;
  /** The page that shows it: the shop's, or Nets's own. */
  url: string;
  cancelUrl: string | null;
  /** The money is taken at once. */
  charges: boolean;
  /** From then on nobody can pay; null: Nets says when. */
  expiresAt: string | null;
  webhooks: NetsSubscription[];
  /** What else comes of its being paid; null: nothing. */
  whenPaid: ((payment: NetsBookEntry) => void) | null;
}

export interface NetsAccount {
  id: string;
  payment: NetsBookEntry | null;
  checkout: Checkout | null;
  /** The latest cancellation, unless it failed since. */
  cancel?: NetsSubject;
  series: Dated<NetsSeriesEntry>[];
  adopted: Dated<NetsSeriesEntry> | null;
}

/** Nexi's guide, "Checkout": "A payment session URL is valid for 48 hours." */
const LONGEST_SESSION_MS = 48 * 3_600_000;

export const netsAccounts = (clock: Clock, newId: () => string) => {
  const accounts = new Map<string, NetsAccount>();

  /** The account, brought up to this moment. */
  const at = (id: string): NetsAccount => {
    const account = accounts.get(id) ?? { id, payment: null, checkout: null, series: [], adopted: null };
    accounts.set(id, account);
    const latest = account.series.findLast(({ from }) => from <= clock.now()) ?? null;
    if (latest && latest !== account.adopted) {
      const { netsPayment } = latest.entry;
      account.payment = netsPayment && paymentFrom(netsPayment, id, new Date(latest.from).toISOString(), newId);
      account.adopted = latest;
    }
    return account;
  };

  const isOver = ({ created }: NetsBookEntry, { expiresAt }: Checkout): boolean =>
    clock.now() >= (expiresAt === null ? Date.parse(created) + LONGEST_SESSION_MS : Date.parse(expiresAt));

  return {
    at,
    ofCharge: (chargeId: string): NetsAccount | null =>
      [...accounts.keys()].map(at).find(({ payment }) => payment?.charges.some((c) => c.chargeId === chargeId)) ?? null,
    ofRefund: (refundId: string): NetsAccount | null =>
      [...accounts.keys()].map(at).find(({ payment }) => payment?.refunds.some((r) => r.refundId === refundId)) ?? null,
    setSeries(id: string, entries: NetsSeriesEntry[]): void {
      const account = at(id);
      account.adopted = null;
      account.series = seriesOf(entries);
    },
    faultFor,
    create(id: string, order: NetsBookEntry["order"], checkout: Checkout): NetsAccount {
      const account = at(id);
      account.checkout = checkout;
      account.payment = paymentFrom({ orderDetails: order }, id, new Date(clock.now()).toISOString(), newId);
      return account;
    },
    pay(id: string, paymentType = "CARD", chargeId: string): NetsAccount {
      const account = at(id);
      const { payment, checkout } = account;
      if (!payment || !checkout) throw new Error(`payment ${id} was not created here, so nobody can pay it`);
      // Whoever pays a second time, or after the payment was ended or its session is over, changes nothing.
      if (payment.reserved > 0 || payment.fields.terminated || isOver(payment, checkout)) return account;
      payment.paymentType = paymentType;
      payment.reserved = payment.order.amount;
      if (checkout.charges) {
        const created = new Date(clock.now()).toISOString();
        payment.charges.push({ chargeId, amount: payment.reserved, refunded: 0, created, items: payment.order.items });
      }
      checkout.whenPaid?.(payment);
      return account;
    },
  };
};
