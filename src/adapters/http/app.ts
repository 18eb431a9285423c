/** The engine behind one `(Request) => Response`, mountable in any host. */
import { Hono } from "hono";
import { stream } from "hono/streaming";
import { z } from "zod";
import { PlacedOrder } from "../../../machines/events.js";
import { OrderStatus } from "../../../machines/facts.js";
import type { Engine } from "../../engine/engine.js";
import { type Log, silent } from "../../ports/log.js";
import { readBody } from "./body.js";
import { callbackRoutes } from "./callbacks.js";
import { failed } from "./failed.js";
import { type NetsOptions, netsRoutes } from "./nets.js";
import { sameSecret } from "./secret.js";

export interface HttpOptions extends Omit<NetsOptions, "engine" | "log"> {
  engine: Engine;
  log?: Log;
  ack?: "202" | "after-apply";
  /** Bearer token for everything but callbacks, returns and `/healthz`; null = none asked for (loopback only). */
  apiToken?: string | null;
  /** Where a customer goes on to; the order id is put in place of `{orderId}`. */
  thankYouUrl?: string | null;
  cartUrl?: string | null;
  /** How long a customer's return waits for the bank's answer. */
  returnWaitMs?: number;
}

const Place = z.strictObject({ orderId: z.string().min(1).max(100), order: PlacedOrder.omit({ tolerance: true }) });
const Query = z.object({
  status: OrderStatus.optional(),
  flagged: z.stringbool().optional(),
  after: z.string().max(100).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
});
const Reconcile = z.object({
  since: z.iso.datetime().optional(),
  apply: z.stringbool().default(false),
  perSecond: z.coerce.number().min(1).max(1000).default(50),
  freshMinutes: z.coerce.number().min(0).max(1440).default(15),
});

export const httpApp = (options: HttpOptions): { fetch: (request: Request) => Response | Promise<Response> } => {
  const { engine, log = silent, apiToken = null } = options;
  const app = new Hono();
  app.onError((error, c) => {
    log.error({ path: c.req.path, detail: error.message }, "a request failed");
    return failed(c, error);
  });
  app.notFound((c) => c.json({ error: { code: "not-found" } }, 404));

  app.get("/healthz", async (c) => {
    const { ok, trouble, counts } = await engine.health();
    // Anybody may ask, so what the store said of its trouble stays in the log.
    return c.json({ ok, trouble: trouble === null ? null : "store-unavailable", counts }, ok ? 200 : 503);
  });
  app.route("/callbacks", callbackRoutes({ engine, ack: options.ack ?? "202" }));

  const { netsAuthorization, onPayInitialized } = options;
  app.route("/", netsRoutes({ engine, log, netsAuthorization, onPayInitialized }));

  app.get("/returns/:orderId/:page", async (c) => {
    const { orderId, page } = c.req.param();
    const timeoutMs = options.returnWaitMs ?? 10_000;
    const receipt = await engine.submit(orderId, { type: "customer.returned", page }, { wait: "settled", timeoutMs });
    const status = receipt.to;
    const paid = page === "success" && status !== "cancelled" && status !== "failed";
    const goesTo = (paid ? options.thankYouUrl : options.cartUrl)?.replace("{orderId}", encodeURIComponent(orderId));
    if (goesTo) return c.redirect(goesTo, 303);
    return c.json({ orderId, status, next: paid ? "thankYou" : "cart" });
  });

  app.use("/orders/*", async (c, next) => {
    const given = c.req.header("authorization") ?? "";
    if (apiToken !== null && !sameSecret(given, `Bearer ${apiToken}`)) {
      return c.json({ error: { code: "unauthorized" } }, 401, { "WWW-Authenticate": "Bearer" });
    }
    await next();
  });
  app.get("/orders", async (c) => {
    const query = Query.safeParse(c.req.query());
    if (!query.success) return c.json({ error: { code: "invalid-query", issues: query.error.issues } }, 400);
    const { status, flagged, after, limit } = query.data;
    const orders = await engine.list({
      limit,
      ...(status === undefined ? {} : { status }),
      ...(flagged === undefined ? {} : { flagged }),
      ...(after === undefined ? {} : { after }),
    });
    return c.json({ orders, next: orders.length === limit ? (orders.at(-1)?.orderId ?? null) : null });
  });
  app.post("/orders", async (c) => {
    const body = await readBody(c.req.raw);
    if (!body.ok) return c.json({ error: { code: body.code } }, body.status);
    const parsed = Place.safeParse(body.json);
    if (!parsed.success) return c.json({ error: { code: "invalid-order", issues: parsed.error.issues } }, 400);
    return c.json(await engine.place(parsed.data.orderId, parsed.data.order), 201);
  });
  app.get("/orders/:orderId", async (c) => {
    const record = await engine.read(c.req.param("orderId"));
    return record === null ? c.json({ error: { code: "unknown-order" } }, 404) : c.json(record);
  });
  app.get("/orders/:orderId/history", async (c) => {
    const entries = await engine.history(c.req.param("orderId"), Number(c.req.query("after") ?? 0) || 0);
    return c.json({ entries });
  });
  app.get("/orders/:orderId/effects", async (c) => {
    return c.json({ effects: await engine.effectsOf(c.req.param("orderId")) });
  });
  app.get("/orders/:orderId/why", async (c) => {
    const lines = await engine.why(c.req.param("orderId"));
    return lines === null ? c.json({ error: { code: "unknown-order" } }, 404) : c.json({ lines });
  });
  /** An event of the API: 200 done, 202 under way, 409 refused with its reason. */
  app.post("/orders/:orderId/events", async (c) => {
    const body = await readBody(c.req.raw);
    if (!body.ok) return c.json({ error: { code: body.code } }, body.status);
    const id = c.req.header("idempotency-key");
    const receipt = await engine.submit(c.req.param("orderId"), body.json, {
      wait: "settled",
      ...(id === undefined ? {} : { id: id.slice(0, 100) }),
    });
    return c.json(receipt, receipt.outcome === "refused" ? 409 : receipt.final ? 200 : 202);
  });
  /** One line of JSON per order, as each is done. */
  app.post("/orders/reconcile", async (c) => {
    const query = Reconcile.safeParse(c.req.query());
    if (!query.success) return c.json({ error: { code: "invalid-query", issues: query.error.issues } }, 400);
    const { since, apply, perSecond, freshMinutes } = query.data;
    const run = engine.reconcile({
      dryRun: !apply,
      perSecond,
      freshMs: freshMinutes * 60_000,
      ...(since === undefined ? {} : { since: Date.parse(since) }),
    });
    return stream(c, async (out) => {
      for await (const one of run) await out.write(`${JSON.stringify(one)}\n`);
    });
  });
  app.post("/orders/:orderId/can", async (c) => {
    const body = await readBody(c.req.raw);
    if (!body.ok) return c.json({ error: { code: body.code } }, body.status);
    return c.json(await engine.can(c.req.param("orderId"), body.json));
  });
  return { fetch: (request) => app.fetch(request) };
};
