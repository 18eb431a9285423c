/**
 * Resurs Checkout: the purchase happens in the bank's frame, and the page asks here for the shop's order (seed 002,
 * "Purchasing with Resurs Checkout"). v1 asks on its booking message, v2 from `onSubmit`: the same question.
 */
import { createHash } from "node:crypto";
import { type Context, Hono } from "hono";
import { z } from "zod";
import { Text, wrongIn } from "../../machines/text.js";
import type { Log } from "../ports/log.js";
import type { Runtime } from "../ports/runtime.js";
import { type Admission, ONE_REJECTION_MS } from "./admission.js";
import { readBody } from "./body.js";
import { failed } from "./failed.js";
import { jsonOnly } from "./json-only.js";
import type { AddressKeys } from "./keys.js";
import { knownPayment } from "./known-payment.js";
import { type OrdersBeingMade, orderFor, TOO_MANY } from "./order-for.js";
import { urlsFor } from "./urls.js";

export interface CheckoutRouteOptions {
  engine: Runtime;
  log: Log;
  admission: Admission;
  /**
   * The customer pressed Purchase in the frame: creates the shop's order, pending, and places it in the engine with this
   * payment. null = there is none, and the frame does not go on; nor does it where the engine has no pending order of the
   * payment then. Not asked again for a payment that has its order: a customer who presses again is answered with that one.
   */
  onCheckoutSubmitted?: ((paymentId: string, customer: unknown) => Promise<{ orderId: string } | null>) | undefined;
  /** Where this app is mounted, as the bank and the customer reach it. */
  publicUrl: () => string;
  keys: () => Promise<AddressKeys>;
}

const paymentId = z.string().regex(/^[\w-]{1,64}$/);
const Submitted = z.object({ paymentId, customer: z.unknown().optional() });
export const Rejected = z.object({
  paymentId,
  rejection: z.enum(["fail", "deny"]),
  message: Text(1000).nullish(),
});

interface Taking extends CheckoutRouteOptions {
  /** Whose payments these routes take. */
  gateways: string[];
  making: OrdersBeingMade;
}

export const resursCheckoutRoutes = (given: CheckoutRouteOptions, gateways: string[]): Hono => {
  const app = new Hono();
  const options = { ...given, gateways, making: new Map() };
  const { onCheckoutSubmitted } = options;
  if (onCheckoutSubmitted) app.post("/create-order", jsonOnly, (c) => createOrder(c, options, onCheckoutSubmitted));
  app.post("/rejected", jsonOnly, (c) => rejected(c, options));
  return app;
};

/** process_payment fills in what is missing; the bank sends the customer on, so the address is only told. */
const createOrder = async (
  c: Context,
  options: Taking,
  create: NonNullable<CheckoutRouteOptions["onCheckoutSubmitted"]>,
) => {
  const { engine, publicUrl, keys } = options;
  const body = await readBody(c);
  if (!body.ok) return c.json({ result: "failure", error: body.code }, body.status);
  const { data } = Submitted.safeParse(body.json);
  if (data === undefined) return c.json({ result: "failure", error: "not-a-payment" }, 400);
  const order = await orderFor(options, data.paymentId, () => create(data.paymentId, data.customer));
  if ("error" in order && order.error === TOO_MANY) {
    return c.json({ result: "failure", error: TOO_MANY }, 429, { "Retry-After": "5" });
  }
  if ("error" in order) return c.json({ result: "failure", error: order.error }, 200);
  try {
    const gateway = (await engine.queries.read(order.orderId))?.facts.payment.gateway ?? "";
    const urls = urlsFor(publicUrl(), order.orderId, "resurs-rco", await keys(), data.paymentId);
    const created = await engine.checkout(order.orderId, gateway, urls);
    if (created.kind === "failed") return c.json({ result: "failure", error: "not-created" }, 200);
    return c.json({ result: "success", redirect: created.redirectUrl, orderId: order.orderId }, 200);
  } catch (error) {
    return failed(c, error);
  }
};

/**
 * What the customer saw is kept with the order; nothing else follows from a word of his browser. The answer is the same
 * whether there is such a payment or not, because nothing proves who asks.
 */
const rejected = async (c: Context, { engine, admission, gateways }: Taking) => {
  const body = await readBody(c);
  if (!body.ok) return c.json({ error: { code: body.code } }, body.status);
  const { data, error } = Rejected.safeParse(body.json);
  if (error !== undefined) return c.json({ error: { code: "not-a-rejection", detail: wrongIn(error) } }, 400);
  const { paymentId, rejection, message = null } = data;
  try {
    const found = await knownPayment(engine, paymentId, gateways);
    // Turned away before there was an order: there is nothing to keep it with.
    if (found?.current) {
      const content = createHash("sha256")
        .update(JSON.stringify([paymentId, rejection, message]))
        .digest("base64url");
      // The same words in the same moment are one rejection; a bank says the same words every time that it rejects.
      const moment = Math.floor(engine.clock.now() / ONE_REJECTION_MS);
      const id = `rejected-${content.slice(0, 32)}-${moment}`;
      if (admission.mayReject(found.orderId, id)) {
        await engine.submit(found.orderId, { type: "checkout.rejected", rejection, message }, { id });
      }
    }
    return c.body(null, 204);
  } catch (error) {
    return failed(c, error);
  }
};
