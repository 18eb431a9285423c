/** Medusa's payment sessions, payments, captures and refunds, brought to what the bank says of them. */
import { type Facts, moneyHeld, waitsForCustomer } from "../../../machines/facts.js";
import type { Receipt } from "../../ports/runtime.js";
import { thrownText } from "../../ports/thrown.js";
import { type Embedded, ownerOf } from "../embedded.js";
import { Lanes } from "../lanes.js";
import {
  type MedusaPayment,
  type MedusaSession,
  type Server,
  type SessionData,
  type SessionStatus,
  toMajor,
  toMinor,
} from "./core.js";

type Payment = Facts["payment"];

const stateOf = (payment: Payment): SessionStatus => {
  const { id, exists, status, authorized, captured, refunded, foreign } = payment;
  if (id === null || !exists || foreign || status === "UNREAD" || waitsForCustomer(payment)) return "requires_more";
  if (status === "REJECTED") return "error";
  // Frozen, under review, and whatever word comes later.
  if (status !== "ACCEPTED") return "pending";
  if (authorized > 0) return "authorized";
  return captured > refunded ? "captured" : "canceled";
};

/** What a payment session is. Whatever payment holds its amount pays it; else it is as its own payment is. */
export const sessionStatus = ({ payment, others }: Facts, { total, payment_id: own }: SessionData): SessionStatus => {
  const paying = payment.status === "ACCEPTED" && payment.authorized + payment.captured === total;
  if (paying) return stateOf(payment);
  const status = stateOf([payment, ...others].find(({ id }) => id === own) ?? payment);
  // Paid, and not what is asked for.
  return status === "authorized" || status === "captured" ? "pending" : status;
};

/** So is a refund called in Medusa that the bank's staff made. */
const AT_THE_BANK = "the bank";

const PAYMENT = { relations: ["payment", "payment.captures", "payment.refunds"] };

const sum = (rows: { amount: MedusaSession["amount"] }[], currency: string): number =>
  rows.reduce((total, { amount }) => total + toMinor(amount, currency), 0);

export class Ledger {
  private readonly lanes = new Lanes();

  constructor(
    private readonly host: Embedded,
    private readonly medusa: () => Server,
  ) {}

  /** The orders of the engine are Medusa's payment collections: a cart has one, however often it is paid. */
  async sessions(orderId: string): Promise<MedusaSession[]> {
    const all = await this.payments.listPaymentSessions({ payment_collection_id: ownerOf(orderId) }, PAYMENT);
    return all.filter(({ data }) => data?.order_status === orderId);
  }

  async session(id: string): Promise<MedusaSession | undefined> {
    return (await this.payments.listPaymentSessions({ id }, PAYMENT))[0];
  }

  /** Whether the bank's staff made it. */
  async isTheBanks(refund: string): Promise<boolean> {
    return (await this.payments.listRefunds({ id: refund }))[0]?.created_by === AT_THE_BANK;
  }

  private get payments() {
    return this.medusa().resolve("payment");
  }

  /** @returns ms after which to look again, 0 = Medusa's books are the bank's */
  bring(orderId: string): Promise<number> {
    return this.lanes.next(ownerOf(orderId), () => this.bringNow(orderId));
  }

  /** While nothing else is done to it. */
  alone<T>(collection: string, work: () => Promise<T>): Promise<T> {
    return this.lanes.next(collection, work);
  }

  /** For whoever does not wait for it. */
  bringSoon(orderId: string, afterMs = 0): void {
    const again = (ms: number) => ms > 0 && this.bringSoon(orderId, ms);
    const failed = (error: unknown) => {
      const logger = this.medusa().resolve("logger");
      logger.warn(`order-status: ${orderId}: ${thrownText(error)}`);
    };
    setTimeout(() => void this.bring(orderId).then(again, failed), afterMs).unref();
  }

  private async bringNow(orderId: string): Promise<number> {
    const { engine } = this.host;
    const facts = (await engine.queries.read(orderId))?.facts;
    if (facts === undefined) return 0;
    const sessions = await this.sessions(orderId);
    const paid = sessions.find(({ payment }) => payment != null);
    if (paid?.payment != null) return this.bringPayment(orderId, facts, paid, paid.payment);
    const held = moneyHeld(facts.payment);
    const asking = sessions.find(({ data }) => (data as SessionData).total === held);
    // A session that is being made is not in Medusa's books with what it asks for yet.
    const waits = this.lanes.patience(orderId, held > 0 && asking === undefined);
    if (waits > 0) return waits;
    if (held > 0 && asking === undefined) await this.letGo(orderId, sessions.length > 0);
    for (const session of asking === undefined ? sessions : [asking]) await this.bringSession(facts, session);
    return 0;
  }

  /**
   * Paid in another tab for a cart that has changed since, or that asks for no payment any more.
   * @param awaited another page of the bank is open, and what is paid there counts
   */
  private async letGo(orderId: string, awaited: boolean): Promise<void> {
    const { engine } = this.host;
    const receipt = await engine.submit(orderId, { type: "merchant.cancelled" }, { wait: "settled" });
    if (receipt.outcome === "moved" && awaited) await engine.submit(orderId, { type: "order.seen", status: "pending" });
  }

  private async bringSession(facts: Facts, session: MedusaSession): Promise<void> {
    const { id, amount, currency_code, data } = session;
    const status = sessionStatus(facts, data as SessionData);
    if (status === "authorized" || status === "captured")
      return this.run("process-payment-workflow", { action: status, data: { session_id: id, amount } });
    if (status === session.status || status === "requires_more") return;
    await this.payments.updatePaymentSession({ id, amount, currency_code, data, status });
  }

  private async bringPayment(
    orderId: string,
    { payment }: Facts,
    { currency_code: currency }: MedusaSession,
    row: MedusaPayment,
  ): Promise<number> {
    const { authorized, captured, refunded, exists, status } = payment;
    const [taken, given] = [sum(row.captures, currency), sum(row.refunds, currency)];
    const isTaken = captured > 0 && authorized === 0 && row.canceled_at === null;
    // A capture that Medusa had begun when it died: written down, and never finished.
    const unfinished = isTaken && row.captured_at === null && taken >= captured;
    // Medusa has no word for a part that was let go: the payment is for what is left of it.
    const left = status === "ACCEPTED" && row.canceled_at === null ? authorized + captured : 0;
    const isLess = left > 0 && left !== toMinor(row.amount, currency);
    const differs = unfinished || captured > taken || refunded !== given || isLess;
    const waits = this.lanes.patience(orderId, differs);
    if (waits > 0) return waits;
    if (isLess) await this.payments.updatePayment({ id: row.id, amount: toMajor(left, currency) });
    if (unfinished) await this.payments.deleteCaptures(row.captures.map(({ id }) => id));
    const amount = captured - (unfinished ? 0 : taken);
    if (amount > 0 && row.canceled_at === null)
      await this.run("capture-payment-workflow", { payment_id: row.id, amount: toMajor(amount, currency) });
    if (refunded > given) {
      const more = toMajor(refunded - given, currency);
      await this.run("refund-payment-workflow", { payment_id: row.id, amount: more, created_by: AT_THE_BANK });
    }
    if (refunded < given) await this.finishRefunds(orderId, row, currency);
    const isLetGo = exists && (status === "REJECTED" || (status === "ACCEPTED" && authorized === 0));
    if (row.canceled_at === null && captured === 0 && isLetGo) await this.payments.cancelPayment(row.id);
    return 0;
  }

  /** Written down by Medusa, and not at the bank: asked for by whoever died then, or asked for now. */
  private async finishRefunds(orderId: string, { refunds }: MedusaPayment, currency: string): Promise<void> {
    for (const { id, amount, created_by } of refunds) {
      if (created_by === AT_THE_BANK) continue;
      const receipt = await this.refund(orderId, id, toMinor(amount, currency));
      if (receipt.outcome === "refused") await this.payments.deleteRefunds([id]);
    }
  }

  /** @param id of Medusa's refund: asked for again, it is the same one. @param amount minor units */
  refund(orderId: string, id: string, amount: number): Promise<Receipt> {
    const event = { type: "merchant.refundedAmount", amount, refund: id } as const;
    return this.host.engine.submit(orderId, event, { id, wait: "settled" });
  }

  private async run(workflow: string, input: object): Promise<void> {
    await this.medusa().resolve("workflows").run(workflow, { input });
  }
}
