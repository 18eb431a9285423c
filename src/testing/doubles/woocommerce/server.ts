/**
 * The double behind a real HTTP server on this computer: WooCommerce's REST API v3 with its keys, and its webhooks.
 *
 * As recorded on WooCommerce 11.0.1. Three settings are answered too, in the shape that WooCommerce documents; of the
 * answer to OPTIONS only the methods and the names of the properties are given.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Clock } from "../../../ports/clock.js";
import { type FrontPage, frontAnswer } from "../front-page.js";
import { write } from "../resurs/http.js";
import { type WooDouble, wooDouble } from "./double.js";
import { type Details, failure, type Product, type RestAnswer, restJson, ThingNumbers } from "./json.js";
import { keyring, type RestKey } from "./keys.js";
import { ordersApi } from "./orders.js";
import type { StoredOrder } from "./rules.js";
import { Webhooks } from "./webhooks.js";

/** What goes wrong with one request. `lost`: nothing is done; `answerLost`: all is done, and nobody is told. */
export interface Disturbance {
  beforeMs?: number;
  afterMs?: number;
  lost?: true;
  answerLost?: true;
  /** Answered by whatever stands before the shop, with or without having passed it on. */
  front?: FrontPage;
  /** Answered by WordPress's REST API without WooCommerce, as while its plugins are being updated. */
  code?: { status: number; code: string };
}

export interface WooServerOptions {
  clock: Clock;
  manageStock?: boolean;
  holdStockMinutes?: number | null;
  /** Statuses that a plugin adds: slug and label. */
  customStatuses?: Record<string, string>;
  decimals?: number;
  /** The shop's own; default: none is told. */
  currency?: string;
  products?: Product[];
  /** What our plugin finds in the shop; left out: it is not installed. */
  plugin?: { url: string; findings: { check: string; verdict: string; says: string }[] };
  /** Asked of each request before anything is done. */
  disturb?(request: { method: string; path: string }): Disturbance | undefined;
  pingTimeoutMs?: number;
  deliveryTimeoutMs?: number;
}

export interface ShopChange {
  orderId: string;
  /** The consumer key. */
  by: string;
  from: string;
  to: string;
}

export interface WooServer {
  url: string;
  woo: WooDouble;
  /** Two keys that may do everything, and one that may only read. */
  keys: { engine: RestKey; merchant: RestKey; readOnly: RestKey };
  webhooks: Webhooks;
  /** Every change of a status that came over REST, with the key that made it, as it happened. */
  changes: ShopChange[];
  /** Sets what the rules do not know of an order: address, payment method, coupons. */
  describe(orderId: string, details: Partial<Details>): void;
  /** Requests that are kept waiting right now, by `beforeMs` or `afterMs`. */
  held(): number;
  close(): Promise<void>;
}

const LARGEST_BODY = 2_000_000;

export const wooServer = async (options: WooServerOptions): Promise<WooServer> => {
  const { clock, customStatuses = {}, products = [] } = options;
  const numbers = new ThingNumbers(100_000);
  const changes: ShopChange[] = [];
  const details = new Map<string, Partial<Details>>();
  let url = "";

  const woo = wooDouble({
    now: () => clock.now(),
    manageStock: options.manageStock ?? true,
    holdStockMinutes: options.holdStockMinutes === undefined ? 60 : options.holdStockMinutes,
    customStatuses,
    onHook: (hook, orderId) => webhooks.onHook(hook, orderId),
  });
  const detailsOf = (order: StoredOrder): Details => ({
    billing: {},
    paymentMethod: "",
    paymentMethodTitle: "",
    coupons: [],
    orderKey: `wc_order_${order.id}`,
    ...details.get(order.id),
  });
  const json = () => restJson({ url, numbers, rules: woo.rules, products, detailsOf });
  const webhooks: Webhooks = new Webhooks({
    clock,
    url: () => url,
    orderJson: (orderId) => {
      const order = woo.orders.get(orderId);
      return order === undefined ? null : json().orderOf(order);
    },
    pingTimeoutMs: options.pingTimeoutMs ?? 5000,
    deliveryTimeoutMs: options.deliveryTimeoutMs ?? 60_000,
  });
  const describe = (orderId: string, more: Partial<Details>): void => {
    details.set(orderId, { ...details.get(orderId), ...more });
  };

  const keys: WooServer["keys"] = {
    engine: { key: "ck_engine", secret: "cs_engine", mayWrite: true },
    merchant: { key: "ck_merchant", secret: "cs_merchant", mayWrite: true },
    readOnly: { key: "ck_reader", secret: "cs_reader", mayWrite: false },
  };
  const refuses = keyring(Object.values(keys), () => clock.now());

  const settings: Record<string, unknown> = {
    "general/woocommerce_price_num_decimals": String(options.decimals ?? 2),
    "general/woocommerce_currency": options.currency ?? "SEK",
    "products/woocommerce_manage_stock": (options.manageStock ?? true) ? "yes" : "no",
    "products/woocommerce_hold_stock_minutes": String(
      options.holdStockMinutes === undefined ? 60 : (options.holdStockMinutes ?? ""),
    ),
  };
  const setting = (path: string): RestAnswer => {
    const value = settings[path];
    const id = path.split("/")[1];
    return value === undefined
      ? failure(404, "rest_setting_setting_invalid", "Invalid setting.")
      : { status: 200, body: { id, value } };
  };

  /** The orders that a request may have changed. */
  const about = (path: string): StoredOrder[] => {
    const one = woo.orders.get(/orders\/(\d+)/.exec(path)?.[1] ?? "");
    return one === undefined ? [...woo.orders.values()] : [one];
  };

  const answerTo = async (method: string, address: URL, text: string): Promise<RestAnswer> => {
    const refusal = refuses(method, address);
    if (refusal !== null) return refusal;
    if (address.pathname === "/wp-json/wc-order-status-engine/v1/doctor" && options.plugin !== undefined)
      return { status: 200, body: options.plugin };
    const path = address.pathname.replace(/^\/wp-json\/wc\/v3\//, "");
    const body = parsed(text);
    if (body === null) {
      const detail = { json_error_code: 4, json_error_message: "Syntax error" };
      return failure(400, "rest_invalid_json", "Invalid JSON body passed.", detail);
    }
    const [first, ...rest] = path.split("/");
    if (first === "orders" || first === "reports") {
      const api = ordersApi({ woo, numbers, products, customStatuses, json: json(), describe, now: () => clock.now() });
      const before = new Map(about(path).map(({ id, statusHistory }) => [id, statusHistory.length]));
      const answer = api(method, path, address.searchParams, body);
      const by = address.searchParams.get("oauth_consumer_key") ?? "";
      for (const { id: orderId, statusHistory } of about(path)) {
        for (const { from, to } of statusHistory.slice(before.get(orderId) ?? 0))
          changes.push({ orderId, by, from, to });
      }
      return answer;
    }
    if (first === "webhooks") return webhooks.rest(method, rest[0] === undefined ? null : Number(rest[0]), body);
    if (first === "settings" && method === "GET") return setting(rest.join("/"));
    return noRoute;
  };

  /** Those that hung up are waited for no more, though the shop is still at work for them. */
  const waiting = new Set<ServerResponse>();
  const held = async (response: ServerResponse, ms = 0): Promise<void> => {
    if (ms === 0) return;
    const gone = () => waiting.delete(response);
    if (!response.destroyed) waiting.add(response);
    response.once("close", gone);
    await clock.sleep(ms);
    gone();
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const address = new URL(request.url ?? "/", url);
    const method = request.method ?? "GET";
    const text = await received(request);
    const trouble = options.disturb?.({ method, path: address.pathname }) ?? {};
    await held(response, trouble.beforeMs);
    if (trouble.lost) return void response.destroy();
    const { front, code } = trouble;
    const own = async (): Promise<RestAnswer> =>
      code ? failure(code.status, code.code, "Trouble of the test.") : answerTo(method, address, text);
    const { status, body } = front && !front.passedOn ? { status: front.status, body: null } : await own();
    for (const order of about(address.pathname)) numbers.count(order);
    webhooks.endRequest();
    // As it was at that moment: what is sent late is not what the order has become meanwhile.
    const told = typeof body === "string" ? body : JSON.stringify(body);
    await held(response, trouble.afterMs);
    if (trouble.answerLost) return void response.destroy();
    if (front) return write(response, frontAnswer(front));
    const headers = {
      "content-type": "application/json; charset=UTF-8",
      date: new Date(clock.now()).toUTCString(),
    };
    response.writeHead(status, headers).end(told);
  };

  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url, woo, keys, webhooks, changes, describe, held: () => waiting.size, close };
};

const noRoute = failure(404, "rest_no_route", "No route was found matching the URL and request method.");

const received = async (request: IncomingMessage): Promise<string> => {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    size += part.length;
    if (size > LARGEST_BODY) throw new Error("the request is too large");
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
};

/** null = not JSON. PHP reads a list as a map, so an empty one is nothing. */
const parsed = (text: string): Record<string, unknown> | null => {
  if (text === "") return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : {};
  } catch {
    return null;
  }
};
