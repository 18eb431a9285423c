/** A real WooCommerce: the shop over REST v3, its webhooks, and a doctor for the set-up. */
export { type DoctorFinding as Finding, type DoctorOptions, wooDoctor } from "./doctor.js";
export type { WooKeys } from "./keys.js";
export { placedOrder, statusOf } from "./order.js";
export { type WooReturnOptions, wooReturns } from "./returns.js";
export { type WooShop, type WooShopOptions, wooShop } from "./shop.js";
export { type WooWebhookOptions, wooWebhooks } from "./webhooks.js";
