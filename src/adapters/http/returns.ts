/** The customer comes back from the bank: the payment is read, and he is sent on to where it leads. */
import { type Context, Hono } from "hono";
import { parseCommand } from "../../ports/command.js";
import type { Runtime } from "../../ports/runtime.js";
import type { Admission } from "./admission.js";

export interface ReturnOptions {
  engine: Runtime;
  admission: Admission;
  /** Where a customer goes on to; the order id is put in place of `{orderId}`, and what went wrong in place of `{error}`. */
  thankYouUrl?: string | null;
  cartUrl?: string | null;
  /**
   * Reads the container that the older flows' customers carry (`decodeApiData`), for landing pages whose address does
   * not name the order; left out: there is no such page.
   */
  readContainer?: (encoded: string) => Container;
  /** How long a customer's return waits for the bank's answer. */
  returnWaitMs?: number;
}

type Container =
  | { ok: true; data: { wc_order_id?: string | undefined; preferred_id?: string | undefined } }
  | { ok: false; reason: string };

const comesBackWell = new Set(["success", "signing-landing"]);

export const returnRoutes = (options: ReturnOptions): Hono => {
  const { engine, admission, thankYouUrl, cartUrl, readContainer, returnWaitMs = 10_000 } = options;
  const app = new Hono();
  const comesBack = async (c: Context, orderId: string, page: string) => {
    const returned = parseCommand({ type: "customer.returned", page });
    const status = admission.mayRead(c, orderId)
      ? (await engine.submit(orderId, returned, { wait: "settled", timeoutMs: returnWaitMs })).to
      : ((await engine.read(orderId))?.facts.order.status ?? null);
    const paid = comesBackWell.has(page) && status !== "cancelled" && status !== "failed";
    // Seed 002, step 4: "in this case the most common place is back to the cart, where an error are shown".
    const error = paid ? null : "payment-not-completed";
    const goesTo = (paid ? thankYouUrl : cartUrl)
      ?.replace("{orderId}", encodeURIComponent(orderId))
      .replace("{error}", error ?? "");
    if (goesTo) return c.redirect(goesTo, 303);
    return c.json({ orderId, status, next: paid ? "thankYou" : "cart", error });
  };
  app.get("/:orderId/:page", (c) => comesBack(c, c.req.param("orderId"), c.req.param("page")));
  if (readContainer) {
    app.get("/landing", async (c) => {
      const read = readContainer(c.req.query("apiData") ?? "");
      const { wc_order_id: orderId, preferred_id: paymentId } = read.ok ? read.data : {};
      const order = orderId === undefined ? null : await engine.read(orderId);
      // Whoever makes one up has to know both, and then has done no more than open a page.
      if (orderId === undefined || order === null || order.facts.payment.id !== paymentId) {
        return c.json({ error: { code: "not-a-landing" } }, 400);
      }
      return comesBack(c, orderId, "signing-landing");
    });
  }
  return app;
};
