/** The engine inside a framework's server, with its doors: what every framework's package needs of it. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { getRequestListener } from "@hono/node-server";
import type { Command } from "../../machines/events.js";
import { reasonInWords } from "../../machines/reasons.js";
import type { OrderRecord } from "../core/record.js";
import { type CallbackKey, type HttpOptions, httpApp, urlsFor } from "../http/app.js";
import { keysOnce } from "../http/keys.js";
import type { CheckoutOutcome, Receipt, SubmitOptions } from "../ports/runtime.js";
import type { CustomerBack, Shop } from "../ports/shop.js";
import { createEngine, type Engine } from "../runtime/embedded/engine.js";
import type { EngineOptions } from "../runtime/embedded/options.js";

export interface HostOptions
  extends Omit<EngineOptions, "shop">,
    Partial<Pick<HttpOptions, "apiToken" | "netsAuthorization" | "resursDigest" | "allowFrom" | "sourceOf">> {
  /** The server as banks and browsers reach it, such as `https://shop.example`. */
  publicUrl: string;
  /** Sign the addresses that banks report to; newest first. */
  callbackKeys: CallbackKey[];
  /** Where customers go on to when they come back from the bank; `{orderId}` and `{error}` are filled in. */
  thankYouUrl: string;
  cartUrl: string;
  /** Where the doors stand below `publicUrl`. Default `order-status`. */
  route?: string | undefined;
}

export interface Embedded {
  engine: Engine;
  route: string;
  /** Takes what comes to the route, as Express hands it over: without the route in the path. */
  listener(request: IncomingMessage, response: ServerResponse): void;
  /** Opens a payment of a placed order. */
  pay(orderId: string, gateway: string, method?: string): Promise<CheckoutOutcome>;
}

export const embedded = (options: HostOptions, shop: Shop): Embedded => {
  const { publicUrl, callbackKeys, route = "order-status", apiToken = null } = options;
  const engine = createEngine({ ...options, shop });
  const base = `${publicUrl.replace(/\/+$/, "")}/${route}`;
  const { limits: _, thankYouUrl, cartUrl, ...doors } = options;
  const returnTo = ({ orderId, paid }: CustomerBack) =>
    (paid ? thankYouUrl : cartUrl)
      .replace("{orderId}", encodeURIComponent(ownerOf(orderId)))
      .replace("{error}", paid ? "" : "payment-not-completed");
  const app = httpApp({ ...doors, engine, apiToken, publicUrl: base, returnTo });
  const keys = keysOnce(engine, callbackKeys);
  return {
    engine,
    route,
    listener: getRequestListener(app.fetch),
    async pay(orderId, gateway, method) {
      const urls = urlsFor(base, orderId, engine.gateways.get(gateway) ?? gateway, await keys());
      return engine.checkout(orderId, gateway, { ...urls, ...(method && { method }) });
    },
  };
};

const AGAIN = /~\d+$/;

/** What the framework calls an order of the engine: a cart that is paid anew after its order has ended has several. */
export const ownerOf = (orderId: string): string => orderId.replace(AGAIN, "");

/** Given up, or its money was let go: it takes no payment any more. */
const isOver = ({ facts: { order, payment } }: OrderRecord): boolean =>
  order.status === "cancelled" ||
  (payment.status === "ACCEPTED" && payment.captured === 0 && payment.authorized === 0 && order.total > 0);

/** The engine's order that the framework's is paid by now: `A`, after that has ended `A~2`, and so on. */
export const currentOrder = async ({ queries }: Pick<Engine, "queries">, owner: string): Promise<string> => {
  for (let n = 1; ; n++) {
    const orderId = n === 1 ? owner : `${owner}~${n}`;
    const record = await queries.read(orderId);
    if (record === null || !isOver(record)) return orderId;
  }
};

const UNANSWERED = "The bank has not answered yet; what was asked for is carried out or refused when it has.";

/** null = it is done; else why not, in words. */
export const refusalIn = ({ outcome, reason, final }: Receipt): string | null => {
  if (outcome === "refused") return reasonInWords(reason);
  return final ? null : UNANSWERED;
};

/** Asks for it and waits for the bank. */
export const ask = async (
  engine: Engine,
  orderId: string,
  event: Command,
  options: SubmitOptions = {},
): Promise<string | null> => refusalIn(await engine.submit(orderId, event, { wait: "settled", ...options }));
