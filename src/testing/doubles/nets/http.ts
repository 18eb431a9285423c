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
/** What is asked of a subscription, of either kind. */
export type NetsSubscriptionCall =
  | "getSubscription"
  | "findSubscription"
  | "chargeSubscription"
  | "chargeSubscriptions"
  | "getBulkCharge";
export type NetsOperation =
  | NetsCall
  | NetsChange
  | NetsPart
  | NetsSubscriptionCall
  | "getPayment"
  | "createPayment"
  | "paymentMethods";

export interface NetsRequest {
  /** Its method and address. */
  asked: string;
  operation: NetsOperation | null;
  /** Of the payment, or of the charge where one is refunded, or of the subscription. */
  id: string;
  ofCharge: boolean;
  /** Of the subscription that is asked about, and what it is asked for by where that is not its id. */
  kind: "subscription" | "unscheduledSubscription";
  externalReference: string | undefined;
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

const SUBSCRIPTIONS: [RegExp, string, NetsSubscriptionCall][] = [
  [/^\/v1\/(?:unscheduled)?subscriptions()$/, "GET", "findSubscription"],
  [/^\/v1\/subscriptions\/charges()$/, "POST", "chargeSubscriptions"],
  [/^\/v1\/subscriptions\/charges\/(\w+)$/, "GET", "getBulkCharge"],
  [/^\/v1\/(?:unscheduled)?subscriptions\/(\w+)$/, "GET", "getSubscription"],
  [/^\/v1\/(?:unscheduled)?subscriptions\/(\w+)\/charges$/, "POST", "chargeSubscription"],
];
export const isOfSubscription = (operation: NetsOperation): operation is NetsSubscriptionCall =>
  SUBSCRIPTIONS.some(([, , one]) => one === operation);

const operationOf = (method: string, path: string): Pick<NetsRequest, "operation" | "id" | "ofCharge"> => {
  if (method === "POST" && path === "/v1/payments") return { operation: "createPayment", id: "", ofCharge: false };
  if (method === "GET" && path === "/v1/paymentmethods")
    return { operation: "paymentMethods", id: "", ofCharge: false };
  for (const [pattern, verb, operation] of [...PARTS, ...SUBSCRIPTIONS]) {
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
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://nets");
  const queries = [...searchParams].map(([name, value]): [string, string] => [name.toLowerCase(), value]);
  return {
    ...operationOf(method, pathname),
    asked: `${method} ${pathname}`,
    kind: pathname.startsWith("/v1/unscheduled") ? "unscheduledSubscription" : "subscription",
    externalReference: new Map(queries).get("externalreference"),
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

const Order = z.looseObject({ ...cart, currency: z.string(), reference: z.string().nullish() }).refine(addsUp, differs);

const Begins = z.looseObject({
  subscription: z
    .looseObject({
      subscriptionId: z.string().nullish(),
      interval: z.number().nullish(),
      endDate: z.string().nullish(),
    })
    .nullish(),
  unscheduledSubscription: z
    .looseObject({ create: z.boolean().nullish(), unscheduledSubscriptionId: z.string().nullish() })
    .nullish(),
});
export type Begun = z.infer<typeof Begins>;

export const Creation = Begins.extend({
  order: Order,
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
}).refine(
  ({ order, subscription, unscheduledSubscription }) => order.amount > 0 || subscription || unscheduledSubscription,
  {
    path: ["order", "amount"],
    message: "is nothing, and no subscription begins",
  },
);

const notifications = z.looseObject({ webHooks: Webhooks }).nullish();
export const Charging = z.looseObject({ order: Order, notifications });
export type Charging = z.infer<typeof Charging>;
export const BulkCharge = z.looseObject({
  externalBulkChargeId: z.string(),
  notifications,
  subscriptions: z.array(
    z.looseObject({
      subscriptionId: z.string().nullish(),
      externalReference: z.string().nullish(),
      order: Order,
    }),
  ),
});

/** What reading found, said as the schema's faults are. */
export const faultsOf = ({ issues }: z.ZodError): WireFault[] =>
  issues.map(({ path, message }) => ({ path: path.join("."), says: message }));
