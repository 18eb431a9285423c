/** Resurs Checkout (RCO v1 and v2): the bank's frame in the shop's page, and the shop's order after it. */
import type { CreatedPayment, Gateway, GatewayAnswer, NewPayment } from "../../ports/gateway.js";
import { afterShopOf } from "./after-shop.js";
import { refusal } from "./failure.js";
import { isPreferredId } from "./ids.js";
import {
  attemptOf,
  cartBodyOf,
  checkoutBodyOf,
  containerOf,
  inShop,
  type NewCheckout,
  preferredIdOf,
} from "./requests.js";
import { CheckoutSession } from "./schema.js";
import { jsonOf, type LegacyOptions, soapOf } from "./transport.js";

export interface ResursCheckoutOptions extends LegacyOptions {
  /** `https://checkout.resurs.com`, or `https://omnitest.resurs.com`. */
  checkoutUrl: string;
  /** The checkout is opened for an order that is there, and shown by the page at its `frameUrl`; left out: it is open. */
  embedded?: boolean | undefined;
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
const isReference = (id: string): boolean => /^[\w*-]{1,64}$/.test(id);
/** The payment is read and captured by the SOAP services, whose ids know no `*`. */
const isTaken = (id: string): boolean => isReference(id) && isPreferredId(id);
const pathOf = (reference: string): string | null => (isReference(reference) ? `checkout/payments/${reference}` : null);
const NO_REFERENCE = "this is not a reference for a payment: those have 1 to 64 letters, digits, _ * -";

/** Where the bank's own piece of a page has its frame or its script from. */
const sourceOf = (
  tag: "iframe" | "script",
  { html, iframe }: Extract<OpenedCheckout, { kind: "ok" }>,
): string | null => {
  const found = new RegExp(`<${tag}\\b[^>]*?\\ssrc=["']([^"']+)["']`, "i").exec(`${html ?? ""}${iframe ?? ""}`)?.[1];
  return found?.replaceAll("&amp;", "&") ?? null;
};

/** Resurs Checkout, named `resurs-rco`; `openCheckout` comes before there is an order. */
export const resursCheckout = (options: ResursCheckoutOptions): CheckoutGateway => {
  const json = jsonOf(options, options.checkoutUrl);

  const openCheckout = async (checkout: NewCheckout): Promise<OpenedCheckout> => {
    const path = pathOf(checkout.preferredId);
    if (!path) return { kind: "failed", detail: NO_REFERENCE };
    const answer = await json("POST", path, checkoutBodyOf(checkout));
    if (answer.kind === "failed") return { kind: "failed", detail: answer.failure.detail };
    const session = CheckoutSession.safeParse(answer.body).data;
    if (!session) return { kind: "failed", detail: "unexpected answer of the checkout" };
    const { paymentSessionId, iframe = null, html = null, baseUrl = null } = session;
    return { kind: "ok", paymentSessionId, iframe, html, baseUrl };
  };

  /** Under the order's own reference: a second frame for it leads to the same payment. */
  const openFor = async (payment: NewPayment): Promise<CreatedPayment> => {
    const { frameUrl, ...urls } = payment;
    if (frameUrl === undefined) return { kind: "failed", detail: "there is no page that shows the checkout" };
    const { preferredId, meta } = attemptOf(payment, preferredIdOf(payment, isTaken), "rco");
    const opened = await openCheckout({ ...urls, preferredId });
    if (opened.kind === "failed") return opened;
    const [frame, script] = [sourceOf("iframe", opened), sourceOf("script", opened)];
    if (frame === null) return { kind: "failed", detail: "the checkout has no frame" };
    const page = new URL(frameUrl);
    page.searchParams.set("frame", frame);
    if (script !== null) page.searchParams.set("script", script);
    return { kind: "ok", paymentId: preferredId, status: "UNREAD", redirectUrl: page.href, meta };
  };

  return {
    ...afterShopOf(soapOf(options)),
    name: options.name ?? "resurs-rco",
    api: "resurs-rco",

    openCheckout,

    async updateCheckout({ preferredId, ...cart }) {
      const path = pathOf(preferredId);
      if (!path) return refusal(NO_REFERENCE);
      const answer = await json("PUT", path, cartBodyOf(cart));
      return answer.kind === "done" ? { kind: "ok", reading: null } : answer.failure;
    },

    async updateReference({ from, to }) {
      const path = pathOf(from);
      if (!path || !pathOf(to)) return refusal(NO_REFERENCE);
      const answer = await json("PUT", `${path}/updatePaymentReference`, { paymentReference: to });
      if (answer.kind === "done" || answer.code === UPDATED_BEFORE) return { kind: "ok", reading: null };
      return answer.failure;
    },

    /**
     * 002, step 8: "since the order are already handled by Resurs Bank, most of this section can now be skipped". What
     * is missing is filled in, and the address is only told: the bank sends the customer on by itself.
     */
    async createPayment(payment) {
      if (options.embedded) return openFor(payment);
      const { preferredId, successUrl, endedIds = [] } = payment;
      if (!preferredId) return { kind: "failed", detail: "there is no checkout that this order was made in" };
      if (endedIds.includes(preferredId))
        return { kind: "failed", detail: "the checkout that this order was made in is over; it takes a new order" };
      const { meta } = containerOf({ orderId: inShop(payment), preferredId, checkoutType: "rco" });
      return { kind: "ok", paymentId: preferredId, status: "UNREAD", redirectUrl: successUrl, meta };
    },
  };
};
