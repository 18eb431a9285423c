/** The Nets payment API's addresses and messages, as the double reads them. */
import type { IncomingMessage } from "node:http";
import { z } from "zod";
import type { WireFault } from "../wire/fields.js";
import type { NetsCall } from "./books.js";
import { Item, type NetsItem, sumOf } from "./items.js";

/** What changes a payment without moving money. */
export type NetsChange = "updateOrder" | "terminate" | "updateReference" | "updateMyReference";
/** What is read or given up of one charge or refund. */
export type NetsPart = "getCharge" | "getRefund" | "cancelRefund";
export type NetsOperation = NetsCall | NetsChange | NetsPart | "getPayment" | "createPayment" | "paymentMethods";

export interface NetsRequest {
  /** Its method and address. */
  asked: string;
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
  const method = request.method ?? "GET";
  const { pathname } = new URL(request.url ?? "/", "http://nets");
  return {
    ...operationOf(method, pathname),
    asked: `${method} ${pathname}`,
    key: typeof key === "string" ? key : null,
    secretKey: request.headers.authorization ?? null,
    json,
  };
};

/** Held to the published schema before: here is what the double goes by, and what no schema says. */
export const Move = z.looseObject({
  amount: z.number(),
  orderItems: z.array(Item).nullish(),
  finalCharge: z.boolean().nullish(),
});

const cart = { items: z.array(Item), amount: z.number() };
const addsUp = ({ items, amount }: { items: NetsItem[]; amount: number }) => sumOf(items) === amount;
const differs = { message: "1005: the amount differs from the order items" };

export const OrderItems = z.looseObject(cart).refine(addsUp, differs);
export const ReferenceInformation = z.looseObject({ checkoutUrl: z.string(), reference: z.string() });
export const MyReference = z.looseObject({ myReference: z.string().nullish() });

const Webhook = z.looseObject({ eventName: z.string(), url: z.string(), authorization: z.string().nullish() });
const Webhooks = z.array(Webhook).nullish();

export const Creation = z.looseObject({
  order: z.looseObject({ ...cart, currency: z.string(), reference: z.string().nullish() }).refine(addsUp, differs),
  checkout: z.looseObject({
    integrationType: z.string().nullish(),
    url: z.string().nullish(),
    returnUrl: z.string().nullish(),
    cancelUrl: z.string().nullish(),
    charge: z.boolean().nullish(),
    expiresAt: z.string().nullish(),
  }),
  /** `webHooks` is how the reference writes it; the letters' size is not looked at. */
  notifications: z.looseObject({ webHooks: Webhooks, webhooks: Webhooks }).nullish(),
  myReference: z.string().nullish(),
});

/** What reading found, said as the schema's faults are. */
export const faultsOf = ({ issues }: z.ZodError): WireFault[] =>
  issues.map(({ path, message }) => ({ path: path.join("."), says: message }));
