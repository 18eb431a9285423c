/** The way to the bank: the payment is created before anything is told of it. */
import type { Command } from "../../machines/events.js";
import { linkLifetimeMinutes, type Settings } from "../../machines/settings.js";
import { quoted } from "../../machines/text.js";
import type { OrderRecord } from "../core/record.js";
import type { CreatedPayment, Gateway } from "../ports/gateway.js";
import { type CheckoutUrls, UnknownGateway } from "../ports/runtime.js";
import { UnknownOrder, type Verdict } from "./receipt.js";

/** What it needs of the engine. */
export interface Placed {
  readonly settings: Settings;
  read(orderId: string): Promise<OrderRecord | null>;
  can(orderId: string, event: Command): Promise<Verdict>;
  submit(orderId: string, event: Command): Promise<unknown>;
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
  engine: Placed,
  gateway: Gateway,
  orderId: string,
  urls: CheckoutUrls,
): Promise<CreatedPayment> => {
  const record = await engine.read(orderId);
  if (record === null) throw new UnknownOrder(orderId);
  const { order, payment } = record.facts;
  const { allowed, reason } = await engine.can(orderId, { type: "payment.created", paymentId: "not-yet" });
  if (!allowed) return { kind: "failed", detail: `the order takes no payment now (${reason})` };
  const { attempt, ...addresses } = urls;
  const created = await gateway.createPayment({
    orderId,
    total: order.total,
    currency: order.currency,
    lines: order.lines,
    linkLifetimeMinutes: linkLifetimeMinutes(engine.settings),
    preferredId: payment.id,
    ...addresses,
  });
  await engine.submit(
    orderId,
    created.kind === "ok"
      ? { type: "payment.created", paymentId: created.paymentId, attempt, meta: created.meta }
      : { type: "payment.notCreated", detail: quoted(created.detail, 500) },
  );
  return created;
};
