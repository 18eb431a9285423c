/**
 * A request with the keys of WooCommerce's REST API. Over HTTPS they are a password; over plain HTTP, as on a
 * developer's computer, WooCommerce only takes a signature (OAuth 1.0a without a token), and so that is what is sent.
 */
import { createHmac, randomBytes } from "node:crypto";

export interface WooKeys {
  /** `ck_…` */
  consumerKey: string;
  /** `cs_…` */
  consumerSecret: string;
}

/** RFC 3986, which is stricter than encodeURIComponent. */
const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

/** What OAuth 1.0a signs: the method, the address without its query, and the sorted parameters. */
export const signatureBase = (method: string, url: URL): string => {
  const pairs = [...url.searchParams].map(([name, value]) => `${encoded(name)}=${encoded(value)}`).sort();
  return [method.toUpperCase(), encoded(`${url.origin}${url.pathname}`), encoded(pairs.join("&"))].join("&");
};

/** @param at epoch ms; the shop refuses a signature that is 15 minutes old */
export const withKeys = (
  { consumerKey, consumerSecret }: WooKeys,
  method: string,
  address: URL,
  at: number,
): { url: URL; headers: Record<string, string> } => {
  const url = new URL(address);
  if (url.protocol === "https:") {
    const password = Buffer.from(`${consumerKey}:${consumerSecret}`).toString("base64");
    return { url, headers: { authorization: `Basic ${password}` } };
  }
  url.searchParams.set("oauth_consumer_key", consumerKey);
  url.searchParams.set("oauth_nonce", randomBytes(16).toString("hex"));
  url.searchParams.set("oauth_signature_method", "HMAC-SHA256");
  url.searchParams.set("oauth_timestamp", String(Math.floor(at / 1000)));
  const signature = createHmac("sha256", `${consumerSecret}&`).update(signatureBase(method, url)).digest("base64");
  url.searchParams.set("oauth_signature", signature);
  return { url, headers: {} };
};
