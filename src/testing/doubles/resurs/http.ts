/** The Merchant API's addresses and messages, as the double reads and writes them. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import type { BankLine, MoneyCall } from "./books.js";

/** What is asked beside one payment's amounts. */
export type Aside =
  | "search"
  | "putMetadata"
  | "getAction"
  | "getStores"
  | "getPaymentMethods"
  | "testCallback"
  | "getAddress";
export type HttpOperation = MoneyCall | Aside | "getPayment" | "getTaskStatuses" | "createPayment" | "token";

export interface HttpAnswer {
  status: number;
  /** A text is sent as a page, anything else as JSON. */
  body?: unknown;
  headers?: Record<string, string>;
}

export interface HttpCall {
  method: string;
  path: string;
  query: URLSearchParams;
  bearer: string | null;
  text: string;
  json: unknown;
  lines: BankLine[] | null;
  field(name: "transactionId" | "creator"): string | undefined;
}

const LARGEST_BODY = 2_000_000;

/** Held to the published schema before: what is read here is what the double goes by. */
export const Line = z.looseObject({
  description: z.string().nullish(),
  reference: z.string().nullish(),
  quantity: z.number(),
  totalAmountIncludingVat: z.number(),
});

const Body = z.looseObject({
  orderLines: z.array(Line).nullish().catch(null),
  transactionId: z.string().optional().catch(undefined),
  creator: z.string().optional().catch(undefined),
});

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

export const received = async (request: IncomingMessage): Promise<HttpCall> => {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    size += part.length;
    if (size > LARGEST_BODY) throw new Error("the request is too large");
    parts.push(part);
  }
  const text = Buffer.concat(parts).toString("utf8");
  const { pathname: path, searchParams: query } = new URL(request.url ?? "/", "http://bank");
  const method = request.method ?? "GET";
  const json = parsed(text);
  const body = Body.safeParse(json);
  return {
    method,
    path,
    query,
    bearer: /^Bearer (.+)$/i.exec(request.headers.authorization ?? "")?.[1] ?? null,
    text,
    json,
    lines: body.data?.orderLines ?? null,
    field: (name) => body.data?.[name],
  };
};

const OPERATIONS: Record<string, HttpOperation> = {
  "GET ": "getPayment",
  "GET tasks/status": "getTaskStatuses",
  "POST capture": "capture",
  "POST cancel": "cancel",
  "POST refund": "refund",
  "POST order": "addOrderLines",
};

const ASIDE: [pattern: RegExp, method: string, operation: Aside][] = [
  [/^\/v2\/payments\/search()$/, "POST", "search"],
  [/^\/v2\/payments\/([\w-]+)\/metadata$/, "PUT", "putMetadata"],
  [/^\/v2\/payments\/([\w-]+\/actions\/[\w-]+)$/, "GET", "getAction"],
  [/^\/v2\/stores()$/, "GET", "getStores"],
  [/^\/v2\/stores\/([\w-]+)\/payment_methods$/, "GET", "getPaymentMethods"],
  [/^\/v2\/callbacks\/test()$/, "POST", "testCallback"],
  [/^\/v2\/customers\/address\/by_government_id()$/, "POST", "getAddress"],
];

export const operationOf = ({ method, path }: HttpCall): { operation: HttpOperation | "sign" | null; id: string } => {
  for (const [pattern, verb, operation] of ASIDE) {
    const id = pattern.exec(path)?.[1];
    if (id !== undefined && method === verb) return { operation, id };
  }
  if (method === "POST" && path === "/oauth2/token") return { operation: "token", id: "" };
  if (method === "POST" && path === "/v2/payments") return { operation: "createPayment", id: "" };
  const page = /^\/sign\/([\w-]+)$/.exec(path);
  if (page?.[1] && (method === "GET" || method === "POST")) return { operation: "sign", id: page[1] };
  const payment = /^\/v2\/payments\/([\w-]+)\/?(.*)$/.exec(path);
  if (!payment?.[1]) return { operation: null, id: "" };
  return { operation: OPERATIONS[`${method} ${payment[2]}`] ?? null, id: payment[1] };
};

export const write = (response: ServerResponse, { status, body, headers }: HttpAnswer): void => {
  if (response.destroyed) return;
  const type = typeof body === "string" || body === undefined ? {} : { "content-type": "application/json" };
  response.writeHead(status, { ...type, ...headers });
  response.end(typeof body === "string" || body === undefined ? body : JSON.stringify(body));
};
