/** The older services' addresses and messages, as the double reads and writes them. */
import type { IncomingMessage } from "node:http";
import { z } from "zod";
import { readXml, writeXml } from "../../../gateways/resurs-legacy/xml.js";
import type { HttpAnswer } from "../resurs/http.js";
import { requestFaults, saidOf } from "../wire/fields.js";
import { hostedAndCheckout } from "../wire/json-flows.js";
import { afterShopAndSimplified } from "../wire/soap-flows.js";

export type LegacyCall = "capture" | "cancel" | "refund" | "bookSignedPayment";
export type CheckoutChange = "updateReference" | "updateCart" | "readCheckout";
export type LegacyOperation =
  | LegacyCall
  | "getPayment"
  | "getPaymentMethods"
  | "bookPayment"
  | "hosted"
  | "checkout"
  | CheckoutChange;

export interface LegacyRequest {
  method: string;
  operation: LegacyOperation | "sign" | "script" | null;
  /** The payment, in whatever part of the request it stands. */
  id: string;
  /** Who asks; null = he did not say. */
  account: { userName: string; password: string } | null;
  /** What was sent: the operation's element, the JSON, or the form of the page. */
  content: unknown;
  /** Minor units; null = all that is left. */
  amount: number | null;
  key: string | null;
  /** The answer to what the published schema does not allow; null = it allows it. */
  refusal: HttpAnswer | null;
}

const LARGEST_BODY = 2_000_000;

const SERVICES: Record<string, Record<string, LegacyOperation>> = {
  SimplifiedShopFlowService: {
    bookPayment: "bookPayment",
    bookSignedPayment: "bookSignedPayment",
    getPaymentMethods: "getPaymentMethods",
  },
  AfterShopFlowService: {
    getPayment: "getPayment",
    finalizePayment: "capture",
    annulPayment: "cancel",
    creditPayment: "refund",
  },
};
const ANSWERS: Partial<Record<LegacyOperation, [name: string, namespace: string]>> = {
  bookPayment: ["bookPaymentResponse", "simplifiedshopflow"],
  // So the documents show it, and not by its own name.
  bookSignedPayment: ["bookPaymentResponse", "simplifiedshopflow"],
  getPayment: ["getPaymentResponse", "aftershopflow"],
  getPaymentMethods: ["getPaymentMethodsResponse", "simplifiedshopflow"],
  capture: ["finalizePaymentResponse", "aftershopflow"],
  cancel: ["annulPaymentResponse", "aftershopflow"],
  refund: ["creditPaymentResponse", "aftershopflow"],
};

const ERRORS: Record<string, string> = {
  "1": "ILLEGAL_ARGUMENT",
  "3": "INTERNAL_ERROR",
  "8": "REFERENCED_DATA_DONT_EXISTS",
  "19": "OBJECT_WITH_ID_ALREADY_EXIST",
  "20": "NOT_ALLOWED_IN_PAYMENT_STATE",
  "23": "INVALID_CREDITING",
  "26": "INVALID_FINALIZATION",
  "36": "ANNUL_FAILED",
};

const NAMESPACE = "http://ecommerce.resurs.com/v4/msg";

const envelope = (body: object): string =>
  writeXml({
    "soap:Envelope": { "@_xmlns:soap": "http://schemas.xmlsoap.org/soap/envelope/", "soap:Body": body },
  });

const xml = (status: number, body: object): HttpAnswer => ({
  status,
  body: envelope(body),
  headers: { "content-type": "text/xml; charset=utf-8" },
});

export const answerOf = (operation: LegacyOperation, value?: object | object[]): HttpAnswer => {
  const [name, namespace] = ANSWERS[operation] ?? ["", ""];
  const content = { "@_xmlns:ns2": `${NAMESPACE}/${namespace}`, ...(value === undefined ? {} : { return: value }) };
  return xml(200, { [`ns2:${name}`]: content });
};

export const faultOf = (code: string, message: string): HttpAnswer =>
  xml(500, {
    "soap:Fault": {
      faultcode: "soap:Server",
      faultstring: message,
      detail: {
        "ns3:ECommerceError": {
          "@_xmlns:ns3": `${NAMESPACE}/exception`,
          errorTypeDescription: ERRORS[code] ?? "LEGACY_EXCEPTION",
          errorTypeId: code,
          fixableByYou: code !== "3",
          userErrorMessage: message,
        },
      },
    },
  });

/** What a SOAP server says of a message that its schema does not allow: no error of the bank's own is in it. */
const unreadable = (why: string): HttpAnswer =>
  xml(500, { "soap:Fault": { faultcode: "soap:Client", faultstring: `Unmarshalling Error: ${why}` } });

export const badJson = (description: string): HttpAnswer => ({ status: 400, body: { errorCode: 1, description } });

const textOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > LARGEST_BODY) throw new Error("the request is too large");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
};

const jsonFrom = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const decimal = z
  .string()
  .regex(/^\d+(\.\d+)?$/)
  .transform((major) => Math.round(Number(major) * 100));
const Content = z.looseObject({
  paymentId: z.string().optional(),
  preferredTransactionId: z.string().optional(),
  partPaymentSpec: z.looseObject({ totalAmount: decimal }).optional(),
  paymentData: z.looseObject({ preferredId: z.string().optional() }).optional(),
});

type LegacyContent = Pick<LegacyRequest, "operation" | "id" | "content" | "amount" | "key" | "refusal">;
const nothing: LegacyContent = {
  operation: null,
  id: "",
  content: undefined,
  amount: null,
  key: null,
  refusal: null,
};

const soapRequest = (service: string, text: string): LegacyContent => {
  const body = (readXml(text) as { Envelope?: { Body?: unknown } } | null)?.Envelope?.Body;
  const [name = "", content] = Object.entries(body ?? {})[0] ?? [];
  const operation = SERVICES[service]?.[name];
  if (!operation) return nothing;
  const faults = requestFaults(afterShopAndSimplified, `SOAP ${service} ${name}`, content, { strict: true, xml: true });
  // What asks for nothing in particular is an empty element.
  const asked = Content.safeParse(content === "" ? {} : content).data;
  if (faults.length > 0 || asked === undefined) {
    return { ...nothing, operation, content, refusal: unreadable(saidOf(faults)) };
  }
  return {
    ...nothing,
    operation,
    id: asked.paymentId ?? asked.paymentData?.preferredId ?? "",
    content,
    amount: asked.partPaymentSpec?.totalAmount ?? null,
    key: asked.preferredTransactionId ?? null,
  };
};

const SESSIONS: Record<string, LegacyOperation> = { POST: "checkout", PUT: "updateCart", GET: "readCheckout" };

const jsonRequest = (method: string, path: string, text: string): LegacyContent => {
  const content = jsonFrom(text);
  const faults = requestFaults(hostedAndCheckout, `${method} ${path}`, content);
  const told = { ...nothing, content, refusal: faults.length > 0 ? badJson(saidOf(faults)) : null };
  const page = /^\/sign\/([^/]+)$/.exec(path)?.[1];
  if (page && (method === "GET" || method === "POST")) {
    return { ...nothing, operation: "sign", id: decodeURIComponent(page), content: text };
  }
  if (method === "GET" && path === "/checkout.js") return { ...nothing, operation: "script" };
  if (method === "POST" && path === "/back-channel") {
    const id = Content.safeParse(content).data?.paymentData?.preferredId ?? "";
    return { ...told, operation: "hosted", id };
  }
  const [, id, rest] = /^\/checkout\/payments\/([^/]+)(\/updatePaymentReference)?$/.exec(path) ?? [];
  if (id === undefined) return nothing;
  if (method === "PUT" && rest) return { ...told, operation: "updateReference", id };
  const operation = rest ? undefined : SESSIONS[method];
  return operation ? { ...told, operation, id } : nothing;
};

export const legacyRequest = async (request: IncomingMessage): Promise<LegacyRequest> => {
  const text = await textOf(request);
  const method = request.method ?? "GET";
  const path = new URL(request.url ?? "/", "http://bank").pathname;
  const service = /^\/ws\/V4\/(\w+)$/.exec(path)?.[1];
  const [, credentials] = /^Basic (.+)$/i.exec(request.headers.authorization ?? "") ?? [];
  const [, userName, password] =
    /^([^:]*):(.*)$/s.exec(Buffer.from(credentials ?? "", "base64").toString("utf8")) ?? [];
  return {
    ...(service && method === "POST" ? soapRequest(service, text) : jsonRequest(method, path, text)),
    method,
    account: userName && password ? { userName, password } : null,
  };
};
