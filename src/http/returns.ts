/** The customer comes back from the bank: the payment is read, and he is sent on to where it leads. */
import { type Context, Hono } from "hono";
import { ReturnPage } from "../../machines/commands.js";
import type { Facts } from "../../machines/facts.js";
import { KnownId } from "../core/entering.js";
import { isReviewed } from "../core/intended.js";
import type { Runtime } from "../ports/runtime.js";
import type { CustomerBack } from "../ports/shop.js";
import type { Admission, Proof } from "./admission.js";
import type { AddressKeys } from "./keys.js";
import { attemptProven } from "./return-proof.js";

export interface ReturnOptions {
  engine: Runtime;
  admission: Admission;
  keys: () => Promise<AddressKeys>;
  /**
   * Where a customer goes on to who has paid or comes back by the success page; `cartUrl` where he does not, or the order is
   * cancelled or failed. The order id is put in place of `{orderId}`, and what went wrong in place of `{error}`.
   */
  thankYouUrl?: string | null | undefined;
  /** Where `thankYouUrl` and `cartUrl` are left out, the shop may say the address itself (`wooReturns`); null = it does not. */
  returnTo?: ((back: CustomerBack) => string | null) | undefined;
  cartUrl?: string | null | undefined;
  /**
   * Reads the container that the older flows' customers carry (`decodeApiData`), for landing pages whose address does
   * not name the order; left out: there is no such page.
   */
  readContainer?: ((encoded: string) => Container) | undefined;
  /** How long a customer's return waits for the bank's answer. */
  returnWaitMs?: number | undefined;
}

type Container =
  | { ok: true; data: { wc_order_id?: string | undefined; preferred_id?: string | undefined } }
  | { ok: false; reason: string };

const NOT_COMPLETED = "not-completed";
const isWithTheBank = (payment: Facts["payment"] | undefined): boolean =>
  payment?.exists === true && (payment.status === "ACCEPTED" || isReviewed(payment));
const comesBackWell = new Set<ReturnPage>(["success", "signing-landing"]);

export const returnRoutes = (options: ReturnOptions): Hono => {
  const { engine, admission, keys, thankYouUrl, cartUrl, returnTo, readContainer, returnWaitMs = 10_000 } = options;
  const app = new Hono();

  const leadsOn = (c: Context, back: CustomerBack, told: object) => {
    // Seed 002, step 4: "in this case the most common place is back to the cart, where an error are shown".
    const error = back.paid ? null : "payment-not-completed";
    const goesTo = (back.paid ? thankYouUrl : cartUrl)
      ?.replaceAll("{orderId}", encodeURIComponent(back.orderId))
      .replaceAll("{error}", error ?? "");
    const address = goesTo || returnTo?.(back);
    if (address) return c.redirect(address, 303);
    return c.json({ ...told, next: back.paid ? "thankYou" : "cart", error });
  };

  /** The answer follows from the address alone: it tells nobody whether there is such an order, and how it stands. */
  const unproven = async (c: Context, orderId: string, page: ReturnPage) => {
    if (await admission.mayRead(c, orderId)) {
      await engine.submit(orderId, { type: "customer.returned", page, attempt: null });
    }
    const paid = comesBackWell.has(page);
    return leadsOn(c, { orderId, paid, proven: false, reason: paid ? null : NOT_COMPLETED }, {});
  };

  const proven = async (c: Context, orderId: string, page: ReturnPage, attempt: string) => {
    const told = (await admission.mayRead(c, orderId))
      ? await engine.submit(
          orderId,
          { type: "customer.returned", page, attempt },
          { wait: "settled", timeoutMs: returnWaitMs },
        )
      : null;
    const facts = async () => (await engine.queries.read(orderId))?.facts;
    const status = told?.to ?? (await facts())?.order.status ?? null;
    const isOver = status === "cancelled" || status === "failed";
    // Who has paid, and comes by the fail page all the same, must not be asked to pay again.
    const paid = !isOver && (comesBackWell.has(page) || isWithTheBank((await facts())?.payment));
    // Who has paid asks for nothing more.
    const reason = paid ? null : ((await facts())?.payment.rejectedReason ?? NOT_COMPLETED);
    return leadsOn(c, { orderId, paid, proven: true, reason }, { orderId, status });
  };

  const proofIn = async (c: Context): Promise<Proof | null> => {
    const { orderId = "", page = "", proof } = c.req.param() as Record<string, string | undefined>;
    const attempt = proof === undefined ? null : attemptProven((await keys()).returns, orderId, page, proof);
    c.set("attempt", attempt);
    return attempt === null ? null : { order: orderId, one: `returns of ${orderId}` };
  };
  app.get("/:orderId/:page/:proof?", admission.entry({ proof: proofIn, returns: true }), async (c) => {
    const { data: page } = ReturnPage.safeParse(c.req.param("page"));
    if (page === undefined) return c.json({ error: { code: "invalid-event" } }, 400);
    const attempt = c.get("attempt" as never) as string | null;
    const orderId = c.req.param("orderId");
    return attempt === null ? unproven(c, orderId, page) : proven(c, orderId, page, attempt);
  });
  if (readContainer) {
    app.get("/landing", admission.entry({}), async (c) => {
      const read = readContainer(c.req.query("apiData") ?? "");
      const { wc_order_id: orderId, preferred_id: paymentId } = read.ok ? read.data : {};
      const order = KnownId.safeParse(orderId).success ? await engine.queries.read(orderId as string) : null;
      // The container names the order and proves nothing: the payment is read, and no more.
      if (orderId === undefined || order === null || order.facts.payment.id !== paymentId) {
        return c.json({ error: { code: "not-a-landing" } }, 400);
      }
      return unproven(c, orderId, "signing-landing");
    });
  }
  return app;
};
