/**
 * WooCommerce's webhooks: a hint that an order changed, never more.
 *
 * The body was built when it was delivered, may be older than what came before it, and may come twice; so it only names
 * the order, and the shop is asked how the order is. The headers are not signed: the topic decides nothing, and the
 * delivery id only together with the body. What is lost is found by `reconcile`: WooCommerce sends nothing again, and
 * switches a webhook off after seven failures in a row. That is why trouble of ours is answered with 200.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import type { ReadCommand } from "../../../machines/events.js";
import type { OrderStatus } from "../../../machines/facts.js";
import type { ShopOrder } from "../../../machines/shop-order.js";
import type { HistoryEntry, OrderRecord } from "../../core/record.js";
import { pagesBack } from "../../ports/history-back.js";
import { isolatedLog } from "../../ports/isolated.js";
import { answerLimits, overLimits } from "../../ports/json.js";
import { type Log, silent } from "../../ports/log.js";
import type { Runtime } from "../../ports/runtime.js";
import { requireLongSecrets } from "../../ports/secrets.js";
import type { ShopWebhooks } from "../../ports/shop.js";
import { thrownText } from "../../ports/thrown.js";
import type { ApiResult } from "./api.js";
import { placedOrder, shopOrder, statusIn, unreadCosts, unreadNote } from "./order.js";
import { Repeats } from "./repeats.js";
import type { WooOrder } from "./schema.js";
import type { WooShop } from "./shop.js";

export interface WooWebhookOptions {
  engine: Runtime;
  shop: WooShop<string>;
  /** The webhook's secret; while it is being changed, the one before it too. */
  secrets: string[];
  /**
   * WooCommerce's payment method → the engine's gateway. An order that is paid in one of these ways is placed in the
   * engine when the shop first tells of it; left out: orders are placed by somebody else.
   */
  gateways?: Record<string, string> | undefined;
  /**
   * A total that was changed in the shop after the payment changes the payment when its webhook comes, as Recalculate does:
   * its whole reservation is cancelled first. Left out: somebody presses Recalculate.
   */
  sendEdits?: boolean | undefined;
  log?: Log | undefined;
}

/** A wrong signature is told of once in this time. */
const SIGNATURE_TOLD_MS = 60_000;

const Order = z.object({ id: z.number().int().positive() });
const Action = z.object({ arg: z.number().int().positive() });

/** WooCommerce signs the bytes as they are sent: base64(HMAC-SHA256(body, secret)). */
const isSigned = (secrets: string[], body: Uint8Array, given: string): boolean => {
  const signature = Buffer.from(given, "base64");
  // Each secret is tried, so that the time does not tell which one is in use.
  return secrets
    .map((secret) => createHmac("sha256", secret).update(body).digest())
    .map((expected) => expected.length === signature.length && timingSafeEqual(expected, signature))
    .includes(true);
};

const orderIdIn = (text: string): string | null => {
  if (overLimits(text, answerLimits) !== null) return null;
  try {
    const json: unknown = JSON.parse(text);
    const id = Order.safeParse(json).data?.id ?? Action.safeParse(json).data?.arg;
    return id === undefined ? null : String(id);
  } catch {
    return null;
  }
};

/** A deletion is the shop's to tell: it has no such order, or has it in the trash. */
const isGone = (told: ApiResult<WooOrder>): boolean =>
  told.kind === "missing" || (told.kind === "ok" && told.body.status === "trash");

/** What the shop says of the order that is not known yet; null = nothing. */
const editOf = (
  { facts: { order, payment } }: OrderRecord,
  told: ApiResult<WooOrder>,
  gateways: Record<string, string>,
): Extract<ReadCommand, { type: "order.updated" }> | null => {
  const edited = (change: string, shop: ShopOrder) =>
    ({ type: "order.updated", by: "shop", change, order: shop }) as const;
  if (isGone(told)) return order.gone === true ? null : edited("order.deleted", { gone: true });
  if (told.kind !== "ok") return null;
  const { gateway, gone: _, ...says } = shopOrder(told.body, gateways);
  // Of an order that does not say how it is paid, what the plugin told of it stays.
  const isOurs = gateway === undefined ? order.paidOtherwise !== true : gateway !== null;
  const shop: ShopOrder = {
    ...(says.total === order.total && says.currency === order.currency ? {} : says),
    ...(payment.gateway === null || isOurs !== (order.paidOtherwise === true)
      ? {}
      : { gateway: isOurs ? payment.gateway : null }),
    ...(order.gone === true ? { gone: false } : {}),
  };
  return Object.keys(shop).length === 0 ? null : edited("order.edited", shop);
};

const isPaid = (status: OrderStatus | null): boolean => status === "processing" || status === "on-hold";

const sendsLines = ({ event: { type } }: HistoryEntry): boolean =>
  type === "merchant.recalculated" || type === "merchant.editedLines";
const tellsTotal = ({ event, from }: HistoryEntry): boolean =>
  (event.type === "order.updated" || event.type === "shop.differs") && event.order?.total !== undefined && isPaid(from);

/** Which entry tells of a total that was changed after the payment, and that nobody has sent to the bank since; null = none. */
const editNotSent = async ({ queries }: Pick<Runtime, "queries">, orderId: string): Promise<number | null> => {
  const upTo = (await queries.read(orderId))?.version ?? 0;
  for await (const page of pagesBack(upTo, (after, limit) => queries.history(orderId, after, limit))) {
    const last = page.findLast((entry) => sendsLines(entry) || tellsTotal(entry));
    if (last !== undefined) return sendsLines(last) ? null : last.seq;
  }
  return null;
};

const answer = (status: number, outcome: string): Response => Response.json({ outcome }, { status });

/**
 * Takes the shop's webhooks, for `shopWebhooks` of `httpApp`; whatever is signed is answered with 200.
 *
 * @throws TypeError for a secret of fewer than 16 characters
 */
export const wooWebhooks = (options: WooWebhookOptions): ShopWebhooks => {
  const { engine, shop, secrets, gateways = {}, sendEdits = false } = options;
  const log = isolatedLog(options.log ?? silent);
  requireLongSecrets(Object.fromEntries(secrets.map((secret, i) => [`secrets.${i}`, secret])));

  const repeats = new Repeats(engine.clock);
  let toldAt = Number.NEGATIVE_INFINITY;
  /** Anybody may send these, so they fill no log. */
  const tellOfSignature = (): void => {
    if (engine.clock.now() - toldAt < SIGNATURE_TOLD_MS) return;
    toldAt = engine.clock.now();
    log.warn({ status: 401 }, "a webhook's signature is wrong; if it is the shop's, its secret is not the engine's");
  };

  /** An order that the engine does not know yet. */
  const place = async (orderId: string, told: ApiResult<WooOrder>): Promise<string> => {
    if (told.kind !== "ok" || isGone(told)) return "unknown-order";
    const order = placedOrder(told.body, gateways, engine.statuses, engine.clock.now());
    if (order.gateway === null) return "not-ours";
    await engine.place(orderId, order);
    const unread = unreadCosts(told.body);
    if (unread.length > 0) {
      log.warn({ orderId, count: unread.length }, "costs that are no number count as 0");
      await shop.execute(orderId, "unread-costs", { type: "addOrderNote", note: unreadNote(unread) });
    }
    return "placed";
  };

  const look = async (orderId: string): Promise<ApiResult<WooOrder>> => {
    const told = await shop.fetchOrder(orderId);
    if (told.kind === "ok" || told.kind === "missing") return told;
    throw new Error(`the shop could not be asked for order ${orderId}: ${told.detail}`);
  };

  /** Whoever told of the edit first: a webhook, the plugin, or the reading of the shop before a capture. */
  const sendEdit = async (orderId: string): Promise<void> => {
    const edit = await editNotSent(engine, orderId);
    if (edit === null) return;
    // One id for one edit, whichever webhooks and nodes find it.
    const id = `recalculated/${edit}`;
    await engine.submit(orderId, { type: "merchant.recalculated", via: "api" }, { source: "shop", id });
  };

  const take = async (orderId: string): Promise<string> => {
    const record = await engine.queries.read(orderId);
    if (record === null) {
      return Object.keys(gateways).length === 0 ? "unknown-order" : place(orderId, await look(orderId));
    }
    // A change of our own is on its way there; it will meet the other hand's, and report it. Asked before the shop is:
    // what the shop reads now is then not what it read before that change.
    const open = await engine.queries.effectsOf(orderId);
    const writes = ({ dead, effect }: (typeof open)[number]) =>
      !dead && ("to" in effect || effect.type === "setOrderLines");
    if (open.some(writes)) return "own-change-under-way";
    const told = await look(orderId);
    const edit = editOf(record, told, gateways);
    if (edit !== null && (await engine.queries.read(orderId))?.version !== record.version) return take(orderId);
    // One id for one observation, whichever webhooks and nodes made it.
    if (edit !== null) await engine.submit(orderId, edit, { source: "shop", id: `${edit.change}/${record.version}` });
    if (sendEdits && isPaid(record.facts.order.status)) await sendEdit(orderId);
    if (isGone(told)) return "noted";
    if (edit !== null) return take(orderId);
    const named = told.kind === "ok" ? statusIn(told.body.status, engine.statuses) : null;
    const { order, operation } = record.facts;
    // A placed order does not become a draft again.
    if (named === null || named.status === "checkout-draft") return "nothing-new";
    if (named.status === order.status && named.child === order.child) return "nothing-new";
    // What was decided since may be on its way to the shop.
    if ((await engine.queries.read(orderId))?.version !== record.version) return take(orderId);
    // One id for one observation, whichever webhooks and nodes made it. While money is on the move each is ignored,
    // with an entry, so that the version alone would make a new id of each.
    const when = operation === null ? record.version : `operation-${operation.since}`;
    const id = `order.seen/${named.child ?? named.status}/${when}`;
    const seen = { type: "order.seen", ...named, version: record.version } as const;
    const receipt = await engine.submit(orderId, seen, { source: "shop", id });
    return receipt.reason === "superseded" && !receipt.repeated ? take(orderId) : receipt.outcome;
  };

  return async (request, { body, proved }) => {
    const text = new TextDecoder().decode(body);
    const signature = request.headers.get("x-wc-webhook-signature");
    // The greeting of a new webhook carries no signature, and must be answered with 200.
    if (signature === null && /^webhook_id=\d{1,20}$/.test(text)) return answer(200, "pong");
    if (signature === null || !isSigned(secrets, body, signature)) {
      tellOfSignature();
      return answer(401, "bad-signature");
    }
    proved();
    const orderId = orderIdIn(text);
    if (orderId === null) return answer(200, "not-an-order");
    const delivery = { orderId, body, deliveryId: request.headers.get("x-wc-webhook-delivery-id") };
    if (!repeats.isWorthReading(delivery)) return answer(200, "repeated");
    try {
      const outcome = await take(orderId);
      repeats.took(delivery);
      return answer(200, outcome);
    } catch (error) {
      log.error({ orderId, detail: thrownText(error) }, "a webhook was not taken");
      return answer(200, "left-to-reconcile");
    }
  };
};
