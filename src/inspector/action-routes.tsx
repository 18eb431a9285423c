/** Doing something: first what it would do, then the same through the engine's public door. */
import { hoursToMilliseconds } from "date-fns/hoursToMilliseconds";
import { type Context, Hono } from "hono";
import { z } from "zod";
import { Command } from "../../machines/commands.js";
import { Id, InnerId, Word } from "../../machines/text.js";
import type { Reconciled } from "../ports/runtime.js";
import type { RouteContext } from "./inspector.js";
import { type Actable, actable, PROBLEMS } from "./looks.js";
import { ActionPage, type DeadLetterView, RetryPage } from "./pages/actions.js";
import { hours, perPage, ReconciledPage, ReconcilePage } from "./pages/reconcile.js";

const isActable = (type: string): type is Actable => (actable as readonly string[]).includes(type);
const eventOf = (type: Actable): Command => (type === "reconcile.asked" ? { type } : { type, via: "inspector" });

const Doing = z.object({ id: Id });
const Retrying = z.object({ id: InnerId, order: Word().min(1) });
const Reconciling = z.object({
  hours: z.coerce.number().refine((n) => (hours as readonly number[]).includes(n)),
  apply: z.stringbool(),
  /** The order with which the page before ended. */
  after: Word().min(1).optional(),
});

/** Longer than a bank takes to answer, shorter than a person waits. */
const PATIENCE_MS = 8_000;

export const actionRoutes = (room: RouteContext, acts: boolean): Hono => {
  const { engine, log, viewOf, send, message } = room;
  const { queries } = engine;
  const app = new Hono();
  const off = (c: Context) => message(c, 403, viewOf(c).words.t("actions off"));

  /** The answer on the payment as the bank has it now, or as it was last read where the bank does not say. */
  const dryRun = async (orderId: string, event: Command) => {
    const asked = queries.clock.now();
    const verdict = await queries.can(orderId, event, { fresh: true });
    return { verdict, fresh: verdict.readAt !== null && verdict.readAt >= asked };
  };

  app.get("/orders/:orderId/actions/:type", async (c) => {
    if (!acts) return off(c);
    const view = viewOf(c);
    const { orderId, type } = c.req.param();
    const record = await queries.read(orderId);
    if (record === null) return message(c, 404, view.words.t("order unknown", { id: orderId }));
    if (!isActable(type)) return message(c, 404, view.words.t("error unknown"));
    const tried = { record, type, ...(await dryRun(orderId, eventOf(type))), id: crypto.randomUUID() };
    return send(c, <ActionPage view={view} tried={tried} />);
  });

  app.post("/orders/:orderId/actions/:type", async (c) => {
    if (!acts || engine.submit === undefined) return off(c);
    const { orderId, type } = c.req.param();
    const form = Doing.safeParse(await c.req.parseBody());
    if (!isActable(type) || !form.success) return message(c, 400, viewOf(c).words.t("error unknown"));
    const receipt = await engine.submit(orderId, eventOf(type), {
      id: form.data.id,
      wait: "settled",
      timeoutMs: PATIENCE_MS,
    });
    log.info({ orderId, type, outcome: receipt.outcome }, "done from the inspector");
    const query = new URLSearchParams({ done: receipt.final ? receipt.outcome : "waits", did: type, id: form.data.id });
    if (receipt.final && receipt.reason !== null) query.set("reason", receipt.reason);
    return c.redirect(`${viewOf(c).base}/orders/${encodeURIComponent(orderId)}?${query}`, 303);
  });

  const deadLetter = async (id: string, orderId: string): Promise<DeadLetterView | null> => {
    const [effects, record] = await Promise.all([queries.effectsOf(orderId), queries.read(orderId)]);
    const effect = effects.find((row) => row.id === id && row.dead) ?? null;
    if (effect !== null) return { orderId, effect, event: null, verdict: null, fresh: false, record };
    const { deadEvents } = await queries.unfinished(PROBLEMS);
    const event = deadEvents.find(({ envelope }) => envelope.id === id && envelope.orderId === orderId) ?? null;
    if (event === null) return null;
    const command = Command.safeParse(event.envelope.event).data;
    // What threw once may throw again; then there is nothing to preview.
    const tried = record === null || command === undefined ? null : await dryRun(orderId, command).catch(() => null);
    return { orderId, effect: null, event, ...(tried ?? { verdict: null, fresh: false }), record };
  };

  app.get("/retry", async (c) => {
    if (!acts) return off(c);
    const asked = Retrying.safeParse(c.req.query());
    if (!asked.success) return message(c, 400, viewOf(c).words.t("error unknown"));
    const { id, order } = asked.data;
    return send(c, <RetryPage view={viewOf(c)} id={id} dead={await deadLetter(id, order)} />);
  });

  app.post("/retry", async (c) => {
    if (!acts || engine.revive === undefined) return off(c);
    const form = Retrying.safeParse(await c.req.parseBody());
    if (!form.success) return message(c, 400, viewOf(c).words.t("error unknown"));
    const { id, order } = form.data;
    if (!(await engine.revive(id, order))) return send(c, <RetryPage view={viewOf(c)} id={id} dead={null} />, 409);
    log.info({ orderId: order, id }, "a dead letter is tried again from the inspector");
    return c.redirect(`${viewOf(c).base}/orders/${encodeURIComponent(order)}?done=retry`, 303);
  });

  app.get("/reconcile", (c) =>
    send(c, <ReconcilePage view={{ ...viewOf(c), acts: acts && engine.reconcile !== undefined }} />),
  );
  app.post("/reconcile", async (c) => {
    if (!acts || engine.reconcile === undefined) return off(c);
    const form = Reconciling.safeParse(await c.req.parseBody());
    if (!form.success) return message(c, 400, viewOf(c).words.t("error unknown"));
    const { apply, after } = form.data;
    const since = queries.clock.now() - hoursToMilliseconds(form.data.hours);
    const results: Reconciled[] = [];
    const onwards = after === undefined ? {} : { after };
    for await (const one of engine.reconcile({ since, dryRun: !apply, freshMs: 0, ...onwards })) {
      results.push(one);
      if (results.length >= perPage) break;
    }
    if (apply) log.info({ orders: results.length }, "reconciled from the inspector");
    const run = { hours: form.data.hours, apply, after: after ?? null, results };
    return send(c, <ReconciledPage view={viewOf(c)} run={run} />);
  });
  return app;
};
