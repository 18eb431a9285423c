/** Texts that a terminal would obey, and a server that answers the command line with them. */
import { listen } from "../../src/http/serve.js";

/** Window title, clear screen, a forged row, bidi override, line separator, C1's CSI, DEL, NUL, an invisible tag. */
export const HOSTILE = {
  "escape sequences": "\x1b]0;PWNED\x07\x1b[2J\x1b[31m",
  "a forged row": "\n1001  processing\r\nforged\rover",
  "C1, DEL and NUL": "\x9b2J\x7f\u0000\x85",
  "bidi and separators": "\u202etxt.exe\u2066\u2028\u2029\u200f",
  "invisible characters": "\u200b\ufeff\u{e0041}\u2060",
};

/** Everything but our own newlines. */
export const CONTROL = /[^\P{Cc}\n]|[\p{Cs}\p{Zl}\p{Zp}]|(?![\u200c\u200d])\p{Cf}/u;

const AT = Date.UTC(2026, 0, 31);

const order = (text: string) => ({
  status: "processing",
  gateway: text,
  total: 100,
  currency: text,
  createdAt: AT,
  updatedAt: AT,
});
const payment = (text: string) => ({
  id: text,
  gateway: text,
  status: text,
  readAt: AT,
  authorized: 100,
  captured: 0,
  canceled: 0,
  refunded: 0,
});

const entry = (text: string) => ({
  seq: 1,
  eventId: text,
  at: AT,
  from: null,
  to: text,
  source: "gateway",
  event: { type: "callback.received", kind: text, claims: text },
  answers: [
    { eventId: text, type: "callback.received", from: null, to: text, outcome: text, rule: text, reason: text },
  ],
  effects: [{ type: text }],
  raised: [],
});

const explained = (text: string) => {
  const says = { en: text, sv: text };
  return { answer: says, notes: [{ says }], evidence: { says }, next: { says }, action: { says } };
};

/** An engine whose every text is another's. */
export const engineThatSays = (text: string) => {
  const answers: [RegExp, unknown][] = [
    [/\/history/, { entries: [entry(text)] }],
    [/\/why/, explained(text)],
    [/\/can/, { allowed: false, outcome: "refused", reason: text, rule: text, to: text }],
    [/\/events/, { outcome: "refused", reason: text, to: text, final: true }],
    [
      /\/dead-letters/,
      {
        deadLetters: [{ kind: "effect", orderId: text, id: text, type: text, since: AT, attempts: 3, error: text }],
      },
    ],
    [/\/reconcile/, { orderId: text, before: text, after: text, why: text, flags: [text], outcome: "moved" }],
    [
      /\/orders\//,
      {
        orderId: text,
        version: 1,
        flags: [],
        facts: { order: order(text), payment: payment(text) },
        states: { order: "processing" },
      },
    ],
  ];
  return listen(async (request) => {
    const { pathname } = new URL(request.url);
    const found = answers.find(([pattern]) => pattern.test(pathname));
    return found === undefined ? new Response("not found", { status: 404 }) : Response.json(found[1]);
  });
};

/** A shop that answers everything with this text as its error. */
export const shopThatSays = (text: string) =>
  listen(async () => Response.json({ code: "woocommerce_rest_x", message: text }, { status: 403 }));
