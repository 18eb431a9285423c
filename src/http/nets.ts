/** What Nets sends: webhooks, and the question before it takes the money whether the shop has its order. */
import { type Context, Hono } from "hono";
import { z } from "zod";
import { Id, wrongIn } from "../../machines/text.js";
import type { Log } from "../ports/log.js";
import type { Runtime } from "../ports/runtime.js";
import type { Admission, Proof } from "./admission.js";
import { readBody } from "./body.js";
import { failed } from "./failed.js";
import { jsonOnly } from "./json-only.js";
import { knownPayment } from "./known-payment.js";
import { type OrdersBeingMade, orderFor, TOO_MANY } from "./order-for.js";
import { sameSecret } from "./secret.js";

export interface NetsOptions {
  engine: Runtime;
  admission: Admission;
  log: Log;
  /** What a webhook must carry in its `authorization` header; null = none is asked for. Nets signs nothing. */
  netsAuthorization?: string | null | undefined;
  /**
   * The customer pressed Pay in the embedded checkout (seed 004): creates the shop's order, pending, and places it in
   * the engine with this payment. null = there is none, and Nets does not go on; nor does it where the engine has no
   * pending order of the payment then. Not asked again for a payment that has its order: a customer who presses again
   * is answered with that one.
   */
  onPayInitialized?: ((paymentId: string) => Promise<{ orderId: string } | null>) | undefined;
}

const paymentId = z.string().regex(/^[\w-]{1,64}$/);

/** Strict in what is used, deaf to the rest: the event is a hint, and what it claims is never believed. */
export const Webhook = z.object({
  /** The same each time it is sent again. */
  id: Id.max(90),
  event: z.string().regex(/^payment\.[\w.]{1,50}$/),
  data: z.object({ paymentId }),
});
const PayInitialized = z.object({ paymentId });

/** The proof in a webhook's head. */
export const authorizationIn =
  (authorization: string | null) =>
  (c: Context): Proof | null => {
    if (authorization === null || c.req.path !== "/callbacks/nets") return null;
    return sameSecret(c.req.header("authorization") ?? "", authorization) ? { order: null, one: null } : null;
  };

interface Taking extends NetsOptions {
  /** Whose payments these routes take. */
  gateways: string[];
  making: OrdersBeingMade;
}

export const netsRoutes = (options: NetsOptions, gateways: string[]): Hono => {
  const app = new Hono();
  const { admission, onPayInitialized, netsAuthorization } = options;
  const taking = { ...options, gateways, making: new Map() };
  if (netsAuthorization) app.post("/callbacks/nets", (c) => takeWebhook(c, taking));
  else app.post("/callbacks/nets", admission.withoutToken, (c) => takeWebhook(c, taking));
  app.post("/callbacks/t/:token/nets", admission.provenOnly, (c) => takeWebhook(c, taking));
  if (onPayInitialized) app.post("/nets/pay-initialized", jsonOnly, (c) => payInitialized(c, taking, onPayInitialized));
  return app;
};

const takeWebhook = async (c: Context, { engine, admission, netsAuthorization = null, gateways }: Taking) => {
  const given = c.req.header("authorization") ?? "";
  // Before anything is read: whoever is not Nets learns nothing about payments.
  if (netsAuthorization !== null && !sameSecret(given, netsAuthorization)) {
    return c.json({ error: { code: "unauthorized" } }, 401);
  }
  const body = await readBody(c);
  if (!body.ok) return c.json({ error: { code: body.code } }, body.status);
  const parsed = Webhook.safeParse(body.json);
  if (!parsed.success) {
    return c.json({ error: { code: "not-a-webhook", detail: wrongIn(parsed.error) } }, 400);
  }
  const { id, event: kind, data } = parsed.data;
  try {
    const found = await knownPayment(engine, data.paymentId, gateways);
    // Not found is not taken: Nets sends it again, and by then the order may be placed.
    if (found === null) return admission.unknown(c);
    const turnedAway = admission.atOrder(c, found.orderId);
    if (turnedAway !== null) return turnedAway;
    const { paymentId } = data;
    const event = { type: "callback.received", kind, paymentId, claims: null, content: null } as const;
    const receipt = await engine.submit(found.orderId, event, { id: `nets-${id}` });
    const { outcome, reason, until } = receipt;
    // Nets takes no other code for a yes.
    return c.json({ outcome, reason, until: until === null ? null : new Date(until).toISOString() }, 200);
  } catch (error) {
    return failed(c, error);
  }
};

/** The page asks, so every answer is 200 with a yes or a no that it can pass on to Nets. */
const payInitialized = async (
  c: Context,
  options: Taking,
  createOrder: NonNullable<NetsOptions["onPayInitialized"]>,
) => {
  const no = (error: string) => c.json({ reply: false, error }, 200);
  const body = await readBody(c);
  if (!body.ok) return c.json({ reply: false, error: body.code }, body.status);
  const parsed = PayInitialized.safeParse(body.json);
  if (!parsed.success) return c.json({ reply: false, error: "not-a-payment" }, 400);
  const order = await orderFor(options, parsed.data.paymentId, () => createOrder(parsed.data.paymentId));
  if (!("error" in order)) return c.json({ reply: true, orderId: order.orderId }, 200);
  if (order.error === TOO_MANY) return c.json({ reply: false, error: TOO_MANY }, 429, { "Retry-After": "5" });
  return no(order.error);
};
