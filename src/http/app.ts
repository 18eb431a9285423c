/** The engine behind one `(Request) => Response`, mountable in any host. */
import { type Context, Hono } from "hono";
import { stream } from "hono/streaming";
import { z } from "zod";
import { OrderStatus } from "../../machines/facts.js";
import { flags } from "../../machines/flags.js";
import { reasonInWords } from "../../machines/reasons.js";
import { flagsInSwedish } from "../../machines/swedish.js";
import { Id, InnerId, quoted, Word } from "../../machines/text.js";
import { parseCommand } from "../ports/command.js";
import { isolatedLog, isolatedObserver } from "../ports/isolated.js";
import { type Log, silent } from "../ports/log.js";
import type { Runtime } from "../ports/runtime.js";
import { requireLongSecrets } from "../ports/secrets.js";
import type { OrderRow } from "../ports/store.js";
import { thrownText } from "../ports/thrown.js";
import { type AccessOptions, accessFor } from "./access.js";
import { Admission, type AdmissionOptions } from "./admission.js";
import { readExactly, refusedBody } from "./body.js";
import { checkoutRoutes, Placing } from "./checkout.js";
import { failed } from "./failed.js";
import { jsonOnly } from "./json-only.js";
import { keysOnce, requireKeys } from "./keys.js";
import { type PublicOptions, publicRoutes } from "./public-routes.js";
import { type PublicUrlOptions, publicUrlOf } from "./public-url.js";

export type { ApiToken, ApiTokens, Scope, SocketOf } from "../ports/access.js";
export type { Frames } from "./frames.js";
export { type AddressKeys, addressKeys, type CallbackKey } from "./keys.js";
export { type ClientAddressOptions, clientAddress } from "./source.js";
export { urlsFor } from "./urls.js";

/** Whether a bank knows the key and the store that it is to be used with. */
export interface BankCheck {
  gateway: string;
  verdict: "ok" | "warning" | "wrong";
  /** In English: the store and its payment methods, or the bank's words. */
  says: string;
  fix: string | null;
}

export interface HttpOptions
  extends AccessOptions,
    AdmissionOptions,
    PublicUrlOptions,
    Omit<PublicOptions, "log" | "admission" | "publicUrl" | "keys"> {
  engine: Runtime;
  log?: Log | undefined;
  /** Prometheus's text, for `GET /metrics`; left out: there is no such page. */
  metrics?: (() => Promise<string>) | undefined;
  /** Payment methods of the shop's other plugins whose orders are the engine's too, for the shop's plugin; null = not said. */
  follows?: string[] | null | undefined;
  /** What is wrong with the set-up of the shop, seen from here, for `GET /doctor`; left out: there is no such page. */
  doctor?: (() => Promise<object[]>) | undefined;
  /** What the banks say of the configured keys and stores, for `GET /banks`; left out: there is no such page. */
  checkBanks?: (() => Promise<BankCheck[]>) | undefined;
  /** True from the moment at which a load balancer is to send nothing here any more. */
  draining?: (() => boolean) | undefined;
}

export const Place = z.strictObject({ orderId: Id, order: Placing });
const Revive = z.strictObject({ id: InnerId });
/** Strict: a filter that is misspelt would else be no filter. */
const Query = z.strictObject({
  status: OrderStatus.optional(),
  flagged: z.stringbool().optional(),
  /** How the id of a payment begins that the order has or had. */
  payment: Word().optional(),
  after: Word().optional(),
  /** The order written last comes first. */
  latest: z.stringbool().optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
});
const DeadLetters = z.strictObject({
  after: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
});
const History = z.strictObject({ after: z.coerce.number().int().min(0).default(0) });
/** How long the caller is willing to wait for the end (`Prefer: wait=5`, RFC 7240), at most the engine's own time. */
const waitIn = (prefer = ""): number | undefined => {
  const seconds = /(?:^|,)\s*wait=(\d{1,2})\s*(?:[,;]|$)/i.exec(prefer)?.[1];
  return seconds === undefined ? undefined : Math.min(Number(seconds), 30) * 1000;
};
const shortOf = (error: unknown): string => quoted(thrownText(error), 300);

/** What the flags of these orders say to a person. */
const wordsOf = (orders: OrderRow[]): Record<string, { en: string; sv: string }> =>
  Object.fromEntries(
    orders.flatMap((one) => one.flags.map((name) => [name, { en: flags[name].says, sv: flagsInSwedish[name].says }])),
  );

const Reconcile = z.strictObject({
  since: z.iso.datetime().optional(),
  apply: z.stringbool().default(false),
  perSecond: z.coerce.number().min(1).max(1000).default(50),
  freshMinutes: z.coerce.number().min(0).max(1440).default(15),
});

/**
 * The HTTP API: callbacks, returns, orders, events, `why`, `/healthz`, `/readyz` and, with `metrics`, `/metrics`. Mount it
 * in any host that speaks `Request` and `Response`.
 * @throws TypeError where the options do not say who may use it, or where banks reach it, or a secret is too short
 */
export const httpApp = (given: HttpOptions): { fetch: (request: Request) => Response | Promise<Response> } => {
  const log = isolatedLog(given.log ?? silent);
  const options = { ...given, log, observer: isolatedObserver(given.observer, log) };
  const { engine } = options;
  const { may, needs } = accessFor(options);
  if (options.callbackKeys != null) requireKeys("callbackKeys", options.callbackKeys);
  requireLongSecrets({
    ...Object.fromEntries((options.callbackKeys ?? []).map(({ id, secret }) => [`callbackKeys, ${id}`, secret])),
    netsAuthorization: options.netsAuthorization,
  });
  const publicUrl = publicUrlOf(options, { isNeeded: options.onCheckoutSubmitted !== undefined });
  const app = new Hono();
  app.onError((error, c) => {
    const path = c.req.path.replace(/\/t\/[^/]+/, "/t/…").replace(/(\/(?:returns\/[^/]+|frames)\/[^/]+\/).+/, "$1…");
    const answer = failed(c, error);
    // Whoever sends nonsense must not fill the log.
    log[answer.status < 500 ? "debug" : "error"]({ path, detail: thrownText(error) }, "a request failed");
    return answer;
  });
  app.notFound((c) => c.json({ error: { code: "not-found" } }, 404));

  // A connection that a client keeps open would hold up the host's stop; the next one leads to another node.
  app.use(async (c, next) => {
    await next();
    if (options.draining?.()) c.header("Connection", "close");
  });
  app.get("/healthz", async (c) => {
    const { ok, trouble, counts, undetermined } = await engine.queries.health();
    // Anybody may ask, so what the store said of its trouble stays in the log, and figures are for whoever may see them.
    const says = {
      ok,
      trouble: trouble === null ? null : "store-unavailable",
      ...(may(c, "read") || may(c, "metrics")
        ? { counts, undetermined, ...(trouble === null ? {} : { detail: trouble }) }
        : {}),
    };
    return c.json(says, ok ? 200 : 503, ok ? {} : { "Retry-After": "5" });
  });
  /** Whether a load balancer may send anything here; no figures, because anybody may ask. */
  app.get("/readyz", async (c) => {
    const ready = !options.draining?.() && (await engine.queries.health()).ok;
    return c.json({ ready }, ready ? 200 : 503, ready ? {} : { "Retry-After": "5" });
  });
  const { metrics } = options;
  if (metrics !== undefined) {
    app.get("/metrics", needs("metrics"), async (c) => {
      return c.text(await metrics(), 200, { "Content-Type": "text/plain; version=0.0.4; charset=utf-8" });
    });
  }
  const admission = new Admission(engine, { ...options, sourceOf: options.sourceOf ?? options.socketOf });
  const keys = keysOnce(engine, options.callbackKeys);
  app.route("/", publicRoutes({ ...options, admission, publicUrl, keys }));

  const [reads, acts] = [needs("read"), needs("act")];
  const changes = ({ req }: Context) => !["GET", "HEAD"].includes(req.method) && !req.path.endsWith("/can");
  app.use("/orders/*", (c, next) => (changes(c) ? acts : reads)(c, next), jsonOnly, admission.trusted);
  /** What a checkout may offer: the payment methods of each gateway, as its bank lists them now. */
  app.get("/payment-methods", reads, async (c) => {
    const { follows = null } = options;
    return c.json({ methods: await engine.paymentMethods(), follows, statuses: Object.keys(engine.statuses) });
  });
  const { doctor } = options;
  if (doctor !== undefined) app.get("/doctor", reads, async (c) => c.json({ findings: await doctor() }));
  const { checkBanks } = options;
  if (checkBanks !== undefined) app.get("/banks", reads, async (c) => c.json({ banks: await checkBanks() }));
  app.get("/dead-letters", reads, async (c) => {
    const query = DeadLetters.safeParse(c.req.query());
    if (!query.success) return c.json({ error: { code: "invalid-query", issues: query.error.issues } }, 400);
    const { limit, after } = query.data;
    const deadLetters = await engine.queries.deadLetters(limit, after);
    return c.json({ deadLetters, next: deadLetters.length === limit ? (deadLetters.at(-1)?.place ?? null) : null });
  });
  /** What was given up is tried again at once. */
  app.post("/orders/:orderId/revive", async (c) => {
    const body = await readExactly(c);
    if (!body.ok) return refusedBody(c, body);
    const parsed = Revive.safeParse(body.json);
    if (!parsed.success) return c.json({ error: { code: "invalid-revive", issues: parsed.error.issues } }, 400);
    const revived = await engine.revive(parsed.data.id, c.req.param("orderId"));
    return revived ? c.json({ revived }) : c.json({ error: { code: "unknown-dead-letter" } }, 404);
  });
  app.get("/orders", async (c) => {
    const query = Query.safeParse(c.req.query());
    if (!query.success) return c.json({ error: { code: "invalid-query", issues: query.error.issues } }, 400);
    const { status, flagged, payment, after, latest, limit } = query.data;
    const orders = await engine.queries.list({
      limit,
      ...(status === undefined ? {} : { status }),
      ...(flagged === undefined ? {} : { flagged }),
      ...(payment === undefined ? {} : { paymentPrefix: payment }),
      ...(after === undefined ? {} : { after }),
      ...(latest === true ? { latest: { before: null } } : {}),
    });
    const more = orders.length === limit && latest !== true;
    return c.json({ orders, next: more ? (orders.at(-1)?.orderId ?? null) : null, says: wordsOf(orders) });
  });
  app.post("/orders", async (c) => {
    const body = await readExactly(c);
    if (!body.ok) return refusedBody(c, body);
    const parsed = Place.safeParse(body.json);
    if (!parsed.success) return c.json({ error: { code: "invalid-order", issues: parsed.error.issues } }, 400);
    const { orderId, order } = parsed.data;
    return c.json(await engine.place(orderId, order), 201);
  });
  app.get("/orders/:orderId", async (c) => {
    const record = await engine.queries.read(c.req.param("orderId"));
    return record === null ? c.json({ error: { code: "unknown-order" } }, 404) : c.json(record);
  });
  app.get("/orders/:orderId/history", async (c) => {
    const query = History.safeParse(c.req.query());
    if (!query.success) return c.json({ error: { code: "invalid-query", issues: query.error.issues } }, 400);
    return c.json({ entries: await engine.queries.history(c.req.param("orderId"), query.data.after) });
  });
  app.get("/orders/:orderId/effects", async (c) => {
    return c.json({ effects: await engine.queries.effectsOf(c.req.param("orderId")) });
  });
  app.get("/orders/:orderId/why", async (c) => {
    const told = await engine.queries.why(c.req.param("orderId"));
    return told === null ? c.json({ error: { code: "unknown-order" } }, 404) : c.json(told);
  });
  /** The payment as the bank has it now, or in words why there is none. */
  app.get("/orders/:orderId/payment", async (c) => {
    const view = await engine.payment(c.req.param("orderId"));
    return view === null ? c.json({ error: { code: "unknown-order" } }, 404) : c.json(view);
  });
  app.route("/", checkoutRoutes({ engine, publicUrl, keys }));
  /** An event of the API: 200 done, 202 under way, 409 refused with its reason. */
  app.post("/orders/:orderId/events", async (c) => {
    const body = await readExactly(c);
    if (!body.ok) return refusedBody(c, body);
    const id = c.req.header("idempotency-key");
    const timeoutMs = waitIn(c.req.header("prefer"));
    const event = parseCommand(body.json, engine.statuses);
    const receipt = await engine.submit(c.req.param("orderId"), event, { wait: "settled", id, timeoutMs });
    // The reason in words, for whoever has to show it to a person.
    const says = receipt.reason === null ? null : reasonInWords(receipt.reason);
    return c.json({ ...receipt, says }, receipt.outcome === "refused" ? 409 : receipt.final ? 200 : 202);
  });
  /**
   * One line of JSON per order, as each is done. Last comes `{skipped}` where some were read lately, and `{error}` where
   * the run broke off.
   */
  app.post("/orders/reconcile", async (c) => {
    const query = Reconcile.safeParse(c.req.query());
    if (!query.success) return c.json({ error: { code: "invalid-query", issues: query.error.issues } }, 400);
    const { since, apply, perSecond, freshMinutes } = query.data;
    let skipped = 0;
    const run = engine.reconcile({
      onSkipped: (orders) => {
        skipped = orders;
      },
      dryRun: !apply,
      perSecond,
      freshMs: freshMinutes * 60_000,
      ...(since === undefined ? {} : { since: Date.parse(since) }),
    });
    return stream(c, async (out) => {
      try {
        for await (const one of run) await out.write(`${JSON.stringify(one)}\n`);
        if (skipped > 0) await out.write(`${JSON.stringify({ skipped })}\n`);
      } catch (error) {
        // The status is sent already: the last line says that the run did not come to its end.
        log.error({ detail: thrownText(error) }, "a reconciliation broke off");
        await out.write(`${JSON.stringify({ error: { code: "broken-off", message: shortOf(error) } })}\n`);
      }
    });
  });
  app.post("/orders/:orderId/can", async (c) => {
    const body = await readExactly(c);
    if (!body.ok) return refusedBody(c, body);
    const told = await engine.queries.can(c.req.param("orderId"), parseCommand(body.json, engine.statuses), {
      fresh: "unread",
    });
    return c.json({ ...told, says: told.reason === null ? null : reasonInWords(told.reason) });
  });
  return {
    async fetch(request) {
      try {
        return await app.fetch(request);
      } catch (thrown) {
        // Hono hands on what is no error, as a host's own code may throw.
        log.error({ detail: thrownText(thrown) }, "a request failed");
        return Response.json({ error: { code: "internal" } }, { status: 500 });
      }
    },
  };
};
