/** The Nets payment API's addresses and messages, as the double reads them. */
import type { IncomingMessage } from "node:http";
import { z } from "zod";
import type { NetsCall } from "./books.js";
import { Item, type NetsItem, sumOf } from "./items.js";

/** What changes a payment without moving money. */
export type NetsChange = "updateOrder" | "terminate" | "updateReference" | "updateMyReference";
/** What is read or given up of one charge or refund. */
export type NetsPart = "getCharge" | "getRefund" | "cancelRefund";
export type NetsOperation = NetsCall | NetsChange | NetsPart | "getPayment" | "createPayment" | "paymentMethods";

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
  "PUT referenceinformation": "updateReference",
  "PUT myreference": "updateMyReference",
};

const PARTS: [RegExp, string, NetsPart | "refund"][] = [
  [/^\/v1\/charges\/([\w-]+)\/refunds$/, "POST", "refund"],
  [/^\/v1\/charges\/([\w-]+)$/, "GET", "getCharge"],
  [/^\/v1\/refunds\/([\w-]+)$/, "GET", "getRefund"],
  [/^\/v1\/pending-refunds\/([\w-]+)\/cancel$/, "POST", "cancelRefund"],
];

const operationOf = (method: string, path: string): Pick<NetsRequest, "operation" | "id" | "ofCharge"> => {
  if (method === "POST" && path === "/v1/payments") return { operation: "createPayment", id: "", ofCharge: false };
  if (method === "GET" && path === "/v1/paymentmethods")
    return { operation: "paymentMethods", id: "", ofCharge: false };
  for (const [pattern, verb, operation] of PARTS) {
    const id = pattern.exec(path)?.[1];
    if (id !== undefined && method === verb) return { operation, id, ofCharge: operation === "refund" };
  }
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

export const Move = z.looseObject({
  amount,
  orderItems: z.array(Item).nullish(),
  finalCharge: z.boolean().nullish(),
  myReference: z.string().max(36).nullish(),
});

const cart = { items: z.array(Item).min(1), amount: amount.positive() };
const addsUp = ({ items, amount }: { items: NetsItem[]; amount: number }) => sumOf(items) === amount;
const differs = { message: "1005: the amount differs from the order items" };

export const OrderItems = z.looseObject(cart).refine(addsUp, differs);
export const ReferenceInformation = z.looseObject({ checkoutUrl: address, reference: z.string().max(128) });
export const MyReference = z.looseObject({ myReference: z.string().max(36).nullish() });

const plain = z.string().regex(/^[^<>'"&\\]*$/, "has characters that are not supported");

/** Over TLS alone, as Nets asks; a test's own server on this computer has none. */
const webhookUrl = address.max(256).refine((url) => /^https:|^http:\/\/(?:127\.|localhost)/.test(url), "must be HTTPS");
const Webhook = z.looseObject({
  eventName: plain.regex(/^payment\./),
  url: webhookUrl,
  authorization: z
    .string()
    .regex(/^[A-Za-z0-9]{8,64}$/, "must be 8 to 64 letters and digits")
    .nullish(),
});
const Webhooks = z.array(Webhook).max(32).nullish();

export const Creation = z.looseObject({
  order: z
    .looseObject({ ...cart, currency: plain.length(3), reference: plain.max(128).nullish() })
    .refine(addsUp, differs),
  checkout: z.looseObject({
    integrationType: z.enum(["HostedPaymentPage", "EmbeddedCheckout"]).nullish(),
    url: address.max(256).nullish(),
    returnUrl: address.nullish(),
    cancelUrl: address.nullish(),
    termsUrl: address,
    charge: z.boolean().nullish(),
  }),
  /** `webHooks` is how the reference writes it; the letters' size is not looked at. */
  notifications: z.looseObject({ webHooks: Webhooks, webhooks: Webhooks }).nullish(),
  myReference: z.string().max(36).nullish(),
});
