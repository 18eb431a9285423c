/** Webhooks behind a bare address, for tests that are not about the HTTP API. */
import type { ShopWebhooks } from "../../src/ports/shop.js";

export const taking =
  (webhooks: ShopWebhooks) =>
  async (request: Request): Promise<Response> =>
    webhooks(request, { body: new Uint8Array(await request.arrayBuffer()), proved() {} });
