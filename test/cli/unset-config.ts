/** A configuration whose secrets are nowhere, for commands that need none of them. */
export const unsetConfig = (more: string): string => `
import { defineConfig, env } from "order-status-engine/config";
const at = "https://x.example";
export default defineConfig({
  store: "orders.db",
  ${more},
  shop: {
    url: at,
    consumerKey: env("NOT_SET"),
    consumerSecret: env("NOT_SET"),
    webhookSecrets: [env("NOT_SET")],
    paymentMethods: {},
  },
  gateways: { "nets-easy": { baseUrl: at, secretKey: env("NOT_SET"), webhookAuthorization: env("NOT_SET") } },
  http: { publicUrl: at, apiToken: env("NOT_SET") },
});
`;
