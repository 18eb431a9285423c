/** WooCommerce's REST API v3 as questions with an answer; every trouble is a value. */
import { createHmac } from "node:crypto";
import type { z } from "zod";
import { quoted } from "../../../machines/text.js";
import { asking, type Exchange, ownError } from "../../http-client/exchange.js";
import { type Clock, systemClock } from "../../ports/clock.js";
import { requireLongSecrets } from "../../ports/secrets.js";
import { type WooKeys, withKeys } from "./keys.js";
import { Trouble } from "./schema.js";

export type ApiResult<T> =
  | { kind: "ok"; body: T }
  /** WooCommerce itself says that it has no such order. */
  | { kind: "missing" }
  /** WooCommerce's own no to this request. */
  | { kind: "refused"; detail: string }
  /** It was not done, or nobody knows whether it was: to be looked at again, not before `afterMs`. */
  | { kind: "trouble"; afterMs: number | null; detail: string };

export interface ApiOptions extends WooKeys {
  /** Where the shop is, such as `https://shop.example`. */
  url: string;
  /** Default: the computer's own. */
  clock?: Clock | undefined;
  /** Default 15 s. */
  timeoutMs?: number | undefined;
  /**
   * How long the shop may still be at work on a request whose answer was lost; nothing is repeated earlier. Default
   * 30 s, which is PHP's own limit.
   */
  lateMs?: number | undefined;
  /** What the WordPress plugin was given too: so it knows the engine's own writes, and lets them pass. */
  pluginSecret?: string | undefined;
  fetch?: typeof globalThis.fetch | undefined;
}

/** Keys or an address that are wrong are put right by a person, and then all goes on. */
const WRONG_SETTING_WAIT_MS = 60_000;
const LONGEST_DETAIL = 300;
/** An order of a thousand lines, with all that plugins keep with each. */
const LONGEST_ANSWER_BYTES = 4 * 1024 * 1024;

/** WooCommerce has no such order. */
const GONE = [
  "woocommerce_rest_shop_order_invalid_id",
  "woocommerce_rest_order_invalid_id",
  "woocommerce_rest_invalid_order_id",
  "woocommerce_rest_invalid_shop_order_id",
];
/**
 * A no to this very request. WordPress's other codes are none: `rest_no_route` comes while WooCommerce is switched off
 * for an update, `rest_forbidden` from a plugin that guards the API, `rest_invalid_json` from whatever cut the request.
 */
const REFUSES = /^(?:woocommerce_|rest_invalid_param$|rest_missing_callback_param$)/;

const wordsOf = (exchange: Exchange & { kind: "answer" }): string => {
  const told = Trouble.safeParse(exchange.body).data;
  return quoted(`HTTP ${exchange.status}${told ? ` (${told.code}): ${told.message}` : ""}`, LONGEST_DETAIL);
};

const troubleOf = (exchange: Exchange, lateMs: number): Exclude<ApiResult<never>, { kind: "ok" }> => {
  if (exchange.kind === "not-sent") return { kind: "trouble", afterMs: null, detail: exchange.detail };
  if (exchange.kind === "lost") return { kind: "trouble", afterMs: lateMs, detail: exchange.detail };
  const { status } = exchange;
  const detail = wordsOf(exchange);
  // Without it the shop itself has not spoken: whatever stands before it, or a WordPress without WooCommerce.
  const code = ownError(exchange, Trouble)?.code ?? null;
  if (status === 401 || status === 403) {
    const hint = "; `order-status woo doctor` says what is wrong with the keys";
    return { kind: "trouble", afterMs: code === null ? null : WRONG_SETTING_WAIT_MS, detail: `${detail}${hint}` };
  }
  if (code !== null && GONE.includes(code)) return { kind: "missing" };
  if (status === 429) return { kind: "trouble", afterMs: exchange.retryAfterMs, detail };
  // What stands before the shop says these when it gave up waiting, so the shop may still be at work.
  if (status === 408 || status >= 502) return { kind: "trouble", afterMs: exchange.retryAfterMs ?? lateMs, detail };
  // A 500 with a code of WooCommerce's own is its no; one without is PHP that broke.
  if (code !== null && REFUSES.test(code) && (status < 500 || code.startsWith("woocommerce_"))) {
    return { kind: "refused", detail };
  }
  return { kind: "trouble", afterMs: exchange.retryAfterMs, detail };
};

const WOOCOMMERCE = "wc/v3";

/** @param space of the REST API, below `/wp-json` */
export const wooApi = (options: ApiOptions, space = WOOCOMMERCE) => {
  const { clock = systemClock(), timeoutMs = 15_000, lateMs = 30_000 } = options;
  const base = `${options.url.replace(/\/+$/, "")}/wp-json/${space}`;
  const fetch = options.fetch ?? globalThis.fetch;
  requireLongSecrets({ pluginSecret: options.pluginSecret });
  const secrets = [options.consumerKey, options.consumerSecret];
  const proof = (path: string, text: string): Record<string, string> => {
    if (options.pluginSecret === undefined) return {};
    const signature = createHmac("sha256", options.pluginSecret).update(`${path}\n${text}`).digest("hex");
    return { "x-order-status-signature": signature };
  };

  const ask = async <T>(
    schema: z.ZodType<T>,
    method: "GET" | "POST" | "PUT" | "DELETE",
    path: string,
    body?: object,
  ): Promise<ApiResult<T>> => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    if (!URL.canParse(`${base}/${path}`)) {
      return { kind: "trouble", afterMs: WRONG_SETTING_WAIT_MS, detail: "the shop's address (url) is none" };
    }
    const signed = withKeys(options, method, new URL(`${base}/${path}`), clock.now());
    const exchange = await asking({
      baseUrl: base,
      clock,
      timeoutMs,
      fetch,
      secrets,
      longestAnswerBytes: LONGEST_ANSWER_BYTES,
    })(`${signed.url.href.slice(base.length + 1)}`, {
      method,
      headers: {
        accept: "application/json",
        ...signed.headers,
        ...(text !== undefined && { "content-type": "application/json" }),
        // A question to the plugin is signed, too: so it finds out whether its secret is the engine's.
        ...((text !== undefined || space !== WOOCOMMERCE) && proof(path, text ?? "")),
      },
      body: text,
    });
    if (exchange.kind !== "answer" || exchange.status < 200 || exchange.status > 299) {
      return troubleOf(exchange, lateMs);
    }
    const parsed = schema.safeParse(exchange.body);
    if (parsed.success) return { kind: "ok", body: parsed.data };
    const at = parsed.error.issues[0]?.path.join(".");
    // A page of a cache or of a maintenance plugin, with a good status.
    return { kind: "trouble", afterMs: null, detail: `this is not an answer of WooCommerce's REST API (at "${at}")` };
  };
  return { ask };
};
export type WooApi = ReturnType<typeof wooApi>;

/** An id may come from a webhook; it must not be able to lead to another path. */
export const orderPath = (orderId: string, rest = ""): string | null =>
  /^\d{1,20}$/.test(orderId) ? `orders/${orderId}${rest}` : null;
