/** Callbacks: each is checked, looked up here, made durable, and only then acknowledged. */
import { createHash } from "node:crypto";
import { type Context, Hono } from "hono";
import { z } from "zod";
import { Id, Word, wrongIn } from "../../machines/text.js";
import type { Runtime } from "../ports/runtime.js";
import type { Admission } from "./admission.js";
import { readBody } from "./body.js";
import type { DigestOptions } from "./digest.js";
import { failed } from "./failed.js";
import { knownPayment } from "./known-payment.js";

/**
 * The words of the payload are hints: an unknown status is no reason to lose the message. Strict in what
 * is used, deaf to the rest.
 */
const claim = Word(60).nullish();
export const Authorization = z
  .object({ paymentId: Id, status: claim })
  .transform(({ paymentId, status }) => ({ paymentId, claims: status ?? null }));
export const Management = z
  .object({ paymentId: Id, action: claim })
  .transform(({ paymentId, action }) => ({ paymentId, claims: action ?? null }));
/** What became of an application for credit, which goes by the payment's id. */
export const CreditApplication = z
  .object({ applicationId: Id, status: claim })
  .transform(({ applicationId, status }) => ({ paymentId: applicationId, claims: status ?? null }));
/** The older flows put everything into the address; a body, where there is one, tells of lines and amounts. */
export const Legacy = z.object({ paymentId: Id, result: Word(60).optional() });
const legacyKinds = new Set([
  "BOOKED",
  "AUTOMATIC_FRAUD_CONTROL",
  "UNFREEZE",
  "ANNULMENT",
  "FINALIZATION",
  "UPDATE",
  "TEST",
]);

export interface CallbackOptions {
  engine: Runtime;
  admission: Admission;
  /**
   * `202`: stored and answered at once, held inside. `after-apply`: 503 inside the cooldown, as Resurs's
   * own plugin answers, for a gateway that is to keep the message itself.
   */
  ack?: "202" | "after-apply" | undefined;
  /** What the shop registered with the older callbacks; null = it registered no digest. */
  resursDigest?: DigestOptions | null | undefined;
}

interface Message {
  kind: string;
  paymentId: string;
  claims: string | null;
  /** Tells a message that is sent again from another one. */
  content: string;
}

const fingerprint = (...parts: string[]): string =>
  createHash("sha256").update(parts.join("\n")).digest("base64url").slice(0, 32);

interface Taking extends CallbackOptions {
  /** Whose payments these routes take. */
  gateways: string[];
}

export const merchantApiCallbackRoutes = (options: CallbackOptions, gateways: string[]): Hono => {
  const app = new Hono();
  const { admission } = options;
  const taking = { ...options, gateways };
  for (const [way, guard] of [
    ["", admission.withoutToken],
    ["/t/:token", admission.provenOnly],
  ] as const) {
    app.post(`${way}/resurs/authorization`, guard, (c) => takeMerchantApi(c, taking, "AUTHORIZATION"));
    app.post(`${way}/resurs/management`, guard, (c) => takeMerchantApi(c, taking, "MANAGEMENT"));
    app.post(`${way}/resurs/credit-application`, guard, (c) => takeMerchantApi(c, taking, "CREDIT_APPLICATION"));
  }
  return app;
};

/** These addresses are registered once for all payments, so they carry no payment's token. */
export const legacyCallbackRoutes = (options: CallbackOptions, gateways: string[]): Hono => {
  const app = new Hono();
  app.on(["GET", "POST"], "/resurs/legacy/:kind", (c) => takeLegacy(c, { ...options, gateways }));
  return app;
};

/** The Merchant API's kinds: each claims something in a word of its own. */
const merchantApiKinds = {
  AUTHORIZATION: Authorization,
  MANAGEMENT: Management,
  CREDIT_APPLICATION: CreditApplication,
};

const takeMerchantApi = async (c: Context, options: Taking, kind: keyof typeof merchantApiKinds) => {
  const body = await readBody(c);
  if (!body.ok) return c.json({ error: { code: body.code } }, body.status);
  const { data, error } = merchantApiKinds[kind].safeParse(body.json);
  if (error !== undefined) return c.json({ error: { code: "not-a-callback", detail: wrongIn(error) } }, 400);
  return handOn(c, options, { kind, ...data, content: fingerprint(kind, body.text) });
};

/** GET and POST alike: the bank posts BOOKED and UPDATE, and where that fails it gets them. */
const takeLegacy = async (c: Context, options: Taking) => {
  const kind = c.req.param("kind") ?? "";
  if (!legacyKinds.has(kind)) return c.json({ error: { code: "unknown-callback" } }, 404);
  const query = c.req.query();
  // Before anything is read: whoever is not the bank learns nothing about payments.
  if (options.resursDigest && c.get("proof") === null) {
    return c.json({ error: { code: "bad-digest" } }, 406);
  }
  if (kind === "TEST") return c.body(null, 204);
  const { data, error } = Legacy.safeParse(query);
  if (error !== undefined) return c.json({ error: { code: "not-a-callback", detail: wrongIn(error) } }, 400);
  let text = "";
  if (c.req.method === "POST") {
    const body = await readBody(c);
    if (body.ok) text = body.text;
    else if (body.code !== "empty-body") return c.json({ error: { code: body.code } }, body.status);
  }
  const content = fingerprint(kind, data.result ?? "", text);
  return handOn(c, options, { kind, paymentId: data.paymentId, claims: data.result ?? null, content });
};

const handOn = async (c: Context, { engine, admission, ack, gateways }: Taking, message: Message) => {
  try {
    const found = await knownPayment(engine, message.paymentId, gateways);
    if (found === null) return admission.unknown(c);
    const turnedAway = admission.atOrder(c, found.orderId);
    if (turnedAway !== null) return turnedAway;
    const event = { type: "callback.received", ...message } as const;
    if (ack === "after-apply") {
      const until = await engine.queries.cooldownEndsAt(found.orderId);
      const wait = until === null ? 0 : Math.ceil((until - engine.clock.now()) / 1000);
      if (wait > 0) return c.json({ error: { code: "cooldown" } }, 503, { "Retry-After": String(wait) });
    }
    const receipt = await engine.submit(found.orderId, event, ack === "after-apply" ? { wait: "settled" } : {});
    if (ack === "after-apply" && !receipt.final) {
      return c.json({ error: { code: "not-applied-yet" } }, 503, { "Retry-After": "5" });
    }
    const { outcome, reason, until } = receipt;
    return c.json({ outcome, reason, until: until === null ? null : new Date(until).toISOString() }, 202);
  } catch (error) {
    return failed(c, error);
  }
};
