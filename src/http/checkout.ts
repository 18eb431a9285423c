/** The way to the bank: what a checkout may offer, and the payment that it opens. */
import { Hono } from "hono";
import { z } from "zod";
import { PlacedFields } from "../../machines/events.js";
import type { OrderStatus } from "../../machines/facts.js";
import { addUp } from "../../machines/lines.js";
import { Id } from "../../machines/text.js";
import type { Runtime } from "../ports/runtime.js";
import { readExactly, refusedBody } from "./body.js";
import type { AddressKeys } from "./keys.js";
import { urlsFor } from "./urls.js";

/** An order as the shop places it. Without its times it was made now. */
const fields = PlacedFields.omit({ tolerance: true })
  .partial({ createdAt: true, updatedAt: true })
  // The engine knows whether it is one of the shop's own.
  .extend({ status: z.custom<OrderStatus>((word) => typeof word === "string", "must be a string").optional() });
export const Placing = fields.check(addUp);

/** `order`: as the shop has it at this moment, so that it need not be placed before; the gateway is named once. */
const Checkout = z.strictObject({
  gateway: Id,
  method: Id.optional(),
  order: fields.omit({ gateway: true }).check(addUp).optional(),
});

export interface CheckoutDoor {
  engine: Runtime;
  publicUrl: () => string;
  keys: () => Promise<AddressKeys>;
}

/** WooCommerce's process_payment, in its own words: `result` and `redirect`. */
export const checkoutRoutes = ({ engine, publicUrl, keys }: CheckoutDoor): Hono => {
  const app = new Hono();
  app.post("/orders/:orderId/checkout", async (c) => {
    const body = await readExactly(c);
    if (!body.ok) return refusedBody(c, body);
    const parsed = Checkout.safeParse(body.json);
    if (!parsed.success) return c.json({ error: { code: "invalid-checkout", issues: parsed.error.issues } }, 400);
    const orderId = c.req.param("orderId");
    const { gateway, method, order } = parsed.data;
    // Placed again, it brings along what the customer changed since the last try.
    if (order !== undefined) await engine.place(orderId, { ...order, gateway });
    const urls = urlsFor(publicUrl(), orderId, engine.gateways.get(gateway) ?? gateway, await keys());
    const created = await engine.checkout(orderId, gateway, { ...urls, ...(method !== undefined && { method }) });
    if (created.kind === "failed") return c.json({ result: "failure", redirect: null, error: created.detail });
    const { redirectUrl: redirect, paymentId } = created;
    return c.json({
      result: "success",
      redirect,
      paymentId,
      ...(created.kind === "already-paid" && { alreadyPaid: true }),
    });
  });
  return app;
};
