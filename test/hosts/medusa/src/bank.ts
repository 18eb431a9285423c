import type { ProviderOptions } from "order-status-engine/medusa";
import { postgresStore } from "order-status-engine/postgres";
import { resursMapi } from "order-status-engine/resurs";

const { ORDERS_DB, PUBLIC_URL = "", RESURS_URL = "", RESURS_ID = "", RESURS_SECRET = "" } = process.env;
const { CALLBACK_SECRET = "", COOLDOWN = "60" } = process.env;

const options: ProviderOptions = {
  gateway: "resurs-mapi",
  store: postgresStore({ connectionString: ORDERS_DB }),
  gateways: [resursMapi({ baseUrl: RESURS_URL, clientId: RESURS_ID, clientSecret: RESURS_SECRET })],
  publicUrl: PUBLIC_URL, // as banks and browsers reach this server
  callbackKeys: [{ id: "k1", secret: CALLBACK_SECRET }],
  thankYouUrl: "https://shop.example/thanks",
  cartUrl: "https://shop.example/checkout?error={error}",
  settings: { cooldownSeconds: Number(COOLDOWN) }, // so long callbacks wait for the customer's return
};

export const bank = { resolve: "order-status-engine/medusa", id: "resurs", options };
