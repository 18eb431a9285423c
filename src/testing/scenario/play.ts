/** What each event of a scenario does to the world. */
import { z } from "zod";
import { type EventType, merchantEventFor } from "../../../machines/events.js";
import type { OrderStatus } from "../../../machines/facts.js";
import { linesFor, sumOf } from "../../../machines/lines.js";
import type { KillPoint } from "../mortal.js";
import { mainBank } from "./banks.js";
import type { ScenarioEvent, ScenarioLine, ScenarioOrder } from "./format.js";
import { isLegacyKind, isOlder, legacyCallback, processPayment, rejected, viewed } from "./legacy.js";
import { payInitialized, webhook } from "./nets.js";
import { gatewayNamed, minor } from "./orders.js";
import { type Play, type Played, record } from "./played.js";
import { flood, rawRequest } from "./requests.js";
import { POISON, type ScenarioWorld } from "./world.js";

const text = (value: unknown): string => (typeof value === "string" ? value : "");
const json = { "content-type": "application/json" };

const firstOrder = (world: ScenarioWorld, played: Played): string =>
  String(played.created ?? world.scenario.given.orders[0]?.id ?? "");
const orderOf = (world: ScenarioWorld, event: ScenarioEvent, played: Played): string =>
  event.orderId === undefined ? firstOrder(world, played) : String(event.orderId);

/** An event through the API, as a plugin or an ERP sends it. */
const submit = async (
  world: ScenarioWorld,
  event: ScenarioEvent,
  index: number,
  played: Played,
  orderId: string,
  body: { type: EventType } & Record<string, unknown>,
) => {
  const id = `scenario-${index}-${orderId}`;
  played.ids.set(id, { event: index, orderId });
  const sent = world
    .request(text(event.node) || undefined, `/orders/${orderId}/events`, {
      method: "POST",
      headers: { ...json, "idempotency-key": id },
      body: JSON.stringify(body),
    })
    .then(({ status }) => record(played, index, status));
  played.open.push(sent);
};

const setStatus = (world: ScenarioWorld, event: ScenarioEvent, index: number, played: Played, orderId: string) => {
  const type = merchantEventFor[text(event.to) as keyof typeof merchantEventFor];
  if (type === undefined) throw new Error(`a merchant cannot set the status "${text(event.to)}"`);
  const via = ["dropdown", "list-button", "bulk", "erp"].includes(text(event.via)) ? event.via : "bulk";
  const amount =
    typeof event.amount === "number" && type === "merchant.refunded" ? { amount: minor(event.amount) } : {};
  return submit(world, event, index, played, orderId, { type, via, ...amount });
};

const linesOf = (lines: ScenarioLine[]) => lines.map((l) => ({ ...l, total: minor(l.total) }));

const edited = (world: ScenarioWorld, event: ScenarioEvent, orderId: string) => {
  const order = world.woo.order(orderId);
  const remove = (event.remove as string[] | undefined) ?? [];
  const quantity = (event.setQuantity as Record<string, number> | undefined) ?? {};
  const add = linesOf((event.add as ScenarioLine[] | undefined) ?? []);
  const kept = order.lines
    .filter((line) => !remove.includes(line.sku))
    .map((line) => {
      const wanted = quantity[line.sku];
      return wanted === undefined
        ? line
        : { ...line, quantity: wanted, total: Math.round((line.total / line.quantity) * wanted) };
    })
    .filter((line) => line.quantity > 0);
  const raised = order.lines.some((line) => (quantity[line.sku] ?? 0) > line.quantity);
  const lines = [...kept, ...add];
  const total = typeof event.newTotal === "number" ? minor(event.newTotal) : sumOf(lines);
  // Another total than the lines make up says nothing of lines.
  return { lines: linesFor(lines, total) ?? [], total, adds: add.length > 0 || raised };
};

const Change = z.object({
  total: z.number().optional(),
  lines: z.array(z.looseObject({ sku: z.string(), quantity: z.number(), total: z.number() })).optional(),
  currency: z.string().optional(),
  paymentMethod: z.string().optional(),
  trashed: z.boolean().optional(),
});

/** The shop's order is written, and told of as its plugin does. null = something else about it changed. */
const editedInShop = (world: ScenarioWorld, event: ScenarioEvent, orderId: string) => {
  const { data } = Change.safeParse(event.change);
  if (data === undefined || Object.keys(data).length === 0) return null;
  const { total, lines, currency, paymentMethod, trashed } = data;
  const inShop = {
    ...(total === undefined ? {} : { total: minor(total) }),
    ...(lines === undefined ? {} : { lines: linesOf(lines) }),
    ...(currency === undefined ? {} : { currency }),
  };
  world.woo.edit(orderId, inShop);
  const gateway = paymentMethod === undefined ? {} : { gateway: gatewayNamed(paymentMethod, world.scenario) };
  return { ...inShop, ...gateway, ...(trashed === undefined ? {} : { gone: trashed }) };
};

const delivered = (world: ScenarioWorld, event: ScenarioEvent, kind: string) => {
  if (kind.startsWith("payment.")) return webhook(world, event);
  if (isLegacyKind(kind) || (kind === "TEST" && isOlder(world.scenario))) return legacyCallback(world, event);
  const path = kind === "TEST" ? "test" : kind === "MANAGEMENT" ? "management" : "authorization";
  return world.request(text(event.node) || undefined, `/callbacks/resurs/${path}`, {
    method: "POST",
    headers: json,
    body: JSON.stringify(event.payload),
  });
};

const callback: Play = async (world, event, index, played) => {
  const deliveryId = text(event.deliveryId);
  if (event.onlyIfNack === true && played.acknowledged.has(deliveryId)) return;
  const kind = text(event.kind);
  const sent = delivered(world, event, kind)
    .then(({ status, body }) => {
      record(played, index, status);
      const code = (body as { error?: { code?: string } } | null)?.error?.code;
      if (code !== undefined) played.turnedAway.push({ event: index, reason: code });
      if (status.startsWith("2")) played.acknowledged.add(deliveryId);
      world.node(text(event.node) || undefined).mortal.reached("http.ack");
    })
    .catch(() => {});
  played.open.push(sent);
};

const create = async (world: ScenarioWorld, order: ScenarioOrder, played: Played) => {
  world.addToShop(order);
  await world.placeInEngine(order);
  played.created = String(order.id);
};

const plays: Record<string, Play> = {
  callback,
  "nets.payInitialized": payInitialized,
  "checkout.processPayment": processPayment,
  "rco.rejected": rejected,
  "admin.view": viewed,
  /** The page sends the customer on to the confirmation. */
  "nets.paymentCompleted": (world, event, index, played) =>
    play(world, { ...event, type: "customer.return", page: "success" }, index, played),
  "customer.return": async (world, event, index, played) => {
    const seconds = event.holdsLockForSeconds;
    if (typeof seconds === "number") mainBank(world.banks, world.scenario).delayNext("getPayment", seconds * 1000);
    const orderId = orderOf(world, event, played);
    const { paymentId } = world.scenario.given.orders[0] ?? {};
    const answer = text(event.bookSignedPayment);
    if (answer !== "" && paymentId != null) world.banks.legacy.whenSigned(paymentId, answer as "BOOKED");
    const node = text(event.node) || undefined;
    const path = await world.returnPath(node, orderId, text(event.page), text(event.paymentId) || undefined);
    const sent = world.request(node, path, { method: "GET" }).then(({ status, body }) => {
      record(played, index, status);
      const { next, error } = (body ?? {}) as { next?: string; error?: string | null };
      played.redirect = next ?? null;
      played.errorShown ||= error != null;
    });
    played.open.push(sent);
  },
  "checkout.orderCreated": async (world, event, _, played) => create(world, event.order as ScenarioOrder, played),
  "checkout.createPayment": async (world, event, _, played) => {
    const existing = world.scenario.given.orders[0];
    const at = new Date(world.clock.now()).toISOString();
    const total = Number(event.total ?? existing?.total ?? 0);
    if (existing === undefined && played.created === null) {
      const order = {
        id: 1001,
        status: "pending",
        total,
        currency: "SEK",
        lines: [{ sku: "GOODS", quantity: 1, total }],
        needsProcessing: true,
        paymentMethod: "resurs",
        paymentId: null,
        previousPaymentIds: [],
        createdAt: at,
        updatedAt: at,
        datePaid: null,
        thankYouSeen: false,
        confirmationMailsSent: 0,
      };
      await create(world, order, played);
    }
    const orderId = firstOrder(world, played);
    const urls = await world.urlsFor(undefined, orderId);
    const made = await world.node().engine.checkout(orderId, world.scenario.gateway, urls);
    if (made.kind === "ok") world.attempts.set(made.paymentId, urls.attempt);
  },
  "order.updated": (world, event, index, played) => {
    const orderId = orderOf(world, event, played);
    const order = editedInShop(world, event, orderId);
    return submit(world, event, index, played, orderId, {
      type: "order.updated",
      by: text(event.by) || "somebody",
      change: typeof event.change === "string" ? event.change : JSON.stringify(event.change ?? ""),
      ...(order === null ? {} : { order }),
    });
  },
  "payment.attached": (world, event, index, played) =>
    submit(world, event, index, played, orderOf(world, event, played), {
      type: "payment.attached",
      paymentId: text(event.paymentId),
    }),
  "admin.setStatus": (world, event, index, played) =>
    setStatus(world, event, index, played, orderOf(world, event, played)),
  "admin.bulkSetStatus": async (world, event, index, played) => {
    for (const id of event.orderIds as (string | number)[]) await setStatus(world, event, index, played, String(id));
  },
  "admin.capture": (world, event, index, played) =>
    submit(world, event, index, played, orderOf(world, event, played), {
      type: "merchant.captured",
      lines: event.lines === undefined ? null : linesOf(event.lines as ScenarioLine[]),
    }),
  "admin.refund": (world, event, index, played) =>
    submit(world, event, index, played, orderOf(world, event, played), {
      type: "merchant.refundedAmount",
      amount: minor(Number(event.amount)),
      lines: event.lines === undefined ? null : linesOf(event.lines as ScenarioLine[]),
    }),
  "admin.editLines": (world, event, index, played) => {
    const orderId = orderOf(world, event, played);
    return submit(world, event, index, played, orderId, {
      type: "merchant.editedLines",
      ...edited(world, event, orderId),
    });
  },
  "admin.recalculate": (world, event, index, played) =>
    submit(world, event, index, played, orderOf(world, event, played), { type: "merchant.recalculated" }),
  "woo.holdStockCron": async (world, event, index, played) => {
    // The job asks the engine about each order it is about to cancel, and leaves it to the engine.
    const asked: string[] = [];
    world.woo.cancelUnpaidOrders((id) => {
      asked.push(id);
      return true;
    });
    for (const id of asked) await submit(world, event, index, played, id, { type: "shop.holdStockDue" });
  },
  "woo.statusEvent": async (world, event, index, played) => {
    if (text(event.objectType) !== "shop_order" && text(event.objectType) !== "order") return;
    await setStatus(world, event, index, played, String(event.objectId));
  },
  "external.directWrite": async (world, event, _, played) => {
    world.woo.directWrite(orderOf(world, event, played), text(event.status) as OrderStatus);
  },
  "reconcile.run": async (world, event, _, played) => {
    played.open.push(world.reconcile(text(event.node) || undefined).catch(() => {}));
  },
  "http.request": rawRequest,
  "http.flood": flood,
  "process.restart": async (world) => {
    if (!world.isRunning()) await world.startNode("A");
  },
  "clock.jump": async (world, event) => {
    world.wallOffset += Number(event.seconds) * 1000;
  },
  "store.fault": async (world, event) => {
    const code = text(event.kind) === "SQLITE_BUSY" ? "busy" : "full";
    world.node().mortal.fault = { code, until: world.clock.now() + Number(event.seconds) * 1000 };
  },
  "inject.event": (world, event, index, played) =>
    submit(world, event, index, played, orderOf(world, event, played), {
      type: "order.updated",
      by: POISON,
      change: text(event.eventType),
    }),
};

export const playable = (type: string): boolean => type in plays || type === "process.kill";

export const play: Play = (world, event, index, played) => {
  const act = plays[event.type];
  if (act === undefined) throw new Error(`no scenario event "${event.type}"`);
  return act(world, event, index, played);
};

/** The event before a kill runs with the kill armed, so that the process dies where the scenario says. */
export const killPointAfter = (next: ScenarioEvent | undefined): KillPoint | null =>
  next?.type === "process.kill" && text(next.after) !== "idle" ? (text(next.after) as KillPoint) : null;
