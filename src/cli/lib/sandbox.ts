/** What a sandbox has beside the engine: a shop that holds whatever is placed, and a checkout that leads to the bank. */

import { z } from "zod";
import { KnownId } from "../../core/entering.js";
import type { HistoryEntry, OrderRecord } from "../../core/record.js";
import { addressKeys } from "../../http/keys.js";
import { urlsFor } from "../../http/urls.js";
import type { Engine } from "../../runtime/embedded/engine.js";
import { returnedPage } from "../../testing/doubles/resurs/sign-page.js";
import type { WooDouble } from "../../testing/doubles/woocommerce/double.js";

export type Fetch = (request: Request) => Response | Promise<Response>;

const put = (woo: WooDouble, { orderId, facts }: OrderRecord): void => {
  const { status, total, currency, lines, needsProcessing, createdAt, updatedAt } = facts.order;
  woo.addOrder({ id: orderId, status, total, currency, lines, needsProcessing, createdAt, updatedAt, datePaid: null });
};

/** An order placed through the API is in the shop as well. */
export const stocked = (woo: WooDouble, entry: HistoryEntry, record: OrderRecord): void => {
  if (entry.event.type === "order.placed" && entry.seq === 1) put(woo, record);
};

/** The shop's double forgets; the orders of the store are put back into it. */
export const stockUp = async (woo: WooDouble, engine: Engine): Promise<void> => {
  let after: string | undefined;
  do {
    const rows = await engine.queries.list({ limit: 500, ...(after === undefined ? {} : { after }) });
    for (const { orderId } of rows) {
      const record = await engine.queries.read(orderId);
      if (record !== null) put(woo, record);
    }
    after = rows.length === 500 ? rows.at(-1)?.orderId : undefined;
  } while (after !== undefined);
};

/** null = no order can have such an id. */
const orderIdIn = (part: string): string | null => {
  try {
    return KnownId.safeParse(decodeURIComponent(part)).data ?? null;
  } catch {
    return null;
  }
};

const Told = z.looseObject({ orderId: z.string(), status: z.string().nullish(), next: z.string() });

/** The shop's page to which a customer comes back: a browser is shown one, everybody else what the engine answers. */
const returned = async (request: Request, response: Response): Promise<Response> => {
  const { pathname } = new URL(request.url);
  if (!pathname.startsWith("/returns/") || !request.headers.get("accept")?.includes("text/html")) return response;
  const told = Told.safeParse(
    await response
      .clone()
      .json()
      .catch(() => null),
  ).data;
  if (told === undefined) return response;
  const page = returnedPage(told.orderId, told.status ?? "not known yet", told.next === "thankYou");
  return new Response(page, { headers: { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" } });
};

/**
 * `GET /checkout/<order>` creates the payment and sends the customer on to the bank, as a shop's checkout does. The
 * simplified flow asks him to sign only where the bank was told to.
 */
export const sandboxDoor =
  (inner: Fetch, engine: Engine, url: () => string, bankAsksToSign: () => void): Fetch =>
  async (request) => {
    const orderId = /^\/checkout\/([^/]+)$/.exec(new URL(request.url).pathname)?.[1];
    if (orderId === undefined || request.method !== "GET") return returned(request, await inner(request));
    const id = orderIdIn(orderId);
    const record = id === null ? null : await engine.queries.read(id);
    if (id === null || record === null) return Response.json({ error: { code: "unknown-order" } }, { status: 404 });
    const gateway = record.facts.payment.gateway ?? undefined;
    if (gateway === "resurs-simplified") bankAsksToSign();
    const created = await checkout(engine, id, url(), gateway);
    return created.kind !== "failed"
      ? new Response(null, { status: 303, headers: { location: new URL(created.redirectUrl).href } })
      : Response.json({ error: { code: "checkout-failed", message: created.detail } }, { status: 502 });
  };

export const checkout = async (engine: Engine, orderId: string, url: string, gateway = "resurs-mapi") =>
  engine.checkout(
    orderId,
    gateway,
    urlsFor(url, orderId, engine.gateways.get(gateway) ?? gateway, await addressKeys(engine)),
  );
