import { postgresStore } from "order-status-engine/postgres";
import { resursMapi } from "order-status-engine/resurs";
import { orderStatus } from "order-status-engine/vendure";

const {
  ORDERS_DB,
  PUBLIC_URL = "",
  RESURS_URL = "",
  RESURS_ID = "",
  RESURS_SECRET = "",
  CALLBACK_SECRET = "",
  COOLDOWN = "60",
} = process.env;

export const payments = orderStatus({
  store: postgresStore({ connectionString: ORDERS_DB }),
  gateways: [resursMapi({ baseUrl: RESURS_URL, clientId: RESURS_ID, clientSecret: RESURS_SECRET })],
  publicUrl: PUBLIC_URL, // as banks and browsers reach this server
  callbackKeys: [{ id: "k1", secret: CALLBACK_SECRET }],
  thankYouUrl: "/checkout/confirmation/{orderId}",
  cartUrl: "/checkout?error={error}",
  settings: { cooldownSeconds: Number(COOLDOWN) }, // so long callbacks wait for the customer's return
});
