/**
 * The keys of WooCommerce's REST API. Over plain HTTP it takes no password: each request is signed as OAuth 1.0a
 * describes ("one-legged", no token), which the double checks as the real one does.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { failure, type RestAnswer } from "./json.js";

export interface RestKey {
  key: string;
  secret: string;
  mayWrite: boolean;
}

const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

const digests: Record<string, string> = { "HMAC-SHA1": "sha1", "HMAC-SHA256": "sha256" };
/** How far the clocks of client and shop may lie apart. */
const WINDOW_S = 15 * 60;

const unauthorized = (message: string): RestAnswer => failure(401, "woocommerce_rest_authentication_error", message);

/** Says no with the answer to send, or null. */
export const keyring = (keys: RestKey[], now: () => number) => {
  const used = new Set<string>();

  const signed = (method: string, url: URL, key: RestKey): string | null => {
    const all = [...url.searchParams].filter(([name]) => name !== "oauth_signature");
    const sorted = all.map(([name, value]) => `${encoded(name)}=${encoded(value)}`).sort();
    const text = [method, encoded(`${url.origin}${url.pathname}`), encoded(sorted.join("&"))].join("&");
    const digest = digests[url.searchParams.get("oauth_signature_method") ?? ""];
    return digest === undefined ? null : createHmac(digest, `${key.secret}&`).update(text).digest("base64");
  };

  return (method: string, url: URL): RestAnswer | null => {
    const query = url.searchParams;
    const consumer = query.get("oauth_consumer_key");
    // A password over plain HTTP is not looked at, so whoever sends one is a visitor without rights.
    if (consumer === null) return failure(401, "woocommerce_rest_cannot_view", "Sorry, you cannot view this resource.");
    const key = keys.find((one) => one.key === consumer);
    if (key === undefined) return unauthorized("Consumer key is invalid.");
    const expected = signed(method, url, key);
    if (expected === null) return unauthorized("Invalid signature - signature method is invalid.");
    const given = Buffer.from(query.get("oauth_signature") ?? "");
    if (given.length !== expected.length || !timingSafeEqual(given, Buffer.from(expected))) {
      return unauthorized("Invalid signature - provided signature does not match.");
    }
    if (Math.abs(Number(query.get("oauth_timestamp")) - now() / 1000) > WINDOW_S) {
      return unauthorized("Invalid timestamp.");
    }
    const nonce = `${consumer} ${query.get("oauth_nonce")}`;
    if (used.has(nonce)) return unauthorized("Invalid nonce - nonce has already been used.");
    used.add(nonce);
    if (!key.mayWrite && !["GET", "HEAD", "OPTIONS"].includes(method)) {
      return unauthorized("The API key provided does not have write permissions.");
    }
    return null;
  };
};
