/** Medusa's payment provider. Medusa calls it outside of its transactions. */
import type { NewOrder } from "../../../machines/events.js";
import { moneyHeld } from "../../../machines/facts.js";
import { reasonInWords } from "../../../machines/reasons.js";
import { type CheckoutOutcome, InvalidEvent } from "../../ports/runtime.js";
import { ask, currentOrder, type Embedded, refusalIn } from "../embedded.js";
import {
  type Input,
  type MedusaSession,
  notAllowed,
  type Priced,
  type SessionData,
  type SessionStatus,
  toMinor,
} from "./core.js";
import { type Ledger, sessionStatus } from "./ledger.js";

type Answer = { data: Record<string, unknown> };
type Stated = Answer & { status: SessionStatus };

export interface Hosted {
  host: Embedded;
  ledger: Ledger;
  gateway: string;
  method: string | undefined;
}

/** A customer waits for it. */
const READ_MS = 10_000;
const PARTIAL = "Only the whole payment can be captured from here. Capture all of it, and refund what is too much.";

/** @param hosted the engine of these options */
export const providerOf = (hosted: (options: object) => Hosted) =>
  class OrderStatusProvider {
    static identifier = "order-status";
    /** Medusa calls it when it loads the module, before any payment. @throws TypeError where an option is wrong */
    static validateOptions(options: object): void {
      hosted(options);
    }

    readonly with: Hosted;
    constructor(_container: unknown, options: object) {
      this.with = hosted(options);
    }

    getIdentifier(): string {
      return OrderStatusProvider.identifier;
    }

    async initiatePayment(input: Priced): Promise<Stated & { id: string }> {
      const { ledger, gateway } = this.with;
      const session = await ledger.session(String(input.data?.session_id));
      if (session === undefined) throw notAllowed("There is no such payment session.");
      const collection = session.payment_collection_id;
      const total = toMinor(input.amount, input.currency_code);
      const currency = input.currency_code.toUpperCase();
      const lines = [{ sku: "cart", quantity: 1, total }];
      const order = { total, currency, lines, gateway };
      const { orderId, ...created } = await ledger.alone(collection, () => this.open(collection, order));
      if (created.kind === "failed") throw notAllowed(created.detail);
      const { paymentId: payment_id, redirectUrl: redirect_url } = created;
      const data = { session_id: session.id, order_status: orderId, payment_id, redirect_url, total };
      return { id: payment_id, ...(await this.stated({ data })), data };
    }

    /** @throws where the bank does not sell the currency, or does not let go what was paid for another total */
    async open(collection: string, order: NewOrder): Promise<CheckoutOutcome & { orderId: string }> {
      const { host, gateway, method } = this.with;
      const { engine } = host;
      const orderId = await currentOrder(engine, collection);
      try {
        await engine.place(orderId, order);
      } catch (error) {
        throw error instanceof InvalidEvent ? notAllowed(error.message) : error;
      }
      const created = await host.pay(orderId, gateway, method);
      const facts = (await engine.queries.read(orderId))?.facts;
      const isPaid = created.kind === "already-paid";
      if (!isPaid || facts === undefined || moneyHeld(facts.payment) === order.total) return { ...created, orderId };
      // Paid for a cart that has changed since.
      await this.ask(orderId, { type: "merchant.cancelled" });
      return this.open(collection, order);
    }

    /** The cart's total is another one; the same total changes nothing. */
    async updatePayment(input: Priced): Promise<Stated> {
      const isSame = toMinor(input.amount, input.currency_code) === input.data?.total;
      return isSame ? this.stated(input) : this.initiatePayment(input);
    }

    /** The storefront completes the cart when its customer is back from the bank. */
    async authorizePayment(input: Input): Promise<Stated> {
      const known = await this.stated(input);
      if (known.status === "authorized" || known.status === "captured") return known;
      const event = { type: "customer.returned", page: "success" } as const;
      const { engine } = this.with.host;
      await engine.submit(this.orderId(input), event, { wait: "settled", timeoutMs: READ_MS });
      return this.stated(input);
    }

    async capturePayment(input: Input): Promise<Answer> {
      const { host, ledger } = this.with;
      const orderId = this.orderId(input);
      const facts = (await host.engine.queries.read(orderId))?.facts;
      const paid = (await ledger.sessions(orderId)).find(({ payment }) => payment != null);
      const { currency_code: currency = "", payment = null } = paid ?? ({} as Partial<MedusaSession>);
      // Medusa has written the capture down, and tells its id alone.
      const taken = payment?.captures.reduce((sum, { amount }) => sum + toMinor(amount, currency), 0) ?? 0;
      const whole = payment === null || taken === toMinor(payment.amount, currency);
      if ((facts?.payment.captured ?? 0) >= taken && taken > 0) return this.answer(input);
      if (!whole) throw notAllowed(PARTIAL);
      await this.ask(orderId, { type: "merchant.completed" }, input.context?.idempotency_key);
      return this.answer(input);
    }

    async refundPayment(input: Input & { amount: Priced["amount"] }): Promise<Answer> {
      const { host, ledger } = this.with;
      const orderId = this.orderId(input);
      const refund = input.context?.idempotency_key ?? "";
      if (await ledger.isTheBanks(refund)) return this.answer(input);
      const { currency = "" } = (await host.engine.queries.read(orderId))?.facts.order ?? {};
      const why = refusalIn(await ledger.refund(orderId, refund, toMinor(input.amount, currency)));
      if (why !== null) throw notAllowed(why);
      return this.answer(input);
    }

    async cancelPayment(input: Input): Promise<Answer> {
      const orderId = this.orderId(input);
      const facts = (await this.with.host.engine.queries.read(orderId))?.facts;
      if (facts === undefined || facts.order.status === "cancelled") return this.answer(input);
      if (facts.payment.captured > 0) throw notAllowed(reasonInWords("cannot-cancel-captured"));
      const { authorized, exists, status } = facts.payment;
      // The bank's staff have let it go already.
      if (exists && (status === "REJECTED" || (status === "ACCEPTED" && authorized === 0))) return this.answer(input);
      await this.ask(orderId, { type: "merchant.cancelled" });
      return this.answer(input);
    }

    /** The cart has changed and holds Medusa's lock: a payment that is paid by now is let go without waiting for the bank. */
    async deletePayment(input: Input): Promise<Answer> {
      if (input.data?.order_status) this.with.ledger.bringSoon(this.orderId(input), 1_000);
      return this.answer(input);
    }

    async retrievePayment(input: Input): Promise<Answer> {
      return { data: { ...input.data, ...(await this.with.host.engine.payment(this.orderId(input))) } };
    }

    async getPaymentStatus(input: Input): Promise<Stated> {
      return this.stated(input);
    }

    /** Banks report to the engine's doors. */
    async getWebhookActionAndData(): Promise<{ action: "not_supported" }> {
      return { action: "not_supported" };
    }

    orderId({ data }: Input): string {
      return String(data?.order_status);
    }

    async stated(input: Input): Promise<Stated> {
      const facts = (await this.with.host.engine.queries.read(this.orderId(input)))?.facts;
      return {
        data: input.data ?? {},
        status: facts ? sessionStatus(facts, input.data as unknown as SessionData) : "error",
      };
    }

    async answer(input: Input): Promise<Answer> {
      const facts = (await this.with.host.engine.queries.read(this.orderId(input)))?.facts;
      return { data: { ...input.data, bank_status: facts?.payment.status ?? null } };
    }

    /** @throws where it is not done, with the reason: Medusa takes back what it had written */
    async ask(orderId: string, event: Parameters<typeof ask>[2], id?: string): Promise<void> {
      const why = await ask(this.with.host.engine, orderId, event, id ? { id } : {});
      if (why !== null) throw notAllowed(why);
    }
  };
