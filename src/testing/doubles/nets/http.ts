/** The Nets payment API's addresses and messages, as the double reads them. */
import type { IncomingMessage } from "node:http";
import { z } from "zod";
import type { NetsCall } from "./books.js";

export type NetsOperation = NetsCall | "getPayment" | "createPayment" | "updateOrder" | "terminate";

export interface NetsRequest {
  operation: NetsOperation | null;
  /** Of the payment, or of the charge where one is refunded. */
  id: string;
  ofCharge: boolean;
  key: string | null;
  secretKey: string | null;
  json: unknown;
}

const LARGEST_BODY = 2_000_000;

const OPERATIONS: Record<string, NetsOperation> = {
  "GET ": "getPayment",
  "POST charges": "capture",
  "POST cancels": "cancel",
  "POST refunds": "refund",
  "PUT orderitems": "updateOrder",
  "PUT terminate": "terminate",
};

const operationOf = (method: string, path: string): Pick<NetsRequest, "operation" | "id" | "ofCharge"> => {
  if (method === "POST" && path === "/v1/payments") return { operation: "createPayment", id: "", ofCharge: false };
  const charge = /^\/v1\/charges\/([\w-]+)\/refunds$/.exec(path)?.[1];
  if (method === "POST" && charge) return { operation: "refund", id: charge, ofCharge: true };
  const payment = /^\/v1\/payments\/([\w-]+)\/?(\w*)$/.exec(path);
  const operation = OPERATIONS[`${method} ${payment?.[2]}`] ?? null;
  return { operation: payment ? operation : null, id: payment?.[1] ?? "", ofCharge: false };
};

export const netsRequest = async (request: IncomingMessage): Promise<NetsRequest> => {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    size += part.length;
    if (size > LARGEST_BODY) throw new Error("the request is too large");
    parts.push(part);
  }
  let json: unknown;
  try {
    json = JSON.parse(Buffer.concat(parts).toString("utf8"));
  } catch {}
  const key = request.headers["idempotency-key"];
  return {
    ...operationOf(request.method ?? "GET", new URL(request.url ?? "/", "http://nets").pathname),
    key: typeof key === "string" ? key : null,
    secretKey: request.headers.authorization ?? null,
    json,
  };
};

const address = z.url({ protocol: /^https?$/ });
const amount = z.number().int().nonnegative();

/** Nets stores no text with these; a name is as long as its documents allow. */
const text = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[^<>\\]*$/);
const int = z.number().int().min(-2_147_483_648).max(2_147_483_647);
export const Item = z.looseObject({
  reference: text,
  name: text,
  quantity: z.number().nonnegative(),
  unit: text.regex(/^[^'"&]*$/),
  unitPrice: int,
  taxRate: int.min(0).max(99_999).default(0),
  taxAmount: int.default(0),
  grossTotalAmount: int,
  netTotalAmount: int,
});
export type NetsItem = z.infer<typeof Item>;

export const Move = z.looseObject({
  amount,
  orderItems: z.array(Item).nullish(),
  finalCharge: z.boolean().nullish(),
  myReference: z.string().max(36).nullish(),
});

const cart = { items: z.array(Item).min(1), amount: amount.positive() };
const addsUp = ({ items, amount }: { items: { grossTotalAmount: number }[]; amount: number }) =>
  items.reduce((sum, { grossTotalAmount }) => sum + grossTotalAmount, 0) === amount;
const differs = { message: "1005: the amount differs from the order items" };

export const OrderItems = z.looseObject(cart).refine(addsUp, differs);

const shown = { termsUrl: address, charge: z.boolean().default(false) };

export const Creation = z.looseObject({
  order: z
    .looseObject({ ...cart, currency: z.string().length(3), reference: z.string().max(128) })
    .refine(addsUp, differs),
  checkout: z.discriminatedUnion("integrationType", [
    z.looseObject({ integrationType: z.literal("HostedPaymentPage"), returnUrl: address, ...shown }),
    z.looseObject({ integrationType: z.literal("EmbeddedCheckout"), url: address, ...shown }),
  ]),
  notifications: z
    .looseObject({
      webhooks: z.array(z.looseObject({ eventName: z.string(), url: address, authorization: z.string().min(1) })),
    })
    .optional(),
});
