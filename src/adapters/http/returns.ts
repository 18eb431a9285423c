/** The customer comes back from the bank: the payment is read, and he is sent on to where it leads. */
import { Hono } from "hono";
import type { Runtime } from "../../ports/runtime.js";

export interface ReturnOptions {
  engine: Runtime;
  /** Where a customer goes on to; the order id is put in place of `{orderId}`, and what went wrong in place of `{error}`. */
  thankYouUrl?: string | null;
  cartUrl?: string | null;
  /** How long a customer's return waits for the bank's answer. */
  returnWaitMs?: number;
}

const comesBackWell = new Set(["success", "signing-landing"]);

export const returnRoutes = ({ engine, thankYouUrl, cartUrl, returnWaitMs = 10_000 }: ReturnOptions): Hono => {
  const app = new Hono();
  app.get("/:orderId/:page", async (c) => {
    const { orderId, page } = c.req.param();
    const returned = { type: "customer.returned", page };
    const { to: status } = await engine.submit(orderId, returned, { wait: "settled", timeoutMs: returnWaitMs });
    const paid = comesBackWell.has(page) && status !== "cancelled" && status !== "failed";
    // Seed 002, step 4: "in this case the most common place is back to the cart, where an error are shown".
    const error = paid ? null : "payment-not-completed";
    const goesTo = (paid ? thankYouUrl : cartUrl)
      ?.replace("{orderId}", encodeURIComponent(orderId))
      .replace("{error}", error ?? "");
    if (goesTo) return c.redirect(goesTo, 303);
    return c.json({ orderId, status, next: paid ? "thankYou" : "cart", error });
  });
  return app;
};
