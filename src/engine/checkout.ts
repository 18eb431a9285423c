/** The way to the bank: the payment is created before anything is told of it. */
import type { Command } from "../../machines/events.js";
import { linkLifetimeMinutes, type Settings } from "../../machines/settings.js";
import { quoted } from "../../machines/text.js";
import type { OrderRecord } from "../core/record.js";
import type { CreatedPayment, Gateway } from "../ports/gateway.js";
import { type CheckoutUrls, UnknownGateway } from "../ports/runtime.js";
import { type Receipt, UnknownOrder } from "./receipt.js";

/** What it needs of the engine. */
export interface CheckoutEngine {
  readonly settings: Settings;
  read(orderId: string): Promise<OrderRecord | null>;
  submit(orderId: string, event: Command): Promise<Receipt>;
}

/** @throws UnknownGateway */
export const named = (gateways: Map<string, Gateway>, name: string): Gateway => {
  const gateway = gateways.get(name);
  if (gateway !== undefined) return gateway;
  throw new UnknownGateway(
    `no gateway named "${name}" is configured; there are ${[...gateways.keys()].join(", ") || "none"}`,
  );
};

/** @throws UnknownOrder */
export const checkout = async (
  engine: CheckoutEngine,
  gateway: Gateway,
  orderId: string,
  urls: CheckoutUrls,
): Promise<CreatedPayment> => {
  const record = await engine.read(orderId);
  if (record === null) throw new UnknownOrder(orderId);
  const { order, payment } = record.facts;
  const { attempt = crypto.randomUUID(), ...addresses } = urls;
  const began = await engine.submit(orderId, { type: "checkout.began", attempt });
  if (began.outcome === "refused")
    return { kind: "failed", detail: `the order takes no payment now (${began.reason})` };
  const created = await gateway.createPayment({
    orderId,
    total: order.total,
    currency: order.currency,
    lines: order.lines,
    linkLifetimeMinutes: linkLifetimeMinutes(engine.settings),
    preferredId: payment.id,
    ...addresses,
  });
  const told = await engine.submit(
    orderId,
    created.kind === "ok"
      ? { type: "payment.created", paymentId: created.paymentId, attempt, meta: created.meta }
      : { type: "payment.notCreated", detail: quoted(created.detail, 500), attempt },
  );
  // Nobody is sent to a payment that the order does not take: two open pages are two payments.
  if (created.kind === "ok" && told.outcome === "refused")
    return { kind: "failed", detail: `the order takes this payment no more (${told.reason})` };
  return created;
};

/** Those between the click and the bank's answer being written down, on this node. */
export class Checkouts {
  private readonly open = new Map<string, Promise<CreatedPayment>>();

  get underWay(): boolean {
    return this.open.size > 0;
  }

  /** Whoever presses Pay again while the bank is still opening the payment is sent to the same page. */
  once(engine: CheckoutEngine, gateway: Gateway, orderId: string, urls: CheckoutUrls): Promise<CreatedPayment> {
    const key = JSON.stringify([orderId, gateway.name]);
    const open = this.open.get(key);
    if (open !== undefined) return open;
    const opened = checkout(engine, gateway, orderId, urls).finally(() => this.open.delete(key));
    this.open.set(key, opened);
    return opened;
  }
}
