/** What the three flows ask for when a customer is to pay, read as one thing. */
import { z } from "zod";
import type { BankLine } from "../resurs/books.js";

/** Held to the published schemas before: here is what the double goes by. */
const Spec = z.looseObject({ totalAmount: z.coerce.number() });
const mark = z.union([z.boolean(), z.enum(["true", "false"]).transform((text) => text === "true")]);
const Marks = z.looseObject({ waitForFraudControl: mark.default(true), finalizeIfBooked: mark.default(false) });
const Customer = z.looseObject({ governmentId: z.string().optional() }).optional().catch(undefined);

const Simplified = z.looseObject({
  paymentData: Marks,
  orderData: Spec,
  customer: Customer,
  /** Whoever does not say where to come back to is not sent away to sign. */
  signing: z.looseObject({ successUrl: z.string(), failUrl: z.string() }).default({ successUrl: "", failUrl: "" }),
});
const HostedBody = Marks.extend({
  paymentData: z.looseObject({ preferredId: z.string() }),
  orderData: z.looseObject({ totalAmount: z.number() }),
  customer: Customer,
  successUrl: z.string(),
  failUrl: z.string(),
});
const CheckoutLine = z.looseObject({ quantity: z.number(), unitAmountWithoutVat: z.number(), vatPct: z.number() });
/** The checkout multiplies. */
const checkoutTotal = (lines: z.infer<typeof CheckoutLine>[]): number =>
  lines.reduce(
    (sum, { quantity, unitAmountWithoutVat: each, vatPct }) => sum + quantity * each * (1 + vatPct / 100),
    0,
  );
const Cart = z.looseObject({ orderLines: z.array(CheckoutLine) });
const CheckoutBody = Cart.extend({ customer: Customer, successUrl: z.string(), backUrl: z.string() });

/** What the checkout's lines come to; null = they are none. */
export const cartOf = (content: unknown): BankLine[] | null => {
  const asked = Cart.safeParse(content).data;
  return asked ? [{ totalAmountIncludingVat: checkoutTotal(asked.orderLines) }] : null;
};

/** One attempt to pay, before there is a payment. */
export interface CheckoutIntent {
  lines: BankLine[];
  governmentId?: string;
  successUrl: string;
  failUrl: string;
  screened: boolean;
  finalizes: boolean;
}

const linesOf = ({ totalAmount }: { totalAmount: number }): BankLine[] => [{ totalAmountIncludingVat: totalAmount }];

const bankIntent = (
  { orderData, customer }: { orderData: { totalAmount: number }; customer?: { governmentId?: string } },
  marks: z.infer<typeof Marks>,
  urls: { successUrl: string; failUrl: string },
): CheckoutIntent => ({
  lines: linesOf(orderData),
  governmentId: customer?.governmentId,
  successUrl: urls.successUrl,
  failUrl: urls.failUrl,
  screened: marks.waitForFraudControl,
  finalizes: marks.finalizeIfBooked,
});

/** What is asked for; null = not what the documents describe. */
export const intentOf = (operation: "bookPayment" | "hosted" | "checkout", content: unknown): CheckoutIntent | null => {
  if (operation === "bookPayment") {
    const asked = Simplified.safeParse(content).data;
    return asked ? bankIntent(asked, asked.paymentData, asked.signing) : null;
  }
  if (operation === "hosted") {
    const asked = HostedBody.safeParse(content).data;
    return asked ? bankIntent(asked, asked, asked) : null;
  }
  const asked = CheckoutBody.safeParse(content).data;
  if (!asked) return null;
  return {
    lines: [{ totalAmountIncludingVat: checkoutTotal(asked.orderLines) }],
    governmentId: asked.customer?.governmentId,
    successUrl: asked.successUrl,
    failUrl: asked.backUrl,
    screened: true,
    finalizes: false,
  };
};
