/** The text of a new configuration file and of its `.env`: every key under its description, out of the schema. */
import { randomBytes } from "node:crypto";
import type { Config, Secret } from "./define.js";
import { env } from "./define.js";
import { type KeyNode, keys } from "./problems.js";
import type { GatewayName } from "./schema.js";

export interface Answers {
  shopUrl: string;
  gateways: GatewayName[];
  store: "sqlite" | "postgres";
  publicUrl: string;
  /** The header in which a proxy names the client's address; left out: there is no proxy. */
  sourceHeader?: string;
}

const legacy = {
  baseUrl: "https://test.resurs.com/ecommerce-test/ws/V4",
  userName: "name of the web service user",
  password: env("RESURS_PASSWORD"),
};

/** Each begins at the bank's test system. */
const gatewaySamples: Required<Config["gateways"]> = {
  "resurs-mapi": {
    baseUrl: "https://merchant-api.integration.resurs.com",
    clientId: env("RESURS_CLIENT_ID"),
    clientSecret: env("RESURS_CLIENT_SECRET"),
  },
  "nets-easy": {
    baseUrl: "https://test.api.dibspayment.eu",
    secretKey: env("NETS_SECRET_KEY"),
    webhookAuthorization: env("NETS_WEBHOOK_AUTHORIZATION"),
  },
  "resurs-simplified": {
    ...legacy,
    paymentMethodId: "id of a payment method at the bank",
    customerOf: (orderId) => {
      throw new Error(`say who the customer of order ${orderId} is`);
    },
  },
  "resurs-hosted": { ...legacy, hostedUrl: "https://test.resurs.com/ecommerce-test/hostedflow" },
  "resurs-rco": { ...legacy, checkoutUrl: "https://omnitest.resurs.com" },
};

/** As the banks' own plugins for WooCommerce call them. */
const methodOf = (name: GatewayName): string => (name === "nets-easy" ? "dibs_easy" : "resursbank");

/** Only those that we choose ourselves can be made up here. */
const ours = new Set([
  "ORDER_STATUS_TOKEN",
  "ORDER_STATUS_CALLBACK_KEY",
  "ORDER_STATUS_WOO_WEBHOOK_SECRET",
  "ORDER_STATUS_PLUGIN_SECRET",
  "NETS_WEBHOOK_AUTHORIZATION",
]);
const OUR_SECRET_BYTES = 24;
/** Nets takes 32 letters and digits. */
const NETS_BYTES = 16;

const madeUp = (name: string): string =>
  randomBytes(name === "NETS_WEBHOOK_AUTHORIZATION" ? NETS_BYTES : OUR_SECRET_BYTES).toString("hex");

/** On this computer, the address that was given says where the engine listens; elsewhere a proxy stands before it. */
const portIn = (publicUrl: string): number => {
  const { hostname, port } = new URL(publicUrl);
  return ["127.0.0.1", "localhost", "[::1]"].includes(hostname) && port !== "" ? Number(port) : 8080;
};

export const sampleOf = ({ shopUrl, gateways, store, publicUrl, sourceHeader }: Answers): Config => ({
  store: store === "sqlite" ? "orders.db" : env("DATABASE_URL"),
  shop: {
    url: shopUrl,
    consumerKey: env("ORDER_STATUS_WOO_KEY"),
    consumerSecret: env("ORDER_STATUS_WOO_SECRET"),
    webhookSecrets: [env("ORDER_STATUS_WOO_WEBHOOK_SECRET")],
    pluginSecret: env("ORDER_STATUS_PLUGIN_SECRET"),
    paymentMethods: Object.fromEntries(gateways.map((name) => [methodOf(name), name])),
  },
  gateways: Object.fromEntries(gateways.map((name) => [name, gatewaySamples[name]])),
  http: {
    port: portIn(publicUrl),
    host: "127.0.0.1",
    publicUrl,
    apiToken: env("ORDER_STATUS_TOKEN"),
    callbackKeys: [{ id: "k1", secret: env("ORDER_STATUS_CALLBACK_KEY") }],
    ...(sourceHeader !== undefined && { sourceHeader }),
  },
  settings: { cooldownSeconds: 60 },
});

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isSecret = (value: unknown): value is Secret => isObject(value) && typeof value.env === "string";

const named = (key: string): string => (/^[A-Za-z_]\w*$/.test(key) ? key : JSON.stringify(key));

const inline = (value: unknown): string => {
  if (typeof value === "function") return String(value).replace(/\s+/g, " ");
  if (isSecret(value)) return `env(${JSON.stringify(value.env)})`;
  if (Array.isArray(value)) return `[${value.map(inline).join(", ")}]`;
  if (isObject(value))
    return `{ ${Object.entries(value)
      .map(([key, one]) => `${named(key)}: ${inline(one)}`)
      .join(", ")} }`;
  return JSON.stringify(value);
};

/** Keys that are left out stand there as a comment, so that the file shows what else there is. */
const block = (value: Record<string, unknown>, node: KeyNode | undefined, indent: string): string[] => {
  const known = Object.keys(node?.properties ?? {});
  const order = known.length > 0 ? known : Object.keys(value);
  return order.flatMap((key) => {
    const child = node?.properties?.[key];
    const comment = child?.description === undefined ? [] : [`${indent}// ${child.description}`];
    const given = value[key];
    if (given === undefined)
      return child?.description === undefined ? [] : [`${indent}// ${key}: ${child.description}`];
    if (isObject(given) && !isSecret(given) && child?.properties !== undefined) {
      return [...comment, `${indent}${named(key)}: {`, ...block(given, child, `${indent}  `), `${indent}},`];
    }
    return [...comment, `${indent}${named(key)}: ${inline(given)},`];
  });
};

export const configText = (sample: Config): string =>
  [
    "// Where the shop and the banks are. Secrets stay in the environment, or in .env beside this file.",
    '// "order-status config" checks this file and shows what is in effect.',
    'import { defineConfig, env } from "order-status-engine/config";',
    "",
    "export default defineConfig({",
    ...block({ ...sample }, keys(), "  "),
    "});",
    "",
  ].join("\n");

/** The variables that the file names, in its order. */
export const variablesOf = (sample: unknown): string[] => {
  if (isSecret(sample)) return [sample.env];
  if (typeof sample !== "object" || sample === null) return [];
  return [...new Set(Object.values(sample).flatMap(variablesOf))];
};

/** What is ours to choose is made up at random; what the shop and the bank give out is left empty. */
export const environmentText = (variables: string[]): string =>
  [
    "# Keep this file out of version control.",
    ...variables.map((name) => `${name}=${ours.has(name) ? madeUp(name) : ""}`),
    "",
  ].join("\n");
