/** What server.ts opened, for the routes. */
import type * as orders from "../orders.js";

export const shop = (): typeof orders => (globalThis as unknown as { shop: typeof orders }).shop;
