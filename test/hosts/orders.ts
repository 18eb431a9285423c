/** The engine of a shop with its two doors. Each host beside this file mounts them and says how its server closes. */
import { setTimeout } from "node:timers/promises";
import { createEngine, systemClock } from "order-status-engine";
import { httpApp } from "order-status-engine/http";
import { inspector } from "order-status-engine/inspector";
import { resursMapi } from "order-status-engine/resurs";
import { sqliteStore } from "order-status-engine/sqlite";
import { wooShop, wooWebhooks } from "order-status-engine/woocommerce";

const setting = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`set ${name} in the environment`);
  return value;
};

const clock = systemClock();
const token = setting("ORDER_STATUS_TOKEN");
const shop = wooShop({
  url: setting("SHOP_URL"),
  consumerKey: setting("ORDER_STATUS_WOO_KEY"),
  consumerSecret: setting("ORDER_STATUS_WOO_SECRET"),
  clock,
});
const bank = resursMapi({
  baseUrl: setting("RESURS_URL"),
  clientId: setting("RESURS_ID"),
  clientSecret: setting("RESURS_SECRET"),
  clock,
});

export const engine = createEngine({
  store: sqliteStore({ file: setting("ORDERS_DB") }),
  gateways: [bank],
  shop,
  clock,
});

let draining = false;

/** Callbacks, returns, webhooks, orders and events, health. */
export const orders = httpApp({
  engine,
  apiToken: token,
  callbackKeys: [{ id: "k1", secret: setting("CALLBACK_SECRET") }],
  shopWebhooks: wooWebhooks({ engine, shop, secrets: [setting("ORDER_STATUS_WOO_WEBHOOK_SECRET")] }),
  publicUrl: setting("PUBLIC_URL"), // as banks and browsers reach this server
  thankYouUrl: "/thanks/{orderId}",
  cartUrl: "/cart?error={error}",
  draining: () => draining,
});

/** The pages for people, behind the same token: any user name, and the token as the password. */
export const pages = inspector({ engine, base: "/inspector", access: { kind: "token", token } });

/** /readyz says no; the server takes nothing more and ends what is under way; only then does the engine. */
export const stopsWith = (closeServer: () => Promise<unknown>): void => {
  const stop = async () => {
    draining = true;
    // So long a load balancer may go on sending.
    await setTimeout(Number(process.env.DRAIN_MS ?? 5000));
    await closeServer();
    await engine.stop();
  };
  process.once("SIGTERM", stop).once("SIGINT", stop);
};
