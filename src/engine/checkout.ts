/** The way to the bank: the payment is created before anything is told of it. */
import { linkLifetimeMinutes, type Settings } from "../../machines/settings.js";
import type { OrderRecord } from "../core/record.js";
import type { CreatedPayment, Gateway } from "../ports/gateway.js";

export interface CheckoutUrls {
  successUrl: string;
  failUrl: string;
  callbackUrl: string;
}

/** @throws Error that names the gateways there are */
export const named = (gateways: Map<string, Gateway>, name: string): Gateway => {
  const gateway = gateways.get(name);
  if (gateway !== undefined) return gateway;
  throw new Error(`no gateway named "${name}" is configured; there are ${[...gateways.keys()].join(", ") || "none"}`);
};

export const createPayment = (
  { orderId, facts: { order, payment } }: OrderRecord,
  gateway: Gateway,
  settings: Settings,
  urls: CheckoutUrls,
): Promise<CreatedPayment> =>
  gateway.createPayment({
    orderId,
    total: order.total,
    currency: order.currency,
    lines: order.lines,
    linkLifetimeMinutes: linkLifetimeMinutes(settings),
    preferredId: payment.id,
    ...urls,
  });
