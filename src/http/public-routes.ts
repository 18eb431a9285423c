/** Every route that anybody on the internet may call, behind the admission. A gateway's routes exist only with it. */
import { type Context, Hono } from "hono";
import type { Log } from "../ports/log.js";
import type { ShopWebhooks } from "../ports/shop.js";
import type { Admission, Proof } from "./admission.js";
import { readBytes } from "./body.js";
import { type CallbackOptions, legacyCallbackRoutes, merchantApiCallbackRoutes } from "./callbacks.js";
import { digestIn } from "./digest.js";
import { type FrameOptions, frameRoutes } from "./frames.js";
import { authorizationIn, type NetsOptions, netsRoutes } from "./nets.js";
import { type CheckoutRouteOptions, resursCheckoutRoutes } from "./resurs-checkout.js";
import { type ReturnOptions, returnRoutes } from "./returns.js";

export interface PublicOptions extends NetsOptions, CheckoutRouteOptions, CallbackOptions, ReturnOptions, FrameOptions {
  log: Log;
  admission: Admission;
  /** Takes the shop's webhooks at `/shop/webhooks` (`wooWebhooks`); they prove themselves. */
  shopWebhooks?: ShopWebhooks | undefined;
}

/** An order of a hundred lines is 60 kB. */
const WEBHOOK_CAP_BYTES = 1024 * 1024;

const OLDER_FLOWS = ["resurs-simplified", "resurs-hosted", "resurs-rco"];

export const publicRoutes = (options: PublicOptions): Hono => {
  const { engine, admission, shopWebhooks, resursDigest = null, netsAuthorization = null } = options;
  const offered = (apis: string[]) => [...engine.gateways].flatMap(([name, api]) => (apis.includes(api) ? [name] : []));
  const app = new Hono();

  const proofs: ((c: Context) => Proof | null)[] = [
    admission.tokenIn,
    digestIn(resursDigest),
    authorizationIn(netsAuthorization),
  ];
  const proof = (c: Context) => proofs.reduce<Proof | null>((found, one) => found ?? one(c), null);
  app.use("/callbacks/*", admission.entry({ banksOnly: true, proof }));
  const [merchantApi, older, nets, frame] = [["resurs-mapi"], OLDER_FLOWS, ["nets-easy"], ["resurs-rco"]].map(offered);
  if (merchantApi?.length) app.route("/callbacks", merchantApiCallbackRoutes(options, merchantApi));
  if (older?.length) app.route("/callbacks", legacyCallbackRoutes(options, older));
  if (merchantApi?.length || older?.length) {
    // Resurs tries an address before it is used: nothing is looked up and nothing happens.
    app.on(["GET", "POST"], "/callbacks/resurs/test", (c) =>
      c.json({ outcome: "ignored", reason: "test-callback" }, 202),
    );
  }
  if (nets?.length) {
    app.use("/nets/*", admission.entry({ banksOnly: true }));
    app.route("/", netsRoutes(options, nets));
  }
  if (frame?.length) {
    app.use("/resurs-checkout/create-order", admission.entry({ banksOnly: true }));
    app.use("/resurs-checkout/rejected", admission.entry({}));
    app.route("/resurs-checkout", resursCheckoutRoutes(options, frame));
  }

  app.route("/returns", returnRoutes(options));
  if (options.frames !== undefined) app.route("/frames", frameRoutes(options));

  if (shopWebhooks !== undefined) {
    app.post("/shop/webhooks", admission.entry({ byBody: true }), async (c) => {
      const body = await readBytes(c, WEBHOOK_CAP_BYTES);
      if (!body.ok) return c.json({ error: { code: body.code } }, body.status);
      return shopWebhooks(c.req.raw, { body: body.bytes, proved: () => admission.proved(c) });
    });
  }
  return app;
};
