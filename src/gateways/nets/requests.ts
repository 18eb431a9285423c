/** The bodies we send, in minor units. */
import { createHash } from "node:crypto";
import { type Line, linesFor, vatOf, vatRateOf } from "../../../machines/lines.js";
import { shortened } from "../../../machines/text.js";
import { referenceOf } from "../../http-client/order-reference.js";
import type { NewPayment } from "../../ports/gateway.js";
import { capturedOf, chargesLeft } from "./reading.js";
import type { NetsPayment } from "./schema.js";

export interface NetsWebhook {
  /** Left out: where the order's callbacks go. */
  url?: string;
  /** 16 to 64 letters and digits. Comes back as it is in the webhook's `authorization` header, and is all its proof. */
  authorization: string;
}

/**
 * Of one call to one payment: a shop's account may have several orders of one name. Nets takes 1 to 64 characters; a longer
 * key is replaced by its fingerprint, the same each time.
 */
export const idempotencyKey = (key: string, paymentId: string): string => {
  const own = `${paymentId}:${key}`;
  return /^[\x21-\x7e]{1,64}$/.test(own) ? own : createHash("sha256").update(own).digest("base64url");
};

/** Nets takes texts of 128 characters; its WooCommerce plugin takes these out of them, and what it sends is taken. */
const named = (text: string): string => shortened(text.replace(/\s*[<>\\"&]\s*/g, " ").trim(), 128);

/** A unit has still fewer characters. */
const unitNamed = (text: string): string => named(text.replace(/'/g, " ")) || "pcs";

/** Nets's amounts are whole numbers of 32 bits. */
const LARGEST = 2_147_483_647;

const item = (line: Line) => {
  const { quantity, total } = line;
  const vat = vatOf(line);
  // Without VAT, as the net amount is.
  const each = Math.round((total - vat) / quantity);
  const fits = Math.abs(each) <= LARGEST;
  const name = named(line.description || line.sku) || "Order";
  return {
    reference: named(line.sku) || "order",
    name: fits ? name : shortened(`${quantity} x ${name}`, 128),
    quantity: fits ? quantity : 1,
    unit: unitNamed(line.unit ?? ""),
    unitPrice: fits ? each : total - vat,
    taxRate: vatRateOf(line),
    taxAmount: vat,
    grossTotalAmount: total,
    netTotalAmount: total - vat,
  };
};

/** An order's reference has still fewer; it is for people, and nothing is found by it. */
const reference = (orderId: string): string => (/[<>'"&\\]/.test(orderId) ? referenceOf(orderId) : orderId);

/** The lines when they add up to the amount, else one that does: Nets refuses a sum that differs (1005). */
const items = (lines: Line[], amount: number) =>
  (linesFor(lines, amount) ?? [{ sku: "order", description: "Order", quantity: 1, total: amount }]).map(item);

interface ShopUrls {
  webhook?: NetsWebhook;
  termsUrl?: string;
}

/** A session for the shop's own checkout page, before there is an order (seed 004, "Embedded checkout flow"). */
export interface NewEmbeddedCheckout extends Cart, Pick<NewPayment, "currency" | "callbackUrl"> {
  /** Left out: as long as Nets keeps a session. */
  linkLifetimeMinutes?: number | undefined;
  /** What Nets shows it as until the order has a number. */
  reference: string;
  /** The page that shows it. */
  checkoutUrl: string;
}

/** What is paid for, in minor units. */
export type Cart = Pick<NewPayment, "lines" | "total">;

const orderOf = ({ lines, total }: Cart) => ({ items: items(lines, total), amount: total });

/**
 * Whatever moves the money, or failed to, by whatever hand: the customer's, the shop's, or one in Nets's portal. Of an event
 * in two versions the newer one. Not `payment.created`, which is our own call; and not `payment.reservation.failed`: no
 * reading shows a refused card, and a customer who tries forty would use up the 30 readings that Nets allows for an hour.
 */
export const EVENTS = [
  "payment.reservation.created.v2",
  "payment.checkout.completed",
  "payment.charge.created.v2",
  "payment.charge.failed",
  "payment.refund.initiated.v2",
  "payment.refund.completed",
  "payment.refund.failed",
  "payment.cancel.created",
  "payment.cancel.failed",
];
/** Of a webhook, and of the page that shows the checkout. */
export const LONGEST_URL = 256;

const notifications = ({ webhook }: ShopUrls, callbackUrl: string) => {
  const { url = callbackUrl, authorization } = webhook ?? {};
  // Without webhooks the order can be paid all the same: the customer's return is read.
  if (webhook === undefined || url.length > LONGEST_URL) return {};
  return { notifications: { webHooks: EVENTS.map((eventName) => ({ eventName, url, authorization })) } };
};

/** @param now epoch milliseconds */
const expiry = ({ linkLifetimeMinutes: minutes }: { linkLifetimeMinutes?: number | undefined }, now: number) =>
  minutes === undefined ? {} : { expiresAt: new Date(now + minutes * 60_000).toISOString() };

/** @param now epoch milliseconds: the session ends when the link does, for the link alone would stay payable for 48 hours */
export const createBody = (payment: NewPayment, shop: ShopUrls, now: number) => ({
  order: { ...orderOf(payment), currency: payment.currency, reference: reference(payment.orderId) },
  checkout: {
    integrationType: "HostedPaymentPage",
    returnUrl: payment.successUrl,
    cancelUrl: payment.failUrl,
    termsUrl: shop.termsUrl ?? new URL("/", payment.successUrl).href,
    // The money is taken when the order is completed, not at the checkout.
    charge: false,
    ...expiry(payment, now),
  },
  ...notifications(shop, payment.callbackUrl),
});

export const embeddedBody = (checkout: NewEmbeddedCheckout, shop: ShopUrls, now: number) => ({
  order: { ...orderOf(checkout), currency: checkout.currency, reference: reference(checkout.reference) },
  checkout: {
    integrationType: "EmbeddedCheckout",
    url: checkout.checkoutUrl,
    termsUrl: shop.termsUrl ?? new URL("/", checkout.checkoutUrl).href,
    charge: false,
    ...expiry(checkout, now),
  },
  ...notifications(shop, checkout.callbackUrl),
});

export const orderItemsBody = orderOf;

/** An amount, with the items that add up to it wherever it is not all there is. */
export interface Slice {
  amount: number;
  /** No charge follows it, so whatever is left of the reservation is let go. */
  finalCharge?: true;
  orderItems?: ReturnType<typeof items>;
}

/** Nets takes a part only with its items; for the whole it has the order's own. */
export const partItems = (amount: number, whole: number, lines: Line[] | null | undefined): Omit<Slice, "amount"> =>
  amount === whole ? {} : { orderItems: items(lines ?? [], amount) };

interface RefundPart extends Slice {
  path: string;
}

/**
 * A refund as the calls that make it up: one wherever it can be, for a repeated series could give back too much
 * when only its beginning took effect. Giving back everything that is left is safe as a series, oldest charge
 * first: once a part is gone, the same amount can never be asked for again.
 */
export const refundParts = (
  payment: NetsPayment,
  {
    amount,
    lines,
    all,
    refundedBefore,
  }: { amount: number; lines: Line[] | null; all: boolean; refundedBefore?: number | undefined },
): RefundPart[] => {
  const charges = chargesLeft(payment, refundedBefore);
  const ofCharge = (charge: (typeof charges)[number], part: number): RefundPart => ({
    path: `v1/charges/${encodeURIComponent(charge.chargeId)}/refunds`,
    amount: part,
    ...partItems(part, charge.amount, part === amount ? lines : null),
  });
  const fits = charges.find(({ left }) => left >= amount);
  if (fits) return [ofCharge(fits, amount)];
  const everything = charges.reduce((sum, { left }) => sum + left, 0) === amount;
  if (all && everything) return charges.map((charge) => ofCharge(charge, charge.left));
  // Account-to-account payments have no charge at all.
  const items = partItems(amount, capturedOf(payment), lines);
  return [{ path: `v1/payments/${payment.paymentId}/refunds`, amount, ...items }];
};
