/**
 * Where a customer goes on to in the shop: to the plugin, which knows the shop's pages and the order's key. What it is told
 * is signed with the secret that it shares with the engine, as a key opens the order to whoever has it.
 */
import { createHmac } from "node:crypto";
import type { Clock } from "../../ports/clock.js";
import type { CustomerBack } from "../../ports/shop.js";

export interface WooReturnOptions {
  /** Where the shop is, such as `https://shop.example`. */
  url: string;
  pluginSecret: string;
  clock: Clock;
}

/** For `returnTo` of `httpApp`. */
export const wooReturns =
  ({ url, pluginSecret, clock }: WooReturnOptions) =>
  ({ orderId, paid, proven, reason }: CustomerBack): string => {
    const told = {
      order: orderId,
      paid: paid ? "1" : "0",
      reason: reason ?? "",
      at: String(Math.floor(clock.now() / 1000)),
    };
    const signed = ["return", ...Object.values(told)].join("\n");
    const query = new URLSearchParams({ "wc-api": "order_status_engine", ...told });
    if (proven) query.set("proof", createHmac("sha256", pluginSecret).update(signed).digest("hex"));
    return `${url.replace(/\/+$/, "")}/?${query}`;
  };
