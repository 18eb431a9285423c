/** The engine inside a framework's server, with its doors: what every framework's package needs of it. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { getRequestListener } from "@hono/node-server";
import type { Command } from "../../machines/events.js";
import { reasonInWords } from "../../machines/reasons.js";
import { type CallbackKey, type HttpOptions, httpApp, urlsFor } from "../http/app.js";
import { keysOnce } from "../http/keys.js";
import type { CheckoutOutcome, Receipt, SubmitOptions } from "../ports/runtime.js";
import type { Shop } from "../ports/shop.js";
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
  const { limits: _, ...doors } = options;
  const app = httpApp({ ...doors, engine, apiToken, publicUrl: base });
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
