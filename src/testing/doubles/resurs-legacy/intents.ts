/** What the three flows ask for when a customer is to pay, read as one thing. */
import { z } from "zod";
import type { BankLine } from "../resurs/books.js";

const amount = z.coerce.number().min(0);
const Spec = z.looseObject({
  specLines: z.array(z.looseObject({ artNo: z.string().optional(), totalAmount: z.coerce.number() })).optional(),
  totalAmount: amount,
});
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
/** The hosted flow calls lines and countries by names of its own. */
const HostedAddress = z.looseObject({ countryCode: z.string().length(2) }).optional();
const HostedBody = Marks.extend({
  paymentData: z.looseObject({ preferredId: z.string().min(1) }),
  orderData: z.looseObject({
    orderLines: z
      .array(
        z.looseObject({
          artNo: z.string(),
          description: z.string(),
          quantity: z.number().positive(),
          unitMeasure: z.string(),
          unitAmountWithoutVat: z.number(),
          vatPct: z.number().min(0).max(100),
          totalVatAmount: z.number(),
          totalAmount: z.number(),
        }),
      )
      .min(1),
    totalAmount: z.number().min(0),
  }),
  customer: z
    .looseObject({ governmentId: z.string().optional(), address: HostedAddress, deliveryAddress: HostedAddress })
    .optional(),
  successUrl: z.string(),
  failUrl: z.string(),
});
const CheckoutLine = z.looseObject({
  artNo: z.string(),
  description: z.string(),
  quantity: amount,
  unitMeasure: z.string(),
  /** A discount takes away. */
  unitAmountWithoutVat: z.number(),
  vatPct: z.number().min(0).max(100),
  type: z.enum(["ORDER_LINE", "DISCOUNT", "SHIPPING_FEE"]).default("ORDER_LINE"),
});
/** The checkout multiplies. */
const checkoutTotal = (lines: z.infer<typeof CheckoutLine>[]): number =>
  lines.reduce(
    (sum, { quantity, unitAmountWithoutVat: each, vatPct }) => sum + quantity * each * (1 + vatPct / 100),
    0,
  );
const CheckoutBody = z.looseObject({
  orderLines: z.array(CheckoutLine).min(1),
  customer: Customer,
  successUrl: z.string(),
  backUrl: z.string(),
});

const Cart = z.looseObject({ orderLines: z.array(CheckoutLine).min(1) });

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
