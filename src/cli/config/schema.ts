/** Every key of the configuration, with what it is for: the errors, `init` and docs/configuration.md are made of this. */
import { z } from "zod";
import { Settings } from "../../../machines/settings.js";
import { Statuses } from "../../../machines/statuses.js";
import { Word } from "../../../machines/text.js";
import type { HostedCustomer, LegacyCustomer } from "../../gateways/resurs-legacy/index.js";
import { callbackKeysSchema } from "../../http/keys.js";
import { Network } from "../../http/source.js";
import { scopes } from "../../ports/access.js";
import { hasPassword } from "../../ports/passwords.js";
import { address, NOT_HERE, SecretSchema, text } from "./values.js";
import { Webhooks } from "./webhooks.js";

const place = z
  .union([text, SecretSchema], 'write the path of a SQLite file, or env("DATABASE_URL")')
  .refine((value) => typeof value !== "string" || !hasPassword(value), {
    error:
      'a password does not stand in the file; put the whole address into the environment and write env("DATABASE_URL")',
  });

const rate = z.strictObject({ burst: z.number().min(1), perSecond: z.number().positive() });

type CustomerOf<C> = (orderId: string) => C | Promise<C>;
const customerOf = <C>() =>
  z
    .custom<CustomerOf<C>>((value) => typeof value === "function", "write a function: (orderId) => customer")
    .describe("`(orderId) => customer`: the customer in the words of the bank's extendedCustomer");

const legacy = {
  baseUrl: address.describe("the SOAP services, such as https://ecommerce.resurs.com/ws/V4"),
  userName: text.describe("the web service user"),
  password: SecretSchema.describe("that user's password"),
};
const paymentMethodId = text.describe("which of the bank's payment methods is offered");

const Gateways = z
  .strictObject({
    "resurs-mapi": z
      .strictObject({
        baseUrl: address.describe(
          "https://merchant-api.resurs.com, or https://merchant-api.integration.resurs.com to try it",
        ),
        clientId: SecretSchema.describe("the client's id"),
        clientSecret: SecretSchema.describe("the client's secret"),
        scope: text
          .optional()
          .describe("the OAuth scope (default: merchant-api; the bank's mock uses mock-merchant-api)"),
        storeId: text.optional().describe("the store at the bank"),
        paymentMethodId: text.optional().describe("which of the store's payment methods is offered"),
      })
      .optional()
      .describe("Resurs Bank, Merchant API 2.0"),
    "nets-easy": z
      .strictObject({
        baseUrl: address.describe("https://api.dibspayment.eu, or https://test.api.dibspayment.eu to try it"),
        secretKey: SecretSchema.describe("the secret key of the checkout"),
        webhookAuthorization: SecretSchema.describe(
          "the value by which Nets authenticates itself: letters and digits of your own choice",
        ),
        termsUrl: address.optional().describe("the shop's terms, which Nets shows"),
        checkoutKey: text
          .optional()
          .describe(
            "the checkout key (no secret): Nets's checkout is shown in a page of the engine; leave out to send customers to Nets's own page",
          ),
      })
      .optional()
      .describe("Nets Easy"),
    "resurs-simplified": z
      .strictObject({ ...legacy, paymentMethodId, customerOf: customerOf<LegacyCustomer>() })
      .optional()
      .describe("Resurs Bank, the simplified flow"),
    "resurs-hosted": z
      .strictObject({
        ...legacy,
        hostedUrl: address.describe("the hosted page, such as https://ecommerce-hosted.resurs.com"),
        paymentMethodId: paymentMethodId.optional(),
        customerOf: customerOf<HostedCustomer>().optional(),
      })
      .optional()
      .describe("Resurs Bank, the hosted flow"),
    "resurs-rco": z
      .strictObject({ ...legacy, checkoutUrl: address.describe("the checkout, such as https://checkout.resurs.com") })
      .optional()
      .describe("Resurs Bank, Resurs Checkout"),
  })
  .refine((gateways) => Object.values(gateways).some((one) => one !== undefined), {
    error: "there is no way of paying; add one",
  });

export const GatewayName = z.enum(Object.keys(Gateways.shape) as [keyof typeof Gateways.shape]);
export type GatewayName = z.infer<typeof GatewayName>;

const Shop = z.strictObject({
  url: address.describe("where the WooCommerce shop is"),
  consumerKey: SecretSchema.describe(
    "REST key with Read/Write; the plugin makes one at WooCommerce › Order Status Engine",
  ),
  consumerSecret: SecretSchema.describe("the secret of that key"),
  webhookSecrets: z
    .array(SecretSchema)
    .min(1)
    .describe("the secret of the shop's webhook; while it is being changed, the one before it too"),
  pluginSecret: SecretSchema.optional().describe(
    "the secret that the WordPress plugin was given, where it is installed; customers then come back to the pages of the shop",
  ),
  paymentMethods: z
    .record(Word(), GatewayName)
    .describe(
      "payment methods of the shop's other plugins, and the gateway below that takes each; our own plugin's need no entry, other orders are left alone",
    ),
  sendEdits: z
    .boolean()
    .default(false)
    .describe(
      "whether a total that was changed in WooCommerce after the payment changes the payment when its webhook comes, as Recalculate does; its whole reservation is cancelled first",
    ),
});

const NO_TOKEN = 'write env("ORDER_STATUS_TOKEN"), or a list of { token: env("…"), scopes: ["read"] }';
const ScopedToken = z.strictObject({
  token: SecretSchema.describe("the token"),
  scopes: z
    .array(z.enum(scopes))
    .min(1)
    .describe("read: every GET, and `can`; act: whatever changes something; metrics: /metrics"),
});

const Http = z.strictObject({
  port: z.number().int().min(0).max(65_535).default(8080).describe("the port to listen on; 0 = any free port"),
  host: text.default("127.0.0.1").describe("the address it listens on; behind a proxy leave it"),
  publicUrl: address.describe("where the bank and the customer reach it"),
  apiToken: z
    .union([SecretSchema, z.array(ScopedToken).min(1)], {
      error: ({ input }) => (typeof input === "string" ? NOT_HERE : NO_TOKEN),
    })
    .describe(
      "the API token, for the API and the inspector: one with all rights, or a list of `{ token, scopes }` with `read`, `act`, `metrics`",
    ),
  callbackKeys: callbackKeysSchema(SecretSchema)
    .optional()
    .describe(
      "keys of the tokens in the addresses that banks are given, newest first; leave out for addresses without tokens",
    ),
  allowFrom: z
    .array(Network)
    .optional()
    .describe(
      "addresses and networks that callbacks, pay-initialized and create-order may come from; leave out for all",
    ),
  sourceHeader: z
    .string()
    .regex(/^[\w-]+$/, "this is not the name of a header")
    .optional()
    .describe(
      "the header in which your proxy names the client's address, such as x-real-ip; leave out without a proxy",
    ),
  proxies: z
    .array(Network)
    .default([])
    .describe(
      "proxies whose header is believed, beside those on this computer and in private networks: addresses and networks",
    ),
  limits: z
    .strictObject({
      source: rate,
      order: rate,
      unprovenOrder: rate,
      unprovenReturns: rate,
      total: rate,
      proof: rate,
      provenTotal: rate,
      provenReturns: rate,
      unprovenReadings: rate,
      rejections: rate,
      creations: rate,
    })
    .partial()
    .optional()
    .describe(
      "how many requests pass the public routes: `{ burst, perSecond }` for each; docs/security.md tells of them",
    ),
  requestsAtOnce: z
    .number()
    .int()
    .min(1)
    .default(4000)
    .describe("concurrent requests of authenticated callers; further ones are answered 429"),
  unprovenAtOnce: z.number().int().min(1).default(1000).describe("the same for unauthenticated callers"),
  bufferedBytes: z
    .number()
    .int()
    .min(1024 * 1024)
    .default(64 * 1024 * 1024)
    .describe(
      "bytes of bodies held at once, half of it for those who have not proved themselves; more are answered 503",
    ),
  ack: z
    .enum(["202", "after-apply"])
    .default("202")
    .describe(
      "202: a callback is stored and answered at once; after-apply: until it is applied, the bank is asked to resend",
    ),
  resursDigest: z
    .strictObject({
      algorithm: z.enum(["MD5", "SHA1"]),
      salts: z.array(SecretSchema).min(1),
      parameters: z.array(text).optional(),
    })
    .optional()
    .describe("what the callbacks of Resurs's older flows were registered with"),
  thankYouUrl: text
    .optional()
    .describe(
      "where a customer who paid or came back by the bank's success page is sent, unless the order is cancelled or failed; `{orderId}` is put in",
    ),
  cartUrl: text.optional().describe("where a customer who has not paid is sent; `{orderId}` and `{error}` are put in"),
  inspectorActions: z.boolean().default(false).describe("whether actions are enabled in the inspector"),
  drainSeconds: z
    .number()
    .min(0)
    .max(3600)
    .default(5)
    .describe("seconds that it keeps serving after SIGTERM, while /readyz answers 503"),
});

const bound = (
  config: { shop: z.infer<typeof Shop>; gateways: z.infer<typeof Gateways> },
  ctx: z.RefinementCtx,
): void => {
  for (const [method, gateway] of Object.entries(config.shop.paymentMethods)) {
    if (config.gateways[gateway] !== undefined) continue;
    const message = `"${gateway}" is not among the gateways; add gateways.${gateway}`;
    ctx.addIssue({ code: "custom", path: ["shop", "paymentMethods", method], message });
  }
};

export const ConfigSchema = z
  .strictObject({
    store: place.describe(
      "where orders are kept: a SQLite file beside this one, or env(…) with postgres://user:password@host/database",
    ),
    shop: Shop.describe("the shop whose orders these are"),
    gateways: Gateways.describe("the ways of paying"),
    http: Http.describe("the HTTP server"),
    webhooks: Webhooks,
    statuses: Statuses.default({}).describe(
      "the shop's own statuses, such as those of other plugins, and the status each is a child of",
    ),
    settings: Settings.prefault({}).describe("settings of the shop; docs/rules.md explains each"),
    logLevel: z
      .enum(["debug", "info", "warn", "error", "silent"])
      .default("info")
      .describe("what is logged, as JSON to stderr"),
  })
  .superRefine(bound);
export type Checked = z.output<typeof ConfigSchema>;

/** The same with the secrets in it. */
export type WithSecrets<T> = T extends { env: string }
  ? string
  : T extends (...args: never[]) => unknown
    ? T
    : T extends object
      ? { [K in keyof T]: WithSecrets<T[K]> }
      : T;
export type Ready = WithSecrets<Checked>;
