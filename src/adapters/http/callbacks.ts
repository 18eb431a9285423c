/** The public door: a callback is checked, looked up here, made durable, and only then acknowledged. */
import { createHash } from "node:crypto";
import { type Context, Hono } from "hono";
import { z } from "zod";
import type { Engine } from "../../engine/engine.js";
import { readBody } from "./body.js";
import { failed } from "./failed.js";

/**
 * The words of the payload are hints: an unknown status is no reason to lose the message. Strict in what
 * is used, deaf to the rest.
 */
const Authorization = z.object({
  paymentId: z.string().min(1).max(100),
  status: z.string().max(60).nullish(),
  created: z.string().max(60).nullish(),
});
const Management = z.object({
  paymentId: z.string().min(1).max(100),
  action: z.string().max(60).nullish(),
  created: z.string().max(60).nullish(),
});

export interface CallbackOptions {
  engine: Engine;
  /**
   * `202`: stored and answered at once, held inside. `after-apply`: 503 inside the cooldown, as Resurs's
   * own plugin answers, for a gateway that is to keep the message itself.
   */
  ack: "202" | "after-apply";
}

const fingerprint = (kind: string, text: string): string =>
  createHash("sha256").update(kind).update("\n").update(text).digest("base64url").slice(0, 32);

export const callbackRoutes = (options: CallbackOptions): Hono => {
  const app = new Hono();
  app.post("/resurs/authorization", (c) => take(c, options, "AUTHORIZATION"));
  app.post("/resurs/management", (c) => take(c, options, "MANAGEMENT"));
  // Resurs tries an address before it is used: nothing is looked up and nothing happens.
  app.on(["GET", "POST"], "/resurs/test", (c) => c.json({ outcome: "ignored", reason: "test-callback" }, 202));
  return app;
};

const take = async (c: Context, { engine, ack }: CallbackOptions, kind: "AUTHORIZATION" | "MANAGEMENT") => {
  const body = await readBody(c.req.raw);
  if (!body.ok) return c.json({ error: { code: body.code } }, body.status);
  const parsed = kind === "AUTHORIZATION" ? Authorization.safeParse(body.json) : Management.safeParse(body.json);
  if (!parsed.success) return c.json({ error: { code: "not-a-callback" } }, 400);
  const { paymentId } = parsed.data;
  const claims = "status" in parsed.data ? parsed.data.status : (parsed.data as { action?: string | null }).action;
  try {
    const found = await engine.findByPayment(paymentId);
    if (found === null) return c.json({ error: { code: "unknown-payment" } }, 404);
    const event = {
      type: "callback.received",
      kind,
      paymentId,
      claims: claims ?? null,
      content: fingerprint(kind, body.text),
    };
    if (ack === "after-apply") {
      const until = await engine.cooldownEndsAt(found.orderId);
      const wait = until === null ? 0 : Math.ceil((until - engine.clock.now()) / 1000);
      if (wait > 0) return c.json({ error: { code: "cooldown" } }, 503, { "Retry-After": String(wait) });
    }
    const receipt = await engine.submit(found.orderId, event, ack === "after-apply" ? { wait: "settled" } : {});
    if (ack === "after-apply" && !receipt.final) return c.json({ error: { code: "not-applied-yet" } }, 503);
    const { outcome, reason, until } = receipt;
    return c.json({ outcome, reason, until: until === null ? null : new Date(until).toISOString() }, 202);
  } catch (error) {
    return failed(c, error);
  }
};
