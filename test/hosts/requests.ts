/** What every host must answer alike: twenty requests to a shop with one order paid at the bank and one left unpaid. */
import { createHmac } from "node:crypto";

export const TOKEN = "token-of-the-api";
export const WEBHOOK_SECRET = "the secret of the webhook";
/** The shop as the world knows it: behind a proxy, with another name and over TLS. */
export const OUTSIDE = "https://shop.example";
export const PAID = "1001";
export const UNPAID = "1002";

/** What differs from run to run. */
export interface Place {
  /** The path that the bank was given for callbacks about the paid order. */
  callbacks: string;
  /** The payment of the paid order. */
  paymentId: string;
  /** The page that the bank sends the customer of the paid order to, and that of the unpaid one, as it was given them. */
  success: string;
  fail: string;
}

export interface Asked {
  says: string;
  path: string | ((place: Place) => string);
  method?: string;
  headers?: Record<string, string>;
  body?: string | ((place: Place) => string);
  status: number;
  /** Headers that the answer must have. */
  has?: Record<string, string>;
  /** What must be in the answer's JSON, or how its text must look. */
  answer?: object | RegExp;
}

const json = { "content-type": "application/json" };
const form = { "content-type": "application/x-www-form-urlencoded" };
const bearer = { authorization: `Bearer ${TOKEN}` };
const api = { ...json, ...bearer };
const atCallbacks = ({ callbacks }: Place) => callbacks;
const told = ({ paymentId }: Place) => JSON.stringify({ paymentId, status: "AUTHORIZED" });
const event = (type: string) => JSON.stringify({ type, via: "dropdown" });
/** Spaces, an escape and a letter beyond ASCII, none of which would outlive being read and written again. */
const webhook = `{ "id" : ${PAID},\n  "note" : "caf\\u00e9 \u00e5" }\n`;
const signature = createHmac("sha256", WEBHOOK_SECRET).update(webhook).digest("base64");
const tooLong = (bytes: number) => `{"paymentId":"${"x".repeat(bytes - 16)}"}`;

export const requests: Asked[] = [
  { says: "health", path: "/healthz", status: 200, answer: { ok: true } },
  {
    says: "a callback, held for the customer's sake",
    method: "POST",
    path: atCallbacks,
    headers: json,
    body: told,
    status: 202,
    answer: { outcome: "deferred", reason: "cooldown" },
  },
  {
    says: "the same bytes again, called a form",
    method: "POST",
    path: atCallbacks,
    headers: form,
    body: told,
    status: 202,
    answer: { outcome: "ignored", reason: "duplicate" },
  },
  {
    says: "a callback with a made-up token",
    method: "POST",
    path: "/callbacks/t/k1.MTAwMQ.nonce.mac/resurs/authorization",
    headers: json,
    body: told,
    status: 404,
  },
  {
    says: "a callback that is no JSON",
    method: "POST",
    path: atCallbacks,
    headers: json,
    body: '{"paymentId":',
    status: 400,
    answer: { error: { code: "not-json" } },
  },
  {
    says: "a callback of 16 KiB and a byte",
    method: "POST",
    path: atCallbacks,
    headers: json,
    body: tooLong(16 * 1024 + 1),
    status: 413,
    answer: { error: { code: "body-too-large" } },
  },
  {
    says: "a webhook, signed over its very bytes",
    method: "POST",
    path: "/shop/webhooks",
    headers: { ...json, "x-wc-webhook-signature": signature, "x-wc-webhook-topic": "order.updated" },
    body: webhook,
    status: 200,
    answer: { outcome: "nothing-new" },
  },
  {
    says: "the customer comes back, and has paid",
    path: ({ success }) => success,
    status: 303,
    has: { location: `/thanks/${PAID}` },
  },
  {
    says: "another comes back, and has not",
    path: ({ fail }) => fail,
    status: 303,
    has: { location: "/cart?error=payment-not-completed" },
  },
  {
    says: "the shop's own page beside the doors",
    path: `/thanks/${PAID}`,
    status: 200,
    answer: /^Your order is processing\.$/,
  },
  { says: "the head of an order", method: "HEAD", path: `/orders/${PAID}`, headers: bearer, status: 200, answer: /^$/ },
  {
    says: "whether it may be completed",
    method: "POST",
    path: `/orders/${PAID}/can`,
    headers: api,
    body: event("merchant.completed"),
    status: 200,
    answer: { allowed: true, to: "completed" },
  },
  {
    says: "the merchant completes what has ended unpaid",
    method: "POST",
    path: `/orders/${UNPAID}/events`,
    headers: api,
    body: event("merchant.completed"),
    status: 409,
    answer: { outcome: "refused", reason: "terminal-status" },
  },
  {
    says: "the merchant completes the order",
    method: "POST",
    path: `/orders/${PAID}/events`,
    headers: { ...api, "idempotency-key": "click-1" },
    body: event("merchant.completed"),
    status: 200,
    answer: { outcome: "moved", to: "completed" },
  },
  {
    says: "the same click again",
    method: "POST",
    path: `/orders/${PAID}/events`,
    headers: { ...api, "idempotency-key": "click-1" },
    body: event("merchant.completed"),
    status: 200,
    answer: { outcome: "moved", to: "completed", repeated: true },
  },
  {
    says: "the order's history, from its second entry",
    path: `/orders/${PAID}/history?after=1`,
    headers: bearer,
    status: 200,
    answer: /^\{"entries":\[\{[^\n]*"seq":2,/,
  },
  {
    says: "an order that nobody knows",
    path: "/orders/none",
    headers: bearer,
    status: 404,
    answer: { error: { code: "unknown-order" } },
  },
  {
    says: "the inspector, without the token",
    path: "/inspector/orders",
    status: 401,
    has: { "www-authenticate": 'Basic realm="order-status", charset="UTF-8"' },
  },
  {
    says: "a form of the inspector, from a browser behind a proxy",
    method: "POST",
    path: `/inspector/orders/${PAID}/reveal`,
    headers: { ...form, ...bearer, origin: OUTSIDE, "sec-fetch-site": "same-origin" },
    body: "by=Ada&why=a+question",
    status: 200,
    answer: /^<!DOCTYPE html>/,
  },
  {
    says: "a method that no address takes",
    method: "PUT",
    path: `/orders/${PAID}`,
    headers: api,
    body: "{}",
    status: 404,
    answer: { error: { code: "not-found" } },
  },
];
