import type * as medusa from "@medusajs/types";
import type { Command, Engine, Shop } from "order-status-engine";
import { addressKeys, type CallbackKey, urlsFor } from "order-status-engine/http";
import { type OrderStatus, reasons } from "order-status-engine/machines";

export interface ProviderOptions {
  engine: Engine;
  /** The engine's name of the bank, such as `resurs-mapi`. */
  gateway: string;
  /** Where the engine's doors stand, as banks and browsers reach them. */
  publicUrl: string;
  /** As `httpApp` has them. */
  callbackKeys: CallbackKey[];
}

/** What Medusa calls each status of ours. */
const statuses: Record<OrderStatus, medusa.PaymentSessionStatus> = {
  "checkout-draft": "pending",
  pending: "requires_more",
  "on-hold": "pending",
  processing: "authorized",
  completed: "captured",
  refunded: "captured",
  cancelled: "canceled",
  failed: "error",
};

/** Medusa counts in kronor and euros, the engine in their hundredths. */
const minor = (amount: medusa.BigNumberInput): number =>
  Math.round(Number(typeof amount === "object" && "value" in amount ? amount.value : amount) * 100);

/** A payment session of Medusa is an order of the engine. */
const orderIdOf = ({ data }: { data?: Record<string, unknown> }): string => String(data?.session_id);

export class OrderStatusProvider implements medusa.IPaymentProvider {
  static identifier = "order-status";

  constructor(
    _container: unknown,
    private readonly options: ProviderOptions,
  ) {}

  getIdentifier(): string {
    return OrderStatusProvider.identifier;
  }

  async initiatePayment(input: medusa.InitiatePaymentInput): Promise<medusa.InitiatePaymentOutput> {
    const { engine, gateway, publicUrl, callbackKeys } = this.options;
    const orderId = orderIdOf(input);
    const [total, now] = [minor(input.amount), engine.clock.now()];
    await engine.place(orderId, {
      status: "pending",
      total,
      currency: input.currency_code.toUpperCase(),
      lines: [{ sku: "cart", quantity: 1, total }],
      needsProcessing: true,
      gateway,
      paymentId: null,
      previousPaymentIds: [],
      createdAt: now,
      updatedAt: now,
      customerReturned: false,
    });
    const keys = await addressKeys(engine, callbackKeys);
    const created = await engine.checkout(orderId, gateway, urlsFor(publicUrl, orderId, gateway, keys));
    if (created.kind === "failed") throw new Error(created.detail);
    // The storefront sends the customer to `redirectUrl`.
    const data = { session_id: orderId, redirectUrl: created.redirectUrl };
    return { id: created.paymentId, status: "requires_more", data };
  }

  /** The storefront asks when the customer is back from the bank. */
  async authorizePayment(input: medusa.AuthorizePaymentInput): Promise<medusa.AuthorizePaymentOutput> {
    await this.submit(input, { type: "customer.returned", page: "success" });
    return this.getPaymentStatus(input);
  }

  async capturePayment(input: medusa.CapturePaymentInput): Promise<medusa.CapturePaymentOutput> {
    return this.submit(input, { type: "merchant.completed" }, input.context?.idempotency_key);
  }

  async refundPayment(input: medusa.RefundPaymentInput): Promise<medusa.RefundPaymentOutput> {
    const event = { type: "merchant.refundedAmount", amount: minor(input.amount) } as const;
    return this.submit(input, event, input.context?.idempotency_key);
  }

  async cancelPayment(input: medusa.CancelPaymentInput): Promise<medusa.CancelPaymentOutput> {
    return this.submit(input, { type: "merchant.cancelled" });
  }

  async deletePayment(input: medusa.DeletePaymentInput): Promise<medusa.DeletePaymentOutput> {
    return this.cancelPayment(input);
  }

  /** The bank has the amount by now; Medusa makes a new session for a cart that changed. */
  async updatePayment(): Promise<medusa.UpdatePaymentOutput> {
    throw new Error("a payment at the bank keeps its amount; create another payment session");
  }

  async retrievePayment(input: medusa.RetrievePaymentInput): Promise<medusa.RetrievePaymentOutput> {
    return { data: { ...input.data, ...(await this.options.engine.payment(orderIdOf(input))) } };
  }

  async getPaymentStatus(input: medusa.GetPaymentStatusInput): Promise<medusa.GetPaymentStatusOutput> {
    const order = (await this.options.engine.queries.read(orderIdOf(input)))?.facts.order;
    return { status: order ? statuses[order.status] : "error", data: input.data ?? {} };
  }

  /** `tellsMedusa` sends it; whatever it says, the status is read here. */
  async getWebhookActionAndData({
    data,
  }: medusa.ProviderWebhookPayload["payload"]): Promise<medusa.WebhookActionResult> {
    const order = (await this.options.engine.queries.read(orderIdOf({ data })))?.facts.order;
    if (order === undefined) return { action: "not_supported" };
    const status = statuses[order.status];
    const told = { session_id: orderIdOf({ data }), amount: order.total / 100 };
    return { action: status === "error" ? "failed" : status, data: told };
  }

  /** @throws Error with the reason when the engine refuses, so that Medusa changes nothing */
  private async submit(input: medusa.PaymentProviderInput, event: Command, id?: string) {
    const options = { wait: "settled" as const, ...(id && { id }) };
    const receipt = await this.options.engine.submit(orderIdOf(input), event, options);
    if (receipt.outcome === "refused") throw new Error(reasons[receipt.reason]);
    if (!receipt.final) throw new Error("the bank has not answered yet; asking again does no harm");
    return { data: input.data ?? {} };
  }
}

/** The engine's shop: Medusa is told of a payment whose status changed, and asks the provider what it is. */
export const tellsMedusa = (webhookUrl: string, engine: () => Engine): Shop => ({
  async execute(orderId, _effectId, effect) {
    if (!("to" in effect)) return { kind: "done" };
    const init = {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ session_id: orderId }),
    };
    const answer = await fetch(webhookUrl, init).catch(() => null);
    return answer?.ok
      ? { kind: "done" }
      : { kind: "retry", afterMs: null, detail: `Medusa: ${answer?.status ?? "no answer"}` };
  },
  readStatus: async (orderId) => (await engine().queries.read(orderId))?.facts.order.status ?? null,
});
