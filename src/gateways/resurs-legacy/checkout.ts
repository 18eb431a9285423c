/** Resurs Checkout (RCO v1 and v2): the bank's frame in the shop's page, and the shop's order after it. */
import type { Gateway, GatewayAnswer } from "../../ports/gateway.js";
import { afterShopOf } from "./after-shop.js";
import { refusal } from "./failure.js";
import { cartBodyOf, checkoutBodyOf, containerOf, type NewCheckout } from "./requests.js";
import { CheckoutSession } from "./schema.js";
import { jsonOf, type LegacyOptions, soapOf } from "./transport.js";

export interface ResursCheckoutOptions extends LegacyOptions {
  /** `https://checkout.resurs.com`, or `https://omnitest.resurs.com`. */
  checkoutUrl: string;
}

export type OpenedCheckout =
  | {
      kind: "ok";
      paymentSessionId: string;
      /** The frame alone. */
      iframe: string | null;
      /** The frame with its script, as RCO v1 wants it in the page. */
      html: string | null;
      /** What RCO v2's script is started with, beside the session. */
      baseUrl: string | null;
    }
  | { kind: "failed"; detail: string };

export interface CheckoutGateway extends Gateway {
  /** Opens the checkout under the reference that the payment will have; the customer comes before the order (002). */
  openCheckout(checkout: NewCheckout): Promise<OpenedCheckout>;
  /** The cart changed while the frame is open: it shows, and the customer pays, what is told now. */
  updateCheckout(cart: Pick<NewCheckout, "preferredId" | "lines" | "total">): Promise<GatewayAnswer>;
  /** Gives the session another reference, as when the order got its number only now. */
  updateReference(call: { from: string; to: string }): Promise<GatewayAnswer>;
}

/** The second answer to the same question, says "updatePaymentReference notices", and to be taken as a yes. */
const UPDATED_BEFORE = "PAYMENT_SESSION_NOT_FOUND";

/** It becomes a part of an address and must not be able to lead to another one. */
const pathOf = (reference: string): string | null =>
  /^[\w*-]{1,64}$/.test(reference) ? `checkout/payments/${reference}` : null;

/** Resurs Checkout, named `resurs-rco`; `openCheckout` comes before there is an order. */
export const resursCheckout = (options: ResursCheckoutOptions): CheckoutGateway => {
  const json = jsonOf(options, options.checkoutUrl);
  return {
    ...afterShopOf(soapOf(options)),
    name: options.name ?? "resurs-rco",
    api: "resurs-rco",

    async openCheckout(checkout) {
      const path = pathOf(checkout.preferredId);
      if (!path) return { kind: "failed", detail: "this is not a reference for a payment" };
      const answer = await json("POST", path, checkoutBodyOf(checkout));
      if (answer.kind === "failed") return { kind: "failed", detail: answer.failure.detail };
      const session = CheckoutSession.safeParse(answer.body).data;
      if (!session) return { kind: "failed", detail: "unexpected answer of the checkout" };
      const { paymentSessionId, iframe = null, html = null, baseUrl = null } = session;
      return { kind: "ok", paymentSessionId, iframe, html, baseUrl };
    },

    async updateCheckout({ preferredId, ...cart }) {
      const path = pathOf(preferredId);
      if (!path) return refusal("this is not a reference for a payment");
      const answer = await json("PUT", path, cartBodyOf(cart));
      return answer.kind === "done" ? { kind: "ok", reading: null } : answer.failure;
    },

    async updateReference({ from, to }) {
      const path = pathOf(from);
      if (!path || !pathOf(to)) return refusal("this is not a reference for a payment");
      const answer = await json("PUT", `${path}/updatePaymentReference`, { paymentReference: to });
      if (answer.kind === "done" || answer.code === UPDATED_BEFORE) return { kind: "ok", reading: null };
      return answer.failure;
    },

    /**
     * 002, step 8: "since the order are already handled by Resurs Bank, most of this section can now be skipped". What
     * is missing is filled in, and the address is only told: the bank sends the customer on by itself.
     */
    async createPayment({ preferredId, successUrl, orderId }) {
      if (!preferredId) return { kind: "failed", detail: "there is no checkout that this order was made in" };
      const { meta } = containerOf({ orderId, preferredId, checkoutType: "rco" });
      return { kind: "ok", paymentId: preferredId, status: "UNREAD", redirectUrl: successUrl, meta };
    },
  };
};
