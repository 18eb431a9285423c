import { postgresStore } from "order-status-engine/postgres";
import { resursMapi } from "order-status-engine/resurs";
import { orderStatus } from "order-status-engine/vendure";

const env = (name: string): string => process.env[name] ?? "";
const [baseUrl, clientId, clientSecret] = [env("RESURS_URL"), env("RESURS_ID"), env("RESURS_SECRET")];
export const payments = orderStatus({
  store: postgresStore({ connectionString: env("ORDERS_DB") }),
  gateways: [resursMapi({ baseUrl, clientId, clientSecret })],
  publicUrl: env("PUBLIC_URL"), // as banks and browsers reach this server
  callbackKeys: [{ id: "k1", secret: env("CALLBACK_SECRET") }],
  thankYouUrl: "/checkout/confirmation/{orderId}",
  cartUrl: "/checkout?error={error}",
  settings: { cooldownSeconds: Number(env("COOLDOWN")) }, // so long callbacks wait for the customer's return; usually 60
});
