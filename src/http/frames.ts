/**
 * The page that shows a bank's checkout in a frame, for an order that the shop has made already: Nets Easy (seed 004,
 * "Embedded checkout flow") and Resurs Checkout (seed 002). Only whoever has the order's own address sees it.
 */
import { randomBytes } from "node:crypto";
import { type Context, Hono } from "hono";
import { html, raw } from "hono/html";
import { z } from "zod";
import { formatted } from "../core/money.js";
import type { OrderRecord } from "../core/record.js";
import type { Runtime } from "../ports/runtime.js";
import type { Admission, Proof } from "./admission.js";
import { readBody } from "./body.js";
import { netsScript, resursCheckoutScript } from "./frame-scripts.js";
import { jsonOnly } from "./json-only.js";
import type { AddressKeys } from "./keys.js";
import { attemptProven } from "./return-proof.js";
import { urlsFor } from "./urls.js";

/** Which banks' checkouts are shown here. A bank that is left out sends its customers to its own page. */
export interface Frames {
  /** `script`: where Nets has its checkout.js. The key is no secret: every customer's browser has it. */
  nets?: { checkoutKey: string; script: string } | undefined;
  /** Where the bank's frame and its script come from; from elsewhere none is shown. */
  resursCheckout?: { origin: string } | undefined;
}

export interface FrameOptions {
  engine: Runtime;
  admission: Admission;
  keys: () => Promise<AddressKeys>;
  publicUrl: () => string;
  frames?: Frames | undefined;
}

const words = {
  en: {
    title: "Payment",
    amount: "To pay",
    refused: "The order cannot be paid now. Nothing was charged. Go back to the shop and try again.",
    back: "Back to the shop without paying",
    noScript: "The bank's checkout needs JavaScript.",
    bankLanguage: "en-GB",
  },
  sv: {
    title: "Betalning",
    amount: "Att betala",
    refused: "Ordern kan inte betalas just nu. Ingen betalning har gjorts. Gå tillbaka till butiken och försök igen.",
    back: "Tillbaka till butiken utan att betala",
    noScript: "Bankens kassa behöver JavaScript.",
    bankLanguage: "sv-SE",
  },
};

/** Apart: bundlers rewrite a tagged template with this in it. */
const SCRIPT_ENDS = raw("</script>");

const Initialized = z.object({ paymentId: z.string().regex(/^[\w-]{1,64}$/) });

/** The bank's addresses for the frame, where they are of its own origin. */
const ofOrigin = (origin: string, address: string | undefined): string | null =>
  address !== undefined && URL.canParse(address) && new URL(address).href.startsWith(`${origin}/`) ? address : null;

export const frameRoutes = (options: FrameOptions): Hono => {
  const { engine, admission, keys, publicUrl, frames = {} } = options;
  const app = new Hono();

  const proofIn = async (c: Context): Promise<Proof | null> => {
    const { orderId = "", proof = "" } = c.req.param() as Record<string, string>;
    const attempt = attemptProven((await keys()).returns, orderId, "success", proof);
    c.set("attempt", attempt);
    return attempt === null ? null : { order: orderId, one: `returns of ${orderId}` };
  };
  app.use("/:orderId/:proof", admission.entry({ proof: proofIn, returns: true }), admission.provenOnly);

  /** What stands in the page between its heading and its end; null = this order's payment is shown nowhere here. */
  const frameOf = (c: Context, { facts: { payment } }: OrderRecord, done: string, nonce: string, language: string) => {
    const api = engine.gateways.get(payment.gateway ?? "");
    if (api === "nets-easy" && frames.nets !== undefined) {
      const { checkoutKey, script } = frames.nets;
      return {
        origin: new URL(script).origin,
        body: html`<div id="checkout"></div>
<script nonce="${nonce}" src="${script}">${SCRIPT_ENDS}
<script nonce="${nonce}" data-key="${checkoutKey}" data-payment="${payment.id ?? ""}" data-done="${done}" data-language="${language}">${netsScript}${SCRIPT_ENDS}`,
      };
    }
    const origin = frames.resursCheckout?.origin;
    const frame = origin === undefined ? null : ofOrigin(origin, c.req.query("frame"));
    if (api !== "resurs-rco" || origin === undefined || frame === null) return null;
    const script = ofOrigin(origin, c.req.query("script"));
    return {
      origin,
      body: html`<iframe id="checkout" title="Resurs Bank" src="${frame}"></iframe>
<script nonce="${nonce}" data-payment="${payment.id ?? ""}" data-origin="${origin}">${resursCheckoutScript}${SCRIPT_ENDS}
${script === null ? "" : html`<script nonce="${nonce}" src="${script}">${SCRIPT_ENDS}`}`,
    };
  };

  app.get("/:orderId/:proof", async (c) => {
    const orderId = c.req.param("orderId");
    const record = await engine.queries.read(orderId);
    if (record === null) return c.json({ error: { code: "unknown-order" } }, 404);
    const { order, payment } = record.facts;
    const attempt = c.get("attempt" as never) as string;
    const api = engine.gateways.get(payment.gateway ?? "") ?? "";
    const { successUrl, failUrl } = urlsFor(publicUrl(), orderId, api, await keys(), attempt);
    // Paid or over meanwhile: the way back reads the payment, and leads to where it says.
    if (order.status !== "pending") return c.redirect(successUrl, 303);
    const nonce = randomBytes(16).toString("base64url");
    const tongue = /^sv\b/i.test(c.req.header("accept-language") ?? "") ? "sv" : "en";
    const say = words[tongue];
    const frame = frameOf(c, record, successUrl, nonce, say.bankLanguage);
    if (frame === null) return c.json({ error: { code: "no-frame" } }, 404);
    c.header("Cache-Control", "no-store");
    // The bank looks at the page's origin; the rest of its address proves the order, and stays here.
    c.header("Referrer-Policy", "strict-origin");
    c.header("X-Content-Type-Options", "nosniff");
    // What the bank's own script and frame need beside them, the bank says; only these two are let in from here.
    c.header(
      "Content-Security-Policy",
      `default-src ${frame.origin} https: data:; script-src 'nonce-${nonce}' 'strict-dynamic'; connect-src 'self' ${frame.origin} https:; style-src 'unsafe-inline' https:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
    const amount = formatted(order.total, order.currency, say.bankLanguage);
    return c.html(html`<!doctype html>
<html lang="${tongue}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,"><title>${say.title}</title>
<style>:root{color-scheme:light dark}body{font:17px/1.5 system-ui,sans-serif;max-width:48rem;margin:2rem auto;padding:0 1rem}
iframe{width:100%;min-height:40rem;border:0}</style></head>
<body><main><h1>${say.title}</h1>
<p>${say.amount}: ${amount} ${order.currency}</p>
<p id="refused" role="alert" hidden>${say.refused}</p>
<noscript><p>${say.noScript}</p></noscript>
${frame.body}
<p><a href="${failUrl}">${say.back}</a></p></main></body></html>`);
  });

  /** Pay was pressed: Nets goes on only when it is told that there is an order for it (seed 004). */
  app.post("/:orderId/:proof", jsonOnly, async (c) => {
    const body = await readBody(c);
    if (!body.ok) return c.json({ reply: false, error: body.code }, body.status);
    const asked = Initialized.safeParse(body.json).data;
    if (asked === undefined) return c.json({ reply: false, error: "not-a-payment" }, 400);
    const orderId = c.req.param("orderId");
    // Only this order's own payment: what a browser names must not make the engine look for others.
    const facts = (await engine.queries.read(orderId))?.facts;
    if (facts === undefined) return c.json({ reply: false, error: "no-order" });
    const { order, payment } = facts;
    if (payment.id !== asked.paymentId) return c.json({ reply: false, error: "stale-payment" });
    if (order.status !== "pending") return c.json({ reply: false, error: `order-is-${order.status}` });
    return c.json({ reply: true, orderId });
  });
  return app;
};
